"""Wavelet coefficients of stance-phase curves: db5, level 4 (Latent Motion, section 3.1.1).

The discrete wavelet transform is linear, so for one curve length it is one matrix. PyWavelets
builds that matrix by transforming the unit vectors; applying it is then a matrix product.
"""

import warnings
from functools import lru_cache

import numpy as np
import pywt

WAVELET = "db5"
LEVEL = 4
N_SAMPLES = 101


@lru_cache
def layout(n_samples=N_SAMPLES, *, wavelet=WAVELET, level=LEVEL):
    """Where each level's coefficients stand in the flattened vector.

    Parameters
    ----------
    n_samples : int
        Samples of a curve. 101 gives 14 + 14 + 20 + 32 + 55 = 135 coefficients.

    Returns
    -------
    dict of str to slice
        ``cA4`` (approximation, coarsest), then ``cD4`` ... ``cD1`` (details, finest last).
    """
    names = [f"cA{level}", *(f"cD{j}" for j in range(level, 0, -1))]
    lengths = [len(c) for c in _decompose(np.zeros(n_samples), wavelet, level)]
    ends = np.cumsum(lengths)
    return {k: slice(int(e - n), int(e)) for k, e, n in zip(names, ends, lengths, strict=True)}


def forward(curves, *, wavelet=WAVELET, level=LEVEL):
    """Flattened wavelet coefficients of curves.

    Parameters
    ----------
    curves : array, shape (..., n_samples)
        Force in body weights (or centre of pressure in metres), one stance phase a row.

    Returns
    -------
    array, shape (..., n_coefficients)
        In the order of :func:`layout`, in the unit of the curves.

    Raises
    ------
    ValueError
        If a curve holds a value that is not finite: one NaN would spread over a whole level.

    Notes
    -----
    For 101 samples PyWavelets warns that level 4 is too high. Chained to that level, the filters of
    10 taps act like one of (2^4 - 1) * (10 - 1) + 1 = 136 taps, longer than the curve: every
    coefficient of the coarsest level depends on how the curve is continued beyond its ends (here
    by reflection, as in the released code). The transform stays invertible. The warning is
    silenced here and explained in the book.
    """
    curves = np.asarray(curves, dtype=float)
    bad = ~np.isfinite(curves)
    if bad.any():
        rows = np.unique(np.argwhere(bad.reshape(-1, curves.shape[-1]))[:, 0])
        raise ValueError(f"{len(rows)} curves hold NaN or inf (first: row {rows[0]})")
    return curves @ _analysis_matrix(curves.shape[-1], wavelet, level)


def inverse(coefficients, n_samples=N_SAMPLES, *, wavelet=WAVELET, level=LEVEL):
    """Curves from flattened wavelet coefficients; exact inverse of :func:`forward`.

    Parameters
    ----------
    coefficients : array, shape (..., n_coefficients)
    n_samples : int
        Length of the curves to return.

    Returns
    -------
    array, shape (..., n_samples)

    Raises
    ------
    ValueError
        If the number of coefficients is not the one that ``n_samples`` samples have.
    """
    coefficients = np.asarray(coefficients, dtype=float)
    matrix = _synthesis_matrix(n_samples, wavelet, level)
    if coefficients.shape[-1] != len(matrix):
        raise ValueError(
            f"{n_samples} samples have {len(matrix)} coefficients ({wavelet}, level {level}), "
            f"found {coefficients.shape[-1]}"
        )
    return coefficients @ matrix


@lru_cache
def _analysis_matrix(n_samples, wavelet, level):
    return np.concatenate(_decompose(np.eye(n_samples), wavelet, level), axis=-1)


@lru_cache
def _synthesis_matrix(n_samples, wavelet, level):
    parts = layout(n_samples, wavelet=wavelet, level=level).values()
    unit = np.eye(max(p.stop for p in parts))
    return pywt.waverec([unit[:, p] for p in parts], wavelet, axis=-1)[:, :n_samples]


def _decompose(curves, wavelet, level):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Level value of .* is too high")
        return pywt.wavedec(curves, wavelet, level=level, axis=-1)
