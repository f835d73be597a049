"""How a sensor sits on a body segment, found from the recording itself.

Gravity in quiet standing shows which way is up; the axis about which a leg swings in walking, or
the way the sensor was strapped on, shows which way is right. From both follows the rotation that
turns the sensor's axes into x forward, y up, z right in quiet standing.
"""

import numpy as np

from gaitnb.errors import DataError


def quiet_standing(acc, gyr, fs_hz, within_s, length_s=0.5, still=0.5):
    """Find the quietest stretch at the beginning of a recording.

    Parameters
    ----------
    acc, gyr : array, shape (time, sensor, 3)
        Specific force in m/s^2 and angular velocity in rad/s.
    fs_hz : float
        Sampling rate.
    within_s : float
        The stretch lies in the first `within_s` seconds.
    length_s : float
        Its length.
    still : float
        Largest angular velocity that counts as quiet, in rad/s: the mean over the stretch, of the
        fastest sensor.

    Returns
    -------
    array, shape (sensor, 3), or None
        The mean acceleration; None when the person never stands still.
    """
    n, last = round(length_s * fs_hz), round(within_s * fs_hz)
    fastest = np.linalg.norm(gyr[:last], axis=-1).max(axis=1)
    if len(fastest) < n:
        return None
    total = np.concatenate([[0.0], np.cumsum(fastest)])
    mean = (total[n:] - total[:-n]) / n
    start = int(mean.argmin())
    return acc[start : start + n].mean(axis=0) if mean[start] < still else None


def swing_axis(gyr, up, hint):
    """Return the horizontal axis about which a segment turns most in walking.

    Parameters
    ----------
    gyr : array, shape (time, 3)
        Angular velocity of a foot, shank or thigh while walking.
    up : array, shape (3,)
        The vertical in the sensor's axes, in quiet standing.
    hint : array, shape (3,)
        Roughly to the right; gives the sign.

    Returns
    -------
    array, shape (3,)
        Unit vector to the right, in the sensor's axes.
    """
    up = _unit(up)
    level = gyr - np.outer(gyr @ up, up)
    _, vectors = np.linalg.eigh(level.T @ level)
    axis = vectors[:, -1]
    return axis if axis @ np.asarray(hint, float) > 0 else -axis


def rotation(up, where, right=None, forward=None):
    """Return the matrix that turns sensor axes into x forward, y up, z right.

    Parameters
    ----------
    up : array, shape (3,)
        Upward in the sensor's axes.
    where : str
        File and sensor, for the message.
    right, forward : array, shape (3,)
        One of them, in the sensor's axes; its part across `up` counts.

    Returns
    -------
    array, shape (3, 3)
        ``values @ rotation.T`` are in the new axes.

    Raises
    ------
    DataError
        When the direction given is within 25 degrees of the vertical: then the sensor is not
        mounted as documented, or its axes are in another order.
    """
    given = _unit(forward if right is None else right)
    up = _unit(up)
    level = given - (given @ up) * up
    if np.linalg.norm(level) < np.sin(np.radians(25)):
        raise DataError(
            f"{where}: at rest the sensor's axis {_name(given)} is nearly vertical; expected it "
            "level. The sensor is mounted in another way, or its axes are in another order"
        )
    level = _unit(level)
    if right is None:
        return np.stack([level, up, np.cross(level, up)])
    return np.stack([np.cross(up, level), up, level])


def check_up(rest, axis, where):
    """Refuse a sensor whose axis "x", "y" or "z" does not point upward at rest.

    Raises
    ------
    DataError
        When the sign or the order of the accelerometer's axes is not the documented one.
    """
    rest = np.asarray(rest, dtype=float)
    if rest["xyz".index(axis)] < 0.1 * np.linalg.norm(rest):
        raise DataError(
            f"{where}: at rest the accelerometer shows {_name(rest)} m/s^2; expected gravity with a "
            f"positive part along {axis}. A sign is reversed, or axes are in another order"
        )


def _unit(vector):
    vector = np.asarray(vector, dtype=float)
    return vector / np.linalg.norm(vector)


def _name(vector):
    return "(" + ", ".join(f"{v:.2g}" for v in vector) + ")"
