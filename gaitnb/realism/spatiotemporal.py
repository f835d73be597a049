"""Time and space of virtual strides against published laws and against measured strides.

Published: Frenkel-Toledo et al. 2005 (J NeuroEng Rehabil 2:23, table 3), 30 healthy adults on a
treadmill. Stride time, the slope of swing with speed and the variability of stride time were put
into the lab from this table (fitted); where stance ends, in the lab, follows from the mean force
(predicted). Measured: strides of three data sets, see `gaitnb.foundations.events`; virtual twins of
the same sex, age, height and mass walk at the same speed (predicted).
"""

import functools

import numpy as np
import pandas as pd

from gaitnb import gait_measures
from gaitnb.foundations.recordings import recordings, subject
from gaitnb.foundations.stored import table as foundations_table
from gaitnb.realism import table, virtual

PUBLISHED = pd.DataFrame(
    {
        "speed_mps": [0.97, 1.09, 1.21, 1.33],
        "stride length": [1.19, 1.25, 1.33, 1.39],
        "stride time": [1.24, 1.17, 1.11, 1.06],
        "swing": [34.74, 35.12, 35.62, 36.25],
        "stride time, variation": [1.72, 1.56, 1.64, 1.44],
        "swing, variation": [2.1, 2.0, 2.2, 2.0],
    }
)
N_PUBLISHED = 30
LENGTH_S = 40.0  # of a virtual walk
PUBLISHED_SD = {"stride length": 0.14, "swing": 1.5}  # between people; others are not at hand
UNITS = {
    "stride length": "m", "stride time": "s", "swing": "%", "double support": "%",
    "step width": "m", "stride time, variation": "%", "swing, variation": "%",
}  # fmt: skip
_FITTED = ("stride time", "stride length", "stride time, variation")
# quantity -> column of gaitnb.foundations.events
_COLUMNS = {
    "stride time": "stride_s",
    "swing": "swing_percent",
    "double support": "double_support_percent",
    "step width": "step_width_m",
    "stride time, variation": "stride_cv_percent",
    "swing, variation": "swing_cv_percent",
}
# set -> conditions compared, options of its recordings, what may be taken from its strides
SETS = {
    "ipol2023": (("comfortable",), {}, ("stride time", "swing", "double support")),
    "pearl2022": (("baseline",), {"grf": "N"}, tuple(_COLUMNS)),
    "li2021": (("slow", "normal", "fast"), {"streams": "plates"}, ("stride time",)),
}


def published_swing(speed_mps):
    """Swing in % of the stride at a speed: straight line through the published means."""
    slope, level = np.polyfit(PUBLISHED["speed_mps"], PUBLISHED["swing"], 1)
    return level + slope * np.asarray(speed_mps)


def published():
    """Six measures at the four published speeds: rows of `table.COLUMNS`."""
    group, found = virtual.drawn(10, age_years=(50, 75), own_style=False), []
    for row in PUBLISHED.to_dict("records"):
        speed = row.pop("speed_mps")
        made = pd.DataFrame(
            [measures(walk) for walk in virtual.walking(group, speed, LENGTH_S)]
        ).mean()
        for name, real in row.items():
            status = "fitted" if name in _FITTED else "predicted"
            keys = ("spatiotemporal", status, name, UNITS[name], "published", f"{speed:.2f} m/s")
            sd = PUBLISHED_SD.get(name, np.nan)
            found.append(table.value(*keys, N_PUBLISHED, real, made[name], sd))
    return table.rows(found)


def of_set(name):
    """Measured strides of a data set of `SETS` and those of twins: rows of `table.COLUMNS`."""
    conditions, _, quantities = SETS[name]
    strides = foundations_table("strides").query("dataset == @name").set_index("condition")
    found = []
    for condition in conditions:
        real = strides.loc[[condition]].set_index("subject")
        twins = _twins(name)
        group = [twins[who] for who in real.index]
        walks = virtual.walking(group, real["speed_mps"], LENGTH_S, variables=("grf", "cop"))
        made = pd.DataFrame([measures(walk) for walk in walks])
        speed = real["speed_mps"].mean()
        for quantity in quantities:
            a, b = real[_COLUMNS[quantity]], made[quantity].mean()
            keys = ("spatiotemporal", "predicted", quantity, UNITS[quantity], name)
            keys += (f"{condition}, {speed:.2f} m/s", len(real))
            found.append(table.value(*keys, a.mean(), b, a.std(ddof=1)))
    return table.rows(found)


def measures(trial):
    """Measures of one recorded walk with plates, by quantity in the units of `UNITS`.

    As on real plates: events at 20 N; variation within a foot; the length of a stride is its time
    by the speed.
    """
    feet = virtual.events(trial)
    strides = gait_measures.strides(*feet)
    speed = float(trial["speed_mps"].values[0])
    cv = {
        name: np.mean(
            [gait_measures.coefficient_of_variation(p[name]) for _, p in strides.groupby("side")]
        )
        for name in ("stride_s", "swing_percent")
    }
    found = {
        "stride length": speed * strides["stride_s"].mean(),
        "stride time": strides["stride_s"].mean(),
        "swing": strides["swing_percent"].mean(),
        "double support": strides["double_support_percent"].mean(),
        "stride time, variation": cv["stride_s"],
        "swing, variation": cv["swing_percent"],
    }
    if "cop" in trial:
        fs_hz, cop = trial.attrs["fs_hz"], trial["cop"].values[0]
        places = [gait_measures.footholds(cop[:, s], fs_hz, *feet[s])[:, 1] for s in (0, 1)]
        found["step width"] = np.nanmedian(places[1]) - np.nanmedian(places[0])
    return found


@functools.cache
def _twins(name):
    """Virtual twins of everybody in a data set, by subject."""
    twins = {}
    for trial in recordings(name, **SETS[name][1]):
        known = [trial[key].values[0] for key in ("sex", "age_years", "height_m", "mass_kg")]
        twins.setdefault(subject(trial), virtual.twin(len(twins) + 1, *known))
    return twins
