"""What single latent units do: how often they act, in which shape, how alike, how important.

`H` is always the (n, k) array of activations of k latent units over n inputs. Activity is judged
by ``|h|``: for the units behind a ReLU this is h itself, while the mean of the variational
encoder has both signs.
"""

import diptest
import numpy as np
import pandas as pd
from scipy.stats import chi2

from gaitnb.errors import ParameterError
from gaitnb.stats import adjust, centre_by_person, person_means, same_rows


def activations(H):
    """`H` as a checked float array.

    Raises
    ------
    ParameterError
        If it is not two-dimensional, is empty, or holds NaN or infinity (a diverged model).
    """
    H = np.asarray(H, dtype=float)
    if H.ndim != 2 or 0 in H.shape:
        raise ParameterError(f"activations must have the shape (inputs, units), found {H.shape}")
    bad = np.flatnonzero(~np.isfinite(H).all(axis=0))
    if len(bad):
        raise ParameterError(
            f"unit {bad[0]} has activations that are NaN or infinite ({len(bad)} of {H.shape[1]} "
            "units): the model has diverged, train it again before analysing it"
        )
    return H


def live_units(H, min_share=1e-6):
    """Units whose standard deviation is more than `min_share` of the largest one, (k,) bool."""
    spread = activations(H).std(axis=0)
    return spread > min_share * max(spread.max(), np.finfo(float).tiny)


def activation_rates(H, threshold=0.0):
    """How often each unit acts, by every definition that the paper may have meant.

    Parameters
    ----------
    H : array_like, (n, k)
        Activations.
    threshold : float
        A unit acts on an input when ``|h| > threshold``.

    Returns
    -------
    DataFrame, one row per unit
        `rate` (share of inputs with ``|h| > threshold``), `rate_relative` (with more than 5 % of
        the unit's own largest ``|h|``), `rate_positive` (``h > 0``, as the released code counts),
        `mean_activation` (mean of h, what the KL term holds at rho), `dead` (never acts),
        `always_on` (acts on every input).

    Notes
    -----
    The KL term fixes `mean_activation` of each unit. It fixes neither `rate` (a unit may act on
    few inputs strongly or on all of them weakly) nor the number of units per input, of which the
    paper speaks; for that see `active_units`.
    """
    H = activations(H)
    size = np.abs(H)
    rate = (size > threshold).mean(axis=0)
    return pd.DataFrame(
        {
            "rate": rate,
            "rate_relative": (size > 0.05 * size.max(axis=0)).mean(axis=0),
            "rate_positive": (H > 0).mean(axis=0),
            "mean_activation": H.mean(axis=0),
            "dead": rate == 0,
            "always_on": rate == 1,
        }
    ).rename_axis("unit")


def active_units(H, threshold=0.0):
    """Number of units that act on each input (L0), (n,) int."""
    return (np.abs(activations(H)) > threshold).sum(axis=1)


def sparsity(H, threshold=0.0):
    """Sparsity over inputs and over units, side by side.

    Parameters
    ----------
    H : array_like, (n, k)
        Activations.
    threshold : float
        A unit acts on an input when ``|h| > threshold``.

    Returns
    -------
    dict of float
        `rate_mean`, `rate_min`, `rate_max`, `rate_sd` over units; `share_mean`, `share_sd` over
        inputs of the share of units that act (`rate_mean` and `share_mean` are equal by
        arithmetic, the spreads are not); `l0` (mean number of active units); `n_dead`,
        `n_always_on`; `relative_mean`, `relative_min`, `relative_max` of `rate_relative`;
        `mean_activation` over all units.
    """
    units = activation_rates(H, threshold)
    count = active_units(H, threshold)
    k = len(units)
    return {
        "rate_mean": float(units["rate"].mean()),
        "rate_min": float(units["rate"].min()),
        "rate_max": float(units["rate"].max()),
        "rate_sd": float(units["rate"].std(ddof=0)),
        "share_mean": float(count.mean() / k),
        "share_sd": float(count.std() / k),
        "l0": float(count.mean()),
        "n_dead": int(units["dead"].sum()),
        "n_always_on": int(units["always_on"].sum()),
        "relative_mean": float(units["rate_relative"].mean()),
        "relative_min": float(units["rate_relative"].min()),
        "relative_max": float(units["rate_relative"].max()),
        "mean_activation": float(units["mean_activation"].mean()),
    }


def bimodal_features(H, subject, alpha=0.05, correction="holm"):
    """Which units have two modes or more, by Hartigan's dip test.

    Parameters
    ----------
    H : array_like, (n, k)
        Activations.
    subject : array_like of str, (n,)
        Person of each input.
    alpha : float
        Level of the corrected p value.
    correction : str
        Correction over the units, see `gaitnb.stats.adjust`.

    Returns
    -------
    DataFrame, one row per unit
        For all inputs (`dip`, `p`, `p_adjusted`, `bimodal`); for the means of the people
        (`p_people`); inside people, one test per person with their p values combined by Fisher's
        method (`p_within_adjusted`, `bimodal_within`); and `share_between`, the share of the
        unit's variance that lies between people. What cannot be tested is NaN and False.

    Notes
    -----
    A unit that is `bimodal` but not `bimodal_within` has two modes because people differ, not
    because a step has a characteristic or lacks it. With few people, clumps of one person's steps
    alone make the test on all inputs reject. People who walked at several set speeds can make
    `bimodal_within` true. A peak at zero with a falling tail, usual behind a ReLU, is *one* mode;
    this is why people are tested one by one: taking their means away would move the peak at zero
    to as many places as there are people.

    References
    ----------
    Hartigan and Hartigan, Annals of Statistics 13 (1985) 70.
    """
    H, subject = same_rows(H=activations(H), subject=subject)
    live = live_units(H)
    means, people = person_means(H, subject)
    dip, p = _dips(H, live)
    table = pd.DataFrame({"dip": dip, "p": p, "p_adjusted": adjust(p, correction)})
    table["bimodal"] = table["p_adjusted"] < alpha
    table["p_people"] = _dips(means, live)[1]
    by_person = [H[subject.astype(str) == person] for person in people]
    p_person = np.array([_dips(rows, np.ptp(rows, axis=0) > 0)[1] for rows in by_person])
    table["p_within_adjusted"] = adjust(_fisher(p_person), correction)
    table["bimodal_within"] = table["p_within_adjusted"] < alpha
    within = centre_by_person(H, subject).var(axis=0)
    table["share_between"] = np.where(live, 1 - within / np.where(live, H.var(axis=0), 1), np.nan)
    return table.rename_axis("unit")


def _dips(values, tested):
    """Dip and p value of the columns that are `tested`; NaN for the others, or below 4 rows."""
    dip, p = np.full(values.shape[1], np.nan), np.full(values.shape[1], np.nan)
    if len(values) >= 4:
        for unit in np.flatnonzero(tested):
            dip[unit], p[unit] = diptest.diptest(values[:, unit])
    return dip, p


def _fisher(p):
    """Fisher's combination over the rows of p, (people, k) -> (k,); NaN rows do not count."""
    made = np.isfinite(p)
    # The tabled p value can be exactly zero; the table's resolution is about one in a million.
    statistic = -2 * np.log(np.where(made, np.clip(p, 1e-6, 1), 1)).sum(axis=0)
    return np.where(
        made.any(axis=0), chi2.sf(statistic, 2 * np.maximum(made.sum(axis=0), 1)), np.nan
    )


def feature_correlations(H):
    """How strongly units go together: ``|r|`` of all pairs of live units.

    Parameters
    ----------
    H : array_like, (n, k)
        Activations.

    Returns
    -------
    dict
        `max`, `mean`, `median`, `q95` of ``|r|`` over pairs, `n_units` (live ones) and `values`
        (pairs,). NaN where fewer than two units are alive.
    """
    H = activations(H)
    H = H[:, live_units(H)]
    if H.shape[1] < 2:
        values = np.array([])
        summary = dict.fromkeys(("max", "mean", "median", "q95"), float("nan"))
    else:
        values = np.abs(np.corrcoef(H.T)[np.triu_indices(H.shape[1], 1)])
        summary = {
            "max": float(values.max()),
            "mean": float(values.mean()),
            "median": float(np.median(values)),
            "q95": float(np.quantile(values, 0.95)),
        }
    return {**summary, "n_units": H.shape[1], "values": values}


def importance(H, subject=None, n_permutations=200, seed=0):
    """Share of the latent variance that each unit carries, and how even the shares are.

    Parameters
    ----------
    H : array_like, (n, k)
        Activations.
    subject : array_like of str, (n,), optional
        Person of each input; the chance level then treats a person's inputs as one block.
    n_permutations : int
        Number of permutations for the chance level; 0 leaves it out.
    seed : int or numpy.random.Generator

    Returns
    -------
    dict
        `share` (k,); `entropy` (1 for equal shares, 0 for a single unit); `effective_units`
        (exponential of the entropy in nats); `gini` (0 for equal shares); `top_share`; `cv`
        (standard deviation over mean of the shares); `cv_chance` and `p_uniform`.

    Notes
    -----
    `cv_chance` is the 95th percentile of `cv` when all units are equally important: within each
    person (or input) the units' squared deviations are exchanged at random. A model is "near
    uniform" in the strict sense only where `cv` stays below it.
    """
    H = activations(H)
    squares = (H - H.mean(axis=0)) ** 2
    if subject is not None:
        squares, subject = same_rows(H=squares, subject=subject)
        squares = pd.DataFrame(squares).groupby(subject.astype(str)).sum().to_numpy()
    total = squares.sum()
    if total <= 0:
        raise ParameterError("no unit varies over the inputs: there is no variance to share out")
    share = squares.sum(axis=0) / total
    k = len(share)
    entropy = -np.sum(share[share > 0] * np.log(share[share > 0]))
    ranked = np.sort(share)
    cv = share.std() * k
    result = {
        "share": share,
        "entropy": float(entropy / np.log(k)) if k > 1 else 1.0,
        "effective_units": float(np.exp(entropy)),
        "gini": float((2 * np.arange(1, k + 1) - k - 1) @ ranked / k),
        "top_share": float(ranked[-1]),
        "cv": float(cv),
    }
    if n_permutations:
        rng = np.random.default_rng(seed)
        sums = [rng.permuted(squares, axis=1).sum(axis=0) for _ in range(n_permutations)]
        chance = np.array([s.std() / s.mean() for s in sums])
        result["cv_chance"] = float(np.quantile(chance, 0.95))
        result["p_uniform"] = float((1 + np.sum(chance >= cv)) / (1 + n_permutations))
    return result
