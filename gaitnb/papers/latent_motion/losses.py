"""The loss terms of Latent Motion (sections 3.2.1 to 3.2.3), one function a term.

All act on one batch: ``x`` (..., batch, inputs), ``h`` (..., batch, latent), and return one value
for each of the leading dimensions, which hold models that are trained side by side. Where the
paper and the released code differ, an argument chooses; the defaults are the paper's formulas.
"""

import math

import torch

RHO = 0.05


def squared_error(x, x_hat, *, reduction="mean"):
    """Reconstruction error ``MSE(x, x_hat)``.

    Parameters
    ----------
    x, x_hat : tensor, shape (..., batch, inputs)
    reduction : {"mean", "sum"}
        ``mean`` over all elements (the SAE's); ``sum`` over inputs, mean over the batch (the
        reconstruction term of a variational autoencoder with unit variance, up to 1/2).

    Returns
    -------
    tensor, shape (...)
    """
    error = (x - x_hat).square()
    return error.mean((-2, -1)) if reduction == "mean" else error.sum(-1).mean(-1)


def kl_sparsity(h, *, rho=RHO, rate="clamped"):
    """Kullback-Leibler sparsity ``sum_j KL(rho || rho_hat_j)``.

    Parameters
    ----------
    h : tensor, shape (..., batch, latent)
        Activations, not negative.
    rho : float
        Target, 0.05 in the paper.
    rate : {"clamped", "raw"}
        ``rho_hat_j`` is the batch mean of unit j. A ReLU is not bounded by 1, so as a
        probability it can leave (0, 1), where the divergence is infinite or not a number.
        ``raw`` computes it all the same, as the released code does; ``clamped`` holds it within
        1e-4 and 1 - 1e-4 for the value and lets the gradient pass to the unit as if it had not
        been held, so that a unit that is too active is still pulled back.

    Returns
    -------
    tensor, shape (...)
    """
    mean = h.mean(-2)
    if rate == "clamped":
        # Straight-through: clamp alone has gradient zero outside, and nothing would return.
        free = mean.detach()
        mean = mean + (free.clamp(1e-4, 1 - 1e-4) - free)
    active = rho * (math.log(rho) - torch.log(mean))
    silent = (1 - rho) * (math.log(1 - rho) - torch.log(1 - mean))
    return (active + silent).sum(-1)


def l1(h, *, reduction="sum"):
    """L1 norm of the activations: ``||h||_1``, mean over the batch.

    ``sum`` over units is the paper's norm; ``mean`` over units is the released code's, smaller
    by the number of units.
    """
    return h.abs().sum(-1).mean(-1) if reduction == "sum" else h.abs().mean((-2, -1))


def covariance(h):
    """Disentanglement penalty: the sum of squared covariances between different units."""
    centred = h - h.mean(-2, keepdim=True)
    # The squares of h'h and of hh' have the same sum: take the smaller product.
    few_rows = h.shape[-2] < h.shape[-1]
    product = centred @ centred.mT if few_rows else centred.mT @ centred
    variance = centred.square().sum(-2)  # times batch - 1
    return (product.square().sum((-2, -1)) - variance.square().sum(-1)) / (h.shape[-2] - 1) ** 2


def gaussian_kl(mu, log_var):
    """``KL(N(mu, exp(log_var)) || N(0, 1))``, summed over the latent, mean over the batch."""
    return -0.5 * (1 + log_var - mu.square() - log_var.exp()).sum(-1).mean(-1)
