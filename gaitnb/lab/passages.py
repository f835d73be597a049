"""Starts, stops and turns of a person, from stored solutions of the mean body.

What is stored in `passages.npz` is how far the solved coordinates are from the expected ones, at
even parts of the passage's time: another person's passage begins there and needs few iterations.

``python -m gaitnb.lab.passages`` makes the file anew.
"""

import argparse
import functools
from pathlib import Path

import numpy as np

from gaitnb.errors import LabError
from gaitnb.lab import course, quality, solve, target, transition
from gaitnb.lab.skeleton import COORDINATES, INDEX

FILE = Path(__file__).with_name("passages.npz")
GRID = (0.15, 0.25, 0.35, 0.45, 0.55, 0.65)  # dimensionless speeds
PARTS = 80  # of a passage's time
_PLACE = [INDEX[name] for name in ("pelvis_x", "pelvis_y", "pelvis_z")]


def passage(kind, one, number=1, stored=True):
    """A solved start, stop or turn.

    Parameters
    ----------
    kind : str
        One of `course.COURSES`.
    one : solve.Gait
        The person's steady stride.
    number : int
        Subject number, for the message.
    stored : bool
        Begin from the stored solutions.

    Returns
    -------
    transition.Passage

    Raises
    ------
    LabError
        If no solution of the required quality is found; names the person and what is wrong.
    """
    known, schedule = course.plan(kind, one)
    # where the quick way does not end well, the long one is tried
    for guess in ([_guess(kind, one, known)] if stored else []) + [None]:
        knot, coefficients, _ = transition.solve(known, one.body, guess)
        measured = quality.measure_passage(knot, coefficients, known, one.body)
        problems = quality.problems(measured)
        if not problems:
            return transition.Passage(knot, coefficients, schedule, one.body)
    raise LabError(
        f"no {kind} found for subject {number} at {one.goal.speed_mps:g} m/s: {problems}; "
        "leave the person out, or choose a lower speed"
    )


@functools.cache
def _stored():
    with np.load(FILE, allow_pickle=False) as file:
        return {kind: file[kind].astype(float) for kind in course.COURSES}


def _guess(kind, one, known):
    """Expected coordinates plus the stored solutions' distance from theirs."""
    away = _stored()[kind]
    speed = target.dimensionless(one.goal.speed_mps, one.body)
    at = np.clip(np.interp(speed, GRID, np.arange(len(GRID))), 0, len(GRID) - 1)
    low = min(int(at), len(GRID) - 2)
    mean = away[low] * (low + 1 - at) + away[low + 1] * (at - low)
    part = known.time / known.time[-1]
    out = np.array([np.interp(part, np.linspace(0, 1, PARTS), row) for row in mean])
    out[_PLACE] *= one.body.leg_length_m
    return known.reference + out


def grid_passage(kind, speed):
    """Distance of the mean body's solved passage from its expectation, (coordinate, part)."""
    body = solve.mean_body()
    mps = speed / target.dimensionless(1.0, body)
    one = solve.solve_body(body, mps)
    known, _ = course.plan(kind, one)
    knot, coefficients, _ = transition.solve(known, body, tolerance=1e-4)
    measured = quality.measure_passage(knot, coefficients, known, body)
    problems = quality.problems(measured)
    if problems:
        raise LabError(f"no {kind} at the dimensionless speed {speed}: {problems}")
    away = coefficients @ transition.basis(known.time, knot, 0) - known.reference
    away[_PLACE] /= body.leg_length_m
    part = known.time / known.time[-1]
    return np.array([np.interp(np.linspace(0, 1, PARTS), part, row) for row in away]), measured


def remake(path=FILE):
    """Solve all passages at the grid of speeds and write the file; half files never stay.

    Returns
    -------
    list of dict
        Quality of every passage.
    """
    arrays, report = {}, []
    for kind in course.COURSES:
        rows = []
        for speed in GRID:
            away, measured = grid_passage(kind, speed)
            rows.append(away)
            report.append({"kind": kind, "speed": speed, **measured})
        arrays[kind] = np.array(rows, np.float32)
    path = Path(path)
    half = path.with_suffix(".part.npz")
    np.savez_compressed(half, coordinates=np.array(COORDINATES), **arrays)
    half.replace(path)
    return report


def main():
    """Command line: remake the file and print what was reached."""
    parser = argparse.ArgumentParser(description="Solve the lab's stored passages anew.")
    parser.add_argument("--out", type=Path, default=FILE, help="file to write")
    for row in remake(parser.parse_args().out):
        print(
            "  ".join(
                f"{k} {v if isinstance(v, str) else format(v, '.4g')}" for k, v in row.items()
            )
        )


if __name__ == "__main__":
    main()
