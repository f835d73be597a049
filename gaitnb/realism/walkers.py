"""The eight people of li2021 and their twins: curves of every person, once computed."""

import functools
from dataclasses import replace

import numpy as np
import pandas as pd

from gaitnb.data.readers import li2021
from gaitnb.foundations.recordings import SIDES, condition, recordings, subject
from gaitnb.realism import mounted, steps, table, twins

SET = "li2021"
GAITS = ("slow", "normal", "fast")
UNEVEN = ("short right step", "short left step")
SHANKS = tuple(f"shank_{side}" for side in SIDES)


@functools.cache
def curves(gait):
    """Curves of every person in one gait, and of the twins.

    Parameters
    ----------
    gait : str
        One of `GAITS` and `UNEVEN`.

    Returns
    -------
    real, virtual : dict of str to array
        As `steps.analyse`, but the first dimension is the person: means over steps. NaN where no
        step of a person has a value.
    """
    real, virtual = [], []
    for number in li2021.people().index:
        mine = trials(number, gait)
        still, person = standing(number, gait), twin(number)
        body = person.body()
        real.append(_mean([steps.analyse(steps.recorded(t), still, body) for t in mine]))
        speed = np.mean([t["speed_mps"].values[0] for t in mine])
        # the authors turned their sensors to the axis that the shank turns about, in the lab z
        worn = {n: replace(p, rotation=np.eye(3)) for n, p in places(number).items()}
        walked = steps.virtual(person, speed, worn)
        virtual.append(_mean([steps.analyse(walked, twins.standing(body), body)]))
    return _people(real), _people(virtual)


def curve_tables(family, variable, names, unit, percent=steps.PERCENT):
    """Mean curves of the three even gaits as a table of `table.CURVE_COLUMNS` (predicted).

    Parameters
    ----------
    family : str
        Of the table.
    variable : str
        Of `steps.analyse`.
    names : iterable of str
        What its channels are called.
    unit : str
        Of them.
    percent : array
        Of the samples.
    """
    found = []
    for gait in GAITS:
        real, virtual = (of[variable].reshape(len(of[variable]), len(percent), -1)
                         for of in curves(gait))  # fmt: skip
        seen = np.isfinite(real).all(axis=(1, 2)) & np.isfinite(virtual).all(axis=(1, 2))
        real, virtual = real[seen], virtual[seen]
        for k, name in enumerate(names):
            a, b = real[..., k], virtual[..., k]
            keys = (family, "predicted", name, unit, SET, gait, len(a), percent)
            found.append(table.curve_table(*keys, a.mean(0), b.mean(0), a.std(0, ddof=1)))
    return pd.concat(found)


@functools.cache
def places(number):
    """Where a person's shank sensors sat: name -> Placement, found from the three even gaits."""
    body, found = twin(number).body(), {}
    taken = [(steps.recorded(t), gait) for gait in GAITS for t in trials(number, gait)]
    motions = [steps.rebuild(one, standing(number, gait), body)[2] for one, gait in taken]
    for s, name in enumerate(SHANKS):
        acc, gyr = ([steps.low_pass(getattr(one, k)[:, s], one.fs_hz) for one, _ in taken]
                    for k in ("acc", "gyr"))  # fmt: skip
        found[name] = mounted.place(name, motions, acc, gyr)
    return found


def trials(number, gait):
    """Trials of a person, with markers, plates and sensors."""
    whole = recordings(SET, streams=("markers", "plates", "imu"))
    return [t for t in whole if condition(t) == gait and subject(t) == f"{SET}-{number:02d}"]


def standing(number, gait):
    """Markers of the standing trial before a person's trials of one gait."""
    found = [t for t in recordings(SET, streams="markers", static=True)
             if condition(t).endswith(gait) and subject(t) == f"{SET}-{number:02d}"]  # fmt: skip
    return steps.marked(found[0])


def twin(number):
    """Virtual person of the same sex, age, height and mass."""
    row = li2021.people().loc[number]
    return twins.twin(number, *row[["sex", "age_years", "height_m", "mass_kg"]])


def _people(parts):
    return {name: np.stack([part[name] for part in parts]) for name in parts[0]}


def _mean(parts):
    """Mean over all steps that have a value."""
    means = {}
    for name in parts[0]:
        values = np.concatenate([part[name] for part in parts])
        kept = values[np.isfinite(values).reshape(len(values), -1).all(axis=1)]
        means[name] = kept.mean(axis=0) if len(kept) else np.full(values.shape[1:], np.nan)
    return means
