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

from workflow.project import ROOT, Notebook

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
    modules |= closure(opened(chapter, cells, modules))
    files = {ROOT / "constraints.txt"}
    for name in modules:
        path = ROOT.joinpath(*name.split("."))
        files.add(path / "__init__.py" if path.is_dir() else path.with_suffix(".py"))
        # a package of which modules are used, and the data that belong to it
        if any(other.startswith(f"{name}.") for other in modules):
            beside = [*path.glob("*"), *(path / "results").rglob("*")]
            files |= {file for file in beside if file.suffix in (".csv", ".json", ".npz")}
    return {path for path in files if path.is_file()}


def opened(chapter: str, cells: list[tuple[str, str]], modules: set[str]) -> set[str]:
    """Modules behind `gaitnb.data.open`, which finds them by name, so that no import shows them.

    They are the readers of the data sets that the chapter may use, and the whole virtual lab
    where the code opens a cohort.
    """
    if f"{PACKAGE}.data" not in modules:
        return set()
    table = used_by(chapter)
    found = {f"{PACKAGE}.data.readers.{name.partition(':')[0]}" for name in table["reader"] if name}
    paths = [ROOT.joinpath(*name.split(".")) for name in modules]
    texts = [p.with_suffix(".py").read_text() for p in paths if p.with_suffix(".py").is_file()]
    texts += [source for kind, source in cells if kind == "code"]
    if any(re.search(r"[\"']lab:\w", text) for text in texts):
        lab = f"{PACKAGE}.lab"
        found |= {name for name in graph().modules if f"{name}.".startswith(f"{lab}.")}
    return found


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

    return {n: data.fingerprint(n) for n in used_by(chapter)["name"] if data.at_hand(n)}


def used_by(chapter: str):
    """Rows of the catalogue's data sets that a chapter may use."""
    from gaitnb import data

    table = data.datasets()
    return table[[chapter in re.split(r"[^a-z0-9_]+", str(used)) for used in table["chapters"]]]
