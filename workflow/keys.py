"""When is a notebook out of date? When its key differs from the one its last run was made with.

The key is a hash over everything that decides the outputs: the cells, the parameters, the modules
of gaitnb that the cells import, directly or not, the package data those modules read, the tested
versions, and the recordings at hand. Time stamps play no part.
"""

import ast
import functools
import hashlib
import json
import re
import sys
from pathlib import Path

from workflow.project import PAPERS, ROOT, Notebook

PACKAGE = "gaitnb"


def notebook_key(notebook: Notebook, values: dict | None = None) -> str:
    """Hash of what decides the outputs of a notebook run with `values` (default: its own cell)."""
    cells = read_cells(notebook.path)
    parts = {
        "cells": [[kind, source] for kind, source in cells],
        "values": values or {},
        "python": list(sys.version_info[:2]),
        "files": {
            str(path.relative_to(ROOT)): file_hash(path)
            for path in sorted(sources(notebook.chapter, cells))
        },
        "recordings": recordings(notebook.chapter),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def read_cells(path: Path) -> list[tuple[str, str]]:
    """(kind, source) of each cell."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [(cell["cell_type"], "".join(cell["source"])) for cell in cells]


def sources(chapter: str, cells: list[tuple[str, str]]) -> set[Path]:
    """Files of the checkout that code cells depend on."""
    wanted = imported("\n".join(source for kind, source in cells if kind == "code"))
    modules = closure(wanted)
    # The evidence reads chapters by listing, which no import shows: a notebook that asks for
    # evidence depends on its own chapter, and one outside the papers on all of them.
    if any(name.startswith(f"{PACKAGE}.evidence") for name in modules):
        own = f"{PACKAGE}.papers.{chapter}"
        papers = own if own in graph().modules else f"{PACKAGE}.papers"
        modules |= closure(
            {name for name in graph().modules if f"{name}.".startswith(f"{papers}.")}
        )
    files = {ROOT / "constraints.txt"}
    for name in modules:
        path = ROOT.joinpath(*name.split("."))
        files.add(path / "__init__.py" if path.is_dir() else path.with_suffix(".py"))
    papers = {name.split(".")[2] for name in modules if name.startswith(f"{PACKAGE}.papers.")}
    for folder in [PAPERS / paper for paper in papers]:
        files |= {path for path in folder.rglob("*") if path.suffix in (".csv", ".json")}
    if any(f"{name}.".startswith(f"{PACKAGE}.data.") for name in modules):
        files |= set((ROOT / PACKAGE / "data").glob("*.csv"))
    return {path for path in files if path.is_file()}


def imported(code: str) -> set[str]:
    """Modules of the package that `code` imports; the whole package where it cannot be parsed."""
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        tree = ast.parse(TransformerManager().transform_cell(code))
    except SyntaxError:
        return set(graph().modules)
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return {name for name in names if f"{name}.".startswith(f"{PACKAGE}.")}


def closure(names: set[str]) -> set[str]:
    """The modules among `names`, their parents, and all that these import, directly or not."""
    known, found = graph().modules, set()
    todo = [name for name in names if name in known]
    while todo:
        name = todo.pop()
        if name in found:
            continue
        found.add(name)
        todo += graph().find_modules_directly_imported_by(name)
        todo += [name.rpartition(".")[0]] if "." in name else []
    return found


@functools.cache
def graph():
    """The import graph of the package in this checkout."""
    import grimp

    return grimp.build_graph(PACKAGE, cache_dir=None)


@functools.cache
def file_hash(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@functools.cache
def recordings(chapter: str) -> dict[str, str]:
    """Fingerprint of each data set at hand that a chapter may use."""
    from gaitnb import data

    table = data.datasets()
    mine = table[[chapter in re.split(r"[^a-z0-9_]+", str(used)) for used in table["chapters"]]]
    return {name: data.fingerprint(name) for name in mine["name"] if data.at_hand(name)}
