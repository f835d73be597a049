"""The models against numpy, and their sizes against what the paper's layers must have."""

import numpy as np
import pytest
import torch

from gaitnb.papers.latent_motion.model import (
    SparseAutoencoder,
    SparseVariationalAutoencoder,
    TopKAutoencoder,
    build,
)


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def arrays(model):
    return {name: p.detach().numpy().astype(float) for name, p in model.named_parameters()}


@pytest.fixture
def x():
    return torch.randn(32, 135, generator=generator(9))


@pytest.mark.parametrize(
    ("name", "maths", "count"),
    [
        ("sae", "stated", 100 * 135 + 100 + 135),
        ("disent", "stated", 13_735),
        ("topk", "stated", 13_735),
        ("svae_sum", "released", 13_735),  # log-variance held at zero
        ("svae", "stated", 13_735 + 100 * 135 + 100),
    ],
)
def test_number_of_parameters(name, maths, count):
    assert sum(p.numel() for p in build(name, maths=maths).parameters()) == count


def test_encoder_and_decoder_share_one_matrix(x):
    model = build("sae", generator=generator())
    w = arrays(model)
    h = np.maximum(x.numpy() @ w["weight"].T + w["encoder_bias"], 0)
    np.testing.assert_allclose(model.encode(x).detach().numpy(), h, atol=1e-5)
    np.testing.assert_allclose(
        model.decode(model.encode(x)).detach().numpy(),
        h @ w["weight"] + w["decoder_bias"],
        atol=1e-5,
    )
    assert set(w) == {"weight", "encoder_bias", "decoder_bias"}
    with torch.no_grad():
        model.weight.zero_()
    assert not model.encode(x).any() and not model.decode(torch.ones(1, 100)).any()


def numpy_terms(model, x, noise):
    """The losses written again, in numpy, from the paper's and the code's formulas."""
    w, x, n = arrays(model), x.numpy().astype(float), len(x)
    pre = x @ w["weight"].T + w["encoder_bias"]
    if isinstance(model, SparseVariationalAutoencoder):
        log_var = 0 * pre
        if "log_var_weight" in w:
            log_var = x @ w["log_var_weight"].T + w["log_var_bias"]
        z = pre + noise.numpy() * np.sqrt(np.exp(log_var))
        error = ((x - z @ w["weight"] - w["decoder_bias"]) ** 2).sum() / n
        return {
            "error": error / (135 if model.reduction == "mean" else 1),
            "gaussian_kl": 0.5 * (np.exp(log_var) + pre**2 - 1 - log_var).sum() / n,
            "l1": 0.1 * np.abs(z).sum() / n,
        }
    h = np.maximum(pre, 0)
    if isinstance(model, TopKAutoencoder):
        h = np.where(h >= np.sort(h, axis=1)[:, [-model.k]], h, 0)
    terms = {"error": ((x - h @ w["weight"] - w["decoder_bias"]) ** 2).mean()}
    if isinstance(model, TopKAutoencoder):
        return terms
    rate = h.mean(0)
    if model.maths == "stated":
        rate = np.clip(rate, 1e-4, 1 - 1e-4)
    kl = 0.05 * np.log(0.05 / rate) + 0.95 * np.log(0.95 / (1 - rate))
    terms["kl"] = 0.1 * kl.sum()
    terms["l1"] = 0.1 * h.sum() / n / (1 if model.maths == "stated" else 100)
    if model.disentangle:
        cov = np.cov(h.T)
        terms["covariance"] = 0.1 * ((cov**2).sum() - (np.diag(cov) ** 2).sum())
    return terms


@pytest.mark.parametrize("maths", ["stated", "released"])
@pytest.mark.parametrize("name", ["sae", "disent", "svae", "svae_sum", "topk"])
def test_losses_equal_a_second_implementation(name, maths, x):
    model = build(name, maths=maths, generator=generator())
    noise = torch.randn(32, 100, generator=generator(3))
    found = {k: v.item() for k, v in model.loss_terms(x, noise).items()}
    expected = numpy_terms(model, x, noise)
    assert found.keys() == expected.keys()
    assert found == pytest.approx(expected, rel=1e-4)
    assert model(x, noise).item() == pytest.approx(sum(expected.values()), rel=1e-4)


def test_without_noise_the_sample_is_the_mean(x):
    model = build("svae", generator=generator())
    still, zero = (model.loss_terms(x, n) for n in (None, torch.zeros(32, 100)))
    assert {k: v.item() for k, v in still.items()} == {k: v.item() for k, v in zero.items()}
    assert model(x, None).item() != model(x, torch.ones(32, 100)).item()


@pytest.mark.parametrize("k", [1, 4, 16])
def test_top_k_keeps_exactly_the_k_largest(k, x):
    model = build("topk", k=k, generator=generator())
    dense = SparseAutoencoder.encode(model, x).detach().numpy()
    assert ((dense > 0).sum(1) >= 16).all()
    kept = model.encode(x).detach().numpy()
    assert ((kept > 0).sum(1) == k).all()
    np.testing.assert_allclose(np.sort(kept)[:, -k:], np.sort(dense)[:, -k:])
    np.testing.assert_array_equal(kept[kept > 0], dense[kept > 0])


def test_initial_weights_have_the_stated_and_the_released_spread():
    for maths, spread in {"stated": np.sqrt(2 / 235), "released": 1 / np.sqrt(135)}.items():
        model = build("sae", maths=maths, generator=generator())
        assert model.weight.std().item() == pytest.approx(spread, rel=0.03)
        assert not model.encoder_bias.any() and not model.decoder_bias.any()


def test_a_generator_decides_the_weights():
    first, again, other = (build("svae", generator=generator(s)) for s in (1, 1, 2))
    assert torch.equal(first.log_var_weight, again.log_var_weight)
    assert not torch.equal(first.weight, other.weight)
    assert not torch.equal(first.weight, first.log_var_weight)


def test_names_choose_the_model():
    assert build("disent").disentangle == 0.1 and build("sae").disentangle == 0
    assert build("svae").reduction == "mean" and build("svae_sum").reduction == "sum"
    assert build("svae").learned and not build("svae", maths="released").learned
    with pytest.raises(ValueError, match="unknown model 'vae'; one of sae, disent"):
        build("vae")
