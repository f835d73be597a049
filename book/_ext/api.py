"""Sphinx extension: the page of the package's modules follows the package by itself.

The line ``% modules`` of the page is replaced by a table of all public modules and a section for
each, so that a module that is added is documented without anybody editing a list.
"""

import importlib.util
import re
from pathlib import Path

PAGE = "book/reference/api"
MARK = "% modules"


def public_modules(package):
    """Dotted names of a package's modules, without importing them, in alphabetical order.

    Left out are names that begin with an underscore and modules with nothing in them.
    """
    root = Path(importlib.util.find_spec(package).submodule_search_locations[0])
    names = []
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        hidden = any(part.startswith(("_", ".")) for part in parts)
        if not hidden and path.read_text(encoding="utf-8").strip():
            names.append(".".join((package, *parts)))
    return sorted(names)


def as_markdown(modules):
    """A table of the modules and a section for each, as MyST Markdown."""
    table = "\n".join(["```{eval-rst}", ".. autosummary::", ""] + [f"   {m}" for m in modules])
    sections = [
        f"## {module}\n\n```{{eval-rst}}\n.. automodule:: {module}\n   :members:\n```\n"
        for module in modules
    ]
    return "\n\n".join([table + "\n```", *sections])


def fill_page(app, docname, source):
    """Handler of source-read."""
    if docname == PAGE:
        modules = public_modules("gaitnb")
        app.env.gaitnb_modules = modules
        source[0] = source[0].replace(MARK, as_markdown(modules))


def reread_when_a_module_came_or_went(app, env, added, changed, removed):
    """Handler of env-get-outdated; autodoc itself notices a module that changed."""
    known = getattr(env, "gaitnb_modules", None)
    return [PAGE] if PAGE in env.found_docs and known != public_modules("gaitnb") else []


def plain_docstring(app, what, name, obj, options, lines):
    """Handler of autodoc-process-docstring: what reads well in code, but means more to Sphinx.

    Docstrings number their references from 1 each, and footnotes of one page cannot share a number:
    ``[1]_`` and ``.. [1]`` become plain text. ``|r|`` is an absolute value, no substitution.
    """
    for i, line in enumerate(lines):
        line = re.sub(r"^(\s*)\.\. (\[\d+\] )", r"\1\2", line)
        line = re.sub(r"(\[\d+\])_(?!\w)", r"\1", line)
        parts = re.split(r"(``.*?``|`.*?`)", line)
        parts[::2] = [re.sub(r"\|(\w[^|]*)\|", r"\|\1\|", part) for part in parts[::2]]
        lines[i] = "".join(parts)


def setup(app):
    # After napoleon, which knows the section of references by its footnotes.
    app.connect("autodoc-process-docstring", plain_docstring, priority=900)
    app.connect("source-read", fill_page)
    app.connect("env-get-outdated", reread_when_a_module_came_or_went)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
