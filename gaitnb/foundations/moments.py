"""Joint moments of the OpenSim subject: by OpenSim, by us, and with other filters."""

import numpy as np
import pandas as pd
from scipy.signal import butter, sosfiltfilt

from gaitnb import data
from gaitnb.errors import ParameterError
from gaitnb.lab import opensim

SET = "opensim_gait2392"
# joint of the layout -> coordinate of the model, sign
JOINTS = {
    "ankle_dorsiflexion_right": ("ankle_angle_r", 1),
    "knee_flexion_right": ("knee_angle_r", -1),
    "hip_flexion_right": ("hip_flexion_r", 1),
    "hip_adduction_right": ("hip_adduction_r", 1),
}
# Cutoff frequencies of motion and forces in Hz; 0 is no filter. OpenSim's own are the first.
FILTERS = ((6, 0), (6, 6), (20, 0))
PERCENT = np.arange(0, 101, 2)
_FEET = ("calcn_l", "calcn_r")


def filter_forces(force, cop, free_moment, fs_hz, cutoff_hz, floor_m=0.0, lowest_n=20.0):
    """Low-pass filter what the ground does to the feet, with zero phase.

    Filtered are force and moment about the lab's origin, from which the centre of pressure
    follows; that itself jumps at contact and cannot be filtered.

    Parameters
    ----------
    force, cop : array, shape (time, side, 3)
        N and m; the centre of pressure is NaN in swing.
    free_moment : array, shape (time, side)
        Nm.
    fs_hz, cutoff_hz : float
        Sampling rate and cutoff of the Butterworth filter, third order, forwards and backwards.
    floor_m : float
        Height of the floor.
    lowest_n : float
        Filtered vertical force below which a foot counts as unloaded.

    Returns
    -------
    force, cop, free_moment : array
        As given; force zero and the centre of pressure NaN where the foot is unloaded.

    Raises
    ------
    ParameterError
        If the cutoff is not below half the sampling rate.
    """
    if not 0 < cutoff_hz < fs_hz / 2:
        raise ParameterError(f"cutoff_hz is {cutoff_hz}; expected above 0 and below {fs_hz / 2:g}")
    sections = butter(opensim.ORDER, cutoff_hz, fs=fs_hz, output="sos")
    loaded = np.isfinite(cop).all(axis=-1)
    force = np.where(loaded[..., None], force, 0.0)
    moment = np.cross(np.nan_to_num(cop), force)
    moment[..., 1] += np.where(loaded, free_moment, 0.0)
    force, moment = (sosfiltfilt(sections, values, axis=0) for values in (force, moment))
    (fx, fy, fz), (mx, my, mz) = np.moveaxis(force, -1, 0), np.moveaxis(moment, -1, 0)
    loaded = fy > lowest_n
    below = np.where(loaded, fy, np.nan)
    x, z = (mz + floor_m * fx) / below, (floor_m * fz - mx) / below
    free = np.where(loaded, my - (z * fx - x * fz), 0.0)
    place = np.stack([x, np.where(loaded, floor_m, np.nan), z], axis=-1)
    return np.where(loaded[..., None], force, 0.0), place, free


def opensim_curves():
    """Moments of the right leg over one stride of the OpenSim subject.

    Returns
    -------
    pandas.DataFrame
        One row per source (``opensim``: its own result, which ends before the stride does;
        ``gaitnb``: ours, on the same model, motion and forces), filters (``motion_hz``,
        ``force_hz``, 0 for none), joint and percent of the gait cycle; ``moment`` in Nm/kg.
    """
    model, table = data.open(SET, stream="model"), data.open(SET, stream="coordinates")
    forces, reference = data.open(SET, stream="forces"), data.open(SET, stream="moments")
    at = forces.time.values
    push, cop, free = (forces[name].values[0] for name in ("grf", "cop", "free_moment"))
    stands = np.isfinite(cop[:, 1]).all(axis=1)
    start, end = at[1:][stands[1:] & ~stands[:-1]][:2]
    when = start + PERCENT / 100 * (end - start)
    time = table["time"].to_numpy()
    inside = time <= at[-1] + 1e-9  # the plates stop before the angles
    time = time[inside]
    rows = np.round((time - at[0]) * forces.attrs["fs_hz"]).astype(int)
    parts = []
    for joint in JOINTS:
        known = reference.moment.sel(joint=joint)[0]
        value = np.interp(when, known.time.values, known.values, right=np.nan)
        parts.append(_rows("opensim", *FILTERS[0], joint, value))
    for motion_hz, force_hz in FILTERS:
        angles = {name: table[name] for name in table if name != "time"}
        moving = opensim.smooth(angles, 60.0, motion_hz)
        moving = {name: values[:, inside] for name, values in moving.items()}
        acts = (push, cop, free)
        if force_hz:
            acts = filter_forces(
                *acts, forces.attrs["fs_hz"], force_hz, float(np.nanmin(cop[..., 1]))
            )
        loads = {foot: tuple(x[rows, side] for x in acts) for side, foot in enumerate(_FEET)}
        found = opensim.inverse_dynamics(model, moving, loads)
        for joint, (name, sign) in JOINTS.items():
            value = np.interp(when, time, sign * found[name] / model["mass_kg"])
            parts.append(_rows("gaitnb", motion_hz, force_hz, joint, value))
    return pd.concat(parts, ignore_index=True)


def _rows(source, motion_hz, force_hz, joint, moment):
    table = pd.DataFrame(
        {
            "source": source,
            "motion_hz": motion_hz,
            "force_hz": force_hz,
            "joint": joint,
            "percent": PERCENT,
            "moment": moment,
        }
    )
    return table.dropna()
