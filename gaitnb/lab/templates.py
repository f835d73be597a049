"""What healthy walking looks like at a given speed: spatio-temporal laws, force and angle curves.

Speeds are dimensionless, ``v / sqrt(g * leg length)``, so that people of different size walk
alike at the same value; the published laws are in m/s for legs of `LEG_M`.

**Sources**

Force curves: mean of 62 healthy adults, subset of Slijepcevic et al. 2021 (doi 10.1145/3474121)
of GaitRec, Horsak et al. 2020. Their change with speed: centripetal model and the slopes that
Keller et al. 1996 and Nilsson and Thorstensson 1989 report. Joint curves: OpenSim's subject of
Gait2392 and Winter 2009, table A.1. Stride time and swing against speed: Frenkel-Toledo et al.
2005 (J NeuroEng Rehabil 2:23). Knee flexion against speed: Winter 1991, Fukuchi et al. 2019
(Syst Rev 8:153).
"""

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import gaussian_filter1d
from scipy.optimize import brentq

GRAVITY = 9.81
LEG_M = 0.90
REFERENCE_MPS = 1.4  # speed of the reference curves
TAIL_BW = 0.004
SMOOTH_CYCLE = 0.01  # sd of the smoothing of force curves, in cycles

_STANCE = np.linspace(0, 1, 21)
# Body weights, every 5 % of stance: means over the affected and the unaffected foot, whose
# side was assigned at random.
_VERTICAL = np.array([
    0.076, 0.533, 0.693, 0.923, 1.055, 1.064, 1.002, 0.911, 0.832, 0.790, 0.786,
    0.817, 0.879, 0.967, 1.062, 1.120, 1.104, 0.977, 0.675, 0.245, 0.054,
])  # fmt: skip
_FORE_AFT = np.array([
    0.000, -0.084, -0.131, -0.172, -0.157, -0.123, -0.093, -0.067, -0.047, -0.032, -0.018,
    -0.002, 0.017, 0.045, 0.082, 0.126, 0.171, 0.209, 0.203, 0.089, 0.007,
])  # fmt: skip
_MEDIAL = np.array([
    -0.009, -0.040, 0.003, 0.027, 0.035, 0.039, 0.038, 0.037, 0.034, 0.029, 0.028,
    0.029, 0.031, 0.035, 0.037, 0.036, 0.034, 0.027, 0.006, -0.010, -0.003,
])  # fmt: skip


# The same ramps with one body weight between the peaks.
_ENVELOPE = _VERTICAL.copy()
_inner = (_STANCE >= 0.19) & (_STANCE <= 0.83)
_ENVELOPE[_inner] = 1.0
_vertical, _fore_aft, _medial, _envelope = (
    PchipInterpolator(_STANCE, curve) for curve in (_VERTICAL, _FORE_AFT, _MEDIAL, _ENVELOPE)
)

# Powers of speed by which the heights of the peaks and the valley, from one body weight, grow.
_GROWTH = {"peak1": 4.3, "valley": 1.7, "peak2": 1.5}


def height_bw(name, speed):
    """Change of ``peak1``, ``valley`` or ``peak2`` with a person's factor, in body weights."""
    row = {"peak1": _VERTICAL[5], "valley": _VERTICAL[10], "peak2": _VERTICAL[15]}[name]
    return abs(row - 1) * min(to_mps(speed) / REFERENCE_MPS, 1.1) ** _GROWTH[name]


def to_mps(speed):
    """Walking speed of someone with legs of `LEG_M`, in m/s, from the dimensionless speed."""
    return speed * np.sqrt(GRAVITY * LEG_M)


def stride_time(speed):
    """Dimensionless stride time, in units of ``sqrt(leg length / g)``.

    Above 1.1 m/s the published T ~ v^-0.50 through 1.06 s at 1.33 m/s. Below, its continuation is
    longer than what people who walk slowly show, so that the exponent is -0.40: 1.35 s at 0.76 m/s.
    """
    v = to_mps(speed)
    knee = 1.1
    seconds = 1.06 * (1.33 / np.maximum(v, knee)) ** 0.5 * (knee / np.minimum(v, knee)) ** 0.40
    return seconds / np.sqrt(LEG_M / GRAVITY)


def stance_target(speed):
    """Stance as part of the cycle: 0.5 / mean of the reference curve, -4.2 % for every m/s."""
    s = np.linspace(0, 1, 1001)
    return 0.5 / np.trapezoid(_vertical(s), s) - 0.042 * (to_mps(speed) - REFERENCE_MPS)


def force_template(speed, style=None, samples=1001):
    """Ground reaction force of one foot over its stance, and the stance's part of the cycle.

    Parameters
    ----------
    speed : float
        Dimensionless.
    style : dict, optional
        Factors of a person's own: ``peak1``, ``valley``, ``peak2``, ``fore_aft``, ``lateral``
        (1 is the mean person).
    samples : int
        Samples over stance.

    Returns
    -------
    stance : float
        Stance as part of the cycle: 0.5 / mean vertical force.
    force : array, shape (3, samples)
        Fore-aft, vertical, medial force in body weights.

    Notes
    -----
    Peaks and valley rise and fall about one body weight. The time that loading and unloading
    take follows from the stance duration, whose published slope is -4.2 % of the cycle per m/s.
    """
    style = style or {}
    v = to_mps(speed)
    s = np.linspace(0, 1, samples)
    grow = v / REFERENCE_MPS
    # Below body weight by the square of speed (centripetal); the peaks as published: the first
    # hardly at slow speeds, then +0.2 body weights per m/s, the second more evenly.
    # what is a person's own does not grow as fast
    gain = {
        name: grow**power + (style.get(name, 1.0) - 1) * min(grow, 1.1) ** power
        for name, power in _GROWTH.items()
    }
    target = stance_target(speed)

    def vertical(shift):
        warped = _warp(s, shift)
        ramp = _envelope(warped)
        excess = _vertical(warped) - ramp
        peak = np.where(s < 0.5, gain["peak1"], gain["peak2"])
        return ramp + np.where(excess > 0, peak, gain["valley"]) * excess

    def miss(shift):
        return 0.5 / np.trapezoid(vertical(shift), s) - target

    low, high = -0.04, 0.13
    if miss(low) * miss(high) > 0:
        shift = low if abs(miss(low)) < abs(miss(high)) else high
    else:
        shift = brentq(miss, low, high, xtol=1e-9)
    fy = vertical(shift)
    fx = _fore_aft(_warp(s, shift)) * grow * style.get("fore_aft", 1.0)
    # no net impulse in steady walking: balance braking and propulsion
    brake, push = np.trapezoid(np.minimum(fx, 0), s), np.trapezoid(np.maximum(fx, 0), s)
    mean = np.sqrt(-brake * push)
    fx = np.where(fx < 0, fx * mean / -brake, fx * mean / push)
    fz = _medial(_warp(s, shift)) * style.get("lateral", 1.0)
    return 0.5 / np.trapezoid(fy, s), np.stack([fx, fy, fz])


def _warp(s, shift):
    """Stance time that moves both peaks inwards by `shift` of stance, ends and middle fixed."""
    x = np.array([0.0, 0.23 + shift, 0.5, 0.76 - shift, 1.0])
    y = np.array([0.0, 0.23, 0.5, 0.76, 1.0])
    return PchipInterpolator(x, y)(s)


def over_cycle(stance, force, samples):
    """A stance curve placed in the cycle from contact on, smoothed by `SMOOTH_CYCLE`.

    Parameters
    ----------
    stance : float
        Part of the cycle.
    force : array, shape (3, samples over stance)
        Over stance.
    samples : int
        Samples over the cycle.

    Returns
    -------
    array, shape (3, samples)
    """
    fine = 20 * samples
    phase = np.arange(fine) / fine
    s = np.linspace(0, 1, force.shape[1])
    curve = np.array([np.interp(phase / stance, s, f, right=0.0) for f in force])
    smooth = gaussian_filter1d(curve, SMOOTH_CYCLE * fine, axis=-1, mode="wrap")
    # a foot in the air carries nothing: take the smoothing's tail away
    vertical = np.maximum(smooth[1] - TAIL_BW, 0.0)
    smooth *= vertical / np.maximum(smooth[1], TAIL_BW)
    return smooth[:, ::20]
