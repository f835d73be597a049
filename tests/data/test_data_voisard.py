"""The table of features of Voisard 2025 against tables with one fault each."""

import numpy as np
import pandas as pd
import pytest
from data_toys import Folder

from gaitnb.data.readers import voisard2025_features as voisard
from gaitnb.errors import DataError


def make(trials=("HS_1_1", "HS_1_2", "PD_7_1", "CVA_12_10", "KOA_3_1")):
    rng = np.random.default_rng(5)
    table = pd.DataFrame(rng.uniform(0.5, 2, (len(trials), 168)), columns=list(voisard.FEATURES))
    for name in voisard.FEATURES:
        if name.endswith("_rms"):
            mean, std = (table[name.replace("_rms", m)] for m in ("_mean", "_std"))
            table[name] = np.sqrt(mean**2 + std**2)
    table["trial_id"] = trials
    table["subject_id"] = [trial.rpartition("_")[0] for trial in trials]
    table["label"] = [voisard.COHORTS[trial.split("_")[0]] for trial in trials]
    return table


def read(table, **options):
    content = table if isinstance(table, bytes) else table.to_csv(index=False).encode()
    return voisard.read(Folder("voisard2025_features", {voisard.PATH: content}), **options)


def test_a_row_a_trial_with_names_and_features():
    filed = make()
    table = read(filed)
    assert list(table.columns) == ["subject", "trial", "cohort", "group", *voisard.FEATURES]
    assert table["subject"].tolist() == [f"voisard2025-{s}" for s in filed["subject_id"]]
    assert table["trial"].tolist() == filed["trial_id"].tolist()
    assert table["cohort"].tolist() == ["HS", "HS", "PD", "CVA", "KOA"]
    assert table["group"].tolist() == ["healthy"] * 2 + ["neurological"] * 2 + ["orthopaedic"]
    np.testing.assert_allclose(table[list(voisard.FEATURES)], filed[list(voisard.FEATURES)])
    assert table.attrs["dataset"] == "voisard2025_features" and table.attrs["dropped"] == {}


def test_columns_and_rows_may_come_in_another_order():
    filed = make()
    mixed = filed.iloc[::-1, ::-1]
    expected = read(filed).iloc[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(read(mixed), expected)


def test_known_faulty_trials_are_dropped_and_named_or_kept():
    filed = make(("HS_54_4", "HS_1_1", "HOA_5_4", "HOA_5_7", "RIL_12_3"))
    features = list(voisard.FEATURES)
    filed.loc[0, features] = np.nan
    filed.loc[3, features] = filed.loc[2, features]
    filed.loc[4, [name for name in features if name.startswith("HE")]] = 0.0
    table = read(filed)
    assert table["trial"].tolist() == ["HS_1_1", "HOA_5_4"]
    assert set(table.attrs["dropped"]) == {"HS_54_4", "HOA_5_7", "RIL_12_3"}
    assert "same values as HOA_5_4" in table.attrs["dropped"]["HOA_5_7"]
    kept = read(filed, faulty="keep")
    assert kept["trial"].tolist() == filed["trial_id"].tolist()
    assert kept[features].iloc[0].isna().all() and kept.attrs["dropped"] == {}


def put(row, column, value):
    def edit(table):
        table = table.astype({column: object})
        table.loc[row, column] = value
        return table

    return edit


def scale(factor, pattern):
    def edit(table):
        names = [n for n in voisard.FEATURES if pattern in n and n.split("_")[-1] in SCALED]
        return table.assign(**{n: factor * table[n] for n in names})

    return edit


SCALED = ("mean", "std", "rms", "ptp")
STD, MEAN = "LF_Gyr_Y_std", "LF_Gyr_Y_mean"
FAULTS = {
    "empty": (lambda t: b"", "not a table"),
    "HTML": (lambda t: b"<html>\n<body>", "171 of 171 are missing|not a table"),
    "not text": (lambda t: bytes(range(128, 256)), "not a table|are missing"),
    "header cut": (lambda t: t.to_csv(index=False).encode()[:900], "are missing, the file begins"),
    "no rows": (lambda t: t.iloc[:0], "a header without rows"),
    "cut in a row": (lambda t: t.to_csv(index=False).encode()[:-700], "is called nan|is missing"),
    "a feature missing": (lambda t: t.drop(columns=STD), f"no column {STD}; 1 of 171"),
    "a feature renamed": (lambda t: t.rename(columns={STD: "LF_Gyr_Y_sd"}), f"no column {STD}"),
    "no trial": (lambda t: t.drop(columns="trial_id"), "no column trial_id"),
    "an unknown column": (lambda t: t.assign(age=40), "unknown column age"),
    "a row too long": (
        lambda t: t.to_csv(index=False).encode() + b"1," * 180 + b"1\n", "not a table",
    ),
    "a trial twice": (lambda t: pd.concat([t, t.iloc[[1]]]), "trial HS_1_2 occurs twice"),
    "an unknown cohort": (put(2, "trial_id", "XY_7_1"), "row 3 is called 'XY_7_1'; expected a coh"),
    "another subject": (put(2, "subject_id", "PD_8"), "subject_id of trial PD_7_1 is 'PD_8'"),
    "another label": (put(2, "label", "Ortho"), "label of trial PD_7_1 is 'Ortho'; expected 'Neuro'"),
    "a word": (put(1, STD, "high"), f"{STD} of trial HS_1_2 is 'high'; expected a number"),
    "NaN": (put(1, STD, np.nan), f"{STD} of trial HS_1_2 is missing or not finite"),
    "infinite": (put(1, STD, np.inf), f"{STD} of trial HS_1_2 is missing or not finite"),
    "a flat sensor": (put(3, STD, 0.0), f"{STD} of trial CVA_12_10 is not positive"),
    "columns exchanged": (
        lambda t: t.rename(columns={STD: "LF_Gyr_Y_rms", "LF_Gyr_Y_rms": STD}),
        "LF_Gyr_Y_rms of trial HS_1_1 is not the root of mean",
    ),
    "one unit in degrees": (lambda t: t.assign(**{STD: 57.3 * t[STD]}), "is not the root of mean"),
    "all in degrees": (scale(57.3, "Gyr"), "looks like degrees: multiply by pi/180"),
    "values of another trial": (
        lambda t: pd.concat([t, t.iloc[[1]].assign(trial_id="HS_2_1", subject_id="HS_2")]),
        "trial HS_2_1 has the values of another trial",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", list(FAULTS))
def test_faulty_tables_are_refused(fault):
    edit, words = FAULTS[fault]
    with pytest.raises(DataError, match=words) as error:
        read(edit(make()))
    assert "voisard2025_features/master_features.csv" in str(error.value)


def test_options_are_checked():
    with pytest.raises(DataError, match="faulty='ignore'; allowed: 'drop' or 'keep'"):
        read(make(), faulty="ignore")
