"""Random smooth periodic movements of the whole tree, differentiated without the lab's own code.

Joint angles are short Fourier series; rotations are products of elementary matrices; every
derivative is a spectral one of positions and rotation matrices, so that velocities and
accelerations of segments are not computed by the recursion under test.
"""

import numpy as np

from gaitnb.lab.motion import Motion
from gaitnb.lab.segments import PARENT, SEGMENTS

# Sequence of axes at every joint: flexion, adduction, rotation.
ORDER = (2, 0, 1)


def elementary(axis, angle):
    """Rotation matrices about a coordinate axis, shape (time, 3, 3)."""
    out = np.zeros((len(angle), 3, 3))
    i, j, k = axis, (axis + 1) % 3, (axis + 2) % 3
    out[:, i, i] = 1
    out[:, j, j] = out[:, k, k] = np.cos(angle)
    out[:, k, j] = np.sin(angle)
    out[:, j, k] = -np.sin(angle)
    return out


def derivative(x, period):
    """Spectral derivative along the first axis of samples of a period."""
    n = len(x)
    k = np.fft.fftfreq(n, 1 / n) * 2j * np.pi / period
    k[n // 2] = 0
    return np.fft.ifft(np.fft.fft(x, axis=0) * k.reshape(-1, *[1] * (x.ndim - 1)), axis=0).real


def angles(rng, n=256, spread=0.5, harmonics=2):
    """Random joint angles, shape (time, segment, 3), in rad in the sequence of `ORDER`."""
    phase = 2 * np.pi * np.arange(n) / n
    out = np.zeros((n, len(SEGMENTS), 3))
    for k in range(harmonics + 1):
        a, b = rng.normal(0, spread / (k + 1) ** 2, (2, len(SEGMENTS), 3))
        out += np.cos(k * phase)[:, None, None] * a + np.sin(k * phase)[:, None, None] * b
    return out


def movement(q, offset, period, root=None):
    """Motion of the tree from joint angles (time, segment, 3) and the pelvis' path (time, 3)."""
    n = len(q)
    rotation = np.empty((n, len(SEGMENTS), 3, 3))
    position = np.empty((n, len(SEGMENTS), 3))
    for s, p in enumerate(PARENT):
        rotation[:, s] = np.eye(3) if p < 0 else rotation[:, p]
        for i, axis in enumerate(ORDER):
            rotation[:, s] = rotation[:, s] @ elementary(axis, q[:, s, i])
        if p < 0:
            position[:, s] = np.array([0, 1.0, 0]) if root is None else root
        else:
            position[:, s] = position[:, p] + rotation[:, p] @ offset[s]
    return from_poses(rotation, position, period)


def from_poses(rotation, position, period):
    """Motion from periodic rotation matrices and positions, differentiated spectrally."""
    n = len(position)
    velocity = derivative(position, period)
    omega = spin(derivative(rotation, period), rotation)
    return Motion(
        fs_hz=n / period,
        rotation=rotation,
        position=position,
        velocity=velocity,
        acceleration=derivative(velocity, period),
        omega=omega,
        alpha=derivative(omega, period),
    )


def spin(rate, rotation):
    """Angular velocity in the lab from the rate of a rotation matrix."""
    w = rate @ np.swapaxes(rotation, -1, -2)
    return np.stack([w[..., 2, 1], w[..., 0, 2], w[..., 1, 0]], axis=-1)


def path(rng, n=256, spread=0.1, harmonics=2):
    """Random periodic path of the pelvis about 1 m above the floor, shape (time, 3)."""
    phase = 2 * np.pi * np.arange(n) / n
    out = np.tile([0.0, 1.0, 0.0], (n, 1))
    for k in range(1, harmonics + 1):
        a, b = rng.normal(0, spread / k**2, (2, 3))
        out += np.cos(k * phase)[:, None] * a + np.sin(k * phase)[:, None] * b
    return out


def still(body, n=8, fs_hz=100.0):
    """Quiet standing: all frames aligned with the lab."""
    position = np.zeros((len(SEGMENTS), 3))
    for s, p in enumerate(PARENT):
        position[s] = body.offset[s] + (0 if p < 0 else position[p])
    zero = np.zeros((n, len(SEGMENTS), 3))
    return Motion(
        fs_hz=fs_hz,
        rotation=np.broadcast_to(np.eye(3), (n, len(SEGMENTS), 3, 3)).copy(),
        position=np.broadcast_to(position, zero.shape).copy(),
        velocity=zero,
        acceleration=zero.copy(),
        omega=zero.copy(),
        alpha=zero.copy(),
    )
