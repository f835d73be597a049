"""The experiments of the Latent Motion chapter: which models are trained on which people.

A unit is one trained model (or one baseline, or one comparison of models). Its rows are the
people it was tested on, and one row ``*`` for what is measured on the whole model.
"""

import numpy as np
import pandas as pd
import torch
from sklearn.decomposition import PCA

from gaitnb import splits
from gaitnb.papers.latent_motion import baselines, measures, rows, training
from gaitnb.papers.latent_motion.model import build
from gaitnb.papers.latent_motion.parts import MODELS, cost, side_by_side, units

__all__ = ["METHOD", "TOLERANCE", "cost", "run_units", "side_by_side", "units"]

METHOD = 2

# Trained values differ by the last bits between processors and library versions, and training
# lets the difference grow; a changed method moves the same numbers by far more.
TOLERANCE = {"rtol": 0.05, "atol": 0.02}


def run_units(units, params, data, *, device="cpu", progress=None):
    """Train and measure units.

    Parameters
    ----------
    units : list of dict
        From :func:`units`. Units of one model and number of steps are trained side by side.
    params : dict
        As for :func:`units`.
    data : dict of str to xarray.Dataset
        Recordings by name.
    device : str
        Where the models are trained.
    progress : callable, optional
        Called with a line of text now and then.

    Returns
    -------
    DataFrame
        ``unit``, ``subject`` (a person tested, or ``*``), what defines the unit, and what was
        measured (:mod:`gaitnb.papers.latent_motion.measures`).
    """
    say = progress or (lambda text: None)
    counted = [u for u in units if u["part"] == "counts"]
    units = [u for u in units if u["part"] != "counts"]
    stacks = {}
    names = {u["data"] for u in units} | {u["also"] for u in units if "also" in u}
    tables = {name: _table(name, data[name]) for name in sorted(names)}
    for unit in units:
        n_steps = _n_steps(unit, params, tables[unit["data"]])
        stacks.setdefault((*side_by_side(unit), n_steps), []).append(unit)
    measured = [_count(unit, data[unit["data"]]) for unit in counted]
    for stack in stacks.values():
        say(f"{len(stack)} x {stack[0]['unit']}")
        measured += _run_stack(stack, params, tables, data, device)
    return pd.DataFrame(measured)


def _table(name, recordings):
    coefficients, info = rows.coefficient_rows(recordings)
    return {
        "x": coefficients,
        "info": info,
        "subject": info["subject"].to_numpy(),
        "healthy": (info["group"].isin(["", "healthy"])).to_numpy(),
    }


def _split(unit, table):
    """Training, validation and test rows of a unit; nobody is in two of them."""
    subject, healthy = table["subject"], np.flatnonzero(table["healthy"])
    part = unit["part"]
    if part in ("everyone", "identifiers", "alike"):
        return healthy, None, healthy
    if part == "narrow":
        narrow = rows.narrow_speed(table["info"])
        return narrow, None, narrow
    if part == "leak":
        folds = splits.trial_folds(subject[healthy], n_folds=_n_folds(unit), seed=0)
        rest, test = (healthy[r] for r in folds[unit["fold"]])
        n = len(healthy) // 10
        rest = np.random.default_rng(unit["seed"]).permutation(rest)
        return rest[n:], rest[:n], test
    if unit["data"] == "pataky2008":
        folds = splits.leave_one_person_out(subject[healthy])
    else:
        folds = splits.person_folds(subject[healthy], n_folds=_n_folds(unit), seed=0)
    rest, test = (healthy[r] for r in folds[unit["fold"]])
    # Validation people: one of ten, or ten of about fifty, drawn by the fold alone.
    people = np.random.default_rng(unit["fold"]).permutation(np.unique(subject[rest]))
    validation = np.isin(subject[rest], people[: 1 if len(people) < 20 else 10])
    splits.check_people_apart(subject, rest[~validation], rest[validation], test)
    return rest[~validation], rest[validation], test


def _n_steps(unit, params, table):
    """Steps of a unit; for a number of epochs they follow from its training rows."""
    if unit["n_steps"] or unit["part"] == "baselines":
        return unit["n_steps"]
    return training.steps(len(_split(unit, table)[0]), params["epochs"])


def _n_folds(unit):
    return 10 if unit["data"] == "pataky2008" else 5


def _run_stack(stack, params, tables, data, device):
    first = stack[0]
    table = tables[first["data"]]
    if first["part"] == "baselines":
        return [row for unit in stack for row in _run_baseline(unit, table)]
    if first["part"] == "alike":
        return _run_alike(stack, params, table, device)
    if first["part"] == "identifiers":
        table = {**table, "x": rows.identifier_rows(data[first["data"]])}
    parts = [_split(unit, table) for unit in stack]
    joined = first["part"] == "joined"
    inputs = table
    if joined:
        x, order = rows.joined_rows(table["x"], table["info"])
        inputs = {"x": x}
        # A person's rows are all on one side of a split, and so are the rows of a trial.
        trial = table["info"]["trial"].to_numpy()
        parts = [tuple(np.unique(trial[side]) for side in split) for split in parts]
    trained = _train(stack, parts, params, inputs, device)
    measured = []
    for i, (unit, part) in enumerate(zip(stack, parts, strict=True)):
        losses = trained.train_loss if part[1] is None else trained.validation_loss
        common = {
            **unit,
            "n_steps": int(trained.steps[-1]),
            "best_step": int(trained.best_step[i]),
            "converged": bool(training.plateau(losses[i])),
        }
        model = trained.models[i]
        if joined:
            found = measures.measure_joined(unit, model, x, order, table, part[0], part[2])
        else:
            found = measures.measure(unit, model, table, *part, tables=tables)
        for row in found:
            measured.append({"unit": unit["unit"], "subject": row.pop("subject"), **common, **row})
    return measured


def _train(stack, parts, params, table, device):
    first = stack[0]
    n_steps = first["n_steps"] or training.steps(len(parts[0][0]), params["epochs"])
    options = {"k": first["k"]} if first["model"] == "topk" else {}
    models = [
        build(
            unit["model"],
            table["x"].shape[1],
            params["latent"],
            maths=unit["maths"],
            generator=torch.Generator().manual_seed(_stream(unit)),
            **options,
        )
        for unit in stack
    ]
    validation = None if parts[0][1] is None else [p[1] for p in parts]
    return training.train(
        models,
        torch.as_tensor(table["x"], device=device),
        [p[0] for p in parts],
        validation,
        n_steps=n_steps,
        seeds=[_stream(unit) + 1 for unit in stack],
    )


def _stream(unit):
    """Seed of a unit's random numbers; folds of one seed start from different weights."""
    return 2 * (1000 * unit["seed"] + unit["fold"] + 1)


def _count(unit, people):
    """People, trials and speeds of the database's own metadata."""
    speed = people["speed_mps"].dropna()
    row = {"n_people": people["subject"].nunique(), "n_rows": len(people), "converged": True}
    row |= {"speed_mean": float(speed.mean()), "speed_sd": float(speed.std(ddof=0))}
    return {"unit": unit["unit"], "subject": "*", **unit, **row}


def _run_baseline(unit, table):
    train, validation, test = _split(unit, table)
    train = np.concatenate([train, validation])
    x, k = table["x"], unit["k"]
    space = x
    if unit["model"] == "constant":
        estimate = baselines.constant_reconstruct(x[train], x[test])
    elif unit["model"] == "pca":
        estimate = baselines.pca_reconstruct(x[train], x[test], k)
        space = PCA(k, svd_solver="full").fit(x[train]).transform(x)
    elif unit["model"] == "nmf":
        estimate = baselines.nmf_reconstruct(x[train], x[test], k, seed=unit["seed"])
    else:
        estimate = baselines.sparse_coding_reconstruct(x[train], x[test], k, seed=unit["seed"])
    result = measures.errors(table, train, test, estimate)
    if unit["model"] in ("constant", "pca"):  # the constant stands for the raw coefficients
        result[-1] |= measures.speed_probe(space, table, train, test)
    common = {**unit, "best_step": 0, "converged": True}
    return [{"unit": unit["unit"], "subject": r.pop("subject"), **common, **r} for r in result]


def _run_alike(stack, params, table, device):
    """Train the models of each seed, and again with another, and compare them with each other."""
    part = _split(stack[0], table)
    pairs = [{} for _ in stack]
    converged = [True] * len(stack)
    for model in MODELS:
        twice = [
            {**unit, "model": model, "seed": unit["seed"] + shift}
            for unit in stack
            for shift in (0, 500)
        ]
        trained = _train(twice, [part] * len(twice), params, table, device)
        for i in range(len(stack)):
            mine = slice(2 * i, 2 * i + 2)
            pairs[i][model] = trained.models[mine]
            converged[i] &= bool(training.plateau(trained.train_loss[mine]).all())
    x = table["x"][part[0]]
    return [
        {"unit": unit["unit"], "subject": "*", **unit, "converged": good}
        | measures.compare(pair, x)
        for unit, pair, good in zip(stack, pairs, converged, strict=True)
    ]
