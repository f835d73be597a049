"""Attitude of a sensor from its gyroscope and accelerometer: integration, gravity, and both.

The notebook `book/foundations/06_orientation` derives every line. Attitudes are matrices whose
columns are the sensor's axes in the lab frame (x forward, y up, z right), as
`gaitnb.lab.imu.orientation` gives them. Nothing here knows the heading: without a magnetometer it
is what it was at the start, plus what the gyroscope adds up.
"""

import numpy as np
from scipy.spatial.transform import Rotation

from gaitnb.errors import ParameterError

UP = np.array([0.0, 1.0, 0.0])


def from_gravity(acc):
    """Attitude that explains a specific force as gravity alone, with heading zero.

    Parameters
    ----------
    acc : array, shape (..., 3)
        Specific force in the sensor's axes, m/s^2; not zero.

    Returns
    -------
    array, shape (..., 3, 3)
        Up as measured; the sensor's x axis lies in the lab's x-y plane, pointing forward. Where
        x points straight up or down this heading means nothing.
    """
    up = _unit(np.asarray(acc, float))
    # the lab's forward in sensor axes: the part of the sensor's own x across the vertical
    forward = _unit(np.array([1.0, 0.0, 0.0]) - up * up[..., :1])
    return np.stack([forward, up, np.cross(forward, up)], axis=-2)


def integrate(gyr, fs_hz, start):
    """Attitude from angular velocity alone: one turn a sample, about the mean of two readings.

    Parameters
    ----------
    gyr : array, shape (time, ..., 3)
        Angular velocity in the sensor's axes, rad/s.
    fs_hz : float
        Samples a second.
    start : array, shape (..., 3, 3)
        Attitude at the first sample.

    Returns
    -------
    array, shape (time, ..., 3, 3)
    """
    return _run(np.ones_like(gyr), gyr, fs_hz, start, _no_correction)


def mahony(acc, gyr, fs_hz, start, *, gain_per_s=0.3, bias_gain=0.0):
    """Complementary filter: the gyroscope, pulled towards gravity in proportion to the error.

    Parameters
    ----------
    acc, gyr : array, shape (time, ..., 3)
        Specific force (any unit, only its direction counts) and angular velocity, rad/s, in the
        sensor's axes.
    fs_hz : float
        Samples a second.
    start : array, shape (..., 3, 3)
        Attitude at the first sample.
    gain_per_s : float or array, shape (...)
        Turn towards gravity in rad/s per rad of error; errors of tilt die away with 1 / gain s.
    bias_gain : float or array, shape (...)
        How fast the gyroscope's bias is learnt from that error, 1/s^2; 0: not at all.

    Returns
    -------
    array, shape (time, ..., 3, 3)

    Raises
    ------
    ParameterError
        For shapes that do not fit, values that are not finite, negative gains or rates.

    Source
    ------
    Mahony, Hamel and Pflimlin 2008, IEEE Trans Autom Control 53:1203, the explicit complementary
    filter with one measured direction.
    """
    gain = _gain(gain_per_s, "gain_per_s")
    learn = _gain(bias_gain, "bias_gain")
    bias = np.zeros(np.broadcast_shapes(np.shape(gyr)[1:], gain.shape, learn.shape))

    def correct(error):
        nonlocal bias
        bias = bias + learn * error / fs_hz
        return gain * error, bias

    return _run(acc, gyr, fs_hz, start, correct)


def madgwick(acc, gyr, fs_hz, start, *, beta=0.02):
    """Gradient filter: the gyroscope, turned towards gravity at a constant rate.

    Parameters
    ----------
    acc, gyr, fs_hz, start
        As of `mahony`.
    beta : float or array, shape (...)
        Length of the gradient step in quaternions a second, the paper's; it turns the attitude by
        2 beta rad/s, and holds against a bias of up to that.

    Returns
    -------
    array, shape (time, ..., 3, 3)

    Source
    ------
    Madgwick, Harrison and Vaidyanathan 2011, IEEE Int Conf Rehabil Robot, the version without
    magnetometer; written as a turn instead of quaternion entries.
    """
    rate = 2 * _gain(beta, "beta")

    def correct(error):
        length = np.sqrt(np.sum(error**2, axis=-1, keepdims=True))
        return rate * error / np.maximum(length, 1e-12), 0.0

    return _run(acc, gyr, fs_hz, start, correct)


def error_deg(estimate, truth):
    """How far one attitude is from another.

    Parameters
    ----------
    estimate, truth : array, shape (..., 3, 3)

    Returns
    -------
    dict of str to array, shape (...)
        ``tilt``: angle between the two verticals; ``heading``: what is left about the vertical,
        positive to the left, -180 to 180; ``total``: angle of the whole turn. Degrees.
    """
    estimate, truth = np.asarray(estimate, float), np.asarray(truth, float)
    a, b = np.broadcast_arrays(estimate[..., 1, :], truth[..., 1, :])
    tilt = np.arctan2(np.linalg.norm(np.cross(a, b), axis=-1), np.sum(a * b, axis=-1))
    turn = estimate @ np.swapaxes(truth, -1, -2)
    heading = np.arctan2(turn[..., 0, 2] - turn[..., 2, 0], turn[..., 0, 0] + turn[..., 2, 2])
    away = np.linalg.norm(turn - np.eye(3), axis=(-2, -1))
    total = 2 * np.arcsin(np.minimum(away / np.sqrt(8), 1.0))
    degrees = {"tilt": tilt, "heading": heading, "total": total}
    return {name: np.degrees(angle) for name, angle in degrees.items()}


def _run(acc, gyr, fs_hz, start, correct):
    """Predict with the gyroscope, then turn by what `correct` makes of the error, sample by sample.

    `correct` gives the turn towards gravity in rad/s, and the bias to be taken off the gyroscope
    as an addition to it, from the error: the axis about which the sensor must be turned, times
    the sine of the angle.
    """
    acc, gyr, start = _checked(acc, gyr, fs_hz, start)
    step = 1.0 / fs_hz
    measured = _unit(acc)
    mean = (gyr[1:] + gyr[:-1]) / 2
    attitude = Rotation.from_matrix(start.reshape(-1, 3, 3)).as_quat().reshape(*start.shape[:-2], 4)
    bias, out = 0.0, [attitude]
    for k in range(1, len(gyr)):
        attitude = _times(attitude, _turn((mean[k - 1] + bias) * step))
        error = _cross(measured[k], _up_in_sensor(attitude))
        towards, bias = correct(error)
        attitude = _times(attitude, _turn(towards * step))
        attitude /= np.sqrt(np.sum(attitude**2, axis=-1, keepdims=True))
        out.append(attitude)
    out[0] = np.broadcast_to(out[0], out[-1].shape)
    path = np.stack(out)
    return Rotation.from_quat(path.reshape(-1, 4)).as_matrix().reshape(*path.shape[:-1], 3, 3)


def _no_correction(error):
    return np.zeros_like(error), 0.0


def _up_in_sensor(q):
    """The second row of the matrix of quaternions (x, y, z, w): the lab's y in sensor axes."""
    x, y, z, w = np.moveaxis(q, -1, 0)
    return np.stack([2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)], axis=-1)


def _turn(vector):
    """Quaternions (x, y, z, w) of small turns, given as axis times angle."""
    angle = np.sqrt(np.sum(vector**2, axis=-1, keepdims=True))
    return np.concatenate([np.sinc(angle / (2 * np.pi)) / 2 * vector, np.cos(angle / 2)], axis=-1)


def _times(p, q):
    """Product of quaternions: first q, in the frame that p turns."""
    x, y, z, w = np.moveaxis(p, -1, 0)
    a, b, c, d = np.moveaxis(q, -1, 0)
    return np.stack(
        [
            w * a + x * d + y * c - z * b,
            w * b - x * c + y * d + z * a,
            w * c + x * b - y * a + z * d,
            w * d - x * a - y * b - z * c,
        ],
        axis=-1,
    )


def _cross(a, b):
    """Cross product along the last axis; `numpy.cross` is slow on few vectors."""
    (a0, a1, a2), (b0, b1, b2) = np.moveaxis(a, -1, 0), np.moveaxis(b, -1, 0)
    return np.stack([a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0], axis=-1)


def _unit(vector):
    length = np.linalg.norm(vector, axis=-1, keepdims=True)
    if not (length > 0).all():
        raise ParameterError("a vector of length zero (or NaN) has no direction; found one in acc")
    return vector / length


def _gain(value, name):
    value = np.asarray(value, float)
    if not (np.isfinite(value).all() and (value >= 0).all()):
        raise ParameterError(f"{name} is {value}; expected zero or more")
    return value[..., None]


def _checked(acc, gyr, fs_hz, start):
    acc, gyr, start = (np.asarray(values, float) for values in (acc, gyr, start))
    if acc.shape != gyr.shape or gyr.ndim < 2 or gyr.shape[-1] != 3 or not len(gyr):
        raise ParameterError(f"acc {acc.shape} and gyr {gyr.shape}; expected both (time, ..., 3)")
    if start.shape[-2:] != (3, 3) or not _fits(start.shape[:-2], gyr.shape[1:-1]):
        raise ParameterError(f"start has shape {start.shape}; expected {gyr.shape[1:-1] + (3, 3)}")
    if not np.allclose(start @ np.swapaxes(start, -1, -2), np.eye(3), atol=1e-6):
        raise ParameterError("start is not a rotation matrix")
    if not (np.isfinite(fs_hz) and fs_hz > 0):
        raise ParameterError(f"fs_hz is {fs_hz}; expected more than 0")
    if not (np.isfinite(acc).all() and np.isfinite(gyr).all()):
        raise ParameterError("acc or gyr has values that are not finite; fill the gaps first")
    return acc, gyr, np.broadcast_to(start, gyr.shape[1:-1] + (3, 3))


def _fits(shape, wanted):
    try:
        return np.broadcast_shapes(shape, wanted) == wanted
    except ValueError:
        return False
