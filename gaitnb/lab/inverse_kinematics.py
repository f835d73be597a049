"""From skin markers to segments: poses, joint angles, and a motion that inverse dynamics can use.

A standing trial says where the markers sit on each segment (`gaitnb.lab.marker_calibration`). In
every frame of a walk the segment is then turned and moved until its markers fit those that were
seen, with the least sum of squares (Kabsch 1976, Acta Cryst A32:922; Soderkvist and Wedin 1993, J
Biomech 26:1473).

Each segment below the pelvis is fitted to its markers and to the joint above it, as placed by its
parent. Knee and ankle are not forced to be hinges: what is found outside of the plane of flexion is
small beside the motion of the skin.
"""

import numpy as np
from scipy.interpolate import make_interp_spline
from scipy.spatial.transform import Rotation

from gaitnb.errors import DataError, ParameterError
from gaitnb.lab.marker_calibration import TRACKED, WALKING, checked, parent_of
from gaitnb.lab.motion import Motion
from gaitnb.lab.segments import PARENT, SEGMENTS

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


def poses(position, names, calibration, fs_hz):
    """Pose of every tracked segment in every frame.

    Parameters
    ----------
    position : array, shape (time, marker, 3)
        m, y up; NaN where not seen. Gaps up to `LONGEST_GAP_S` are filled by a cubic spline.
    names : sequence of str
        Of the markers.
    calibration : gaitnb.lab.marker_calibration.Calibration
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
    at = dict(zip(WALKING, np.moveaxis(without_gaps(position, names, fs_hz), 1, 0), strict=True))
    rotation, origin = {}, {}
    for segment, carried in TRACKED.items():
        points = [at[n] for n in carried]
        if segment != "pelvis":
            above = parent_of(segment)
            points.append(origin[above] + rotation[above] @ calibration.joints[segment])
        turn, place = fit(calibration.places[segment], np.stack(points, axis=1))
        rotation[segment], origin[segment] = turn, place
    return rotation, origin


def without_gaps(position, names, fs_hz):
    """Markers that are tracked in walking, short gaps filled.

    Parameters
    ----------
    position, names, fs_hz
        As for `poses`.

    Returns
    -------
    array, shape (time, marker, 3)
        Of `gaitnb.lab.marker_calibration.WALKING`, m.
    """
    position, names = checked(position, names, WALKING)
    return np.stack([_filled(position[:, names.index(m)], m, fs_hz) for m in WALKING], axis=1)


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
