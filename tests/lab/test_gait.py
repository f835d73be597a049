"""The solved stride against published curves, contact and physics, at all speeds and for anybody.

Forces and angles were fitted to the same published means, so that their agreement shows that the
solve works; joint moments were not fitted.
"""

import numpy as np
import pytest

from gaitnb.data.layout import JOINTS
from gaitnb.errors import LabError, ParameterError
from gaitnb.lab import (
    angles,
    balance,
    dynamics,
    fourier,
    leastsquares,
    mechanics,
    movement,
    quality,
    record,
    solve,
)  # fmt: skip
from gaitnb.lab.people import Person, population
from gaitnb.lab.skeleton import INDEX
from gaitnb.lab.target import target

# Mean of 62 healthy people (subset of Slijepcevic et al. 2021), every 5 % of stance, body weights.
VERTICAL = [0.076, 0.531, 0.690, 0.921, 1.054, 1.063, 1.001, 0.909, 0.829, 0.787, 0.784,
            0.816, 0.879, 0.969, 1.065, 1.124, 1.106, 0.978, 0.675, 0.244, 0.053]  # fmt: skip
FORE_AFT = [0.000, -0.083, -0.130, -0.172, -0.157, -0.123, -0.092, -0.066, -0.046, -0.031, -0.017,
            -0.001, 0.017, 0.044, 0.082, 0.126, 0.172, 0.209, 0.204, 0.089, 0.006]  # fmt: skip
MEDIAL = [-0.009, -0.040, 0.003, 0.027, 0.035, 0.039, 0.038, 0.037, 0.034, 0.029, 0.028,
          0.029, 0.031, 0.035, 0.037, 0.036, 0.034, 0.027, 0.006, -0.010, -0.003]  # fmt: skip
# OpenSim's inverse dynamics of its Gait2392 subject, Nm/kg, every 5 % from 0 to 75 % of the cycle;
# stance 63.7 %; signs as in the layout (the model's knee has the opposite sign).
MOMENTS = {
    "hip_flexion_right": [-0.17, -0.45, -0.72, -0.68, -0.35, -0.26, -0.20, -0.13, -0.02, 0.03,
                          0.21, 0.48, 0.43, 0.13, 0.06, 0.07],
    "knee_flexion_right": [0.19, 0.02, -0.42, -0.50, -0.29, 0.05, 0.32, 0.47, 0.57, 0.72, 0.67,
                           0.29, -0.08, -0.03, -0.03, -0.03],
    "ankle_dorsiflexion_right": [0.02, 0.15, 0.10, -0.15, -0.41, -0.67, -1.00, -1.22, -1.36, -1.60,
                                 -1.77, -1.50, -0.50, 0.03, 0.02, 0.01],
    "hip_adduction_right": [-0.13, 0.33, -0.12, -0.38, -0.48, -0.49, -0.46, -0.46, -0.55, -0.56,
                            -0.46, -0.30, 0.02, 0.03, 0.08, -0.01],
}  # fmt: skip
# aims: least correlation
MOMENT_AIMS = {
    "hip_flexion_right": 0.85,
    "knee_flexion_right": 0.75,
    "ankle_dorsiflexion_right": 0.95,
    "hip_adduction_right": 0.85,
}


@pytest.fixture(scope="module")
def stride():
    """One exact stride at 1.4 m/s, sampled finely, from right heel contact."""
    plan, _ = movement.sequence(Person(), speed_mps=1.4, duration_s=5, variability=0)
    walk = plan.pieces[0]
    return record.record(plan, 200 / walk.steps.gait.goal.stride_time_s, 200, 200), walk


def correlation(a, b):
    return np.corrcoef(a, b)[0, 1]


def rms(x):
    return float(np.sqrt(np.mean(np.square(x))))


def test_forces_at_comfortable_speed_are_those_of_the_healthy_mean(stride):
    one, walk = stride
    force = one.force[:, 1] / balance.weight_n(one.body)  # right foot
    at = np.linspace(0, 1, 21) * walk.stance * 200
    ours = [np.interp(at, np.arange(200), force[:, axis]) for axis in range(3)]
    for curve, theirs, r, error in (
        (ours[1], VERTICAL, 0.99, 0.03),
        (ours[0], FORE_AFT, 0.99, 0.012),
        (-ours[2], MEDIAL, 0.95, 0.01),
    ):
        # contact itself is where the smoothing of the template tells
        inner = slice(1, -1)
        assert correlation(curve[inner], np.array(theirs)[inner]) >= r
        assert rms(curve[inner] - np.array(theirs)[inner]) <= error
    first, second = slice(0, 60), slice(60, 130)
    vertical = force[:, 1]
    assert vertical[first].max() == pytest.approx(1.064, abs=0.03)
    assert vertical[second].max() == pytest.approx(1.124, abs=0.03)
    assert vertical[40:80].min() == pytest.approx(0.784, abs=0.03)


def test_angles_are_within_the_difference_of_the_reference_people(stride):
    coefficients = stride[1].steps.gait.coefficients
    curves = np.degrees(coefficients @ fourier.basis(np.arange(20) / 20))
    ref = angles.reference_deg()
    for joint, limit in (("hip_flexion", 4), ("knee_flexion", 5), ("ankle_dorsiflexion", 5)):
        mean = (ref["opensim"][joint] + ref["winter"][joint]) / 2
        assert rms(curves[INDEX[f"{joint}_right"]] - mean) <= limit, joint


def test_joint_moments_which_were_not_fitted_are_like_the_opensim_subjects(stride):
    one, walk = stride
    loads = dynamics.inverse_dynamics(one.motion, one.body, one.force, one.cop, one.free_moment)
    moments = mechanics.joint_moments(one.motion, loads)
    names = list(JOINTS)
    phase = np.interp(np.arange(16) * 0.05, [0, 0.637, 1], [0, walk.stance, 1])
    for joint, theirs in MOMENTS.items():
        curve = moments[:, names.index(joint)]
        ours = np.interp(phase * 200, np.arange(201), np.append(curve, curve[0]))
        assert correlation(ours, theirs) >= MOMENT_AIMS[joint], joint
        assert rms(ours - np.array(theirs)) < 0.3, joint


@pytest.mark.parametrize("speed", [0.4, 0.76, 1.0, 1.4, 1.9, 2.1])
def test_every_speed_is_in_balance_and_keeps_its_feet(speed):
    person = Person()
    one = movement.movement(person, speed_mps=speed, duration_s=4, variability=0)
    loads = dynamics.inverse_dynamics(one.motion, one.body, one.force, one.cop, one.free_moment)
    assert dynamics.residual_bw(loads) < 1e-9
    assert dynamics.residual_nm_per_kg(loads) < 1e-9
    gait = solve.solve(person, speed)
    assert not quality.problems(gait.quality)
    assert gait.quality["slip_mm"] <= 2.5
    assert np.isfinite(gait.coefficients).all()
    forward = one.motion.position[-1, 0, 0] - one.motion.position[0, 0, 0]
    assert forward / one.motion.time[-1] == pytest.approx(speed, rel=0.05)


def test_left_is_right_half_a_stride_later(stride):
    one, _ = stride
    np.testing.assert_allclose(
        np.roll(one.force[:, 0, 1], 100), one.force[:, 1, 1], atol=1e-6 * 700
    )


def test_anybody_can_walk_at_the_preferred_speed_without_a_long_solve():
    gaits = [solve.solve(p, p.preferred_speed_mps) for p in population(12, seed=11)]
    costs = [g.cost for g in gaits]
    assert max(costs) < solve.ACCEPT_COST
    # the quick way ends where the full solve does
    person = population(12, seed=11)[3]
    full = solve.solve(person, person.preferred_speed_mps, full=True)
    assert gaits[3].cost == pytest.approx(full.cost, rel=0.05)
    difference = np.degrees(gaits[3].coefficients - full.coefficients)[6:]
    assert np.abs(difference).max() < 2.0


def test_people_of_the_same_shape_walk_alike_at_the_same_dimensionless_speed():
    small, tall = (
        Person(height_m=1.55, mass_kg=50),
        Person(height_m=1.90, mass_kg=50 * (1.9 / 1.55) ** 3),
    )
    ratio = np.sqrt(1.90 / 1.55)
    one, other = solve.solve(small, 1.2), solve.solve(tall, 1.2 * ratio)
    angle = np.degrees(one.coefficients - other.coefficients)[6:]
    assert np.abs(angle).max() < 1.0
    assert other.goal.stride_m / one.goal.stride_m == pytest.approx(1.90 / 1.55, rel=1e-6)


def test_a_remade_part_of_the_stored_solutions_is_equal():
    speeds, parameters = solve.stored()
    assert solve.FILE.stat().st_size < 1.5e6
    np.testing.assert_allclose(speeds, solve.GRID)
    again, cost, measured = solve.grid_solution(solve.GRID[5])
    np.testing.assert_allclose(again, parameters[5], atol=2e-3)
    assert not quality.problems(measured)


def test_the_solution_is_a_minimum():
    """No small change of any single coefficient lowers the cost."""
    person = Person()
    body = person.body()
    goal = target(1.4, body)
    one = solve.solve(person, 1.4, full=True)
    steps = solve.unit_steps(goal.sd)
    residual = solve.residual_of(one.parameters[None], steps, goal, body)[0]
    jac = leastsquares.jacobian(
        one.parameters, residual, lambda p: solve.residual_of(p, steps, goal, body)
    )
    gradient = jac.T @ residual
    assert np.abs(gradient).max() < 1.0  # per prior standard deviation, of a cost of about 27
    gain = 0.5 * gradient @ np.linalg.solve(jac.T @ jac, gradient)
    assert gain < 0.01 * one.cost


def test_someone_whose_gait_is_not_good_enough_is_named(monkeypatch):
    monkeypatch.setitem(quality.LIMITS, "slip_mm", 0.01)
    with pytest.raises(LabError, match="subject 7 at 1.3 m/s.*slip_mm"):
        solve.solve(Person(number=7), 1.3)


@pytest.mark.parametrize("speed", [0.2, 2.5, float("nan"), float("inf")])
def test_speeds_that_were_not_validated_are_refused_with_the_range(speed):
    with pytest.raises(ParameterError, match="0.40 to 2.2"):
        solve.solve(Person(height_m=1.78), speed)


def test_short_legs_have_a_lower_limit_at_which_they_break_into_a_run():
    with pytest.raises(ParameterError, match="to 2.0"):
        solve.solve(Person(height_m=1.46, mass_kg=50), 2.2)
