"""Tests on whole curves (statistical parametric mapping), one curve per person.

The statistics are those of the package spm1d; here the trials of a person become one curve first,
because sixty steps of one person are not sixty people.
"""

import contextlib
import io
import warnings

import numpy as np

from gaitnb.errors import ParameterError
from gaitnb.stats import centre_by_person, person_means, same_rows


def curve_difference(curves, subject, condition, first, second, paired=False, alpha=0.05):
    """Where the mean curves of two conditions differ, by statistical parametric mapping (spm1d).

    Parameters
    ----------
    curves : array_like, (n, time)
        One curve per trial; averaged within person and condition before the test.
    subject : array_like of str, (n,)
        Person of each curve.
    condition : array_like, (n,)
        Group or condition of each curve.
    first, second : object
        The two values of `condition`; the difference is first minus second.
    paired : bool
        True: the same people walked in both conditions (people with both are used).
        False: two groups of different people; their variances may differ.
    alpha : float
        Chance of any false finding along the curve, two-sided.

    Returns
    -------
    dict
        `difference` (time,) in the unit of the curves, `t` (time,), `threshold` (float), `df`,
        `clusters` (list of dict: start, end in samples, p, sign) and `n_people` (first, second).

    Raises
    ------
    ParameterError
        If fewer than three people are left in a condition, or if an unpaired person is in both.
    """
    curves, subject, condition = same_rows(curves=curves, subject=subject, condition=condition)
    a, people_a = person_means(curves[condition == first], subject[condition == first])
    b, people_b = person_means(curves[condition == second], subject[condition == second])
    both = np.intersect1d(people_a, people_b)
    if paired:
        a, b = a[np.isin(people_a, both)], b[np.isin(people_b, both)]
    elif len(both):
        raise ParameterError(
            f"{str(both[0])!r} has curves in {first!r} and in {second!r}: pass paired=True, "
            "or leave such people out"
        )
    if min(len(a), len(b)) < 3:
        raise ParameterError(
            f"a test needs three people per condition, found {len(a)} in {first!r} and "
            f"{len(b)} in {second!r}{' (people with both)' if paired else ''}"
        )

    def test(spm1d):
        if paired:
            return spm1d.stats.ttest_paired(a, b)
        return spm1d.stats.ttest2(a, b, equal_var=False)

    return {"difference": a.mean(0) - b.mean(0), "n_people": (len(a), len(b)), **_spm(test, alpha)}


def curve_regression(curves, subject, attribute, within=False, alpha=0.05):
    """Where curves change with an attribute such as walking speed (spm1d).

    Parameters
    ----------
    curves : array_like, (n, time)
        One curve per trial.
    subject : array_like of str, (n,)
        Person of each curve.
    attribute : array_like of float, (n,)
        The attribute; trials without it (NaN) are left out.
    within : bool
        False: one mean curve per person against the person's mean attribute. True: one slope
        curve per person from their own trials, tested against zero over people.
    alpha : float
        Chance of any false finding along the curve, two-sided.

    Returns
    -------
    dict
        `slope` (time,) in units of the curve per unit of the attribute, `t`, `threshold`, `df`,
        `clusters`, `n_people`, as in `curve_difference`.

    Raises
    ------
    ParameterError
        If fewer than four people can be used.
    """
    curves, subject, attribute = same_rows(curves=curves, subject=subject, attribute=attribute)
    known = np.isfinite(attribute.astype(float))
    curves, subject, attribute = curves[known], subject[known], attribute[known].astype(float)
    if within:
        x, y = centre_by_person(attribute, subject), centre_by_person(curves, subject)
        slopes = [
            x[subject == person] @ y[subject == person] / np.sum(x[subject == person] ** 2)
            for person in np.unique(subject)
            if np.std(attribute[subject == person]) > 0
        ]
        n_people, slope = len(slopes), np.mean(slopes, axis=0) if slopes else None
    else:
        y, _ = person_means(curves, subject)
        x, _ = person_means(attribute, subject)
        n_people, centred = len(x), x - x.mean()
        slope = centred @ y / np.sum(centred**2) if np.std(x) > 0 else None
    if n_people < 4 or slope is None:
        raise ParameterError(
            f"a regression needs four people in whom the attribute varies, found {n_people}"
        )

    def test(spm1d):
        return spm1d.stats.ttest(np.array(slopes)) if within else spm1d.stats.regress(y, x)

    return {"slope": slope, "n_people": n_people, **_spm(test, alpha)}


def _spm(test, alpha):
    """Run a test of spm1d in silence and put its result into plain types."""
    import spm1d  # imports matplotlib, which few readers of this module need

    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        field = test(spm1d)
        found = field.inference(alpha, two_tailed=True, interp=True)
    clusters = [
        {
            "start": float(cluster.endpoints[0]),
            "end": float(cluster.endpoints[1]),
            "p": float(cluster.P),
            "sign": int(cluster.csign),
        }
        for cluster in found.clusters
    ]
    return {
        "t": np.asarray(field.z, dtype=float),
        "threshold": float(found.zstar),
        "df": float(field.df[1]),
        "clusters": clusters,
    }
