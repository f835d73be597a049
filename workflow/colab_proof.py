"""Prove that a notebook works far from the checkout, as in Colab: the set-up cell brings it all.

A new virtual environment without gaitnb, a folder outside the checkout, the set-up cell as it
stands, and the repository's address led to this checkout by git itself. What the package needs is
lent by the project's environment, so that nothing large is downloaded; gaitnb is not.

    python -m workflow.colab_proof
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
from pathlib import Path

from workflow.project import ROOT, notebooks

CHECK = """
import contextlib, io, json, pathlib, sys
import gaitnb
place = pathlib.Path(gaitnb.__file__)
assert place.is_relative_to(sys.prefix), f"gaitnb came from {place}"
from gaitnb.cli import main
text = io.StringIO()
with contextlib.redirect_stdout(text):
    assert main(["claims", "--json"]) == 0
claims = json.loads(text.getvalue())
assert {"id", "verdict", "data"} <= set(claims[0])
from gaitnb import params
from gaitnb.evidence import results
from gaitnb.evidence.claims import chapters
for chapter in chapters():
    for stem, entry in params.compiled(chapter).items():
        for profile in ["reduced", *entry["profiles"]]:
            assert params.at_profile(chapter, stem, profile)
    for profile in results.committed_profiles(chapter):
        assert len(results.quantities(chapter, profile))
    print(chapter, "notebooks:", len(params.compiled(chapter)),
          "claims:", sum(row["chapter"] == chapter for row in claims),
          "results:", results.committed_profiles(chapter))
"""
RUN = """
import sys, nbformat
from nbclient import NotebookClient
for path in sys.argv[1:]:
    book = nbformat.read(path, as_version=4)
    NotebookClient(book, timeout=600, kernel_name="python3").execute()
    print(path, "ran")
    for output in book.cells[-1].get("outputs", []):
        print(output.get("text", ""), end="")
"""


def main() -> int:
    """Run the proof; returns the exit code."""
    with tempfile.TemporaryDirectory(prefix="away-") as name:
        away = Path(name)
        python = environment(away)
        paths = [check_notebook(away)]
        for notebook in notebooks()[:1]:  # and a real one
            paths.append(shutil.copy(notebook.path, away))
        done = subprocess.run(
            [python, "-c", RUN, *map(str, paths)], cwd=away, env=surroundings(away)
        )
    print("colab proof:", "passed" if done.returncode == 0 else "FAILED")
    return done.returncode


def environment(away: Path) -> Path:
    """Make a virtual environment that borrows everything but gaitnb and pip; returns its Python."""
    subprocess.run([sys.executable, "-m", "venv", str(away / "venv")], check=True)
    python = away / "venv" / "bin" / "python"
    lent = away / "lent"
    lent.mkdir()
    for path in Path(sysconfig.get_paths()["purelib"]).iterdir():
        if "gaitnb" not in path.name and not path.name.startswith(("pip", "__")):
            (lent / path.name).symlink_to(path)
    code = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    site = subprocess.run([python, "-c", code], stdout=subprocess.PIPE, text=True, check=True)
    Path(site.stdout.strip(), "lent.pth").write_text(f"{lent}\n")
    missing = subprocess.run(
        [python, "-c", "import numpy, gaitnb"], stderr=subprocess.PIPE, cwd=away
    )
    if b"No module named 'gaitnb'" not in missing.stderr:
        raise SystemExit("the new environment has gaitnb already, so it proves nothing")
    return python


def check_notebook(away: Path) -> Path:
    """A notebook with the set-up cell and a look for claims, parameters and results."""
    import nbformat

    setup = (ROOT / "workflow" / "setup_cell.py").read_text().rstrip("\n")
    cells = [nbformat.v4.new_code_cell(setup), nbformat.v4.new_code_cell(CHECK.strip())]
    path = away / "check.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def surroundings(away: Path) -> dict[str, str]:
    """Environment variables of a stranger's computer, on which git finds this checkout."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    settings = {
        f"url.{ROOT.as_uri()}.insteadOf": pyproject["project"]["urls"]["Repository"],
        "safe.directory": "*",
    }
    dropped = ("PYTHONPATH", "VIRTUAL_ENV", "GAITNB_MIRROR")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    kept |= {"GAITNB_CACHE": str(away / "cache"), "GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings.items()):
        kept |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return kept


if __name__ == "__main__":
    sys.exit(main())
