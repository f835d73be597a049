"""Evaluate a walk at any times: segments, ground forces, centre of pressure, piece by piece."""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

from gaitnb.lab import balance, contact, fourier, gait
from gaitnb.lab.motion import Motion
from gaitnb.lab.skeleton import COORDINATES, INDEX, forward, to_motion

CHUNK = 2048  # samples at a time: what fits the processor's cache, and bounds the memory
_FINE = 2048  # samples of a cycle in the table of force templates


@dataclass(frozen=True)
class Movement:
    """What a person did, as seen by a laboratory that knows everything.

    Attributes
    ----------
    motion : Motion
        Kinematics of the segments.
    force : array, shape (time, side, 3)
        Ground on foot, N, left first.
    cop : array, shape (time, side, 3)
        Centre of pressure, m; NaN in swing.
    free_moment : array, shape (time, side)
        About the vertical, Nm.
    coordinates : array, shape (time, coordinate)
        Place of the pelvis and joint angles, m and rad, in the order of `skeleton.COORDINATES`.
    body : Body
        Segments of the person.
    contact_s, toe_off_s : dict
        Side -> times of foot contact and toe-off, s from the first sample.
    """

    motion: Motion
    force: np.ndarray
    cop: np.ndarray
    free_moment: np.ndarray
    coordinates: np.ndarray
    body: object
    contact_s: dict
    toe_off_s: dict


class Walker:
    """Evaluates the steps of a walk; set up once, then called for any sorted times.

    Parameters
    ----------
    steps : steps.Steps
        The walk.
    """

    def __init__(self, steps):
        one = steps.gait
        self.steps, self.body, self.stance = steps, one.body, one.goal.stance
        self.phase = steps.phase_of_time
        self.rate, self.bend = self.phase.derivative(1), self.phase.derivative(2)
        self.table = _fine_template(one) * balance.weight_n(one.body)
        self.sole = contact.sole(one.body)
        self.place = _places(steps)

    def __call__(self, time):
        """Kinematics and ground forces at sorted times of one or several steps.

        Returns
        -------
        kinematics : dict
            Of `skeleton.forward`.
        feet : dict
            Of `balance.share`.
        q : array, shape (coordinate, time)
        """
        phase = self.phase(time)
        q, q1, q2 = self._along(phase, time)
        rate, bend = self.rate(time), self.bend(time)
        kinematics = forward(q, q1 * rate, q2 * rate**2 + q1 * bend, self.body.offset)
        force, moment = balance.demand(kinematics, self.body)
        cops = []
        for side in gait.SIDES:
            points = contact.sole_points(kinematics, self.sole, side)
            cops.append(
                contact.cop_rule(contact.stance_time(phase, side, self.stance), points, self.body)
            )
        feet = balance.share(force, moment, self._template(phase), np.stack(cops))
        return kinematics, feet, q

    def events(self, start_s=0.0):
        """Times of foot contact and of toe-off, counted from `start_s`: two dicts by side."""
        times = self.steps.contact_s
        # phase at which the foot that stepped down at k / 2 leaves the floor
        off = np.arange(len(times)) / 2 + self.stance
        off = off[off <= (len(times) - 1) / 2]
        leave = np.interp(off, np.arange(len(times)) / 2, times)
        for _ in range(4):
            leave = leave - (self.phase(leave) - off) / self.rate(leave)
        contact_s = {"left": times[1::2] - start_s, "right": times[0::2] - start_s}
        return contact_s, {"left": leave[1::2] - start_s, "right": leave[0::2] - start_s}

    def _template(self, phase):
        at = (phase % 1.0) * _FINE
        low = at.astype(int)
        part = at - low
        return self.table[:, :, low] * (1 - part) + self.table[:, :, low + 1] * part

    def _along(self, phase, time):
        """Coordinates and their first and second derivative by phase."""
        steps = self.steps
        bases = [fourier.basis(phase % 1.0, d) for d in range(3)]
        n = steps.coefficients.shape[1]
        q, q1, q2 = (np.empty((n, len(phase))) for _ in range(3))
        count = len(steps.contact_s) - 1
        number = np.clip(np.searchsorted(steps.contact_s, time, side="right") - 1, 0, count - 1)
        edges = np.flatnonzero(np.diff(number)) + 1
        for part in np.split(np.arange(len(phase)), edges):
            k, here = number[part[0]], slice(part[0], part[-1] + 1)
            since = phase[here] - k / 2
            s, s1, s2 = _takeover(since, self.stance)
            before, after = steps.coefficients[k], steps.coefficients[k + 1]
            both = np.concatenate([before, after - before])
            c, d = zip(*((m[:n], m[n:]) for m in (both @ b[:, here] for b in bases)), strict=True)
            q[:, here] = c[0] + s * d[0]
            q1[:, here] = c[1] + s * d[1] + s1 * d[0]
            q2[:, here] = c[2] + s * d[2] + 2 * s1 * d[1] + s2 * d[0]
            i = 1 if k % 2 == 0 else 0  # the foot that steps on
            stride, more = steps.stride_m[k], steps.stride_m[k + 1] - steps.stride_m[k]
            home = steps.foothold_m[k, i]
            change = steps.foothold_m[k + 1, i] - home
            x, z = INDEX["pelvis_x"], INDEX["pelvis_z"]
            q[x, here] += self.place[k, 0] + (stride + s * more) * since - home[0] - s * change[0]
            q1[x, here] += stride + s * more + s1 * (more * since - change[0])
            q2[x, here] += 2 * s1 * more + s2 * (more * since - change[0])
            q[z, here] += self.place[k, 1] - home[1] - s * change[1]
            q1[z, here] -= s1 * change[1]
            q2[z, here] -= s2 * change[1]
        return q, q1, q2


def _takeover(since, stance):
    """From 0 to 1 while one foot stands, with two continuous derivatives by phase."""
    start, end = stance - 0.5 + 0.01, 0.48
    width = end - start
    u = np.clip((since - start) / width, 0, 1)
    return (
        u**3 * (10 - 15 * u + 6 * u**2),
        30 * u**2 * (1 - u) ** 2 / width,
        60 * u * (1 - u) * (1 - 2 * u) / width**2,
    )


def _places(steps):
    """Place on the floor of every step's foot, x and z in m; the path begins at 0."""
    home = steps.foothold_m
    out = np.empty((len(steps.contact_s), 2))
    out[0] = home[0, 1]
    for k in range(len(out) - 1):
        i, j = (1, 0) if k % 2 == 0 else (0, 1)
        out[k + 1] = out[k] - home[k + 1, i] + home[k + 1, j]
        out[k + 1, 0] += steps.stride_m[k + 1] / 2
    return out


def _fine_template(one):
    """Force templates of both feet over a finely sampled, closed cycle, in body weights."""
    coarse = one.goal.template
    n = coarse.shape[-1]
    around = np.concatenate([coarse[..., -4:], coarse, coarse[..., :5]], axis=-1)
    curve = PchipInterpolator(np.arange(-4, n + 5) / n, around, axis=-1)
    return curve(np.arange(_FINE + 1) / _FINE)


def record(walker, fs_hz, first, count, start_s=0.0):
    """Sample a walk.

    Parameters
    ----------
    walker : Walker
        The walk.
    fs_hz : float
        Samples a second.
    first, count : int
        Number of the first sample, and how many.
    start_s : float
        Time within the walk of sample 0.

    Returns
    -------
    Movement
        Its events lie within the samples; their times count from sample 0.
    """
    whole, parts = {}, []
    for begin in range(first, first + count, CHUNK):
        samples = np.arange(begin, min(begin + CHUNK, first + count))
        parts.append((samples - first, *walker(start_s + samples / fs_hz)))
    if len(parts) == 1:
        _, whole, feet, q = parts[0]
        share = {name: feet[name] for name in ("force", "cop", "free_moment")}
    else:
        whole = {name: np.empty((*v.shape[:-1], count)) for name, v in parts[0][1].items()}
        share = {
            name: np.empty((*parts[0][2][name].shape[:-1], count))
            for name in ("force", "cop", "free_moment")
        }
        q = np.empty((len(COORDINATES), count))
        for at, kinematics, feet, coordinates in parts:
            here = slice(at[0], at[-1] + 1)
            for name, values in kinematics.items():
                whole[name][..., here] = values
            for name in share:
                share[name][..., here] = feet[name]
            q[:, here] = coordinates
    loaded = share["force"][:, 1] > 0
    cop = np.where(loaded[:, None], share["cop"], np.nan)
    last = (first + count - 1) / fs_hz
    events = [
        {side: t[(t >= first / fs_hz) & (t <= last)] for side, t in kind.items()}
        for kind in walker.events(start_s)
    ]
    return Movement(
        motion=to_motion(fs_hz, whole),
        force=share["force"].transpose(2, 0, 1),
        cop=cop.transpose(2, 0, 1),
        free_moment=share["free_moment"].T,
        coordinates=q.T,
        body=walker.body,
        contact_s=events[0],
        toe_off_s=events[1],
    )
