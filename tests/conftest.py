"""A small checkout to build in: the real workflow and package, toy chapter, toy data."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
REAL = ("workflow", "gaitnb/evidence", "gaitnb/errors.py", "gaitnb/params.py", "constraints.txt",
        "gaitnb/__init__.py", "pyproject.toml", ".gitignore", "Makefile")  # fmt: skip

CONFIG = """\
title: toy
only_build_toc_files: true
execute:
  execute_notebooks: "off"
"""
TOC = """\
format: jb-book
root: book/index
chapters:
- file: book/toy/index
  sections:
  - file: book/toy/01_first
  - file: book/toy/02_results
"""
DATA = '''\
"""Toy data: one set at hand, one that is not; TOY_DATA changes the first."""
import os
import pandas as pd
import xarray as xr

def datasets():
    return pd.DataFrame({"name": ["walks", "secret"], "chapters": ["toy", "toy"]})

def at_hand(name):
    return name == "walks" or "TOY_SECRET" in os.environ

def fingerprint(name):
    return name + os.environ.get("TOY_DATA", "1")

def info(name):
    return {"access": os.environ.get("TOY_ACCESS", "download")}

def how_to_get(name):
    return f"ask for {name}"

def open(name):
    return xr.Dataset({"grf": ("trial", [1.0, 2.0])})
'''
EXPERIMENTS = '''\
"""Toy experiment."""
import os
import time
import pandas as pd

METHOD = 1

def units(params):
    data = ["walks", "secret"] if params["both"] else ["walks"]
    return [{"unit": f"{d}-{n}", "data": d, "n": n} for d in data for n in range(params["seeds"])]

def cost(unit, beside=1):
    return 300.0

def run_units(units, params, data):
    time.sleep(float(os.environ.get("TOY_SLEEP", 0)))
    if os.environ.get("TOY_FAIL") in [unit["unit"] for unit in units]:
        raise SystemExit(3)
    rows = [{"unit": u["unit"], "subject": "*", "force_bw": float(data[u["data"]].grf.sum()) * u["n"]}
            for u in units]
    return pd.DataFrame(rows)
'''
PARAMETERS = 'n: int = 2  # 1..9\nrun_dir: str = ""  # any; nothing is written when empty\n'
RESULTS = 'seeds: int = 2  # 1..9\nboth: bool = False\nrun_dir: str = ""  # any\n'


class Checkout:
    """A checkout below `root`, with programs run in it as a user would."""

    def __init__(self, root: Path):
        self.root = root

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def notebook(self, name: str, parameters: str, *code: str) -> Path:
        """Write a notebook with a title, a parameters cell and `code` cells."""
        cells = [nbformat.v4.new_markdown_cell(f"# {name}", id="title")]
        cells.append(nbformat.v4.new_code_cell(parameters.strip(), id="parameters"))
        cells[-1].metadata["tags"] = ["parameters"]
        cells += [nbformat.v4.new_code_cell(one, id=f"code{i}") for i, one in enumerate(code)]
        book = nbformat.v4.new_notebook(cells=cells)
        book.metadata["kernelspec"] = {
            "name": "python3", "display_name": "Python 3", "language": "python",
        }  # fmt: skip
        path = self.root / "book" / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(book, path)
        return path

    def environment(self, **more: str) -> dict:
        return os.environ | {"PYTHONPATH": str(self.root)} | more

    def start(self, *command: str, **more: str) -> subprocess.Popen:
        """Start `python -m command...`, output joined."""
        return subprocess.Popen(
            [sys.executable, "-m", *command], cwd=self.root, env=self.environment(**more),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip

    def run(self, *command: str, **more: str) -> tuple[int, str]:
        """Exit code and output of `python -m command...`."""
        process = self.start(*command, **more)
        out, _ = process.communicate(timeout=300)
        return process.returncode, out

    @staticmethod
    def ran(out: str) -> set[str]:
        """Names of the notebooks that a build started."""
        return set(re.findall(r"^  start   (\S+)$", out, re.MULTILINE))

    def git(self, *command: str) -> str:
        who = ["-c", "user.name=toy", "-c", "user.email=toy@example.org"]
        return subprocess.run(
            ["git", *who, *command], cwd=self.root, check=True, stdout=subprocess.PIPE, text=True
        ).stdout


@pytest.fixture
def checkout(tmp_path) -> Checkout:
    """A small checkout with two notebooks, committed."""
    made = Checkout(tmp_path / "checkout")
    for name in REAL:
        source, target = ROOT / name, made.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, target)
    made.write("_config.yml", CONFIG)
    made.write("_toc.yml", TOC)
    made.write("book/index.md", "# Toy book\n")
    made.write("book/toy/index.md", "# Toy chapter\n")
    made.write("gaitnb/data/__init__.py", DATA)
    made.write("gaitnb/signals.py", '"""Toy signals."""\n\ndef double(x):\n    return 2 * x\n')
    made.write("gaitnb/papers/__init__.py", "")
    made.write("gaitnb/papers/toy/__init__.py", "")
    made.write("gaitnb/papers/toy/model.py", "from gaitnb.signals import double\n")
    made.write("gaitnb/papers/toy/experiments.py", EXPERIMENTS)
    made.write("gaitnb/papers/toy/claims.csv", "id\nT01\n")
    made.notebook(
        "toy/01_first", PARAMETERS, "from gaitnb.papers.toy.model import double\ndouble(n)"
    )
    made.notebook("toy/02_results", RESULTS, "seeds + 1")
    made.git("init", "--quiet", "--initial-branch=main")
    made.git("add", "--all")
    made.git("commit", "--quiet", "-m", "Start")
    return made
