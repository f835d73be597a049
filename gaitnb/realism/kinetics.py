"""Joint moments, forces and centre of pressure of virtual people against those of real ones.

`li2021`: eight people at three speeds and their twins, both by our inverse dynamics from markers and
plates. `pearl2022`: forces of six people on a treadmill. `opensim_gait2392`: moments of one person,
against the virtual person of that size, and against our inverse dynamics of the person's own motion
and forces. The lab was fitted to none of these (its force curves are those of `gaitrec2021`).
"""

import numpy as np
import pandas as pd

from gaitnb import data
from gaitnb.foundations import forces as real_forces
from gaitnb.foundations import moments
from gaitnb.lab import dynamics, mechanics
from gaitnb.lab.people import Person
from gaitnb.realism import forces, imus, kinematics, steps, table, twins, virtual, walkers

AIMS = {
    "hip flexion moment": "r >= .85",
    "hip adduction moment": "r >= .85",
    "knee flexion moment": "r >= .75",
    "ankle dorsiflexion moment": "r >= .95",
}
SECOND_SOURCE = "r >= .97, RMSE <= .08 Nm/kg"
NAMES = {joint: f"{name} moment" for joint, name in kinematics.NAMES.items()}
COP = "forward path under the foot, 5 to 95 % of stance"
_PEARL = "pearl2022"


def li2021_curves():
    """Moments over a stride, forces and centre of pressure over a stance; `table.CURVE_COLUMNS`.

    Notes
    -----
    Moments are internal, per body mass, about the axes of the joint coordinate system. Markers and
    forces are low-passed at 10 Hz for the moments; force curves are as recorded (means over 10 ms).
    The centre of pressure is given forward of the ankle of the flat foot, for those people of whom
    a whole stance of the right foot is recorded.
    """
    tables = [
        walkers.curve_tables("moment", "moment", NAMES.values(), "Nm/kg"),
        walkers.curve_tables("force", "grf", forces.NAMES.values(), "BW"),
        walkers.curve_tables("cop", "cop", [COP], "m", steps.COP_PERCENT),
    ]
    return pd.concat(tables)


def li2021():
    """Rows of `li2021_curves`, peaks of the vertical force, travel of the centre of pressure."""
    found = []
    for gait in walkers.GAITS:
        real, made = walkers.curves(gait)
        marks = [_peaks(of["grf"]) for of in (real, made)]
        for name in marks[0]:
            a, b = (of[name] for of in marks)
            keys = ("force", "predicted", name, "BW", walkers.SET, gait, len(a))
            found.append(table.value(*keys, a.mean(), b.mean(), a.std(ddof=1), forces.PEAK_AIM))
        whole = np.isfinite(real["cop"]).all(axis=1)
        a, b = (np.ptp(of["cop"][whole], axis=1) for of in (real, made))
        keys = ("cop", "predicted", "forward travel, 5 to 95 % of stance", "m", walkers.SET, gait)
        found.append(table.value(*keys, len(a), a.mean(), b.mean(), a.std(ddof=1)))
    return table.rows(pd.concat([table.of_curves(li2021_curves(), AIMS | forces.AIMS),
                                 table.rows(found)]))  # fmt: skip


def pearl2022_curves():
    """Forces of both feet over a stance on the treadmill, six people and their twins."""
    real = real_forces.pearl2022_curves()
    real = real[real["condition"] == "baseline"]
    walks = imus.pearl2022_twins().values()
    made, rows = np.stack([virtual.stances(walk).mean(axis=0) for walk in walks]), []
    for k, axis in enumerate(real_forces.AXES):
        part = real[real["axis"] == axis]
        keys = ("force", "predicted", forces.NAMES[axis], "BW", _PEARL, "0.72 to 0.78 m/s")
        rows.append(
            table.curve_table(
                *keys, int(part["n_people"].iloc[0]), part["percent"], part["mean_bw"],
                made[..., k].mean(axis=0), part["sd_bw"],
            )
        )  # fmt: skip
    return pd.concat(rows)


def pearl2022():
    """Rows of `pearl2022_curves`."""
    return table.of_curves(pearl2022_curves(), forces.AIMS)


def opensim_curves():
    """Moments of the OpenSim subject's right leg, and of the virtual person of that size.

    Returns
    -------
    pandas.DataFrame
        Columns `table.CURVE_COLUMNS`; every 5 % of the stride as far as OpenSim's result reaches.
    """
    read = data.open(kinematics.OPENSIM, stream="moments")
    begin, end = kinematics.opensim_stride()
    percent = np.arange(0, 100, 5)
    when = begin + percent / 100 * (end - begin)
    inside = when <= read["time"].values[-1]
    walked = twins.walk(Person(**kinematics.OPENSIM_PERSON), kinematics.OPENSIM_MPS)
    loads = dynamics.inverse_dynamics(
        walked.motion, walked.body, walked.force, walked.cop, walked.free_moment
    )
    made = kinematics.over_stride(walked, mechanics.joint_moments(walked.motion, loads))
    rows = []
    for joint, name in NAMES.items():
        known = read["moment"].sel(joint=f"{joint}_right").values[0]
        real = np.interp(when, read["time"].values, known)
        mine = made[:, mechanics.JOINTS.index(f"{joint}_right")]
        keys = ("moment", "predicted", name, "Nm/kg", kinematics.OPENSIM)
        keys += (f"{kinematics.OPENSIM_MPS} m/s", 1, percent[inside])
        rows.append(table.curve_table(*keys, real[inside], mine[inside]))
    return pd.concat(rows)


def opensim():
    """Rows of `opensim_curves`, and our inverse dynamics of the subject's own motion and forces."""
    return table.rows(pd.concat([table.of_curves(opensim_curves(), AIMS), _second_source()]))


def _second_source():
    """Rows: OpenSim's result as real, ours on the same model, motion and forces as virtual."""
    found, rows = moments.opensim_curves(), []
    found = found[(found["motion_hz"] == moments.FILTERS[0][0]) & (found["force_hz"] == 0)]
    for joint, part in found.groupby("joint", sort=False):
        both = part.pivot(index="percent", columns="source", values="moment").dropna()
        name = NAMES[joint.removesuffix("_right")]
        keys = ("moment", "predicted", f"{name}, our inverse dynamics", "Nm/kg", kinematics.OPENSIM)
        keys += ("same model, motion and forces", 1)
        rows.append(table.curve(*keys, both["opensim"], both["gaitnb"], aim=SECOND_SOURCE))
    return table.rows(rows)


def _peaks(grf):
    """Peaks of the vertical force of every person's mean stance, and the valley between."""
    vertical, middle = grf[..., 1], steps.PERCENT < 50
    return {
        "first peak": vertical[:, middle].max(axis=1),
        "valley": vertical[:, 30:70].min(axis=1),
        "second peak": vertical[:, ~middle].max(axis=1),
    }
