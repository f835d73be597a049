"""Markers of li2021 in the lab frame, with left and right as they are."""

import numpy as np

from gaitnb.data.readers import li2021_plates, vicon_csv
from gaitnb.errors import DataError

FRAME_HZ = 100
MARKERS = [
    f"{side}{place}"
    for side in "LR"
    for place in ("ASI", "PSI", "HIP", "KNE", "KNE2", "TIB", "ANK", "ANK2", "HEE", "TOE")
]
_ALIASES = {"LHEEL": "LHEE", "RHEEL": "RHEE"}
_PELVIS = ["LASI", "RASI", "LPSI", "RPSI"]
_BOTH_SIDES = ("ASI", "PSI", "HIP", "KNE", "ANK", "HEE", "TOE")  # seen nearly always


def read(source, path, walking=True):
    """Read the markers of one recording.

    Parameters
    ----------
    source : gaitnb.data.source.Source
        The files.
    path : str
        A file of the folder Traj2End.
    walking : bool
        Whether the person walks; then the pelvis must move forward.

    Returns
    -------
    frame : array, shape (time,)
        From 1 at the start of the cameras.
    position : array, shape (time, marker, 3)
        Of `MARKERS`, in m, NaN where not seen.
    corrections : str
        What had to be put right, or empty.

    Raises
    ------
    DataError
        On a damaged file, a marker that is missing, another unit or order of axes.
    """
    where = source.where(path)
    table = vicon_csv.table(source, path, "Trajectories", FRAME_HZ)
    position = vicon_csv.markers(table, MARKERS, where, _ALIASES)
    position = li2021_plates.to_lab(position + li2021_plates.ORIGIN_M)
    seen = np.isfinite(position).all(axis=2)
    for name in [f"{side}{name}" for side in "LR" for name in _BOTH_SIDES]:
        if seen[:, MARKERS.index(name)].mean() < 0.5:
            raise DataError(f"{where}: marker {name} is seen in less than half of the frames")
    pelvis, knee, ankle = (
        np.nanmean(position[:, [MARKERS.index(f"{side}{name}") for side in "LR"], 1])
        for name in ("ASI", "KNE", "ANK")
    )
    if not (1.3 > pelvis > 0.6 and 0.7 > knee > 0.25 and 0.25 > ankle > 0):
        raise DataError(
            f"{where}: pelvis, knees and ankles are at {pelvis:.3g}, {knee:.3g} and {ankle:.3g} m; "
            "expected about 0.9, 0.45 and 0.1. Unit or axes are others"
        )
    position, corrections = _sides(position, where)
    if walking:
        pelvis = position[:, [MARKERS.index(name) for name in _PELVIS]]
        way = np.nanmean(pelvis[-10:] - pelvis[:10], axis=(0, 1))
        if way[0] < 2 * np.abs(way[1:]).max() or way[0] < 0.1:
            raise DataError(
                f"{where}: the pelvis moves by {way.round(2)} m forward, up, right; expected "
                "forward. Axes are in another order, or the person does not walk"
            )
    return table.frame, position, corrections


def _sides(position, where):
    """Return positions with left and right as they are, and what had to be exchanged for that."""
    right = {}
    for name in _BOTH_SIDES:
        pair = position[:, [MARKERS.index(f"{side}{name}") for side in "LR"], 2]
        right[name] = float(np.nanmean(pair[:, 1]) - np.nanmean(pair[:, 0]))
    wrong = [name for name, distance in right.items() if distance < 0.02]
    if not wrong:
        return position, ""
    if wrong != ["ASI", "PSI"]:
        raise DataError(
            f"{where}: the right {wrong[0]} is {right[wrong[0]]:.3g} m to the right of the left "
            "one; expected 0.1 to 0.4. Axes are in another order, or sides are exchanged"
        )
    order = list(range(len(MARKERS)))
    for name in wrong:
        i, j = MARKERS.index(f"L{name}"), MARKERS.index(f"R{name}")
        order[i], order[j] = j, i
    return position[:, order], "left and right markers of the pelvis exchanged back"


def speed(position):
    """Return the mean forward speed in m/s: slope of a line through each pelvis marker's path."""
    slopes = []
    for name in _PELVIS:
        x = position[:, MARKERS.index(name), 0]
        seen = np.flatnonzero(np.isfinite(x))
        slopes.append(np.polyfit(seen / FRAME_HZ, x[seen], 1)[0])
    return float(np.mean(slopes))
