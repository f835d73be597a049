"""Can a classifier tell virtual people from real ones, and by what?

Windows of two seconds of steady walking, of real people and of their virtual twins (same sex, age,
height, mass and speed, with the errors of a real device), are described by a few features of every
channel. A classifier learns on some people and their twins and is tested on others and theirs: 50 %
means that it cannot tell them apart.

The windows, and what is taken out of them, see `gaitnb.realism.windows`.
"""

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from gaitnb.realism.windows import FEATURES, HIGH_HZ, column, windows
from gaitnb.splits import person_folds

MOST_TELLING = 12  # numbers that `giveaways` lists
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


def scores(rows, label, chosen):
    """Accuracy in every fold of people: trained on the others, tested on these.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row a window, with the column person; people (and their twins) are never split.
    label : str
        Column of truth values that is to be told.
    chosen : sequence of str
        Columns that the classifier sees.

    Returns
    -------
    list of float
    """
    return [m.score(x[test], y[test]) for m, x, y, test in _folds(rows, label, chosen)]


def _heaps(rows):
    """The same windows, labelled by a heap into which their person was drawn."""
    people = np.unique(rows["person"])
    heap = np.random.default_rng(SEED).permutation(people)[: len(people) // 2]
    return rows.assign(virtual=rows["person"].isin(heap))


def _row(rows, label, chosen, **keys):
    right = scores(rows, label, chosen)
    n_people = rows["person"].nunique()
    mean, sd = np.mean(right), np.std(right, ddof=1)
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
