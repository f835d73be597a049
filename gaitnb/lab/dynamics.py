"""Inverse dynamics of the whole body: forces and moments at every joint from motion and contact.

Recursive Newton-Euler, from the ends of the tree to the pelvis. For a segment of mass m with centre
of mass c, and f, n all that acts on it from outside the body, Newton and Euler give what its parent
must exert at its origin o::

    F = m (a_c - g) - f + sum over children F_child
    M = I alpha + omega x I omega + (c - o) x m (a_c - g) - n_o
        + sum over children [M_child + (o_child - o) x F_child]

The pelvis has no parent. What the equations ask for there is the *residual*: nothing exerts it, so
it says by how much motion and forces disagree.

Moments are internal, of the parent on the segment, and are projected on the axes of the joint
coordinate system (Grood and Suntay 1983, J Biomech Eng 105:136): flexion about z of the parent,
rotation about y of the segment, adduction about the floating axis perpendicular to both. These are
generalised moments: multiplied with the rates of the three angles they sum to the joint's power.

The ground acts on the foot, not on the toes: how it is shared between them cannot be seen from one
force. The moment at the toe joint is therefore that of the toes' own weight and inertia; joints
from the ankle upwards do not depend on the choice.
"""

from dataclasses import dataclass

import numpy as np

from gaitnb.errors import DataError, ParameterError
from gaitnb.lab.segments import INDEX, PARENT, SEGMENTS
from gaitnb.lab.vectors import cross, to_lab, to_local

GRAVITY = 9.81  # m/s^2
# A movement with a larger residual is left out, and named.
RESIDUAL_LIMIT_BW = 0.05
SIDES = ("left", "right")
# Where a hand holds: half a hand beyond the wrist, in forearm lengths (0.108 / 2 / 0.146 of the
# height; Winter 2009, figure 4.1).
GRIP = 0.37
_CHUNK = 1024  # frames at a time, so that intermediate arrays stay in the processor's cache


@dataclass(frozen=True)
class Loads:
    """What every segment's parent exerts on it, at the segment's origin, in the lab frame.

    Attributes
    ----------
    force, moment : array, shape (..., time, segment, 3)
        N and Nm. The entry of the root (the pelvis) is the residual.
    mass_kg : float
        Of the whole body.
    """

    force: np.ndarray
    moment: np.ndarray
    mass_kg: float

    @property
    def residual_force(self):
        """Force that nothing exerts on the pelvis, N, shape (..., time, 3)."""
        return self.force[..., 0, :]

    @property
    def residual_moment(self):
        """Moment about the hips' midpoint that nothing exerts, Nm, shape (..., time, 3)."""
        return self.moment[..., 0, :]


def inverse_dynamics(
    motion, body, force, cop, free_moment=None, hand_force=None, hand_point=None, gravity=GRAVITY
):
    """Forces and moments at all joints.

    Parameters
    ----------
    motion : gaitnb.lab.motion.Motion
        Arrays of shape (..., time, segment, 3); dimensions before time are trials.
    body : gaitnb.lab.segments.Body
        Masses, centres of mass and inertias.
    force : array, shape (..., time, side, 3)
        Ground on foot, N, left first.
    cop : array, shape (..., time, side, 3)
        Centre of pressure in the lab, m; NaN where the force is zero.
    free_moment : array, shape (..., time, side), optional
        Of the ground on the foot about the vertical through the centre of pressure, Nm.
    hand_force : array, shape (..., time, side, 3), optional
        What is carried or held, on the hand, N.
    hand_point : array, shape (..., time, side, 3), optional
        Where it acts in the lab, m; by default in the middle of the hand.
    gravity : float
        m/s^2.

    Returns
    -------
    Loads

    Raises
    ------
    ParameterError
        If shapes do not belong together.
    DataError
        If a value is not finite, or a foot is loaded where its centre of pressure is NaN.
    """
    lead = motion.position.shape[:-2]
    n = int(np.prod(lead))
    count = len(SEGMENTS)
    if n == 0:
        raise ParameterError(f"motion has no samples: motion.position is {motion.position.shape}")
    for name in ("position", "acceleration", "omega", "alpha"):
        _check_shape(f"motion.{name}", getattr(motion, name), (*lead, count, 3))
    _check_shape("motion.rotation", motion.rotation, (*lead, count, 3, 3))
    if hand_point is not None and hand_force is None:
        raise ParameterError("hand_point is given without hand_force; expected both or neither")
    given = {
        "force": _side_last(force, "force", lead, n),
        "cop": _side_last(cop, "cop", lead, n),
    }
    given["cop"] = _fill_swing(given["cop"], given["force"])
    if free_moment is not None:
        _check_shape("free_moment", free_moment, (*lead, 2))
        given["free_moment"] = _finite(np.reshape(free_moment, (n, 2)).T, "free_moment")
    if hand_force is not None:
        given["hand_force"] = _side_last(hand_force, "hand_force", lead, n)
    if hand_point is not None:
        given["hand_point"] = _side_last(hand_point, "hand_point", lead, n)
    state = {
        name: _finite(
            np.reshape(getattr(motion, name), (n, count, 3)).transpose(1, 2, 0), f"motion.{name}"
        )
        for name in ("position", "acceleration", "omega", "alpha")
    }
    # (segment, axis, component in the lab, time)
    state["axes"] = np.reshape(motion.rotation, (n, count, 3, 3)).transpose(1, 3, 2, 0)
    _finite(state["axes"], "motion.rotation")

    out_force, out_moment = np.empty((count, 3, n)), np.empty((count, 3, n))
    for start in range(0, n, _CHUNK):
        part = np.s_[..., start : start + _CHUNK]
        now = {name: value[part] for name, value in state.items()}
        acts, turns = _external(now, body, {name: value[part] for name, value in given.items()})
        out_force[part], out_moment[part] = newton_euler(
            PARENT, body.mass, body.com, body.inertia, **now,
            external_force=acts, external_moment=turns, gravity=gravity,
        )  # fmt: skip
    return Loads(
        force=out_force.transpose(2, 0, 1).reshape(*lead, count, 3),
        moment=out_moment.transpose(2, 0, 1).reshape(*lead, count, 3),
        mass_kg=float(body.mass.sum()),
    )


def newton_euler(
    parent, mass, com, inertia, axes, position, acceleration, omega, alpha,
    external_force, external_moment, gravity=GRAVITY,
):  # fmt: skip
    """The recursion itself, for any tree of rigid segments; time is the last dimension.

    Parameters
    ----------
    parent : sequence of int
        Index of every segment's parent, -1 for a root; parents come first.
    mass : array, shape (segment,)
    com : array, shape (segment, 3)
        In the segment's frame, m.
    inertia : array, shape (segment, 3, 3)
        About the centre of mass in the segment's frame, kg m^2.
    axes : array, shape (segment, axis, 3, time)
        Axes of the segments in the lab frame.
    position, acceleration, omega, alpha : array, shape (segment, 3, time)
        Of the origins, in the lab frame, as in `Motion`.
    external_force, external_moment : dict of int to array, shape (3, time)
        Acting from outside on a segment, N; about that segment's origin, Nm.
    gravity : float
        m/s^2, downwards along y.

    Returns
    -------
    force, moment : array, shape (segment, 3, time)
        Of the parent on the segment, at its origin, in the lab frame.
    """
    arm = to_lab(axes, com[:, :, None])  # from the origin to the centre of mass
    force = acceleration + cross(alpha, arm)
    force += cross(omega, cross(omega, arm))
    force[:, 1] += gravity
    force *= mass[:, None, None]
    spin, turn = to_local(axes, omega), to_local(axes, alpha)
    local = _times(inertia, turn) + cross(spin, _times(inertia, spin))
    moment = to_lab(axes, local)
    moment += cross(arm, force)
    for s in range(len(parent) - 1, -1, -1):
        if s in external_force:
            force[s] -= external_force[s]
            moment[s] -= external_moment[s]
        p = parent[s]
        if p >= 0:
            force[p] += force[s]
            moment[p] += moment[s] + cross(position[s] - position[p], force[s])
    return force, moment


def residual_bw(loads, gravity=GRAVITY):
    """Largest residual force of a movement, in body weights.

    Parameters
    ----------
    loads : Loads
    gravity : float
        m/s^2.

    Returns
    -------
    float, or array of the dimensions before time
        A movement above `RESIDUAL_LIMIT_BW` breaks Newton's law and is not to be used.
    """
    size = np.linalg.norm(loads.residual_force, axis=-1)
    return size.max(axis=-1) / (loads.mass_kg * gravity)


def residual_nm_per_kg(loads):
    """Largest residual moment about the hips' midpoint per body mass; as `residual_bw`."""
    return np.linalg.norm(loads.residual_moment, axis=-1).max(axis=-1) / loads.mass_kg


def _external(now, body, given):
    """Force on each loaded segment and its moment about the segment's origin."""
    acts, turns = {}, {}
    for i, side in enumerate(SIDES):
        foot = INDEX[f"foot_{side}"]
        acts[foot] = given["force"][i]
        turns[foot] = cross(given["cop"][i] - now["position"][foot], acts[foot])
        if "free_moment" in given:
            turns[foot][1] += given["free_moment"][i]
        if "hand_force" in given:
            arm = INDEX[f"forearm_{side}"]
            acts[arm] = given["hand_force"][i]
            if "hand_point" in given:
                lever = given["hand_point"][i] - now["position"][arm]
            else:
                lever = -(1 + GRIP) * body.length[arm] * now["axes"][arm, 1]
            turns[arm] = cross(lever, acts[arm])
    return acts, turns


def _times(inertia, vector):
    """Matrices (segment, 3, 3) times vectors (segment, 3, time)."""
    return to_lab(np.swapaxes(inertia, 1, 2)[..., None], vector)


def _side_last(values, name, lead, n):
    """Check the shape and bring to (side, 3, time)."""
    _check_shape(name, values, (*lead, 2, 3))
    values = np.reshape(np.asarray(values, float), (n, 2, 3)).transpose(1, 2, 0)
    return values if name == "cop" else _finite(values, name)


def _fill_swing(cop, force):
    missing = np.isnan(cop).any(axis=1)  # (side, time)
    if not missing.any():
        return _finite(cop, "cop")
    loaded = missing & (force != 0).any(axis=1)
    if loaded.any():
        side, frame = (int(i[0]) for i in np.nonzero(loaded))
        raise DataError(
            f"cop is NaN where the {SIDES[side]} foot is loaded, in {int(loaded.sum())} samples, "
            f"first in sample {frame}; expected a centre of pressure wherever force is not zero"
        )
    return _finite(np.where(missing[:, None], 0.0, cop), "cop")


def _finite(values, name):
    if not np.isfinite(values).all():
        bad = int((~np.isfinite(values)).sum())
        raise DataError(f"{name} is not finite in {bad} of {values.size} values")
    return values


def _check_shape(name, values, expected):
    if np.shape(values) != expected:
        raise ParameterError(f"{name} has shape {np.shape(values)}; expected {expected}")
