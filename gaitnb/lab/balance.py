"""Newton's and Euler's laws for the whole body: what the ground must do, shared by two feet.

The floor's total force and moment follow from the motion alone. Two feet share them so that the
body is in balance to rounding whatever the motion: forces by templates, what is left by weight;
centres of pressure by the heel-to-toe rule and one common shift; the free moment by weight.
"""

import numpy as np

from gaitnb.lab.skeleton import along, cross

GRAVITY = np.array([0.0, -9.81, 0.0])


def weight_n(body):
    """Body weight, N."""
    return 9.81 * body.mass.sum()


def demand(kinematics, body):
    """Force and moment (about the lab's origin) that the ground has to apply to the body.

    Parameters
    ----------
    kinematics : dict
        Of `skeleton.forward`.
    body : Body
        Masses, centres and inertias.

    Returns
    -------
    force, moment : array, shape (3, time)
        N and Nm.
    """
    axes, omega, alpha = (kinematics[k] for k in ("axes", "omega", "alpha"))
    force, moment = 0.0, 0.0
    for s in range(len(body.mass)):
        arm = along(axes[s], body.com[s])
        place = kinematics["position"][s] + arm
        pull = (
            kinematics["acceleration"][s]
            + cross(alpha[s], arm)
            + cross(omega[s], cross(omega[s], arm))
            - GRAVITY[:, None]
        ) * body.mass[s]
        local = np.einsum("kcn,cn->kn", axes[s], omega[s])
        change = body.inertia[s] @ np.einsum("kcn,cn->kn", axes[s], alpha[s])
        change += cross(local, body.inertia[s] @ local)
        force = force + pull
        moment = moment + cross(place, pull) + np.einsum("kcn,kn->cn", axes[s], change)
    return force, moment


def share(force, moment, template, cop, lend=0.0):
    """Split the ground's force and moment between two feet.

    Parameters
    ----------
    force, moment : array, shape (3, time)
        Of `demand`.
    template : array, shape (2, 3, time)
        Expected force of the left and the right foot, N.
    cop : array, shape (2, 3, time)
        Expected centre of pressure of either foot, m.
    lend : float or array, shape (time,)
        How far, between 0 and 1, load may move between the feet to spare the shift: where nobody
        measured how feet share a load, as in turning.

    Returns
    -------
    dict
        ``force`` (2, 3, time); ``cop`` (2, 3, time); ``free_moment`` (2, time); and how far from
        the expectation: ``rest`` (3, time) the force that the templates lack, ``shift`` (2, time)
        of the centre of pressure along x and z, ``twist`` (time) the whole free moment.
    """
    weight = template[:, 1] / template[:, 1].sum(0)
    rest = force - template.sum(0)
    feet = template + weight[:, None] * rest
    if np.any(lend):
        left, shift = _missing(force, moment, feet, cop)
        apart = (cop[1] - cop[0])[[0, 2]]
        along = (shift * apart).sum(0) / ((apart**2).sum(0) + 0.05**2)
        most = weight[0] * weight[1]  # nothing where one foot stands alone
        moved = lend * most * np.tanh(along / (most + 1e-12)) * force
        feet = feet + np.stack([-moved, moved])
    left, (dx, dz) = _missing(force, moment, feet, cop)
    twist = left[1] - (dz * force[0] - dx * force[2])
    shifted = cop.copy()
    shifted[:, 0] += dx
    shifted[:, 2] += dz
    return {
        "force": feet,
        "cop": shifted,
        "free_moment": weight * twist,
        "rest": rest,
        "shift": np.stack([dx, dz]),
        "twist": twist,
    }


def _missing(force, moment, feet, cop):
    """Moment that the feet lack, and the shift of both centres of pressure that brings it."""
    left = moment - cross(cop[0], feet[0]) - cross(cop[1], feet[1])
    return left, np.stack([left[2] / force[1], -left[0] / force[1]])
