"""Physics that recordings of walking must obey: what shows a wrong unit, sign, axis or lag.

Every check returns nothing, or what it measured, and raises a `DataError` that names the file,
what was found, what was expected and the likely cause. The limits are wide: they separate units
and signs, not good walking from bad.
"""

import numpy as np
from scipy.signal import correlate

from gaitnb.errors import DataError

GRAVITY = 9.81  # m/s^2
_AXES = "xyz"


def check_gravity(acc, where, up=None):
    """Refuse accelerations that are not specific force in m/s^2.

    Parameters
    ----------
    acc : array, shape (time, ..., 3)
        Accelerometers of a person who walks or stands, several sensors at once if wished.
    where : str
        File and sensor, for the message.
    up : {"x", "y", "z"}, optional
        The axis that points up in standing; on average it must carry gravity, positive. Not for
        feet and toes that are tilted for a long part of the stride.

    Raises
    ------
    DataError
        On g instead of m/s^2, gravity missing, another unit, an axis that is turned or reversed.

    Notes
    -----
    The median over time of the length of the vector is compared with 9.81 m/s^2: between two
    thirds and one and a half of it wherever a sensor sits on a walking body.
    """
    acc = _samples(acc, where, "acceleration")
    for sensor in np.ndindex(acc.shape[1:-1]):
        values = acc[(slice(None), *sensor)]
        name = f"{where}, sensor {sensor[0] + 1}" if sensor else where
        length = float(np.median(np.linalg.norm(values, axis=-1)))
        if not 2 / 3 < length / GRAVITY < 1.5:
            raise DataError(
                f"{name}: acceleration has a median length of {length:.3g}; expected m/s^2 with "
                f"gravity, about 9.8{_cause_of_length(length)}"
            )
        mean = values.mean(axis=0)
        if up is not None and mean[_AXES.index(up)] < 0.7 * np.linalg.norm(mean):
            raise DataError(
                f"{name}: the mean acceleration is {_vector(mean)} m/s^2; expected gravity along "
                f"+{up}. The axes are in another order, or one is reversed"
            )


def check_gyro_units(gyr, where, at_most=35.0):
    """Refuse angular velocities that are not in rad/s.

    Parameters
    ----------
    gyr : array, shape (time, ..., 3)
        Gyroscopes; of several sensors at once the fastest decides.
    where : str
        File, for the message.
    at_most : float
        Largest plausible 99th percentile of the length, in rad/s. 35 rad/s (2000 deg/s) is the
        range of common sensors and tells legs in deg/s apart; for trunk and head use 8.

    Raises
    ------
    DataError
        On degrees instead of radians, or a sensor that does not turn at all.
    """
    gyr = _samples(gyr, where, "angular velocity")
    length = np.linalg.norm(gyr, axis=-1).reshape(len(gyr), -1)
    high = np.percentile(length, 99, axis=0)
    if high.max() > at_most:
        raise DataError(
            f"{where}: angular velocity reaches {high.max():.3g} (99th percentile); expected "
            f"rad/s, at most {at_most:g}. It looks like degrees: multiply by pi/180"
        )
    if high.min() == 0:
        raise DataError(
            f"{where}: a gyroscope is zero throughout (sensor {int(high.argmin()) + 1}); expected "
            "the angular velocity of a walking person"
        )


def check_vertical_force(force, mass_kg, where, mode="mean", tolerance=0.15, up="y"):
    """Refuse ground reaction forces in the wrong unit, sign or order of axes.

    Parameters
    ----------
    force : array, shape (time, side, 3)
        Force of the ground on each foot, in N, x forward, y up, z right.
    mass_kg : float
        Body mass.
    where : str
        File, for the message.
    mode : {"mean", "peak"}
        What is compared with the body weight. "mean": the sum over feet, averaged over time; for
        whole strides. "peak": the largest vertical force of the stronger foot; for single steps,
        with 0.75 to 2 body weights.
    tolerance : float
        Relative difference of the mean that is allowed.
    up : {"x", "y", "z"}
        The vertical axis.

    Returns
    -------
    float
        The mean or the peak, in body weights.

    Raises
    ------
    DataError
        Naming what was found and the likely cause.
    """
    force = _samples(force, where, "force")
    if force.ndim != 3:
        raise DataError(f"{where}: force has shape {force.shape}; expected (time, side, 3)")
    if mode not in ("mean", "peak"):
        raise DataError(f"mode={mode!r}; allowed: 'mean', 'peak'")
    vertical = _AXES.index(up)
    total = force.sum(axis=1).mean(axis=0)  # (3,)
    if np.abs(total).argmax() != vertical:
        raise DataError(
            f"{where}: the mean force is {_vector(total)}; expected the largest along {up}, which "
            "is up. The axes are in another order"
        )
    if total[vertical] < 0:
        raise DataError(
            f"{where}: the mean vertical force is {total[vertical]:.4g}; expected it positive, "
            "the ground on the foot. The sign is that of the foot on the ground"
        )
    weight = mass_kg * GRAVITY
    newtons = total[vertical] if mode == "mean" else force[..., vertical].max()
    low, high = (1 - tolerance, 1 + tolerance) if mode == "mean" else (0.75, 2.0)
    found = float(newtons / weight)
    if not low <= found <= high:
        raise DataError(
            f"{where}: the {mode} vertical force is {newtons:.4g} N or {found:.3g} body weights "
            f"of {mass_kg:g} kg; expected {low:.2f} to {high:.2f}{_cause_of_force(found, weight)}"
        )
    return found


def lag(a, b, fs_hz, max_s=1.0):
    """Find the shift at which two signals agree best.

    Parameters
    ----------
    a, b : array, shape (time,)
        Signals of one rate that started together as filed.
    fs_hz : float
        Their rate.
    max_s : float
        Largest shift that is tried, either way, in s.

    Returns
    -------
    samples : int
        By how many samples `b` is late: ``b[i + samples]`` belongs to ``a[i]``.
    r : float
        Correlation there, over the part in which both are present.
    r_as_filed : float
        Correlation without a shift.
    """
    a, b = (np.asarray(v, dtype=float) for v in (a, b))
    if a.ndim != 1 or a.shape != b.shape:
        raise DataError(f"signals of shape {a.shape} and {b.shape}; expected two of equal length")
    n = len(a)
    most = min(int(round(max_s * fs_hz)), n // 2)
    if most < 1 or not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise DataError(f"{n} samples, some perhaps not finite, are too few to find a lag")
    a, b = a - a.mean(), b - b.mean()
    shifts = np.arange(-most, most + 1)
    first_a, first_b = np.maximum(-shifts, 0), np.maximum(shifts, 0)
    count = n - np.abs(shifts)
    products = correlate(b, a)[n - 1 - most : n + most]  # sum over i of a[i] b[i + shift]
    sum_a, square_a = _window_sums(a, first_a, count)
    sum_b, square_b = _window_sums(b, first_b, count)
    spread = (square_a - sum_a**2 / count) * (square_b - sum_b**2 / count)
    tiny = 1e-12 * square_a.max() * square_b.max()
    if spread[most] <= tiny:
        raise DataError("a signal does not change; it has no lag to another")
    r = np.where(spread > tiny, products - sum_a * sum_b / count, 0)
    r = r / np.sqrt(np.where(spread > tiny, spread, 1))
    best = int(r.argmax())
    return int(shifts[best]), float(r[best]), float(r[most])


def check_synchronous(a, b, fs_hz, where, tolerance_s=0.02, max_s=1.0, least_r=0.6):
    """Refuse a pair of signals that is not synchronous; parameters as for `lag`.

    Returns
    -------
    samples : int
        Lag of `b`, within `tolerance_s`.
    r : float
        Correlation at that lag.

    Raises
    ------
    DataError
        With the lag that was found, or with the correlation when the signals never agree.
    """
    samples, r, as_filed = lag(a, b, fs_hz, max_s)
    if r < least_r:
        raise DataError(
            f"{where}: the two signals do not belong together: they correlate at best {r:.2f} "
            f"within {max_s:g} s; expected at least {least_r:g}"
        )
    if abs(samples) > tolerance_s * fs_hz + 1e-9:
        which = "second is late" if samples > 0 else "second is early"
        raise DataError(
            f"{where}: not synchronous: the {which} by {abs(samples)} samples "
            f"({abs(samples) / fs_hz:.3g} s), correlation {r:.2f} there and {as_filed:.2f} as "
            f"filed; expected at most {tolerance_s:g} s"
        )
    return samples, r


def check_present(found, expected, where, what="sensor"):
    """Refuse a file in which one of the expected names is missing."""
    missing = [name for name in expected if name not in found]
    if missing:
        raise DataError(
            f"{where}: no {what} {', '.join(missing)}; it has {', '.join(map(str, found)) or 'none'}"
        )


def _samples(values, where, what):
    values = np.asarray(values, dtype=float)
    if values.ndim < 2 or values.shape[-1] != 3 or len(values) == 0:
        raise DataError(f"{where}: {what} has shape {values.shape}; expected (time, ..., 3)")
    bad = ~np.isfinite(values)
    if bad.any():
        raise DataError(f"{where}: {bad.sum()} values of {what} are not finite")
    return values


def _cause_of_length(length):
    for size, cause in (
        (1.0, "It looks like g: multiply by 9.81"),
        (GRAVITY * 1000, "It looks like mm/s^2: divide by 1000"),
        (GRAVITY * 100, "It looks like cm/s^2 or centi-g: divide by 100"),
    ):
        if 2 / 3 < length / size < 1.5:
            return f". {cause}"
    return ". Gravity may have been removed" if length < GRAVITY else ""


def _cause_of_force(found, weight):
    for size, cause in (
        (1 / weight, "It looks like body weights: multiply by mass times 9.81"),
        (1 / GRAVITY, "It looks like kg: multiply by 9.81"),
        (0.001, "It looks like kN: multiply by 1000"),
        (0.5, "One foot may be missing, or the mass is of another person"),
    ):
        if 0.7 < found / size < 1.5:
            return f". {cause}"
    return ". The mass may be of another person"


def _vector(values):
    return "(" + ", ".join(f"{v:.3g}" for v in values) + ")"


def _window_sums(values, first, count):
    """Sum and sum of squares of ``values[first : first + count]`` for arrays of both."""
    sums = [np.concatenate([[0.0], np.cumsum(v)]) for v in (values, values**2)]
    return [s[first + count] - s[first] for s in sums]
