"""What can be read from a representation in a straight line, and what is anomalous in it.

Probes compare representations (latents, principal components, raw coefficients) by what a linear
model of *other people* can read from them: every score is over people left out of the fit.
"""

import warnings

import numpy as np
import pandas as pd
from sklearn.covariance import LedoitWolf
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import balanced_accuracy_score, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from gaitnb.errors import ParameterError
from gaitnb.metrics import mae, r2
from gaitnb.splits import leave_one_person_out, person_folds
from gaitnb.stats import person_bootstrap, person_means, same_rows

PENALTIES = (0.01, 1.0, 100.0, 10000.0)


def linear_probe(X, y, subject, kind="regression", n_folds=5, penalties=PENALTIES, seed=0):
    """Read y linearly from X, scored on people who were not in the fit.

    Parameters
    ----------
    X : array_like, (n, d)
        Representation.
    y : array_like, (n,)
        Number ("regression", rows with NaN are left out) or class ("classification").
    subject : array_like of str, (n,)
        Person of each row.
    kind : {"regression", "classification"}
        Ridge regression, or logistic regression with equal weight for every class.
    n_folds : int
        Folds of people; with no more people than folds, one person is left out at a time.
        Classes that are the same for all rows of a person are spread evenly over the folds.
    penalties : sequence of float
        Strengths of the quadratic penalty to choose from, by three folds of the training people;
        a single one is taken as it is.
    seed : int or numpy.random.Generator
        Decides the folds.

    Returns
    -------
    dict
        `n`, `n_people`, `estimate` (n_used,) and `rows` (their row numbers), and
        regression: `r2` against the mean of the training people, `mae` and `mae_constant` (of
        that mean), in the unit of y;
        classification: `balanced_accuracy`, `balanced_accuracy_constant` (always the most
        frequent class, 1/classes), `accuracy`, `accuracy_constant`, and `auc` (mean over classes
        against the rest).

    Notes
    -----
    Scaling is fitted inside each fold. Scores are pooled over folds, so that ten people left out
    one by one give one number.
    """
    if kind not in ("regression", "classification"):
        raise ParameterError(f"kind must be 'regression' or 'classification', found {kind!r}")
    X, y, subject = same_rows(X=X, y=y, subject=subject)
    numbers = kind == "regression"
    y = y.astype(float) if numbers else y.astype(str)
    rows = np.flatnonzero(np.isfinite(y) if numbers else ~np.isin(y, ["", "nan", "None"]))
    X, y, subject = X[rows].astype(float), y[rows], subject[rows].astype(str)
    classes = None if numbers else np.unique(y)
    if classes is not None and len(classes) < 2:
        raise ParameterError(f"classification needs two classes, found {len(classes)}")
    rng = np.random.default_rng(seed)
    estimate = np.empty(len(y)) if numbers else np.empty((len(y), len(classes)))
    constant = np.empty(len(y), dtype=y.dtype)
    for train, test in _folds(subject, None if numbers else y, n_folds, rng):
        penalty = _choose(X[train], y[train], subject[train], classes, penalties, rng)
        estimate[test] = _fit_and_read(X[train], y[train], X[test], classes, penalty)
        constant[test] = y[train].mean() if numbers else _most_frequent(y[train])
    found = {"n": len(y), "n_people": len(np.unique(subject)), "rows": rows}
    if numbers:
        return {
            **found,
            "r2": r2(y, estimate, constant),
            "mae": float(mae(y, estimate)),
            "mae_constant": float(mae(y, constant)),
            "estimate": estimate,
        }
    read = classes[estimate.argmax(axis=1)]
    areas = [roc_auc_score(y == name, estimate[:, i]) for i, name in enumerate(classes)]
    return {
        **found,
        "balanced_accuracy": float(balanced_accuracy_score(y, read)),
        "balanced_accuracy_constant": 1 / len(classes),
        "accuracy": float(np.mean(y == read)),
        "accuracy_constant": float(np.mean(y == constant)),
        "auc": float(np.mean(areas)),
        "estimate": read,
    }


def attribute_direction(H, attribute):
    """The direction in which a representation goes with an attribute.

    Parameters
    ----------
    H : array_like, (n, k)
        Representation of the training people.
    attribute : array_like of float, (n,)
        For example walking speed in m/s; rows with NaN are left out.

    Returns
    -------
    direction : ndarray, (k,)
        Unit vector along the covariances of the units with the attribute.
    centre : ndarray, (k,)
        Mean representation.
    """
    H, attribute = same_rows(H=H, attribute=attribute)
    attribute = attribute.astype(float)
    known = np.isfinite(attribute)
    H, attribute = H[known].astype(float), attribute[known]
    if len(H) < 3 or np.std(attribute) == 0:
        raise ParameterError(
            f"a direction needs three rows between which the attribute differs, found {len(H)}"
        )
    centre = H.mean(axis=0)
    covariance = (attribute - attribute.mean()) @ (H - centre)
    length = np.linalg.norm(covariance)
    if length == 0:
        raise ParameterError("no unit goes with the attribute: there is no direction to remove")
    return covariance / length, centre


def remove_direction(H, direction, centre):
    """The representation without one direction, (n, k).

    Notes
    -----
    After the direction of `attribute_direction` is removed, no linear model can read the
    attribute from the rows that the direction was fitted on (their covariance is zero). The
    attribute itself is not needed, so that rows without it can be treated alike.
    """
    H = np.asarray(H, dtype=float)
    return H - np.outer((H - centre) @ direction, direction)


def anomaly_scores(H, healthy, error=None):
    """How far each row is from the healthy training people.

    Parameters
    ----------
    H : array_like, (n, k)
        Representation of all rows.
    healthy : array_like of int or bool
        Rows of the healthy *training* people, on whom alone the scores are fitted.
    error : array_like, (n,), optional
        Reconstruction error of a model trained on the same rows, passed through.

    Returns
    -------
    DataFrame, one row per input
        `mahalanobis` (distance with Ledoit-Wolf covariance), `diagonal_z` (root mean squared z of
        the units that vary in the healthy), and `reconstruction`. Larger is more anomalous. Score
        people only who are not among the rows `healthy`.
    """
    H = np.asarray(H, dtype=float)
    healthy = np.arange(len(H))[np.asarray(healthy, dtype=None if len(healthy) else int)]
    known = H[healthy]
    if len(known) < 3 or not np.any(np.ptp(known, axis=0) > 0):
        raise ParameterError(
            f"anomaly scores need three different healthy rows to learn from, found {len(known)}"
        )
    varies = np.ptp(known, axis=0) > 0
    z = (H[:, varies] - known[:, varies].mean(axis=0)) / known[:, varies].std(axis=0)
    fitted = LedoitWolf().fit(z[healthy])
    table = pd.DataFrame(
        {
            "mahalanobis": np.sqrt(fitted.mahalanobis(z)),
            "diagonal_z": np.sqrt(np.mean(z**2, axis=1)),
        }
    )
    if error is not None:
        table["reconstruction"] = same_rows(H=H, error=error)[1].astype(float)
    return table


def score_auc(score, group, subject, healthy="healthy", n_samples=1000, seed=0):
    """How well a score tells each class from the healthy, with people as the unit.

    Parameters
    ----------
    score : array_like of float, (n,)
        Larger is more anomalous; averaged per person first.
    group : array_like of str, (n,)
        Class of each row, one per person.
    subject : array_like of str, (n,)
        Person of each row.
    healthy : str
        Name of the healthy class.
    n_samples : int
        Bootstrap samples of people, drawn inside each class.
    seed : int or numpy.random.Generator

    Returns
    -------
    DataFrame, indexed by class
        `auc`, `low`, `high` (95 %), `n_people`, `n_healthy`; the last row "any" is all classes
        against the healthy.
    """
    score, group, subject = same_rows(score=score, group=group, subject=subject)
    group, subject = group.astype(str), subject.astype(str)
    means, people = person_means(score.astype(float), subject)
    group_of = dict(zip(subject, group, strict=True))
    for person in people:
        found = np.unique(group[subject == person])
        if len(found) > 1:
            raise ParameterError(f"{str(person)!r} is in several classes: {', '.join(found)}")
    kinds = np.array([group_of[person] for person in people])
    others = [str(name) for name in np.unique(kinds) if name != healthy]
    if healthy not in kinds or not others:
        raise ParameterError(
            f"an AUC needs people of the class {healthy!r} and of another, found "
            f"{', '.join(np.unique(kinds))}"
        )
    rng = np.random.default_rng(seed)
    rows = {}
    for name in [*others, "any"]:
        used = (kinds == healthy) | (kinds == name) | (name == "any")
        ill = (kinds != healthy)[used]
        found = person_bootstrap(
            roc_auc_score, people[used], ill, means[used], n_samples=n_samples, seed=rng, group=ill
        )
        rows[name] = {
            "auc": found["estimate"],
            "low": found["low"],
            "high": found["high"],
            "n_people": int(ill.sum()),
            "n_healthy": int((~ill).sum()),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("class")


def _folds(subject, y, n_folds, rng):
    people, first = np.unique(subject, return_index=True)
    if len(people) <= n_folds:
        return leave_one_person_out(subject)
    if y is not None and all(len(np.unique(y[subject == person])) == 1 for person in people):
        smallest = np.unique(y[first], return_counts=True)[1].min()
        if smallest < 2:
            raise ParameterError("every class needs two people, one to learn from and one to test")
        return person_folds(subject, min(n_folds, smallest), rng, group=y)
    return person_folds(subject, n_folds, rng)


def _choose(X, y, subject, classes, penalties, rng):
    """The penalty with the smallest error over inner folds of the training people."""
    if len(penalties) == 1 or len(np.unique(subject)) < 3:
        return penalties[len(penalties) // 2]
    loss = np.zeros(len(penalties))
    for train, test in person_folds(subject, 3, rng):
        if classes is not None and len(np.unique(y[train])) < 2:
            continue
        for i, penalty in enumerate(penalties):
            read = _fit_and_read(X[train], y[train], X[test], classes, penalty)
            if classes is None:
                loss[i] += np.sum((y[test] - read) ** 2)
            else:
                chance = read[np.arange(len(test)), np.searchsorted(classes, y[test])]
                loss[i] -= np.sum(np.log(np.clip(chance, 1e-6, 1)))
    return penalties[int(loss.argmin())]


def _fit_and_read(X, y, X_test, classes, penalty):
    """Numbers (m,), or probabilities (m, classes) with 0 for classes absent from the fit."""
    if classes is None:
        return make_pipeline(StandardScaler(), Ridge(alpha=penalty)).fit(X, y).predict(X_test)
    probability = np.zeros((len(X_test), len(classes)))
    present = np.unique(y)
    if len(present) == 1:
        probability[:, np.searchsorted(classes, present)] = 1
        return probability
    model = LogisticRegression(C=1 / penalty, class_weight="balanced", max_iter=500)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a weak penalty need not converge to be compared
        pipeline = make_pipeline(StandardScaler(), model).fit(X, y)
    probability[:, np.searchsorted(classes, present)] = pipeline.predict_proba(X_test)
    return probability


def _most_frequent(values):
    names, counts = np.unique(values, return_counts=True)
    return names[counts.argmax()]
