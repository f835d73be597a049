"""Clusters: planted blobs, a cloud without any, and the metadata behind them."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from gaitnb.errors import ParameterError
from gaitnb.papers.latent_motion import clusters


def people(n_people, n_trials):
    return np.repeat([f"subject {i:02d}" for i in range(n_people)], n_trials)


def blobs(rng, k=5, each=60, d=8, distance=8.0):
    """k planted clusters of unit spread at random places at least `distance` apart."""
    centres = [np.zeros(d)]
    while len(centres) < k:
        new = rng.normal(size=d) * distance
        if min(np.linalg.norm(new - c) for c in centres) > distance:
            centres.append(new)
    label = np.repeat(np.arange(k), each)
    return np.array(centres)[label] + rng.normal(size=(k * each, d)), label


@pytest.mark.parametrize("n_components", [None, 4])
def test_kmeans_finds_planted_blobs_and_numbers_them_along_the_first_component(n_components):
    X, label = blobs(np.random.default_rng(0))
    found = clusters.kmeans_clusters(X, 5, n_components)
    assert adjusted_rand_score(label, found) == 1
    centred = X - X.mean(axis=0)
    first = centred @ np.linalg.svd(centred, full_matrices=False)[2][0]
    places = [first[found == i].mean() for i in range(5)]
    assert (np.diff(places) > 0).all() or (np.diff(places) < 0).all()


@pytest.mark.parametrize("k", [1, 3, 5])
def test_gap_statistic_finds_the_planted_number(k):
    X, _ = blobs(np.random.default_rng(k), k=k)
    found = clusters.gap_statistic(X, n_references=10)
    assert found["k"] == k and found["settled"]
    assert found["gap"].shape == found["error"].shape == (8,)


def test_gap_statistic_of_a_long_gaussian_cloud_is_one():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(400, 10)) * [6, 3, 2, 1, 1, 0.5, 0.5, 0.2, 0.1, 0]
    assert clusters.gap_statistic(X, n_references=10)["k"] == 1


def test_gap_statistic_says_when_it_does_not_settle():
    # A closed curve leaves its box empty: the gap grows with every further cluster.
    angle = np.random.default_rng(9).uniform(0, 2 * np.pi, 500)
    ring = np.column_stack([np.cos(angle), np.sin(angle)])
    found = clusters.gap_statistic(np.column_stack([ring, ring**2]), n_references=10)
    assert not found["settled"] and found["k"] == 8
    verdict = clusters.continuous_or_clustered(ring, people(50, 10))["verdict"]
    assert verdict != "clustered"


def test_gap_of_an_evenly_filled_box_is_zero():
    X = np.random.default_rng(2).uniform(size=(500, 2)) * [5, 1]
    found = clusters.gap_statistic(X, n_references=20, n_init=10)
    # The box in principal axes is hardly larger than the data's own.
    assert np.abs(found["gap"]).max() < 0.1


def test_silhouette_of_two_points_by_hand():
    X = np.array([[0.0], [1.0], [10.0], [11.0]])
    # a = 1 within; b = mean distance to the other cluster.
    b = np.array([10.5, 9.5, 9.5, 10.5])
    expected = np.mean((b - 1) / b)
    assert clusters.silhouette(X, [0, 0, 1, 1]) == pytest.approx(expected)


def test_stability_is_high_for_blobs_low_for_a_ball():
    rng = np.random.default_rng(3)
    X, _ = blobs(rng)
    ball = rng.normal(size=(300, 8))
    assert clusters.cluster_stability(X, 5, n_samples=5) > 0.95
    assert clusters.cluster_stability(ball, 5, n_samples=5) < 0.6
    first = clusters.cluster_stability(ball, 5, n_samples=3, seed=4)
    assert first == clusters.cluster_stability(ball, 5, n_samples=3, seed=4)


def test_stability_over_people_is_lower_when_clusters_are_people():
    rng = np.random.default_rng(4)
    X = np.repeat(rng.normal(size=(12, 6)) * 10, 25, axis=0) + rng.normal(size=(300, 6))
    over_rows = clusters.cluster_stability(X, 12, n_samples=5, n_init=10)
    over_people = clusters.cluster_stability(X, 12, people(12, 25), n_samples=5, n_init=10)
    assert over_rows > 0.9 > over_people


def test_metadata_of_clusters():
    rng = np.random.default_rng(5)
    labels = np.repeat([0, 1, 2], 100)
    speed = labels + rng.normal(size=300) * 0.5
    age = rng.normal(size=300)
    age[::3] = np.nan
    table = clusters.clusters_against_metadata(
        labels,
        {
            "speed": speed,
            "same": labels.astype(float),
            "age": age,
            "subject": np.array(["a", "b", "c"])[labels],
            "side": rng.choice(["left", "right"], 300),
        },
    )
    # Variance between three means one apart is 2/3, within .25.
    assert table.loc["speed", "eta2"] == pytest.approx(0.667 / 0.917, abs=0.05)
    assert table.loc["same", "eta2"] == pytest.approx(1) == table.loc["same", "ami"]
    assert abs(table.loc["age", "eta2"]) < 0.05 and table.loc["age", "n"] == 200
    assert table.loc["subject", "ami"] == pytest.approx(1)
    assert np.isnan(table.loc["subject", "eta2"])
    assert abs(table.loc["side", "ami"]) < 0.02


def test_eta2_of_noise_is_zero_in_the_mean():
    rng = np.random.default_rng(6)
    found = [
        clusters.clusters_against_metadata(np.repeat([0, 1, 2, 3, 4], 6), {"x": x})["eta2"].iloc[0]
        for x in rng.normal(size=(300, 30))
    ]
    assert np.mean(found) == pytest.approx(0, abs=0.02)


def test_verdict_on_blobs_and_on_a_continuum():
    rng = np.random.default_rng(7)
    X, label = blobs(rng)
    subject = rng.permutation(people(30, 10))
    found = clusters.continuous_or_clustered(X, subject)
    assert found["verdict"] == "clustered" and found["gap_k"] == 5
    assert found["stability"] > 0.95 and abs(found["ami_people"]) < 0.1
    cloud = rng.normal(size=(300, 8)) * [10, 2, 1, 1, 1, 1, 1, 1]
    found = clusters.continuous_or_clustered(cloud, subject)
    assert found["verdict"] == "continuous" and found["gap_k"] == 1
    assert found["first_component"] == pytest.approx(100 / 110, abs=0.03)
    # The trap: slices of a continuum are "clearly separated" and stable as well.
    assert found["silhouette"] > 0.3 and found["stability"] > 0.6
    assert found["stability"] == pytest.approx(found["stability_null"], abs=0.25)
    again = clusters.continuous_or_clustered(cloud, subject)
    assert again == found


def test_rectified_continuum_is_no_clusters():
    rng = np.random.default_rng(8)
    H = np.maximum(rng.normal(size=(600, 4)) @ rng.normal(size=(4, 40)), 0)
    found = clusters.continuous_or_clustered(H, people(30, 20))
    assert found["silhouette"] > found["silhouette_null"]  # skewness alone does that
    assert found["verdict"] == "continuous"


def test_impossible_numbers_of_clusters():
    with pytest.raises(ParameterError, match=r"2\.\.3 \(distinct rows\), found 5"):
        clusters.kmeans_clusters(np.repeat(np.arange(3.0), 4)[:, None], 5)
    with pytest.raises(ParameterError, match="finite"):
        clusters.kmeans_clusters(np.full((6, 2), np.nan), 2)
