"""Force plates and instrumented treadmills: what they report of the force under the feet.

A plate knows nothing of feet. It reports the total load in its own frame, three forces and three
moments about its origin, from which force, centre of pressure and free moment are computed.

The frame of a plate has x forward, y right, z down (right-handed), its origin a little below the
middle of the surface, as is usual: the load of a standing person is then positive in z, because
the plate feels what the foot does to it, the opposite of the ground reaction force.
"""

from dataclasses import dataclass

import numpy as np

from gaitnb.errors import DataError, ParameterError

CHANNELS = ("Fx", "Fy", "Fz", "Mx", "My", "Mz")
# Lab axes (x forward, y up, z right) of the plate's x, y, z.
_TO_PLATE = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])

# N per root of Hz, Nm per root of Hz: the plates of li2021 (AMTI 400600) in stance, median of ten
# trials, mean density between 200 and 500 Hz.
NOISE_DENSITY = (0.008, 0.008, 0.032, 0.0043, 0.0034, 0.0017)


@dataclass(frozen=True)
class Plate:
    """A rectangular plate, its sides along the lab's axes, flush with the floor.

    Attributes
    ----------
    centre_m : tuple of 2 floats
        Forward and right position of its middle in the lab, m.
    size_m : tuple of 2 floats
        Its extents forward and sideways, m.
    depth_m : float
        How far its origin lies below the surface, m.
    """

    centre_m: tuple = (0.0, 0.0)
    size_m: tuple = (0.6, 0.4)
    depth_m: float = 0.04

    def __post_init__(self):
        for name, values in (("centre_m", self.centre_m), ("size_m", self.size_m)):
            if np.shape(values) != (2,) or not np.isfinite(values).all():
                raise ParameterError(f"{name} is {values}; expected two numbers: forward, right")
        if min(self.size_m) <= 0 or not self.depth_m >= 0:
            raise ParameterError(
                f"size_m={self.size_m}, depth_m={self.depth_m}; a plate has positive sides and "
                "its origin not above the surface"
            )


def treadmill(*, belt_m=(1.8, 0.5), gap_m=0.01, depth_m=0.04):
    """The two plates of a split-belt treadmill whose middle is the lab's origin.

    Returns
    -------
    dict of str to Plate
        ``left`` and ``right``.

    Notes
    -----
    Walk on it with `onto_belt`. The dimensions are ours.
    """
    across = (belt_m[1] + gap_m) / 2
    return {
        "left": Plate((0.0, -across), belt_m, depth_m),
        "right": Plate((0.0, across), belt_m, depth_m),
    }


def onto_belt(position, time, speed_mps):
    """Positions in a lab through which a person walks, as seen beside a moving belt.

    Parameters
    ----------
    position : array, shape (time, ..., 3)
        Such as centres of pressure, m.
    time : array, shape (time,)
        s.
    speed_mps : float
        Speed of the belt.

    Returns
    -------
    array, shape (time, ..., 3)
    """
    out = np.array(position, float)
    travelled = speed_mps * np.asarray(time, float)
    out[..., 0] -= travelled.reshape(-1, *[1] * (out.ndim - 2))
    return out


def feet_on(cop, plates):
    """On which plate each foot presses.

    Parameters
    ----------
    cop : array, shape (time, side, 3)
        Centres of pressure in the lab, m; NaN for a foot in the air.
    plates : dict of str to Plate
        They must not overlap.

    Returns
    -------
    array of int, shape (time, side)
        Place of the plate in `plates`; -1 in the air or beside all plates.

    Notes
    -----
    The centre of pressure decides: a foot that stands across an edge counts as a whole.
    """
    cop = np.asarray(cop, float)
    where = np.full(cop.shape[:2], -1)
    for i, plate in enumerate(plates.values()):
        away = np.abs(cop[..., [0, 2]] - plate.centre_m)  # NaN compares as outside
        where[(away <= np.array(plate.size_m) / 2).all(axis=-1)] = i
    return where


def signals(force, cop, free_moment, plates, *, fs_hz=None, seed=None, noise=NOISE_DENSITY):
    """What the plates report.

    Parameters
    ----------
    force : array, shape (time, side, 3)
        Ground on foot, in the lab, N.
    cop : array, shape (time, side, 3)
        m, in the lab, on the floor; NaN where there is no force.
    free_moment : array, shape (time, side)
        Ground on foot, about the vertical upwards, Nm.
    plates : dict of str to Plate
        The plates; see `treadmill`.
    fs_hz : float, optional
        Samples a second, for the noise.
    seed : int or sequence of int, optional
        Of the noise; without it there is none.
    noise : sequence of 6 floats
        Density for each of `CHANNELS`, N and Nm per root of Hz.

    Returns
    -------
    dict of str to array, shape (time, 6)
        `CHANNELS` of every plate: load on the plate in its frame, N and Nm.

    Raises
    ------
    DataError
        For shapes that do not fit, or a force without a centre of pressure.
    """
    force, cop, free_moment = (np.asarray(v, float) for v in (force, cop, free_moment))
    if force.ndim != 3 or force.shape[-1] != 3 or not force.shape == cop.shape:
        raise DataError(f"force {force.shape}, cop {cop.shape}; expected (time, side, 3) for both")
    if free_moment.shape != force.shape[:2]:
        raise DataError(f"free_moment {free_moment.shape}; expected {force.shape[:2]}")
    lost = np.isnan(cop).any(axis=-1) & (np.abs(np.nan_to_num(force)).max(axis=-1) > 1e-6)
    if lost.any() or not np.isfinite(force).all():
        raise DataError(
            f"force without centre of pressure, or not finite, in {int(lost.sum())} samples; "
            "a foot in the air has force 0"
        )
    if seed is not None and not (fs_hz and np.isfinite(fs_hz) and fs_hz > 0):
        raise ParameterError(f"fs_hz is {fs_hz}; noise needs the sampling rate in Hz")
    where = feet_on(cop, plates)
    out = {}
    for i, (name, plate) in enumerate(plates.items()):
        on = (where == i)[..., None]
        load = -np.where(on, force, 0.0)
        arm = np.where(on, cop, 0.0) - _origin(plate)
        moment = np.cross(np.where(on, arm, 0.0), load)
        moment[..., 1] -= np.where(on[..., 0], free_moment, 0.0)
        six = np.concatenate([load @ _TO_PLATE.T, moment @ _TO_PLATE.T], axis=-1).sum(axis=1)
        if seed is not None:
            rng = np.random.default_rng([*np.atleast_1d(seed), i])
            six += rng.standard_normal(six.shape) * np.asarray(noise) * np.sqrt(fs_hz / 2)
        out[name] = six
    return out


def force_and_cop(six, plate, *, threshold_n=20.0):
    """Force, centre of pressure and free moment from what a plate reports.

    Parameters
    ----------
    six : array, shape (time, 6)
        `CHANNELS`.
    plate : Plate
        Where it lies.
    threshold_n : float
        Below this vertical load the plate counts as empty.

    Returns
    -------
    force : array, shape (time, 3)
        Ground on foot, in the lab, N; 0 when empty.
    cop : array, shape (time, 3)
        In the lab, m; NaN when empty.
    free_moment : array, shape (time,)
        Ground on foot, about the vertical upwards, Nm; 0 when empty.
    """
    six = np.asarray(six, float)
    if six.ndim != 2 or six.shape[1] != 6:
        raise DataError(f"plate signals have shape {six.shape}; expected (time, 6): {CHANNELS}")
    if not threshold_n > 0:
        raise ParameterError(f"threshold_n is {threshold_n}; expected a positive force")
    fx, fy, fz, mx, my, mz = six.T
    loaded = fz > threshold_n
    with np.errstate(divide="ignore", invalid="ignore"):
        x = -(my + plate.depth_m * fx) / fz
        y = (mx - plate.depth_m * fy) / fz
    free = mz - x * fy + y * fx
    on_floor = np.stack([x, y, np.full_like(x, -plate.depth_m)], axis=-1)
    cop = on_floor @ _TO_PLATE + _origin(plate)
    force = -six[:, :3] @ _TO_PLATE
    return (
        np.where(loaded[:, None], force, 0.0),
        np.where(loaded[:, None], cop, np.nan),
        np.where(loaded, free, 0.0),  # the plate's z points down, and it feels the opposite
    )


def _origin(plate):
    return np.array([plate.centre_m[0], -plate.depth_m, plate.centre_m[1]])
