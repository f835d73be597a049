"""Steady walking as a piece of a movement: states of all coordinates at any times of its steps."""

import numpy as np
from scipy.interpolate import PchipInterpolator

from gaitnb.lab import balance, contact, fourier, gait
from gaitnb.lab.skeleton import INDEX

_FINE = 2048  # samples of a cycle in the table of force templates


class Walk:
    """Evaluates the steps of a walk; set up once, then called for any sorted times.

    Parameters
    ----------
    steps : steps.Steps
        The walk.
    """

    lend = 0.0  # the feet share the load as force plates have seen it

    def __init__(self, steps):
        one = steps.gait
        self.steps, self.body, self.stance = steps, one.body, one.goal.stance
        self.duration_s = steps.duration_s
        self.phase = steps.phase_of_time()
        self.rate, self.bend = self.phase.derivative(1), self.phase.derivative(2)
        self.table = _fine_template(one) * balance.weight_n(one.body)
        self.place = _places(steps)

    def states(self, time):
        """State of all coordinates, expected forces, stance.

        Parameters
        ----------
        time : array, shape (time,)
            Sorted, s from the beginning.

        Returns
        -------
        q, qd, qdd : array, shape (coordinate, time)
        template : array, shape (side, 3, time)
            N.
        stance : array, shape (side, time)
            Time since contact as part of stance.
        """
        phase = self.phase(time)
        q, q1, q2 = self._along(phase)
        rate, bend = self.rate(time), self.bend(time)
        qd = q1 * rate
        q2 *= rate * rate
        q2 += q1 * bend
        stance = np.stack([contact.stance_time(phase, side, self.stance) for side in gait.SIDES])
        return q, qd, q2, self._template(phase), stance

    def events(self):
        """Times of foot contact and of toe-off: two dicts by side."""
        times, steps = self.steps.contact_s, self.steps
        number = np.arange(len(times))
        # phase at which the foot that stepped down at k / 2 leaves the floor
        off = number / 2 + self.stance
        leave = np.interp(off, number / 2, times, right=np.inf)
        inside = (off > steps.begin) & (off < steps.end)
        for _ in range(4):
            at = leave[inside]
            leave[inside] = at - (self.phase(at) - off[inside]) / self.rate(at)
        on = (number / 2 >= steps.begin) & (number / 2 <= steps.end)
        sides = {"left": number % 2 == 1, "right": number % 2 == 0}
        return (
            {side: times[mine & on] for side, mine in sides.items()},
            {side: leave[mine & inside] for side, mine in sides.items()},
        )

    def _template(self, phase):
        at = (phase % 1.0) * _FINE
        low = at.astype(int)
        part = at - low
        return self.table[:, :, low] * (1 - part) + self.table[:, :, low + 1] * part

    def _along(self, phase):
        """Coordinates and their first and second derivative by phase."""
        steps = self.steps
        bases = [fourier.basis(phase % 1.0, d) for d in range(3)]
        n = steps.coefficients.shape[1]
        q, q1, q2 = (np.empty((n, len(phase))) for _ in range(3))
        number = np.clip((2 * phase).astype(int), 0, len(steps.stride_m) - 2)
        edges = np.flatnonzero(np.diff(number)) + 1
        for start, stop in zip([0, *edges], [*edges, len(phase)], strict=True):
            k, here = number[start], slice(start, stop)
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
