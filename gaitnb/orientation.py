"""Attitude of a sensor from its gyroscope and accelerometer: integration, gravity, and both.

The notebook `book/foundations/06_orientation` derives every line. Attitudes are matrices whose
columns are the sensor's axes in the lab frame (x forward, y up, z right), as
`gaitnb.lab.imu.orientation` gives them. Nothing here knows the heading: without a magnetometer it
is what it was at the start, plus what the gyroscope adds up.
"""

import numpy as np
from scipy.spatial.transform import Rotation

from gaitnb.errors import ParameterError

_EYE = np.eye(3)


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
    _, gyr, start = _checked(np.ones_like(gyr), gyr, fs_hz, start)
    path = [start]
    for turn in _turns((gyr[1:] + gyr[:-1]) / 2 / fs_hz):
        path.append(path[-1] @ turn)
    return np.stack(path)


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
        return gain * error + bias

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
        return rate * error / np.maximum(length, 1e-12)

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

    The error is the axis about which the sensor must be turned to bring the vertical that it
    should see onto the one measured, times the sine of the angle; `correct` answers with a rate
    of turn in rad/s.
    """
    acc, gyr, start = _checked(acc, gyr, fs_hz, start)
    turns = _turns((gyr[1:] + gyr[:-1]) / 2 / fs_hz)
    measured = _skew(_unit(acc))
    path = [start]
    for k, turn in enumerate(turns, 1):
        attitude = path[-1] @ turn
        seen = attitude[..., 1, :, None]  # the lab's y in sensor axes
        error = (measured[k] @ seen)[..., 0]  # measured x seen
        path.append(_turned(attitude, correct(error) / fs_hz))
    path[0] = np.broadcast_to(start, path[-1].shape)
    return np.stack(path)


def _turns(vectors):
    """Rotation matrices of turns given as axis times angle."""
    flat = Rotation.from_rotvec(vectors.reshape(-1, 3)).as_matrix()
    return flat.reshape(*vectors.shape, 3)


def _turned(attitude, vector):
    """Turn by a small vector, to third order, and keep the columns perpendicular."""
    moved = attitude + attitude @ _skew(vector)
    return moved @ (1.5 * _EYE - 0.5 * (np.swapaxes(moved, -1, -2) @ moved))


def _skew(vector):
    """Matrices S with S @ v = vector x v."""
    x, y, z = vector[..., 0], vector[..., 1], vector[..., 2]
    out = np.zeros((*vector.shape, 3))
    out[..., 0, 1], out[..., 0, 2], out[..., 1, 2] = -z, y, -x
    out[..., 1, 0], out[..., 2, 0], out[..., 2, 1] = z, -y, x
    return out


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
