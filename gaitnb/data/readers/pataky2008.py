"""Vertical force of ten people walking at three speeds, from the data files of spm1d.

Source: Pataky et al. 2008, J Biomech 41:1987, as carried by the Python package spm1d: ten files
of 60 trials x 101 samples in body weights, and two tables (60 trials x 10 people) with walking
speed in m/s and condition. Which foot a trial shows is not said; age, height and mass neither.

The files state no unit; the examples of spm1d label them body weights. Over a walking stride the
two feet carry one body weight on average, which no curve here obeys: all are too large, by a
factor that belongs to the person. They are kept as filed.
"""

import io

import numpy as np

from gaitnb.data import stance
from gaitnb.errors import DataError

N_PEOPLE = 10
CONDITIONS = {1: "slow", 2: "normal", 3: "fast"}


def read(source):
    """Read the set.

    Parameters
    ----------
    source : gaitnb.data.catalog.Source
        The files.

    Returns
    -------
    xarray.Dataset
        `grf` (trial 600, time 101, side 1, axis 1) in body weights; coordinates subject,
        speed_mps, condition (slow, normal, fast).

    Raises
    ------
    DataError
        When a file is not laid out as described above.
    """
    speed = _array(source, "ex_grf_speeds.npy")  # (trial, person)
    code = _array(source, "ex_grf_speeds_cond.npy")  # (trial, person)
    for path, table in (("ex_grf_speeds.npy", speed), ("ex_grf_speeds_cond.npy", code)):
        if table.ndim != 2 or table.shape[1] != N_PEOPLE or table.shape != speed.shape:
            raise DataError(
                f"{source.where(path)}: found shape {table.shape}; expected (trials, {N_PEOPLE}), "
                "equal in both tables"
            )
    if not (np.isfinite(speed).all() and (speed > 0).all() and (speed < 10).all()):
        raise DataError(f"{source.where('ex_grf_speeds.npy')}: speeds are not all 0 to 10 m/s")
    unknown = set(np.unique(code)) - set(CONDITIONS)
    if unknown:
        where = source.where("ex_grf_speeds_cond.npy")
        raise DataError(f"{where}: unknown condition {sorted(unknown)}; expected 1, 2, 3")
    parts = []
    for person in range(N_PEOPLE):
        path = f"ex_grf_subj{person:03d}.npy"
        values = stance.curves(_array(source, path), source.where(path))  # (trial, 101)
        if len(values) != len(speed):
            raise DataError(
                f"{source.where(path)}: {len(values)} trials, but the table of speeds has "
                f"{len(speed)}"
            )
        stance.body_weights(values, None, source.where(path))
        parts.append(values)
    trials = len(speed)
    people = np.repeat([f"pataky2008-{person:02d}" for person in range(N_PEOPLE)], trials)
    return stance.dataset(
        np.concatenate(parts)[:, :, None, None],  # (trial, 101, side, axis)
        sides=["unspecified"],
        axes=["y"],
        metadata={
            "subject": people,
            "speed_mps": speed.T.ravel(),
            "condition": [CONDITIONS[int(c)] for c in code.T.ravel()],
        },
        attrs=source.attrs,
    )


def _array(source, path):
    try:
        return np.load(io.BytesIO(source.read(path)), allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise DataError(f"{source.where(path)}: not a NumPy array file ({error})") from None
