"""Measured tables: computed where the recordings are at hand, read from this package elsewhere.

    python -m gaitnb.foundations.stored       measure again and store what is at hand

See `gaitnb.stored`.
"""

import sys

from gaitnb.foundations import events, forces, moments, sensors
from gaitnb.stored import Tables

# table -> data set -> function that measures it; each returns a pandas.DataFrame of floats and texts
TABLES = {
    "events": {
        "ipol2023": events.ipol2023_errors,
        "pearl2022": events.pearl2022_errors,
        "li2021": events.li2021_errors,
    },
    "strides": {
        "ipol2023": events.ipol2023_strides,
        "pearl2022": events.pearl2022_strides,
        "li2021": events.li2021_strides,
    },
    "pitch": {"ipol2023": events.ipol2023_pitch},
    "imu_strides": {"pearl2022": sensors.pearl2022_shanks, "ipol2023": sensors.ipol2023_feet},
    "imu_people": {"pearl2022": sensors.pearl2022_people, "ipol2023": sensors.ipol2023_people},
    "orientation": {"pearl2022": sensors.pearl2022_orientation},
    "moments": {"opensim_gait2392": moments.opensim_curves},
    "forces": {"pearl2022": forces.pearl2022_forces, "li2021": forces.li2021_forces},
    "curves": {
        "gaitrec2021": forces.gaitrec2021_curves,
        "pearl2022": forces.pearl2022_curves,
    },
}
_TABLES = Tables("gaitnb.foundations", TABLES, "python -m gaitnb.foundations.stored")
table, stored, remake, main = _TABLES.table, _TABLES.stored, _TABLES.remake, _TABLES.main


if __name__ == "__main__":
    sys.exit(main())
