"""Training many small autoencoders side by side (Latent Motion, section 3.3).

One step of one of these models is a few hundred microseconds of overhead around very little
arithmetic. Models of the same shape (seeds, folds) are therefore stacked and stepped together;
each keeps its own rows, its own order, its own noise, and so its own numbers.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch.func import functional_call, grad_and_value, stack_module_state, vmap

BATCH = 32
LEARNING_RATE = 1e-3


@dataclass
class Trained:
    """What training leaves behind, one entry a model.

    Attributes
    ----------
    models : list of torch.nn.Module
        With the weights of the best validation loss (of the last step without validation).
    steps : array, shape (n_checks,)
        Steps after which the losses were recorded.
    train_loss, validation_loss : array, shape (n_models, n_checks)
        Mean training loss since the last check; loss on the validation rows.
    best_step : array, shape (n_models,)
        Step of the weights that were kept.
    """

    models: list
    steps: np.ndarray
    train_loss: np.ndarray
    validation_loss: np.ndarray
    best_step: np.ndarray


def train(
    models,
    x,
    train_rows,
    validation_rows=None,
    *,
    n_steps,
    n_checks=100,
    batch=BATCH,
    learning_rate=LEARNING_RATE,
    seeds=None,
    progress=None,
    on_check=None,
):
    """Train models of one kind and shape side by side with Adam.

    Parameters
    ----------
    models : sequence of torch.nn.Module
        Called as ``model(batch, noise) -> loss``.
    x : tensor, shape (n_rows, inputs)
        All rows; ``train_rows`` says which a model may see.
    train_rows : sequence of int arrays
        Rows of each model.
    validation_rows : sequence of int arrays, optional
        Rows on which the weights to keep are chosen; equally many for all.
    n_steps : int
        Optimiser steps; see :func:`steps` for a number of epochs.
    n_checks : int
        How often the losses are recorded, evenly spread, the last step included.
    seeds : sequence of int, optional
        Of the batch order and of the noise, one a model; 0, 1, ... by default.
    progress : callable, optional
        Called with the number of steps done at each check.
    on_check : callable, optional
        Called as ``on_check(step, state)`` with the stacked weights, to follow training.

    Returns
    -------
    Trained

    Raises
    ------
    ValueError
        If the models do not have equally many validation rows (they could not be stacked).

    Notes
    -----
    An epoch is a random order of the rows. The batch at its end is filled up from the next order,
    so that models with different numbers of rows take steps of the same size together.
    """
    device = x.device
    if validation_rows is not None and len({len(r) for r in validation_rows}) != 1:
        raise ValueError("models side by side need equally many validation rows")
    seeds = range(len(models)) if seeds is None else seeds
    streams = [_batches(r, s, batch, models[0]) for r, s in zip(train_rows, seeds, strict=True)]

    state, _ = stack_module_state(models)
    state = {k: v.detach().to(device).requires_grad_() for k, v in state.items()}
    skeleton = models[0]

    def loss(weights, rows, noise):
        return functional_call(skeleton, weights, (rows, noise))

    has_noise = 0 if skeleton.noisy else None
    step_fn = vmap(grad_and_value(loss), in_dims=(0, 0, has_noise))
    check_fn = vmap(loss, in_dims=(0, 0, None))
    optimiser = torch.optim.Adam(list(state.values()), lr=learning_rate, fused=True)

    checks = np.unique(np.linspace(0, n_steps, n_checks + 1).round().astype(int)[1:])
    held_out = None
    if validation_rows is not None:
        held_out = x[torch.as_tensor(np.stack(validation_rows))]  # (models, rows, inputs)
    train_loss = np.full((len(models), len(checks)), np.nan)
    validation_loss = train_loss.copy()
    best = {k: v.detach().clone() for k, v in state.items()}
    best_loss = torch.full((len(models),), torch.inf, device=device)
    best_step = np.zeros(len(models), dtype=int)
    since_check = torch.zeros(len(models), device=device)

    done = 0
    for i, check in enumerate(checks):
        for _ in range(check - done):
            rows, noise = zip(*(next(s) for s in streams), strict=True)
            noise = torch.stack(noise).to(device) if skeleton.noisy else None
            gradients, value = step_fn(state, x[torch.stack(rows)], noise)
            for name, weights in state.items():
                weights.grad = gradients[name]
            optimiser.step()
            since_check += value.detach()
        with torch.no_grad():
            train_loss[:, i] = (since_check / (check - done)).cpu()
            since_check.zero_()
            better = torch.ones_like(best_loss, dtype=torch.bool)
            if held_out is not None:
                now = check_fn(state, held_out, None)
                validation_loss[:, i] = now.cpu()
                # A loss that is not a number cannot choose: the last weights stay, visibly bad.
                better = ~(now >= best_loss)
                best_loss = torch.where(better, now, best_loss)
            for name, weights in state.items():
                best[name][better] = weights[better]
            best_step[better.cpu().numpy()] = check
        done = check
        if on_check is not None:
            on_check(int(check), state)
        if progress is not None:
            progress(int(check))

    for k, model in enumerate(models):
        model.load_state_dict({name: w[k].cpu() for name, w in best.items()})
    return Trained(list(models), checks, train_loss, validation_loss, best_step)


def steps(n_train, epochs, *, batch=BATCH):
    """Optimiser steps that a number of epochs takes, rounded up."""
    return -(-epochs * n_train // batch)


def plateau(validation_loss, *, share=0.1, gain=0.01):
    """Whether the validation loss has stopped falling.

    Parameters
    ----------
    validation_loss : array, shape (..., n_checks)
    share : float
        The last ``share`` of the checks is compared with the ``share`` before it.
    gain : float
        Smallest relative fall of the mean that still counts as learning.

    Returns
    -------
    array of bool, shape (...)
        False where the loss still fell, or was not finite.
    """
    n = max(1, round(share * validation_loss.shape[-1]))
    last = validation_loss[..., -n:].mean(-1)
    before = validation_loss[..., -2 * n : -n].mean(-1)
    with np.errstate(invalid="ignore"):  # inf - inf, where the loss has left all bounds
        return (before - last) <= gain * np.abs(before)


def _batches(rows, seed, batch, model):
    """Endless (rows, noise) of one model, from a generator of its own on the CPU."""
    generator = torch.Generator().manual_seed(int(seed))
    rows = torch.as_tensor(np.asarray(rows))
    latent = model.weight.shape[0]
    queue = rows[:0]
    while True:
        while len(queue) < batch:
            queue = torch.cat([queue, rows[torch.randperm(len(rows), generator=generator)]])
        part, queue = queue[:batch], queue[batch:]
        yield part, torch.randn(batch, latent, generator=generator) if model.noisy else None
