"""Filters and resampling against closed forms, sine waves and second implementations."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import butter, filtfilt, lfilter, resample_poly, sosfreqz

from gaitnb import signals
from gaitnb.errors import DataError, ParameterError


def sine(frequency, fs_hz, seconds=20.0):
    return np.sin(2 * np.pi * frequency * np.arange(round(seconds * fs_hz)) / fs_hz)


def amplitude(values):
    """Of a sine wave, away from the ends."""
    middle = values[len(values) // 4 : -len(values) // 4]
    return np.sqrt(2 * np.mean(middle**2))


@settings(max_examples=60, deadline=None)
@given(
    fs_hz=st.floats(50, 2000),
    share=st.floats(0.01, 0.45),
    order=st.sampled_from([2, 4, 6, 8]),
)
def test_two_passes_have_the_stated_cut_off_at_any_rate(fs_hz, share, order):
    cutoff = share * fs_hz
    one = butter(order // 2, signals.one_pass_cutoff(fs_hz, cutoff, order), fs=fs_hz, output="sos")
    gain = np.abs(sosfreqz(one, [cutoff], fs=fs_hz)[1]) ** 2  # forward and backward
    assert gain == pytest.approx(np.sqrt(0.5), rel=1e-6)


def test_factor_of_the_textbooks_for_second_order():
    assert 6 / signals.one_pass_cutoff(10_000, 6, order=4) == pytest.approx(0.802, abs=0.001)


@pytest.mark.parametrize("zero_phase", [True, False])
@pytest.mark.parametrize("cutoff", [3.0, 6.0, 20.0, 40.0])
def test_a_sine_at_the_cut_off_keeps_071_of_its_size(cutoff, zero_phase):
    wave = sine(cutoff, 100, 60)
    filtered = signals.low_pass(wave, 100, cutoff, zero_phase=zero_phase)
    assert amplitude(filtered) / amplitude(wave) == pytest.approx(np.sqrt(0.5), abs=0.005)


def test_whole_filter_falls_like_its_order():
    """Far above the cut-off, order 4 falls by 2^4 with each doubling of the frequency."""
    gains = [amplitude(signals.low_pass(sine(f, 2000), 2000, 5)) for f in (40, 80)]
    assert gains[0] / gains[1] == pytest.approx(2**4, rel=0.05)


def test_zero_phase_does_not_delay_and_one_pass_does():
    t = np.arange(1000) / 100
    bump = np.exp(-(((t - 5) / 0.2) ** 2))
    assert t[np.argmax(signals.low_pass(bump, 100, 6))] == pytest.approx(5, abs=0.005)
    assert t[np.argmax(signals.low_pass(bump, 100, 6, zero_phase=False))] > 5.03


def test_equal_to_scipy_with_transfer_functions():
    values = np.random.default_rng(0).normal(size=(400, 3)).cumsum(axis=0)
    b, a = butter(2, signals.one_pass_cutoff(100, 6), fs=100)
    expected = filtfilt(b, a, values, axis=0, padlen=29)
    np.testing.assert_allclose(signals.low_pass(values, 100, 6), expected, atol=1e-8)
    b, a = butter(4, 6, fs=100)
    late = signals.low_pass(values, 100, 6, zero_phase=False)[200:]
    np.testing.assert_allclose(late, lfilter(b, a, values, axis=0)[200:], atol=1e-3)


def test_constants_lines_and_axes():
    constant = np.full((2, 300, 3), 7.0)
    for zero_phase in (True, False):
        filtered = signals.low_pass(constant, 100, 6, axis=1, zero_phase=zero_phase)
        np.testing.assert_allclose(filtered, constant, atol=1e-9)
    line = np.linspace(0, 5, 300)
    np.testing.assert_allclose(signals.low_pass(line, 100, 6), line, atol=1e-5)
    noise = np.random.default_rng(0).normal(size=(300, 4))
    np.testing.assert_allclose(
        signals.low_pass(noise, 100, 6), signals.low_pass(noise.T, 100, 6, axis=-1).T, atol=1e-12
    )


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"cutoff_hz": 50}, ParameterError, "cutoff_hz = 50 for trial 7; expected less than half"),
        ({"cutoff_hz": 0}, ParameterError, "cutoff_hz = 0"),
        ({"cutoff_hz": "6"}, ParameterError, "cutoff_hz = '6'"),
        ({"fs_hz": -100}, ParameterError, "fs_hz = -100"),
        ({"order": 3}, ParameterError, r"order = 3; expected 2, 4, 6 or 8"),
        ({"order": 0, "zero_phase": False}, ParameterError, "order = 0; expected 1 to 8"),
        ({"values": np.zeros(20)}, DataError, r"trial 7: 20 samples \(0.2 s\); .* more than 29"),
        (
            {"values": np.r_[np.zeros(50), np.nan, np.inf]},
            DataError,
            r"2 of 52 .* first at \(50,\)",
        ),
        ({"values": np.zeros(0)}, DataError, "trial 7 is empty"),
    ],
)
def test_bad_input_of_the_filter_is_named(change, error, words):
    arguments = {"values": np.zeros(300), "fs_hz": 100, "cutoff_hz": 6} | change
    with pytest.raises(error, match=words):
        signals.low_pass(**arguments, where="trial 7")


# --- another rate ------------------------------------------------------------------------------


@pytest.mark.parametrize(("old", "new"), [(1000, 100), (100, 50), (120, 100), (100, 200), (50, 30)])
def test_slow_waves_survive_another_rate(old, new):
    values = signals.resample(sine(2, old), old, new)
    expected = sine(2, new)
    assert len(values) == len(expected)
    inner = slice(new, -new)
    np.testing.assert_allclose(values[inner], expected[inner], atol=2e-3)


def test_fast_waves_vanish_instead_of_appearing_as_slow_ones():
    wave = sine(47, 100)
    taken = wave[::2]  # 47 Hz at 50 Hz looks like 3 Hz
    np.testing.assert_allclose(np.abs(taken), np.abs(sine(3, 50)), atol=1e-9)
    assert amplitude(signals.resample(wave, 100, 50)) < 0.01


@given(n=st.integers(2, 500), new=st.sampled_from([25, 40, 50, 64, 100, 128]))
@settings(max_examples=40, deadline=None)
def test_a_line_stays_a_line_and_lengths_fit(n, new):
    line = np.linspace(3, 9, n)
    values = signals.resample(line, 100, new)
    assert len(values) == -(-n * new // 100)
    slope = 6 / max(n - 1, 1)
    expected = 3 + slope * np.arange(len(values)) * 100 / new
    np.testing.assert_allclose(values, expected)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"to_hz": 100 / np.pi}, ParameterError, "no ratio of whole numbers"),
        ({"to_hz": 0}, ParameterError, "to_hz = 0"),
        ({"from_hz": float("nan")}, ParameterError, "from_hz = nan"),
        ({"values": np.array([0, np.nan])}, DataError, "trial 7: 1 of 2 values"),
        ({"values": np.zeros(1)}, DataError, "trial 7: 1 sample"),
    ],
)
def test_bad_input_of_resampling_is_named(change, error, words):
    arguments = {"values": np.zeros(300), "from_hz": 100, "to_hz": 50} | change
    with pytest.raises(error, match=words):
        signals.resample(**arguments, where="trial 7")


def test_every_channel_is_resampled_alone():
    values = np.random.default_rng(0).normal(size=(2, 300, 3)).cumsum(axis=1) + 9.81
    together = signals.resample(values, 100, 40, axis=1)
    alone = signals.resample(values[1, :, 2], 100, 40)
    np.testing.assert_allclose(together[1, :, 2], alone)
    spread = resample_poly(values[1, :, 2] - 9.81, 2, 5, padtype="line") + 9.81
    np.testing.assert_allclose(alone, spread, atol=0.02)


def test_same_rate_gives_a_copy():
    values = np.arange(5.0)
    same = signals.resample(values, 100, 100)
    assert np.array_equal(same, values) and same is not values


# --- gaps --------------------------------------------------------------------------------------


def test_gaps_are_found_where_they_are():
    time = np.arange(1000) / 100
    assert signals.gaps(time, 100).shape == (0, 2)
    holed = np.delete(time, slice(300, 340))
    np.testing.assert_allclose(signals.gaps(holed, 100), [[2.99, 3.40]])
    np.testing.assert_allclose(signals.gaps(np.delete(time, [10, 500]), 100)[:, 0], [0.09, 4.99])


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (np.arange(100) / 50, "50 samples a second; expected fs_hz = 100"),
        (np.arange(100) * 10.0, "0.1 samples a second"),
        ([0, 0.01, 0.01], "increasing"),
        ([0.0], "two or more"),
        ([0, np.nan, 1], "increasing numbers"),
    ],
)
def test_a_time_axis_of_another_kind_is_refused(time, words):
    with pytest.raises(DataError, match=words):
        signals.gaps(time, 100)
