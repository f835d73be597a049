"""Windows: what is cut, from where, with which label and scale; recordings that do not fit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recording_toys import recording

from gaitnb import recordings, signals, splits, windows
from gaitnb.data import layout, to_tensor
from gaitnb.errors import DataError, ParameterError


def two_people():
    return [recording("toy-01", "a", 1000), recording("toy-02", "b", 730, seed=1, begin_s=5.0)]


# --- recordings --------------------------------------------------------------------------------


def test_a_recording_is_filtered_as_its_array_and_says_so():
    ds = recording()
    filtered = recordings.low_pass(ds, {"acc": 6})
    expected = signals.low_pass(ds["acc"].values, 100, 6, axis=1)
    np.testing.assert_array_equal(filtered["acc"], expected)
    assert filtered["acc"].attrs == {"units": "m/s^2", "low_pass_hz": 6.0}
    assert filtered["gyr"].equals(ds["gyr"]) and "low_pass_hz" not in ds["acc"].attrs
    layout.check(filtered)


def test_a_recording_at_another_rate_keeps_time_channels_and_what_was_measured():
    ds = recording(begin_s=2.0).drop_vars("cop")
    ds["measured"][400:405, 1] = False
    half = recordings.resample(ds, 50)
    assert half.attrs["fs_hz"] == 50 and recordings.rate(half, 50) == 50
    np.testing.assert_allclose(half["time"], 2 + np.arange(500) / 50)
    np.testing.assert_array_equal(half["acc"], signals.resample(ds["acc"].values, 100, 50, axis=1))
    assert list(np.flatnonzero(~half["measured"][:, 1])) == [200, 201, 202]
    third = recordings.resample(ds, 30)  # a new sample needs both neighbours
    assert list(np.flatnonzero(~third["measured"][:, 1])) == [120, 121]
    assert half["acc"].attrs["units"] == "m/s^2"


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda ds: recordings.resample(ds, 50), "toy toy-01 a, cop: .* not finite"),
        (lambda ds: recordings.low_pass(ds, {"cop": 6}), "toy toy-01 a, cop: .* not finite"),
        (lambda ds: recordings.rate(ds, 200), r"100 Hz; expected 200.*resample\(ds, 200\)"),
        (
            lambda ds: recordings.rate(ds.isel(time=np.r_[0:300, 340:900])),
            "toy toy-01 a: 1 gaps in time, the first from 2.990 to 3.400 s",
        ),
        (lambda ds: recordings.rate(ds.assign_attrs(fs_hz=50.0)), "toy toy-01 a: .*expected fs_hz = 50"),
        (
            lambda ds: recordings.rate(ds.drop_attrs().assign_attrs(sampling="101 points")),
            "has no attribute fs_hz",
        ),
    ],
)  # fmt: skip
def test_recordings_that_do_not_fit_are_named(call, words):
    with pytest.raises(DataError, match=words):
        call(recording())


def test_unknown_variables_are_named():
    with pytest.raises(ParameterError, match="no variable 'grf'; .*acc, gyr, cop"):
        recordings.low_pass(recording(), {"grf": 6})


# --- windows -----------------------------------------------------------------------------------


def test_windows_hold_the_samples_of_their_recording():
    given = two_people()
    made = windows.cut(given, 1.28, overlap=0.5)
    assert made["acc"].dims == ("window", "time", "sensor", "axis")
    assert dict(made.sizes) == {"window": 14 + 10, "time": 128, "sensor": 2, "axis": 3, "side": 2}
    for k in range(made.sizes["window"]):
        one = made.isel(window=k)
        source = next(ds for ds in given if ds["subject"].item() == one["subject"].item())
        begin = round((one["start_s"].item() - source["time"].values[0]) * 100)
        assert begin % 64 == 0
        np.testing.assert_array_equal(one["acc"], source["acc"][0, begin : begin + 128])
        np.testing.assert_array_equal(one["cop"], source["cop"][0, begin : begin + 128])
        assert one["trial"] == source.attrs["trial"]
        assert one["condition"] == source["condition"].item()
    assert made["acc"].attrs["units"] == "m/s^2" and made["speed_mps"].attrs["units"] == "m/s"
    assert made.attrs["fs_hz"] == 100 and made.attrs["dataset"] == "toy"
    np.testing.assert_allclose(made["time"], np.arange(128) / 100)


@given(
    n=st.integers(10, 400),
    length=st.integers(1, 200),
    overlap=st.sampled_from([0, 0.25, 0.5, 0.75, 0.9]),
)
@settings(max_examples=50, deadline=None)
def test_number_of_windows(n, length, overlap):
    step = round(length * (1 - overlap))
    if n < length or step < 1:
        with pytest.raises((DataError, ParameterError)):
            windows.cut(recording(n=n), length / 100, overlap)
    else:
        made = windows.cut(recording(n=n), length / 100, overlap)
        assert made.sizes["window"] == (n - length) // step + 1


def test_labels_decide_and_none_leaves_out():
    turn = [[2.0, 3.0], [6.0, 6.5]]

    def label(ds, begin_s, end_s):
        share = windows.share_inside(begin_s, end_s, turn)
        return "turn" if share > 0.5 else "walk" if share == 0 else None

    made = windows.cut(recording(), 1.0, overlap=0.5, label=label)
    found = dict(zip(made["start_s"].values.tolist(), made["label"].values.tolist(), strict=True))
    assert [t for t, name in found.items() if name == "turn"] == [2.0]
    assert not {1.5, 2.5, 5.5, 6.0} & set(found) and found[1.0] == "walk" and found[5.0] == "walk"


def test_share_inside():
    assert windows.share_inside(1, 3, (2, 5)) == 0.5
    assert windows.share_inside(1, 3, [(0, 1), (2.5, 2.75), (2.75, 9)]) == 0.25
    assert windows.share_inside(1, 3, np.empty((0, 2))) == 0


def test_several_trials_in_one_dataset_and_chosen_variables():
    made = windows.cut(recording(n_trials=3), 2.0, names=["gyr"])
    assert list(made.data_vars) == ["gyr"] and "side" not in made.dims
    assert made["trial"].values.tolist() == ["a/0"] * 5 + ["a/1"] * 5 + ["a/2"] * 5
    tensor, labels = to_tensor(made, ["gyr"])
    assert tensor.shape == (15, 6, 200) and labels[0] == "gyr.shank_left.x"


def test_short_recordings_may_be_skipped():
    made = windows.cut([recording(), recording("toy-02", n=100)], 2.0, short="skip")
    assert set(made["subject"].values) == {"toy-01"}


@pytest.mark.parametrize(
    ("given", "options", "error", "words"),
    [
        ([recording(), recording("toy-02", "b", n=100)], {}, DataError,
         r"toy toy-02 b: 100 samples \(1 s\); expected at least 200 \(2 s\)"),
        ([recording(), recording("toy-02", "b", fs_hz=50)], {}, DataError,
         "toy toy-02 b has 50 Hz; expected 100"),
        ([recording(), recording("toy-02", "b").drop_vars("gyr")], {}, DataError,
         "toy toy-02 b: variables .*expected as in the first"),
        ([recording(), recording("toy-02", "b").isel(sensor=[1, 0])], {}, DataError,
         "toy toy-02 b: sensor .*shank_right.*expected"),
        ([recording(), recording("toy-02", "b").drop_vars("speed_mps")], {}, DataError,
         "toy toy-02 b: metadata"),
        ([recording().isel(time=np.r_[0:300, 340:900])], {}, DataError, "1 gaps in time"),
        ([], {}, DataError, "no recording"),
        ([3], {}, DataError, "found int"),
        ([windows.cut(recording(), 1.0)], {}, DataError, "dimension 'trial'"),
        (recording(n=100), {"short": "skip"}, DataError, "no window of 2 s remains of 1"),
        (recording(), {"label": lambda *_: None}, DataError, "left all out"),
        (recording(), {"length_s": 1.287}, ParameterError, "128.7 samples .* such as 1.29 s"),
        (recording(), {"length_s": 0}, ParameterError, "whole number"),
        (recording(), {"overlap": 1}, ParameterError, "overlap = 1"),
        (recording(), {"overlap": -0.5}, ParameterError, "overlap = -0.5"),
        (recording(), {"length_s": 0.02, "overlap": 0.9}, ParameterError, "moves by none"),
        (recording(), {"names": ["grf"]}, ParameterError, r"no variable \['grf'\]"),
        (recording(), {"short": "pad"}, ParameterError, "short = 'pad'"),
    ],
)  # fmt: skip
def test_what_cannot_be_cut_is_named(given, options, error, words):
    with pytest.raises(error, match=words):
        windows.cut(given, **({"length_s": 2.0} | options))


# --- scale -------------------------------------------------------------------------------------


def test_statistics_come_from_the_training_people_alone():
    given = [recording(f"toy-{k:02d}", seed=k) for k in range(4)]
    given[3]["acc"] += 100  # must not be seen
    made = windows.cut(given, 2.0, names=["acc", "gyr"])
    train, test = splits.leave_one_person_out(made["subject"].values)[3]
    statistics = windows.channel_statistics(made.isel(window=train), ["acc"])
    values = made["acc"].values[train]
    np.testing.assert_allclose(statistics["acc"].sel(statistic="mean"), values.mean(axis=(0, 1)))
    np.testing.assert_allclose(statistics["acc"].sel(statistic="sd"), values.std(axis=(0, 1)))
    assert statistics.attrs["subjects"] == "toy-00, toy-01, toy-02"
    scaled = windows.standardise(made, statistics)
    np.testing.assert_allclose(scaled["acc"][train].mean(("window", "time")), 0, atol=1e-9)
    np.testing.assert_allclose(scaled["acc"][train].std(("window", "time")), 1)
    assert scaled["acc"][test].mean() > 100
    assert scaled["acc"].attrs["units"] == "1" and made["acc"].attrs["units"] == "m/s^2"
    assert scaled["gyr"].equals(made["gyr"])


def test_channels_without_change_or_with_nan_are_named():
    made = windows.cut(recording(), 2.0)
    with pytest.raises(DataError, match=r"channel cop.left.x has standard deviation nan"):
        windows.channel_statistics(made)
    made["gyr"][:, :, 1, 2] = 4.0
    with pytest.raises(DataError, match=r"channel gyr.shank_right.z has standard deviation 0"):
        windows.channel_statistics(made, ["gyr"])


def test_statistics_of_other_channels_are_refused():
    made = windows.cut(recording(), 2.0, names=["acc"])
    statistics = windows.channel_statistics(made)
    with pytest.raises(DataError, match="acc: the sensors are .*expected those of the statistics"):
        windows.standardise(made.isel(sensor=[1, 0]), statistics)
    with pytest.raises(DataError, match="no variable 'acc'"):
        windows.standardise(windows.cut(recording(), 2.0, names=["gyr"]), statistics)
