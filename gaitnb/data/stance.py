"""Checks that every set of stance-phase force curves passes before it becomes a dataset."""

import numpy as np
import xarray as xr

from gaitnb.data import layout
from gaitnb.errors import DataError

N_SAMPLES = 101  # 0, 1, ... 100 % of stance
FRAME = "lab: x forward, y up, z right (OpenSim, ISB)"


def curves(values, where):
    """Return `values` as float64 (trial, 101), refusing what is not a set of force curves.

    Parameters
    ----------
    values : array_like, shape (trial, 101)
        Curves of one channel, stance-normalised.
    where : str
        File and channel, for the message.

    Raises
    ------
    DataError
        On a wrong number of samples, no trial, NaN, inf, or a curve that never changes.
    """
    try:
        values = np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise DataError(f"{where}: expected numbers, found something else ({error})") from None
    if values.ndim != 2 or values.shape[1] != N_SAMPLES:
        raise DataError(
            f"{where}: found an array of shape {values.shape}; expected (trials, {N_SAMPLES}), "
            "one sample per percent of stance"
        )
    if len(values) == 0:
        raise DataError(f"{where}: no trial; expected at least one row of {N_SAMPLES} samples")
    bad = faulty(values)
    if bad.any():
        rows = np.flatnonzero(bad)
        kind = "not finite" if not np.isfinite(values[rows[0]]).all() else "constant"
        raise DataError(
            f"{where}: {len(rows)} of {len(values)} curves are empty, constant or not finite; "
            f"first: trial {rows[0] + 1}, {kind}. Remove these trials from all files"
        )
    return values


def faulty(values):
    """Mark curves (trial, time) that are not finite or never change; returns bool (trial,)."""
    finite = np.isfinite(values).all(axis=1)
    with np.errstate(invalid="ignore"):
        return ~finite | (np.ptp(values, axis=1) == 0)


def body_weights(vertical, shear, where):
    """Refuse forces that are not in multiples of body weight.

    Parameters
    ----------
    vertical : ndarray, shape (trial, 101)
        Vertical force. In walking and running at all speeds here it peaks between 1 and 3 BW.
    shear : ndarray, shape (trial, ..., 101) or None
        Horizontal forces, which stay well below one body weight.
    where : str
        File, for the message.
    """
    peaks = vertical.max(axis=1)
    median = float(np.median(peaks))
    if not 0.5 <= median <= 3 or peaks.max() > 5:
        hint = " It looks like newtons: divide by mass times 9.81." if median > 50 else ""
        raise DataError(
            f"{where}: vertical force peaks at {median:.3g} (median over trials), at most "
            f"{peaks.max():.3g}; expected body weights, a median peak of 0.5 to 3.{hint}"
        )
    if shear is not None and np.abs(shear).max() > 2:
        raise DataError(
            f"{where}: a horizontal force reaches {np.abs(shear).max():.3g}; "
            "expected body weights, at most 2"
        )


def dataset(grf, sides, axes, metadata, attrs, cop=None):
    """Assemble checked curves into the layout.

    Parameters
    ----------
    grf : ndarray, shape (trial, 101, side, axis)
        Force in body weights.
    sides, axes : sequence of str
        Names from the lists of `gaitnb.data.layout`.
    metadata : dict of str -> array_like, shape (trial,)
        Coordinates of the trials; names from `layout.METADATA`.
    attrs : dict
        At least dataset, source and licence.
    cop : ndarray, shape (trial, 101, side, axis), optional
        Centre of pressure in metres.

    Returns
    -------
    xarray.Dataset
    """
    dims = ("trial", "time", "side", "axis")
    variables = {"grf": (dims, grf, {"units": "BW", "long_name": "ground reaction force"})}
    if cop is not None:
        variables["cop"] = (dims, cop, {"units": "m", "long_name": "centre of pressure"})
    percent = np.arange(N_SAMPLES, dtype=float)
    coords = {
        "time": ("time", percent, {"units": "% stance", "long_name": "stance"}),
        "side": list(sides),
        "axis": list(axes),
    }
    for name, values in metadata.items():
        values = np.asarray(values)
        if values.dtype.kind == "O":
            values = values.astype(str)
        units = layout.METADATA[name][0]
        coords[name] = ("trial", values, {"units": units} if units else {})
    attrs = {"frame": FRAME, "sampling": "101 points per stance", **attrs}
    return layout.check(xr.Dataset(variables, coords, attrs))
