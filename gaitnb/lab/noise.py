"""From what an ideal inertial sensor would read to what a device reports.

A `Device` carries the figures of a data sheet. `report` applies, in the order of the signal's
way through the device: bandwidth, scale factor and misalignment, bias, noise, range, resolution;
each may be left out.
"""

from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, lfilter, oaconvolve

from gaitnb.errors import ParameterError
from gaitnb.lab.sensors import generator

ERRORS = ("bandwidth", "scale", "bias", "noise", "range", "resolution")
BIAS_TIME_S = 100.0  # correlation time of the wandering bias; ours, data sheets do not give it
_G = 9.80665  # the unit of data sheets
_DEG = np.pi / 180


@dataclass(frozen=True)
class Channel:
    """Figures of an accelerometer (in m/s^2) or a gyroscope (in rad/s); 0 where none is published.

    Attributes
    ----------
    limit : float
        Largest value that can be reported.
    noise_density : float
        One-sided, per root of Hz.
    bandwidth_hz : float
        Frequency at which the response has fallen by 3 dB.
    bias : float
        Largest constant error at zero input.
    bias_instability : float
        Lowest point of the Allan deviation that the wandering bias causes.
    scale : float
        Largest relative error of the scale factor.
    cross_axis : float
        Largest share of one axis that another one picks up.
    bits : int
        Word length of the converter.
    """

    limit: float
    noise_density: float
    bandwidth_hz: float
    bias: float = 0.0
    bias_instability: float = 0.0
    scale: float = 0.0
    cross_axis: float = 0.0
    bits: int = 16


@dataclass(frozen=True)
class Device:
    """An inertial measurement unit: two `Channel` and where their figures are published."""

    acc: Channel
    gyr: Channel
    source: str


DEVICES = {
    "mpu9250": Device(
        acc=Channel(
            limit=16 * _G,
            noise_density=300e-6 * _G,
            bandwidth_hz=260,
            bias=60e-3 * _G,
            scale=0.03,
            cross_axis=0.02,
        ),
        gyr=Channel(
            limit=2000 * _DEG,
            noise_density=0.01 * _DEG,
            bandwidth_hz=250,
            bias=5 * _DEG,
            scale=0.03,
            cross_axis=0.02,
        ),
        source="InvenSense PS-MPU-9250A-01 rev. 1.0 (2014), tables 1 and 2, as delivered: "
        "nothing is calibrated; no bias instability is given",
    ),
    "mti1": Device(
        acc=Channel(
            limit=16 * _G,
            noise_density=120e-6 * _G,
            bandwidth_hz=262,
            bias_instability=0.03e-3 * _G,
        ),
        gyr=Channel(
            limit=2000 * _DEG,
            noise_density=0.007 * _DEG,
            bandwidth_hz=255,
            bias_instability=10 * _DEG / 3600,
        ),
        source="Xsens MTi 1-series, characteristics as tabled in doi 10.2478/tar-2023-0022: "
        "calibrated at the factory; no residual bias, scale or alignment error is given",
    ),
}


def report(acc, gyr, fs_hz, names, seed, *, device="mpu9250", errors=ERRORS):
    """Readings of real devices from those of ideal ones.

    Parameters
    ----------
    acc, gyr : array, shape (time, sensor, 3)
        Ideal specific force, m/s^2, and angular velocity, rad/s, as `gaitnb.lab.imu.measure`
        gives them.
    fs_hz : float
        Samples a second; at most twice the bandwidth of the device.
    names : sequence of str
        Name of each sensor. The errors of a sensor depend on the seed and on its name alone.
    seed : int or sequence of int
        Such as ``[seed, subject_number, stream]``.
    device : str or Device
        One of `DEVICES`, or your own.
    errors : sequence of str
        Some of `ERRORS`; empty gives the ideal readings back.

    Returns
    -------
    acc, gyr : array, shape (time, sensor, 3)

    Raises
    ------
    ParameterError
        For an unknown device or error, shapes that do not fit, or sampling above the bandwidth.

    Notes
    -----
    Constant errors are drawn uniformly between plus and minus the figure of the data sheet. The
    wandering bias is a first-order Gauss-Markov process whose Allan deviation peaks at the
    published instability. White noise has the published density up to half the sampling rate.
    """
    device = _device(device)
    unknown = [e for e in errors if e not in ERRORS]
    if isinstance(errors, str) or unknown:
        raise ParameterError(f"unknown errors {errors!r}; expected some of {', '.join(ERRORS)}")
    names = list(names)
    out = []
    for what, values, channel in (("acc", acc, device.acc), ("gyr", gyr, device.gyr)):
        values = np.asarray(values, float)
        if values.ndim != 3 or values.shape[1:] != (len(names), 3) or not len(values):
            raise ParameterError(
                f"{what} has shape {values.shape}; expected (time, {len(names)}, 3)"
            )
        check_rate(fs_hz, channel, what)
        readings = np.empty((len(names), 3, len(values)))
        for k, name in enumerate(names):
            rng = generator(seed, f"{what} {name}")
            readings[k] = _one(values[:, k].T, fs_hz, channel, rng, errors)
        out.append(readings.transpose(2, 0, 1))
    return tuple(out)


def check_rate(fs_hz, channel, what="sensor"):
    """Refuse a rate whose upper half of the band the sensor cannot fill."""
    highest = 2 * channel.bandwidth_hz
    if not (np.isfinite(fs_hz) and 0 < fs_hz <= highest):
        raise ParameterError(
            f"{what} sampled at {fs_hz:g} Hz, above its bandwidth of {channel.bandwidth_hz:g} Hz; "
            f"allowed are rates above 0 and up to {highest:g} Hz"
        )


def _device(device):
    if isinstance(device, Device):
        return device
    if device not in DEVICES:
        raise ParameterError(f"unknown device {device!r}; the lab has {', '.join(DEVICES)}")
    return DEVICES[device]


def _one(ideal, fs_hz, channel, rng, errors):
    """One sensor, (3, time). Every random number is drawn whether used or not, so that switching
    one error off leaves the others as they were."""
    n_time = ideal.shape[1]
    scale = rng.uniform(-channel.scale, channel.scale, 3)
    cross = rng.uniform(-channel.cross_axis, channel.cross_axis, (3, 3))
    bias = rng.uniform(-channel.bias, channel.bias, 3)
    start, noise_rng, drift_rng = rng.standard_normal(3), *rng.spawn(2)
    signal = low_pass(ideal, fs_hz, channel.bandwidth_hz) if "bandwidth" in errors else ideal
    if "scale" in errors:
        np.fill_diagonal(cross, 1 + scale)
        signal = cross @ signal
    signal = np.array(signal)
    if "bias" in errors:
        signal += bias[:, None]
        if channel.bias_instability:
            signal += wandering_bias(n_time, fs_hz, channel.bias_instability, start, drift_rng)
    if "noise" in errors:
        white = noise_rng.standard_normal((n_time, 3), dtype=np.float32)
        signal += white.T * np.float32(channel.noise_density * np.sqrt(fs_hz / 2))
    if "range" in errors:
        np.clip(signal, -channel.limit, channel.limit, out=signal)
    if "resolution" in errors:
        step = 2 * channel.limit / 2**channel.bits
        np.multiply(np.rint(signal / step), step, out=signal)
    return signal


def wandering_bias(n_time, fs_hz, instability, start, rng):
    """Gauss-Markov processes whose Allan deviation peaks at `instability`, (3, time).

    The Allan deviation of a process with standard deviation s and correlation time T is highest
    at about 1.89 T, where it is 0.617 s (El-Sheimy et al. 2008, IEEE Trans Instrum Meas 57:140).
    """
    sigma = instability / 0.617
    keep = np.exp(-1 / (fs_hz * BIAS_TIME_S))
    drive = rng.standard_normal((n_time, 3)).T * sigma * np.sqrt(1 - keep**2)
    drive[:, 0] = sigma * np.asarray(start)  # begin in the steady state
    return lfilter([1.0], [1.0, -keep], drive, axis=-1)


def low_pass(signal, fs_hz, cutoff_hz):
    """Second-order Butterworth low-pass of the analogue part, along the last axis."""
    return analogue(signal, fs_hz, *butter(2, 2 * np.pi * cutoff_hz, analog=True))


def analogue(signal, fs_hz, numerator, denominator):
    """Response of an analogue filter to a sampled signal, along the last axis.

    Parameters
    ----------
    signal : array, shape (..., time)
        Taken to hold nothing above half the sampling rate, and to stand still before its first
        and after its last sample.
    fs_hz : float
        Samples a second.
    numerator, denominator : array
        Coefficients of the transfer function, highest power of s first.

    Returns
    -------
    array, shape (..., time)

    Notes
    -----
    The usual recipes for turning an analogue filter into a digital one fail where its corner lies
    near or above half the sampling rate, as it does here. We sample its frequency response
    instead and convolve with the impulse response that belongs to it.
    """
    around = 16  # samples that the interpolation between samples needs on either side
    decay = -np.roots(denominator).real.max()
    after = around + int(np.ceil(7 * fs_hz / decay))
    n_fft = 2 ** int(np.ceil(np.log2(8 * (around + after))))
    s = 2j * np.pi * np.fft.rfftfreq(n_fft, 1 / fs_hz)
    response = np.polyval(numerator, s) / np.polyval(denominator, s)
    whole = np.fft.irfft(response, n_fft)
    taps = np.concatenate([whole[-around:], whole[:after]])
    fade = np.sin(np.linspace(0, np.pi / 2, around + 1)[1:]) ** 2
    taps[:around] *= fade
    taps[-around:] *= fade[::-1]
    taps *= response[0].real / taps.sum()
    signal = np.asarray(signal, float)
    edges = [(0, 0)] * (signal.ndim - 1) + [(after - 1, around)]
    padded = np.pad(signal, edges, mode="edge")
    return oaconvolve(padded, taps.reshape(*[1] * (signal.ndim - 1), -1), mode="valid", axes=-1)
