"""What follows from motion and loads: moments by joint, powers, and the body as a whole."""

from dataclasses import dataclass

import numpy as np

from gaitnb.lab.dynamics import GRAVITY
from gaitnb.lab.segments import INDEX, PARENT

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
    s = INDEX[segment]
    flexion = motion.rotation[..., PARENT[s], :, 2]
    long = motion.rotation[..., s, :, 1]
    floating = np.cross(long, flexion)
    # zero only where the segment lies along the flexion axis: then the angles are undefined, too
    size = np.linalg.norm(floating, axis=-1, keepdims=True)
    return np.stack([flexion, floating / np.maximum(size, 1e-12), long], axis=-2)


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
    axes = {segment: joint_axes(motion, segment) for segment, _, _ in _JOINTS.values()}
    out = np.empty((*loads.moment.shape[:-2], len(JOINTS)))
    for j, (segment, axis, sign) in enumerate(_JOINTS.values()):
        moment = loads.moment[..., INDEX[segment], :]
        out[..., j] = sign * np.sum(axes[segment][..., axis, :] * moment, axis=-1)
    return out / loads.mass_kg


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
    arm = np.einsum("...sij,sj->...si", motion.rotation, body.com)
    place = motion.position + arm
    swing = np.cross(motion.omega, arm)
    speed = motion.velocity + swing
    rate = motion.acceleration + np.cross(motion.alpha, arm) + np.cross(motion.omega, swing)
    share = body.mass / body.mass.sum()
    com, velocity, acceleration = (
        np.einsum("s,...si->...i", share, each) for each in (place, speed, rate)
    )
    spin = np.einsum("...sji,...sj->...si", motion.rotation, motion.omega)  # in the segment
    local = np.einsum("sij,...sj->...si", body.inertia, spin)
    own = np.einsum("...sij,...sj->...si", motion.rotation, local)
    orbit = np.cross(place - com[..., None, :], body.mass[:, None] * speed)
    kinetic = 0.5 * (body.mass * np.sum(speed**2, axis=-1) + np.sum(spin * local, axis=-1))
    return WholeBody(
        com=com,
        velocity=velocity,
        acceleration=acceleration,
        momentum=np.sum(own + orbit, axis=-2),
        kinetic=kinetic.sum(axis=-1),
        potential=gravity * body.mass.sum() * com[..., 1],
    )
