"""opensim_gait2392: conversions against a made-up subject, and a table of faults."""

import numpy as np
import pytest
from data_toys import Folder
from walking_toys import make_opensim, model_xml, read_opensim, storage, trc

from gaitnb.data.readers import opensim_files, opensim_model
from gaitnb.data.readers.opensim_gait2392 import (
    ANGLES,
    FORCES,
    JOINTS,
    LOADS,
    MARKERS,
    MODEL,
    MOMENTS,
)
from gaitnb.errors import DataError

STREAM = {
    MARKERS: "markers",
    FORCES: "forces",
    LOADS: "forces",
    ANGLES: "angles",
    MOMENTS: "moments",
    MODEL: "model",
}
FIRST_ROW = {MARKERS: 6, FORCES: 7, ANGLES: 7, MOMENTS: 7}  # lines above the first row


# what is read ---------------------------------------------------------------------------------


def test_markers_in_metres():
    trial = read_opensim(make_opensim(), "markers").isel(trial=0)
    assert trial.attrs["fs_hz"] == 60 and list(trial.marker.values)[0] == "Top.Head"
    head = trial.position.sel(marker="Top.Head")
    np.testing.assert_allclose(head.sel(axis="y"), 1.75, atol=1e-9)
    np.testing.assert_allclose(head.sel(axis="x"), 0.03 * np.sin(2 * np.pi * trial.time), atol=1e-6)


def test_gaps_of_a_marker_are_nan():
    files = make_opensim()
    files[MARKERS] = fields(30, {2: "", 3: "", 4: ""})(files[MARKERS])
    trial = read_opensim(files, "markers").isel(trial=0)
    assert np.isnan(trial.position.sel(marker="Top.Head")[24]).all()
    assert int(trial.position.isnull().sum()) == 3


def test_the_moment_of_a_plate_is_reduced_to_the_free_moment():
    trial = read_opensim(make_opensim(), "forces").isel(trial=0).sel(side="right")
    on = trial.grf.sel(axis="y").values > 20
    point = np.array([0.1, 0.0, 0.05])
    arm = trial.cop.values[on] - point
    force = trial.grf.values[on]
    free = np.stack([0 * force[:, 0], trial.free_moment.values[on], 0 * force[:, 0]], axis=1)
    share = force[:, 1] / (72.6 * 9.81)
    np.testing.assert_allclose(  # the same moment about the file's point
        np.cross(arm, force) + free, share[:, None] * [7.0, 3.0, 14.0], atol=1e-5
    )
    assert np.isnan(trial.cop.values[~on]).all() and (trial.free_moment.values[~on] == 0).all()


def test_the_loads_say_which_foot_a_plate_carries():
    files = make_opensim()
    right = read_opensim(files, "forces").grf.sel(side="right").values
    files[LOADS] = (
        files[LOADS].replace("calcn_r", "#").replace("calcn_l", "calcn_r").replace("#", "calcn_l")
    )
    np.testing.assert_array_equal(read_opensim(files, "forces").grf.sel(side="left"), right)


def test_signs_of_angles_and_moments():
    angle = read_opensim(make_opensim(), "angles").isel(trial=0).angle
    knee = angle.sel(joint="knee_flexion_right")
    np.testing.assert_allclose(knee, 35 - 30 * np.sin(2 * np.pi * angle.time), atol=1e-6)
    assert angle.sel(joint="hip_flexion_left").mean() > 0
    moment = read_opensim(make_opensim(), "moments").isel(trial=0).moment
    knee = list(JOINTS).index("knee_angle_l")
    time = moment.time.values
    np.testing.assert_allclose(
        moment.sel(joint="knee_flexion_left"), -(knee + 20 * np.sin(2 * np.pi * time)) / 72.6,
        atol=1e-6,
    )  # fmt: skip


def test_radians_by_the_header_are_turned_into_degrees():
    files = make_opensim()
    degrees = read_opensim(files, "angles").angle
    files[ANGLES] = rows(lambda v: np.c_[v[:, 0], scaled(v[:, 1:], np.pi / 180)], 8)(files[ANGLES])
    files[ANGLES] = files[ANGLES].replace("inDegrees=yes", "inDegrees=no")
    np.testing.assert_allclose(read_opensim(files, "angles").angle, degrees, atol=1e-4)


def scaled(values, factor):
    values = values.copy()
    values[:, [0, 1, 2, *range(6, values.shape[1])]] *= factor  # not the pelvis' place
    return values


def test_coordinates_are_the_models_own():
    table = read_opensim(make_opensim(), "coordinates")
    assert table["knee_angle_r"].mean() < 0  # the model's sign
    np.testing.assert_allclose(table["pelvis_ty"], 0.4, atol=1e-9)
    assert np.abs(table["hip_flexion_r"]).max() < 1


def test_the_model_as_arrays():
    model = read_opensim(make_opensim(), "model")
    assert model["mass_kg"] == pytest.approx(72.6) and list(model["joints"]) == ["root", "hip_r"]
    pelvis = model["bodies"]["pelvis"]
    np.testing.assert_array_equal(
        pelvis["inertia_kgm2"], [[1, 0.1, 0.2], [0.1, 2, 0.3], [0.2, 0.3, 3]]
    )
    np.testing.assert_array_equal(model["gravity_m_s2"], [0, -9.80665, 0])
    slide = model["joints"]["hip_r"]["axes"][3]
    q = np.linspace(-0.9, 0.9, 7)
    np.testing.assert_allclose(opensim_model.evaluate(slide, q), 0.2 * q**2, atol=1e-5)
    np.testing.assert_allclose(opensim_model.evaluate(slide, q, 1), 0.4 * q, atol=1e-3)
    np.testing.assert_allclose(opensim_model.evaluate(slide, q, 2), 0.4, atol=1e-2)


def test_kinematics_against_hand_calculation():
    model = opensim_model.parse(model_xml().encode(), "toy")
    tilt, hip = np.array([0.0, 0.3]), np.array([0.0, -0.5])
    coordinates = {
        "pelvis_tilt": tilt,
        "pelvis_tx": np.array([0.0, 2.0]),
        "pelvis_ty": np.array([1.0, 1.1]),
        "hip_flexion_r": hip,
    }
    rotation, origin = opensim_model.kinematics(model, coordinates)["femur_r"]
    np.testing.assert_allclose(origin[0], [-0.1, 1.0, 0.09], atol=1e-12)
    c, s = np.cos(0.3), np.sin(0.3)
    local = np.array([-0.1 + 0.2 * 0.25, 0.0])  # hip in the pelvis, with the joint's slide
    by_hand = [2.0 + c * local[0], 1.1 + s * local[0], 0.09]
    np.testing.assert_allclose(origin[1], by_hand, atol=1e-5)
    c, s = np.cos(-0.2), np.sin(-0.2)  # tilt and flexion add up about z
    np.testing.assert_allclose(rotation[1], [[c, -s, 0], [s, c, 0], [0, 0, 1]], atol=1e-12)
    with pytest.raises(DataError, match="no coordinate hip_flexion_r"):
        opensim_model.kinematics(model, {k: v for k, v in coordinates.items() if "hip" not in k})


def test_quaternions_are_four_columns_a_sensor():
    lines = ["DataType=Quaternion", "version=3", "endheader", "time\ta\tb"]
    lines += [f"{i / 100}\t1,0,0,{i}\t0,1,0,0" for i in range(5)]
    source = Folder("toy", {"a.sto": "\n".join(lines).encode()})
    header, table = opensim_files.table(source, "a.sto")
    assert list(table)[1:5] == ["a.w", "a.x", "a.y", "a.z"] and header["fs_hz"] == 100
    assert list(table["a.z"]) == [0, 1, 2, 3, 4]
    broken = "\n".join([*lines[:6], "0.02\t1,0,0\t0,1,0,0", *lines[7:]]).encode()
    with pytest.raises(DataError, match="line 7 has 8 values; expected 9"):
        opensim_files.table(Folder("toy", {"a.sto": broken}), "a.sto")


def test_rounded_times_are_even():
    t = np.round(np.arange(300) / 600, 4)
    source = Folder("toy", {"a.mot": storage("a", ["time", "x"], np.c_[t, t]).encode()})
    assert opensim_files.table(source, "a.mot", fs_hz=600)[0]["fs_hz"] == 600


# faults ---------------------------------------------------------------------------------------


def lines(edit):
    return lambda text: "\n".join(edit(text.splitlines())) + "\n"


def fields(row, values):
    """Overwrite fields of one line (counted from 0)."""

    def edit(all_lines):
        cut = all_lines[row].split("\t")
        for i, value in values.items():
            cut[i] = value
        return [*all_lines[:row], "\t".join(cut), *all_lines[row + 1 :]]

    return lines(edit)


def rows(function, decimals=6):
    """Replace the array of all rows (time first) by a function of it."""

    def edit(all_lines):
        first = next(i for i, t in enumerate(all_lines) if t[:1].isdigit() and "\t" in t and i > 2)
        values = np.array([[float(v) for v in t.split("\t")] for t in all_lines[first:]])
        done = ["\t".join(f"{v:.{decimals}f}" for v in row) for row in function(values)]
        return all_lines[:first] + done

    return lines(edit)


def named(names, function):
    """Replace the named columns of a storage file by a function of their array."""

    def edit(text):
        head = text.splitlines()[6].split("\t")
        at = [head.index(name) for name in names]

        def change(values):
            values = values.copy()
            values[:, at] = function(values[:, at])
            return values

        return rows(change)(text)

    return edit


def without(first, last):
    return lines(lambda a: a[:first] + a[last:])


PLATE = [f"ground_force_v{a}" for a in "xyz"]
BOTH = [p + name for p in ("", "1_") for name in PLATE]
KNEES = ["knee_angle_l", "knee_angle_r"]
ANY = {  # of every table
    "empty": (lambda t: "", "empty"),
    "HTML": (lambda t: "<!DOCTYPE html><html>Sign in</html>", "HTML"),
    "not UTF-8": (lambda t: b"\xff\xfe\x00" + t.encode(), "not UTF-8"),
    "cut in a row": (lambda t: t[: 2 * len(t) // 3].rpartition("\t")[0], "values; expected"),
    "cut between rows": (lines(lambda a: a[:-9]), r"header says \d+ rows, it has"),
    "a value too many": (lines(lambda a: [*a[:40], a[40] + "\t1", *a[41:]]), "line 41 has"),
    "a value too few": (lines(lambda a: [*a[:40], a[40].rpartition("\t")[0], *a[41:]]), "line 41"),
    "a word": (fields(40, {4: "n/a!"}), "'n/a!' in line 41 is no number"),
    "infinite": (fields(40, {4: "inf"}), "1 values are missing or not finite.*line 41"),
    "no rows": (None, "column names without rows|cut off after the header"),
    "time repeats": (None, "time repeats in row"),
    "time runs back": (None, "time runs back in row"),
    "rows lost in the middle": (None, "not evenly spaced"),
    "another rate": (None, "sampled at|its header says"),
}
MOT = {
    "cut in the header": (lines(lambda a: a[:4]), "no line 'endheader'"),
    "cut after the header": (lines(lambda a: a[:6]), "cut off after the header"),
    "columns unlike the header": (
        lambda t: t.replace("nColumns=", "nColumns=1"),
        "header says 1.* columns",
    ),
    "rows unlike the header": (lambda t: t.replace("nRows=", "nRows=1"), "header says 1.* rows"),
    "no count of rows": (lambda t: t.replace("nRows=", "nRows=x"), "nRows is 'x.*' in the header"),
    "NaN": (fields(40, {4: "nan"}), "1 values are missing"),
    "gap": (fields(40, {4: ""}), "1 values are missing"),
    "no column time": (lambda t: t.replace("\ntime\t", "\nframe\t"), "first column is 'frame'"),
}
TRC = {
    "cut in the header": (lines(lambda a: a[:3]), "3 lines; a TRC header has 5"),
    "no TRC": (lambda t: t.replace("PathFileType", "Path"), "expected PathFileType"),
    "header cut in a line": (
        lines(lambda a: [a[0], a[1][:30], a[2][:6], *a[3:]]),
        "the header lacks",
    ),
    "markers unlike the header": (lambda t: t.replace("\t5\tmm", "\t6\tmm"), "header says 6 mark"),
    "axes cut": (lines(lambda a: [*a[:4], a[4][:20], *a[5:]]), "names . axes"),
    "marker twice": (lambda t: t.replace("R.Heel", "L.Heel"), "columns occur twice: L.Heel"),
    "NaN in time": (fields(40, {1: "nan"}), "missing or not finite"),
    "another rate by the header": (lambda t: t.replace("\n60\t60", "\n50\t50"), "says 50 Hz"),
}
CELLS = [(p, f, e, w) for p in (FORCES, ANGLES, MOMENTS) for f, (e, w) in (ANY | MOT).items()]
CELLS += [(MARKERS, f, e, w) for f, (e, w) in (ANY | TRC).items()]
CELLS += [
    (MARKERS, "missing marker", lambda t: t.replace("R.Heel", "Heel"), "no marker R.Heel; it has"),
    (MARKERS, "unknown unit", lambda t: t.replace("\tmm\t", "\tinch\t"), "units 'inch'; expected"),
    (MARKERS, "unit of another size", lambda t: t.replace("\tmm\t", "\tm\t"), "head is at 1.75e"),
    (
        MARKERS,
        "axes in another order",
        rows(lambda v: np.c_[v[:, :2], v[:, 2:].reshape(-1, 5, 3)[..., [0, 2, 1]].reshape(-1, 15)]),
        "expected y up",
    ),
    (
        MARKERS,
        "mirrored",
        rows(lambda v: v * np.r_[1, 1, np.tile([1, 1, -1], 5)]),
        "expected z to the right",
    ),
    (
        FORCES,
        "missing column",
        lambda t: t.replace("force_px", "force_qx"),
        "no column 1_ground_force_px; it has",
    ),
    (FORCES, "sign", named(BOTH, lambda v: -v), "mean vertical force is -"),
    (FORCES, "axis order", named(BOTH, lambda v: v[:, [0, 2, 1, 3, 5, 4]]), "largest along y"),
    (FORCES, "body weights", named(BOTH, lambda v: v / 712.2), "looks like body weights"),
    (FORCES, "kg", named(BOTH, lambda v: v / 9.81), "looks like kg"),
    (FORCES, "one plate silent", named(PLATE, lambda v: 0 * v), "One foot may be missing"),
    (LOADS, "cut", lambda t: t[: len(t) // 2], "not whole XML"),
    (LOADS, "empty", lambda t: "", "not whole XML"),
    (LOADS, "another document", lambda t: "<html><body/></html>", "the document is <html>"),
    (LOADS, "another body", lambda t: t.replace("calcn_r", "hand_r"), "a load on 'hand_r'"),
    (LOADS, "one foot twice", lambda t: t.replace("calcn_r", "calcn_l"), "no load .* right"),
    (LOADS, "no columns", lambda t: t.replace("force_identifier", "f"), "columns \\[''"),
    (ANGLES, "missing joint", lambda t: t.replace("knee_angle_l", "knee_l"), "no column knee_ang"),
    (ANGLES, "radians", named(KNEES, np.radians), "Degrees and radians may be confused"),
    (ANGLES, "degrees called radians", lambda t: t.replace("=yes", "=no"), "may be confused"),
    (ANGLES, "no word on degrees", lambda t: t.replace("inDegrees=yes", "x=1"), "inDegrees is ''"),
    (ANGLES, "knee flexion positive", named(KNEES, lambda v: -v), "knee flexion is positive"),
    (MOMENTS, "missing joint", lambda t: t.replace("mtp_angle_l", "x"), "no column mtp_angle_l_m"),
    (
        MOMENTS,
        "sign",
        named(["ankle_angle_r_moment"], lambda v: -v),
        "plantarflexion moment peaks at .*Sign or unit",
    ),
    (MOMENTS, "per mass", named(["ankle_angle_r_moment"], lambda v: v / 72.6), "Sign or unit"),
    (MODEL, "cut", lambda t: t[: len(t) // 2], "not whole XML"),
    (MODEL, "empty", lambda t: "", "not whole XML"),
    (
        MODEL,
        "entities",
        lambda t: t.replace(
            "<OpenSimDocument", "<!DOCTYPE a [<!ENTITY b 'c'>]><OpenSimDocument", 1
        ),
        "declares a document type or entities",
    ),
    (MODEL, "no bodies", lambda t: t.replace("BodySet", "Bodies"), "no BodySet or JointSet"),
    (MODEL, "a number missing", lambda t: t.replace("0 -0.2 0", "0 -0.2"), "has 2 numbers"),
    (MODEL, "a word", lambda t: t.replace("0 -0.2 0<", "0 low 0<"), "'0 low 0'; expected numbers"),
    (MODEL, "negative mass", lambda t: t.replace(">10.0<", ">-10.0<"), "mass -10 kg"),
    (MODEL, "another person", lambda t: t.replace(">62.6<", ">50<"), "weigh 60 kg; expected 72.6"),
    (MODEL, "unknown body", lambda t: t.replace("/bodyset/pelvis", "/bodyset/hip"), "no body 'hip"),
    (MODEL, "loose body", lambda t: t.replace("'femur_r'><mass", "'leg'><mass"), "no body 'femur"),
    (
        MODEL,
        "joints in another order",
        lambda t: t.replace("/ground<", "/bodyset/femur_r<"),
        "do not form a tree",
    ),
    (MODEL, "another joint", lambda t: t.replace("CustomJoint", "PinJoint"), "a PinJoint without"),
    (
        MODEL,
        "another function",
        lambda t: t.replace("LinearFunction", "Sine"),
        "function of kind Sine",
    ),
    (MODEL, "unsorted spline", lambda t: t.replace("-1.000000", "2.0", 1), "or unsorted"),
]
TIMES = {  # row index -> edits of the column of times
    "no rows": lambda path: lines(lambda a: a[: FIRST_ROW[path]]),
    "time repeats": lambda path: time_of(path, lambda t: np.r_[t[:30], t[29], t[31:]]),
    "time runs back": lambda path: time_of(path, lambda t: np.r_[t[:30], t[20], t[31:]]),
    "rows lost in the middle": lambda path: time_of(path, lambda t: np.r_[t[:30], t[30:] + 0.2]),
    "another rate": lambda path: time_of(path, lambda t: 2 * t),
}


def time_of(path, function):
    at = 1 if path == MARKERS else 0

    def change(values):
        values = values.copy()
        values[:, at] = function(values[:, at])
        return values

    return rows(change)


@pytest.mark.parametrize(
    ("path", "edit", "words"),
    [pytest.param(p, e or TIMES[f](p), w, id=f"{p}-{f}") for p, f, e, w in CELLS],
)
def test_a_fault_is_named(path, edit, words):
    files = make_opensim()
    changed = edit(files[path])
    assert changed != files[path]
    files[path] = changed
    with pytest.raises(DataError, match=words) as error:
        read_opensim(files, STREAM[path])
    assert path in str(error.value)


def test_an_unknown_stream_is_refused():
    with pytest.raises(DataError, match="no stream 'emg'; it has markers, forces, angles"):
        read_opensim(make_opensim(), "emg")


def test_a_trc_of_another_rate_than_expected_is_refused():
    source = Folder("toy", {"a.trc": trc(["A"], np.ones((9, 1, 3)), 100).encode()})
    assert opensim_files.table(source, "a.trc", fs_hz=100)[0]["fs_hz"] == 100
    with pytest.raises(DataError, match="a.trc: sampled at 100 Hz; expected 60 Hz"):
        opensim_files.table(source, "a.trc", fs_hz=60)
