"""Expected joint angles of healthy walking at a given speed: the prior of the gait solve.

The sagittal curves of the leg are the mean of two published people (OpenSim's subject of the
Gait2392 model, 1.2 m/s on a treadmill, and Winter 2009, table A.1, 1.42 m/s overground), each
every 5 % of the cycle from right heel contact; the others come from the former. Trends with speed
are those of Winter 1991 and Fukuchi et al. 2019 (Syst Rev 8:153): hip range grows with stride
length, knee flexion in stance and push-off at the ankle with speed.
"""

import numpy as np
from scipy.interpolate import CubicSpline

from gaitnb.lab import fourier
from gaitnb.lab.skeleton import COORDINATES, INDEX
from gaitnb.lab.templates import REFERENCE_MPS, stance_target, stride_time, to_mps


def _curve(text):
    values = np.array(text.split(), float)
    drift = values[-1] - values[0]  # the cycle closes
    return values - drift * (np.linspace(0, 1, len(values)) - 0.5)


# OpenSim's subject; angles in degrees, flexion positive at every joint.
_TILT = _curve(
    "4.0 3.8 4.5 4.8 5.4 5.6 5.5 5.7 5.0 4.8 4.9 4.4 5.5 6.1 6.7 6.5 6.3 5.6 5.0 4.8 4.8"
)
_LIST = _curve(
    "2.6 2.2 1.1 -1.5 -3.0 -2.0 -0.9 -1.2 -2.7 -4.2 -4.4 -4.1 -2.9 -0.6 0.1 -0.8 -1.6 -1.3 0.3 2.1 2.2"
)
_ROTATION = _curve(
    "1.5 2.9 3.7 3.9 3.5 2.6 0.8 0.0 -1.0 -2.4 -3.6 -4.6 -4.6 -4.2 -3.6 -1.6 0.2 0.6 0.4 0.7 1.8"
)
_HIP = _curve(
    "19.1 21.7 20.3 16.1 9.4 2.5 -3.0 -8.5 -13.1 -17.7 -21.1 -21.1 -17.1 -7.0 2.7 11.2 17.3 20.5 "
    "20.2 18.5 19.2"
)
_ADDUCTION = _curve(
    "-5.0 -4.8 -3.7 0.0 3.1 3.3 2.6 3.3 4.8 5.7 4.8 3.3 0.6 -5.4 -8.2 -6.6 -4.8 -4.8 -4.6 -4.4 -4.0"
)
_HIP_ROTATION = _curve(
    "-8.1 -9.1 -9.5 -10.4 -10.1 -8.8 -6.9 -6.2 -4.5 -2.0 -0.4 0.8 -1.2 -6.5 -7.4 -8.1 -9.3 -11.8 "
    "-13.6 -8.9 -6.7"
)
_KNEE = _curve(
    "1.6 13.4 22.1 23.4 20.1 15.1 11.5 8.6 6.1 5.3 7.6 15.5 32.6 53.7 67.0 69.5 61.4 44.2 20.6 1.5 2.0"
)
_ANKLE = _curve(
    "2.2 -1.0 0.1 3.5 6.0 7.1 8.3 9.6 11.0 12.9 14.5 14.5 7.7 -6.6 -4.2 1.7 3.2 3.6 2.2 2.3 2.2"
)
_BENDING = _curve(
    "-2.9 -1.1 1.5 4.6 5.7 4.0 2.1 1.9 3.0 3.7 2.7 0.8 -1.8 -4.3 -4.4 -2.4 -0.7 -0.5 -1.8 -3.0 -2.1"
)
_TRUNK_ROTATION = _curve(
    "-6.2 -6.8 -6.9 -5.1 -2.7 -0.7 1.1 2.2 3.3 4.4 4.4 4.2 2.9 0.9 -1.3 -4.2 -5.9 -6.2 -6.3 -7.6 -8.6"
)
# Winter's subject; the ankle relative to its mean.
_THIGH_W = _curve(
    "19.6 18.5 17.6 14.0 7.9 2.5 -2.2 -7.1 -12.0 -15.5 -16.9 -15.0 -8.9 0.8 11.5 19.7 24.2 25.7 "
    "24.0 21.5 20.6"
)
_KNEE_W = _curve(
    "-0.6 6.2 13.8 16.2 13.4 10.6 8.4 6.3 5.1 7.4 14.8 27.6 44.6 59.8 66.5 62.1 49.1 30.5 10.3 -1.9 -0.8"
)
_ANKLE_W = _curve(
    "2.5 -3.8 -3.1 1.6 4.9 7.0 8.3 9.8 10.0 9.5 5.3 -4.7 -15.8 -15.7 -8.4 -2.4 0.9 1.9 3.2 4.6 1.2"
)


# coordinates that share a factor of a person's style
_FACTOR = dict.fromkeys(("pelvis_rotation", "pelvis_list", "pelvis_tilt"), "pelvis_trunk")
_FACTOR |= dict.fromkeys(("lumbar_bending", "lumbar_rotation"), "pelvis_trunk")
_FACTOR |= dict.fromkeys(("shoulder_flexion", "elbow_flexion"), "arm_swing")


def reference_deg():
    """Curves of the two people behind the prior, to compare a solved gait with.

    Returns
    -------
    dict
        ``opensim`` and ``winter``: joint -> array of 20 samples, every 5 % of the cycle from heel
        contact, in degrees. The hip is the thigh's angle to a pelvis that is upright on average;
        Winter's ankle has the mean of the other subject.
    """
    ankle_mean = _ANKLE[:-1].mean()
    return {
        "opensim": {
            "hip_flexion": (_HIP + _TILT)[:-1] - (_TILT[:-1] - _TILT[:-1].mean()),
            "knee_flexion": _KNEE[:-1],
            "ankle_dorsiflexion": _ANKLE[:-1],
            "hip_adduction": _ADDUCTION[:-1],
        },
        "winter": {
            "hip_flexion": _THIGH_W[:-1],
            "knee_flexion": _KNEE_W[:-1],
            "ankle_dorsiflexion": _ANKLE_W[:-1] - _ANKLE_W[:-1].mean() + ankle_mean,
        },
    }


def prior(speed, style=None):
    """Expected coefficients of every coordinate but the pelvis' place, which contact decides.

    Parameters
    ----------
    speed : float
        Dimensionless.
    style : dict, optional
        A person's own factors and offsets, names as in `people.STYLE`.

    Returns
    -------
    array, shape (coordinate, 1 + 2 * HARMONICS)
        In rad; rows of the pelvis' place are zero. Symmetric: left is right, half a cycle later.
    """
    style = style or {}
    v = to_mps(speed)
    grow = v / REFERENCE_MPS
    stride = stride_time(speed) * speed
    reach = stride / _REFERENCE_STRIDE * style.get("stride_time", 1.0)
    ref = reference_deg()
    phase = np.arange(64) / 64
    both = {
        joint: (_sample(ref["opensim"][joint]) + _sample(ref["winter"][joint])) / 2
        for joint in ("hip_flexion", "knee_flexion", "ankle_dorsiflexion")
    }
    hip = both["hip_flexion"]
    hip = hip.mean() * (0.5 + 0.5 * grow) + (hip - hip.mean()) * reach
    knee = both["knee_flexion"]
    stance = _window(phase, 0.0, 0.38)
    swing = _window(phase, 0.48, 0.95)
    knee = knee * (1 + stance * 0.75 * (grow - 1) + swing * 0.35 * np.minimum(grow - 1, 0.0))
    ankle = both["ankle_dorsiflexion"]
    push = _window(phase, 0.52, 0.78)
    mean = ankle.mean()
    ankle = mean + (ankle - mean) * (1 + push * 0.5 * (grow - 1)) - 1.5 * (grow - 1)
    zero = np.zeros(64)
    small = np.clip(grow, 0.3, 1.4)
    curves = {
        "hip_flexion": hip,
        "knee_flexion": knee,
        "ankle_dorsiflexion": ankle,
        "hip_adduction": _sample(_ADDUCTION),
        "hip_rotation": 0.5 * _sample(_HIP_ROTATION - _HIP_ROTATION.mean()) - 4.0,
        "ankle_inversion": zero,
        # the toes bend while the heel is up: largest just before they leave the floor
        "toe_extension": 28 * np.exp(-0.5 * ((phase - 0.575) / 0.055) ** 2),
        "pelvis_rotation": _odd(_ROTATION) * small,
        "pelvis_list": _odd(_LIST) * (0.4 + 0.6 * small),
        "pelvis_tilt": _even(_TILT - _TILT.mean()) * small,
        "lumbar_extension": zero - 2.0 * grow,
        "lumbar_bending": _odd(_BENDING) * (0.4 + 0.6 * small),
        "lumbar_rotation": _odd(_TRUNK_ROTATION) * small,
    }
    # the head is held level and straight ahead: it takes back most of what the trunk does
    curves["neck_extension"] = -0.6 * (curves["pelvis_tilt"] + curves["lumbar_extension"])
    curves["neck_bending"] = -0.7 * (curves["pelvis_list"] + curves["lumbar_bending"])
    curves["neck_rotation"] = -0.7 * (curves["pelvis_rotation"] + curves["lumbar_rotation"])
    # arms swing against the legs (right arm forward at left heel contact), more when faster
    curves["shoulder_flexion"] = 0.0 - 14.0 * small * np.cos(2 * np.pi * (phase - 0.02))
    curves["shoulder_adduction"] = zero - 6.0
    curves["elbow_flexion"] = 22.0 + 7.0 * small * (1 - np.cos(2 * np.pi * (phase - 0.05)))
    for name in curves:
        curve, factor = curves[name], style.get(_FACTOR.get(name, name), 1.0)
        curves[name] = (
            curve.mean() + factor * (curve - curve.mean()) + style.get(f"{name}_deg", 0.0)
        )
    shift = stance_target(speed) - stance_target(_REFERENCE_SPEED)
    out = np.zeros((len(COORDINATES), fourier.SIZE))
    for name in COORDINATES[3:]:
        stem = name.removesuffix("_left").removesuffix("_right")
        leg = stem in ("hip_flexion", "knee_flexion", "ankle_dorsiflexion", "toe_extension")
        curve = _retime(curves[stem], shift) if leg else curves[stem]
        harmonics = 2 if stem.startswith(("shoulder", "elbow")) else 6
        row = fourier.fit(np.radians(curve), harmonics)
        out[INDEX[name]] = fourier.half_cycle_later(row) if name.endswith("_left") else row
    return out


def _sample(curve, n=64):
    """A closed curve given every 5 % of the cycle, at `n` even phases."""
    values = curve if len(curve) == 20 else curve[:-1]
    knots = np.arange(21) / 20
    spline = CubicSpline(knots, np.append(values, values[0]), bc_type="periodic")
    return spline(np.arange(n) / n)


def _odd(curve):
    """The part that changes sign half a cycle later: what a symmetric gait has left and right."""
    curve = _sample(curve)
    return (curve - np.roll(curve, 32)) / 2


def _even(curve):
    curve = _sample(curve)
    return (curve + np.roll(curve, 32)) / 2


def _window(phase, start, end):
    """A smooth bump that is one inside an interval of the cycle."""
    x = np.clip((phase - start) / (end - start), 0, 1)
    return np.clip(np.sin(np.pi * x) * 1.6, 0, 1)


def _retime(curve, shift):
    """Move toe-off by `shift` of the cycle; heel contact stays."""
    n = len(curve)
    phase = np.arange(n) / n
    old = np.interp(phase, [0, 0.60 + shift, 1], [0, 0.60, 1])
    spline = CubicSpline(np.arange(n + 1) / n, np.append(curve, curve[0]), bc_type="periodic")
    return spline(old)


_REFERENCE_SPEED = REFERENCE_MPS / to_mps(1.0)
_REFERENCE_STRIDE = stride_time(_REFERENCE_SPEED) * _REFERENCE_SPEED
