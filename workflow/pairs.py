"""A notebook is a pair: `.ipynb` with outputs, `.py` (percent format) to read and review."""

from pathlib import Path

from workflow.project import BOOK, Notebook, notebooks


def sync(notebook: Notebook) -> None:
    """Bring both files of a pair to the same cells: the newer one wins, outputs are kept."""
    from jupytext.cli import jupytext

    pair = [path for path in (notebook.path, script(notebook)) if path.is_file()]
    newest = max(pair, key=lambda path: path.stat().st_mtime_ns)
    jupytext(["--quiet", "--set-kernel", "python3", "--sync", str(newest)])


def script(notebook: Notebook) -> Path:
    """The `.py` file of a pair."""
    return notebook.path.with_suffix(".py")


def all_pairs() -> list[Notebook]:
    """Every notebook of which at least one file exists."""
    scripts = {Notebook(p.parent.name, p.stem) for p in BOOK.glob("*/[0-9][0-9]_*.py")}
    return sorted(scripts | set(notebooks()))


def differences(notebook: Notebook) -> list[str]:
    """What differs between the two files of a pair, cell by cell; empty where nothing does."""
    import jupytext
    import nbformat

    for path in (notebook.path, script(notebook)):
        if not path.is_file():
            return [f"{path.name} is missing"]
    ours = nbformat.read(notebook.path, as_version=4).cells
    theirs = jupytext.read(script(notebook)).cells
    found = [
        f"cell {number}: {what} differ"
        for number, (a, b) in enumerate(zip(ours, theirs, strict=False), 1)
        for what, differ in (
            ("sources", a.source != b.source),
            ("types", a.cell_type != b.cell_type),
            ("tags", a.metadata.get("tags", []) != b.metadata.get("tags", [])),
        )
        if differ
    ]
    if len(ours) != len(theirs):
        found.append(f"{len(ours)} cells in .ipynb, {len(theirs)} in .py")
    return found
