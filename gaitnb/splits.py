"""Splits into training, validation and test rows: by person, and by trial to show what leaks.

Every function takes the person of each row (`subject`, n strings) and returns arrays of row
numbers. Splits by person check themselves: nobody is on two sides.
"""

import numpy as np
from sklearn.model_selection import KFold, StratifiedKFold

from gaitnb.errors import ParameterError


def leave_one_person_out(subject):
    """One fold per person, in the alphabetical order of the people.

    Parameters
    ----------
    subject : array_like of str, (n,)
        Person of each row.

    Returns
    -------
    list of (train, test)
        Row numbers; ``subject[test]`` is one person.

    Raises
    ------
    ParameterError
        If there are fewer than two people, or a row has no person.
    """
    subject = _people_of_rows(subject, at_least=2)
    return [_fold(subject, subject == person) for person in np.unique(subject)]


def person_folds(subject, n_folds=5, seed=0, group=None):
    """Folds of people: the rows of one person are all in one fold's test part.

    Parameters
    ----------
    subject : array_like of str, (n,)
        Person of each row.
    n_folds : int
        Number of folds, at most the number of people (and of people in the smallest group).
    seed : int or numpy.random.Generator
        Decides who is in which fold.
    group : array_like, (n,), optional
        Group of each row, the same for all rows of a person; every fold then has the groups in
        about equal parts.

    Returns
    -------
    list of (train, test)
        Row numbers.
    """
    subject = _people_of_rows(subject, at_least=2)
    people, first = np.unique(subject, return_index=True)
    smallest = len(people)
    if group is not None:
        group = _group_of_people(subject, group)[first]
        smallest = np.unique(group, return_counts=True)[1].min()
    if not 2 <= n_folds <= smallest:
        raise ParameterError(
            f"n_folds must be 2..{smallest} for {len(people)} people"
            f"{' in the groups given' if group is not None else ''}, found {n_folds}"
        )
    state = int(np.random.default_rng(seed).integers(2**31))
    kind = KFold if group is None else StratifiedKFold
    folds = kind(n_folds, shuffle=True, random_state=state).split(people, group)
    return [_fold(subject, np.isin(subject, people[test])) for _, test in folds]


def hold_out_people(subject, fractions=(0.7, 0.15, 0.15), seed=0, group=None, within=None):
    """Cut the people once into parts, such as training, validation and test.

    Parameters
    ----------
    subject : array_like of str, (n,)
        Person of each row.
    fractions : sequence of float
        Share of the people in each part; they add up to 1.
    seed : int or numpy.random.Generator
        Decides who is in which part.
    group : array_like, (n,), optional
        Group of each row; the cut is then made inside every group.
    within : array_like of int, optional
        Use only these rows, for example to take validation people out of the training rows.

    Returns
    -------
    tuple of ndarray of int
        Row numbers of each part, ascending.

    Raises
    ------
    ParameterError
        If the fractions do not add up to 1, or a part would hold nobody.
    """
    fractions = _fractions(fractions)
    subject = _people_of_rows(subject, at_least=1)
    rows = np.arange(len(subject)) if within is None else np.sort(np.asarray(within, dtype=int))
    people, first = np.unique(subject[rows], return_index=True)
    groups = np.zeros(len(people))
    if group is not None:
        groups = _group_of_people(subject, group)[rows][first]
    rng = np.random.default_rng(seed)
    parts = [[] for _ in fractions]
    for value in np.unique(groups):
        for part, chosen in zip(
            parts, _cut(rng.permutation(people[groups == value]), fractions), strict=True
        ):
            part.extend(chosen)
    if not all(parts):
        raise ParameterError(
            f"{len(people)} people are too few for the fractions {list(fractions)}: parts of "
            f"{[len(part) for part in parts]} people; use fewer parts or leave one person out"
        )
    result = tuple(rows[np.isin(subject[rows], part)] for part in parts)
    check_people_apart(subject, *result)
    return result


def hold_out_trials(subject, fractions=(0.7, 0.15, 0.15), seed=0):
    """Cut the rows whoever they belong to: **this leaks**, and is here to show how much.

    The same person's trials end up in all parts, so that a model can score well by recognising
    people. Arguments and result as in `hold_out_people`.
    """
    fractions = _fractions(fractions)
    subject = _people_of_rows(subject, at_least=1)
    order = np.random.default_rng(seed).permutation(len(subject))
    return tuple(np.sort(part) for part in _cut(order, fractions))


def trial_folds(subject, n_folds=5, seed=0):
    """Folds of rows whoever they belong to: **this leaks**; arguments as in `person_folds`."""
    subject = _people_of_rows(subject, at_least=1)
    state = int(np.random.default_rng(seed).integers(2**31))
    folds = KFold(n_folds, shuffle=True, random_state=state)
    return [(train, test) for train, test in folds.split(subject)]


def check_people_apart(subject, *parts):
    """Raise `ParameterError`, naming a person, if somebody's rows are in more than one part.

    Parameters
    ----------
    subject : array_like of str, (n,)
        Person of each row.
    *parts : array_like of int
        Row numbers of each part.
    """
    subject = np.asarray(subject)
    seen = {}
    for number, part in enumerate(parts):
        for person in np.unique(subject[np.asarray(part, dtype=int)]):
            if person in seen:
                raise ParameterError(
                    f"{str(person)!r} is in part {seen[person]} and in part {number}: "
                    "the rows of one person must stay together"
                )
            seen[person] = number


def _people_of_rows(subject, at_least):
    subject = np.asarray(subject)
    if subject.ndim != 1:
        raise ParameterError(f"subject must have one entry per row, found shape {subject.shape}")
    missing = np.flatnonzero([str(person) in ("", "nan", "None") for person in subject])
    if len(missing):
        raise ParameterError(
            f"row {missing[0]} has no person; leave such rows out before splitting"
        )
    found = len(np.unique(subject))
    if found < at_least:
        raise ParameterError(f"a split needs at least {at_least} people, found {found}")
    return subject.astype(str)


def _group_of_people(subject, group):
    group = np.asarray(group)
    if group.shape != subject.shape:
        raise ParameterError(
            f"group must have one entry per row ({len(subject)}), found shape {group.shape}"
        )
    for person in np.unique(subject):
        found = np.unique(group[subject == person])
        if len(found) > 1:
            raise ParameterError(
                f"{str(person)!r} is in several groups: {', '.join(map(str, found))}"
            )
    return group


def _fold(subject, is_test):
    train, test = np.flatnonzero(~is_test), np.flatnonzero(is_test)
    check_people_apart(subject, train, test)
    return train, test


def _fractions(fractions):
    fractions = np.asarray(fractions, dtype=float)
    if len(fractions) < 2 or (fractions <= 0).any() or not np.isclose(fractions.sum(), 1):
        raise ParameterError(
            f"fractions must be two or more positive numbers that add up to 1, found {fractions}"
        )
    return fractions


def _cut(items, fractions):
    """Consecutive pieces whose sizes follow the fractions as closely as whole numbers can."""
    ends = np.round(np.cumsum(fractions) * len(items)).astype(int)
    return np.split(items, ends[:-1])
