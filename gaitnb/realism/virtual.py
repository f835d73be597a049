"""Virtual people to hold against real ones: drawn people, and twins of real people."""

from dataclasses import replace

import numpy as np

from gaitnb import gait_events
from gaitnb.data.signal_checks import GRAVITY
from gaitnb.errors import LabError
from gaitnb.lab import cohorts, people
from gaitnb.realism import twins

SEED = 0
PERCENT = np.linspace(0, 100, 101)  # of stance
SIDES = ("left", "right")
FS_HZ = 100.0
_UNKNOWN = {"height_m": 1.72, "mass_kg": 71.0, "age_years": 40.0}  # where a person's is not known


def drawn(n_people, age_years=(20, 60), own_style=True):
    """People of the virtual lab's population.

    Parameters
    ----------
    n_people : int
    age_years : (float, float)
        Drawn evenly.
    own_style : bool
        With what is a person's own beyond size and speed. Without, the mean of a few people is
        closer to that of many.

    Returns
    -------
    list of gaitnb.lab.people.Person
    """
    group = people.population(n_people, seed=SEED, age_years=age_years)
    return group if own_style else [_plain(person) for person in group]


def twin(number, sex, age_years, height_m, mass_kg):
    """Virtual person of the sex, age, height and mass of a real one, and nothing else of them.

    A value that is not known (NaN) is taken from the middle of the population.
    """
    known = {"age_years": age_years, "height_m": height_m, "mass_kg": mass_kg}
    known = {k: float(v) if np.isfinite(v) else _UNKNOWN[k] for k, v in known.items()}
    return twins.twin(number, "male" if sex == "male" else "female", **known)


def walking(group, speed_mps=None, duration_s=20.0, variables=("grf",), **options):
    """Recordings of level walking, one dataset per person, in their order.

    Parameters
    ----------
    group : list of gaitnb.lab.people.Person
    speed_mps : float or sequence of float, optional
        Of everybody, or of each; by default each at the preferred speed.
    duration_s, variables, **options
        Of `gaitnb.lab.cohorts.healthy_walking`.

    Raises
    ------
    LabError
        If a person has no valid gait: comparisons leave nobody out silently.
    """
    speeds = [p.preferred_speed_mps for p in group] if speed_mps is None else speed_mps
    speeds = np.broadcast_to(np.asarray(speeds, float), len(group))
    options = {"fs_hz": FS_HZ, "seed": SEED} | options
    found = []
    for person, speed in zip(group, speeds, strict=True):
        one = cohorts.healthy_walking(
            group=[person],
            speeds_mps=[float(speed)],
            duration_s=duration_s,
            variables=variables,
            **options,
        )
        if one.attrs["left_out"]:
            raise LabError(one.attrs["left_out"])
        found.append(one)
    return found


def events(trial, threshold_n=20.0):
    """Heel strikes and toe-offs of both feet by a threshold on the virtual plates."""
    weight = float(trial["mass_kg"].values[0]) * GRAVITY
    fs_hz, force = trial.attrs["fs_hz"], trial["grf"].values[0, :, :, 1]
    return [
        gait_events.from_force(weight * force[:, s], fs_hz, threshold_n=threshold_n)
        for s in range(len(SIDES))
    ]


def stances(trial, levels_bw=None):
    """Force over every whole stance of both feet.

    Parameters
    ----------
    trial : xarray.Dataset
        One walk of one person.
    levels_bw : (float, float), optional
        Vertical force at which a stance begins and at which it ends, as the real curves do; by
        default 20 N, the threshold of real plates.

    Returns
    -------
    array, shape (stance, 101, 3)
        Fore-aft, vertical and medial force in body weights.
    """
    force, fs_hz = trial["grf"].values[0], trial.attrs["fs_hz"]
    time, found = np.arange(len(force)) / fs_hz, []
    weight = float(trial["mass_kg"].values[0]) * GRAVITY
    first, last = (events(trial, weight * bw) for bw in levels_bw or (20.0 / weight,) * 2)
    for s, ((strikes, _), (_, offs)) in enumerate(zip(first, last, strict=True)):
        begin = strikes[strikes < offs[-1]]
        end = offs[np.searchsorted(offs, begin)]
        at = begin[:, None] + (end - begin)[:, None] * PERCENT / 100  # (stance, 101)
        foot = force[:, s] * [1, 1, 1 if SIDES[s] == "left" else -1]
        found.append(np.stack([np.interp(at, time, foot[:, k]) for k in range(3)], axis=-1))
    return np.concatenate(found)


def _plain(person):
    return replace(person, style={})
