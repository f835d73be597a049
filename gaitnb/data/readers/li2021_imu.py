"""Shank IMUs of li2021 in sensor axes x forward, y up, z right."""

import io

import numpy as np
import scipy.io
from scipy.signal import savgol_filter

from gaitnb.data import signal_checks
from gaitnb.data.readers.li2021_markers import FRAME_HZ, MARKERS
from gaitnb.errors import DataError

ACC_COUNTS, GYR_COUNTS, STANDARD_G = 4096.0, 32.768, 9.80665


def read(source, path):
    """Return `acc` and `gyr` (time, sensor, 3) in sensor axes x forward, y up, z right."""
    where = source.where(path)
    names = ["TrialLeft", "TrialRight"]
    stream = io.BytesIO(source.read(path))
    try:
        content = scipy.io.loadmat(stream, variable_names=names)
    except Exception as error:  # scipy raises many kinds on damaged files
        raise DataError(f"{where}: not a whole MATLAB 5 file ({error})") from None
    signal_checks.check_present([n for n in names if n in content], names, where)
    legs = [np.asarray(content[name], dtype=float) for name in names]
    if any(leg.ndim != 2 or leg.shape[1] != 6 for leg in legs) or len(legs[0]) != len(legs[1]):
        raise DataError(
            f"{where}: TrialLeft and TrialRight are {legs[0].shape} and {legs[1].shape}; expected "
            "(time, 6), of equal length"
        )
    counts = np.stack(legs, axis=1).reshape(-1, 2, 2, 3)  # (time, sensor, acc or gyr, axis)
    turned = -counts[..., [1, 0, 2]]  # y backward, x down, z left -> forward, up, right
    acc = turned[:, :, 0] / ACC_COUNTS * STANDARD_G
    gyr = np.radians(turned[:, :, 1] / GYR_COUNTS)
    signal_checks.check_gravity(acc, where, up="y")
    signal_checks.check_gyro_units(gyr, where)
    if np.percentile(np.linalg.norm(gyr, axis=-1), 99) < 1:
        raise DataError(
            f"{where}: the shanks turn by less than 1 rad/s; expected {GYR_COUNTS} "
            "counts a deg/s. Degrees or radians may have been filed"
        )
    return {"acc": acc, "gyr": gyr}


def check_shanks(frame, position, imu, where):
    """The gyroscopes must turn as the line from knee to ankle does, at the same time.

    Returns by how much each is late, in s; in the files -0.03 to 0.02.
    """
    late = {}
    if frame[-1] > len(imu["gyr"]):
        raise DataError(
            f"{where}: {len(imu['gyr'])} samples; the cameras' part ends at frame {frame[-1]}"
        )
    for s, side in enumerate("LR"):
        shank = position[:, MARKERS.index(f"{side}KNE")] - position[:, MARKERS.index(f"{side}ANK")]
        seen = np.isfinite(shank).all(axis=1)
        first, last = np.flatnonzero(seen)[[0, -1]]
        inside = slice(first, last + 1)
        pitch = np.arctan2(-shank[inside, 0], shank[inside, 1])  # about z: ankle forward of knee
        gaps = np.isnan(pitch)
        pitch[gaps] = np.interp(np.flatnonzero(gaps), np.flatnonzero(~gaps), pitch[~gaps])
        turning = savgol_filter(pitch, 9, 3, deriv=1, delta=1 / FRAME_HZ)
        measured = imu["gyr"][frame[inside] - 1, s, 2]
        name = {"L": "left", "R": "right"}[side]
        samples, _ = signal_checks.check_synchronous(
            turning, measured, FRAME_HZ, f"{where}, {name} shank with markers", 0.035, least_r=0.8
        )
        late[f"imu_late_{name}_s"] = samples / FRAME_HZ
    return late
