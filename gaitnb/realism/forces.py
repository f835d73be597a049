"""Ground reaction forces of virtual people against those of real people.

`gaitrec2021`: the lab's force curves were made from the mean of these very people, so agreement
says that the solver keeps them, and nothing about people (fitted). `pataky2008`: forces at known
speeds that the lab never saw (predicted).
"""

import functools

import numpy as np
import pandas as pd

from gaitnb import data
from gaitnb.lab.templates import REFERENCE_MPS
from gaitnb.realism import table, virtual
from gaitnb.realism.spatiotemporal import published_swing

NAMES = {"x": "fore-aft force", "y": "vertical force", "medial": "medial force"}
AIMS = {
    "vertical force": "r >= .99, RMSE <= .03 BW",
    "fore-aft force": "r >= .99, RMSE <= .01 BW",
    "medial force": "r >= .95",
}
PEAK_AIM = "within .03 BW"
# Speeds (m/s) of the real trials that are compared with one virtual speed.
EDGES_MPS = (0.8, 1.1, 1.35, 1.6, 1.85, 2.15)
FIRST = 10  # samples of a stance in which the heel's impact shows
N_GAITREC = 62
OWN_SPEED = f"own speed, virtual mean {REFERENCE_MPS:.1f} m/s"
N_PATAKY = 10  # virtual people at every speed; as many as there are real ones


@functools.cache
def gaitrec2021_curves():
    """Mean force over stance of 62 healthy adults, and of as many virtual people.

    Returns
    -------
    pandas.DataFrame
        Columns `table.CURVE_COLUMNS`.

    Notes
    -----
    At which speed the real people walked is not in the files; the lab takes it to be 1.4 m/s. The
    virtual ones are 20 to 60 years old and walk at their comfortable speed, moved by the same amount
    for all so that its mean is that. Of every real person both feet are averaged; to which
    of them the files' first one belongs was drawn at random.
    """
    real, made = _gaitrec2021_people()
    return pd.concat(
        [
            table.curve_table(
                "force", "fitted", NAMES[axis], "BW", "gaitrec2021", OWN_SPEED, len(real),
                virtual.PERCENT, real[..., k].mean(0), made[..., k].mean(0), real[..., k].std(0, ddof=1),
            )
            for k, axis in enumerate(NAMES)
        ]
    )  # fmt: skip


def gaitrec2021():
    """Curves, their peaks, and how much people differ in them: rows of `table.COLUMNS`."""
    real, made = _gaitrec2021_people()
    landmarks = [landmarks_of(people) for people in (real, made)]
    found = [_by_threshold()]
    for name in landmarks[0]:
        a, b = (of[name] for of in landmarks)
        keys = ("force", "fitted", name, "BW", "gaitrec2021", OWN_SPEED, len(real))
        found.append(table.value(*keys, a.mean(), b.mean(), a.std(ddof=1), PEAK_AIM))
    for name in ("first peak", "second peak"):
        a, b = (of[name].std(ddof=1) for of in landmarks)
        keys = ("force", "fitted", f"{name}, spread of people", "BW", "gaitrec2021", OWN_SPEED)
        found.append(table.value(*keys, len(real), a, b))
    return table.rows(pd.concat([table.of_curves(gaitrec2021_curves(), AIMS), table.rows(found)]))


@functools.cache
def pataky2008_curves():
    """Vertical force of ten people within five ranges of speed, and of virtual people at its mean.

    Returns
    -------
    pandas.DataFrame
        Columns `table.CURVE_COLUMNS`.

    Notes
    -----
    As filed the forces are too large, by a factor of the person's own. Over a stride both feet
    carry one body weight, so that mean force times the stance's share of the stride is 0.5; with
    the published share at the speed of a trial this gives the factor, one per person for all their
    trials. Level is then no longer compared, shape and change with speed are. The real curves are
    not filtered and show the heel's impact, which those of `gaitrec2021`, and so the lab's, do not.
    """
    return pd.concat(
        [
            table.curve_table(
                "force", "predicted", NAMES["y"], "BW", "pataky2008", f"{speed:.2f} m/s",
                len(real), virtual.PERCENT, real.mean(0), made.mean(0), real.std(0, ddof=1),
            )
            for speed, real, made in _pataky2008_ranges()
        ]
    )  # fmt: skip


def pataky2008():
    """Curves, peaks at five speeds, and how the peaks grow with speed: rows of `table.COLUMNS`."""
    found, speeds, mades = [], [], []
    for speed, real, made in _pataky2008_ranges():
        keys = ("force", "predicted", "vertical force, without the first 10 %", "BW", "pataky2008")
        found.append(
            table.curve(
                *keys, f"{speed:.2f} m/s", len(real), real.mean(0)[FIRST:],
                made.mean(0)[FIRST:],
                real.std(0, ddof=1)[FIRST:], AIMS["vertical force"],
            )
        )  # fmt: skip
        a, b = (vertical_landmarks(people) for people in (real, made))
        for name in a:
            keys = ("force", "predicted", name, "BW", "pataky2008", f"{speed:.2f} m/s", len(real))
            found.append(
                table.value(*keys, a[name].mean(), b[name].mean(), a[name].std(ddof=1), PEAK_AIM)
            )
        speeds.append(speed)
        mades.append({name: b[name].mean() for name in b})
    slopes = _pataky2008_slopes()
    for name in mades[0]:
        slope = np.polyfit(speeds, [made[name] for made in mades], 1)[0]
        own = slopes[name]
        keys = ("force", "predicted", f"{name}, growth with speed", "BW per m/s", "pataky2008")
        keys += (f"{speeds[0]:.2f} to {speeds[-1]:.2f} m/s", len(own))
        found.append(table.value(*keys, own.mean(), slope, own.std(ddof=1)))
    return table.rows(pd.concat([table.of_curves(pataky2008_curves(), AIMS), table.rows(found)]))


def vertical_landmarks(curves):
    """Peaks and valley of vertical forces over stance.

    Parameters
    ----------
    curves : array, shape (..., 101)
        In body weights.

    Returns
    -------
    dict of str to array
        first peak (largest force in the first half), valley (smallest from 20 to 80 % of stance),
        second peak.
    """
    return {
        "first peak": curves[..., 5:50].max(axis=-1),
        "valley": curves[..., 20:81].min(axis=-1),
        "second peak": curves[..., 50:96].max(axis=-1),
    }


def landmarks_of(curves):
    """`vertical_landmarks`, and the peaks of braking and propulsion, of (..., 101, 3) curves."""
    shear = {
        "braking peak": curves[..., 5:60, 0].min(axis=-1),
        "propulsion peak": curves[..., 40:, 0].max(axis=-1),
    }
    return vertical_landmarks(curves[..., 1]) | shear


@functools.cache
def _gaitrec2021_people():
    """Mean curves of real and of virtual people, (person, 101, 3)."""
    ds = data.open("gaitrec2021")
    healthy = ds.isel(trial=ds["group"].values == "healthy")
    real = healthy["grf"].mean("side").groupby(healthy["subject"]).mean()
    real = real.sel(axis=list(NAMES)).transpose("subject", "time", "axis").values
    levels = tuple(real[:, [0, -1], 1].mean(axis=0))
    return real, np.array([virtual.stances(w, levels).mean(axis=0) for w in _gaitrec2021_walks()])


@functools.cache
def _gaitrec2021_walks():
    group = virtual.drawn(N_GAITREC)
    speed = np.array([person.preferred_speed_mps for person in group])
    return _walks(group, speed + REFERENCE_MPS - speed.mean())


def _by_threshold():
    """The vertical force once more, with stances from 20 N to 20 N as on plates."""
    real, _ = _gaitrec2021_people()
    made = np.mean([virtual.stances(w)[..., 1].mean(axis=0) for w in _gaitrec2021_walks()], axis=0)
    real = real[..., 1]
    keys = ("force", "fitted", "vertical force, virtual stance from 20 N", "BW", "gaitrec2021")
    keys += (OWN_SPEED, len(real))
    return table.curve(
        *keys, real.mean(axis=0), made, real.std(axis=0, ddof=1), AIMS["vertical force"]
    )


@functools.cache
def pataky2008_scaled():
    """Forces of the 600 trials after each person's factor, and what belongs to them.

    Returns
    -------
    force : array, shape (600, 101)
        Body weights.
    speed : array, shape (600,)
    subject : array of str, shape (600,)
    """
    ds = data.open("pataky2008")
    force, speed, subject = (
        ds["grf"].values[:, :, 0, 0],
        ds["speed_mps"].values,
        ds["subject"].values,
    )
    expected = 0.5 / (1 - published_swing(speed) / 100)  # mean force over stance
    factor = pd.Series(expected / force.mean(axis=1)).groupby(subject).transform("mean").to_numpy()
    return force * factor[:, None], speed, subject


def _pataky2008_ranges():
    return [pataky2008_range(*edges) for edges in zip(EDGES_MPS[:-1], EDGES_MPS[1:], strict=True)]


@functools.cache
def pataky2008_range(low_mps, high_mps):
    """Mean curves of people within a range of speed, real and virtual.

    Returns
    -------
    speed_mps : float
        Mean over the real people, at which all virtual people walk.
    real, made : array, shape (person, 101)
        Vertical force, body weights.
    """
    force, speed, subject = pataky2008_scaled()
    inside = (speed >= low_mps) & (speed < high_mps)
    chosen = [inside & (subject == person) for person in np.unique(subject)]
    chosen = [one for one in chosen if one.sum() >= 5]
    real = np.array([force[one].mean(axis=0) for one in chosen])
    at = float(np.mean([speed[one].mean() for one in chosen]))
    walks = _walks(virtual.drawn(N_PATAKY, own_style=False), at)
    return at, real, np.array([virtual.stances(walk)[..., 1].mean(axis=0) for walk in walks])


def _walks(group, speed_mps=None):
    """Short walks, at a rate that shows the loading of the foot."""
    return virtual.walking(group, speed_mps, duration_s=12.0, fs_hz=200.0)


def _pataky2008_slopes():
    """Change of the landmarks with speed within every real person, BW per m/s."""
    force, speed, subject = pataky2008_scaled()
    marks = vertical_landmarks(force)
    return {
        name: np.array(
            [np.polyfit(speed[subject == p], of[subject == p], 1)[0] for p in np.unique(subject)]
        )
        for name, of in marks.items()
    }
