"""Activity, modes, redundancy and importance of units against planted truth."""

import diptest
import numpy as np
import pytest

from gaitnb.errors import ParameterError
from gaitnb.papers.latent_motion import features


def people(n_people, n_trials):
    return np.repeat([f"subject {i:02d}" for i in range(n_people)], n_trials)


def test_rates_by_hand():
    H = np.array([[0.0, 1.0, -1.0, 0.02], [0.0, 2.0, 1.0, 1.0], [0.0, 3.0, 1.0, 0.0]])
    units = features.activation_rates(H)
    np.testing.assert_allclose(units["rate"], [0, 1, 1, 2 / 3])
    np.testing.assert_allclose(units["rate_positive"], [0, 1, 2 / 3, 2 / 3])
    np.testing.assert_allclose(units["rate_relative"], [0, 1, 1, 1 / 3])  # .02 < 5 % of 1
    np.testing.assert_allclose(units["mean_activation"], [0, 2, 1 / 3, 0.34])
    assert units["dead"].tolist() == [True, False, False, False]
    assert units["always_on"].tolist() == [False, True, True, False]
    assert features.active_units(H).tolist() == [3, 3, 2]
    assert features.active_units(H, threshold=0.5).tolist() == [2, 3, 2]
    found = features.sparsity(H)
    assert found["n_dead"] == 1 and found["n_always_on"] == 2
    assert found["l0"] == pytest.approx(8 / 3)


def test_equal_mean_activation_can_hide_opposite_sparsity():
    # Both layers satisfy the KL term (mean .05); one acts rarely and strongly, one always weakly.
    rng = np.random.default_rng(0)
    rare = np.where(rng.random((4000, 30)) < 0.05, 1.0, 0.0)
    weak = np.full((4000, 30), 0.05)
    a, b = features.sparsity(rare), features.sparsity(weak)
    assert a["mean_activation"] == pytest.approx(b["mean_activation"], abs=0.003)
    assert a["rate_mean"] == pytest.approx(0.05, abs=0.003) and b["rate_mean"] == 1
    for found in (a, b):
        assert found["rate_mean"] == pytest.approx(found["share_mean"])
    # Binomial spread of the share per input, which the rate per unit does not show.
    assert a["share_sd"] == pytest.approx(np.sqrt(0.05 * 0.95 / 30), rel=0.05)
    assert a["rate_sd"] == pytest.approx(np.sqrt(0.05 * 0.95 / 4000), rel=0.4)


def test_dip_test_separates_mixtures_from_single_modes():
    rng = np.random.default_rng(1)
    n, subject = 600, people(30, 20)
    presence = rng.random(n) < 0.5
    H = np.column_stack(
        [
            np.where(presence, 5.0, 0.0) + rng.normal(size=n),  # two modes within everybody
            rng.normal(size=n),
            np.maximum(rng.normal(size=n), 0),  # spike at zero and a falling tail: one mode
            np.where(presence, rng.normal(3, 0.3, n), 0.0),  # zero, or around three
            np.repeat(np.where(np.arange(30) < 15, 0.0, 6.0), 20) + rng.normal(size=n),  # people
            np.zeros(n),
        ]
    )
    found = features.bimodal_features(H, subject)
    assert found["bimodal"].tolist() == [True, False, False, True, True, False]
    assert found["bimodal_within"].tolist() == [True, False, False, True, False, False]
    assert found["share_between"][4] > 0.8 > 0.2 > found["share_between"][0]
    assert found["p_people"][4] < 0.01 < found["p_people"][0]
    assert np.isnan(found["p"][5])
    assert found["dip"][0] == pytest.approx(diptest.dipstat(H[:, 0]))


def test_dip_test_keeps_its_level_over_many_units():
    rng = np.random.default_rng(2)
    H = rng.normal(size=(300, 200))
    found = features.bimodal_features(H, people(10, 30))
    assert found["bimodal"].sum() <= 1
    assert np.mean(found["p"] < 0.05) < 0.05  # conservative: the null is the uniform density


def test_unit_that_is_constant_in_each_person_has_no_within_test():
    H = np.repeat(np.random.default_rng(3).normal(size=(10, 1)), 5, axis=0)
    found = features.bimodal_features(H, people(10, 5))
    assert found["share_between"][0] == pytest.approx(1)
    assert np.isnan(found["p_within_adjusted"][0]) and not found["bimodal_within"][0]


def test_correlations_find_the_planted_pair_and_leave_out_dead_units():
    rng = np.random.default_rng(4)
    H = rng.normal(size=(5000, 6))
    H[:, 1] = -(0.8 * H[:, 0] + 0.6 * H[:, 1])
    H[:, 5] = 0.0
    found = features.feature_correlations(H)
    assert found["max"] == pytest.approx(0.8, abs=0.02)
    assert found["n_units"] == 5 and len(found["values"]) == 10
    assert found["median"] < 0.05
    assert np.isnan(features.feature_correlations(np.zeros((5, 3)))["max"])


def test_importance_of_known_variances():
    rng = np.random.default_rng(5)
    H = rng.normal(size=(20000, 4)) * np.sqrt([0.7, 0.1, 0.1, 0.1])
    found = features.importance(H, n_permutations=0)
    share = np.array([0.7, 0.1, 0.1, 0.1])
    np.testing.assert_allclose(found["share"], share, atol=0.01)
    entropy = -np.sum(share * np.log(share))
    assert found["entropy"] == pytest.approx(entropy / np.log(4), abs=0.01)
    assert found["effective_units"] == pytest.approx(np.exp(entropy), abs=0.05)
    pairs = np.abs(share[:, None] - share).sum() / (2 * 4**2 * share.mean())
    assert found["gini"] == pytest.approx(pairs, abs=0.01)
    assert found["cv"] == pytest.approx(share.std() / 0.25, abs=0.02)
    alone = features.importance(np.column_stack([H[:, 0], np.zeros(20000)]), n_permutations=0)
    assert alone["entropy"] == pytest.approx(0) and alone["gini"] == pytest.approx(0.5)


def test_uniformity_is_judged_with_people_as_blocks():
    rng = np.random.default_rng(6)
    subject = people(30, 16)
    # Equal units in the population; every person drives a few of them, so 480 rows are 30.
    H = np.repeat(rng.exponential(size=(30, 20)), 16, axis=0) * rng.normal(size=(480, 20))
    by_row, by_person = features.importance(H), features.importance(H, subject)
    assert by_row["cv"] == pytest.approx(by_person["cv"])
    assert by_person["cv_chance"] > 1.5 * by_row["cv_chance"]
    assert by_person["p_uniform"] > 0.05
    uneven = features.importance(H * np.linspace(0.2, 2, 20), subject)
    assert uneven["p_uniform"] < 0.01 and uneven["cv"] > uneven["cv_chance"]


def test_uniformity_test_keeps_its_level():
    rng = np.random.default_rng(7)
    p = [
        features.importance(rng.exponential(size=(60, 10)), n_permutations=99, seed=i)["p_uniform"]
        for i in range(200)
    ]
    assert 0.01 < np.mean(np.array(p) <= 0.05) < 0.10


@pytest.mark.parametrize(
    ("H", "message"),
    [
        (np.zeros(5), r"shape \(inputs, units\), found \(5,\)"),
        (np.array([[1.0, np.nan]]), "unit 1 has activations that are NaN"),
    ],
)
def test_bad_activations_are_named(H, message):
    with pytest.raises(ParameterError, match=message):
        features.activation_rates(H)


def test_nothing_to_share_out():
    with pytest.raises(ParameterError, match="no unit varies"):
        features.importance(np.ones((4, 3)))
