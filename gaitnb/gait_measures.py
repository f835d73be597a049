"""Spatio-temporal measures of strides, from the events of both feet.

Of one foot: stride, heel strike to heel strike; stance, heel strike to toe-off; swing, toe-off to
heel strike. Of both: step, from the other foot's heel strike to this one's; double support, both
feet on the ground. Events come from `gaitnb.gait_events`, or with a data set.
"""

import numpy as np
import pandas as pd

from gaitnb.errors import DataError
from gaitnb.gait_events import times

LONGEST_STRIDE_S = 3.0  # between two heel strikes that are farther apart, an event is missing


def strides(left, right):
    """One row per stride of either foot, with its spatio-temporal measures in time.

    Parameters
    ----------
    left, right : tuple of array
        Heel strikes and toe-offs of each foot in s, as the detectors return them.

    Returns
    -------
    pandas.DataFrame
        side, start_s (heel strike), stride_s, stance_s, swing_s, swing_percent, step_s (from the
        other foot's heel strike to this foot's next one; NaN where the other foot's is missing),
        double_support_s and double_support_percent (the loading and the pre-swing part together,
        NaN where an event of the other foot is missing), cadence_per_min (steps), in order of
        start_s.

    Notes
    -----
    A stride is kept when exactly one toe-off lies between its heel strikes and it is no longer
    than `LONGEST_STRIDE_S`.
    """
    feet = {"left": left, "right": right}
    feet = {
        side: tuple(
            np.sort(times(t, f"{side} {what}")) for t, what in zip(pair, _PAIR, strict=True)
        )
        for side, pair in feet.items()
    }
    rows = []
    for side, other in (("left", "right"), ("right", "left")):
        strikes, toe_offs = feet[side]
        for begin, end in zip(strikes[:-1], strikes[1:], strict=True):
            off = toe_offs[(toe_offs > begin) & (toe_offs < end)]
            if len(off) == 1 and end - begin <= LONGEST_STRIDE_S:
                rows.append(_stride(side, begin, off[0], end, *feet[other]))
    table = pd.DataFrame(rows, columns=_COLUMNS)
    return table.sort_values("start_s", ignore_index=True)


def footholds(cop, fs_hz, heel_strike, toe_off, *, belt_mps=0.0):
    """Where a foot stood in each of its stances: mean centre of pressure, in a frame on the floor.

    Parameters
    ----------
    cop : array, shape (time, 3)
        Centre of pressure of one foot, m (forward, up, right); NaN in swing.
    fs_hz : float
        Sampling rate.
    heel_strike, toe_off : array
        Events of that foot in s from the first sample.
    belt_mps : float
        Speed of a treadmill's belt. The floor moves backward with it, so that a place on the belt
        is given as if the person had walked forward over ground.

    Returns
    -------
    array, shape (stance, 2)
        Forward and right position in m, one row per heel strike that a toe-off follows; NaN where
        a stance has no centre of pressure. Differences of rows of one foot are stride lengths.
    """
    cop = np.asarray(cop, dtype=float)
    if cop.ndim != 2 or cop.shape[1] != 3:
        raise DataError(f"cop has shape {cop.shape}; expected (time, 3)")
    strikes, offs = np.sort(times(heel_strike, "heel_strike")), np.sort(times(toe_off, "toe_off"))
    time = np.arange(len(cop)) / fs_hz
    forward, right = cop[:, 0] + belt_mps * time, cop[:, 2]
    places = []
    for begin, following in zip(strikes, np.append(strikes[1:], np.inf), strict=True):
        off = offs[(offs > begin) & (offs <= following)]
        if len(off):
            stance = (time >= begin) & (time <= off[0]) & np.isfinite(forward)
            known = stance.any()
            places.append(
                (forward[stance].mean(), right[stance].mean()) if known else (np.nan,) * 2
            )
    return np.array(places).reshape(-1, 2)


def coefficient_of_variation(values):
    """Standard deviation as a share of the mean, in %: the variability of strides."""
    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or len(values) < 2 or not values.mean() > 0:
        raise DataError(f"values of shape {values.shape}; expected two or more, of positive mean")
    return float(100 * values.std(ddof=1) / values.mean())


def symmetry_index(left, right):
    """Difference of left and right as a share of their mean, in %: 0 is symmetric.

    Robinson, Herzog and Nigg 1987, J Manipulative Physiol Ther 10:172.
    """
    if not left + right > 0:
        raise DataError(f"left={left}, right={right}; expected a positive sum")
    return float(100 * (left - right) / (0.5 * (left + right)))


_PAIR = ("heel strikes", "toe-offs")
_COLUMNS = [
    "side", "start_s", "stride_s", "stance_s", "swing_s", "swing_percent", "step_s",
    "double_support_s", "double_support_percent", "cadence_per_min",
]  # fmt: skip


def _stride(side, begin, off, end, other_strikes, other_offs):
    stride = end - begin
    step = other_strikes[(other_strikes > begin) & (other_strikes < end)]
    loading = other_offs[(other_offs >= begin) & (other_offs < off)]
    whole = len(step) == 1 and len(loading) == 1 and step[0] < off
    double = (loading[0] - begin) + (off - step[0]) if whole else np.nan
    return {
        "side": side,
        "start_s": begin,
        "stride_s": stride,
        "stance_s": off - begin,
        "swing_s": end - off,
        "swing_percent": 100 * (end - off) / stride,
        "step_s": end - step[0] if len(step) == 1 else np.nan,
        "double_support_s": double,
        "double_support_percent": 100 * double / stride,
        "cadence_per_min": 120 / stride,
    }
