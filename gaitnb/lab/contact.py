"""How a foot meets the floor: the sole's points, when each touches, and the rule of the centre of
pressure.

The sole is a stiff foot from heel to ball and a toe segment from ball to tip. A point of the sole
that touches neither sinks nor slips.
"""

import numpy as np
from scipy.interpolate import PchipInterpolator

from gaitnb.lab.segments import SEGMENTS
from gaitnb.lab.skeleton import along

FOOT = {side: SEGMENTS.index(f"foot_{side}") for side in ("left", "right")}
TOES = {side: SEGMENTS.index(f"toes_{side}") for side in ("left", "right")}

# point of the sole -> start and end of its contact, as part of stance
CONTACT = {
    "heel": (0.04, 0.52),
    "ball_medial": (0.17, 0.88),
    "ball_lateral": (0.17, 0.84),
    "tip": (0.25, 0.96),
}
# The sole is round at both ends: it touches this far from them, in foot lengths.
_HEEL, _TIP = 0.05, 0.03
_EDGE = 0.03  # of stance: a contact is weighed in and out

# Centre of pressure under the foot: place along the sole from the ankle, in foot lengths, at
# parts of stance (heel to toe, as with pressure plates: De Cock et al. 2008, Gait Posture 27:669).
_COP_STANCE = [0, 0.05, 0.10, 0.16, 0.24, 0.31, 0.39, 0.47, 0.55, 0.63, 0.71, 0.785, 0.86, 0.94, 1]
_COP_ALONG = [
    -0.13,
    -0.11,
    -0.07,
    -0.01,
    0.07,
    0.15,
    0.25,
    0.34,
    0.41,
    0.46,
    0.50,
    0.53,
    0.56,
    0.59,
    0.61,
]
_cop_rule = PchipInterpolator(_COP_STANCE, _COP_ALONG)
CLEARANCE_M = 0.008  # of the sole in mid-swing, at least


def sole(body):
    """Points that touch the floor: place in the right toes' frame (``heel``: the foot's), m."""
    length, width, down = body.foot_length_m, body.foot_width_m, -body.ankle_height_m
    return {
        "heel": np.array([body.heel_m + _HEEL * length, down, 0.0]),  # the heel is round
        "ball_medial": np.array([0.0, -body.ball_height_m, -0.4 * width]),
        "ball_lateral": np.array([-0.04 * length, -body.ball_height_m, 0.4 * width]),
        "tip": np.array([body.toe_tip_m - body.ball_m - _TIP * length, -body.ball_height_m, 0.0]),
    }


def stance_time(phase, side, stance):
    """Time since contact as part of stance: above 1 in swing, just before contact negative.

    Parameters
    ----------
    phase : array
        In cycles from right heel contact.
    side : str
        ``left`` (contact at 0.5) or ``right``.
    stance : float
        Part of the cycle.
    """
    since = (phase - (0.5 if side == "left" else 0.0)) % 1.0
    return np.where(since > 0.97, since - 1.0, since) / stance


def contact_weights(stance):
    """How firmly each point of the sole is held to the floor.

    Parameters
    ----------
    stance : array, shape (time,)
        Time since contact as part of stance; above 1 in swing.

    Returns
    -------
    dict of arrays, shape (time,)
        Between 0 and 1, for the points of `CONTACT`.
    """
    out = {}
    for name, (start, end) in CONTACT.items():
        up = (stance - start) / _EDGE + 1 if start > 0 else np.where(stance < 0, 0.0, 1.0)
        down = (end - stance) / _EDGE + 1
        out[name] = np.clip(np.minimum(up, down), 0, 1)
    return out


def sole_points(kinematics, sole, side):
    """Points of the sole in the lab.

    Parameters
    ----------
    kinematics : dict
        Of `skeleton.forward`.
    sole : dict
        Of `sole`.
    side : str
        ``left`` or ``right``.

    Returns
    -------
    dict of arrays, shape (3, time)
    """
    mirror = np.array([1, 1, 1 if side == "right" else -1])
    out = {}
    for name, place in sole.items():
        s = FOOT[side] if name == "heel" else TOES[side]
        out[name] = kinematics["position"][s] + along(kinematics["axes"][s], place * mirror)
    return out


def cop_rule(stance, points, body):
    """Where the centre of pressure lies if nothing else is known.

    Parameters
    ----------
    stance : array, shape (time,)
        Part of stance; outside 0 to 1 the ends are used.
    points : dict of arrays, shape (3, time)
        Of `sole_points`.
    body : Body
        Whose foot.

    Returns
    -------
    array, shape (3, time)
        On the floor (second row 0).
    """
    along = _cop_rule(np.clip(stance, 0, 1)) * body.foot_length_m
    ball = (points["ball_medial"] + points["ball_lateral"]) / 2
    x_heel, x_ball = (
        body.heel_m + _HEEL * body.foot_length_m,
        body.ball_m - 0.02 * body.foot_length_m,
    )
    x_tip = body.toe_tip_m - _TIP * body.foot_length_m
    on_foot = np.clip((along - x_heel) / (x_ball - x_heel), 0, 1)
    on_toes = np.clip((along - x_ball) / (x_tip - x_ball), 0, 1)
    cop = points["heel"] + on_foot * (ball - points["heel"]) + on_toes * (points["tip"] - ball)
    cop[1] = 0.0
    return cop


def outside_sole(cop, points, body):
    """How far a centre of pressure lies outside the sole.

    Parameters
    ----------
    cop : array, shape (3, time)
        On the floor, m.
    points : dict of arrays, shape (3, time)
        Of `sole_points`.
    body : Body
        Whose foot.

    Returns
    -------
    array, shape (time,)
        Distance to the rectangle of foot length and width, m; 0 inside.
    """
    ball = (points["ball_medial"] + points["ball_lateral"]) / 2
    forward = (ball - points["heel"])[[0, 2]]
    forward = forward / np.hypot(*forward)
    off = (cop - points["heel"])[[0, 2]]
    reach = (points["tip"] - points["heel"])[[0, 2]]
    along = (off * forward).sum(0)
    across = off[1] * forward[0] - off[0] * forward[1]
    length = (reach * forward).sum(0) + _TIP * body.foot_length_m
    beyond = np.maximum(-_HEEL * body.foot_length_m - along, 0) + np.maximum(along - length, 0)
    return np.hypot(beyond, np.maximum(np.abs(across) - body.foot_width_m / 2, 0))
