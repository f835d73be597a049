"""The one layout of recordings: closed lists of names, and the check that holds data against them.

A recording, or a set of recordings of equal length, is an `xarray.Dataset`. Its variables are
those of `VARIABLES`, each with dimensions ``trial`` or ``window``, then ``time``, then the
dimensions that the table names, and with the attribute ``units``. The tables are explained, with
frames and signs, on the page "Notation, frames, signs and units". Recordings of unequal length
are a list of such datasets, one a trial, until they are cut into windows.
"""

import numpy as np
import xarray as xr

from gaitnb.errors import DataError

# name -> (dimensions after time, allowed units, symbol, meaning)
VARIABLES = {
    "acc": (("sensor", "axis"), ("m/s^2",), "a", "specific force at a sensor, gravity included"),
    "gyr": (("sensor", "axis"), ("rad/s",), "ω", "angular velocity of a sensor"),
    "grf": (("side", "axis"), ("BW", "N"), "F", "ground reaction force, ground on foot"),
    "cop": (("side", "axis"), ("m",), "p", "centre of pressure on the floor"),
    "free_moment": (("side",), ("Nm",), "T", "vertical moment of the ground on the foot, at `cop`"),
    "position": (("marker", "axis"), ("m",), "r", "position of a skin marker in the lab"),
    "angle": (("joint",), ("deg",), "θ", "joint angle"),
    "moment": (("joint",), ("Nm/kg",), "M", "internal joint moment per body mass"),
}

# Lab frame as in OpenSim and ISB. A sensor's axes are the same in quiet standing.
AXES = {
    "x": "forward, the direction of walking; braking force is negative",
    "y": "up",
    "z": "right",
    "medial": "towards the body's midline; used where left and right are unknown",
}

SIDES = {
    "left": "left foot",
    "right": "right foot",
    "affected": "foot of the affected leg; for healthy people assigned at random",
    "unaffected": "the other foot",
    "unspecified": "one foot per trial, the source does not say which",
}

SENSORS = {
    "head": "head",
    "torso": "sternum or upper back",
    "upper_back": "sixth thoracic vertebra, beside a sensor on the sternum",
    "lower_back": "fifth lumbar or first sacral vertebra",
    "pelvis": "pelvis, waist",
    "upper_arm_left": "left upper arm",
    "upper_arm_right": "right upper arm",
    "forearm_left": "left forearm",
    "forearm_right": "right forearm",
    "thigh_left": "left thigh (femur)",
    "thigh_right": "right thigh (femur)",
    "shank_left": "left shank (tibia)",
    "shank_right": "right shank (tibia)",
    "foot_left": "back of the left foot",
    "foot_right": "back of the right foot",
    "toes_left": "left forefoot",
    "toes_right": "right forefoot",
}

_JOINT_SIGNS = {
    "hip_flexion": "thigh forward",
    "hip_adduction": "thigh towards the midline",
    "hip_rotation": "thigh turned inwards",
    "knee_flexion": "heel towards the buttocks",
    "ankle_dorsiflexion": "toes up",
    "ankle_inversion": "sole turned towards the midline",
    "toe_extension": "toes up on the foot",
}
# The sign says which way is positive, for the angle and for the moment that drives it.
JOINTS = {
    f"{joint}_{side}": f"{side} side, positive: {sign}"
    for joint, sign in _JOINT_SIGNS.items()
    for side in ("left", "right")
} | {
    "lumbar_extension": "trunk on pelvis, positive: trunk backward",
    "lumbar_bending": "trunk on pelvis, positive: trunk to the right",
    "lumbar_rotation": "trunk on pelvis, positive: trunk turned to the left",
}

# Coordinates along the first dimension: name -> (units, meaning)
METADATA = {
    "subject": ("", "identifier of the person, such as `pataky2008-03`"),
    "session": ("", "identifier of the visit to the laboratory"),
    "speed_mps": ("m/s", "walking speed"),
    "age_years": ("a", "age"),
    "height_m": ("m", "body height"),
    "mass_kg": ("kg", "body mass"),
    "leg_length_m": ("m", "leg length, measured as its source says"),
    "sex": ("", "`female`, `male`, or empty where unknown"),
    "condition": ("", "what the person was asked to do, such as `slow`"),
    "group": ("", "`healthy`, `ankle`, `knee`, `hip`; in other sets the group's name there"),
    "trial": ("", "of a window: the recording that it was cut from"),
    "start_s": ("s", "of a window: its begin on the time axis of the recording"),
    "label": ("", "of a window: its class, such as what the person did"),
}

_LISTS = {"axis": AXES, "side": SIDES, "sensor": SENSORS, "joint": JOINTS}
_FREE = ("marker",)  # names are those of the laboratory; they must only be unique
_MAY_BE_MISSING = ("cop", "position")  # a foot in the air, a marker that no camera saw
_ATTRIBUTES = ("dataset", "frame", "source", "licence")


def check(ds):
    """Hold a dataset against the layout.

    Parameters
    ----------
    ds : xarray.Dataset
        Recordings with dimensions ``trial`` or ``window``, ``time``, and those of `VARIABLES`.

    Returns
    -------
    xarray.Dataset
        The same object, so that a reader can end with ``return check(ds)``.

    Raises
    ------
    DataError
        Naming what was found and what the layout expects.

    Notes
    -----
    `cop` may hold NaN (a foot in the air has no centre of pressure), and so may `position` (no
    camera saw the marker); every other value is finite.
    """
    if not isinstance(ds, xr.Dataset):
        raise DataError(f"expected an xarray.Dataset, found {type(ds).__name__}")
    if not ds.data_vars:
        raise DataError(f"the dataset has no variable; expected one of {', '.join(VARIABLES)}")
    for name in _ATTRIBUTES:
        if not ds.attrs.get(name):
            raise DataError(f"the dataset lacks the attribute {name!r}; needed: {_ATTRIBUTES}")
    if not (_positive(ds.attrs.get("fs_hz")) or ds.attrs.get("sampling")):
        raise DataError("the dataset needs fs_hz > 0, or the attribute 'sampling' in words")
    first = next(iter(ds.data_vars.values())).dims[:1]
    if first not in (("trial",), ("window",)):
        raise DataError(f"the first dimension is {first}; expected 'trial' or 'window'")
    for name, values in ds.data_vars.items():
        _check_variable(name, values, first)
    for dim in (*_LISTS, *_FREE):
        if dim in ds.dims:
            _check_names(ds, dim, _LISTS.get(dim))
    _check_time(ds)
    _check_metadata(ds, first[0])
    return ds


def to_tensor(ds, names):
    """Stack variables into one float32 tensor of channels.

    Channels come in the order of `names`; within a variable the last dimension runs fastest
    (``grf``: side, then axis). The labels name every channel, such as ``grf.left.y``.

    Parameters
    ----------
    ds : xarray.Dataset
        Recordings in the layout that `check` describes.
    names : str or sequence of str
        Variables to stack, such as ``["acc", "gyr"]``.

    Returns
    -------
    torch.Tensor, shape (trial, channel, time)
        In the units of the variables.
    list of str
        One label per channel.

    Raises
    ------
    DataError
        When a name is not a variable of `ds`.
    """
    import torch  # here, so that reading data does not need torch

    names = [names] if isinstance(names, str) else list(names)
    parts, labels = [], []
    for name in names:
        if name not in ds.data_vars:
            raise DataError(f"no variable {name!r}; this dataset has {', '.join(ds.data_vars)}")
        values = ds[name]
        inner = values.dims[2:]
        grid = np.indices([values.sizes[d] for d in inner]).reshape(len(inner), -1).T
        for index in grid:
            keys = [str(ds[d].values[i]) for d, i in zip(inner, index, strict=True)]
            labels.append(".".join([name, *keys]))
        trial, time = values.shape[:2]
        flat = values.values.reshape(trial, time, -1)  # (trial, time, channel)
        parts.append(np.moveaxis(flat, 1, 2))  # (trial, channel, time)
    stacked = np.concatenate(parts, axis=1).astype(np.float32)
    if stacked.shape[1] != len(labels):
        raise DataError(f"{stacked.shape[1]} channels but {len(labels)} labels")
    return torch.from_numpy(stacked), labels


def _positive(value):
    return isinstance(value, int | float | np.number) and value > 0


def _check_variable(name, values, first):
    if name not in VARIABLES:
        raise DataError(f"unknown variable {name!r}; the layout has {', '.join(VARIABLES)}")
    inner, units, _, _ = VARIABLES[name]
    expected = (*first, "time", *inner)
    if values.dims != expected:
        raise DataError(f"{name} has dimensions {values.dims}; expected {expected}")
    if values.size == 0:
        raise DataError(f"{name} is empty: its shape is {values.shape}")
    if values.attrs.get("units") not in units:
        found = values.attrs.get("units", "none")
        raise DataError(f"{name} has units {found!r}; expected {' or '.join(units)}")
    if values.dtype.kind != "f":
        raise DataError(f"{name} is {values.dtype}; expected floating point")
    finite = np.isfinite(values.values)
    if name in _MAY_BE_MISSING:
        finite |= np.isnan(values.values)
    if not finite.all():
        bad = np.unique(np.nonzero(~finite)[0])
        raise DataError(f"{name} is not finite in {len(bad)} of {len(values)} trials: {bad[:5]}")


def _check_names(ds, dim, known):
    if dim not in ds.coords:
        some = f"some of {', '.join(known)}" if known else "unique names"
        raise DataError(f"dimension {dim!r} has no names; expected {some}")
    found = [str(v) for v in ds[dim].values]
    unknown = [v for v in found if (v not in known if known else not v.strip())]
    if unknown:
        if not known:
            raise DataError(f"a {dim} has an empty name; expected unique names")
        raise DataError(f"unknown {dim} {unknown}; the layout has {', '.join(known)}")
    if len(set(found)) < len(found):
        raise DataError(f"{dim} names occur twice: {found}")


def _check_time(ds):
    if "time" not in ds.coords:
        raise DataError("no coordinate 'time'")
    if not ds["time"].attrs.get("units"):
        raise DataError("the coordinate 'time' lacks units, such as 's' or '% stance'")
    if not np.all(np.diff(ds["time"].values) > 0):
        raise DataError("the coordinate 'time' does not increase from sample to sample")


def _check_metadata(ds, first):
    if "subject" not in ds.coords or ds["subject"].dims != (first,):
        raise DataError(f"every {first} needs a coordinate 'subject'")
    if any(not str(s).strip() for s in ds["subject"].values):
        raise DataError("an entry of the coordinate 'subject' is empty")
    for name, coord in ds.coords.items():
        if coord.dims == (first,) and name != first and name not in METADATA:
            known = ", ".join(METADATA)
            raise DataError(f"unknown coordinate {name!r} on {first}; the layout has {known}")
