"""The experiments of the Latent Motion chapter: which models are trained on which people.

A unit is one trained model (or one baseline, or one comparison of models). Its rows are the
people it was tested on, and one row ``*`` for what is measured on the whole model.
"""

from itertools import product

import numpy as np
import pandas as pd
import torch
from sklearn.decomposition import PCA

from gaitnb import splits
from gaitnb.errors import ParameterError
from gaitnb.papers.latent_motion import baselines, measures, rows, training
from gaitnb.papers.latent_motion.model import build

METHOD = 1

MODELS = ("sae", "disent", "svae", "svae_sum")
DATASETS = ("pataky2008", "gaitrec2021", "gutenberg", "gutenberg_meta")
# Trained values differ by the last bits between processors and library versions, and training
# lets the difference grow; a changed method moves the same numbers by far more.
TOLERANCE = {"rtol": 0.05, "atol": 0.02}

# Core-seconds of one optimiser step of one model, side by side with nine others (measured on
# two cores without a GPU), and of measuring one model.
STEP_SECONDS = {"sae": 1.6e-4, "disent": 2.2e-4, "svae": 2.2e-4, "svae_sum": 2.2e-4, "topk": 1.6e-4}
MEASURE_SECONDS = {"everyone": 10.0, "alike": 4.0, "patients": 5.0}


def units(params):
    """All units of a set of parameters, without training anything.

    Parameters
    ----------
    params : dict
        ``datasets`` (names separated by spaces), ``parts`` (of held_out, everyone, narrow, leak,
        identifiers, sparse, baselines, patients, alike, counts), ``schedules`` (of epochs, steps) and
        ``maths`` (of stated, released), all separated by spaces; ``epochs``, ``total_steps``,
        ``n_folds``, ``n_seeds`` (of the models trained on everyone), ``latent``, ``seed``.

    Returns
    -------
    list of dict
        Each with ``unit`` (its name), ``data``, ``part`` and what defines the model; ``also``
        names a second data set that it is measured on.

    Notes
    -----
    The paper trains 100 epochs on 88,190 rows, 275,600 steps. On smaller data sets 100 epochs are
    fewer steps, so models are trained both for equal epochs and for equal steps. Side comparisons
    (leak, sparse) take a fifth of the steps, identifiers and alike a tenth. Folds share one seed:
    their spread holds that of the people and that of the start.
    """
    chosen = params["datasets"].split()
    parts = params["parts"].split()
    _known("datasets", chosen, DATASETS)
    _known("parts", parts, _PARTS)
    _known("schedules", params["schedules"].split(), ("epochs", "steps"))
    _known("maths", params["maths"].split(), ("stated", "released"))
    # A table of people has no curves to train on, and curves are not counted.
    pairs = [p for p in product(chosen, parts) if (p[0] == "gutenberg_meta") == (p[1] == "counts")]
    found = [u for data, part in pairs for u in _PARTS[part](data, params)]
    return [{"unit": _name(u), **u} for u in found]


def cost(unit):
    """Core-seconds that a unit takes, about."""
    models = 6 if unit["part"] == "alike" else 1
    step = STEP_SECONDS.get(unit["model"], 2e-4)
    n_steps = unit["n_steps"] or 20_000 * ("epochs" in unit["unit"])
    return models * step * n_steps + MEASURE_SECONDS.get(unit["part"], 0.5)


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
    for unit in units:
        stacks.setdefault(side_by_side(unit), []).append(unit)
    names = {u["data"] for u in units} | {u["also"] for u in units if "also" in u}
    tables = {name: _table(name, data[name]) for name in sorted(names)}
    measured = [_count(unit, data[unit["data"]]) for unit in counted]
    for stack in stacks.values():
        say(f"{len(stack)} x {stack[0]['unit']}")
        measured += _run_stack(stack, params, tables, data, device)
    return pd.DataFrame(measured)


# --- what the parts consist of ------------------------------------------------------------------


def _unit(data, part, model, **more):
    base = {"data": data, "part": part, "model": model, "maths": "stated", "fold": -1, "seed": 0}
    return {**base, "n_steps": 0, "schedule": "steps", "k": 0, **more}


def _seeds(params):
    return range(params["seed"], params["seed"] + params["n_seeds"])


def _schedules(params):
    """(schedule, steps); zero steps stand for ``epochs`` passes over the rows of the unit."""
    n_steps = {"epochs": 0, "steps": params["total_steps"]}
    return [(schedule, n_steps[schedule]) for schedule in params["schedules"].split()]


def _folds(data, params):
    return range(min(params["n_folds"], 10 if data == "pataky2008" else 5))


def _held_out(data, params):
    return [
        _unit(data, "held_out", model, fold=fold, schedule=schedule, n_steps=n, seed=params["seed"])
        for (schedule, n), model, fold in product(_schedules(params), MODELS, _folds(data, params))
    ]


def _everyone(data, params):
    models = {"stated": MODELS, "released": ("sae", "disent", "svae_sum")}
    return [
        _unit(data, "everyone", model, maths=maths, seed=seed, schedule=schedule, n_steps=n)
        for (schedule, n), maths in product(_schedules(params), params["maths"].split())
        for model, seed in product(models[maths], _seeds(params))
    ]


def _narrow(data, params):
    if data != "pataky2008":
        return []
    n = params["total_steps"]
    return [
        _unit(data, "narrow", model, seed=seed, n_steps=n)
        for model, seed in product(MODELS, _seeds(params))
    ]


def _leak(data, params):
    n = params["total_steps"] // 5
    return [
        _unit(data, "leak", model, fold=fold, seed=params["seed"], n_steps=n, k=_k(model))
        for model, fold in product(("sae", "svae_sum", "topk"), _folds(data, params))
    ]


def _identifiers(data, params):
    n = params["total_steps"] // 10
    return [
        _unit(data, "identifiers", model, maths="released", seed=seed, n_steps=n)
        for model, seed in product(("disent", "svae_sum"), _seeds(params))
    ]


def _sparse(data, params):
    n = params["total_steps"] // 5
    return [
        _unit(data, "sparse", "topk", fold=fold, seed=params["seed"], n_steps=n, k=k)
        for k, fold in product((4, 8, 16), _folds(data, params))
    ]


def _baselines(data, params):
    found = [_unit(data, "baselines", "constant", fold=f) for f in _folds(data, params)]
    for model, k, fold in product(("pca", "nmf", "coding"), (4, 8, 16), _folds(data, params)):
        found.append(_unit(data, "baselines", model, fold=fold, k=k))
    return found


def _patients(data, params):
    if data != "gaitrec2021":
        return []
    n = params["total_steps"]
    return [
        _unit(
            data,
            "patients",
            model,
            fold=fold,
            seed=params["seed"],
            n_steps=n,
            also="pataky2008",
        )
        for model, fold in product(("sae", "svae_sum"), _folds(data, params))
    ]


def _alike(data, params):
    n = params["total_steps"] // 10
    return [_unit(data, "alike", "all", seed=seed, n_steps=n) for seed in _seeds(params)]


def _counts(data, params):
    return [_unit(data, "counts", "none")]


_PARTS = {
    "counts": _counts,
    "held_out": _held_out,
    "everyone": _everyone,
    "narrow": _narrow,
    "leak": _leak,
    "identifiers": _identifiers,
    "sparse": _sparse,
    "baselines": _baselines,
    "patients": _patients,
    "alike": _alike,
}


# --- rows and splits ----------------------------------------------------------------------------


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


def _n_folds(unit):
    return 10 if unit["data"] == "pataky2008" else 5


def side_by_side(unit):
    """Units with the same key are trained side by side, cheaper than one after the other."""
    shape = "identifiers" if unit["part"] == "identifiers" else ""
    no_validation = unit["part"] in ("everyone", "identifiers", "narrow", "alike")
    keys = ("data", "model", "maths", "schedule", "n_steps", "k")
    special = unit["part"] if unit["part"] in ("baselines", "alike", "leak") else ""
    return (*(unit[key] for key in keys), shape, no_validation, special)


# --- running ------------------------------------------------------------------------------------


def _run_stack(stack, params, tables, data, device):
    first = stack[0]
    table = tables[first["data"]]
    if first["part"] == "baselines":
        return [row for unit in stack for row in _run_baseline(unit, table)]
    if first["part"] == "alike":
        return [row for unit in stack for row in _run_alike(unit, params, table, device)]
    if first["part"] == "identifiers":
        table = {**table, "x": rows.identifier_rows(data[first["data"]])}
    parts = [_split(unit, table) for unit in stack]
    trained = _train(stack, parts, params, table, device)
    measured = []
    for i, (unit, part) in enumerate(zip(stack, parts, strict=True)):
        losses = trained.train_loss if part[1] is None else trained.validation_loss
        common = {
            **unit,
            "n_steps": int(trained.steps[-1]),
            "best_step": int(trained.best_step[i]),
            "converged": bool(training.plateau(losses[i])),
        }
        for row in measures.measure(unit, trained.models[i], table, *part, tables=tables):
            measured.append({"unit": unit["unit"], "subject": row.pop("subject"), **common, **row})
    return measured


def _train(stack, parts, params, table, device):
    first = stack[0]
    n_steps = first["n_steps"] or max(training.steps(len(p[0]), params["epochs"]) for p in parts)
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


def _run_alike(unit, params, table, device):
    """Train the models of one seed, and again with another, and compare them with each other."""
    found, converged = {}, True
    part = _split(unit, table)
    for model in MODELS:
        pair = [{**unit, "model": model, "seed": unit["seed"] + shift} for shift in (0, 500)]
        trained = _train(pair, [part, part], params, table, device)
        found[model] = trained.models
        converged &= bool(training.plateau(trained.train_loss).all())
    row = measures.compare(found, table["x"][part[0]])
    return [{"unit": unit["unit"], "subject": "*", **unit, "converged": converged, **row}]


def _name(unit):
    """A readable, unique name: data/part/model-maths-k-fold-seed-schedule."""
    bits = [unit["model"], unit["maths"] if unit["maths"] != "stated" else ""]
    bits += [f"k{unit['k']}" if unit["k"] else "", f"f{unit['fold']}" if unit["fold"] >= 0 else ""]
    bits += [f"s{unit['seed']}", unit["schedule"]]
    return f"{unit['data']}/{unit['part']}/{'-'.join(b for b in bits if b)}"


def _k(model):
    """Active units of a top-k model where nothing else is compared: 8 of 100."""
    return 8 if model == "topk" else 0


def _known(parameter, names, known):
    for name in names:
        if name not in known:
            raise ParameterError(f"{parameter}: {name!r} is none of {', '.join(known)}")
