"""Does the code still give the stored numbers? One cheap unit is computed again and compared."""

import importlib

import numpy as np
import pandas as pd

from gaitnb import data as datasets
from gaitnb.errors import ResultsError
from gaitnb.evidence.results import read_results

# Wide enough for another processor and another version of torch, which round differently; a
# chapter states another one as TOLERANCE in its experiments, {"ignore": [columns]} included.
TOLERANCE = {"rtol": 1e-3, "atol": 1e-4, "ignore": []}


def cheapest_unit(chapter, params):
    """The unit with the lowest ``experiments.cost``, or the first where no cost is stated."""
    experiments = _experiments(chapter)
    units = experiments.units(params)
    return min(units, key=experiments.cost) if hasattr(experiments, "cost") else units[0]


def data_of(unit):
    """Names of the data sets that a unit needs, as a list."""
    return [unit["data"]] if isinstance(unit["data"], str) else list(unit["data"])


def drift(chapter, profile, folder=None):
    """Compute the cheapest unit of stored results again, with their own parameters.

    Parameters
    ----------
    chapter, profile : str
    folder : path, optional
        As in `gaitnb.evidence.results.read_results`.

    Returns
    -------
    list of str
        One difference a line; empty when every numeric column agrees within the tolerance.

    Raises
    ------
    DataError
        The data of the unit is not at hand.
    ResultsError
        The stored results cannot be read, or do not have the unit.
    """
    stored, meta = read_results(chapter, profile, folder)
    experiments = _experiments(chapter)
    unit = cheapest_unit(chapter, meta["params"])
    opened = {name: datasets.open(name) for name in data_of(unit)}
    again = experiments.run_units([unit], meta["params"], opened)
    before = stored[stored["unit"] == unit["unit"]]
    if before.empty:
        raise ResultsError(f"{chapter}, {profile}: the stored results have no unit {unit['unit']}.")
    return differences(before, again, **getattr(experiments, "TOLERANCE", {}))


def differences(before, again, rtol=None, atol=None, ignore=()):
    """Compare two tables of units, matched by unit and subject.

    Returns
    -------
    list of str
        Rows or columns on one side only, and columns whose numbers leave
        ``atol + rtol * |stored|``; NaN equals NaN.
    """
    rtol = TOLERANCE["rtol"] if rtol is None else rtol
    atol = TOLERANCE["atol"] if atol is None else atol
    before, again = (t.set_index(["unit", "subject"]).sort_index() for t in (before, again))
    if not before.index.equals(again.index):
        only = before.index.symmetric_difference(again.index)
        return [f"on one side only: unit {unit}, subject {subject}" for unit, subject in only]
    found = []
    for name in before.columns.drop("run").difference(list(ignore), sort=False):
        old = before[name]
        if not pd.api.types.is_numeric_dtype(old) or old.isna().all():
            continue  # text, or a column that other units fill
        if name not in again:
            found.append(f"{name} is not computed any more")
            continue
        old, new = old.to_numpy(dtype=float), again[name].to_numpy(dtype=float)
        wrong = ~np.isclose(new, old, rtol=rtol, atol=atol, equal_nan=True)
        if wrong.any():
            at = np.flatnonzero(wrong)[0]
            found.append(
                f"{name}: stored {old[at]:.6g}, now {new[at]:.6g} "
                f"({wrong.sum()} of {len(old)} rows differ)"
            )
    return found


def _experiments(chapter):
    return importlib.import_module(f"gaitnb.papers.{chapter}.experiments")
