"""One stride of walking as a least-squares problem: the motion that coefficients mean, and residuals.

All kinematics are solved together: sole points neither slip nor sink, the ground's force lies
near the force template, the moment balance closes with little shift of the centre of pressure,
and joint angles lie near their prior. See `solve` for the iteration.
"""

import numpy as np

from gaitnb.lab import balance, contact, fourier
from gaitnb.lab.skeleton import COORDINATES, INDEX, angle_range, forward
from gaitnb.lab.target import SAMPLES

SIDES = ("left", "right")
PHASE = np.arange(SAMPLES) / SAMPLES

# Standard deviations that weigh the residuals; the samples of a stride count as `INDEPENDENT`.
INDEPENDENT = 8
SD = {
    "force_bw": np.array([0.010, 0.020, 0.008]),
    "cop_m": 0.006,
    "twist_nm_per_kg": 0.05,
    "height_m": 0.001,
    "slip_m": 0.0008,
    "range_rad": np.radians(1.0),
    "sink_m": 0.002,
}


def states(coefficients, goal, phase=None):
    """Coordinates and derivatives over a stride.

    Parameters
    ----------
    coefficients : array, shape (batch, coordinate, coefficient)
        One or many gaits.
    goal : Target
        Speed and stride time.
    phase : array, shape (time,), optional
        In cycles; by default `SAMPLES` over one cycle.

    Returns
    -------
    q, qd, qdd : array, shape (coordinate, batch * time)
    """
    phase = PHASE if phase is None else phase
    out = []
    for d in range(3):
        values = coefficients @ fourier.basis(phase, d) / goal.stride_time_s**d
        if d < 2:
            travel = goal.speed_mps * goal.stride_time_s * phase if d == 0 else goal.speed_mps
            values[:, INDEX["pelvis_x"]] += travel
        out.append(values.transpose(1, 0, 2).reshape(len(COORDINATES), -1))
    return out


def evaluate(coefficients, goal, body):
    """Kinematics, ground forces and sole points of one or many gaits over one stride.

    Returns
    -------
    dict
        ``kinematics`` of `skeleton.forward`, ``points`` (side -> points of the sole), ``feet`` of
        `balance.share`; time is batch times `SAMPLES`.
    """
    batch = len(coefficients)
    kinematics = forward(*states(coefficients, goal), body.offset)
    force, moment = balance.demand(kinematics, body)
    sole = contact.sole(body)
    points, cops = {}, []
    for side in SIDES:
        stance = contact.stance_time(PHASE, side, goal.stance)
        points[side] = contact.sole_points(kinematics, sole, side)
        cops.append(contact.cop_rule(np.tile(stance, batch), points[side], body))
    template = np.tile(goal.template, (1, 1, batch)) * balance.weight_n(body)
    feet = balance.share(force, moment, template, np.stack(cops))
    return {"kinematics": kinematics, "points": points, "feet": feet, "force": force}


def residuals(coefficients, goal, body, sides=("right",)):
    """Weighted residuals of the physics and of contact.

    Parameters
    ----------
    coefficients : array, shape (batch, coordinate, coefficient)
        One or many gaits.
    goal : Target
        What is solved for.
    body : Body
        Who walks.
    sides : sequence of str
        Feet whose contact counts; one is enough in a symmetric gait.

    Returns
    -------
    array, shape (batch, residual)
    """
    batch = len(coefficients)
    state = evaluate(coefficients, goal, body)
    feet = state["feet"]
    parts = [
        feet["rest"] / balance.weight_n(body) / SD["force_bw"][:, None],
        feet["shift"] / SD["cop_m"],
        feet["twist"][None] / (SD["twist_nm_per_kg"] * body.mass.sum()),
    ]
    for side in sides:
        stance = contact.stance_time(PHASE, side, goal.stance)
        weights = contact.contact_weights(stance)
        swing = np.clip((stance - 1) / (1 / goal.stance - 1), 0, 1)
        lift = contact.CLEARANCE_M * np.sin(np.pi * swing) ** 2
        wrap = goal.stride_m * (PHASE < 0.5) if side == "left" else 0.0
        for name, place in state["points"][side].items():
            place = place.reshape(3, batch, SAMPLES)
            w = weights[name]
            # held to the floor while in contact, above it otherwise
            parts.append((w * place[1] / SD["height_m"])[None])
            parts.append((np.minimum(place[1] - lift, 0) * (1 - w) / SD["sink_m"])[None])
            for axis in (0, 2):
                along = place[axis] + (wrap if axis == 0 else 0.0)
                mean = (along @ w / w.sum())[:, None]
                parts.append((w * (along - mean) / SD["slip_m"])[None])
        i = SIDES.index(side)
        outside = contact.outside_sole(feet["cop"][i], state["points"][side], body)
        loaded = np.tile(goal.template[i, 1] > 0.05, batch)
        parts.append((loaded * outside / SD["cop_m"])[None])
    flat = np.concatenate([p.reshape(-1, batch, SAMPLES) for p in parts])
    values = coefficients @ fourier.basis(PHASE)
    low, high = np.array([angle_range(name) for name in COORDINATES]).T
    over = np.minimum(values - low[:, None], 0) + np.maximum(values - high[:, None], 0)
    flat = np.concatenate([flat, over.transpose(1, 0, 2) / SD["range_rad"]])
    return flat.transpose(1, 0, 2).reshape(batch, -1) * np.sqrt(INDEPENDENT / SAMPLES)
