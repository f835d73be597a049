"""The latent space as a whole: maps, gradients on them, and likeness of two spaces."""

import numpy as np
import pandas as pd
from sklearn import manifold
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import NearestNeighbors

from gaitnb.errors import ParameterError
from gaitnb.metrics import r2
from gaitnb.stats import same_rows, sklearn_seed


def variance_shares(X):
    """Share of variance of each principal component, descending, (min(n, d),).

    Parameters
    ----------
    X : array_like, (n, d)
        Activations or coefficients; centred here.
    """
    X = np.asarray(X, dtype=float)
    power = np.linalg.svd(X - X.mean(axis=0), compute_uv=False) ** 2
    if power.sum() <= 0:
        raise ParameterError("all rows are equal: there is no variance to share out")
    return power / power.sum()


def tsne_embedding(X, perplexity=30.0, seed=0):
    """Two-dimensional t-SNE map, started from the principal components.

    Parameters
    ----------
    X : array_like, (n, d)
        Activations, or wavelet coefficients as the control.
    perplexity : float
        Effective number of neighbours, below n.
    seed : int or numpy.random.Generator

    Returns
    -------
    ndarray, (n, 2)
        Distances between far points carry no meaning.

    Raises
    ------
    ParameterError
        If there are not more rows than `perplexity`.
    """
    X = np.asarray(X, dtype=float)
    if len(X) <= perplexity:
        raise ParameterError(
            f"t-SNE needs more rows than its perplexity {perplexity:g}, found {len(X)}; "
            "lower the perplexity"
        )
    model = manifold.TSNE(perplexity=perplexity, init="pca", random_state=sklearn_seed(seed))
    return model.fit_transform(X)


def trustworthiness(X, embedding, n_neighbors=10, max_rows=2000, seed=0):
    """Share of neighbours on the map that are neighbours in the space, 1 at best.

    Parameters
    ----------
    X : array_like, (n, d)
        The space.
    embedding : array_like, (n, 2)
        Its map.
    n_neighbors : int
        Size of the neighbourhood, below half the number of rows used.
    max_rows : int
        More rows are thinned at random, because the measure ranks all pairs.
    seed : int or numpy.random.Generator

    Returns
    -------
    float
    """
    X, embedding = same_rows(X=X, embedding=embedding)
    if len(X) > max_rows:
        rows = np.random.default_rng(seed).choice(len(X), max_rows, replace=False)
        X, embedding = X[rows], embedding[rows]
    return float(manifold.trustworthiness(X, embedding, n_neighbors=n_neighbors))


def neighbour_r2(embedding, attribute, subject, n_neighbors=10, exclude_person=True):
    """How well neighbours on a map know an attribute of a point.

    Parameters
    ----------
    embedding : array_like, (n, m)
        Map or space.
    attribute : array_like of float, (n,)
        For example walking speed in m/s; rows with NaN are left out.
    subject : array_like of str, (n,)
        Person of each row.
    n_neighbors : int
        Number of neighbours whose mean is the estimate.
    exclude_person : bool
        True: neighbours are other people. False: everybody but the row itself, which rewards a
        map for bringing the trials of one person together.

    Returns
    -------
    float
        R2 against the mean of the rows that could have been neighbours; negative for a map that
        knows less than that mean.

    Raises
    ------
    ParameterError
        If fewer than two people, or too few rows for the neighbours, have the attribute.
    """
    embedding, attribute, subject = _known(embedding, attribute, subject)
    estimate, reference = np.empty(len(attribute)), np.empty(len(attribute))
    if exclude_person:
        for person in np.unique(subject):
            mine = subject == person
            _enough(np.sum(~mine), n_neighbors)
            index = NearestNeighbors(n_neighbors=n_neighbors).fit(embedding[~mine])
            others = attribute[~mine]
            near = index.kneighbors(embedding[mine], return_distance=False)
            estimate[mine], reference[mine] = others[near].mean(axis=1), others.mean()
    else:
        _enough(len(attribute) - 1, n_neighbors)
        # Without an argument, kneighbors leaves out the point itself.
        near = NearestNeighbors(n_neighbors=n_neighbors).fit(embedding).kneighbors()[1]
        estimate = attribute[near].mean(axis=1)
        reference = (attribute.sum() - attribute) / (len(attribute) - 1)
    return r2(attribute, estimate, reference)


def gradient_clarity(embedding, attributes, subject, n_neighbors=10):
    """How clearly each attribute changes over a map, as pattern and as one straight gradient.

    Parameters
    ----------
    embedding : array_like, (n, 2)
        Map.
    attributes : dict of str to array_like (n,), or DataFrame
        Numbers, NaN where unknown.
    subject : array_like of str, (n,)
        Person of each row.
    n_neighbors : int
        See `neighbour_r2`.

    Returns
    -------
    DataFrame, indexed by attribute
        `r2_people` (neighbours are other people), `r2_trials` (anyone, the eye's impression of
        the coloured map), `r2_linear` (best straight direction on the map), `n`, `n_people`.
        Attributes that vary in nobody or are known for one person only have NaN.

    Notes
    -----
    A "local" pattern without a gradient has a high `r2_trials` and a low `r2_linear`; where
    `r2_people` is low as well, the pattern is the people themselves.
    """
    rows = {}
    for name in attributes:
        values = np.asarray(attributes[name], dtype=float)
        known = np.isfinite(values)
        n_people = len(np.unique(np.asarray(subject)[known]))
        row = {"r2_people": np.nan, "r2_trials": np.nan, "r2_linear": np.nan}
        if n_people > 1 and np.ptp(values[known]) > 0:
            points = np.asarray(embedding)[known]
            line = LinearRegression().fit(points, values[known])
            row = {
                "r2_people": neighbour_r2(embedding, values, subject, n_neighbors),
                "r2_trials": neighbour_r2(embedding, values, subject, n_neighbors, False),
                "r2_linear": r2(values[known], line.predict(points)),
            }
        rows[name] = {**row, "n": int(known.sum()), "n_people": n_people}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("attribute")


def linear_cka(A, B, debiased=True):
    """Likeness of two representations of the same inputs (centred kernel alignment).

    Parameters
    ----------
    A : array_like, (n, p)
    B : array_like, (n, q)
        Activations of two models for the same n inputs in the same order.
    debiased : bool
        True: unbiased estimate [2]_, zero in the mean for unrelated representations. False: the
        plain one [1]_, which grows with p and q when n is small.

    Returns
    -------
    float
        1 where B is a rotated and scaled A.

    Notes
    -----
    Computed from (p, q) matrices, never from (n, n) ones. Models trained on the same inputs agree
    because of the inputs: compare with the CKA between a model and the raw coefficients and
    between untrained models before calling a structure "consistent across models".

    References
    ----------
    .. [1] Kornblith et al., ICML 2019.
    .. [2] Song et al., Journal of Machine Learning Research 13 (2012) 1393.
    """
    A, B = same_rows(A=A, B=B)
    A, B = A - A.mean(axis=0), B - B.mean(axis=0)
    if debiased and len(A) < 4:
        raise ParameterError(f"debiased CKA needs four inputs, found {len(A)}")
    product = _hsic(A, A, debiased) * _hsic(B, B, debiased)
    if not product > 0:
        raise ParameterError("CKA needs two representations that vary over the inputs")
    return float(_hsic(A, B, debiased) / np.sqrt(product))


def cka_chance(A, B, n_permutations=100, debiased=True, seed=0):
    """CKA after the inputs of `B` were exchanged at random: mean and 95th percentile, dict."""
    rng = np.random.default_rng(seed)
    A, B = same_rows(A=A, B=B)
    found = [linear_cka(A, rng.permutation(B), debiased) for _ in range(n_permutations)]
    return {"mean": float(np.mean(found)), "q95": float(np.quantile(found, 0.95))}


def _hsic(A, B, debiased):
    """Hilbert-Schmidt independence criterion of centred A and B, up to a factor of n alone.

    Debiased: kernels without their diagonals. Because the columns are centred, the rows of each
    kernel sum to zero with its diagonal, so that all three terms come from the diagonals.
    """
    cross = np.sum((A.T @ B) ** 2)
    if not debiased:
        return cross
    n, a, b = len(A), np.sum(A**2, axis=1), np.sum(B**2, axis=1)
    return cross - a @ b + a.sum() * b.sum() / ((n - 1) * (n - 2)) - 2 * (a @ b) / (n - 2)


def _known(embedding, attribute, subject):
    embedding, attribute, subject = same_rows(
        embedding=embedding, attribute=attribute, subject=subject
    )
    attribute = attribute.astype(float)
    known = np.isfinite(attribute)
    if len(np.unique(subject[known])) < 2:
        raise ParameterError("the attribute must be known for at least two people")
    return embedding[known], attribute[known], subject[known]


def _enough(found, n_neighbors):
    if found < n_neighbors:
        raise ParameterError(f"{n_neighbors} neighbours were asked of {found} rows")
