"""Joint angles of virtual people against those of real ones.

`li2021`: eight people walking slowly, normally and fast, and their twins, both by our inverse
kinematics from the same markers (predicted). The two people behind the lab's expected angles, the
OpenSim subject and Winter's: agreement says how far a solved gait moves away from what it was asked
for (fitted).
"""

import numpy as np
import pandas as pd

from gaitnb import data, gait_events
from gaitnb.foundations.sensors import over_strides
from gaitnb.lab import angles
from gaitnb.lab.people import Person
from gaitnb.lab.skeleton import INDEX
from gaitnb.realism import steps, table, twins, walkers

NAMES = {name: name.replace("_", " ") for name in steps.ANGLES}
AIMS = {
    "hip flexion": "RMSE <= 4 deg",
    "knee flexion": "RMSE <= 5 deg",
    "ankle dorsiflexion": "RMSE <= 5 deg",
}
OPENSIM = "opensim_gait2392"
OPENSIM_MPS, WINTER_MPS = 1.2, 1.42
# The top of the OpenSim subject's head is 1.77 m high on average while walking.
OPENSIM_PERSON = {"height_m": 1.80, "mass_kg": 72.6}
_WINTER = "Winter 2009, table A.1"
_PERCENT = np.arange(0, 100, 5)


def li2021_curves():
    """Joint angles over a stride, means of eight people and of their twins.

    Returns
    -------
    pandas.DataFrame
        Columns `table.CURVE_COLUMNS`.

    Notes
    -----
    Zero is what `gaitnb.lab.marker_calibration` says: the pelvis and foot of standing, joint
    centres on a line.
    """
    return walkers.curve_tables("angle", "angle", NAMES.values(), "deg")


def li2021():
    """Rows of `table.COLUMNS`: angles of the even gaits, steps of all, slip of the foot.

    Notes
    -----
    The lab cannot walk with uneven steps: those gaits are held against twins that walk as fast with
    even ones, and only their steps. Slip is the travel of the right toe marker from 10 to 35 % of
    the stride; that of real people is the skin's and the cameras', besides the foot's.
    """
    return table.rows(pd.concat([table.of_curves(li2021_curves(), AIMS), _steps()]))


def opensim_curves():
    """Joint angles of the OpenSim subject's right leg over a stride, and of the mean person.

    Returns
    -------
    pandas.DataFrame
        Columns `table.CURVE_COLUMNS`; every 5 % of the stride.
    """
    read = data.open(OPENSIM, stream="angles")
    coordinates = data.open(OPENSIM, stream="coordinates")
    begin, end = opensim_stride()
    when = begin + _PERCENT / 100 * (end - begin)
    made, rows = _virtual(Person(**OPENSIM_PERSON), OPENSIM_MPS), []
    tilt = np.degrees(np.interp(when, coordinates["time"], coordinates["pelvis_tilt"]))
    for joint, name in NAMES.items():
        known = read["angle"].sel(joint=f"{joint}_right").values[0]
        real = np.interp(when, read["time"].values, known)
        # the lab's pelvis is upright on average
        real = real + tilt.mean() if joint == "hip_flexion" else real
        keys = ("angle", "fitted", name, "deg", OPENSIM, f"{OPENSIM_MPS} m/s", 1)
        rows.append(table.curve_table(*keys, _PERCENT, real, made[joint]))
    return pd.concat(rows)


def opensim():
    """Rows of `opensim_curves`."""
    return table.of_curves(opensim_curves(), AIMS)


def winter_curves():
    """Joint angles of Winter's subject, and of the mean person; as `opensim_curves`.

    Notes
    -----
    Angles of Winter 2009, *Biomechanics and Motor Control of Human Movement*, table A.1, every 5 %
    of the stride. The thigh's angle from the vertical stands for the hip's. The ankle is compared
    about its mean, because the angle that counts as zero is not that of other laboratories.
    """
    made, rows = _virtual(Person(), WINTER_MPS), []
    for joint, real in angles.reference_deg()["winter"].items():
        virtual_deg, name = made[joint], NAMES[joint]
        if joint == "ankle_dorsiflexion":
            name = f"{name} about its mean"
            real, virtual_deg = real - real.mean(), virtual_deg - virtual_deg.mean()
        keys = ("angle", "fitted", name, "deg", _WINTER, f"{WINTER_MPS} m/s", 1)
        rows.append(table.curve_table(*keys, _PERCENT, real, virtual_deg))
    return pd.concat(rows)


def winter():
    """Rows of `winter_curves`."""
    return table.of_curves(
        winter_curves(), AIMS | {"ankle dorsiflexion about its mean": "RMSE <= 5 deg"}
    )


def opensim_stride():
    """Begin and end of the OpenSim subject's first whole stride of the right foot, s."""
    forces = data.open(OPENSIM, stream="forces")
    stands = np.isfinite(forces["cop"].values[0, :, 1, 0])
    return tuple(forces["time"].values[1:][stands[1:] & ~stands[:-1]][:2])


def over_stride(walked, values):
    """Mean over strides of the right foot, every 5 %, of (time, channel) of a twin's walk."""
    strikes = gait_events.from_force(walked.force[:, 1, 1], walked.motion.fs_hz)[0]
    return over_strides(values, walked.motion.fs_hz, strikes)[:, :100:5].mean(axis=0)


def _virtual(person, speed_mps):
    walked = twins.walk(person, speed_mps)
    columns = [INDEX[f"{joint}_right"] for joint in NAMES]
    mean = over_stride(walked, np.degrees(walked.coordinates[:, columns]))
    return dict(zip(NAMES, mean.T, strict=True))


def _steps():
    """Rows of steps and of slip."""
    found = []
    for gait in (*walkers.GAITS, *walkers.UNEVEN):
        real, made = walkers.curves(gait)
        uneven = gait in walkers.UNEVEN
        where = f"{gait}, twins with even steps" if uneven else gait
        sized = {
            "right step length": ("m", lambda of: of["step_m"][:, 0]),
            "left step length": ("m", lambda of: of["step_m"][:, 1]),
        }
        if not uneven:
            sized |= {
                "step time": ("s", lambda of: of["step_s"]),
                "stance": ("% of stride", lambda of: of["stance_percent"]),
                "travel of the flat foot's toe marker": ("mm", lambda of: of["slip_mm"]),
            }
        for name, (unit, of) in sized.items():
            a, b = of(real), of(made)
            aim = "value <= 2.5 mm" if unit == "mm" else ""
            keys = ("spatiotemporal", "predicted", name, unit, walkers.SET, where, len(a))
            found.append(table.value(*keys, a.mean(), b.mean(), a.std(ddof=1), aim))
    return table.rows(found)
