"""Ground reaction forces of real recordings: curves over stance, and what they add up to."""

import numpy as np
import pandas as pd

from gaitnb import data, gait_events, gait_measures
from gaitnb.data.signal_checks import GRAVITY
from gaitnb.foundations.recordings import SETTLE, SIDES, condition, recordings, subject

PERCENT = np.linspace(0, 100, 101)  # of stance
AXES = ("x", "y", "medial")
THRESHOLDS_N = (20.0, 50.0)


def pearl2022_forces():
    """What the forces of each foot add up to, on a treadmill: one row per person and condition.

    Returns
    -------
    pandas.DataFrame
        subject, condition, speed_mps, n_stances, and means: stance_share (of the stride),
        mean_force_bw (vertical, over stance), feet_sum (stance share times mean force, left plus
        right), first_peak_bw, valley_bw, second_peak_bw, braking_peak_bw, propulsion_peak_bw,
        braking_bw_s and propulsion_bw_s (impulses of a stance), stride_impulse_bw_s (both feet,
        fore-aft, over a stride), shorter_ms (by how much a stance is shorter with a threshold of 50
        than with 20 N).
    """
    rows = []
    for trial in recordings("pearl2022", grf="N"):
        weight = float(trial["mass_kg"].values[0]) * GRAVITY
        fs_hz, force = trial.attrs["fs_hz"], trial["grf"].values[0]
        keys = {"subject": subject(trial), "condition": condition(trial)}
        keys["speed_mps"] = float(trial["speed_mps"].values[0])
        feet_sum, feet = 0.0, []
        for s in range(2):
            strides = _strides(trial, force[:, s, 1])
            shares, means = [], []
            for begin, off, end in strides:
                foot = force[round(begin * fs_hz) : round(end * fs_hz), s] / weight
                stance = foot[: round((off - begin) * fs_hz)]
                shares.append((off - begin) / (end - begin))
                means.append(stance[:, 1].mean())
                feet.append(_landmarks(stance, fs_hz))
                both = force[round(begin * fs_hz) : round(end * fs_hz), :, 0].sum(axis=1)
                feet[-1]["stride_impulse_bw_s"] = both.sum() / fs_hz / weight
                feet[-1] |= {"stance_share": shares[-1], "mean_force_bw": means[-1]}
            feet_sum += np.mean(np.multiply(shares, means))
        row = pd.DataFrame(feet).mean().to_dict()
        row |= {"n_stances": len(feet), "feet_sum": feet_sum}
        row["shorter_ms"] = np.mean([_shorter_ms(force[:, s, 1], fs_hz) for s in range(2)])
        rows.append(keys | row)
    return _people(rows)


def li2021_forces():
    """The same over ground, of the right foot; columns that need a whole stance are left out.

    The recordings end before toe-off in half of the trials; the first peak and braking are in
    nearly all of them. A trial in which braking does not end is left out.
    """
    rows = []
    for trial in recordings("li2021", streams="plates"):
        weight = float(trial["mass_kg"].values[0]) * GRAVITY
        fs_hz, force = trial.attrs["fs_hz"], trial["grf"].values[0, :, 1]
        loaded = np.flatnonzero(force[:, 1] > THRESHOLDS_N[0])
        stance = force[loaded[0] : loaded[-1] + 1] / weight
        found = _landmarks(stance, fs_hz)
        if trial.attrs["stance_right"] == "whole":
            found["shorter_ms"] = _shorter_ms(force[:, 1], fs_hz)
        else:
            for name in ("second_peak_bw", "valley_bw", "propulsion_peak_bw", "propulsion_bw_s"):
                found[name] = np.nan
        keys = {"subject": subject(trial), "condition": condition(trial), "n_stances": 1}
        if np.isfinite(found["braking_bw_s"]):
            rows.append(keys | {"speed_mps": float(trial["speed_mps"].values[0])} | found)
    return _people(rows)


def gaitrec2021_curves():
    """Mean force over stance in four groups, affected foot.

    Returns
    -------
    pandas.DataFrame
        condition, axis (x, y, medial), percent (of stance), mean_bw and sd_bw (over people),
        n_people.
    """
    ds = data.open("gaitrec2021")
    people = ds["grf"].sel(side="affected").groupby(ds["subject"]).mean()
    groups = ds["group"].groupby(ds["subject"]).first().values
    return pd.concat(
        [
            _curve(group, axis, people.sel(axis=axis).values[groups == group])
            for group in ("healthy", "ankle", "knee", "hip")
            for axis in AXES
        ]
    )


def pearl2022_curves():
    """The same on the treadmill, both feet together; medial is +z on the left, -z on the right."""
    stances = {}
    for trial in recordings("pearl2022", grf="N"):
        weight = float(trial["mass_kg"].values[0]) * GRAVITY
        fs_hz, force = trial.attrs["fs_hz"], trial["grf"].values[0]
        time = np.arange(len(force)) / fs_hz
        for s in range(2):
            foot = force[:, s] * [1, 1, 1 if SIDES[s] == "left" else -1] / weight
            for begin, off, _ in _strides(trial, force[:, s, 1]):
                at = begin + (off - begin) * PERCENT / 100
                curve = np.stack([np.interp(at, time, foot[:, k]) for k in range(3)])
                stances.setdefault(condition(trial), {}).setdefault(subject(trial), []).append(
                    curve
                )
    rows = []
    for name, people in stances.items():
        means = np.array([np.mean(curves, axis=0) for curves in people.values()])
        rows += [_curve(name, axis, means[:, k]) for k, axis in enumerate(AXES)]
    return pd.concat(rows)


def _strides(trial, vertical):
    """Begin, toe-off and end (in s from the first sample) of steady strides without lost force."""
    strikes, offs = gait_events.from_force(vertical, trial.attrs["fs_hz"])
    found = []
    for begin, end in zip(strikes[SETTLE:-1], strikes[SETTLE + 1 :], strict=True):
        off = offs[(offs > begin) & (offs < end)]
        span = trial["time"].values[0] + np.array([begin, end])
        lost = any(span[0] < b and span[1] > a for a, b in trial.attrs["force_gaps_s"])
        if len(off) == 1 and end - begin < gait_measures.LONGEST_STRIDE_S and not lost:
            found.append((begin, off[0], end))
    return found


def _landmarks(stance, fs_hz):
    """Peaks and impulses of one stance, (time, 3) in body weights.

    The first peak of the vertical force lies in braking, the second in propulsion; the valley is
    between them.
    """
    forward, vertical = stance[:, 0], stance[:, 1]
    turn = _end_of_braking(forward)
    names = (
        "first_peak_bw", "valley_bw", "second_peak_bw", "braking_peak_bw", "propulsion_peak_bw",
        "braking_bw_s", "propulsion_bw_s",
    )  # fmt: skip
    if turn is None:
        return dict.fromkeys(names, np.nan)
    first, second = vertical[:turn].argmax(), turn + vertical[turn:].argmax()
    brake, push = np.minimum(forward, 0), np.maximum(forward, 0)
    values = (
        vertical[first], vertical[first : second + 1].min(), vertical[second], brake.min(),
        push[turn:].max(), brake.sum() / fs_hz, push.sum() / fs_hz,
    )  # fmt: skip
    return dict(zip(names, map(float, values), strict=True))


def _end_of_braking(forward):
    """Sample at which the fore-aft force turns from braking to propulsion, or None."""
    peak = int(forward.argmin())
    after = np.flatnonzero(forward[peak:] > 0)
    return peak + int(after[0]) if len(after) and peak + after[0] < len(forward) - 1 else None


def _shorter_ms(vertical_n, fs_hz):
    stances = []
    for threshold in THRESHOLDS_N:
        strikes, offs = gait_events.from_force(vertical_n, fs_hz, threshold_n=threshold)
        following = [offs[offs > t][0] - t for t in strikes if (offs > t).any()]
        stances.append(np.mean(following))
    return 1000 * (stances[0] - stances[1])


def _curve(name, axis, people):
    return pd.DataFrame(
        {
            "condition": name,
            "axis": axis,
            "percent": PERCENT,
            "mean_bw": people.mean(axis=0),
            "sd_bw": people.std(axis=0, ddof=1),
            "n_people": len(people),
        }
    )


def _people(rows):
    """Means of a person's trials."""
    groups = pd.DataFrame(rows).groupby(["subject", "condition"], sort=True)
    table = groups.mean()
    table["n_stances"] = groups["n_stances"].sum()
    return table.reset_index()
