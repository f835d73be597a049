"""Tables in the public CSV layout of the Gutenberg Gait Database and of GaitRec."""

import csv
import io
import re

import pandas as pd

from gaitnb.data.stance import N_SAMPLES
from gaitnb.errors import DataError

IDS = ("DATASET_ID", "SUBJECT_ID", "SESSION_ID", "TRIAL_ID")  # the first is optional
CHANNELS = ("F_V", "F_AP", "F_ML", "COP_AP", "COP_ML")


def table(source, path):
    """Read a CSV file with a header; refuse what is none."""
    where = source.where(path)
    try:
        text = source.read(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{where}: not UTF-8 text ({error.reason} at byte {error.start})") from None
    if not text.strip():
        raise DataError(f"{where}: the file is empty; expected a header and rows")
    if text.lstrip().startswith("<"):
        raise DataError(f"{where}: found an HTML or XML page; expected CSV. Download it again")
    header = next(csv.reader([text.lstrip().partition("\n")[0]]))
    twice = {name for name in header if header.count(name) > 1}
    if twice:
        raise DataError(f"{where}: columns occur twice: {', '.join(sorted(twice))}")
    last = next(csv.reader([text.rstrip().rpartition("\n")[2]]))
    if len(last) < len(header):
        raise DataError(f"{where}: cut off: its last line has {len(last)} of {len(header)} fields")
    try:
        rows = pd.read_csv(io.StringIO(text), index_col=False, on_bad_lines="error")
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise DataError(f"{where}: not a table ({error})") from None
    if rows.empty:
        raise DataError(f"{where}: a header without rows")
    return rows


def identifiers(rows, wanted, where):
    """Return the identifier columns, as integers in place; DATASET_ID may be absent."""
    missing = [name for name in wanted[1:] if name not in rows]
    if missing:
        start = ", ".join(map(str, rows.columns[:5]))
        raise DataError(
            f"{where}: no column {' and '.join(missing)}; the first line begins with {start}. "
            f"Expected a header with {', '.join(wanted[1:])}"
        )
    names = [name for name in wanted if name in rows]
    for name in names:
        values = pd.to_numeric(rows[name], errors="coerce")
        if values.isna().any() or (values % 1 != 0).any():
            raise DataError(f"{where}: {name} has entries that are not whole numbers")
        rows[name] = values.astype(int)
    twice = rows.duplicated(names)
    if twice.any():
        first = rows.loc[twice.idxmax(), names].to_dict()
        raise DataError(f"{where}: {twice.sum()} rows repeat identifiers; first: {first}")
    return names


def sample_columns(columns, channel, where):
    """Find the 101 numbered columns of a channel, such as F_V_PRO_1 ... F_V_PRO_101, in order."""
    series = {}
    for name in columns:
        if name not in IDS and (match := re.fullmatch(r"(.*?)(\d+)", str(name))):
            series.setdefault(match[1], {})[int(match[2])] = name
    if not series:
        raise DataError(f"{where}: no numbered sample columns such as {channel}_PRO_1")
    prefix, found = max(series.items(), key=lambda item: len(item[1]))
    other = [c for c in CHANNELS if c != channel and c in prefix]
    if other:
        raise DataError(f"{where}: its columns {prefix}... are of {other[0]}, not of {channel}")
    numbers = sorted(found)
    first = numbers[0] if numbers[0] in (0, 1) else 1
    missing = sorted(set(range(first, first + N_SAMPLES)) - set(numbers))
    if missing or len(numbers) != N_SAMPLES:
        lacks = f"; missing: {prefix}{missing[0]}" if missing else ""
        raise DataError(
            f"{where}: found {len(numbers)} sample columns {prefix}{numbers[0]} to "
            f"{prefix}{numbers[-1]}; expected {N_SAMPLES}{lacks}"
        )
    return [found[n] for n in numbers]
