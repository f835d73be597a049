"""People: drawn alike however many, spread as published, refused where the lab was not validated."""

import numpy as np
import pytest

from gaitnb.errors import ParameterError
from gaitnb.lab.people import STYLE, VALIDATED, Person, population


def test_a_subject_stays_the_same_when_the_cohort_grows():
    small, large = population(5, seed=3), population(40, seed=3)
    assert small == large[:5]
    assert population(2, seed=3, first=4) == large[3:5]
    assert population(5, seed=4) != small


@pytest.mark.parametrize(
    ("reference", "ages", "published"),
    [
        # Horst et al. 2021, metadata of 350 people: mean and sd
        ("gutenberg", (11, 64), {"height_m": (1.756, 0.092), "mass_kg": (70.8, 12.0),
                                 "age_years": (24.2, 7.0), "preferred_speed_mps": (1.48, 0.165)}),
        # half women, half men, 20 to 80 years
        ("general", (20, 80), {"height_m": (1.71, 0.094), "age_years": (50, 17.3),
                               "preferred_speed_mps": (1.33, 0.19)}),
    ],
)  # fmt: skip
def test_populations_have_the_published_means_and_spreads(reference, ages, published):
    people = population(600, seed=1, reference=reference, age_years=ages)
    for name, (mean, sd) in published.items():
        values = np.array([getattr(p, name) for p in people])
        assert abs(values.mean() - mean) < 0.2 * sd, name
        assert 0.8 < values.std() / sd < 1.2, name


def test_everybody_is_inside_the_validated_ranges_and_has_a_body():
    for person in population(200, seed=2, age_years=(18, 90)):
        for name, (low, high) in VALIDATED.items():
            assert low <= getattr(person, name) <= high
        assert set(person.style) == set(STYLE)
    body = person.body()
    assert body.mass.sum() == pytest.approx(person.mass_kg)
    assert body.leg_length_m == pytest.approx(person.leg_length_m)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"height_m": 2.6}, "height_m of subject 1 is 2.6.*1.45 to 2.05"),
        ({"mass_kg": 500}, "mass_kg.*35 to 130"),
        ({"age_years": float("nan")}, "age_years.*11 to 90"),
        ({"preferred_speed_mps": 3.0}, "0.4 to 2.2"),
        ({"sex": "unknown"}, "female, male"),
        ({"style": {"swagger": 1.0}}, "swagger"),
        ({"style": {"peak1": float("nan")}}, "peak1"),
    ],
)
def test_what_was_not_validated_is_refused_with_the_range(given, words):
    with pytest.raises(ParameterError, match=words):
        Person(**given)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"n": 0}, "1 or more"),
        ({"n": 3, "reference": "nobody"}, "general"),
        ({"n": 3, "age_years": (5, 80)}, "11 to 90"),
        ({"n": 3, "sex": "m"}, "female, male"),
    ],
)
def test_a_population_that_cannot_be_is_refused(given, words):
    with pytest.raises(ParameterError, match=words):
        population(**given)
