"""Training many small autoencoders side by side (Latent Motion, section 3.3).

One step of one of these models is a few hundred microseconds of overhead around very little
arithmetic. Models of the same shape (seeds, folds) are therefore stacked and stepped together;
each keeps its own rows, its own order, its own noise, and so its own numbers.
"""

import copy
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from gaitnb.papers.latent_motion.model import build

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
        Called as ``model(batch, noise) -> loss``, with leading dimensions or without.
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
        Called as ``on_check(step, state)`` with the weights of all models, each (models, ...), to
        follow training.

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
    if validation_rows is not None and len({len(r) for r in validation_rows}) != 1:
        raise ValueError("models side by side need equally many validation rows")
    seeds = range(len(models)) if seeds is None else seeds
    streams = [_Stream(r, s, batch, models[0]) for r, s in zip(train_rows, seeds, strict=True)]
    stack = _stack(models).to(x.device)
    state = dict(stack.named_parameters())
    optimiser = torch.optim.Adam(stack.parameters(), lr=learning_rate, fused=True)
    held_out = None
    if validation_rows is not None:
        held_out = x[torch.as_tensor(np.stack(validation_rows))]  # (models, rows, inputs)
    checks = np.unique(np.linspace(0, n_steps, n_checks + 1).round().astype(int)[1:])
    train_loss = np.full((len(models), len(checks)), np.nan)
    validation_loss = train_loss.copy()
    best = {name: weights.detach().clone() for name, weights in state.items()}
    best_loss = torch.full((len(models),), torch.inf, device=x.device)
    best_step = np.zeros(len(models), dtype=int)

    done = 0
    for i, check in enumerate(checks):
        total = torch.zeros(len(models), device=x.device)
        for rows, noise in _draw(streams, check - done, x.device):
            optimiser.zero_grad()
            value = stack(x[rows], noise)
            value.sum().backward()  # models share no weight: each gets the gradient of its own
            optimiser.step()
            total += value.detach()
        with torch.no_grad():
            train_loss[:, i] = (total / (check - done)).cpu()
            better = torch.ones_like(best_loss, dtype=torch.bool)
            if held_out is not None:
                now = stack(held_out)
                validation_loss[:, i] = now.cpu()
                # A loss that is not a number cannot choose: the last weights stay, visibly bad.
                better = ~(now >= best_loss)
                best_loss = torch.where(better, now, best_loss)
            for name, weights in state.items():
                best[name][better] = weights[better]
            best_step[better.cpu().numpy()] = check
        done = check
        if on_check is not None:
            on_check(int(check), _unstack(state, models))
        if progress is not None:
            progress(int(check))

    for name, weights in _unstack(best, models).items():
        for model, mine in zip(models, weights, strict=True):
            getattr(model, name).data.copy_(mine)
    return Trained(list(models), checks, train_loss, validation_loss, best_step)


def fit(model, x, row_sets, *, n_steps, learning_rate=LEARNING_RATE, latent=100, seed=0, **options):
    """Models of one kind, one for each set of rows, with the decoder's bias at the mean row.

    The paper's models start with a bias of zero and take thousands of steps to reach the mean
    curve; starting there saves them.

    Parameters
    ----------
    model : str
        As for :func:`gaitnb.papers.latent_motion.model.build`, which ``options`` go to.
    x : array, shape (n_rows, inputs)
    row_sets : sequence of int arrays
        Training rows of each model.
    n_steps, learning_rate
        As for :func:`train`.
    seed : int
        Of the first model's weights and order; the next ones count on.

    Returns
    -------
    list of torch.nn.Module
    """
    x, seeds = torch.as_tensor(x), [seed + i for i in range(len(row_sets))]
    models = [
        build(model, x.shape[1], latent, generator=torch.Generator().manual_seed(s), **options)
        for s in seeds
    ]
    with torch.no_grad():
        for one, mine in zip(models, row_sets, strict=True):
            one.decoder_bias.copy_(x[mine].mean(0))
    options = {"n_steps": n_steps, "learning_rate": learning_rate, "seeds": seeds}
    return train(models, x, row_sets, **options).models


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


def _stack(models):
    """One module of the same class whose weights are those of all models.

    Matrices become (models, latent, inputs), biases (models, 1, units); one call then gives the
    losses of all models (models,) for batches (models, batch, inputs).
    """
    stack = copy.deepcopy(models[0])
    for name, _ in models[0].named_parameters():
        weights = torch.stack([getattr(model, name).detach() for model in models])
        setattr(stack, name, nn.Parameter(weights if weights.ndim == 3 else weights[:, None]))
    return stack


def _unstack(state, models):
    """The weights of a stack in the shapes that they have in one model, behind the models."""
    shapes = {name: weights.shape for name, weights in models[0].named_parameters()}
    return {name: w.detach().view(len(models), *shapes[name]) for name, w in state.items()}


def _draw(streams, n_steps, device, *, at_once=64):
    """Rows (models, batch) and noise (models, batch, latent) of the next steps."""
    for start in range(0, n_steps, at_once):
        n = min(at_once, n_steps - start)
        rows, noise = zip(*(stream.draw(n) for stream in streams), strict=True)
        rows = torch.stack(rows, 1).to(device)
        noise = [None] * n if noise[0] is None else torch.stack(noise, 1).to(device)
        yield from zip(rows, noise, strict=True)


class _Stream:
    """Rows and noise of one model, from generators of its own on the CPU."""

    def __init__(self, rows, seed, batch, model):
        self.rows = torch.as_tensor(np.asarray(rows))
        self.batch = batch
        self.latent = model.weight.shape[-2] if model.noisy else 0
        self.order = torch.Generator().manual_seed(int(seed))
        # Apart, so that how many steps are drawn at once changes nothing.
        self.noise = torch.Generator().manual_seed(int(seed) + 2**32)
        self.queue = self.rows[:0]

    def draw(self, n_steps):
        """Rows (n_steps, batch); noise (n_steps, batch, latent), or None."""
        needed = n_steps * self.batch
        parts, n = [self.queue], len(self.queue)
        while n < needed:
            parts.append(self.rows[torch.randperm(len(self.rows), generator=self.order)])
            n += len(self.rows)
        found = torch.cat(parts)
        rows, self.queue = found[:needed].view(n_steps, self.batch), found[needed:]
        if not self.latent:
            return rows, None
        return rows, torch.randn(n_steps, self.batch, self.latent, generator=self.noise)
