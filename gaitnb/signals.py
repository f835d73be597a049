"""Signals in time, as arrays: low-pass filters, another sampling rate, gaps.

Cut-off frequencies are those of the whole filter. A Butterworth filter that is run forward and
backward damps twice; each pass is therefore designed with a higher cut-off, so that the two
together damp a sine wave at the stated one to 0.71 (half its power).
"""

from fractions import Fraction

import numpy as np
from scipy.signal import butter, resample_poly, sosfilt, sosfilt_zi, sosfiltfilt

from gaitnb.errors import DataError, ParameterError

_LONGEST_FACTOR = 1000  # of the ratio of two sampling rates, such as 441/400


def low_pass(values, fs_hz, cutoff_hz, order=4, zero_phase=True, axis=0, where="the signal"):
    """Low-pass filter with the response of a Butterworth filter.

    Parameters
    ----------
    values : array_like
        Samples along `axis`, without NaN.
    fs_hz : float
        Sampling rate.
    cutoff_hz : float
        Frequency at which a sine wave is damped to 0.71 by the whole filter, below ``fs_hz / 2``.
    order : int
        Of the whole filter: 4 is the customary "fourth-order zero-lag" filter, a second-order one
        run twice. Even where `zero_phase`.
    zero_phase : bool
        Forward and backward, so that nothing is delayed; needs the whole recording. Otherwise
        forward only, as a device does it while recording.
    axis : int
        The axis of time.
    where : str
        File or recording, for messages.

    Returns
    -------
    ndarray
        Of the shape of `values`, in their unit.

    Raises
    ------
    ParameterError
        On a cut-off that is not between 0 and half the sampling rate, or an odd order.
    DataError
        On NaN, or fewer samples than the filter needs to settle.

    Notes
    -----
    Ends are continued by point reflection over one period of the cut-off and a little more, so that
    a straight line stays one to about a millionth.

    Source: Robertson and Dowling, J Electromyogr Kinesiol 13 (2003) 569, for the cut-off of two
    passes; here it is corrected before the bilinear transform and so holds at any sampling rate.
    """
    _positive(fs_hz=fs_hz, cutoff_hz=cutoff_hz)
    if cutoff_hz >= fs_hz / 2:
        raise ParameterError(
            f"cutoff_hz = {cutoff_hz:g} for {where}; expected less than half of fs_hz = {fs_hz:g}"
        )
    if order not in ((2, 4, 6, 8) if zero_phase else range(1, 9)):
        allowed = "2, 4, 6 or 8 (two passes share it)" if zero_phase else "1 to 8"
        raise ParameterError(f"order = {order!r}; expected {allowed}")
    values = _finite(values, where)
    n = values.shape[axis]
    pad = int(np.ceil(fs_hz / cutoff_hz)) + 3 * order
    if n <= pad:
        raise DataError(
            f"{where}: {n} samples ({n / fs_hz:.3g} s); a cut-off of {cutoff_hz:g} Hz needs more "
            f"than {pad} ({pad / fs_hz:.3g} s)"
        )
    if zero_phase:
        sections = butter(
            order // 2, one_pass_cutoff(fs_hz, cutoff_hz, order), fs=fs_hz, output="sos"
        )
        return sosfiltfilt(sections, values, axis=axis, padlen=pad)
    sections = butter(order, cutoff_hz, fs=fs_hz, output="sos")
    values = np.moveaxis(values, axis, -1)
    settled = sosfilt_zi(sections).reshape(len(sections), *[1] * (values.ndim - 1), 2)
    filtered, _ = sosfilt(sections, values, zi=settled * values[..., :1])
    return np.moveaxis(filtered, -1, axis)


def one_pass_cutoff(fs_hz, cutoff_hz, order=4):
    """Cut-off to design each of two passes with, so that both together have `cutoff_hz`.

    One pass of order n lets through ``1 / sqrt(1 + w^(2n))``, with
    ``w = tan(pi f / fs) / tan(pi f_c / fs)``; two passes its square. That is ``1 / sqrt(2)`` where
    ``w = (sqrt(2) - 1)^(1 / (2n))``, 0.80 for n = 2.

    Parameters
    ----------
    fs_hz, cutoff_hz : float
        Sampling rate, and cut-off of the two passes together.
    order : int
        Of the two passes together.

    Returns
    -------
    float
        In Hz, higher than `cutoff_hz`.
    """
    at = (np.sqrt(2) - 1) ** (1 / order)  # order = 2n
    return float(np.arctan(np.tan(np.pi * cutoff_hz / fs_hz) / at) * fs_hz / np.pi)


def resample(values, from_hz, to_hz, axis=0, where="the signal"):
    """Bring a signal to another sampling rate, without aliasing.

    Parameters
    ----------
    values : array_like
        Samples along `axis`, without NaN.
    from_hz, to_hz : float
        Rates; their ratio must be one of whole numbers up to 1000.
    axis : int
        The axis of time.
    where : str
        File or recording, for messages.

    Returns
    -------
    ndarray
        Samples at 0, 1/to_hz, 2/to_hz ... after the first one.

    Raises
    ------
    ParameterError
        On rates that are not positive, or without such a ratio.
    DataError
        On NaN, or fewer than two samples.

    Notes
    -----
    `scipy.signal.resample_poly`: a linear-phase low-pass filter below half of the lower rate
    (6 dB down there), between a rise in rate and a fall. What is faster cannot be kept: taking
    every n-th sample instead would let it appear as something slower. The line from the first to
    the last sample is taken off before and put back, so that ends are quiet and a level is kept
    exactly; what lies on it is damped or raised by at most a thousandth.
    """
    _positive(from_hz=from_hz, to_hz=to_hz)
    ratio = Fraction(to_hz / from_hz).limit_denominator(_LONGEST_FACTOR)
    if not np.isclose(float(ratio), to_hz / from_hz, rtol=1e-9) or ratio > _LONGEST_FACTOR:
        raise ParameterError(
            f"from {from_hz:g} to {to_hz:g} Hz is no ratio of whole numbers up to "
            f"{_LONGEST_FACTOR}; choose a rate such as {from_hz / 2:g} Hz"
        )
    values = _finite(values, where)
    if ratio == 1:
        return values.copy()
    if values.shape[axis] < 2:
        raise DataError(f"{where}: 1 sample; another rate needs at least 2")
    values = np.moveaxis(values, axis, -1)
    place = np.arange(values.shape[-1])
    slope = (values[..., -1:] - values[..., :1]) / place[-1]
    swing = values - values[..., :1] - slope * place  # zero at both ends
    swing = resample_poly(swing, ratio.numerator, ratio.denominator, axis=-1)
    place = np.arange(swing.shape[-1]) / float(ratio)
    return np.moveaxis(swing + values[..., :1] + slope * place, -1, axis)


def gaps(time_s, fs_hz):
    """Find where a time axis lacks samples.

    Parameters
    ----------
    time_s : array_like, (n,)
        Times of the samples.
    fs_hz : float
        The rate that they should have.

    Returns
    -------
    ndarray, (k, 2)
        Last sample before and first one after each gap, in s; empty where there is none. A step
        is a gap from one and a half sampling intervals on.

    Raises
    ------
    DataError
        If times are not increasing numbers, or most of them have another rate.
    """
    _positive(fs_hz=fs_hz)
    time_s = np.asarray(time_s, dtype=float)
    step = np.diff(time_s)
    if time_s.ndim != 1 or len(time_s) < 2 or not np.isfinite(time_s).all() or (step <= 0).any():
        raise DataError("time must be two or more increasing numbers, in s")
    found = 1 / np.median(step)
    if not np.isclose(found, fs_hz, rtol=0.02):
        raise DataError(
            f"the time axis has {found:.4g} samples a second; expected fs_hz = {fs_hz:g}. Is it in "
            "ms, or is the rate another one?"
        )
    at = np.flatnonzero(step > 1.5 / fs_hz)
    return np.stack([time_s[at], time_s[at + 1]], axis=1)


def _positive(**values):
    for name, value in values.items():
        if not (isinstance(value, int | float | np.number) and np.isfinite(value) and value > 0):
            raise ParameterError(f"{name} = {value!r}; expected a positive number")


def _finite(values, where):
    values = np.asarray(values, dtype=float)
    if values.size == 0:
        raise DataError(f"{where} is empty")
    bad = ~np.isfinite(values)
    if bad.any():
        first = tuple(int(i) for i in np.argwhere(bad)[0])
        raise DataError(
            f"{where}: {bad.sum()} of {bad.size} values are not finite, the first at {first}; "
            "expected numbers. Fill or cut them before, or leave this variable out"
        )
    return values
