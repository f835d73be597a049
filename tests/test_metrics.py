"""Errors and shares of variance against values by hand and scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from gaitnb import metrics
from gaitnb.errors import ParameterError


def test_equal_to_scikit_learn():
    rng = np.random.default_rng(0)
    true = rng.normal(size=(50, 4)) * [1, 2, 3, 4]
    estimate = true + rng.normal(size=true.shape)
    assert metrics.r2(true, estimate) == pytest.approx(
        r2_score(true, estimate, multioutput="variance_weighted")
    )
    assert metrics.mae(true, estimate) == pytest.approx(mean_absolute_error(true, estimate))
    np.testing.assert_allclose(
        metrics.rmse(true, estimate, axis=0),
        root_mean_squared_error(true, estimate, multioutput="raw_values"),
    )


def test_reference_of_the_training_people_is_the_zero():
    true = np.array([[2.0], [4.0]])
    assert metrics.r2(true, np.full_like(true, 1.0), reference=[1.0]) == 0
    assert metrics.r2(true, np.full_like(true, 3.0), reference=[1.0]) == pytest.approx(0.8)
    assert np.isnan(metrics.r2(np.ones(3), np.ones(3)))


def test_shapes_that_would_broadcast_are_refused():
    with pytest.raises(ParameterError, match=r"\(3,\) and \(3, 1\)"):
        metrics.rmse(np.zeros(3), np.zeros((3, 1)))
