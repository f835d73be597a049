"""The catalogue's page, rendered."""

import re
import subprocess
import sys
from pathlib import Path

from gaitnb import data

ROOT = Path(__file__).parents[2]
CONFIG = f"""
import sys
sys.path.insert(0, {str(ROOT / "book" / "_ext")!r})
project = "toy"
extensions = ["myst_parser", "datasets"]
myst_enable_extensions = ["dollarmath", "colon_fence"]
suppress_warnings = []
"""


def test_the_page_renders_every_set_without_a_warning(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    (source / "conf.py").write_text(CONFIG)
    (source / "index.md").write_text("# Toy\n\n```{toctree}\ndata\nnotation\n```\n")
    for page in ("data.md", "notation.md"):
        (source / page).write_text((ROOT / "book" / "reference" / page).read_text())
    command = [sys.executable, "-m", "sphinx", "-W", "-q", "-b", "html", source, tmp_path / "html"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    html = (tmp_path / "html" / "data.html").read_text()
    text = re.sub(r"<[^>]+>", "", html)
    for row in data.datasets().itertuples():
        assert f'id="data-{row.name.replace("_", "-")}"' in html
        for cell in (row.title, row.licence, row.citation):
            assert cell.split("'")[0] in text, (row.name, cell)
        if row.doi:
            assert f'href="https://doi.org/{row.doi}"' in html
    for name in data.datasets().query("access == 'download'")["name"]:
        assert f"gaitnb data fetch {name}" in text
