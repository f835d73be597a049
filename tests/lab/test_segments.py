"""Anthropometry against the whole-body figures of its sources, and its own laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gaitnb.errors import ParameterError
from gaitnb.lab import segments
from gaitnb.lab.anthropometry import SEXES, TABLES
from gaitnb.lab.segments import INDEX, PARENT, SEGMENTS

PEOPLE = {
    "height_m": st.floats(1.4, 2.1),
    "mass_kg": st.floats(40, 150),
    "sex": st.sampled_from(SEXES),
    "table": st.sampled_from(TABLES),
}


def standing(body):
    """Origins of the segments above the point on the floor between the ankles."""
    place = np.zeros((len(SEGMENTS), 3))
    for s, p in enumerate(PARENT):
        place[s] = body.offset[s] + (0 if p < 0 else place[p])
    return place


def test_the_tree():
    assert len(SEGMENTS) == len(set(SEGMENTS)) == 15
    for s, p in enumerate(PARENT):
        assert p < s
    parents = {s: SEGMENTS[p] for s, p in zip(SEGMENTS, PARENT, strict=True) if p >= 0}
    assert parents["trunk"] == parents["thigh_left"] == "pelvis"
    assert parents["head"] == parents["upper_arm_right"] == "trunk"
    for side in ("left", "right"):
        assert parents[f"toes_{side}"] == f"foot_{side}"
        assert parents[f"foot_{side}"] == f"shank_{side}"
        assert parents[f"shank_{side}"] == f"thigh_{side}"
        assert parents[f"forearm_{side}"] == f"upper_arm_{side}"


@settings(max_examples=50, deadline=None)
@given(**PEOPLE)
def test_masses_sum_and_inertias_are_possible(height_m, mass_kg, sex, table):
    body = segments.inertia(height_m, mass_kg, sex, table)
    assert body.mass.sum() == pytest.approx(mass_kg, rel=1e-14)
    assert (body.mass > 0).all()
    np.testing.assert_allclose(body.inertia, np.swapaxes(body.inertia, 1, 2), atol=1e-15)
    moments = np.linalg.eigvalsh(body.inertia)  # ascending
    assert (moments > 0).all()
    # a real distribution of mass: no principal moment exceeds the sum of the two others
    assert (moments[:, 2] <= (moments[:, 0] + moments[:, 1]) * (1 + 1e-9)).all()


@settings(max_examples=50, deadline=None)
@given(**PEOPLE)
def test_left_mirrors_right(height_m, mass_kg, sex, table):
    body = segments.inertia(height_m, mass_kg, sex, table)
    mirror = np.array([1.0, 1.0, -1.0])
    for name in SEGMENTS:
        if not name.endswith("_left"):
            continue
        left, right = INDEX[name], INDEX[name.replace("_left", "_right")]
        assert body.mass[left] == body.mass[right]
        np.testing.assert_array_equal(body.com[left], body.com[right] * mirror)
        np.testing.assert_array_equal(body.offset[left], body.offset[right] * mirror)
        np.testing.assert_array_equal(body.inertia[left], body.inertia[right])
    assert body.offset[INDEX["thigh_right"], 2] > 0  # z points to the right


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("sex", SEXES)
def test_whole_body_centre_of_mass(sex, table):
    """Textbooks put it at 55 to 57 % of the height in standing."""
    body = segments.inertia(1.70, 65.0, sex, table)
    com = body.mass @ (standing(body) + body.com) / body.mass.sum()
    assert 0.54 < com[1] / 1.70 < 0.59
    assert com[2] == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize("sex", SEXES)
def test_whole_body_inertia(sex):
    """A rod of that size has 18 kg m^2 about the transverse axis; a body, gathered in, less."""
    body = segments.inertia(1.75, 70.0, sex, "deleva")
    place = standing(body) + body.com
    place -= body.mass @ place / 70.0
    transverse = body.inertia[:, 2, 2].sum() + body.mass @ (place[:, 0] ** 2 + place[:, 1] ** 2)
    assert 10 < transverse < 15


def test_shares_of_winter():
    """Entire leg .161 and head, arms and trunk .678 of the mass: rows that are not used here."""
    body = segments.inertia(1.8, 100.0, table="winter")
    leg = [i for i, n in enumerate(SEGMENTS) if n.endswith("_left") and "arm" not in n]
    upper = [INDEX[n] for n in ("pelvis", "trunk", "head")]
    arms = [i for i, n in enumerate(SEGMENTS) if "arm" in n]
    assert body.mass[leg].sum() == pytest.approx(16.1, abs=1e-9)
    assert body.mass[upper + arms].sum() == pytest.approx(67.8, abs=1e-9)


def test_leg_of_winter_as_one():
    """Centre of the entire leg at .447 and its radius at .326 of its length (same table).

    The table hangs the foot straight down from the shank; here it stands flat on the floor, so
    that the centre is a little higher.
    """
    body = segments.inertia(1.8, 100.0, table="winter")
    leg = [INDEX[f"{n}_right"] for n in ("thigh", "shank", "foot", "toes")]
    place = (standing(body) + body.com)[leg]
    mass = body.mass[leg]
    com = mass @ place / mass.sum()
    length = body.length[leg[0]] + body.length[leg[1]]
    hip = standing(body)[leg[0]]
    assert (hip - com)[1] / length == pytest.approx(0.447, abs=0.02)
    square = np.sum((place - com)[:, :2] ** 2, axis=1)
    radius = np.sqrt((body.inertia[leg, 2, 2].sum() + mass @ square) / mass.sum())
    assert radius / length == pytest.approx(0.326, abs=0.01)


@pytest.mark.parametrize(
    "sex, centre, radius", [("male", 0.4486, 0.347), ("female", 0.4151, 0.339)]
)
def test_trunk_of_de_leva_as_one(sex, centre, radius):
    """Its centre and transverse radius from suprasternale to the hips: an unused row of table 4.

    The three parts of the trunk overlap differently with the head's axis than the whole, so the
    heights agree within a few hundredths only.
    """
    height = {"male": 1.741, "female": 1.735}[sex]
    trunk = {"male": 0.5319, "female": 0.5293}[sex]
    body = segments.inertia(height, 70.0, sex, "deleva")
    rows = [INDEX["pelvis"], INDEX["trunk"]]
    place, mass = (standing(body) + body.com)[rows], body.mass[rows]
    com = mass @ place / mass.sum()
    above_hips = com[1] - body.leg_length_m
    assert above_hips / trunk == pytest.approx(1 - centre, abs=0.02)
    square = np.sum((place - com)[:, :2] ** 2, axis=1)
    found = np.sqrt((body.inertia[rows, 2, 2].sum() + mass @ square) / mass.sum())
    assert found / trunk == pytest.approx(radius, abs=0.02)


@pytest.mark.parametrize("table", TABLES)
def test_foot_and_toes_are_the_tables_foot(table):
    body = segments.inertia(1.741, 73.0, "male", table)
    foot, toes = INDEX["foot_right"], INDEX["toes_right"]
    mass = body.mass[[foot, toes]]
    place = np.array([body.com[foot], body.offset[toes] + body.com[toes]])
    com = mass @ place / mass.sum()
    tensor = sum(
        body.inertia[s] + m * (d @ d * np.eye(3) - np.outer(d, d))
        for s, m, d in zip((foot, toes), mass, place - com, strict=True)
    )
    if table == "winter":
        assert mass.sum() == pytest.approx(0.0145 * 73)
        length = np.linalg.norm(body.offset[toes])  # ankle to the ball
        np.testing.assert_allclose(com, body.offset[toes] / 2, atol=1e-12)
        assert np.sqrt(tensor[2, 2] / mass.sum()) == pytest.approx(0.475 * length)
    else:
        assert mass.sum() == pytest.approx(0.0137 * 73)
        assert com[0] - body.heel_m == pytest.approx(0.4415 * 0.2581)
        assert np.sqrt(tensor[2, 2] / mass.sum()) == pytest.approx(0.245 * 0.2581)
    np.testing.assert_allclose(tensor, np.diag(np.diag(tensor)), atol=1e-15)


def test_scaling():
    """Similar people: lengths with height, masses with mass, inertias with both."""
    small, tall = segments.inertia(1.6, 60.0), segments.inertia(1.92, 90.0)
    np.testing.assert_allclose(tall.mass, small.mass * 1.5)
    np.testing.assert_allclose(tall.com, small.com * 1.2)
    np.testing.assert_allclose(tall.offset, small.offset * 1.2)
    np.testing.assert_allclose(tall.inertia, small.inertia * 1.5 * 1.44)


def test_leg_length_keeps_the_height():
    usual = segments.inertia(1.75, 70.0)
    longer = segments.inertia(1.75, 70.0, leg_length_m=0.99)
    assert longer.leg_length_m == pytest.approx(0.99)

    def top(body):
        return standing(body)[INDEX["head"], 1] + body.length[INDEX["head"]]

    assert top(usual) == pytest.approx(1.75)
    assert top(longer) == pytest.approx(1.75)
    foot = segments.inertia(1.75, 70.0, foot_length_m=0.30, foot_width_m=0.11)
    assert foot.toe_tip_m - foot.heel_m == pytest.approx(0.30)
    assert foot.foot_width_m == 0.11


@pytest.mark.parametrize(
    "bad, said",
    [
        ({"height_m": 175}, "height_m is 175; expected 1 to 2.4 m"),
        ({"height_m": float("nan")}, "height_m is nan"),
        ({"mass_kg": -70}, "mass_kg is -70; expected 20 to 300 kg"),
        ({"mass_kg": "70 kg"}, "mass_kg is '70 kg'"),
        ({"sex": "m"}, "sex is 'm'; expected one of female, male"),
        ({"table": "hanavan"}, "table is 'hanavan'; expected one of winter, deleva"),
        ({"leg_length_m": 90}, "leg_length_m is 90"),
        ({"foot_length_m": 0.0}, "foot_length_m is 0.0"),
    ],
)
def test_bad_input_is_named(bad, said):
    with pytest.raises(ParameterError, match=said):
        segments.inertia(**bad)
