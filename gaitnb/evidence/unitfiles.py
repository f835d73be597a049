"""Two files that belong together: a table of units and the record of how it was made.

Both are complete on the disk before either takes its name; the record holds the hash of the table,
so that a table that was edited by hand, or that belongs to another run, is refused.
"""

import contextlib
import hashlib
import io
import json
import os
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from gaitnb.errors import ResultsError
from gaitnb.evidence.provenance import normal_lines, params_hash

META_KEYS = ("chapter", "profile", "method", "params", "params_hash", "data", "runs")
UNIT_COLUMNS = ["unit", "subject", "run"]


def write_pair(units_file, meta_file, units, meta):
    """Write a table of units and its record: both or none.

    Parameters
    ----------
    units_file, meta_file : path
        The folder is made when it does not exist.
    units : DataFrame
        Columns ``unit``, ``subject``, ``run``, then what was measured.
    meta : dict
        chapter, profile, method, params, params_hash, data, runs.

    Raises
    ------
    ResultsError
        The table or the record is not as documented, or the files cannot be written; nothing is
        changed then.
    """
    units_file, meta_file = Path(units_file), Path(meta_file)
    _check_units(units, len(meta.get("runs", [])), units_file)
    _check_meta(meta, meta_file)
    table = units.to_csv(index=False, lineterminator="\n").encode()
    record = {**meta, "units_sha256": hashlib.sha256(table).hexdigest()}
    text = json.dumps(record, indent=1, allow_nan=False, default=_plain) + "\n"
    before = units_file.read_bytes() if units_file.is_file() else None
    parts = []
    try:
        # Both are complete on the disk before either takes its name.
        for file, content in ((units_file, table), (meta_file, text.encode())):
            parts.append(_write_beside(file, content))
        parts[0].replace(units_file)
        try:
            parts[1].replace(meta_file)
        except BaseException:
            if before is None:
                units_file.unlink()
            else:  # put the old table back, it belongs to the record that is still there
                _write_beside(units_file, before).replace(units_file)
            raise
    except OSError as error:
        raise ResultsError(
            f"{units_file.parent}: the results could not be written ({error}); nothing was "
            "changed. Make room or choose a folder that can be written, and run again."
        ) from error
    finally:
        for part in parts:
            part.unlink(missing_ok=True)


def read_pair(units_file, meta_file):
    """Read and check a table of units and its record.

    Returns
    -------
    units : DataFrame
    meta : dict

    Raises
    ------
    ResultsError
        A file is missing, truncated, changed, or not laid out as documented.
    """
    for file in (meta_file, units_file):
        if not file.is_file():
            raise ResultsError(f"{file} is missing; collect the results again.")
    try:
        meta = json.loads(meta_file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ResultsError(
            f"{meta_file}: found text that is not JSON ({error}); the file is damaged or "
            "truncated. Collect the results again."
        ) from None
    _check_meta(meta, meta_file)
    content = normal_lines(units_file.read_bytes())
    if not content.endswith(b"\n"):
        raise ResultsError(
            f"{units_file}: the last line has no end, so the file is empty or truncated. "
            "Collect the results again."
        )
    try:
        units = pd.read_csv(
            io.BytesIO(content),
            dtype={"unit": str, "subject": str},
            keep_default_na=False,  # a person may be called "NA"
            na_values=[""],
        )
    except (ValueError, pd.errors.ParserError) as error:
        raise ResultsError(f"{units_file}: not a readable table ({error}).") from None
    _check_units(units, len(meta["runs"]), units_file)
    found = hashlib.sha256(content).hexdigest()
    if found != meta.get("units_sha256"):
        raise ResultsError(
            f"{units_file}: SHA-256 is {found[:12]}..., {meta_file.name} expects "
            f"{str(meta.get('units_sha256'))[:12]}...; the table was changed after the run or "
            "belongs to another one. Collect the results again."
        )
    return units, meta


def _check_units(units, n_runs, where):
    missing = [column for column in UNIT_COLUMNS if column not in units]
    if missing:
        raise ResultsError(
            f"{where}: found columns {few(units.columns)}, expected also {', '.join(missing)}."
        )
    if not len(units):
        raise ResultsError(f"{where}: the table has no row.")
    for column in ("unit", "subject"):
        if units[column].isna().any():
            line = int(np.flatnonzero(units[column].isna())[0]) + 2
            raise ResultsError(f"{where}, line {line}: {column} is empty.")
    twice = units[units.duplicated(["unit", "subject"])]
    if len(twice):
        unit, subject = twice[["unit", "subject"]].iloc[0]
        raise ResultsError(f"{where}: unit {unit}, subject {subject} comes twice.")
    if (
        not pd.api.types.is_integer_dtype(units["run"])
        or not units["run"].between(0, n_runs - 1).all()
    ):
        raise ResultsError(
            f"{where}: found run {few(units['run'].unique())}, expected 0..{n_runs - 1}, "
            "the numbers of the runs in the record."
        )


def _check_meta(meta, where):
    missing = [key for key in META_KEYS if not isinstance(meta, dict) or key not in meta]
    if missing:
        raise ResultsError(f"{where}: {', '.join(missing)} is missing from the record.")
    if not isinstance(meta["data"], dict) or not isinstance(meta["runs"], list) or not meta["runs"]:
        raise ResultsError(f"{where}: expected data {{name: fingerprint}} and at least one run.")
    if params_hash(meta["params"]) != meta["params_hash"]:
        raise ResultsError(
            f"{where}: params_hash is {meta['params_hash']}, the parameters beside it have "
            f"{params_hash(meta['params'])}."
        )


def _write_beside(file, content):
    file.parent.mkdir(parents=True, exist_ok=True)
    # A name of its own: the other writer of a job that was started twice has another one.
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        part.chmod(0o644)  # mkstemp makes it private
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
    return part


def few(names, shown=5):
    """The first names of a list, and how many more there are."""
    names = [str(name) for name in names]
    return ", ".join(names[:shown]) + (f" and {len(names) - shown} more" if names[shown:] else "")


def _plain(value):
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"meta may not hold a {type(value).__name__}: {value!r}")
