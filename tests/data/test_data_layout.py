"""The layout, its check, and the page that explains it."""

import re
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from gaitnb.data import layout
from gaitnb.errors import DataError

PAGE = Path(__file__).parents[2] / "book" / "reference" / "notation.md"


def good():
    rng = np.random.default_rng(0)
    dims = ("trial", "time", "side", "axis")
    return xr.Dataset(
        {
            "grf": (dims, rng.random((4, 5, 2, 3)), {"units": "BW"}),
            "cop": (dims, rng.random((4, 5, 2, 3)), {"units": "m"}),
            "acc": (("trial", "time", "sensor", "axis"), rng.random((4, 5, 1, 3)),
                    {"units": "m/s^2"}),
            "angle": (("trial", "time", "joint"), rng.random((4, 5, 2)), {"units": "deg"}),
        },
        {
            "time": ("time", np.arange(5) / 100, {"units": "s"}),
            "side": ["left", "right"],
            "axis": ["x", "y", "z"],
            "sensor": ["pelvis"],
            "joint": ["knee_flexion_left", "knee_flexion_right"],
            "subject": ("trial", ["a", "a", "b", "b"]),
            "age_years": ("trial", [20, 20, np.nan, np.nan]),
        },
        {"dataset": "made-up", "frame": "lab", "source": "none", "licence": "none", "fs_hz": 100},
    )  # fmt: skip


def test_a_good_dataset_passes_unchanged():
    ds = good()
    assert layout.check(ds) is ds
    xr.testing.assert_identical(ds, good())


def test_windows_pass():
    layout.check(good().rename(trial="window"))


def test_cop_may_be_undefined_but_force_may_not():
    ds = good()
    ds.cop[0, 0] = np.nan
    layout.check(ds)
    ds.grf[1, 0] = np.nan
    with pytest.raises(DataError, match=r"grf is not finite in 1 of 4 trials: \[1\]"):
        layout.check(ds)


def with_markers(names=("LASI", "C7")):
    """The good dataset with markers of any names, one of them hidden for a while."""
    ds = good()
    place = np.ones((4, 5, 2, 3))
    place[0, 1:3, 0] = np.nan
    ds["position"] = (("trial", "time", "marker", "axis"), place, {"units": "m"})
    return ds if names is None else ds.assign_coords(marker=list(names))


def test_markers_have_any_names_and_may_be_hidden():
    layout.check(with_markers())
    tensor, labels = layout.to_tensor(with_markers(), "position")
    assert labels[:4] == ["position.LASI.x", "position.LASI.y", "position.LASI.z", "position.C7.x"]


FAULTS = {
    "marker twice": (lambda ds: with_markers(("LASI", "LASI")), "marker names occur twice"),
    "marker without a name": (lambda ds: with_markers(("LASI", " ")), "has an empty name"),
    "no marker names": (lambda ds: with_markers(None), "has no names; expected unique names"),
    "infinite marker": (
        lambda ds: with_markers().assign(position=with_markers().position.fillna(np.inf)),
        "position is not finite in 1 of 4",
    ),
    "not a dataset": (lambda ds: ds.grf, "expected an xarray.Dataset, found DataArray"),
    "no variable": (lambda ds: ds.drop_vars(list(ds.data_vars)), "no variable"),
    "unknown variable": (lambda ds: ds.rename(grf="force"), "unknown variable 'force'"),
    "dimensions in another order": (
        lambda ds: ds.assign(grf=ds.grf.transpose("trial", "side", "time", "axis")),
        "grf has dimensions .* expected",
    ),
    "no trial": (lambda ds: ds.isel(trial=slice(0)), "is empty"),
    "unknown first dimension": (lambda ds: ds.rename(trial="step"), "'trial' or 'window'"),
    "no units": (lambda ds: ds.assign(grf=ds.grf.drop_attrs()), "units 'none'; expected BW or N"),
    "other units": (
        lambda ds: ds.assign(cop=ds.cop.assign_attrs(units="mm")),
        "units 'mm'; expected m",
    ),
    "whole numbers": (
        lambda ds: ds.assign(grf=ds.grf.astype(int).assign_attrs(units="BW")),
        "expected floating point",
    ),
    "inf": (
        lambda ds: ds.assign(cop=(ds.cop * np.inf).assign_attrs(units="m")),
        "cop is not finite in 4 of 4 trials",
    ),
    "unknown side": (lambda ds: ds.assign_coords(side=["L", "R"]), r"unknown side \['L', 'R'\]"),
    "unknown axis": (lambda ds: ds.assign_coords(axis=["x", "y", "up"]), "unknown axis"),
    "unknown sensor": (lambda ds: ds.assign_coords(sensor=["wrist"]), "unknown sensor"),
    "unknown joint": (lambda ds: ds.assign_coords(joint=["knee", "hip"]), "unknown joint"),
    "axis twice": (lambda ds: ds.assign_coords(axis=["x", "y", "y"]), "occur twice"),
    "no side names": (lambda ds: ds.drop_vars("side"), "has no names"),
    "no time": (lambda ds: ds.drop_vars("time"), "no coordinate 'time'"),
    "time without units": (lambda ds: ds.assign_coords(time=np.arange(5)), "lacks units"),
    "time stands still": (
        lambda ds: ds.assign_coords(time=("time", np.zeros(5), {"units": "s"})),
        "does not increase",
    ),
    "no subject": (lambda ds: ds.drop_vars("subject"), "coordinate 'subject'"),
    "empty subject": (
        lambda ds: ds.assign_coords(subject=("trial", ["a", "", "b", "b"])),
        "'subject' is empty",
    ),
    "unknown metadata": (
        lambda ds: ds.assign_coords(shoe=("trial", np.ones(4))),
        "unknown coordinate 'shoe'",
    ),
    "no licence": (lambda ds: ds.assign_attrs(licence=""), "lacks the attribute 'licence'"),
    "no rate": (lambda ds: ds.assign_attrs(fs_hz=0), "fs_hz > 0"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named(fault):
    edit, words = FAULTS[fault]
    with pytest.raises(DataError, match=words):
        layout.check(edit(good()))


def test_tensor_channels_are_what_their_labels_say():
    ds = good()
    tensor, labels = layout.to_tensor(ds, ["grf", "angle", "acc"])
    assert tuple(tensor.shape) == (4, 6 + 2 + 3, 5) == (4, len(labels), 5)
    for channel, label in enumerate(labels):
        name, *keys = label.split(".")
        inner = ds[name].dims[2:]
        values = ds[name].sel(dict(zip(inner, keys, strict=True)))
        np.testing.assert_allclose(tensor[:, channel], values, rtol=1e-6)
    assert labels[:4] == ["grf.left.x", "grf.left.y", "grf.left.z", "grf.right.x"]


def test_tensor_of_an_unknown_variable_is_refused():
    with pytest.raises(DataError, match="no variable 'gyr'; this dataset has grf"):
        layout.to_tensor(good(), "gyr")


def page_table(heading):
    """Rows of the first table below a heading, as lists of cells."""
    section = PAGE.read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [r.strip("|").split("|") for r in section.splitlines() if r.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


@pytest.mark.parametrize(
    ("heading", "column", "names"),
    [
        ("Frame", 0, layout.AXES),
        ("Sides", 0, layout.SIDES),
        ("Sensors", 0, layout.SENSORS),
        ("Joints", 0, layout.JOINTS),
        ("Variables", 1, layout.VARIABLES),
        ("What is known of a trial", 0, layout.METADATA),
    ],
)
def test_the_notation_page_lists_what_the_code_lists(heading, column, names):
    found = [re.fullmatch(r"`(\w+)`", row[column])[1] for row in page_table(heading)]
    assert found == list(names)


def test_the_notation_page_gives_the_units_and_dimensions_of_the_code():
    for _, name, unit, what in page_table("Variables"):
        inner, units, _, _ = layout.VARIABLES[name.strip("`")]
        assert tuple(unit.split(" or ")) == units
        assert tuple(what.split("; per ")[1].split(", ")) == inner
    for name, unit, _ in page_table("What is known of a trial"):
        assert unit == layout.METADATA[name.strip("`")][0]


def test_the_notation_page_converts_every_set_that_has_a_reader():
    from gaitnb import data

    table = data.datasets()
    curves = table[(table["reader"] != "") & ~table["reader"].str.contains(":")]
    section = PAGE.read_text().split("## From each data set to this page")[1]
    heads = re.findall(r"^- (.*?)\. In the files", section, flags=re.MULTILINE)
    described = {name for head in heads for name in re.findall(r"`(\w+)`", head)}
    assert described == set(curves["name"])
