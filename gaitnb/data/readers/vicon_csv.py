"""Tables that Vicon Nexus exports as CSV: trajectories of markers, signals of devices.

Five lines of header (section, rate, group names, column names, units), then a row for every frame
and sub frame. Markers that no camera saw are empty fields; behind the part that was labelled,
frames may follow that consist of their bare number.
"""

import io
from typing import NamedTuple

import numpy as np
import pandas as pd

from gaitnb.data.readers.opensim_files import text
from gaitnb.errors import DataError


class Table(NamedTuple):
    """Values of a table; `frame` counts from 1 at the start of the recording."""

    groups: list  # name of the marker or device of every column, without the model's prefix
    columns: list
    units: list
    frame: np.ndarray  # (row,)
    sub_frame: np.ndarray  # (row,)
    values: np.ndarray  # (row, column), NaN where empty


def table(source, path, section, fs_hz, frame_hz=100):
    """Read one table.

    Parameters
    ----------
    source : gaitnb.data.source.Source
        The files.
    path : str
        A CSV file of the set.
    section : {"Trajectories", "Devices"}
        What the file must hold.
    fs_hz, frame_hz : float
        The rate that is expected, and that of the frames: with more rows than frames every frame
        has ``fs_hz / frame_hz`` sub frames.

    Returns
    -------
    Table

    Raises
    ------
    DataError
        Naming the file, what was found and what was expected.
    """
    where = source.where(path)
    lines = text(source, path).rstrip().splitlines()
    if lines[0].strip() != section:
        raise DataError(f"{where}: the first line is {lines[0][:40]!r}; expected {section!r}")
    if len(lines) < 6:
        raise DataError(f"{where}: cut off: {len(lines)} lines; expected 5 of header, then rows")
    if _number(lines[1]) != fs_hz:
        raise DataError(f"{where}: the rate is {lines[1][:20]!r}; expected {fs_hz:g} Hz")
    groups, columns, units = (line.split(",") for line in lines[2:5])
    n = len(columns)
    if [c.strip() for c in columns[:2]] != ["Frame", "Sub Frame"]:
        raise DataError(f"{where}: line 4 begins with {lines[3][:20]!r}; expected Frame,Sub Frame")
    if n < 3 or len(units) != n or not n - 2 <= len(groups) <= n + 2:
        raise DataError(
            f"{where}: the header names {len(groups)}, {n} and {len(units)} columns in lines 3 to "
            "5; expected the same number, it is cut"
        )
    rows = _rows(lines, n, where)
    values = _values(rows, where)
    frame, sub_frame = values[:, 0], values[:, 1]
    _check_frames(frame, sub_frame, round(fs_hz / frame_hz), where)
    return Table(
        _filled(groups, n)[2:],
        [c.strip() for c in columns[2:]],
        [u.strip() for u in units[2:]],
        frame.astype(int),
        sub_frame.astype(int),
        values[:, 2:],
    )


def markers(read, names, where, aliases=None):
    """Take the named markers out of a table of trajectories.

    Parameters
    ----------
    read : Table
        Of the section Trajectories.
    names : sequence of str
        The markers that are wanted; each must be there once.
    where : str
        File, for the message.
    aliases : dict of str to str, optional
        Other spelling -> name.

    Returns
    -------
    array, shape (time, marker, 3)
        In m, NaN where a marker was not seen.
    """
    groups = [(aliases or {}).get(group, group) for group in read.groups]
    missing = [name for name in names if name not in groups]
    if missing:
        has = ", ".join(dict.fromkeys(groups))
        raise DataError(f"{where}: no marker {', '.join(missing)}; it has {has}")
    parts = []
    for name in names:
        at = [i for i, group in enumerate(groups) if group == name]
        axes, units = [read.columns[i] for i in at], {read.units[i] for i in at}
        if axes != ["X", "Y", "Z"]:
            raise DataError(f"{where}: marker {name} has columns {axes}; expected X, Y, Z once")
        if units != {"mm"}:
            raise DataError(f"{where}: marker {name} is in {', '.join(units)}; expected mm")
        parts.append(read.values[:, at])
    return np.stack(parts, axis=1) / 1000


def _rows(lines, n, where):
    """Return the rows with values; behind the last only bare frame numbers may follow."""
    rows, ended = [], None
    for number, line in enumerate(lines[5:], 6):
        found = line.count(",") + 1
        if found == 1 and line.strip().isdigit():
            ended = ended or number
        elif found != n:
            last = "; the file is cut off" if number == len(lines) else ""
            raise DataError(f"{where}: line {number} has {found} fields; expected {n}{last}")
        elif ended:
            raise DataError(
                f"{where}: values in line {number} after bare frame numbers from line {ended} on; "
                "expected one unbroken recording"
            )
        else:
            rows.append(line)
    if len(rows) < 2:
        raise DataError(f"{where}: {len(rows)} rows with values; expected a recording")
    return rows


def _values(rows, where):
    try:
        frame = pd.read_csv(io.StringIO("\n".join(rows)), header=None, dtype=float)
    except ValueError as error:
        raise DataError(f"{where}: not a table of numbers ({error})") from None
    values = frame.to_numpy()
    if np.isinf(values).any():
        raise DataError(f"{where}: {np.isinf(values).sum()} values are infinite")
    return values


def _check_frames(frame, sub_frame, sub_frames, where):
    if np.isnan(frame).any() or np.isnan(sub_frame).any():
        raise DataError(f"{where}: a row has no frame number")
    if set(np.unique(sub_frame)) - set(range(sub_frames)):
        raise DataError(
            f"{where}: sub frames up to {sub_frame.max():g}; expected 0 to {sub_frames - 1}"
        )
    step = np.diff(frame * sub_frames + sub_frame)
    if np.any(step != 1):
        at = int(np.argmax(step != 1))
        what = "repeats" if step[at] == 0 else "runs back" if step[at] < 0 else "jumps"
        raise DataError(
            f"{where}: time {what} in line {at + 7}: frame {frame[at]:g}.{sub_frame[at]:g}, then "
            f"{frame[at + 1]:g}.{sub_frame[at + 1]:g}"
        )
    if frame[0] < 1:
        raise DataError(f"{where}: the first frame is {frame[0]:g}; expected 1 or later")


def _filled(groups, n):
    """Give every column the group name that stands left of it, without the prefix ``model:``."""
    filled, name = [], ""
    for group in groups[:n] + [""] * (n - len(groups)):
        name = group.strip().rpartition(":")[2] or name
        filled.append(name)
    return filled


def _number(word):
    try:
        return float(word)
    except ValueError:
        return np.nan
