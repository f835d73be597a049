"""Probes and anomaly scores against planted truth, chance and closed forms."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import norm
from sklearn.covariance import LedoitWolf
from sklearn.linear_model import LinearRegression

from gaitnb.errors import ParameterError
from gaitnb.papers.latent_motion import probes
from gaitnb.stats import permute_people


def people(n_people, n_trials):
    return np.repeat([f"subject {i:02d}" for i in range(n_people)], n_trials)


def planted(rng, n_people=30, n_trials=10, d=20, noise=0.5):
    """A representation with one direction for speed and one for a two-class condition."""
    subject = people(n_people, n_trials)
    speed = np.repeat(rng.normal(1.4, 0.3, n_people), n_trials) + 0.1 * rng.normal(
        size=len(subject)
    )
    ill = np.repeat(np.arange(n_people) % 2, n_trials)
    directions = np.linalg.qr(rng.normal(size=(d, 2)))[0].T
    X = np.outer(speed * 3, directions[0]) + np.outer(ill * 2, directions[1])
    return X + noise * rng.normal(size=X.shape), speed, np.where(ill, "knee", "healthy"), subject


def test_regression_reaches_the_planted_ceiling():
    X, speed, _, subject = planted(np.random.default_rng(0), n_people=300)
    found = probes.linear_probe(X, speed, subject)
    # The best linear reading has the noise .5/3 along the direction.
    ceiling = 1 - (0.5 / 3) ** 2 / ((0.5 / 3) ** 2 + speed.var())
    assert found["r2"] == pytest.approx(ceiling, abs=0.02)
    assert found["mae"] < 0.6 * found["mae_constant"]
    assert found["mae_constant"] == pytest.approx(np.mean(np.abs(speed - speed.mean())), rel=0.1)


def test_classification_reaches_the_planted_ceiling():
    X, _, group, subject = planted(np.random.default_rng(1))
    found = probes.linear_probe(X, group, subject, kind="classification")
    # Two means 2 apart with noise .5: optimal accuracy is Phi(2).
    assert found["balanced_accuracy"] == pytest.approx(norm.cdf(2), abs=0.04)
    assert found["auc"] > 0.97
    assert found["balanced_accuracy_constant"] == 0.5
    assert found["accuracy_constant"] == pytest.approx(0.5, abs=0.1)


def test_several_classes_of_unequal_size():
    rng = np.random.default_rng(2)
    kinds = np.repeat(["a"] * 20 + ["b"] * 6 + ["c"] * 4, 5)
    X = np.array([[0, 0], [6, 0], [0, 6]])[np.searchsorted(["a", "b", "c"], kinds)]
    found = probes.linear_probe(
        X + rng.normal(size=X.shape), kinds, people(30, 5), "classification", penalties=(1.0,)
    )
    assert found["balanced_accuracy"] > 0.95 and found["auc"] > 0.99
    assert found["accuracy_constant"] == pytest.approx(20 / 30)
    assert found["balanced_accuracy_constant"] == pytest.approx(1 / 3)


def test_labels_of_exchanged_people_are_read_at_chance():
    rng = np.random.default_rng(3)
    X, speed, group, subject = planted(rng, n_people=40)
    X += np.repeat(2 * rng.normal(size=(40, 20)), 10, axis=0)  # people are easy to recognise
    r2, auc = [], []
    for seed in range(8):
        shuffled = permute_people(speed, subject, seed)
        r2.append(probes.linear_probe(X, shuffled, subject, penalties=(100.0,))["r2"])
        shuffled = permute_people(group, subject, seed)
        auc.append(probes.linear_probe(X, shuffled, subject, "classification", penalties=(100,)))
    assert np.mean(r2) < 0.1
    assert np.mean([a["auc"] for a in auc]) == pytest.approx(0.5, abs=0.12)
    assert np.mean([a["balanced_accuracy"] for a in auc]) == pytest.approx(0.5, abs=0.12)


def test_people_left_out_one_by_one_when_there_are_few_and_nan_left_out():
    X, speed, _, subject = planted(np.random.default_rng(4), n_people=5)
    speed[:7] = np.nan
    found = probes.linear_probe(X, speed, subject, penalties=(1.0,))
    assert found["n"] == 43 and found["n_people"] == 5
    np.testing.assert_array_equal(found["rows"], np.arange(7, 50))
    # By hand: scale and ridge on the others, for each person.
    expected = np.empty(43)
    Z, y, who = X[7:], speed[7:], subject[7:]
    for person in np.unique(who):
        train = who != person
        mean, sd = Z[train].mean(0), Z[train].std(0)
        A = (Z[train] - mean) / sd
        w = np.linalg.solve(A.T @ A + np.eye(20), A.T @ (y[train] - y[train].mean()))
        expected[~train] = (Z[~train] - mean) / sd @ w + y[train].mean()
    np.testing.assert_allclose(found["estimate"], expected)


def test_penalty_is_chosen_where_it_matters():
    rng = np.random.default_rng(5)
    X, speed, _, subject = planted(rng, n_people=12, n_trials=4, d=60, noise=1.0)
    chosen = probes.linear_probe(X, speed, subject)["r2"]
    weak = probes.linear_probe(X, speed, subject, penalties=(1e-6,))["r2"]
    strong = probes.linear_probe(X, speed, subject, penalties=(1e6,))["r2"]
    assert chosen > weak and chosen > strong


def test_same_seed_same_probe():
    X, speed, _, subject = planted(np.random.default_rng(6))
    first = probes.linear_probe(X, speed, subject, seed=1)["r2"]
    assert first == probes.linear_probe(X, speed, subject, seed=1)["r2"]
    assert first != probes.linear_probe(X, speed, subject, seed=2)["r2"]


def test_removed_direction_hides_speed_and_keeps_the_condition():
    rng = np.random.default_rng(7)
    X, speed, group, subject = planted(rng, n_people=60)
    train = np.arange(300)
    direction, centre = probes.attribute_direction(X[train], speed[train])
    without = probes.remove_direction(X, direction, centre)
    assert np.linalg.norm(direction) == pytest.approx(1)
    # On the rows of the fit no linear model is left anything, by algebra.
    fit = LinearRegression().fit(without[train], speed[train])
    assert fit.score(without[train], speed[train]) == pytest.approx(0, abs=1e-10)
    assert LinearRegression().fit(X[train], speed[train]).score(X[train], speed[train]) > 0.6
    # On other people almost nothing is left, and the condition is still there.
    test = np.arange(300, 600)
    left = probes.linear_probe(without[test], speed[test], subject[test])["r2"]
    assert left < 0.2
    found = probes.linear_probe(without[test], group[test], subject[test], "classification")
    assert found["balanced_accuracy"] > 0.9


def test_diagonal_and_full_distance_against_their_definitions():
    rng = np.random.default_rng(8)
    H = rng.normal(size=(300, 5)) @ rng.normal(size=(5, 5)) + 3
    H = np.column_stack([H, np.zeros(300)])  # a dead unit
    healthy = np.arange(200)
    table = probes.anomaly_scores(H, healthy, error=np.arange(300))
    z = (H[:, :5] - H[:200, :5].mean(0)) / H[:200, :5].std(0)
    np.testing.assert_allclose(table["diagonal_z"], np.sqrt(np.mean(z**2, axis=1)))
    covariance = LedoitWolf().fit(z[:200]).covariance_
    expected = cdist(z, np.zeros((1, 5)), "mahalanobis", VI=np.linalg.inv(covariance))[:, 0]
    np.testing.assert_allclose(table["mahalanobis"], expected)
    # With many rows the shrinkage vanishes and d^2 has the mean of its chi-squared, 5.
    assert np.mean(table["mahalanobis"][200:] ** 2) == pytest.approx(5, rel=0.2)
    assert table["reconstruction"].tolist() == list(range(300))
    as_mask = probes.anomaly_scores(H, np.arange(300) < 200)
    np.testing.assert_array_equal(as_mask["mahalanobis"], table["mahalanobis"])


def test_auc_of_planted_distance_and_of_none():
    rng = np.random.default_rng(9)
    kinds = np.array(["healthy"] * 150 + ["knee"] * 100 + ["hip"] * 100)
    value = rng.normal(size=350) + np.where(kinds == "knee", 1.5, 0)
    subject, group = people_of(350, 3), np.repeat(kinds, 3)
    score = np.repeat(value, 3) + np.tile([-0.1, 0, 0.1], 350)
    table = probes.score_auc(score, group, subject, n_samples=300)
    assert table.loc["knee", "auc"] == pytest.approx(norm.cdf(1.5 / np.sqrt(2)), abs=0.05)
    assert table.loc["hip", "low"] < 0.5 < table.loc["hip", "high"]
    assert table.loc["knee", "low"] > 0.75
    assert table.loc["any", "n_people"] == 200 and table.loc["any", "n_healthy"] == 150
    assert table.loc["hip", "auc"] < table.loc["any", "auc"] < table.loc["knee", "auc"]
    # The width follows Hanley and McNeil's standard error over people, not over rows.
    a, m, n = table.loc["knee", "auc"], 100, 150
    q1, q2 = a / (2 - a), 2 * a**2 / (1 + a)
    se = np.sqrt((a * (1 - a) + (m - 1) * (q1 - a**2) + (n - 1) * (q2 - a**2)) / (m * n))
    assert table.loc["knee", "high"] - table.loc["knee", "low"] == pytest.approx(3.92 * se, rel=0.2)


def people_of(n_people, n_trials):
    return np.repeat([f"subject {i:03d}" for i in range(n_people)], n_trials)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda X, y, s: probes.linear_probe(X, y, s, kind="rank"), "found 'rank'"),
        (lambda X, y, s: probes.linear_probe(X, y[:5], s), "y must have 40 rows like X, found 5"),
        (
            lambda X, y, s: probes.linear_probe(X, np.full(40, "a"), s, "classification"),
            "two classes, found 1",
        ),
        (
            lambda X, y, s: probes.linear_probe(
                X, np.where(s == s[0], "a", "b"), s, "classification"
            ),
            "every class needs two people",
        ),
        (lambda X, y, s: probes.attribute_direction(X, np.ones(40)), "attribute differs"),
        (lambda X, y, s: probes.anomaly_scores(X, []), "three different healthy rows"),
        (lambda X, y, s: probes.score_auc(y, np.full(40, "knee"), s), "class 'healthy'"),
        (
            lambda X, y, s: probes.score_auc(y, np.tile(["healthy", "knee"], 20), s),
            "^'subject 00' is in several classes: healthy, knee",
        ),
    ],
)
def test_bad_input_is_named(call, message):
    rng = np.random.default_rng(10)
    with pytest.raises(ParameterError, match=message):
        call(rng.normal(size=(40, 3)), rng.normal(size=40), people(10, 4))
