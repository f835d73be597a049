"""Puts one recording into the layout: a dataset with a single trial."""

import numpy as np
import xarray as xr

from gaitnb.data import layout

FRAME = "lab: x forward, y up, z right (OpenSim, ISB)"
_UNITS = {name: units[0] for name, (_, units, _, _) in layout.VARIABLES.items()} | {"grf": "N"}


def dataset(variables, time, names, metadata, attrs):
    """Assemble one recording and check it.

    Parameters
    ----------
    variables : dict of str to array, shape (time, ...)
        Variables of `layout.VARIABLES`, without the dimension ``trial``; `grf` in N.
    time : array, shape (time,)
        In s.
    names : dict of str to sequence of str
        Names along the dimensions, such as ``{"side": ["left", "right"]}``; ``axis`` is x, y, z
        where it is needed.
    metadata : dict
        What is known of the trial; names from `layout.METADATA`.
    attrs : dict
        At least dataset, source, licence and fs_hz.

    Returns
    -------
    xarray.Dataset
        Dimension ``trial`` of size 1, then time.
    """
    data = {}
    for name, values in variables.items():
        inner, _, _, meaning = layout.VARIABLES[name]
        described = {"units": _UNITS[name], "long_name": meaning}
        values = np.asarray(values, dtype=float)[None]  # (trial 1, time, ...)
        data[name] = (("trial", "time", *inner), values, described)
    used = {dim for dims, *_ in data.values() for dim in dims}
    coords = {"time": ("time", np.asarray(time, dtype=float), {"units": "s"})}
    if "axis" in used:
        coords["axis"] = list("xyz")
    coords |= {dim: list(labels) for dim, labels in names.items() if dim in used}
    for name, value in metadata.items():
        units = layout.METADATA[name][0]
        coords[name] = ("trial", np.array([value]), {"units": units} if units else {})
    return layout.check(xr.Dataset(data, coords, {"frame": FRAME, **attrs}))
