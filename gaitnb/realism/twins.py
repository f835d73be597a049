"""Virtual twins of real people: the same sex, age, height and mass, walking at the same speed.

A twin has the style of the mean person. Nothing of it is fitted to the real one.
"""

import numpy as np

from gaitnb.lab import artefacts, imu, markers, movement, sensors, skeleton
from gaitnb.lab.people import Person

DURATION_S = 12.0  # of a twin's walk
FS_HZ = 100.0


def twin(number, sex, age_years, height_m, mass_kg):
    """The mean virtual person of these measures."""
    return Person(number, sex, float(age_years), float(height_m), float(mass_kg))


def walk(person, speed_mps, duration_s=DURATION_S):
    """Level walking of a twin, a `gaitnb.lab.record.Movement` at `FS_HZ`."""
    return movement.movement(person, speed_mps=speed_mps, duration_s=duration_s, fs_hz=FS_HZ)


def worn(walked, person, places, speed_mps):
    """What sensors of the virtual lab report, with heel impact, soft tissue and a device's errors.

    Parameters
    ----------
    walked : gaitnb.lab.record.Movement
    person : gaitnb.lab.people.Person
    places : dict of str to gaitnb.lab.sensors.Placement, or sequence of str
        Sensors; standard places where only names are given.
    speed_mps : float
        Of the walk.

    Returns
    -------
    acc, gyr : array, shape (time, sensor, 3)
        m/s^2 and rad/s.
    """
    if not isinstance(places, dict):
        places = sensors.placements(walked.body, places)
    return imu.record(
        walked.motion, places, seed=[0, person.number, 2], contacts=walked.contact_s,
        peak_mps2=artefacts.shank_peak(speed_mps), soft_tissue=True,
    )  # fmt: skip


def standing(body):
    """Markers of a twin that stands with all joint angles zero, (time, marker, 3)."""
    zero = np.zeros((len(skeleton.COORDINATES), 4))
    still = skeleton.to_motion(FS_HZ, skeleton.forward(zero, zero, zero, body.offset))
    return markers.positions(still, markers.place(body))
