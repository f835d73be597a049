"""One stride of level walking as a least-squares problem: unknown coefficients, and residuals.

All kinematics are solved together: sole points neither slip nor sink, the ground's force lies
near the force template, the moment balance closes with little shift of the centre of pressure,
and joint angles lie near their prior. See `solve` for the iteration.
"""

from dataclasses import dataclass

import numpy as np

from gaitnb.lab import angles, balance, contact, fourier, templates
from gaitnb.lab.skeleton import ARMS, COORDINATES, INDEX, LEGS, angle_range, forward

SAMPLES = 64
SIDES = ("left", "right")

# Standard deviations that weigh the residuals.
SD = {
    "force_bw": np.array([0.010, 0.020, 0.008]),
    "cop_m": 0.006,
    "twist_nm_per_kg": 0.05,
    "height_m": 0.001,
    "slip_m": 0.0008,
    "range_rad": np.radians(1.0),
    "sink_m": 0.002,
}


@dataclass(frozen=True)
class Target:
    """What a gait is solved for.

    Attributes
    ----------
    speed_mps, stride_time_s : float
        Walking speed and stride time.
    stance : float
        Stance as part of the cycle.
    template : array, shape (2, 3, SAMPLES)
        Expected force of the left and right foot, body weights.
    prior, sd : array, shape (coordinate, 1 + 2 * HARMONICS)
        Expected coefficients and their spread (m, rad); spread 0 holds a coefficient fixed.
    """

    speed_mps: float
    stride_time_s: float
    stance: float
    template: np.ndarray
    prior: np.ndarray
    sd: np.ndarray


def weight_n(body):
    """Body weight, N."""
    return 9.81 * body.mass.sum()


def target(speed_mps, body, style=None):
    """The healthy expectation for a body at a walking speed."""
    leg = body.leg_length_m
    speed = speed_mps / np.sqrt(9.81 * leg)
    time = templates.stride_time(speed) * np.sqrt(leg / 9.81)
    stance, force = templates.force_template(speed, style)
    right = templates.over_cycle(stance, force, SAMPLES)
    left = np.roll(right, SAMPLES // 2, axis=-1) * np.array([1, 1, -1])[:, None]
    right = right * np.array([1, 1, 1])[:, None]
    # medial is to the left (-z) for the right foot
    right, left = right * np.array([1, 1, -1])[:, None], left * np.array([1, 1, -1])[:, None]
    prior = angles.prior(speed)
    return Target(
        speed_mps=speed_mps,
        stride_time_s=time,
        stance=stance,
        template=np.stack([left, right]),
        prior=_place(prior, body),
        sd=_spread(body),
    )


def _place(prior, body):
    prior = prior.copy()
    prior[INDEX["pelvis_y"], 0] = body.leg_length_m - 0.02 * body.leg_length_m
    prior[INDEX["pelvis_y"], 3] = -0.018 * body.leg_length_m / 0.9
    return prior


def _spread(body):
    """Prior standard deviations: 4 degrees, falling with the square of the harmonic."""
    order = np.repeat(np.arange(fourier.HARMONICS + 1), 2)[1:].astype(float)
    fall = np.maximum(order, 1.0) ** -2
    sd = np.zeros((len(COORDINATES), fourier.SIZE))
    eight = order <= 8
    for name in LEGS:
        scale = 4.0
        if name.startswith(("ankle_inversion", "hip_rotation")):
            scale = 3.0
        if name.startswith("toe"):
            scale = 6.0
        sd[INDEX[name]] = np.where(eight, np.radians(scale) * fall, 0)
    for name in ("pelvis_rotation", "pelvis_list", "pelvis_tilt"):
        sd[INDEX[name]] = np.where(eight, np.radians(2.0) * fall, 0)
    for name in ("lumbar_extension", "lumbar_bending", "lumbar_rotation"):
        sd[INDEX[name]] = np.where(eight, np.radians(2.0) * fall, 0)
    for name in ARMS:
        sd[INDEX[name]] = np.where(order <= 2, np.radians(4.0) * fall, 0)
    size = body.leg_length_m / 0.9
    sd[INDEX["pelvis_x"]] = 0.03 * size * fall
    sd[INDEX["pelvis_y"]] = 0.03 * size * fall
    sd[INDEX["pelvis_z"]] = 0.03 * size * fall
    sd[INDEX["pelvis_x"], 0] = sd[INDEX["pelvis_z"], 0] = 0.0
    return sd


def symmetric_basis(sd):
    """Unit steps of a symmetric gait: left is right half a cycle later.

    Parameters
    ----------
    sd : array, shape (coordinate, coefficient)
        Prior spread; coefficients with 0 are fixed.

    Returns
    -------
    array, shape (parameter, coordinate * coefficient)
        Steps of one standard deviation.
    """
    order = np.repeat(np.arange(fourier.HARMONICS + 1), 2)[1:]
    odd = {"pelvis_z", "pelvis_rotation", "pelvis_list"}
    odd |= {f"{part}_{way}" for part in ("lumbar", "neck") for way in ("bending", "rotation")}
    steps = []
    for name in COORDINATES:
        if name.endswith("_left"):
            continue
        i = INDEX[name]
        for k in np.flatnonzero(sd[i]):
            paired = name.endswith("_right")
            if not paired and (order[k] % 2 == 1) != (name in odd):
                continue
            step = np.zeros_like(sd)
            step[i, k] = sd[i, k]
            if paired:
                step[INDEX[name.replace("_right", "_left")]] = fourier.half_cycle_later(step[i])
            steps.append(step.ravel())
    return np.array(steps)


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
    phase = np.arange(SAMPLES) / SAMPLES if phase is None else phase
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
    phase = np.arange(SAMPLES) / SAMPLES
    sole = contact.sole(body)
    points, cops = {}, []
    for side in SIDES:
        stance = stance_time(phase, side, goal.stance)
        points[side] = contact.sole_points(kinematics, sole, side)
        cops.append(contact.cop_rule(np.tile(stance, batch), points[side], body))
    template = np.tile(goal.template, (1, 1, batch)) * weight_n(body)
    feet = balance.share(force, moment, template, np.stack(cops))
    return {"kinematics": kinematics, "points": points, "feet": feet, "force": force}


def stance_time(phase, side, stance):
    """Time since the last contact as part of stance; near the next contact slightly negative."""
    since = (phase - (0.5 if side == "left" else 0.0)) % 1.0
    since = np.where(since > 0.97, since - 1.0, since)
    return since / stance


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
    scale = 1 / np.sqrt(SAMPLES)
    parts = [
        feet["rest"] / weight_n(body) / SD["force_bw"][:, None],
        feet["shift"] / SD["cop_m"],
        feet["twist"][None] / (SD["twist_nm_per_kg"] * body.mass.sum()),
    ]
    phase = np.arange(SAMPLES) / SAMPLES
    stride_m = goal.speed_mps * goal.stride_time_s
    for side in sides:
        stance = stance_time(phase, side, goal.stance)
        weights = contact.contact_weights(stance)
        swing = np.clip((stance - 1) / (1 / goal.stance - 1), 0, 1)
        lift = contact.CLEARANCE_M * np.sin(np.pi * swing) ** 2
        wrap = stride_m * (phase < 0.5) if side == "left" else 0.0
        for name, place in state["points"][side].items():
            place = place.reshape(3, batch, SAMPLES)
            w = weights[name]
            parts.append((w * place[1] / SD["height_m"])[None])
            parts.append((np.minimum(place[1] - lift, 0) * (1 - w) / SD["sink_m"])[None])
            for axis in (0, 2):
                along = place[axis] + (wrap if axis == 0 else 0.0)
                mean = (along @ w / w.sum())[:, None]
                parts.append((w * (along - mean) / SD["slip_m"])[None])
    flat = np.concatenate([p.reshape(-1, batch, SAMPLES) for p in parts])
    values = coefficients @ fourier.basis(phase)
    low, high = np.array([angle_range(name) for name in COORDINATES]).T
    over = np.minimum(values - low[:, None], 0) + np.maximum(values - high[:, None], 0)
    flat = np.concatenate([flat, over.transpose(1, 0, 2) / SD["range_rad"]])
    return flat.transpose(1, 0, 2).reshape(batch, -1) * scale * np.sqrt(8)
