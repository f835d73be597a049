"""Does the code still give the stored numbers? One cheap unit is computed again and compared."""

import contextlib
import importlib
import sys

import numpy as np
import pandas as pd

from gaitnb import data as datasets
from gaitnb.errors import DataError, ResultsError
from gaitnb.evidence.results import read_results

# Wide enough for another processor and another version of torch, which round differently; a
# chapter states another one as TOLERANCE in its experiments, {"ignore": [columns]} included.
TOLERANCE = {"rtol": 1e-3, "atol": 1e-4, "ignore": []}


def cheapest_unit(chapter, params):
    """The unit with the lowest ``experiments.cost`` among those whose data are at hand.

    The first such unit where no cost is stated.

    Raises
    ------
    DataError
        No unit has its data at hand.
    """
    experiments = _experiments(chapter)
    units = experiments.units(params)
    ready = [unit for unit in units if datasets.at_hand(unit["data"])]
    if not ready:
        names = sorted({unit["data"] for unit in units})
        raise DataError(f"{chapter}: none of {', '.join(names)} is at hand; see gaitnb data list")
    return min(ready, key=experiments.cost) if hasattr(experiments, "cost") else ready[0]


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
        The data of no unit are at hand.
    ResultsError
        The stored results cannot be read, or do not have the unit.
    """
    stored, meta = read_results(chapter, profile, folder)
    experiments = _experiments(chapter)
    unit = cheapest_unit(chapter, meta["params"])
    before = stored[stored["unit"] == unit["unit"]]
    if before.empty:
        raise ResultsError(f"{chapter}, {profile}: the stored results have no unit {unit['unit']}.")
    opened = {unit["data"]: datasets.open(unit["data"])}
    with _threads(meta["runs"][before["run"].iloc[0]]["threads"]):
        again = experiments.run_units([unit], meta["params"], opened)
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


@contextlib.contextmanager
def _threads(number):
    """As many torch threads as then: one and two give different roundings."""
    torch = sys.modules.get("torch")
    if torch is None or number is None:
        yield
        return
    now = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(now)


def _experiments(chapter):
    return importlib.import_module(f"gaitnb.papers.{chapter}.experiments")
