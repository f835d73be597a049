"""Recordings in the layout of `gaitnb.data.layout`: their rate, their filtering, another rate."""

import numpy as np
import xarray as xr

from gaitnb import signals
from gaitnb.data import layout
from gaitnb.errors import DataError, ParameterError


def low_pass(ds, cutoff_hz, order=4):
    """Low-pass some variables of a recording; see `gaitnb.signals.low_pass`.

    Parameters
    ----------
    ds : xarray.Dataset
        In the layout of `gaitnb.data.layout`, with `fs_hz`.
    cutoff_hz : dict of str to float
        Cut-off by variable, such as ``{"acc": 20, "grf": 25}``; other variables stay as they are.
    order : int
        Of the whole filter.

    Returns
    -------
    xarray.Dataset
        A copy; each filtered variable says so in its attribute ``low_pass_hz``.
    """
    fs_hz = rate(ds)
    ds = ds.copy()
    for name, cutoff in cutoff_hz.items():
        if name not in ds.data_vars:
            raise ParameterError(
                f"no variable {name!r}; this recording has {', '.join(ds.data_vars)}"
            )
        where = f"{title(ds)}, {name}"
        filtered = signals.low_pass(ds[name].values, fs_hz, cutoff, order, axis=1, where=where)
        ds[name] = ds[name].copy(data=filtered).assign_attrs(low_pass_hz=float(cutoff))
    return ds


def resample(ds, fs_hz):
    """Bring a recording to another rate; see `gaitnb.signals.resample`.

    Parameters
    ----------
    ds : xarray.Dataset
        In the layout of `gaitnb.data.layout`, with `fs_hz`.
    fs_hz : float
        The new rate.

    Returns
    -------
    xarray.Dataset
        In the same layout. Of a coordinate of truth values along time, such as ``measured`` of
        `ipol2023`, a new sample is true where both neighbours were.

    Raises
    ------
    DataError
        Where a variable holds NaN (`cop` of a foot in the air): leave it out with `drop_vars`, or
        compute it again after resampling.
    """
    old_hz = rate(ds)
    variables = {}
    for name, values in ds.data_vars.items():
        new = signals.resample(values.values, old_hz, fs_hz, axis=1, where=f"{title(ds)}, {name}")
        variables[name] = (values.dims, new, values.attrs)
    n = next(iter(variables.values()))[1].shape[1]
    place = np.arange(n) * old_hz / fs_hz  # of the new samples, in old samples
    below = np.floor(place + 1e-9).astype(int)
    above = np.minimum(np.ceil(place - 1e-9).astype(int), ds.sizes["time"] - 1)
    coords = {}
    for name, coord in ds.coords.items():
        if name == "time":
            time = coord.values[0] + np.arange(n) / fs_hz
            coords[name] = ("time", time, coord.attrs)
        elif "time" not in coord.dims:
            coords[name] = coord
        elif coord.dtype == bool:
            both = coord.isel(time=below).values & coord.isel(time=above).values
            coords[name] = (coord.dims, both, coord.attrs)
        else:
            raise DataError(
                f"{title(ds)}: cannot resample the coordinate {name!r} of {coord.dtype}; leave it "
                "out with drop_vars"
            )
    return layout.check(xr.Dataset(variables, coords, ds.attrs | {"fs_hz": float(fs_hz)}))


def rate(ds, expected_hz=None):
    """Return the sampling rate of a recording after holding its time axis against it.

    Parameters
    ----------
    ds : xarray.Dataset
        With the attribute `fs_hz` and the coordinate `time` in s.
    expected_hz : float, optional
        The rate it must have.

    Returns
    -------
    float
        In Hz.

    Raises
    ------
    DataError
        If there is no rate, the time axis has another one or has gaps, or it is not `expected_hz`.
    """
    if not ds.attrs.get("fs_hz"):
        raise DataError(
            f"{title(ds)} has no attribute fs_hz (its time axis is in "
            f"{ds['time'].attrs.get('units', 'unknown units')}); expected samples in time"
        )
    fs_hz = float(ds.attrs["fs_hz"])
    if expected_hz is not None and not np.isclose(fs_hz, expected_hz, rtol=1e-6):
        raise DataError(
            f"{title(ds)} has {fs_hz:g} Hz; expected {expected_hz:g}. Bring it there with "
            f"recordings.resample(ds, {expected_hz:g})"
        )
    try:
        missing = signals.gaps(ds["time"].values, fs_hz)
    except DataError as error:
        raise DataError(f"{title(ds)}: {error}") from None
    if len(missing):
        raise DataError(
            f"{title(ds)}: {len(missing)} gaps in time, the first from {missing[0, 0]:.3f} to "
            f"{missing[0, 1]:.3f} s; expected none. Cut the recording there"
        )
    return fs_hz


def title(ds):
    """Name a recording for a message: data set, person, trial."""
    subject = np.unique(ds["subject"].values.astype(str)) if "subject" in ds.coords else []
    who = subject[0] if len(subject) == 1 else f"{len(subject)} people"
    words = (ds.attrs.get("dataset", "a recording"), who, ds.attrs.get("trial", ""))
    return " ".join(str(word) for word in words if str(word))
