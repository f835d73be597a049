"""How the units of a trained autoencoder go with speed, age, height, mass and sex."""

import warnings

import numpy as np
import pandas as pd
from scipy.stats import ttest_ind
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from gaitnb.papers.latent_motion import features, wavelets
from gaitnb.papers.latent_motion.rows import ATTRIBUTES
from gaitnb.stats import adjust, person_means

STRONG = 0.3  # |r| from which the paper calls a correlation moderate
TOP = 10  # units that stand for an attribute with which none goes strongly
# Loading response and push-off in per cent of stance: up to the first peak's fall, and from the
# second peak's rise on (peaks at 23 and 76 % in healthy adults).
LOADING, PUSH_OFF = (0, 30), (70, 100)


def attributes(activation, weight, info):
    """Correlations of the units with speed, age, height and mass, where they are known.

    Returns
    -------
    dict
        ``r_<attribute>`` (largest ``|r|`` at trial level, over units), ``strong_<attribute>`` (units
        with ``|r|`` > 0.3), ``between_`` and ``within_<attribute>`` (the same unit, between and
        within people); ``stance_speed``: where in stance the strong speed units act.
    """
    found = {}
    subject = info["subject"].to_numpy()
    for name in ATTRIBUTES:
        value = info[name].to_numpy(float)
        known = np.isfinite(value)
        if np.unique(subject[known]).size < 3:
            continue
        short = name.split("_")[0]
        h, v, who = activation[known], value[known], subject[known]
        r = correlation(h, v)
        best = int(np.nanargmax(np.abs(r))) if np.isfinite(r).any() else 0
        found[f"r_{short}"] = float(np.abs(r[best]))
        found[f"strong_{short}"] = int(np.sum(np.abs(r) > STRONG))
        found[f"between_{short}"], found[f"within_{short}"] = _between_within(h[:, best], v, who)
        strong = np.abs(r) > STRONG
        if short == "speed" and strong.any() and weight.shape[1] == 135:
            found["stance_speed"] = stance_emphasis(weight[strong])
        if weight.shape[1] == 135 and short in ("age", "height"):
            top = np.argsort(-np.nan_to_num(np.abs(r)))[:TOP]
            found |= {"age": _fine_detail, "height": _on_cop}[short](activation, weight, info, top)
    return found


def men_and_women(activation, info):
    """Units whose person means differ between men and women (Welch's t, Holm over units)."""
    sex = info["sex"].to_numpy()
    known = np.isin(sex, ["male", "female"])
    subject = info["subject"].to_numpy()[known]
    if np.unique(sex[known]).size < 2:
        return {}
    means, people = person_means(activation[known][:, features.live_units(activation)], subject)
    male = pd.Series(sex[known] == "male").groupby(subject).first().loc[people].to_numpy()
    p = ttest_ind(means[male], means[~male], equal_var=False).pvalue
    return {"n_sex": int((adjust(p) < 0.05).sum())}


def stance_emphasis(weight):
    """Energy of atoms in loading response and push-off over the share of time they last."""
    energy = wavelets.inverse(weight) ** 2
    percent = np.linspace(0, 100, energy.shape[1])
    inside = np.zeros(len(percent), bool)
    for low, high in (LOADING, PUSH_OFF):
        inside |= (percent >= low) & (percent <= high)
    return float((energy[:, inside].sum(1) / energy.sum(1)).mean() / inside.mean())


def picked(activation, table, train, test):
    """The best speed unit, picked on the training people: its ``|r|`` within the people tested."""
    speed = table["info"]["speed_mps"].to_numpy(float)
    if not np.isfinite(speed).all():
        return {}
    on_train = correlation(activation[train], speed[train])
    if not np.isfinite(on_train).any():
        return {"picked_r": np.nan, "tested_r": np.nan}
    best = int(np.nanargmax(np.abs(on_train)))
    h, sign = activation[test][:, [best]], np.sign(on_train[best])
    return {
        "picked_r": float(np.abs(on_train[best])),
        "tested_r": float(sign * correlation(h, speed[test])[0]),
    }


def speed_probe(space, table, train, test):
    """Speed read from a space by ridge regression fitted on the training people.

    Parameters
    ----------
    space : array, shape (n, d)
        Activations, PCA scores or coefficients of all rows.

    Returns
    -------
    dict
        ``probe_mae`` and ``probe_mae_constant`` (of the training people's mean speed), m/s.
    """
    speed = table["info"]["speed_mps"].to_numpy(float)
    if not np.isfinite(speed).all():
        return {}
    ridge = make_pipeline(StandardScaler(), RidgeCV(np.logspace(-2, 4, 13)))
    estimate = ridge.fit(space[train], speed[train]).predict(space[test])
    return {
        "probe_mae": float(np.abs(estimate - speed[test]).mean()),
        "probe_mae_constant": float(np.abs(speed[train].mean() - speed[test]).mean()),
    }


def correlation(h, value):
    """Pearson r of each column of ``h`` with ``value``; NaN for a column that does not vary."""
    live = features.live_units(h)
    z = h - h.mean(0)
    v = value - value.mean()
    r = np.full(h.shape[1], np.nan)
    r[live] = (z[:, live] * v[:, None]).sum(0) / np.sqrt((z[:, live] ** 2).sum(0) * (v**2).sum())
    return r


def _fine_detail(activation, weight, info, top):
    """Share of the atoms' energy in the two finest levels: top age units less the others."""
    layout = wavelets.layout()
    fine = (weight[:, layout["cD2"].start :] ** 2).sum(1) / (weight**2).sum(1)
    others = np.delete(np.arange(len(weight)), top)
    return {"fine_age": float(fine[top].mean() - fine[others].mean())}


def _on_cop(activation, weight, info, top):
    """Variance of the top height units on centre-of-pressure rows, over the share of those rows."""
    cop = info["channel"].str.startswith("cop").to_numpy()
    if not cop.any():
        return {}
    square = (activation[:, top] - activation[:, top].mean(0)) ** 2
    share = square[cop].sum(0) / np.maximum(square.sum(0), 1e-30)
    return {"cop_height": float(share.mean() / cop.mean())}


def _between_within(h, value, subject):
    """r of the people's means, and r after each person's mean is removed."""
    people, index = np.unique(subject, return_inverse=True)
    n = np.bincount(index)
    means = np.stack([np.bincount(index, h) / n, np.bincount(index, value) / n])
    inside = np.stack([h, value]) - means[:, index]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # an attribute constant within people
        return float(np.corrcoef(means)[0, 1]), float(np.corrcoef(inside)[0, 1])
