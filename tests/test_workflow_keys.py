"""What a notebook's outputs depend on, where no import statement shows it."""

from workflow import keys
from workflow.project import ROOT

OPENS = "from gaitnb import data\ndata.open({!r})"


def depends(chapter, code):
    """Files below the package, as text."""
    found = keys.sources(chapter, [("markdown", "words"), ("code", code)])
    package = ROOT / "gaitnb"
    return {str(path.relative_to(package)) for path in found if path.is_relative_to(package)}


def test_readers_of_the_chapters_own_data_sets_count():
    found = depends("latent_motion", OPENS.format("pataky2008"))
    assert {"data/readers/pataky2008.py", "data/readers/gaitrec2021.py"} <= found
    assert "data/stance.py" in found  # what a reader imports
    assert "data/readers/li2021.py" not in found  # another chapter's
    assert "data/readers/li2021.py" in depends("foundations", OPENS.format("pataky2008"))


def test_the_lab_counts_where_a_cohort_is_opened():
    without = depends("latent_motion", OPENS.format("pataky2008"))
    found = depends("latent_motion", OPENS.format("lab:healthy_walking"))
    lab = {"lab/solve.py", "lab/coefficients.npz", "lab/stances.py"}
    assert lab <= found and not lab & without
    assert lab - {"lab/stances.py"} <= depends("foundations", "from gaitnb.lab import movement")


def test_stored_tables_count_for_those_who_read_them():
    kept = "foundations/results/events_ipol2023.csv"
    assert kept in depends("foundations", "from gaitnb.foundations import stored")
    assert kept not in depends("foundations", "from gaitnb import splits")


def test_a_papers_results_count_for_its_notebooks():
    found = depends("latent_motion", "from gaitnb.papers.latent_motion import wavelets")
    assert "papers/latent_motion/results/overnight/units.csv" in found
    assert "papers/latent_motion/claims.csv" in found


def test_code_that_opens_nothing_depends_on_no_data():
    assert not {f for f in depends("latent_motion", "1 + 1") if f.startswith(("data", "lab"))}
