"""Overground walking of eight people in five gaits: markers, two force plates, shank IMUs.

Conversions. Markers: cameras' axes x right, y forward, z up in mm, their origin beside and above
the floor by the wand that set it; here lab axes in m from the floor. Plates: see
`gaitnb.data.readers.li2021_plates`. IMUs: 4096 counts a g and 32.768 counts a deg/s, axes x down,
z left, y backward on both legs; here x forward, y up, z right in m/s^2 and rad/s. The authors
turned every IMU's axes so that its last axis is the shank's mean axis of rotation: in standing,
gravity lies up to 15 degrees off y in the frontal plane.

All streams of a trial share one clock: time is 0 at the first frame of the cameras. The walking
speed is that of the four pelvis markers over the recording. Which file belongs to which, and the
measures of the people, are from the authors' tables (``li2021_trials.csv``, ``li2021_people.csv``).
"""

import functools
import importlib.resources
import io

import numpy as np
import pandas as pd
import scipy.io
from scipy.signal import savgol_filter

from gaitnb.data import signal_checks
from gaitnb.data.readers import li2021_plates, recording, vicon_csv
from gaitnb.errors import DataError

STREAMS = ("markers", "plates", "imu")
GAITS = {
    "Norm": "normal",
    "Slow": "slow",
    "Fast": "fast",
    "Rmin": "short right step",
    "Lmin": "short left step",
}
MARKERS = [
    f"{side}{place}"
    for side in "LR"
    for place in ("ASI", "PSI", "HIP", "KNE", "KNE2", "TIB", "ANK", "ANK2", "HEE", "TOE")
]
FRAME_HZ = 100
ACC_COUNTS, GYR_COUNTS, STANDARD_G = 4096.0, 32.768, 9.80665
_ALIASES = {"LHEEL": "LHEE", "RHEEL": "RHEE"}
_PELVIS = ["LASI", "RASI", "LPSI", "RPSI"]
_BOTH_SIDES = ("ASI", "PSI", "HIP", "KNE", "ANK", "HEE", "TOE")  # seen nearly always
_EXP, _IMU = "EXPData_Process/EXPData", "ShankMotionCal/RV1/ExtractData"


def read(source, streams="markers", people=None, gaits=None, trials=None, static=False):
    """Read trials.

    Parameters
    ----------
    source : gaitnb.data.source.Source
        The files.
    streams : str or sequence of str
        Of "markers", "plates", "imu". One name gives that stream at its own rate and whole length
        (100, 1000, 100 Hz). Several give one dataset a trial at 100 Hz, over the frames that all
        of them cover; the plates are then averaged over 10 ms around every frame.
    people : sequence of str, optional
        Such as ``["S01", "S02"]``; all by default.
    gaits : sequence of str, optional
        Of "normal", "slow", "fast", "short right step", "short left step"; all by default.
    trials : sequence of int, optional
        Of 1 to 6; all by default.
    static : bool
        Read the standing trial of each person and gait instead (markers only).

    Returns
    -------
    list of xarray.Dataset
        One a trial, dimension ``trial`` of size 1. Markers: `position` (trial, time, marker 20,
        axis) in m, NaN where not seen. Plates: `grf` in N, ground on foot, `cop` (NaN below 20 N),
        `free_moment`. IMU: `acc`, `gyr` of the sensors shank_left, shank_right. Attributes:
        ``corrections``, what had to be put right (in three trials the left and right markers of
        the pelvis are exchanged in the files); with plates, how much of each stance is recorded,
        see `li2021_plates.stance`; with IMUs, ``imu_late_left_s`` and ``imu_late_right_s``, how
        late each is against the markers (-0.03 to 0.02 s; not corrected).

    Raises
    ------
    DataError
        When an option is unknown, or a file is damaged, not laid out as documented, against
        physics, or not synchronous with the others of its trial.
    """
    streams = (streams,) if isinstance(streams, str) else tuple(streams)
    _known("stream", streams, STREAMS)
    if not streams or len(set(streams)) < len(streams):
        raise DataError(f"streams={streams}; expected each once, of {', '.join(STREAMS)}")
    if static and streams != ("markers",):
        raise DataError(f"streams={streams} with static=True; the standing trials have markers")
    rows = _files().query("trial == 1") if static else _files()
    for column, wanted in (("subject", people), ("condition", gaits), ("trial", trials)):
        if wanted is not None:
            wanted = [wanted] if isinstance(wanted, str | int) else list(wanted)
            allowed = list(dict.fromkeys(_files()[column]))
            _known({"subject": "person", "condition": "gait"}.get(column, column), wanted, allowed)
            rows = rows[rows[column].isin(wanted)]
    if rows.empty:
        raise DataError(f"no trial of li2021 is chosen by {people=}, {gaits=}, {trials=}")
    place = functools.cache(lambda left, right: _place(source, left, right))
    records = rows.itertuples(index=False)
    return [
        _standing(source, r) if static else _walking(source, r, streams, place) for r in records
    ]


@functools.cache
def _people():
    return _packaged("li2021_people.csv").set_index("subject")


def people():
    """Return the measures of the eight people.

    Returns
    -------
    pandas.DataFrame
        Index S01 to S08; columns age_years, height_m, mass_kg, sex, and in m thigh_m, shank_m,
        ankle_height_m, heel_m, toe_m (the last two from the ankle, horizontally).
    """
    return _people().copy()


@functools.cache
def _files():
    """Return one row per trial with the paths of all its files."""
    rows = []
    for r in _packaged("li2021_trials.csv").itertuples():
        folder = f"{_EXP}/{r.subject}"
        pairs = zip(r.recordings.split(), r.imu.split(), strict=True)
        for trial, (number, imu) in enumerate(pairs, 1):
            rows.append(
                {
                    "subject": r.subject,
                    "condition": GAITS[r.gait],
                    "trial": trial,
                    "markers": f"{folder}/Traj2End/{r.gait} {number}.csv",
                    "plates": f"{folder}/Device/{r.gait} {number}.csv",
                    "imu": f"{_IMU}/{r.subject}/{r.gait}_{imu}.mat",
                    "static": f"{folder}/Traj2End/{r.gait} {r.static}.csv",
                    "wand_left": f"{folder}/Traj2End/Cal {r.wand_left}.csv",
                    "wand_right": f"{folder}/Traj2End/Cal {r.wand_right}.csv",
                }
            )
    return pd.DataFrame(rows)


def _packaged(name):
    path = importlib.resources.files("gaitnb.data.readers") / name
    with path.open(encoding="utf-8") as stream:
        texts = ("static", "wand_left", "wand_right")
        return pd.read_csv(stream, dtype=dict.fromkeys(texts, str))


def _known(what, wanted, allowed):
    unknown = [name for name in wanted if name not in allowed]
    if unknown:
        listed = ", ".join(map(str, allowed))
        raise DataError(f"li2021 has no {what} {unknown[0]!r}; it has {listed}")


def _place(source, left, right):
    return li2021_plates.right_plate(
        li2021_plates.wand(source, left), li2021_plates.wand(source, right)
    )


def _walking(source, row, streams, place):
    """Read one trial."""
    frame, position, corrections = _markers(source, row.markers)
    metadata = _metadata(row) | {"speed_mps": _speed(position)}
    attrs = source.attrs | {"fs_hz": float(FRAME_HZ), "recording": _name(row.markers)}
    attrs["corrections"] = corrections
    parts = {}  # stream -> (frames, variables)
    if "markers" in streams:
        parts["markers"] = (frame, {"position": position})
    if "plates" in streams:
        pose = place(row.wand_left, row.wand_right)
        plates = li2021_plates.read(source, row.plates, pose, metadata["mass_kg"])
        whole = np.unique(np.floor(plates["frame"]))
        sampled = li2021_plates.at_frames(plates, whole)
        _check_contact(frame, position, sampled, source.where(row.plates))
        attrs |= li2021_plates.stance(plates)
        if streams == ("plates",):
            sampled, attrs["fs_hz"] = plates, float(li2021_plates.FS_HZ)
        parts["plates"] = (sampled["frame"], li2021_plates.contact(sampled))
    if "imu" in streams:
        imu = _imu(source, row.imu)
        attrs |= _check_shanks(frame, position, imu, source.where(row.imu))
        parts["imu"] = (np.arange(1, len(imu["acc"]) + 1), imu)
    frame, variables = _common(parts)
    names = {"marker": MARKERS, "side": ["left", "right"], "sensor": ["shank_left", "shank_right"]}
    return recording.dataset(variables, (frame - 1) / FRAME_HZ, names, metadata, attrs)


def _standing(source, row):
    """Read one standing trial."""
    frame, position, corrections = _markers(source, row.static, walking=False)
    attrs = source.attrs | {"fs_hz": float(FRAME_HZ), "recording": _name(row.static)}
    attrs["corrections"] = corrections
    metadata = _metadata(row) | {"condition": f"standing before {row.condition}"}
    time, names = (frame - 1) / FRAME_HZ, {"marker": MARKERS}
    return recording.dataset({"position": position}, time, names, metadata, attrs)


def _common(parts):
    """Return the frames that all parts have, and the variables there."""
    shared = functools.reduce(np.intersect1d, [frame for frame, _ in parts.values()])
    variables = {}
    for frame, values in parts.values():
        at = np.searchsorted(frame, shared)
        variables |= {name: value[at] for name, value in values.items()}
    return shared, variables


def _metadata(row):
    person = _people().loc[row.subject]
    return {
        "subject": f"li2021-{row.subject}",
        "condition": row.condition,
        "age_years": float(person["age_years"]),
        "height_m": float(person["height_m"]),
        "mass_kg": float(person["mass_kg"]),
        "leg_length_m": float(person[["thigh_m", "shank_m", "ankle_height_m"]].sum()),
        "sex": person["sex"],
        "group": "healthy",
    }


def _name(path):
    """Return what a recording is called, such as ``S01 Norm 102``."""
    folder, _, file = path.partition("/Traj2End/")
    return f"{folder[-3:]} {file.removesuffix('.csv')}"


def _markers(source, path, walking=True):
    """Return frames (time,) and positions (time, marker, 3) in the lab."""
    where = source.where(path)
    table = vicon_csv.table(source, path, "Trajectories", FRAME_HZ)
    position = vicon_csv.markers(table, MARKERS, where, _ALIASES)
    position = li2021_plates.to_lab(position + li2021_plates.ORIGIN_M)
    seen = np.isfinite(position).all(axis=2)
    for name in [f"{side}{name}" for side in "LR" for name in _BOTH_SIDES]:
        if seen[:, MARKERS.index(name)].mean() < 0.5:
            raise DataError(f"{where}: marker {name} is seen in less than half of the frames")
    pelvis, knee, ankle = (
        np.nanmean(position[:, [MARKERS.index(f"{side}{name}") for side in "LR"], 1])
        for name in ("ASI", "KNE", "ANK")
    )
    if not (1.3 > pelvis > 0.6 and 0.7 > knee > 0.25 and 0.25 > ankle > 0):
        raise DataError(
            f"{where}: pelvis, knees and ankles are at {pelvis:.3g}, {knee:.3g} and {ankle:.3g} m; "
            "expected about 0.9, 0.45 and 0.1. Unit or axes are others"
        )
    position, corrections = _sides(position, where)
    if walking:
        pelvis = position[:, [MARKERS.index(name) for name in _PELVIS]]
        way = np.nanmean(pelvis[-10:] - pelvis[:10], axis=(0, 1))
        if way[0] < 2 * np.abs(way[1:]).max() or way[0] < 0.1:
            raise DataError(
                f"{where}: the pelvis moves by {way.round(2)} m forward, up, right; expected "
                "forward. Axes are in another order, or the person does not walk"
            )
    return table.frame, position, corrections


def _sides(position, where):
    """Return positions with left and right as they are, and what had to be exchanged for that."""
    right = {}
    for name in _BOTH_SIDES:
        pair = position[:, [MARKERS.index(f"{side}{name}") for side in "LR"], 2]
        right[name] = float(np.nanmean(pair[:, 1]) - np.nanmean(pair[:, 0]))
    wrong = [name for name, distance in right.items() if distance < 0.02]
    if not wrong:
        return position, ""
    if wrong != ["ASI", "PSI"]:
        raise DataError(
            f"{where}: the right {wrong[0]} is {right[wrong[0]]:.3g} m to the right of the left "
            "one; expected 0.1 to 0.4. Axes are in another order, or sides are exchanged"
        )
    order = list(range(len(MARKERS)))
    for name in wrong:
        i, j = MARKERS.index(f"L{name}"), MARKERS.index(f"R{name}")
        order[i], order[j] = j, i
    return position[:, order], "left and right markers of the pelvis exchanged back"


def _speed(position):
    """Return the mean forward speed in m/s: slope of a line through each pelvis marker's path."""
    slopes = []
    for name in _PELVIS:
        x = position[:, MARKERS.index(name), 0]
        seen = np.flatnonzero(np.isfinite(x))
        slopes.append(np.polyfit(seen / FRAME_HZ, x[seen], 1)[0])
    return float(np.mean(slopes))


def _imu(source, path):
    """Return `acc` and `gyr` (time, sensor, 3) in sensor axes x forward, y up, z right."""
    where = source.where(path)
    names = ["TrialLeft", "TrialRight"]
    try:
        content = scipy.io.loadmat(io.BytesIO(source.read(path)), variable_names=names)
    except Exception as error:  # scipy raises many kinds on damaged files
        raise DataError(f"{where}: not a whole MATLAB 5 file ({error})") from None
    signal_checks.check_present([n for n in names if n in content], names, where)
    legs = [np.asarray(content[name], dtype=float) for name in names]
    if any(leg.ndim != 2 or leg.shape[1] != 6 for leg in legs) or len(legs[0]) != len(legs[1]):
        raise DataError(
            f"{where}: TrialLeft and TrialRight are {legs[0].shape} and {legs[1].shape}; expected "
            "(time, 6), of equal length"
        )
    counts = np.stack(legs, axis=1).reshape(-1, 2, 2, 3)  # (time, sensor, acc or gyr, axis)
    turned = -counts[..., [1, 0, 2]]  # y backward, x down, z left -> forward, up, right
    acc = turned[:, :, 0] / ACC_COUNTS * STANDARD_G
    gyr = np.radians(turned[:, :, 1] / GYR_COUNTS)
    signal_checks.check_gravity(acc, where, up="y")
    signal_checks.check_gyro_units(gyr, where)
    if np.percentile(np.linalg.norm(gyr, axis=-1), 99) < 1:
        raise DataError(
            f"{where}: the shanks turn by less than 1 rad/s; expected {GYR_COUNTS} "
            "counts a deg/s. Degrees or radians may have been filed"
        )
    return {"acc": acc, "gyr": gyr}


def _check_shanks(frame, position, imu, where):
    """The gyroscopes must turn as the line from knee to ankle does, at the same time.

    Returns by how much each is late, in s; in the files -0.03 to 0.02.
    """
    late = {}
    if frame[-1] > len(imu["gyr"]):
        raise DataError(
            f"{where}: {len(imu['gyr'])} samples; the cameras' part ends at frame {frame[-1]}"
        )
    for s, side in enumerate("LR"):
        shank = position[:, MARKERS.index(f"{side}KNE")] - position[:, MARKERS.index(f"{side}ANK")]
        seen = np.isfinite(shank).all(axis=1)
        first, last = np.flatnonzero(seen)[[0, -1]]
        inside = slice(first, last + 1)
        pitch = np.arctan2(-shank[inside, 0], shank[inside, 1])  # about z: ankle forward of knee
        gaps = np.isnan(pitch)
        pitch[gaps] = np.interp(np.flatnonzero(gaps), np.flatnonzero(~gaps), pitch[~gaps])
        turning = savgol_filter(pitch, 9, 3, deriv=1, delta=1 / FRAME_HZ)
        measured = imu["gyr"][frame[inside] - 1, s, 2]
        name = {"L": "left", "R": "right"}[side]
        samples, _ = signal_checks.check_synchronous(
            turning, measured, FRAME_HZ, f"{where}, {name} shank with markers", 0.035, least_r=0.8
        )
        late[f"imu_late_{name}_s"] = samples / FRAME_HZ
    return late


def _check_contact(frame, position, plates, where):
    """The centre of pressure must lie under the foot that is said to stand on the plate."""
    _, here, there = np.intersect1d(frame, plates["frame"], return_indices=True)
    if len(here) < 10:
        raise DataError(
            f"{where}: frames {plates['frame'][0]:g} to {plates['frame'][-1]:g}; the markers have "
            f"{frame[0]} to {frame[-1]}. Expected the same"
        )
    contact = li2021_plates.contact(plates)
    for s, side in enumerate("LR"):
        foot = [position[here, MARKERS.index(f"{side}{n}")] for n in ("HEE", "TOE", "ANK")]
        foot = np.nanmean(foot, axis=0)
        away = np.linalg.norm((contact["cop"][there, s] - foot)[:, [0, 2]], axis=1)
        heavy = contact["grf"][there, s, 1] > 100
        if np.nanmedian(away[heavy]) > 0.15:
            name = {"L": "left", "R": "right"}[side]
            raise DataError(
                f"{where}: the force on the {name} foot acts {np.nanmedian(away[heavy]):.2f} m "
                "from its markers; expected within 0.15 m. Plate, foot or frames are others"
            )
