"""What models trained on healthy people make of patients, and of another laboratory."""

import numpy as np
from scipy import stats
from sklearn.decomposition import PCA

from gaitnb.papers.latent_motion import probes, wavelets

VERTICAL = "grf_y"


def measure(encode, table, train, test, tables):
    """Anomaly scores, linear probes and transfer of one model trained on healthy people.

    Parameters
    ----------
    encode : callable
        From rows (n, inputs) to (activations, reconstruction).
    table : dict
        Of the data set with patients; ``train`` and ``test`` are rows of healthy people.
    tables : dict
        May hold ``pataky2008``: people and a laboratory that the model never saw, with speed.

    Returns
    -------
    dict
        ``auc_<score>_<class>`` (area under the curve, people as the unit, healthy people not
        trained on against patients) for the scores error, mahalanobis and pca (error of a PCA
        with as many components as units act); ``probe_<space>`` and ``side_<space>`` (balanced
        accuracy of the class, and of the affected side, people apart) for the spaces latent,
        pca and raw; ``probe_without_speed``; and ``other_lab_...``
        (:func:`_other_laboratory`).
    """
    info, x = table["info"], table["x"]
    patients = np.flatnonzero(~table["healthy"])
    rows = np.sort(np.concatenate([test, patients]))
    h, estimate = encode(x)
    group, subject = info["group"].to_numpy()[rows], table["subject"][rows]
    error = ((estimate - x) ** 2).mean(1)
    scores = probes.anomaly_scores(h, train, error)
    rank = int(np.clip(round(float((np.abs(h[train]) > 0).sum(1).mean())), 1, 60))
    linear = PCA(rank, svd_solver="full").fit(x[train])
    pca_error = ((linear.inverse_transform(linear.transform(x)) - x) ** 2).mean(1)
    found = {"pca_rank": rank}
    kinds = {"error": error, "mahalanobis": scores["mahalanobis"].to_numpy(), "pca": pca_error}
    for name, score in kinds.items():
        auc = probes.score_auc(score[rows], group, subject, n_samples=1)["auc"]
        found |= {f"auc_{name}_{kind}": float(value) for kind, value in auc.items()}

    spaces = {"latent": h, "pca": linear.transform(x), "raw": x}
    for name, space in spaces.items():
        trials, kind, who = _trials(space, info, rows)
        found[f"probe_{name}"] = _probe(trials, kind, who)
        mine = patients[info["channel"].to_numpy()[patients] == VERTICAL]
        side = info["side"].to_numpy()[mine]
        found[f"side_{name}"] = _probe(space[mine], side, table["subject"][mine])
    if "pataky2008" in tables:
        found |= _other_laboratory(encode, tables["pataky2008"], table, train)
        without = _without_speed(h, info, encode, tables["pataky2008"])
        trials, kind, who = _trials(without, info, rows)
        found["probe_without_speed"] = _probe(trials, kind, who)
    return found


def _trials(space, info, rows):
    """One row per trial: its channels and sides beside each other, with class and person."""
    part = info.iloc[rows]
    order = part.sort_values(["trial", "side", "channel"], kind="stable").index.to_numpy()
    n = part.groupby("trial").size().iloc[0]
    first = order[::n]
    trials = space[order].reshape(len(first), -1)
    return trials, info["group"].to_numpy()[first], info["subject"].to_numpy()[first]


def _probe(x, y, subject):
    # One penalty: the comparison is between spaces, and choosing costs as much again.
    found = probes.linear_probe(x, y, subject, "classification", penalties=(1.0,), seed=0)
    return found["balanced_accuracy"]


def _other_laboratory(encode, other, table, train):
    """Another laboratory's vertical curves: how well they are drawn, and by which features.

    R2 is against the training people's mean. Curves of the other laboratory that are too large
    by a factor of the person are also measured after each person's mean force was brought to the
    training people's. ``other_lab_rate_r`` is the rank correlation, over the features, of how
    often each is active here and there.
    """
    vertical = train[table["info"]["channel"].to_numpy()[train] == VERTICAL]
    mean = table["x"][vertical].mean(0)
    level = wavelets.inverse(mean).mean()
    x = other["x"].copy()
    for person in np.unique(other["subject"]):
        mine = other["subject"] == person
        x[mine] *= level / wavelets.inverse(x[mine]).mean()
    found = {}
    for name, rows in {"other_lab_r2": other["x"], "other_lab_r2_rescaled": x}.items():
        h, estimate = encode(rows)
        found[name] = float(1 - ((estimate - rows) ** 2).sum() / ((rows - mean) ** 2).sum())
    rates = [
        (np.abs(a) > 0.05 * np.abs(a).max()).mean(0) for a in (encode(table["x"][vertical])[0], h)
    ]
    if np.ptp(rates[0]) > 0 and np.ptp(rates[1]) > 0:
        found["other_lab_rate_r"] = float(stats.spearmanr(*rates).statistic)
    return found


def _without_speed(h, info, encode, other):
    """Activations of the vertical force without the direction that goes with speed.

    The patients' speed is not known: the direction is fitted on the other laboratory's people.
    """
    speed = other["info"]["speed_mps"].to_numpy(float)
    direction, _ = probes.attribute_direction(encode(other["x"])[0], speed)
    vertical = (info["channel"] == VERTICAL).to_numpy()
    without = h.copy()
    without[vertical] = probes.remove_direction(h[vertical], direction, h[vertical].mean(0))
    return without
