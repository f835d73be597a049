"""The swinging pendulum against its closed forms."""

import numpy as np
import pytest
from scipy.special import ellipk

from gaitnb.errors import ParameterError
from gaitnb.lab import imu
from gaitnb.lab.pendulum import pendulum
from gaitnb.lab.sensors import Placement

LENGTH = 0.6


def readings(at_m, start_deg=60.0):
    motion = pendulum(LENGTH, start_deg, 100, 5)
    acc, gyr = imu.measure(motion, {"a": Placement("shank_left", np.array([0, -at_m, 0]))})
    angle = np.arctan2(motion.rotation[:, 0, 1, 0], motion.rotation[:, 0, 0, 0])
    return angle, acc[:, 0], gyr[:, 0]


def test_period_is_that_of_the_elliptic_integral():
    angle, _, gyr = readings(0.3)
    period = 4 * np.sqrt(LENGTH / 9.81) * ellipk(np.sin(np.radians(30)) ** 2)
    zero = np.flatnonzero((angle[:-1] > 0) & (angle[1:] <= 0))
    at = zero + angle[zero] / (angle[zero] - angle[zero + 1])
    assert np.diff(at) / 100 == pytest.approx(period, abs=1e-4)


def test_energy_is_kept():
    angle, _, gyr = readings(0.3)
    energy = 0.5 * LENGTH * gyr[:, 2] ** 2 + 9.81 * (1 - np.cos(angle))
    np.testing.assert_allclose(energy, 9.81 * (1 - np.cos(np.radians(60))), rtol=1e-7)


def test_nothing_is_felt_across_the_rod_at_the_centre_of_oscillation():
    angle, acc, _ = readings(LENGTH)
    np.testing.assert_allclose(acc[:, 0], 0, atol=1e-7)
    _, acc, _ = readings(0.25)
    expected = 9.81 * np.sin(angle) * (1 - 0.25 / LENGTH)
    np.testing.assert_allclose(acc[:, 0], expected, atol=1e-7)


def test_hanging_still():
    _, acc, gyr = readings(0.3, start_deg=0)
    np.testing.assert_allclose(acc, np.tile([0, 9.81, 0], (500, 1)))
    assert not gyr.any()


@pytest.mark.parametrize(
    "bad", [(0, 10, 100, 1), (1, 180, 100, 1), (1, 10, np.nan, 1), (1, 10, 100, -1)]
)
def test_bad_input_is_refused(bad):
    with pytest.raises(ParameterError, match="expected"):
        pendulum(*bad)
