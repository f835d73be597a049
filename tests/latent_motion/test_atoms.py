"""The dictionary's measures against closed forms and planted dictionaries."""

import numpy as np
import pytest
import pywt

from gaitnb.errors import ParameterError
from gaitnb.papers.latent_motion import atoms

pytestmark = pytest.mark.filterwarnings("ignore:Level value")

LENGTHS = (14, 14, 20, 32, 55)


def inverse(coefficients):
    bands = np.split(np.asarray(coefficients), np.cumsum(LENGTHS)[:-1], axis=1)
    return pywt.waverec(bands, "db5", axis=1)[:, :101]


def coefficients(curves):
    return np.concatenate(pywt.wavedec(curves, "db5", level=4, axis=1), axis=1)


@pytest.mark.parametrize("d", [2, 3, 10, 135])
def test_chance_cosine_closed_form(d):
    closed = {2: 2 / np.pi, 3: 0.5}  # circle, sphere
    draws = np.random.default_rng(0).normal(size=(20000, d))
    simulated = np.mean(np.abs(draws[:, 0]) / np.linalg.norm(draws, axis=1))
    assert atoms.chance_cosine(d) == pytest.approx(closed.get(d, simulated), rel=0.02)


def test_similarity_of_a_known_dictionary():
    angle = np.deg2rad(60)
    W = np.array([[2.0, 0, 0], [np.cos(angle), np.sin(angle), 0], [0, 0, 5.0]])
    found = atoms.atom_similarity(W)
    np.testing.assert_allclose(np.sort(found["values"]), [0, 0, 0.5], atol=1e-12)
    np.testing.assert_allclose(found["nearest"], [0.5, 0.5, 0], atol=1e-12)
    assert found["max"] == pytest.approx(0.5) and found["mean"] == pytest.approx(1 / 6)
    random = atoms.atom_similarity(np.random.default_rng(1).normal(size=(100, 135)), seed=2)
    assert random["mean"] == pytest.approx(random["chance_mean"], rel=0.03)
    assert random["nearest_mean"] == pytest.approx(random["chance_nearest"], rel=0.03)


def test_diffuseness_from_one_coefficient_to_all():
    d = 135
    W = np.zeros((4, d))
    W[0, 7] = -3.0
    W[1, :] = 0.1
    W[2, :27] = 5.0
    found = atoms.weight_diffuseness(W)
    np.testing.assert_allclose(found["participation"][:3], [1 / d, 1, 27 / d])
    np.testing.assert_allclose(found["entropy"][:3], [0, 1, np.log(27) / np.log(d)], atol=1e-12)
    assert np.isnan(found["participation"][3])
    random = atoms.weight_diffuseness(np.random.default_rng(0).normal(size=(500, d)))
    assert random["participation"].mean() == pytest.approx(1 / 3, abs=0.02)


def test_typical_activation_ignores_silence():
    H = np.array([[0.0, 0, -2], [1, 0, 0], [3, 0, -4], [8, 0, 0]])
    np.testing.assert_array_equal(atoms.typical_activation(H), [3, 0, -3])


def test_single_reconstruction_is_the_curve_the_atom_was_made_of():
    time = np.linspace(0, 1, 101)
    shapes = np.array([np.sin(np.pi * time), time**2])
    mean = 1 + 0.1 * np.cos(2 * np.pi * time)
    W, c = coefficients(shapes), coefficients(mean[None])[0]
    alone = atoms.single_feature_reconstructions(W, c, inverse, with_bias=False)
    np.testing.assert_allclose(alone, shapes, atol=1e-10)
    whole = atoms.single_feature_reconstructions(W, c, inverse, level=[2.0, -1.0])
    np.testing.assert_allclose(whole, mean + np.array([[2.0], [-1.0]]) * shapes, atol=1e-10)


def test_shared_bias_makes_unrelated_features_look_alike():
    rng = np.random.default_rng(3)
    time = np.linspace(0, 1, 101)
    shapes = np.array([np.sin((i + 2) * np.pi * time) for i in range(12)])
    c = coefficients((2 * np.sin(np.pi * time) + np.sin(3 * np.pi * time) ** 2)[None])[0]
    W = coefficients(shapes) * rng.choice([-1, 1], size=(12, 1))
    small = atoms.reconstruction_similarity(W, c, inverse, level=0.1)
    assert small["with_bias"] > 0.9 and abs(small["without_bias"]) < 0.1
    assert small["from_bias"] == pytest.approx(small["with_bias"], abs=0.01)
    assert abs(small["given_bias"]) < 0.2
    large = atoms.reconstruction_similarity(W, c, inverse, level=100.0)
    assert large["with_bias"] == pytest.approx(large["without_bias"], abs=0.05)


def test_similarity_given_the_bias_is_the_partial_correlation():
    rng = np.random.default_rng(4)
    W, c = rng.normal(size=(2, 135)), rng.normal(size=135)
    found = atoms.reconstruction_similarity(W, c, inverse, level=[1.0, 0.7])
    curves = atoms.single_feature_reconstructions(W, c, inverse, level=[1.0, 0.7])
    r = np.corrcoef(np.vstack([curves, inverse(c[None])]))
    partial = (r[0, 1] - r[0, 2] * r[1, 2]) / np.sqrt((1 - r[0, 2] ** 2) * (1 - r[1, 2] ** 2))
    assert found["given_bias"] == pytest.approx(partial)
    assert found["with_bias"] == pytest.approx(r[0, 1])
    assert found["from_bias"] == pytest.approx(r[0, 2] * r[1, 2])
    assert found["bias_r"] == pytest.approx((r[0, 2] + r[1, 2]) / 2)
    # Without a bias nothing is shared through it.
    none = atoms.reconstruction_similarity(W, np.zeros(135), inverse)
    assert none["from_bias"] == 0 and none["given_bias"] == pytest.approx(none["without_bias"])


def test_matching_undoes_order_sign_and_scale():
    rng = np.random.default_rng(5)
    truth = rng.normal(size=(20, 60))
    order = rng.permutation(20)
    learned = truth[order] * rng.uniform(0.5, 2, (20, 1)) * rng.choice([-1, 1], (20, 1))
    found = atoms.matched_dictionaries(truth, learned)
    np.testing.assert_array_equal(order[found["second"]], found["first"])
    assert found["mean"] == pytest.approx(1)
    signed = atoms.matched_dictionaries(truth, np.abs(learned), signed=True)
    assert signed["mean"] < 0.5
    unrelated = atoms.matched_dictionaries(truth, rng.normal(size=(20, 60)))
    assert unrelated["mean"] == pytest.approx(unrelated["chance"], abs=0.05)


def test_chance_in_a_narrow_subspace_is_higher_than_in_all_dimensions():
    rng = np.random.default_rng(6)
    basis = rng.normal(size=(4, 135))
    first, second = rng.normal(size=(30, 4)) @ basis, rng.normal(size=(25, 4)) @ basis
    found = atoms.matched_dictionaries(first, second)
    assert len(found["matched"]) == 25
    assert found["mean"] > found["chance"] + 0.3  # looks like agreement ...
    assert found["mean"] == pytest.approx(found["chance_same_covariance"], abs=0.05)  # is none


def test_bad_dictionaries_are_refused():
    with pytest.raises(ParameterError, match="diverged"):
        atoms.weight_diffuseness([[np.nan, 1.0]])
    with pytest.raises(ParameterError, match="135 and 141"):
        atoms.cosines(np.ones((2, 135)), np.ones((2, 141)))
    with pytest.raises(ParameterError, match="two units that act, found 1"):
        atoms.reconstruction_similarity(np.ones((2, 135)), np.ones(135), inverse, level=[0, 1])
