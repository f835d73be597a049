"""Eight IMUs and an instrumented treadmill: six adults, normal and mock stiff-knee gait.

Four files a trial, all at 100 Hz with the same number of rows: accelerometers (m/s^2, gravity
included), gyroscopes (rad/s), forces (N, m, Nm), and for some trials OpenSim's orientations, which
are not read. What the files do not say, and how it was found:

- **Clocks.** IMUs and force plates did not start together. The lag between total vertical force
  and the length of the torso's acceleration is at most one sample in 18 of 24 trials; `SYNCHRONY`
  holds what is corrected in the others. One of them is left out.
- **Lost force.** In about a dozen places the plates lost samples, one to some forty, which the
  authors' filter turned into dips and ringing: both feet together carry less than 0.6 body weights
  for a moment. The attribute ``force_gaps_s`` names these stretches; they are left as filed.
- **Centre of pressure.** It was filtered together with the zeros of swing, and is off by
  centimetres to decimetres until a foot carries a fifth of the body weight; below that it is NaN.
- **Sensor axes.** Xsens axes, x up and z out of the skin: forward on the sternum (with x down in
  subjects 04 and 07), backward on the pelvis, sideways on thighs and shanks, up and forward on the
  toes. Every sensor is turned by gravity in quiet standing before the walk, then about the
  vertical: legs until the main axis of their swing points right, torso and pelvis by the way they
  were strapped on. OpenSim's orientations, which are not used for it, agree: "right" of a person's
  two shanks within 20 degrees, that of the pelvis within 12 of their mean, of the torso within 26.
- **Gain.** At rest the torso's accelerometer shows 11 and the left toes' 12 m/s^2. Both are left
  as filed; ``rest_m_per_s2`` holds what every sensor shows at rest.
"""

import numpy as np
import pandas as pd
import xarray as xr

from gaitnb.data import layout, mounting, signal_checks, stance
from gaitnb.data.readers.pearl2022_files import (
    FS_HZ,
    SENSORS,
    SUBJECTS,
    TRIALS,
    path,
    people,
    recording,
)
from gaitnb.errors import DataError

SIDES = ("left", "right")
COP_FROM = 0.2  # share of the body weight on a foot, below which its centre of pressure is filtered
_GAP_BELOW = 0.6  # both feet together carry less of the body weight only where force was lost
_STANDING_S = 3.0  # the walk begins within three seconds

# Measured as correlation of |torso acceleration| with total vertical force. Lags of at most one
# sample are left as filed.
# subject, trial, first and end sample of force (end 0: the last), samples that the IMUs are late
# (negative: early), correlation there, note; an empty lag means left out.
SYNCHRONY = (
    (2, "EMGStiffKnee", 0, 0, 2, 0.94, ""),
    (6, "CSBaseline", 0, 0, 2, 0.93, ""),
    (6, "CSStiffKnee", 0, 5170, 102, 0.96, "until the plates lose 17 samples"),
    (6, "CSStiffKnee", 5240, 0, 85, 0.85, "after that"),
    (6, "EMGStiffKnee", 0, 0, -448, 0.90, "the IMUs miss the standing at the beginning"),
    (7, "CSStiffKnee", 0, 0, -4, 0.94, ""),
    (7, "EMGStiffKnee", 0, 0, None, 0.42, "after sample 4,250, where force was lost, no lag fits"),
)


def synchrony():
    """Return what is corrected: one row per stretch of a trial that is moved or left out.

    Returns
    -------
    pandas.DataFrame
        subject, trial, first and end (samples of force; end 0 is the last), imu_late_samples
        (NaN: left out), r (correlation at that lag), note, source.
    """
    names = ["subject", "trial", "first", "end", "imu_late_samples", "r", "note"]
    table = pd.DataFrame(SYNCHRONY, columns=names)
    table["imu_late_samples"] = table["imu_late_samples"].astype(float)
    table["source"] = "measured as correlation of |torso acceleration| with total vertical force"
    return table


def read(source, subjects=None, trials=None, synchronise=True, grf="BW", axes="standing"):
    """Read the set.

    Parameters
    ----------
    source : gaitnb.data.source.Source
        The files.
    subjects : sequence of int, optional
        Some of `SUBJECTS`; all by default.
    trials : sequence of str, optional
        Some of `TRIALS`; all by default.
    synchronise : bool
        Move the IMUs as `synchrony` says, cut what has no partner, and leave the bad trial out.
        A trial that is moved by two amounts comes as two datasets. Otherwise everything is as filed.
    grf : {"BW", "N"}
        Unit of the force.
    axes : {"standing", "sensor"}
        Sensor axes x forward, y up, z right in quiet standing, or as filed.

    Returns
    -------
    list of xarray.Dataset
        One a trial, ``trial`` of length 1: `acc`, `gyr` (sensor 8), `grf`, `cop` (NaN where a foot
        carries less than a fifth of the body weight), `free_moment`. Time is that of the force
        files. Coordinates subject, session, condition, speed, age, height, mass, sex; attributes
        trial (name in the files), synchrony, force_gaps_s, rest_m_per_s2.

    Raises
    ------
    DataError
        On an unknown option, or a file that is not laid out as described above, whose units, signs
        or axes are not those documented, or whose IMUs and plates are not synchronous.
    """
    subjects = _chosen(subjects, SUBJECTS, "subjects")
    trials = _chosen(trials, TRIALS, "trials")
    for name, value, allowed in (("grf", grf, ("BW", "N")), ("axes", axes, ("standing", "sensor"))):
        if value not in allowed:
            raise DataError(f"{name}={value!r}; allowed: {' or '.join(map(repr, allowed))}")
    table = people(source)
    found = []
    for subject in subjects:
        row = list(table["number"]).index(subject)
        person = {key: values[row].item() for key, values in table.items()}
        for trial in trials:
            found += _trial(source, person, trial, synchronise, grf, axes)
    return found


def _chosen(given, known, name):
    chosen = list(known) if given is None else list(given)
    unknown = [one for one in chosen if one not in known]
    if unknown or not chosen or isinstance(given, str):
        raise DataError(f"{name}={given!r}; allowed: some of {', '.join(map(str, known))}")
    return chosen


def _trial(source, person, trial, synchronise, grf, axes):
    """Return the datasets of a trial: one, two where it falls into pieces, none if left out."""
    number = int(person["number"])
    plan = [row for row in SYNCHRONY if row[:2] == (number, trial)] if synchronise else []
    if any(row[4] is None for row in plan):
        return []
    where = source.where(path(number, trial, "Accel.trc"))
    raw = recording(source, number, trial, person["mass_kg"])
    rest = _rest(source, person, trial, raw)
    if axes == "standing":
        turn = _rotations(raw["gyr"], rest, where)
        for name in ("acc", "gyr"):
            turned = [raw[name][:, k] @ turn[k].T for k in range(len(SENSORS))]
            raw[name] = np.stack(turned, axis=1)
    n = len(raw["grf"])
    pieces = []
    for _, _, first, end, late, _, _ in plan or [(number, trial, 0, 0, 0, 0, "")]:
        first, end = max(first, -late), min(end or n, n - max(late, 0))
        imu, force = slice(first + late, end + late), slice(first, end)
        if synchronise:
            _check_clocks(raw, imu, force, where)
        ds = _dataset(source, person, trial, raw, imu, force, grf)
        ds.attrs |= {
            "axes": "standing" if axes == "standing" else "unknown",
            "rest_m_per_s2": np.linalg.norm(rest, axis=1).round(3),
            "synchrony": f"IMUs moved by {-late} samples" if late else "as filed",
        }
        pieces.append(ds)
    return pieces


def _rest(source, person, trial, raw):
    """Return acceleration (sensor, 3) in quiet standing; of the session's other trial if need be.

    Within a session the sensors stay where they are.
    """
    number, session = int(person["number"]), TRIALS[trial][0]
    rest = mounting.quiet_standing(raw["acc"], raw["gyr"], FS_HZ, _STANDING_S)
    others = [other for other in TRIALS if TRIALS[other][0] == session and other != trial]
    for other in others if rest is None else ():
        if source.has(path(number, other, "Accel.trc")):
            raw = recording(source, number, other, person["mass_kg"])
            rest = mounting.quiet_standing(raw["acc"], raw["gyr"], FS_HZ, _STANDING_S)
    if rest is None:
        raise DataError(
            f"{source.where(path(number, trial, 'Gyro.trc'))}: no quiet standing in the first "
            f"{_STANDING_S:g} s, nor in the session's other trial; it shows how the sensors sit"
        )
    return rest


def _rotations(gyr, rest, where):
    """Return the rotation of every sensor, (sensor, 3, 3), to x forward, y up, z right."""
    walking = gyr[int(_STANDING_S * FS_HZ) :]
    turn = []
    for k, (sensor, (_, direction, hint)) in enumerate(SENSORS.items()):
        name = f"{where}, {sensor}"
        mounting.check_up(rest[k], "z" if sensor == "torso" else "x", name)
        turn.append(mounting.rotation(rest[k], name, **{direction: hint}))
        if direction == "right":
            axis = mounting.swing_axis(walking[:, k], rest[k], hint)
            turn[-1] = mounting.rotation(rest[k], name, right=axis)
        if sensor.startswith("shank"):
            _check_swing(walking[:, k] @ turn[-1].T, name)
    return np.stack(turn)


def _check_swing(gyr, where):
    """A shank turns mostly about the right axis: forward fast, in swing, backward slowly."""
    share = float(np.var(gyr[:, 2]) / np.var(gyr, axis=0).sum())
    turning = gyr[:, 2] - gyr[:, 2].mean()
    skewness = float(np.mean(turning**3) / np.mean(turning**2) ** 1.5)
    if share < 0.4 or skewness < 0.2:
        raise DataError(
            f"{where}: {share:.0%} of its rotation is about the axis that points right, with "
            f"skewness {skewness:.2f}; expected at least 40% and 0.2. The gyroscope's sign or axes "
            "are not those of the accelerometer, or left and right are exchanged"
        )


def _check_clocks(raw, imu, force, where):
    """Torso and forces move together, and a foot turns while its own plate is empty."""
    names = list(SENSORS)
    torso = np.linalg.norm(raw["acc"][imu, names.index("torso")], axis=-1)
    vertical = raw["grf"][force, :, 1]
    signal_checks.check_synchronous(
        vertical.sum(axis=1), torso, FS_HZ, where, tolerance_s=0.025, least_r=0.7
    )
    feet = [names.index(f"toes_{side}") for side in SIDES]
    turning = np.linalg.norm(raw["gyr"][imu][:, feet], axis=-1)
    r = np.corrcoef(vertical, turning, rowvar=False)[:2, 2:]  # force left, right; foot left, right
    if r[0, 0] > r[0, 1] or r[1, 1] > r[1, 0]:
        raise DataError(
            f"{where}: the left foot turns while the left plate is loaded (correlation "
            f"{r[0, 0]:.2f}; right {r[1, 1]:.2f}); expected both negative. Left and right are "
            "exchanged in one of the files"
        )


def _dataset(source, person, trial, raw, imu, force, grf):
    """Assemble one stretch of a trial."""
    session, condition = TRIALS[trial]
    weight = float(person["mass_kg"]) * signal_checks.GRAVITY
    newtons = raw["grf"][force]
    carried = newtons[..., 1] > COP_FROM * weight
    time = np.arange(force.start, force.stop) / FS_HZ
    sides = ("trial", "time", "side")
    sensors = ("trial", "time", "sensor", "axis")
    force_values = newtons / weight if grf == "BW" else newtons
    cop = np.where(carried[..., None], raw["cop"][force], np.nan)
    variables = {
        "acc": (sensors, raw["acc"][None, imu], {"units": "m/s^2"}),
        "gyr": (sensors, raw["gyr"][None, imu], {"units": "rad/s"}),
        "grf": ((*sides, "axis"), force_values[None], {"units": grf}),
        "cop": ((*sides, "axis"), cop[None], {"units": "m"}),
        "free_moment": (sides, raw["free_moment"][None, force], {"units": "Nm"}),
    }
    coords = {
        "time": ("time", time, {"units": "s"}),
        "sensor": list(SENSORS),
        "side": list(SIDES),
        "axis": list("xyz"),
        "subject": ("trial", [f"{source.name}-{int(person['number']):02d}"]),
        "session": ("trial", [session]),
        "condition": ("trial", [condition]),
        "sex": ("trial", [str(person["sex"])]),
    }
    for name in ("speed_mps", "age_years", "height_m", "mass_kg"):
        coords[name] = ("trial", [float(person[name])], {"units": layout.METADATA[name][0]})
    attrs = source.attrs | {"frame": stance.FRAME, "fs_hz": FS_HZ, "trial": trial}
    attrs["force_gaps_s"] = _gaps(newtons[..., 1].sum(axis=1) / weight, time)
    return layout.check(xr.Dataset(variables, coords, attrs))


def _gaps(carried, time, margin_s=0.1):
    """Return begin and end (n, 2), in s, of stretches in which force was lost, with a margin."""
    low = time[carried < _GAP_BELOW]
    if not len(low):
        return np.empty((0, 2))
    groups = np.split(low, np.flatnonzero(np.diff(low) > 2 * margin_s) + 1)
    return np.array([(group[0] - margin_s, group[-1] + margin_s) for group in groups])
