"""The virtual lab: walking with eight IMUs, ground forces and joint moments, and drawing a person."""

import time

import numpy as np
import pytest

from gaitnb.lab import dynamics, imu, mechanics, movement, record, sensors, solve
from gaitnb.lab.people import Person, population
from gaitnb.lab.segments import SEGMENTS
from gaitnb.lab.skeleton import INDEX, JOINT_AXES

mujoco = pytest.importorskip("mujoco", reason="mujoco is not installed")

FS_HZ, PIECE = 100.0, 2000
SENSORS = ("torso", "pelvis", "thigh_left", "thigh_right", "shank_left", "shank_right",
           "foot_left", "foot_right")  # fmt: skip


def with_the_lab(plan, seconds, start):
    """Evaluate the walk, measure, invert: piece by piece, as cohorts do."""
    out = []
    for first in range(0, round(seconds * FS_HZ), PIECE):
        walk = record.record(plan, FS_HZ, first, PIECE, start)
        loads = dynamics.inverse_dynamics(
            walk.motion, walk.body, walk.force, walk.cop, walk.free_moment
        )
        places = sensors.placements(walk.body, SENSORS)
        out.append((*imu.measure(walk.motion, places), mechanics.joint_moments(walk.motion, loads)))
    return [np.concatenate(parts) for parts in zip(*out, strict=True)]


def model(body):
    """The same body in MuJoCo, an accelerometer and a gyroscope at each place."""

    def numbers(values):
        return " ".join(repr(float(v)) for v in np.ravel(values))

    places = sensors.placements(body, SENSORS)

    def text(s):
        name, m = SEGMENTS[s], body.inertia[s]
        full = numbers([m[0, 0], m[1, 1], m[2, 2], m[0, 1], m[0, 2], m[1, 2]])
        joints = "".join(
            f'<joint name="{joint}" axis="{numbers(sign * np.eye(3)[axis])}"/>'
            for joint, axis, sign in JOINT_AXES[name]
            if s > 0
        )
        sites = "".join(
            f'<site name="{k}" pos="{numbers(p.position_m)}"/>'
            for k, p in places.items()
            if p.segment == name
        )
        children = [c for c in range(len(SEGMENTS)) if dynamics.PARENT[c] == s]
        return (
            f'<body name="{name}" pos="{numbers(body.offset[s])}">{joints or "<freejoint/>"}'
            f'<inertial mass="{numbers(body.mass[s])}" pos="{numbers(body.com[s])}" '
            f'fullinertia="{full}"/>{sites}{"".join(map(text, children))}</body>'
        )

    sensed = "".join(f'<accelerometer site="{k}"/><gyro site="{k}"/>' for k in SENSORS)
    return mujoco.MjModel.from_xml_string(
        '<mujoco><compiler angle="radian" autolimits="false" balanceinertia="false"/>'
        f'<option gravity="0 -{dynamics.GRAVITY} 0"><flag contact="disable" constraint="disable"/>'
        f"</option><worldbody>{text(0)}</worldbody><sensor>{sensed}</sensor></mujoco>"
    )


def with_a_loop(made, states, walk):
    """MuJoCo, frame by frame: sensors and joint moments from coordinates and ground forces."""
    data = mujoco.MjData(made)
    feet = [made.body(f"foot_{side}").id for side in dynamics.SIDES]
    sensed, moments = [], []
    for t in range(len(states["qpos"])):
        data.qpos[:], data.qvel[:], data.qacc[:] = (states[k][t] for k in ("qpos", "qvel", "qacc"))
        mujoco.mj_inverse(made, data)
        loads = np.zeros(made.nv)
        for i, foot in enumerate(feet):
            if walk.force[t, i, 1] > 0:
                twist = np.array([0.0, walk.free_moment[t, i], 0.0])
                mujoco.mj_applyFT(made, data, walk.force[t, i], twist, walk.cop[t, i], foot, loads)
        sensed.append(data.sensordata.copy())
        moments.append(data.qfrc_inverse - loads)
    sensed = np.array(sensed).reshape(len(sensed), len(SENSORS), 2, 3)
    return sensed[:, :, 0], sensed[:, :, 1], np.array(moments)


def coordinates(made, plan, walk, start):
    """Coordinates of MuJoCo's model; evaluating them is not part of its time."""
    from scipy.spatial.transform import Rotation

    time = start + walk.motion.time
    q, qd, qdd = plan.states(time)[:3]
    n = len(time)
    out = {"qpos": np.zeros((n, made.nq)), "qvel": np.zeros((n, made.nv))}
    out["qacc"] = np.zeros((n, made.nv))
    turn = walk.motion.rotation[:, 0]
    out["qpos"][:, :3] = walk.motion.position[:, 0]
    out["qpos"][:, 3:7] = np.roll(Rotation.from_matrix(turn).as_quat(), 1, axis=1)
    back = np.swapaxes(turn, 1, 2)
    for name, linear, angular in (
        ("qvel", walk.motion.velocity, walk.motion.omega),
        ("qacc", walk.motion.acceleration, walk.motion.alpha),
    ):
        out[name][:, :3] = linear[:, 0]
        out[name][:, 3:6] = np.einsum("tij,tj->ti", back, angular[:, 0])
    for segment in SEGMENTS[1:]:
        for joint, _, _ in JOINT_AXES[segment]:
            row, i = made.joint(joint).dofadr[0], INDEX[joint]
            out["qpos"][:, row + 1], out["qvel"][:, row], out["qacc"][:, row] = q[i], qd[i], qdd[i]
    return out


@pytest.mark.benchmark(
    group="8 IMUs, forces and joint moments of walking, 100 Hz, one core", timer=time.process_time
)
@pytest.mark.parametrize("way", ["mujoco loop", "lab"])
def test_walking(benchmark, way):
    plan, start = movement.sequence(Person(), speed_mps=1.3, duration_s=120, seed=1)
    benchmark.extra_info |= {"item": "second of walking"}
    walk = record.record(plan, FS_HZ, 0, 2000, start)
    made = model(walk.body)
    states = coordinates(made, plan, walk, start)
    if way == "lab":
        benchmark.extra_info |= {"items": 120, "target": 2.4}  # 2,000 against about 830
        found = benchmark(with_the_lab, plan, 120, start)
        expected = with_a_loop(made, states, walk)
        np.testing.assert_allclose(found[0][:2000], expected[0], atol=1e-8 * 100)
        np.testing.assert_allclose(found[1][:2000], expected[1], atol=1e-8 * 10)
    else:
        benchmark.extra_info |= {"items": 20, "reference": True}
        benchmark(with_a_loop, made, states, walk)


@pytest.mark.benchmark(group="drawing a person", timer=time.process_time)
@pytest.mark.parametrize("way", ["full solve", "from stored solutions"])
def test_person(benchmark, way):
    people = population(8, seed=4)
    full = way == "full solve"
    solve.solve(Person(), 1.3)  # the stored Jacobian is made once per process
    benchmark.extra_info |= {"items": len(people), "item": "person"}
    benchmark.extra_info |= {"reference": True} if full else {"target": 5}

    def draw():
        return [solve.solve(p, p.preferred_speed_mps, full=full) for p in people]

    gaits = benchmark.pedantic(draw, rounds=1 if full else 3)
    assert len(gaits) == len(people)
