"""The one table of all comparisons: a row is a quantity of real people beside the virtual one.

A row compares a number (a mean over people), or a curve. Whether an aim is met follows from its
text, so that text and verdict cannot part.
"""

import re

import numpy as np
import pandas as pd

from gaitnb.errors import ParameterError, ResultsError

COLUMNS = {
    "family": "one of FAMILIES",
    "status": "fitted: the lab was made to agree with this reference; predicted: it was not",
    "quantity": "what is compared",
    "unit": "of real, real_sd, virtual and rmse",
    "reference": "data set, or published source",
    "condition": "who does what",
    "n_people": "real people",
    "real": "mean of real people; of a curve its range, largest minus smallest value",
    "real_sd": "standard deviation between people; of a curve its root mean square",
    "virtual": "as real, of virtual people",
    "r": "correlation of the two mean curves",
    "rmse": "root mean squared difference of the two mean curves",
    "aim": "what was asked for, empty if nothing",
    "met": "whether the aim is met; missing without an aim",
    "within_sd": "difference (of a curve: rmse) at most real_sd; missing without real_sd",
}
FAMILIES = ("force", "cop", "spatiotemporal", "angle", "moment", "imu")
STATUSES = ("fitted", "predicted")
CURVE_COLUMNS = (
    "family", "status", "quantity", "unit", "reference", "condition", "n_people", "percent",
    "real", "real_sd", "virtual",
)  # fmt: skip
_KEYS = CURVE_COLUMNS[:7]
_TEXTS = ("family", "status", "quantity", "unit", "reference", "condition", "aim")
_TRUTHS = ("met", "within_sd")
_AIM = re.compile(r"(r >=|RMSE <=|value <=|within) (\d*\.?\d+)(?: ([^,]+))?")


def value(
    family, status, quantity, unit, reference, condition, n_people, real, virtual, real_sd=np.nan,
    aim="",
):  # fmt: skip
    """One row: a number of real people beside that of virtual people.

    Parameters
    ----------
    family, status, quantity, unit, reference, condition, n_people, real, virtual, real_sd
        As in `COLUMNS`.
    aim : str
        Terms separated by commas: ``within 0.03 BW`` (largest difference), ``within 15 %`` (of
        the real value), ``value <= 2.5 mm`` (of the virtual one).

    Returns
    -------
    dict
        Row for `rows`.
    """
    keys = (family, status, quantity, unit, reference, condition, n_people)
    return _row(keys, real, real_sd, virtual, abs(virtual - real), np.nan, np.nan, aim)


def curve(
    family, status, quantity, unit, reference, condition, n_people, real, virtual, real_sd=None,
    aim="",
):  # fmt: skip
    """One row: a mean curve of real people beside that of virtual people.

    Parameters
    ----------
    real, virtual : array, shape (samples,)
        Mean curves at the same instants of the stance or the stride.
    real_sd : array, shape (samples,), optional
        Standard deviation between people at every instant.
    aim : str
        Terms separated by commas: ``r >= .99``, ``RMSE <= .03 BW``.

    Returns
    -------
    dict
        Row for `rows`.
    """
    real, virtual = np.asarray(real, float), np.asarray(virtual, float)
    if real.shape != virtual.shape or real.ndim != 1:
        raise ParameterError(
            f"{quantity}: curves of shape {real.shape} and {virtual.shape}; expected the same "
            "number of samples"
        )
    rmse = float(np.sqrt(np.mean((real - virtual) ** 2)))
    flat = np.ptp(real) == 0 or np.ptp(virtual) == 0
    r = np.nan if flat else float(np.corrcoef(real, virtual)[0, 1])
    sd = np.nan if real_sd is None else float(np.sqrt(np.mean(np.square(real_sd))))
    keys = (family, status, quantity, unit, reference, condition, n_people)
    return _row(keys, np.ptp(real), sd, np.ptp(virtual), rmse, r, rmse, aim)


def curve_table(
    family, status, quantity, unit, reference, condition, n_people, percent, real, virtual,
    real_sd=np.nan,
):  # fmt: skip
    """Two mean curves as a table with the columns `CURVE_COLUMNS`, for a figure."""
    keys = dict(
        zip(
            _KEYS,
            (family, status, quantity, unit, reference, condition, n_people),
            strict=True,
        )
    )
    return pd.DataFrame(
        keys | {"percent": percent, "real": real, "real_sd": real_sd, "virtual": virtual}
    )[list(CURVE_COLUMNS)]


def of_curves(curves, aims=None):
    """Rows of every pair of mean curves in a table of `CURVE_COLUMNS`.

    Parameters
    ----------
    curves : pandas.DataFrame
        One below the other.
    aims : dict of str to str, optional
        Aim by quantity.

    Returns
    -------
    pandas.DataFrame
    """
    found = []
    for keys, part in curves.groupby(list(_KEYS), sort=False):
        sd = None if part["real_sd"].isna().all() else part["real_sd"]
        aim = (aims or {}).get(keys[2], "")
        found.append(curve(*keys, part["real"], part["virtual"], sd, aim))
    return rows(found)


def rows(found):
    """Table of rows, checked and typed.

    Parameters
    ----------
    found : list of dict, or pandas.DataFrame
        From `value` and `curve`, or as read from a file.

    Returns
    -------
    pandas.DataFrame
        Columns as in `COLUMNS`; met and within_sd are of the kind boolean, with missing values.

    Raises
    ------
    ResultsError
        For a column that is missing or unknown, an unknown family or status, or a value or number
        of people that is not finite.
    """
    table = pd.DataFrame(found)
    if set(table) != set(COLUMNS):
        raise ResultsError(f"a comparison has the columns {list(table)}; expected {list(COLUMNS)}")
    table = table[list(COLUMNS)].reset_index(drop=True)
    for name, known in (("family", FAMILIES), ("status", STATUSES)):
        unknown = sorted(set(table[name]) - set(known))
        if unknown:
            raise ResultsError(f"unknown {name} {unknown}; expected some of {list(known)}")
    for name in ("real", "virtual", "n_people"):
        bad = ~np.isfinite(table[name].astype(float))
        if bad.any():
            first = table[bad].iloc[0]
            raise ResultsError(
                f"{first['quantity']} of {first['reference']}: {name} is {first[name]}; expected a "
                "number"
            )
    for name in _TEXTS:
        table[name] = table[name].astype(object).where(table[name].notna(), "").astype(str)
    for name in _TRUTHS:
        table[name] = table[name].astype("boolean")
    return table


def in_sd(table):
    """Differences of virtual and real people in standard deviations between real people.

    Of numbers virtual minus real, with its sign; of curves the rmse, which has none. NaN where
    the spread between people is unknown.
    """
    signed = (table["virtual"] - table["real"]) / table["real_sd"]
    return signed.where(table["rmse"].isna(), table["rmse"] / table["real_sd"])


def is_met(aim, real, virtual, r=np.nan, rmse=np.nan):
    """Say whether an aim is met; None without an aim.

    Raises
    ------
    ParameterError
        For a text that is no aim, or one about r or RMSE of a number that has none.
    """
    if not aim:
        return None
    verdicts = []
    for term in aim.split(", "):
        match = _AIM.fullmatch(term)
        if not match:
            raise ParameterError(
                f"{term!r} is no aim; expected such as 'r >= .99', 'RMSE <= .03 BW', "
                "'within 15 %', 'value <= 2.5 mm'"
            )
        what, limit, unit = match[1], float(match[2]), match[3]
        found = {
            "r >=": -r,
            "RMSE <=": rmse,
            "value <=": virtual,
            "within": abs(virtual - real) * (100 / abs(real) if unit == "%" else 1),
        }[what]
        if np.isnan(found):
            raise ParameterError(f"aim {term!r} of a quantity that has none")
        verdicts.append(found <= (-limit if what == "r >=" else limit))
    return bool(all(verdicts))


def _row(keys, real, real_sd, virtual, difference, r, rmse, aim):
    named = dict(zip(_KEYS, keys, strict=True))
    return named | {
        "real": float(real),
        "real_sd": float(real_sd),
        "virtual": float(virtual),
        "r": r,
        "rmse": rmse,
        "aim": aim,
        "met": is_met(aim, real, virtual, r, rmse),
        "within_sd": bool(difference <= real_sd) if np.isfinite(real_sd) else None,
    }
