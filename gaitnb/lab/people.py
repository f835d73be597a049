"""The people who walk in the virtual lab, and how a population of them is drawn.

**Sources**

general : heights and body mass indices of adults as in large national surveys of young and old
    (NCD-RisC 2020, Lancet 396:1511, rounded); comfortable speed by decade and sex from Bohannon and
    Andrews 2011 (Physiotherapy 97:182), spread within a decade 0.17 m/s.
gutenberg : the published metadata of the Gutenberg Gait Database (Horst et al. 2021, Sci Data
    8:232): 350 people, 205 men, 142 women; means and spreads by sex, age 11 to 64, median 23.

Segment lengths and the foot: fractions of height of Drillis and Contini 1966 in Winter 2009, with
the spread of leg length within a height that the ANSUR survey reports (Gordon et al. 1989).
"""

from dataclasses import dataclass, field, replace

import numpy as np

from gaitnb.errors import ParameterError
from gaitnb.lab.anthropometry import SEXES
from gaitnb.lab.segments import inertia

# What the lab was validated for; outside it, requests are refused.
VALIDATED = {
    "age_years": (11.0, 90.0),
    "height_m": (1.45, 2.05),
    "mass_kg": (35.0, 130.0),
    "leg_length_m": (0.72, 1.12),
    "foot_length_m": (0.20, 0.33),
    "foot_width_m": (0.07, 0.13),
    "preferred_speed_mps": (0.4, 2.2),
}

# How people of the same size and speed differ: mean and spread of the factors on the expected
# curves, and of the angles (degrees) that are added to them. Forces: half of the spread between
# the 62 people of the force curves, the other half being speed and size. Angles: spread between
# people of Kadaba et al. 1990 (J Orthop Res 8:383), without that of marker placement.
STYLE = {
    "stride_time": (1.0, 0.035),
    "peak1": (1.0, 0.45),
    "valley": (1.0, 0.12),
    "peak2": (1.0, 0.25),
    "fore_aft": (1.0, 0.08),
    "lateral": (1.0, 0.25),
    "hip_flexion": (1.0, 0.04),
    "knee_flexion": (1.0, 0.05),
    "ankle_dorsiflexion": (1.0, 0.10),
    "arm_swing": (1.0, 0.30),
    "pelvis_trunk": (1.0, 0.20),
    "hip_flexion_deg": (0.0, 3.0),
    "knee_flexion_deg": (0.0, 3.0),
    "ankle_dorsiflexion_deg": (0.0, 2.5),
    "hip_adduction_deg": (0.0, 1.5),
    "hip_rotation_deg": (0.0, 4.0),
    "lumbar_extension_deg": (0.0, 2.5),
    "elbow_flexion_deg": (0.0, 6.0),
}

# Comfortable speed in m/s from 20 to 29 years on by decade, the last 80 to 99.
_SPEED = {
    "male": (1.358, 1.433, 1.434, 1.433, 1.339, 1.262, 0.968),
    "female": (1.341, 1.337, 1.390, 1.313, 1.241, 1.132, 0.943),
}
_SPEED_SD = 0.17

# share of men; per sex: mean and sd of height (m) and of body mass index (kg/m^2)
_REFERENCES = {
    "general": (0.5, {"male": (1.776, 0.070, 25.0, 3.3), "female": (1.645, 0.064, 24.2, 3.6)}),
    "gutenberg": (
        205 / 347,
        {"male": (1.813, 0.067, 23.65, 2.48), "female": (1.680, 0.060, 21.6, 2.11)},
    ),
}
_GUTENBERG_SPEED = (1.481, 0.164)


@dataclass(frozen=True)
class Person:
    """One person.

    Attributes
    ----------
    number : int
        Subject number within the population, from 1.
    sex : str
        ``female`` or ``male``.
    age_years, height_m, mass_kg, leg_length_m, foot_length_m, foot_width_m : float
        Leg length is the height of the hip centres in standing.
    preferred_speed_mps : float
        Comfortable walking speed.
    style : dict
        What is the person's own beyond size and speed: names of `STYLE`, missing ones at the mean.
    table : str
        Source of segment masses, ``winter`` or ``deleva``.
    """

    number: int = 1
    sex: str = "male"
    age_years: float = 30.0
    height_m: float = 1.74
    mass_kg: float = 72.0
    leg_length_m: float | None = None
    foot_length_m: float | None = None
    foot_width_m: float | None = None
    preferred_speed_mps: float = 1.4
    style: dict = field(default_factory=dict)
    table: str = "winter"

    def __post_init__(self):
        if self.sex not in SEXES:
            raise ParameterError(f"sex is {self.sex!r}; expected one of {', '.join(SEXES)}")
        unknown = set(self.style) - set(STYLE)
        if unknown:
            raise ParameterError(f"unknown style {sorted(unknown)}; expected some of {list(STYLE)}")
        for name, value in self.style.items():
            if not np.isfinite(value):
                raise ParameterError(f"style {name!r} of subject {self.number} is {value}")
        for name, (low, high) in VALIDATED.items():
            value = getattr(self, name)
            if value is None:
                continue
            if not low <= value <= high:  # also refuses NaN
                raise ParameterError(
                    f"{name} of subject {self.number} is {value:g}; the lab is validated for "
                    f"{low:g} to {high:g}"
                )

    def body(self):
        """Masses, inertias and joints of the person's segments."""
        return inertia(
            height_m=self.height_m,
            mass_kg=self.mass_kg,
            sex=self.sex,
            table=self.table,
            leg_length_m=self.leg_length_m,
            foot_length_m=self.foot_length_m,
            foot_width_m=self.foot_width_m,
        )


def population(n, seed=0, reference="general", age_years=(20, 80), sex=None, first=1):
    """Draw people.

    Parameters
    ----------
    n : int
        How many.
    seed : int
        Of the population; subject k is the same however many are drawn.
    reference : {"general", "gutenberg"}
        Whose means and spreads; see the module's sources.
    age_years : (float, float)
        Ages are drawn evenly between these (``gutenberg``: as published, within these).
    sex : {"female", "male"}, optional
        Only one sex.
    first : int
        Subject number to begin with.

    Returns
    -------
    list of Person

    Raises
    ------
    ParameterError
        For zero people, an unknown reference or sex, or ages outside the validated range.
    """
    if n < 1 or first < 1:
        raise ParameterError(f"n is {n} and first is {first}; expected 1 or more")
    if reference not in _REFERENCES:
        raise ParameterError(f"reference is {reference!r}; expected one of {list(_REFERENCES)}")
    if sex is not None and sex not in SEXES:
        raise ParameterError(f"sex is {sex!r}; expected one of {', '.join(SEXES)}")
    low, high = VALIDATED["age_years"]
    if not low <= age_years[0] <= age_years[1] <= high:
        raise ParameterError(f"age_years is {age_years}; expected within {low:g} to {high:g}")
    return [_draw(k, seed, reference, age_years, sex) for k in range(first, first + n)]


def _draw(number, seed, reference, ages, sex):
    rng = np.random.default_rng([seed, number, 0])
    men, table = _REFERENCES[reference]
    drawn = "male" if rng.random() < men else "female"
    sex = sex or drawn
    z = np.clip(rng.standard_normal(6), -2.5, 2.5)
    u = rng.random()
    if reference == "gutenberg":  # skewed: most are students
        age = float(np.clip(13 + 10 * np.exp(0.55 * z[0]), *ages))
    else:
        age = float(ages[0] + u * (ages[1] - ages[0]))
    mean, sd, bmi, bmi_sd = table[sex]
    height = mean + sd * z[1]
    # body mass index is skewed upwards; log-normal with the published mean and spread
    mass = height**2 * bmi * np.exp(bmi_sd / bmi * z[2] - 0.5 * (bmi_sd / bmi) ** 2)
    leg = 0.530 * height * (1 + 0.025 * z[3])
    if reference == "gutenberg":
        speed = _GUTENBERG_SPEED[0] + _GUTENBERG_SPEED[1] * z[4]
    else:
        decades = np.array([25, 35, 45, 55, 65, 75, 88])
        speed = np.interp(age, decades, _SPEED[sex]) + _SPEED_SD * z[4]
    foot = 0.152 * height * (1 + 0.035 * z[5])
    own = np.clip(rng.standard_normal(len(STYLE)), -2, 2)
    style = {name: float(m + s * x) for (name, (m, s)), x in zip(STYLE.items(), own, strict=True)}
    drawn = {
        "age_years": age,
        "height_m": height,
        "mass_kg": mass,
        "leg_length_m": leg,
        "foot_length_m": foot,
        "foot_width_m": 0.055 * height,
        "preferred_speed_mps": speed,
    }
    inside = {k: float(np.clip(v, *VALIDATED[k])) for k, v in drawn.items()}
    return Person(number=number, sex=sex, style=style, **inside)


def with_style(person, **style):
    """The same person with some of the style's values replaced."""
    return replace(person, style=person.style | style)
