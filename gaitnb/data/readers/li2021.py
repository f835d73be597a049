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

import numpy as np
import pandas as pd

from gaitnb.data.readers import li2021_imu, li2021_markers, li2021_plates, recording
from gaitnb.data.readers.li2021_markers import FRAME_HZ, MARKERS
from gaitnb.errors import DataError

STREAMS = ("markers", "plates", "imu")
GAITS = {
    "Norm": "normal",
    "Slow": "slow",
    "Fast": "fast",
    "Rmin": "short right step",
    "Lmin": "short left step",
}
_EXP, _IMU = "EXPData_Process/EXPData", "ShankMotionCal/RV1/ExtractData"


def read(source, streams="markers", subjects=None, gaits=None, trials=None, static=False):
    """Read trials.

    Parameters
    ----------
    source : gaitnb.data.source.Source
        The files.
    streams : str or sequence of str
        Of "markers", "plates", "imu". One name gives that stream at its own rate and whole length
        (100, 1000, 100 Hz). Several give one dataset a trial at 100 Hz, over the frames that all
        of them cover; the plates are then averaged over 10 ms around every frame.
    subjects : sequence of int, optional
        Of 1 to 8; all by default.
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
    for column, wanted in (("subject", subjects), ("condition", gaits), ("trial", trials)):
        if wanted is not None:
            wanted = [wanted] if isinstance(wanted, str | int) else list(wanted)
            allowed = list(dict.fromkeys(_files()[column]))
            _known({"condition": "gait"}.get(column, column), wanted, allowed)
            rows = rows[rows[column].isin(wanted)]
    if rows.empty:
        raise DataError(f"no trial of li2021 is chosen by {subjects=}, {gaits=}, {trials=}")
    place = functools.cache(lambda left, right: _place(source, left, right))
    records = rows.itertuples(index=False)
    return [
        _standing(source, r) if static else _walking(source, r, streams, place) for r in records
    ]


@functools.cache
def _people():
    table = _packaged("li2021_people.csv")
    return table.assign(subject=table["subject"].str[1:].astype(int)).set_index("subject")


def people():
    """Return the measures of the eight people.

    Returns
    -------
    pandas.DataFrame
        Index 1 to 8; columns age_years, height_m, mass_kg, sex, and in m thigh_m, shank_m,
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
                    "subject": int(r.subject[1:]),
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
    frame, position, corrections = li2021_markers.read(source, row.markers)
    metadata = _metadata(row) | {"speed_mps": li2021_markers.speed(position)}
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
        imu = li2021_imu.read(source, row.imu)
        attrs |= li2021_imu.check_shanks(frame, position, imu, source.where(row.imu))
        parts["imu"] = (np.arange(1, len(imu["acc"]) + 1), imu)
    frame, variables = _common(parts)
    names = {"marker": MARKERS, "side": ["left", "right"], "sensor": ["shank_left", "shank_right"]}
    return recording.dataset(variables, (frame - 1) / FRAME_HZ, names, metadata, attrs)


def _standing(source, row):
    """Read one standing trial."""
    frame, position, corrections = li2021_markers.read(source, row.static, walking=False)
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
        "subject": f"li2021-{row.subject:02d}",
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
