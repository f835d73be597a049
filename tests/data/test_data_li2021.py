"""li2021: conversions against a made-up walker, and a table of faults.

A fault is an edit of good files and the words that the error must contain; the error must also
name the file.
"""

import numpy as np
import pytest
from walking_toys import (
    FIRST,
    LI_FILES,
    MOVED,
    N_FRAMES,
    TURN,
    li_markers,
    li_truth,
    make_li2021,
    read_li2021,
)

from gaitnb.data.readers import li2021
from gaitnb.errors import DataError

MARKERS, PLATES, IMU = LI_FILES.markers, LI_FILES.plates, LI_FILES.imu
WAND, STATIC = LI_FILES.wand_right, LI_FILES.static


@pytest.fixture(scope="module")
def trial():
    return read_li2021(make_li2021())[0].isel(trial=0)


def truth_at(time):
    return li_truth(np.asarray(time))


def test_the_clock_is_that_of_the_cameras(trial):
    assert trial.time[0] == (FIRST - 1) / 100 and len(trial.time) == N_FRAMES
    assert trial.attrs["fs_hz"] == 100


def test_markers_in_the_lab(trial):
    expected = li_markers(FIRST + np.arange(N_FRAMES))
    assert list(trial.marker.values) == li2021.MARKERS
    for name in li2021.MARKERS:
        np.testing.assert_allclose(trial.position.sel(marker=name), expected[name], atol=1e-6)
    assert float(trial.speed_mps) == pytest.approx(1.0, abs=1e-6)


def test_forces_on_the_feet_through_the_moved_plate():
    trial = read_li2021(make_li2021(), "plates")[0].isel(trial=0)
    assert trial.attrs["fs_hz"] == 1000 and len(trial.time) == 10 * N_FRAMES
    truth = truth_at(trial.time)["sides"]
    for side in ("left", "right"):
        found, known = trial.sel(side=side), truth[side]
        on = known["grf"][:, 1] > 0
        np.testing.assert_allclose(found.grf, known["grf"], atol=1e-3)
        right, forward = known["cop"]
        np.testing.assert_allclose(found.cop[on], [[forward, 0, right]] * on.sum(), atol=1e-5)
        assert np.isnan(found.cop[~on]).all()
        np.testing.assert_allclose(found.free_moment, known["free"], atol=1e-2)
    turned = trial.grf.sel(side="right", axis="x").max()
    assert float(turned) == pytest.approx(30 * np.cos(TURN) - 20 * np.sin(TURN), abs=1e-3)
    assert abs(MOVED[1] - 1.02) > 0.2  # so that the nominal place would fail here


def test_forces_at_100_hz_are_averages_around_the_frame(trial):
    whole = read_li2021(make_li2021(), "plates")[0].isel(trial=0)
    weights = np.r_[0.5, np.ones(9), 0.5] / 10
    for side in ("left", "right"):
        raw = whole.grf.sel(side=side, axis="y").values
        smooth = np.convolve(raw, weights, mode="same")[::10]
        np.testing.assert_allclose(trial.grf.sel(side=side, axis="y")[1:], smooth[1:], rtol=1e-9)
    steady = trial.isel(time=slice(70, 90)).grf.sel(side="right", axis="y")
    np.testing.assert_allclose(steady, 1.05 * 66 * 9.81, rtol=1e-5)


def test_sensors_in_their_documented_axes():
    trial = read_li2021(make_li2021(), "imu")[0].isel(trial=0)
    truth = truth_at(trial.time)
    for side, sensor in (("L", "shank_left"), ("R", "shank_right")):
        found = trial.sel(sensor=sensor)
        np.testing.assert_allclose(found.gyr.sel(axis="z"), truth["rate"][side], atol=1e-6)
        np.testing.assert_allclose(found.gyr.sel(axis="x"), 0.1 * np.sin(trial.time), atol=1e-6)
        np.testing.assert_allclose(found.acc.sel(axis="y"), 9.80665, atol=1e-6)
    assert len(trial.time) == 1300 and trial.time[0] == 0


def test_how_much_of_a_stance_is_recorded(trial):
    attrs = trial.attrs
    assert attrs["stance_left"] == "begins before the recording"
    assert attrs["stance_right"] == "whole"
    assert attrs["stance_right_s"] == pytest.approx(0.7, abs=0.002)
    assert attrs["heel_strike_right_s"] == pytest.approx(FIRST / 100 + 0.4, abs=0.002)
    assert attrs["toe_off_left_s"] == pytest.approx(FIRST / 100 + 0.5, abs=0.002)
    assert attrs["heel_strike_left_s"] == pytest.approx((FIRST - 1) / 100 + 1, abs=0.01)
    files = make_li2021()
    files[PLATES] = keep(lambda i: i < 5 + 800)(files[PLATES])
    cut = read_li2021(files)[0]
    assert cut.attrs["stance_right"] == "ends after the recording"
    assert np.isnan(cut.attrs["toe_off_right_s"]) and cut.sizes["time"] == 80


def test_metadata_and_standing_trial():
    (standing,) = read_li2021(make_li2021(), "markers", static=True, trials=None)
    assert standing.sizes["time"] == 200 and "speed_mps" not in standing.coords
    assert standing.condition.item() == "standing before normal"
    assert standing.height_m.item() == 1.82 and standing.sex.item() == "male"
    assert standing.leg_length_m.item() == pytest.approx(0.43 + 0.398 + 0.095)
    assert len(li2021.people()) == 8 and len(li2021._files()) == 240


def test_exchanged_sides_of_the_pelvis_are_put_right(trial):
    files = make_li2021()
    text = files[MARKERS]
    for name in ("ASI", "PSI"):
        text = text.replace(f"L{name}", "#").replace(f"R{name}", f"L{name}")
        text = text.replace("#", f"R{name}")
    files[MARKERS] = text
    found = read_li2021(files)[0].isel(trial=0)
    np.testing.assert_array_equal(found.position, trial.position)
    assert "pelvis" in found.attrs["corrections"] and trial.attrs["corrections"] == ""


def test_gaps_are_nan_and_other_spellings_are_known(trial):
    files = make_li2021()
    text = files[MARKERS].replace("LHEE,", "LHEEL,")
    files[MARKERS] = cells(8, {2 + 3 * li2021.MARKERS.index("LHEE") + k: "" for k in range(3)})(
        text
    )
    names = files[MARKERS].splitlines()[2]
    assert "LHEEL" in names
    found = read_li2021(files)[0].isel(trial=0)
    order = [n.split(":")[1] for n in names.split(",") if n]
    gap = order[li2021.MARKERS.index("LHEE")].replace("HEEL", "HEE")
    assert np.isnan(found.position.sel(marker=gap)[3]).all()
    assert np.isfinite(found.position.sel(marker="LHEE")[10]).all()


# faults ------------------------------------------------------------------------------------


def lines(edit):
    """An edit of a text by a function of its lines."""
    return lambda text: "\n".join(edit(text.splitlines())) + "\n"


def keep(rule):
    return lines(lambda all_lines: [line for i, line in enumerate(all_lines) if rule(i)])


def cells(row, values):
    """Overwrite fields of one line (counted from 0)."""

    def edit(all_lines):
        fields = all_lines[row].split(",")
        for i, value in values.items():
            fields[i] = value
        return [*all_lines[:row], ",".join(fields), *all_lines[row + 1 :]]

    return lines(edit)


def numbers(function, first=2):
    """Replace the numbers of all rows (behind frame and sub frame) by a function of the array."""

    def edit(all_lines):
        rows = [line.split(",") for line in all_lines if line.count(",") > 1][3:]
        rest = [line for line in all_lines[5:] if line.count(",") <= 1]
        values = np.array([[float(v) for v in row[first:]] for row in rows])
        changed = function(values)
        done = [
            ",".join(row[:first] + [f"{v:.6g}" for v in new])
            for row, new in zip(rows, changed, strict=True)
        ]
        return all_lines[:5] + done + rest

    return lines(edit)


def swap(i, j):
    """Exchange rows i and j."""

    def edit(all_lines):
        all_lines[i], all_lines[j] = all_lines[j], all_lines[i]
        return all_lines

    return lines(edit)


def repeat(i):
    return lines(lambda a: [*a[: i + 1], *a[i:]])


def columns(function):
    """Replace the block of 9 columns of each plate by a function of (row, plate, 9)."""

    def edit(values):
        plates = values[:, 1:].reshape(len(values), 2, 9).copy()
        changed = np.asarray(function(plates)).reshape(len(values), 18)
        return np.concatenate([values[:, :1], changed], axis=1)

    return numbers(edit)


def mat(**changes):
    """Replace variables of the MATLAB file by a function of them; None removes one."""

    def edit(content):
        for name, function in changes.items():
            value = content.pop(name)
            if function is not None:
                content[name] = function(value)
        return content

    return edit


def both(function):
    return mat(TrialLeft=function, TrialRight=function)


def gains(acc, gyr):
    return both(lambda v: v * np.repeat([acc, gyr], 3))


def with_nan(v):
    v = v.copy()
    v[700, 3] = np.nan
    return v


TEXT = {MARKERS: "markers", PLATES: "plates", WAND: "wand"}
TEXT_FAULTS = {
    "empty": (lambda t: "", "empty"),
    "HTML": (lambda t: "<!DOCTYPE html><html>Sign in</html>", "HTML"),
    "not UTF-8": (lambda t: b"\xff\xfe\x00" + t.encode(), "not UTF-8"),
    "cut in the header": (keep(lambda i: i < 4), "cut off: 4 lines"),
    "cut in a header line": (cells(3, {10: ""}), None),
    "no row": (keep(lambda i: i < 5), "cut off: 5 lines"),
    "cut in a row": (lambda t: t[: len(t) // 2].rpartition(",")[0], "fields; expected"),
    "a field too many": (cells(20, {5: "1,2"}), "line 21 has .* fields"),
    "a field too few": (
        lines(lambda a: [*a[:20], a[20].rpartition(",")[0], *a[21:]]),
        "line 21 has .* fields",
    ),
    "header of fewer columns": (
        lines(lambda a: [*a[:4], a[4].rpartition(",")[0], *a[5:]]),
        "the header names",
    ),
    "another section": (lines(lambda a: ["Joints", *a[1:]]), "first line is 'Joints'"),
    "another rate": (lines(lambda a: [a[0], "250", *a[2:]]), "the rate is '250'"),
    "a word": (cells(20, {5: "n/a!"}), "not a table of numbers"),
    "infinite": (cells(20, {5: "inf"}), "infinite"),
    "repeated time": (repeat(20), "time repeats in line 22"),
    "unsorted time": (swap(20, 24), "time (jumps|runs back) in line 21"),
    "rows missing": (keep(lambda i: not 20 <= i < 25), "time jumps in line 21"),
    "no frame number": (cells(20, {0: ""}), "no frame number"),
}
CELLS = [
    (path, fault, edit, words)
    for path in TEXT
    for fault, (edit, words) in TEXT_FAULTS.items()
    if words
]
CELLS += [
    # markers
    (MARKERS, "missing marker", lambda t: t.replace("RKNE,", "RKNX,"), "no marker RKNE; it has"),
    (MARKERS, "marker twice", lambda t: t.replace("RKNE,", "LKNE,"), "no marker RKNE"),
    (
        MARKERS,
        "marker twice beside",
        lambda t: t.replace("LKNE2,", "LKNE,").replace("RKNE2", "LKNE2"),
        "marker LKNE has columns .*expected X, Y, Z once|no marker RKNE2",
    ),
    (MARKERS, "metres by the header", lambda t: t.replace("mm", "m"), "is in m; expected mm"),
    (MARKERS, "metres", numbers(lambda v: v / 1000), "expected about 0.9, 0.45 and 0.1"),
    (
        MARKERS,
        "axes in another order",
        numbers(lambda v: v.reshape(len(v), -1, 3)[..., [1, 0, 2]].reshape(v.shape)),
        "to the right of the left|expected forward",
    ),
    (
        MARKERS,
        "y up",
        numbers(lambda v: v.reshape(len(v), -1, 3)[..., [0, 2, 1]].reshape(v.shape)),
        "Unit or axes are others|exchanged",
    ),
    (
        MARKERS,
        "sides exchanged",
        lines(
            lambda a: [
                *a[:2],
                a[2].replace(":L", ":#").replace(":R", ":L").replace(":#", ":R"),
                *a[3:],
            ]
        ),
        "sides are exchanged",
    ),
    (MARKERS, "no walking", numbers(lambda v: np.tile(v[:1], (len(v), 1))), "expected forward"),
    (
        MARKERS,
        "marker hardly seen",
        lines(lambda a: [*a[:5], *(_without(r, 3) for r in a[5:])]),
        "seen in less than half",
    ),
    (
        MARKERS,
        "rows after bare frame numbers",
        lines(lambda a: [*a[:30], str(FIRST + 25), *a[31:]]),
        "after bare frame numbers from line 31",
    ),
    # plates
    (PLATES, "NaN", cells(50, {5: ""}), "1 values are missing"),
    (PLATES, "another order of columns", lambda t: t.replace("Fx,Fy", "Fy,Fx"), "expected FP3, "),
    (PLATES, "other units", lambda t: t.replace("N.mm", "N.m"), "in N, .*expected FP3"),
    (PLATES, "one plate", lines(lambda a: [_first(r, 12) for r in a]), "expected FP3, then twice"),
    (
        PLATES,
        "sign of the foot on the plate reversed",
        columns(lambda p: p * np.repeat([-1, -1, 1], 3)),
        "mean vertical force is -.*of the foot on the ground",
    ),
    (
        PLATES,
        "axis order of the forces",
        columns(lambda p: p[..., [0, 2, 1, 3, 5, 4, 6, 7, 8]]),
        "largest along z.*another order",
    ),
    (PLATES, "kN", columns(lambda p: p * np.repeat([1e-3, 1, 1], 3)), "looks like kN"),
    (
        PLATES,
        "body weights",
        columns(lambda p: p / (66 * 9.81) * np.repeat([1, 1, 1], 3)),
        "looks like body weights",
    ),
    (
        PLATES,
        "moments in N m",
        columns(lambda p: p * np.repeat([1, 1e-3, 1], 3)),
        "disagree by|acts .* m from",
    ),
    (PLATES, "plates exchanged", columns(lambda p: p[:, ::-1]), "plate 1 disagree by"),
    (
        PLATES,
        "second plate empty",
        columns(lambda p: p * np.array([[1], [0]])),
        "plate 2 carries more than 100 N in 0",
    ),
    (
        PLATES,
        "frames of another trial",
        lines(lambda a: [*a[:5], *(_later(r, 300) for r in a[5:])]),
        "frames 801 to .*the markers have 501 to",
    ),
    # wand
    (WAND, "no wand", lambda t: t.replace("TFYP", "TFXX"), "no marker TFYP"),
    (WAND, "wand of another size", numbers(lambda v: 1.2 * v), "expected 160 mm, the wand's size"),
    (
        WAND,
        "a moving wand",
        numbers(lambda v: v + np.linspace(0, 50, len(v))[:, None]),
        "the wand moves",
    ),
    (WAND, "never seen", lines(lambda a: [*a[:5], *(_without(r, 1) for r in a[5:])]), "never seen"),
    # IMUs
    (IMU, "empty", lambda c: b"", "not a whole MATLAB 5 file"),
    (IMU, "HTML", lambda c: b"<!DOCTYPE html><html></html>" * 9, "not a whole MATLAB 5 file"),
    (IMU, "missing sensor", mat(TrialRight=None), "no sensor TrialRight; it has TrialLeft"),
    (IMU, "5 columns", mat(TrialLeft=lambda v: v[:, :5]), r"\(1300, 5\).*expected \(time, 6\)"),
    (IMU, "legs of unequal length", mat(TrialLeft=lambda v: v[:900]), "of equal length"),
    (IMU, "shorter than the markers", both(lambda v: v[:550]), "550 samples.*end.* frame 620"),
    (IMU, "NaN", mat(TrialLeft=with_nan), "1 values of angular velocity are not finite"),
    (IMU, "g", gains(1 / 4096, 1), "sensor 1: acceleration has a median length of 0.00239"),
    (IMU, "m/s^2", gains(9.81 / 4096, 1), "expected m/s\\^2 with gravity"),
    (IMU, "acceleration reversed", gains(-1, 1), r"expected gravity along \+y"),
    (
        IMU,
        "axis order",
        both(lambda v: v[:, [1, 0, 2, 4, 3, 5]]),
        "sensor 1: the mean acceleration is .*in another order",
    ),
    (IMU, "deg/s", gains(1, 1 / 32.768), "turn by less than 1 rad/s"),
    (IMU, "rad/s scaled twice", gains(1, 57.3), "looks like degrees"),
    (IMU, "gyroscope silent", gains(1, 0), "zero throughout"),
    (
        IMU,
        "12 samples late",
        both(lambda v: np.roll(v, 12, axis=0)),
        r"left shank with markers: not synchronous: the second is late by 12 samples \(0.12 s\)",
    ),
    (
        IMU,
        "9 samples early",
        mat(TrialRight=lambda v: np.roll(v, -9, axis=0)),
        "right shank with markers: not synchronous: the second is early by 9 samples",
    ),
    (
        IMU,
        "of another trial",
        both(lambda v: 2000 * np.sin(1.7 * np.arange(6) + 0.9 * np.arange(1300)[:, None])
             * np.repeat([0, 1], 3) + np.array([-4096, 0, 0, 0, 0, 0])),
        "do not belong together",
    ),
]  # fmt: skip


def _without(row, marker):
    """A row in which one marker is a gap."""
    fields = row.split(",")
    if len(fields) > 3 * marker + 2:
        fields[2 + 3 * marker : 5 + 3 * marker] = ["", "", ""]
    return ",".join(fields)


def _first(row, n):
    return ",".join(row.split(",")[:n]) if "," in row else row


def _later(row, frames):
    number, comma, rest = row.partition(",")
    return f"{int(number) + frames}{comma}{rest}" if number.strip() else row


@pytest.mark.parametrize(
    ("path", "edit", "words"),
    [pytest.param(p, e, w, id=f"{TEXT.get(p, 'imu')}-{f}") for p, f, e, w in CELLS],
)
def test_a_fault_is_named(path, edit, words):
    files = make_li2021()
    files[path] = edit(files[path])
    with pytest.raises(DataError, match=words) as error:
        read_li2021(files)
    assert path in str(error.value)


def test_wands_exchanged_or_a_foot_elsewhere_are_noticed():
    files = make_li2021()
    files[LI_FILES.wand_left], files[WAND] = files[WAND], files[LI_FILES.wand_left]
    with pytest.raises(DataError, match=f"{PLATES}: the force on the right foot acts .* m from"):
        read_li2021(files)


def test_a_truncated_matlab_file_is_refused():
    from data_toys import Folder
    from walking_toys import encode

    encoded = encode(make_li2021())
    encoded[IMU] = encoded[IMU][: len(encoded[IMU]) // 2]
    with pytest.raises(DataError, match="not a whole MATLAB 5 file"):
        li2021.read(Folder("li2021", encoded), "imu", 1, "normal", 1)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"streams": "emg"}, "no stream 'emg'; it has markers, plates, imu"),
        ({"streams": ()}, "expected each once"),
        ({"streams": ("imu", "imu")}, "expected each once"),
        ({"subjects": [9]}, "no subject 9; it has 1, 2"),
        ({"gaits": "running"}, "no gait 'running'; it has normal"),
        ({"trials": [7]}, "no trial 7; it has 1, 2"),
        ({"subjects": []}, "no trial of li2021 is chosen"),
        ({"static": True, "streams": "imu"}, "the standing trials have markers"),
    ],
)
def test_an_unknown_option_is_refused(options, words):
    with pytest.raises(DataError, match=words):
        read_li2021(make_li2021(), **({"streams": "markers"} | options))


def test_every_file_is_read_once():
    from collections import Counter

    from data_toys import Folder
    from walking_toys import encode

    class Counting(Folder):
        def read(self, path):
            count[path] += 1
            return super().read(path)

    count = Counter()
    source = Counting("li2021", encode(make_li2021()))
    li2021.read(source, ("markers", "plates", "imu"), 1, "normal", 1)
    assert set(count.values()) == {1} and len(count) == 5
