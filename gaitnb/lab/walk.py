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
        # per step: the gait taken over, and what is to be added
        self.both = np.concatenate(
            [steps.coefficients[:-1], np.diff(steps.coefficients, axis=0)], axis=1
        )

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
        bases = fourier.bases(phase % 1.0)
        n = steps.coefficients.shape[1]
        number = np.clip((2 * phase).astype(int), 0, len(steps.stride_m) - 2)
        edges = np.flatnonzero(np.diff(number)) + 1
        # of the gait that a step takes over from (first half), and the change to its own
        parts = np.empty((3, 2 * n, len(phase)))
        for start, stop in zip([0, *edges], [*edges, len(phase)], strict=True):
            k, here = number[start], slice(start, stop)
            both = self.both[k]
            for d, values in enumerate(bases):
                np.matmul(both, values[:, here], out=parts[d, :, here])
        since = phase - number / 2
        s, s1, s2 = _takeover(since, self.stance)
        (q, q1, q2), (c, c1, c2) = parts[:, :n], parts[:, n:]
        q2 += s * c2 + (2 * s1) * c1 + s2 * c
        q1 += s * c1 + s1 * c
        q += s * c
        # the foot that steps on stays where it is
        i = 1 - number % 2
        stride, more = steps.stride_m[number], np.diff(steps.stride_m)[number]
        home = steps.foothold_m[number, i].T
        change = steps.foothold_m[number + 1, i].T - home
        place = self.place[number].T
        x, z = INDEX["pelvis_x"], INDEX["pelvis_z"]
        q[x] += place[0] + (stride + s * more) * since - home[0] - s * change[0]
        q1[x] += stride + s * more + s1 * (more * since - change[0])
        q2[x] += 2 * s1 * more + s2 * (more * since - change[0])
        q[z] += place[1] - home[1] - s * change[1]
        q1[z] -= s1 * change[1]
        q2[z] -= s2 * change[1]
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
