"""Stored results belong to today's claims, parameters, method, data and code.

Every test of this file runs on every committed results folder; each is also shown to fail on a toy
paper whose results, parameters, method or code were changed.
"""

import math
import re

import evidence_toy
import numpy as np
import pandas as pd
import pytest

from gaitnb import data, params
from gaitnb.errors import DataError, ParameterError
from gaitnb.evidence import claims, drift, provenance, results

COMMITTED = [(c, p) for c in claims.chapters() for p in results.committed_profiles(c)]
each_committed = pytest.mark.parametrize(("chapter", "profile"), COMMITTED)


@pytest.fixture
def package(tmp_path, monkeypatch):
    package = evidence_toy.install(tmp_path, monkeypatch)
    evidence_toy.run_and_store(package)
    yield package
    evidence_toy.forget()


def edit(file, old, new):
    text = file.read_text()
    assert old in text, f"{old} is not in {file}"
    file.write_text(text.replace(old, new, 1))
    evidence_toy.forget()


def wrong_values(chapter, profile, shown):
    """Rows of `shown` whose value, spread or n does not come out of units.csv."""
    analysis = __import__(f"gaitnb.papers.{chapter}.analysis", fromlist=["quantities"])
    with (results.results_folder(chapter, profile) / "units.csv").open(encoding="utf-8") as file:
        units = pd.read_csv(
            file, dtype={"unit": str, "subject": str}, keep_default_na=False, na_values=[""]
        )
    again = analysis.quantities(units).set_index(["id", "data"])
    wrong = []
    for row in shown.to_dict("records"):
        if math.isnan(row["value"]) or row["data"] == "arithmetic":
            continue
        for name in ("value", "spread", "n"):
            now = float(again.loc[(row["id"], row["data"]), name])
            then = math.nan if row[name] is pd.NA else float(row[name])
            if not np.isclose(then, now, rtol=1e-9, atol=0, equal_nan=True):
                wrong.append(f"{row['id']} on {row['data']}: {name} {then} shown, {now} computed")
    return wrong


def parameters_now(chapter, profile):
    """Parameters of the chapter's results notebook at a profile, as they are now."""
    stems = [stem for stem in params.compiled(chapter) if stem.endswith("_results")]
    assert len(stems) == 1, f"{chapter}: expected one results notebook, found {stems}"
    return params.at_profile(chapter, stems[0], profile)


@each_committed
def test_every_shown_value_comes_from_the_stored_rows(chapter, profile):
    shown = claims.evaluate(chapter, profile)
    assert not wrong_values(chapter, profile, shown)
    assert shown["value"].notna().any(), "no value at all comes out of these results"


@each_committed
def test_results_are_not_stale(chapter, profile):
    experiments = __import__(f"gaitnb.papers.{chapter}.experiments", fromlist=["METHOD"])
    _, meta = results.read_results(chapter, profile)
    now = {name: data.fingerprint(name) for name in meta["data"] if data.at_hand(name)}
    params_hash = provenance.params_hash(parameters_now(chapter, profile))
    assert results.stale(chapter, profile, params_hash, now, experiments.METHOD) == []


@each_committed
def test_every_unit_of_the_experiment_is_there_or_its_data_was_not(chapter, profile):
    experiments = __import__(f"gaitnb.papers.{chapter}.experiments", fromlist=["units"])
    units, meta = results.read_results(chapter, profile)
    expected = {u["unit"] for u in experiments.units(meta["params"]) if u["data"] in meta["data"]}
    assert set(units["unit"]) == expected


@each_committed
def test_a_cheap_unit_gives_the_same_numbers_again(chapter, profile):
    try:
        found = drift.drift(chapter, profile)
    except DataError as error:
        assert "pataky2008" not in str(error), "pataky2008 comes with the installation"
        pytest.skip(str(error))
    assert not found, "raise METHOD and run again, or find out why: " + "; ".join(found)


@each_committed
def test_records_name_no_place_of_one_machine(chapter, profile):
    _, meta = results.read_results(chapter, profile)
    for run in meta["runs"]:
        assert not re.search(r"(^|[\s=])(/|[A-Z]:\\)", run["command"]), run["command"]


# The same checks on a toy paper: they pass, and they fail when they should.


def test_values_of_the_toy_come_from_its_rows(package):
    shown = claims.evaluate("toy", "overnight")
    assert shown["value"].notna().sum() == 6
    assert wrong_values("toy", "overnight", shown) == []
    shown.loc[0, "value"] += 1e-6
    assert len(wrong_values("toy", "overnight", shown)) == 1


def test_drift_of_the_toy(package):
    assert drift.drift("toy", "overnight") == []
    edit(package / "experiments.py", "kept.mean()", "kept.mean() * 1.01")
    assert drift.drift("toy", "overnight")[0].startswith("peak_bw: stored ")


def test_a_drift_below_the_tolerance_passes_unless_the_chapter_is_stricter(package):
    edit(package / "experiments.py", "kept.mean()", "kept.mean() * 1.0001")
    assert drift.drift("toy", "overnight") == []
    edit(
        package / "experiments.py",
        "METHOD = 1",
        'METHOD = 1\nTOLERANCE = {"rtol": 1e-6, "atol": 0}',
    )
    assert len(drift.drift("toy", "overnight")) == 1
    edit(package / "experiments.py", '"atol": 0', '"atol": 0, "ignore": ["peak_bw"]')
    assert drift.drift("toy", "overnight") == []


def test_drift_sees_people_and_columns_that_went(package):
    edit(package / "experiments.py", "in np.unique(people)", "in np.unique(people)[1:]")
    assert drift.drift("toy", "overnight") == ["on one side only: unit pataky2008-1, subject p1"]
    edit(package / "experiments.py", "in np.unique(people)[1:]", "in np.unique(people)")
    edit(package / "experiments.py", '"n_trials"]', '"n_curves"]')
    assert drift.drift("toy", "overnight") == ["n_trials is not computed any more"]


def test_drift_takes_the_cheapest_unit_whose_data_are_at_hand(package, monkeypatch):
    assert drift.cheapest_unit("toy", evidence_toy.PARAMS)["unit"] == "pataky2008-1"
    monkeypatch.setattr(data, "at_hand", lambda name: name == "lab:toy")
    assert drift.cheapest_unit("toy", evidence_toy.PARAMS)["unit"] == "lab:toy-1"
    monkeypatch.setattr(data, "at_hand", lambda name: False)
    with pytest.raises(DataError, match="none of lab:toy, pataky2008 is at hand"):
        drift.drift("toy", "overnight")


def test_nan_is_equal_to_nan_and_to_nothing_else():
    before = pd.DataFrame({"unit": ["a", "b"], "subject": ["*", "*"], "run": 0, "x": [np.nan, 1.0]})
    assert drift.differences(before, before) == []
    after = before.assign(x=[0.5, 1.0])
    assert drift.differences(before, after) == ["x: stored nan, now 0.5 (1 of 2 rows differ)"]


def test_a_chapter_without_compiled_parameters_is_named(package):
    with pytest.raises(ParameterError, match="toy"):
        parameters_now("toy", "overnight")
