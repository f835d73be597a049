"""Statistics that keep in mind that many trials come from few people."""

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from gaitnb.errors import ParameterError


def same_rows(**arrays):
    """Check that the named arrays have one entry per row, and return them as numpy arrays.

    Parameters
    ----------
    **arrays : array_like, (n, ...)
        The arrays under the names that the reader knows.

    Returns
    -------
    list of ndarray
        In the order given.

    Raises
    ------
    ParameterError
        Naming the array whose number of rows differs from the first one's.
    """
    names, values = list(arrays), [np.asarray(value) for value in arrays.values()]
    for name, value in zip(names, values, strict=True):
        if value.ndim == 0 or len(value) != len(values[0]):
            found = "a single value" if value.ndim == 0 else f"{len(value)} rows"
            raise ParameterError(
                f"{name} must have {len(values[0])} rows like {names[0]}, found {found}; "
                "pass one entry per trial"
            )
    return values


def sklearn_seed(seed):
    """An integer for scikit-learn's `random_state` from an int or a numpy Generator."""
    return int(np.random.default_rng(seed).integers(2**31))


def adjust(p, method="holm"):
    """Correct p values for the number of tests.

    Parameters
    ----------
    p : array_like, (m,)
        p values; NaN means that no test was made, it stays NaN and does not count.
    method : str
        A method of statsmodels' `multipletests`: "holm" bounds the chance of any false finding,
        "fdr_bh" (Benjamini-Hochberg) the share of false findings.

    Returns
    -------
    ndarray, (m,)
        Adjusted p values.
    """
    p = np.asarray(p, dtype=float)
    made = np.isfinite(p)
    adjusted = np.full(p.shape, np.nan)
    if made.any():
        adjusted[made] = multipletests(p[made], method=method)[1]
    return adjusted


def person_means(values, subject):
    """Mean of every person, so that each person counts once.

    Parameters
    ----------
    values : array_like, (n,) or (n, k)
        One row per trial; NaN entries are left out of the mean.
    subject : array_like of str, (n,)
        Person of each row.

    Returns
    -------
    means : ndarray, (people,) or (people, k)
    people : ndarray of str, (people,)
        In alphabetical order.
    """
    values, subject = same_rows(values=values, subject=subject)
    table = pd.DataFrame(values.reshape(len(values), -1)).groupby(subject.astype(str)).mean()
    means = table.to_numpy(dtype=float)
    return (means[:, 0] if values.ndim == 1 else means), table.index.to_numpy(dtype=str)


def centre_by_person(values, subject):
    """What is left of each trial after its person's mean is taken away; shapes as given."""
    means, people = person_means(values, subject)
    return (
        np.asarray(values, dtype=float) - means[np.searchsorted(people, np.asarray(subject, str))]
    )


def icc(values, subject):
    """Intraclass correlation ICC(1): the share of variance that lies between people.

    Parameters
    ----------
    values : array_like, (n,)
        One value per trial; NaN entries are left out.
    subject : array_like of str, (n,)
        Person of each trial.

    Returns
    -------
    float
        From the one-way analysis of variance, people of unequal numbers of trials allowed
        [1]_; may be negative by chance. NaN where people or repetitions are missing.

    References
    ----------
    .. [1] Shrout and Fleiss, Psychological Bulletin 86 (1979) 420.
    """
    values, subject = same_rows(values=values, subject=subject)
    known = np.isfinite(values.astype(float))
    values, subject = values[known].astype(float), subject[known]
    means, people = person_means(values, subject)
    counts = np.array([np.sum(subject.astype(str) == person) for person in people])
    n, n_people = len(values), len(people)
    if n_people < 2 or n == n_people:
        return float("nan")
    between = np.sum(counts * (means - values.mean()) ** 2) / (n_people - 1)
    within = np.sum(centre_by_person(values, subject) ** 2) / (n - n_people)
    size = (n - np.sum(counts**2) / n) / (n_people - 1)
    total = between + (size - 1) * within
    return float((between - within) / total) if total > 0 else float("nan")


def effective_n(first, second, subject):
    """Number of independent trials that a trial-level correlation is worth.

    ``n / (1 + (m - 1) icc(first) icc(second))`` with m the mean number of trials per person
    (design effect of a correlation under cluster sampling); between the number of people and n.

    Parameters
    ----------
    first, second : array_like, (n,)
        The two correlated quantities; rows with a NaN are left out.
    subject : array_like of str, (n,)
        Person of each trial.

    Returns
    -------
    float
        NaN where an intraclass correlation cannot be computed.
    """
    first, second, subject = same_rows(first=first, second=second, subject=subject)
    known = np.isfinite(first.astype(float)) & np.isfinite(second.astype(float))
    first, second, subject = first[known], second[known], subject[known]
    n, n_people = len(first), len(np.unique(subject))
    product = max(icc(first, subject), 0.0) * max(icc(second, subject), 0.0)
    return float(n / (1 + (n / max(n_people, 1) - 1) * product))


def permute_people(values, subject, seed):
    """Exchange the values of people, for a chance level that respects who is who.

    Every person receives the values of a person drawn without replacement, in random order (drawn
    again where the donor has fewer trials). Trials of one person stay as alike as they were; the
    link to everything else is broken.

    Parameters
    ----------
    values : array_like, (n,)
        Values of any type, one per trial.
    subject : array_like of str, (n,)
        Person of each trial.
    seed : int or numpy.random.Generator

    Returns
    -------
    ndarray, (n,)
    """
    values, subject = same_rows(values=values, subject=subject)
    rng = np.random.default_rng(seed)
    rows = [np.flatnonzero(subject == person) for person in np.unique(subject)]
    shuffled = values.copy()
    for mine, donor in zip(rows, rng.permutation(len(rows)), strict=True):
        theirs = rng.permutation(values[rows[donor]])
        extra = rng.choice(theirs, max(len(mine) - len(theirs), 0))
        shuffled[mine] = np.concatenate([theirs, extra])[: len(mine)]
    return shuffled


def person_bootstrap(statistic, subject, *arrays, n_samples=1000, level=0.95, seed=0, group=None):
    """Percentile interval of a statistic when other people had been measured.

    People, with all their trials, are drawn with replacement.

    Parameters
    ----------
    statistic : callable
        ``statistic(*arrays)`` returns a float from resampled rows.
    subject : array_like of str, (n,)
        Person of each row.
    *arrays : array_like, (n, ...)
        What the statistic is computed from.
    n_samples : int
        Number of bootstrap samples.
    level : float
        Coverage aimed at. With about ten people the true coverage is lower.
    seed : int or numpy.random.Generator
    group : array_like, (n,), optional
        Group of each row, one per person; people are then drawn inside their group.

    Returns
    -------
    dict
        `estimate` from all rows, `low`, `high`, and `n_people`.
    """
    names = {f"array {i}": array for i, array in enumerate(arrays)}
    subject, *arrays = same_rows(subject=subject, **names)
    people = np.unique(subject)
    rows = {person: np.flatnonzero(subject == person) for person in people}
    groups = [people]
    if group is not None:
        (group,) = same_rows(subject=subject, group=group)[1:]
        groups = [np.unique(subject[group == value]) for value in np.unique(group)]
    rng = np.random.default_rng(seed)
    samples = []
    for _ in range(n_samples):
        drawn = np.concatenate([rng.choice(members, len(members)) for members in groups])
        chosen = np.concatenate([rows[person] for person in drawn])
        samples.append(statistic(*(array[chosen] for array in arrays)))
    tail = (1 - level) / 2
    low, high = np.nanquantile(samples, [tail, 1 - tail])
    return {
        "estimate": float(statistic(*arrays)),
        "low": float(low),
        "high": float(high),
        "n_people": len(people),
    }
