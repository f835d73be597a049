"""Comparisons of people with their twins: the chain on known truth, and what it finds on real data."""

import os

import numpy as np
import pytest

from gaitnb.errors import DataError
from gaitnb.lab import dynamics, imu, mechanics, movement, skeleton
from gaitnb.lab.sensors import Placement
from gaitnb.realism import imus, kinematics, kinetics, mounted, people, steps, table, twins, walkers

real = pytest.mark.real
needs_data = pytest.mark.skipif(
    not os.environ.get("GAITNB_MIRROR"), reason="GAITNB_MIRROR is not set"
)
SHANK = "shank_right"
ODD_PLACE = np.array([0.03, -0.28, 0.05])
TURN = np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]])


@pytest.fixture(scope="module")
def person():
    return twins.twin(4, "female", 31, 1.66, 58.0)


@pytest.fixture(scope="module")
def one_walk(person):
    """A walk whose strides are all alike."""
    return movement.movement(person, speed_mps=1.2, duration_s=8.0, fs_hz=100.0, variability=0)


@pytest.fixture(scope="module")
def found(person, one_walk):
    """What the chain says of it."""
    places = {name: Placement(name, ODD_PLACE) for name in walkers.SHANKS}
    recording = steps.virtual(person, 1.2, places)
    return steps.analyse(recording, twins.standing(person.body()), person.body())


def stride_of(values, walked):
    """Mean stride of the right leg of (time, channel) at 0 to 100 %."""
    return kinematics.over_strides(
        values, 100.0, kinematics.gait_events.from_force(walked.force[:, 1, 1], 100.0)[0]
    ).mean(axis=0)


def test_two_half_strides_make_the_true_angles(one_walk, found):
    columns = [skeleton.INDEX[f"{joint}_right"] for joint in steps.ANGLES]
    truth = stride_of(np.degrees(one_walk.coordinates[:, columns]), one_walk)
    error = found["angle"].mean(axis=0) - truth
    # steps differ from stride to stride by a degree or two; the filter costs the knee's corners
    assert np.sqrt(np.mean(error**2, axis=0)).max() < 1.5


def test_two_half_strides_make_the_true_moments(one_walk, found):
    loads = dynamics.inverse_dynamics(
        one_walk.motion, one_walk.body, one_walk.force, one_walk.cop, one_walk.free_moment
    )
    columns = [mechanics.JOINTS.index(f"{joint}_right") for joint in steps.ANGLES]
    truth = stride_of(mechanics.joint_moments(one_walk.motion, loads)[:, columns], one_walk)
    mine = found["moment"].mean(axis=0)
    for k, joint in enumerate(steps.ANGLES):
        limit = 0.93 if joint == "hip_rotation" else 0.97
        assert np.corrcoef(mine[:, k], truth[:, k])[0, 1] > limit, joint
    assert np.sqrt(np.mean((mine - truth) ** 2, axis=0)).max() < 0.08


def test_force_and_path_under_the_foot(found):
    """Both feet carry the weight: the mean of the curve times its share of the stride is a half."""
    grf, share = found["grf"], found["stance_percent"] / 100
    carried = np.trapezoid(grf[..., 1], steps.PERCENT / 100, axis=1) * share
    np.testing.assert_allclose(carried, 0.5, atol=0.02)
    assert (grf[:, 20:80, 2] > -0.01).mean() > 0.9  # towards the middle on both feet
    assert (grf[:, 10:30, 0] < 0).all() and (grf[:, 75:90, 0] > 0).all()  # braking, then push-off
    path = found["cop"]
    # later, while the other foot takes over, the lab's path goes back by up to a centimetre
    forward = np.diff(path.mean(axis=0)[10:70])
    assert np.isfinite(path).all() and (forward > -0.002).all()
    assert 0.1 < np.ptp(path, axis=1).mean() < 0.25


def test_steps_are_those_of_the_walk(found):
    speed = found["step_m"].sum(axis=1) / (2 * found["step_s"])
    # the trailing heel has risen, and moved forward, when the other one strikes
    assert 0.94 * 1.2 < speed.mean() < 1.2
    assert np.abs(np.diff(found["step_m"], axis=1)).mean() < 0.05


def test_a_mirrored_leg_reads_as_the_other_one(found):
    """At half of the stride the curve changes from the right to the left leg."""
    for name in ("angle", "moment", "gyr"):
        mean = found[name].mean(axis=0)
        jump, size = mean[50] - mean[49], np.ptp(mean, axis=0)
        assert (np.abs(jump) < 0.25 * size + 0.05).all(), name


@pytest.mark.parametrize("rotation", [np.eye(3), TURN])
def test_a_sensor_is_found_where_it_sits(one_walk, rotation):
    placed = Placement(SHANK, ODD_PLACE, rotation)
    acc, gyr = imu.measure(one_walk.motion, {SHANK: placed})
    mine = mounted.place(SHANK, [one_walk.motion], [acc[:, 0]], [gyr[:, 0]])
    np.testing.assert_allclose(mine.position_m, ODD_PLACE, atol=1e-8)
    np.testing.assert_allclose(mine.rotation, rotation, atol=1e-8)
    rng = np.random.default_rng(1)
    noisy = mounted.place(
        SHANK, [one_walk.motion], [acc[:, 0] + rng.normal(0, 0.3, acc[:, 0].shape)],
        [gyr[:, 0] + rng.normal(0, 0.05, acc[:, 0].shape)],
    )  # fmt: skip
    assert np.linalg.norm(noisy.position_m - ODD_PLACE) < 0.01


def test_a_sensor_that_does_not_turn_is_refused(one_walk):
    still = np.zeros((len(one_walk.motion.time), 3))
    with pytest.raises(DataError, match="turns about one axis at most"):
        mounted.place(SHANK, [one_walk.motion], [still], [still])
    with pytest.raises(DataError, match="no recordings of shank_right"):
        mounted.place(SHANK, [], [], [])


def test_spread_counts_no_mean():
    t = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    curve = np.stack([5 + np.sin(t), 2 * np.cos(t), 0 * t + 9.81], axis=-1)
    np.testing.assert_allclose(
        steps.spread(curve), [np.sqrt(0.5), np.sqrt(2), 0, np.sqrt(2.5)], atol=1e-12
    )


def test_the_lab_keeps_to_its_prior():
    """Winter's angles need no recording: printed values, fitted."""
    rows = kinematics.winter()
    assert list(rows) == list(table.COLUMNS)
    assert set(rows["status"]) == {"fitted"}
    assert (rows["r"] > 0.9).sum() >= 2 and rows["rmse"].max() < 8


@real
@needs_data
def test_opensims_moments_are_ours_and_the_twins_are_near():
    rows = kinetics.opensim()
    ours = rows[rows["quantity"].str.endswith("our inverse dynamics")]
    assert len(ours) == 4 and ours["met"].all()
    twin = rows.drop(ours.index).set_index("quantity")
    assert twin["met"].dropna().all()


@real
@needs_data
def test_sensors_sat_at_the_outer_side_of_the_lower_shank():
    """Found for every person and leg on its own; nothing in the lab knows of it."""
    sites = [walkers.places(n)[name] for n in (1, 5, 8) for name in walkers.SHANKS]
    length = [0.246 * walkers.twin(n).height_m for n in (1, 5, 8) for _ in walkers.SHANKS]
    at = np.array([p.position_m / one for p, one in zip(sites, length, strict=True)])
    assert ((at[:, 1] > -0.9) & (at[:, 1] < -0.6)).all()
    assert (np.sign(at[:, 2]) == [-1, 1] * 3).all()


@real
@needs_data
def test_real_markers_say_what_real_gyroscopes_read():
    rows = {row["quantity"]: row for row in imus._from_markers("normal")}
    right = rows["shank angular velocity right, from its own markers"]
    assert right["met"] and right["r"] > 0.99
    assert rows["shank acceleration up, from its own markers"]["r"] > 0.9


@real
@needs_data
def test_every_table_has_the_columns_and_the_aims_of_its_family():
    for name in ("angle", "moment"):
        rows = people.TABLES[name]["li2021"]()
        assert list(rows) == list(table.COLUMNS)
        assert set(rows["status"]) == {"predicted"}
        assert rows["n_people"].max() == 8
    curves = people.CURVES["moment_curves"]["li2021"]()
    assert list(curves) == list(table.CURVE_COLUMNS)
    assert np.isfinite(curves[["percent", "real", "virtual", "real_sd"]]).all(axis=None)
    # means over people, not a trace of one
    assert curves["n_people"].min() >= 4
