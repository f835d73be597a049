"""The body's segments: their tree, masses, centres of mass, inertias and joints, by height and mass.

A segment's origin is its proximal joint (pelvis: midway between the hip centres; trunk: lumbar
joint; head: neck joint), and its axes are the lab's in quiet standing: x forward, y up, z right.

Where the numbers come from is said in `gaitnb.lab.anthropometry`.
"""

from dataclasses import dataclass

import numpy as np

from gaitnb.errors import ParameterError
from gaitnb.lab import anthropometry

SEGMENTS = (
    "pelvis", "trunk", "head",
    "upper_arm_left", "forearm_left", "upper_arm_right", "forearm_right",
    "thigh_left", "shank_left", "foot_left", "toes_left",
    "thigh_right", "shank_right", "foot_right", "toes_right",
)  # fmt: skip
INDEX = {name: i for i, name in enumerate(SEGMENTS)}
# Parent of every segment as an index, -1 for the root; a parent comes before its children.
PARENT = (-1, 0, 1, 1, 3, 1, 5, 0, 7, 8, 9, 0, 11, 12, 13)
# The joint at the segment's origin; the pelvis has none.
JOINT = ("", "lumbar", "neck", "shoulder_left", "elbow_left", "shoulder_right", "elbow_right",
         "hip_left", "knee_left", "ankle_left", "toe_left",
         "hip_right", "knee_right", "ankle_right", "toe_right")  # fmt: skip

# What can be a standing human being at all; outside it, units or columns are mixed up.
_PLAUSIBLE = {
    "height_m": (1.0, 2.4),
    "mass_kg": (20.0, 300.0),
    "leg_length_m": (0.4, 1.4),
    "foot_length_m": (0.12, 0.40),
    "foot_width_m": (0.04, 0.18),
}


@dataclass(frozen=True)
class Body:
    """Segments of one person, in the order of `SEGMENTS`.

    Attributes
    ----------
    mass : array, shape (segment,)
        kg; they sum to the person's mass.
    com : array, shape (segment, 3)
        Centre of mass in the segment's frame, m.
    inertia : array, shape (segment, 3, 3)
        Inertia about the centre of mass in the segment's frame, kg m^2.
    offset : array, shape (segment, 3)
        The segment's origin in its parent's frame, m; of the pelvis: the origin above the floor in
        standing.
    length : array, shape (segment,)
        From the origin to the next joint; of the last ones to the wrist, the vertex and the toe
        tip, m.
    heel_m, ball_m, toe_tip_m : float
        Heel, toe joint and toe tip before the ankle, in m; the heel is negative.
    foot_length_m, foot_width_m, ankle_height_m, ball_height_m : float
        Of the foot in standing, m.
    """

    mass: np.ndarray
    com: np.ndarray
    inertia: np.ndarray
    offset: np.ndarray
    length: np.ndarray
    heel_m: float
    ball_m: float
    toe_tip_m: float
    foot_length_m: float
    foot_width_m: float
    ankle_height_m: float
    ball_height_m: float

    @property
    def leg_length_m(self):
        """Height of the hip centres in standing, m."""
        return float(self.offset[0, 1])


def inertia(
    height_m=1.741, mass_kg=73.0, sex="male", table="winter",
    leg_length_m=None, foot_length_m=None, foot_width_m=None,
):  # fmt: skip
    """Masses, centres, inertias and joints of a person's segments.

    Parameters
    ----------
    height_m, mass_kg : float
        Body height and mass.
    sex : {"female", "male"}
        Chooses the column of de Leva's table.
    table : {"winter", "deleva"}
        Source of masses, centres, radii and lengths; see the module's notes.
    leg_length_m : float, optional
        Height of the hip centres above the floor: scales thigh and shank, and the parts above the
        hips the other way, so that the height stays.
    foot_length_m, foot_width_m : float, optional
        Length and width of the foot; by default 0.152 and 0.055 of the height (winter), or de
        Leva's length.

    Returns
    -------
    Body

    Raises
    ------
    ParameterError
        For a number that no person can have, an unknown sex or an unknown table.
    """
    _check(sex, "sex", anthropometry.SEXES)
    _check(table, "table", anthropometry.TABLES)
    _check_range("height_m", height_m)
    _check_range("mass_kg", mass_kg)
    optional = {
        "leg_length_m": leg_length_m, "foot_length_m": foot_length_m, "foot_width_m": foot_width_m
    }  # fmt: skip
    for name, value in optional.items():
        if value is not None:
            _check_range(name, value)
    size = anthropometry.lengths(height_m, sex, table, leg_length_m, foot_length_m)
    share = anthropometry.shares(size, sex, table)
    toe_joint, heel = anthropometry.toe_joint(size), anthropometry.heel(size)
    ends = size | {"foot": float(np.linalg.norm(toe_joint))}
    stems = [name.removesuffix("_left").removesuffix("_right") for name in SEGMENTS]
    mass = np.array([share[stem][0] for stem in stems])
    mass *= mass_kg / mass.sum()  # de Leva's women sum to 0.9999
    return Body(
        mass=mass,
        com=np.array([share[stem][1] for stem in stems]),
        inertia=mass[:, None, None] * np.array([share[stem][2] for stem in stems]),
        offset=_offsets(size, toe_joint),
        length=np.array([ends[stem] for stem in stems]),
        heel_m=heel,
        ball_m=float(toe_joint[0]),
        toe_tip_m=heel + size["foot"],
        foot_length_m=size["foot"],
        foot_width_m=0.055 * height_m if foot_width_m is None else foot_width_m,
        ankle_height_m=size["ankle"],
        ball_height_m=size["ball"],
    )


def _check(value, name, known):
    if value not in known:
        raise ParameterError(f"{name} is {value!r}; expected one of {', '.join(known)}")


def _check_range(name, value):
    low, high = _PLAUSIBLE[name]
    try:
        inside = low <= float(value) <= high
    except (TypeError, ValueError):
        inside = False
    if not inside:
        unit = "m" if name.endswith("_m") else "kg"
        raise ParameterError(f"{name} is {value!r}; expected {low:g} to {high:g} {unit}")


def _offsets(size, toe_joint):
    out = np.zeros((len(SEGMENTS), 3))
    out[INDEX["pelvis"], 1] = size["ankle"] + size["shank"] + size["thigh"]
    out[INDEX["trunk"], 1] = size["pelvis"]
    out[INDEX["head"], 1] = size["trunk"]
    for side, right in (("left", -1.0), ("right", 1.0)):
        out[INDEX[f"upper_arm_{side}"]] = [0.0, size["shoulder"], right * size["half_shoulders"]]
        out[INDEX[f"forearm_{side}"], 1] = -size["upper_arm"]
        out[INDEX[f"thigh_{side}"], 2] = right * size["half_hips"]
        out[INDEX[f"shank_{side}"], 1] = -size["thigh"]
        out[INDEX[f"foot_{side}"], 1] = -size["shank"]
        out[INDEX[f"toes_{side}"]] = toe_joint
    return out
