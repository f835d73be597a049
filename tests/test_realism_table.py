"""The table of comparisons, by hand; its stored files; what is stale is refused."""

import importlib.resources

import numpy as np
import pandas as pd
import pytest

from gaitnb import data
from gaitnb.errors import ParameterError, ResultsError
from gaitnb.realism import stored, table

KEYS = ("force", "predicted", "first peak", "BW", "toy", "walking", 3)


def test_a_number_in_standard_deviations_by_hand():
    row = table.value(*KEYS, 1.10, 1.07, 0.06, "within .04 BW")
    assert (row["met"], row["within_sd"]) == (True, True)
    rows = table.rows([row, table.value(*KEYS, 1.10, 1.28, 0.06, "within 15 %")])
    assert table.in_sd(rows).round(6).tolist() == [-0.5, 3.0]
    assert rows["met"].tolist() == [True, False]
    assert rows["within_sd"].tolist() == [True, False]


def test_a_curve_by_hand():
    real, virtual = np.array([0.0, 1.0, 2.0, 1.0]), np.array([0.0, 1.0, 2.0, 3.0])
    row = table.curve(*KEYS, real, virtual, [1.0, 1.0, 1.0, 1.0], "r >= .9, RMSE <= 1 BW")
    assert (row["real"], row["virtual"], row["rmse"]) == (2.0, 3.0, 1.0)
    assert row["r"] == pytest.approx(2 / np.sqrt(2 * 5))  # sum of products 2, of squares 2 and 5
    assert (row["met"], row["within_sd"]) == (False, True)
    assert table.in_sd(table.rows([row])).tolist() == [1.0]


def test_without_an_aim_or_a_spread_there_is_no_verdict():
    rows = table.rows([table.value(*KEYS, 1.0, 2.0)])
    assert rows["met"].isna().all() and rows["within_sd"].isna().all()
    assert table.in_sd(rows).isna().all()


def test_a_table_of_curves_gives_one_row_a_pair():
    percent = np.linspace(0, 100, 5)
    parts = [
        table.curve_table(*KEYS[:2], name, *KEYS[3:], percent, np.arange(5.0), scale * np.arange(5))
        for name, scale in (("b", 2.0), ("a", -1.0))
    ]
    rows = table.of_curves(pd.concat(parts), {"a": "r >= .5"})
    assert rows["quantity"].tolist() == ["b", "a"]
    assert rows["r"].tolist() == pytest.approx([1, -1])
    assert rows["met"].tolist() == [pd.NA, False]
    assert rows["within_sd"].isna().all()


@pytest.mark.parametrize(
    ("aim", "expected"),
    [("value <= 2.5 mm", True), ("value <= 1.9 mm", False), ("within 1 mm", True), ("", None)],
)
def test_aims_follow_from_their_text(aim, expected):
    assert table.is_met(aim, real=1.5, virtual=2.0) is expected


@pytest.mark.parametrize("aim", ["about .03", "r >= .9", "r > .9", "within .03 BW,r >= .9"])
def test_an_aim_that_says_nothing_is_refused(aim):
    with pytest.raises(ParameterError, match="aim"):
        table.is_met(aim, real=1.0, virtual=1.0)


def test_rows_that_are_no_comparison_are_refused():
    good = table.value(*KEYS, 1.0, 1.0)
    faults = {
        "a comparison has the columns": {"extra": 1},
        "unknown family": {"family": "forces"},
        "unknown status": {"status": "adjusted"},
        "virtual is nan": {"virtual": np.nan},
    }
    for message, change in faults.items():
        with pytest.raises(ResultsError, match=message):
            table.rows([good | change])
    with pytest.raises(ParameterError, match="same number of samples"):
        table.curve(*KEYS, np.zeros(3), np.zeros(4))


@pytest.mark.parametrize("name", stored.COMPARISONS)
def test_stored_comparisons_are_whole_and_their_verdicts_follow_from_their_numbers(name):
    for dataset in stored.COMPARISONS[name]:
        rows = table.rows(stored.stored(name, dataset))
        assert len(rows) and not rows.duplicated(list(table.COLUMNS)[:6]).any()
        for row in rows.to_dict("records"):
            met = table.is_met(*(row[k] for k in ("aim", "real", "virtual", "r", "rmse")))
            assert met is None and row["met"] is pd.NA or met == row["met"], row
        inside = table.in_sd(rows).abs() <= 1 + 1e-4
        known = rows["within_sd"].notna()
        assert (rows["within_sd"][known] == inside[known]).all()


@pytest.mark.parametrize("name", stored.CURVES["curves"])
def test_stored_curves_are_those_of_the_rows(name):
    curves = stored.stored("curves", name)
    assert list(curves) == list(table.CURVE_COLUMNS)
    assert np.isfinite(curves[["real", "virtual"]]).all().all()
    again = table.of_curves(curves)
    rows = stored.comparisons().query("reference == @name")
    both = again.merge(rows, on=list(table.COLUMNS)[:6], suffixes=("", "_stored"))
    assert len(both) == len(again)
    np.testing.assert_allclose(both["rmse"], both["rmse_stored"], rtol=1e-3)


def test_every_row_says_where_it_comes_from():
    rows = stored.comparisons()
    assert set(rows.attrs["origin"].values()) == {"stored"}
    printed = {"published", "Winter 2009, table A.1"}  # in papers, not in recordings
    assert set(rows["reference"]) | printed == set(rows.attrs["origin"]) | printed
    assert set(rows["status"]) == set(table.STATUSES)


def test_tables_of_another_lab_are_refused(monkeypatch):
    changed = stored._TABLES.__class__(
        stored._TABLES.package, stored._TABLES.measures, stored._TABLES.command, "virtual lab 0"
    )
    with pytest.raises(ResultsError, match="virtual lab 0'; run python -m gaitnb.realism"):
        changed.stored("force", "pataky2008")
    monkeypatch.setattr(data, "fingerprint", lambda name: "0" * 16)
    with pytest.raises(ResultsError, match="measured on 'pataky2008"):
        stored.stored("force", "pataky2008")


def test_a_comparison_that_breaks_off_leaves_nothing(tmp_path):
    def broken():
        raise OSError("disk")

    tables = stored._TABLES.__class__("gaitnb.realism", {"force": {"published": broken}}, "x")
    with pytest.raises(OSError, match="disk"):
        tables.remake(tmp_path)
    assert not list(tmp_path.iterdir())
    with pytest.raises(ResultsError, match="no table is called 'walk'"):
        tables.remake(tmp_path, ["walk"])


def test_stored_tables_are_small():
    folder = importlib.resources.files("gaitnb.realism") / "results"
    assert sum(len(place.read_bytes()) for place in folder.iterdir()) < 1_500_000
