"""What a load in the hand and an impaired joint change in what a gait is solved for.

Both are seams for the chapters that need them; what is said here holds for one small case each.

Assumptions
-----------
A load rides with the forearm. It makes the trunk lean to the other side by `LEAN` of what would
bring the centre of mass back, and the loaded arm swing by `ARM_SWING` of its usual amplitude.
"""

from dataclasses import replace

import numpy as np

from gaitnb.errors import ParameterError
from gaitnb.lab import fourier
from gaitnb.lab.dynamics import GRIP
from gaitnb.lab.segments import SEGMENTS
from gaitnb.lab.skeleton import INDEX, LEGS, angle_range

HANDS = ("left", "right")
LOAD_KG = (0.0, 15.0)
LEAN, ARM_SWING = 0.4, 0.3
TIGHT = 0.1  # prior spread of an impaired joint, as part of a healthy one's


def check_load(load):
    """Kilograms in the left and the right hand from ``{"left": kg, "right": kg}``."""
    unknown = set(load) - set(HANDS)
    if unknown:
        raise ParameterError(f"load has {sorted(unknown)}; expected some of {', '.join(HANDS)}")
    for side, kg in load.items():
        if not LOAD_KG[0] <= kg <= LOAD_KG[1]:
            raise ParameterError(
                f"load in the {side} hand is {kg:g}; the lab is validated for "
                f"{LOAD_KG[0]:g} to {LOAD_KG[1]:g} kg"
            )
    return np.array([load.get(side, 0.0) for side in HANDS])


def grip(body, side):
    """Where a hand holds, in the forearm's frame, m."""
    return np.array([0.0, -(1 + GRIP) * body.length[SEGMENTS.index(f"forearm_{side}")], 0.0])


def loaded_body(body, load_kg):
    """The body with the loads as point masses in its hands.

    Parameters
    ----------
    body : Body
    load_kg : array, shape (2,)
        Left and right hand.
    """
    mass, com, inertia = body.mass.copy(), body.com.copy(), body.inertia.copy()
    for side, kg in zip(HANDS, load_kg, strict=True):
        s = SEGMENTS.index(f"forearm_{side}")
        total = mass[s] + kg
        place = (mass[s] * com[s] + kg * grip(body, side)) / total
        for part, at in ((mass[s], com[s]), (kg, grip(body, side))):
            d = at - place
            inertia[s] += part * (d @ d * np.eye(3) - np.outer(d, d))
        mass[s], com[s] = total, place
    return replace(body, mass=mass, com=com, inertia=inertia)


def loaded_target(goal, body, load_kg):
    """The expectation of a gait with loads in the hands: trunk lean and arm swing."""
    prior = goal.prior.copy()
    trunk, head = SEGMENTS.index("trunk"), SEGMENTS.index("head")
    above = body.mass[trunk] + body.mass[head] + body.mass[3:7].sum()
    aside = abs(body.offset[SEGMENTS.index("upper_arm_right"), 2])
    lever = body.com[trunk, 1] + 0.1 * body.leg_length_m
    tip = (load_kg[1] - load_kg[0]) * aside / (above * lever)
    prior[INDEX["lumbar_bending"], 0] -= LEAN * np.arctan(tip)
    for side, kg in zip(HANDS, load_kg, strict=True):
        if kg > 0:
            for joint in ("shoulder_flexion", "elbow_flexion"):
                prior[INDEX[f"{joint}_{side}"], 1:] *= ARM_SWING
    return replace(goal, prior=prior)


def impaired_target(goal, impairment):
    """The expectation of a gait whose leg joints reach only some of their usual peak.

    Parameters
    ----------
    goal : Target
        Of the healthy gait.
    impairment : dict
        Joint, such as ``knee_flexion_right`` -> largest angle in degrees over the stride.
    """
    prior, sd = goal.prior.copy(), goal.sd.copy()
    phase = np.arange(128) / 128
    for joint, peak in impairment.items():
        if joint not in LEGS:
            raise ParameterError(f"impairment of {joint!r}; expected one of {', '.join(LEGS)}")
        row = prior[INDEX[joint]]
        curve = row @ fourier.basis(phase)
        low, high = np.degrees([max(curve.mean(), angle_range(joint)[0]), curve.max()])
        if not low < peak <= high:
            raise ParameterError(
                f"impairment: {joint} of {peak:g} degrees; expected {low:.0f} to {high:.0f}, "
                "between the healthy mean and peak"
            )
        row[1:] *= (np.radians(peak) - row[0]) / (curve.max() - row[0])
        sd[INDEX[joint]] *= TIGHT
    return replace(goal, prior=prior, sd=sd)
