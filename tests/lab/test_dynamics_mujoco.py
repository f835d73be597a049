"""Inverse dynamics of the same body and movement by MuJoCo, which shares no code with ours."""

import numpy as np
import pytest
from toy_motions import angles, derivative, movement, path

from gaitnb.lab import mechanics, segments
from gaitnb.lab.dynamics import inverse_dynamics
from gaitnb.lab.segments import PARENT, SEGMENTS

mujoco_body = pytest.importorskip("mujoco_body", reason="mujoco is not installed")

PERIOD, N = 1.1, 512


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("table", ["winter", "deleva"])
def test_same_loads_as_mujoco(seed, table):
    """Random joint angles, path of the pelvis, forces at feet and hands: all joints, and the root."""
    rng = np.random.default_rng([seed, len(table)])
    body = segments.inertia(rng.uniform(1.5, 2.0), rng.uniform(50, 100), table=table)
    q = angles(rng, N, spread=0.35)
    motion = movement(q, body.offset, PERIOD, path(rng, N))
    phase = (2 * np.pi * np.arange(N) / N)[:, None, None]
    acts = {
        "force": rng.normal(0, 300, (2, 3)) + np.sin(phase) * rng.normal(0, 300, (2, 3)),
        "cop": np.cos(phase) * rng.normal(0, 0.2, (2, 3)),
        "free_moment": (np.sin(phase) * rng.normal(0, 5, (2, 1)))[..., 0],
        "hand_force": np.cos(phase) * rng.normal(0, 50, (2, 3)),
    }
    loads = inverse_dynamics(motion, body, **acts)
    qd = derivative(q, PERIOD)
    root, hinge = mujoco_body.inverse(
        mujoco_body.model(body), body, motion, q, qd, derivative(qd, PERIOD), **acts
    )
    largest = np.abs(hinge).max()
    np.testing.assert_allclose(loads.residual_force, root[:, :3], atol=1e-9 * np.abs(root).max())
    np.testing.assert_allclose(loads.residual_moment, root[:, 3:], atol=1e-9 * np.abs(root).max())
    for s, p in enumerate(PARENT):
        if p >= 0:
            axes = mechanics.joint_axes(motion, SEGMENTS[s])
            ours = np.einsum("tij,tj->ti", axes, loads.moment[:, s])
            np.testing.assert_allclose(ours, hinge[:, s], atol=1e-9 * largest)
