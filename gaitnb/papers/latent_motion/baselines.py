"""What simpler models reconstruct with the same number of active numbers per input.

All are fitted on training rows and applied to test rows. "Equal L0" means: where the autoencoder
describes an input by L0 active units on average, PCA and NMF have L0 components, and sparse
coding picks L0 of as many atoms as the autoencoder has.
"""

import warnings

import numpy as np
import pandas as pd
from sklearn.decomposition import NMF, PCA, MiniBatchDictionaryLearning
from sklearn.exceptions import ConvergenceWarning

from gaitnb.errors import ParameterError
from gaitnb.metrics import r2, rmse
from gaitnb.stats import same_rows, sklearn_seed


def constant_reconstruct(train, test):
    """The mean of the training rows for every test row, (m, d)."""
    train, test = _checked(train, test)
    return np.broadcast_to(train.mean(axis=0), test.shape).copy()


def pca_reconstruct(train, test, rank):
    """Test rows from the first `rank` principal components of the training rows, (m, d)."""
    train, test = _checked(train, test, rank)
    model = PCA(rank, svd_solver="full").fit(train)
    return model.inverse_transform(model.transform(test))


def nmf_reconstruct(train, test, rank, seed=0):
    """Test rows from `rank` non-negative components of the training rows, (m, d).

    Notes
    -----
    Wavelet coefficients have both signs. They are shifted by each column's training minimum, and
    test values below it are cut off there, so that the shift is part of the model and nothing
    about the test people enters it. A non-negative sum of parts must then also build up that
    shift: expect less than PCA of the same rank.
    """
    train, test = _checked(train, test, rank)
    low = train.min(axis=0)
    model = NMF(rank, init="nndsvda", max_iter=500, random_state=sklearn_seed(seed))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(train - low)
        return model.inverse_transform(model.transform(np.maximum(test - low, 0))) + low


def sparse_coding_reconstruct(train, test, n_nonzero, n_atoms=100, penalty=1.0, seed=0):
    """Test rows from `n_nonzero` of `n_atoms` learned atoms each, (m, d).

    Parameters
    ----------
    train : array_like, (n, d)
    test : array_like, (m, d)
    n_nonzero : int
        Atoms per row, picked by orthogonal matching pursuit.
    n_atoms : int
        Size of the dictionary.
    penalty : float
        L1 penalty while learning, for rows of unit root mean square.
    seed : int or numpy.random.Generator

    Returns
    -------
    ndarray, (m, d)
        The training mean is taken off first and added again, as a decoder's bias would.
    """
    train, test = _checked(train, test, n_nonzero, most=n_atoms)
    mean = train.mean(axis=0)
    scale = np.sqrt(np.mean((train - mean) ** 2))
    if scale == 0:
        return constant_reconstruct(train, test)
    model = MiniBatchDictionaryLearning(
        n_atoms,
        alpha=penalty,
        max_iter=30,
        batch_size=64,
        fit_algorithm="cd",
        transform_algorithm="omp",
        transform_n_nonzero_coefs=n_nonzero,
        random_state=sklearn_seed(seed),
    )
    with warnings.catch_warnings():
        # Orthogonal matching pursuit warns where fewer atoms already fit a row exactly.
        warnings.simplefilter("ignore")
        model.fit((train - mean) / scale)
        codes = model.transform((test - mean) / scale)
    return codes @ model.components_ * scale + mean


def compare_baselines(X, train, test, l0, channel=None, inverse=None, n_atoms=100, seed=0):
    """R2 and error of all baselines on test rows, per channel, at equal L0.

    Parameters
    ----------
    X : array_like, (n, d)
        Wavelet coefficients (or curves) of all rows.
    train, test : array_like of int
        Row numbers, of different people.
    l0 : float
        Mean number of active units of the autoencoder; rounded, at least 1.
    channel : array_like of str, (n,), optional
        Channel of each row where rows are single channels, as in the released code.
    inverse : callable, optional
        From (m, d) coefficients to (m, time) curves; scores are then those of the curves.
    n_atoms : int
        Units of the autoencoder.
    seed : int or numpy.random.Generator

    Returns
    -------
    DataFrame
        `method` (constant, pca, nmf, sparse coding), `channel` ("all" first), `l0`, `r2` against
        the mean training row *of that channel*, and `rmse` in the unit of X or of the curves.
    """
    X = np.asarray(X, dtype=float)
    train, test = np.asarray(train, dtype=int), np.asarray(test, dtype=int)
    l0 = max(1, round(float(l0)))
    rng = np.random.default_rng(seed)
    fit, held_out = _checked(X[train], X[test], l0)
    found = {
        "constant": constant_reconstruct(fit, held_out),
        "pca": pca_reconstruct(fit, held_out, l0),
        "nmf": nmf_reconstruct(fit, held_out, l0, rng),
        "sparse coding": sparse_coding_reconstruct(fit, held_out, l0, max(n_atoms, l0), seed=rng),
    }
    channel = None if channel is None else same_rows(X=X, channel=channel)[1]
    parts = []
    for method, estimate in found.items():
        table = score_channels(X, train, test, estimate, channel, inverse)
        parts.append(table.assign(method=method, l0=0 if method == "constant" else l0))
    return pd.concat(parts, ignore_index=True)[["method", "channel", "l0", "r2", "rmse"]]


def score_channels(X, train, test, estimate, channel=None, inverse=None):
    """R2 and root mean squared error of reconstructed test rows, per channel.

    Parameters
    ----------
    X, train, test, channel, inverse
        As in `compare_baselines`.
    estimate : array_like, (len(test), d)
        Reconstruction of ``X[test]`` by any model, the autoencoder's too.

    Returns
    -------
    DataFrame
        `channel` ("all" first, then each), `r2`, `rmse`. The reference of R2, "all" included, is
        the mean training row of the row's own channel, or of all rows where `channel` is None.
    """
    curves = (lambda rows: np.asarray(rows, dtype=float)) if inverse is None else inverse
    true, read = curves(np.asarray(X)[test]), curves(estimate)
    fitted = curves(np.asarray(X)[train])
    channel = np.full(len(X), "all") if channel is None else np.asarray(channel).astype(str)
    reference = np.empty_like(true)
    names = np.unique(channel[test])
    for name in names:
        if name not in channel[train]:
            raise ParameterError(
                f"channel {str(name)!r} is among the test rows but not in training"
            )
        reference[channel[test] == name] = fitted[channel[train] == name].mean(axis=0)
    rows = []
    for name in ["all", *[str(name) for name in names if name != "all"]]:
        used = np.full(len(test), True) if name == "all" else channel[test] == name
        rows.append(
            {
                "channel": name,
                "r2": r2(true[used], read[used], reference[used]),
                "rmse": float(rmse(true[used], read[used])),
            }
        )
    return pd.DataFrame(rows)


def _checked(train, test, number=1, most=None):
    train, test = np.asarray(train, dtype=float), np.asarray(test, dtype=float)
    if train.ndim != 2 or test.ndim != 2 or train.shape[1] != test.shape[1]:
        raise ParameterError(
            "training and test rows must have the same number of columns, "
            f"found {train.shape} and {test.shape}"
        )
    for name, rows in (("training", train), ("test", test)):
        if not len(rows) or not np.isfinite(rows).all():
            raise ParameterError(f"the {name} rows are empty or hold NaN or infinity")
    most = min(train.shape) if most is None else most
    if not 1 <= number <= most:
        raise ParameterError(f"the number of components must be 1..{most}, found {number}")
    return train, test
