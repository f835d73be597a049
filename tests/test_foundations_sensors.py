"""Cutting readings into strides; attitudes as recorded, held against gravity."""

import numpy as np
import pytest

from gaitnb import data
from gaitnb.foundations import sensors


def test_strides_are_stretched_to_percent_and_long_ones_left_out():
    time = np.arange(0, 10, 0.01)
    signal = np.stack([time, 2 * time], axis=-1)
    strikes = np.array([1.005, 2.2, 3.0, 6.0, 7.1])
    cut = sensors.over_strides(signal, 100.0, strikes)
    assert cut.shape == (3, 101, 2)
    np.testing.assert_allclose(cut[0, :, 0], np.linspace(1.005, 2.2, 101))
    np.testing.assert_allclose(cut[2, :, 1], 2 * np.linspace(6.0, 7.1, 101))


def test_strides_beyond_the_recording_are_left_out():
    cut = sensors.over_strides(np.zeros((101, 1)), 100.0, np.array([-0.5, 0.2, 1.0, 1.5]))
    assert cut.shape == (1, 101, 1)


@pytest.mark.real
def test_recorded_attitudes_turn_the_mean_force_upwards():
    if not data.at_hand("pearl2022"):
        pytest.skip("pearl2022 is not at hand")
    attitude = sensors.recorded_attitude(3)
    trial = data.open(
        "pearl2022", subjects=[3], trials=["CSBaseline"], axes="sensor", synchronise=False
    )[0]
    acc = trial["acc"].values[0]
    assert attitude.shape == (*acc.shape, 3)
    mean = np.einsum("tsij,tsj->si", attitude, acc) / len(acc)
    np.testing.assert_allclose(mean[:, [0, 2]], 0, atol=0.15)
    assert (mean[:, 1] > 9.6).all() and (mean[:, 1] < 12).all()
