"""Checks of recordings against physics: what passes, and what each wrong unit or sign is told."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gaitnb.data import signal_checks
from gaitnb.errors import DataError

T = np.arange(400) / 100
SHAKE = np.stack([2 * np.sin(6 * T), np.cos(9 * T), np.sin(11 * T)], axis=1)
ACC = np.stack([SHAKE + [1, 9.7, 0], SHAKE[::-1] + [3, 9.2, 1]], axis=1)  # (time, sensor, 3)
GYR = np.stack([SHAKE, 0.2 * SHAKE], axis=1)
WEIGHT = 70 * 9.81
SHARE = 0.5 + 0.5 * np.clip(3 * np.sin(6 * T), -1, 1)
FORCE = np.stack([s[:, None] * WEIGHT * np.array([0.05, 1, 0.02]) for s in (SHARE, 1 - SHARE)], 1)


def test_good_signals_pass():
    signal_checks.check_gravity(ACC, "walk.csv", up="y")
    signal_checks.check_gravity(ACC[:, 0], "walk.csv")
    signal_checks.check_gyro_units(GYR, "walk.csv")
    assert signal_checks.check_vertical_force(FORCE, 70, "walk.csv") == pytest.approx(1)
    peak = signal_checks.check_vertical_force(FORCE, 70, "walk.csv", mode="peak")
    assert peak == pytest.approx(1)
    signal_checks.check_present(["a", "b"], ["b"], "walk.csv")


@pytest.mark.parametrize(
    ("check", "values", "words"),
    [
        ("gravity", ACC / 9.81, "sensor 1: .*looks like g: multiply by 9.81"),
        ("gravity", ACC * 1000, "looks like mm/s"),
        ("gravity", ACC * 100, "divide by 100"),
        ("gravity", ACC - [0, 9.5, 0], "Gravity may have been removed"),
        ("gravity", ACC * [1, -1, 1], r"expected gravity along \+y.*reversed"),
        ("gravity", ACC[..., [1, 0, 2]], r"mean acceleration is .*expected gravity along \+y"),
        ("gravity", ACC[..., :2], r"shape \(400, 2, 2\); expected \(time, ..., 3\)"),
        ("gravity", ACC[:0], "shape"),
        ("gravity", np.where(ACC > 10, np.nan, ACC), "values of acceleration are not finite"),
        ("gyro", np.degrees(GYR), "looks like degrees: multiply by pi/180"),
        ("gyro", GYR * [[[1], [0]]], r"zero throughout \(sensor 2\)"),
        ("force", -FORCE, "mean vertical force is -.*of the foot on the ground"),
        ("force", FORCE[..., [0, 2, 1]], "largest along y.*another order"),
        ("force", FORCE / WEIGHT, "looks like body weights"),
        ("force", FORCE / 9.81, "looks like kg"),
        ("force", FORCE / 1000, "looks like kN"),
        ("force", FORCE[:, :1], "One foot may be missing"),
        ("force", FORCE * 1.3, "1.3 body weights .*mass may be of another person"),
        ("force", FORCE[:, 0], r"expected \(time, side, 3\)"),
        ("force", np.where(FORCE > 600, np.inf, FORCE), "not finite"),
    ],
)
def test_a_fault_is_named(check, values, words):
    call = {
        "gravity": lambda: signal_checks.check_gravity(values, "walk.csv", up="y"),
        "gyro": lambda: signal_checks.check_gyro_units(values, "walk.csv"),
        "force": lambda: signal_checks.check_vertical_force(values, 70, "walk.csv"),
    }[check]
    with pytest.raises(DataError, match=f"^walk.csv.*{words}"):
        call()


def test_slow_sensors_need_a_lower_limit():
    trunk = np.degrees(0.3 * GYR)
    signal_checks.check_gyro_units(trunk[:, 1], "walk.csv", at_most=35)
    with pytest.raises(DataError, match="looks like degrees"):
        signal_checks.check_gyro_units(trunk[:, 1], "walk.csv", at_most=6)


def test_missing_names_are_listed():
    with pytest.raises(DataError, match="walk.csv: no sensor c, d; it has a, b"):
        signal_checks.check_present(["a", "b"], ["c", "a", "d"], "walk.csv")


@settings(max_examples=40, deadline=None)
@given(st.integers(-90, 90), st.integers(0, 1000), st.floats(0.1, 10), st.floats(-50, 50))
def test_the_lag_is_found(samples, seed, gain, offset):
    noise = np.cumsum(np.random.default_rng(seed).normal(size=900))
    a = noise[200:700]
    b = gain * noise[200 - samples : 700 - samples] + offset  # late by `samples`
    found, r, as_filed = signal_checks.lag(a, b, fs_hz=100)
    assert found == samples and r == pytest.approx(1) and as_filed <= r + 1e-12


def test_the_correlation_is_that_of_the_overlap():
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=(2, 80))
    found, r, as_filed = signal_checks.lag(a, b, fs_hz=100, max_s=0.2)
    pairs = {
        k: np.corrcoef(a[max(-k, 0) : 80 - max(k, 0)], b[max(k, 0) : 80 + min(k, 0)])[0, 1]
        for k in range(-20, 21)
    }
    assert found == max(pairs, key=pairs.get)
    assert r == pytest.approx(pairs[found]) and as_filed == pytest.approx(pairs[0])


def test_a_pair_that_is_not_synchronous_is_refused_with_its_lag():
    a = np.sin(3 * T) + 0.5 * np.sin(7.3 * T)
    assert signal_checks.check_synchronous(a, np.roll(a, 1), 100, "x")[0] == 1
    with pytest.raises(DataError, match=r"x: not synchronous: the second is late by 30 samples"):
        signal_checks.check_synchronous(a, np.roll(a, 30), 100, "x")
    with pytest.raises(DataError, match="the second is early by 12 samples .0.12 s."):
        signal_checks.check_synchronous(a, np.roll(a, -12), 100, "x")
    noise = np.random.default_rng(0).normal(size=len(T))
    with pytest.raises(DataError, match="do not belong together: they correlate at best 0"):
        signal_checks.check_synchronous(a, noise, 100, "x")


@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        (T, T[1:], "two of equal length"),
        (T[:1], T[:1], "too few"),
        (T, np.full_like(T, np.nan), "not finite"),
        (T, np.ones_like(T), "does not change"),
    ],
)
def test_signals_without_a_lag_are_refused(a, b, words):
    with pytest.raises(DataError, match=words):
        signal_checks.lag(a, b, 100)


def test_an_unknown_mode_is_refused():
    with pytest.raises(DataError, match="mode='median'; allowed: 'mean', 'peak'"):
        signal_checks.check_vertical_force(FORCE, 70, "x", mode="median")
