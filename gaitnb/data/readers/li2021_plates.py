"""Forces of li2021 from its two plates, in the lab frame.

In the files both plates report in the axes of the cameras (x right, y forward, z up) what the foot
does to the plate; moments refer to the plate's centre at its nominal place. The second plate was
moved between gaits: a wand laid on either plate says where it really was. Here: ground on foot;
force, point and moment turned and moved with the plate; the moment reduced to the free moment.
"""

import numpy as np

from gaitnb.data import signal_checks
from gaitnb.data.readers import vicon_csv
from gaitnb.errors import DataError

FS_HZ = 1000
MIN_FORCE_N = 20.0  # below it a foot has no centre of pressure
# The origin of the cameras was set by a wand whose markers sit beside and above the plate's
# corner; the authors' program corrects for it by these amounts.
ORIGIN_M = np.array([0.0026, 0.0026, -0.0277])
LEFT_CENTRE_M = np.array([0.2, 0.3, 0.0])  # the first plate, 0.4 m x 0.6 m, its corner the origin
NOMINAL_M = ((0.2, 0.3), (0.6, 1.02))  # centres that the files reckon with; 0.603 in two people
WAND_M = {"TFXP": 0.160, "TFYP": 0.2405}  # from the wand's corner marker TFORI
_PLATE = ["Fx", "Fy", "Fz", "Mx", "My", "Mz", "Cx", "Cy", "Cz"]
_UNITS = ["N"] * 3 + ["N.mm"] * 3 + ["mm"] * 3
_CELL_N = 784.0  # load cell of the next step, N per unit as filed (40 kg x 9.8 x 2)


def to_lab(values):
    """Turn vectors (..., 3) from x right, y forward, z up into x forward, y up, z right."""
    return values[..., [1, 2, 0]]


def wand(source, path):
    """Return where the wand lies: corner (3,) in m and axes as columns (3, 3), camera axes."""
    where = source.where(path)
    read = vicon_csv.table(source, path, "Trajectories", 100)
    names = ["TFORI", *WAND_M]
    points = vicon_csv.markers(read, names, where)
    seen = np.isfinite(points).all(axis=(1, 2))
    if not seen.any():
        raise DataError(f"{where}: the wand's markers {', '.join(names)} are never seen together")
    if points[seen].std(axis=0).max() > 0.005:
        raise DataError(f"{where}: the wand moves; expected it to lie on a plate")
    corner, x_tip, y_tip = points[seen].mean(axis=0)
    for name, tip in (("TFXP", x_tip), ("TFYP", y_tip)):
        length = np.linalg.norm(tip - corner)
        if abs(length - WAND_M[name]) > 0.005:
            raise DataError(
                f"{where}: TFORI and {name} are {1000 * length:.0f} mm apart; expected "
                f"{1000 * WAND_M[name]:.0f} mm, the wand's size"
            )
    i = (x_tip - corner) / np.linalg.norm(x_tip - corner)
    k = np.cross(i, y_tip - corner)
    k /= np.linalg.norm(k)
    return corner + ORIGIN_M, np.stack([i, np.cross(k, i), k], axis=1)


def right_plate(left, right):
    """Return true centre (3,) and turn (3, 3) of the second plate from the wand on either plate.

    The wand lies in the same way on both plates, so that what brings the first wand onto the
    second brings the first plate onto the second.
    """
    (corner_left, axes_left), (corner_right, axes_right) = left, right
    turn = axes_right @ axes_left.T
    return corner_right + turn @ (LEFT_CENTRE_M - corner_left), turn


def read(source, path, place, mass_kg):
    """Read the plates of one trial.

    Parameters
    ----------
    source : gaitnb.data.source.Source
        The files.
    path : str
        A file of the folder Device.
    place : tuple
        From `right_plate`.
    mass_kg : float
        For the check of the forces.

    Returns
    -------
    dict
        ``frame`` (time,), in frames of 100 Hz, with fractions; ``force`` (time, side, 3) in N and
        ``moment`` (time, side, 3) in Nm about the lab's origin, both of the ground on the foot, in
        the lab frame; ``cell`` (time,), load cell of the next step in N, its offset removed.
    """
    where = source.where(path)
    table = vicon_csv.table(source, path, "Devices", FS_HZ)
    if table.columns != ["FP3", *_PLATE, *_PLATE] or table.units != ["N", *_UNITS, *_UNITS]:
        raise DataError(
            f"{where}: columns {', '.join(table.columns)} in {', '.join(table.units)}; expected "
            f"FP3, then twice {', '.join(_PLATE)} in {', '.join(_UNITS)}"
        )
    if not np.isfinite(table.values).all():
        raise DataError(f"{where}: {np.isnan(table.values).sum()} values are missing")
    plates = table.values[:, 1:].reshape(len(table.values), 2, 9)
    force, moment, point = np.split(plates, 3, axis=2)
    force, moment, point = -force, -moment / 1000, point / 1000  # of the ground on the foot
    signal_checks.check_vertical_force(force, mass_kg, where, mode="peak", up="z")
    centre = [_centre(force[:, s], moment[:, s], point[:, s], where, s) for s in (0, 1)]
    centre[1], turn = place
    force[:, 1], moment[:, 1] = force[:, 1] @ turn.T, moment[:, 1] @ turn.T
    moment = moment + np.cross(np.stack(centre), force)  # about the lab's origin
    cell = table.values[:, 0]
    return {
        "frame": table.frame + table.sub_frame / 10,
        "force": to_lab(force),
        "moment": to_lab(moment),
        "cell": _CELL_N * (cell - np.median(cell[:300])),
    }


def at_frames(plates, frames):
    """Average force and moment around frames of 100 Hz: 11 samples, the outer two by half."""
    first = plates["frame"][0]
    index = np.rint(10 * (frames - first)).astype(int)
    if index.min() < 0 or index.max() >= len(plates["frame"]):
        raise DataError("frames outside the recording of the plates")
    offsets = np.arange(-5, 6)
    weights = np.where(np.abs(offsets) == 5, 0.5, 1.0)
    at = index[:, None] + offsets
    inside = (at >= 0) & (at < len(plates["frame"]))
    weights = weights * inside / (weights * inside).sum(axis=1, keepdims=True)
    at = at.clip(0, len(plates["frame"]) - 1)
    taken = {k: np.einsum("fw,fwsa->fsa", weights, plates[k][at]) for k in ("force", "moment")}
    return taken | {"frame": frames}


def contact(plates):
    """Return `grf`, `cop` and `free_moment` of the layout from force and moment about the origin.

    The centre of pressure lies on the floor (y = 0), where the horizontal moments vanish.
    """
    force, moment = plates["force"], plates["moment"]
    loaded = force[..., 1] > MIN_FORCE_N
    vertical = np.where(loaded, force[..., 1], np.nan)
    x, z = moment[..., 2] / vertical, -moment[..., 0] / vertical
    free = moment[..., 1] - (z * force[..., 0] - x * force[..., 2])
    return {
        "grf": force,
        "cop": np.stack([x, 0 * x, z], axis=-1),
        "free_moment": np.where(loaded, free, 0.0),
    }


def stance(plates):
    """Say how much of each stance is recorded, and when feet came and went.

    Returns
    -------
    dict
        ``stance_left``, ``stance_right``: "whole", "begins before the recording", "ends after the
        recording", or "begins before and ends after the recording"; ``stance_left_s``,
        ``stance_right_s``: seconds of it that are recorded; ``toe_off_left_s``,
        ``heel_strike_right_s``, ``toe_off_right_s`` and, from the load cell, ``heel_strike_left_s``
        (of the next step): times in s, NaN where not recorded.
    """
    time = (plates["frame"] - 1) / 100
    found = {}
    for s, side in enumerate(("left", "right")):
        loaded = np.flatnonzero(plates["force"][:, s, 1] > MIN_FORCE_N)
        before, after = loaded[0] == 0, loaded[-1] == len(time) - 1
        found[f"stance_{side}"] = {
            (False, False): "whole",
            (True, False): "begins before the recording",
            (False, True): "ends after the recording",
            (True, True): "begins before and ends after the recording",
        }[bool(before), bool(after)]
        found[f"stance_{side}_s"] = len(loaded) / FS_HZ
        found[f"toe_off_{side}_s"] = np.nan if after else float(time[loaded[-1]])
        if side == "right":
            found["heel_strike_right_s"] = np.nan if before else float(time[loaded[0]])
    smooth = np.convolve(plates["cell"], np.ones(10) / 10, mode="same")
    late = np.flatnonzero((smooth > 50) & (np.arange(len(time)) >= 300))
    found["heel_strike_left_s"] = float(time[late[0]]) if len(late) else np.nan
    return found


def _centre(force, moment, point, where, plate):
    """Return a plate's nominal centre (3,) from force, moment and point; they must agree."""
    on = np.abs(force[:, 2]) > 100
    if on.sum() < 50:
        raise DataError(
            f"{where}: plate {plate + 1} carries more than 100 N in {on.sum()} of {len(on)} "
            "samples; expected a foot on it"
        )
    x = point[on, 0] + moment[on, 1] / force[on, 2]
    y = point[on, 1] - moment[on, 0] / force[on, 2]
    spread = max(np.ptp(x), np.ptp(y))
    away = np.hypot(np.median(x) - NOMINAL_M[plate][0], np.median(y) - NOMINAL_M[plate][1])
    if max(spread, away) > 0.01:
        raise DataError(
            f"{where}: forces, moments and centre of pressure of plate {plate + 1} disagree by "
            f"{1000 * max(spread, away):.0f} mm; expected N, N mm and mm, in one order of axes"
        )
    return np.array([np.median(x), np.median(y), 0.0])
