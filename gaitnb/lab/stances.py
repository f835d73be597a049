"""The virtual twin of a force-plate database: stance phases of both feet, 101 points each.

Numbers of people, visits and trials, ages, heights, masses and speeds follow the published
metadata of the Gutenberg Gait Database (Horst et al. 2021, Sci Data 8:232): 350 people come 661
times in all, for 7 to 21 trials (13.3 on average), and walk at 1.48 m/s, with a standard deviation
of 0.164 m/s between people and of about 0.04 m/s within a visit.
"""

from functools import partial

import numpy as np
import xarray as xr

from gaitnb.errors import LabError, ParameterError
from gaitnb.lab import cohorts, dynamics, movement, people

N_SAMPLES = 101
_VISITS = (1, 2, 3, 4)
_VISITS_P = (0.45, 0.29, 0.18, 0.08)  # mean 1.89
_TRIALS = (7, 21)
_TRIALS_MEAN = 13.3
_VISIT_SPEED_SD = 0.031  # what the spread of all trials leaves beside people and strides, m/s
_VISIT = 3  # stream of random numbers


def healthy_forces(n_people=350, seed=0, processes=1):
    """Stance phases of many healthy people at their own speed, both feet, forces and pressure.

    Parameters
    ----------
    n_people : int
        350 in the paper's database.
    seed : int
        Of people, visits and strides.
    processes : int
        How many people are computed at a time; the numbers do not depend on it.

    Returns
    -------
    xarray.Dataset
        ``grf`` (trial, time 101, side, axis) in body weights and ``cop`` (the same) in m: forward
        from the first contact, to the right of its mean over the stance; its y is 0. Coordinates
        of the trials: subject, session, speed_mps, age_years, height_m, mass_kg, leg_length_m,
        sex, condition, group. ``left_out`` names people without a valid gait, and why.

    Raises
    ------
    ParameterError
        For less than one person.
    LabError
        If nobody is left.

    Notes
    -----
    The lab lets forces depend on speed, size and a style of one's own. Age acts through speed and
    size alone: what a model finds about it beyond them is not in the lab.
    """
    if n_people < 1:
        raise ParameterError(f"n_people is {n_people}; expected 1 or more")
    group = people.population(n_people, seed=seed, reference="gutenberg", age_years=(11, 64))
    found = cohorts.each(partial(_visits, seed=seed), group, processes)
    return cohorts.join(found, f"lab:healthy_forces, seed {seed}")


def _visits(person, seed):
    """All trials of one person."""
    rng = np.random.default_rng([seed, person.number, _VISIT])
    n_visits = rng.choice(_VISITS, p=_VISITS_P)
    grf, cop, speed, session = [], [], [], []
    for visit in range(n_visits):
        low, high = _TRIALS
        n = low + rng.binomial(high - low, (_TRIALS_MEAN - low) / (high - low))
        wanted = person.preferred_speed_mps + _VISIT_SPEED_SD * rng.standard_normal()
        low, high = people.VALIDATED["preferred_speed_mps"]
        try:
            walked = _trials(person, float(np.clip(wanted, low, high)), n, seed, visit)
        except LabError as error:
            return cohorts.left_out(person, str(error))
        for kept, values in zip((grf, cop, speed), walked, strict=True):
            kept.append(values)
        session += [f"{cohorts.subject_name(person)}-{visit + 1}"] * n
    coords = cohorts.trial_coordinates(person, np.concatenate(speed))
    coords["session"] = ("trial", session)
    coords["condition"] = ("trial", ["own speed"] * len(session))
    coords["time"] = ("time", np.arange(float(N_SAMPLES)), {"units": "% stance"})
    coords |= {"side": list(cohorts.SIDES), "axis": list(cohorts.AXES)}
    dims = ("trial", "time", "side", "axis")
    data = {
        "grf": (dims, np.concatenate(grf), {"units": "BW"}),
        "cop": (dims, np.concatenate(cop), {"units": "m"}),
    }
    attrs = cohorts.ATTRS | {"sampling": "101 points per stance", "left_out": ""}
    return xr.Dataset(data, coords, attrs)


def _trials(person, speed_mps, n, seed, visit):
    """Forces and centres of pressure of one stride a trial, and its speed.

    The strides of a visit belong to one walk; trial t is its stride 2 t + 1 (every other one, and
    not the first).
    """
    walk, _ = movement.sequence(
        person, speed_mps=speed_mps, duration_s=4.0 * n + 6.0, seed=seed, trial=visit
    )
    contact, off = walk.events()
    weight = walk.body.mass.sum() * dynamics.GRAVITY
    grf, cop = (np.empty((n, N_SAMPLES, 2, 3), np.float32) for _ in range(2))
    stride = 2 * np.arange(n) + 1
    for i, side in enumerate(cohorts.SIDES):
        start = contact[side][stride]
        end = off[side][np.searchsorted(off[side], start)]
        time = start[:, None] + (end - start)[:, None] * np.linspace(0, 1, N_SAMPLES)
        _, feet, _ = walk(time.ravel())
        shape = (3, n, N_SAMPLES)
        grf[:, :, i] = feet["force"][i].reshape(shape).transpose(1, 2, 0) / weight
        place = feet["cop"][i].reshape(shape)
        place = np.stack(
            [place[0] - place[0][:, :1], 0 * place[1], place[2] - place[2].mean(1, keepdims=True)]
        )
        cop[:, :, i] = place.transpose(1, 2, 0)
    begin, finish = contact["right"][stride], contact["right"][stride + 1]
    kinematics, _, _ = walk(np.stack([begin, finish], axis=1).ravel())
    x = kinematics["position"][0, 0].reshape(n, 2)
    return grf, cop, (x[:, 1] - x[:, 0]) / (finish - begin)
