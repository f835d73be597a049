"""What is measured on a trained autoencoder: errors, sparsity, features, space, attributes."""

import numpy as np
import torch

from gaitnb.papers.latent_motion import atoms, clusters, features, pathology, space, wavelets
from gaitnb.papers.latent_motion.attributes import (
    attributes,
    men_and_women,
    picked,
    speed_probe,
)
from gaitnb.papers.latent_motion.rows import ATTRIBUTES

# Maps and clusters of many rows are made from this many, drawn at random.
MAX_ROWS = 2000


def measure(unit, model, table, train, validation, test, *, tables=None):
    """All rows of one trained model.

    Parameters
    ----------
    unit : dict
        From :func:`gaitnb.papers.latent_motion.experiments.units`.
    model : torch.nn.Module
    table : dict
        ``x`` (n, inputs), ``info``, ``subject``, ``healthy`` of one data set.
    train, validation, test : int arrays
        Rows; ``validation`` may be None.
    tables : dict, optional
        Tables of all data sets, for measures that need a second one.

    Returns
    -------
    list of dict
        One per person tested, and one with subject ``*`` for the model.
    """
    x = table["x"]
    activation, estimate = encode(model, x[test])
    result = errors(table, train, test, estimate)
    pooled = result[-1]
    pooled["mse_train"] = float(np.mean((encode(model, x[train])[1] - x[train]) ** 2))
    if not np.isfinite(activation).all():
        pooled["diverged"] = True
        return result
    pooled["diverged"] = False
    pooled |= sparsity(unit, activation)
    weight = model.weight.detach().numpy()
    if unit["part"] in ("everyone", "narrow", "identifiers"):
        pooled |= dictionary(activation, weight, model.decoder_bias.detach().numpy())
        info = table["info"].iloc[test].reset_index(drop=True)
        pooled |= attributes(activation, weight, info)
        pooled |= men_and_women(activation, info)
    if unit["part"] == "everyone":
        pooled |= structure(activation, x[test], info, seed=unit["seed"])
    if unit["part"] == "held_out":
        latent = encode(model, x)[0]
        pooled |= picked(latent, table, train, test)
        pooled |= speed_probe(latent, table, train, test)
    if unit["part"] == "patients":
        pooled |= pathology.measure(
            lambda rows: encode(model, rows), table, train, test, tables or {}
        )
    return result


def measure_joined(unit, model, x, order, table, train, test):
    """As :func:`measure`, for a model whose rows are whole trials; errors are per channel.

    Parameters
    ----------
    x, order : array
        From :func:`gaitnb.papers.latent_motion.rows.joined_rows`.
    train, test : int arrays
        Trials.
    """
    activation, estimate = encode(model, x[test])
    estimate = estimate.reshape(order[test].size, -1)  # (rows, inputs), one row per channel
    result = errors(table, order[train].ravel(), order[test].ravel(), estimate)
    result[-1]["diverged"] = not np.isfinite(activation).all()
    if not result[-1]["diverged"]:
        result[-1] |= sparsity(unit, activation)
    return result


def encode(model, x):
    """Activations (the means, for the variational model) and reconstruction, without noise."""
    with torch.no_grad():
        h = model.encode(torch.as_tensor(x))
        return h.numpy(), model.decode(h).numpy()


def errors(table, train, test, estimate):
    """Reconstruction errors per person and over all, beside those of the constant predictor.

    Returns
    -------
    list of dict
        ``mse`` (raw coefficients, BW^2), ``mse_constant`` (of the mean training row), ``r2``
        (one minus their ratio), ``r2_<channel>`` (of the curves in time, against the mean
        training curve of the channel), ``amplitude`` (range of the reconstructed curve over the
        true one's).

    Notes
    -----
    Coefficients and curves weigh errors differently: the continuation beyond the ends of a curve
    counts its edges twice.
    """
    x, channel, subject = table["x"], table["info"]["channel"].to_numpy(), table["subject"]
    truth = x[test]
    error = ((estimate - truth) ** 2).mean(1)
    constant = ((x[train].mean(0) - truth) ** 2).mean(1)

    def curves(rows):
        return wavelets.inverse(rows, wavelets.N_SAMPLES + 4 * (x.shape[1] != 135))

    true_curves, drawn = curves(truth), curves(estimate)
    curve_error = ((drawn - true_curves) ** 2).mean(1)
    curve_constant = np.empty(len(test))
    for name in np.unique(channel[test]):
        mean = curves(x[train][channel[train] == name].mean(0))
        here = channel[test] == name
        curve_constant[here] = ((mean - true_curves[here]) ** 2).mean(1)
    amplitude = np.ptp(drawn, axis=1) / np.ptp(true_curves, axis=1)
    found = []
    for person in [*np.unique(subject[test]), "*"]:
        mine = np.full(len(test), True) if person == "*" else subject[test] == person
        row = {
            "subject": str(person),
            "n_rows": int(mine.sum()),
            "n_people": len(np.unique(subject[test][mine])),
            "mse": float(error[mine].mean()),
            "mse_constant": float(constant[mine].mean()),
            "r2": float(1 - error[mine].sum() / constant[mine].sum()),
            "amplitude": float(amplitude[mine].mean()),
        }
        for name in np.unique(channel[test][mine]):
            here = mine & (channel[test] == name)
            row[f"r2_{name}"] = float(1 - curve_error[here].sum() / curve_constant[here].sum())
        found.append(row)
    return found


def sparsity(unit, activation):
    """Activation rates; for the variational models above 5 % of a unit's largest ``|mu|``."""
    found = features.sparsity(activation)
    variational = unit["model"].startswith("svae")
    return {
        "rate": found["relative_mean" if variational else "rate_mean"],
        "rate_min": found["relative_min" if variational else "rate_min"],
        "rate_max": found["relative_max" if variational else "rate_max"],
        "rate_in_range": _share_in_range(activation, variational),
        "l0": found["l0"],
        "n_dead": found["n_dead"],
        "n_live": int(features.live_units(activation).sum()),
        "n_always_on": found["n_always_on"],
        "mean_activation": found["mean_activation"],
    }


def dictionary(activation, weight, bias):
    """Features and atoms: correlation, modes, likeness, importance, single-feature curves."""
    live = features.live_units(activation)
    shares = features.importance(activation, n_permutations=0)
    inverse = wavelets.inverse if weight.shape[1] == 135 else lambda c: wavelets.inverse(c, 105)
    found = {
        "max_r": features.feature_correlations(activation)["max"],
        "importance_entropy": shares["entropy"],
        "importance_cv": shares["cv"],
        "importance_top": shares["top_share"],
        "atom_cosine": atoms.atom_similarity(weight[live], n_random=1)["mean"]
        if live.sum() > 1
        else np.nan,
        "diffuseness": float(atoms.weight_diffuseness(weight[live])["participation"].mean()),
    }
    alike = atoms.reconstruction_similarity(weight, bias, inverse, level=1.0)
    found |= {f"curves_{k}": alike[k] for k in ("with_bias", "without_bias", "from_bias")}
    level = np.where(live, atoms.typical_activation(activation), 0)
    if np.count_nonzero(level) > 1:
        typical = atoms.reconstruction_similarity(weight, bias, inverse, level=level)
        found["curves_typical"] = typical["with_bias"]
    return found


def structure(activation, x, info, *, seed):
    """Modes of the units, clusters and maps of the latent space.

    Returns
    -------
    dict
        ``n_bimodal``, ``n_bimodal_within``; ``pc1``, ``eta2_pc1``, ``gap_k`` and ``gap_settled`` (on
        two components), ``silhouette`` and ``silhouette_latent``, ``ami_people``; ``trust`` and ``map_<attribute>``, ``map_raw_...``.
    """
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.permutation(len(x))[:MAX_ROWS])
    h, x, info = activation[rows], x[rows], info.iloc[rows].reset_index(drop=True)
    who = info["subject"].to_numpy()
    modes = features.bimodal_features(h, who)
    found = {
        "n_bimodal": int(modes["bimodal"].sum()),
        "n_bimodal_within": int(modes["bimodal_within"].sum()),
    }
    if len(np.unique(h.round(6), axis=0)) < 50:
        return found  # collapsed: nothing to cluster or to draw
    labels = clusters.kmeans_clusters(h, 5, n_components=2, seed=seed)
    scores = (h - h.mean(0)) @ np.linalg.svd(h - h.mean(0), full_matrices=False)[2][:2].T
    by_cluster = clusters.clusters_against_metadata(labels, {"pc1": scores[:, 0], "person": who})
    latent = clusters.kmeans_clusters(h, 5, seed=seed)
    gap = clusters.gap_statistic(h, n_components=2, n_references=10, seed=seed)
    found |= {
        "pc1": float(space.variance_shares(h)[0]),
        "eta2_pc1": float(by_cluster.loc["pc1", "eta2"]),
        "ami_people": float(by_cluster.loc["person", "ami"]),
        "silhouette": clusters.silhouette(scores, labels),
        "silhouette_latent": clusters.silhouette(h, latent),
        "gap_k": int(gap["k"]),
        "gap_settled": bool(gap["settled"]),
        "stability": clusters.cluster_stability(h, 5, who, n_samples=10, n_components=2, seed=seed),
    }
    known = {a: info[a].to_numpy(float) for a in ATTRIBUTES if info[a].notna().any()}
    if known:
        eta2 = clusters.clusters_against_metadata(labels, known)["eta2"]
        found |= {f"eta2_{name.split('_')[0]}": float(value) for name, value in eta2.items()}
    maps = {"": space.tsne_embedding(h, seed=seed), "raw_": space.tsne_embedding(x, seed=seed)}
    found["trust"] = float(space.trustworthiness(h, maps[""]))
    for name in ATTRIBUTES:
        value = info[name].to_numpy(float)
        if np.unique(who[np.isfinite(value)]).size < 3:
            continue
        for kind, embedding in maps.items():
            r2 = space.neighbour_r2(embedding, value, who)
            found[f"map_{kind}{name.split('_')[0]}"] = float(r2)
    return found


def compare(found, x):
    """How alike the models of one seed are, and each with itself from another seed.

    Parameters
    ----------
    found : dict of str to pair of torch.nn.Module
    x : array, shape (n, inputs)

    Returns
    -------
    dict
        ``cka_<a>_<b>`` and ``cka_seed_<a>`` (linear CKA), ``cka_raw_<a>`` (with the
        coefficients); ``match_<a>``, mean matched cosine of the live atoms over two seeds, and
        ``match_chance_<a>`` of random atoms with the same covariance.
    """
    result = {}
    h = {name: [encode(m, x)[0] for m in pair] for name, pair in found.items()}
    names = list(found)
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            result[f"cka_{a}_{b}"] = _cka(h[a][0], h[b][0])
        result[f"cka_seed_{a}"] = _cka(*h[a])
        result[f"cka_raw_{a}"] = _cka(h[a][0], x)
        weights = [
            m.weight.detach().numpy()[features.live_units(z)]
            for m, z in zip(found[a], h[a], strict=True)
        ]
        if min(map(len, weights)) > 1:
            match = atoms.matched_dictionaries(*weights, n_random=5)
            result[f"match_{a}"] = match["mean"]
            result[f"match_chance_{a}"] = match["chance_same_covariance"]
    return result


def _cka(a, b):
    if not (features.live_units(a).any() and features.live_units(b).any()):
        return np.nan
    return space.linear_cka(a, b)


def _share_in_range(activation, variational, low=0.03, high=0.15):
    rates = features.activation_rates(activation)["rate_relative" if variational else "rate"]
    return float(((rates >= low) & (rates <= high)).mean())
