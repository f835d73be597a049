"""Lengths, masses, centres and radii of gyration of the segments, from published tables.

**Sources**

- winter: Winter 2009, *Biomechanics and Motor Control of Human Movement*, 4th ed., table 4.1
  (masses, centres and radii of gyration, after Dempster 1955, WADC TR 55-159, and Miller and
  Nelson 1973) and figure 4.1 (lengths as fractions of height, Drillis and Contini 1966).
- deleva: de Leva 1996, J Biomech 29:1223-1230, table 4, by sex.

**Assumptions**

No source gives the following, or not for these 15 segments:

- Hip centres are 0.10 of the height apart (figure 4.1 of Winter has the pelvis' breadth); the
  lumbar joint is 0.083 of the height above them (winter; de Leva's omphalion is at 0.084 to 0.105).
- In standing all joints from ankle to neck lie in one frontal plane, with the hips above the ankles
  and the ankle at 0.039 of the height above the floor; shoulders, and the lengths of the arms and
  feet by `winter`, as in figure 4.1.
- The foot: the heel 0.25 of its length behind the ankle; the toe joint 0.73 of its length before
  the heel (ball-of-foot length of the ANSUR survey, Gordon et al. 1989) and 0.015 of the height
  above the floor. Toes carry 0.14 of the foot's mass, centred in the middle of a uniform rod;
  foot and toes together, in standing, have the table's mass, centre and inertia.
- `winter` has radii about transverse axes only, the same for both here; radii about the long axis,
  and all radii of pelvis and trunk, are de Leva's. Centres lie on the segment's long axis, that of
  the foot midway between ankle and toe joint (winter), or at half the ankle's height (deleva).
"""

import numpy as np

TABLES = ("winter", "deleva")
SEXES = ("female", "male")

# de Leva, table 4: share of mass (%), length (mm), centre from the proximal end (% of length),
# radii of gyration about the sagittal (fore-aft), transverse and long axis (% of length).
_DELEVA = {
    "female": {
        "head": (6.68, 243.7, 48.41, 27.1, 29.5, 26.1),  # vertex to C7
        "upper_trunk": (15.45, 228.0, 50.50, 46.6, 31.4, 44.9),  # C7 to xiphoid
        "middle_trunk": (14.65, 205.3, 45.12, 43.3, 35.4, 41.5),  # xiphoid to omphalion
        "lower_trunk": (12.47, 181.5, 49.20, 43.3, 40.2, 44.4),  # omphalion to hips
        "upper_arm": (2.55, 275.1, 57.54, 27.8, 26.0, 14.8),
        "forearm": (1.38, 264.3, 45.59, 26.1, 25.7, 9.4),
        "hand": (0.56, 78.0, 74.74, 53.1, 45.4, 33.5),  # wrist to third knuckle
        "thigh": (14.78, 368.5, 36.12, 36.9, 36.4, 16.2),
        "shank": (4.81, 438.6, 43.52, 26.7, 26.3, 9.2),  # knee to ankle centre
        "foot": (1.29, 228.3, 40.14, 29.9, 27.9, 13.9),  # heel to toe tip
    },
    "male": {
        "head": (6.94, 242.9, 50.02, 30.3, 31.5, 26.1),
        "upper_trunk": (15.96, 242.1, 50.66, 50.5, 32.0, 46.5),
        "middle_trunk": (16.33, 215.5, 45.02, 48.2, 38.3, 46.8),
        "lower_trunk": (11.17, 145.7, 61.15, 61.5, 55.1, 58.7),
        "upper_arm": (2.71, 281.7, 57.72, 28.5, 26.9, 15.8),
        "forearm": (1.62, 268.9, 45.74, 27.6, 26.5, 12.1),
        "hand": (0.61, 86.2, 79.00, 62.8, 51.3, 40.1),
        "thigh": (14.16, 422.2, 40.95, 32.9, 32.9, 14.9),
        "shank": (4.33, 440.3, 43.95, 25.1, 24.6, 10.2),
        "foot": (1.37, 258.1, 44.15, 25.7, 24.5, 12.4),
    },
}
_DELEVA_HEIGHT_MM = {"female": 1735.0, "male": 1741.0}

# Winter, table 4.1: share of mass, centre from the proximal end and radius of gyration about the
# centre (shares of length; None where the table has none). Lengths: figure 4.1, share of height.
_WINTER = {
    "pelvis": (0.142, 0.895, None),  # measured up from the hips: "proximal" is L4-L5 there
    "trunk": (0.355, 0.37, None),  # thorax and abdomen, up from L4-L5
    # up from C7-T1; the table's length ends at the ear canal, ours (0.130 of height) at the vertex
    "head": (0.081, 0.066 / 0.130, 0.495 * 0.066 / 0.130),
    "upper_arm": (0.028, 0.436, 0.322),
    "forearm": (0.022, 0.682, 0.468),  # forearm and hand, length elbow to wrist
    "thigh": (0.100, 0.433, 0.323),
    "shank": (0.0465, 0.433, 0.302),
    "foot": (0.0145, 0.5, 0.475),  # ankle to the ball
}
# Shares of height with both tables; see the assumptions above.
_JOINTS = {"ankle": 0.039, "ball": 0.015, "half_shoulders": 0.129, "half_hips": 0.05}
_SHOULDER_HEIGHT = 0.818
_HEEL, _BALL, _TOES_MASS = 0.25, 0.73, 0.14  # shares of the foot's length and mass


def lengths(height_m, sex, table, leg_length_m=None, foot_length_m=None):
    """Lengths of the segments and places of the joints of a standing person.

    Parameters
    ----------
    height_m : float
    sex, table : str
        One of `SEXES`, one of `TABLES`.
    leg_length_m : float, optional
        Height of the hip centres: scales thigh and shank, and the parts above the hips the other
        way, so that the height stays.
    foot_length_m : float, optional

    Returns
    -------
    dict of float
        In m: length of each segment without its side, where ``foot`` is the whole foot; heights
        above the floor of ``ankle``, ``ball``; ``shoulder`` above the lumbar joint;
        ``half_shoulders`` and ``half_hips`` from the midline.
    """
    if table == "winter":
        share = {
            "shank": 0.246, "thigh": 0.245, "pelvis": 0.083, "trunk": 0.257, "head": 0.130,
            "upper_arm": 0.186, "forearm": 0.146, "foot": 0.152,
        }  # fmt: skip
    else:
        rows = {"pelvis": "lower_trunk"} | {
            stem: stem for stem in ("shank", "thigh", "head", "upper_arm", "forearm", "foot")
        }
        column = _DELEVA[sex]
        mm = {stem: column[row][1] for stem, row in rows.items()}
        mm["trunk"] = column["upper_trunk"][1] + column["middle_trunk"][1]
        share = {stem: value / _DELEVA_HEIGHT_MM[sex] for stem, value in mm.items()}
    share |= _JOINTS
    hips = share["ankle"] + share["shank"] + share["thigh"]
    share["shoulder"] = _SHOULDER_HEIGHT - hips - share["pelvis"]
    size = {stem: value * height_m for stem, value in share.items()}
    if leg_length_m is not None:
        hips *= height_m
        for stem in ("thigh", "shank"):
            size[stem] *= (leg_length_m - size["ankle"]) / (hips - size["ankle"])
        for stem in ("pelvis", "trunk", "head", "shoulder"):
            size[stem] *= (height_m - leg_length_m) / (height_m - hips)
    if foot_length_m is not None:
        size["foot"] = foot_length_m
    size["toes"] = (1 - _BALL) * size["foot"]
    return size


def toe_joint(size):
    """The toe joint in the frame of the foot, whose origin is the ankle, in m."""
    ahead = (_BALL - _HEEL) * size["foot"]
    return np.array([ahead, size["ball"] - size["ankle"], 0.0])


def heel(size):
    """The back of the heel before the ankle in m; it is negative."""
    return -_HEEL * size["foot"]


def shares(size, sex, table):
    """Masses, centres and inertias of the segments, per body mass.

    Parameters
    ----------
    size : dict
        As `lengths` returns it.
    sex, table : str

    Returns
    -------
    dict
        Segment without its side -> share of body mass; centre of mass in the segment's frame, m
        (3,); inertia about it per segment mass, m^2 (3, 3).
    """
    rods = _deleva(size, sex)
    whole = _foot_deleva(size, sex)
    if table == "winter":
        rods = _winter(size, rods)
        whole = _foot_winter(size, whole)
    out = {stem: (mass, com, np.diag(radii**2)) for stem, (mass, com, radii) in rods.items()}
    out["foot"], out["toes"] = _split_foot(size, whole)
    return out


def _winter(size, deleva):
    """Winter's values, with de Leva's radii where he has none; as `_deleva`."""
    out = {}
    for stem, (_, _, radii) in deleva.items():
        mass, fraction, radius = _WINTER[stem]
        up = 1.0 if stem in ("pelvis", "trunk", "head") else -1.0
        if radius is not None:
            radii = np.array([radius * size[stem], radii[1], radius * size[stem]])
        out[stem] = (mass, np.array([0.0, up * fraction * size[stem], 0.0]), radii)
    return out


def _foot_winter(size, deleva):
    mass, fraction, radius = _WINTER["foot"]
    across = radius * np.linalg.norm(toe_joint(size))
    return mass, fraction * toe_joint(size), np.array([deleva[2][0], across, across])


def _foot_deleva(size, sex):
    mass, _, centre, sagittal, transverse, axial = _DELEVA[sex]["foot"]
    place = np.array([heel(size) + centre / 100 * size["foot"], -size["ankle"] / 2, 0.0])
    # the long axis of the foot points forward
    return mass / 100, place, np.array([axial, sagittal, transverse]) / 100 * size["foot"]


def _deleva(size, sex):
    """Share of mass, centre (3,) and radii about x, y, z (3,) by stem, all but the foot.

    Trunk and forearm are put together of two segments of the table.
    """
    column, out = _DELEVA[sex], {}
    for stem, row, up in (
        ("upper_arm", "upper_arm", False), ("thigh", "thigh", False), ("shank", "shank", False),
        ("pelvis", "lower_trunk", True), ("head", "head", True),
    ):  # fmt: skip
        out[stem] = _rod(column[row], size[stem], up)
    trunk = column["middle_trunk"][1] + column["upper_trunk"][1]
    middle = size["trunk"] * column["middle_trunk"][1] / trunk
    out["trunk"] = _together(
        _rod(column["middle_trunk"], middle, True),
        _rod(column["upper_trunk"], size["trunk"] - middle, True),
        np.array([0.0, middle, 0.0]),
    )
    hand = size["forearm"] * column["hand"][1] / column["forearm"][1]
    out["forearm"] = _together(
        _rod(column["forearm"], size["forearm"], False),
        _rod(column["hand"], hand, False),
        np.array([0.0, -size["forearm"], 0.0]),
    )
    return out


def _rod(row, length, up):
    mass, _, centre, sagittal, transverse, axial = row
    # trunk and head hang from their upper end in the table, from their lower end here
    place = (1 - centre / 100) * length if up else -centre / 100 * length
    return (
        mass / 100,
        np.array([0.0, place, 0.0]),
        np.array([sagittal, axial, transverse]) / 100 * length,
    )


def _together(one, other, shift):
    """Two segments in line along y as one; the other's origin lies at `shift`."""
    (m1, c1, r1), (m2, c2, r2) = one, other
    mass, centre = m1 + m2, (m1 * c1 + m2 * (c2 + shift)) / (m1 + m2)
    square = (m1 * (r1**2 + _away(c1 - centre)) + m2 * (r2**2 + _away(c2 + shift - centre))) / mass
    return mass, centre, np.sqrt(square)


def _away(d):
    """Squared distances from the axes x, y, z through the origin."""
    return d @ d - d**2


def _steiner(d):
    return (d @ d) * np.eye(3) - np.outer(d, d)


def _split_foot(size, whole):
    """Foot and toes that in standing have the mass, centre and inertia of the whole foot."""
    mass, centre, radii = whole
    toes_mass = _TOES_MASS * mass
    foot_mass = mass - toes_mass
    toes_com = np.array([size["toes"] / 2, -size["ball"] / 2, 0.0])
    toes_place = toe_joint(size) + toes_com
    rod = size["toes"] ** 2 / 12
    toes = np.diag([rod / 4, rod, rod])  # about half as wide as long
    foot_com = (mass * centre - toes_mass * toes_place) / foot_mass
    rest = mass * np.diag(radii**2) - toes_mass * (toes + _steiner(toes_place - centre))
    foot = rest / foot_mass - _steiner(foot_com - centre)
    return (foot_mass, foot_com, foot), (toes_mass, toes_com, toes)
