"""Can a classifier tell virtual people from real ones, and by what?

Windows of two seconds of steady walking, of real people and of their virtual twins (same sex, age,
height, mass and speed, with the errors of a real device), are described by a few features of every
channel. A classifier learns on some people and their twins and is tested on others and theirs: 50 %
means that it cannot tell them apart.

What would give the real ones away without being gait is taken out first: the gain of the real
accelerometers (their reading at rest), windows with lost packets, starts, stops and turns.
"""

import functools

import numpy as np
import pandas as pd
from scipy.stats import kurtosis, skew
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from gaitnb import signals
from gaitnb.data.signal_checks import GRAVITY
from gaitnb.foundations.recordings import condition, recordings, subject
from gaitnb.lab import cohorts
from gaitnb.realism import virtual
from gaitnb.splits import person_folds

WINDOW_S = 2.0
MOST = 12  # windows of a person
MOST_TELLING = 12  # numbers that `giveaways` lists
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
SLOW = f"both, below {HIGH_HZ:g} Hz"
N_FOLDS = 6
SEED = 0


def accuracy(name):
    """How well real and virtual windows are told apart, from all that is there and from parts.

    Parameters
    ----------
    name : str
        ``pearl2022`` or ``ipol2023``.

    Returns
    -------
    pandas.DataFrame
        features (``level and size``, ``shape``, both; both below 10 Hz), kind (all, sensor alone,
        channel alone, feature alone, baseline), part (which sensor, channel or feature), accuracy
        (mean over folds of people), accuracy_sd (over folds), drop (by how much the accuracy of all
        falls when this part is exchanged between windows; only for sensors and channels),
        n_windows, n_people.

    Notes
    -----
    Baselines: people (each with all windows, real and virtual) drawn into two heaps, which nothing
    tells apart; and of `pearl2022` the two sessions of the same real people, which differ in how
    the sensors were strapped on.
    """
    rows, channels = windows(name)
    both = {"both": sum(FEATURES.values(), ())} | FEATURES
    found = []
    for kind, names in both.items():
        chosen = [column(c, f) for c in channels for f in names]
        found.append(_row(rows, "virtual", chosen, features=kind, kind="all", part=""))
    chosen = [column(c, f) for c in channels for f in both["both"]]
    slow, _ = windows(name, HIGH_HZ)
    found.append(_row(slow, "virtual", chosen, features=SLOW, kind="all", part=""))
    for feature in both["both"]:
        own = [column(c, feature) for c in channels]
        found.append(
            _row(rows, "virtual", own, features=feature, kind="feature alone", part=feature)
        )
    drops = _drops(rows, channels, both["both"])
    for kind, parts in _parts(channels).items():
        for part, own in parts.items():
            few = [column(c, f) for c in own for f in both["both"]]
            row = _row(rows, "virtual", few, features="both", kind=kind, part=part)
            found.append(row | {"drop": drops[part]})
    found.append(_row(_heaps(rows), "virtual", chosen, features="both", kind="baseline",
                      part="people in two heaps"))  # fmt: skip
    real = rows[~rows["virtual"]]
    if real["session"].nunique() == 2:
        other = real.assign(virtual=real["session"] == real["session"].max())
        found.append(_row(other, "virtual", chosen, features="both", kind="baseline",
                          part="two sessions of real people"))  # fmt: skip
    return pd.DataFrame(found)


def giveaways(name):
    """Which single numbers part virtual from real windows best.

    Returns
    -------
    pandas.DataFrame
        The `MOST_TELLING` best, with sensor, signal, axis, feature, real and real_sd (mean and
        spread over people), virtual (mean over people), and auc: the probability that a virtual
        and a real window are told apart by this number alone (0.5 chance, 1 always).
    """
    rows, channels = windows(name)
    found = []
    for channel in channels:
        for feature in sum(FEATURES.values(), ()):
            values = rows[column(channel, feature)]
            means = values.groupby([rows["virtual"], rows["person"]]).mean()
            auc = roc_auc_score(rows["virtual"], values)
            row = dict(
                zip(("sensor", "signal", "axis", "feature"), (*channel, feature), strict=True)
            )
            row |= {"real": means[False].mean(), "real_sd": means[False].std(ddof=1)}
            found.append(row | {"virtual": means[True].mean(), "auc": max(auc, 1 - auc)})
    table = pd.DataFrame(found).sort_values("auc", ascending=False, kind="stable")
    return table.head(MOST_TELLING).reset_index(drop=True)


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
        parts.append(_rows(cut, channels, person=who, virtual=False, session=session))
        twins.setdefault(who, (trial, []))[1].append(speed)
    for number, (who, (trial, speeds)) in enumerate(twins.items(), start=1):
        known = [float(trial[k].values[0]) for k in ("age_years", "height_m", "mass_kg")]
        sex = str(trial["sex"].values[0])
        walk = _walk(name, number, sex, *known, float(np.mean(speeds)))
        found = _signals(walk, sensors, np.ones(len(sensors)), below_hz)
        cut = np.split(found, range(200, len(found), 200))
        parts.append(_rows(cut, channels, person=who, virtual=True, session=""))
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


def _rows(cut, channels, **keys):
    """Features of windows, a list of (time, channel); nothing where there is no window."""
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


def _heaps(rows):
    """The same windows, labelled by a heap into which their person was drawn."""
    people = np.unique(rows["person"])
    heap = np.random.default_rng(SEED).permutation(people)[: len(people) // 2]
    return rows.assign(virtual=rows["person"].isin(heap))


def _row(rows, label, chosen, **keys):
    scores = [m.score(x[test], y[test]) for m, x, y, test in _folds(rows, label, chosen)]
    n_people = rows["person"].nunique()
    mean, sd = np.mean(scores), np.std(scores, ddof=1)
    found = {"accuracy": mean, "accuracy_sd": sd, "drop": np.nan}
    return keys | found | {"n_windows": len(rows), "n_people": n_people}


def _folds(rows, label, chosen):
    """A model of every fold, the features, the labels and the rows to test it on."""
    x, y = rows[chosen].to_numpy(), rows[label].to_numpy(bool)
    n_folds = min(N_FOLDS, rows["person"].nunique())
    for train, test in person_folds(rows["person"], n_folds, seed=SEED):
        model = HistGradientBoostingClassifier(
            max_iter=40, max_leaf_nodes=8, min_samples_leaf=10, random_state=SEED
        )
        yield model.fit(x[train], y[train]), x, y, test


def _parts(channels):
    """Channels of every sensor, and of every signal and axis over all sensors."""
    sensors, axes = {}, {}
    for channel in channels:
        sensors.setdefault(channel[0], []).append(channel)
        axes.setdefault(" ".join(channel[1:]), []).append(channel)
    return {"sensor alone": sensors, "channel alone": axes}


def _drops(rows, channels, features):
    """Permutation importance: all features of a sensor, or of a channel, exchanged together."""
    chosen = [column(c, f) for c in channels for f in features]
    folds = list(_folds(rows, "virtual", chosen))
    parts = {part: own for kind in _parts(channels).values() for part, own in kind.items()}
    drops = dict.fromkeys(parts, 0.0)
    for model, x, y, test in folds:
        whole = model.score(x[test], y[test])
        order = np.random.default_rng(SEED).permutation(len(test))
        for part, own in parts.items():
            at = [chosen.index(column(c, f)) for c in own for f in features]
            mixed = x[test]  # a copy
            mixed[:, at] = mixed[order][:, at]
            drops[part] += (whole - model.score(mixed, y[test])) / len(folds)
    return drops


def _speed(name, trial):
    """Speed of a real trial, m/s; over ground 20 m by the time of the walk less the turn."""
    if name == "pearl2022":
        return float(trial["speed_mps"].values[0])
    walk, turn = (np.diff(trial.attrs[key])[0] for key in ("walk_s", "u_turn_s"))
    return 20 / (walk - turn)
