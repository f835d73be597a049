"""One table of readers against faults: every cell is a test.

A cell is an edit of good files and the words that the error must contain, or None where the
fault is tolerated: then the numbers must be those of the good files.
"""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from data_toys import (
    MAT,
    Folder,
    encode_csv,
    encode_mat,
    encode_npy,
    make_csv,
    make_mat,
    make_npy,
)

from gaitnb.data import layout
from gaitnb.data.readers import gaitrec2021, grf_csv, pataky2008
from gaitnb.errors import DataError

V, AP = "GRF_F_V_PRO_left.csv", "GRF_F_AP_PRO_right.csv"
META, SPEED = "GRF_metadata.csv", "GRF_walking_speed.csv"
NPY, NPY_SPEED = "ex_grf_subj003.npy", "ex_grf_speeds.npy"
READERS = {
    "csv": ("gutenberg", grf_csv.read, make_csv, encode_csv, V),
    "mat": ("gaitrec2021", gaitrec2021.read, make_mat, encode_mat, MAT.format(3)),
    "npy": ("pataky2008", pataky2008.read, make_npy, encode_npy, NPY),
}


def put(path, row, value, sample=slice(None)):
    """Overwrite a curve, or one sample of it, of a CSV, MAT or NPY file."""

    def edit(files):
        table = files[path]
        if isinstance(table, pd.DataFrame):
            columns = [c for c in table if "_PRO_" in c]
            table[columns] = table[columns].astype(object)
            table.loc[row, np.array(columns)[sample]] = value
        elif isinstance(table, dict):
            table["Feature"][row, 2, sample] = value
        else:
            table[row, sample] = value

    return edit


def change(path, function):
    """Replace the content of a file by a function of it."""

    def edit(files):
        files[path] = function(files[path])

    return edit


def variable(path, name, function):
    """Replace one variable of a MAT file; None removes it."""

    def edit(files):
        value = function(files[path].pop(name))
        if value is not None:
            files[path][name] = value

    return edit


def rename(path, old, new):
    return change(path, lambda t: t.rename(columns={old: new}))


def drop_column(path, name):
    return change(path, lambda t: t.drop(columns=name))


def scale(path, factor, pattern="_PRO_"):
    def function(table):
        columns = [c for c in table if pattern in c]
        return table.assign(**{c: factor * table[c] for c in columns})

    return change(path, function)


def first_trials(path, n):
    """Keep the first n rows of everything in a file."""

    def function(content):
        if isinstance(content, dict):
            return {k: v if "Label" in k else v[:n] for k, v in content.items()}
        return content[:n]

    return change(path, function)


def swap_axes(files):
    for content in files.values():
        content["Feature"] = content["Feature"][:, [1, 0, 2, 4, 3, 5]]


def both(*edits):
    def edit(files):
        for one in edits:
            one(files)

    return edit


M = MAT.format(3)
N_CSV = {"F_V_PRO_102": 0.1}

# (reader, fault, edit of good files, words in the error or None where tolerated)
CONTENT = [
    # columns
    (
        "csv",
        "missing sample column",
        drop_column(V, "F_V_PRO_57"),
        "found 100.*missing: F_V_PRO_57",
    ),
    ("csv", "missing id column", drop_column(V, "TRIAL_ID"), "no column TRIAL_ID"),
    (
        "csv",
        "missing DATASET_ID in all",
        lambda f: f.update({k: t.drop(columns="DATASET_ID") for k, t in f.items()}),
        None,
    ),
    ("csv", "missing DATASET_ID in one", drop_column(AP, "DATASET_ID"), "identifiers .*SUBJECT_ID"),
    ("csv", "missing session in metadata", first_trials(META, 4), "4 trials have no row"),
    ("csv", "missing speed column", drop_column(SPEED, "WALKING_SPEED"), "WALKING_SPEED"),
    ("csv", "extra column", change(V, lambda t: t.assign(COMMENT="x")), None),
    (
        "csv",
        "extra column first",
        change(V, lambda t: t[["F_V_PRO_1"]].rename(columns={"F_V_PRO_1": "NOTE"}).join(t)),
        None,
    ),
    ("csv", "renamed sample column", rename(V, "F_V_PRO_57", "force_57"), "missing: F_V_PRO_57"),
    ("csv", "renamed id column", rename(V, "SUBJECT_ID", "PERSON"), "no column SUBJECT_ID"),
    (
        "csv",
        "columns of another channel",
        change(V, lambda t: t.rename(columns=lambda c: c.replace("F_V", "F_AP"))),
        "of F_AP, not of F_V",
    ),
    ("csv", "reordered columns", change(V, lambda t: t[t.columns[::-1]]), None),
    ("csv", "reordered rows", change(AP, lambda t: t.iloc[::-1]), None),
    (
        "csv",
        "column twice",
        lambda f: f.update({V: pd.concat([f[V], f[V][["F_V_PRO_9"]]], axis=1)}),
        "columns occur twice: F_V_PRO_9",
    ),
    (
        "csv",
        "no header",
        lambda f: f.update(
            {
                V: f[V]
                .T.reset_index(drop=True)
                .T.set_axis([f"{v:.4f}" for v in f[V].iloc[0]], axis=1)
                .loc[:, lambda t: ~t.columns.duplicated()]
            }
        ),
        "no column SUBJECT_ID",
    ),
    (
        "mat",
        "missing variable",
        variable(M, "Target_Injury", lambda v: None),
        "no variable Target_I",
    ),
    (
        "mat",
        "renamed variable",
        both(
            lambda f: f[M].update(Features=f[M]["Feature"]), variable(M, "Feature", lambda v: None)
        ),
        "no variable Feature; found .*Features",
    ),
    ("mat", "extra variable", lambda f: f[M].update(Comment=np.ones(3)), None),
    ("mat", "reordered variables", change(M, lambda d: dict(reversed(d.items()))), None),
    ("mat", "channels in another order", swap_axes, "do not look anterior-posterior"),
    (
        "mat",
        "corrected labels",
        variable(M, "Feature_GRF_AV_Label", lambda v: v[:, :, [1, 0, 2, 4, 3, 5]]),
        "channels are labelled",
    ),
    ("mat", "labels not one-hot", variable(M, "Target_Subject", lambda v: v * 0), "exactly one 1"),
    (
        "mat",
        "a person in two groups",
        variable(
            M, "Target_Subject", lambda v: np.vstack([v[:15], np.eye(8, dtype=np.uint8)[[1] * 5]])
        ),
        "belong to two groups",
    ),
    ("npy", "missing column", change(NPY_SPEED, lambda a: a[:, :9]), r"expected \(trials, 10\)"),
    ("npy", "unknown condition", change("ex_grf_speeds_cond.npy", lambda a: a + 1), "unknown cond"),
    ("npy", "speed in km/h", change(NPY_SPEED, lambda a: a * 10), "0 to 10 m/s"),
    # curves
    ("csv", "NaN", put(V, 4, np.nan, 50), "1 of 12 curves.*trial 5, not finite"),
    ("csv", "inf", put(V, 4, np.inf), "1 of 12 curves.*trial 5, not finite"),
    ("csv", "constant", put(AP, 2, 0.3), "trial 3, constant"),
    ("csv", "empty curve", put(AP, 2, 0.0), "trial 3, constant"),
    ("csv", "words instead of numbers", put(V, 0, "n/a", 3), "trial 1, not finite"),
    ("mat", "NaN", put(M, 4, np.nan, 50), "channel 2: 1 of 20 curves.*trial 5, not finite"),
    ("mat", "inf", put(M, 4, np.inf), "trial 5, not finite"),
    ("mat", "constant", put(M, 4, 1.0), "trial 5, constant"),
    ("mat", "empty curve", put(M, 4, 0.0), "trial 5, constant"),
    ("npy", "NaN", put(NPY, 1, np.nan, 50), "trial 2, not finite"),
    ("npy", "inf", put(NPY, 1, np.inf), "trial 2, not finite"),
    ("npy", "constant", put(NPY, 1, 1.0), "trial 2, constant"),
    ("npy", "empty curve", put(NPY, 1, 0.0), "trial 2, constant"),
    ("npy", "NaN speed", put(NPY_SPEED, 1, np.nan), "speeds are not all"),
    # units
    ("csv", "newtons", scale(V, 700), "median over trials.*looks like newtons"),
    ("csv", "shear in newtons", scale(AP, 700), "horizontal force.*expected body weights"),
    (
        "csv",
        "one trial in newtons",
        put(V, 3, 600 * np.sin(np.linspace(0, 3.1, 101))),
        "at most 600",
    ),
    ("csv", "centre of pressure in mm", scale("GRF_COP_AP_PRO_left.csv", 1000), "expected metres"),
    ("mat", "newtons", variable(M, "Feature", lambda v: 700 * v), "looks like newtons"),
    ("npy", "newtons", change(NPY, lambda a: 700 * a), "looks like newtons"),
    # signs
    ("csv", "braking positive in a file", scale(AP, -1), None),
    ("csv", "lateral positive in a file", scale("GRF_F_ML_PRO_left.csv", -1), None),
    (
        "csv",
        "braking positive in half the trials",
        change(AP, lambda t: pd.concat([t.iloc[:6], t.iloc[6:].mul([1] * 4 + [-1] * 101)])),
        "differs from trial to trial",
    ),
    # shapes
    ("csv", "100 samples", drop_column(V, "F_V_PRO_101"), "found 100 sample columns"),
    ("csv", "102 samples", change(V, lambda t: t.assign(**N_CSV)), "found 102 sample columns"),
    ("mat", "100 samples", variable(M, "Feature", lambda v: v[..., :100]), r"\(20, 6, 100\)"),
    (
        "mat",
        "5 channels",
        variable(M, "Feature", lambda v: v[:, :5]),
        r"expected \(trials, 6, 101\)",
    ),
    ("npy", "100 samples", change(NPY, lambda a: a[:, :100]), r"shape \(6, 100\)"),
    ("npy", "objects", change(NPY, lambda a: a.astype(object)), "not a NumPy array file"),
    ("csv", "trials differ between files", first_trials(AP, 10), "10 trials.*has 12"),
    ("csv", "identifiers twice", change(V, lambda t: pd.concat([t, t[:1]])), "repeat identifiers"),
    (
        "csv",
        "session twice in metadata",
        change(META, lambda t: pd.concat([t, t[:1]])),
        "repeat id",
    ),
    ("csv", "no trial", first_trials(V, 0), "header without rows"),
    ("mat", "trials differ between files", first_trials(M, 8), "8 healthy trials are not the 10"),
    ("mat", "targets shorter", variable(M, "Target_Injury", lambda v: v[:9]), "20 trials"),
    ("npy", "trials differ between files", first_trials(NPY, 4), "4 trials, but .* speeds has 6"),
    # what may be unknown
    ("csv", "no speed file", lambda f: f.pop(SPEED), None),
    ("csv", "no age column", drop_column(META, "AGE"), None),
    (
        "csv",
        "one foot without centre of pressure",
        lambda f: f.pop("GRF_COP_ML_PRO_left.csv"),
        "GRF_COP_ML_PRO_left.csv is missing",
    ),
    (
        "csv",
        "no vertical force",
        lambda f: [f.pop(V), f.pop("GRF_F_V_PRO_right.csv")],
        "no vertical force",
    ),
]


@pytest.mark.parametrize(
    ("reader", "edit", "words"),
    [pytest.param(r, e, w, id=f"{r}-{f}") for r, f, e, w in CONTENT],
)
def test_fault_in_the_content(reader, edit, words):
    name, read, make, encode, _ = READERS[reader]
    files = make()
    edit(files)
    source = Folder(name, encode(files))
    if words is None:
        good = read(Folder(name, encode(make())))
        xr.testing.assert_allclose(
            read(source)["grf"].drop_vars(_OPTIONAL, errors="ignore"),
            good["grf"].drop_vars(_OPTIONAL, errors="ignore"),
        )
    else:
        with pytest.raises(DataError, match=words) as error:
            read(source)
        assert name in str(error.value)


_OPTIONAL = ["speed_mps", "age_years"]  # missing in some of the tolerated cells

HTML = b"<!DOCTYPE html><html><body>Sign in</body></html>"
BYTES = [
    ("empty", lambda b: b"", {"csv": "empty", "mat": "not a MATLAB", "npy": "not a NumPy"}),
    (
        "truncated",
        lambda b: b[: len(b) // 2],
        {"csv": "cut off", "mat": "not a MATLAB", "npy": "not a NumPy"},
    ),
    ("HTML", lambda b: HTML, {"csv": "HTML", "mat": "not a MATLAB", "npy": "not a NumPy"}),
    (
        "not UTF-8",
        lambda b: b"\xff\xfe\x00" + b,
        {"csv": "not UTF-8", "mat": "not a MATLAB", "npy": "not a NumPy"},
    ),
    ("byte-order mark", lambda b: b"\xef\xbb\xbf" + b, {"csv": None}),
    ("Windows line ends", lambda b: b.replace(b"\n", b"\r\n"), {"csv": None}),
    ("semicolons", lambda b: b.replace(b",", b";"), {"csv": "no column SUBJECT_ID"}),
    ("a line too long", lambda b: b + b"1,2,3" + b",0" * 200 + b"\n", {"csv": "not a table"}),
]


@pytest.mark.parametrize(
    ("reader", "edit", "words"),
    [pytest.param(r, e, w, id=f"{r}-{f}") for f, e, row in BYTES for r, w in row.items()],
)
def test_fault_in_the_bytes(reader, edit, words):
    name, read, make, encode, path = READERS[reader]
    files = encode(make())
    good = read(Folder(name, files))
    files = files | {path: edit(files[path])}
    if words is None:
        xr.testing.assert_identical(read(Folder(name, files)), good)
    else:
        with pytest.raises(DataError, match=words) as error:
            read(Folder(name, files))
        assert path in str(error.value)


@pytest.mark.parametrize("reader", READERS)
def test_good_files_give_the_layout(reader):
    name, read, make, encode, _ = READERS[reader]
    ds = read(Folder(name, encode(make())))
    assert layout.check(ds) is ds
    assert ds.grf.attrs["units"] == "BW"
    np.testing.assert_array_equal(ds.time, np.arange(101))


def test_bad_trials_can_be_dropped_and_are_counted():
    files = make_csv()
    put(V, 4, np.nan)(files)
    put(AP, 7, 0.0)(files)
    ds = grf_csv.read(Folder("gutenberg", encode_csv(files)), bad="drop")
    assert ds.sizes["trial"] == 10 and ds.attrs["dropped"] == 2
    good = grf_csv.read(Folder("gutenberg", encode_csv(make_csv())))
    keep = [i for i in range(12) if i not in (4, 7)]
    np.testing.assert_allclose(ds.grf, good.grf[keep])
    with pytest.raises(DataError, match="'refuse', 'drop'"):
        grf_csv.read(Folder("gutenberg", encode_csv(files)), bad="ignore")


def test_csv_values_land_where_the_page_says():
    files = make_csv()
    ds = grf_csv.read(Folder("gutenberg", encode_csv(files)))
    column = [f"F_ML_PRO_{k}" for k in range(1, 102)]
    left, right = (files[f"GRF_F_ML_PRO_{s}.csv"][column].to_numpy() for s in ("left", "right"))
    np.testing.assert_allclose(ds.grf.sel(side="left", axis="z"), left)
    np.testing.assert_allclose(ds.grf.sel(side="right", axis="z"), -right)  # medial is to the left
    vertical = files[V][[f"F_V_PRO_{k}" for k in range(1, 102)]].to_numpy()
    np.testing.assert_allclose(ds.grf.sel(side="left", axis="y"), vertical)
    assert (ds.grf.sel(axis="x")[:, 10:40].mean("time") < 0).all()  # braking
    assert (ds.cop.sel(axis="y") == 0).all()  # on the floor


def test_reversed_files_are_named():
    files = make_csv()
    scale(AP, -1)(files)
    ds = grf_csv.read(Folder("gutenberg", encode_csv(files)))
    assert ds.attrs["orientation"] == f"reversed: {AP}"


def test_metadata_are_merged_on_whole_identifiers():
    # Person 1 gained mass and a year between sessions; a merge on the person alone would
    # multiply the rows and mix the sessions.
    ds = grf_csv.read(Folder("gutenberg", encode_csv(make_csv())))
    assert ds.sizes["trial"] == 12
    first = ds.isel(trial=slice(0, 4))
    assert list(first.subject.values) == ["gutenberg-001"] * 4
    assert list(first.session.values) == ["1", "1", "2", "2"]
    np.testing.assert_array_equal(first.age_years, [20, 20, 21, 21])
    np.testing.assert_array_equal(first.mass_kg, [75, 75, 75.5, 75.5])
    np.testing.assert_allclose(first.height_m, 1.8)
    assert list(ds.sex.values) == ["male"] * 4 + ["female"] * 4 + [""] * 4
    assert np.isnan(ds.speed_mps.values[-1]) and np.isfinite(ds.speed_mps.values[:-1]).all()


def test_one_person_id_in_two_collections_is_refused():
    files = make_csv()
    for table in files.values():
        table.loc[table["SESSION_ID"] == 6, ["DATASET_ID", "SUBJECT_ID"]] = [2, 1]
    with pytest.raises(DataError, match="two DATASET_ID"):
        grf_csv.read(Folder("gutenberg", encode_csv(files)))


def test_vertical_force_alone_is_enough():
    files = {k: v for k, v in make_csv().items() if "F_V" in k or "GRF_m" in k}
    ds = grf_csv.read(Folder("gaitrec", encode_csv(files)))
    assert list(ds.axis.values) == ["y"] and "cop" not in ds
    assert np.isnan(ds.speed_mps).all()


def test_metadata_table_alone():
    table = grf_csv.metadata(Folder("gutenberg_meta", encode_csv(make_csv())))
    assert list(table["subject"].unique()) == ["gutenberg-001", "gutenberg-002", "gutenberg-003"]
    assert len(table) == 12 and table["speed_mps"].isna().sum() == 1


def test_gaitrec2021_puts_the_swapped_shear_right_and_keeps_the_healthy_once():
    files = make_mat()
    ds = gaitrec2021.read(Folder("gaitrec2021", encode_mat(files)))
    assert ds.sizes == {"trial": 10 + 5 + 10 + 15, "time": 101, "side": 2, "axis": 3}
    first = files[MAT.format(2)]["Feature"]
    for side, offset in (("affected", 0), ("unaffected", 3)):
        for axis, channel in (("medial", 0), ("x", 1), ("y", 2)):
            found = ds.grf.sel(side=side, axis=axis)[:15]
            np.testing.assert_array_equal(found, first[:, offset + channel])
    people = ds.to_dataframe()[["group"]].assign(n=1)
    counts = pd.DataFrame({"s": ds.subject.values, "g": ds.group.values}).drop_duplicates()
    assert counts["g"].value_counts().to_dict() == {"healthy": 2, "ankle": 1, "knee": 2, "hip": 3}
    assert len(people) and counts["s"].is_unique


def test_pataky2008_as_installed():
    from gaitnb import data

    ds = data.open("pataky2008")
    assert ds.grf.shape == (600, 101, 1, 1)
    assert len(np.unique(ds.subject)) == 10
    assert 0.68 < ds.speed_mps.min() < 0.69 and 2.24 < ds.speed_mps.max() < 2.25
    mean = ds.speed_mps.groupby(ds.condition).mean()
    assert mean.sel(condition="slow") < mean.sel(condition="normal") < mean.sel(condition="fast")
    peak = ds.grf.max("time").squeeze()
    within = [
        np.corrcoef(peak[ds.subject == s], ds.speed_mps[ds.subject == s])[0, 1]
        for s in np.unique(ds.subject)
    ]
    assert min(within) > 0.5  # faster is harder: curves and speeds belong to the same trials
