"""Wavelet coefficients of many curves: one matrix product against a loop over the rows."""

import numpy as np
import pytest
import pywt

from gaitnb.papers.latent_motion import wavelets

pytestmark = pytest.mark.filterwarnings("ignore:Level value")


def curves(n):
    return np.random.default_rng(0).normal(size=(n, 101))


def row_by_row(rows):
    """What one writes first, and what the paper's code does."""
    return np.array([np.concatenate(pywt.wavedec(row, "db5", level=4)) for row in rows])


def along_an_axis(rows):
    return np.concatenate(pywt.wavedec(rows, "db5", level=4, axis=-1), axis=-1)


WAYS = {"row by row": row_by_row, "axis": along_an_axis, "matrix": wavelets.forward}


@pytest.mark.benchmark(group="wavelets of (10,000, 101)")
@pytest.mark.parametrize("way", list(WAYS))
def test_forward(benchmark, way):
    rows = curves(10_000)
    benchmark.extra_info |= {"items": 10_000, "item": "curve", "reference": way == "row by row"}
    benchmark.extra_info |= {"target": 16} if way == "matrix" else {}
    found = benchmark(WAYS[way], rows)
    np.testing.assert_allclose(found[:50], row_by_row(rows[:50]), atol=1e-10)


@pytest.mark.benchmark(group="wavelets: number of curves")
@pytest.mark.parametrize("n", [1_000, 10_000, 88_190])
def test_number_of_curves(benchmark, n):
    benchmark.extra_info |= {"items": n, "item": "curve"}
    assert benchmark(wavelets.forward, curves(n)).shape == (n, 135)


@pytest.mark.benchmark(group="wavelets and back: number of curves")
@pytest.mark.parametrize("n", [1_000, 10_000, 88_190])
def test_inverse(benchmark, n):
    coefficients = wavelets.forward(curves(n))
    benchmark.extra_info |= {"items": n, "item": "curve"}
    assert benchmark(wavelets.inverse, coefficients).shape == (n, 101)
