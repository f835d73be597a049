"""Is a solved stride good enough to be used? Measures of contact and balance, and their limits."""

import numpy as np

from gaitnb.lab import balance, contact, fourier, gait, transition
from gaitnb.lab.skeleton import COORDINATES, angle_range, forward

# A gait beyond one of these is not used.
LIMITS = {
    "slip_mm": 2.5,  # of a held point of the sole from its mean place
    "sink_mm": 5.0,  # of any point of the sole below the floor
    "lift_mm": 5.0,  # of a held point above the floor
    "outside_sole_mm": 5.0,  # of the centre of pressure, where the foot carries 0.05 BW and more
    "cop_shift_mm": 30.0,  # of the centre of pressure from the heel-to-toe rule
    "beyond_range_deg": 1.0,  # of a joint
    "force_rest_bw": 0.06,  # root mean square of what force templates lack
}


def measure(coefficients, goal, body):
    """Measures of one stride, named as in `LIMITS`; see there for what they mean.

    Parameters
    ----------
    coefficients : array, shape (coordinate, coefficient)
        The gait.
    goal, body
        As in `gait.evaluate`.

    Returns
    -------
    dict of float
    """
    state = gait.evaluate(coefficients[None], goal, body)
    feet = state["feet"]
    slip, sink, lift, outside = [], [], [], []
    for i, side in enumerate(gait.SIDES):
        weights = contact.contact_weights(contact.stance_time(gait.PHASE, side, goal.stance))
        wrap = goal.stride_m * (gait.PHASE < 0.5) if side == "left" else 0.0
        for name, place in state["points"][side].items():
            held = weights[name] > 0.99
            floor = np.stack([place[0] + wrap, place[2]])[:, held]
            slip.append(np.hypot(*(floor - floor.mean(1, keepdims=True))).max())
            sink.append(-place[1].min())
            lift.append(place[1][held].max())
        away = contact.outside_sole(feet["cop"][i], state["points"][side], body)
        outside.append(away[goal.template[i, 1] > 0.05].max())
    values = coefficients @ fourier.basis(gait.PHASE)
    rest = feet["rest"] / balance.weight_n(body)
    return {
        "slip_mm": 1e3 * max(slip),
        "sink_mm": 1e3 * max(0.0, *sink),
        "lift_mm": 1e3 * max(lift),
        "outside_sole_mm": 1e3 * max(outside),
        "cop_shift_mm": 1e3 * np.abs(feet["shift"]).max(),
        "beyond_range_deg": _beyond_range(values),
        "force_rest_bw": float(np.sqrt((rest**2).sum(0).mean())),
    }


def _beyond_range(q):
    """How far the worst joint is beyond its range, degrees."""
    low, high = np.array([angle_range(name) for name in COORDINATES]).T
    over = np.maximum(low[:, None] - q, q - high[:, None]).max()
    return float(np.degrees(max(over, 0.0)))


def measure_passage(knot, coefficients, course, body):
    """As `measure`, of a start, stop or turn: what `LIMITS` says, where it applies.

    Parameters
    ----------
    knot, coefficients
        Of `transition.solve`.
    course : transition.Course
    body : Body

    Returns
    -------
    dict of float
    """
    state = [coefficients @ transition.basis(course.time, knot, d) for d in range(3)]
    kinematics = forward(*state, body.offset)
    force, moment = balance.demand(kinematics, body)
    template = course.template * balance.weight_n(body)
    sole, points, cops = contact.sole(body), {}, []
    slip, sink, lift = [0.0], [0.0], [0.0]
    for i, side in enumerate(gait.SIDES):
        points[side] = contact.sole_points(kinematics, sole, side)
        cops.append(contact.cop_rule(course.stance[i], points[side], body))
        for name, at in points[side].items():
            held = course.held[side, name] > 0.99
            slip.append(np.hypot(*(at - course.place[side, name])[[0, 2]])[held].max(initial=0))
            lift.append(at[1][held].max(initial=0))
            sink.append(-at[1].min())
    feet = balance.share(force, moment, template, np.stack(cops), transition.LEND)
    outside = [
        contact.outside_sole(feet["cop"][i], points[side], body)[course.template[i, 1] > 0.05].max()
        for i, side in enumerate(gait.SIDES)
    ]
    return {
        "slip_mm": 1e3 * max(slip),
        "sink_mm": 1e3 * max(sink),
        "lift_mm": 1e3 * max(lift),
        "outside_sole_mm": 1e3 * max(outside),
        "beyond_range_deg": _beyond_range(state[0]),
    }


def problems(measured):
    """What exceeds its limit, in words; empty if nothing does. NaN counts as exceeding."""
    return ", ".join(
        f"{name} {value:.3g} (limit {LIMITS[name]:g})"
        for name, value in measured.items()
        if not value <= LIMITS[name]
    )
