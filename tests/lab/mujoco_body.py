"""The lab's body as a MuJoCo model, and MuJoCo's inverse dynamics of a movement of it.

Conventions that differ from the lab's: a free joint has its linear velocity in the world and its
angular velocity in the body's own frame, with the quaternion's real part first; external forces
do not enter `mj_inverse`, their generalised forces are subtracted; contacts are switched off.
"""

import mujoco
import numpy as np
from scipy.spatial.transform import Rotation

from gaitnb.lab.dynamics import GRAVITY, GRIP, SIDES
from gaitnb.lab.segments import INDEX, PARENT, SEGMENTS

# The joint's three hinges: about z of the parent, then x, then y of the segment.
AXES = ("0 0 1", "1 0 0", "0 1 0")


def model(body):
    """A MuJoCo model of a `gaitnb.lab.segments.Body`: a free pelvis, three hinges at each joint."""

    def text(s):
        name, place = SEGMENTS[s], body.offset[s]
        m = body.inertia[s]
        full = " ".join(
            repr(float(v)) for v in (m[0, 0], m[1, 1], m[2, 2], m[0, 1], m[0, 2], m[1, 2])
        )
        joints = "<freejoint/>" if PARENT[s] < 0 else "".join(
            f'<joint name="{name}_{i}" axis="{axis}"/>' for i, axis in enumerate(AXES)
        )  # fmt: skip
        children = "".join(text(c) for c in range(len(SEGMENTS)) if PARENT[c] == s)
        return (
            f'<body name="{name}" pos="{_numbers(place)}">{joints}<inertial mass="{_numbers([body.mass[s]])}" '
            f'pos="{_numbers(body.com[s])}" fullinertia="{full}"/>{children}</body>'
        )

    xml = (
        f'<mujoco><compiler angle="radian" autolimits="false" balanceinertia="false"/>'
        f'<option gravity="0 -{GRAVITY} 0"><flag contact="disable" constraint="disable"/></option>'
        f"<worldbody>{text(0)}</worldbody></mujoco>"
    )
    return mujoco.MjModel.from_xml_string(xml)


def _numbers(values):
    return " ".join(repr(float(v)) for v in values)


def inverse(made, body, motion, q, qd, qdd, force, cop, free_moment, hand_force):
    """MuJoCo's answer, frame by frame.

    Parameters
    ----------
    made : mujoco.MjModel
    body, motion : the lab's body and movement; of the latter only the pelvis is used.
    q, qd, qdd : array, shape (time, segment, 3)
        Hinge angles and their derivatives, rad.
    force, cop, free_moment, hand_force : as `gaitnb.lab.dynamics.inverse_dynamics` takes them.

    Returns
    -------
    root : array, shape (time, 6)
        Residual force in the lab and moment about the pelvis' origin in the lab.
    hinge : array, shape (time, segment, 3)
        Moments about the hinges, Nm; zero for the pelvis.
    """
    data = mujoco.MjData(made)
    names = [made.body(name).id for name in SEGMENTS]
    hinges = [
        None if p < 0 else [made.joint(f"{SEGMENTS[s]}_{i}").dofadr[0] for i in range(3)]
        for s, p in enumerate(PARENT)
    ]
    n = len(q)
    root, hinge = np.zeros((n, 6)), np.zeros((n, len(SEGMENTS), 3))
    pelvis = Rotation.from_matrix(motion.rotation[:, 0])
    for t in range(n):
        turn = motion.rotation[t, 0]
        data.qpos[:3] = motion.position[t, 0]
        data.qpos[3:7] = np.roll(pelvis[t].as_quat(), 1)
        data.qvel[:3], data.qacc[:3] = motion.velocity[t, 0], motion.acceleration[t, 0]
        data.qvel[3:6], data.qacc[3:6] = turn.T @ motion.omega[t, 0], turn.T @ motion.alpha[t, 0]
        for s, rows in enumerate(hinges):
            if rows is not None:
                for i, row in enumerate(rows):
                    data.qpos[row + 1] = q[t, s, i]  # a quaternion has one number more
                    data.qvel[row], data.qacc[row] = qd[t, s, i], qdd[t, s, i]
        mujoco.mj_inverse(made, data)
        loads = np.zeros(made.nv)
        for i, side in enumerate(SIDES):
            foot, arm = INDEX[f"foot_{side}"], INDEX[f"forearm_{side}"]
            twist = np.array([0.0, free_moment[t, i], 0.0])
            mujoco.mj_applyFT(made, data, force[t, i], twist, cop[t, i], names[foot], loads)
            frame = data.xmat[names[arm]].reshape(3, 3)
            grip = data.xpos[names[arm]] - (1 + GRIP) * body.length[arm] * frame[:, 1]
            mujoco.mj_applyFT(made, data, hand_force[t, i], np.zeros(3), grip, names[arm], loads)
        found = data.qfrc_inverse - loads
        root[t, :3], root[t, 3:] = found[:3], turn @ found[3:6]
        for s, rows in enumerate(hinges):
            if rows is not None:
                hinge[t, s] = found[rows]
    return root, hinge
