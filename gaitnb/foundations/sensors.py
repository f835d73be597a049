"""What shank and foot sensors of real people read over a stride, and how filters orient them."""

import numpy as np
import pandas as pd
from scipy.spatial.transform import Rotation

from gaitnb import gait_events, orientation
from gaitnb.data.readers import opensim_files, pearl2022_files
from gaitnb.data.source import Source
from gaitnb.foundations.events import steady_swings
from gaitnb.foundations.recordings import SETTLE, SIDES, condition, recordings, subject

PERCENT = np.linspace(0, 100, 101)
# What left and right share; the others change sign from side to side.
CHANNELS = {"acc_x": ("acc", 0), "acc_y": ("acc", 1), "gyr_z": ("gyr", 2)}
# How the filters of the orientation chapter are set; see there.
METHODS = {
    "gyroscope alone": lambda acc, gyr, fs, start: orientation.integrate(gyr, fs, start),
    "gravity alone": lambda acc, gyr, fs, start: orientation.from_gravity(acc),
    "both: mahony": lambda acc, gyr, fs, start: orientation.mahony(
        acc, gyr, fs, start, gain_per_s=0.3
    ),
    "mahony, bias learnt": lambda acc, gyr, fs, start: orientation.mahony(
        acc, gyr, fs, start, gain_per_s=0.3, bias_gain=0.01
    ),
    "both: madgwick": lambda acc, gyr, fs, start: orientation.madgwick(
        acc, gyr, fs, start, beta=0.02
    ),
}
KNOWN = ("age_years", "height_m", "mass_kg", "speed_mps")
_UP_IS_Z = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])  # from x, y, z up to x, y up, z


def over_strides(signal, fs_hz, strikes, longest_s=2.0):
    """Cut a signal into strides and stretch each to 0 to 100 %.

    Parameters
    ----------
    signal : array, shape (time, channel)
        Without gaps.
    fs_hz : float
        Samples a second.
    strikes : array
        Heel strikes of one foot, s from the first sample.
    longest_s : float
        Where two strikes are farther apart, one is missing: no stride.

    Returns
    -------
    array, shape (stride, 101, channel)
    """
    signal = np.asarray(signal, float)
    begin, end = strikes[:-1], strikes[1:]
    keep = (end - begin <= longest_s) & (begin >= 0) & (end <= (len(signal) - 1) / fs_hz)
    at = (begin + (end - begin) * PERCENT[:, None] / 100).T[keep] * fs_hz  # (stride, 101)
    low = np.minimum(at.astype(int), len(signal) - 2)
    part = (at - low)[..., None]
    return (1 - part) * signal[low] + part * signal[low + 1]


def chosen(acc, gyr):
    """Put the channels of `CHANNELS` side by side, (time, channel)."""
    both = {"acc": acc, "gyr": gyr}
    return np.stack([both[kind][:, axis] for kind, axis in CHANNELS.values()], axis=-1)


def pearl2022_shanks():
    """Mean over people of a stride on the treadmill at 0.72 to 0.78 m/s, as people usually walk.

    Returns
    -------
    pandas.DataFrame
        sensor, percent (0 to 100, heel strike to heel strike), and of every channel (m/s^2,
        rad/s) mean and standard deviation over people, such as acc_x_mean; n_people, n_strides.
        Of each person the mean over both legs and all strides.
    """
    return _over_people("shank", _pearl2022_strides())


def pearl2022_people():
    """Size of the same readings, one row per person.

    Returns
    -------
    pandas.DataFrame
        subject, sensor, sex, age_years, height_m, mass_kg, speed_mps, n_strides, and of the mean
        stride of every channel its root mean square about its mean (acc_x_rms, ...).
    """
    return _sizes("shank", _pearl2022_strides())


def ipol2023_feet():
    """The same of feet over ground, steady parts of 2 x 10 m at a comfortable speed."""
    return _over_people("foot", _ipol2023_strides())


def ipol2023_people():
    """The same of feet over ground; speed is 20 m by the time of the walk less the turn."""
    return _sizes("foot", _ipol2023_strides())


def pearl2022_orientation():
    """How far filters are from the attitudes that the sensors' own software recorded.

    Returns
    -------
    pandas.DataFrame
        subject, sensor, method, duration_s, tilt_rms_deg, tilt_median_deg, heading_end_deg (mean
        of the last second), against the recorded attitude, from which all start.

    Notes
    -----
    The recorded attitudes are themselves the result of a filter, presumably one with a
    magnetometer; what is found are differences, not errors.
    """
    rows = []
    for trial in recordings("pearl2022", trials=("CSBaseline",), axes="sensor", synchronise=False):
        number, fs_hz = int(subject(trial).rpartition("-")[2]), trial.attrs["fs_hz"]
        acc, gyr = trial["acc"].values[0], trial["gyr"].values[0]
        truth = recorded_attitude(number)
        for method, run in METHODS.items():
            found = run(acc, gyr, fs_hz, truth[0])
            error = orientation.error_deg(found, truth)
            # gravity knows no heading at all
            heading = error["heading"] * (np.nan if method == "gravity alone" else 1)
            last = round(fs_hz)
            for s, sensor in enumerate(trial["sensor"].values):
                rows.append(
                    {
                        "subject": subject(trial),
                        "sensor": str(sensor),
                        "method": method,
                        "duration_s": len(acc) / fs_hz,
                        "tilt_rms_deg": np.sqrt(np.mean(error["tilt"][:, s] ** 2)),
                        "tilt_median_deg": np.median(error["tilt"][:, s]),
                        "heading_end_deg": heading[-last:, s].mean(),
                    }
                )
    return pd.DataFrame(rows)


def recorded_attitude(number):
    """Attitudes of one person's sensors in the normal walk of pearl2022, as recorded.

    Returns
    -------
    array, shape (time, sensor, 3, 3)
        Axes of the sensors as filed, in a frame with y up; its heading is the recording's own.
    """
    file = pearl2022_files.path(number, "CSBaseline", "Orientations.sto")
    _, rows = opensim_files.table(Source("pearl2022"), file, fs_hz=pearl2022_files.FS_HZ)
    names = [filed for filed, _, _ in pearl2022_files.SENSORS.values()]
    entries = [rows[[f"{n}_imu_offset_imu.{c}" for c in "xyzw"]].to_numpy() for n in names]
    attitude = np.stack(entries, axis=1)  # (time, sensor, 4)
    turned = Rotation.from_quat(attitude.reshape(-1, 4)).as_matrix()
    return _UP_IS_Z @ turned.reshape(*attitude.shape[:2], 3, 3)


def _pearl2022_strides():
    """Strides of every person: subject -> (trial, array (stride, 101, channel))."""
    people = {}
    for trial in recordings("pearl2022", grf="N"):
        if condition(trial) != "baseline":
            continue
        fs_hz, start = trial.attrs["fs_hz"], trial["time"].values[0]
        for s, side in enumerate(SIDES):
            strikes, _ = gait_events.from_force(trial["grf"].values[0, :, s, 1], fs_hz)
            strikes = strikes[SETTLE:]
            for first, end in trial.attrs["force_gaps_s"] - start:
                strikes = strikes[(strikes < first - 0.5) | (strikes > end + 0.5)]
            of_person = people.setdefault(subject(trial), (trial, []))[1]
            of_person.append(over_strides(_of(trial, f"shank_{side}"), fs_hz, strikes))
    return {who: (trial, np.concatenate(parts)) for who, (trial, parts) in people.items()}


def _ipol2023_strides():
    people, speeds = {}, {}
    for trial in recordings("ipol2023"):
        fs_hz, start = trial.attrs["fs_hz"], trial["time"].values[0]
        walk, turn = (np.diff(trial.attrs[name])[0] for name in ("walk_s", "u_turn_s"))
        speeds.setdefault(subject(trial), []).append(20 / (walk - turn))
        for side in SIDES:
            strikes = trial.attrs[f"swings_{side}_s"][steady_swings(trial, side), 1] - start
            cut = over_strides(_of(trial, f"foot_{side}"), fs_hz, strikes)
            people.setdefault(subject(trial), (trial, []))[1].append(cut)
    return {
        who: (
            trial.assign_coords(speed_mps=("trial", [np.mean(speeds[who])])),
            np.concatenate(parts),
        )
        for who, (trial, parts) in people.items()
    }


def _of(trial, sensor):
    one = trial.sel(sensor=sensor)
    return chosen(one["acc"].values[0], one["gyr"].values[0])


def _over_people(sensor, people):
    means = np.stack([cut.mean(axis=0) for _, cut in people.values()])  # (person, 101, channel)
    table = {"sensor": sensor, "percent": PERCENT}
    for i, channel in enumerate(CHANNELS):
        table[f"{channel}_mean"] = means[..., i].mean(axis=0)
        table[f"{channel}_sd"] = means[..., i].std(axis=0, ddof=1)
    n_strides = sum(len(cut) for _, cut in people.values())
    return pd.DataFrame(table).assign(n_people=len(people), n_strides=n_strides)


def _sizes(sensor, people):
    rows = []
    for who, (trial, cut) in people.items():
        known = {name: float(trial[name].values[0]) for name in KNOWN}
        size = dict(zip(CHANNELS, cut.mean(axis=0).std(axis=0), strict=True))
        row = {"subject": who, "sensor": sensor, "sex": str(trial["sex"].values[0])} | known
        row |= {"n_strides": len(cut)} | {f"{name}_rms": value for name, value in size.items()}
        rows.append(row)
    return pd.DataFrame(rows)
