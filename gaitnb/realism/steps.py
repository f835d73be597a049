"""Strides from single steps: li2021's people and their twins through one chain of computations.

The recordings of li2021 are about a step and a half long. What all of them hold is the step from a
right heel strike to the next left one: the first half of the right leg's stride, and at the same
time the second half of the left leg's. The two halves, the left one mirrored, make a stride; that is
one of a single leg only as far as the gait is symmetric. Two of the five gaits are not: of them the
steps alone are compared, with twins whose gait is symmetric.

Markers and forces are low-passed at the same frequency, those of the twins too.
"""

from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, sosfiltfilt

from gaitnb import gait_events
from gaitnb.foundations.moments import filter_forces
from gaitnb.foundations.recordings import SIDES
from gaitnb.lab import dynamics, markers, mechanics, opensim
from gaitnb.lab import inverse_kinematics as ik
from gaitnb.lab import marker_calibration as calibration
from gaitnb.lab.segments import INDEX
from gaitnb.realism import twins

ANGLES = ("hip_flexion", "hip_adduction", "hip_rotation", "knee_flexion", "ankle_dorsiflexion")
PERCENT = np.linspace(0, 100, 101)
COP_PERCENT = np.linspace(5, 95, 91)  # of stance; at its ends the foot carries too little
CUTOFF_HZ = 10.0
_NAMES = tuple(markers.PLACES)
_SETTLE_S = 0.3  # of filters, at the ends of a twin's walk
# What left and right do alike, as seen from the right.
_MIRROR = {"grf": (1, 1, -1), "acc": (1, 1, -1), "gyr": (-1, -1, 1)}


@dataclass(frozen=True)
class Recording:
    """One step or more.

    Attributes
    ----------
    fs_hz : float
        Samples a second of everything.
    position : array, shape (time, marker, 3)
        Of `gaitnb.lab.markers.PLACES`, m; NaN where not seen.
    grf, cop, acc, gyr : array, shape (time, side, 3)
        As in the layout, N; the sensors are on the shanks.
    free_moment : array, shape (time, side)
        Nm.
    events : list of dict
        Per step the times ``right`` and ``left`` of heel strikes, ``left_off`` and ``right_off`` of
        the next toe-offs (NaN where not recorded), s from the first sample.
    """

    fs_hz: float
    position: np.ndarray
    grf: np.ndarray
    cop: np.ndarray
    free_moment: np.ndarray
    acc: np.ndarray
    gyr: np.ndarray
    events: list


def recorded(trial):
    """The step of a trial of li2021 that holds markers, plates and IMUs.

    The sensors' readings are moved to the clock of the markers.
    """
    start, fs_hz = trial["time"].values[0], trial.attrs["fs_hz"]
    known = {"right": "heel_strike_right_s", "left": "heel_strike_left_s",
             "left_off": "toe_off_left_s", "right_off": "toe_off_right_s"}  # fmt: skip
    values = {name: trial[name].values[0] for name in ("grf", "cop", "free_moment", "acc", "gyr")}
    time = np.arange(len(values["acc"])) / fs_hz
    late = [trial.attrs[f"imu_late_{side}_s"] for side in SIDES]
    for name in ("acc", "gyr"):
        moved = [at(values[name][:, s], fs_hz, time + late[s]) for s in range(2)]
        values[name] = np.stack(moved, axis=1)
    events = [{name: trial.attrs[key] - start for name, key in known.items()}]
    return Recording(fs_hz, marked(trial), **values, events=events)


def marked(trial):
    """Markers of a trial in the order of `gaitnb.lab.markers.PLACES`."""
    names = list(trial["marker"].values)
    return trial["position"].values[0][:, [names.index(name) for name in _NAMES]]


def virtual(person, speed_mps, places):
    """All steps of a twin that walks at a speed with sensors at `places`, left shank first."""
    walked = twins.walk(person, speed_mps)
    acc, gyr = twins.worn(walked, person, places, speed_mps)
    fs_hz = walked.motion.fs_hz
    strikes, offs = {}, {}
    for s, side in enumerate(SIDES):
        strikes[side], offs[side] = gait_events.from_force(walked.force[:, s, 1], fs_hz)
    events, last = [], len(acc) / fs_hz - _SETTLE_S
    for right in strikes["right"]:
        following = [t[t > right] for t in (strikes["left"], offs["left"], offs["right"])]
        if right > _SETTLE_S and all(map(len, following)) and following[2][0] < last:
            times = (right, *(t[0] for t in following))
            events.append(dict(zip(("right", "left", "left_off", "right_off"), times, strict=True)))
    position = markers.positions(walked.motion, markers.place(walked.body))
    forces = walked.force, walked.cop, walked.free_moment
    return Recording(fs_hz, position, *forces, acc, gyr, events)


def rebuild(recording, still, body):
    """Segments of the legs from markers: smoothed, fitted, differentiated.

    Parameters
    ----------
    recording : Recording
    still : array, shape (time, marker, 3)
        Standing trial of the same person.
    body : gaitnb.lab.segments.Body

    Returns
    -------
    position : array, shape (time, marker, 3)
        Smoothed markers, of `gaitnb.lab.marker_calibration.WALKING`.
    angle : dict of str to array
        As `gaitnb.lab.inverse_kinematics.joint_angles`.
    motion : gaitnb.lab.motion.Motion
    """
    fs_hz = recording.fs_hz
    position = low_pass(ik.without_gaps(recording.position, _NAMES, fs_hz), fs_hz)
    rotation, origin = ik.poses(
        position, calibration.WALKING, calibration.calibrate(still, _NAMES), fs_hz
    )
    return position, ik.joint_angles(rotation), ik.motion(rotation, origin, fs_hz, body)


def analyse(recording, still, body):
    """Everything that is compared; parameters as of `rebuild`.

    Returns
    -------
    dict of str to array, shape (step, ...)
        Over a stride ``angle`` (101, 5) in degrees and ``moment`` in Nm/kg, of `ANGLES`; ``acc`` and
        ``gyr`` (101, 3); over a stance ``grf`` (101, 3), forward, up, medial, in body weights, and
        ``cop`` (91,), forward of the flat foot's ankle, in m (NaN where the right stance is not
        whole). Numbers: ``acc_rms`` and ``gyr_rms`` as `spread`; ``step_m`` of right and left, from
        heel marker to heel marker at heel strike (less than half a stride, because the trailing
        heel has risen); ``step_s``, ``stance_percent``; ``slip_mm``, how far the right toe marker
        travels while the foot is flat.
    """
    fs_hz = recording.fs_hz
    position, angle, motion = rebuild(recording, still, body)
    acts = filter_forces(recording.grf, recording.cop, recording.free_moment, fs_hz, CUTOFF_HZ)
    found = mechanics.joint_moments(motion, dynamics.inverse_dynamics(motion, body, *acts))
    moment = dict(zip(mechanics.JOINTS, found.T, strict=True))
    sided = {
        name: np.array([[values[f"{n}_{side}"] for n in ANGLES] for side in SIDES]).transpose(
            2, 0, 1
        )
        for name, values in (("angle", angle), ("moment", moment))
    }
    weight = body.mass.sum() * dynamics.GRAVITY
    sided |= {"grf": recording.grf / weight, "acc": recording.acc, "gyr": recording.gyr}
    for name, signs in _MIRROR.items():
        sided[name] = np.stack([sided[name][:, 0] * signs, sided[name][:, 1]], axis=1)
    sided["grf"] = sided["grf"] * [1, 1, -1]  # medial of the right foot is -z
    ankle = motion.position[:, INDEX["foot_right"]]
    steps = [_step(recording, sided, position, ankle, events) for events in recording.events]
    return {name: np.stack([step[name] for step in steps]) for name in steps[0]}


def spread(curve):
    """Root mean square about the mean, (sample, axis): of every axis, then of all together."""
    variance = np.var(curve, axis=-2)
    return np.sqrt(np.append(variance, variance.sum(axis=-1, keepdims=True), axis=-1))


def low_pass(values, fs_hz, cutoff_hz=CUTOFF_HZ):
    """The filter of markers and forces along the first dimension, with zero phase."""
    sections = butter(opensim.ORDER, cutoff_hz, fs=fs_hz, output="sos")
    return sosfiltfilt(sections, values, axis=0)


def at(values, fs_hz, when):
    """Linear interpolation in time of (time, channel)."""
    when = np.asarray(when, float) * fs_hz
    low = np.clip(when.astype(int), 0, len(values) - 2)
    part = np.clip(when - low, 0, 1)[..., None]
    return (1 - part) * values[low] + part * values[low + 1]


def _step(recording, sided, position, ankle, events):
    """What is compared of one step."""
    fs_hz, begin, step_s = recording.fs_hz, events["right"], events["left"] - events["right"]
    stance = 50 + 50 * (events["left_off"] - begin) / step_s
    out = {name: _stride(sided[name], fs_hz, begin, step_s, PERCENT)
           for name in ("angle", "moment", "acc", "gyr")}  # fmt: skip
    out |= {f"{name}_rms": spread(out[name]) for name in ("acc", "gyr")}
    out["grf"] = _stride(sided["grf"], fs_hz, begin, step_s, PERCENT * stance / 100)
    out["cop"] = _under_foot(recording, ankle, events)
    heel = {
        side: at(position[:, calibration.WALKING.index(f"{side[0].upper()}HEE"), :1], fs_hz,
                 [begin, events["left"]])[:, 0]
        for side in SIDES
    }  # fmt: skip
    out["step_m"] = np.array([(heel["right"] - heel["left"])[0], (heel["left"] - heel["right"])[1]])
    out["step_s"], out["stance_percent"] = np.array(step_s), np.array(stance)
    flat = begin + np.linspace(0.2, 0.7, 26) * step_s  # 10 to 35 % of the stride
    toe = at(position[:, calibration.WALKING.index("RTOE")], fs_hz, flat)[:, [0, 2]]
    out["slip_mm"] = 1000 * np.linalg.norm(toe - toe.mean(axis=0), axis=1).max()
    return out


def _stride(values, fs_hz, begin, step_s, percent):
    """Right leg up to half of the stride, left leg after it; values (time, side, channel)."""
    first = percent < 50
    when = begin + (percent - np.where(first, 0, 50)) / 50 * step_s
    left, right = (at(values[:, s], fs_hz, when) for s in (0, 1))
    return np.where(first[:, None], right, left)


def _under_foot(recording, ankle, events):
    """Forward path of the centre of pressure under the right foot, if its stance is whole."""
    begin, end = events["right"], events["right_off"]
    if not np.isfinite(end):
        return np.full(len(COP_PERCENT), np.nan)
    flat = at(ankle, recording.fs_hz, begin + np.linspace(0.2, 0.5, 16) * (end - begin))[:, 0]
    x = recording.cop[:, 1, 0]
    known = np.flatnonzero(np.isfinite(x))
    when = begin + COP_PERCENT / 100 * (end - begin)
    return np.interp(when, known / recording.fs_hz, x[known]) - flat.mean()
