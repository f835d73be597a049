"""Readers of pearl2022 against files with one fault each, and against a walker that is known."""

import re

import numpy as np
import pytest
from data_toys import Folder
from sensor_toys import Hashed, Walker, encode_pearl, make_pearl, pearl_path

from gaitnb.data.readers import pearl2022
from gaitnb.errors import DataError

ACC, GYR, GRF = (pearl_path(kind) for kind in ("Accel.trc", "Gyro.trc", "GRF.mot"))
PEOPLE = "MetaData.xlsx"


def read(files, **options):
    options = {"subjects": [1], "trials": ["CSBaseline"]} | options
    return pearl2022.read(Folder("pearl2022", encode_pearl(files)), **options)


def test_a_known_walker_comes_out_in_standing_axes():
    (ds,) = read(make_pearl())
    walker = Walker()
    np.testing.assert_allclose(ds.time, walker.time)
    for sensor in ds.sensor.values:
        acc, gyr = ds.acc.sel(sensor=sensor)[0], ds.gyr.sel(sensor=sensor)[0]
        np.testing.assert_allclose(acc.sel(axis="y"), 9.81 * (1 + walker.lift), atol=0.01)
        np.testing.assert_allclose(
            acc.sel(axis="x"), 0.3 * walker.going * np.sin(walker.phase), atol=0.1
        )
        assert np.abs(acc.sel(axis="z")).max() < 0.1
        swing = gyr.sel(axis="z").values
        assert np.corrcoef(swing, walker.swing(sensor))[0, 1] > 0.97
    force, cop, moment = walker.plates(66.7)
    np.testing.assert_allclose(ds.grf[0], force / 66.7 / 9.81, atol=1e-6)
    on = force[..., 1] > 0.2 * 66.7 * 9.81
    np.testing.assert_allclose(ds.cop.values[0][on], cop[on], atol=1e-6)
    assert np.isnan(ds.cop.values[0][~on]).all()
    np.testing.assert_allclose(ds.free_moment[0], moment, atol=1e-6)
    assert ds.subject.item() == "pearl2022-01" and ds.sex.item() == "female"
    assert (ds.session.item(), ds.condition.item()) == ("CS", "baseline")
    assert ds.mass_kg.item() == 66.7 and ds.height_m.item() == 1.81


def test_options_newtons_and_axes_as_filed():
    files = make_pearl()
    (ds,) = read(files, grf="N", axes="sensor")
    force, _, _ = Walker().plates(66.7)
    np.testing.assert_allclose(ds.grf[0], force, atol=1e-5)
    assert ds.grf.attrs["units"] == "N" and ds.attrs["axes"] == "unknown"
    filed = files[ACC][["tibia_l.x", "tibia_l.y", "tibia_l.z"]]
    np.testing.assert_allclose(ds.acc.sel(sensor="shank_left")[0], filed, atol=1e-6)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"subjects": [5]}, r"subjects=\[5\]; allowed: some of 1, 2, 3, 4, 6, 7"),
        ({"subjects": []}, r"subjects=\[\]"),
        ({"trials": "CSBaseline"}, "trials='CSBaseline'; allowed: some of CSBaseline"),
        ({"trials": ["Running"]}, "allowed: some of CSBaseline, EMGBaseline"),
        ({"grf": "kN"}, "grf='kN'; allowed: 'BW' or 'N'"),
        ({"axes": "lab"}, "axes='lab'; allowed: 'standing' or 'sensor'"),
    ],
)
def test_options_are_checked(options, words):
    with pytest.raises(DataError, match=words):
        read(make_pearl(), **options)


def test_the_upside_down_torso_sensor_is_found_forward():
    files = make_pearl()
    for path in (ACC, GYR):  # turned by 180 degrees about z, its axis out of the skin
        files[path][["torso.x", "torso.y"]] *= -1
    (ds,) = read(files)
    acc = ds.acc.sel(sensor="torso")[0]
    walker = Walker()
    expected = 0.3 * walker.going * np.sin(walker.phase)
    assert np.corrcoef(acc.sel(axis="x"), expected)[0, 1] > 0.95


# Synchrony ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "trial", "late"), [(7, "CSStiffKnee", -4), (2, "EMGStiffKnee", 2)]
)
def test_imus_that_are_known_to_be_off_are_moved(subject, trial, late):
    files = make_pearl(subject, trial, late)
    (moved,) = read(files, subjects=[subject], trials=[trial])
    (filed,) = read(files, subjects=[subject], trials=[trial], synchronise=False)
    walker = Walker()
    first = late if late > 0 else 0  # the toy's force begins there
    for ds, off in ((moved, 0), (filed, late)):
        acc = ds.acc.sel(sensor="torso", axis="y")[0]
        vertical = ds.grf.sel(axis="y").sum("side")[0]
        lag = [
            np.corrcoef(acc[20 + k : -20 + k or None], vertical[20:-20])[0, 1]
            for k in range(-9, 10)
        ]
        assert np.argmax(lag) - 9 == off
    assert filed.sizes["time"] - moved.sizes["time"] == abs(late)
    assert f"moved by {-late} samples" in moved.attrs["synchrony"]
    assert filed.attrs["synchrony"] == "as filed"
    start = round(float(moved.time[0]) * 100)
    expected = 1 + walker.lift[first + start :][: moved.sizes["time"]]
    np.testing.assert_allclose(moved.grf.sel(axis="y").sum("side")[0], expected, atol=1e-5)


def test_the_bad_trial_is_left_out_and_listed():
    files = make_pearl(7, "EMGStiffKnee")
    assert read(files, subjects=[7], trials=["EMGStiffKnee"]) == []
    assert len(read(files, subjects=[7], trials=["EMGStiffKnee"], synchronise=False)) == 1
    table = pearl2022.synchrony()
    bad = table[table["imu_late_samples"].isna()]
    assert bad[["subject", "trial"]].values.tolist() == [[7, "EMGStiffKnee"]]
    assert bad["note"].str.contains("no lag fits").all()
    assert table["source"].str.contains("torso acceleration").all()


def test_a_trial_that_begins_in_mid_walk_takes_the_standing_of_its_session():
    files = make_pearl(6, "EMGBaseline") | make_pearl(6, "EMGStiffKnee", seconds=30)
    for kind in ("Accel.trc", "Gyro.trc"):
        path = pearl_path(kind, 6, "EMGStiffKnee")
        table = files[path].iloc[448:].reset_index(drop=True)
        files[path] = table.assign(time=np.arange(len(table)) / 100)
    path = pearl_path("GRF.mot", 6, "EMGStiffKnee")
    files[path] = files[path].iloc[:-448]
    ask = {"subjects": [6], "trials": ["EMGStiffKnee"]}
    (ds,) = read(files, **ask)
    assert float(ds.time[0]) == 4.48
    walker = Walker(seconds=30)
    expected = 9.81 * (1 + walker.lift[448 : 448 + ds.sizes["time"]])
    np.testing.assert_allclose(ds.acc.sel(sensor="pelvis", axis="y")[0], expected, atol=0.05)
    for kind in ("Accel.trc", "Gyro.trc", "GRF.mot"):
        del files[pearl_path(kind, 6, "EMGBaseline")]
    with pytest.raises(DataError, match="no quiet standing in the first 3 s"):
        read(files, **ask)


def test_lost_force_is_named():
    files = make_pearl()
    table = files[GRF]
    table.loc[1200:1203, ["lFy", "rFy"]] *= 0.3
    (ds,) = read(files)
    np.testing.assert_allclose(ds.attrs["force_gaps_s"], [[11.9, 12.13]])
    assert read(make_pearl())[0].attrs["force_gaps_s"].shape == (0, 2)


# Faults ------------------------------------------------------------------------------------------


def edit_text(function):
    """Change the encoded lines of a file."""

    def edit(files, path):
        lines = encode_pearl({path: files[path]})[path].decode().split("\n")
        files[path] = "\n".join(function(lines)).encode()

    return edit


def edit_row(function, number=800):
    return edit_text(lambda lines: [*lines[:number], function(lines[number]), *lines[number + 1 :]])


def field(position, value):
    def function(line):
        fields = line.split("\t")
        fields[position] = value
        return "\t".join(fields)

    return edit_row(function)


def raw(content):
    return lambda files, path: files.update({path: content})


def time_of(row, other):
    """Give a row the time of another row."""

    def edit(files, path):
        table = files[path]
        table.loc[row, "time"] = table.loc[other, "time"]

    return edit


TEXT = {
    "header cut": (edit_text(lambda lines: lines[:3]), "cut off|expected"),
    "cut in the middle": (edit_text(lambda lines: [*lines[:900], lines[900][:40]]), "cut off"),
    "cut between rows": (edit_text(lambda lines: lines[:900]), "header says 2000 rows"),
    "empty": (raw(b""), "the file is empty"),
    "HTML": (raw(b"<!DOCTYPE html><html>"), "HTML or XML page"),
    "not text": (raw(bytes(range(128, 256))), "not UTF-8 text"),
    "a value too many": (edit_row(lambda line: line + "\t1.0"), "values; expected"),
    "a value too few": (edit_row(lambda line: line.rpartition("\t")[0]), "values; expected"),
    "a word": (field(7, "fast"), "'fast' in line 801 is no number"),
    "NaN": (field(7, "nan"), "missing or not finite"),
    "an empty field": (field(7, ""), "missing or not finite"),
    "time repeats": (time_of(700, 699), "time repeats in row 701"),
    "time runs back": (time_of(700, 500), "time runs back in row 701"),
}


@pytest.mark.parametrize("fault", list(TEXT))
@pytest.mark.parametrize("path", [ACC, GYR, GRF], ids=["acc", "gyr", "grf"])
def test_damaged_files_are_refused_by_name(path, fault):
    edit, words = TEXT[fault]
    files = make_pearl()
    edit(files, path)
    with pytest.raises(DataError, match=words) as error:
        read(files)
    assert path in str(error.value)


def scale(path, factor, columns=r"\.[xyz]$"):
    def edit(files):
        table = files[path]
        names = [c for c in table if c != "time" and re.search(columns, c)]
        table[names] *= factor

    return edit


def rename(path, names):
    return lambda files: files.update({path: files[path].rename(columns=names)})


def drop(path, columns):
    return lambda files: files.update({path: files[path].drop(columns=columns)})


def swap(path, pattern, one, other):
    """Exchange columns whose names differ in one letter."""

    def edit(files):
        names = [c for c in files[path] if pattern in c and c.endswith(one)]
        new = {n: n[: -len(one)] + other for n in names}
        columns = list(files[path].columns)
        files[path] = files[path].rename(columns=new | {v: k for k, v in new.items()})[columns]

    return edit


def late(samples, path=GRF):
    """The file's content comes later than it should."""

    def edit(files):
        table = files[path]
        values = table.drop(columns="time").shift(samples).bfill()
        files[path] = values.assign(time=table["time"])[table.columns]

    return edit


def people(function):
    return lambda files: files.update({PEOPLE: function(files[PEOPLE])})


PHYSICS = {
    "acc in g": (scale(ACC, 1 / 9.81), ACC, "looks like g: multiply by 9.81"),
    "acc in mm/s^2": (scale(ACC, 1000), ACC, "looks like mm/s"),
    "acc without a sensor": (drop(ACC, ["toes_l.x", "toes_l.y", "toes_l.z"]), ACC, "no sensor toes_l"),
    "acc with another sensor": (
        rename(ACC, {f"pelvis.{a}": f"sacrum.{a}" for a in "xyz"}), ACC, "no sensor pelvis; it has",
    ),
    "acc reversed": (scale(ACC, -1), ACC, "at rest the accelerometer shows"),
    "acc axes in another order": (swap(ACC, "pelvis", "x", "y"), ACC, "axes are in another order"),
    "acc of one sensor reversed": (scale(ACC, -1, "tibia_r"), ACC, "shank_right: at rest"),
    "gyr in degrees": (scale(GYR, 180 / np.pi), GYR, "looks like degrees: multiply by pi/180"),
    "gyr without a sensor": (drop(GYR, ["torso.x", "torso.y", "torso.z"]), GYR, "no sensor torso"),
    "gyr of one sensor zero": (scale(GYR, 0, "femur_l"), GYR, "zero throughout"),
    "gyr reversed": (scale(GYR, -1), ACC, "gyroscope's sign or axes"),
    "gyr axes in another order": (swap(GYR, "tibia", "x", "z"), ACC, "gyroscope's sign or axes"),
    "legs exchanged": (
        lambda files: [swap(p, "tibia", f"_l.{a}", f"_r.{a}")(files) for p in (ACC, GYR) for a in "xyz"],
        ACC, "left and right are exchanged",
    ),
    "feet exchanged on the body": (
        lambda files: [swap(p, "toes", f"_l.{a}", f"_r.{a}")(files) for p in (ACC, GYR) for a in "xyz"],
        ACC, "Left and right are exchanged in one of the files",
    ),
    "force of the foot on the plate": (scale(GRF, -1, "F[xyz]"), GRF, "sign is that of the foot"),
    "force axes in another order": (swap(GRF, "F", "y", "z"), GRF, "largest along y"),
    "force in body weights": (scale(GRF, 1 / 654, "F[xyz]"), GRF, "looks like body weights"),
    "force in kN": (scale(GRF, 0.001, "F[xyz]"), GRF, "kN: multiply by 1000|body weights"),
    "one foot missing": (scale(GRF, 0, "rF"), GRF, "One foot may be missing"),
    "feet exchanged": (
        lambda files: files.update({GRF: files[GRF].set_axis(
            [c if c == "time" else {"l": "r", "r": "l"}[c[0]] + c[1:] for c in files[GRF]], axis=1)}),
        GRF, "Left and right may be exchanged",
    ),
    "no force column": (drop(GRF, ["rFy"]), GRF, "no column rFy"),
    "force late": (late(30), ACC, r"not synchronous: the second is early by 30 samples \(0.3 s\)"),
    "force of another walk": (
        lambda files: files.update({GRF: make_pearl(begin=7.3)[GRF]}), ACC, "not synchronous|belong",
    ),
    "fewer rows of force": (lambda f: f.update({GRF: f[GRF].iloc[:-7]}), GRF, "the same rows; found"),
    "another start": (lambda f: f.update({GRF: f[GRF].assign(time=f[GRF]["time"] + 1)}), GRF,
                      "2000 from 1 s"),
    "another rate": (lambda f: f.update({GRF: f[GRF].assign(time=f[GRF]["time"] / 2)}), GRF,
                     "sampled at 200 Hz; expected 100 Hz"),
    "people: not a spreadsheet": (lambda f: f.update({PEOPLE: b"Subject ID,Age"}), PEOPLE,
                                  "not a spreadsheet"),
    "people: cut": (lambda f: f.update({PEOPLE: encode_pearl({PEOPLE: f[PEOPLE]})[PEOPLE][:2000]}),
                    PEOPLE, "not a spreadsheet"),
    "people: no mass": (people(lambda t: t.drop(columns="Mass (kg)")), PEOPLE, "no column Mass"),
    "people: one missing": (people(lambda t: t.iloc[1:]), PEOPLE, r"lacks \[1\]"),
    "people: one twice": (people(lambda t: t.iloc[[0, *range(len(t))]]), PEOPLE, "one row for each"),
    "people: height in cm": (people(lambda t: t.assign(**{"Height (m)": 100 * t["Height (m)"]})),
                             PEOPLE, r"Height \(m\) is 181 .* expected 1.0 to 2.3"),
    "people: mass in pounds": (people(lambda t: t.assign(**{"Mass (kg)": 2.2 * t["Mass (kg)"]})),
                               GRF, "mass may be of another person|One foot may be missing"),
}  # fmt: skip


@pytest.mark.parametrize("fault", list(PHYSICS))
def test_wrong_units_signs_axes_and_clocks_are_refused(fault):
    edit, path, words = PHYSICS[fault]
    files = make_pearl()
    edit(files)
    with pytest.raises(DataError, match=words) as error:
        read(files)
    assert path in str(error.value)


def test_a_second_reading_is_the_same_and_parses_nothing(folders, monkeypatch):
    files = encode_pearl(make_pearl())
    ask = {"subjects": [1], "trials": ["CSBaseline"]}
    (first,) = pearl2022.read(Hashed("pearl2022", files), **ask)
    monkeypatch.setattr("gaitnb.data.readers.opensim_files.table", None)
    (second,) = pearl2022.read(Hashed("pearl2022", files), **ask)
    assert first.identical(second)
