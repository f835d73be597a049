"""Orientation filters against closed forms, scipy's rotations and the published gradient."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from gaitnb import orientation
from gaitnb.errors import ParameterError

FS = 100.0
G = 9.81


def coning(seconds, fs_hz=FS, half_angle=0.4, rate=3.0):
    """A body whose axis runs along a cone, and what sensors at its origin read, in closed form."""
    phase = rate * np.arange(int(seconds * fs_hz)) / fs_hz
    zero = np.zeros_like(phase)
    first = Rotation.from_rotvec(np.stack([zero, phase, zero], axis=-1))
    tilt = Rotation.from_rotvec([half_angle, 0, 0])
    attitude = first * tilt * first.inv()
    # R = A B A^-1 with A turning at w = (0, rate, 0): lab rate w - R w, in the body R^-1 w - w
    spin = np.array([0, rate, 0])
    return (
        attitude.as_matrix(),
        G * attitude.inv().apply([0, 1, 0]),
        attitude.inv().apply(spin) - spin,
    )


def random_attitudes(n, seed=0):
    return Rotation.random(n, random_state=seed).as_matrix()


def test_a_constant_rate_is_integrated_exactly():
    spin, start = np.array([0.3, -1.2, 2.0]), random_attitudes(1)[0]
    path = orientation.integrate(np.tile(spin, (500, 1)), FS, start)
    for k in (0, 1, 123, 499):
        expected = start @ Rotation.from_rotvec(spin * k / FS).as_matrix()
        np.testing.assert_allclose(path[k], expected, atol=1e-12)


def test_integration_of_a_coning_motion_is_of_second_order():
    errors = []
    for fs_hz in (50.0, 100.0, 200.0):
        truth, _, gyr = coning(5, fs_hz)
        path = orientation.integrate(gyr, fs_hz, truth[0])
        errors.append(orientation.error_deg(path, truth)["total"].max())
    assert errors[0] < 0.2
    assert 3 < errors[0] / errors[1] < 5 and 3 < errors[1] / errors[2] < 5


def test_gravity_shows_the_tilt_and_not_the_heading():
    truth = random_attitudes(200)
    found = orientation.from_gravity(G * np.swapaxes(truth, -1, -2) @ [0, 1, 0])
    np.testing.assert_allclose(
        found @ np.swapaxes(found, -1, -2), np.tile(np.eye(3), (200, 1, 1)), atol=1e-9
    )
    assert np.linalg.det(found) == pytest.approx(1)
    assert orientation.error_deg(found, truth)["tilt"].max() < 1e-5
    assert abs(orientation.error_deg(found, truth)["heading"]).max() > 90
    np.testing.assert_allclose(found[:, 2, 0], 0, atol=1e-12)  # x lies in the x-y plane
    assert (found[:, 0, 0] >= 0).all()


@pytest.mark.parametrize("which", [orientation.mahony, orientation.madgwick])
def test_perfect_sensors_are_followed(which):
    truth, acc, gyr = coning(20, 200.0)
    error = orientation.error_deg(which(acc, gyr, 200.0, truth[0]), truth)
    assert error["tilt"].max() < 0.02 and error["total"].max() < 0.1


def test_mahony_forgets_a_wrong_start_at_its_gain():
    start = Rotation.from_rotvec([0.1, 0, 0]).as_matrix()
    acc, gyr = np.tile([0, G, 0], (500, 1)), np.zeros((500, 3))
    tilt = orientation.error_deg(
        orientation.mahony(acc, gyr, FS, start, gain_per_s=0.8), np.eye(3)
    )["tilt"]
    expected = np.degrees(0.1) * np.exp(-0.8 * np.arange(500) / FS)
    np.testing.assert_allclose(tilt, expected, rtol=0.02)


def test_madgwick_forgets_it_at_twice_beta():
    start = Rotation.from_rotvec([0.1, 0, 0]).as_matrix()
    acc, gyr = np.tile([0, G, 0], (50, 1)), np.zeros((50, 3))
    path = orientation.madgwick(acc, gyr, FS, start, beta=0.05)
    tilt = orientation.error_deg(path, np.eye(3))["tilt"]
    np.testing.assert_allclose(np.diff(tilt), -np.degrees(2 * 0.05) / FS, rtol=1e-6)


def test_a_bias_leaves_bias_over_gain_and_is_learnt():
    bias, n = np.array([0.02, 0, 0]), 12000
    acc, gyr = np.tile([0, G, 0], (n, 1)), np.tile(bias, (n, 1))
    kept = orientation.mahony(acc, gyr, FS, np.eye(3), gain_per_s=0.5)
    tilt = orientation.error_deg(kept, np.eye(3))["tilt"]
    assert tilt[-1] == pytest.approx(np.degrees(0.02 / 0.5), rel=0.01)
    learnt = orientation.mahony(acc, gyr, FS, np.eye(3), gain_per_s=0.5, bias_gain=0.05)
    assert orientation.error_deg(learnt, np.eye(3))["tilt"][-1] < 0.05


def test_a_bias_about_the_vertical_is_heading_and_stays():
    n = 1000
    acc, gyr = np.tile([0, G, 0], (n, 1)), np.tile([0, 0.02, 0], (n, 1))
    path = orientation.mahony(acc, gyr, FS, np.eye(3), gain_per_s=5.0, bias_gain=1.0)
    error = orientation.error_deg(path, np.eye(3))
    assert error["heading"][-1] == pytest.approx(np.degrees(0.02 * (n - 1) / FS), rel=1e-6)
    assert error["tilt"].max() < 1e-6


def test_the_step_is_the_published_gradient():
    """Madgwick's J^T f in quaternions, with up along y, against the turn about measured x seen."""
    rng = np.random.default_rng(0)
    for attitude, measured in zip(
        Rotation.random(20, random_state=1), rng.normal(size=(20, 3)), strict=True
    ):
        x, y, z, w = attitude.as_quat()
        measured /= np.linalg.norm(measured)
        seen = attitude.inv().apply([0, 1, 0])
        f = seen - measured
        jacobian = np.array(  # of `seen` by (w, x, y, z)
            [[2 * z, 2 * y, 2 * x, 2 * w], [0, -4 * x, 0, -4 * z], [-2 * x, -2 * w, 2 * z, 2 * y]]
        )
        gradient = jacobian.T @ f
        q = np.array([w, x, y, z])
        gradient -= (gradient @ q) * q  # only what keeps the length turns
        error = np.cross(measured, seen)
        a, b, c = error
        along = np.array(  # q times (0, error)
            [
                -x * a - y * b - z * c,
                w * a + y * c - z * b,
                w * b + z * a - x * c,
                w * c + x * b - y * a,
            ]
        )
        np.testing.assert_allclose(-gradient, 2 * along, atol=1e-12)


def test_sensors_and_gains_together_are_the_same_as_one_by_one():
    truth, acc, gyr = coning(3)
    gyr = gyr + np.random.default_rng(0).normal(0, 0.2, gyr.shape)
    gains = np.array([0.1, 1.0])
    both = orientation.mahony(
        np.stack([acc, acc], 1)[:, :, None], np.stack([gyr, -gyr], 1)[:, :, None], FS,
        np.tile(truth[0], (2, 1, 1, 1)), gain_per_s=gains, bias_gain=0.1,
    )  # fmt: skip
    assert both.shape == (300, 2, 2, 3, 3)
    for i, one in enumerate((gyr, -gyr)):
        for j, gain in enumerate(gains):
            alone = orientation.mahony(acc, one, FS, truth[0], gain_per_s=gain, bias_gain=0.1)
            np.testing.assert_allclose(both[:, i, j], alone, atol=1e-12)


def test_errors_of_known_turns():
    truth = random_attitudes(50)
    left = Rotation.from_rotvec([0, np.radians(30), 0]).as_matrix()
    error = orientation.error_deg(left @ truth, truth)
    np.testing.assert_allclose(error["tilt"], 0, atol=1e-6)
    np.testing.assert_allclose(error["heading"], 30)
    np.testing.assert_allclose(error["total"], 30)
    error = orientation.error_deg(Rotation.from_rotvec([0.2, 0, 0]).as_matrix() @ truth, truth)
    np.testing.assert_allclose(error["tilt"], np.degrees(0.2))
    np.testing.assert_allclose(error["heading"], 0, atol=1e-9)


STILL = (np.tile([0, G, 0], (5, 1)), np.zeros((5, 3)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"acc": np.zeros((5, 3))}, "no direction"),
        ({"acc": np.ones((4, 3))}, r"\(4, 3\)"),
        ({"gyr": np.full((5, 3), np.nan)}, "not finite"),
        ({"start": np.ones((3, 3))}, "not a rotation"),
        ({"start": np.eye(4)}, r"\(4, 4\)"),
        ({"fs_hz": 0}, "fs_hz is 0"),
        ({"gain_per_s": -1}, "gain_per_s is -1"),
    ],
)
def test_bad_input_is_refused(change, words):
    good = {"acc": STILL[0], "gyr": STILL[1], "fs_hz": FS, "start": np.eye(3)}
    with pytest.raises(ParameterError, match=words):
        orientation.mahony(**(good | change))
