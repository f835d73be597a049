"""Tables in OpenSim's text formats: .mot and .sto (storage) and .trc (marker trajectories).

A storage file has lines ``key=value`` up to ``endheader``, a line of column names, then rows; a
TRC file has three lines of description, marker names, axis names, then rows. All are held
against their own header: a file that was cut, padded or put together wrongly is refused.
"""

import io

import numpy as np
import pandas as pd

from gaitnb.errors import DataError

UNITS_TO_M = {"m": 1.0, "mm": 0.001, "cm": 0.01}
_TRC_KEYS = ("DataRate", "NumFrames", "NumMarkers", "Units")


def table(source, path, fs_hz=None, gaps=False):
    """Read one table and hold it against its own header.

    Parameters
    ----------
    source : gaitnb.data.source.Source
        The files.
    path : str
        A .mot, .sto or .trc file of the set.
    fs_hz : float, optional
        The rate that is expected; a file sampled otherwise is refused.
    gaps : bool
        Allow empty fields (a marker that was not seen), as NaN.

    Returns
    -------
    header : dict of str to str
        As filed, such as ``inDegrees`` or ``Units``; and ``fs_hz``, a float, from the times.
    rows : pandas.DataFrame
        Column ``time`` in s, then the columns as filed, values as filed. Of a marker `A` in a TRC
        file the columns are ``A.x``, ``A.y``, ``A.z``; of an orientation in a quaternion file
        ``A.w``, ``A.x``, ``A.y``, ``A.z``.

    Raises
    ------
    DataError
        Naming the file, what was found and what was expected: not text, HTML, empty, cut in the
        header or below it, wrong number of columns or rows, a value that is no number or missing,
        time that repeats, runs back, has holes, or another rate.
    """
    where = source.where(path)
    lines = text(source, path).splitlines()
    if str(path).endswith(".trc"):
        header, names, start = _trc_header(lines, where)
    else:
        header, names, start = _storage_header(lines, where)
    body = [(i, line) for i, line in enumerate(lines[start:], start + 1) if line.strip()]
    values = _numbers(body, names, where, gaps, header.get("DataType") == "Quaternion")
    _check_rows(header, len(values), where)
    if header.get("DataType") == "Quaternion":
        names = ["time"] + [f"{name}.{part}" for name in names[1:] for part in "wxyz"]
    rows = pd.DataFrame(values, columns=names)
    if "Frame#" in rows:
        rows = rows.drop(columns="Frame#")
    header["fs_hz"] = rate(rows["time"].to_numpy(), where, fs_hz)
    declared = header.get("DataRate")
    if declared and abs(_float(declared, "DataRate", where) / header["fs_hz"] - 1) > 0.01:
        raise DataError(
            f"{where}: its header says {declared} Hz, its times {header['fs_hz']:.6g} Hz"
        )
    return header, rows


def text(source, path):
    """Return a file's text; refuse what is empty, not UTF-8, or a web page."""
    where = source.where(path)
    try:
        content = source.read(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{where}: not UTF-8 text ({error.reason} at byte {error.start})") from None
    if not content.strip():
        raise DataError(f"{where}: the file is empty; expected a header and rows of numbers")
    if content.lstrip().startswith("<"):
        raise DataError(f"{where}: found an HTML or XML page; expected a table. Download it again")
    return content


def rate(time, where, fs_hz=None):
    """Return the sampling rate of times in s; refuse times that are not evenly spaced.

    Times may be rounded in the file, so that a quarter of a step is tolerated.
    """
    if len(time) < 2:
        raise DataError(f"{where}: {len(time)} row; expected at least 2")
    step = np.diff(time)
    if np.any(step <= 0):
        at = int(np.argmax(step <= 0))
        what = "repeats" if step[at] == 0 else "runs back"
        raise DataError(
            f"{where}: time {what} in row {at + 2}: {time[at]:.6g} s, then {time[at + 1]:.6g} s"
        )
    found = (len(time) - 1) / (time[-1] - time[0])
    even = np.linspace(time[0], time[-1], len(time))
    if np.abs(time - even).max() * found > 0.25:
        at = int(np.argmax(np.abs(step - np.median(step))))
        raise DataError(
            f"{where}: time is not evenly spaced: step of {step[at]:.6g} s after row {at + 1}, "
            f"usually {np.median(step):.6g} s; rows are missing or put together"
        )
    if fs_hz is not None and abs(found / fs_hz - 1) > 0.01:
        raise DataError(f"{where}: sampled at {found:.6g} Hz; expected {fs_hz:.6g} Hz")
    return round(float(found if fs_hz is None else fs_hz), 3)


def columns(rows, names, where):
    """Return the named columns as an array (time, name); refuse when one is missing."""
    missing = [name for name in names if name not in rows]
    if missing:
        raise DataError(
            f"{where}: no column {', '.join(missing)}; it has {', '.join(map(str, rows.columns))}"
        )
    return rows[list(names)].to_numpy(dtype=float)


def markers(rows, names=None):
    """Return marker positions of a TRC table: names and an array (time, marker, 3), as filed."""
    if names is None:
        names = [column.removesuffix(".x") for column in rows.columns if column.endswith(".x")]
    parts = [rows[[f"{name}.{axis}" for axis in "xyz"]].to_numpy() for name in names]
    return names, np.stack(parts, axis=1)


def _storage_header(lines, where):
    """Return header, column names and the index of the first line of numbers."""
    header = {}
    end = next((i for i, t in enumerate(lines[:200]) if t.strip().lower() == "endheader"), None)
    if end is None:
        raise DataError(f"{where}: no line 'endheader'; the header is cut off, or it is no table")
    for line in lines[:end]:
        key, equals, value = line.strip().partition("=")
        if equals:
            header[key.strip()] = value.strip()
    start = next((i for i in range(end + 1, len(lines)) if lines[i].strip()), None)
    if start is None:
        raise DataError(f"{where}: cut off after the header; expected column names and rows")
    names = lines[start].split()
    if names[0].lower() != "time":
        raise DataError(f"{where}: the first column is {names[0][:40]!r}; expected 'time'")
    _check_names(["time", *names[1:]], where)
    declared = header.get("nColumns")
    if declared and _whole(declared, "nColumns", where) != len(names):
        raise DataError(
            f"{where}: its header says {declared} columns, {len(names)} are named in line "
            f"{start + 1}"
        )
    return header, ["time", *names[1:]], start + 1


def _trc_header(lines, where):
    """Return header, column names and the index of the first line of numbers."""
    if len(lines) < 5:
        raise DataError(f"{where}: {len(lines)} lines; a TRC header has 5, it is cut off")
    if not lines[0].startswith("PathFileType"):
        raise DataError(
            f"{where}: the first line begins with {lines[0][:20]!r}; expected PathFileType"
        )
    header = dict(zip(lines[1].split(), lines[2].split(), strict=False))
    missing = [key for key in _TRC_KEYS if key not in header]
    if missing:
        raise DataError(f"{where}: the header lacks {', '.join(missing)}; lines 2 and 3 are cut")
    first = lines[3].split("\t")
    if [name.strip().lower() for name in first[:2]] != ["frame#", "time"]:
        raise DataError(f"{where}: line 4 begins with {lines[3][:20]!r}; expected Frame# and Time")
    names = [name.strip() for name in first[2:] if name.strip()]
    _check_names(names, where)
    n_markers = _whole(header["NumMarkers"], "NumMarkers", where)
    axes = lines[4].split()
    if not len(names) == n_markers == len(axes) / 3:
        raise DataError(
            f"{where}: its header says {n_markers} markers, {len(names)} are named in line 4, and "
            f"line 5 names {len(axes)} axes; expected three axes a marker"
        )
    return header, ["Frame#", "time", *[f"{n}.{a}" for n in names for a in "xyz"]], 5


def _check_names(names, where):
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(f"{where}: columns occur twice: {', '.join(twice)}")


def _numbers(body, names, where, gaps, quaternions):
    """Return the rows as an array; every row must have a number (or a gap) for every name."""
    if not body:
        raise DataError(f"{where}: column names without rows; it is cut off")
    tabs = "\t" in body[0][1]
    n = len(names) + (3 * (len(names) - 1) if quaternions else 0)
    rows = []
    for number, line in body:
        if quaternions:
            line = line.replace(",", "\t")
        fields = line.strip("\r\n").split("\t") if tabs else line.split()
        if len(fields) > n and not any(field.strip() for field in fields[n:]):
            fields = fields[:n]  # tabs behind the last value
        if len(fields) != n:
            last = "; the file is cut off" if number == body[-1][0] else ""
            raise DataError(f"{where}: line {number} has {len(fields)} values; expected {n}{last}")
        rows.append("\t".join(fields))
    try:
        frame = pd.read_csv(io.StringIO("\n".join(rows)), sep="\t", header=None, dtype=float)
    except ValueError:
        _name_the_word(rows, body, where)
    values = frame.to_numpy()
    bad = ~np.isfinite(values)
    if gaps:
        bad[:, 2:] &= ~np.isnan(values[:, 2:])
    if bad.any():
        row, column = np.argwhere(bad)[0]
        raise DataError(
            f"{where}: {bad.sum()} values are missing or not finite; first: value {column + 1} of "
            f"line {body[row][0]}"
        )
    return values


def _name_the_word(rows, body, where):
    for (number, _), row in zip(body, rows, strict=True):
        for field in row.split("\t"):
            try:
                float(field or "nan")
            except ValueError:
                raise DataError(
                    f"{where}: {field.strip()[:40]!r} in line {number} is no number"
                ) from None
    raise DataError(f"{where}: not a table of numbers")


def _check_rows(header, found, where):
    for key in ("nRows", "NumFrames"):
        if key in header and _whole(header[key], key, where) != found:
            raise DataError(
                f"{where}: its header says {header[key]} rows, it has {found}; it is cut off or "
                "put together from several files"
            )


def _whole(value, key, where):
    number = _float(value, key, where)
    if number != int(number):
        raise DataError(f"{where}: {key} is {value!r} in the header; expected a whole number")
    return int(number)


def _float(value, key, where):
    try:
        number = float(value)
    except ValueError:
        number = np.nan
    if not np.isfinite(number):
        raise DataError(f"{where}: {key} is {value!r} in the header; expected a number")
    return number
