"""The learned dictionary: atoms (rows of the tied weights) and the curves they draw.

`W` is the (k, d) array of tied weights, a row being both the encoder's weights and the decoder's
atom of one unit; `c` the decoder's bias (d,); `inverse` a function that turns (m, d) wavelet
coefficients into (m, time) curves.
"""

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment
from scipy.special import gammaln

from gaitnb.errors import ParameterError


def dictionary(W):
    """`W` as a checked float array (k, d) without NaN or infinity."""
    W = np.asarray(W, dtype=float)
    if W.ndim != 2 or 0 in W.shape or not np.isfinite(W).all():
        raise ParameterError(
            f"weights must be finite numbers of the shape (units, coefficients), found {W.shape}"
            f"{'' if np.isfinite(W).all() else ' with NaN or infinity: the model has diverged'}"
        )
    return W


def cosines(W1, W2):
    """Cosines between the rows of two dictionaries, (k1, k2); an atom of zeros has cosine 0."""
    W1, W2 = dictionary(W1), dictionary(W2)
    if W1.shape[1] != W2.shape[1]:
        raise ParameterError(
            f"atoms must have the same length, found {W1.shape[1]} and {W2.shape[1]} coefficients"
        )
    return _unit_rows(W1) @ _unit_rows(W2).T


def chance_cosine(d):
    """Mean ``|cos|`` of two random directions in d dimensions (closed form), about 0.8/sqrt(d)."""
    return float(np.exp(gammaln(d / 2) - gammaln((d + 1) / 2)) / np.sqrt(np.pi))


def atom_similarity(W, seed=0, n_random=20):
    """How alike the atoms of one dictionary are.

    Parameters
    ----------
    W : array_like, (k, d)
        Tied weights.
    seed : int or numpy.random.Generator
        For the random dictionaries.
    n_random : int
        Number of random Gaussian dictionaries of the same shape behind `chance_nearest`.

    Returns
    -------
    dict
        `mean`, `median`, `max` of ``|cos|`` over pairs; `nearest` (k,), each atom's largest, and
        `nearest_mean`; `values` (pairs,); `chance_mean` (closed form) and `chance_nearest`
        (mean over random dictionaries, which is also where training starts).
    """
    W = dictionary(W)
    k, d = W.shape
    if k < 2:
        raise ParameterError("similarity needs two atoms, found 1")
    values, nearest = _pairs(W)
    rng = np.random.default_rng(seed)
    return {
        "mean": float(values.mean()),
        "median": float(np.median(values)),
        "max": float(values.max()),
        "nearest": nearest,
        "nearest_mean": float(nearest.mean()),
        "values": values,
        "chance_mean": chance_cosine(d),
        "chance_nearest": float(
            np.mean([_pairs(rng.normal(size=(k, d)))[1].mean() for _ in range(n_random)])
        ),
    }


def weight_diffuseness(W):
    """How widely each atom spreads over the coefficients.

    Parameters
    ----------
    W : array_like, (k, d)
        Tied weights.

    Returns
    -------
    DataFrame, one row per unit
        `participation`: ``(sum w^2)^2 / (d sum w^4)``, 1/d for one coefficient, 1 for equal
        ones; `entropy` of ``w^2 / sum w^2`` over log d, 0 to 1. NaN for an atom of zeros.

    Notes
    -----
    An atom that never left its random start is diffuse as well: about 1/3 by participation. Read
    the measure beside the dead units.
    """
    W = dictionary(W)
    d = W.shape[1]
    power = W**2
    total = power.sum(axis=1, keepdims=True)
    share = np.divide(power, total, out=np.full_like(power, np.nan), where=total > 0)
    logs = np.log(share, out=np.zeros_like(share), where=share > 0)
    return pd.DataFrame(
        {
            "participation": 1 / (d * np.sum(share**2, axis=1)),
            "entropy": -np.sum(share * logs, axis=1) / np.log(max(d, 2)),
        }
    ).rename_axis("unit")


def typical_activation(H, threshold=0.0):
    """Median activation of each unit over the inputs on which ``|h| > threshold``; 0 if dead, (k,)."""
    H = np.asarray(H, dtype=float)
    acting = np.where(np.abs(H) > threshold, H, np.nan)
    typical = np.zeros(H.shape[1])
    alive = np.isfinite(acting).any(axis=0)
    typical[alive] = np.nanmedian(acting[:, alive], axis=0)
    return typical


def single_feature_reconstructions(W, c, inverse, level=1.0, with_bias=True):
    """Curves that the decoder draws when one unit acts alone.

    Parameters
    ----------
    W : array_like, (k, d)
        Tied weights.
    c : array_like, (d,)
        Bias of the decoder.
    inverse : callable
        From (m, d) coefficients to (m, time) curves.
    level : float or array_like (k,)
        Activation of the unit; 1 as in the released code, or `typical_activation`.
    with_bias : bool
        False draws ``level * W`` alone, what the unit itself adds.

    Returns
    -------
    ndarray, (k, time)
        In the unit of the curves. The paper's figure plots coefficients; these are time curves.
    """
    W = dictionary(W)
    coefficients = np.broadcast_to(level, len(W))[:, None] * W
    if with_bias:
        coefficients = coefficients + np.asarray(c, dtype=float)
    return np.asarray(inverse(coefficients))


def reconstruction_similarity(W, c, inverse, level=1.0):
    """Are single-feature reconstructions alike, and is it the shared bias that makes them so?

    Parameters
    ----------
    W, c, inverse, level
        As in `single_feature_reconstructions`. Units whose level is 0 are left out.

    Returns
    -------
    dict
        Means over pairs of units of the correlation between their curves: `with_bias`,
        `without_bias`; `from_bias`, the part of `with_bias` that two curves share only because
        each resembles the bias (``r_jc r_kc``); `given_bias`, the partial correlation once the
        bias is removed; `with_bias_min` over pairs; `bias_r`, mean correlation of the curves
        with the bias's own curve; `n_units`.
    """
    level = np.broadcast_to(np.asarray(level, dtype=float), len(dictionary(W)))
    used = (level != 0) & np.any(dictionary(W) != 0, axis=1)
    if used.sum() < 2:
        raise ParameterError(f"similarity needs two units that act, found {used.sum()}")
    W, level = dictionary(W)[used], level[used]
    bias = np.asarray(inverse(np.asarray(c, dtype=float)[None]))[0]
    bias = bias - bias.mean()
    whole = _centred(single_feature_reconstructions(W, c, inverse, level))
    alone = _centred(single_feature_reconstructions(W, c, inverse, level, with_bias=False))
    power = bias @ bias
    on_bias = np.outer(whole @ bias / power, bias) if power > 0 else np.zeros_like(whole)
    bias_r = _unit_rows(whole) @ (bias / np.sqrt(power)) if power > 0 else np.zeros(len(whole))
    pairs = np.triu_indices(len(W), 1)

    def correlation(curves):
        return (_unit_rows(curves) @ _unit_rows(curves).T)[pairs]

    return {
        "with_bias": float(correlation(whole).mean()),
        "with_bias_min": float(correlation(whole).min()),
        "without_bias": float(correlation(alone).mean()),
        "from_bias": float(np.outer(bias_r, bias_r)[pairs].mean()),
        "given_bias": float(correlation(whole - on_bias).mean()),
        "bias_r": float(bias_r.mean()),
        "n_units": int(used.sum()),
    }


def matched_dictionaries(W1, W2, signed=False, seed=0, n_random=20):
    """Pair the atoms of two dictionaries one to one so that they agree best.

    Parameters
    ----------
    W1 : array_like, (k1, d)
    W2 : array_like, (k2, d)
    signed : bool
        False: an atom and its negative are the same.
    seed : int or numpy.random.Generator
    n_random : int
        Random dictionaries behind each chance level.

    Returns
    -------
    dict
        `first`, `second` (pairs of row numbers), `matched` (their cosines), `mean`, and two
        chance levels of the mean: `chance`, random directions in all d dimensions; and
        `chance_same_covariance`, random atoms in the subspace and with the covariance of `W2`,
        the one to beat where the data fill only a few dimensions.

    References
    ----------
    Hungarian matching: `scipy.optimize.linear_sum_assignment`.
    """
    similarity = cosines(W1, W2)
    similarity = similarity if signed else np.abs(similarity)
    first, second = linear_sum_assignment(similarity, maximize=True)
    rng = np.random.default_rng(seed)
    W2 = dictionary(W2)

    def chance(draw):
        found = []
        for _ in range(n_random):
            random = cosines(W1, draw())
            random = random if signed else np.abs(random)
            found.append(random[linear_sum_assignment(random, maximize=True)].mean())
        return float(np.mean(found)) if found else float("nan")

    matched = similarity[first, second]
    return {
        "first": first,
        "second": second,
        "matched": matched,
        "mean": float(matched.mean()),
        "chance": chance(lambda: rng.normal(size=W2.shape)),
        "chance_same_covariance": chance(lambda: rng.normal(size=(len(W2), len(W2))) @ W2),
    }


def _unit_rows(rows):
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, length, out=np.zeros_like(rows), where=length > 0)


def _centred(curves):
    return curves - curves.mean(axis=1, keepdims=True)


def _pairs(W):
    """``|cos|`` of all pairs, and each atom's largest one."""
    similarity = np.abs(cosines(W, W))
    np.fill_diagonal(similarity, -1)
    return similarity[np.triu_indices(len(W), 1)], similarity.max(axis=1)
