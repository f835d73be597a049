"""Correlations by level against statsmodels, identities and planted truth."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import pearsonr

from gaitnb.errors import ParameterError
from gaitnb.papers.latent_motion import correlations as cor
from gaitnb.stats import centre_by_person, person_means


def people(n_people, n_trials):
    return np.repeat([f"subject {i:02d}" for i in range(n_people)], n_trials)


def nested(rng, n_people=12, n_trials=15, k=6, between=1.0):
    """Units and a speed with a part that is the person's and a part that is the trial's."""
    person = np.repeat(rng.normal(size=n_people), n_trials) * between
    speed = person + rng.normal(size=n_people * n_trials)
    H = np.outer(speed, rng.normal(size=k)) + 2 * rng.normal(size=(len(speed), k))
    return H, speed, people(n_people, n_trials)


def test_each_level_equals_scipy():
    H, speed, subject = nested(np.random.default_rng(0))
    table = cor.correlations(H, speed, subject)
    means, _ = person_means(H, subject)
    speed_means, _ = person_means(speed, subject)
    within = centre_by_person(H, subject), centre_by_person(speed, subject)
    for unit in range(6):
        r, p = pearsonr(speed, H[:, unit])
        np.testing.assert_allclose(table.loc[unit, ["r", "p_trials"]].to_numpy(float), [r, p])
        r, p = pearsonr(speed_means, means[:, unit])
        np.testing.assert_allclose(
            table.loc[unit, ["r_between", "p_between"]].to_numpy(float), [r, p]
        )
        assert table["r_within"][unit] == pytest.approx(pearsonr(within[1], within[0][:, unit])[0])
    assert table["n"][0] == 180 and table["n_people"][0] == 12


def test_between_and_within_add_up_to_the_whole():
    H, speed, subject = nested(np.random.default_rng(1))
    table = cor.correlations(H, speed, subject)

    def share(values):
        return 1 - centre_by_person(values, subject).var(axis=0) / values.var(axis=0)

    a, b = share(H), share(speed)
    parts = np.sqrt(a * b) * table["r_between"] + np.sqrt((1 - a) * (1 - b)) * table["r_within"]
    np.testing.assert_allclose(table["r"], parts)


def test_clustered_p_equals_statsmodels():
    rng = np.random.default_rng(2)
    H, speed, subject = nested(rng)
    keep = rng.random(len(speed)) < 0.8  # unequal numbers of trials
    H, speed, subject = H[keep], speed[keep], subject[keep]
    found = cor.correlations(H, speed, subject)["p_people"]
    codes = np.unique(subject, return_inverse=True)[1]
    for unit in range(6):
        fit = sm.OLS(H[:, unit], sm.add_constant(speed)).fit(
            cov_type="cluster", cov_kwds={"groups": codes}, use_t=True
        )
        assert found[unit] == pytest.approx(fit.pvalues[1], rel=1e-6)


def test_trials_taken_for_people_find_what_is_not_there():
    # Age is the person's own and unrelated; units differ between people.
    rng = np.random.default_rng(3)
    subject = people(40, 15)
    age = np.repeat(rng.normal(size=40), 15)
    H = np.repeat(rng.normal(size=(40, 200)), 15, axis=0) + 0.3 * rng.normal(size=(600, 200))
    table = cor.correlations(H, age, subject)
    assert np.mean(table["p_trials"] < 0.05) > 0.4
    assert np.mean(table["p_people"] < 0.05) < 0.12
    assert np.mean(table["p_between"] < 0.05) < 0.10
    assert (table["p_between_adjusted"] < 0.05).sum() <= 1
    assert table["n_effective"].median() == pytest.approx(42, abs=3)
    assert table["p_within"].isna().all()  # age does not vary within anybody


def test_opposite_signs_between_and_within_are_seen():
    rng = np.random.default_rng(4)
    subject = people(20, 30)
    person = np.repeat(np.linspace(-1, 1, 20), 30)
    inner = 0.3 * rng.normal(size=600)
    H = (2 * inner - person + 0.1 * rng.normal(size=600))[:, None]
    row = cor.correlations(H, person + inner, subject).iloc[0]
    assert row["r_between"] < -0.95 < 0.95 < row["r_within"]
    assert row["p_between"] < 1e-6 and row["p_within"] < 1e-6


def test_within_p_keeps_its_level():
    rng = np.random.default_rng(5)
    speed, H = rng.normal(size=300), rng.normal(size=(300, 400))
    table = cor.correlations(H, speed, people(10, 30))
    assert np.mean(table["p_within"] < 0.05) == pytest.approx(0.05, abs=0.035)


def test_missing_values_dead_units_and_table():
    H, speed, subject = nested(np.random.default_rng(6))
    H[:, 3] = 0.0
    speed[:15] = np.nan
    table = cor.correlation_table(
        H, {"speed": speed, "age": np.full(180, np.nan), "side": np.tile([0.0, 1.0], 90)}, subject
    )
    assert table["attribute"].unique().tolist() == ["speed", "side"]
    assert list(table.columns[:2]) == ["attribute", "unit"] and len(table) == 12
    assert table["n_people"].tolist() == [11] * 6 + [12] * 6
    assert table.loc[3, ["r", "p_people", "p_trials", "r_within"]].isna().all()
    assert table.loc[[0, 1, 2, 4, 5], "p_people_adjusted"].notna().all()


def test_luck_of_a_search_over_units_is_accounted_for():
    rng = np.random.default_rng(7)
    subject = people(10, 40)
    age = np.repeat(rng.normal(size=10), 40)
    H = np.repeat(rng.normal(size=(10, 100)), 40, axis=0) + 0.1 * rng.normal(size=(400, 100))
    found = cor.chance_max_correlation(H, age, subject)
    # Ten people and a hundred units: a huge r comes for nothing.
    assert found["max_abs_r"] > 0.6 and found["chance_mean"] > 0.6 and found["p"] > 0.05
    H[:, 7] += 8 * age
    real = cor.chance_max_correlation(H, age, subject)
    assert real["unit"] == 7 and real["p"] < 0.05


def test_chance_search_keeps_its_level():
    rng = np.random.default_rng(8)
    p = []
    for i in range(60):
        speed = np.repeat(rng.normal(size=15), 4)
        H = np.repeat(rng.normal(size=(15, 8)), 4, axis=0) + rng.normal(size=(60, 8))
        p.append(cor.chance_max_correlation(H, speed, people(15, 4), 99, seed=i)["p"])
    assert np.mean(np.array(p) <= 0.1) < 0.22
    assert 0.35 < np.mean(p) < 0.65


def test_picked_unit_regresses_towards_nothing_when_nothing_is_there():
    rng = np.random.default_rng(9)
    subject = people(20, 10)
    train, test = np.arange(100), np.arange(100, 200)
    signed, trained = [], []
    for _ in range(40):
        speed, H = rng.normal(size=200), rng.normal(size=(200, 50))
        found = cor.picked_then_tested(H, speed, subject, train, test)
        signed.append(found["r_test_signed_like_train"])
        trained.append(abs(found["r_train"]))
    assert np.mean(trained) > 0.2 and abs(np.mean(signed)) < 0.06
    H[:, 4] -= 2 * speed
    found = cor.picked_then_tested(H, speed, subject, train, test)
    assert found["unit"] == 4 and found["r_test"] < -0.8
    assert found["r_test_signed_like_train"] == -found["r_test"]
    assert found["n_test"] == 100 and found["n_test_people"] == 10


def test_bad_input_is_named():
    H, speed, subject = nested(np.random.default_rng(10))
    with pytest.raises(
        ParameterError, match="^'subject 00' is among the training and the test people"
    ):
        cor.picked_then_tested(H, speed, subject, np.arange(10), np.arange(10, 40))
    with pytest.raises(ParameterError, match="three people, found 2"):
        cor.correlations(H[:30], speed[:30], subject[:30])
    with pytest.raises(ParameterError, match="attribute must have 180 rows like H, found 3"):
        cor.correlations(H, speed[:3], subject)
    with pytest.raises(ParameterError, match="no attribute is known"):
        cor.correlation_table(H, {"age": np.full(180, np.nan)}, subject)
    with pytest.raises(ParameterError, match="dead layer"):
        cor.chance_max_correlation(np.zeros_like(H), speed, subject)
