"""Person-level statistics against closed forms, other packages and planted truth."""

import numpy as np
import pandas as pd
import pingouin
import pytest
from scipy.stats import ttest_ind, ttest_rel

from gaitnb import spm, stats
from gaitnb.errors import ParameterError


def people(n_people, n_trials):
    return np.repeat([f"subject {i:02d}" for i in range(n_people)], n_trials)


def test_holm_by_hand_and_nan_not_counted():
    # Sorted: .01 * 3, then max(.03, .02 * 2), then max(.04, .04 * 1).
    np.testing.assert_allclose(stats.adjust([0.04, np.nan, 0.01, 0.02]), [0.04, np.nan, 0.03, 0.04])
    np.testing.assert_allclose(stats.adjust([0.01, 0.04], "fdr_bh"), [0.02, 0.04])
    assert np.isnan(stats.adjust([np.nan])).all()


def test_person_means_weigh_people_equally_and_skip_nan():
    means, who = stats.person_means([1.0, 3.0, np.nan, 10.0], ["b", "b", "b", "a"])
    assert who.tolist() == ["a", "b"] and means.tolist() == [10.0, 2.0]
    centred = stats.centre_by_person(np.array([[1.0], [3.0], [10.0]]), ["b", "b", "a"])
    assert centred.ravel().tolist() == [-1.0, 1.0, 0.0]


def test_icc_equals_pingouin():
    rng = np.random.default_rng(0)
    subject = people(8, 5)
    values = np.repeat(rng.normal(size=8), 5) + 0.7 * rng.normal(size=40)
    table = pd.DataFrame({"s": subject, "rater": np.tile(np.arange(5), 8), "v": values})
    expected = pingouin.intraclass_corr(table, targets="s", raters="rater", ratings="v")
    np.testing.assert_allclose(stats.icc(values, subject), expected["ICC"].iloc[0], atol=1e-3)


def test_icc_recovers_planted_share_with_unequal_numbers_of_trials():
    rng = np.random.default_rng(1)
    counts = rng.integers(2, 12, size=800)
    subject = np.repeat([f"{i:03d}" for i in range(800)], counts)
    values = np.repeat(rng.normal(size=800), counts) * 3 + rng.normal(size=counts.sum())
    assert stats.icc(values, subject) == pytest.approx(0.9, abs=0.02)


def test_effective_n_has_both_limits():
    rng = np.random.default_rng(2)
    subject = people(20, 10)
    constant = np.repeat(rng.normal(size=20), 10)
    assert stats.effective_n(constant, constant, subject) == pytest.approx(20)
    noise = stats.centre_by_person(rng.normal(size=200), subject)
    assert stats.effective_n(constant, noise, subject) == pytest.approx(200)


def test_effective_n_predicts_the_spread_of_chance_correlations():
    rng = np.random.default_rng(3)
    subject, share = people(30, 10), 0.6

    def draw():
        person = np.repeat(rng.normal(size=30), 10) * np.sqrt(share)
        return person + rng.normal(size=300) * np.sqrt(1 - share)

    pairs = [(draw(), draw()) for _ in range(400)]
    observed = np.var([np.corrcoef(a, b)[0, 1] for a, b in pairs])
    predicted = np.mean([1 / stats.effective_n(a, b, subject) for a, b in pairs])
    assert predicted == pytest.approx(observed, rel=0.3)
    assert predicted > 2 * (1 / 300)


def test_permute_people_keeps_persons_together_and_breaks_the_link():
    rng = np.random.default_rng(4)
    subject = people(40, 6)
    speed = np.repeat(rng.normal(size=40), 6) + 0.1 * rng.normal(size=240)
    shuffled = stats.permute_people(speed, subject, seed=0)
    np.testing.assert_allclose(np.sort(shuffled), np.sort(speed))  # balanced: a permutation
    assert stats.icc(shuffled, subject) == pytest.approx(stats.icc(speed, subject), abs=1e-9)
    assert abs(np.corrcoef(shuffled, speed)[0, 1]) < 0.5
    again = stats.permute_people(speed, subject, seed=0)
    np.testing.assert_array_equal(shuffled, again)
    labels = stats.permute_people(np.where(speed > 0, "fast", "slow"), subject, seed=1)
    assert set(labels) == {"fast", "slow"}


def test_bootstrap_of_a_mean_follows_the_standard_error_over_people():
    rng = np.random.default_rng(5)
    means = rng.normal(size=40)
    subject, values = people(40, 25), np.repeat(means, 25)
    found = stats.person_bootstrap(np.mean, subject, values, n_samples=2000)
    half = 1.96 * means.std() / np.sqrt(40)
    assert found["high"] - found["low"] == pytest.approx(2 * half, rel=0.1)
    assert found["low"] < found["estimate"] < found["high"]
    assert found["n_people"] == 40


def test_bootstrap_inside_groups_keeps_both_groups():
    subject, group = people(6, 2), np.repeat(["ill", "well"], [2, 10])
    found = stats.person_bootstrap(
        lambda g: float(len(np.unique(g))), subject, group, group=group, n_samples=200
    )
    assert found["low"] == found["high"] == 2


def test_rows_that_do_not_match_are_named():
    with pytest.raises(ParameterError, match="subject must have 3 rows like values, found 2"):
        stats.person_means([1.0, 2.0, 3.0], ["a", "b"])


def smooth(rng, n, time=101):
    kernel = np.exp(-0.5 * np.linspace(-3, 3, 31) ** 2)
    noise = rng.normal(size=(n, time + 60))
    return np.array([np.convolve(row, kernel, "same")[30:-30] for row in noise])


def test_curve_difference_equals_scipy_node_by_node():
    rng = np.random.default_rng(6)
    means, subject = smooth(rng, 20), people(20, 3)
    curves = np.repeat(means, 3, axis=0)
    group = np.repeat(["a", "b"], 30)
    found = spm.curve_difference(curves, subject, group, "a", "b")
    np.testing.assert_allclose(found["t"], ttest_ind(means[:10], means[10:]).statistic, atol=1e-6)
    np.testing.assert_allclose(found["difference"], means[:10].mean(0) - means[10:].mean(0))
    assert found["n_people"] == (10, 10)
    subject = np.tile(people(10, 3), 2)
    found = spm.curve_difference(curves, subject, group, "a", "b", paired=True)
    np.testing.assert_allclose(found["t"], ttest_rel(means[:10], means[10:]).statistic, atol=1e-6)


def test_curve_difference_finds_the_planted_place_and_nothing_without_it(capsys):
    rng = np.random.default_rng(7)
    means, subject, group = smooth(rng, 24), people(24, 1), np.repeat(["a", "b"], 12)
    before = spm.curve_difference(means, subject, group, "a", "b")
    assert before["clusters"] == []
    means[12:, 40:60] += 8.0
    after = spm.curve_difference(means, subject, group, "a", "b")
    (cluster,) = after["clusters"]
    assert 36 < cluster["start"] < 42 and 58 < cluster["end"] < 63
    assert cluster["p"] < 0.05 and cluster["sign"] == -1
    assert capsys.readouterr().out == ""


def test_threshold_keeps_the_false_alarm_rate():
    rng = np.random.default_rng(8)
    subject, group = people(16, 1), np.repeat(["a", "b"], 8)
    alarms = [
        bool(spm.curve_difference(smooth(rng, 16), subject, group, "a", "b")["clusters"])
        for _ in range(200)
    ]
    assert 0.01 < np.mean(alarms) < 0.10


def test_regression_between_and_within_people_can_point_in_opposite_directions():
    rng = np.random.default_rng(9)
    subject = people(12, 20)
    person = np.repeat(np.linspace(1, 2, 12), 20)
    inner = rng.normal(size=240) * 0.2
    curves = (5 * inner - 3 * person)[:, None] + 0.3 * smooth(rng, 240)
    speed = person + inner
    between = spm.curve_regression(curves, subject, speed)
    within = spm.curve_regression(curves, subject, speed, within=True)
    assert between["slope"].mean() < -2 and within["slope"].mean() == pytest.approx(5, abs=0.3)
    assert between["clusters"][0]["sign"] == -1 and within["clusters"][0]["sign"] == 1
    assert within["df"] == 11 and between["df"] == 10


def test_curve_tests_refuse_what_they_cannot_answer():
    curves, subject = np.zeros((6, 101)), people(3, 2)
    condition = np.tile(["slow", "fast"], 3)
    with pytest.raises(
        ParameterError, match="^'subject 00' has curves in 'slow'.*pass paired=True"
    ):
        spm.curve_difference(curves, subject, condition, "slow", "fast")
    with pytest.raises(ParameterError, match="three people"):
        spm.curve_difference(curves[:4], subject[:4], condition[:4], "slow", "fast", paired=True)
    with pytest.raises(ParameterError, match="four people"):
        spm.curve_regression(curves, subject, np.arange(6.0))
