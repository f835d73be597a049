"""From Markdown and notebooks to HTML: stage the sources, render them, check the pages.

python -m workflow.pages run         the notebooks as the build ran them
python -m workflow.pages committed   the notebooks as they are committed
"""

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from gaitnb.errors import GaitnbError
from workflow import lock
from workflow.project import (
    BOOK,
    BUILD,
    HTML,
    ROOT,
    STAGE,
    WorkflowError,
    shown,
    toc_files,
    toc_notebooks,
)

TOP = ("_config.yml", "_toc.yml", "LICENSE", "CITATION.cff")
# Pages that Sphinx and Jupyter Book add by themselves.
ADDED = {"genindex.html", "search.html", "py-modindex.html", "index.html"}


def main(argv: list[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="pages", description=__doc__.split("\n")[0])
    parser.add_argument("source", choices=["run", "committed"])
    parser.add_argument("--stage", type=Path)
    parser.add_argument("--html", type=Path, default=HTML)
    parser.add_argument("--strict", action="store_true", help="a warning is an error")
    asked = parser.parse_args(argv)
    stage = asked.stage or (STAGE if asked.source == "run" else BUILD / "stage_committed")
    try:
        if asked.source == "committed" and asked.html == HTML:  # a build holds the lock already
            lock.take("make read", wait=lock.wanted_to_wait())
        stage_book(stage, asked.source)
        start = time.time()
        again = render(stage, asked.html, asked.strict)
        what = f"rendered  {time.time() - start:.0f} s" if again else "pages are up to date"
        print(f"  {what}\n  {shown(asked.html / 'index.html')}", flush=True)
    except GaitnbError as error:
        print(f"  {error}", file=sys.stderr)
        return lock.BUSY if isinstance(error, lock.BuildIsRunning) else 1
    return 0


def stage_book(stage: Path, source: str) -> None:
    """Make `stage` hold what the pages are rendered from, and nothing else.

    Notebooks that the build ran are in the stage already; committed ones are copied into it.
    """
    stage.mkdir(parents=True, exist_ok=True)
    wanted = {ROOT / name for name in TOP if (ROOT / name).is_file()}
    wanted |= {path for path in BOOK.rglob("*") if path.is_file() and _is_source(path)}
    in_toc = {notebook.path for notebook in toc_notebooks()}
    keep = {path.relative_to(ROOT) for path in wanted | in_toc}
    for path in sorted(stage.rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.relative_to(stage) not in keep:
            path.unlink()
    for path in wanted | (in_toc if source == "committed" else set()):
        copy = stage / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if not (copy.is_file() and copy.read_bytes() == path.read_bytes()):
            shutil.copyfile(path, copy)
    missing = [path for path in in_toc if not (stage / path.relative_to(ROOT)).is_file()]
    if missing:
        raise WorkflowError(f"not run yet: {', '.join(shown(path) for path in sorted(missing))}")


def _is_source(path: Path) -> bool:
    """Whether a file below book/ belongs into the stage as it is (notebooks are handled apart)."""
    if "__pycache__" in path.parts or ".ipynb_checkpoints" in path.parts:
        return False
    pair = path.suffix == ".py" and path.with_suffix(".ipynb").is_file()
    return path.suffix != ".ipynb" and path.parent.name != "params" and not pair


def render(stage: Path, html: Path, strict: bool = False) -> bool:
    """Render the stage into `html`, which is replaced only by a whole and checked book.

    Returns
    -------
    bool
        False where `html` was rendered from this very stage and package before.

    Raises
    ------
    WorkflowError
        With what Jupyter Book said, where it failed; with the names, where pages are missing or
        left over.
    """
    state = _state(stage)
    stamp = html / ".rendered-from"
    if not strict and stamp.is_file() and stamp.read_text() == state:
        return False
    out = html.with_name(f".{html.name}.part")
    shutil.rmtree(out, ignore_errors=True)
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", str(stage), "--all"]
    command += ["--path-output", str(out), "--quiet"] + (["-W", "--keep-going"] if strict else [])
    done = subprocess.run(
        command, cwd=ROOT,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    made = out / "_build" / "html"
    if done.returncode or not made.is_dir():
        raise WorkflowError(f"the pages could not be rendered\n{_tail(done.stdout)}")
    warnings = dict.fromkeys(line for line in _plain(done.stdout) if "WARNING" in line)
    print(_tail("\n".join(warnings), 20), end="\n" if warnings else "")
    check_pages(made, toc_files())
    (made / ".rendered-from").write_text(state)
    old = html.with_name(f".{html.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if html.exists():
        html.rename(old)
    html.parent.mkdir(parents=True, exist_ok=True)
    made.rename(html)
    shutil.rmtree(old, ignore_errors=True)
    shutil.rmtree(out, ignore_errors=True)
    return True


def check_pages(html: Path, files: list[str]) -> None:
    """Raise where the pages are not those of the table of contents.

    Jupyter Book 2 builds nothing from these files and reports success, so success is not enough.
    """
    wanted = {f"{file}.html" for file in files}
    found = {str(path.relative_to(html)) for path in html.rglob("*.html")}
    found = {name for name in found if not name.startswith(("_static/", "_modules/", "_sources/"))}
    missing, extra = sorted(wanted - found), sorted(found - wanted - ADDED)
    if missing or extra:
        raise WorkflowError(
            f"expected {len(wanted)} pages of _toc.yml, found {len(found - ADDED)}; "
            f"missing: {', '.join(missing) or 'none'}; not in _toc.yml: {', '.join(extra) or 'none'}"
        )


def _state(stage: Path) -> str:
    """Hash over the stage and over the package, whose tables and docstrings are on the pages."""
    digest = hashlib.sha256((ROOT / "constraints.txt").read_bytes())
    package = [p for p in (ROOT / "gaitnb").rglob("*") if "__pycache__" not in p.parts]
    for path in sorted(stage.rglob("*")) + sorted(package):
        if path.is_file():
            digest.update(f"{path}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _plain(text: str) -> list[str]:
    """Lines without colour codes."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text).strip().splitlines()


def _tail(text: str, lines: int = 40) -> str:
    return "\n".join(f"    {line}" for line in _plain(text)[-lines:])


if __name__ == "__main__":
    sys.exit(main())
