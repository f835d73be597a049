"""Quiet standing: the pose, and sway about it like an inverted pendulum on ankles and hips."""

import numpy as np

from gaitnb.lab import balance
from gaitnb.lab.skeleton import COORDINATES, INDEX

LEAN_RAD = np.radians(2.5)  # the centre of mass lies before the ankles (Winter 1995)
STANCE_TIME = 0.30  # part of stance whose contact and centre of pressure are those of standing
# Sway of the centre of pressure, root mean square, m: Prieto et al. 1996 (IEEE Trans Biomed Eng
# 43:956), healthy adults with open eyes, about 4 mm fore-aft and 2.5 mm sideways.
SWAY_M = (0.004, 0.0025)
_FREQUENCIES_HZ = np.array([0.07, 0.13, 0.21, 0.33, 0.47, 0.71])
_EASE_S = 1.0  # sway fades in and out over this time


def pose(body, lean=LEAN_RAD, side=0.0):
    """Coordinates of standing with flat feet below the hips.

    Parameters
    ----------
    body : Body
        Who stands.
    lean, side : float or array, shape (time,)
        Angle of the legs from the vertical, forward and to the right, rad.

    Returns
    -------
    array, shape (coordinate,) or (coordinate, time)
        The feet's ankles are at x = 0.
    """
    lean, side = np.broadcast_arrays(np.asarray(lean, float), np.asarray(side, float))
    q = np.zeros((len(COORDINATES), *lean.shape))
    leg = body.leg_length_m - body.ankle_height_m
    q[INDEX["pelvis_x"]] = leg * np.cos(side) * np.sin(lean)
    q[INDEX["pelvis_y"]] = body.ankle_height_m + leg * np.cos(side) * np.cos(lean)
    q[INDEX["pelvis_z"]] = leg * np.sin(side)
    q[INDEX["pelvis_tilt"]] = -lean
    q[INDEX["lumbar_extension"]] = lean
    for name, out in (("right", 1.0), ("left", -1.0)):
        q[INDEX[f"hip_adduction_{name}"]] = out * side
        q[INDEX[f"ankle_inversion_{name}"]] = -out * side
        q[INDEX[f"ankle_dorsiflexion_{name}"]] = lean
        q[INDEX[f"shoulder_adduction_{name}"]] = np.radians(-6.0)
        q[INDEX[f"elbow_flexion_{name}"]] = np.radians(15.0)
    return q


class Stander:
    """Standing for a time, with sway that begins and ends at rest.

    Parameters
    ----------
    body : Body
        Who stands.
    duration_s : float
        How long.
    seed : sequence of int
        Of the sway.
    sway : float
        Factor on the published sway; 0 is a statue.
    """

    lend = 1.0

    def __init__(self, body, duration_s, seed, sway=1.0):
        self.body, self.duration_s = body, duration_s
        rng = np.random.default_rng(seed)
        count = len(_FREQUENCIES_HZ)
        # slow components are the large ones; the angle that moves the pendulum so far
        size = _FREQUENCIES_HZ**-0.5 * rng.rayleigh(1.0, (2, count))
        size /= np.sqrt(0.5 * (size**2).sum(axis=1, keepdims=True))
        pendulum = 0.55 * body.leg_length_m / 0.53  # height of the centre of mass
        self.size = sway * size * np.array(SWAY_M)[:, None] / pendulum
        self.turn = rng.uniform(0, 2 * np.pi, (2, count))

    def states(self, time):
        """Coordinates and their derivatives, expected forces and stance of both feet."""
        step = 1e-3
        # the pose is a smooth function of two angles: differences of it are exact to rounding
        q = [pose(self.body, *self._angles(time + k * step)) for k in (-2, -1, 0, 1, 2)]
        qd = (q[0] - 8 * q[1] + 8 * q[3] - q[4]) / (12 * step)
        qdd = (-q[0] + 16 * q[1] - 30 * q[2] + 16 * q[3] - q[4]) / (12 * step**2)
        template = np.zeros((2, 3, len(time)))
        template[:, 1] = 0.5 * balance.weight_n(self.body)
        return q[2], qd, qdd, template, np.full((2, len(time)), STANCE_TIME)

    def _angles(self, time):
        angle = 2 * np.pi * _FREQUENCIES_HZ[:, None] * time
        sway = [
            (size[:, None] * np.sin(angle + turn[:, None])).sum(0)
            for size, turn in zip(self.size, self.turn, strict=True)
        ]
        u = np.clip(np.minimum(time, self.duration_s - time) / _EASE_S, 0, 1)
        ease = u**3 * (10 - 15 * u + 6 * u**2)
        return LEAN_RAD + ease * sway[0], ease * sway[1]

    def events(self):
        """No foot is lifted."""
        return {"left": np.zeros(0), "right": np.zeros(0)}, {
            "left": np.zeros(0),
            "right": np.zeros(0),
        }
