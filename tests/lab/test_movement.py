"""Walks: strides that vary as published, feet that stay, physics to rounding, the same when streamed."""

import numpy as np
import pytest

from gaitnb.errors import ParameterError
from gaitnb.lab import balance, contact, dynamics, movement, solve, steps
from gaitnb.lab.people import Person, population

PERSON = population(3, seed=1)[1]


@pytest.fixture(scope="module")
def walk():
    return movement.movement(PERSON, duration_s=60.0, fs_hz=100.0, seed=5)


def kinematics(one):
    return {
        "axes": one.motion.rotation.transpose(1, 3, 2, 0),
        "position": one.motion.position.transpose(1, 2, 0),
    }


def test_a_walk_that_varies_obeys_newton_and_euler(walk):
    loads = dynamics.inverse_dynamics(
        walk.motion, walk.body, walk.force, walk.cop, walk.free_moment
    )
    assert dynamics.residual_bw(loads) < 1e-9
    assert dynamics.residual_nm_per_kg(loads) < 1e-9


def test_feet_neither_slip_nor_sink(walk):
    sole, time = contact.sole(walk.body), walk.motion.time
    for side in ("left", "right"):
        for name, place in contact.sole_points(kinematics(walk), sole, side).items():
            assert place[1].min() > -0.004
            for start in walk.contact_s[side]:
                ends = walk.toe_off_s[side][walk.toe_off_s[side] > start]
                if not len(ends):
                    continue
                stance = (time - start) / (ends[0] - start)
                held = (
                    (contact.contact_weights(stance)[name] > 0.99) & (stance >= 0) & (stance <= 1)
                )
                floor = place[[0, 2]][:, held]
                slip = np.hypot(*(floor - floor.mean(axis=1, keepdims=True)))
                assert slip.max() < 0.0025


def test_the_centre_of_pressure_lies_inside_the_sole_and_is_missing_in_swing(walk):
    weight = balance.weight_n(walk.body)
    for i, side in enumerate(("left", "right")):
        points = contact.sole_points(kinematics(walk), contact.sole(walk.body), side)
        loaded = walk.force[:, i, 1] > 0.05 * weight
        outside = contact.outside_sole(walk.cop[:, i].T, points, walk.body)[loaded]
        assert outside.max() < 0.005
        swing = np.isnan(walk.cop[:, i]).any(axis=1)
        assert 0.3 < swing.mean() < 0.45
        assert not walk.force[swing, i].any()
        assert not walk.free_moment[swing, i].any()
    assert np.isfinite(walk.force).all()


def test_over_whole_strides_the_ground_carries_the_weight_and_nothing_forward(walk):
    start, end = (round(100 * t) for t in walk.contact_s["right"][[0, -1]])
    mean = walk.force[start:end].sum(axis=1).mean(axis=0) / balance.weight_n(walk.body)
    np.testing.assert_allclose(mean, [0, 1, 0], atol=0.005)


def test_derivatives_are_those_of_the_positions():
    one = movement.movement(PERSON, duration_s=3.0, fs_hz=1000.0, seed=5).motion
    for values, rate in ((one.position, one.velocity), (one.velocity, one.acceleration)):
        numeric = (values[2:] - values[:-2]) * 500
        assert np.abs(numeric - rate[1:-1]).max() < 1e-3 * np.abs(rate).max()


def test_strides_vary_as_published():
    one = steps.draw(solve.solve(PERSON, 1.2), 1000, seed=[3])
    strides = one.contact_s[2:] - one.contact_s[:-2]
    assert 0.013 < strides.std() / strides.mean() < 0.019  # 1.6 %
    assert np.corrcoef(strides[:-2:2], strides[2::2])[0, 1] > 0.15  # persistent
    again = steps.draw(one.gait, 1000, seed=[3])
    np.testing.assert_array_equal(one.contact_s, again.contact_s)


def test_persistent_noise_has_unit_variance_and_the_exponent_asked_for():
    rng = np.random.default_rng(0)
    noise = np.array([steps.persistent_noise(rng, 256, 0.75) for _ in range(400)])
    assert noise.std() == pytest.approx(1.0, rel=0.03)
    sums = [noise[:, :n].sum(axis=1).std() for n in (8, 128)]
    # sums of n values grow as n to the power of the exponent
    assert np.log(sums[1] / sums[0]) / np.log(16) == pytest.approx(0.75, abs=0.06)
    white = steps.persistent_noise(rng, 4096, 0.5)
    assert abs(np.corrcoef(white[:-1], white[1:])[0, 1]) < 0.05


def test_streaming_gives_the_same_samples(walk):
    pieces = list(movement.stream(PERSON, duration_s=60.0, seed=5, piece_s=7.3))
    assert len(pieces) == 9
    for name in ("force", "cop", "free_moment", "coordinates"):
        joined = np.concatenate([getattr(p, name) for p in pieces])
        np.testing.assert_allclose(joined, getattr(walk, name), rtol=0, atol=1e-9)
    joined = np.concatenate([p.motion.acceleration for p in pieces])
    np.testing.assert_allclose(joined, walk.motion.acceleration, rtol=0, atol=1e-9)
    contacts = np.concatenate([p.contact_s["left"] for p in pieces])
    np.testing.assert_allclose(contacts, walk.contact_s["left"])


def test_a_walk_depends_on_seed_person_and_trial_alone(walk):
    again = movement.movement(PERSON, duration_s=60.0, seed=5)
    np.testing.assert_array_equal(again.force, walk.force)
    shorter = movement.movement(PERSON, duration_s=5.0, seed=5, trial=1)
    assert not np.allclose(shorter.force, walk.force[:500])


def test_without_variability_every_stride_is_the_same():
    one = movement.movement(PERSON, duration_s=10.0, variability=0)
    strides = np.diff(one.contact_s["right"])
    np.testing.assert_allclose(strides, strides[0])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"fs_hz": 5.0}, "fs_hz is 5.*20 to 2000"),
        ({"fs_hz": float("nan")}, "fs_hz"),
        ({"duration_s": 0.0}, "duration_s is 0.*1 to"),
        ({"speed_mps": 4.0}, "speed_mps is 4"),
        ({"variability": -1.0}, "variability is -1.*0 to 2"),
    ],
)
def test_what_was_not_validated_is_refused(given, words):
    with pytest.raises(ParameterError, match=words):
        movement.movement(Person(), **given)
