"""Units of the chapter: names, splits by person, and the same numbers together and alone."""

import numpy as np
import pandas as pd
import pytest
import torch

from gaitnb import data
from gaitnb.errors import ParameterError
from gaitnb.papers.latent_motion import experiments, parts, training

PARTS = "held_out everyone narrow leak identifiers sparse joined baselines patients alike counts"
PARAMS = {
    "datasets": "pataky2008",
    "parts": PARTS,
    "schedules": "epochs steps",
    "maths": "stated released",
    "epochs": 2,
    "total_steps": 150,
    "n_folds": 10,
    "n_seeds": 2,
    "latent": 20,
    "seed": 0,
}


@pytest.fixture(autouse=True)
def _one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def pataky2008():
    return data.open("pataky2008")


@pytest.fixture(scope="module")
def table(pataky2008):
    return experiments._table("pataky2008", pataky2008)


def test_names_are_unique_and_say_what_they_are():
    found = parts.units({**PARAMS, "datasets": " ".join(parts.DATASETS)})
    names = [unit["unit"] for unit in found]
    assert len(set(names)) == len(names) > 200
    assert {unit["part"] for unit in found} == set(PARTS.split())
    assert {unit["data"] for unit in found} == set(parts.DATASETS)
    for unit in found:
        assert unit["unit"].startswith(f"{unit['data']}/{unit['part']}/")
        assert parts.cost(unit) > 0


def test_folds_and_seeds_are_as_many_as_asked_for():
    found = pd.DataFrame(parts.units({**PARAMS, "n_folds": 4, "n_seeds": 3}))
    held_out = found[(found["part"] == "held_out") & (found["schedule"] == "steps")]
    assert held_out.groupby("model")["fold"].nunique().to_dict() == dict.fromkeys(parts.MODELS, 4)
    everyone = found[(found["part"] == "everyone") & (found["maths"] == "stated")]
    assert (everyone.groupby(["model", "schedule"])["seed"].nunique() == 3).all()


@pytest.mark.parametrize(
    ("parameter", "value", "named"),
    [
        ("datasets", "pataky2008 patakky", "'patakky' is none of pataky2008"),
        ("parts", "held_out heldout", "'heldout' is none of"),
        ("schedules", "weeks", "'weeks' is none of epochs, steps"),
        ("maths", "imagined", "'imagined' is none of stated, released"),
    ],
)
def test_unknown_names_are_refused(parameter, value, named):
    with pytest.raises(ParameterError, match=f"{parameter}: {named}"):
        parts.units({**PARAMS, parameter: value})


def people(table, rows):
    return set() if rows is None else set(table["subject"][rows])


@pytest.mark.parametrize("part", PARTS.split())
def test_nobody_is_on_two_sides(part, table):
    found = parts.units({**PARAMS, "parts": part})
    tested = {}
    for unit in found:
        train, validation, test = experiments._split(unit, table)
        sides = [people(table, rows) for rows in (train, validation, test)]
        if part in ("everyone", "identifiers", "alike", "narrow"):
            # These describe the people they are trained on; nothing is chosen, nothing tested.
            assert validation is None
            np.testing.assert_array_equal(train, test)
        elif part == "leak":
            assert sides[0] & sides[2], "this split must leak: it is there to show the leak"
            assert not set(train) & set(test) and not set(validation) & {*train, *test}
        else:
            assert not sides[0] & sides[1] and not sides[0] & sides[2] and not sides[1] & sides[2]
            assert all(sides) and set.union(*sides) == set(table["subject"])
            tested.setdefault((unit["model"], unit["schedule"], unit["k"]), []).extend(sides[2])
    for who in tested.values():  # with ten folds everybody is left out exactly once
        assert sorted(who) == sorted(set(table["subject"]))
    if part in ("patients", "counts", "joined"):
        assert not found  # they belong to other data sets


def test_training_and_measuring_get_the_rows_of_the_split(table, pataky2008, monkeypatch):
    trained_on, measured_on = [], []

    def train(models, x, train_rows, validation_rows=None, **options):
        trained_on.append((train_rows, validation_rows))
        zero = np.zeros((len(models), 30))
        return training.Trained(list(models), np.arange(1, 31), zero, zero, zero[:, 0].astype(int))

    def measure(unit, model, table, *split, tables=None):
        measured_on.append(split)
        return [{"subject": "*"}]

    monkeypatch.setattr(experiments.training, "train", train)
    monkeypatch.setattr(experiments.measures, "measure", measure)
    units = [u for u in parts.units({**PARAMS, "parts": "held_out"}) if u["model"] == "sae"]
    experiments.run_units(units, PARAMS, {"pataky2008": pataky2008})
    assert len(trained_on) == 2 and len(measured_on) == 20  # two schedules of ten folds
    pairs = [pair for stack in trained_on for pair in zip(*stack, strict=True)]
    for (train_rows, validation_rows), split in zip(pairs, measured_on, strict=True):
        for rows, other in zip((train_rows, validation_rows), split, strict=False):
            np.testing.assert_array_equal(rows, other)
        assert not people(table, split[2]) & people(table, np.r_[train_rows, validation_rows])


def some_units():
    wanted = [
        "held_out/sae-f0-s0-steps",
        "held_out/sae-f3-s0-steps",
        "held_out/svae-f0-s0-epochs",
        "held_out/svae-f1-s0-epochs",
        "held_out/disent-f2-s0-steps",
        "sparse/topk-k4-f0-s0-steps",
        "sparse/topk-k4-f1-s0-steps",
        "leak/svae_sum-f0-s0-steps",
        "leak/svae_sum-f1-s0-steps",
        "narrow/sae-s0-steps",
        "identifiers/disent-released-s0-steps",
        "identifiers/disent-released-s1-steps",
        "baselines/pca-k4-f1-s0-steps",
    ]
    found = {unit["unit"].removeprefix("pataky2008/"): unit for unit in parts.units(PARAMS)}
    return [found[name] for name in wanted]


@pytest.fixture(scope="module")
def together(pataky2008):
    torch.set_num_threads(1)
    return experiments.run_units(some_units(), PARAMS, {"pataky2008": pataky2008})


def test_units_together_equal_one_by_one(together, pataky2008):
    alone = [
        experiments.run_units([unit], PARAMS, {"pataky2008": pataky2008}) for unit in some_units()
    ]
    keys = ["unit", "subject"]
    alone = pd.concat(alone, ignore_index=True).set_index(keys).sort_index()
    both = together.set_index(keys).sort_index()[alone.columns]
    # A stacked product adds up in another order: last bits, and 150 steps let them grow a little.
    pd.testing.assert_frame_equal(both, alone, rtol=1e-2, atol=1e-3, check_dtype=False)


def test_every_unit_has_its_people_and_one_row_for_all(together, table):
    for name, mine in together.groupby("unit"):
        who = mine["subject"].tolist()
        assert who.count("*") == 1 and len(set(who)) == len(who), name
        pooled, single = mine[mine["subject"] == "*"].iloc[0], mine[mine["subject"] != "*"]
        assert pooled["n_rows"] == single["n_rows"].sum()
        assert pooled["n_people"] == len(single)
        # The pooled error is that of all rows, not the mean of people.
        mean = np.average(single["mse"], weights=single["n_rows"])
        assert pooled["mse"] == pytest.approx(mean, rel=1e-4)


def test_a_seed_gives_the_same_numbers_and_another_does_not(pataky2008):
    def run(seed):
        params = {**PARAMS, "parts": "sparse", "seed": seed, "n_folds": 2}
        units = parts.units(params)[:2]
        return experiments.run_units(units, params, {"pataky2008": pataky2008})["mse"].to_numpy()

    first = run(0)
    np.testing.assert_array_equal(run(0), first)
    assert (run(1) != first).all()


def test_the_constant_predictor_explains_nothing(pataky2008):
    params = {**PARAMS, "parts": "baselines", "n_folds": 3}
    units = [u for u in parts.units(params) if u["model"] == "constant"]
    found = experiments.run_units(units, params, {"pataky2008": pataky2008})
    # Reference and predictor are the mean of the same training people.
    assert (found["mse"] >= 0.9 * found["mse_constant"]).all()
    assert found["r2"].abs().max() < 0.1
