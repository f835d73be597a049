"""Where things lie in a checkout, and which notebooks there are."""

import os
import re
import secrets
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

from gaitnb.errors import GaitnbError

ROOT = Path(__file__).resolve().parents[1]
BOOK = ROOT / "book"
PAPERS = ROOT / "gaitnb" / "papers"
BUILD = ROOT / "_build"
STAGE = BUILD / "stage"
RUN = BUILD / "run"
UNITS = BUILD / "units"
HTML = BUILD / "html"


class WorkflowError(GaitnbError):
    """A build cannot go on, for a reason that its user can mend."""


@dataclass(frozen=True, order=True)
class Notebook:
    """A notebook of the book, named by chapter folder and stem."""

    chapter: str
    stem: str

    @property
    def name(self) -> str:
        return f"{self.chapter}/{self.stem}"

    @property
    def path(self) -> Path:
        return BOOK / self.chapter / f"{self.stem}.ipynb"

    @property
    def staged(self) -> Path:
        return STAGE / "book" / self.chapter / f"{self.stem}.ipynb"

    @property
    def run_dir(self) -> Path:
        return RUN / self.chapter / self.stem


def notebooks(chapter: str | None = None) -> list[Notebook]:
    """All notebooks of the checkout, or of one chapter, in order."""
    paths = sorted(BOOK.glob(f"{chapter or '*'}/[0-9][0-9]_*.ipynb"))
    return [Notebook(path.parent.name, path.stem) for path in paths if path.stem.count(".") == 0]


def toc_files() -> list[str]:
    """Files named by `_toc.yml`, root first, without their endings."""
    path = ROOT / "_toc.yml"
    try:
        toc = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WorkflowError(f"{path}: cannot be read: {error.strerror}") from None
    except yaml.YAMLError as error:
        raise WorkflowError(f"{path}: not YAML: {error}") from None

    def walk(node):
        if isinstance(node, list):
            for item in node:
                yield from walk(item)
        elif isinstance(node, dict):
            for key in ("root", "file"):
                if key in node:
                    yield re.sub(r"\.(md|ipynb|rst)$", "", node[key])
            for value in node.values():
                yield from walk(value)

    return list(walk(toc))


def toc_notebooks() -> list[Notebook]:
    """The notebooks that the book shows; each file of the table of contents must exist."""
    shown, known = [], {f"book/{nb.name}": nb for nb in notebooks()}
    for file in toc_files():
        if file in known:
            shown.append(known[file])
        elif not any((ROOT / f"{file}{end}").is_file() for end in (".md", ".rst", ".ipynb")):
            raise WorkflowError(f"_toc.yml names {file}, and there is no such page")
    return shown


def write_text(path: Path, text: str) -> bool:
    """Write beside and rename; a file that says this already is left alone. True where changed."""
    if path.is_file() and path.read_bytes() == text.encode():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        part.write_bytes(text.encode())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return True


def empty_folder(path: Path) -> Path:
    """Make `path` an empty folder."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def shown(path: Path) -> str:
    """A path as a reader would type it from the top of the checkout."""
    return os.path.relpath(path, ROOT) if path.is_relative_to(ROOT) else str(path)


def say(line: str) -> None:
    """Print a whole line at once: jobs run side by side and share the terminal."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
