"""Hashes and records: what they depend on, and what they must not depend on."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import gaitnb
from gaitnb.evidence import provenance

PACKAGE = Path(gaitnb.__file__).parent


def test_params_hash_ignores_order_and_place():
    one = {"n": 3, "model": "sae", "run_dir": "", "device": "auto"}
    two = {"run_dir": "somewhere", "device": "cuda", "model": "sae", "n": 3}
    assert provenance.params_hash(one) == provenance.params_hash(two)
    assert provenance.params_hash({"n": np.int64(3)}) == provenance.params_hash({"n": 3})


@pytest.mark.parametrize(
    "other", [{"n": 4}, {"n": 3.5}, {"n": "3"}, {"m": 3}, {"n": 3, "m": 1}, {}]
)
def test_params_hash_tells_parameters_apart(other):
    assert provenance.params_hash(other) != provenance.params_hash({"n": 3})


def test_params_hash_refuses_what_is_not_plain():
    with pytest.raises(ValueError):
        provenance.params_hash({"rate": float("nan")})
    with pytest.raises(TypeError, match="may not be a set"):
        provenance.params_hash({"seeds": {1, 2}})


@pytest.fixture
def tree(tmp_path):
    root = tmp_path / "tree"
    for name, text in {
        "a.py": "x = 1\ny = 2\n",
        "data/table.csv": "name\none\n",
        "papers/p/results/full/units.csv": "unit\n1\n",
        "papers/p/claims.csv": "id\nP01\n",
        "notes.txt": "not source\n",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def test_tree_hash_does_not_see_line_endings_results_or_other_files(tree):
    before = provenance.hash_sources(tree)
    (tree / "a.py").write_bytes(b"x = 1\r\ny = 2\r\n")
    (tree / "papers/p/results/full/units.csv").write_text("unit\n2\n")
    (tree / "notes.txt").write_text("changed\n")
    (tree / "__pycache__").mkdir()
    (tree / "__pycache__" / "a.py").write_text("left over\n")
    assert provenance.hash_sources(tree) == before


@pytest.mark.parametrize("change", ["edit", "rename", "add", "remove", "move a line", "table"])
def test_tree_hash_sees_every_change_of_source(tree, change):
    before = provenance.hash_sources(tree)
    if change == "edit":
        (tree / "a.py").write_text("x = 1\ny = 3\n")
    elif change == "rename":
        (tree / "a.py").rename(tree / "b.py")
    elif change == "add":
        (tree / "empty.py").write_text("")
    elif change == "remove":
        (tree / "a.py").unlink()
    elif change == "move a line":
        (tree / "a.py").write_text("x = 1\n")
        (tree / "aa.py").write_text("y = 2\n")
    else:
        (tree / "papers/p/claims.csv").write_text("id\nP02\n")
    assert provenance.hash_sources(tree) != before


def test_an_installed_copy_has_the_hash_of_the_checkout(tmp_path):
    copy = tmp_path / "site-packages" / "gaitnb"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("results", "__pycache__"))
    assert provenance.hash_sources(copy) == provenance.tree_hash()


def test_run_record_is_plain_and_complete():
    record = json.loads(json.dumps(provenance.run_record("make overnight", 12.345, "cpu")))
    assert set(record) == {
        "tree", "versions", "threads", "device", "seconds", "command", "platform", "python",
    }  # fmt: skip
    assert record["versions"]["numpy"] == np.__version__
    assert record["seconds"] == 12.3
    assert record["tree"] == provenance.tree_hash()


def test_threads_are_those_of_torch():
    torch = pytest.importorskip("torch")
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        assert provenance.run_record("x", 1)["threads"] == 1
    finally:
        torch.set_num_threads(before)
