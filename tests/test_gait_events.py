"""Events and measures of gait against closed forms; stored tables against the recordings."""

import os

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gaitnb import data, gait_events, gait_measures
from gaitnb.errors import DataError, GaitnbError, ParameterError, ResultsError
from gaitnb.foundations import stored

FS = 100.0
MAY_BE_EMPTY = {"step_width_m", "stride_cv_percent", "swing_cv_percent"}  # needs plates, strides


def half_sines(begins, lengths, height, time):
    """A force that is a half sine in each stance and zero between them."""
    force = np.zeros_like(time)
    for begin, length in zip(begins, lengths, strict=True):
        s = (time - begin) / length
        force += np.where((s > 0) & (s < 1), height * np.sin(np.pi * s), 0)
    return force


def pitch(strikes, offs, time):
    """A foot's turning rate: a half sine up in each swing, and a half sine down beside it.

    The dips last 0.16 s and peak at -4 rad/s; the swing's sine begins where the dip ends.
    """
    rate = np.zeros_like(time)
    for strike, off in zip(strikes, offs, strict=True):
        for begin, end, height in (
            (off - 0.16, off, -4.0),
            (off, strike, 5.0),
            (strike, strike + 0.16, -4.0),
        ):
            s = (time - begin) / (end - begin)
            rate += np.where((s > 0) & (s < 1), height * np.sin(np.pi * s), 0)
    return rate


@settings(max_examples=30, deadline=None)
@given(
    stride=st.floats(0.8, 1.6),
    share=st.floats(0.55, 0.75),
    start=st.floats(0.2, 1.0),
    fs_hz=st.sampled_from([100.0, 200.0, 1000.0]),
    threshold=st.floats(20, 80),
)
def test_force_events_are_the_closed_form_crossings(stride, share, start, fs_hz, threshold):
    time = np.arange(0, 8, 1 / fs_hz)
    begins = np.arange(start, 8 - 2 * stride, stride)
    length = share * stride
    force = half_sines(begins, np.full(len(begins), length), 800, time)
    delay = length / np.pi * np.arcsin(threshold / 800)
    strikes, offs = gait_events.from_force(force, fs_hz, threshold_n=threshold)
    np.testing.assert_allclose(strikes, begins + delay, atol=0.6 / fs_hz)
    np.testing.assert_allclose(offs, begins + length - delay, atol=0.6 / fs_hz)


def test_noise_scuffs_and_lost_samples_make_no_events():
    time = np.arange(0, 6, 1 / FS)
    begins = np.array([1.0, 2.2, 3.4])
    force = half_sines(begins, [0.7] * 3, 800, time)
    noisy = force + np.random.default_rng(0).normal(0, 3, len(force))
    noisy[(time > 1.85) & (time < 1.95)] = 60  # a foot that brushes the plate
    noisy[(time > 2.5) & (time < 2.53)] = 0  # three lost samples in stance
    strikes, offs = gait_events.from_force(noisy, FS)
    assert len(strikes) == len(offs) == 3
    clean = gait_events.from_force(force, FS)
    np.testing.assert_allclose(strikes, clean[0], atol=0.004)
    np.testing.assert_allclose(offs, clean[1], atol=0.004)
    without = gait_events.from_force(noisy, FS, reach_n=20, least_s=0)  # no hysteresis
    assert len(without[0]) > 3


def test_a_cut_stance_gives_its_one_event():
    time = np.arange(0, 4, 1 / FS)
    force = half_sines([-0.3, 1.0, 3.6], [0.7] * 3, 800, time)
    strikes, offs = gait_events.from_force(force, FS)
    assert len(strikes) == 2 and len(offs) == 2
    assert offs[0] < 0.4 and strikes[0] == pytest.approx(1.0, abs=0.02)


@settings(max_examples=20, deadline=None)
@given(stride=st.floats(0.9, 1.5), start=st.floats(0.5, 1.0), fs_hz=st.sampled_from([100.0, 200.0]))
def test_gyro_events_are_the_closed_form_crossings(stride, start, fs_hz):
    time = np.arange(0, 12, 1 / fs_hz)
    offs = np.arange(start, 12 - 1.5 * stride, stride)
    strikes = offs + 0.36 * stride
    rate = pitch(strikes, offs, time)
    # depth d of a half sine's dip is at asin(d)/pi of its length, from either end
    for depth in (0.0, 0.5, 1.0):
        late = 0.16 / np.pi * np.arcsin(depth)
        found = gait_events.from_gyro(rate, fs_hz, depth=depth, low_pass_hz=40)
        np.testing.assert_allclose(found[0], strikes + late, atol=0.007)
        np.testing.assert_allclose(found[1], offs - late, atol=0.007)


def test_gyro_does_not_depend_on_strength_and_ignores_standing():
    time = np.arange(0, 20, 1 / FS)
    offs = np.arange(4.0, 14.0, 1.1)
    rate = pitch(offs + 0.4, offs, time)
    rate += np.random.default_rng(1).normal(0, 0.02, len(rate))
    one, other = (gait_events.from_gyro(k * rate, FS) for k in (1.0, 0.3))
    np.testing.assert_allclose(one[0], other[0])
    assert len(one[0]) == len(offs)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: gait_events.from_force(np.ones(500), FS), DataError, ["200 N", "body weights"]),
        (lambda: gait_events.from_force(-800 * np.ones(500), FS), DataError, ["negative"]),
        (lambda: gait_events.from_force(np.full(500, np.nan), FS), DataError, ["500 values"]),
        (lambda: gait_events.from_force(np.ones((500, 2)), FS), DataError, ["(500, 2)"]),
        (lambda: gait_events.from_force(np.ones(9), FS), DataError, ["(9,)"]),
        (lambda: gait_events.from_force(np.ones(500), 0), ParameterError, ["fs_hz=0"]),
        (
            lambda: gait_events.from_force(np.ones(500), FS, threshold_n=300),
            ParameterError,
            ["threshold_n=300"],
        ),
        (lambda: gait_events.from_force(np.ones(500), FS, least_s=-1), ParameterError, ["least_s"]),
        (lambda: gait_events.from_gyro(np.full(500, 200.0), FS), DataError, ["deg/s"]),
        (lambda: gait_events.from_gyro(np.ones(500), FS, depth=2), ParameterError, ["depth=2"]),
        (
            lambda: gait_events.from_gyro(np.ones(500), FS, low_pass_hz=50),
            ParameterError,
            ["low_pass_hz=50"],
        ),
        (
            lambda: gait_events.from_gyro(np.ones(500), FS, swing_share=0),
            ParameterError,
            ["swing_share=0"],
        ),
        (lambda: gait_events.match([np.nan], [1.0]), DataError, ["found"]),
        (lambda: gait_events.match([1.0], [1.0], 0), ParameterError, ["tolerance_s=0"]),
        (lambda: gait_measures.strides(([1, 2], [[1.5]]), ([], [])), DataError, ["left toe-offs"]),
        (lambda: gait_measures.footholds(np.ones(9), FS, [0], [1]), DataError, ["(9,)"]),
        (lambda: gait_measures.coefficient_of_variation([1.0]), DataError, ["two or more"]),
        (lambda: gait_measures.symmetry_index(0, 0), DataError, ["positive sum"]),
        (lambda: stored.table("event"), ResultsError, ["event", "strides"]),
    ],
)
def test_bad_input_is_named(call, error, words):
    with pytest.raises(error) as caught:
        call()
    for word in words:
        assert word in str(caught.value)


@given(st.lists(st.floats(-50, 50), min_size=50, max_size=400))
@settings(max_examples=40, deadline=None)
def test_any_signal_gives_increasing_events_or_our_error(values):
    for detect, scale in ((gait_events.from_force, 20), (gait_events.from_gyro, 1)):
        try:
            strikes, offs = detect(np.array(values) * scale, 50.0)
        except GaitnbError:
            continue
        for times in (strikes, offs):
            assert np.isfinite(times).all() and (np.diff(times) > 0).all()


def test_match_pairs_each_event_once():
    error, missed, extra = gait_events.match([1.01, 1.05, 2.4, 3.02], [1.0, 2.0, 3.0])
    np.testing.assert_allclose(error, [0.01, 0.02])
    np.testing.assert_allclose(missed, [2.0])
    np.testing.assert_allclose(extra, [1.05, 2.4])
    error, missed, extra = gait_events.match([], [1.0])
    assert len(error) == 0 and len(missed) == 1 and len(extra) == 0


def test_strides_of_a_walk_worked_by_hand():
    left = ([0.0, 1.0, 2.1], [0.6, 1.64])
    right = ([0.52, 1.5], [0.1, 1.1, 2.2])
    table = gait_measures.strides(left, right)
    first = table.iloc[0]
    assert list(table["side"]) == ["left", "right", "left"]
    assert first["stride_s"] == 1.0 and first["stance_s"] == 0.6
    assert first["swing_percent"] == pytest.approx(40)
    assert first["step_s"] == pytest.approx(0.48)  # right strike at 0.52, left at 1.0
    assert first["double_support_s"] == pytest.approx(0.1 + 0.08)
    assert first["cadence_per_min"] == pytest.approx(120)
    second = table.iloc[1]  # right, 0.52 to 1.5
    assert second["stance_s"] == pytest.approx(0.58) and second["step_s"] == pytest.approx(0.5)
    assert second["double_support_s"] == pytest.approx((0.6 - 0.52) + (1.1 - 1.0))


def test_a_missing_event_loses_its_stride_and_makes_no_long_one():
    strikes = np.arange(0, 12, 1.1)
    offs = strikes + 0.65
    other = (strikes + 0.55, offs + 0.55)
    whole = gait_measures.strides((strikes, offs), other)
    without_off = gait_measures.strides((strikes, np.delete(offs, 4)), other)
    without_strike = gait_measures.strides((np.delete(strikes, 4), offs), other)
    assert len(without_off[without_off.side == "left"]) == len(whole[whole.side == "left"]) - 1
    assert without_strike["stride_s"].max() < 1.2
    assert gait_measures.strides(([], []), ([], [])).empty


def test_footholds_on_a_belt_are_those_over_ground():
    time = np.arange(0, 5, 1 / FS)
    cop = np.full((len(time), 3), np.nan)
    strikes, offs = np.array([0.5, 1.7, 2.9]), np.array([1.2, 2.4, 3.6])
    for k, (begin, off) in enumerate(zip(strikes, offs, strict=True)):
        on = (time >= begin) & (time <= off)
        floor = 0.2 * (time[on] - begin) / (off - begin)  # heel to toe
        cop[on] = np.stack([1.3 * k + floor - 0.9 * time[on], 0 * floor, 0.1 + 0 * floor], axis=1)
    places = gait_measures.footholds(cop, FS, strikes, offs, belt_mps=0.9)
    np.testing.assert_allclose(np.diff(places[:, 0]), 1.3, atol=0.005)
    np.testing.assert_allclose(places[:, 1], 0.1)


def test_variability_and_symmetry_by_hand():
    assert gait_measures.coefficient_of_variation([1.0, 1.1, 1.2]) == pytest.approx(100 * 0.1 / 1.1)
    assert gait_measures.symmetry_index(0.4, 0.36) == pytest.approx(100 * 0.04 / 0.38)
    assert gait_measures.symmetry_index(0.36, 0.4) == -gait_measures.symmetry_index(0.4, 0.36)


@pytest.mark.parametrize("name", stored.TABLES)
def test_stored_tables_are_whole_and_of_this_version_of_the_recordings(name):
    for dataset in stored.TABLES[name]:
        table = stored.stored(name, dataset)
        empty = set(table.columns[table.isna().all()])
        assert len(table) and empty <= MAY_BE_EMPTY, (name, dataset)
        if "subject" in table:
            assert table["subject"].str.startswith(dataset).all()


def test_a_stored_table_of_other_recordings_is_refused(monkeypatch):
    monkeypatch.setattr(data, "fingerprint", lambda name: "0" * 16)
    with pytest.raises(ResultsError, match="gaitnb.foundations.stored"):
        stored.stored("pitch", "ipol2023")


def test_remaking_without_recordings_writes_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(data, "at_hand", lambda name: False)
    assert stored.remake(tmp_path) == [] and not list(tmp_path.iterdir())


@pytest.mark.real
@pytest.mark.skipif(not os.environ.get("GAITNB_MIRROR"), reason="GAITNB_MIRROR is not set")
@pytest.mark.parametrize("name", stored.TABLES)
def test_stored_tables_are_what_is_measured_now(name):
    for dataset, measure in stored.TABLES[name].items():
        now, then = measure().reset_index(drop=True), stored.stored(name, dataset)
        pd.testing.assert_frame_equal(now, then, rtol=1e-4, atol=1e-6, check_dtype=False)


@pytest.mark.real
@pytest.mark.skipif(not os.environ.get("GAITNB_MIRROR"), reason="GAITNB_MIRROR is not set")
def test_the_law_of_mean_force_holds_on_real_plates():
    forces = stored.table("forces").query("dataset == 'pearl2022'")
    assert forces["feet_sum"].between(0.97, 1.03).all()
