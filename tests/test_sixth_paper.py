"""A sixth paper is two folders and one line in the table of contents; nothing else knows of it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import evidence_toy
import pytest

from gaitnb.evidence import claims

ROOT = Path(__file__).parent.parent

TOC = """
format: jb-book
root: book/index
chapters:
  - file: book/toy/index
    sections:
      - file: book/toy/01_toy
  - file: book/across/scoreboard
  - file: book/reference/claims
"""
CONFIG = """
title: Toy book
only_build_toc_files: true
execute: {execute_notebooks: "off"}
sphinx:
  extra_extensions: [sphinx.ext.autodoc]
  local_extensions: {claims: EXT}
  config:
    html_static_path: [STATIC]
"""
# The build runs in a process of its own; there the toy paper is the only one, so that the test does
# not depend on other chapters.
BUILD = """
import sys
import gaitnb.papers
from jupyter_book.cli.main import main
gaitnb.papers.__path__[:] = [sys.argv[1]]
main(["build", sys.argv[2], "-W", "--keep-going"])
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    yield evidence_toy.install(tmp_path, monkeypatch)
    evidence_toy.forget()


@pytest.fixture
def book(tmp_path, package):
    """A book with the toy chapter, the scoreboard and the page about claims."""
    folder = tmp_path / "site"
    shutil.copytree(evidence_toy.SOURCE / "book", folder / "book" / "toy")
    for page in ("across/scoreboard.md", "reference/claims.md"):
        (folder / "book" / page).parent.mkdir()
        shutil.copy(ROOT / "book" / page, folder / "book" / page)
    (folder / "book" / "index.md").write_text("# A book\n")
    (folder / "_toc.yml").write_text(TOC)
    config = CONFIG.replace("EXT", str(ROOT / "book" / "_ext"))
    (folder / "_config.yml").write_text(config.replace("STATIC", str(ROOT / "book" / "_static")))
    return folder


def build(book, package):
    """Render the book; returns exit code and what was printed."""
    clean = {k: v for k, v in os.environ.items() if k not in ("GAITNB_MIRROR", "PYTHONPATH")}
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(package.parent), str(book)],
        env={**clean, "GAITNB_CACHE": str(book / "no-cache"), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def html(book, page):
    return (book / "_build" / "html" / "book" / f"{page}.html").read_text(encoding="utf-8")


def test_evidence_finds_and_judges_it(package):
    before = [name for name in claims.chapters() if name != "toy"]
    assert claims.chapters() == sorted([*before, "toy"])
    assert set(claims.evaluate("toy")["verdict"]) >= {"no result", "adopted"}
    evidence_toy.run_and_store(package)
    verdicts = claims.evaluate("toy").query("primary").set_index("id")["verdict"]
    assert verdicts["T01"] == "reproduced"
    assert verdicts["T02"] == "not reproduced"


@pytest.mark.slow
def test_the_book_shows_it(book, package):
    evidence_toy.run_and_store(package)
    code, said = build(book, package)
    assert code == 0, said

    chapter = html(book, "toy/index")
    assert "What the toy paper claims" in chapter
    assert 'href="01_toy.html#claim-t01"' in chapter
    assert "1.12 ± 0.0804 BW (n = 4)" in chapter
    for text in ("✓ reproduced", "✗ not reproduced", "≈ partly", "reproduced in the virtual lab"):
        assert text in chapter, text
    assert "1 lies outside 2..3" in chapter

    board = html(book, "across/scoreboard")
    assert 'href="../toy/01_toy.html#claim-t01"' in board
    assert re.search(r'href="../toy/index.html"[^>]*>(<[^>]*>)*Toy paper', board)
    rules = re.sub("<[^>]*>", "", html(book, "reference/claims"))
    assert "within: 0.02" in rules
    assert str(package) not in chapter + board, "a path of this machine got into a page"

    # Other results: the pages follow without being touched.
    shutil.rmtree(package / "results")
    other = {**evidence_toy.PARAMS, "gain": 2.0}
    evidence_toy.run_and_store(package, other)
    code, said = build(book, package)
    assert code == 0, said
    assert "2.24 ± 0.161 BW (n = 4)" in html(book, "toy/index")
    assert "2.24 ± 0.161 BW (n = 4)" in html(book, "across/scoreboard")

    # A profile that comes is noticed, too.
    evidence_toy.run_and_store(package, evidence_toy.PARAMS, "full")
    code, said = build(book, package)
    assert "1.12 ± 0.0804 BW (n = 4)" in html(book, "toy/index"), said


@pytest.mark.slow
def test_a_dead_link_stops_the_build(book, package):
    page = book / "book" / "toy" / "01_toy.md"
    page.write_text(page.read_text().replace("(claim-t02)=\n", ""))
    code, said = build(book, package)
    assert code != 0
    assert "claim-t02" in said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (":chapter: toy\n:caption", ":chapter: tory\n:caption", "did you mean toy?"),
        (":ids: T06", ":ids: T66", "unknown id T66"),
        (":columns: id", ":columns: idd", "unknown column idd"),
        (":primary:", ":kind: figure", "no row of toy is left"),
    ],
)
def test_a_wrong_option_stops_the_build(book, package, old, new, expected):
    page = book / "book" / "toy" / "index.md"
    text = page.read_text()
    assert old in text
    page.write_text(text.replace(old, new))
    code, said = build(book, package)
    assert code != 0
    assert expected in said
