"""How large the signals of head, lower back and feet are in a walk of 10 m, a turn and 10 m back.

`voisard2025_features`: root mean squares over whole trials of healthy adults, standing included.
Virtual people do the same: stand, walk, turn, walk back, stand. The features' axes are filed without
saying where they point; over all three axes together that does not matter. Where an axis is
compared, it is taken to lie as in `ipol2023`, recorded by the same group with the same protocol.
"""

import functools

import numpy as np
import pandas as pd

from gaitnb import data
from gaitnb.lab import movement
from gaitnb.realism import table, twins, virtual

SPEED_MPS = 1.17  # mean of the healthy, Voisard et al. 2025
WALK_M = 20.0
TRIAL_S = 30.0  # median length of a trial of ipol2023, with standing before and after
N_VIRTUAL = 8
LENGTH_S = 28.0  # of a virtual trial
_REST_S = 1.0
PLACES = {"head": ("HE",), "lower back": ("LB",), "foot": ("LF", "RF")}
_VIRTUAL = {"head": ("head",), "lower back": ("lower_back",), "foot": ("foot_left", "foot_right")}
SIGNALS = {"FreeAcc": ("acceleration", "m/s^2"), "Gyr": ("gyroscope", "rad/s")}
# place -> axis as filed -> which of x forward, y up, z right it is in standing
AXES = {"lower back": {"X": 1, "Y": 2, "Z": 0}, "foot": {"Y": 2}}
_NAMES = ("forward", "up", "sideways")
AIMS = {"FreeAcc": "within 30 %", "Gyr": "within 30 %"}
FOOT_AIMS = {"FreeAcc": "within 30 %", "Gyr": "within 15 %"}


def voisard2025_features():
    """Root mean squares of healthy people and of virtual ones: rows of `table.COLUMNS`."""
    real, made = _healthy(), virtual_sizes()
    found = []
    for place, sensors in PLACES.items():
        aims = FOOT_AIMS if place == "foot" else AIMS
        for signal, (what, unit) in SIGNALS.items():
            axes = {"all axes": "XYZ"}
            axes |= {_NAMES[k]: axis for axis, k in AXES.get(place, {}).items()}
            for name, filed in axes.items():
                columns = [[f"{s}_{signal}_{axis}_rms" for axis in filed] for s in sensors]
                people = np.mean(
                    [np.sqrt((real[group] ** 2).sum(axis=1)) for group in columns], axis=0
                )
                wanted = [AXES[place][a] for a in filed] if len(filed) == 1 else [0, 1, 2]
                mine = np.sqrt((made[place, signal][:, wanted] ** 2).sum(axis=1))
                condition = "10 m, turn, 10 m" + ("" if len(filed) == 3 else ", axes taken over")
                keys = ("imu", "predicted", f"{place} {what} rms, {name}", unit)
                keys += ("voisard2025_features", condition, len(people))
                spread = people.std(ddof=1)
                found.append(table.value(*keys, people.mean(), mine.mean(), spread, aims[signal]))
    return table.rows(found)


@functools.cache
def virtual_sizes():
    """Root mean square over a trial of `TRIAL_S` with `WALK_M` of walking.

    Returns
    -------
    dict of (place, signal) to array, shape (person, 3)
        Forward, up, right; of feet the mean of left and right.

    Notes
    -----
    As of the real ones, the mean at the beginning is taken off the accelerations. A virtual trial
    is a little longer or shorter than the real one; standing adds next to nothing to a sum of
    squares, so the sum is scaled by the way walked and divided by the real length.
    """
    places = [name for names in _VIRTUAL.values() for name in names]
    found = []
    for person in virtual.drawn(N_VIRTUAL):
        walk = movement.movement(
            person, task="walk_and_turn", speed_mps=SPEED_MPS, duration_s=LENGTH_S, fs_hz=100.0,
            seed=virtual.SEED,
        )  # fmt: skip
        acc, gyr = twins.worn(walk, person, places, SPEED_MPS)
        acc = acc - acc[: round(_REST_S * 100)].mean(axis=0)
        pelvis = walk.motion.position[:, 0, [0, 2]]
        way = np.linalg.norm(np.diff(pelvis, axis=0), axis=1).sum()
        squares = np.stack([acc, gyr]) ** 2  # (signal, time, sensor, 3)
        found.append(squares.sum(axis=1) / 100 * (WALK_M / way) / TRIAL_S)
    sizes = np.sqrt(np.array(found))  # (person, signal, sensor, 3)
    return {
        (place, signal): sizes[:, i, [places.index(name) for name in names]].mean(axis=1)
        for place, names in _VIRTUAL.items()
        for i, signal in enumerate(SIGNALS)
    }


def _healthy():
    """Means of every healthy person's trials."""
    features = data.open("voisard2025_features")
    healthy = features[features["group"] == "healthy"]
    names = [name for name in features if str(name).endswith("_rms")]
    return pd.DataFrame(healthy.groupby("subject")[names].mean())
