"""Maps, gradients and likeness of spaces against planted truth and second implementations."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from gaitnb.errors import ParameterError
from gaitnb.papers.latent_motion import space


def people(n_people, n_trials):
    return np.repeat([f"subject {i:02d}" for i in range(n_people)], n_trials)


def test_variance_shares_equal_scikit_learn():
    X = np.random.default_rng(0).normal(size=(50, 6)) * np.arange(1, 7)
    np.testing.assert_allclose(space.variance_shares(X), PCA().fit(X).explained_variance_ratio_)
    with pytest.raises(ParameterError, match="all rows are equal"):
        space.variance_shares(np.ones((4, 3)))


def test_tsne_unrolls_a_line_and_repeats_itself():
    rng = np.random.default_rng(1)
    place = np.sort(rng.random(200))
    X = np.column_stack([np.cos(3 * place), np.sin(3 * place), place]) + 0.005 * rng.normal(
        size=(200, 3)
    )
    first = space.tsne_embedding(X, perplexity=20, seed=3)
    np.testing.assert_array_equal(first, space.tsne_embedding(X, perplexity=20, seed=3))
    assert space.trustworthiness(X, first) > 0.95
    assert space.neighbour_r2(first, place, people(40, 5)) > 0.98
    with pytest.raises(ParameterError, match="more rows than its perplexity 30, found 10"):
        space.tsne_embedding(X[:10])


def test_trustworthiness_of_a_shuffled_map_is_that_of_chance():
    rng = np.random.default_rng(2)
    X = rng.normal(size=(300, 2))
    assert space.trustworthiness(X, X) == pytest.approx(1)
    assert space.trustworthiness(X, rng.permutation(X)) == pytest.approx(0.5, abs=0.05)
    thinned = space.trustworthiness(X, X, max_rows=100)
    assert thinned == pytest.approx(1)


def test_islands_of_people_know_their_own_speed_but_not_that_of_others():
    rng = np.random.default_rng(3)
    subject = people(30, 20)
    # A map that places people anywhere, and a speed that is each person's own.
    points = np.repeat(rng.normal(size=(30, 2)) * 10, 20, axis=0) + 0.1 * rng.normal(size=(600, 2))
    speed = np.repeat(rng.normal(1.5, 0.2, 30), 20) + 0.01 * rng.normal(size=600)
    assert space.neighbour_r2(points, speed, subject, exclude_person=False) > 0.95
    assert space.neighbour_r2(points, speed, subject) < 0.1


def test_neighbours_equal_an_explicit_search():
    rng = np.random.default_rng(4)
    points, speed, subject = rng.normal(size=(60, 2)), rng.normal(size=60), people(12, 5)
    distance = np.linalg.norm(points[:, None] - points, axis=2)
    distance[subject[:, None] == subject] = np.inf
    estimate = speed[np.argsort(distance, axis=1)[:, :4]].mean(axis=1)
    others = np.array([speed[subject != person].mean() for person in subject])
    expected = 1 - np.sum((speed - estimate) ** 2) / np.sum((speed - others) ** 2)
    assert space.neighbour_r2(points, speed, subject, n_neighbors=4) == pytest.approx(expected)


def test_gradient_table_tells_gradient_pattern_and_noise_apart():
    rng = np.random.default_rng(5)
    subject = people(80, 5)
    points = np.repeat(rng.uniform(-1, 1, (80, 2)), 5, axis=0) + 0.02 * rng.normal(size=(400, 2))
    person_noise = np.repeat(rng.normal(size=80), 5)
    person_noise[:5] = np.nan
    table = space.gradient_clarity(
        points,
        {
            "speed": points[:, 0] + 0.2 * rng.normal(size=400),
            "ring": np.linalg.norm(points, axis=1),
            "age": person_noise,
            "constant": np.ones(400),
        },
        subject,
    )
    assert table.loc["speed", "r2_people"] > 0.7 and table.loc["speed", "r2_linear"] > 0.8
    assert table.loc["ring", "r2_people"] > 0.5 and table.loc["ring", "r2_linear"] < 0.1
    assert table.loc["age", "r2_trials"] > 0.2 > table.loc["age", "r2_people"]
    assert table.loc["age", "n"] == 395 and table.loc["age", "n_people"] == 79
    assert np.isnan(table.loc["constant", "r2_people"])


@pytest.mark.parametrize("debiased", [False, True])
def test_cka_equals_the_gram_matrix_definition(debiased):
    rng = np.random.default_rng(6)
    A = rng.normal(size=(40, 7)) + 2
    B = np.maximum(A @ rng.normal(size=(7, 5)), 0)

    def hsic(K, L):
        n = len(K)
        if not debiased:
            centre = np.eye(n) - 1 / n
            return np.trace(centre @ K @ centre @ L)
        K, L = K - np.diag(np.diag(K)), L - np.diag(np.diag(L))
        one = np.ones(n)
        mixed = (one @ K @ one) * (one @ L @ one) / ((n - 1) * (n - 2))
        return np.trace(K @ L) + mixed - 2 / (n - 2) * (one @ K @ L @ one)

    K, L = A @ A.T, B @ B.T
    expected = hsic(K, L) / np.sqrt(hsic(K, K) * hsic(L, L))
    assert space.linear_cka(A, B, debiased) == pytest.approx(expected)


def test_cka_does_not_see_rotation_shift_or_scale_but_sees_stretching():
    rng = np.random.default_rng(7)
    A = rng.normal(size=(200, 6)) * np.arange(1, 7)
    rotation = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    for debiased in (False, True):
        assert space.linear_cka(A, 3 * A @ rotation + 5, debiased) == pytest.approx(1)
        assert space.linear_cka(A, A * [30, 1, 1, 1, 1, 1], debiased) < 0.3


def test_debiasing_takes_away_the_likeness_of_unrelated_wide_spaces():
    rng = np.random.default_rng(8)
    A, B = rng.normal(size=(100, 100)), rng.normal(size=(100, 100))
    assert space.linear_cka(A, B, debiased=False) > 0.4
    assert abs(space.linear_cka(A, B)) < 0.05
    chance = space.cka_chance(A, A + 0.1 * B, n_permutations=30)
    assert abs(chance["mean"]) < 0.02 < chance["q95"] + 0.02
    assert space.linear_cka(A, A + 0.1 * B) > 0.95


def test_spaces_that_cannot_be_compared():
    with pytest.raises(ParameterError, match="B must have 3 rows like A, found 4"):
        space.linear_cka(np.ones((3, 2)), np.ones((4, 2)))
    with pytest.raises(ParameterError, match="vary over the inputs"):
        space.linear_cka(np.ones((5, 2)), np.ones((5, 2)))
    with pytest.raises(ParameterError, match="10 neighbours were asked of 3 rows"):
        space.neighbour_r2(np.zeros((6, 2)), np.arange(6.0), people(2, 3))
    with pytest.raises(ParameterError, match="at least two people"):
        space.neighbour_r2(np.zeros((6, 2)), [1.0, 2, 3, np.nan, np.nan, np.nan], people(2, 3))
