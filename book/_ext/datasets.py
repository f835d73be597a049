"""The directive ``{datasets}``: the data catalogue, rendered from the tables of the package.

It reads package data only, so that a page says the same on every computer.
"""

import importlib.resources

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from gaitnb.data import catalog

ACCESS = {
    "package": "Installed with this package",
    "download": "Fetched by `gaitnb data fetch`",
    "manual": "Placed by you",
}
PAPERS = {
    "latent_motion": "Latent Motion",
    "ssl_grf": "SSL-GRF",
    "hmtl": "H-MTL",
    "auxvae": "AuxVAE",
    "second_skin": "Second Skin",
    "lab": "checks of simulated gait",
}


class Datasets(SphinxDirective):
    """Render every data set, grouped by the way a reader gets it."""

    def run(self):
        folder = importlib.resources.files("gaitnb.data")
        for table in ("datasets.csv", "files.csv"):
            self.env.note_dependency(str(folder / table))
        sets = catalog.datasets()
        result = []
        for access, heading in ACCESS.items():
            section = nodes.section(ids=[f"data-{access}"])
            section += nodes.title("", "", *_code(heading))
            for row in sets[sets["access"] == access].to_dict("records"):
                section += self._one(row)
            result.append(section)
        return result

    def _one(self, row):
        section = nodes.section(ids=[f"data-{row['name'].replace('_', '-')}"])
        section += nodes.title("", "", nodes.literal("", row["name"]))
        lead = nodes.paragraph()
        lead += nodes.strong("", row["title"] + ".")
        lead += nodes.Text(" " + row["description"])
        section += lead
        fields = nodes.field_list()
        for name, content in self._fields(row):
            body = nodes.paragraph("", "", *content)
            field = nodes.field()
            field += nodes.field_name("", name)
            field += nodes.field_body("", body)
            fields += field
        section += fields
        return section

    def _fields(self, row):
        yield "How to get it", _code(_how(row))
        files = catalog.files(row["name"])
        if len(files):
            size = files["bytes"].sum() / 1e6
            noun = "file" if len(files) == 1 else "files"
            yield "Size", [nodes.Text(f"{len(files)} {noun}, {size:.1f} MB")]
        yield "Licence", [nodes.Text(row["licence"])]
        yield "Citation", [nodes.Text(row["citation"])]
        if links := _links(row):
            yield "Source", links
        yield "Layout", [nodes.Text(row["layout"])]
        if row["reader"]:
            yield "Read by", _code(f'`data.open("{row["name"]}")`')
        papers = [PAPERS.get(c, c) for c in row["chapters"].split(";")]
        yield "Serves", [nodes.Text(", ".join(papers))]


def _how(row):
    if row["access"] == "manual":
        return row["how_to_get"]
    return (
        f"`{catalog.how_to_get(row['name'])}`"
        if row["access"] == "download"
        else (catalog.how_to_get(row["name"]))
    )


def _links(row):
    urls = [f"https://doi.org/{row['doi']}"] if row["doi"] else []
    if row["url"] and row["url"] not in urls:
        urls.append(row["url"])
    links = []
    for url in urls:
        if links:
            links.append(nodes.Text(", "))
        links.append(nodes.reference("", url.removeprefix("https://"), refuri=url))
    return links


def _code(text):
    """Split text at backticks into plain and literal nodes."""
    parts = text.split("`")
    return [
        nodes.literal("", part) if i % 2 else nodes.Text(part)
        for i, part in enumerate(parts)
        if part
    ]


def setup(app):
    app.add_directive("datasets", Datasets)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
