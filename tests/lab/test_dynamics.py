"""Inverse dynamics against closed forms and against the laws of Newton and Euler for the whole body."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.spatial.transform import Rotation
from toy_motions import angles, derivative, elementary, movement, path, still

from gaitnb.data import layout
from gaitnb.errors import DataError, ParameterError
from gaitnb.lab import dynamics, mechanics, segments
from gaitnb.lab.dynamics import GRAVITY, inverse_dynamics, newton_euler
from gaitnb.lab.motion import Motion
from gaitnb.lab.segments import INDEX, PARENT, SEGMENTS

BODY = segments.inertia(1.75, 70.0)
PERIOD = 1.1
SEEDS = st.integers(0, 2**32 - 1)
up = np.array([0.0, 1.0, 0.0])


def unloaded(n):
    return np.zeros((n, 2, 3)), np.full((n, 2, 3), np.nan)


def random_loads(rng, n):
    """Smooth random forces at feet and hands, as keyword arguments."""

    def smooth(*shape):
        phase = (2 * np.pi * np.arange(n) / n).reshape(-1, *[1] * len(shape))
        return rng.normal(size=shape) + np.cos(phase) * rng.normal(size=shape)

    return {
        "force": 300 * smooth(2, 3),
        "cop": 0.2 * smooth(2, 3) * [1, 0, 1],
        "free_moment": 5 * smooth(2),
        "hand_force": 50 * smooth(2, 3),
        "hand_point": 0.5 * smooth(2, 3),
    }


def pelvis_alone(inertia):
    """A body whose other segments have no mass."""
    only = np.arange(len(SEGMENTS)) == 0
    return replace(
        BODY,
        mass=only * 70.0,
        com=np.zeros_like(BODY.com),
        inertia=only[:, None, None] * np.diag(inertia),
    )


# Closed forms


def test_standing():
    """Standing with 40 % of the weight on the left foot: no residual, moments by levers."""
    motion, weight = still(BODY), 70.0 * GRAVITY
    com = mechanics.whole_body(motion, BODY).com[0]
    force, cop = np.zeros((8, 2, 3)), np.zeros((8, 2, 3))
    force[:, :, 1] = np.array([0.4, 0.6]) * weight
    # the pressure's centre lies below the centre of mass: 0.1 m left of it, and 0.2 / 3 m right
    cop[:, :, 0], cop[:, :, 2] = com[0], com[2] + np.array([-0.1, 0.2 / 3])
    loads = inverse_dynamics(motion, BODY, force, cop)
    assert dynamics.residual_bw(loads) < 1e-14
    assert dynamics.residual_nm_per_kg(loads) < 1e-14

    # force between pelvis and trunk: the weight of what stands on it
    above = [INDEX[n] for n in SEGMENTS if n in ("trunk", "head") or "arm" in n]
    lumbar = loads.force[0, INDEX["trunk"]]
    np.testing.assert_allclose(lumbar, BODY.mass[above].sum() * GRAVITY * up, atol=1e-10)
    # ankle: the ground's force less the weight of foot and toes, each with its lever
    ankle = motion.position[0, INDEX["foot_right"]]
    foot = [INDEX["foot_right"], INDEX["toes_right"]]
    place = motion.position[0, foot] + BODY.com[foot]
    held = force[0, 1, 1] * (cop[0, 1, 0] - ankle[0])
    held -= BODY.mass[foot] @ (place[:, 0] - ankle[0]) * GRAVITY
    named = dict(zip(mechanics.JOINTS, mechanics.joint_moments(motion, loads)[0], strict=True))
    assert named["ankle_dorsiflexion_right"] == pytest.approx(-held / 70.0, abs=1e-12)


def test_ankle_moment_is_force_times_lever():
    """With a foot without mass the ankle carries the ground's force and nothing else."""
    feet = np.array(["foot" in n or "toes" in n for n in SEGMENTS])
    body = replace(BODY, mass=BODY.mass * ~feet, inertia=BODY.inertia * ~feet[:, None, None])
    rng = np.random.default_rng(4)
    motion = movement(angles(rng), BODY.offset, PERIOD, path(rng))
    given_loads = random_loads(rng, 256)
    loads = inverse_dynamics(motion, body, **given_loads)
    for side, name in enumerate(dynamics.SIDES):
        ankle = INDEX[f"foot_{name}"]
        force, cop = given_loads["force"][:, side], given_loads["cop"][:, side]
        expected = -np.cross(cop - motion.position[:, ankle], force)
        expected[:, 1] -= given_loads["free_moment"][:, side]
        np.testing.assert_allclose(loads.moment[:, ankle], expected, atol=1e-10)
        np.testing.assert_allclose(loads.force[:, ankle], -force, atol=1e-10)


def test_signs_of_moments():
    """What everybody knows of single-leg stance, on the right leg, force vertical below the pelvis."""
    motion, weight = still(BODY), 70.0 * GRAVITY
    force, cop = np.zeros((8, 2, 3)), np.full((8, 2, 3), np.nan)
    force[:, 1, 1] = weight

    def moments(x, trunk=0.0):
        cop[:, 1] = [x, 0, 0]
        moved = replace(motion, position=motion.position.copy())
        moved.position[:, [INDEX[n] for n in SEGMENTS if n == "head" or "arm" in n], 0] += trunk
        found = mechanics.joint_moments(moved, inverse_dynamics(moved, BODY, force, cop))
        return dict(zip(mechanics.JOINTS, found[0], strict=True))

    ahead, behind = moments(0.1), moments(-0.1)
    assert ahead["ankle_dorsiflexion_right"] < -0.5  # calf muscles hold against falling forward
    assert ahead["knee_flexion_right"] > 0.5  # force before the knee: hamstrings
    assert behind["knee_flexion_right"] < -0.5  # force behind the knee: quadriceps
    assert ahead["hip_flexion_right"] < -0.5  # force before the hip: extensors
    assert ahead["hip_adduction_right"] < -0.3  # force inside the hip: abductors
    assert abs(ahead["ankle_dorsiflexion_left"]) < 0.02  # the other foot hangs
    assert moments(0.0, trunk=0.2)["lumbar_extension"] > 0.1  # leaning forward: back muscles


def test_physical_pendulum():
    """A leg on a fixed pivot that swings freely needs no moment there, and this force."""
    mass, length, inertia = 10.0, 0.4, np.diag([0.2, 0.05, 0.3])
    rng = np.random.default_rng(1)
    theta, rate = rng.uniform(-3, 3, (2, 50))
    about_pivot = inertia[2, 2] + mass * length**2
    turn = -mass * GRAVITY * length * np.sin(theta) / about_pivot
    zero, one = np.zeros(50), np.ones(50)
    axes = np.array(
        [
            [np.cos(theta), np.sin(theta), zero],
            [-np.sin(theta), np.cos(theta), zero],
            [zero, zero, one],
        ]
    )
    force, moment = newton_euler(
        (-1,), np.array([mass]), np.array([[0, -length, 0]]), inertia[None], axes[None],
        position=np.zeros((1, 3, 50)), acceleration=np.zeros((1, 3, 50)),
        omega=np.array([[zero, zero, rate]]), alpha=np.array([[zero, zero, turn]]),
        external_force={}, external_moment={},
    )  # fmt: skip
    np.testing.assert_allclose(moment[0], 0, atol=1e-12)
    along = -axes[1]  # from the pivot to the centre of mass
    pull = mass * (GRAVITY * np.cos(theta) + length * rate**2)
    across = mass * (GRAVITY * np.sin(theta) + length * turn)
    np.testing.assert_allclose(force[0], -pull * along + across * axes[0], atol=1e-10)


def test_free_fall():
    """Nothing acts between the segments of a body that falls without turning."""
    motion = still(BODY)
    falling = replace(motion, acceleration=motion.acceleration - GRAVITY * up)
    loads = inverse_dynamics(falling, BODY, *unloaded(8))
    np.testing.assert_allclose(loads.force, 0, atol=1e-12)
    np.testing.assert_allclose(loads.moment, 0, atol=1e-12)


def test_symmetric_top():
    """The textbook's free top: the body turns about its axis, the axis about the momentum."""
    across, along, tilt, turns = 3.0, 1.0, 0.6, 4
    period = 2.0
    precession = 2 * np.pi * turns / period
    own = precession * (across - along) / along * np.cos(tilt)
    t = np.arange(400) / 400 * period
    outer = elementary(1, precession * t) @ elementary(0, np.full(400, tilt))
    rotation = outer @ elementary(1, own * t)
    # the body's own turn does not close within the period: no spectral derivatives here
    axis = outer @ up
    omega = precession * up + own * axis
    alpha = np.cross(precession * up, own * axis)
    base = still(BODY, 400)
    motion = replace(
        base,
        rotation=np.repeat(rotation[:, None], len(SEGMENTS), axis=1),
        omega=np.repeat(omega[:, None], len(SEGMENTS), axis=1),
        alpha=np.repeat(alpha[:, None], len(SEGMENTS), axis=1),
    )
    body = pelvis_alone([across, along, across])
    loads = inverse_dynamics(motion, body, *unloaded(400), gravity=0.0)
    np.testing.assert_allclose(loads.moment, 0, atol=1e-11)
    whole = mechanics.whole_body(motion, body)
    expected = precession * across * up  # the momentum lies along the axis of precession
    np.testing.assert_allclose(whole.momentum, np.broadcast_to(expected, (400, 3)), atol=1e-11)
    np.testing.assert_allclose(whole.kinetic, whole.kinetic[0], rtol=1e-12)


def test_spinning_body_keeps_momentum_and_energy():
    """A stiff human being thrown into the air, tumbling: Euler's equations, solved by scipy."""
    base = still(BODY, 1)
    place = base.position[0] + BODY.com
    com = BODY.mass @ place / 70.0
    away = place - com
    tensor = BODY.inertia.sum(axis=0) + sum(
        m * (d @ d * np.eye(3) - np.outer(d, d)) for m, d in zip(BODY.mass, away, strict=True)
    )

    def rates(_, state):
        spin, turn = state[:3], state[3:].reshape(3, 3)
        x, y, z = spin
        skew = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
        change = np.linalg.solve(tensor, -np.cross(spin, tensor @ spin))
        return np.concatenate([change, (turn @ skew).ravel()])

    t = np.linspace(0, 1, 101)
    start = np.concatenate([[3.0, 1.0, 4.0], np.eye(3).ravel()])
    done = solve_ivp(rates, (0, 1), start, "DOP853", t, rtol=1e-12, atol=1e-13)
    spin, rotation = done.y[:3].T, done.y[3:].T.reshape(-1, 3, 3)
    change = np.array([rates(0, s)[:3] for s in done.y.T])
    omega = np.einsum("tij,tj->ti", rotation, spin)
    alpha = np.einsum("tij,tj->ti", rotation, change)
    throw = np.array([1.0, 3.0, 0.5])
    centre = com + throw * t[:, None] - 0.5 * GRAVITY * t[:, None] ** 2 * up
    arm = np.einsum("tij,sj->tsi", rotation, base.position[0] - com)
    w, a = omega[:, None], alpha[:, None]
    motion = Motion(
        fs_hz=100.0,
        rotation=np.repeat(rotation[:, None], len(SEGMENTS), axis=1),
        position=centre[:, None] + arm,
        velocity=(throw - GRAVITY * t[:, None] * up)[:, None] + np.cross(w, arm),
        acceleration=-GRAVITY * up + np.cross(a, arm) + np.cross(w, np.cross(w, arm)),
        omega=np.repeat(w, len(SEGMENTS), axis=1),
        alpha=np.repeat(a, len(SEGMENTS), axis=1),
    )
    loads = inverse_dynamics(motion, BODY, *unloaded(101))
    assert dynamics.residual_bw(loads) < 1e-9
    assert dynamics.residual_nm_per_kg(loads) < 1e-9
    assert np.abs(loads.moment[:, 1:]).max() > 1  # joints do work to keep it stiff
    whole = mechanics.whole_body(motion, BODY)
    np.testing.assert_allclose(whole.com, centre, atol=1e-12)
    np.testing.assert_allclose(whole.momentum, np.tile(whole.momentum[0], (101, 1)), atol=1e-8)
    np.testing.assert_allclose(whole.energy, whole.energy[0], rtol=1e-10)
    # a stiff joint gives no energy
    np.testing.assert_allclose(mechanics.joint_powers(motion, loads)[:, 1:], 0, atol=1e-9)


# Laws of the whole body, over random movements and loads


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, height=st.floats(1.4, 2.1), table=st.sampled_from(["winter", "deleva"]))
def test_newton_and_euler_for_the_whole_body(seed, height, table):
    """The residual is what external forces lack to the rates of both momenta.

    The momenta are differentiated in time from positions and velocities; neither accelerations nor
    the recursion over joints enter.
    """
    rng = np.random.default_rng(seed)
    body = segments.inertia(height, 70.0, table=table)
    motion = movement(angles(rng, spread=0.3), body.offset, PERIOD, path(rng))
    acts = random_loads(rng, 256)
    loads = inverse_dynamics(motion, body, **acts)

    arm = np.einsum("tsij,sj->tsi", motion.rotation, body.com)
    place = motion.position + arm
    linear = derivative(np.einsum("s,tsi->ti", body.mass, place), PERIOD)
    inertia = np.einsum("tsij,sjk,tslk->tsil", motion.rotation, body.inertia, motion.rotation)
    speed = derivative(place, PERIOD)
    about_origin = np.einsum("tsij,tsj->ti", inertia, motion.omega)
    about_origin += np.cross(place, body.mass[:, None] * speed).sum(axis=1)

    weight = 70.0 * GRAVITY * up
    pushes = acts["force"].sum(axis=1) + acts["hand_force"].sum(axis=1)
    twists = np.cross(acts["cop"], acts["force"]).sum(axis=1)
    twists += np.cross(acts["hand_point"], acts["hand_force"]).sum(axis=1)
    twists += acts["free_moment"].sum(axis=1)[:, None] * up
    com = np.einsum("s,tsi->ti", body.mass, place) / 70.0
    missing = derivative(linear, PERIOD) + weight - pushes
    np.testing.assert_allclose(loads.residual_force, missing, atol=2e-7 * np.abs(missing).max())
    lacking = derivative(about_origin, PERIOD) - np.cross(com, -weight) - twists
    found = loads.residual_moment + np.cross(motion.position[:, 0], loads.residual_force)
    np.testing.assert_allclose(found, lacking, atol=2e-7 * np.abs(lacking).max())


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_energy_balance(seed):
    """Power of joints, residual and external forces is the rate of kinetic and potential energy."""
    rng = np.random.default_rng(seed)
    motion = movement(angles(rng, spread=0.3), BODY.offset, PERIOD, path(rng))
    acts = random_loads(rng, 256)
    loads = inverse_dynamics(motion, BODY, **acts)
    given_in = mechanics.joint_powers(motion, loads).sum(axis=1)
    for side, name in enumerate(dynamics.SIDES):
        for part, push, point in (
            ("foot", "force", "cop"),
            ("forearm", "hand_force", "hand_point"),
        ):
            s = INDEX[f"{part}_{name}"]
            lever = acts[point][:, side] - motion.position[:, s]
            speed = motion.velocity[:, s] + np.cross(motion.omega[:, s], lever)
            given_in += np.sum(acts[push][:, side] * speed, axis=1)
        given_in += acts["free_moment"][:, side] * motion.omega[:, INDEX[f"foot_{name}"], 1]
    rate = derivative(mechanics.whole_body(motion, BODY).energy, PERIOD)
    np.testing.assert_allclose(given_in, rate, atol=2e-7 * np.abs(rate).max())


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS)
def test_whole_body_by_differentiation(seed):
    rng = np.random.default_rng(seed)
    motion = movement(angles(rng, spread=0.3), BODY.offset, PERIOD, path(rng))
    whole = mechanics.whole_body(motion, BODY)
    largest = np.abs(whole.acceleration).max()
    np.testing.assert_allclose(whole.velocity, derivative(whole.com, PERIOD), atol=1e-8)
    np.testing.assert_allclose(
        whole.acceleration, derivative(whole.velocity, PERIOD), atol=2e-7 * largest
    )
    assert (whole.kinetic > 0).all()


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS)
def test_generalised_moments_give_the_power(seed):
    """The three moments of a joint times the rates of its three angles are the joint's power."""
    rng = np.random.default_rng(seed)
    q = angles(rng, spread=0.3)
    motion = movement(q, BODY.offset, PERIOD)
    loads = inverse_dynamics(motion, BODY, *unloaded(256))
    power, rate = mechanics.joint_powers(motion, loads), derivative(q, PERIOD)
    for s, p in enumerate(PARENT):
        if p < 0:
            continue
        axes = mechanics.joint_axes(motion, SEGMENTS[s])
        generalised = np.einsum("tij,tj->ti", axes, loads.moment[:, s])
        total = np.sum(generalised * rate[:, s], axis=1)
        np.testing.assert_allclose(total, power[:, s], atol=1e-7 * np.abs(power[:, s]).max())
    named = dict(zip(mechanics.JOINTS, mechanics.joint_moments(motion, loads).T, strict=True))
    hip = np.einsum(
        "tij,tj->it",
        mechanics.joint_axes(motion, "thigh_left"),
        loads.moment[:, INDEX["thigh_left"]],
    )
    np.testing.assert_allclose(named["hip_flexion_left"], hip[0] / 70.0, atol=1e-12)
    np.testing.assert_allclose(named["hip_adduction_left"], -hip[1] / 70.0, atol=1e-12)
    np.testing.assert_allclose(named["hip_rotation_left"], -hip[2] / 70.0, atol=1e-12)


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS)
def test_mirrored_movement_has_mirrored_moments(seed):
    """Left and right change places; in the layout's signs the values stay, but the trunk's turn."""
    rng = np.random.default_rng(seed)
    motion = movement(angles(rng), BODY.offset, PERIOD, path(rng))
    acts = random_loads(rng, 256)
    swap = [INDEX[_other(n)] for n in SEGMENTS]
    flip = np.diag([1.0, 1.0, -1.0])
    mirrored = replace(
        motion,
        rotation=flip @ motion.rotation[:, swap] @ flip,
        position=motion.position[:, swap] @ flip,
        velocity=motion.velocity[:, swap] @ flip,
        acceleration=motion.acceleration[:, swap] @ flip,
        omega=-motion.omega[:, swap] @ flip,
        alpha=-motion.alpha[:, swap] @ flip,
    )
    turned = {k: v[:, ::-1] @ flip if v.ndim == 3 else -v[:, ::-1] for k, v in acts.items()}
    here = mechanics.joint_moments(motion, inverse_dynamics(motion, BODY, **acts))
    there = mechanics.joint_moments(mirrored, inverse_dynamics(mirrored, BODY, **turned))
    order = [mechanics.JOINTS.index(_other(n)) for n in mechanics.JOINTS]
    sign = [-1.0 if n in ("lumbar_bending", "lumbar_rotation") else 1.0 for n in mechanics.JOINTS]
    np.testing.assert_allclose(there[:, order] * sign, here, atol=1e-10)


def _other(name):
    if name.endswith("_left"):
        return name.replace("_left", "_right")
    return name.replace("_right", "_left")


def test_moving_lab_changes_nothing():
    """The laws are the same in a lab that moves along, is turned about the vertical, or elsewhere."""
    rng = np.random.default_rng(7)
    motion = movement(angles(rng), BODY.offset, PERIOD, path(rng))
    acts = random_loads(rng, 256)
    here = inverse_dynamics(motion, BODY, **acts)
    turn = Rotation.from_euler("y", 0.7).as_matrix()
    shift = np.array([2.0, 0.0, 1.0]) + np.outer(motion.time, [1.3, 0.0, 0.2])
    away = replace(
        motion,
        rotation=turn @ motion.rotation,
        position=motion.position @ turn.T + shift[:, None],
        velocity=motion.velocity @ turn.T + [1.3, 0.0, 0.2],
        acceleration=motion.acceleration @ turn.T,
        omega=motion.omega @ turn.T,
        alpha=motion.alpha @ turn.T,
    )
    moved = {
        "force": acts["force"] @ turn.T,
        "cop": acts["cop"] @ turn.T + shift[:, None],
        "free_moment": acts["free_moment"],
        "hand_force": acts["hand_force"] @ turn.T,
        "hand_point": acts["hand_point"] @ turn.T + shift[:, None],
    }
    there = inverse_dynamics(away, BODY, **moved)
    np.testing.assert_allclose(
        mechanics.joint_moments(away, there), mechanics.joint_moments(motion, here), atol=1e-10
    )
    np.testing.assert_allclose(there.moment, here.moment @ turn.T, atol=1e-8)


def test_hand_load_acts_in_the_hand():
    """Ten kilograms held still in one hand: the elbow carries them with the forearm's lever."""
    motion = still(BODY)
    elbow = INDEX["forearm_right"]
    flexed = Rotation.from_euler("z", 90, degrees=True).as_matrix()  # forearm forward
    motion.rotation[:, elbow] = flexed
    hand_force = np.zeros((8, 2, 3))
    hand_force[:, 1, 1] = -98.1
    with_load = inverse_dynamics(motion, BODY, *unloaded(8), hand_force=hand_force)
    without = inverse_dynamics(motion, BODY, *unloaded(8))
    lever = (1 + dynamics.GRIP) * BODY.length[elbow]
    more = with_load.moment[0, elbow] - without.moment[0, elbow]
    np.testing.assert_allclose(more, [0, 0, 98.1 * lever], atol=1e-10)
    np.testing.assert_allclose(
        with_load.residual_force[0] - without.residual_force[0], [0, 98.1, 0], atol=1e-10
    )


# The interface


def test_names_are_the_layouts():
    assert tuple(layout.JOINTS) == mechanics.JOINTS


def test_trials_before_time():
    """Dimensions before time are independent trials."""
    rng = np.random.default_rng(2)
    motions = [movement(angles(rng, 300), BODY.offset, PERIOD, path(rng, 300)) for _ in range(3)]
    acts = [random_loads(rng, 300) for _ in range(3)]
    stacked = replace(
        motions[0],
        **{
            name: np.stack([getattr(m, name) for m in motions])
            for name in ("rotation", "position", "velocity", "acceleration", "omega", "alpha")
        },
    )
    together = inverse_dynamics(
        stacked, BODY, **{name: np.stack([a[name] for a in acts]) for name in acts[0]}
    )
    named = mechanics.joint_moments(stacked, together)
    powers = mechanics.joint_powers(stacked, together)
    com = mechanics.whole_body(stacked, BODY).com
    assert dynamics.residual_bw(together).shape == (3,)
    for i, (motion, act) in enumerate(zip(motions, acts, strict=True)):
        alone = inverse_dynamics(motion, BODY, **act)
        np.testing.assert_array_equal(together.force[i], alone.force)
        np.testing.assert_array_equal(together.moment[i], alone.moment)
        np.testing.assert_array_equal(named[i], mechanics.joint_moments(motion, alone))
        np.testing.assert_array_equal(powers[i], mechanics.joint_powers(motion, alone))
        np.testing.assert_array_equal(com[i], mechanics.whole_body(motion, BODY).com)
        assert dynamics.residual_bw(together)[i] == dynamics.residual_bw(alone)


def test_residual_names_an_unbalanced_movement():
    motion, weight = still(BODY), 70.0 * GRAVITY
    force, cop = np.zeros((8, 2, 3)), np.zeros((8, 2, 3))
    force[:, :, 1] = weight / 2
    assert dynamics.residual_bw(inverse_dynamics(motion, BODY, force, cop)) < 1e-14
    force[3, 1, 0] = 0.06 * weight  # one sample is enough
    found = dynamics.residual_bw(inverse_dynamics(motion, BODY, force, cop))
    assert found == pytest.approx(0.06) and found > dynamics.RESIDUAL_LIMIT_BW


def test_swing_needs_no_centre_of_pressure():
    motion = still(BODY)
    force, cop = unloaded(8)
    force[:4, 0, 1] = 700.0
    cop[:4, 0] = [0.05, 0.0, -0.1]
    loads = inverse_dynamics(motion, BODY, force, cop)
    assert np.isfinite(loads.moment).all()
    cop[2, 0] = np.nan
    with pytest.raises(DataError, match="cop is NaN where the left foot is loaded, in 1 samples"):
        inverse_dynamics(motion, BODY, force, cop)


def test_bad_input_is_named():
    motion = still(BODY)
    force, cop = unloaded(8)
    with pytest.raises(ParameterError, match=r"force has shape \(7, 2, 3\); expected \(8, 2, 3\)"):
        inverse_dynamics(motion, BODY, force[:7], cop)
    with pytest.raises(ParameterError, match="free_moment has shape"):
        inverse_dynamics(motion, BODY, force, cop, np.zeros((8, 3)))
    force[0, 0, 0] = np.inf
    with pytest.raises(DataError, match="force is not finite in 1 of"):
        inverse_dynamics(motion, BODY, force, cop)
    bad = replace(motion, alpha=np.full_like(motion.alpha, np.nan))
    with pytest.raises(DataError, match="motion.alpha is not finite"):
        inverse_dynamics(bad, BODY, *unloaded(8))
    short = replace(motion, position=motion.position[:, :14])
    with pytest.raises(ParameterError, match="motion.position has shape"):
        inverse_dynamics(short, BODY, *unloaded(8))
    turned = replace(motion, rotation=motion.rotation[..., :2])
    with pytest.raises(ParameterError, match="motion.rotation has shape"):
        inverse_dynamics(turned, BODY, *unloaded(8))
    with pytest.raises(ParameterError, match="hand_point is given without hand_force"):
        inverse_dynamics(motion, BODY, *unloaded(8), hand_point=np.zeros((8, 2, 3)))
    with pytest.raises(ParameterError, match="no samples"):
        inverse_dynamics(still(BODY, 0), BODY, *unloaded(0))
