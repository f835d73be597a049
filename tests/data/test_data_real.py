"""Real recordings against numbers computed from them independently."""

import os

import numpy as np
import pytest

from gaitnb import data

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not os.environ.get("GAITNB_MIRROR"), reason="GAITNB_MIRROR is not set"),
]

# Means over people of the affected foot, vertical force at 0, 10, ..., 100 % of stance, and of
# peaks (mean, standard deviation between people).
VERTICAL = {
    "healthy": [0.076, 0.690, 1.054, 1.001, 0.829, 0.784, 0.879, 1.065, 1.106, 0.675, 0.053],
    "ankle": [0.059, 0.528, 0.876, 0.982, 0.904, 0.883, 0.929, 0.994, 0.935, 0.530, 0.043],
    "knee": [0.065, 0.595, 0.918, 0.980, 0.902, 0.879, 0.923, 1.013, 1.001, 0.604, 0.047],
    "hip": [0.068, 0.607, 0.920, 0.975, 0.897, 0.869, 0.917, 1.009, 1.013, 0.599, 0.047],
}
FORE_AFT = {
    "healthy": [0.000, -0.130, -0.157, -0.092, -0.046, -0.017, 0.017, 0.082, 0.172, 0.204, 0.006],
    "ankle": [0.003, -0.080, -0.098, -0.069, -0.034, -0.003, 0.029, 0.071, 0.115, 0.111, 0.002],
    "knee": [-0.005, -0.090, -0.104, -0.077, -0.046, -0.016, 0.016, 0.067, 0.133, 0.145, 0.005],
    "hip": [0.001, -0.100, -0.107, -0.075, -0.042, -0.014, 0.018, 0.068, 0.139, 0.152, 0.003],
}
MEDIAL = {
    "healthy": [-0.009, 0.003, 0.035, 0.038, 0.034, 0.028, 0.031, 0.037, 0.034, 0.006, -0.003],
    "ankle": [-0.005, 0.009, 0.032, 0.042, 0.038, 0.035, 0.041, 0.049, 0.046, 0.007, 0.000],
}
PEAKS = {  # first peak, valley, second peak, braking, push-off
    "healthy": [(1.078, 0.064), (0.776, 0.057), (1.131, 0.067), (-0.174, 0.033), (0.218, 0.032)],
    "ankle": [(1.009, 0.035), (0.872, 0.043), (1.019, 0.051), (-0.104, 0.026), (0.136, 0.031)],
    "knee": [(1.005, 0.033), (0.868, 0.037), (1.042, 0.040), (-0.113, 0.023), (0.163, 0.030)],
    "hip": [(0.996, 0.032), (0.862, 0.041), (1.042, 0.036), (-0.118, 0.023), (0.171, 0.030)],
}
PEOPLE = {"healthy": 62, "ankle": 43, "knee": 52, "hip": 37}


@pytest.fixture(scope="module")
def people():
    """Mean curve of every person: {group: array (person, 101, side, axis)}."""
    ds = data.open("gaitrec2021")
    assert ds.sizes == {"trial": 970, "time": 101, "side": 2, "axis": 3}
    by_person = ds.grf.groupby(ds.subject).mean()
    group = ds.group.groupby(ds.subject).first()
    return {g: by_person[(group == g).values] for g in PEOPLE}


@pytest.mark.parametrize("group", PEOPLE)
def test_gaitrec2021_people(people, group):
    assert len(people[group]) == PEOPLE[group]


@pytest.mark.parametrize(
    ("group", "axis", "expected"),
    [
        *[(g, "y", v) for g, v in VERTICAL.items()],
        *[(g, "x", v) for g, v in FORE_AFT.items()],
        *[(g, "medial", v) for g, v in MEDIAL.items()],
    ],
)
def test_gaitrec2021_mean_curves_of_the_affected_foot(people, group, axis, expected):
    mean = people[group].sel(side="affected", axis=axis).mean("subject")
    np.testing.assert_allclose(mean[::10], expected, atol=0.00051)


@pytest.mark.parametrize("group", PEAKS)
def test_gaitrec2021_peaks(people, group):
    vertical = people[group].sel(side="affected", axis="y")
    fore_aft = people[group].sel(side="affected", axis="x")
    found = [
        vertical[:, :50].max("time"),
        vertical[:, 30:70].min("time"),
        vertical[:, 50:].max("time"),
        fore_aft.min("time"),
        fore_aft.max("time"),
    ]
    means, spreads = zip(*PEAKS[group], strict=True)
    np.testing.assert_allclose([f.mean() for f in found], means, atol=0.0011)
    np.testing.assert_allclose([f.std() for f in found], spreads, atol=0.0011)


def test_gaitrec2021_five_trials_a_person():
    ds = data.open("gaitrec2021")
    assert (np.unique(ds.subject, return_counts=True)[1] == 5).all()


def test_gaitrec2021_push_off_is_weakest_in_the_ankle_group(people):
    push = {
        g: float(c.sel(side="affected", axis="x").max("time").mean()) for g, c in people.items()
    }
    assert min(push, key=push.get) == "ankle"


def test_gutenberg_meta():
    table = data.open("gutenberg_meta")
    assert len(table) == 8819 and table["subject"].nunique() == 350
    assert table["session"].nunique() == 661
    assert table["speed_mps"].isna().sum() == 774
    assert round(table["speed_mps"].mean(), 3) == 1.481
    per_person = table.groupby("subject").first()
    assert per_person["sex"].value_counts().to_dict() == {"male": 205, "female": 142, "": 3}
    assert 1.5 < table["height_m"].min() < table["height_m"].max() < 2.0


@pytest.mark.parametrize("name", ["gaitrec2021", "gutenberg_meta", "cmu_walk", "opensim_gait2392"])
def test_the_mirror_is_whole(name):
    assert (data.verify(name)["problem"] == "").all()
