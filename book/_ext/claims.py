"""Sphinx extension: tables of claims and the scoreboard, rendered from the package's data.

::

    ```{claims}
    :chapter: latent_motion
    :ids: G09 G12
    ```

    ```{scoreboard}
    ```

Options of ``claims``: ``chapter``; ``ids`` (sub-ids come along); ``kind`` (number, order, ...);
``primary`` (only the row that counts of each claim); ``columns`` (of those in `HEADINGS`);
``caption``. Each id links to the cell that computes it; a link without a target is a warning.
"""

from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

from gaitnb.errors import GaitnbError
from gaitnb.evidence import claims, results
from gaitnb.evidence.commands import measured_text, paper_text
from gaitnb.evidence.table import KINDS, NO_DATA, nearest

HEADINGS = {
    "id": "Claim",
    "claim": "The paper says",
    "statement": "The paper says",
    "place": "Where",
    "paper": "Paper",
    "measured": "Ours",
    "ours": "Ours",
    "data": "Data",
    "judged": "Verdict",
    "verdict": "Verdict",
    "reason": "Reason",
}
# Three of them put a second line under the first: where, on which data, why.
SECOND_LINE = {
    "claim": ("statement", "place"),
    "measured": ("ours", "data"),
    "judged": ("verdict", "reason"),
}
DEFAULT_COLUMNS = ["id", "claim", "paper", "measured", "judged"]
WIDTHS = {"claim": 30, "statement": 30, "judged": 34, "reason": 34, "measured": 18, "paper": 12}

# A sign besides colour and words, so that a column of verdicts can be scanned.
SIGNS = {"reproduced": "✓", "partly": "≈", "not-reproduced": "✗", "open": "○"}

_evaluated = {}


def evaluated(chapter):
    """Verdicts of a chapter, computed once per build."""
    if chapter not in _evaluated:
        _evaluated[chapter] = claims.evaluate(chapter)
    return _evaluated[chapter]


def evidence_files(chapter=None):
    """The files that the tables of a chapter (or of all) are made from, as a list of paths."""
    files = sorted(Path(claims.__file__).parent.glob("*.py"))
    for name in claims.chapters() if chapter is None else [chapter]:
        folder = Path(str(results.results_folder(name, "full"))).parents[1]
        files += [folder / "claims.csv", folder / "analysis.py"]
        files += sorted(folder.glob("results/*/*.csv")) + sorted(folder.glob("results/*/*.json"))
    return [str(file) for file in files if file.is_file()]


class Tables(SphinxDirective):
    """What both directives share: notes what the page depends on, and makes tables."""

    def run(self):
        try:
            made = self.make()
        except GaitnbError as error:
            raise self.error(str(error)) from error
        return made

    def depend_on(self, chapter=None):
        """Re-read this page when the evidence of a chapter (or of all) changed, came or went."""
        files = evidence_files(chapter)
        for file in files:
            self.env.note_dependency(file)
        self.env.metadata[self.env.docname].setdefault("evidence", {})[chapter] = files

    def claims_table(self, rows, columns, caption=""):
        """One row per claim and data set; rows that are not primary are marked."""
        body = []
        for row in rows.to_dict("records"):
            cells = [(f"claims-{name}", self.cell(name, row)) for name in columns]
            body.append((cells, [] if row["primary"] else ["claims-side"]))
        head = [[nodes.Text(HEADINGS[name])] for name in columns]
        widths = [WIDTHS.get(name, 8) for name in columns]
        return table(head, body, widths, "claims-table", caption)

    def cell(self, name, row):
        """The paragraphs of one cell."""
        first, second = SECOND_LINE.get(name, (name, None))
        lines = [nodes.paragraph("", "", *self.inline(first, row))]
        if second and (small := self.inline(second, row)):
            lines.append(nodes.paragraph("", "", *small, classes=["claims-small"]))
        return lines

    def inline(self, name, row):
        """The text of one column, as inline nodes; empty where there is nothing to say."""
        if name == "id":
            return [self.link_to_cell(row)]
        if name == "verdict":
            return [badge(row["verdict"])]
        if name == "data":
            where = "" if row["data"] in NO_DATA else row["data"]
            parts = [where, row["profile"], "" if row["primary"] else "side row"]
            text = " · ".join(part for part in parts if isinstance(part, str) and part)
        else:
            text = {"paper": paper_text, "ours": measured_text}.get(name, lambda r: r[name])(row)
        return [nodes.Text(text)] if text else []

    def link_to_cell(self, row):
        """The id, linked to the target above the cell that computes it."""
        if not row["cell"]:
            return nodes.inline("", row["id"], classes=["claims-id"])
        return self.reference("ref", row["cell"].split("#")[1], row["id"])

    def reference(self, kind, target, text=None):
        """A reference that Sphinx resolves, with a warning where there is no such target."""
        return addnodes.pending_xref(
            "",
            nodes.inline("", text or target, classes=["std", f"std-{kind}"]),
            refdomain="std",
            reftype=kind,
            reftarget=target,
            refexplicit=text is not None,
            refdoc=self.env.docname,
            refwarn=True,
        )

    def counts_table(self, caption, names, column, show=nodes.Text):
        """Claims by the values of a column, a chapter per column and their sum."""
        found = [column(claims.counted_once(evaluated(c))) for c in self.chapters]
        links = [[self.chapter_link(chapter)] for chapter in self.chapters]
        body = []
        for name in names:
            numbers = [int((values == name).sum()) for values in found]
            body.append(counts_row(show(name), [*numbers, sum(numbers)]))
        totals = [len(values) for values in found]
        body.append(counts_row(nodes.strong("", "claims"), [*totals, sum(totals)]))
        head = [[nodes.Text("")], *links, [nodes.Text("all")]]
        return table(head, body, [3] + [1] * (len(head) - 1), "claims-counts", caption)

    def chapter_link(self, chapter):
        """A link to the chapter's first page, with that page's title."""
        return self.reference("doc", f"/book/{chapter}/index")


class Claims(Tables):
    """``{claims}``: a table of claims of one chapter."""

    option_spec = {
        "chapter": directives.unchanged_required,
        "ids": directives.unchanged_required,
        "kind": directives.unchanged_required,
        "primary": directives.flag,
        "columns": directives.unchanged_required,
        "caption": directives.unchanged_required,
    }

    def make(self):
        if "chapter" not in self.options:
            raise self.error("claims: the option chapter is missing")
        chapter = self.options["chapter"]
        rows = evaluated(chapter)
        self.depend_on(chapter)
        if "ids" in self.options:
            wanted = self.options["ids"].replace(",", " ").split()
            for name in wanted:
                if name not in set(rows["id"]):
                    raise self.error(f"claims: unknown id {name}{nearest(name, set(rows['id']))}")
            chosen = [i in wanted or i.split(".")[0] in wanted for i in rows["id"]]
            rows = rows[chosen]
        if "kind" in self.options:
            if self.options["kind"] not in KINDS:
                raise self.error(f"claims: unknown kind{nearest(self.options['kind'], KINDS)}")
            rows = rows[rows["kind"] == self.options["kind"]]
        if "primary" in self.options:
            rows = rows[rows["primary"]]
        if rows.empty:
            raise self.error(f"claims: no row of {chapter} is left by these options")
        columns = self.options.get("columns", " ".join(DEFAULT_COLUMNS)).replace(",", " ").split()
        for name in columns:
            if name not in HEADINGS:
                raise self.error(f"claims: unknown column {name}{nearest(name, HEADINGS)}")
        return [self.claims_table(rows, columns, self.options.get("caption", ""))]


class Scoreboard(Tables):
    """``{scoreboard}``: all chapters; how many claims rest on what, and every row."""

    def make(self):
        self.chapters = claims.chapters()
        self.depend_on()

        def kind(rows):
            return rows.apply(claims.evidence_kind, axis=1)

        def verdict(rows):
            return rows["verdict"]

        given = {v for c in self.chapters for v in claims.counted_once(evaluated(c))["verdict"]}
        verdicts = [name for name in claims.VERDICTS if name in given]
        made = [
            self.counts_table("Claims by kind of evidence", claims.EVIDENCE, kind),
            self.counts_table("Claims by verdict", verdicts, verdict, show=badge),
        ]
        for chapter in self.chapters:
            title = nodes.rubric("", "", self.chapter_link(chapter))
            made += [title, self.claims_table(evaluated(chapter), DEFAULT_COLUMNS)]
        return made


def badge(verdict):
    """A verdict as a coloured word with a sign."""
    plain = verdict.removesuffix(claims.IN_THE_LAB)
    same = {claims.HOLDS: "reproduced", claims.FAILS: "not-reproduced"}
    style = same.get(plain, plain.replace(" ", "-"))
    style = style if style in SIGNS else "open"
    classes = ["verdict", f"verdict-{style}"]
    if plain != verdict:
        classes.append("verdict-virtual")
    return nodes.inline("", f"{SIGNS[style]} {verdict}", classes=classes)


def counts_row(name, numbers):
    """A row of counts; zero is a dot, so that the others stand out."""
    texts = [nodes.Text(str(number) if number else "·") for number in numbers]
    cells = [("claims-name", [nodes.paragraph("", "", name)])]
    cells += [("claims-count", [nodes.paragraph("", "", text)]) for text in texts]
    return cells, []


def table(head, body, widths, style, caption=""):
    """A docutils table.

    Parameters
    ----------
    head : list of list of inline nodes
    body : list of (cells, classes of the row), a cell being (class, list of paragraphs)
    widths : list of int
    style : str
        Class of the table.
    caption : str
    """
    group = nodes.tgroup("", cols=len(widths))
    group += [nodes.colspec("", colwidth=width) for width in widths]
    top = nodes.row("", *(nodes.entry("", nodes.paragraph("", "", *cell)) for cell in head))
    rows = []
    for cells, classes in body:
        entries = [nodes.entry("", *content, classes=[name]) for name, content in cells]
        rows.append(nodes.row("", *entries, classes=classes))
    group += [nodes.thead("", top), nodes.tbody("", *rows)]
    made = nodes.table("", classes=[style])
    if caption:
        made += nodes.title("", caption)
    made += group
    return made


def forget(app):
    """Handler of builder-inited: another build may find other results."""
    _evaluated.clear()


def changed_evidence(app, env, added, changed, removed):
    """Handler of env-get-outdated: pages whose evidence has other files than when they were read."""
    return [
        docname
        for docname, meta in env.metadata.items()
        if any(evidence_files(c) != files for c, files in meta.get("evidence", {}).items())
    ]


def setup(app):
    app.add_directive("claims", Claims)
    app.add_directive("scoreboard", Scoreboard)
    app.add_css_file("claims.css")
    app.connect("builder-inited", forget)
    app.connect("env-get-outdated", changed_evidence)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
