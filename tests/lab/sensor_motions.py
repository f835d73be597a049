"""Rigid motions written down as formulas, for tests of sensors that must not depend on the gait."""

import numpy as np

from gaitnb.lab.motion import Motion
from gaitnb.lab.segments import SEGMENTS


def turn(axis, angle):
    """Rotation matrices about a lab axis (0, 1, 2), (time, 3, 3)."""
    angle = np.asarray(angle, float)
    j, k = (axis + 1) % 3, (axis + 2) % 3
    out = np.zeros((*angle.shape, 3, 3))
    out[..., axis, axis] = 1
    out[..., j, j] = out[..., k, k] = np.cos(angle)
    out[..., k, j], out[..., j, k] = np.sin(angle), -np.sin(angle)
    return out


def motion(fs_hz, rotation, position, velocity, acceleration, omega, alpha):
    """One motion given to all segments; every argument has time first."""
    n = len(SEGMENTS)

    def everywhere(values):
        return np.repeat(np.asarray(values, float)[:, None], n, axis=1)

    return Motion(
        float(fs_hz), everywhere(rotation), everywhere(position), everywhere(velocity),
        everywhere(acceleration), everywhere(omega), everywhere(alpha),
    )  # fmt: skip


def still(fs_hz, n_time, rotation=None):
    """Nothing moves."""
    zero = np.zeros((n_time, 3))
    attitude = np.broadcast_to(np.eye(3) if rotation is None else rotation, (n_time, 3, 3))
    return motion(fs_hz, attitude, zero, zero, zero, zero, zero)


def about_z(fs_hz, angle, rate, rate_of_rate):
    """A body that turns about the lab's z through its fixed origin."""
    zero = np.zeros((len(angle), 3))
    along = np.array([0.0, 0, 1])
    return motion(
        fs_hz, turn(2, angle), zero, zero, zero,
        np.outer(rate, along), np.outer(rate_of_rate, along),
    )  # fmt: skip


def tumbling(fs_hz, seconds, rng):
    """A body that turns about all axes and moves along all of them, with exact derivatives."""
    t = np.arange(int(seconds * fs_hz)) / fs_hz

    def wave(size):
        w, phase = rng.uniform(2, 9, 3), rng.uniform(0, 2 * np.pi, 3)
        arg = np.outer(t, w) + phase
        return size * np.sin(arg), size * w * np.cos(arg), -size * w**2 * np.sin(arg)

    (a, b, c), (a1, b1, c1), (a2, b2, c2) = (x.T for x in wave(0.8))
    x0, x1, x2 = wave(0.3)
    rz, ry, rx = turn(2, a), turn(1, b), turn(0, c)
    e_z = np.broadcast_to([0.0, 0, 1], (len(t), 3))
    e_y = (rz @ [0.0, 1, 0]).reshape(-1, 3)
    e_x = (rz @ ry @ [1.0, 0, 0]).reshape(-1, 3)
    w_z = a1[:, None] * e_z
    w_zy = w_z + b1[:, None] * e_y
    omega = w_zy + c1[:, None] * e_x
    alpha = (
        a2[:, None] * e_z
        + b2[:, None] * e_y
        + b1[:, None] * np.cross(w_z, e_y)
        + c2[:, None] * e_x
        + c1[:, None] * np.cross(w_zy, e_x)
    )
    return motion(fs_hz, rz @ ry @ rx, x0, x1, x2, omega, alpha)
