"""Is the latent space continuous or clustered? The paper says both."""

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score, silhouette_score

from gaitnb.errors import ParameterError
from gaitnb.stats import same_rows, sklearn_seed


def kmeans_clusters(X, k=5, n_components=None, seed=0, n_init=10):
    """Cluster rows by k-means, on the space itself or after PCA.

    Parameters
    ----------
    X : array_like, (n, d)
        Activations.
    k : int
        Number of clusters, 2..n.
    n_components : int, optional
        Keep this many principal components first, as the paper writes (2 for its figure); by
        default the space itself is clustered, as the released code does.
    seed : int or numpy.random.Generator
    n_init : int
        Restarts.

    Returns
    -------
    ndarray of int, (n,)
        Cluster of each row, numbered along the first principal component.
    """
    X = _space(X, k)
    scores = _scores(X)
    fitted = KMeans(k, n_init=n_init, random_state=sklearn_seed(seed)).fit(
        X if n_components is None else scores[:, :n_components]
    )
    place = pd.Series(scores[:, 0]).groupby(fitted.labels_).mean()
    return place.rank().astype(int).reindex(fitted.labels_).to_numpy() - 1


def silhouette(X, labels, max_rows=2000, seed=0):
    """Mean silhouette, -1..1; more rows than `max_rows` are thinned at random."""
    X, labels = same_rows(X=X, labels=labels)
    size = max_rows if len(X) > max_rows else None
    return float(silhouette_score(X, labels, sample_size=size, random_state=sklearn_seed(seed)))


def gap_statistic(X, k_max=8, n_references=20, n_components=None, max_rows=2000, seed=0, n_init=3):
    """Number of clusters by the gap statistic; one cluster is a possible answer.

    Parameters
    ----------
    X : array_like, (n, d)
        Activations.
    k_max : int
        Largest number of clusters tried.
    n_references : int
        Data sets drawn evenly from the box around X in its principal axes.
    n_components : int, optional
        Use this many principal components.
    max_rows : int
        More rows are thinned at random.
    seed : int or numpy.random.Generator
    n_init : int
        Restarts of k-means.

    Returns
    -------
    dict
        `k`, the smallest k whose gap is no more than one standard error below the next one's
        (``gap(k) >= gap(k+1) - s(k+1)``); `settled`, False where there is none up to `k_max`,
        which is then given as `k`: the gap only grows, as for a bent continuum that leaves most of
        its box empty; `gap` and `error`, (k_max,).

    References
    ----------
    Tibshirani, Walther and Hastie, Journal of the Royal Statistical Society B 63 (2001) 411.
    """
    X = _space(X, k_max)
    rng = np.random.default_rng(seed)
    X = _thin(X, max_rows, rng)
    scores = _scores(X)[:, :n_components]
    low, high = scores.min(axis=0), scores.max(axis=0)
    # Axes without extent would be noise of the arithmetic only.
    wide = high - low > 1e-9 * (high - low).max()
    scores, low, high = scores[:, wide], low[wide], high[wide]

    def dispersion(points):
        return [
            np.log(KMeans(k, n_init=n_init, random_state=sklearn_seed(rng)).fit(points).inertia_)
            for k in range(1, k_max + 1)
        ]

    ours = np.array(dispersion(scores))
    references = np.array(
        [dispersion(rng.uniform(low, high, scores.shape)) for _ in range(n_references)]
    )
    gap = references.mean(axis=0) - ours
    error = references.std(axis=0) * np.sqrt(1 + 1 / n_references)
    enough = np.flatnonzero(gap[:-1] >= gap[1:] - error[1:])
    settled = len(enough) > 0
    k = int(enough[0] + 1) if settled else k_max
    return {"k": k, "settled": settled, "gap": gap, "error": error}


def cluster_stability(X, k=5, subject=None, n_samples=20, n_components=None, seed=0, n_init=3):
    """Do the same clusters come back when other rows, or other people, are drawn?

    Parameters
    ----------
    X : array_like, (n, d)
        Activations.
    k : int
        Number of clusters.
    subject : array_like of str, (n,), optional
        Person of each row; people are then drawn with all their rows.
    n_samples : int
        Bootstrap samples.
    n_components : int, optional
        Cluster this many principal components.
    seed : int or numpy.random.Generator
    n_init : int
        Restarts of k-means.

    Returns
    -------
    float
        Mean adjusted Rand index between the clusters of all rows and those of a refit on a
        sample, both assigned to all rows; 1 for the same clusters, 0 for chance.
    """
    X = _space(X, k)
    points = X if n_components is None else _scores(X)[:, :n_components]
    subject = np.arange(len(X)) if subject is None else same_rows(X=X, subject=subject)[1]
    people = np.unique(subject)
    rows = [np.flatnonzero(subject == person) for person in people]
    rng = np.random.default_rng(seed)
    whole = KMeans(k, n_init=n_init, random_state=sklearn_seed(rng)).fit(points).labels_
    found = []
    for _ in range(n_samples):
        sample = np.concatenate([rows[i] for i in rng.integers(len(rows), size=len(rows))])
        refit = KMeans(k, n_init=n_init, random_state=sklearn_seed(rng)).fit(points[sample])
        found.append(adjusted_rand_score(whole, refit.predict(points)))
    return float(np.mean(found))


def clusters_against_metadata(labels, metadata, n_parts=3):
    """What the clusters know about people and conditions.

    Parameters
    ----------
    labels : array_like of int, (n,)
        Cluster of each row.
    metadata : dict of str to array_like (n,), or DataFrame
        Numbers (NaN where unknown) or names such as the person, the foot, the diagnosis.
    n_parts : int
        Numbers are cut into this many equally filled parts for the mutual information.

    Returns
    -------
    DataFrame, indexed by attribute
        `eta2` (share of the variance of a number that lies between clusters, corrected for
        chance as epsilon squared; NaN for names), `ami` (adjusted mutual information, 0 at
        chance, 1 for the same partition), `n`.
    """
    labels = np.asarray(labels)
    rows = {}
    for name in metadata:
        _, values = same_rows(labels=labels, **{name: metadata[name]})
        number = np.issubdtype(values.dtype, np.number)
        values = values.astype(float if number else str)
        known = np.isfinite(values) if number else ~np.isin(values, ["", "nan", "None"])
        mine, values = labels[known], values[known]
        eta2, parts = np.nan, values
        if number:
            eta2 = _epsilon_squared(mine, values)
            edges = np.quantile(values, np.arange(1, n_parts) / n_parts) if len(values) else []
            parts = np.searchsorted(edges, values, side="left")
        ami = adjusted_mutual_info_score(parts, mine) if len(mine) else np.nan
        rows[name] = {"eta2": eta2, "ami": ami, "n": int(known.sum())}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("attribute")


def continuous_or_clustered(
    X, subject, k=5, n_components=None, n_null=20, n_references=20, max_rows=1500, seed=0
):
    """The measures that decide between a continuum and clusters, beside a continuum's own.

    Parameters
    ----------
    X : array_like, (n, d)
        Activations.
    subject : array_like of str, (n,)
        Person of each row.
    k : int
        Number of clusters that the paper asks for.
    n_components : int, optional
        Use this many principal components.
    n_null : int
        Gaussian clouds with the mean and covariance of X, which have no clusters.
    n_references : int
        See `gap_statistic`.
    max_rows : int
        More rows are thinned at random.
    seed : int or numpy.random.Generator

    Returns
    -------
    dict
        `gap_k` and `gap_settled` (see `gap_statistic`); `silhouette` for `k` clusters and `silhouette_null` (95th percentile over the
        clouds); `stability` over people and `stability_null` (mean over the clouds);
        `first_component` (share of variance); `ami_people` of the clusters with the people; and
        `verdict`: "clustered" where the gap statistic settles on more than one cluster and the
        silhouette exceeds both the clouds' and .25 (below it Kaufman and Rousseeuw [1]_ speak of
        no substantial structure), "continuous" where neither is so, else "undecided".

    Notes
    -----
    k-means cuts a continuum into parts that look "clearly separated" on the first component as
    well, and stably so: neither is evidence of clusters, which is why the clouds stand beside.
    Skewed activations, usual behind a ReLU, exceed the clouds' silhouette a little without any
    cluster, which is why .25 stands beside.

    References
    ----------
    .. [1] Kaufman and Rousseeuw, Finding Groups in Data, Wiley 1990, chapter 2.
    """
    X, subject = same_rows(X=_space(X, k), subject=subject)
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.permutation(len(X))[:max_rows])
    X, subject = X[rows], subject[rows]
    scores = _scores(X)[:, :n_components]
    spread = scores.std(axis=0)

    def measured(points):
        labels = kmeans_clusters(points, k, seed=rng, n_init=3)
        return labels, silhouette(points, labels, seed=rng)

    labels, ours = measured(scores)
    clouds = [rng.normal(size=scores.shape) * spread for _ in range(n_null)]
    null = float(np.quantile([measured(cloud)[1] for cloud in clouds], 0.95))
    gap = gap_statistic(scores, max(8, k), n_references, seed=rng)
    stable = [cluster_stability(c, k, subject, n_samples=5, seed=rng) for c in clouds[:5]]
    evidence = (gap["settled"] and gap["k"] > 1) + (ours > max(null, 0.25))
    return {
        "gap_k": gap["k"],
        "gap_settled": gap["settled"],
        "silhouette": ours,
        "silhouette_null": null,
        "stability": cluster_stability(scores, k, subject, seed=rng),
        "stability_null": float(np.mean(stable)),
        "first_component": float(spread[0] ** 2 / np.var(X, axis=0).sum()),
        "ami_people": float(adjusted_mutual_info_score(subject.astype(str), labels)),
        "verdict": ("continuous", "undecided", "clustered")[evidence],
    }


def _space(X, k):
    X = np.asarray(X, dtype=float)
    if X.ndim != 2 or not np.isfinite(X).all():
        raise ParameterError(f"rows must be finite, of the shape (n, d), found {X.shape}")
    found = len(np.unique(X, axis=0))
    if not 2 <= k <= found:
        raise ParameterError(
            f"the number of clusters must be 2..{found} (distinct rows), found {k}"
        )
    return X


def _scores(X):
    """Principal component scores, (n, min(n, d))."""
    return PCA(svd_solver="full").fit_transform(X)


def _thin(X, max_rows, rng):
    return X if len(X) <= max_rows else X[rng.choice(len(X), max_rows, replace=False)]


def _epsilon_squared(labels, values):
    total = np.sum((values - values.mean()) ** 2) if len(values) else 0
    k, n = len(np.unique(labels)), len(labels)
    if total <= 0 or n <= k:
        return float("nan")
    means = pd.Series(values).groupby(labels).transform("mean").to_numpy()
    return float(1 - np.sum((values - means) ** 2) / total * (n - 1) / (n - k))
