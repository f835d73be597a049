"""From expectations to a gait that obeys physics and contact, for any person and speed.

A full solve starts from the prior and runs Levenberg-Marquardt. A person starts from solutions at a
grid of speeds for a body of mean proportions, stored in `coefficients.npz` beside this module, and
needs a few Gauss-Newton steps with one Jacobian; where they do not converge the full solve is tried,
and where that fails the person is reported.

``python -m gaitnb.lab.solve`` makes the file anew.
"""

import argparse
import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gaitnb.errors import LabError, ParameterError
from gaitnb.lab import gait, quality
from gaitnb.lab.leastsquares import gauss_newton, jacobian, levenberg_marquardt
from gaitnb.lab.segments import inertia
from gaitnb.lab.target import dimensionless, target, unit_steps

SPEEDS_MPS = (0.4, 2.2)
# Dimensionless speeds; above the upper one people of this leg length run.
GRID = (0.115, 0.16, 0.21, 0.27, 0.34, 0.41, 0.48, 0.55, 0.62, 0.69, 0.76)
FILE = Path(__file__).with_name("coefficients.npz")
ACCEPT_COST = 120.0  # of a person solved with a stored Jacobian; else solved in full


@dataclass(frozen=True)
class Gait:
    """One person's solved stride.

    Attributes
    ----------
    coefficients : array, shape (coordinate, 1 + 2 * HARMONICS)
        rad and m, from right heel contact on.
    goal : Target
        What it was solved for.
    body : Body
        Whose.
    cost : float
        Half the sum of squared residuals.
    quality : dict
        Of `quality.measure`: slip, sinking, residual and the like.
    parameters : array, shape (parameter,)
        Steps from the prior in its standard deviations.
    style : dict
        Of the person.
    symmetric : bool
        Left is right half a cycle later.
    """

    coefficients: np.ndarray
    goal: object
    body: object
    cost: float
    quality: dict
    parameters: np.ndarray
    style: dict
    symmetric: bool = True


def residual_of(parameters, steps, goal, body, sides=("right",)):
    """Residuals of gaits given as steps from the prior, the prior's own included.

    Parameters
    ----------
    parameters : array, shape (batch, parameter)
        In prior standard deviations.
    steps : array, shape (parameter, coordinate * coefficient)
        Of `target.unit_steps`.
    goal, body
        As in `gait.residuals`.
    sides : sequence of str
        Feet whose contact counts.

    Returns
    -------
    array, shape (batch, residual)
    """
    coefficients = goal.prior + (parameters @ steps).reshape(-1, *goal.prior.shape)
    return np.concatenate([gait.residuals(coefficients, goal, body, sides), parameters], axis=1)


def solve(person, speed_mps, goal=None, body=None, symmetric=True, full=False):
    """One person's stride at a speed.

    Parameters
    ----------
    person : people.Person
        Who walks.
    speed_mps : float
        0.4 to 2.2 m/s, and below the speed at which legs of this length break into a run.
    goal : Target, optional
        Something else than the healthy expectation.
    body : Body, optional
        Something else than the person's own body, such as with a load.
    symmetric : bool
        Left like right.
    full : bool
        Begin from the prior instead of the stored solutions.

    Returns
    -------
    Gait

    Raises
    ------
    ParameterError
        For a speed outside the validated range.
    LabError
        If no gait of the required quality is found; names the person and what is wrong.
    """
    body = body or person.body()
    check_speed(speed_mps, body, person.number)
    goal = goal or target(speed_mps, body, person.style)
    steps = unit_steps(goal.sd, symmetric)
    sides = ("right",) if symmetric else gait.SIDES

    def residual(parameters):
        return residual_of(parameters, steps, goal, body, sides)

    def finish(parameters, cost):
        coefficients = goal.prior + (parameters @ steps).reshape(goal.prior.shape)
        measured = quality.measure(coefficients, goal, body)
        return Gait(
            coefficients, goal, body, float(cost), measured, parameters, person.style, symmetric
        )

    found = []
    if not full:
        speed = dimensionless(speed_mps, body)
        begin = _start(speed, goal, steps, symmetric)
        if symmetric:
            found.append(finish(*gauss_newton(begin, residual, _stored_jacobian(_nearest(speed)))))
        if not found or quality.problems(found[-1].quality) or found[-1].cost > ACCEPT_COST:
            found.append(finish(*levenberg_marquardt(begin, residual, iterations=12)))
    if not found or quality.problems(found[-1].quality):
        found.append(finish(*levenberg_marquardt(np.zeros(len(steps)), residual)))
    best = found[-1]
    problems = quality.problems(best.quality)
    if problems:
        raise LabError(
            f"no gait found for subject {person.number} at {speed_mps:g} m/s: {problems}; "
            "leave the person out, or choose another speed"
        )
    return best


def check_speed(speed_mps, body, number=1):
    """Refuse speeds that were not validated, and those at which people run."""
    unit = 1 / dimensionless(1.0, body)
    low = max(SPEEDS_MPS[0], GRID[0] * unit)
    high = min(SPEEDS_MPS[1], GRID[-1] * unit)
    if not low <= speed_mps <= high:
        raise ParameterError(
            f"speed_mps is {speed_mps:g}; the lab is validated for {low:.2f} to {high:.2f} m/s "
            f"for the legs of subject {number} ({body.leg_length_m:.2f} m)"
        )


@functools.cache
def stored():
    """Dimensionless speeds and solved parameters of the mean body; see `remake`."""
    with np.load(FILE, allow_pickle=False) as file:
        return file["speed"], file["parameters"]


def _nearest(speed):
    return int(np.argmin(np.abs(np.array(GRID) - speed)))


@functools.cache
def _stored_jacobian(i):
    """Jacobian of the mean body at a stored solution; made on first use."""
    body = mean_body()
    goal = target(GRID[i] * np.sqrt(9.81 * body.leg_length_m), body)
    steps = unit_steps(goal.sd)

    def residual(parameters):
        return residual_of(parameters, steps, goal, body)

    parameters = stored()[1][i]
    return jacobian(parameters, residual(parameters[None])[0], residual)


def near_jacobian(one, residual):
    """A Jacobian good enough for small changes of a solved gait."""
    if one.symmetric:
        return _stored_jacobian(_nearest(dimensionless(one.goal.speed_mps, one.body)))
    return jacobian(one.parameters, residual(one.parameters[None])[0], residual)


def _start(speed, goal, steps, symmetric):
    """Parameters to start from: the stored solutions, interpolated to this speed."""
    speeds, parameters = stored()
    symmetric_steps = steps if symmetric else unit_steps(goal.sd)
    if parameters.shape[1] != len(symmetric_steps):
        raise LabError(f"{FILE.name} does not belong to this version; remake it")
    at = np.array([np.interp(speed, speeds, row) for row in parameters.T])
    if symmetric:
        return at
    whole = at @ symmetric_steps  # the same motion in single coefficients
    size = steps.max(1)
    return whole[steps.argmax(1)] / size


def mean_body():
    """The body of mean proportions that the stored solutions belong to."""
    return inertia(height_m=1.70, mass_kg=70.0, sex="male", table="winter")


def grid_solution(speed):
    """Full solve of the mean body at a dimensionless speed: parameters, cost and quality."""
    body = mean_body()
    one = solve_body(body, speed / dimensionless(1.0, body), tolerance=1e-6)
    return one.parameters, one.cost, one.quality


def solve_body(body, speed_mps, tolerance=1e-4):
    """Full solve of a body of nobody in particular; its quality is not checked."""
    goal = target(speed_mps, body)
    steps = unit_steps(goal.sd)
    parameters, cost = levenberg_marquardt(
        np.zeros(len(steps)), lambda p: residual_of(p, steps, goal, body), tolerance=tolerance
    )
    coefficients = goal.prior + (parameters @ steps).reshape(goal.prior.shape)
    measured = quality.measure(coefficients, goal, body)
    return Gait(coefficients, goal, body, float(cost), measured, parameters, {})


def remake(path=FILE):
    """Solve the grid of speeds and write the file of coefficients; half files never stay.

    Returns
    -------
    list of dict
        Cost and quality at every speed.
    """
    rows, report = [], []
    for speed in GRID:
        parameters, cost, measured = grid_solution(speed)
        problems = quality.problems(measured)
        if problems:
            raise LabError(f"no solution at the dimensionless speed {speed}: {problems}")
        rows.append(parameters)
        report.append({"speed": speed, "cost": cost, **measured})
    path = Path(path)
    part = path.with_suffix(".part.npz")
    np.savez_compressed(part, speed=np.array(GRID), parameters=np.array(rows))
    part.replace(path)
    return report


def main():
    """Command line: remake the file and print what was reached."""
    parser = argparse.ArgumentParser(description="Solve the stored gaits of the virtual lab anew.")
    parser.add_argument("--out", type=Path, default=FILE, help="file to write")
    for row in remake(parser.parse_args().out):
        print("  ".join(f"{key} {value:.4g}" for key, value in row.items()))


if __name__ == "__main__":
    main()
