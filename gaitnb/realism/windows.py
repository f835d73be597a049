"""Windows of steady walking of real people and of their virtual twins, in a few features a channel.

What would give the real ones away without being gait is taken out: the gain of the real
accelerometers (their reading at rest), windows with lost packets, starts, stops and turns.
"""

import functools

import numpy as np
import pandas as pd
from scipy.stats import kurtosis, skew

from gaitnb import signals
from gaitnb.data.signal_checks import GRAVITY
from gaitnb.foundations.recordings import condition, recordings, subject
from gaitnb.lab import cohorts
from gaitnb.realism import virtual

WINDOW_S = 2.0
MOST = 12  # windows of a person
TURN_S, SETTLE_S = 1.5, {"pearl2022": 12.0, "ipol2023": 2.5}
SENSORS = {
    "pearl2022": cohorts.EIGHT,
    "ipol2023": ("foot_left", "foot_right", "lower_back"),
}
HIGH_HZ = 10.0
# What describes a channel in a window; those of `shape` do not change with its level and size.
FEATURES = {
    "level and size": ("mean", "sd", "smallest", "largest"),
    "shape": ("skewness", "kurtosis", "share above 10 Hz", "peaks"),
}


def column(channel, feature):
    """Name of a feature of a channel in `windows`."""
    return " ".join((*channel, feature))


@functools.cache
def windows(name, below_hz=None):
    """Features of windows of real people and of their twins.

    Parameters
    ----------
    name : str
        ``pearl2022`` or ``ipol2023``.
    below_hz : float, optional
        Low-pass all signals, real and virtual, before they are cut.

    Returns
    -------
    rows : pandas.DataFrame
        One row a window: person (shared by twins), virtual, session, and for every
        channel (sensor, signal, axis) and feature what `column` names.
    channels : list of tuple of str
    """
    sensors = SENSORS[name]
    channels = [(s, q, a) for s in sensors for q in ("acc", "gyr") for a in "xyz"]
    parts, twins = [], {}
    for trial in recordings(name, **({"grf": "N"} if name == "pearl2022" else {})):
        if name == "pearl2022" and condition(trial) != "baseline":
            continue
        who, speed = subject(trial), _speed(name, trial)
        found = _signals(trial, sensors, trial.attrs["rest_m_per_s2"] / GRAVITY, below_hz)
        cut = [found[a:b] for a, b in _steady(name, trial)]
        session = str(trial["session"].values[0]) if "session" in trial.coords else ""
        parts.append(describe(cut, channels, person=who, virtual=False, session=session))
        twins.setdefault(who, (trial, []))[1].append(speed)
    for number, (who, (trial, speeds)) in enumerate(twins.items(), start=1):
        known = [float(trial[k].values[0]) for k in ("age_years", "height_m", "mass_kg")]
        sex = str(trial["sex"].values[0])
        walk = _walk(name, number, sex, *known, float(np.mean(speeds)))
        found = _signals(walk, sensors, np.ones(len(sensors)), below_hz)
        cut = np.split(found, range(200, len(found), 200))
        parts.append(describe(cut, channels, person=who, virtual=True, session=""))
    return _thin(pd.concat(parts, ignore_index=True)), channels


@functools.cache
def _walk(name, number, sex, age_years, height_m, mass_kg, speed_mps):
    """Recording of a twin, with the sensors of a data set."""
    person = virtual.twin(number, sex, age_years, height_m, mass_kg)
    return virtual.walking(
        [person], speed_mps, MOST * WINDOW_S, ("acc", "gyr"), sensors=SENSORS[name], fs_hz=100.0
    )[0]


def _signals(trial, sensors, gain, below_hz):
    """Channels side by side, (time, channel), accelerations freed from the sensors' gain."""
    order = [list(trial["sensor"].values).index(sensor) for sensor in sensors]
    acc = trial["acc"].values[0][:, order] / np.asarray(gain)[order][:, None]
    gyr = trial["gyr"].values[0][:, order]
    both = np.concatenate([acc, gyr], axis=-1)  # (time, sensor, 6)
    flat = both.reshape(len(both), -1)
    return flat if below_hz is None else signals.low_pass(flat, trial.attrs["fs_hz"], below_hz)


def _steady(name, trial):
    """First and end sample of whole windows of steady walking without lost packets."""
    fs_hz, time = trial.attrs["fs_hz"], trial["time"].values
    good = np.ones(len(time), bool)
    begin, end = (time[0], time[-1]) if name == "pearl2022" else trial.attrs["walk_s"]
    good &= (time > begin + SETTLE_S[name]) & (time < end - SETTLE_S[name])
    if name == "ipol2023":
        first, last = trial.attrs["u_turn_s"]
        good &= (time < first - TURN_S) | (time > last + TURN_S)
        good &= trial["measured"].values.all(axis=1)
    length, found, at = round(WINDOW_S * fs_hz), [], 0
    while at + length <= len(good):
        bad = np.flatnonzero(~good[at : at + length])
        if len(bad):
            at += bad[-1] + 1
        else:
            found.append((at, at + length))
            at += length
    return found


def describe(cut, channels, **keys):
    """Features of windows: one row each, nothing where there is no window.

    Parameters
    ----------
    cut : sequence of array, shape (time, channel)
        Windows of one length.
    channels : list of tuple of str
        What the channels are.
    **keys
        Further columns, the same in every row, such as ``person="07", virtual=True``.
    """
    if not len(cut):
        return pd.DataFrame()
    x = np.stack(cut)  # (window, time, channel)
    power = np.abs(np.fft.rfft(x - x.mean(axis=1, keepdims=True), axis=1)) ** 2
    high = np.fft.rfftfreq(x.shape[1], WINDOW_S / x.shape[1]) > HIGH_HZ
    turns = np.diff(np.sign(np.diff(x, axis=1)), axis=1) != 0
    features = {
        "mean": x.mean(axis=1),
        "sd": x.std(axis=1),
        "smallest": x.min(axis=1),
        "largest": x.max(axis=1),
        "skewness": skew(x, axis=1),
        "kurtosis": kurtosis(x, axis=1),
        "share above 10 Hz": power[:, high].sum(axis=1) / power.sum(axis=1),
        "peaks": turns.mean(axis=1),
    }
    columns = {
        column(channel, name): values[:, k]
        for name, values in features.items()
        for k, channel in enumerate(channels)
    }
    return pd.DataFrame(columns).assign(**keys)


def _thin(rows):
    """At most `MOST` windows of a person, real and virtual, evenly over the recording."""
    kept = []
    for _, part in rows.groupby(["person", "virtual"], sort=True):
        at = np.unique(np.linspace(0, len(part) - 1, min(len(part), MOST)).round().astype(int))
        kept.append(part.iloc[at])
    return pd.concat(kept, ignore_index=True)


def _speed(name, trial):
    """Speed of a real trial, m/s; over ground 20 m by the time of the walk less the turn."""
    if name == "pearl2022":
        return float(trial["speed_mps"].values[0])
    walk, turn = (np.diff(trial.attrs[key])[0] for key in ("walk_s", "u_turn_s"))
    return 20 / (walk - turn)
