"""Baselines against closed forms and planted dictionaries."""

import numpy as np
import pytest

from gaitnb.errors import ParameterError
from gaitnb.papers.latent_motion import baselines


def test_pca_error_is_the_sum_of_the_left_out_singular_values():
    X = np.random.default_rng(0).normal(size=(60, 12)) * np.arange(1, 13)
    singular = np.linalg.svd(X - X.mean(axis=0), compute_uv=False)
    for rank in (1, 4, 12):
        error = np.sum((X - baselines.pca_reconstruct(X, X, rank)) ** 2)
        assert error == pytest.approx(np.sum(singular[rank:] ** 2), abs=1e-8)


def test_nmf_recovers_planted_parts_behind_a_shift():
    rng = np.random.default_rng(1)
    parts = rng.random((3, 20)) * (rng.random((3, 20)) < 0.5)
    codes = rng.exponential(size=(300, 3)) * (rng.random((300, 3)) < 0.7)
    X = codes @ parts - 5  # the columns' minimum is the shift: rows without any part exist
    train, test = X[:200], X[200:]
    estimate = baselines.nmf_reconstruct(train, test, 3)
    spread = np.sum((test - train.mean(axis=0)) ** 2)
    assert np.sum((test - estimate) ** 2) / spread < 0.02
    assert np.sum((test - baselines.nmf_reconstruct(train, test, 1)) ** 2) / spread > 0.2


def test_sparse_coding_beats_pca_on_a_planted_dictionary_at_equal_l0():
    rng = np.random.default_rng(2)
    atoms = rng.normal(size=(20, 40))
    codes = np.zeros((1200, 20))
    for row in codes:
        row[rng.choice(20, 2, replace=False)] = rng.uniform(1, 2, 2) * rng.choice([-1, 1], 2)
    X = codes @ atoms + 0.02 * rng.normal(size=(1200, 40))
    table = baselines.compare_baselines(
        X, np.arange(1000), np.arange(1000, 1200), l0=2.2, n_atoms=30
    ).set_index("method")
    assert table.loc["sparse coding", "r2"] > 0.95
    # Twenty equal directions: two components carry about a tenth.
    assert table.loc["pca", "r2"] == pytest.approx(0.15, abs=0.1)
    assert table.loc["constant", "r2"] == pytest.approx(0, abs=1e-12)
    assert table["l0"].to_dict() == {"constant": 0, "pca": 2, "nmf": 2, "sparse coding": 2}


def test_sparse_coding_uses_no_more_atoms_than_asked():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(150, 10))
    one = baselines.sparse_coding_reconstruct(X, X, 1, n_atoms=8) - X.mean(axis=0)
    # With one atom a row lies on one of eight lines.
    directions = one / np.linalg.norm(one, axis=1, keepdims=True)
    lines = np.unique(np.round(directions * np.sign(directions[:, [0]]), 6), axis=0)
    assert len(lines) <= 8
    ten = baselines.sparse_coding_reconstruct(X, X, 10, n_atoms=30)
    assert np.mean((ten - X) ** 2) < 0.05
    repeat = baselines.sparse_coding_reconstruct(X, X, 1, n_atoms=8) - X.mean(axis=0)
    np.testing.assert_array_equal(one, repeat)


def test_channels_are_scored_against_their_own_mean():
    rng = np.random.default_rng(4)
    channel = np.tile(["vertical", "shear"], 100)
    level = np.where(channel == "vertical", 100.0, 0.0)[:, None]
    X = level + rng.normal(size=(200, 6)) * np.where(channel == "vertical", 5, 0.1)[:, None]
    train, test = np.arange(120), np.arange(120, 200)
    table = baselines.compare_baselines(X, train, test, l0=1, channel=channel, n_atoms=4)
    constant = table[table["method"] == "constant"].set_index("channel")["r2"]
    # One mean for both channels is far worse than each channel's own.
    assert (constant < -50).all()
    per_channel = np.empty((80, 6))
    for name in ("vertical", "shear"):
        per_channel[channel[test] == name] = X[train][channel[train] == name].mean(axis=0)
    own = baselines.score_channels(X, train, test, per_channel, channel).set_index("channel")
    np.testing.assert_allclose(own["r2"], 0, atol=1e-12)
    assert own.loc["vertical", "rmse"] == pytest.approx(5, rel=0.1)
    assert own.loc["shear", "rmse"] == pytest.approx(0.1, rel=0.1)


def test_scores_in_the_time_domain_follow_the_inverse():
    rng = np.random.default_rng(5)
    X = rng.normal(size=(80, 6)) * [5, 3, 1, 1, 1, 1]
    train, test = np.arange(50), np.arange(50, 80)
    turn = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    estimate = baselines.pca_reconstruct(X[train], X[test], 2)
    plain = baselines.score_channels(X, train, test, estimate)
    turned = baselines.score_channels(X, train, test, estimate, inverse=lambda rows: rows @ turn)
    np.testing.assert_allclose(plain["r2"], turned["r2"])  # a rotation changes no length
    halved = baselines.score_channels(X, train, test, estimate, inverse=lambda rows: rows[:, :1])
    assert halved["r2"][0] > plain["r2"][0]
    np.testing.assert_allclose(
        halved["rmse"][0], np.sqrt(np.mean((X[test, 0] - estimate[:, 0]) ** 2))
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda X: baselines.pca_reconstruct(X, X, 9), r"1\.\.4, found 9"),
        (lambda X: baselines.pca_reconstruct(X, X[:, :3], 2), "same number of columns"),
        (lambda X: baselines.nmf_reconstruct(X * np.nan, X, 2), "training rows are empty or hold"),
        (
            lambda X: baselines.score_channels(
                X, [0, 1], [2, 3], X[2:4], np.array(["a", "a", "a", "b", "a", "a"])
            ),
            "channel 'b' is among the test rows but not in training",
        ),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ParameterError, match=message):
        call(np.random.default_rng(6).normal(size=(6, 4)))
