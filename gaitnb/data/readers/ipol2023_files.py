"""Files of ipol2023: parsed, put on one clock, and held against physics and events."""

import io
import json
import re

import numpy as np
import pandas as pd

from gaitnb.data import parsed, signal_checks
from gaitnb.errors import DataError

FS_HZ = 100.0
SUBJECTS = tuple(range(1, 20))
N_TRIALS = dict.fromkeys(SUBJECTS, 6) | {2: 4, 14: 4}
# Sensor -> name in the files, and which of its axes points about where in quiet standing.
SENSORS = {
    "foot_left": ("lf", "right", (0, 1, 0)),
    "foot_right": ("rf", "right", (0, 1, 0)),
    "lower_back": ("lb", "forward", (0, 0, -1)),
}
_SWINGS = {"foot_left": "swings_left", "foot_right": "swings_right"}
_COLUMNS = ["PacketCounter", "Acc_X", "Acc_Y", "Acc_Z", "Gyr_X", "Gyr_Y", "Gyr_Z"]
_REPEATED = {"11-1": 308}  # a packet that this trial counts twice, in all three files


def recording(source, subject, trial):
    """Return the arrays of a trial on one clock, from the cache where they were parsed before.

    Returns
    -------
    paths : dict of str to str
        Sensor -> file.
    dict of str to array
        time (time,) in s, of the common clock; acc, gyr (time, sensor, 3) in the sensors' axes;
        measured (time, sensor); walk, u_turn (2,), swings_left, swings_right (n, 2) in s; age_years,
        height_m, mass_kg, sex.

    Raises
    ------
    DataError
        When a file is missing or damaged, files do not belong together, or a unit is wrong.
    """
    name = f"{subject}-{trial}"
    paths = {sensor: f"GaitData/{name}_{filed}.txt" for sensor, (filed, _, _) in SENSORS.items()}
    about = f"GaitData/{name}.json"
    missing = [path for path in (*paths.values(), about) if not source.has(path)]
    if missing:
        raise DataError(
            f"{source.name}: {', '.join(missing)} is missing; a trial needs one file for each of "
            f"{', '.join(SENSORS)} and one with its events"
        )
    return paths, parsed.cached(
        source, [*paths.values(), about], name, lambda: _parse(source, paths, about, name)
    )


def _parse(source, paths, about, name):
    """Return the arrays of a trial on one clock, in the sensors' axes, checked."""
    person = _about(source, about, name)
    tables = {sensor: _sensor(source, path, name) for sensor, path in paths.items()}
    first = int(max(packets[0] for packets, _ in tables.values()))
    last = int(min(packets[-1] for packets, _ in tables.values()))
    clock = np.arange(first, last + 1)
    spans = {"walk": (first, last)}
    for sensor, swings in _SWINGS.items():
        spans[swings] = tables[sensor][0][[0, -1]]
    for key, (begin, end) in spans.items():
        if not begin <= person[key].min() < person[key].max() <= end:
            raise DataError(
                f"{source.where(about)}: {key} lasts from packet {person[key].min():.0f} to "
                f"{person[key].max():.0f}, but the sensors' files {', '.join(paths.values())} from "
                f"{begin:.0f} to {end:.0f}; a file is cut off or of another trial"
            )
        if key in _SWINGS.values():  # a sensor may end before the last steps of another one
            person[key] = person[key][person[key][:, 1] <= last]
    shape = (len(clock), len(SENSORS), 3)
    arrays = {"acc": np.empty(shape), "gyr": np.empty(shape), "time": clock / FS_HZ}
    arrays["measured"] = np.stack([np.isin(clock, p) for p, _ in tables.values()], axis=1)
    for k, (sensor, (packets, values)) in enumerate(tables.items()):
        where = source.where(paths[sensor])
        for axis in range(3):
            arrays["acc"][:, k, axis] = np.interp(clock, packets, values[:, axis])
            arrays["gyr"][:, k, axis] = np.interp(clock, packets, values[:, 3 + axis])
        signal_checks.check_gravity(arrays["acc"][:, k], where)
        signal_checks.check_gyro_units(arrays["gyr"][:, k], where)
        if sensor in _SWINGS:
            _check_events(arrays["gyr"][:, k], person[_SWINGS[sensor]] - first, where)
    for key in ("walk", "u_turn", "swings_left", "swings_right"):
        person[key] = person[key] / FS_HZ
    return arrays | person


def _sensor(source, path, name):
    """Return packet numbers (n,) and values (n, 6) of a file: acc in m/s^2, gyr in rad/s."""
    where = source.where(path)
    head, _, body = source.read(path).partition(b"\n")
    rate = re.fullmatch(rb"Acquisition frequency: (\d+) Hz\s*", head)
    if not rate or float(rate[1]) != FS_HZ:
        raise DataError(
            f"{where}: the first line is {head[:60].decode(errors='replace')!r}; expected "
            f"'Acquisition frequency: {FS_HZ:.0f} Hz'"
        )
    try:
        table = pd.read_csv(io.BytesIO(body), sep="\t", index_col=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise DataError(f"{where}: not a table ({error})") from None
    signal_checks.check_present(list(table.columns), _COLUMNS, where, "column")
    try:
        values = table[_COLUMNS].to_numpy(dtype=float)
    except ValueError as error:
        raise DataError(f"{where}: expected numbers ({error})") from None
    bad = ~np.isfinite(values).all(axis=1)
    if bad.any():
        row = int(bad.argmax())
        cut = "; the file is cut off" if row == len(values) - 1 else ""
        raise DataError(
            f"{where}: values are missing or not finite in {bad.sum()} of {len(values)} rows, first "
            f"in line {row + 3}{cut}"
        )
    if len(values) < FS_HZ:
        raise DataError(f"{where}: {len(values)} rows; expected more than {FS_HZ:.0f}")
    packets = values[:, 0]
    step = np.diff(packets)
    known = (step == 0) & (packets[1:] == _REPEATED.get(name))
    wrong = (step <= 0) & ~known
    if wrong.any():
        at = int(wrong.argmax())
        raise DataError(
            f"{where}: packet {packets[at]:.0f} is followed by {packets[at + 1]:.0f} in line "
            f"{at + 4}; expected numbers that increase from row to row"
        )
    keep = np.concatenate([[True], ~known])
    return packets[keep], values[keep, 1:]


def _about(source, path, name):
    """Return who walked and when, from the JSON file; times in packets."""
    where = source.where(path)
    try:
        content = json.loads(source.read(path))
    except ValueError as error:
        raise DataError(f"{where}: not JSON, perhaps cut off ({error})") from None
    needed = ["Subject", "Trial", "Age", "Gender", "Height", "Weight", "TrialBoundaries"]
    needed += ["UTurnBoundaries", "LeftFootEvents", "RightFootEvents"]
    if not isinstance(content, dict):
        raise DataError(f"{where}: expected a JSON object with {', '.join(needed)}")
    signal_checks.check_present(list(content), needed, where, "entry")
    if f"{content['Subject']}-{content['Trial']}" != name:
        raise DataError(
            f"{where}: it describes trial {content['Subject']}-{content['Trial']}, not {name}"
        )
    person = {"sex": np.array({"F": "female", "M": "male"}.get(content["Gender"], ""))}
    for key, entry, factor, low, high in (
        ("age_years", "Age", 1.0, 18, 110),
        ("height_m", "Height", 0.01, 1.2, 2.3),
        ("mass_kg", "Weight", 1.0, 30, 200),
    ):
        value = content[entry]
        person[key] = np.array(np.nan if value is None else float(value) * factor)
        if not (np.isnan(person[key]) or low <= person[key] <= high):
            raise DataError(
                f"{where}: {entry} is {value}; expected {low / factor:g} to {high / factor:g}"
            )
    for key, entry, width in (
        ("walk", "TrialBoundaries", 1),
        ("u_turn", "UTurnBoundaries", 1),
        ("swings_left", "LeftFootEvents", 2),
        ("swings_right", "RightFootEvents", 2),
    ):
        person[key] = _increasing(content[entry], width, f"{where}: {entry}")
    return person


def _increasing(content, width, where):
    """Return a pair, or pairs (n, 2), of sample numbers that increase throughout."""
    try:
        values = np.array(content, dtype=float)
    except (TypeError, ValueError):
        values = np.empty(0)
    shaped = values.shape == (2,) if width == 1 else values.ndim == 2 and values.shape[1] == 2
    if not shaped or not (np.diff(values.ravel()) > 0).all() or values.min() < 0:
        what = "a pair" if width == 1 else "pairs (toe-off, heel-strike)"
        raise DataError(
            f"{where} has {str(content)[:60]}...; expected {what} of sample numbers that increase"
        )
    return values


def _check_events(gyr, swings, where):
    """The foot turns fast in swing, and starts to turn about 0.1 s before toe-off."""
    swinging = np.zeros(len(gyr))
    for toe_off, heel_strike in swings.astype(int):
        swinging[toe_off:heel_strike] = 1
    begin, end = int(swings.min()), int(swings.max())
    part = slice(max(0, begin - 50), end + 50)
    turning = np.linalg.norm(gyr, axis=1)
    try:
        signal_checks.check_synchronous(
            swinging[part], turning[part], FS_HZ, where, tolerance_s=0.15, max_s=0.6, least_r=0.3
        )
    except DataError as error:
        raise DataError(
            f"{error}. Compared: swings of the events, and the foot's rotation"
        ) from None
