"""Which models the Latent Motion chapter trains on which people: the lists of units."""

from itertools import product

from gaitnb.errors import ParameterError

MODELS = ("sae", "disent", "svae", "svae_sum")
DATASETS = ("pataky2008", "gaitrec2021", "gutenberg", "gutenberg_meta")

# Core-seconds of one optimiser step of n models side by side: n * a + b (measured on one core
# without a GPU), and of measuring one model.
STEP_SECONDS = {
    "sae": (0.9e-4, 2.5e-4),
    "disent": (1.1e-4, 3.4e-4),
    "svae": (1.3e-4, 2.6e-4),
    "svae_sum": (1.3e-4, 2.6e-4),
    "topk": (1.1e-4, 1.7e-4),
}
MEASURE_SECONDS = {"everyone": 12.0, "alike": 4.0, "patients": 5.0}
JOINED_CHANNELS = 6  # of the data set that has several


def units(params):
    """All units of a set of parameters, without training anything.

    Parameters
    ----------
    params : dict
        ``datasets`` (names separated by spaces), ``parts`` (of held_out, everyone, narrow, leak,
        identifiers, sparse, joined, baselines, patients, alike, counts), ``schedules`` (of epochs,
        steps) and ``maths`` (of stated, released), all separated by spaces; ``epochs``, ``total_steps``,
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
    (leak, sparse, joined) take a fifth of the steps, identifiers a tenth, alike half. Folds share one seed:
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


def cost(unit, beside=1):
    """Core-seconds that a unit takes, about, with ``beside`` units trained side by side."""
    alike = unit["part"] == "alike"
    a, b = STEP_SECONDS.get(unit["model"], (1.2e-4, 2.5e-4))
    seconds = a + b / (beside * (1 + alike))  # alike trains pairs of seeds
    seconds *= 2 * len(MODELS) if alike else JOINED_CHANNELS if unit["part"] == "joined" else 1
    n_steps = unit["n_steps"] or 20_000 * ("epochs" in unit["unit"])
    return seconds * n_steps + MEASURE_SECONDS.get(unit["part"], 0.5)


def side_by_side(unit):
    """Units with the same key are trained side by side, cheaper than one after the other."""
    shape = "identifiers" if unit["part"] == "identifiers" else ""
    no_validation = unit["part"] in ("everyone", "identifiers", "narrow", "alike")
    keys = ("data", "model", "maths", "schedule", "n_steps", "k")
    special = unit["part"] if unit["part"] in ("baselines", "alike", "leak", "joined") else ""
    return (*(unit[key] for key in keys), shape, no_validation, special)


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


def _joined(data, params):
    if data != "gaitrec2021":
        return []  # one channel, or no curves
    n = params["total_steps"] // 5
    return [
        _unit(data, "joined", model, fold=fold, seed=params["seed"], n_steps=n)
        for model, fold in product(("sae", "disent", "svae_sum"), _folds(data, params))
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
    n = params["total_steps"] // 2
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
    "joined": _joined,
    "baselines": _baselines,
    "patients": _patients,
    "alike": _alike,
}


def _k(model):
    """Active units of a top-k model where nothing else is compared: 8 of 100."""
    return 8 if model == "topk" else 0


def _name(unit):
    """A readable, unique name: data/part/model-maths-k-fold-seed-schedule."""
    bits = [unit["model"], unit["maths"] if unit["maths"] != "stated" else ""]
    bits += [f"k{unit['k']}" if unit["k"] else "", f"f{unit['fold']}" if unit["fold"] >= 0 else ""]
    bits += [f"s{unit['seed']}", unit["schedule"]]
    return f"{unit['data']}/{unit['part']}/{'-'.join(b for b in bits if b)}"


def _known(parameter, names, known):
    for name in names:
        if name not in known:
            raise ParameterError(f"{parameter}: {name!r} is none of {', '.join(known)}")
