"""Pressure insoles: total force and centre of pressure are exact before the device's errors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sensor_motions import still, turn

from gaitnb.errors import DataError, ParameterError
from gaitnb.lab import insoles
from gaitnb.lab.insoles import Insole
from gaitnb.lab.segments import INDEX, inertia


def path(insole, n):
    """A centre of pressure from heel to toes, a little outside of the middle of the sole."""
    x = np.linspace(0.06, 0.92, n) * insole.length_m
    low, high = insoles.edges(insole, x)
    return np.stack([x, low + 0.5 * (high - low)], axis=-1)


def test_the_sole_has_the_size_of_the_foot_and_left_mirrors_right():
    right, left = Insole("right", 0.26, 0.095), Insole("left", 0.26, 0.095)
    area = len(right.centres_m) * right.cell_area_m2
    assert 0.6 < area / (0.26 * 0.095) < 0.9
    assert np.ptp(right.centres_m[:, 0]) < 0.26 and np.ptp(right.centres_m[:, 1]) <= 0.095
    mirrored = sorted(map(tuple, (left.centres_m * [1, -1]).round(6)))
    assert mirrored == sorted(map(tuple, right.centres_m.round(6)))
    # The arch is on the inner side: to the left of the right foot.
    low, high = insoles.edges(right, 0.45 * 0.26)
    assert -low < high


@settings(max_examples=40, deadline=None)
@given(
    side=st.sampled_from(["left", "right"]),
    length=st.floats(0.2, 0.32),
    shape=st.floats(0.33, 0.42),
    cell=st.floats(0.004, 0.015),
    along=st.floats(0.06, 0.92),
    across=st.floats(0.3, 0.7),
    force=st.floats(1, 2500),
)
def test_force_and_centre_are_exact(side, length, shape, cell, along, across, force):
    insole = Insole(side, length, shape * length, cell)
    low, high = insoles.edges(insole, along * length)
    where = np.array([[along * length, low + across * (high - low)]])
    kpa = insoles.pressures(insole, np.array([force]), where)
    assert (kpa >= 0).all()
    normal, centre = insoles.force_and_cop(insole, kpa)
    assert normal[0] == pytest.approx(force, rel=1e-9)
    # Within the cells the centre is exact; near an edge it may be moved by less than a cell.
    assert np.abs(centre - where).max() <= cell
    if cell < 0.3 * (high - low) and 0.15 < along < 0.85:
        np.testing.assert_allclose(centre, where, atol=1e-8)


def test_pressures_look_like_walking():
    insole = Insole("right", 0.265, 0.1)
    kpa = insoles.pressures(insole, np.full(50, 750.0), path(insole, 50))
    peak = kpa.max(axis=1)
    assert 150 < np.median(peak) < 350 and peak.max() < 1200
    heel = insole.centres_m[:, 0] < 0.08
    assert kpa[0, heel].sum() > 0.8 * kpa[0].sum() and kpa[-1, heel].sum() < 0.01 * kpa[-1].sum()


def test_no_force_no_pressure():
    insole = Insole("left", 0.26, 0.095)
    kpa = insoles.pressures(insole, np.zeros(3), np.full((3, 2), np.nan))
    assert kpa.shape == (3, len(insole.centres_m)) and not kpa.any()
    normal, where = insoles.force_and_cop(insole, kpa)
    assert not normal.any() and np.isnan(where).all()


def test_the_device_rounds_saturates_and_is_off_by_its_calibration():
    insole = Insole("right", 0.26, 0.095)
    kpa = insoles.pressures(insole, np.linspace(100, 1500, 40), path(insole, 40))
    perfect = {"step_kpa": 0, "limit_kpa": np.inf, "gain_error": 0, "cell_error": 0}
    np.testing.assert_array_equal(insoles.report(insole, kpa, 1, **perfect), kpa)
    rounded = insoles.report(insole, kpa, 1, **perfect | {"step_kpa": 2.5})
    assert np.abs(rounded - kpa).max() <= 1.25 and not (rounded % 2.5).any()
    cut = insoles.report(insole, kpa, 1, **perfect | {"limit_kpa": 100.0})
    assert cut.max() == 100 and np.array_equal(cut[kpa < 100], kpa[kpa < 100])
    gains = [
        insoles.report(insole, kpa, seed, **perfect | {"gain_error": 0.05})[0].sum() / kpa[0].sum()
        for seed in range(300)
    ]
    assert np.mean(gains) == pytest.approx(1, abs=0.01)
    assert np.std(gains) == pytest.approx(0.05, rel=0.15)


def test_reported_force_and_centre_stay_near_the_truth():
    insole = Insole("left", 0.26, 0.095)
    where = path(insole, 60)
    force = 750 * np.sin(np.pi * np.linspace(0.1, 0.9, 60))  # light at both ends, as in walking
    kpa = insoles.pressures(insole, force, where)
    normal, centre = insoles.force_and_cop(
        insole, insoles.report(insole, kpa, 5, gain_error=0, cell_error=0)
    )
    assert np.abs(normal / force - 1).max() < 0.05
    assert np.abs(centre - where).max() < insole.cell_m
    mine = insoles.report(insole, kpa, [5, 1])
    np.testing.assert_array_equal(mine, insoles.report(insole, kpa, [5, 1]))
    assert not np.array_equal(mine, insoles.report(insole, kpa, [5, 2]))


def test_a_flat_foot_is_measured_from_its_heel():
    body = inertia()
    standing = still(100, 4)
    for side in ("left", "right"):
        standing.position[:, INDEX[f"toes_{side}"]] = body.offset[INDEX[f"toes_{side}"]]
        cop = np.array(
            [[body.heel_m, 0, 0], [0, 0, 0.01], [body.ball_m, 0, 0], [body.toe_tip_m, 0, 0]]
        )
        force = np.tile([10.0, 500, 20], (4, 1))
        normal, where = insoles.to_insole(standing, force, cop, side, body)
        expected = [0, -body.heel_m, body.ball_m - body.heel_m, body.foot_length_m]
        np.testing.assert_allclose(where[:, 0], expected, atol=1e-12)
        np.testing.assert_allclose(where[:, 1], cop[:, 2])
        np.testing.assert_allclose(normal, 500)


def test_on_its_toes_the_foot_is_measured_along_the_toes():
    body = inertia()
    raised = still(100, 1, turn(2, -0.5))  # the heel is up
    toes, foot = INDEX["toes_right"], INDEX["foot_right"]
    raised.rotation[:, toes] = np.eye(3)
    joint = raised.rotation[0, foot] @ body.offset[toes]
    raised.position[:, toes] = joint
    cop = (joint + [0.02, -body.ball_height_m, 0.005])[None]
    force = np.array([[90.0, 600, 0]])
    normal, where = insoles.to_insole(raised, force, cop, "right", body)
    np.testing.assert_allclose(where, [[body.ball_m - body.heel_m + 0.02, 0.005]], atol=1e-12)
    assert normal[0] == pytest.approx(600)


insole = Insole("right", 0.26, 0.095)


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda: Insole("both", 0.26, 0.095), ParameterError, ["both", "left"]),
        (lambda: Insole("left", 26, 9.5), ParameterError, ["26", "0.4"]),
        (lambda: Insole("left", 0.26, 0.095, 0.05), ParameterError, ["cell_m", "0.032"]),
        (lambda: insoles.pressures(insole, np.ones(2), np.ones((3, 2))), DataError, ["(time, 2)"]),
        (
            lambda: insoles.pressures(insole, np.ones(2), np.array([[0.1, 0], [0.1, 0.2]])),
            DataError,
            ["sample 1", "right sole", "mm"],
        ),
        (
            lambda: insoles.pressures(insole, np.ones(1), np.full((1, 2), np.nan)),
            DataError,
            ["without centre"],
        ),
        (
            lambda: insoles.pressures(insole, np.ones(1), np.zeros((1, 2)), spread_m=0.001),
            ParameterError,
            ["spread_m"],
        ),
        (lambda: insoles.report(insole, np.ones((2, 3)), 1), DataError, ["(2, 3)"]),
        (
            lambda: insoles.report(insole, np.ones((1, len(insole.centres_m))), 1, limit_kpa=1),
            ParameterError,
            ["limit_kpa=1"],
        ),
        (
            lambda: insoles.to_insole(still(100, 1), np.ones((1, 3)), np.ones((1, 3)), "x", None),
            ParameterError,
            ["'x'"],
        ),
    ],
)
def test_bad_input_is_named(call, error, words):
    with pytest.raises(error) as raised:
        call()
    assert all(word in str(raised.value) for word in words), raised.value
