"""The tree of 15 segments: from joint angles and their derivatives to the motion of every segment.

Coordinates are the pelvis' place and attitude and the joint angles, in the order of
`COORDINATES`; angles in radians, with the names and signs of `gaitnb.data.layout.JOINTS` and,
for the joints that the layout does not name, those of `EXTRA`. Rotations are taken in the order
that `JOINT_AXES` lists: for the hip flexion, adduction, rotation.
"""

import numpy as np

from gaitnb.lab.motion import Motion
from gaitnb.lab.segments import PARENT, SEGMENTS

_LEG = (
    "hip_flexion",
    "hip_adduction",
    "hip_rotation",
    "knee_flexion",
    "ankle_dorsiflexion",
    "ankle_inversion",
    "toe_extension",
)
_ARM = ("shoulder_flexion", "shoulder_adduction", "elbow_flexion")
PELVIS = ("pelvis_x", "pelvis_y", "pelvis_z", "pelvis_rotation", "pelvis_list", "pelvis_tilt")
_SPINE = ("lumbar_extension", "lumbar_bending", "lumbar_rotation")
_NECK = ("neck_extension", "neck_bending", "neck_rotation")
LEGS = tuple(f"{name}_{side}" for side in ("left", "right") for name in _LEG)
ARMS = tuple(f"{name}_{side}" for side in ("left", "right") for name in _ARM)
COORDINATES = (*PELVIS, *_SPINE, *_NECK, *LEGS, *ARMS)
INDEX = {name: i for i, name in enumerate(COORDINATES)}

# Signs of the angles that the layout of recordings does not name.
EXTRA = {
    "pelvis_rotation": "turned to the left, about the vertical",
    "pelvis_list": "right side down",
    "pelvis_tilt": "front up (backward tilt)",
    "lumbar_bending": "trunk to the right",
    "lumbar_rotation": "trunk turned to the left",
    "neck_extension": "head backward",
    "neck_bending": "head to the right",
    "neck_rotation": "head turned to the left",
    "ankle_inversion": "sole turned towards the midline",
    "toe_extension": "toes up",
    "shoulder_flexion": "upper arm forward",
    "shoulder_adduction": "upper arm towards the midline",
    "elbow_flexion": "hand to the shoulder",
}

# Lowest and highest angle in degrees that a healthy adult's joint reaches in passive motion
# (goniometric norms as in Roaas and Andersson 1982, Acta Orthop Scand 53:205; rounded).
RANGE_DEG = {
    "hip_flexion": (-30, 120),
    "hip_adduction": (-40, 30),
    "hip_rotation": (-45, 40),
    "knee_flexion": (-5, 140),
    "ankle_dorsiflexion": (-40, 30),
    "ankle_inversion": (-30, 35),
    "toe_extension": (-30, 75),
    "shoulder_flexion": (-60, 165),
    "shoulder_adduction": (-170, 30),
    "elbow_flexion": (0, 145),
    "lumbar_extension": (-60, 25),
    "lumbar_bending": (-30, 30),
    "lumbar_rotation": (-30, 30),
    "neck_extension": (-50, 60),
    "neck_bending": (-45, 45),
    "neck_rotation": (-70, 70),
}

_X, _Y, _Z = 0, 1, 2


def _side(side):
    out = 1.0 if side == "right" else -1.0  # angles out of the sagittal plane are mirrored
    return {
        f"thigh_{side}": (
            (f"hip_flexion_{side}", _Z, 1.0),
            (f"hip_adduction_{side}", _X, out),
            (f"hip_rotation_{side}", _Y, out),
        ),
        f"shank_{side}": ((f"knee_flexion_{side}", _Z, -1.0),),
        f"foot_{side}": (
            (f"ankle_dorsiflexion_{side}", _Z, 1.0),
            (f"ankle_inversion_{side}", _X, out),
        ),
        f"toes_{side}": ((f"toe_extension_{side}", _Z, 1.0),),
        f"upper_arm_{side}": (
            (f"shoulder_flexion_{side}", _Z, 1.0),
            (f"shoulder_adduction_{side}", _X, out),
        ),
        f"forearm_{side}": ((f"elbow_flexion_{side}", _Z, 1.0),),
    }


# segment -> ((coordinate, axis of rotation in the moving frame, sign), ...)
JOINT_AXES = {
    "pelvis": (("pelvis_rotation", _Y, 1.0), ("pelvis_list", _X, 1.0), ("pelvis_tilt", _Z, 1.0)),
    "trunk": (
        ("lumbar_extension", _Z, 1.0),
        ("lumbar_bending", _X, 1.0),
        ("lumbar_rotation", _Y, 1.0),
    ),
    "head": (("neck_extension", _Z, 1.0), ("neck_bending", _X, 1.0), ("neck_rotation", _Y, 1.0)),
    **_side("left"),
    **_side("right"),
}


def angle_range(coordinate):
    """Lowest and highest angle of a joint, in rad; without limits for the pelvis."""
    name = coordinate.removesuffix("_left").removesuffix("_right")
    low, high = RANGE_DEG.get(name, (-np.inf, np.inf))
    return np.radians(low), np.radians(high)


def cross(a, b, out=None):
    """Cross product of vectors of shape (3, n), faster than `numpy.cross`."""
    out = np.empty_like(a) if out is None else out
    out[0] = a[1] * b[2] - a[2] * b[1]
    out[1] = a[2] * b[0] - a[0] * b[2]
    out[2] = a[0] * b[1] - a[1] * b[0]
    return out


def turn(axes, cos, sin, axis):
    """Turn a frame about one of its own axes.

    Parameters
    ----------
    axes : array, shape (3, 3, time)
        The frame: axis, then its component in the lab.
    cos, sin : array, shape (time,)
        Of the angle.
    axis : int
        0, 1 or 2.

    Returns
    -------
    array, shape (3, 3, time)
    """
    out = np.empty_like(axes)
    j, k = (axis + 1) % 3, (axis + 2) % 3
    out[axis] = axes[axis]
    np.multiply(cos, axes[j], out=out[j])
    out[j] += sin * axes[k]
    np.multiply(cos, axes[k], out=out[k])
    out[k] -= sin * axes[j]
    return out


def along(axes, place):
    """A fixed place in a frame, in the lab: (3,) in (3, 3, time) gives (3, time)."""
    parts = [place[k] * axes[k] for k in range(3) if place[k] != 0.0]
    return sum(parts[1:], parts[0]) if parts else np.zeros_like(axes[0])


def forward(q, qd, qdd, offsets):
    """Forward kinematics of the whole tree, with exact velocities and accelerations.

    Parameters
    ----------
    q, qd, qdd : array, shape (coordinate, time)
        Coordinates in the order of `COORDINATES` (m, rad) and their first and second derivatives
        by time.
    offsets : array, shape (segment, 3)
        Origin of every segment in its parent's frame, m.

    Returns
    -------
    dict of arrays, time last
        ``axes`` (segment, axis, 3, time); ``position``, ``velocity``, ``acceleration``, ``omega``,
        ``alpha`` (segment, 3, time), in the lab frame.
    """
    n = q.shape[1]
    count = len(SEGMENTS)
    axes = np.empty((count, 3, 3, n))
    names = ("position", "velocity", "acceleration", "omega", "alpha")
    out = {name: np.empty((count, 3, n)) for name in names}
    cos, sin = np.cos(q[3:]), np.sin(q[3:])
    for s, segment in enumerate(SEGMENTS):
        p = PARENT[s]
        if p < 0:
            frame = np.broadcast_to(np.eye(3)[:, :, None], (3, 3, n))
            omega, alpha = np.zeros((3, n)), np.zeros((3, n))
            out["position"][s], out["velocity"][s] = q[:3], qd[:3]
            out["acceleration"][s] = qdd[:3]
        else:
            frame, omega, alpha = axes[p], out["omega"][p].copy(), out["alpha"][p].copy()
            arm = along(axes[p], offsets[s])
            spin = cross(out["omega"][p], arm)
            out["position"][s] = out["position"][p] + arm
            out["velocity"][s] = out["velocity"][p] + spin
            out["acceleration"][s] = (
                out["acceleration"][p] + cross(out["alpha"][p], arm) + cross(omega, spin)
            )
        for name, axis, sign in JOINT_AXES[segment]:
            i = INDEX[name]
            e = frame[axis]  # unchanged by its own rotation
            rate = (sign * qd[i]) * e
            alpha += (sign * qdd[i]) * e + cross(omega, rate)
            omega += rate
            frame = turn(frame, cos[i - 3], sign * sin[i - 3], axis)
        axes[s], out["omega"][s], out["alpha"][s] = frame, omega, alpha
    return {"axes": axes, **out}


def to_motion(fs_hz, kinematics):
    """The kinematics of `forward` as a `Motion` (views, time first)."""
    return Motion(
        fs_hz=float(fs_hz),
        rotation=kinematics["axes"].transpose(3, 0, 2, 1),
        **{
            name: kinematics[name].transpose(2, 0, 1)
            for name in ("position", "velocity", "acceleration", "omega", "alpha")
        },
    )
