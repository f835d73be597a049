"""Errors of inertial sensors: every figure comes out as stated, every part can be switched off."""

import numpy as np
import pytest
from scipy.signal import welch

from gaitnb.errors import ParameterError
from gaitnb.lab import noise
from gaitnb.lab.noise import DEVICES, Channel, Device

NAMES = ["shank_left", "torso"]


def quiet(n_time, value=0.0):
    return np.full((n_time, len(NAMES), 3), value)


def allan_deviation(values, m):
    """Overlapping, of (..., time), at an averaging time of m samples."""
    total = np.concatenate([np.zeros((*values.shape[:-1], 1)), np.cumsum(values, -1)], -1) / m
    mean = total[..., m:] - total[..., :-m]
    return np.sqrt(0.5 * np.mean((mean[..., m:] - mean[..., :-m]) ** 2, axis=-1))


@pytest.mark.parametrize("name", DEVICES)
def test_white_noise_has_the_published_density(name):
    device = DEVICES[name]
    for fs in (100.0, 400.0):
        acc, gyr = noise.report(
            quiet(60_000), quiet(60_000), fs, NAMES, 1, device=device, errors=("noise",)
        )
        for values, channel in ((acc, device.acc), (gyr, device.gyr)):
            _, power = welch(values, fs, nperseg=1024, axis=0)
            np.testing.assert_allclose(
                np.sqrt(power[1:-1].mean(axis=0)), channel.noise_density, rtol=0.02
            )
            # The same from the Allan deviation: density / sqrt(2 tau) for white noise.
            np.testing.assert_allclose(
                allan_deviation(values[:, 0].T, 20).mean(),
                channel.noise_density / np.sqrt(2 * 20 / fs),
                rtol=0.05,
            )


def test_figures_are_those_of_the_data_sheets():
    mpu = DEVICES["mpu9250"]
    assert mpu.acc.noise_density == pytest.approx(300e-6 * 9.80665)
    assert mpu.gyr.noise_density == pytest.approx(np.radians(0.01))
    assert mpu.gyr.limit == pytest.approx(np.radians(2000))
    assert all(device.source for device in DEVICES.values())


def test_wandering_bias_has_the_published_instability():
    fs, instability = 2.0, 10.0
    rng = np.random.default_rng(0)
    wander = np.concatenate(
        [
            noise.wandering_bias(40_000, fs, instability, rng.standard_normal(3), rng)
            for _ in range(8)
        ]
    )
    seconds = 1.89 * noise.BIAS_TIME_S
    at_peak = np.sqrt((allan_deviation(wander, int(seconds * fs)) ** 2).mean())
    assert at_peak == pytest.approx(instability, rel=0.1)
    for factor in (0.2, 5):
        elsewhere = allan_deviation(wander, int(factor * seconds * fs))
        assert np.sqrt((elsewhere**2).mean()) < at_peak
    assert wander[:, 0].std() == pytest.approx(instability / 0.617, rel=0.5)  # starts anywhere


def test_range_cuts_and_resolution_rounds():
    device = Device(
        acc=Channel(limit=20.0, noise_density=0, bandwidth_hz=100, bits=8),
        gyr=Channel(limit=5.0, noise_density=0, bandwidth_hz=100, bits=8),
        source="test",
    )
    ramp = np.linspace(-40, 40, 501)[:, None, None] * np.ones((1, 2, 3))
    acc, gyr = noise.report(ramp, ramp, 100, NAMES, 0, device=device, errors=("range",))
    assert acc.max() == 20 and acc.min() == -20 and np.abs(gyr).max() == 5
    inside = np.abs(ramp) < 20
    np.testing.assert_array_equal(acc[inside], ramp[inside])
    acc, _ = noise.report(ramp, ramp, 100, NAMES, 0, device=device, errors=("resolution",))
    step = 40 / 2**8
    np.testing.assert_allclose(acc / step, np.rint(acc / step), atol=1e-9)
    assert np.abs(acc - ramp).max() <= step / 2 + 1e-12


def test_constant_errors_stay_within_the_tolerances_and_fill_them():
    channel = DEVICES["mpu9250"].acc
    biases = []
    for seed in range(150):
        acc, _ = noise.report(quiet(1), quiet(1), 100, NAMES, seed, errors=("bias",))
        biases.append(acc[0])
    assert 0.9 * channel.bias < np.abs(biases).max() <= channel.bias
    assert abs(np.mean(biases)) < 0.1 * channel.bias
    unit = np.eye(3)[:, None] * np.ones((1, 2, 1))  # three "samples": one along each axis
    factors = np.array(
        [noise.report(unit, unit, 100, NAMES, seed, errors=("scale",))[0] for seed in range(150)]
    )
    diagonal = np.einsum("rtkt->rtk", factors) - 1
    others = factors[:, ~np.eye(3, dtype=bool)[:, None].repeat(2, axis=1)]
    assert 0.9 * channel.scale < np.abs(diagonal).max() <= channel.scale
    assert 0.9 * channel.cross_axis < np.abs(others).max() <= channel.cross_axis


@pytest.mark.parametrize("fs", [60.0, 200.0, 2000.0])
def test_bandwidth_is_where_three_decibels_are_lost(fs):
    cutoff = 25.0
    t = np.arange(0, 8, 1 / fs)
    for frequency, gain in ((1.0, 1.0), (cutoff, 2**-0.5)):
        out = noise.low_pass(np.sin(2 * np.pi * frequency * t), fs, cutoff)[len(t) // 2 :]
        wave = np.exp(-2j * np.pi * frequency * t[len(t) // 2 :])
        # Straight lines between samples lose a little near half the sampling rate.
        tolerance = 0.15 if frequency > fs / 4 else 0.02
        assert 2 * abs((out * wave).mean()) == pytest.approx(gain, rel=tolerance)
    np.testing.assert_allclose(noise.low_pass(np.full(50, 9.81), fs, cutoff), 9.81)


@pytest.mark.parametrize("frequency", [2.0, 12.0, 30.0])
def test_a_corner_above_half_the_sampling_rate_only_delays(frequency):
    fs, cutoff = 100.0, 260.0
    t = np.arange(0, 3, 1 / fs)
    out = noise.low_pass(np.sin(2 * np.pi * frequency * t), fs, cutoff)
    delay = 2**0.5 / (2 * np.pi * cutoff)  # of a second-order Butterworth filter, far below
    np.testing.assert_allclose(
        out[40:-40], np.sin(2 * np.pi * frequency * (t - delay))[40:-40], atol=3e-3
    )


def test_bandwidth_is_applied_by_report():
    t = np.arange(0, 4, 1 / 500)
    tone = np.sin(2 * np.pi * 240 * t)[:, None, None] * np.ones((1, 2, 3))
    acc, gyr = noise.report(tone, tone, 500, NAMES, 0, errors=("bandwidth",))
    assert acc[200:].std() < 0.9 * tone.std() and gyr[200:].std() < 0.9 * tone.std()


def test_same_seed_same_readings_whatever_else_is_worn():
    true = np.random.default_rng(0).normal(0, 5, (200, 3, 3))
    names = ["a", "b", "c"]
    acc, gyr = noise.report(true, true, 100, names, [1, 4, 2])
    again, _ = noise.report(true[:, [2, 0]], true[:, [2, 0]], 100, ["c", "a"], [1, 4, 2])
    np.testing.assert_array_equal(again, acc[:, [2, 0]])
    other, _ = noise.report(true, true, 100, names, [1, 5, 2])
    assert not np.array_equal(other, acc)
    longer = np.concatenate([true, true])
    rest = [e for e in noise.ERRORS if e != "bandwidth"]  # which looks 16 samples ahead
    first, _ = noise.report(true, true, 100, names, [1, 4, 2], errors=rest)
    second, _ = noise.report(longer, longer, 100, names, [1, 4, 2], errors=rest)
    np.testing.assert_array_equal(second[:200], first)


def test_switching_one_error_off_leaves_the_others():
    true = np.zeros((300, 2, 3))
    both, _ = noise.report(true, true, 100, NAMES, 3, errors=("bias", "noise"))
    bias, _ = noise.report(true, true, 100, NAMES, 3, errors=("bias",))
    white, _ = noise.report(true, true, 100, NAMES, 3, errors=("noise",))
    np.testing.assert_allclose(both, bias + white, atol=1e-12)
    nothing, _ = noise.report(true, true, 100, NAMES, 3, errors=())
    np.testing.assert_array_equal(nothing, true)


@pytest.mark.parametrize(
    "change, words",
    [
        ({"fs_hz": 600}, ["600", "260", "520"]),
        ({"fs_hz": 0}, ["0 Hz", "520"]),
        ({"fs_hz": float("nan")}, ["nan"]),
        ({"device": "phone"}, ["phone", "mpu9250", "mti1"]),
        ({"errors": ("rust",)}, ["rust", "bandwidth"]),
        ({"errors": "noise"}, ["noise"]),
        ({"names": ["one"]}, ["(4, 2, 3)", "(time, 1, 3)"]),
        ({"seed": "x"}, ["seed"]),
        ({"acc": quiet(0)}, ["(0, 2, 3)"]),
    ],
)
def test_bad_input_is_named(change, words):
    given = {"acc": quiet(4), "gyr": quiet(4), "fs_hz": 100, "names": NAMES, "seed": 0} | change
    with pytest.raises(ParameterError) as error:
        noise.report(**given)
    assert all(word in str(error.value) for word in words), error.value
