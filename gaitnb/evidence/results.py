"""Stored results: ``units.csv`` (one row per unit and person) beside ``meta.json``.

``units.csv`` has the columns ``unit``, ``subject`` ("*" for a quantity of the whole unit), ``run``
(index into ``meta["runs"]``), then what was measured. ``meta.json`` says with which parameters,
data, method, source, versions and machine; it also holds the hash of ``units.csv``, so that a
table that was edited by hand, or that belongs to another run, is refused.
"""

import importlib
import importlib.resources
from pathlib import Path

import numpy as np
import pandas as pd

from gaitnb.errors import ResultsError
from gaitnb.evidence.unitfiles import META_KEYS, few, read_pair, write_pair

# From the largest scale to the smallest; the first two are committed with the package.
PROFILES = ("full", "overnight", "reduced", "smoke")
COMMITTED = PROFILES[:2]
NOT_ENOUGH_TRAINING = "not enough training"

QUANTITY_COLUMNS = ["id", "data", "value", "spread", "n", "status"]


def write_results(folder, units, meta):
    """Write ``units.csv`` and ``meta.json`` into a folder: both or none.

    Parameters
    ----------
    folder : path
        For example ``gaitnb/papers/<chapter>/results/overnight``; made when it does not exist.
    units : DataFrame
        One row per unit and person.
    meta : dict
        chapter, profile, method, params, params_hash, data, runs.

    Raises
    ------
    ResultsError
        The table or the record is not as documented, or the folder cannot be written; nothing is
        changed then.
    """
    folder = Path(folder)
    write_pair(folder / "units.csv", folder / "meta.json", units, meta)


def results_folder(chapter, profile, folder=None):
    """Where a chapter's results of a profile lie: in the package, or below a folder.

    ``folder`` is, for example, ``_build/results`` with ``<chapter>/<profile>`` below.
    """
    if folder is not None:
        return Path(folder) / chapter / profile
    return importlib.resources.files(f"gaitnb.papers.{chapter}") / "results" / profile


def read_results(chapter, profile, folder=None):
    """Read the results of a chapter at a profile, checked.

    Parameters
    ----------
    chapter, profile : str
    folder : path, optional
        Read from ``<folder>/<chapter>/<profile>`` instead of from the package.

    Returns
    -------
    units : DataFrame
    meta : dict

    Raises
    ------
    ResultsError
        Nothing is there, or what is there is damaged or of another chapter or profile.
    """
    place = results_folder(chapter, profile, folder)
    units, meta = read_pair(place / "units.csv", place / "meta.json")
    for name, expected in (("chapter", chapter), ("profile", profile)):
        if meta[name] != expected:
            raise ResultsError(
                f"{place / 'meta.json'}: found {name} {meta[name]!r}, expected {expected!r}."
            )
    return units, meta


def committed_profiles(chapter):
    """The profiles whose results come with the package, largest scale first."""
    return [p for p in COMMITTED if (results_folder(chapter, p) / "meta.json").is_file()]


def quantities(chapter, profile, folder=None):
    """Compute a chapter's quantities from its stored results.

    Returns
    -------
    DataFrame
        id, data, value, spread, n, status; one row per id and data set.

    Raises
    ------
    ResultsError
        The results cannot be read, or the chapter's analysis returned something else.
    """
    units, _ = read_results(chapter, profile, folder)
    name = f"gaitnb.papers.{chapter}.analysis"
    table = importlib.import_module(name).quantities(units)
    missing = [column for column in QUANTITY_COLUMNS if column not in table]
    if missing:
        raise ResultsError(f"{name}.quantities: found no column {', '.join(missing)}.")
    twice = table[table.duplicated(["id", "data"])]
    if len(twice):
        raise ResultsError(
            f"{name}.quantities: {twice['id'].iloc[0]} on {twice['data'].iloc[0]} comes twice."
        )
    wrong = set(table["status"]) - {"", NOT_ENOUGH_TRAINING}
    if wrong:
        raise ResultsError(
            f"{name}.quantities: found status {sorted(map(str, wrong))}, expected '' or "
            f"'{NOT_ENOUGH_TRAINING}'."
        )
    return table[QUANTITY_COLUMNS].reset_index(drop=True)


def stale(chapter, profile, params_hash, data, method, folder=None):
    """Say why stored results no longer belong to the parameters, data and method at hand.

    Parameters
    ----------
    chapter, profile : str
    params_hash : str
        Of the parameters as they are now.
    data : dict of str to str
        Fingerprint per data set as it is now; sets that are not at hand may be left out.
    method : int
        ``METHOD`` of the chapter's experiments.

    Returns
    -------
    list of str
        One reason a line; empty when the results are up to date. Other versions of Python or of
        packages are no reason.
    """
    _, meta = read_results(chapter, profile, folder)
    reasons = []
    if meta["params_hash"] != params_hash:
        reasons.append(f"parameters: stored {meta['params_hash']}, now {params_hash}")
    if meta["method"] != method:
        reasons.append(f"METHOD: stored {meta['method']}, now {method}")
    for name, fingerprint in data.items():
        if meta["data"].get(name) != fingerprint:
            reasons.append(f"data {name}: stored {meta['data'].get(name)}, now {fingerprint}")
    return reasons


def collect(chunk_files, expected):
    """Put the chunks of a batch job together.

    Parameters
    ----------
    chunk_files : list of path
        The ``.csv`` files, each with its ``.json`` record beside it.
    expected : list of str
        Ids of all units of the experiment; fixes the order of the rows.

    Returns
    -------
    units : DataFrame
        With ``run`` counting through the joined list of runs.
    meta : dict

    Raises
    ------
    ResultsError
        A unit is missing, comes twice or is not expected, or a chunk is of another chapter,
        profile, method, set of parameters or state of the data.
    """
    tables, joined, runs, first = [], None, [], None
    for file in map(Path, chunk_files):
        table, meta = read_pair(file, file.with_suffix(".json"))
        if joined is None:
            joined, first = {name: meta[name] for name in META_KEYS}, file
        for name in ("chapter", "profile", "method", "params_hash"):
            if meta[name] != joined[name]:
                raise ResultsError(
                    f"{file}: found {name} {meta[name]!r}, but {first.name} has {joined[name]!r}; "
                    "remove the old chunks and run them again."
                )
        for name, fingerprint in meta["data"].items():
            if joined["data"].setdefault(name, fingerprint) != fingerprint:
                raise ResultsError(
                    f"{file}: found data {name} {fingerprint}, another chunk has "
                    f"{joined['data'][name]}; run the chunks again on one state of the data."
                )
        numbers = np.array([_add_run(runs, run) for run in meta["runs"]])
        tables.append(table.assign(run=numbers[table["run"].to_numpy()], chunk=file.name))
    if joined is None:
        raise ResultsError("There are no chunks to collect.")
    units = pd.concat(tables, ignore_index=True)
    owners = units.groupby("unit")["chunk"].unique()
    twice = owners[owners.map(len) > 1]
    if len(twice):
        raise ResultsError(f"unit {twice.index[0]} comes in {' and in '.join(twice.iloc[0])}.")
    for what, names in (
        ("missing", [unit for unit in expected if unit not in owners.index]),
        ("not part of this experiment", sorted(set(owners.index) - set(expected))),
    ):
        if names:
            raise ResultsError(f"{len(names)} units are {what}: {few(names)}. Run them again.")
    place = {unit: number for number, unit in enumerate(expected)}
    order = units["unit"].map(place).sort_values(kind="stable").index
    units = units.loc[order].drop(columns="chunk").reset_index(drop=True)
    return units, {**joined, "runs": runs}


def _add_run(runs, run):
    """Number of this run in the list; runs that differ in time only are one, their time summed."""
    same = {**run, "seconds": None}
    for number, known in enumerate(runs):
        if {**known, "seconds": None} == same:
            known["seconds"] = round(known["seconds"] + run["seconds"], 1)
            return number
    runs.append(dict(run))
    return len(runs) - 1
