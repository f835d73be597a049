"""Cohorts: the layout, the same subject in any company, and refusals before long work."""

import numpy as np
import pytest
import xarray as xr

from gaitnb.data import layout
from gaitnb.errors import LabError, ParameterError
from gaitnb.lab import cohorts, movement, people, stances

SHORT = {"duration_s": 3.0, "sensors": ("pelvis", "shank_left"), "seed": 4}


@pytest.fixture(scope="module")
def walking():
    return cohorts.healthy_walking(2, speeds_mps=[1.1, 1.4], **SHORT)


def test_a_cohort_obeys_the_layout(walking):
    layout.check(walking)
    assert dict(walking.sizes) == {
        "trial": 4, "time": 300, "sensor": 2, "axis": 3, "side": 2, "joint": 17,
    }  # fmt: skip
    assert walking.attrs["virtual"] == "yes" and walking.attrs["left_out"] == ""
    assert len(set(walking["subject"].values)) == 2
    for name, values in walking.data_vars.items():
        assert np.isfinite(values.values).all() or name == "cop"


def test_forces_carry_the_body_and_people_walk_as_fast_as_asked(walking):
    total = walking["grf"].sel(axis="y").sum("side").mean("time")
    np.testing.assert_allclose(total, 1.0, atol=0.05)  # three seconds are not whole strides
    np.testing.assert_allclose(walking["speed_mps"], [1.1, 1.4, 1.1, 1.4], rtol=0.06)


def test_a_subject_is_the_same_alone_and_in_company(walking):
    everybody = people.population(2, seed=SHORT["seed"])
    alone = cohorts.healthy_walking(group=everybody[1:], speeds_mps=[1.1, 1.4], **SHORT)
    xr.testing.assert_identical(alone.drop_attrs(), walking.isel(trial=[2, 3]).drop_attrs())


@pytest.mark.slow
def test_any_number_of_processes_gives_the_same_numbers(walking):
    found = cohorts.healthy_walking(2, speeds_mps=[1.1, 1.4], processes=2, **SHORT)
    xr.testing.assert_identical(found, walking)


def test_one_at_a_time_is_the_same(walking):
    parts = list(cohorts.stream(2, speeds_mps=[1.1, 1.4], **SHORT))
    assert [part.sizes["trial"] for part in parts] == [2, 2]
    xr.testing.assert_identical(xr.concat([p.drop_attrs() for p in parts], "trial"),
                                walking.drop_attrs())  # fmt: skip


def test_ideal_sensors_differ_from_devices_by_a_little():
    one = {**SHORT, "variables": ("acc", "gyr"), "speeds_mps": [1.2]}
    device, ideal = (cohorts.healthy_walking(1, errors=e, **one) for e in ("device", "ideal"))
    error = (device["gyr"] - ideal["gyr"]).std().item()
    assert 1e-4 < error < 0.3 * ideal["gyr"].std().item()
    assert set(ideal.data_vars) == {"acc", "gyr"} and "joint" not in ideal.dims


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"n_people": 0}, "n is 0"),
        ({"group": []}, "the cohort has no people"),
        ({"group": [people.Person(number=3)] * 2}, r"occur twice: \[3\]"),
        ({"sensors": ("shank_left", "tail")}, "unknown sensors .*tail.*expected some of"),
        ({"variables": ("acc", "emg")}, "emg.*expected some of"),
        ({"variables": ()}, "none.*expected some of"),
        ({"errors": "perfect"}, "expected 'device' or 'ideal'"),
        ({"speeds_mps": []}, "speeds_mps is empty"),
        ({"speeds_mps": [9.0]}, "9"),
        ({"fs_hz": 1.0}, "validated for"),
        ({"fs_hz": float("nan")}, "validated for"),
        ({"duration_s": -1.0}, "validated for"),
        ({"reference": "martian"}, "martian"),
    ],
)
def test_what_is_not_possible_is_refused(wrong, named):
    with pytest.raises(ParameterError, match=named):
        cohorts.healthy_walking(**{"n_people": 1, **SHORT, **wrong})


def test_a_person_without_a_gait_is_named_and_left_out(monkeypatch):
    real = movement.movement

    def sometimes(person, **options):
        if person.number == 1:
            raise LabError("no solution")
        return real(person, **options)

    monkeypatch.setattr(movement, "movement", sometimes)
    found = cohorts.healthy_walking(2, speeds_mps=[1.2], **SHORT)
    assert found.attrs["left_out"] == "subject 1: no solution"
    assert found["subject"].values.tolist() == ["virtual-0002"]
    with pytest.raises(LabError, match="no person has a valid gait: subject 1: no solution"):
        cohorts.healthy_walking(1, speeds_mps=[1.2], **SHORT)


def test_a_movement_that_breaks_the_laws_is_named_and_left_out(monkeypatch):
    monkeypatch.setattr(cohorts.dynamics, "RESIDUAL_LIMIT_BW", -1.0)
    with pytest.raises(LabError, match="root residual of .* BW at 1.2 m/s"):
        cohorts.healthy_walking(1, speeds_mps=[1.2], **SHORT)


@pytest.fixture(scope="module")
def forces():
    return stances.healthy_forces(2, seed=1)


def test_stances_obey_the_layout_and_the_body(forces):
    layout.check(forces)
    assert forces.sizes["time"] == 101 and forces.sizes["trial"] >= 14
    vertical = forces["grf"].sel(axis="y")
    peaks = vertical.max("time")
    assert peaks.min() > 0.95 and peaks.max() < 1.6
    # recorded curves begin and end at 0.05 to 0.09 body weights, where plates notice the foot
    for end in (0, -1):
        assert abs(vertical.isel(time=end)).max() < 0.15
    # braking first, then propulsion
    ahead = forces["grf"].sel(axis="x")
    assert (ahead.argmin("time") < ahead.argmax("time")).all()
    assert (forces["cop"].sel(axis="x").isel(time=0) == 0).all()
    travel = forces["cop"].sel(axis="x").isel(time=slice(90, 101)).max("time")
    assert ((travel > 0.12) & (travel < 0.32)).all()


def test_trials_of_a_visit_differ_and_visits_belong_to_a_person(forces):
    table = forces[["subject", "session", "speed_mps"]].to_dataframe()
    assert all(s.startswith(p) for s, p in zip(table["session"], table["subject"], strict=True))
    counts = table.groupby("session").size()
    assert counts.between(7, 21).all()
    within = table.groupby("session")["speed_mps"].std()
    assert within.between(0.005, 0.08).all()


def test_no_people_no_forces():
    with pytest.raises(ParameterError, match="n_people is 0"):
        stances.healthy_forces(0)
