"""What sensors on virtual people read against those on real ones, stride by stride.

`li2021`: shanks of eight people at three speeds. `pearl2022`: eight sensors on six people on a
treadmill. `ipol2023`: feet and lower back of 19 people over ground. Every twin has the person's sex,
age, height and mass, and walks at the person's speed; all of this is predicted. And once without
virtual people: what the shanks' real markers say a sensor should read, against the real sensor.

Signals of left legs are mirrored to the right. Accelerations are compared about their mean, which
is gravity, and those of `pearl2022` and `ipol2023` after division by what the sensor shows at rest.
"""

import functools

import numpy as np
import pandas as pd

from gaitnb import gait_events
from gaitnb.data.signal_checks import GRAVITY
from gaitnb.foundations import events
from gaitnb.foundations.recordings import SETTLE, SIDES, condition, recordings, subject
from gaitnb.foundations.sensors import over_strides
from gaitnb.lab import cohorts, imu
from gaitnb.realism import steps, table, twins, virtual, walkers

KINDS = {"acc": ("acceleration", "m/s^2"), "gyr": ("angular velocity", "rad/s")}
AXES = ("forward", "up", "right")
WIDE = ("torso", "pelvis", "lower_back")  # of the trunk, where less was asked for
LEG_AIM, TRUNK_AIM = "within 15 %", "within 30 %"
IPOL_SENSORS = ("foot_left", "foot_right", "lower_back")
MARKERS_AIM = {"gyr": "r >= .97", "acc": ""}
_MIRROR = {"acc": np.array([1, 1, -1.0]), "gyr": np.array([-1, -1, 1.0])}


def li2021_curves():
    """Shank signals over a stride, means of eight people and of their twins.

    Returns
    -------
    pandas.DataFrame
        Columns `table.CURVE_COLUMNS`.

    Notes
    -----
    Where on the shank a sensor sat follows from the markers and its own readings (see
    `gaitnb.realism.mounted`); the twin's sits at the same place. Its axes are the shank's, because
    the authors turned theirs to the axis that the shank turns about.
    """
    return pd.concat([walkers.curve_tables("imu", kind, _names("shank", kind), unit)
                      for kind, (_, unit) in KINDS.items()])  # fmt: skip


def li2021():
    """Rows of `li2021_curves`, sizes of the signals, and real sensors against real markers."""
    found = []
    for gait in walkers.GAITS:
        real, made = walkers.curves(gait)
        for kind in KINDS:
            pair = (of[f"{kind}_rms"] for of in (real, made))
            found += _sizes("shank", kind, walkers.SET, gait, *pair)
        found += _from_markers(gait)
    return table.rows(pd.concat([table.of_curves(li2021_curves()), table.rows(found)]))


def pearl2022_curves():
    """Signals of eight sensors over a stride on the treadmill; as `li2021_curves`.

    Notes
    -----
    Sensors of the twins sit at the lab's standard places.
    """
    return _curves("pearl2022", "0.72 to 0.78 m/s", *_pearl2022())


def pearl2022():
    """Rows of `pearl2022_curves`, and the sizes of the signals of every axis and of all three."""
    return _rows("pearl2022", "0.72 to 0.78 m/s", pearl2022_curves(), *_pearl2022())


def ipol2023_curves():
    """Signals of feet and lower back over a stride of steady walking; as `pearl2022_curves`.

    Notes
    -----
    Speed is 20 m by the time of the walk less the turn. Of three people height or mass is not
    known; their twins have those of the middle of the population.
    """
    return _curves("ipol2023", "comfortable", *_ipol2023())


def ipol2023():
    """Rows of `ipol2023_curves`, and the sizes of the signals of every axis and of all three."""
    return _rows("ipol2023", "comfortable", ipol2023_curves(), *_ipol2023())


@functools.cache
def pearl2022_twins():
    """Recordings of the twins of six people: subject -> dataset."""
    found = {}
    for trial in recordings("pearl2022", grf="N"):
        if subject(trial) not in found:
            found[subject(trial)] = virtual.walking(
                [_twin(trial)], float(trial["speed_mps"].values[0]), 20.0, ("acc", "gyr", "grf"),
                sensors=cohorts.EIGHT,
            )[0]  # fmt: skip
    return found


@functools.cache
def _pearl2022():
    """Strides of real people and of twins: sensor -> list of one array a person."""
    real = {}
    for trial in recordings("pearl2022", grf="N"):
        if condition(trial) == "baseline":
            strikes = [_without_gaps(trial, s) for s in range(len(SIDES))]
            parts = _strides(_at_rest(trial), trial["sensor"].values, trial.attrs["fs_hz"], strikes)
            real.setdefault(subject(trial), []).append(parts)
    return _people(real.values()), _people([_virtual(w)] for w in pearl2022_twins().values())


@functools.cache
def _ipol2023():
    real, speeds, first = {}, {}, {}
    for trial in recordings("ipol2023"):
        start, (walk, turn) = trial["time"].values[0], (
            np.diff(trial.attrs[name])[0] for name in ("walk_s", "u_turn_s"))  # fmt: skip
        strikes = [
            trial.attrs[f"swings_{side}_s"][events.steady_swings(trial, side), 1] - start
            for side in SIDES
        ]
        parts = _strides(_at_rest(trial), trial["sensor"].values, trial.attrs["fs_hz"], strikes)
        real.setdefault(subject(trial), []).append(parts)
        speeds.setdefault(subject(trial), []).append(20 / (walk - turn))
        first.setdefault(subject(trial), trial)
    group = [_twin(trial) for trial in first.values()]
    walks = virtual.walking(
        group, [np.mean(s) for s in speeds.values()], twins.DURATION_S, ("acc", "gyr", "grf"),
        sensors=IPOL_SENSORS,
    )  # fmt: skip
    return _people(real.values()), _people([_virtual(w)] for w in walks)


def _twin(trial):
    names = ("sex", "age_years", "height_m", "mass_kg")
    known = [trial[name].values[0] for name in names]
    return virtual.twin(int(subject(trial).rpartition("-")[2]), *known)


def _virtual(trial):
    """Strides of a twin's walk."""
    strikes = [strikes for strikes, _ in virtual.events(trial)]
    signals = {kind: trial[kind].values[0] for kind in KINDS}
    return _strides(signals, trial["sensor"].values, trial.attrs["fs_hz"], strikes)


def _at_rest(trial):
    """Signals of a trial, accelerations such that every sensor shows 9.81 m/s^2 at rest."""
    gain = GRAVITY / np.asarray(trial.attrs["rest_m_per_s2"])[:, None]
    return {"acc": trial["acc"].values[0] * gain, "gyr": trial["gyr"].values[0]}


def _without_gaps(trial, side):
    """Heel strikes of steady walking, s from the first sample, away from lost force."""
    strikes, _ = gait_events.from_force(trial["grf"].values[0, :, side, 1], trial.attrs["fs_hz"])
    strikes = strikes[SETTLE:]
    for first, end in trial.attrs["force_gaps_s"] - trial["time"].values[0]:
        strikes = strikes[(strikes < first - 0.5) | (strikes > end + 0.5)]
    return strikes


def _strides(signals, sensors, fs_hz, strikes):
    """Strides of each place, both legs together: place -> {kind: (stride, 101, 3)}."""
    found = {}
    for k, sensor in enumerate(map(str, sensors)):
        place, _, side = sensor.rpartition("_")
        left = side == "left"
        place = place if side in SIDES else sensor
        for kind in KINDS:
            values = signals[kind][:, k] * (_MIRROR[kind] if left else 1.0)
            # of the trunk strides of the right foot
            cut = over_strides(values, fs_hz, strikes[0 if left else 1])
            found.setdefault(place, {}).setdefault(kind, []).append(cut)
    return {
        place: {kind: np.concatenate(parts) for kind, parts in kinds.items()}
        for place, kinds in found.items()
    }


def _people(people):
    """Of every place and kind the mean strides (person, 101, 3) and their sizes (person, 4)."""
    means = {}
    for trials in people:
        for place in trials[0]:
            for kind in KINDS:
                strides = np.concatenate([trial[place][kind] for trial in trials])
                pair = strides.mean(axis=0), steps.spread(strides).mean(axis=0)
                means.setdefault((place, kind), []).append(pair)
    return {
        key: tuple(np.stack(part) for part in zip(*pairs, strict=True))
        for key, pairs in means.items()
    }


def _curves(name, where, real, made):
    found = []
    for (place, kind), (curves, _) in real.items():
        virtual_curves, unit = made[place, kind][0], KINDS[kind][1]
        for k, quantity in enumerate(_names(place, kind)):
            keys = ("imu", "predicted", quantity, unit, name, where, len(curves), steps.PERCENT)
            found.append(
                table.curve_table(
                    *keys, curves[..., k].mean(0), virtual_curves[..., k].mean(0),
                    curves[..., k].std(0, ddof=1),
                )
            )  # fmt: skip
    return pd.concat(found)


def _rows(name, where, curves, real, made):
    found = []
    for place, kind in real:
        found += _sizes(place, kind, name, where, real[place, kind][1], made[place, kind][1])
    return table.rows(pd.concat([table.of_curves(curves), table.rows(found)]))


def _sizes(place, kind, name, where, real, made):
    """Rows of the root mean square about the mean: three axes, and all together with the aim."""
    words, unit = KINDS[kind]
    aim = TRUNK_AIM if kind == "acc" or place in WIDE else LEG_AIM
    labels = [*_names(place, kind), f"{place.replace('_', ' ')} {words}, all axes"]
    return [
        table.value(
            "imu", "predicted", f"{label}, rms", unit, name, where, len(real), real[:, k].mean(),
            made[:, k].mean(), real[:, k].std(ddof=1), aim if k == len(AXES) else "",
        )
        for k, label in enumerate(labels)
    ]  # fmt: skip


def _names(place, kind):
    return [f"{place.replace('_', ' ')} {KINDS[kind][0]} {axis}" for axis in AXES]


def _from_markers(gait):
    """Rows: real shank sensors as real, what their markers say as virtual; both low-passed.

    Every person's sensors are placed as `gaitnb.realism.mounted` finds them: three angles and three
    lengths a sensor, fitted to the even gaits together.
    """
    pairs = {kind: ([], []) for kind in KINDS}
    measures = walkers.li2021.people().index
    for number in measures:
        body, places = walkers.twin(number).body(), walkers.places(number)
        for trial in walkers.trials(number, gait):
            one = steps.recorded(trial)
            motion = steps.rebuild(one, walkers.standing(number, gait), body)[2]
            made = dict(zip(KINDS, imu.measure(motion, places), strict=True))
            for kind, (real, from_markers) in pairs.items():
                real.append(steps.low_pass(getattr(one, kind), one.fs_hz))
                from_markers.append(made[kind])
    found = []
    for kind, both in pairs.items():
        real, from_markers = (np.concatenate(part).reshape(-1, 3) for part in both)
        words, unit = KINDS[kind]
        where = f"{gait}, below {steps.CUTOFF_HZ:g} Hz"
        for k, axis in enumerate(AXES):
            quantity = f"shank {words} {axis}, from its own markers"
            keys = ("imu", "predicted", quantity, unit, walkers.SET, where, len(measures))
            aim = MARKERS_AIM[kind]
            found.append(table.curve(*keys, real[:, k], from_markers[:, k], aim=aim))
    return found
