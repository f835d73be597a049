"""From skin markers to segments: poses, joint angles, and a motion that inverse dynamics can use.

A standing trial says where the markers sit on each segment (`calibrate`). In every frame of a walk
the segment is then turned and moved until its markers fit those that were seen, with the least sum
of squares (Kabsch 1976, Acta Cryst A32:922; Soderkvist and Wedin 1993, J Biomech 26:1473).

Segments in standing. Pelvis and foot are the lab's axes turned to where the person faces: their
angles are zero in standing. The long axes of thigh and shank (y) run through joint centres, so that
a knee that is not straight in standing is not called straight; z of both points to the person's
right. Hip centres follow from the pelvis by the regression of Harrington et al. 2007 (J Biomech
40:595); knee and ankle lie midway between their outer and inner marker.

Each segment below the pelvis is fitted to its markers and to the joint above it, as placed by its
parent. Knee and ankle are not forced to be hinges: what is found outside of the plane of flexion is
small beside the motion of the skin.
"""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import make_interp_spline
from scipy.spatial.transform import Rotation

from gaitnb.errors import DataError, ParameterError
from gaitnb.lab.motion import Motion
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
MARKERS = tuple(dict.fromkeys([m for names in TRACKED.values() for m in names] + list(_INNER)))
LONGEST_GAP_S = 0.15  # that is filled; a swing takes 0.4 s
# angle -> (parent, segment, order of rotations, place in it, sign on the right, mirrored or not)
_LEG = {
    "hip_flexion": ("pelvis", "thigh", 0, 1.0, False),
    "hip_adduction": ("pelvis", "thigh", 1, 1.0, True),
    "hip_rotation": ("pelvis", "thigh", 2, 1.0, True),
    "knee_flexion": ("thigh", "shank", 0, -1.0, False),
    "ankle_dorsiflexion": ("shank", "foot", 0, 1.0, False),
    "ankle_inversion": ("shank", "foot", 1, 1.0, True),
}
ANGLES = tuple(f"{name}_{side}" for side in ("left", "right") for name in _LEG)


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
    position, names = _checked(position, names, MARKERS)
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
            parent = _parent(segment)
            joints[segment] = (origin[segment] - origin[parent]) @ axes[parent]
    return Calibration(places, joints)


def poses(position, names, calibration, fs_hz):
    """Pose of every tracked segment in every frame.

    Parameters
    ----------
    position : array, shape (time, marker, 3)
        m, y up; NaN where not seen. Gaps up to `LONGEST_GAP_S` are filled by a cubic spline.
    names : sequence of str
        Of the markers.
    calibration : Calibration
        Of the same person.
    fs_hz : float
        Samples a second.

    Returns
    -------
    rotation : dict of str to array, shape (time, 3, 3)
        Segment -> its axes as columns in the lab.
    origin : dict of str to array, shape (time, 3)
        m.

    Raises
    ------
    DataError
        If a marker is missing or not seen for longer.
    """
    position, names = _checked(position, names, [m for n in TRACKED.values() for m in n])
    at = {m: _filled(position[:, names.index(m)], m, fs_hz) for n in TRACKED.values() for m in n}
    rotation, origin = {}, {}
    for segment, carried in TRACKED.items():
        points = [at[n] for n in carried]
        if segment != "pelvis":
            parent = _parent(segment)
            points.append(origin[parent] + rotation[parent] @ calibration.joints[segment])
        turn, place = fit(calibration.places[segment], np.stack(points, axis=1))
        rotation[segment], origin[segment] = turn, place
    return rotation, origin


def fit(local, seen):
    """Turn and move a rigid set of points onto seen ones with the least sum of squares.

    Parameters
    ----------
    local : array, shape (point, 3)
        In the body's frame; three or more points that are not on one line.
    seen : array, shape (time, point, 3)
        In the lab.

    Returns
    -------
    rotation : array, shape (time, 3, 3)
        ``lab = origin + rotation @ local``.
    origin : array, shape (time, 3)
    """
    local, seen = np.asarray(local, float), np.asarray(seen, float)
    if len(local) < 3 or np.linalg.svd(local - local.mean(axis=0))[1][1] < 1e-3:
        raise ParameterError("three points that are not on one line are needed to fit a pose")
    middle, inside = seen.mean(axis=1), local.mean(axis=0)
    spread = np.einsum("tpi,pj->tij", seen - middle[:, None], local - inside)
    u, _, vt = np.linalg.svd(spread)
    u[..., 2] *= np.sign(np.linalg.det(u) * np.linalg.det(vt))[:, None]  # no mirror image
    rotation = u @ vt
    return rotation, middle - rotation @ inside


def joint_angles(rotation):
    """Joint angles of both legs, and the pelvis' attitude.

    Parameters
    ----------
    rotation : dict of str to array, shape (time, 3, 3)
        From `poses`.

    Returns
    -------
    dict of str to array, shape (time,)
        Names and signs of the layout (`ANGLES`), and ``pelvis_rotation``, ``pelvis_list``,
        ``pelvis_tilt`` as in `gaitnb.lab.skeleton`; degrees. Rotations are taken in the order
        flexion, adduction, rotation (Grood and Suntay 1983), of the pelvis rotation, list, tilt.
    """
    out = {}
    for side in ("left", "right"):
        for name, (above, below, place, sign, mirrored) in _LEG.items():
            above = above if above == "pelvis" else f"{above}_{side}"
            turn = np.swapaxes(rotation[above], 1, 2) @ rotation[f"{below}_{side}"]
            value = Rotation.from_matrix(turn).as_euler("ZXY", degrees=True)[:, place]
            mirror = -1.0 if mirrored and side == "left" else 1.0
            out[f"{name}_{side}"] = sign * mirror * value
    heading = Rotation.from_matrix(rotation["pelvis"]).as_euler("YXZ", degrees=True)
    names = ("pelvis_rotation", "pelvis_list", "pelvis_tilt")
    return out | dict(zip(names, heading.T, strict=True))


def motion(rotation, origin, fs_hz, body):
    """Kinematics of the whole body, for inverse dynamics of the legs.

    Parameters
    ----------
    rotation, origin : dict
        From `poses`, of smoothed markers.
    fs_hz : float
        Samples a second.
    body : gaitnb.lab.segments.Body
        Says where segments that carry no marker sit on their parent.

    Returns
    -------
    gaitnb.lab.motion.Motion
        Derivatives are those of quintic splines. Trunk, head and arms move rigidly with the
        pelvis and toes with the foot, because nothing is known of them: what inverse dynamics
        finds at hips, knees and ankles does not depend on trunk and arms; the residual does.
    """
    n = len(origin["pelvis"])
    turn, place = np.empty((n, len(SEGMENTS), 3, 3)), np.empty((n, len(SEGMENTS), 3))
    for s, segment in enumerate(SEGMENTS):
        if segment in rotation:
            turn[:, s], place[:, s] = rotation[segment], origin[segment]
        else:
            p = PARENT[s]
            turn[:, s], place[:, s] = turn[:, p], place[:, p] + turn[:, p] @ body.offset[s]
    time = np.arange(n) / fs_hz
    moved, turned = make_interp_spline(time, place, k=5), make_interp_spline(time, turn, k=5)
    back = np.swapaxes(turn, -1, -2)
    return Motion(
        fs_hz=float(fs_hz),
        rotation=turn,
        position=place,
        velocity=moved(time, 1),
        acceleration=moved(time, 2),
        omega=_vector(turned(time, 1) @ back),
        alpha=_vector(turned(time, 2) @ back),
    )


def _vector(matrix):
    """Of the part of a matrix that changes sign when transposed: that of the cross product."""
    lower = [matrix[..., i, j] - matrix[..., j, i] for i, j in ((2, 1), (0, 2), (1, 0))]
    return np.stack(lower, axis=-1) / 2


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


def _parent(segment):
    return SEGMENTS[PARENT[INDEX[segment]]]


def _child(segment):
    for below in TRACKED:
        if below != "pelvis" and _parent(below) == segment:
            return below
    raise ParameterError(f"no tracked segment follows {segment!r}; expected a thigh or a shank")


def _checked(position, names, needed):
    position, names = np.asarray(position, float), [str(n) for n in names]
    if position.ndim != 3 or position.shape[1:] != (len(names), 3) or not len(position):
        raise DataError(f"positions {position.shape}; expected (time, {len(names)}, 3)")
    missing = [n for n in needed if n not in names]
    if missing:
        raise DataError(f"markers {', '.join(missing)} are missing; there are {', '.join(names)}")
    return position, names


def _filled(path, name, fs_hz):
    """A marker's path (time, 3) without gaps."""
    seen = np.isfinite(path).all(axis=1)
    if seen.all():
        return path
    frames = np.flatnonzero(seen)
    edges = np.concatenate([[-1], frames, [len(path)]])
    gap = np.diff(edges).max() - 1
    if gap > LONGEST_GAP_S * fs_hz or len(frames) < 4:
        raise DataError(
            f"marker {name} is not seen for {gap / fs_hz:.2f} s; gaps up to {LONGEST_GAP_S:g} s "
            "are filled. Leave the trial out, or cut it"
        )
    return make_interp_spline(frames, path[frames], k=3)(np.arange(len(path)))
