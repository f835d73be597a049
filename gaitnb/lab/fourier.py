"""Periodic curves as Fourier coefficients: basis, fit, shift and their exact time derivatives.

A curve of the gait cycle is a row ``[mean, cos 1, sin 1, cos 2, sin 2, ...]``; its argument is the
phase, in cycles.
"""

import numpy as np

HARMONICS = 12  # of the coefficient arrays; most joints use fewer
SIZE = 1 + 2 * HARMONICS


def basis(phase, derivative=0, harmonics=HARMONICS):
    """The functions that the coefficients weigh, or their derivatives by phase.

    Parameters
    ----------
    phase : array, shape (time,)
        In cycles.
    derivative : int
        0, 1 or 2: times differentiated by phase.
    harmonics : int
        Highest harmonic.

    Returns
    -------
    array, shape (1 + 2 * harmonics, time)
    """
    order = np.arange(1, harmonics + 1)[:, None]
    angle = 2 * np.pi * order * phase
    cos, sin = np.cos(angle), np.sin(angle)
    rate = 2 * np.pi * order
    if derivative == 1:
        cos, sin = -rate * sin, rate * cos
    elif derivative == 2:
        cos, sin = -(rate**2) * cos, -(rate**2) * sin
    out = np.empty((1 + 2 * harmonics, np.size(phase)))
    out[0] = 1.0 if derivative == 0 else 0.0
    out[1::2], out[2::2] = cos, sin
    return out


def bases(phase, harmonics=HARMONICS):
    """`basis` and its first two derivatives together, for less than the price of two.

    Returns
    -------
    list of 3 arrays, shape (1 + 2 * harmonics, time)
    """
    out = [np.empty((1 + 2 * harmonics, np.size(phase))) for _ in range(3)]
    for values, constant in zip(out, (1.0, 0.0, 0.0), strict=True):
        values[0] = constant
    turn = np.exp(2j * np.pi * phase)
    wave = turn.copy()
    for k in range(1, harmonics + 1):
        cos, sin, rate = wave.real, wave.imag, 2 * np.pi * k
        out[0][2 * k - 1], out[0][2 * k] = cos, sin
        np.multiply(sin, -rate, out=out[1][2 * k - 1])
        np.multiply(cos, rate, out=out[1][2 * k])
        wave *= turn
    rate = (2 * np.pi * np.repeat(np.arange(1, harmonics + 1), 2)[:, None]) ** 2
    np.multiply(out[0][1:], -rate, out=out[2][1:])
    return out


def fit(curve, harmonics=HARMONICS):
    """Coefficients of evenly sampled cycles (the last sample is not the first of the next).

    Parameters
    ----------
    curve : array, shape (..., time)
        One cycle.
    harmonics : int
        Highest harmonic that is kept; the others come out as zero.

    Returns
    -------
    array, shape (..., 1 + 2 * HARMONICS)
    """
    curve = np.asarray(curve, float)
    spectrum = np.fft.rfft(curve, axis=-1) / curve.shape[-1]
    keep = min(harmonics, HARMONICS, (curve.shape[-1] - 1) // 2)
    out = np.zeros((*curve.shape[:-1], SIZE))
    out[..., 0] = spectrum[..., 0].real
    out[..., 1 : 2 * keep : 2] = 2 * spectrum[..., 1 : keep + 1].real
    out[..., 2 : 2 * keep + 1 : 2] = -2 * spectrum[..., 1 : keep + 1].imag
    return out


def half_cycle_later(coefficients):
    """Coefficients of the same curve shifted by half a cycle: odd harmonics change sign."""
    sign = np.ones(SIZE)
    odd = np.arange(1, HARMONICS + 1, 2)
    sign[2 * odd - 1] = sign[2 * odd] = -1.0
    return coefficients * sign
