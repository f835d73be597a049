"""Files of pearl2022: where they lie, and what is in them, parsed and held against physics."""

import io
import zipfile

import numpy as np
import pandas as pd

from gaitnb.data import parsed, signal_checks
from gaitnb.data.readers import opensim_files
from gaitnb.errors import DataError

FS_HZ = 100.0
SUBJECTS = (1, 2, 3, 4, 6, 7)
# Name in the files -> session (which other device was worn: capacitive sensors or EMG), condition.
TRIALS = {
    "CSBaseline": ("CS", "baseline"),
    "EMGBaseline": ("EMG", "baseline"),
    "CSStiffKnee": ("CS", "stiff knee"),
    "EMGStiffKnee": ("EMG", "stiff knee"),
}
# Sensor -> name in the files, and which of its axes points about where in quiet standing.
SENSORS = {
    "torso": ("torso", "forward", (0, 0, 1)),
    "pelvis": ("pelvis", "forward", (0, 0, -1)),
    "thigh_left": ("femur_l", "right", (0, 0, -1)),
    "thigh_right": ("femur_r", "right", (0, 0, 1)),
    "shank_left": ("tibia_l", "right", (0, 0, -1)),
    "shank_right": ("tibia_r", "right", (0, 0, 1)),
    "toes_left": ("toes_l", "right", (0, 1, 0)),
    "toes_right": ("toes_r", "right", (0, 1, 0)),
}


PEOPLE = "MetaData.xlsx"


def path(number, trial, kind):
    """Return the path of a file: kind "Accel.trc", "Gyro.trc", "GRF.mot", "Orientations.sto"."""
    return f"Sub{number:02d}/{trial}/OpenSim_Sub{number:02d}_{trial}_{kind}"


def recording(source, number, trial, mass_kg):
    """Return the arrays of a trial as filed, from the cache where they were parsed before.

    Returns
    -------
    dict of str to array
        acc, gyr (time, sensor, 3) in the order of `SENSORS`; grf, cop (time, side, 3) in N and m;
        free_moment (time, side) in Nm.

    Raises
    ------
    DataError
        When a file is damaged, files do not belong together, or a unit, sign or axis is wrong.
    """
    paths = [path(number, trial, kind) for kind in ("Accel.trc", "Gyro.trc", "GRF.mot")]
    name = f"Sub{number:02d}_{trial}"
    return parsed.cached(source, [*paths, PEOPLE], name, lambda: _parse(source, *paths, mass_kg))


def _parse(source, acc_path, gyr_path, grf_path, mass_kg):
    arrays, spans = {}, {}
    for name, file in (("acc", acc_path), ("gyr", gyr_path)):
        where = source.where(file)
        _, rows = opensim_files.table(source, file, fs_hz=FS_HZ)
        found = [column.removesuffix("_imu_offset_imu.x") for column in rows if column[-2:] == ".x"]
        signal_checks.check_present(found, [filed for filed, _, _ in SENSORS.values()], where)
        names = [f"{filed}_imu_offset_imu" for filed, _, _ in SENSORS.values()]
        arrays[name] = opensim_files.markers(rows, names)[1]
        spans[file] = (len(rows), float(rows["time"].iloc[0]))
    _, rows = opensim_files.table(source, grf_path, fs_hz=FS_HZ)
    spans[grf_path] = (len(rows), float(rows["time"].iloc[0]))
    where = source.where(grf_path)

    def of_both_feet(quantity, axes):
        names = [f"{side}{quantity}{axis}" for side in "lr" for axis in axes]
        values = opensim_files.columns(rows, names, where)
        return values.reshape(len(rows), 2, len(axes))

    arrays["grf"], arrays["cop"] = of_both_feet("F", "xyz"), of_both_feet("COP", "xyz")
    arrays["free_moment"] = of_both_feet("M", "y")[..., 0]
    if len(set(spans.values())) > 1:
        found = ", ".join(f"{file}: {n} from {start:g} s" for file, (n, start) in spans.items())
        raise DataError(f"{where}: the files of a trial must have the same rows; found {found}")
    signal_checks.check_gravity(arrays["acc"], source.where(acc_path))
    signal_checks.check_gyro_units(arrays["gyr"], source.where(gyr_path))
    signal_checks.check_vertical_force(arrays["grf"], mass_kg, where, tolerance=0.1)
    _check_feet(arrays["grf"], arrays["cop"], mass_kg, where)
    return arrays


def _check_feet(grf, cop, mass_kg, where):
    """Both feet carry the body in turn, the right foot to the right of the left one."""
    standing = grf[..., 1] > 0.5 * mass_kg * signal_checks.GRAVITY  # (time, side)
    share = standing.mean(axis=0)
    if share.min() < 0.2:
        raise DataError(
            f"{where}: left and right foot carry more than half of the body weight for {share[0]:.0%} "
            f"and {share[1]:.0%} of the time; expected at least 20% each"
        )
    left, right = (np.median(cop[standing[:, k], k, 2]) for k in (0, 1))
    if not 0.02 < right - left < 1:
        raise DataError(
            f"{where}: the right foot stands {right - left:.3g} m to the right of the left one; "
            "expected 0.02 to 1 m. Left and right may be exchanged, or the unit is not metres"
        )


def people(source):
    """Return number, age_years, height_m, mass_kg, speed_mps and sex of all subjects, as arrays."""
    return parsed.cached(source, [PEOPLE], "people", lambda: _people(source))


def _people(source):
    """Return number, age, height, mass, speed and sex of every subject, as arrays."""
    where = source.where(PEOPLE)
    try:
        table = pd.read_excel(io.BytesIO(source.read(PEOPLE)), engine="openpyxl")
    except (ValueError, KeyError, OSError, zipfile.BadZipFile) as error:
        raise DataError(f"{where}: not a spreadsheet (.xlsx): {error}") from None
    names = {
        "number": "Subject ID",
        "age_years": "Age (Years)",
        "height_m": "Height (m)",
        "mass_kg": "Mass (kg)",
        "speed_mps": "Walking Speed (m/s)",
    }
    needed = [*names.values(), "Sex (Self-Reported)"]
    signal_checks.check_present(list(table.columns), needed, where, "column")
    table = table[pd.to_numeric(table["Subject ID"], errors="coerce").isin(SUBJECTS)]
    numbers = {key: pd.to_numeric(table[name], errors="coerce") for key, name in names.items()}
    missing = sorted(set(SUBJECTS) - set(numbers["number"]))
    if missing or numbers["number"].duplicated().any():
        raise DataError(
            f"{where}: expected one row for each of subjects {SUBJECTS}; lacks {missing}"
        )
    for key, (low, high) in {"height_m": (1.0, 2.3), "mass_kg": (30, 200)}.items():
        bad = ~numbers[key].between(low, high)
        if bad.any():
            raise DataError(
                f"{where}: {names[key]} is {numbers[key][bad].iloc[0]:g} in one row; "
                f"expected {low} to {high}"
            )
    sex = table["Sex (Self-Reported)"].map({"F": "female", "M": "male"}).fillna("")
    people = {key: values.to_numpy(dtype=float) for key, values in numbers.items()}
    return people | {"sex": sex.to_numpy(dtype=str)}
