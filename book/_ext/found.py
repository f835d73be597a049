"""Sphinx extension: ``{found}``, one line a chapter that says how many claims got which verdict."""

from claims import Tables, badge, evaluated
from docutils import nodes

from gaitnb.evidence import claims


class Found(Tables):
    """``{found}``: the verdicts of all chapters, counted, in one line each."""

    def make(self):
        self.depend_on()
        items = nodes.bullet_list("", classes=["found"])
        for chapter in claims.chapters():
            once = claims.counted_once(evaluated(chapter))
            counts = once["verdict"].value_counts()
            line = nodes.paragraph("", "", self.chapter_link(chapter), nodes.Text(": "))
            for verdict in claims.VERDICTS:
                if verdict in counts:
                    counted = nodes.Text(f"{counts[verdict]} ")
                    line += nodes.inline("", "", counted, badge(verdict), classes=["found-count"])
                    line += nodes.Text(" ")
            items += nodes.list_item("", line)
        return [items]


def setup(app):
    app.add_directive("found", Found)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
