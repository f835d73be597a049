"""Movements: what a person does, as a function of person, task, load and impairment."""

import numpy as np

from gaitnb.errors import ParameterError
from gaitnb.lab import adapt, course, record, stand
from gaitnb.lab import solve as solving
from gaitnb.lab import steps as stepping
from gaitnb.lab.passages import passage
from gaitnb.lab.record import Sequence
from gaitnb.lab.target import target
from gaitnb.lab.walk import Walk

TASKS = {
    "level_walking": "steady walking straight ahead",
    "standing": "quiet standing with sway",
    "walk_and_turn": "standing, walking, a turn to the left by 180 degrees, walking back, standing",
    "start_and_stop": "standing, walking straight ahead, standing",
}
RATES_HZ = (20.0, 2000.0)
DURATION_S = (1.0, 14400.0)
# Shortest movements that hold all of a task's parts.
_LEAST_S = {"walk_and_turn": 25.0, "start_and_stop": 14.0}
_STANDING_S = 2.0  # before a start and after a stop


def movement(
    person, task="level_walking", speed_mps=None, duration_s=10.0, fs_hz=100.0, seed=0,
    variability=1.0, trial=0, load=None, impairment=None,
):  # fmt: skip
    """What a person does in a trial.

    Parameters
    ----------
    person : people.Person
        Who moves.
    task : str
        One of `TASKS`.
    speed_mps : float, optional
        Mean speed of steady walking; by default the person's preferred one.
    duration_s, fs_hz : float
        Length and sampling rate.
    seed : int
        Of the strides; with the person's number and `trial` it fixes the walk.
    variability : float
        Factor on the published spread from stride to stride and on sway; 0 repeats one stride
        exactly.
    trial : int
        Another trial of the same person.
    load : dict, optional
        Kilograms held, such as ``{"right": 5.0}``.
    impairment : dict, optional
        Largest angle in degrees that a leg's joint reaches, such as ``{"knee_flexion_right": 40}``.

    Returns
    -------
    record.Movement

    Raises
    ------
    ParameterError
        For an unknown task, or a speed, rate or duration outside the validated range.
    LabError
        If the person's gait has no solution.
    """
    plan, start = sequence(
        person, task, speed_mps, duration_s, seed, variability, trial, load, impairment
    )
    _check("fs_hz", fs_hz, RATES_HZ)
    return record.record(plan, fs_hz, 0, round(duration_s * fs_hz), start)


def stream(
    person, task="level_walking", speed_mps=None, duration_s=10.0, fs_hz=100.0, seed=0,
    variability=1.0, trial=0, load=None, impairment=None, piece_s=60.0,
):  # fmt: skip
    """As `movement`, piece by piece: the same samples, with bounded memory.

    Parameters
    ----------
    piece_s : float
        Length of a piece; the others as in `movement`.

    Yields
    ------
    record.Movement
        In order; the times of events count from the beginning of the whole movement.
    """
    plan, start = sequence(
        person, task, speed_mps, duration_s, seed, variability, trial, load, impairment
    )
    _check("fs_hz", fs_hz, RATES_HZ)
    total, size = round(duration_s * fs_hz), max(1, round(piece_s * fs_hz))
    for first in range(0, total, size):
        yield record.record(plan, fs_hz, first, min(size, total - first), start)


def sequence(
    person, task="level_walking", speed_mps=None, duration_s=10.0, seed=0, variability=1.0, trial=0,
    load=None, impairment=None,
):  # fmt: skip
    """A movement ready to be evaluated at any times.

    Returns
    -------
    plan : record.Sequence
    start_s : float
        Time within it at which a recording of `duration_s` begins.
    """
    if task not in TASKS:
        raise ParameterError(f"task is {task!r}; expected one of {', '.join(TASKS)}")
    _check("duration_s", duration_s, (_LEAST_S.get(task, DURATION_S[0]), DURATION_S[1]))
    _check("variability", variability, (0.0, 2.0))
    key = [seed, person.number, 1, trial]
    own = person.body()
    load_kg = adapt.check_load(load or {})
    if task == "standing":
        if impairment:
            raise ParameterError("standing has no impairment yet; expected none")
        body = adapt.loaded_body(own, load_kg)
        piece = stand.Stander(body, duration_s + 1.0, key, variability)
        return Sequence([piece], own, load_kg), 0.5
    speed = person.preferred_speed_mps if speed_mps is None else speed_mps
    one = _stride(person, speed, own, load_kg, impairment or {})
    if task == "level_walking":
        period = one.goal.stride_time_s
        # joined somewhere in a stride
        start = period * (1.5 + np.random.default_rng([*key, 1]).random())
        count = 2 * int(np.ceil((duration_s + start) / period * (1 + 0.03 * variability))) + 8
        plan = Sequence([Walk(stepping.draw(one, count, key, variability))], own, load_kg)
        return plan, start
    between = [passage("start", one, person.number)]
    if task == "walk_and_turn":
        between.append(passage("turn", one, person.number))
    between.append(passage("stop", one, person.number))
    rest = _STANDING_S, _STANDING_S
    free = duration_s - sum(rest) - sum(p.duration_s for p in between)
    bouts = len(between) - 1
    # whole strides in each bout; what is left over is stood at the end
    strides = int(free / bouts / one.goal.stride_time_s - 0.5)
    if strides < 3:
        raise ParameterError(
            f"duration_s is {duration_s:g}; {task} at {one.goal.speed_mps:.2f} m/s needs at least "
            f"{duration_s + (3.5 - strides) * bouts * one.goal.stride_time_s:.0f} s"
        )
    pieces = [stand.Stander(one.body, rest[0], [*key, 2], variability)]
    for i, one_passage in enumerate(between[:-1]):
        begin, end = course.JOIN["enter"], strides + course.JOIN["leave"]
        steps = stepping.draw(one, 2 * strides + 2, [*key, 3, i], variability, begin, end)
        pieces += [one_passage, Walk(steps)]
    pieces.append(between[-1])
    left = duration_s - sum(p.duration_s for p in pieces)
    pieces.append(stand.Stander(one.body, max(left, 0.0) + 1.0, [*key, 4], variability))
    return Sequence(pieces, own, load_kg), 0.0


def _stride(person, speed_mps, own, load_kg, impairment):
    """The person's solved stride, as changed by load and impairment."""
    if not load_kg.any() and not impairment:
        return solving.solve(person, speed_mps)
    solving.check_speed(speed_mps, own, person.number)
    body = adapt.loaded_body(own, load_kg)
    goal = adapt.loaded_target(target(speed_mps, body, person.style), body, load_kg)
    goal = adapt.impaired_target(goal, impairment)
    symmetric = load_kg[0] == load_kg[1] and not impairment
    return solving.solve(person, speed_mps, goal, body, symmetric)


def _check(name, value, limits):
    if not limits[0] <= value <= limits[1]:
        raise ParameterError(
            f"{name} is {value:g}; the lab is validated for {limits[0]:g} to {limits[1]:g}"
        )
