"""The set-up cell: the same bytes in every notebook, and it does what it says."""

import importlib.util
import re
import subprocess
import tomllib

import nbformat
import pytest

from workflow.project import ROOT, notebooks

CELL = (ROOT / "workflow" / "setup_cell.py").read_text().rstrip("\n")


@pytest.mark.parametrize("notebook", notebooks(), ids=lambda nb: nb.name)
def test_first_code_cell_is_the_setup_cell_and_the_parameters_come_next(notebook):
    cells = nbformat.read(notebook.path, as_version=4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    assert code[0].source == CELL
    assert "parameters" in code[1].metadata.get("tags", [])


def test_it_installs_from_the_repository_of_the_project_without_pins():
    url = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["urls"]["Repository"]
    assert re.findall(r"https?://[^\"]+", CELL) == [url]
    assert f'"git+{url}"' in CELL
    assert "==" not in CELL.replace("is None", "")


def run_cell(monkeypatch, importable: bool) -> list:
    """Commands that the cell would have run."""
    commands = []
    monkeypatch.setattr(subprocess, "run", lambda *args, **kwargs: commands.append((args, kwargs)))
    spec = object() if importable else None
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)
    exec(compile(CELL, "setup_cell", "exec"), {})  # our own source, as a kernel would run it
    return commands


def test_it_does_nothing_where_the_package_is_importable(monkeypatch):
    assert run_cell(monkeypatch, importable=True) == []


def test_it_installs_where_the_package_is_missing_and_fails_loudly(monkeypatch):
    [((command,), options)] = run_cell(monkeypatch, importable=False)
    assert command[1:4] == ["-m", "pip", "install"]
    assert options["check"] is True
