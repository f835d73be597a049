"""Do units follow speed, age, height or weight: over trials, between people, within people?"""

import numpy as np
import pandas as pd
from scipy.stats import t as t_distribution
from scipy.stats import ttest_1samp

from gaitnb.errors import ParameterError
from gaitnb.papers.latent_motion.features import activations, live_units
from gaitnb.stats import (
    adjust,
    centre_by_person,
    effective_n,
    permute_people,
    person_means,
    same_rows,
)


def correlations(H, attribute, subject, correction="holm"):
    """Correlation of every unit with one attribute, by level, each with a p value of its own.

    Parameters
    ----------
    H : array_like, (n, k)
        Activations.
    attribute : array_like of float, (n,)
        For example walking speed in m/s; rows with NaN are left out.
    subject : array_like of str, (n,)
        Person of each row.
    correction : str
        Correction of the p values over the k units, see `gaitnb.stats.adjust`.

    Returns
    -------
    DataFrame, one row per unit
        Over trials: `r`, `n`, `n_effective` (independent trials that r is worth), `p_trials` (as
        if all trials were different people: too small), `p_people` (standard error clustered by
        person, t with people - 1 degrees of freedom).
        Between people, one mean each: `r_between`, `n_people`, `p_between`.
        Within people, after their means are taken away: `r_within`, `p_within` (each person's
        own slope, tested against zero over the people in whom the attribute varies).
        Every p has its corrected `..._adjusted`. NaN where a unit or the attribute does not vary.

    Raises
    ------
    ParameterError
        If fewer than three people have the attribute.

    Notes
    -----
    With trials of equal number per person and between-people shares of variance ``a`` and ``b``
    of unit and attribute, ``r = sqrt(a b) r_between + sqrt((1 - a)(1 - b)) r_within``: one r over
    trials mixes two questions. Cluster standard errors are small-sample corrected (CR1) but stay
    somewhat too small with ten people.
    """
    H, attribute, subject = _known(H, attribute, subject)
    n, means_y = len(H), person_means(H, subject)[0]
    x_means, people = person_means(attribute, subject)
    n_people = len(people)
    live = live_units(H)
    r, beta = _correlate(attribute, H, live)
    r_between, _ = _correlate(x_means, means_y, live_units(means_y))
    x_within, H_within = centre_by_person(attribute, subject), centre_by_person(H, subject)
    r_within, _ = _correlate(x_within, H_within, live_units(H_within))
    table = pd.DataFrame(
        {
            "r": r,
            "n": n,
            "n_effective": [effective_n(attribute, unit, subject) for unit in H.T],
            "p_trials": _p_of_r(r, n),
            "p_people": _clustered_p(attribute, H, beta, subject, live),
            "r_between": r_between,
            "n_people": n_people,
            "p_between": _p_of_r(r_between, n_people),
            "r_within": r_within,
            "p_within": _slopes_p(x_within, H_within, subject),
        }
    ).rename_axis("unit")
    for p in ("p_trials", "p_people", "p_between", "p_within"):
        table[f"{p}_adjusted"] = adjust(table[p], correction)
    return table


def correlation_table(H, attributes, subject, correction="holm"):
    """`correlations` with several attributes, one below the other.

    Parameters
    ----------
    H : array_like, (n, k)
        Activations.
    attributes : dict of str to array_like (n,), or DataFrame
        Numbers, NaN where unknown. Attributes of fewer than three people are left out.
    subject : array_like of str, (n,)
        Person of each row.
    correction : str
        Correction over the units of one attribute.

    Returns
    -------
    DataFrame
        With the columns `attribute` and `unit` in front.
    """
    parts = []
    for name in attributes:
        values = np.asarray(attributes[name], dtype=float)
        if len(np.unique(np.asarray(subject)[np.isfinite(values)])) >= 3:
            found = correlations(H, values, subject, correction).reset_index()
            parts.append(found.assign(attribute=name))
    if not parts:
        raise ParameterError("no attribute is known for three people or more")
    table = pd.concat(parts, ignore_index=True)
    return table[["attribute", *[name for name in table if name != "attribute"]]]


def chance_max_correlation(H, attribute, subject, n_permutations=200, seed=0):
    """How large the largest ``|r|`` over the units gets by luck.

    The attribute is exchanged between people, with all their trials (`permute_people`), so that
    the few people behind many trials are accounted for.

    Parameters
    ----------
    H : array_like, (n, k)
        Activations.
    attribute : array_like of float, (n,)
        Rows with NaN are left out.
    subject : array_like of str, (n,)
        Person of each row.
    n_permutations : int
    seed : int or numpy.random.Generator

    Returns
    -------
    dict
        `max_abs_r` observed, `unit` where, `chance_mean` and `chance_q95` of the largest
        ``|r|`` by luck, `p` of the observed one (corrected for the search over all units).
    """
    H, attribute, subject = _known(H, attribute, subject)
    live = live_units(H)
    if not live.any() or np.std(attribute) == 0:
        raise ParameterError("neither a dead layer nor a constant attribute has correlations")
    observed = np.nan_to_num(np.abs(_correlate(attribute, H, live)[0]))
    rng = np.random.default_rng(seed)
    chance = np.array(
        [
            np.nanmax(np.abs(_correlate(permute_people(attribute, subject, rng), H, live)[0]))
            for _ in range(n_permutations)
        ]
    )
    return {
        "max_abs_r": float(observed.max()),
        "unit": int(observed.argmax()),
        "chance_mean": float(chance.mean()),
        "chance_q95": float(np.quantile(chance, 0.95)),
        "p": float((1 + np.sum(chance >= observed.max())) / (1 + n_permutations)),
    }


def picked_then_tested(H, attribute, subject, train, test):
    """Pick the unit with the largest ``|r|`` on training people, report its r on test people.

    Parameters
    ----------
    H : array_like, (n, k)
        Activations.
    attribute : array_like of float, (n,)
        Rows with NaN are left out.
    subject : array_like of str, (n,)
        Person of each row.
    train, test : array_like of int
        Row numbers; nobody may be in both.

    Returns
    -------
    dict
        `unit`, `r_train`, `r_test` (over trials, NaN if the unit is silent there),
        `r_test_signed_like_train` (positive where the direction held), `n_test`, `n_test_people`.

    Raises
    ------
    ParameterError
        If a person is on both sides, or no unit varies with the attribute in training.
    """
    H, attribute, subject = same_rows(H=activations(H), attribute=attribute, subject=subject)
    attribute = attribute.astype(float)
    train, test = (np.asarray(rows, dtype=int) for rows in (train, test))
    both = np.intersect1d(subject[train], subject[test])
    if len(both):
        raise ParameterError(f"{str(both[0])!r} is among the training and the test people")
    train, test = (rows[np.isfinite(attribute[rows])] for rows in (train, test))
    if min(len(train), len(test)) < 3:
        raise ParameterError(
            "three rows with the attribute are needed on each side, "
            f"found {len(train)} for training and {len(test)} for testing"
        )
    r_train = _correlate(attribute[train], H[train], live_units(H[train]))[0]
    if not np.isfinite(r_train).any():
        raise ParameterError("no unit varies with the attribute on the training people")
    unit = int(np.nanargmax(np.abs(r_train)))
    tested = H[test][:, [unit]]
    r_test = _correlate(attribute[test], tested, np.ptp(tested, axis=0) > 0)[0][0]
    return {
        "unit": unit,
        "r_train": float(r_train[unit]),
        "r_test": float(r_test),
        "r_test_signed_like_train": float(r_test * np.sign(r_train[unit])),
        "n_test": len(test),
        "n_test_people": len(np.unique(subject[test])),
    }


def _known(H, attribute, subject):
    H, attribute, subject = same_rows(H=activations(H), attribute=attribute, subject=subject)
    attribute = attribute.astype(float)
    known = np.isfinite(attribute)
    n_people = len(np.unique(subject[known]))
    if n_people < 3:
        raise ParameterError(f"the attribute must be known for three people, found {n_people}")
    return H[known], attribute[known], subject[known].astype(str)


def _correlate(x, Y, live):
    """Pearson r and slope of each column of Y on x; NaN where nothing varies."""
    x, Y = x - x.mean(), Y - Y.mean(axis=0)
    xx, xy, yy = x @ x, x @ Y, np.sum(Y**2, axis=0)
    varies = live & (xx > 1e-12 * max(len(x), 1))
    r, beta = np.full(Y.shape[1], np.nan), np.full(Y.shape[1], np.nan)
    r[varies] = np.clip(xy[varies] / np.sqrt(xx * yy[varies]), -1, 1)
    beta[varies] = xy[varies] / xx if xx > 0 else np.nan
    return r, beta


def _p_of_r(r, n):
    """Two-sided p value of Pearson's r for n independent pairs."""
    with np.errstate(divide="ignore"):
        t = np.abs(r) * np.sqrt((n - 2) / (1 - r**2))
    return 2 * t_distribution.sf(t, n - 2)


def _clustered_p(x, Y, beta, subject, live):
    """Two-sided p of the slopes of Y on x with standard errors clustered by person (CR1)."""
    x, Y = x - x.mean(), Y - Y.mean(axis=0)
    n, n_people = len(x), len(np.unique(subject))
    scores = pd.DataFrame(x[:, None] * (Y - np.outer(x, beta))).groupby(subject).sum().to_numpy()
    factor = n_people / (n_people - 1) * (n - 1) / (n - 2)
    error = np.sqrt(factor * np.sum(scores**2, axis=0)) / max(x @ x, np.finfo(float).tiny)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(live, 2 * t_distribution.sf(np.abs(beta) / error, n_people - 1), np.nan)


def _slopes_p(x_within, Y_within, subject):
    """p of the mean over people of each person's own slope; NaN below three such people."""
    slopes = []
    for person in np.unique(subject):
        x, Y = x_within[subject == person], Y_within[subject == person]
        if np.std(x) > 1e-9:
            slopes.append(x @ Y / (x @ x))
    if len(slopes) < 3:
        return np.full(Y_within.shape[1], np.nan)
    slopes = np.array(slopes)
    varies = np.std(slopes, axis=0) > 1e-12 * max(np.abs(slopes).max(), np.finfo(float).tiny)
    p = np.full(slopes.shape[1], np.nan)
    p[varies] = ttest_1samp(slopes[:, varies], 0).pvalue
    return p
