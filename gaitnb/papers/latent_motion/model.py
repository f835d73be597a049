"""The autoencoders of Latent Motion (section 3.2) and a top-k variant for comparison.

Weights and batches may have leading dimensions, (models, batch, inputs): the same lines then
compute many models side by side (:mod:`gaitnb.papers.latent_motion.training`).
"""

import math

import torch
from torch import nn

from gaitnb.papers.latent_motion import losses

LATENT = 100


class SparseAutoencoder(nn.Module):
    """Tied sparse autoencoder: ``h = ReLU(x W^T + b)``, ``x_hat = h W + c`` (section 3.2.1).

    Parameters
    ----------
    inputs : int
        Wavelet coefficients of one row; 135 for 101 samples.
    latent : int
        Units, 100 in the paper.
    disentangle : float
        Weight of the covariance penalty; 0 is the baseline, 0.1 the second model (3.2.2).
    maths : {"stated", "released"}
        ``stated`` follows the paper's formulas and Xavier initialisation. ``released`` follows
        the public code: weights from N(0, 1/inputs), a sparsity rate that is not held within
        (0, 1), and the mean instead of the sum of the activations' absolute values.
    kl_weight, l1_weight : float
        The paper gives no values; 0.1 is the released code's.
    generator : torch.Generator, optional
        Source of the initial weights.

    Notes
    -----
    135 -> 100 units has 100 * 135 + 100 + 135 = 13,735 parameters.
    """

    noisy = False

    def __init__(
        self,
        inputs=135,
        latent=LATENT,
        *,
        disentangle=0.0,
        maths="stated",
        kl_weight=0.1,
        l1_weight=0.1,
        generator=None,
    ):
        super().__init__()
        self.maths = maths
        self.disentangle, self.kl_weight, self.l1_weight = disentangle, kl_weight, l1_weight
        self.weight = nn.Parameter(_initial_weight(latent, inputs, maths, generator))
        self.encoder_bias = nn.Parameter(torch.zeros(latent))
        self.decoder_bias = nn.Parameter(torch.zeros(inputs))

    def encode(self, x):  # (batch, inputs) -> (batch, latent)
        """Activations of a batch."""
        return torch.relu(_affine(x, self.weight.mT, self.encoder_bias))

    def decode(self, h):  # (batch, latent) -> (batch, inputs)
        """Reconstruction from activations."""
        return _affine(h, self.weight, self.decoder_bias)

    def loss_terms(self, x, noise=None):
        """Weighted terms of the loss on one batch; their sum is the loss.

        Parameters
        ----------
        x : tensor, shape (batch, inputs)
        noise : ignored
            Present so that all models are called alike.

        Returns
        -------
        dict of str to tensor
        """
        h = self.encode(x)
        stated = self.maths == "stated"
        terms = {
            "error": losses.squared_error(x, self.decode(h)),
            "kl": self.kl_weight * losses.kl_sparsity(h, rate="clamped" if stated else "raw"),
            "l1": self.l1_weight * losses.l1(h, reduction="sum" if stated else "mean"),
        }
        if self.disentangle:
            terms["covariance"] = self.disentangle * losses.covariance(h)
        return terms

    def forward(self, x, noise=None):
        """The loss on one batch."""
        return sum(self.loss_terms(x, noise).values())


class SparseVariationalAutoencoder(SparseAutoencoder):
    """Sparse variational autoencoder (section 3.2.3), with the decoder tied to the means.

    Parameters
    ----------
    log_var : {"learned", "zero"}
        The paper learns the log-variance; the released code holds it at zero.
    reduction : {"mean", "sum"}
        Of the squared error over the inputs. The paper writes MSE; with its mean, one unit of
        error costs 135 times less than in the sum that a variational bound asks for.
    beta, l1_weight : float
        1.0 in the paper; 0.1 in the released code.
    """

    noisy = True

    def __init__(
        self,
        inputs=135,
        latent=LATENT,
        *,
        log_var="learned",
        reduction="mean",
        beta=1.0,
        l1_weight=0.1,
        maths="stated",
        generator=None,
    ):
        super().__init__(inputs, latent, maths=maths, l1_weight=l1_weight, generator=generator)
        self.beta, self.reduction = beta, reduction
        self.learned = log_var == "learned"
        if self.learned:
            self.log_var_weight = nn.Parameter(_initial_weight(latent, inputs, maths, generator))
            self.log_var_bias = nn.Parameter(torch.zeros(latent))

    def encode(self, x):
        """Means of the latent; the code's noise-free representation."""
        return _affine(x, self.weight.mT, self.encoder_bias)

    def log_variance(self, x):
        """Log-variances of the latent, (batch, latent)."""
        if self.learned:
            return _affine(x, self.log_var_weight.mT, self.log_var_bias)
        return x.new_zeros(*x.shape[:-1], self.weight.shape[-2])

    def loss_terms(self, x, noise=None):
        """Weighted terms of the loss; ``noise`` (batch, latent) from N(0, 1), zero if None."""
        mu, log_var = self.encode(x), self.log_variance(x)
        z = mu if noise is None else mu + noise * torch.exp(0.5 * log_var)
        return {
            "error": losses.squared_error(x, self.decode(z), reduction=self.reduction),
            "gaussian_kl": self.beta * losses.gaussian_kl(mu, log_var),
            "l1": self.l1_weight * losses.l1(z),
        }


class TopKAutoencoder(SparseAutoencoder):
    """Top-k sparse autoencoder: only the ``k`` largest activations of an input are kept.

    The number of active units is then exact and no penalty shrinks them, as in recent work on
    language models (Gao et al. 2024; Makhzani and Frey 2013). Not part of the paper.
    """

    def __init__(self, inputs=135, latent=LATENT, *, k=8, maths="stated", generator=None):
        super().__init__(inputs, latent, maths=maths, generator=generator)
        self.k = k

    def encode(self, x):
        """Activations of a batch, at most ``k`` of them above zero in a row."""
        h = super().encode(x)
        kept = h.topk(self.k, dim=-1)
        return torch.zeros_like(h).scatter(-1, kept.indices, kept.values)

    def loss_terms(self, x, noise=None):
        """Only the squared error."""
        return {"error": losses.squared_error(x, self.decode(self.encode(x)))}


def build(model, inputs=135, latent=LATENT, *, maths="stated", generator=None, **options):
    """One of the models by its name in the experiments.

    Parameters
    ----------
    model : {"sae", "disent", "svae", "svae_sum", "topk"}
        ``svae`` has the mean reduction that the paper writes, ``svae_sum`` the sum.
    maths : {"stated", "released"}
        For ``svae``/``svae_sum``, ``released`` holds the log-variance at zero.
    **options
        Handed to the class.
    """
    common = {"maths": maths, "generator": generator}
    if model == "sae":
        return SparseAutoencoder(inputs, latent, **common, **options)
    if model == "disent":
        return SparseAutoencoder(inputs, latent, disentangle=0.1, **common, **options)
    if model in ("svae", "svae_sum"):
        reduction = "sum" if model == "svae_sum" else "mean"
        log_var = "learned" if maths == "stated" else "zero"
        return SparseVariationalAutoencoder(
            inputs, latent, log_var=log_var, reduction=reduction, **common, **options
        )
    if model == "topk":
        return TopKAutoencoder(inputs, latent, **common, **options)
    raise ValueError(f"unknown model {model!r}; one of sae, disent, svae, svae_sum, topk")


def _affine(x, weight, bias):
    """``x @ weight + bias`` in one step, for one model or for many side by side."""
    return (torch.addmm if x.ndim == 2 else torch.baddbmm)(bias, x, weight)


def _initial_weight(latent, inputs, maths, generator):
    noise = torch.randn(latent, inputs, generator=generator)
    if maths == "released":
        return noise / math.sqrt(inputs)
    # Xavier (normal): variance 2 / (fan in + fan out).
    return noise * math.sqrt(2.0 / (latent + inputs))
