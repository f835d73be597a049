"""Comparisons person by person: angles, moments, forces, sensors. Which function makes which table."""

from gaitnb.realism import imus, kinematics, kinetics
from gaitnb.stored import PUBLISHED

# table -> data set -> function that returns rows (`gaitnb.realism.table.COLUMNS`)
TABLES = {
    "angle": {
        "li2021": kinematics.li2021,
        "opensim_gait2392": kinematics.opensim,
        PUBLISHED: kinematics.winter,
    },
    "moment": {"li2021": kinetics.li2021, "opensim_gait2392": kinetics.opensim},
    "plates": {"pearl2022": kinetics.pearl2022},
    "imu": {"li2021": imus.li2021, "pearl2022": imus.pearl2022, "ipol2023": imus.ipol2023},
}
# the same of mean curves (`gaitnb.realism.table.CURVE_COLUMNS`)
CURVES = {
    "angle_curves": {
        "li2021": kinematics.li2021_curves,
        "opensim_gait2392": kinematics.opensim_curves,
        PUBLISHED: kinematics.winter_curves,
    },
    "moment_curves": {
        "li2021": kinetics.li2021_curves,
        "opensim_gait2392": kinetics.opensim_curves,
    },
    "plate_curves": {"pearl2022": kinetics.pearl2022_curves},
    "imu_curves": {
        "li2021": imus.li2021_curves,
        "pearl2022": imus.pearl2022_curves,
        "ipol2023": imus.ipol2023_curves,
    },
}
