"""From stance-phase recordings to the rows that the autoencoders see."""

import numpy as np
import pandas as pd

from gaitnb.papers.latent_motion import wavelets

ATTRIBUTES = ("speed_mps", "age_years", "height_m", "mass_kg")
# Walking speed of the 350-person database: mean and standard deviation over its trials with a
# known speed (computed from its public metadata; recomputed in the data notebook).
NARROW_SPEED_MPS = (1.481, 0.167)


def coefficient_rows(recordings):
    """One row per trial, side and channel, as in the released code without its identifiers.

    Parameters
    ----------
    recordings : xarray.Dataset
        Stance curves with ``grf`` (trial, time, side, axis) in body weights and, where it is
        there, ``cop`` in metres.

    Returns
    -------
    coefficients : array, shape (n_rows, 135), float32
        Wavelet coefficients of each row.
    info : DataFrame, n_rows
        ``trial``, ``subject``, ``channel`` (such as ``grf_y``), ``side``; ``group`` and the
        attributes of :data:`ATTRIBUTES`, NaN or "" where unknown.
    """
    parts, infos = [], []
    for name in ("grf", "cop"):
        if name not in recordings:
            continue
        curves = recordings[name].transpose("trial", "side", "axis", "time")
        n_trials, sides, axes = curves.shape[:3]
        parts.append(wavelets.forward(curves.values.reshape(-1, curves.shape[-1])))
        infos.append(
            pd.DataFrame(
                {
                    "trial": np.repeat(np.arange(n_trials), sides * axes),
                    "channel": np.tile(
                        [f"{name}_{a}" for a in curves.axis.values], n_trials * sides
                    ),
                    "side": np.tile(np.repeat(curves.side.values, axes), n_trials),
                }
            )
        )
    info = pd.concat(infos, ignore_index=True)
    for column in ("subject", "group", "sex", *ATTRIBUTES):
        missing = np.nan if column in ATTRIBUTES else ""
        values = recordings[column].values if column in recordings.coords else missing
        info[column] = values[info["trial"]] if np.ndim(values) else values
    return np.concatenate(parts).astype(np.float32), info


def identifier_rows(recordings):
    """The rows as the released code makes them: four identifiers stand before the 101 samples.

    Returns
    -------
    array, shape (n_rows, 141), float32
        db5 level-4 coefficients of 105 values, the first four of which are the numbers of data
        set (1), subject, session (the subject's number again) and trial.
    """
    curves = recordings["grf"].transpose("trial", "side", "axis", "time").values
    n_trials, sides, axes, n_samples = curves.shape
    person = np.unique(recordings["subject"].values, return_inverse=True)[1] + 1
    numbers = np.stack([np.ones(n_trials), person, person, np.arange(1, n_trials + 1)], axis=1)
    numbers = np.repeat(numbers, sides * axes, axis=0)
    return wavelets.forward(np.hstack([numbers, curves.reshape(-1, n_samples)])).astype(np.float32)


def joined_rows(coefficients, info):
    """All channels of both feet beside each other, one row per trial.

    The text flattens them "into a single feature vector"; the released code trains on one row
    per channel.

    Parameters
    ----------
    coefficients : array, shape (n_rows, inputs)
    info : DataFrame, n_rows
        From :func:`coefficient_rows`.

    Returns
    -------
    joined : array, shape (n_trials, n_channels * inputs)
    order : int array, shape (n_trials, n_channels)
        Rows of ``coefficients`` that make each joined row.
    """
    order = info.sort_values(["trial", "side", "channel"], kind="stable").index.to_numpy()
    order = order.reshape(info["trial"].nunique(), -1)
    return coefficients[order].reshape(len(order), -1), order


def narrow_speed(info, n_sd=2.0):
    """Rows within ``n_sd`` standard deviations of the 350-person database's walking speed."""
    mean, sd = NARROW_SPEED_MPS
    return np.flatnonzero(np.abs(info["speed_mps"] - mean) <= n_sd * sd)
