"""The wavelet transform against PyWavelets row by row, and against its own inverse."""

import warnings

import numpy as np
import pytest
import pywt
from hypothesis import given, settings
from hypothesis import strategies as st

from gaitnb.papers.latent_motion import wavelets


def row_by_row(curves):
    """What one writes without thinking about speed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.array([np.concatenate(pywt.wavedec(c, "db5", level=4)) for c in curves])


@pytest.mark.parametrize(
    ("n_samples", "lengths"), [(101, [14, 14, 20, 32, 55]), (105, [15, 15, 21, 33, 57])]
)
def test_layout_is_a_partition_of_the_coefficients(n_samples, lengths):
    parts = wavelets.layout(n_samples)
    assert list(parts) == ["cA4", "cD4", "cD3", "cD2", "cD1"]
    assert [p.stop - p.start for p in parts.values()] == lengths
    covered = np.concatenate([np.arange(p.start, p.stop) for p in parts.values()])
    np.testing.assert_array_equal(covered, np.arange(sum(lengths)))


@pytest.mark.parametrize("n_samples", [101, 105, 64])
def test_forward_equals_pywavelets_row_by_row(n_samples):
    rng = np.random.default_rng(0)
    curves = np.cumsum(rng.normal(size=(20, n_samples)), axis=1)
    np.testing.assert_allclose(wavelets.forward(curves), row_by_row(curves), atol=1e-10)


def test_other_dimensions_are_kept():
    curves = np.random.default_rng(1).normal(size=(3, 2, 4, 101))
    found = wavelets.forward(curves)
    assert found.shape == (3, 2, 4, 135)
    np.testing.assert_allclose(found[1, 0, 3], row_by_row(curves[1, 0, 3:4])[0], atol=1e-10)
    np.testing.assert_allclose(wavelets.inverse(found), curves, atol=1e-10)


def test_inverse_equals_pywavelets_on_any_coefficients():
    coefficients = np.random.default_rng(2).normal(size=(5, 135))
    for row, curve in zip(coefficients, wavelets.inverse(coefficients), strict=True):
        bands = np.split(row, [14, 28, 48, 80])
        np.testing.assert_allclose(curve, pywt.waverec(bands, "db5")[:101], atol=1e-10)


@settings(max_examples=40, deadline=None)
@given(
    n_samples=st.integers(20, 150),
    scale=st.floats(1e-6, 1e6),
    seed=st.integers(0, 2**32 - 1),
    wavelet=st.sampled_from(["db5", "haar", "sym4"]),
    level=st.integers(1, 4),
)
def test_perfect_reconstruction(n_samples, scale, seed, wavelet, level):
    curves = scale * np.random.default_rng(seed).normal(size=(2, n_samples))
    kind = {"wavelet": wavelet, "level": level}
    back = wavelets.inverse(wavelets.forward(curves, **kind), n_samples, **kind)
    np.testing.assert_allclose(back, curves, atol=1e-9 * scale)


def test_a_constant_curve_has_no_detail():
    coefficients = wavelets.forward(np.full((1, 101), 1.3))
    approximation = wavelets.layout()["cA4"]
    # Four halvings, each a factor of sqrt(2).
    np.testing.assert_allclose(coefficients[:, approximation], 1.3 * 4, atol=1e-9)
    np.testing.assert_allclose(coefficients[:, approximation.stop :], 0, atol=1e-9)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_refused_with_their_row(bad):
    curves = np.zeros((6, 101))
    curves[4, 50] = curves[5, 3] = bad
    with pytest.raises(ValueError, match=r"2 curves hold NaN or inf \(first: row 4\)"):
        wavelets.forward(curves)


def test_a_wrong_number_of_coefficients_is_refused():
    with pytest.raises(ValueError, match="101 samples have 135 coefficients.*found 141"):
        wavelets.inverse(np.zeros((2, 141)))


def test_no_warning_reaches_the_user():
    wavelets._analysis_matrix.cache_clear()
    wavelets.layout.cache_clear()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        wavelets.forward(np.zeros((1, 101)))
        wavelets.layout()
