"""Inverse dynamics of a minute of movement: all frames at once against a loop over the frames."""

import numpy as np
import pytest

from gaitnb.lab import segments
from gaitnb.lab.dynamics import GRAVITY, inverse_dynamics
from gaitnb.lab.motion import Motion
from gaitnb.lab.segments import INDEX, PARENT, SEGMENTS

BODY = segments.inertia(1.75, 70.0)
FS_HZ = 100.0


def movement(seconds):
    """Numbers of a plausible size: what is computed does not depend on their meaning."""
    rng = np.random.default_rng(0)
    n, count = int(seconds * FS_HZ), len(SEGMENTS)
    rotation = np.linalg.qr(rng.normal(size=(n, count, 3, 3)))[0]
    position, velocity, acceleration, omega, alpha = rng.normal(size=(5, n, count, 3))
    motion = Motion(FS_HZ, rotation, position, velocity, acceleration, omega, alpha)
    return motion, {
        "force": 300 * rng.normal(size=(n, 2, 3)),
        "cop": 0.1 * rng.normal(size=(n, 2, 3)),
        "free_moment": rng.normal(size=(n, 2)),
    }


def frame_by_frame(motion, body, force, cop, free_moment):
    """What one writes first: for every frame and every segment the equations as in the book."""
    n, count = motion.position.shape[:2]
    joint_force, joint_moment = np.zeros((n, count, 3)), np.zeros((n, count, 3))
    gravity = np.array([0.0, -GRAVITY, 0.0])
    feet = {INDEX["foot_left"]: 0, INDEX["foot_right"]: 1}
    for t in range(n):
        for s in reversed(range(count)):
            rotation, origin = motion.rotation[t, s], motion.position[t, s]
            omega, alpha = motion.omega[t, s], motion.alpha[t, s]
            arm = rotation @ body.com[s]
            change = motion.acceleration[t, s] + np.cross(alpha, arm)
            change = change + np.cross(omega, np.cross(omega, arm))
            inertia = rotation @ body.inertia[s] @ rotation.T
            push = body.mass[s] * (change - gravity)
            turn = inertia @ alpha + np.cross(omega, inertia @ omega) + np.cross(arm, push)
            if s in feet:
                side = feet[s]
                push = push - force[t, side]
                turn = turn - np.cross(cop[t, side] - origin, force[t, side])
                turn = turn - np.array([0.0, free_moment[t, side], 0.0])
            joint_force[t, s] += push
            joint_moment[t, s] += turn
            p = PARENT[s]
            if p >= 0:
                joint_force[t, p] += joint_force[t, s]
                joint_moment[t, p] += joint_moment[t, s]
                lever = origin - motion.position[t, p]
                joint_moment[t, p] += np.cross(lever, joint_force[t, s])
    return joint_force, joint_moment


def all_at_once(motion, body, **acts):
    loads = inverse_dynamics(motion, body, **acts)
    return loads.force, loads.moment


@pytest.mark.benchmark(group="inverse dynamics, 15 segments, 100 Hz")
@pytest.mark.parametrize("way", [frame_by_frame, all_at_once], ids=lambda f: f.__name__)
def test_inverse_dynamics(benchmark, way):
    motion, acts = movement(60 if way is all_at_once else 5)
    seconds = len(motion.position) / FS_HZ
    benchmark.extra_info |= {"items": seconds, "item": "second of movement"}
    benchmark.extra_info |= {"reference": True} if way is frame_by_frame else {"target": 50}
    found = benchmark(way, motion, BODY, **acts)
    first = slice(0, 20)
    few = Motion(FS_HZ, *(getattr(motion, n)[first] for n in _ARRAYS))
    expected = frame_by_frame(few, BODY, **{k: v[first] for k, v in acts.items()})
    np.testing.assert_allclose(found[0][first], expected[0], atol=1e-9)
    np.testing.assert_allclose(found[1][first], expected[1], atol=1e-9)


_ARRAYS = ("rotation", "position", "velocity", "acceleration", "omega", "alpha")
