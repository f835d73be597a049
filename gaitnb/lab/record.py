"""Put pieces of movement one after the other and record them as a laboratory would.

A piece knows the coordinates of the body at any of its times and what forces are expected; the
ground's forces follow from Newton's and Euler's laws. Pieces join where both have the same state up
to a place and heading on the floor.
"""

from dataclasses import dataclass

import numpy as np

from gaitnb.errors import LabError
from gaitnb.lab import adapt, balance, contact, gait
from gaitnb.lab.motion import Motion
from gaitnb.lab.segments import SEGMENTS
from gaitnb.lab.skeleton import COORDINATES, INDEX, along, cross, forward, to_motion

CHUNK = 2000  # samples at a time: few enough for the cache, and to bound the memory
_XZ = [INDEX["pelvis_x"], INDEX["pelvis_z"]]
_HEADING = INDEX["pelvis_rotation"]


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
    hand_force, hand_point : array, shape (time, side, 3), or None
        What is carried, on the hand: force in N, and where it acts, m.
    """

    motion: Motion
    force: np.ndarray
    cop: np.ndarray
    free_moment: np.ndarray
    coordinates: np.ndarray
    body: object
    contact_s: dict
    toe_off_s: dict
    hand_force: np.ndarray | None = None
    hand_point: np.ndarray | None = None


class Sequence:
    """Pieces of movement of one person, each taking over where the last ends.

    Parameters
    ----------
    pieces : list
        Objects with ``duration_s``, ``states(time)``, ``events()``, ``lend`` and ``body``, such as
        `walk.Walk`, `stand.Stander`, `transition.Passage`.
    own_body : Body, optional
        The body without what it carries, if that of the pieces is with it.
    load_kg : array, shape (2,)
        What it carries in the left and the right hand.

    Raises
    ------
    LabError
        If two pieces do not fit together.
    """

    def __init__(self, pieces, own_body=None, load_kg=(0.0, 0.0)):
        self.pieces, self.body = pieces, pieces[0].body
        self.own_body, self.load_kg = own_body or self.body, np.asarray(load_kg)
        self.start_s = np.concatenate([[0.0], np.cumsum([p.duration_s for p in pieces])])
        self.duration_s = float(self.start_s[-1])
        self.sole = contact.sole(self.body)
        self.floor = [(0.0, np.zeros(2))]  # heading and place of every piece's own floor
        for one, other in zip(pieces[:-1], pieces[1:], strict=True):
            self.floor.append(self._join(one, other, *self.floor[-1]))

    def _join(self, one, other, heading, place):
        last = [x[:, 0] for x in one.states(np.array([one.duration_s]))[:3]]
        first = [x[:, 0] for x in other.states(np.array([0.0]))[:3]]
        turn = last[0][_HEADING] - first[0][_HEADING]
        moved = [_turned(x, turn if d == 0 else 0.0, turn) for d, x in enumerate(first)]
        away = last[0][_XZ] - moved[0][_XZ]
        for d, (a, b) in enumerate(zip(last, moved, strict=True)):
            gap = a - b
            if d == 0:
                gap[_XZ] = 0.0
            # m or rad, per s and s^2; what the splines and Fourier series leave
            if np.abs(gap).max() > (1e-6, 1e-4, 1e-2)[d]:
                name = COORDINATES[int(np.abs(gap).argmax())]
                raise LabError(
                    f"{type(one).__name__} and {type(other).__name__} do not fit: {name} differs "
                    f"by {np.abs(gap).max():.2g} in derivative {d}"
                )
        return heading + turn, place + _rotate(away, heading)

    def states(self, time):
        """As those of a piece, for sorted times that may span several, and ``lend``."""
        number = np.searchsorted(self.start_s[1:-1], time, side="right")
        edges = np.flatnonzero(np.diff(number)) + 1
        parts = []
        for start, stop in zip([0, *edges], [*edges, len(time)], strict=True):
            i = number[start]
            heading, place = self.floor[i]
            local = time[start:stop] - self.start_s[i]
            q, qd, qdd, template, stance = self.pieces[i].states(local)
            if i > 0:
                q, qd, qdd = (
                    _turned(q, heading, heading),
                    _turned(qd, 0, heading),
                    _turned(qdd, 0, heading),
                )
                q[_XZ] += place[:, None]
                x, z = _rotate(template[:, [0, 2]].transpose(1, 0, 2), heading)
                template = np.stack([x, template[:, 1], z], axis=1)
            lend = np.full(stop - start, self.pieces[i].lend)
            parts.append((q, qd, qdd, template, stance, lend))
        if len(parts) == 1:
            return parts[0]
        return tuple(np.concatenate(x, axis=-1) for x in zip(*parts, strict=True))

    def __call__(self, time):
        """Kinematics, ground forces and coordinates at sorted times.

        Returns
        -------
        kinematics : dict
            Of `skeleton.forward`.
        feet : dict
            Of `balance.share`.
        q : array, shape (coordinate, time)
        """
        q, qd, qdd, template, stance, lend = self.states(time)
        kinematics = forward(q, qd, qdd, self.body.offset)
        force, moment = balance.demand(kinematics, self.body)
        cops = []
        for i, side in enumerate(gait.SIDES):
            points = contact.sole_points(kinematics, self.sole, side)
            cops.append(contact.cop_rule(stance[i], points, self.body))
        return kinematics, balance.share(force, moment, template, np.stack(cops), lend), q

    def events(self):
        """Times of foot contact and of toe-off from the beginning: two dicts by side."""
        out = [{side: [] for side in gait.SIDES} for _ in range(2)]
        for piece, start in zip(self.pieces, self.start_s[:-1], strict=True):
            for kind, times in zip(out, piece.events(), strict=True):
                for side in gait.SIDES:
                    t = times[side]
                    kind[side].append(t[(t >= 0) & (t <= piece.duration_s)] + start)
        return [{side: np.concatenate(t) for side, t in kind.items()} for kind in out]


def _turned(state, add, heading):
    """A state on a floor that is turned by `heading`; `add` goes to the body's own heading."""
    out = np.array(state)
    out[_XZ] = _rotate(out[_XZ], heading)
    out[_HEADING] += add
    return out


def _rotate(xz, heading):
    """Turn x and z about the vertical, positive to the left."""
    cos, sin = np.cos(heading), np.sin(heading)
    return np.stack([cos * xz[0] + sin * xz[1], cos * xz[1] - sin * xz[0]])


def record(sequence, fs_hz, first, count, start_s=0.0):
    """Sample a movement.

    Parameters
    ----------
    sequence : Sequence
        The movement.
    fs_hz : float
        Samples a second.
    first, count : int
        Number of the first sample, and how many.
    start_s : float
        Time within the movement of sample 0.

    Returns
    -------
    Movement
        Its events lie within the samples; their times count from sample 0.
    """
    whole, parts = {}, []
    for begin in range(first, first + count, CHUNK):
        samples = np.arange(begin, min(begin + CHUNK, first + count))
        parts.append((samples - first, *sequence(start_s + samples / fs_hz)))
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
        for kind in _since(sequence.events(), start_s)
    ]
    hand_force = hand_point = None
    if sequence.load_kg.any():
        hand_force, hand_point = _hands(whole, sequence.own_body, sequence.load_kg)
    return Movement(
        motion=to_motion(fs_hz, whole),
        force=share["force"].transpose(2, 0, 1),
        cop=cop.transpose(2, 0, 1),
        free_moment=share["free_moment"].T,
        coordinates=q.T,
        body=sequence.own_body,
        hand_force=hand_force,
        hand_point=hand_point,
        contact_s=events[0],
        toe_off_s=events[1],
    )


def _hands(kinematics, body, load_kg):
    """Force of the loads on the hands, weight and inertia, and where they are held."""
    force, point = [], []
    for side, kg in zip(gait.SIDES, load_kg, strict=True):
        s = SEGMENTS.index(f"forearm_{side}")
        arm = along(kinematics["axes"][s], adapt.grip(body, side))
        omega = kinematics["omega"][s]
        acceleration = kinematics["acceleration"][s] + cross(kinematics["alpha"][s], arm)
        acceleration += cross(omega, cross(omega, arm))
        force.append(kg * (balance.GRAVITY[:, None] - acceleration).T)
        point.append((kinematics["position"][s] + arm).T)
    return np.stack(force, axis=1), np.stack(point, axis=1)


def _since(events, start_s):
    return [{side: t - start_s for side, t in kind.items()} for kind in events]
