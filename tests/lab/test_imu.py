"""Ideal inertial sensors against closed forms, and against integration back to the movement."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import cumulative_simpson
from scipy.spatial.transform import Rotation
from sensor_motions import about_z, motion, still, tumbling, turn

from gaitnb.data import layout
from gaitnb.errors import ParameterError
from gaitnb.lab import imu, sensors
from gaitnb.lab.motion import Motion
from gaitnb.lab.segments import SEGMENTS, inertia
from gaitnb.lab.sensors import Placement

G = 9.81


def one(position=(0, 0, 0), rotation=None, segment="shank_left"):
    return {
        "s": Placement(segment, np.array(position), np.eye(3) if rotation is None else rotation)
    }


def test_at_rest_a_sensor_reads_one_g_up():
    acc, gyr = imu.measure(still(100, 5), one((0.1, -0.2, 0.05)))
    np.testing.assert_allclose(acc[:, 0], np.tile([0, G, 0], (5, 1)))
    assert not gyr.any()


@pytest.mark.parametrize("axis, expected", [(0, (0, 1, -1)), (2, (1, 1, 0)), (1, (0, 2**0.5, 0))])
def test_tilted_by_45_degrees_at_rest(axis, expected):
    acc, _ = imu.measure(still(100, 2, turn(axis, np.pi / 4)), one((0.1, -0.2, 0.05)))
    np.testing.assert_allclose(acc[0, 0], G / 2**0.5 * np.array(expected), atol=1e-12)


def test_mounting_turns_the_reading():
    # A sensor whose x points down the segment, as on the shanks of li2021.
    mounted = np.array([[0.0, 0, -1], [-1, 0, 0], [0, 1, 0]])
    acc, _ = imu.measure(still(100, 1), one(rotation=mounted))
    np.testing.assert_allclose(acc[0, 0], [-G, 0, 0], atol=1e-12)


def test_pendulum():
    length, swing, w = 0.43, 0.6, 2 * np.pi * 0.9
    t = np.arange(0, 3, 0.01)
    angle, rate = swing * np.sin(w * t), swing * w * np.cos(w * t)
    second = -(w**2) * angle
    acc, gyr = imu.measure(about_z(100, angle, rate, second), one((0, -length, 0)))
    # Along the rod: gravity and centripetal force pull the same way; across: gravity and tangent.
    np.testing.assert_allclose(acc[:, 0, 1], G * np.cos(angle) + length * rate**2, atol=1e-12)
    np.testing.assert_allclose(acc[:, 0, 0], G * np.sin(angle) + length * second, atol=1e-12)
    np.testing.assert_allclose(gyr[:, 0], np.outer(rate, [0, 0, 1]), atol=1e-12)


def test_a_frictionless_pendulum_feels_nothing_across_the_rod():
    # theta'' = -g/l sin(theta): only the rod holds the bob.
    angle = np.linspace(-1, 1, 9)
    acc, _ = imu.measure(
        about_z(100, angle, np.zeros(9), -G / 0.5 * np.sin(angle)), one((0, -0.5, 0))
    )
    np.testing.assert_allclose(acc[:, 0, 0], 0, atol=1e-12)


def test_arm_spinning_about_the_vertical():
    t = np.arange(0, 2, 0.01)
    spin = 3.0 + 0.5 * t
    zero, up = np.zeros((len(t), 3)), np.array([0.0, 1, 0])
    spinning = motion(
        100, turn(1, 3 * t + 0.25 * t**2), zero, zero, zero, np.outer(spin, up),
        np.tile(0.5 * up, (len(t), 1)),
    )  # fmt: skip
    acc, gyr = imu.measure(spinning, one((0.6, 0, 0)))
    np.testing.assert_allclose(acc[:, 0, 0], -0.6 * spin**2, atol=1e-12)  # towards the axle
    np.testing.assert_allclose(acc[:, 0, 1], G, atol=1e-12)
    np.testing.assert_allclose(acc[:, 0, 2], -0.6 * 0.5, atol=1e-12)  # pushed along, to the left
    np.testing.assert_allclose(gyr[:, 0, 1], spin, atol=1e-12)


def test_in_free_fall_a_sensor_reads_nothing():
    n = 50
    fall = np.tile([0, -G, 0], (n, 1))
    zero = np.zeros((n, 3))
    falling = motion(100, np.tile(np.eye(3), (n, 1, 1)), zero, zero, fall, zero, zero)
    assert np.abs(imu.measure(falling, one((0.1, 0.2, 0.3)))[0]).max() < 1e-12


places = st.builds(
    lambda p, r: (np.array(p), Rotation.from_rotvec(r).as_matrix()),
    st.tuples(*[st.floats(-0.5, 0.5)] * 3),
    st.tuples(*[st.floats(-3, 3)] * 3),
)


@settings(max_examples=25, deadline=None)
@given(place=places, seed=st.integers(0, 999))
def test_integrated_the_readings_give_back_the_movement(place, seed):
    moving = tumbling(500, 2.0, np.random.default_rng(seed))
    sensor = one(*place)
    acc, gyr = imu.measure(moving, sensor)
    attitude = imu.orientation(moving, sensor)[:, 0]

    # Gyroscope: the turn between two samples, by the rate in the middle (fourth order, from
    # Simpson's rule and the commutator of the two ends).
    h = 2 / 500
    w0, w1, w2 = gyr[:-2:2, 0], gyr[1:-1:2, 0], gyr[2::2, 0]
    turns = Rotation.from_rotvec(h / 6 * (w0 + 4 * w1 + w2) + h**2 / 12 * np.cross(w0, w2))
    now = Rotation.from_matrix(attitude[0])
    for step in turns:
        now = now * step
    last = 2 * len(turns)
    assert (now.inv() * Rotation.from_matrix(attitude[last])).magnitude() < 1e-4

    # Accelerometer: into the lab, minus gravity, integrated twice.
    lab = np.einsum("tij,tj->ti", attitude, acc[:, 0]) - [0, G, 0]
    arm = moving.rotation[:, 0] @ place[0]
    true = moving.position[:, 0] + arm
    start = moving.velocity[0, 0] + np.cross(moving.omega[0, 0], arm[0])
    velocity = start + cumulative_simpson(lab, dx=1 / 500, axis=0, initial=0)
    position = true[0] + cumulative_simpson(velocity, dx=1 / 500, axis=0, initial=0)
    assert np.abs(position - true).max() < 1e-4


@settings(max_examples=25, deadline=None)
@given(place=places, seed=st.integers(0, 999))
def test_mounting_and_place_are_independent(place, seed):
    position, rotation = place
    moving = tumbling(100, 0.3, np.random.default_rng(seed))
    acc, gyr = imu.measure(moving, one(position, rotation))
    plain_acc, plain_gyr = imu.measure(moving, one(position))
    elsewhere, same_gyr = imu.measure(moving, one(-position))
    np.testing.assert_allclose(acc, plain_acc @ rotation, atol=1e-9)
    np.testing.assert_allclose(gyr, plain_gyr @ rotation, atol=1e-9)
    np.testing.assert_allclose(same_gyr, plain_gyr, atol=1e-12)
    origin, _ = imu.measure(moving, one())
    np.testing.assert_allclose((plain_acc + elsewhere) / 2, origin, atol=1e-9)


def test_all_sensors_at_once_equal_one_by_one_across_blocks():
    moving = tumbling(2500, 2.0, np.random.default_rng(1))  # more samples than one block
    body = inertia()
    many = sensors.placements(body, sensors.PLACES)
    acc, gyr = imu.measure(moving, many)
    assert acc.shape == gyr.shape == (5000, len(many), 3)
    for k, (name, place) in enumerate(many.items()):
        one_acc, one_gyr = imu.measure(moving, {name: place})
        np.testing.assert_array_equal(one_acc[:, 0], acc[:, k])
        np.testing.assert_array_equal(one_gyr[:, 0], gyr[:, k])


def test_standard_places_cover_the_layout_and_the_papers_and_are_mirrored():
    assert set(sensors.PLACES) == set(layout.SENSORS)
    auxvae = [
        f"{s}_{side}"
        for s in ("thigh", "shank", "upper_arm", "forearm")
        for side in ("left", "right")
    ]
    auxvae += ["foot_right", "upper_back", "torso", "lower_back"]
    places = sensors.placements(inertia(), auxvae)
    assert len(places) == 12 and list(places) == auxvae
    for part in ("thigh", "shank", "upper_arm", "forearm"):
        left, right = places[f"{part}_left"], places[f"{part}_right"]
        np.testing.assert_allclose(left.position_m * [1, 1, -1], right.position_m)
        assert left.segment == f"{part}_left" and right.position_m[2] >= 0


def test_places_grow_with_the_person():
    small, tall = (
        sensors.placements(inertia(height_m=h), ["shank_left", "pelvis", "foot_left"])
        for h in (1.5, 2.0)
    )
    for name in small:
        np.testing.assert_allclose(tall[name].position_m, small[name].position_m * 2.0 / 1.5)


def test_misplaced_sensors_stay_near_and_depend_on_their_own_name_alone():
    body = inertia()
    meant = sensors.placements(body, ["shank_left", "thigh_left", "head"])
    got = sensors.misplace(meant, [3, 7], turn_deg=10, shift_m=0.02)
    for name, place in got.items():
        off = place.position_m - meant[name].position_m
        assert 0 < np.abs(off).max() <= 0.02
        angle = Rotation.from_matrix(meant[name].rotation.T @ place.rotation).magnitude()
        assert 0 < np.degrees(angle) <= 10 * 3
    alone = sensors.misplace({"head": meant["head"]}, [3, 7], turn_deg=10, shift_m=0.02)
    np.testing.assert_array_equal(alone["head"].rotation, got["head"].rotation)
    other = sensors.misplace({"head": meant["head"]}, [3, 8], turn_deg=10, shift_m=0.02)
    assert not np.allclose(other["head"].rotation, got["head"].rotation)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: Placement("tail"), ["tail", "pelvis"]),
        (lambda: Placement("head", np.zeros(2)), ["position_m"]),
        (lambda: Placement("head", np.zeros(3), np.ones((3, 3))), ["not a rotation"]),
        (lambda: Placement("head", np.zeros(3), np.diag([1.0, 1, -1])), ["mirror"]),
        (lambda: sensors.placements(inertia(), ["ear"]), ["ear", "head", "shank_left"]),
        (lambda: sensors.placements(inertia(), "head"), ["'head'", "list"]),
        (lambda: sensors.placements(inertia(), ["head", "head"]), ["twice"]),
        (lambda: sensors.placements(inertia(), []), ["no sensor", "head"]),
        (lambda: sensors.misplace(one(), -1), ["seed"]),
        (lambda: sensors.misplace(one(), 0.5), ["seed"]),
        (lambda: sensors.misplace(one(), 1, turn_deg=-3), ["turn_deg=-3"]),
        (lambda: imu.measure(still(100, 2), {}), ["no sensor"]),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(ParameterError) as error:
        call()
    assert all(word in str(error.value) for word in words), error.value


def test_recording_chains_the_parts_and_can_be_perfect():
    moving = tumbling(100, 3.0, np.random.default_rng(2))
    places = sensors.placements(inertia(), ["shank_left", "torso"])
    ideal = imu.measure(moving, places)
    for got, true in zip(imu.record(moving, places, seed=1, errors=()), ideal, strict=True):
        np.testing.assert_array_equal(got, true)
    contacts = {"left": [1.0], "right": [1.6]}
    acc, gyr = imu.record(moving, places, seed=1, errors=(), contacts=contacts, peak_mps2=30.0)
    assert 25 < np.linalg.norm(acc - ideal[0], axis=-1).max() <= 30 and np.array_equal(
        gyr, ideal[1]
    )
    shaken, _ = imu.record(
        moving, places, seed=1, errors=(), contacts=contacts, peak_mps2=30.0, soft_tissue=True
    )
    assert not np.array_equal(shaken[:, 0], acc[:, 0])  # the shank wobbles
    assert np.array_equal(shaken[:, 1], acc[:, 1])  # the sternum does not


def test_eight_sensors_are_measured_far_faster_than_they_move():
    n, rng = 60_000, np.random.default_rng(0)  # ten minutes at 100 Hz, time last as the lab has it
    axes = np.tile(np.eye(3)[:, :, None], (len(SEGMENTS), 1, 1, n))
    vectors = {
        name: rng.standard_normal((len(SEGMENTS), 3, n)).transpose(2, 0, 1)
        for name in ("position", "velocity", "acceleration", "omega", "alpha")
    }
    moving = Motion(100.0, axes.transpose(3, 0, 2, 1), **vectors)
    names = ["torso", "pelvis"] + [
        f"{s}_{d}" for s in ("thigh", "shank", "foot") for d in ("left", "right")
    ]
    places = sensors.placements(inertia(), names)
    best = np.inf
    for _ in range(3):
        start = time.perf_counter()
        imu.measure(moving, places)
        best = min(best, time.perf_counter() - start)
    assert best < 600 / 4000
