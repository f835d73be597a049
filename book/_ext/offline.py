"""Sphinx extension: a built page asks no other host for anything.

Interactive figures in notebooks load plotly.js from plotly's server, which suits Colab. Here that
script is replaced by the copy that the plotly package carries, once per page, on the pages that have
such a figure and on no other. Anything else that a page would load from elsewhere is a warning, and
so an error where warnings are errors.
"""

import re
from pathlib import Path

from sphinx.util import logging
from sphinx.util.fileutil import copy_asset_file

PLOTLY_FROM_CDN = re.compile(r'<script[^>]*\ssrc="https://cdn\.plot\.ly/[^"]*"[^>]*>\s*</script>')
# What a browser fetches by itself when it opens a page; links that a reader follows are no part of it.
LOADED_FROM_ELSEWHERE = re.compile(
    r'<(?:script|img|iframe|source|video|audio|embed)\b[^>]*\ssrc="((?:https?:)?//[^"]+)"'
    r'|<link\b[^>]*\shref="((?:https?:)?//[^"]+)"'
)
FONT_PRELOAD = re.compile(r'<link rel="preload" as="font"[^>]*>\s*')
logger = logging.getLogger(__name__)


def use_local_plotly(body, address):
    """Replace the first remote plotly.js by the one at `address` and drop its repetitions."""
    local = f'<script src="{address}"></script>'
    body = PLOTLY_FROM_CDN.sub(local, body, count=1)
    return PLOTLY_FROM_CDN.sub("", body)


def loaded_from_elsewhere(body):
    """Addresses on other hosts that a browser would fetch when it shows `body`."""
    return [script or link for script, link in LOADED_FROM_ELSEWHERE.findall(body)]


def mend_page(app, pagename, templatename, context, doctree):
    """Handler of html-page-context."""
    body = context.get("body")
    if body and PLOTLY_FROM_CDN.search(body):
        context["body"] = body = use_local_plotly(
            body, context["pathto"]("_static/plotly.min.js", 1)
        )
        app.env.gaitnb_uses_plotly = True
    for address in loaded_from_elsewhere(body or ""):
        logger.warning("the page would load %s, which needs a network", address, location=pagename)
    # Thebe, which the theme brings along, is not used here; it names a server and is declared twice.
    context["script_files"][:] = [
        script for script in context["script_files"] if "thebe" not in str(vars(script)).lower()
    ]
    if pagename == "search":
        app.add_js_file("search-offline.js")


def copy_plotly(app, exception):
    """Handler of build-finished: put plotly.js beside the pages when one of them needs it."""
    if exception is None and getattr(app.env, "gaitnb_uses_plotly", False):
        import plotly

        source = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
        copy_asset_file(str(source), str(Path(app.outdir) / "_static"))


def drop_font_preloads(app, exception):
    """Handler of build-finished: fonts come with the style sheet, as they do anyway.

    The theme asks for them ahead of it, which a browser refuses when a page lies in a folder.
    """
    if exception is None and app.builder.format == "html":
        for page in Path(app.outdir).rglob("*.html"):
            text = page.read_text(encoding="utf-8")
            plain = FONT_PRELOAD.sub("", text)
            if plain != text:
                page.write_text(plain, encoding="utf-8")


def setup(app):
    app.connect("html-page-context", mend_page)
    app.connect("build-finished", copy_plotly)
    app.connect("build-finished", drop_font_preloads)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": False}
