"""Training side by side against a plain loop, and against planted truth."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from gaitnb.papers.latent_motion import atoms, training
from gaitnb.papers.latent_motion.model import SparseAutoencoder, TopKAutoencoder, build

MODELS = ["sae", "disent", "svae", "svae_sum", "topk"]


@pytest.fixture(autouse=True)
def _one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # the numbers of one and of two threads differ
    yield
    torch.set_num_threads(threads)


def generator(seed):
    return torch.Generator().manual_seed(seed)


def curves(n=300, inputs=20, seed=0):
    rng = np.random.default_rng(seed)
    return torch.as_tensor(rng.normal(size=(n, 5)) @ rng.normal(size=(5, inputs)) + 1).float()


def plain_loop(model, x, rows, seed, n_steps, batch=32):
    """The usual loop over epochs and batches, for one model; the last batch takes from the next."""
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    stream = torch.Generator().manual_seed(seed)
    noise_stream = torch.Generator().manual_seed(seed + 2**32)
    order, total = [], 0.0
    for _ in range(n_steps):
        while len(order) < batch:
            order += [int(rows[i]) for i in torch.randperm(len(rows), generator=stream)]
        chosen, order = order[:batch], order[batch:]
        noise = None
        if model.noisy:
            noise = torch.randn(batch, model.weight.shape[0], generator=noise_stream)
        optimiser.zero_grad()
        loss = model(x[chosen], noise)
        loss.backward()
        optimiser.step()
        total += loss.item()
    return total / n_steps


@pytest.mark.parametrize("maths", ["stated", "released"])
@pytest.mark.parametrize("name", MODELS)
def test_side_by_side_equals_a_plain_loop_for_each_model(name, maths):
    x = curves()
    seeds, rows = [3, 8, 11], [np.arange(300), np.arange(0, 300, 2), np.arange(70)]

    def fresh():
        return [build(name, 20, 12, maths=maths, generator=generator(s)) for s in seeds]

    found = training.train(fresh(), x, rows, n_steps=50, n_checks=1, seeds=seeds)
    start = fresh()
    for k, model in enumerate(fresh()):
        loss = plain_loop(model, x, rows[k], seeds[k], 50)
        for (key, a), b, before in zip(
            model.named_parameters(),
            found.models[k].parameters(),
            start[k].parameters(),
            strict=True,
        ):
            np.testing.assert_allclose(a.detach(), b.detach(), atol=1e-4, err_msg=key)
            if key == "weight":
                assert (b - before).abs().max() > 1e-2  # 50 steps of 0.001 moved it
        np.testing.assert_allclose(found.train_loss[k, 0], loss, rtol=1e-4)


def test_the_weights_kept_are_those_of_the_best_validation_loss():
    x = curves(200)
    x[100:] = -0.2  # the nearer the bias comes to the mean of the first half, the worse for these
    models = [build("topk", 20, 12, k=3, generator=generator(s)) for s in (0, 1)]
    seen = []
    found = training.train(
        models, x, [np.arange(100)] * 2, [np.arange(100, 200)] * 2, n_steps=400, n_checks=20,
        learning_rate=1e-2, on_check=lambda step, state: seen.append((step, state["weight"].detach().clone())),
    )  # fmt: skip
    np.testing.assert_array_equal(found.steps, np.arange(20, 401, 20))
    assert [step for step, _ in seen] == found.steps.tolist()
    best = found.validation_loss.argmin(1)
    assert (best < 19).all(), "the test needs a validation loss that rises again"
    np.testing.assert_array_equal(found.best_step, found.steps[best])
    for k, model in enumerate(found.models):
        assert torch.equal(model.weight, seen[best[k]][1][k])
        np.testing.assert_allclose(model(x[100:]).item(), found.validation_loss[k].min(), rtol=1e-5)


def test_without_validation_the_last_weights_are_kept():
    seen = []
    found = training.train(
        [build("sae", 20, 12, generator=generator(0))], curves(), [np.arange(300)], n_steps=30,
        n_checks=4, on_check=lambda step, state: seen.append(state["weight"].detach().clone()),
    )  # fmt: skip
    assert torch.equal(found.models[0].weight, seen[-1][0])
    assert found.best_step.tolist() == [30] and np.isnan(found.validation_loss).all()


def test_a_validation_loss_that_is_not_a_number_keeps_the_last_weights():
    x = 100 * curves()
    models = [SparseAutoencoder(20, 12, maths="released", generator=generator(0))]
    rows = [np.arange(200)], [np.arange(200, 300)]
    found = training.train(models, x, *rows, n_steps=20, n_checks=4)
    assert np.isnan(found.validation_loss).all()
    assert found.best_step.tolist() == [20]
    assert torch.isfinite(found.models[0].weight).all()


def test_models_with_unequal_validation_rows_are_refused():
    models = [build("sae", 20, 12, generator=generator(s)) for s in (0, 1)]
    with pytest.raises(ValueError, match="equally many validation rows"):
        training.train(
            models, curves(), [np.arange(50)] * 2, [np.arange(50, 60), np.arange(50, 61)], n_steps=5
        )


def test_progress_is_told():
    told = []
    models = [build("sae", 20, 12)]
    training.train(models, curves(), [np.arange(300)], n_steps=10, n_checks=5, progress=told.append)
    assert told == [2, 4, 6, 8, 10]


@pytest.mark.parametrize(
    ("n", "epochs", "batch", "expected"),
    [(600, 100, 32, 1875), (88_190, 100, 32, 275_594), (33, 1, 32, 2), (32, 1, 32, 1)],
)
def test_steps_of_epochs(n, epochs, batch, expected):
    assert training.steps(n, epochs, batch=batch) == expected


def test_plateau():
    flat = np.r_[np.linspace(5, 1, 80), np.ones(20)]
    falling = np.linspace(5, 1, 100)
    rising = np.linspace(1, 5, 100)
    broken = np.r_[np.ones(99), np.nan]
    infinite = np.full(100, np.inf)
    found = training.plateau(np.stack([flat, falling, rising, broken, infinite]))
    assert found.tolist() == [True, False, True, False, False]
    # 1 % is the edge: the last tenth against the tenth before it.
    edge = np.r_[np.full(90, 1.0), np.full(10, 0.991)]
    assert training.plateau(edge) and not training.plateau(edge - 0.002 * (np.arange(100) >= 90))


SCRIPT = """
import hashlib, numpy as np, torch
from gaitnb.papers.latent_motion import training
from gaitnb.papers.latent_motion.model import build
torch.set_num_threads(1)
x = torch.as_tensor(np.random.default_rng(0).normal(size=(100, 20))).float()
for seed in (5, 6):
    models = [build("svae", 20, 12, generator=torch.Generator().manual_seed(seed + k)) for k in (0, 1)]
    found = training.train(models, x, [np.arange(100)] * 2, n_steps=60, seeds=[seed, seed + 1])
    weights = torch.cat([p.detach().flatten() for m in found.models for p in m.parameters()])
    print(hashlib.sha256(weights.numpy().tobytes() + found.train_loss.tobytes()).hexdigest())
"""


@pytest.mark.slow
def test_same_seed_same_numbers_over_two_processes():
    command = [sys.executable, "-c", SCRIPT]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    first, second = (process.communicate(timeout=300)[0].split() for process in processes)
    assert [len(hashed) for hashed in first] == [64, 64]
    assert first == second
    assert first[0] != first[1], "another seed must give other numbers"


@pytest.mark.parametrize(
    "make",
    [
        lambda g: TopKAutoencoder(40, 40, k=3, generator=g),
        lambda g: SparseAutoencoder(40, 40, kl_weight=0.0, l1_weight=0.01, generator=g),
    ],
    ids=["top-k", "L1"],
)
def test_a_planted_dictionary_is_recovered(make):
    rng = np.random.default_rng(7)
    truth = rng.normal(size=(20, 40))
    truth /= np.linalg.norm(truth, axis=1, keepdims=True)
    codes = (rng.random((2000, 20)) < 0.1) * rng.uniform(0.5, 1.5, (2000, 20))
    x = torch.as_tensor(codes @ truth + 0.02 * rng.normal(size=(2000, 40))).float()
    model = make(generator(0))
    before = atoms.matched_dictionaries(model.weight.detach(), truth, n_random=0)["mean"]
    options = {"n_steps": 1200, "learning_rate": 3e-3}
    (model,) = training.train([model], x, [np.arange(2000)], **options).models
    match = atoms.matched_dictionaries(model.weight.detach(), truth, signed=True, n_random=0)
    assert before < 0.5 and match["mean"] > 0.9
