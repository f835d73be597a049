"""Steps that do not repeat: starting, stopping, turning, as one least-squares problem in time.

The same physics and contact as in `gait`, for a stretch of time between two known states. Unknown
are the coefficients of quintic splines of all coordinates; footprints and the times of contact are
given. Every sample's residuals depend on coordinates, velocities and accelerations of that sample
alone, so that the Jacobian comes from one small derivative per sample and the spline's basis.
"""

from dataclasses import dataclass

import numpy as np
import scipy.linalg
from scipy.interpolate import BSpline

from gaitnb.lab import balance, contact
from gaitnb.lab.gait import SD, SIDES
from gaitnb.lab.skeleton import COORDINATES, angle_range, forward

DEGREE = 5
KNOT_S = 0.07
SAMPLE_S = 1 / 60
# Residuals' standard deviations where they are not those of `gait`: nobody measured what forces a
# turn needs, so they are only kept moderate; the centre of pressure has to stay inside the sole.
FORCE_BW = np.array([0.10, 0.12, 0.06])
COP_M = 0.012
SINK_M = 0.001
ACCELERATION = (2.0, 40.0)  # m/s^2 and rad/s^2 beyond those of the expected coordinates
LEND = 1.0  # see `balance.share`
_STEP = 1e-5


@dataclass(frozen=True)
class Course:
    """What is known beforehand about a stretch of time, at its samples.

    Attributes
    ----------
    time : array, shape (time,)
        From 0, s.
    reference : array, shape (coordinate, time)
        Expected coordinates, m and rad.
    sd : array, shape (coordinate,)
        How far the coordinates may be from them.
    held : dict
        (side, point of the sole) -> how firmly it is held, shape (time,).
    place : dict
        (side, point) -> its place while held, shape (3, time).
    lift : array, shape (side, time)
        Least height of the sole in swing, m.
    template : array, shape (side, 3, time)
        Expected forces, body weights.
    stance : array, shape (side, time)
        Time since contact as part of stance, for the centre of pressure.
    begin, end : array, shape (3, coordinate)
        Coordinates and two derivatives that the stretch joins.
    """

    time: np.ndarray
    reference: np.ndarray
    sd: np.ndarray
    held: dict
    place: dict
    lift: np.ndarray
    template: np.ndarray
    stance: np.ndarray
    begin: np.ndarray
    end: np.ndarray


def knots(duration_s):
    """Knots of a clamped quintic spline over a stretch of time."""
    inner = np.linspace(0, duration_s, max(8, round(duration_s / KNOT_S)) + 1)
    return np.concatenate([[0.0] * DEGREE, inner, [duration_s] * DEGREE])


def basis(time, knot, derivative):
    """Values of all basis splines or of their derivatives, shape (basis, time)."""
    count = len(knot) - DEGREE - 1
    spline = BSpline(knot, np.eye(count), DEGREE)
    return (spline.derivative(derivative) if derivative else spline)(time).T


def residuals(q, qd, qdd, course, body):
    """Weighted residuals of every sample.

    Parameters
    ----------
    q, qd, qdd : array, shape (coordinate, batch * time)
        States, batches of the course's samples.
    course : Course
    body : Body

    Returns
    -------
    array, shape (residual, batch * time)
    """
    batch = q.shape[1] // len(course.time)

    def tile(x):
        return np.tile(x, (1,) * (np.ndim(x) - 1) + (batch,))

    kinematics = forward(q, qd, qdd, body.offset)
    force, moment = balance.demand(kinematics, body)
    sole, weight = contact.sole(body), balance.weight_n(body)
    parts, cops, points = [], [], {}
    for i, side in enumerate(SIDES):
        points[side] = contact.sole_points(kinematics, sole, side)
        cops.append(contact.cop_rule(tile(course.stance[i]), points[side], body))
        lift = tile(course.lift[i])
        for name, at in points[side].items():
            w, place = tile(course.held[side, name]), tile(course.place[side, name])
            parts.append(w * (at[1] - place[1]) / SD["height_m"])
            parts.append((1 - w) * np.minimum(at[1] - lift, 0) / SINK_M)
            parts.append(w * (at[0] - place[0]) / SD["slip_m"])
            parts.append(w * (at[2] - place[2]) / SD["slip_m"])
    feet = balance.share(force, moment, tile(course.template) * weight, np.stack(cops), LEND)
    for i, side in enumerate(SIDES):
        loaded = tile(course.template[i, 1]) > 0.05
        outside = contact.outside_sole(feet["cop"][i], points[side], body)
        parts.append(loaded * outside / (0.3 * SD["cop_m"]))
    parts += list(feet["rest"] / weight / FORCE_BW[:, None])
    parts += list(feet["shift"] / COP_M)
    parts.append(feet["twist"] / (2 * SD["twist_nm_per_kg"] * body.mass.sum()))
    low, high = np.array([angle_range(name) for name in COORDINATES]).T
    over = np.minimum(q - low[:, None], 0) + np.maximum(q - high[:, None], 0)
    away = (q - tile(course.reference)) / course.sd[:, None]
    return np.concatenate([np.array(parts), over[6:] / SD["range_rad"], away])


def solve(course, body, guess=None, iterations=30, tolerance=2e-3):
    """Coefficients of the splines that fit the course best.

    Parameters
    ----------
    course : Course
    body : Body
    guess : array, shape (coordinate, time), optional
        Where to start; by default the expected coordinates.
    iterations : int
        At most.
    tolerance : float
        Relative fall of the cost at which the iteration ends.

    Returns
    -------
    knot : array
    coefficients : array, shape (coordinate, basis)
    cost : float
        Half the sum of squares, per second.
    """
    knot = knots(course.time[-1])
    bases = np.array([basis(course.time, knot, d) for d in range(3)])
    count, n = len(COORDINATES), bases.shape[1]
    expected = _fit(course, course.reference, knot, bases[0]) @ bases[2]
    coefficients = _fit(course, course.reference if guess is None else guess, knot, bases[0])
    free = slice(3, n - 3)  # the ends are known
    scale = course.sd[:, None]
    samples = len(course.time)
    spans = _spans(bases[0])

    def at(c):
        return _all(c @ bases, expected, course, body)

    now = at(coefficients)
    cost, damping = 0.5 * (now**2).sum(), 1e-2
    for _ in range(iterations):
        local = _local_jacobian(coefficients @ bases, expected, course, body, scale)
        normal = np.zeros((n, count, n, count))
        gradient = np.zeros((n, count))
        for first, here in spans:
            active = slice(first, first + DEGREE + 1)
            # (residual, sample, coordinate, basis)
            jac = np.einsum("drsc,dbs->rsbc", local[:, :, here], bases[:, active, here])
            jac = jac.reshape(-1, (DEGREE + 1) * count)
            block = (jac.T @ jac).reshape(DEGREE + 1, count, DEGREE + 1, count)
            normal[active, :, active, :] += block
            gradient[active] += (jac.T @ now[:, here].reshape(-1)).reshape(DEGREE + 1, count)
        size = (n - 6) * count
        a = normal[free][:, :, free].reshape(size, size)
        g = gradient[free].reshape(size)
        while damping < 1e6:
            factor = scipy.linalg.cho_factor(a + np.diag(damping * np.diag(a) + 1e-9))
            step = -scipy.linalg.cho_solve(factor, g).reshape(n - 6, count).T * scale
            trial = coefficients.copy()
            trial[:, free] += step
            new = at(trial)
            new_cost = 0.5 * (new**2).sum()
            if new_cost < cost:
                break
            damping *= 5
        else:
            break
        fall, coefficients, now = (cost - new_cost) / cost, trial, new
        cost, damping = new_cost, max(damping / 5, 1e-7)
        if fall < tolerance:
            break
    return knot, coefficients, cost / samples


def _all(state, expected, course, body):
    """Residuals, and the accelerations beyond the expected ones."""
    extra = state[2] - np.tile(expected, state.shape[2] // expected.shape[1])
    size = np.where(np.arange(len(COORDINATES)) < 3, *ACCELERATION)
    return np.concatenate([residuals(*state, course, body), extra / size[:, None]])


def _local_jacobian(state, expected, course, body, scale):
    """Derivatives of every sample's residuals by its coordinates, velocities, accelerations.

    Returns
    -------
    array, shape (derivative, residual, time, coordinate)
        In units of `scale`.
    """
    count, samples = state.shape[1:]
    base = _all(state, expected, course, body)
    out = np.empty((3, len(base), samples, count))
    for d in range(3):
        step = _STEP * (1.0, 10.0, 100.0)[d]
        for block in np.array_split(np.arange(count), 4):
            moved = np.repeat(state[:, :, None], len(block), axis=2)
            moved[d, block, np.arange(len(block))] += step * scale[block]
            flat = moved.reshape(3, count, -1)
            values = _all(flat, expected, course, body).reshape(len(base), len(block), samples)
            out[d][:, :, block] = (values - base[:, None]).transpose(0, 2, 1) / step
    return out


def _spans(values):
    """Samples that share their active basis splines: (first active, slice of samples)."""
    first = np.array([np.flatnonzero(np.abs(column) > 0)[0] for column in values.T])
    first = np.minimum(first, values.shape[0] - DEGREE - 1)
    edges = np.concatenate([[0], np.flatnonzero(np.diff(first)) + 1, [len(first)]])
    return [(first[a], slice(a, b)) for a, b in zip(edges[:-1], edges[1:], strict=True)]


def _fit(course, coordinates, knot, values):
    """Spline through coordinates at the samples, with the given states at both ends."""
    n = values.shape[0]
    out = np.zeros((len(COORDINATES), n))
    for state, when, fixed in (
        (course.begin, 0.0, slice(0, 3)),
        (course.end, course.time[-1], slice(n - 3, n)),
    ):
        ends = np.array([basis(np.array([when]), knot, d)[fixed, 0] for d in range(3)])
        out[:, fixed] = np.linalg.solve(ends, state).T
    free = slice(3, n - 3)
    rest = coordinates - out @ values
    out[:, free] = np.linalg.lstsq(values[free].T, rest.T, rcond=None)[0].T
    return out


class Passage:
    """A solved stretch of time, to be evaluated at any times.

    Parameters
    ----------
    knot, coefficients
        Of `solve`.
    schedule : object
        With ``feet(time) -> template (side, 3, time) in body weights, stance (side, time)`` and
        ``events()``.
    body : Body
    """

    lend = LEND

    def __init__(self, knot, coefficients, schedule, body):
        self.duration_s, self.schedule, self.body = knot[-1], schedule, body
        spline = BSpline(knot, coefficients.T, DEGREE)
        self.splines = (spline, spline.derivative(1), spline.derivative(2))

    def states(self, time):
        """Coordinates and their derivatives, expected forces and stance of both feet."""
        q = [spline(time).T for spline in self.splines]
        template, stance = self.schedule.feet(time)
        return (*q, template * balance.weight_n(self.body), stance)

    def events(self):
        """Times of foot contacts and toe-offs by side."""
        return self.schedule.events()
