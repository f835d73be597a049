"""What one stride is solved for: expected forces and angles of a body at a speed, with spreads."""

from dataclasses import dataclass

import numpy as np

from gaitnb.lab import angles, fourier, templates
from gaitnb.lab.skeleton import ARMS, COORDINATES, INDEX, LEGS

SAMPLES = 64  # of a stride
GRAVITY = 9.81
_ORDER = np.repeat(np.arange(fourier.HARMONICS + 1), 2)[1:]  # harmonic of every coefficient

# Prior standard deviations at the mean and the first harmonic; they fall with the square of the
# harmonic, so that the solution is smooth. Degrees; pelvis place in m for legs of 0.9 m.
_SD_DEG = {
    "ankle_inversion": 3.0,
    "hip_rotation": 3.0,
    "toe_extension": 6.0,
    "pelvis_rotation": 2.0,
    "pelvis_list": 2.0,
    "pelvis_tilt": 2.0,
    "lumbar_extension": 2.0,
    "lumbar_bending": 2.0,
    "lumbar_rotation": 2.0,
}
_SD_LIMB_DEG = 4.0
_SD_PLACE_M = 0.03
_HARMONICS = {"leg": 8, "arm": 2, "place": fourier.HARMONICS}


@dataclass(frozen=True)
class Target:
    """What a gait is solved for.

    Attributes
    ----------
    speed_mps, stride_time_s : float
        Walking speed and stride time.
    stance : float
        Stance as part of the cycle.
    template : array, shape (2, 3, samples)
        Expected force of the left and right foot from right heel contact on, body weights; zero
        in swing.
    prior, sd : array, shape (coordinate, 1 + 2 * HARMONICS)
        Expected coefficients and their spread (m, rad); spread 0 holds a coefficient fixed.
    """

    speed_mps: float
    stride_time_s: float
    stance: float
    template: np.ndarray
    prior: np.ndarray
    sd: np.ndarray

    @property
    def stride_m(self):
        """Stride length, m."""
        return self.speed_mps * self.stride_time_s


def dimensionless(speed_mps, body):
    """Speed in units of ``sqrt(g * leg length)``."""
    return speed_mps / np.sqrt(GRAVITY * body.leg_length_m)


def target(speed_mps, body, style=None):
    """The healthy expectation for a body at a walking speed.

    Parameters
    ----------
    speed_mps : float
        Walking speed.
    body : Body
        Who walks.
    style : dict, optional
        A person's own factors and offsets, names as in `people.STYLE`.

    Returns
    -------
    Target
    """
    style = style or {}
    speed = dimensionless(speed_mps, body)
    pendulum = np.sqrt(body.leg_length_m / GRAVITY)
    stance, force = templates.force_template(speed, style)
    return Target(
        speed_mps=speed_mps,
        stride_time_s=templates.stride_time(speed) * pendulum * style.get("stride_time", 1.0),
        stance=stance,
        template=both_feet(templates.over_cycle(stance, force, SAMPLES)),
        prior=_place(angles.prior(speed, style), body),
        sd=spread(body, speed),
    )


def both_feet(medial):
    """Left and right foot's force in lab axes from one foot's fore-aft, vertical, medial force."""
    half = medial.shape[-1] // 2
    left = np.roll(medial, half, axis=-1)
    return np.stack([left, medial * np.array([1, 1, -1])[:, None]])


def _place(prior, body):
    """The pelvis' height: a little below standing, highest in single support."""
    prior = prior.copy()
    prior[INDEX["pelvis_y"], 0] = 0.98 * body.leg_length_m
    prior[INDEX["pelvis_y"], 3] = -0.02 * body.leg_length_m
    return prior


def spread(body, speed):
    """Prior standard deviations of all coefficients, rad and m: wider where little is known."""
    fast = max(1.0, templates.to_mps(speed) / templates.REFERENCE_MPS) ** 1.5
    fall = np.maximum(_ORDER, 1.0) ** -2
    sd = np.zeros((len(COORDINATES), fourier.SIZE))
    for name in COORDINATES:
        stem = name.removesuffix("_left").removesuffix("_right")
        if stem in ("pelvis_x", "pelvis_y", "pelvis_z"):
            size, kind = _SD_PLACE_M * body.leg_length_m / templates.LEG_M, "place"
        elif name in LEGS or stem in _SD_DEG:
            size, kind = fast * np.radians(_SD_DEG.get(stem, _SD_LIMB_DEG)), "leg"
        elif name in ARMS:
            size, kind = np.radians(_SD_LIMB_DEG), "arm"
        else:
            continue  # the neck follows the prior
        sd[INDEX[name]] = np.where(_HARMONICS[kind] >= _ORDER, size * fall, 0.0)
    # where the walk lies on the floor is free
    sd[INDEX["pelvis_x"], 0] = sd[INDEX["pelvis_z"], 0] = 0.0
    return sd


_ODD = {"pelvis_z", "pelvis_rotation", "pelvis_list"}
_ODD |= {f"{part}_{way}" for part in ("lumbar", "neck") for way in ("bending", "rotation")}


def unit_steps(sd, symmetric=True):
    """The unknowns of a solve, as steps of one standard deviation.

    Parameters
    ----------
    sd : array, shape (coordinate, coefficient)
        Prior spread; coefficients with 0 are fixed.
    symmetric : bool
        Left is right half a cycle later, the middle of the body likewise.

    Returns
    -------
    array, shape (parameter, coordinate * coefficient)
    """
    steps = []
    for name in COORDINATES:
        if symmetric and name.endswith("_left"):
            continue
        i = INDEX[name]
        for k in np.flatnonzero(sd[i]):
            step = np.zeros_like(sd)
            step[i, k] = sd[i, k]
            if symmetric and name.endswith("_right"):
                step[INDEX[name.replace("_right", "_left")]] = fourier.half_cycle_later(step[i])
            elif symmetric and (_ORDER[k] % 2 == 1) != (name in _ODD):
                continue
            steps.append(step.ravel())
    return np.array(steps)
