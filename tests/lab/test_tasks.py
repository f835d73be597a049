"""Tasks, loads and impairments: each keeps the laws of physics and the feet in their place."""

import numpy as np
import pytest

from gaitnb.errors import LabError, ParameterError
from gaitnb.lab import adapt, balance, contact, dynamics, movement, passages, quality, solve
from gaitnb.lab.people import Person
from gaitnb.lab.skeleton import COORDINATES, INDEX, angle_range

LONG = {"standing": 10.0, "start_and_stop": 18.0, "walk_and_turn": 26.0}


@pytest.fixture(scope="module", params=list(LONG))
def task(request):
    return request.param, movement.movement(
        Person(), request.param, speed_mps=1.1, duration_s=LONG[request.param], seed=2
    )


def angle(one, name):
    return np.degrees(one.coordinates[:, INDEX[name]])


def residual(one):
    loads = dynamics.inverse_dynamics(
        one.motion, one.body, one.force, one.cop, one.free_moment,
        hand_force=one.hand_force, hand_point=one.hand_point,
    )  # fmt: skip
    return dynamics.residual_bw(loads), dynamics.residual_nm_per_kg(loads)


def soles(one):
    kinematics = {
        "axes": one.motion.rotation.transpose(1, 3, 2, 0),
        "position": one.motion.position.transpose(1, 2, 0),
    }
    return {
        side: contact.sole_points(kinematics, contact.sole(one.body), side)
        for side in ("left", "right")
    }


def test_every_task_obeys_newton_and_euler(task):
    assert max(residual(task[1])) < 1e-9


def test_every_task_keeps_the_feet_above_and_the_pressure_inside_the_sole(task):
    one, weight = task[1], balance.weight_n(task[1].body)
    for i, (side, points) in enumerate(soles(one).items()):
        assert min(place[1].min() for place in points.values()) > -0.005, side
        loaded = one.force[:, i, 1] > 0.05 * weight
        assert contact.outside_sole(one.cop[:, i].T, points, one.body)[loaded].max() < 0.005
        assert one.force[:, i, 1].min() >= 0
        # where the whole foot is on the floor it does not move
        heel, ball = points["heel"], points["ball_medial"]
        flat = (heel[1] < 0.004) & (ball[1] < 0.004) & (one.force[:, i, 1] > 0.3 * weight)
        speed = np.hypot(*np.gradient(ball[[0, 2]], 1 / one.motion.fs_hz, axis=1))
        assert np.median(speed[flat]) < 0.01
    for name in COORDINATES[6:]:
        low, high = np.degrees(angle_range(name))
        assert low - 1 <= angle(one, name).min() <= angle(one, name).max() <= high + 1, name


def test_nothing_jumps_where_pieces_join(task):
    one = task[1].motion
    jump = np.abs(np.diff(one.acceleration[:, 0], axis=0)).max()
    assert jump < 3.0  # m/s^2 from sample to sample, as within steady strides
    numeric = (one.position[2:] - one.position[:-2]) * one.fs_hz / 2
    assert np.abs(numeric - one.velocity[1:-1]).max() < 0.02 * np.abs(one.velocity).max() + 1e-4


def test_tasks_do_what_their_names_say(task):
    name, one = task
    place, heading = one.motion.position[:, 0], angle(one, "pelvis_rotation")
    if name == "standing":
        assert not len(one.contact_s["left"]) and np.ptp(place[:, 0]) < 0.06
        sway = one.cop[:, 1, 0].std()
        assert 0.001 < sway < 0.012
        return
    still = np.hypot(*one.motion.velocity[:, 0, [0, 2]].T)
    assert still[0] < 0.02 and still[-1] < 0.02 and still.max() > 1.0
    turned = 180 if name == "walk_and_turn" else 0
    assert heading[-1] == pytest.approx(turned, abs=2)
    gone = place[-1, 0] - place[0, 0]
    assert (gone < 5) if turned else (gone > 8)
    steps = np.sort(np.concatenate([one.contact_s["left"], one.contact_s["right"]]))
    assert len(steps) > 12 and np.diff(steps).min() > 0.3
    assert np.abs(one.force[:100].sum(axis=1)[:, 1] / balance.weight_n(one.body) - 1).max() < 0.02


def test_a_passage_that_is_not_good_enough_is_named(monkeypatch):
    monkeypatch.setitem(quality.LIMITS, "lift_mm", 0.001)
    one = solve.solve_body(solve.mean_body(), 1.1)
    with pytest.raises(LabError, match="no stop found for subject 9 at 1.1 m/s: lift_mm"):
        passages.passage("stop", one, number=9)


@pytest.mark.slow
def test_a_remade_passage_is_equal():
    assert passages.FILE.stat().st_size + solve.FILE.stat().st_size < 1.5e6
    away, measured = passages.grid_passage("stop", passages.GRID[1])
    np.testing.assert_allclose(away, passages._stored()["stop"][1], atol=2e-3)
    assert not quality.problems(measured)


def test_a_load_in_the_hand_is_carried_by_the_feet_and_leaned_against():
    free = movement.movement(Person(), speed_mps=1.1, duration_s=6, variability=0)
    one = movement.movement(
        Person(), speed_mps=1.1, duration_s=6, variability=0, load={"right": 8.0}
    )
    assert max(residual(one)) < 1e-9
    period = round(100 * np.diff(one.contact_s["right"])[0])
    weight = balance.weight_n(one.body)
    carried = one.force[:period].sum(axis=1)[:, 1].mean() - weight
    assert carried == pytest.approx(8.0 * 9.81, rel=0.02)
    held = one.hand_force[:period, 1].mean(axis=0)
    np.testing.assert_allclose(held, [0, -8.0 * 9.81, 0], atol=3.0)
    assert not one.hand_force[:, 0].any()
    assert angle(one, "lumbar_bending").mean() < angle(free, "lumbar_bending").mean() - 2
    assert np.ptp(angle(one, "shoulder_flexion_right")) < 0.5 * np.ptp(
        angle(free, "shoulder_flexion_right")
    )


def test_a_load_as_force_or_as_part_of_the_body_is_the_same():
    body = Person().body()
    loaded = adapt.loaded_body(body, np.array([0.0, 6.0]))
    assert loaded.mass.sum() == pytest.approx(body.mass.sum() + 6.0)
    # centre of mass of forearm and load
    s = 6
    expected = (body.mass[s] * body.com[s] + 6.0 * adapt.grip(body, "right")) / (body.mass[s] + 6.0)
    np.testing.assert_allclose(loaded.com[s], expected)


def test_a_stiff_knee_reaches_what_was_asked_for_and_the_other_does_not_change():
    one = movement.movement(
        Person(), speed_mps=1.0, duration_s=5, variability=0, impairment={"knee_flexion_right": 40}
    )
    assert angle(one, "knee_flexion_right").max() == pytest.approx(40, abs=3)
    assert angle(one, "knee_flexion_left").max() > 55
    assert max(residual(one)) < 1e-9


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"task": "juggling"}, "juggling.*level_walking"),
        ({"task": "walk_and_turn", "duration_s": 10}, "duration_s is 10.*25"),
        ({"load": {"back": 5.0}}, "back.*left, right"),
        ({"load": {"left": 60.0}}, "60.*0 to 15"),
        ({"load": {"left": float("nan")}}, "0 to 15"),
        ({"impairment": {"elbow": 5}}, "elbow"),
        ({"impairment": {"knee_flexion_right": 150}}, "knee_flexion_right of 150"),
        ({"task": "standing", "impairment": {"knee_flexion_right": 40}}, "standing"),
    ],
)
def test_what_was_not_validated_is_refused(given, words):
    with pytest.raises(ParameterError, match=words):
        movement.movement(Person(), **given)
