"""Movements: what a person does, as a function of person, task, load and impairment."""

import numpy as np

from gaitnb.errors import ParameterError
from gaitnb.lab import solve as solving
from gaitnb.lab import steps as stepping
from gaitnb.lab import walk

RATES_HZ = (20.0, 2000.0)
DURATION_S = (1.0, 14400.0)


def movement(
    person, speed_mps=None, duration_s=10.0, fs_hz=100.0, seed=0, variability=1.0, trial=0
):
    """A person's level walking, straight ahead.

    Parameters
    ----------
    person : people.Person
        Who walks.
    speed_mps : float, optional
        Mean speed; by default the person's preferred one.
    duration_s, fs_hz : float
        Length and sampling rate.
    seed : int
        Of the strides; with the person's number and `trial` it fixes the walk.
    variability : float
        Factor on the published spread from stride to stride; 0 repeats one stride exactly.
    trial : int
        Another walk of the same person.

    Returns
    -------
    walk.Movement

    Raises
    ------
    ParameterError
        For a speed, rate or duration outside the validated range.
    LabError
        If the person's gait has no solution.
    """
    walker, start = level_walk(person, speed_mps, duration_s, seed, variability, trial)
    _check("fs_hz", fs_hz, RATES_HZ)
    return walk.record(walker, fs_hz, 0, int(round(duration_s * fs_hz)), start)


def stream(
    person,
    speed_mps=None,
    duration_s=10.0,
    fs_hz=100.0,
    seed=0,
    variability=1.0,
    trial=0,
    piece_s=60.0,
):
    """As `movement`, piece by piece: the same samples, with bounded memory.

    Parameters
    ----------
    piece_s : float
        Length of a piece; the others as in `movement`.

    Yields
    ------
    walk.Movement
        In order; the times of events count from the beginning of the whole walk.
    """
    walker, start = level_walk(person, speed_mps, duration_s, seed, variability, trial)
    _check("fs_hz", fs_hz, RATES_HZ)
    total, size = int(round(duration_s * fs_hz)), max(1, int(round(piece_s * fs_hz)))
    for first in range(0, total, size):
        yield walk.record(walker, fs_hz, first, min(size, total - first), start)


def level_walk(person, speed_mps=None, duration_s=10.0, seed=0, variability=1.0, trial=0):
    """The steps of a walk, ready to be evaluated, and the time in them at which it is joined.

    Returns
    -------
    walker : walk.Walker
    start_s : float
    """
    _check("duration_s", duration_s, DURATION_S)
    if not 0 <= variability <= 2:
        raise ParameterError(f"variability is {variability}; expected 0 to 2")
    one = solving.solve(person, person.preferred_speed_mps if speed_mps is None else speed_mps)
    half = one.goal.stride_time_s / 2
    count = int(np.ceil(duration_s / half * (1 + 0.05 * variability))) + 4
    stream_number = [seed, person.number, 1, trial]
    steps = stepping.draw(one, count, stream_number, variability)
    # joined somewhere in the first stride
    start = np.random.default_rng([*stream_number, 1]).random() * one.goal.stride_time_s
    return walk.Walker(steps), start


def _check(name, value, limits):
    if not limits[0] <= value <= limits[1]:
        raise ParameterError(
            f"{name} is {value:g}; the lab is validated for {limits[0]:g} to {limits[1]:g}"
        )
