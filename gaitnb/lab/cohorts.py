"""Cohorts of the virtual lab: many people, recorded as a laboratory would record them.

Everything random depends on the seed, the subject's number and the trial alone: subject 7 is the
same in a cohort of ten and of a thousand, alone or beside others, on one process or on many.
"""

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import chain

import numpy as np
import xarray as xr

from gaitnb.errors import LabError, ParameterError
from gaitnb.lab import artefacts, dynamics, imu, mechanics, movement, people, sensors
from gaitnb.lab.mechanics import JOINTS
from gaitnb.lab.skeleton import INDEX

EIGHT = (
    "torso",
    "pelvis",
    *(f"{place}_{side}" for place in ("thigh", "shank", "toes") for side in ("left", "right")),
)
VARIABLES = ("acc", "gyr", "grf", "cop", "free_moment", "angle", "moment")
SIDES, AXES = ("left", "right"), ("x", "y", "z")
DEVICE, IDEAL = "device", "ideal"
ATTRS = {
    "source": "virtual gait lab of gaitnb",
    "licence": "MIT",
    "frame": "lab: x forward, y up, z right",
    "virtual": "yes",
}
_UNITS = {
    "acc": "m/s^2", "gyr": "rad/s", "grf": "BW", "cop": "m", "free_moment": "Nm",
    "angle": "deg", "moment": "Nm/kg",
}  # fmt: skip
_DIMS = {
    "acc": ("sensor", "axis"), "gyr": ("sensor", "axis"), "grf": ("side", "axis"),
    "cop": ("side", "axis"), "free_moment": ("side",), "angle": ("joint",), "moment": ("joint",),
}  # fmt: skip
_RECORDED = 2  # stream of random numbers of the devices


def healthy_walking(
    n_people=10,
    speeds_mps=None,
    duration_s=20.0,
    fs_hz=100.0,
    sensors=EIGHT,
    variables=VARIABLES,
    errors="device",
    reference="general",
    seed=0,
    group=None,
    processes=1,
):
    """Healthy people walking on the level, recorded by IMUs, force plates and a motion laboratory.

    Parameters
    ----------
    n_people : int
        How many, numbered from 1; not used where `group` is given.
    speeds_mps : sequence of float, optional
        One trial each; by default one trial at the person's preferred speed.
    duration_s, fs_hz : float
        Length of a trial and sampling rate.
    sensors : sequence of str
        Places of IMUs, names of `gaitnb.lab.sensors.PLACES`.
    variables : sequence of str
        Some of `VARIABLES`. Forces are in body weights, ground on foot; the centre of pressure is
        NaN in swing; angles in degrees and internal joint moments in Nm/kg.
    errors : {"device", "ideal"}
        ``device``: sensors with heel impact, soft tissue and the errors of a consumer IMU;
        ``ideal``: perfect sensors.
    reference : {"general", "gutenberg"}
        Population from which people are drawn, see `gaitnb.lab.people.population`.
    seed : int
        Of people, strides and sensors.
    group : sequence of gaitnb.lab.people.Person, optional
        People of one's own.
    processes : int
        How many people are computed at a time; the numbers do not depend on it.

    Returns
    -------
    xarray.Dataset
        Dimensions trial, time, sensor, side, axis, joint; coordinates of the trials are subject,
        speed_mps (as walked), age_years, height_m, mass_kg, leg_length_m, sex, condition, group.
        The attribute ``left_out`` names people without a valid gait, and why.

    Raises
    ------
    ParameterError
        For zero people, repeated subject numbers, unknown sensors or variables, values outside
        the validated ranges.
    LabError
        If nobody is left.
    """
    found = stream(
        n_people, speeds_mps, duration_s, fs_hz, sensors, variables, errors, reference, seed,
        group, processes,
    )  # fmt: skip
    return join(found, f"lab:healthy_walking, seed {seed}")


def stream(
    n_people=10, speeds_mps=None, duration_s=20.0, fs_hz=100.0, sensors=EIGHT, variables=VARIABLES,
    errors="device", reference="general", seed=0, group=None, processes=1,
):  # fmt: skip
    """As `healthy_walking`, person by person, so that memory is bounded.

    Yields
    ------
    xarray.Dataset
        The trials of one person; without variables, and with the reason as the attribute
        ``left_out``, for a person who has no valid gait.
    """
    if group is None:
        group = people.population(n_people, seed=seed, reference=reference)
    _check(group, speeds_mps, sensors, variables, errors)
    one = partial(
        _record, speeds_mps=speeds_mps, duration_s=duration_s, fs_hz=fs_hz, places=tuple(sensors),
        variables=tuple(variables), errors=errors, seed=seed,
    )  # fmt: skip
    return each(one, group, processes)


def each(one, group, processes):
    """``one(person)`` for everybody, in order, on one process or on several."""
    if processes == 1:
        yield from map(one, group)
        return
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(one, group)


def join(found, name):
    """One dataset of all people's; names those who were left out."""
    parts, missing = [], []
    for part in found:
        if part.data_vars:
            parts.append(part)
        else:
            missing.append(part.attrs["left_out"])
    if not parts:
        raise LabError(f"{name}: no person has a valid gait: {'; '.join(missing)}")
    whole = xr.concat(parts, "trial", combine_attrs="override")
    return whole.assign_attrs(dataset=name, left_out="; ".join(missing))


def subject_name(person):
    """Identifier of a virtual person."""
    return f"virtual-{person.number:04d}"


def trial_coordinates(person, speeds):
    """Coordinates of a person's trials."""
    n = len(speeds)
    known = {
        "subject": subject_name(person), "sex": person.sex, "group": "healthy",
        "age_years": person.age_years, "height_m": person.height_m, "mass_kg": person.mass_kg,
        "leg_length_m": person.leg_length_m or np.nan,
    }  # fmt: skip
    coords = {name: ("trial", np.full(n, value)) for name, value in known.items()}
    return coords | {"speed_mps": ("trial", np.asarray(speeds, float))}


def left_out(person, reason):
    """What stands for a person without a valid gait."""
    return xr.Dataset(attrs={"left_out": f"subject {person.number}: {reason}"})


def _record(person, speeds_mps, duration_s, fs_hz, places, variables, errors, seed):
    """All trials of one person."""
    speeds = [person.preferred_speed_mps] if speeds_mps is None else speeds_mps
    trials = []
    for number, speed in enumerate(speeds):
        try:
            walk = movement.movement(
                person, speed_mps=speed, duration_s=duration_s, fs_hz=fs_hz, seed=seed,
                trial=number,
            )  # fmt: skip
        except LabError as error:
            return left_out(person, str(error))
        loads = dynamics.inverse_dynamics(
            walk.motion, walk.body, walk.force, walk.cop, walk.free_moment
        )
        residual = dynamics.residual_bw(loads)
        if np.max(residual) > dynamics.RESIDUAL_LIMIT_BW:
            return left_out(person, f"root residual of {np.max(residual):.3f} BW at {speed:g} m/s")
        stream_of_numbers = [seed, person.number, _RECORDED, number]
        trials.append(_signals(walk, loads, places, variables, errors, stream_of_numbers))
    data = {
        name: (("trial", "time", *_DIMS[name]), np.stack([t[name] for t in trials]),
               {"units": _UNITS[name]})
        for name in variables
    }  # fmt: skip
    coords = trial_coordinates(person, [t["speed"] for t in trials])
    coords["condition"] = ("trial", [f"level walking at {speed:.2f} m/s" for speed in speeds])
    coords["time"] = ("time", np.arange(trials[0]["n"]) / fs_hz, {"units": "s"})
    known = {"sensor": list(places), "side": list(SIDES), "axis": list(AXES), "joint": list(JOINTS)}
    used = set(chain.from_iterable(_DIMS[name] for name in variables))
    coords |= {name: values for name, values in known.items() if name in used}
    attrs = ATTRS | {"fs_hz": float(fs_hz), "errors": errors, "left_out": ""}
    return xr.Dataset(data, coords, attrs)


def _signals(walk, loads, places, variables, errors, numbers):
    """Arrays of one trial by name, float32; ``speed`` in m/s as walked and the samples' number."""
    pelvis, fs_hz = walk.motion.position[:, 0, 0], walk.motion.fs_hz
    out = {"n": len(pelvis), "speed": (pelvis[-1] - pelvis[0]) / ((len(pelvis) - 1) / fs_hz)}
    weight = walk.body.mass.sum() * dynamics.GRAVITY
    if {"acc", "gyr"} & set(variables):
        placed = sensors.placements(walk.body, places)
        if errors == IDEAL:
            out["acc"], out["gyr"] = imu.measure(walk.motion, placed)
        else:
            out["acc"], out["gyr"] = imu.record(
                walk.motion, placed, seed=numbers, contacts=walk.contact_s,
                peak_mps2=artefacts.shank_peak(out["speed"]), soft_tissue=True,
            )  # fmt: skip
    out |= {"grf": walk.force / weight, "cop": walk.cop, "free_moment": walk.free_moment}
    if "angle" in variables:
        out["angle"] = np.degrees(walk.coordinates[:, [INDEX[name] for name in JOINTS]])
    if "moment" in variables:
        out["moment"] = mechanics.joint_moments(walk.motion, loads)
    scalars = {name: out[name] for name in ("n", "speed")}
    return scalars | {name: np.asarray(out[name], np.float32) for name in variables}


def _check(group, speeds_mps, places, variables, errors):
    """Refuse what would fail, or mean something else, after long work."""
    if not len(group):
        raise ParameterError("the cohort has no people")
    numbers = [person.number for person in group]
    twice = sorted({n for n in numbers if numbers.count(n) > 1})
    if twice:
        raise ParameterError(f"subject numbers occur twice: {twice}; every person needs their own")
    unknown = [name for name in variables if name not in VARIABLES]
    if unknown or not len(variables):
        raise ParameterError(f"variables {unknown or 'none'}; expected some of {list(VARIABLES)}")
    unknown = [name for name in places if name not in sensors.PLACES]
    if unknown:
        raise ParameterError(f"unknown sensors {unknown}; expected some of {list(sensors.PLACES)}")
    if errors not in (DEVICE, IDEAL):
        raise ParameterError(f"errors is {errors!r}; expected {DEVICE!r} or {IDEAL!r}")
    if speeds_mps is not None and not len(speeds_mps):
        raise ParameterError("speeds_mps is empty; expected at least one speed")
