"""A table of 168 features of each trial of Voisard 2025, and of who walked.

One row a trial. A feature's name is ``<sensor>_<signal>_<axis>_<measure>``: sensor HE head, LB
lower back, LF and RF left and right foot; signal FreeAcc (m/s^2, its mean at the beginning taken
off) or Gyr (rad/s); axes as filed, no source states them; measure mean, std, rms, ptp (largest
minus smallest value), domfreq (Hz), bandpower, entropy. Seven trials are known to be faulty
(`FAULTY`).
"""

import io

import numpy as np
import pandas as pd

from gaitnb.errors import DataError

PATH = "master_features.csv"
MEASURES = ("mean", "std", "rms", "ptp", "domfreq", "bandpower", "entropy")
FEATURES = tuple(
    f"{sensor}_{signal}_{axis}_{measure}"
    for sensor in ("HE", "LB", "LF", "RF")
    for signal in ("FreeAcc", "Gyr")
    for axis in "XYZ"
    for measure in MEASURES
)
GROUPS = {"Healthy": "healthy", "Neuro": "neurological", "Ortho": "orthopaedic"}
# Prefix of the trial's name -> label. Their meanings are those of the paper.
COHORTS = {"HS": "Healthy"}
COHORTS |= dict.fromkeys(("PD", "CVA", "CIPN", "RIL"), "Neuro")
COHORTS |= dict.fromkeys(("HOA", "KOA", "ACL"), "Ortho")
FAULTY = {
    "HS_54_4": "no feature has a value",
    "HOA_5_7": "the same values as HOA_5_4",
} | {f"RIL_12_{trial}": "the head sensor is zero throughout" for trial in range(1, 6)}


def read(source, faulty="drop"):
    """Read the table.

    Parameters
    ----------
    source : gaitnb.data.source.Source
        The files.
    faulty : {"drop", "keep"}
        What to do with the trials in `FAULTY`; kept, they hold NaN and zeros as filed.

    Returns
    -------
    pandas.DataFrame
        One row a trial: subject, trial (its name in the files), cohort, group,
        then the 168 features. The names of dropped trials are in ``attrs["dropped"]``.

    Raises
    ------
    DataError
        On columns that are missing, unknown or of another kind, trials that repeat, names that do
        not fit together, values that are missing or contradict each other (rms, mean and std).
    """
    if faulty not in ("drop", "keep"):
        raise DataError(f"faulty={faulty!r}; allowed: 'drop' or 'keep'")
    where = source.where(PATH)
    rows = _table(source, where)
    names = _names(rows, where)
    good = ~rows["trial_id"].isin(FAULTY).to_numpy()
    values = _numbers(rows, where)
    _check_values(values[good], rows["trial_id"][good], where)
    table = pd.concat([names, values], axis=1)
    if faulty == "drop":
        table = table[good].reset_index(drop=True)
    dropped = rows["trial_id"][~good] if faulty == "drop" else []
    table.attrs = source.attrs | {"dropped": {trial: FAULTY[trial] for trial in dropped}}
    return table


def _table(source, where):
    try:
        rows = pd.read_csv(io.BytesIO(source.read(PATH)), index_col=False, low_memory=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise DataError(f"{where}: not a table ({error})") from None
    expected = [*FEATURES, "trial_id", "subject_id", "label"]
    missing = [name for name in expected if name not in rows]
    if missing:
        raise DataError(
            f"{where}: no column {', '.join(missing[:5])}; {len(missing)} of {len(expected)} are "
            f"missing, the file begins with {', '.join(map(str, rows.columns[:3]))}"
        )
    unknown = [name for name in rows if name not in expected]
    if unknown:
        raise DataError(f"{where}: unknown column {', '.join(map(str, unknown[:5]))}")
    if rows.empty:
        raise DataError(f"{where}: a header without rows")
    return rows


def _names(rows, where):
    """Return subject, trial, cohort and group of every row; they must fit together."""
    parts = rows["trial_id"].astype(str).str.extract(r"^([A-Z]+)_(\d+)_(\d+)$")
    bad = parts.isna().any(axis=1) | ~parts[0].isin(COHORTS)
    if bad.any():
        raise DataError(
            f"{where}: the trial in row {bad.idxmax() + 1} is called "
            f"{rows['trial_id'][bad.idxmax()]!r}; expected a cohort ({', '.join(COHORTS)}), person "
            "and trial, such as HS_1_1"
        )
    twice = rows["trial_id"].duplicated()
    if twice.any():
        raise DataError(f"{where}: trial {rows['trial_id'][twice.idxmax()]} occurs twice")
    for column, expected in (
        ("subject_id", parts[0] + "_" + parts[1]),
        ("label", parts[0].map(COHORTS)),
    ):
        differs = rows[column] != expected
        if differs.any():
            row = differs.idxmax()
            raise DataError(
                f"{where}: {column} of trial {rows['trial_id'][row]} is {rows[column][row]!r}; "
                f"expected {expected[row]!r}"
            )
    return pd.DataFrame(
        {
            "subject": "voisard2025-" + rows["subject_id"],
            "trial": rows["trial_id"],
            "cohort": parts[0],
            "group": rows["label"].map(GROUPS),
        }
    )


def _numbers(rows, where):
    """Return the features as numbers; empty fields stay NaN."""
    values = rows[list(FEATURES)].apply(pd.to_numeric, errors="coerce")
    words = values.isna() & rows[list(FEATURES)].notna()
    if words.to_numpy().any():
        row, column = np.argwhere(words.to_numpy())[0]
        raise DataError(
            f"{where}: {FEATURES[column]} of trial {rows['trial_id'][row]} is "
            f"{rows[FEATURES[column]][row]!r}; expected a number"
        )
    return values.astype(float)


def _check_values(values, trials, where):
    def refuse(bad, what):
        """Name the first feature and trial where `bad` (trial, feature) holds."""
        row, column = np.argwhere(bad.to_numpy())[0]
        raise DataError(f"{where}: {bad.columns[column]} of trial {trials.iloc[row]} {what}")

    missing = ~np.isfinite(values)
    if missing.to_numpy().any():
        refuse(missing, "is missing or not finite")
    columns = {m: [name for name in FEATURES if name.endswith(f"_{m}")] for m in MEASURES}
    flat = values[columns["std"]] <= 0
    if flat.to_numpy().any():
        refuse(flat, "is not positive; the sensor shows nothing, or columns are exchanged")
    rms, mean, std = (values[columns[m]].to_numpy() for m in ("rms", "mean", "std"))
    differs = np.abs(rms**2 - mean**2 - std**2) > 1e-6 * (1 + rms**2)
    if differs.any():
        refuse(
            pd.DataFrame(differs, columns=columns["rms"]),
            "is not the root of mean^2 + std^2; columns are exchanged or in different units",
        )
    turning = values[[name for name in columns["rms"] if "Gyr" in name]].median()
    if turning.max() > 15:
        raise DataError(
            f"{where}: {turning.idxmax()} has a median of {turning.max():.3g}; expected rad/s, about "
            "3 at the feet. It looks like degrees: multiply by pi/180"
        )
    repeated = values.duplicated()
    if repeated.any():
        raise DataError(
            f"{where}: trial {trials[repeated.idxmax()]} has the values of another trial"
        )
