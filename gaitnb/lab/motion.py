"""What every part of the virtual lab exchanges: the kinematics of the body's segments."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Motion:
    """Kinematics of the segments in the lab frame (x forward, y up, z right), SI units.

    Segments come in the order of `gaitnb.lab.segments.SEGMENTS`. Derivatives are analytical, so
    that no sensor has to difference positions.

    Attributes
    ----------
    fs_hz : float
        Samples a second.
    rotation : array, shape (time, segment, 3, 3)
        Axes of the segments as columns: ``lab = rotation @ local``. In quiet standing all are
        the identity.
    position, velocity, acceleration : array, shape (time, segment, 3)
        Of the segment's origin, its proximal joint, in m, m/s, m/s^2.
    omega, alpha : array, shape (time, segment, 3)
        Angular velocity and acceleration in the lab frame, rad/s, rad/s^2.
    """

    fs_hz: float
    rotation: np.ndarray
    position: np.ndarray
    velocity: np.ndarray
    acceleration: np.ndarray
    omega: np.ndarray
    alpha: np.ndarray

    @property
    def time(self):
        """Time of the samples, in s from the first."""
        return np.arange(self.position.shape[0]) / self.fs_hz
