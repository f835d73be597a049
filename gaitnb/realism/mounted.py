"""Where a sensor sat on a segment, found from the segment's motion and what the sensor read."""

import numpy as np

from gaitnb.errors import DataError
from gaitnb.lab.imu import G_MPS2
from gaitnb.lab.sensors import Placement, segment_index


def place(segment, motions, acc, gyr):
    """Placement that explains the readings best.

    Parameters
    ----------
    segment : str
        Segment that carries the sensor.
    motions : list of gaitnb.lab.motion.Motion
        Recordings, from markers.
    acc, gyr : list of array, shape (time, 3)
        What the sensor read in each, filtered as the markers were.

    Returns
    -------
    gaitnb.lab.sensors.Placement
        Its rotation turns the gyroscope's readings onto the angular velocities (Wahba's problem);
        its position is then the least-squares solution of ``f = f_0 + (A + W W) r``, with f_0 the
        specific force at the segment's origin, A and W the cross-product matrices of angular
        acceleration and velocity, all in the segment's frame.

    Raises
    ------
    DataError
        Where there are no recordings, or none with rotation.
    """
    if not motions:
        raise DataError(f"no recordings of {segment} to find its sensor from")
    s = segment_index(segment)
    axes = np.concatenate([m.rotation[:, s] for m in motions])
    omega, alpha, force = (
        np.einsum("tji,tj->ti", axes, np.concatenate([getattr(m, name)[:, s] for m in motions]))
        for name in ("omega", "alpha", "acceleration")
    )
    force += G_MPS2 * axes[:, 1]  # up, in the segment's frame
    read, turned = np.concatenate(acc), np.concatenate(gyr)
    u, size, vt = np.linalg.svd(omega.T @ turned)
    if not size[1] > 1e-6 * len(omega):
        raise DataError(f"{segment} turns about one axis at most; how its sensor sits is unknown")
    u[:, 2] *= np.sign(np.linalg.det(u) * np.linalg.det(vt))  # no mirror image
    rotation = u @ vt
    skew = _matrix(omega)
    lever = (_matrix(alpha) + skew @ skew).reshape(-1, 3)
    missing = (read @ rotation.T - force).reshape(-1)
    return Placement(segment, np.linalg.lstsq(lever, missing, rcond=None)[0], rotation)


def _matrix(v):
    """Matrices (time, 3, 3) whose product with r is the cross product v x r."""
    zero = np.zeros(len(v))
    rows = [[zero, -v[:, 2], v[:, 1]], [v[:, 2], zero, -v[:, 0]], [-v[:, 1], v[:, 0], zero]]
    return np.array(rows).transpose(2, 0, 1)
