"""The public CSV layout of the Gutenberg Gait Database and of GaitRec.

One file per channel and foot, ``GRF_{F_V,F_AP,F_ML,COP_AP,COP_ML}_PRO_{left,right}.csv``: a
header, identifiers, 101 samples of stance per row; forces in body weights, centre of pressure in
metres. ``GRF_metadata.csv`` describes sessions, ``GRF_walking_speed.csv`` (Gutenberg only) trials.

What is tolerated: columns and rows in another order (both are found by name or identifier),
further columns (ignored), DATASET_ID missing, missing speed, age, height, mass or sex, the
horizontal and the centre-of-pressure files missing as pairs. All else is refused.

Signs: the files' conventions are not taken on trust. Braking must push backward and both feet
push the body towards the midline, so every shear file is oriented by its own curves; the
attribute ``orientation`` says which were reversed.
"""

import numpy as np
import pandas as pd

from gaitnb.data import stance
from gaitnb.data.readers.csv_table import CHANNELS, IDS, identifiers, sample_columns, table
from gaitnb.errors import DataError

GROUPS = {"HC": "healthy", "H": "hip", "K": "knee", "A": "ankle", "C": "calcaneus"}
SEX = {0: "female", 1: "male"}


def read(source, bad="refuse"):
    """Read force curves with their metadata.

    Parameters
    ----------
    source : gaitnb.data.catalog.Source
        The files.
    bad : {"refuse", "drop"}
        What to do with trials of which a curve is empty, constant or not finite. Dropped trials
        are counted in the attribute ``dropped``.

    Returns
    -------
    xarray.Dataset
        `grf` (trial, time 101, side left and right, axis) in body weights, axes y or x, y, z as
        files are at hand, and `cop` in metres where its files are. z points to the right: a
        medial force is +z on the left foot and -z on the right.

    Raises
    ------
    DataError
        Naming file, what was found, what was expected.
    """
    if bad not in ("refuse", "drop"):
        raise DataError(f"bad={bad!r}; allowed: 'refuse', 'drop'")
    present = [c for c in CHANNELS if _both_feet(source, c)]
    if "F_V" not in present:
        raise DataError(f"{source.name}: no vertical force, GRF_F_V_PRO_left.csv and _right.csv")
    tables = {(c, side): _curves(source, c, side) for c in present for side in ("left", "right")}
    keys = tables["F_V", "left"].index
    tables = {k: _aligned(source, k, table, keys) for k, table in tables.items()}
    keep = np.ones(len(keys), dtype=bool)
    if bad == "drop":
        for values in tables.values():
            keep &= ~stance.faulty(values)
    curves = {
        k: stance.curves(values[keep], source.where(_name(*k))) for k, values in tables.items()
    }
    for side in ("left", "right"):
        shear = [curves[c, side] for c in ("F_AP", "F_ML") if c in present]
        shear = np.stack(shear, axis=1) if shear else None
        stance.body_weights(curves["F_V", side], shear, source.where(_name("F_V", side)))
    reversed_files = _orient(source, curves)
    axes, grf = _stack(curves, {"x": "F_AP", "y": "F_V", "z": "F_ML"}, present)
    cop = None
    if {"COP_AP", "COP_ML"} <= set(present) and len(axes) == 3:
        _, cop = _stack(curves, {"x": "COP_AP", "y": "", "z": "COP_ML"}, present)
    attrs = source.attrs | {
        "dropped": int((~keep).sum()),
        "orientation": f"reversed: {', '.join(reversed_files)}" if reversed_files else "as filed",
    }
    if cop is not None:
        attrs["note"] = "the lateral direction of cop is as filed; no source states it"
    return stance.dataset(
        grf, ["left", "right"], axes, _metadata(source, keys[keep]), attrs, cop=cop
    )


def metadata(source):
    """Read the description of trials alone: identifiers, walking speed, and who walked.

    Returns
    -------
    pandas.DataFrame
        One row per trial of ``GRF_walking_speed.csv``; columns subject, session, trial,
        speed_mps, age_years, height_m, mass_kg, sex, group.
    """
    path = "GRF_walking_speed.csv"
    rows = table(source, path)
    keys = pd.MultiIndex.from_frame(rows[identifiers(rows, IDS, source.where(path))])
    result = pd.DataFrame(_metadata(source, keys))
    result.insert(2, "trial", keys.get_level_values("TRIAL_ID"))
    return result


def _name(channel, side):
    return f"GRF_{channel}_PRO_{side}.csv"


def _both_feet(source, channel):
    has = [source.has(_name(channel, side)) for side in ("left", "right")]
    if any(has) and not all(has):
        missing = _name(channel, "right" if has[0] else "left")
        raise DataError(f"{source.name}: {missing} is missing, the other foot's file is there")
    return all(has)


def _curves(source, channel, side):
    """Return the samples of one file as a DataFrame (trial, 101) indexed by identifiers."""
    path = _name(channel, side)
    where = source.where(path)
    rows = table(source, path)
    names = identifiers(rows, IDS, where)
    samples = sample_columns(rows.columns, channel, where)
    numbers = rows[samples].apply(pd.to_numeric, errors="coerce")
    return numbers.set_index(pd.MultiIndex.from_frame(rows[names]))


def _aligned(source, key, rows, keys):
    """Return the values (trial, 101) in the order of `keys`; the trials must be the same."""
    where = source.where(_name(*key))
    if rows.index.names != keys.names:
        raise DataError(
            f"{where}: identifiers {list(rows.index.names)}; the vertical force has "
            f"{list(keys.names)}"
        )
    differ = keys.symmetric_difference(rows.index)
    if len(differ):
        raise DataError(
            f"{where}: {len(rows)} trials, GRF_F_V_PRO_left.csv has {len(keys)}; in only one of "
            f"them: {dict(zip(keys.names, map(int, differ[0]), strict=True))}"
        )
    return rows.loc[keys].to_numpy(dtype=float)


def _orient(source, curves):
    """Give every shear and forward curve its documented sign, in place; return what was reversed.

    x: braking negative (10 to 40 % of stance); medial positive (20 to 80 %); the centre of
    pressure moves forward.
    """
    reversed_files = []
    for (channel, side), values in curves.items():
        if channel == "F_AP":
            score, what = -values[:, 10:40].mean(axis=1), "braking"
        elif channel == "F_ML":
            score, what = values[:, 20:80].mean(axis=1), "medial push"
        elif channel == "COP_AP":
            score, what = values[:, 60:90].mean(axis=1) - values[:, 10:40].mean(axis=1), "advance"
        else:
            continue
        share = float((score > 0).mean())
        if 0.25 < share < 0.75:
            raise DataError(
                f"{source.where(_name(channel, side))}: the direction of the {what} differs from "
                f"trial to trial ({share:.0%} positive); expected one sign in a file"
            )
        if share <= 0.25:
            curves[channel, side] = -values
            reversed_files.append(_name(channel, side))
        if channel == "COP_AP" and np.median(np.ptp(values, axis=1)) > 1:
            raise DataError(
                f"{source.where(_name(channel, side))}: the centre of pressure travels "
                f"{np.median(np.ptp(values, axis=1)):.3g}; expected metres (about 0.2)"
            )
    return reversed_files


def _stack(curves, channels, present):
    """Return axis names and (trial, 101, side, axis); an empty channel is zero (the floor)."""
    zero = np.zeros_like(curves["F_V", "left"])
    axes = [a for a, c in channels.items() if not c or c in present]
    sides = []
    for side in ("left", "right"):
        parts = [curves[channels[a], side] if channels[a] else zero for a in axes]
        values = np.stack(parts, axis=-1)  # (trial, 101, axis)
        if "z" in axes and channels["z"] == "F_ML" and side == "right":
            values[..., axes.index("z")] *= -1  # medial of the right foot is to the left
        sides.append(values)
    return axes, np.stack(sides, axis=2)


def _metadata(source, keys):
    """Return the coordinates of trials `keys`, merged on whole identifiers, never subject alone."""
    trials = keys.to_frame(index=False)
    path = "GRF_metadata.csv"
    people = table(source, path)
    ids = _shared_ids(people, IDS[:3], trials, source.where(path))
    merged = trials.merge(people, on=ids, how="left", validate="many_to_one", indicator=True)
    lost = merged["_merge"] != "both"
    if lost.any():
        first = merged.loc[lost.idxmax(), ids].to_dict()
        raise DataError(f"{source.where(path)}: {lost.sum()} trials have no row; first: {first}")
    if "DATASET_ID" in merged and (merged.groupby("SUBJECT_ID")["DATASET_ID"].nunique() > 1).any():
        raise DataError(f"{source.name}: one SUBJECT_ID occurs under two DATASET_ID")
    number = {
        name: pd.to_numeric(merged[column], errors="coerce").to_numpy() * factor
        for name, column, factor in (
            ("age_years", "AGE", 1.0),
            ("height_m", "HEIGHT", 0.01),  # cm
            ("mass_kg", "BODY_MASS", 1.0),
        )
        if column in merged
    }
    width = max(3, len(str(people["SUBJECT_ID"].max())))
    database = source.name.removesuffix("_meta")  # one person has one name with and without curves
    coords = {
        "subject": [f"{database}-{s:0{width}d}" for s in merged["SUBJECT_ID"]],
        "session": merged["SESSION_ID"].astype(str).to_numpy(dtype=str),
        "speed_mps": _speed(source, trials),
    } | number
    if "SEX" in merged:
        coords["sex"] = merged["SEX"].map(SEX).fillna("").to_numpy(dtype=str)
    if "CLASS_LABEL" in merged:
        labels = merged["CLASS_LABEL"].astype(str)
        coords["group"] = labels.map(GROUPS).fillna(labels).to_numpy(dtype=str)
    return coords


def _shared_ids(rows, wanted, trials, where):
    """Return the identifiers that `rows` and `trials` have in common; they must be unique."""
    ids = [name for name in identifiers(rows, wanted, where) if name in trials]
    if rows.duplicated(ids).any():
        raise DataError(f"{where}: several rows have the same {', '.join(ids)}")
    return ids


def _speed(source, trials):
    """Walking speed (trial,) in m/s, NaN where the source has none."""
    path = "GRF_walking_speed.csv"
    if not source.has(path):
        return np.full(len(trials), np.nan)
    rows = table(source, path)
    ids = _shared_ids(rows, IDS, trials, source.where(path))
    if "WALKING_SPEED" not in rows:
        raise DataError(f"{source.where(path)}: no column WALKING_SPEED")
    speeds = rows[[*ids, "WALKING_SPEED"]]
    merged = trials.merge(speeds, on=ids, how="left", validate="many_to_one")
    return pd.to_numeric(merged["WALKING_SPEED"], errors="coerce").to_numpy(dtype=float)
