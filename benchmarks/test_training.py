"""Training five seeds of an autoencoder: side by side against one after the other."""

import numpy as np
import pytest
import torch

from gaitnb.papers.latent_motion import training
from gaitnb.papers.latent_motion.model import build

K, STEPS = 5, 300
ROWS = np.arange(600)


def rows(n=600, inputs=135):
    return torch.as_tensor(np.random.default_rng(0).normal(size=(n, inputs))).float()


def models(name, n=K, latent=100):
    return [build(name, 135, latent, generator=torch.Generator().manual_seed(s)) for s in range(n)]


def usual_loop(found, x):
    """What one writes first: one model after the other, the usual loop over batches."""
    for seed, model in enumerate(found):
        optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
        stream, queue = torch.Generator().manual_seed(seed), torch.zeros(0, dtype=torch.long)
        noises = torch.Generator().manual_seed(seed + 2**32)
        for _ in range(STEPS):
            if len(queue) < 32:
                queue = torch.cat([queue, torch.randperm(len(x), generator=stream)])
            batch, queue = queue[:32], queue[32:]
            noise = torch.randn(32, 100, generator=noises) if model.noisy else None
            optimiser.zero_grad()
            model(x[batch], noise).backward()
            optimiser.step()
    return found


def one_after_the_other(found, x):
    for seed, model in enumerate(found):
        training.train([model], x, [ROWS], n_steps=STEPS, n_checks=1, seeds=[seed])
    return found


def side_by_side(found, x):
    return training.train(found, x, [ROWS] * len(found), n_steps=STEPS, n_checks=1).models


WAYS = {"usual loop": usual_loop, "one by one": one_after_the_other, "side by side": side_by_side}


@pytest.mark.parametrize("way", list(WAYS))
@pytest.mark.parametrize("name", ["sae", "svae_sum"])
def test_five_seeds(benchmark, name, way):
    x = rows()
    benchmark.group = f"training: five seeds of {name}, {STEPS} steps"
    benchmark.extra_info |= {"items": K * STEPS, "item": "model and step"}
    benchmark.extra_info |= {"reference": way == "usual loop"}
    benchmark.extra_info |= {"target": 3} if way == "side by side" else {}
    found = benchmark.pedantic(
        WAYS[way], setup=lambda: ((models(name), x), {}), rounds=5, warmup_rounds=1
    )
    expected = usual_loop(models(name), x)
    for a, b in zip(found, expected, strict=True):
        torch.testing.assert_close(a.weight, b.weight, atol=1e-3, rtol=0)


@pytest.mark.benchmark(group="training: number of models side by side")
@pytest.mark.parametrize("n", [1, 2, 5, 10, 20])
def test_models(benchmark, n):
    benchmark.extra_info |= {"items": n * STEPS, "item": "model and step"}
    x = rows()
    benchmark.pedantic(side_by_side, setup=lambda: ((models("sae", n), x), {}), rounds=3)


@pytest.mark.benchmark(group="training: an epoch, by number of curves")
@pytest.mark.parametrize("n", [600, 6_000, 60_000])
def test_number_of_curves(benchmark, n):
    x, n_steps = rows(n), training.steps(n, 1)
    benchmark.extra_info |= {"items": n, "item": "curve"}

    def epoch(found):
        training.train(found, x, [np.arange(n)] * K, n_steps=n_steps, n_checks=1)

    benchmark.pedantic(epoch, setup=lambda: ((models("sae"),), {}), rounds=2)


@pytest.mark.benchmark(group="training: latent size")
@pytest.mark.parametrize("latent", [25, 50, 100, 200, 400])
def test_latent_size(benchmark, latent):
    benchmark.extra_info |= {"items": K * STEPS, "item": "model and step"}
    x = rows()
    benchmark.pedantic(side_by_side, setup=lambda: ((models("sae", K, latent), x), {}), rounds=3)
