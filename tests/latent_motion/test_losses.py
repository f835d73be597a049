"""Each loss term against a number worked out by hand and against another library."""

import numpy as np
import pytest
import scipy.optimize
import scipy.stats
import torch

from gaitnb.papers.latent_motion import losses

H = torch.tensor([[1.0, 0.0, 0.2], [0.5, 0.4, 0.0], [0.0, 0.2, 0.1]], dtype=torch.float64)


def tensor(rng, *shape):
    return torch.as_tensor(rng.normal(size=shape))


def test_squared_error_by_hand():
    x, estimate = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[1.0, 0.0], [0.0, 3.0]])
    assert losses.squared_error(x, estimate).item() == pytest.approx((4 + 9 + 1) / 4)
    assert losses.squared_error(x, estimate, reduction="sum").item() == pytest.approx(14 / 2)


def test_sum_is_the_mean_times_the_inputs():
    rng = np.random.default_rng(0)
    x, estimate = tensor(rng, 32, 135), tensor(rng, 32, 135)
    mean, total = (losses.squared_error(x, estimate, reduction=r) for r in ("mean", "sum"))
    assert total.item() == pytest.approx(135 * mean.item())


def test_kl_sparsity_by_hand():
    h = torch.tensor([[0.4], [0.2]], dtype=torch.float64)  # mean activation 0.3
    by_hand = 0.05 * np.log(0.05 / 0.3) + 0.95 * np.log(0.95 / 0.7)
    assert losses.kl_sparsity(h).item() == pytest.approx(by_hand)
    assert by_hand == pytest.approx(0.20052, abs=1e-5)


@pytest.mark.parametrize("rate", ["raw", "clamped"])
@pytest.mark.parametrize("rho", [0.05, 0.2])
def test_kl_sparsity_equals_scipys_entropy_of_two_outcomes(rate, rho):
    h = torch.as_tensor(np.random.default_rng(1).uniform(0, 1, (32, 7)))
    mean = h.mean(0).numpy()
    expected = scipy.stats.entropy([[rho] * 7, [1 - rho] * 7], [mean, 1 - mean], axis=0).sum()
    assert losses.kl_sparsity(h, rho=rho, rate=rate).item() == pytest.approx(expected)
    at_target = torch.full((4, 3), rho, dtype=torch.float64)
    assert losses.kl_sparsity(at_target, rho=rho, rate=rate).item() == pytest.approx(0, abs=1e-6)


def test_kl_sparsity_of_a_raw_rate_above_one_is_not_a_number_and_pushes_upwards():
    h = torch.full((4, 1), 1.5, requires_grad=True)
    value = losses.kl_sparsity(h, rate="raw")
    value.backward()
    assert torch.isnan(value)
    assert torch.isfinite(h.grad).all() and (h.grad < 0).all()  # descent raises the activation


def test_kl_sparsity_of_a_silent_raw_rate_is_infinite():
    assert torch.isinf(losses.kl_sparsity(torch.zeros(4, 1), rate="raw"))


@pytest.mark.parametrize(("mean", "sign"), [(0.0, -1), (0.02, -1), (0.3, 1), (1.0, 1), (4.0, 1)])
def test_clamped_kl_is_finite_and_pulls_towards_the_target(mean, sign):
    h = torch.full((4, 1), mean, requires_grad=True)
    value = losses.kl_sparsity(h)
    value.backward()
    assert torch.isfinite(value) and value > 0
    assert torch.isfinite(h.grad).all() and (torch.sign(h.grad) == sign).all()


def test_clamped_kl_has_the_true_gradient_inside():
    h = np.random.default_rng(2).uniform(0.1, 0.9, (5, 3))

    def value(flat):
        return losses.kl_sparsity(torch.as_tensor(flat.reshape(5, 3))).item()

    variable = torch.as_tensor(h).requires_grad_()
    losses.kl_sparsity(variable).backward()
    numeric = scipy.optimize.approx_fprime(h.ravel(), value, 1e-7)
    np.testing.assert_allclose(variable.grad.numpy().ravel(), numeric, atol=1e-5)


def test_l1_by_hand():
    assert losses.l1(H).item() == pytest.approx((1.2 + 0.9 + 0.3) / 3)
    assert losses.l1(H, reduction="mean").item() == pytest.approx(2.4 / 9)
    assert losses.l1(-H).item() == pytest.approx(losses.l1(H).item())


def test_covariance_by_hand():
    h = torch.tensor([[0.0, 0.0], [2.0, 4.0]])  # covariance 2 * 1 * 2 / (2 - 1) = 4
    assert losses.covariance(h).item() == pytest.approx(4**2 + 4**2)


def test_covariance_equals_numpys():
    h = np.random.default_rng(3).normal(size=(32, 10)) @ np.random.default_rng(4).normal(
        size=(10, 10)
    )
    cov = np.cov(h.T)
    expected = (cov**2).sum() - (np.diag(cov) ** 2).sum()
    assert losses.covariance(torch.as_tensor(h)).item() == pytest.approx(expected)
    assert losses.covariance(torch.as_tensor(h + 7)).item() == pytest.approx(expected)


def test_uncorrelated_units_cost_nothing():
    h = torch.tensor([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
    assert losses.covariance(h).item() == pytest.approx(0, abs=1e-12)


def test_gaussian_kl_by_hand():
    mu, log_var = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, np.log(4.0)]])
    assert losses.gaussian_kl(mu, log_var).item() == pytest.approx(0.5 + 0.5 * (4 - 1 - np.log(4)))


def test_gaussian_kl_equals_torch_distributions():
    rng = np.random.default_rng(5)
    mu, log_var = tensor(rng, 32, 10), tensor(rng, 32, 10)
    normal = torch.distributions.Normal
    expected = torch.distributions.kl_divergence(
        normal(mu, (0.5 * log_var).exp()), normal(torch.zeros_like(mu), torch.ones_like(mu))
    )
    found = losses.gaussian_kl(mu, log_var).item()
    assert found == pytest.approx(expected.sum(1).mean().item())
    assert losses.gaussian_kl(0 * mu, 0 * log_var).item() == 0
