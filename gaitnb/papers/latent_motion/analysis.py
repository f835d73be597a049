"""From the table of units to the quantities that the claims are held against."""

import numpy as np
import pandas as pd

THREE = ("sae", "disent", "svae")

# Claim: column, model, and part of the experiments; one value a unit, averaged over units.
_OF_UNITS = {
    "G09": ("rate", "sae", "everyone"),
    "G09.range": ("rate_in_range", "sae", "everyone"),
    "G10": ("rate", "disent", "everyone"),
    "G11": ("rate", "svae", "everyone"),
    "G11.sum": ("rate", "svae_sum", "everyone"),
    "G13": ("max_r", "sae", "everyone"),
    "G14": ("max_r", "disent", "everyone"),
    "G15": ("max_r", "svae", "everyone"),
    "G15.sum": ("max_r", "svae_sum", "everyone"),
    "G16": ("strong_speed", "sae", "everyone"),
    "G16.narrow": ("strong_speed", "sae", "narrow"),
    "G18": ("r_speed", "sae", "everyone"),
    "G18.narrow": ("r_speed", "sae", "narrow"),
    "G18.tested": ("tested_r", "sae", "held_out"),
    "G19": ("r_height", "sae", "everyone"),
    "G20": ("eta2_pc1", "sae", "everyone"),
    "G21": ("importance_entropy", "sae", "everyone"),
    "G22": ("curves_with_bias", "sae", "everyone"),
    "G22.alone": ("curves_without_bias", "sae", "everyone"),
    "G23.speed": ("map_speed", "sae", "everyone"),
    "G23.height": ("map_height", "sae", "everyone"),
    "G23.mass": ("map_mass", "sae", "everyone"),
    "G24": ("n_bimodal", "sae", "everyone"),
    "G25": ("r_speed", "svae", "everyone"),
    "G25.sum": ("r_speed", "svae_sum", "everyone"),
    "G25.weights": ("diffuseness", "svae", "everyone"),
    "G25.baseline": ("diffuseness", "sae", "everyone"),
    "G26": ("n_dead", "disent", "everyone"),
    "G27": ("n_live", "disent", "everyone"),
    "G28": ("rate", "disent", "everyone"),
    "G30": ("r_speed", "disent", "everyone"),
    "G32": ("stance_speed", "sae", "everyone"),
    "G33": ("fine_age", "sae", "everyone"),
    "G34": ("cop_height", "sae", "everyone"),
    "G35": ("importance_cv", "svae", "everyone"),
    "G35.baseline": ("importance_cv", "sae", "everyone"),
    "G36": ("n_sex", "sae", "everyone"),
    "G37": ("atom_cosine", "disent", "everyone"),
    "G37.baseline": ("atom_cosine", "sae", "everyone"),
    "G39": ("gap_k", "sae", "everyone"),
    "G40": ("silhouette", "sae", "everyone"),
    "G43": ("rate", "sae", "everyone"),
}
# Claim: column and model; one value a person who was not trained on.
_OF_PEOPLE = {
    "G12.sae": ("mse", "sae"),
    "G12.disent": ("mse", "disent"),
    "G12.svae": ("mse", "svae"),
    "G12.sum": ("mse", "svae_sum"),
    "G29": ("amplitude", "sae"),
}


def quantities(units):
    """Quantities of the claims.

    Parameters
    ----------
    units : DataFrame
        From :func:`gaitnb.papers.latent_motion.experiments.run_units`, of one profile.

    Returns
    -------
    DataFrame
        ``id``, ``data``, ``value``, ``spread`` (standard deviation over seeds, or over people for
        errors), ``n`` (people behind the value), ``status`` ("not enough training" where a unit
        had not reached the plateau of its loss, else empty).

    Notes
    -----
    Verdicts rest on the models as the paper states them, trained for the paper's number of steps
    (``schedule`` "steps", ``maths`` "stated"); the other units are shown beside them.
    """
    main = units[(units["schedule"] == "steps") & (units["maths"] == "stated")]
    found = []
    for data, table in main.groupby("data", sort=True):
        found += _counts(data, table)
        for claim, (column, model, part) in _OF_UNITS.items():
            found += _over_units(claim, data, _select(table, part, model), column)
        for claim, (column, model) in _OF_PEOPLE.items():
            found += _over_people(
                claim, data, _select(table, "held_out", model, people=True), column
            )
        found += _compared(data, table)
    return pd.DataFrame(found, columns=["id", "data", "value", "spread", "n", "status"])


def _select(table, part, model, people=False):
    mine = (table["part"] == part) & (table["model"] == model)
    return table[mine & ((table["subject"] != "*") == people)]


def _over_units(claim, data, rows, column):
    if column not in rows or rows[column].notna().sum() == 0:
        return []
    values = rows[column].astype(float).dropna()
    n = int(rows["n_people"].sum() if rows["fold"].iloc[0] >= 0 else rows["n_people"].max())
    return [_quantity(claim, data, values, n, rows)]


def _over_people(claim, data, rows, column):
    if len(rows) == 0:
        return []
    return [_quantity(claim, data, rows[column].astype(float), rows["subject"].nunique(), rows)]


def _quantity(claim, data, values, n, rows):
    return {
        "id": claim,
        "data": data,
        "value": float(np.mean(values)),
        "spread": float(np.std(values, ddof=1)) if len(values) > 1 else np.nan,
        "n": n,
        "status": "" if _trained(rows) else "not enough training",
    }


def _trained(rows):
    """Whether every unit had stopped improving.

    The plateau of its loss says so; so does a best validation loss that lies before the last
    tenth of the steps, because then more training did not help, however much the loss wavers.
    """
    passed = (rows["fold"] >= 0) & (rows["best_step"] <= 0.9 * rows["n_steps"])
    return bool((rows["converged"].astype(bool) | passed).all())


def _counts(data, table):
    rows = table[table["part"] == "counts"]
    return (
        [_quantity("G01", data, rows["n_people"], int(rows["n_people"].iloc[0]), rows)]
        if len(rows)
        else []
    )


def _compared(data, table):
    """Quantities that hold models, or a model and a baseline, against each other."""
    found = []

    def add(claim, values, n, *rows):
        if len(values) and np.isfinite(values).all():
            found.append(_quantity(claim, data, values, n, pd.concat(rows)))

    everyone = {model: _select(table, "everyone", model) for model in (*THREE, "svae_sum")}
    people = {model: _select(table, "held_out", model, people=True) for model in THREE}
    if all(len(rows) for rows in everyone.values()):
        n = int(everyone["sae"]["n_people"].max())
        rates = [everyone[model]["rate"].to_numpy() for model in ("sae", "disent")]
        add("G10.similar", np.abs(rates[1] - rates[0]), n, everyone["sae"], everyone["disent"])
        modes = np.min([everyone[model]["n_bimodal"].to_numpy(float) for model in THREE], axis=0)
        add("G42", modes, n, *(everyone[model] for model in THREE))
        speeds = [f"r_{name}" for name in ("speed", "age", "height", "mass")]
        if all(name in table and everyone["sae"][name].notna().all() for name in speeds):
            strongest = [everyone[m][speeds].mean().idxmax() == "r_speed" for m in THREE]
            add("G31", [float(sum(strongest))], n, *(everyone[model] for model in THREE))
            add("G17", everyone["sae"][speeds[1:]].max(axis=1), n, everyone["sae"])
            spread = [f"eta2_{name}" for name in ("age", "height", "mass")]
            add("G46", everyone["sae"][spread].max(axis=1), n, everyone["sae"])
    if all(len(rows) for rows in people.values()):
        n = people["sae"]["subject"].nunique()
        sae = people["sae"]
        add("G12.useful", sae["mse"] / sae["mse_constant"], n, sae)
        means = [rows["mse"].mean() for rows in people.values()]
        add("G41", [max(means) / min(means)], n, *people.values())
        folds = _select(table, "held_out", "sae")
        add("G45", folds["mse"] / folds["mse_train"], n, folds)
    alike = table[table["part"] == "alike"]
    if len(alike):
        n = len(set(table.loc[table["subject"] != "*", "subject"]))
        for claim, last in (("G38", "svae"), ("G38.sum", "svae_sum")):
            pairs = ["cka_sae_disent", f"cka_sae_{last}", f"cka_disent_{last}"]
            add(claim, alike[pairs].min(axis=1), n, alike)
    return found
