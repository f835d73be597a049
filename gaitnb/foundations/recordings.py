"""Recordings that several tables need: opened once, never changed."""

import functools

from gaitnb import data

SIDES = ("left", "right")
SETTLE = 5  # strides of a foot until treadmill walking is steady


@functools.cache
def recordings(name, **options):
    """Return `gaitnb.data.open` of a set whose trials come as a list."""
    return data.open(name, **options)


def subject(trial):
    """Return who walks."""
    return str(trial["subject"].values[0])


def condition(trial):
    """Return what the person was asked to do."""
    return str(trial["condition"].values[0])


def events_and_imus():
    """Return pairs of the trials of li2021: plates at their own rate, and shank IMUs."""
    plates, imus = recordings("li2021", streams="plates"), recordings("li2021", streams="imu")
    return zip(plates, imus, strict=True)
