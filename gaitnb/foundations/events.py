"""Gait events and strides of real recordings: how well detectors find them, what they measure.

Steady walking is what the detectors are made for: the first and the last swing of a walk are left
out, and the turn with a second before and after it.
"""

import numpy as np
import pandas as pd

from gaitnb import gait_events, gait_measures
from gaitnb.foundations.recordings import (
    SETTLE,
    SIDES,
    condition,
    events_and_imus,
    recordings,
    subject,
)

DEPTHS = (0.0, 0.5, 1.0)
TURN_S = 1.0  # before and after a u-turn, not steady
NEAR_PLATE_S = 2.5  # strides of overground walking that count as those at the plates


def ipol2023_errors():
    """Detected minus given events of every person: foot gyroscopes, given events as reference.

    Returns
    -------
    pandas.DataFrame
        subject, condition (steady, or first, last and turning), sensor, depth (of `from_gyro`),
        event, n (given events), missed, mean_ms and sd_ms (of the error, over events).
    """
    rows = []
    for trial in recordings("ipol2023"):
        steady = {side: steady_swings(trial, side) for side in SIDES}
        for side in SIDES:
            for depth, found in _gyro(trial, f"foot_{side}"):
                for event, times in zip(("heel strike", "toe-off"), found, strict=True):
                    given = trial.attrs[f"swings_{side}_s"][:, int(event == "heel strike")]
                    for kind, chosen in (
                        ("steady", steady[side]),
                        ("first, last, turning", ~steady[side]),
                    ):
                        keys = (subject(trial), kind, "foot", depth, event)
                        rows.append((*keys, *_errors(times, given[chosen])))
    return _pooled(rows)


def pearl2022_errors():
    """The same of shank and toe gyroscopes on a treadmill, force plates (20 N) as reference."""
    rows = []
    for trial in recordings("pearl2022", grf="N"):
        for side in SIDES:
            force = trial["grf"].sel(side=side, axis="y").values[0]
            plates = _without_gaps(trial, *gait_events.from_force(force, trial.attrs["fs_hz"]))
            for sensor in ("shank", "toes"):
                for depth, found in _gyro(trial, f"{sensor}_{side}"):
                    for event, times, given in zip(
                        ("heel strike", "toe-off"), found, plates, strict=True
                    ):
                        keys = (subject(trial), condition(trial), sensor, depth, event)
                        rows.append((*keys, *_errors(times, given)))
    return _pooled(rows)


def li2021_errors():
    """The same of shank gyroscopes over ground, force plates (20 N, 1000 Hz) as reference."""
    rows = []
    for plates, imu in events_and_imus():
        for side in SIDES:
            late = imu.attrs[f"imu_late_{side}_s"]
            for depth, found in _gyro(imu, f"shank_{side}", late):
                for event, times in zip(("heel strike", "toe-off"), found, strict=True):
                    name = f"{event.replace('-', '_').replace(' ', '_')}_{side}_s"
                    given = np.array([plates.attrs.get(name, np.nan)])
                    keys = (subject(plates), condition(plates), "shank", depth, event)
                    rows.append((*keys, *_errors(times, given[np.isfinite(given)])))
    return _pooled(rows)


def ipol2023_strides():
    """Strides of steady walking from the given events: one row per person.

    Returns
    -------
    pandas.DataFrame
        subject, condition, reference, speed_mps, n_strides, and the person's means: stride_s,
        stride_cv_percent, swing_percent, swing_cv_percent, double_support_percent,
        swing_left_percent, swing_right_percent, step_left_s, step_right_s, stride_length_m,
        step_width_m (NaN where it cannot be measured).

    Notes
    -----
    Speed is 2 x 10 m, the length that the protocol asks for, by the time of the walk less the
    turn. Variability is that within a trial, averaged over trials.
    """
    rows = []
    for trial in recordings("ipol2023"):
        feet = []
        for side in SIDES:
            swings, keep = trial.attrs[f"swings_{side}_s"], steady_swings(trial, side)
            feet.append((swings[keep, 1], swings[keep, 0]))
        walk, turn = (np.diff(trial.attrs[name])[0] for name in ("walk_s", "u_turn_s"))
        strides = gait_measures.strides(*feet)
        begins, turns = strides["start_s"], trial.attrs["u_turn_s"]
        across = (begins < turns[1]) & (begins + strides["stride_s"] > turns[0])
        speed = 20 / (walk - turn)
        length = {"stride_length_m": speed * strides["stride_s"].mean()}
        keys = (subject(trial), "comfortable", "given events")
        rows.append(_measures(keys, speed, strides[~across], length))
    return _people(rows)


def pearl2022_strides():
    """The same on the treadmill, events from force plates, places of the feet from them as well."""
    rows = []
    for trial in recordings("pearl2022", grf="N"):
        force, cop = trial["grf"].values[0, :, :, 1], trial["cop"].values[0]
        fs_hz, speed = trial.attrs["fs_hz"], float(trial["speed_mps"].values[0])
        feet = [gait_events.from_force(force[:, s], fs_hz) for s in (0, 1)]
        strides = gait_measures.strides(*feet)
        begins = trial["time"].values[0] + strides["start_s"]
        last = begins + strides["stride_s"]
        lost = np.zeros(len(strides), dtype=bool)
        for first, end in trial.attrs["force_gaps_s"]:
            lost |= ((begins < end) & (last > first)).to_numpy()
        keep = ~lost & (np.arange(len(strides)) >= 2 * SETTLE)
        places = [
            gait_measures.footholds(cop[:, s], fs_hz, *feet[s], belt_mps=speed)[SETTLE:]
            for s in (0, 1)
        ]
        lengths = np.concatenate([np.diff(place[:, 0]) for place in places])
        width = abs(np.nanmedian(places[1][:, 1]) - np.nanmedian(places[0][:, 1]))
        space = {"stride_length_m": np.nanmedian(lengths), "step_width_m": width}
        keys = (subject(trial), condition(trial), "force plates")
        rows.append(_measures(keys, speed, strides[keep], space))
    return _people(rows)


def li2021_strides():
    """The same over ground: strides near the plates from the shank gyroscopes, speed from markers.

    Swing then carries the errors of the gyroscopes' events, see `li2021_errors`.
    """
    rows = []
    for plates, imu in events_and_imus():
        feet = []
        for side in SIDES:
            late = imu.attrs[f"imu_late_{side}_s"]
            feet += [found for _, found in _gyro(imu, f"shank_{side}", late, depths=(0.5,))]
        strides = gait_measures.strides(*feet)
        at = plates.attrs["heel_strike_right_s"]
        near = strides[np.abs(strides["start_s"] - at) < NEAR_PLATE_S]
        speed = float(plates["speed_mps"].values[0])
        space = {"stride_length_m": speed * near["stride_s"].mean()}
        keys = (subject(plates), condition(plates), "shank gyroscopes")
        rows.append(_measures(keys, speed, near, space))
    return _people(rows)


def ipol2023_pitch():
    """Mean rate at which the foot turns (about the right axis) over a stride of steady walking.

    Returns
    -------
    pandas.DataFrame
        percent (0 to 100, heel strike to heel strike), mean_rad_per_s and sd_rad_per_s (over
        people), n_people, toe_off_percent (mean over people).
    """
    curves, offs = {}, {}
    percent = np.linspace(0, 100, 101)
    for trial in recordings("ipol2023"):
        for side in SIDES:
            swings, keep = trial.attrs[f"swings_{side}_s"], steady_swings(trial, side)
            rate = trial["gyr"].sel(sensor=f"foot_{side}", axis="z").values[0]
            pairs = np.flatnonzero(keep[:-1] & keep[1:])
            for k in pairs:
                begin, end, off = swings[k, 1], swings[k + 1, 1], swings[k + 1, 0]
                at = begin + (end - begin) * percent / 100
                curve = np.interp(at, trial["time"].values, rate)
                curves.setdefault(subject(trial), []).append(curve)
                offs.setdefault(subject(trial), []).append(100 * (off - begin) / (end - begin))
    people = np.array([np.mean(c, axis=0) for c in curves.values()])
    return pd.DataFrame(
        {
            "percent": percent,
            "mean_rad_per_s": people.mean(axis=0),
            "sd_rad_per_s": people.std(axis=0, ddof=1),
            "n_people": len(people),
            "toe_off_percent": np.mean([np.mean(o) for o in offs.values()]),
        }
    )


def steady_swings(trial, side):
    """Which swings of a foot belong to steady walking."""
    swings = trial.attrs[f"swings_{side}_s"]
    (begin, end), turn = trial.attrs["walk_s"], trial.attrs["u_turn_s"]
    away = (swings[:, 1] < turn[0] - TURN_S) | (swings[:, 0] > turn[1] + TURN_S)
    inside = np.flatnonzero((swings[:, 0] >= begin) & (swings[:, 1] <= end))
    middle = np.zeros(len(swings), dtype=bool)
    middle[inside[1:-1]] = True
    return away & middle


def _gyro(trial, sensor, late_s=0.0, depths=DEPTHS):
    """Events from a gyroscope for each depth: pairs of depth and (heel strikes, toe-offs)."""
    rate = trial["gyr"].sel(sensor=sensor, axis="z").values[0]
    start, fs_hz = trial["time"].values[0] - late_s, trial.attrs["fs_hz"]
    return [
        (depth, [t + start for t in gait_events.from_gyro(rate, fs_hz, depth=depth)])
        for depth in depths
    ]


def _without_gaps(trial, *events):
    """Leave out events within half a second of a stretch whose force was lost, and settling in."""
    kept = []
    for times in events:
        times = times[SETTLE:] + trial["time"].values[0]
        for first, end in trial.attrs["force_gaps_s"]:
            times = times[(times < first - 0.5) | (times > end + 0.5)]
        kept.append(times)
    return kept


def _errors(found, given):
    error, missed, _ = gait_events.match(found, given)
    return len(given), len(missed), 1000 * error


def _pooled(rows):
    """Errors of all trials of a person in one row."""
    names = ["subject", "condition", "sensor", "depth", "event"]
    table = pd.DataFrame(rows, columns=[*names, "n", "missed", "error"])
    pooled = []
    for keys, part in table.groupby(names, sort=True):
        error = np.concatenate(list(part["error"]))
        mean, sd = (error.mean(), error.std(ddof=1)) if len(error) > 1 else (np.nan, np.nan)
        pooled.append((*keys, part["n"].sum(), part["missed"].sum(), mean, sd))
    return pd.DataFrame(pooled, columns=[*names, "n", "missed", "mean_ms", "sd_ms"])


_VARIABILITY = {"stride_cv_percent": "stride_s", "swing_cv_percent": "swing_percent"}


def _measures(keys, speed, strides, known):
    """Measures of one trial; `known` are those that its strides do not tell."""
    row = dict(zip(("subject", "condition", "reference"), keys, strict=True))
    row |= {"speed_mps": speed, "n_strides": len(strides)}
    for name in ("stride_s", "swing_percent", "double_support_percent"):
        row[name] = strides[name].mean()
    for side, part in strides.groupby("side"):
        row |= {f"swing_{side}_percent": part["swing_percent"].mean()}
        row |= {f"step_{side}_s": part["step_s"].mean()}
    for name, of in _VARIABILITY.items():  # within a foot and trial, else an asymmetry would count
        cvs = [
            gait_measures.coefficient_of_variation(part[of])
            for _, part in strides.groupby("side")
            if len(part) > 4
        ]
        row[name] = np.mean(cvs) if cvs else np.nan
    return row | {"stride_length_m": np.nan, "step_width_m": np.nan} | known


def _people(rows):
    """Means of a person's trials."""
    keys = ["subject", "condition", "reference"]
    groups = pd.DataFrame(rows).groupby(keys, sort=True)
    table = groups.mean()
    table["n_strides"] = groups["n_strides"].sum()
    return table.reset_index()
