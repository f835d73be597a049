"""One person walking: markers, forces, OpenSim's joint angles and moments, and the model itself.

Conversions. Markers: mm to m. Forces: the plate that `_grf.xml` ties to the right heel bone is the
right foot's; the file's moment about its point of force is moved into the centre of pressure, so
that only the free moment about the vertical is left. Angles: knee flexion is negative in this
model and positive here; the other signs agree. Moments: OpenSim's generalised forces are internal
moments in N m; here divided by the model's mass, the knee reversed. The hip angle is that of the
thigh against the pelvis, whose coordinate pelvis_tilt is 4 to 7 degrees in this recording.

Times are those of the files and agree between them: markers and forces 0 to 2.5 s, angles 0.5 to
4 s, moments 0.4 to 1.6 s. How the angles beyond the last marker and the moments before the first
angle were made, the source does not say.
"""

import numpy as np
import pandas as pd

from gaitnb.data import signal_checks
from gaitnb.data.readers import opensim_files, opensim_model, recording
from gaitnb.errors import DataError

MARKERS, FORCES, LOADS = (
    "subject01_walk1.trc",
    "subject01_walk1_grf.mot",
    "subject01_walk1_grf.xml",
)
ANGLES, MOMENTS, MODEL = (
    "subject01_walk1_ik.mot",
    "InverseDynamicsOutput.sto",
    "subject01_simbody.osim",
)
MASS_KG = 72.6
MIN_FORCE_N = 20.0  # below it a foot has no centre of pressure
FEET = {"calcn_l": "left", "calcn_r": "right"}
_LEG = {
    "hip_flexion": ("hip_flexion", 1),
    "hip_adduction": ("hip_adduction", 1),
    "hip_rotation": ("hip_rotation", 1),
    "knee_angle": ("knee_flexion", -1),  # negative in flexion in this model
    "ankle_angle": ("ankle_dorsiflexion", 1),
    "subtalar_angle": ("ankle_inversion", 1),
    "mtp_angle": ("toe_extension", 1),
}
# coordinate of the model -> joint of the layout, sign
JOINTS = {
    f"{coordinate}_{letter}": (f"{joint}_{side}", sign)
    for letter, side in (("l", "left"), ("r", "right"))
    for coordinate, (joint, sign) in _LEG.items()
} | {f"lumbar_{name}": (f"lumbar_{name}", 1) for name in ("extension", "bending", "rotation")}
_PELVIS = [f"pelvis_{n}" for n in ("tilt", "list", "rotation", "tx", "ty", "tz")]


def read(source, stream="angles"):
    """Read one stream of the set.

    Parameters
    ----------
    source : gaitnb.data.source.Source
        The files.
    stream : {"markers", "forces", "angles", "moments", "coordinates", "model"}
        What to read. The first four are recordings, each with its own rate.

    Returns
    -------
    xarray.Dataset, pandas.DataFrame or dict
        "markers": `position` (trial 1, time 151, marker 41, axis) at 60 Hz, m. "forces": `grf` in N,
        `cop`, `free_moment` at 600 Hz. "angles": `angle` at 60 Hz, deg. "moments": `moment` at
        60 Hz, Nm/kg. "coordinates": the model's own coordinates, pelvis included, in rad and m, as
        a table with the column time. "model": masses, inertias, joints and markers as described
        at `gaitnb.data.readers.opensim_model.parse`.

    Raises
    ------
    DataError
        When a file is damaged, not laid out as documented, or against physics.
    """
    readers = {
        "markers": _markers,
        "forces": _forces,
        "angles": _angles,
        "moments": _moments,
        "coordinates": _coordinates,
        "model": _model,
    }
    if stream not in readers:
        raise DataError(f"{source.name} has no stream {stream!r}; it has {', '.join(readers)}")
    return readers[stream](source)


def _model(source):
    where = source.where(MODEL)
    model = opensim_model.parse(source.read(MODEL), where)
    if abs(model["mass_kg"] / MASS_KG - 1) > 0.01:
        raise DataError(f"{where}: the bodies weigh {model['mass_kg']:.4g} kg; expected {MASS_KG}")
    return model


def _markers(source):
    where = source.where(MARKERS)
    header, rows = opensim_files.table(source, MARKERS, fs_hz=60, gaps=True)
    units = header["Units"]
    if units not in opensim_files.UNITS_TO_M:
        known = ", ".join(opensim_files.UNITS_TO_M)
        raise DataError(f"{where}: units {units!r}; expected one of {known}")
    names, values = opensim_files.markers(rows)
    values = values * opensim_files.UNITS_TO_M[units]  # (time, marker, 3)
    needed = ("Top.Head", "R.ASIS", "L.ASIS", "R.Heel", "L.Heel")
    signal_checks.check_present(names, needed, where, what="marker")
    head, right, left, heel, _ = (np.nanmean(values[:, names.index(n)], axis=0) for n in needed)
    if not 1 < head[1] < 2.5 or heel[1] > 0.4:
        raise DataError(
            f"{where}: the head is at {head[1]:.3g} m, the heel at {heel[1]:.3g} m; expected y "
            f"up and lengths in {units}. Axes or units are others"
        )
    if right[2] < left[2]:
        raise DataError(f"{where}: the right hip is left of the left one; expected z to the right")
    return _dataset(source, {"position": values}, rows, {"marker": names}, header)


def _forces(source):
    where = source.where(FORCES)
    header, rows = opensim_files.table(source, FORCES, fs_hz=600)
    grf, cop, free = [], [], []
    for prefixes in _plates(source).values():
        force, point, torque = (
            opensim_files.columns(rows, [prefix + axis for axis in "xyz"], where)
            for prefix in prefixes
        )
        loaded = force[:, 1] > MIN_FORCE_N
        vertical = np.where(loaded, force[:, 1], np.nan)
        shift = np.stack([torque[:, 2] / vertical, 0 * vertical, -torque[:, 0] / vertical], axis=1)
        moved = torque - np.cross(shift, force)  # about the shifted point: vertical alone
        grf.append(force)
        cop.append(point + shift)
        free.append(np.where(loaded, moved[:, 1], 0.0))
    force = np.stack(grf, axis=1)  # (time, side, 3)
    signal_checks.check_vertical_force(force, MASS_KG, where)
    variables = {"grf": force, "cop": np.stack(cop, axis=1), "free_moment": np.stack(free, axis=1)}
    return _dataset(source, variables, rows, {"side": ["left", "right"]}, header)


def _plates(source):
    """Return, for left and right, the names of the columns of force, point and torque."""
    where = source.where(LOADS)
    plates = {}
    for element in opensim_model.xml(source.read(LOADS), where).iter("ExternalForce"):
        body = (element.findtext("applied_to_body") or "").strip()
        keys = ("force_identifier", "point_identifier", "torque_identifier")
        columns = [(element.findtext(key) or "").strip() for key in keys]
        if body not in FEET or not all(columns):
            raise DataError(
                f"{where}: a load on {body!r} with columns {columns}; expected {', '.join(FEET)}, "
                "each with the names of force, point and torque"
            )
        plates[FEET[body]] = columns
    signal_checks.check_present(plates, ("left", "right"), where, what="load on the foot")
    return {side: plates[side] for side in ("left", "right")}


def _angles(source):
    where = source.where(ANGLES)
    header, rows = _degrees(source)
    angle = opensim_files.columns(rows, list(JOINTS), where) * [s for _, s in JOINTS.values()]
    return _dataset(source, {"angle": angle}, rows, _joints(), header)


def _degrees(source):
    """Return the table of coordinates with all angles in degrees, and their plausibility."""
    where = source.where(ANGLES)
    header, rows = opensim_files.table(source, ANGLES, fs_hz=60)
    turning = [name for name in rows if name != "time" and name not in _PELVIS[3:]]
    knees = opensim_files.columns(rows, ["knee_angle_l", "knee_angle_r"], where)
    said = header.get("inDegrees", "").lower()
    if said not in ("yes", "no"):
        raise DataError(f"{where}: inDegrees is {said!r} in the header; expected yes or no")
    if said == "no":
        rows[turning] = np.degrees(rows[turning])
        knees = np.degrees(knees)
    if not 20 < np.ptp(knees, axis=0).min() <= np.ptp(knees, axis=0).max() < 120:
        raise DataError(
            f"{where}: the knees move through {np.ptp(knees, axis=0).round(1)} degrees; expected "
            "20 to 120 in walking. Degrees and radians may be confused"
        )
    if knees.mean() > 0:
        raise DataError(f"{where}: knee flexion is positive; in this model it is negative")
    return header, rows


def _coordinates(source):
    _, rows = _degrees(source)
    opensim_files.columns(rows, [*_PELVIS, *JOINTS], source.where(ANGLES))
    turning = [name for name in rows if name != "time" and name not in _PELVIS[3:]]
    rows[turning] = np.radians(rows[turning])
    return pd.DataFrame(rows)


def _moments(source):
    where = source.where(MOMENTS)
    header, rows = opensim_files.table(source, MOMENTS, fs_hz=60)
    names = [f"{coordinate}_moment" for coordinate in JOINTS]
    moment = opensim_files.columns(rows, names, where) * [s for _, s in JOINTS.values()]
    moment = moment / MASS_KG
    ankle = moment[:, list(JOINTS).index("ankle_angle_r")]
    if not 0.5 < -ankle.min() < 3:
        raise DataError(
            f"{where}: the right ankle's plantarflexion moment peaks at {-ankle.min():.3g} Nm/kg; "
            "expected 0.5 to 3 in walking. Sign or unit are others"
        )
    return _dataset(source, {"moment": moment}, rows, _joints(), header)


def _joints():
    return {"joint": [joint for joint, _ in JOINTS.values()]}


def _dataset(source, variables, rows, names, header):
    metadata = {
        "subject": "opensim_gait2392-01",
        "mass_kg": MASS_KG,
        "condition": "normal",
        "group": "healthy",
    }
    attrs = source.attrs | {"fs_hz": header["fs_hz"]}
    return recording.dataset(variables, rows["time"].to_numpy(), names, metadata, attrs)
