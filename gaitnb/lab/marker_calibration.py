"""Where markers and joints sit on the segments of a person, from a standing trial.

Segments in standing. Pelvis and foot are the lab's axes turned to where the person faces: their
angles are zero in standing. The long axes of thigh and shank (y) run through joint centres, so that
a knee that is not straight in standing is not called straight; z of both points to the person's
right. Hip centres follow from the pelvis by the regression of Harrington et al. 2007 (J Biomech
40:595); knee and ankle lie midway between their outer and inner marker.
"""

from dataclasses import dataclass

import numpy as np

from gaitnb.errors import DataError, ParameterError
from gaitnb.lab.segments import INDEX, PARENT, SEGMENTS

# Markers that carry a segment; inner markers of knee and ankle are needed in standing alone. The
# one at the knee sits on the thigh and the one at the ankle on the shank.
TRACKED = {
    "pelvis": ("LASI", "RASI", "LPSI", "RPSI"),
    **{
        f"{segment}_{side}": tuple(f"{letter}{name}" for name in names)
        for side, letter in (("left", "L"), ("right", "R"))
        for segment, names in (
            ("thigh", ("HIP", "KNE")),
            ("shank", ("TIB", "ANK")),
            ("foot", ("HEE", "TOE")),
        )
    },
}
_INNER = ("LKNE2", "RKNE2", "LANK2", "RANK2")
WALKING = tuple(m for names in TRACKED.values() for m in names)
MARKERS = WALKING + _INNER


@dataclass(frozen=True)
class Calibration:
    """Where markers and joints sit on the segments of one person.

    Attributes
    ----------
    places : dict of str to array, shape (marker, 3)
        Segment -> its markers as in `TRACKED`, and below the pelvis the joint above it, as last
        row: the origin. In the segment's frame, m.
    joints : dict of str to array, shape (3,)
        Segment -> its origin in the parent's frame, m.
    """

    places: dict
    joints: dict

    def length_m(self, segment):
        """Distance from a segment's origin to that of the next one, such as "thigh_right"."""
        return float(np.linalg.norm(self.joints[_child(segment)]))


def hip_centres(position, names):
    """Hip centres from the four markers of the pelvis.

    Parameters
    ----------
    position : array, shape (marker, 3)
        One instant, m, y up.
    names : sequence of str
        Of the markers.

    Returns
    -------
    left, right : array, shape (3,)
        m.

    Notes
    -----
    Harrington et al. 2007, with the depth (midpoints of the front to those of the back spines) and
    width (between the front spines) of the pelvis as only measures:
    x = -0.24 depth - 9.9 mm, y = -0.30 width - 10.9 mm, z = +-(0.33 width + 7.3 mm) from the
    midpoint of the front spines, in their frame: z right, x forward in the plane of the four.
    """
    at = dict(zip(names, np.asarray(position, float), strict=True))
    front, back = (at["LASI"] + at["RASI"]) / 2, (at["LPSI"] + at["RPSI"]) / 2
    width = np.linalg.norm(at["RASI"] - at["LASI"])
    right = (at["RASI"] - at["LASI"]) / width
    ahead = front - back
    ahead = ahead - (ahead @ right) * right
    depth = np.linalg.norm(ahead)
    ahead = ahead / depth
    up = np.cross(right, ahead)
    middle = front - (0.24 * depth + 0.0099) * ahead - (0.30 * width + 0.0109) * up
    out = (0.33 * width + 0.0073) * right
    return middle - out, middle + out


def calibrate(position, names):
    """Find where markers and joints sit, from a standing trial.

    Parameters
    ----------
    position : array, shape (time, marker, 3)
        Markers of a person who stands upright on flat feet, m, y up; NaN where not seen.
    names : sequence of str
        Of the markers; all of `MARKERS`.

    Returns
    -------
    Calibration

    Raises
    ------
    DataError
        If a marker is missing, never seen, or the person lies, moves or stands the wrong way up.
    """
    position, names = checked(position, names, MARKERS)
    seen = np.isfinite(position).all(axis=-1)
    never = [n for n, s in zip(names, seen.T, strict=True) if n in MARKERS and not s.any()]
    if never:
        raise DataError(f"markers {', '.join(never)} are never seen in standing; all are needed")
    if np.nanmax(np.nanstd(position, axis=0)) > 0.03:
        raise DataError("markers move by more than 30 mm (standard deviation); expected standing")
    at = dict(zip(names, np.nanmean(position, axis=0), strict=True))
    origin = {}
    left, right = hip_centres([at[n] for n in names], names)
    origin["thigh_left"], origin["thigh_right"] = left, right
    origin["pelvis"] = (left + right) / 2
    for side, letter in (("left", "L"), ("right", "R")):
        origin[f"shank_{side}"] = (at[f"{letter}KNE"] + at[f"{letter}KNE2"]) / 2
        origin[f"foot_{side}"] = (at[f"{letter}ANK"] + at[f"{letter}ANK2"]) / 2
    if not origin["pelvis"][1] > origin["shank_left"][1] > origin["foot_left"][1]:
        raise DataError("pelvis, knee and ankle do not lie above each other; expected y up")
    axes = _standing_axes(at, origin)
    places, joints = {}, {}
    for segment, carried in TRACKED.items():
        points = [at[n] for n in carried]
        points += [origin[segment]] if segment != "pelvis" else []
        places[segment] = (np.array(points) - origin[segment]) @ axes[segment]
        if segment != "pelvis":
            above = parent_of(segment)
            joints[segment] = (origin[segment] - origin[above]) @ axes[above]
    return Calibration(places, joints)


def _standing_axes(at, origin):
    """Axes (columns) of the segments in standing, in the lab."""
    ahead = at["LASI"] + at["RASI"] - at["LPSI"] - at["RPSI"]
    ahead[1] = 0.0
    ahead /= np.linalg.norm(ahead)
    up = np.array([0.0, 1.0, 0.0])
    level = np.stack([ahead, up, np.cross(ahead, up)], axis=1)
    axes = {"pelvis": level}
    for side in ("left", "right"):
        for segment, below in (("thigh", "shank"), ("shank", "foot")):
            y = origin[f"{segment}_{side}"] - origin[f"{below}_{side}"]
            y /= np.linalg.norm(y)
            z = level[:, 2] - (level[:, 2] @ y) * y
            z /= np.linalg.norm(z)
            axes[f"{segment}_{side}"] = np.stack([np.cross(y, z), y, z], axis=1)
        axes[f"foot_{side}"] = level
    return axes


def parent_of(segment):
    """Name of the segment above."""
    return SEGMENTS[PARENT[INDEX[segment]]]


def _child(segment):
    for below in TRACKED:
        if below != "pelvis" and parent_of(below) == segment:
            return below
    raise ParameterError(f"no tracked segment follows {segment!r}; expected a thigh or a shank")


def checked(position, names, needed):
    """Positions as an array and names as texts; DataError where a needed marker is missing."""
    position, names = np.asarray(position, float), [str(n) for n in names]
    if position.ndim != 3 or position.shape[1:] != (len(names), 3) or not len(position):
        raise DataError(f"positions {position.shape}; expected (time, {len(names)}, 3)")
    missing = [n for n in needed if n not in names]
    if missing:
        raise DataError(f"markers {', '.join(missing)} are missing; there are {', '.join(names)}")
    return position, names
