"""What an ideal inertial sensor reads anywhere on the body.

An accelerometer does not feel gravity, it feels what holds it up: at rest it reads 1 g upwards.
With the segment's origin accelerating by a, and the sensor at r from it, in the lab frame

    specific force  f = a + alpha x r + omega x (omega x r) - g,

and the sensor reads ``R_s^T f`` and, as gyroscope, ``R_s^T omega``, R_s being its attitude.
"""

import numpy as np

from gaitnb.errors import ParameterError
from gaitnb.lab import artefacts, noise
from gaitnb.lab.sensors import segment_index

G_MPS2 = 9.81
_BLOCK = 4096  # samples worked on at a time, so that the vectors stay in the processor's cache


def measure(motion, places):
    """Specific force and angular velocity in the frames of the sensors, without any error.

    Parameters
    ----------
    motion : gaitnb.lab.motion.Motion
        Kinematics of the segments.
    places : dict of str to gaitnb.lab.sensors.Placement
        The sensors.

    Returns
    -------
    acc : array, shape (time, sensor, 3)
        Specific force, m/s^2: gravity included, +9.81 upwards at rest.
    gyr : array, shape (time, sensor, 3)
        Angular velocity, rad/s.

    Raises
    ------
    ParameterError
        When there is no sensor.
    """
    if not places:
        raise ParameterError("no sensor to measure with; expected at least one placement")
    n_time = len(motion.position)
    acc = np.empty((len(places), 3, n_time))  # time last: the arithmetic runs along it
    gyr = np.empty_like(acc)
    by_segment = {}
    for k, place in enumerate(places.values()):
        by_segment.setdefault(segment_index(place.segment), []).append((k, place))
    for start in range(0, n_time, _BLOCK):
        block = slice(start, start + _BLOCK)
        for s, sensors in by_segment.items():
            terms = _segment_terms(motion, s, block)
            for k, place in sensors:
                acc[k, :, block] = _weights(place) @ terms
                gyr[k, :, block] = place.rotation.T @ terms[6:9]
    return acc.transpose(2, 0, 1), gyr.transpose(2, 0, 1)


def record(
    motion, places, *, seed, device="mpu9250", errors=noise.ERRORS,
    contacts=None, peak_mps2=0.0, soft_tissue=False,
):  # fmt: skip
    """What worn sensors report: ideal readings, heel impact, soft tissue, errors of the device.

    Parameters
    ----------
    motion : gaitnb.lab.motion.Motion
        Kinematics of the segments.
    places : dict of str to gaitnb.lab.sensors.Placement
        The sensors.
    seed : int or sequence of int
        Such as ``[seed, subject_number, stream]``.
    device : str or gaitnb.lab.noise.Device
        See `gaitnb.lab.noise.report`.
    errors : sequence of str
        Some of `gaitnb.lab.noise.ERRORS`; empty for a perfect device.
    contacts : dict of str to array, optional
        Times of heel contact by side, in s, for `gaitnb.lab.artefacts.heel_strike`.
    peak_mps2 : float
        Height of the impact at the shank; 0 for none.
    soft_tissue : bool
        Whether sensors wobble on the skin, as in `gaitnb.lab.artefacts.wobble`.

    Returns
    -------
    acc, gyr : array, shape (time, sensor, 3)
        m/s^2 and rad/s.
    """
    acc, gyr = measure(motion, places)
    if contacts and peak_mps2:
        acc += artefacts.heel_strike(motion, places, contacts, peak_mps2=peak_mps2)
    if soft_tissue:
        acc = artefacts.wobble(acc, motion.fs_hz, places)
    return noise.report(acc, gyr, motion.fs_hz, list(places), seed, device=device, errors=errors)


def orientation(motion, places):
    """Attitude of the sensors: their axes as columns in the lab frame.

    Returns
    -------
    array, shape (time, sensor, 3, 3)
        ``vector_in_lab = R @ vector_in_sensor``.
    """
    turns = [motion.rotation[:, segment_index(p.segment)] @ p.rotation for p in places.values()]
    return np.stack(turns, axis=1)


def _segment_terms(motion, s, block):
    """Specific force, angular acceleration and velocity of a segment in its own frame, (15, time).

    In a frame that turns with the segment r is constant, so that the specific force at r is
    linear in twelve terms: three of f at the origin, three of alpha and six products of omega.
    """
    axes = motion.rotation[block, s].transpose(1, 2, 0)  # (component in the lab, axis, time)
    terms = np.empty((15, axes.shape[-1]))
    force = motion.acceleration[block, s].T.copy()
    force[1] += G_MPS2
    for i, vector in enumerate((force, motion.alpha[block, s].T, motion.omega[block, s].T)):
        for axis in range(3):
            terms[3 * i + axis] = (
                axes[0, axis] * vector[0] + axes[1, axis] * vector[1] + axes[2, axis] * vector[2]
            )
    x, y, z = terms[6:9]
    for i, (a, b) in enumerate(((x, x), (y, y), (z, z), (x, y), (x, z), (y, z))):
        np.multiply(a, b, out=terms[9 + i])
    return terms


def _weights(place):
    """How the 15 terms add up to the specific force at a place, in the sensor's frame: (3, 15)."""
    x, y, z = place.position_m
    weights = np.zeros((3, 15))
    weights[:, :3] = np.eye(3)
    weights[:, 3:6] = [[0, z, -y], [-z, 0, x], [y, -x, 0]]  # alpha x r
    # omega x (omega x r) = omega (omega . r) - omega^2 r; columns xx, yy, zz, xy, xz, yz
    weights[:, 9:] = [
        [0, -x, -x, y, z, 0],
        [-y, 0, -y, x, 0, z],
        [-z, -z, 0, 0, x, y],
    ]
    return place.rotation.T @ weights
