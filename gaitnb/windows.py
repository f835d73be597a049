"""From recordings to windows of equal length, and to channels of equal scale."""

import numpy as np
import xarray as xr

from gaitnb import recordings
from gaitnb.data import layout
from gaitnb.errors import DataError, ParameterError

_KEPT = ("dataset", "frame", "source", "licence", "axes")  # attributes of windows


def cut(given, length_s, overlap=0.0, names=None, label=None, short="raise"):
    """Cut recordings into windows.

    Parameters
    ----------
    given : xarray.Dataset or sequence of xarray.Dataset
        Recordings of one rate and the same channels, each with dimension ``trial``; lengths may
        differ.
    length_s : float
        Duration of a window, a whole number of samples.
    overlap : float
        Share of a window that the next one sees again, 0 or more, less than 1.
    names : sequence of str, optional
        Variables to keep; all by default.
    label : callable, optional
        ``label(recording, begin_s, end_s)`` returns the label of a window, or None to leave it
        out. The recording has one trial; times are those of its time axis, `end_s` that of the
        first sample after the window.
    short : {"raise", "skip"}
        What to do with a recording that is shorter than a window.

    Returns
    -------
    xarray.Dataset
        Dimension ``window`` in the order of recordings and of time; ``time`` from 0. Coordinates of
        each window: those of its trial, `trial` (name of the recording), `start_s` (its begin on the
        recording's time axis) and, where `label` was given, `label`. What is left at the end of a
        recording, less than a window, is not used.

    Raises
    ------
    ParameterError
        On a length that is no whole number of samples, or an overlap outside 0..1.
    DataError
        Naming the recording: another rate, gaps in time, other channels, too short; or if no window
        remains.
    """
    given = [given] if isinstance(given, xr.Dataset) else list(given)
    if not given:
        raise DataError("no recording to cut; expected at least one")
    for ds in given:
        if not isinstance(ds, xr.Dataset) or ds.data_vars and "trial" not in ds.dims:
            found = tuple(ds.dims) if isinstance(ds, xr.Dataset) else type(ds).__name__
            raise DataError(f"expected recordings with dimension 'trial', found {found}")
    if names is not None:
        given = [_chosen(ds, names) for ds in given]
    if short not in ("raise", "skip"):
        raise ParameterError(f'short = {short!r}; expected "raise" or "skip"')
    fs_hz = recordings.rate(given[0])
    length, step = _samples(length_s, overlap, fs_hz)
    parts = []
    for number, ds in enumerate(given):
        recordings.rate(ds, expected_hz=fs_hz)
        _same_channels(ds, given[0])
        if ds.sizes["time"] < length:
            if short == "skip":
                continue
            raise DataError(
                f"{recordings.title(ds)}: {ds.sizes['time']} samples "
                f"({ds.sizes['time'] / fs_hz:.3g} s); expected at least {length} ({length_s:g} s). "
                'Leave it out, or cut with short="skip"'
            )
        for trial in range(ds.sizes["trial"]):
            name = str(ds.attrs.get("trial", number)) + (f"/{trial}" * (ds.sizes["trial"] > 1))
            part = _windows(ds.isel(trial=[trial]), name, length, step, fs_hz, label)
            parts += [part] if part.sizes["window"] else []
    if not parts:
        raise DataError(
            f"no window of {length_s:g} s remains of {len(given)} recordings: all are shorter, or "
            "`label` left all out"
        )
    joined = xr.concat(parts, "window", data_vars="all", coords="minimal", join="exact",
                       compat="equals", combine_attrs="override")  # fmt: skip
    joined.attrs = _attributes(given) | {"fs_hz": fs_hz}
    return layout.check(joined)


def share_inside(begin_s, end_s, intervals):
    """Share of a window that lies in intervals, for labels.

    Parameters
    ----------
    begin_s, end_s : float
        Begin and end of the window.
    intervals : array_like, (n, 2) or (2,)
        Begin and end of intervals that do not overlap each other, such as ``u_turn_s``.

    Returns
    -------
    float
        0 to 1.
    """
    intervals = np.asarray(intervals, dtype=float).reshape(-1, 2)
    inside = np.minimum(end_s, intervals[:, 1]) - np.maximum(begin_s, intervals[:, 0])
    return float(np.clip(inside, 0, None).sum() / (end_s - begin_s))


def channel_statistics(train, names=None):
    """Mean and standard deviation of every channel, to be taken from training people alone.

    Parameters
    ----------
    train : xarray.Dataset
        Windows (or trials) of the training people: ``windows.isel(window=train_rows)``.
    names : sequence of str, optional
        Variables; all by default. None may hold NaN.

    Returns
    -------
    xarray.Dataset
        Variables with dimensions ``statistic`` (mean, sd), then those of a channel, such as
        (sensor, axis). The attribute ``subjects`` names the people behind them.

    Raises
    ------
    DataError
        Naming a channel that never changes, or that holds NaN.
    """
    train = train if names is None else _chosen(train, names)
    found = {}
    for name, values in train.data_vars.items():
        mean, sd = (
            values.mean(values.dims[:2], skipna=False),
            values.std(values.dims[:2], skipna=False),
        )
        unusable = ~(sd.values > 1e-12 * np.maximum(1, np.abs(mean.values)))
        if unusable.any():
            channel = np.argwhere(unusable)[0]
            keys = [str(sd[d].values[i]) for d, i in zip(sd.dims, channel, strict=True)]
            raise DataError(
                f"channel {'.'.join([name, *keys])} has standard deviation {sd.values[tuple(channel)]:g} "
                "in the training people; expected a channel that changes and has no NaN"
            )
        found[name] = xr.concat([mean, sd], xr.Variable("statistic", ["mean", "sd"]))
    people = np.unique(train["subject"].values.astype(str))
    return xr.Dataset(found, attrs={"subjects": ", ".join(people)})


def standardise(windows, statistics):
    """Subtract each channel's mean and divide by its standard deviation.

    Parameters
    ----------
    windows : xarray.Dataset
        Windows of anybody.
    statistics : xarray.Dataset
        From `channel_statistics` of the training people.

    Returns
    -------
    xarray.Dataset
        A copy; the variables in `statistics` have the unit ``1`` (standard deviations), the others
        stay as they are.

    Raises
    ------
    DataError
        If a variable of `statistics` is missing, or its channels are others.
    """
    windows = windows.copy()
    for name, stat in statistics.data_vars.items():
        if name not in windows.data_vars:
            raise DataError(
                f"no variable {name!r} to standardise; found {', '.join(windows.data_vars)}"
            )
        values = windows[name]
        for dim in stat.dims[1:]:
            if list(values[dim].values) != list(stat[dim].values):
                raise DataError(
                    f"{name}: the {dim}s are {list(values[dim].values)}; expected those of the "
                    f"statistics, {list(stat[dim].values)}"
                )
        mean, sd = stat.values
        windows[name] = values.copy(data=(values.values - mean) / sd).assign_attrs(units="1")
    return windows


def _samples(length_s, overlap, fs_hz):
    length = round(float(length_s) * fs_hz)
    if length < 1 or not np.isclose(length, length_s * fs_hz, rtol=0, atol=1e-6):
        near = max(length, 1) / fs_hz
        raise ParameterError(
            f"length_s = {length_s:g} is {length_s * fs_hz:g} samples at {fs_hz:g} Hz; expected a "
            f"whole number, such as {near:g} s"
        )
    if not 0 <= overlap < 1:
        raise ParameterError(f"overlap = {overlap!r}; expected a share from 0 to less than 1")
    step = round(length * (1 - overlap))
    if step < 1:
        raise ParameterError(f"overlap = {overlap:g} of {length} samples moves by none; use less")
    return length, step


def _windows(ds, name, length, step, fs_hz, label):
    """Windows of a single trial, each a copy."""
    starts = np.arange(0, ds.sizes["time"] - length + 1, step)
    begin = ds["time"].values[starts]
    labels = None
    if label is not None:
        labels = [label(ds, float(b), float(b + length / fs_hz)) for b in begin]
        keep = np.array([one is not None for one in labels], dtype=bool)
        starts, begin = starts[keep], begin[keep]
        labels = [str(one) for one in labels if one is not None]
    rows = starts[:, None] + np.arange(length)  # (window, time)
    variables = {
        key: (("window", *values.dims[1:]), values.values[0][rows], values.attrs)
        for key, values in ds.data_vars.items()
    }
    coords = {"time": ("time", np.arange(length) / fs_hz, {"units": "s"})}
    coords |= {dim: ds[dim] for dim in ds.dims if dim not in ("trial", "time")}
    for key, coord in ds.coords.items():
        if coord.dims == ("trial",) and key != "trial":
            coords[key] = ("window", np.repeat(coord.values, len(starts)), coord.attrs)
    coords["trial"] = ("window", np.repeat(name, len(starts)))
    coords["start_s"] = ("window", begin, {"units": "s"})
    if labels is not None:
        coords["label"] = ("window", np.array(labels, dtype=str))
    return xr.Dataset(variables, coords)


def _same_channels(ds, first):
    """Refuse a recording whose variables, channels or metadata are not those of the first one."""
    for dim in ("variables", "metadata", *first.dims):
        found, expected = _names(ds, dim), _names(first, dim)
        if found != expected:
            raise DataError(
                f"{recordings.title(ds)}: {dim} {found}; expected as in the first recording, {expected}"
            )


def _names(ds, what):
    if what == "variables":
        return list(ds.data_vars)
    if what == "metadata":
        return sorted(key for key in ds.coords if ds[key].dims == ("trial",) and key != "trial")
    if what in ("trial", "time"):
        return []
    return [str(name) for name in ds[what].values] if what in ds.dims else []


def _chosen(ds, names):
    names = [names] if isinstance(names, str) else list(names)
    missing = [name for name in names if name not in ds.data_vars]
    if missing or not names:
        raise ParameterError(
            f"{recordings.title(ds)} has no variable {missing}; it has {', '.join(ds.data_vars)}"
        )
    chosen = ds[names]  # and the coordinates of their dimensions, those of the trial included
    used = {dim for name in names for dim in ds[name].dims}
    return chosen.drop_vars([c for c in chosen.coords if not set(chosen[c].dims) <= used])


def _attributes(given):
    """Attributes that all have in common; where they differ, all of them in words."""
    kept = {}
    for key in _KEPT:
        found = list(dict.fromkeys(str(ds.attrs[key]) for ds in given if key in ds.attrs))
        if found:
            kept[key] = "; ".join(found)
    return kept
