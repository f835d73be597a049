"""What follows from motion and loads: moments by joint, powers, and the body as a whole."""

from dataclasses import dataclass

import numpy as np

from gaitnb.lab.dynamics import GRAVITY
from gaitnb.lab.segments import INDEX, PARENT
from gaitnb.lab.vectors import cross, dot, to_lab, to_local

# Names and signs of `gaitnb.data.layout.JOINTS`: stem, segment, axis of the joint, sign right. The
# axes are z of the parent (flexion), the floating one (adduction, inversion, bending) and y of the
# segment (rotation); on the left what is out of the sagittal plane is mirrored.
_FLEXION, _ADDUCTION, _ROTATION = 0, 1, 2
_ROWS = (
    ("hip_flexion", "thigh", _FLEXION, 1.0),
    ("hip_adduction", "thigh", _ADDUCTION, 1.0),
    ("hip_rotation", "thigh", _ROTATION, 1.0),
    ("knee_flexion", "shank", _FLEXION, -1.0),
    ("ankle_dorsiflexion", "foot", _FLEXION, 1.0),
    ("ankle_inversion", "foot", _ADDUCTION, 1.0),
    ("toe_extension", "toes", _FLEXION, 1.0),
)
_JOINTS = {
    f"{stem}_{side}": (f"{segment}_{side}", axis, sign * (1 if axis == _FLEXION else out))
    for stem, segment, axis, sign in _ROWS
    for side, out in (("left", -1.0), ("right", 1.0))
} | {
    "lumbar_extension": ("trunk", _FLEXION, 1.0),
    "lumbar_bending": ("trunk", _ADDUCTION, 1.0),
    "lumbar_rotation": ("trunk", _ROTATION, 1.0),
}
JOINTS = tuple(_JOINTS)


@dataclass(frozen=True)
class WholeBody:
    """The body as one, in the lab frame; time is the dimension before the last, or the last.

    Attributes
    ----------
    com, velocity, acceleration : array, shape (..., time, 3)
        Of the centre of mass, m, m/s, m/s^2.
    momentum : array, shape (..., time, 3)
        Angular momentum about the centre of mass, kg m^2/s.
    kinetic, potential : array, shape (..., time)
        Energies in J; potential from the floor.
    """

    com: np.ndarray
    velocity: np.ndarray
    acceleration: np.ndarray
    momentum: np.ndarray
    kinetic: np.ndarray
    potential: np.ndarray

    @property
    def energy(self):
        """Kinetic and potential energy, J."""
        return self.kinetic + self.potential


def joint_axes(motion, segment):
    """Axes of the joint coordinate system at a segment's origin (Grood and Suntay 1983).

    Parameters
    ----------
    motion : gaitnb.lab.motion.Motion
    segment : str
        One of `SEGMENTS` but the pelvis.

    Returns
    -------
    array, shape (..., time, 3, 3)
        Flexion axis (z of the parent), floating axis (at zero angles x), long axis (y of the
        segment), in the lab frame. Of the three neighbours two are perpendicular, the outer two
        are not.
    """
    lead, axes, _ = _time_last(motion)
    return np.stack(_joint_axes(axes, INDEX[segment])).transpose(2, 0, 1).reshape(*lead, 3, 3)


def joint_moments(motion, loads):
    """Internal joint moments in the names and signs of the layout.

    Parameters
    ----------
    motion : gaitnb.lab.motion.Motion
    loads : gaitnb.lab.dynamics.Loads

    Returns
    -------
    array, shape (..., time, joint)
        Nm/kg, in the order of `JOINTS`.
    """
    lead, axes, n = _time_last(motion)
    moment = np.reshape(loads.moment, (n, -1, 3)).transpose(1, 2, 0)
    systems = {name: _joint_axes(axes, INDEX[name]) for name, _, _ in _JOINTS.values()}
    out = np.empty((len(JOINTS), n))
    for j, (name, axis, sign) in enumerate(_JOINTS.values()):
        out[j] = (sign / loads.mass_kg) * dot(systems[name][axis], moment[INDEX[name]])
    return out.T.reshape(*lead, len(JOINTS))


def joint_powers(motion, loads):
    """Power of the joint moments: positive where muscles give energy to the body.

    Parameters
    ----------
    motion : gaitnb.lab.motion.Motion
    loads : gaitnb.lab.dynamics.Loads

    Returns
    -------
    array, shape (..., time, segment)
        W, of the joint at each segment's origin, in the order of `SEGMENTS`; at the pelvis the
        power of the residual force and moment.

    Notes
    -----
    Their sum and the power of the external forces is the rate of the body's energy.
    """
    relative = motion.omega - motion.omega[..., [max(p, 0) for p in PARENT], :]
    relative[..., 0, :] = motion.omega[..., 0, :]
    out = np.sum(loads.moment * relative, axis=-1)
    out[..., 0] += np.sum(loads.residual_force * motion.velocity[..., 0, :], axis=-1)
    return out


def whole_body(motion, body, gravity=GRAVITY):
    """Centre of mass, angular momentum and energy of the whole body.

    Parameters
    ----------
    motion : gaitnb.lab.motion.Motion
    body : gaitnb.lab.segments.Body
    gravity : float
        m/s^2.

    Returns
    -------
    WholeBody
    """
    lead, axes, n = _time_last(motion)
    position, velocity, acceleration, omega, alpha = (
        np.reshape(values, (n, -1, 3)).transpose(1, 2, 0)
        for values in (
            motion.position, motion.velocity, motion.acceleration, motion.omega, motion.alpha
        )
    )  # fmt: skip
    arm = to_lab(axes, body.com[:, :, None])
    swing = cross(omega, arm)
    place, speed = position + arm, velocity + swing
    rate = acceleration + cross(alpha, arm) + cross(omega, swing)
    share = body.mass / body.mass.sum()
    com, mean_speed, mean_rate = (np.tensordot(share, x, 1) for x in (place, speed, rate))
    spin = to_local(axes, omega)
    local = to_lab(np.swapaxes(body.inertia, 1, 2)[..., None], spin)  # angular momentum of each
    push = body.mass[:, None, None] * speed
    momentum = (to_lab(axes, local) + cross(place - com, push)).sum(axis=0)
    kinetic = 0.5 * (dot(speed, push) + dot(spin, local)).sum(axis=0)
    vectors = (v.T.reshape(*lead, 3) for v in (com, mean_speed, mean_rate, momentum))
    return WholeBody(
        *vectors,
        kinetic=kinetic.reshape(lead),
        potential=(gravity * body.mass.sum() * com[1]).reshape(lead),
    )


def _time_last(motion):
    """Dimensions up to time, axes of the segments (segment, axis, 3, all times), number of times."""
    lead = motion.position.shape[:-2]
    n = int(np.prod(lead))
    return lead, np.reshape(motion.rotation, (n, -1, 3, 3)).transpose(1, 3, 2, 0), n


def _joint_axes(axes, segment):
    flexion, long = axes[PARENT[segment], 2], axes[segment, 1]
    floating = cross(long, flexion)
    # zero only where the segment lies along the flexion axis: then the angles are undefined, too
    floating /= np.maximum(np.sqrt(dot(floating, floating)), 1e-12)
    return flexion, floating, long
