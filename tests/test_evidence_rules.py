"""The rules: grammar, verdicts at and around their limits, and what is refused."""

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaitnb.evidence import rules

R, P, N = "reproduced", "partly", "not reproduced"


def grade(text, value=math.nan, paper=None, **values):
    return rules.judge(rules.parse(text), value, paper, values)[0]


@pytest.mark.parametrize(
    ("text", "value", "paper", "expected"),
    [
        ("within: 0.02", 0.30, 0.28, R),  # 0.020000000000000018 in binary: the limit itself counts
        ("within: 0.02", 0.26, 0.28, R),
        ("within: 0.02", 0.301, 0.28, P),
        ("within: 0.02", 0.32, 0.28, P),
        ("within: 0.02", 0.321, 0.28, N),
        ("within: 0", 135, 135, R),
        ("within: 0", 141, 135, N),
        ("within: 20 %", 12, 10, R),
        ("within: 20%", 14, 10, P),
        ("within: 20 %", 5.9, 10, N),
        ("within: 20 %", -12, -10, R),
        ("band: 0.9..1.0", 0.9, None, R),
        ("band: 0.9..1.0", 1.0, None, R),
        ("band: 0.9..1.0", 0.85, None, P),
        ("band: 0.9..1.0", 1.05, None, P),
        ("band: 0.9..1.0", 1.051, None, N),
        ("band: -0.5..-.3", -0.4, None, R),
        ("at least: 0.3", 0.3, None, R),
        ("at least: 0.3", 0.299, None, N),
        ("at most: 4e-1", 0.4, None, R),
        ("at most: 4e-1", 0.41, None, N),
        ("exists: 1", 1, None, R),
        ("exists: 1", 0, None, N),
        ("exists: 4", 2, None, N),
        ("within: 1", math.inf, 2, N),
        ("band: 0..1", -math.inf, None, N),
    ],
)
def test_limits(text, value, paper, expected):
    assert grade(text, value, paper) == expected


def test_order_counts_neighbouring_pairs():
    values = {"A20": 1.0, "A24": 2.0, "A25": 3.0, "A26.sae": 0.0}
    assert grade("A20 < A24 < A25", **values) == R
    assert grade("A25 > A24 > A20", **values) == R
    assert grade("A20 < A24 > A26.sae", **values) == R
    assert grade("A24 < A20 < A25", **values) == P  # one pair of two
    assert grade("A25 < A24 < A20 < A25", **values) == N  # one pair of three
    assert grade("A20 < A24, A20 < A25, A20 < A26.sae", **values) == P
    assert grade("A20 < A20", **values) == N  # equal is not less


def test_order_says_the_values():
    rule = rules.parse("A20 < A24 < A25")
    said = rules.judge(rule, values={"A20": 1.0, "A24": 0.5, "A25": 3.0})[1]
    assert said == "A20 1 < A24 0.5 does not hold"


@pytest.mark.parametrize(
    ("text", "expected", "left"),
    [
        ("arithmetic: 14+14+20+32+55 = 135", R, 135),
        ("arithmetic: 14+14+20+32+55 = 141", N, 135),
        ("arithmetic: 0.28 <= 0.25", N, 0.28),
        ("arithmetic: (100 - 10) / 3 >= 30", R, 30),
        ("arithmetic: 41/211*100 = 19.4 +- 0.05", R, 41 / 211 * 100),
        ("arithmetic: 41/211*100 = 19.6 +- 0.05", N, 41 / 211 * 100),
        ("arithmetic: -2*-3 > 5", R, 6),
        ("arithmetic: 0.1 + 0.2 = 0.3", R, 0.3),
    ],
)
def test_arithmetic(text, expected, left):
    assert grade(text) == expected
    assert rules.arithmetic_value(rules.parse(text)) == pytest.approx(left)


def test_rows_are_summed_up():
    def total(*grades):
        return rules.sum_rows({f"A01.{n}": grade for n, grade in enumerate(grades)})[0]

    assert total(R, R, R) == R
    assert total(R, N) == P
    assert total(R, N, N) == N
    assert total(P, P) == P
    assert total(P, N) == N
    assert total(R, "not testable") == P
    assert rules.sum_rows({"A01.x": R, "A01.y": N})[1] == "of 2 rows: A01.y not reproduced"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "close enough",
        "within 0.02",
        "within: ",
        "within: 0.02 m",
        "within: -1",
        "within: nan",
        "band: 1.0..0.9",
        "band: 1..1",
        "band: 1",
        "at least: many",
        "exists: some",
        "A20 <",
        "A20 < b",
        "A20 <= A24",
        "A20 < A24,",
        "rows:",
        "rows: A20, A21",
        "rows: all",
        "adopted: yes",
        "none",
        "none:",
        "arithmetic: 1 + 1",
        "arithmetic: 1 = 1 = 1",
        "arithmetic: 1/0 = 1",
        "arithmetic: 2**99999999 = 1",
        "arithmetic: __import__('os') = 1",
        "arithmetic: 'a' = 1",
        "arithmetic: True = 1",
        "arithmetic: 1 < 2 +- 1",
        "Within: 0.02",
    ],
)
def test_what_is_no_rule_is_refused(text):
    with pytest.raises(ValueError, match="found"):
        rules.parse(text)


def test_sentences_name_the_numbers():
    band = rules.judge(rules.parse("band: 0.37..0.47"), 0.3141)
    assert band == (N, "0.314 lies outside 0.37..0.47")
    said = rules.judge(rules.parse("within: 0.02"), 0.31, 0.28)[1]
    assert said.startswith("0.31 is 0.03 away from the paper's 0.28, 0.02 were allowed")
    assert rules.judge(rules.parse("at least: 0.3"), 0.21)[1] == "0.21 is less than 0.3"


@given(
    low=st.floats(-1e6, 1e6),
    width=st.floats(1e-3, 1e6),
    value=st.floats(-1e7, 1e7),
)
def test_a_band_is_a_tolerance_around_its_middle(low, width, value):
    """Both forms of the same interval agree, away from the limits' rounding."""
    rule = {"form": "band", "low": low, "high": low + width}
    middle, half = low + width / 2, width / 2
    same = {"form": "within", "tolerance": half, "relative": False}
    distance = abs(value - middle)
    if min(abs(distance - half), abs(distance - 2 * half)) > 1e-6 * max(1.0, abs(low), width):
        assert rules.judge(rule, value)[0] == rules.judge(same, value, middle)[0]


@given(st.text(max_size=40))
def test_any_text_is_a_rule_or_a_value_error(text):
    with contextlib.suppress(ValueError):
        assert "form" in rules.parse(text)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.31416, "0.314"),
        (88190.0, "88190"),
        (2, "2"),
        (-0.5, "-0.5"),
        (1.5e-7, "1.5e-07"),
        (math.inf, "inf"),
    ],
)
def test_numbers_for_reading(value, expected):
    assert rules.format_number(value) == expected
