"""Sphinx extension: every image says in words what it shows.

An image without alternative text takes its figure's caption; one without either is a warning that
says how to mend it, and so an error where warnings are errors.
"""

from docutils import nodes
from sphinx.util import logging

logger = logging.getLogger(__name__)


def add_alt_texts(app, doctree, docname):
    """Handler of doctree-resolved."""
    for image in doctree.findall(nodes.image):
        if image.get("alt", "").strip():
            continue
        figure = image.parent
        while figure is not None and not isinstance(figure, nodes.figure):
            figure = figure.parent
        caption = figure.next_node(nodes.caption) if figure is not None else None
        if caption is not None and caption.astext().strip():
            image["alt"] = caption.astext().strip()
        else:
            logger.warning(
                "an image has no alternative text: write ![what it shows](file) in Markdown, or give "
                'the cell the metadata {"mystnb": {"image": {"alt": "what it shows"}}}',
                location=docname,
            )


def setup(app):
    app.connect("doctree-resolved", add_alt_texts)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
