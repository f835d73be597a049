"""Strides that vary: a person's walk as steps whose length, time and shape scatter as published.

Every step k, from the contact of one foot to that of the other, has its own gait: the solved one
plus a few modes, each a solved gait of a slightly different person (longer steps, higher force
peak, more knee flexion), so that contact and balance hold in each. A step takes over from the last
while one foot stands: the standing foot keeps its place, because the pelvis' path is measured from
it, and nothing changes while both feet are down. Time varies by the rate at which the phase runs,
which moves no foot.

Sources of the spread from stride to stride: stride time 1.6 % and its long-range correlation,
Frenkel-Toledo et al. 2005 (J NeuroEng Rehabil 2:23) and Hausdorff et al. 1996 (J Appl Physiol
80:1448); stride length 1.6 %, Terrier and Schutz 2003 (Eur J Appl Physiol 90:554); vertical force
0.03 body weights, the trials of the 62 people behind the force curves; joint angles about one
degree, Winter 1984 (Hum Mov Sci 3:51).
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.interpolate import make_interp_spline

from gaitnb.lab import contact, gait, solve, templates
from gaitnb.lab.leastsquares import gauss_newton
from gaitnb.lab.target import dimensionless, target, unit_steps

# Standard deviation from step to step.
STEP_SD = {
    "stride_time": 0.016,
    "stride_length": 0.013,
    "peak1": 0.018,  # body weights
    "valley": 0.018,
    "peak2": 0.018,
    "knee_flexion_deg": 1.0,
    "ankle_dorsiflexion_deg": 0.8,
    "hip_adduction_deg": 0.5,
}
PERSISTENCE = 0.75  # exponent of the long-range correlation of stride times (detrended fluctuation)


@dataclass(frozen=True)
class Steps:
    """A walk's steps: everything that is needed to evaluate it at any time.

    Step k lasts from phase k / 2 to (k + 1) / 2, in cycles; even steps begin with the right foot's
    contact.

    Attributes
    ----------
    gait : solve.Gait
        The person's solved stride.
    begin, end : float
        Phases between which the walk is steady or varies; at both it is the solved stride.
    contact_s : array, shape (step + 1,)
        Time of every foot contact, s from `begin`.
    duration_s : float
        From `begin` to `end`.
    coefficients : array, shape (step + 1, coordinate, coefficient)
        Gait that step k takes over from (entry k) and takes on (entry k + 1).
    stride_m : array, shape (step + 1,)
        Stride length of these gaits.
    foothold_m : array, shape (step + 1, 2, 2)
        Place of the left and the right foot in these gaits, x from the pelvis' path at contact, z.
    """

    gait: object
    begin: float
    end: float
    contact_s: np.ndarray
    duration_s: float
    coefficients: np.ndarray
    stride_m: np.ndarray
    foothold_m: np.ndarray

    def phase_of_time(self):
        """Phase in cycles as a smooth function of time, at the steady rate at both ends."""
        number = np.arange(len(self.contact_s))
        inner = (number / 2 > self.begin + 1e-9) & (number / 2 < self.end - 1e-9)
        time = np.concatenate([[0.0], self.contact_s[inner], [self.duration_s]])
        phase = np.concatenate([[self.begin], number[inner] / 2, [self.end]])
        steady = [(1, 1 / self.gait.goal.stride_time_s), (2, 0.0)]
        return make_interp_spline(time, phase, k=5, bc_type=(steady, steady))


def draw(one, count, seed, variability=1.0, begin=0.0, end=None):
    """Steps of a walk.

    Parameters
    ----------
    one : solve.Gait
        The person's stride.
    count : int
        Number of steps, at least 8.
    seed : sequence of int
        Of the random numbers.
    variability : float
        Factor on the published spread; 0 repeats one stride.
    begin, end : float, optional
        Phases to begin and end at; by default the whole of the steps.

    Returns
    -------
    Steps
    """
    end = count / 2 if end is None else end
    half = one.goal.stride_time_s / 2
    rng = np.random.default_rng(seed)
    # two correlated steps make a stride
    alike = 2 ** (2 * PERSISTENCE - 1) - 1
    times = persistent_noise(rng, count, PERSISTENCE) / np.sqrt((1 + alike) / 2)
    weights = np.clip(rng.standard_normal((count + 1, len(_MODES))), -2.5, 2.5)
    for k in range(1, count + 1):  # neighbouring steps resemble each other
        weights[k] = 0.5 * weights[k - 1] + np.sqrt(0.75) * weights[k]
    # at both ends the solved stride itself, so that other movements can join
    first, last = int(2 * begin), int(np.ceil(2 * end)) - 1
    times[: first + 1] = times[last:] = 0.0
    weights[: first + 2] = weights[last:] = 0.0
    durations = half * (1 + variability * STEP_SD["stride_time"] * times)
    contact_s = np.concatenate([[0.0], np.cumsum(durations)])
    at = [contact_s[k] + (phase - k / 2) * 2 * half for k, phase in ((first, begin), (last, end))]
    if variability == 0:
        shape = (count + 1, *one.coefficients.shape)
        coefficients = np.broadcast_to(one.coefficients, shape)
        strides = np.full(count + 1, one.goal.stride_m)
        places = np.broadcast_to(footholds(one.coefficients, one), (count + 1, 2, 2))
    else:
        weights *= variability
        shapes, lengths, changes = modes(one)
        coefficients = one.coefficients + np.tensordot(weights, shapes, 1)
        strides = one.goal.stride_m + weights @ lengths
        places = footholds(one.coefficients, one) + np.tensordot(weights, changes, 1)
    return Steps(one, begin, end, contact_s - at[0], at[1] - at[0], coefficients, strides, places)


_MODES = [name for name in STEP_SD if name != "stride_time"]


def modes(one):
    """How a gait changes by one standard deviation of every mode.

    Returns
    -------
    coefficients : array, shape (mode, coordinate, coefficient)
    stride_m : array, shape (mode,)
    foothold_m : array, shape (mode, 2, 2)
    """
    body, goal = one.body, one.goal
    steps = unit_steps(goal.sd, symmetric=one.symmetric)
    sides = ("right",) if one.symmetric else gait.SIDES
    jac = None
    shapes, lengths, places = [], [], []
    home = footholds(one.coefficients, one)
    for name in _MODES:
        other = _shifted(one, name)

        def residual(parameters, other=other):
            return solve.residual_of(parameters, steps, other, body, sides)

        if jac is None:  # one for all modes, which are small changes
            jac = solve.near_jacobian(one, residual)
        parameters, _ = gauss_newton(one.parameters, residual, jac, steps=4, tolerance=1e-3)
        new = other.prior + (parameters @ steps).reshape(goal.prior.shape)
        shapes.append(new - one.coefficients)
        lengths.append(other.stride_m - goal.stride_m)
        places.append(footholds(new, one, other) - home)
    return np.array(shapes), np.array(lengths), np.array(places)


def _shifted(one, mode):
    """Target of a gait that is one standard deviation away."""
    goal, size = one.goal, STEP_SD[mode]
    if mode == "stride_length":
        return replace(goal, speed_mps=goal.speed_mps * (1 + size))
    style = dict(one.style)
    base = style.get(mode, 0.0 if mode.endswith("_deg") else 1.0)
    if mode in ("peak1", "valley", "peak2"):  # a style's factor that changes force by so much
        size /= templates.height_bw(mode, dimensionless(goal.speed_mps, one.body))
    before = target(goal.speed_mps, one.body, style)
    after = target(goal.speed_mps, one.body, style | {mode: base + size})
    return replace(
        goal,
        template=goal.template + after.template - before.template,
        prior=goal.prior + after.prior - before.prior,
    )


def footholds(coefficients, one, goal=None):
    """Where each foot stands: x from the pelvis' path at the foot's contact, and z, m.

    Parameters
    ----------
    coefficients : array, shape (coordinate, coefficient)
        A gait of the same person.
    one : solve.Gait
        The person's stride.
    goal : Target, optional
        Speed and time of `coefficients`, if not those of `one`.

    Returns
    -------
    array, shape (2, 2)
        Left and right foot; x, z.
    """
    goal = goal or one.goal
    points = gait.evaluate(coefficients[None], goal, one.body)["points"]
    out = []
    for side in gait.SIDES:
        weights = contact.contact_weights(contact.stance_time(gait.PHASE, side, goal.stance))
        left = side == "left"
        wrap = goal.stride_m * ((gait.PHASE < 0.5) - 0.5) if left else 0.0
        w, place = weights["ball_medial"], points[side]["ball_medial"]
        out.append([(place[0] + wrap) @ w / w.sum(), place[2] @ w / w.sum()])
    return np.array(out)


def persistent_noise(rng, n, exponent):
    """Standard normal noise whose fluctuations grow as a power of the number of steps.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of random numbers.
    n : int
        Length.
    exponent : float
        0.5 is white noise, 1 is pink.

    Returns
    -------
    array, shape (n,)
    """
    size = max(8 * n, 4096)  # slower fluctuations than the walk is long
    frequency = np.fft.rfftfreq(size)[1:]
    power = frequency ** (0.5 - exponent)
    spectrum = power * (rng.standard_normal(len(power)) + 1j * rng.standard_normal(len(power)))
    noise = np.fft.irfft(np.concatenate([[0.0], spectrum]), size)
    return noise[:n] / np.sqrt((2 * power[:-1] ** 2).sum() * 2 + power[-1] ** 2) * size
