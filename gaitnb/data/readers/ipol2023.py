"""IMUs on both feet and the lower back of 19 healthy adults walking 10 m, turning, walking back.

Per trial one JSON file with the person and the gait events, and one text file a sensor. What the
files do not say, and how it was found:

- **Clock.** The column PacketCounter is the common clock (100 a second) of sensors and events, not
  the number of the row: radio packets were lost, up to a fifth of them and up to 0.65 s at once, and
  sensors begin and end at different packets. Where packets were lost the signals are interpolated
  linearly; the coordinate ``measured`` (time, sensor) says where they were not.
- **Events** are pairs of toe-off and heel-strike, a swing. In 37 trials they go on after the end
  of the trial as filed; what one foot does after another sensor has ended is left out.
- **Sensor axes.** Xsens axes. Lower back: x up, y left, z backward (integrated from standing over
  the first steps, with the tilt from its own gyroscope, -z gains about 1.2 m/s). Feet: y right, x
  and z both upward because the instep slopes, z forward. Every sensor is turned by gravity in
  quiet standing, then about the vertical: a foot until the main axis of its swing points right (10
  degrees from y on the left, 16 on the right, in opposite directions, spread 10 over trials), the
  lower back as it was strapped on.
- **Gain.** At rest the left foot's accelerometer shows 10.0 to 10.5 m/s^2 (right foot 9.8 to 10.0,
  lower back 9.8 to 10.3); left as filed, in ``rest_m_per_s2``.
- Height or mass of three people are missing (NaN).
"""

import numpy as np
import xarray as xr

from gaitnb.data import layout, mounting, stance
from gaitnb.data.readers.ipol2023_files import FS_HZ, N_TRIALS, SENSORS, SUBJECTS, recording
from gaitnb.errors import DataError


def read(source, subjects=None, axes="standing"):
    """Read the set.

    Parameters
    ----------
    source : gaitnb.data.source.Source
        The files.
    subjects : sequence of int, optional
        Some of 1 to 19; all by default.
    axes : {"standing", "sensor"}
        Sensor axes x forward, y up, z right in quiet standing, or as filed.

    Returns
    -------
    list of xarray.Dataset
        One a trial, ``trial`` of length 1: `acc` and `gyr` (sensor foot_left, foot_right,
        lower_back). Coordinates subject, age, height, mass, sex, and measured (time, sensor);
        attributes trial, walk_s (begin and end), u_turn_s, swings_left_s and swings_right_s (n, 2:
        toe-off and heel-strike), all in s on the time axis, and rest_m_per_s2.

    Raises
    ------
    DataError
        On an unknown option, or a file that is missing, damaged, not laid out as described above,
        in other units, or not synchronous with the events.
    """
    chosen = list(SUBJECTS) if subjects is None else list(subjects)
    unknown = [one for one in chosen if one not in SUBJECTS]
    if unknown or not chosen:
        raise DataError(f"subjects={subjects!r}; allowed: some of {SUBJECTS[0]} to {SUBJECTS[-1]}")
    if axes not in ("standing", "sensor"):
        raise DataError(f"axes={axes!r}; allowed: 'standing' or 'sensor'")
    return [
        _trial(source, subject, trial, axes)
        for subject in chosen
        for trial in range(1, N_TRIALS[subject] + 1)
    ]


def _trial(source, subject, trial, axes):
    paths, raw = recording(source, subject, trial)
    before_walk = float(raw["walk"][0] - raw["time"][0])
    rest = mounting.quiet_standing(raw["acc"], raw["gyr"], FS_HZ, before_walk)
    if rest is None:
        raise DataError(
            f"{source.where(paths['foot_left'])}: no quiet standing before the walk; it shows how "
            "the sensors sit"
        )
    if axes == "standing":
        walk = (raw["time"] >= raw["walk"][0]) & (raw["time"] <= raw["walk"][1])
        for k, sensor in enumerate(SENSORS):
            where = f"{source.where(paths[sensor])}, {sensor}"
            turn = _rotation(raw["gyr"][walk, k], rest[k], sensor, where)
            for quantity in ("acc", "gyr"):
                raw[quantity][:, k] = raw[quantity][:, k] @ turn.T
            if sensor.startswith("foot"):
                side = sensor.removeprefix("foot_")
                _check_swing(raw["time"], raw["gyr"][:, k], raw[f"swings_{side}"], where)
    return _dataset(source, subject, f"{subject}-{trial}", raw, rest, axes)


def _rotation(gyr, rest, sensor, where):
    """Return the matrix that turns a sensor to x forward, y up, z right."""
    _, direction, hint = SENSORS[sensor]
    mounting.check_up(rest, "x", where)
    turn = mounting.rotation(rest, where, **{direction: hint})
    if direction == "right":
        turn = mounting.rotation(rest, where, right=mounting.swing_axis(gyr, rest, hint))
    return turn


def _check_swing(time, gyr, swings, where):
    """In the middle of swing a foot turns toes up, about the axis that points right."""
    begin, length = swings[:, 0], np.diff(swings, axis=1)[:, 0]
    middle = np.searchsorted(time, [begin + 0.3 * length, begin + 0.6 * length])  # (2, swing)
    mean = np.mean([gyr[a:b].mean(axis=0) for a, b in middle.T], axis=0)
    if mean[2] < 1.5 or mean[2] < np.abs(mean[:2]).max():
        raise DataError(
            f"{where}: in mid-swing it turns by ({mean[0]:.2g}, {mean[1]:.2g}, {mean[2]:.2g}) rad/s "
            "about forward, up and right; expected mostly right, above 1.5. The gyroscope's sign or "
            "axes are not those of the accelerometer"
        )


def _dataset(source, subject, name, raw, rest, axes):
    dims = ("trial", "time", "sensor", "axis")
    variables = {
        "acc": (dims, raw["acc"][None], {"units": "m/s^2"}),
        "gyr": (dims, raw["gyr"][None], {"units": "rad/s"}),
    }
    coords = {
        "time": ("time", raw["time"], {"units": "s"}),
        "sensor": list(SENSORS),
        "axis": list("xyz"),
        "measured": (("time", "sensor"), raw["measured"]),
        "subject": ("trial", [f"{source.name}-{subject:02d}"]),
        "sex": ("trial", [str(raw["sex"])]),
    }
    for key in ("age_years", "height_m", "mass_kg"):
        coords[key] = ("trial", [float(raw[key])], {"units": layout.METADATA[key][0]})
    attrs = source.attrs | {"frame": stance.FRAME, "fs_hz": FS_HZ, "trial": name}
    attrs |= {f"{k}_s": raw[k] for k in ("walk", "u_turn", "swings_left", "swings_right")}
    attrs["axes"] = "standing" if axes == "standing" else "unknown"
    attrs["rest_m_per_s2"] = np.linalg.norm(rest, axis=1).round(3)
    return layout.check(xr.Dataset(variables, coords, attrs))
