"""Where sensors sit on the body: standard places, scaled to the person, and errors of mounting.

Positions are written as fractions of a length of the segment that carries the sensor: its own
(`Body.length`), but for the pelvis the distance between the centres of the hips, and for foot and
toes the length of the whole foot.
"""

from dataclasses import dataclass, field, replace
from zlib import crc32

import numpy as np
from scipy.spatial.transform import Rotation

from gaitnb.errors import ParameterError
from gaitnb.lab.segments import INDEX, SEGMENTS

# name -> (segment, forward, up, right, as fractions of its length). The places are those that the
# papers of this book name; the fractions are ours, read off a body of average build. Estimates of
# force change little within 0.1 m (Tan et al. 2019, J Biomech 97:109416): see `misplace`.
PLACES = {
    "head": ("head", 0.38, 0.75, 0.0),  # forehead
    "torso": ("trunk", 0.22, 0.70, 0.0),  # sternum
    "upper_back": ("trunk", -0.20, 0.70, 0.0),  # sixth thoracic vertebra
    "lower_back": ("pelvis", -0.45, 0.55, 0.0),  # fifth lumbar, first sacral vertebra
    "pelvis": ("pelvis", -0.50, 0.35, 0.0),  # sacrum
}
for _side, _out in (("left", -1.0), ("right", 1.0)):
    PLACES |= {
        f"upper_arm_{_side}": (f"upper_arm_{_side}", 0.0, -0.55, 0.16 * _out),
        f"forearm_{_side}": (f"forearm_{_side}", 0.0, -0.80, 0.12 * _out),
        f"thigh_{_side}": (f"thigh_{_side}", 0.0, -0.50, 0.17 * _out),  # outer side, half way
        f"shank_{_side}": (f"shank_{_side}", 0.10, -0.40, 0.0),  # front of the tibia
        f"foot_{_side}": (f"foot_{_side}", 0.25, -0.07, 0.0),  # instep
        f"toes_{_side}": (f"toes_{_side}", 0.05, 0.08, 0.0),  # above the metatarsal heads
    }


@dataclass(frozen=True, eq=False)
class Placement:
    """A sensor on a segment.

    Attributes
    ----------
    segment : str
        One of `gaitnb.lab.segments.SEGMENTS`.
    position_m : array, shape (3,)
        In the frame of the segment: from its proximal joint, forward, up, right.
    rotation : array, shape (3, 3)
        Axes of the sensor as columns in the frame of the segment. By default they are those of
        the segment: x forward, y up, z right in quiet standing.
    """

    segment: str
    position_m: np.ndarray = field(default_factory=lambda: np.zeros(3))
    rotation: np.ndarray = field(default_factory=lambda: np.eye(3))

    def __post_init__(self):
        segment_index(self.segment)
        position, turn = np.asarray(self.position_m, float), np.asarray(self.rotation, float)
        if position.shape != (3,) or not np.isfinite(position).all():
            raise ParameterError(f"position_m is {self.position_m}; expected three numbers in m")
        if turn.shape != (3, 3) or not np.allclose(turn @ turn.T, np.eye(3), atol=1e-6):
            raise ParameterError(f"rotation of a sensor on {self.segment} is not a rotation matrix")
        if np.linalg.det(turn) < 0:
            raise ParameterError(f"rotation of a sensor on {self.segment} is a mirror image")
        object.__setattr__(self, "position_m", position)
        object.__setattr__(self, "rotation", turn)


def segment_index(segment):
    """Place of a segment in `SEGMENTS`; ParameterError where there is no such segment."""
    if segment not in SEGMENTS:
        raise ParameterError(f"unknown segment {segment!r}; the body has {', '.join(SEGMENTS)}")
    return INDEX[segment]


def placements(body, names):
    """Standard places of sensors on a person.

    Parameters
    ----------
    body : gaitnb.lab.segments.Body
        The person.
    names : sequence of str
        Some of `PLACES`.

    Returns
    -------
    dict of str to Placement
        In the order of `names`.

    Raises
    ------
    ParameterError
        For an unknown name, a name given twice, or none.
    """
    check_names(names, PLACES, "sensor")
    return {name: Placement(*scaled(name, PLACES, body)) for name in names}


def scaled(name, table, body):
    """Segment, and position on it in m, of an entry of a table such as `PLACES`."""
    segment, *fractions = table[name]
    if segment == "pelvis":
        length = 2 * body.offset[INDEX["thigh_right"], 2]
    elif segment.startswith(("foot", "toes")):
        length = body.foot_length_m
    else:
        length = body.length[INDEX[segment]]
    return segment, length * np.array(fractions)


def misplace(places, seed, *, turn_deg=10.0, shift_m=0.0):
    """Put sensors on carelessly: turn each about its axes and shift it.

    Parameters
    ----------
    places : dict of str to Placement
        Intended places.
    seed : int or sequence of int
        Such as ``[seed, subject_number, stream]``. What happens to a sensor depends on the seed
        and on its name alone, not on the other sensors.
    turn_deg : float
        Each of the three angles is uniform within plus or minus this; 10 is what SSL-GRF
        (section II-A) trained with.
    shift_m : float
        Each coordinate is uniform within plus or minus this.

    Returns
    -------
    dict of str to Placement
    """
    if not (0 <= turn_deg <= 180 and 0 <= shift_m <= 1):
        raise ParameterError(
            f"turn_deg={turn_deg}, shift_m={shift_m}; expected 0 to 180 degrees and 0 to 1 m"
        )
    out = {}
    for name, place in places.items():
        rng = generator(seed, name)
        turn = Rotation.from_euler("XYZ", rng.uniform(-turn_deg, turn_deg, 3), degrees=True)
        shift = rng.uniform(-shift_m, shift_m, 3)
        out[name] = replace(
            place,
            position_m=place.position_m + shift,
            rotation=place.rotation @ turn.as_matrix(),
        )
    return out


def generator(seed, name):
    """Random generator of one sensor: the same whatever other sensors there are."""
    parts = np.atleast_1d(np.asarray(seed))
    if parts.dtype.kind not in "iu" or parts.ndim != 1 or (parts < 0).any():
        raise ParameterError(f"seed is {seed!r}; expected an integer >= 0, or several")
    return np.random.default_rng([*(int(p) for p in parts), crc32(name.encode())])


def check_names(names, known, what):
    """Refuse names that are unknown, given twice, or none at all."""
    if isinstance(names, str):
        raise ParameterError(f"names is the text {names!r}; expected a list of {what} names")
    unknown = [n for n in names if n not in known]
    if unknown:
        raise ParameterError(f"unknown {what} {unknown}; the lab has {', '.join(known)}")
    if len(set(names)) < len(list(names)):
        raise ParameterError(f"{what} names occur twice: {list(names)}")
    if not len(list(names)):
        raise ParameterError(f"no {what} asked for; the lab has {', '.join(known)}")
