"""Events of gait, heel strike and toe-off, from force plates and from gyroscopes.

A foot's events are two arrays of times in seconds from the first sample: heel strikes and
toe-offs. What strides are made of them, see `gaitnb.gait_measures`.
"""

import numpy as np
from scipy.signal import butter, find_peaks, sosfiltfilt

from gaitnb.errors import DataError, ParameterError


def from_force(vertical_n, fs_hz, *, threshold_n=20.0, reach_n=200.0, least_s=0.1):
    """Heel strikes and toe-offs of one foot from the vertical force under it.

    A foot is on the ground while the force is above `threshold_n`. Noise crosses the threshold,
    too; therefore a contact counts only if its force somewhere reaches `reach_n` (hysteresis), and
    gaps shorter than `least_s` are no swing. Crossings are interpolated between samples.

    Parameters
    ----------
    vertical_n : array, shape (time,)
        Vertical ground reaction force on one foot, N, upward positive.
    fs_hz : float
        Sampling rate.
    threshold_n : float
        Force at which contact begins and ends.
    reach_n : float
        Force that a real contact reaches, at least `threshold_n`.
    least_s : float
        Shortest swing.

    Returns
    -------
    heel_strike, toe_off : array of float
        Times in s, increasing. A stance cut by the beginning or end of the recording gives
        its one event.

    Raises
    ------
    DataError
        If the force is not one row of finite numbers, or never reaches `reach_n`.
    ParameterError
        If a parameter is out of range.
    """
    force = _signal(vertical_n, fs_hz, "vertical_n")
    if not 0 < threshold_n <= reach_n:
        raise ParameterError(
            f"threshold_n={threshold_n}, reach_n={reach_n}; expected 0 < threshold_n <= reach_n"
        )
    if not least_s >= 0:
        raise ParameterError(f"least_s={least_s}; expected zero or more seconds")
    if force.max() < reach_n:
        raise DataError(
            f"the force never reaches reach_n={reach_n:g} N; its largest value is "
            f"{force.max():.4g}. It may be in body weights, or of the foot on the ground (negative)"
        )
    on = force > threshold_n
    edges = np.flatnonzero(np.diff(on.astype(int)))  # the crossing lies between edge and edge + 1
    begins, ends = edges[~on[edges]], edges[on[edges]]
    begins = np.concatenate([[-1], begins]) if on[0] else begins  # -1: before the recording
    ends = np.append(ends, len(force) - 1) if on[-1] else ends
    real = [force[b + 1 : e + 1].max() >= reach_n for b, e in zip(begins, ends, strict=True)]
    begins, ends = begins[real], ends[real]
    gap = (begins[1:] - ends[:-1]) >= least_s * fs_hz
    begins, ends = begins[np.append(True, gap)], ends[np.append(gap, True)]
    begins, ends = begins[begins >= 0], ends[ends < len(force) - 1]
    return tuple(_crossing(force, k, threshold_n) / fs_hz for k in (begins, ends))


def from_gyro(rate, fs_hz, *, depth=0.5, low_pass_hz=15.0, swing_share=0.4):
    """Heel strikes and toe-offs of one foot from a gyroscope on that foot or shank.

    In swing foot and shank turn toes-up; before and after it they turn the other way, in a dip
    each. Toe-off is where the rate, on its way up into swing, has left `depth` of the dip
    before it; heel strike is where the rate, on its way down, has reached `depth` of the first
    dip after it. With ``depth=1`` these are the two minima of Aminian et al. 2002 (J Biomech
    35:689) and Salarian et al. 2004 (IEEE Trans Biomed Eng 51:1434), with 0 the two zeros.

    Parameters
    ----------
    rate : array, shape (time,)
        Angular velocity about the axis that points right, rad/s: positive when the toes go up.
    fs_hz : float
        Sampling rate.
    depth : float
        0 to 1; which part of the dips is taken as the event.
    low_pass_hz : float
        Cut-off of the filter (Butterworth, second order, forth and back) for the events.
    swing_share : float
        A swing turns at least this share of the fast ones (the recording's 98th percentile).

    Returns
    -------
    heel_strike, toe_off : array of float
        Times in s, increasing; as many as swings were found, less those at the edges.

    Raises
    ------
    DataError
        If the rate is not one row of finite numbers, or looks like deg/s.
    ParameterError
        If a parameter is out of range.

    Notes
    -----
    Swings are peaks of the rate below 2.5 Hz, at least 0.5 s apart: slow turns on the spot, first
    and last steps may turn too slowly to be found.
    """
    rate = _signal(rate, fs_hz, "rate")
    if not 0 <= depth <= 1:
        raise ParameterError(f"depth={depth}; expected 0 to 1")
    if not 0 < low_pass_hz < fs_hz / 2:
        raise ParameterError(
            f"low_pass_hz={low_pass_hz}; expected above 0 and below half of fs_hz={fs_hz:g}"
        )
    if not 0 < swing_share <= 1:
        raise ParameterError(f"swing_share={swing_share}; expected above 0 and at most 1")
    if np.abs(rate).max() > 60:
        raise DataError(
            f"the rate reaches {np.abs(rate).max():.4g}; expected rad/s, below 60. It looks like "
            "deg/s: multiply by pi / 180"
        )
    slow, fast = _low_pass(rate, 2.5, fs_hz), _low_pass(rate, low_pass_hz, fs_hz)
    least = swing_share * np.percentile(slow, 98)
    swings, _ = find_peaks(slow, height=max(least, 1e-9), distance=max(1, round(0.5 * fs_hz)))
    reach = round(0.6 * fs_hz)
    after = [_event(fast[p : p + reach], depth, first=True) for p in swings]
    before = [_event(fast[max(0, p - reach) : p + 1][::-1], depth, first=False) for p in swings]
    heel_strike = [(p + k) / fs_hz for p, k in zip(swings, after, strict=True) if k is not None]
    toe_off = [(p - k) / fs_hz for p, k in zip(swings, before, strict=True) if k is not None]
    return np.array(heel_strike), np.array(toe_off)


def match(found, reference, tolerance_s=0.25):
    """Pair the events that were found with those of a reference, nearest first.

    Parameters
    ----------
    found, reference : array, shape (n,), (m,)
        Times in s.
    tolerance_s : float
        Farther apart they are no pair.

    Returns
    -------
    error : array of float
        Found minus reference of every pair, s, in the order of `reference`.
    missed, extra : array of float
        Events of `reference` without a partner, and of `found`.
    """
    found, reference = np.sort(times(found, "found")), np.sort(times(reference, "reference"))
    if not tolerance_s > 0:
        raise ParameterError(f"tolerance_s={tolerance_s}; expected a positive time in s")
    if not len(found) or not len(reference):
        return np.array([]), reference, found
    nearest = np.abs(found[:, None] - reference).argmin(axis=0)  # (m,)
    back = np.abs(found[:, None] - reference).argmin(axis=1)  # (n,)
    error = found[nearest] - reference
    pair = (np.abs(error) <= tolerance_s) & (back[nearest] == np.arange(len(reference)))
    return error[pair], reference[~pair], np.delete(found, nearest[pair])


def _event(rate, depth, first):
    """Samples from mid-swing to the event, between samples; None where the dip is not inside.

    `rate` runs away from mid-swing. The dip is its first minimum below zero, or the lowest one
    within a quarter of a second of the zero.
    """
    below = np.flatnonzero(rate < 0)
    if not len(below) or below[0] == 0:
        return None
    zero = int(below[0])
    if first:
        rising = np.flatnonzero(np.diff(rate[zero:]) > 0)
        bottom = zero + int(rising[0]) if len(rising) else None
    else:
        bottom = zero + int(rate[zero : zero + max(2, round(0.42 * len(rate)))].argmin())
    if bottom is None or bottom == len(rate) - 1:
        return None
    if depth == 1:
        return float(bottom)
    k = zero - 1 + int(np.flatnonzero(rate[zero : bottom + 1] <= depth * rate[bottom])[0])
    return float(_crossing(rate, np.array([k]), depth * rate[bottom])[0])


def _crossing(values, k, level):
    """Where `values` pass `level` between samples k and k + 1, in samples."""
    return k + (level - values[k]) / (values[k + 1] - values[k])


def _low_pass(signal, cutoff_hz, fs_hz):
    return sosfiltfilt(butter(2, cutoff_hz, fs=fs_hz, output="sos"), signal)


def _signal(values, fs_hz, name):
    if not (np.isscalar(fs_hz) and np.isfinite(fs_hz) and fs_hz >= 10):
        raise ParameterError(f"fs_hz={fs_hz}; expected a sampling rate of 10 Hz or more")
    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or len(values) < fs_hz / 2:
        raise DataError(
            f"{name} has shape {values.shape}; expected one row of half a second or more"
        )
    if not np.isfinite(values).all():
        raise DataError(f"{name} has {(~np.isfinite(values)).sum()} values that are not finite")
    return values


def times(values, name):
    """Return event times as an array, or raise a DataError that names them."""
    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or not np.isfinite(values).all():
        raise DataError(f"{name}: expected one row of times in s, all finite")
    return values
