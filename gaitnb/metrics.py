"""Errors between recorded and estimated values, in the unit of the values."""

import numpy as np

from gaitnb.errors import ParameterError


def rmse(true, estimate, axis=None):
    """Root mean squared error.

    Parameters
    ----------
    true, estimate : array_like, same shape
        Recorded and estimated values, in the same unit.
    axis : int or tuple of int, optional
        Axes to average over; all of them by default.

    Returns
    -------
    float or ndarray
        In the unit of the values.

    Raises
    ------
    ParameterError
        If the shapes differ.
    """
    true, estimate = _pair(true, estimate)
    return np.sqrt(np.mean((true - estimate) ** 2, axis=axis))


def mae(true, estimate, axis=None):
    """Mean absolute error; arguments as in `rmse`."""
    true, estimate = _pair(true, estimate)
    return np.mean(np.abs(true - estimate), axis=axis)


def r2(true, estimate, reference=None):
    """Share of variance explained, pooled over all values.

    ``1 - sum((true - estimate)^2) / sum((true - reference)^2)``

    Parameters
    ----------
    true, estimate : array_like, same shape, (n,) or (n, d)
        Recorded and estimated values.
    reference : array_like, optional
        What the estimate has to beat, broadcast against `true`: the mean of `true` over its first
        axis by default. Held-out people are scored fairly against the mean of the *training*
        people, because their own mean is not known in advance.

    Returns
    -------
    float
        1 for a perfect estimate, 0 for the reference, negative for worse; NaN where the reference
        is already perfect and nothing is left to explain.

    Notes
    -----
    With the default reference and several columns this equals scikit-learn's ``r2_score`` with
    ``multioutput="variance_weighted"``.
    """
    true, estimate = _pair(true, estimate)
    reference = true.mean(axis=0) if reference is None else np.asarray(reference, dtype=float)
    total = np.sum((true - reference) ** 2)
    return float(1 - np.sum((true - estimate) ** 2) / total) if total > 0 else float("nan")


def _pair(true, estimate):
    true, estimate = np.asarray(true, dtype=float), np.asarray(estimate, dtype=float)
    if true.shape != estimate.shape:
        raise ParameterError(
            f"true and estimate must have the same shape, found {true.shape} and {estimate.shape}; "
            "check the order of the axes"
        )
    return true, estimate
