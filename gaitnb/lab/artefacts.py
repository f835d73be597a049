"""What shakes a worn sensor and is not in the movement of rigid segments: heel impact, soft tissue.

Both are added to the ideal readings of `gaitnb.lab.imu.measure`, before `gaitnb.lab.noise.report`.
"""

import numpy as np

from gaitnb.errors import ParameterError
from gaitnb.lab.noise import analogue
from gaitnb.lab.sensors import segment_index

# Peak of the impact on each segment of the striking leg and above, relative to the shank's.
# Foot, thigh, pelvis, trunk: means over six people and both legs of the part above 6 Hz of the
# acceleration within 80 ms of contact (13.4, 5.6, 2.6, 1.0 against 6.8 m/s^2 at 0.76 m/s,
# pearl2022). Head: 0.5 g against 5 g (Light et al. 1980, J Biomech 13:477). Arms: as the trunk,
# which carries them; nothing is known to us. The other leg is left alone.
ATTENUATION = {
    "foot": 2.0,
    "toes": 2.0,
    "shank": 1.0,
    "thigh": 0.8,
    "pelvis": 0.4,
    "trunk": 0.15,
    "upper_arm": 0.15,
    "forearm": 0.15,
    "head": 0.1,
}
_BOTH_LEGS = ("pelvis", "trunk", "head", "upper_arm", "forearm")

# Natural frequency of a sensor on its skin, Hz. Thigh: the softest site, 330 N/m (Karlsson and
# Tranberg 1999, Hum Mov Sci 18:627), under a sensor of 16 g. Shank: the mount that reads 12 % too
# much between 15 and 30 Hz (Kim et al. 1993, J Biomech Eng 115:47). Other segments: none.
WOBBLE_HZ = {"thigh": 22.9, "shank": 68.0}


def impact(time, contacts, *, frequency_hz=12.0, damping=0.8):
    """Damped oscillation that starts at each contact; its highest value, about 25 ms later, is 1.

    Parameters
    ----------
    time : array, shape (time,)
        In s.
    contacts : array, shape (contact,)
        Times of contact, s.
    frequency_hz : float
        Of the oscillation.
    damping : float
        Ratio of decay to angular frequency.

    Returns
    -------
    array, shape (time,)

    Notes
    -----
    It is the second derivative of -t^2 exp(-d t) sin(w t): it begins at zero, and adds up to no
    velocity and no displacement, so that integrating a sensor does not drift because of it. A
    dip, the peak and a rebound of two thirds of it are what the means over many contacts show
    above 6 Hz (pearl2022: a dip and a rebound of half the peak, which comes after 40 ms).
    """
    if not (frequency_hz > 0 and damping > 0):
        raise ParameterError(
            f"frequency_hz={frequency_hz}, damping={damping}; both must be positive"
        )
    w = 2 * np.pi * frequency_hz
    s = complex(-damping * w, w)
    fine = np.linspace(0, 1 / frequency_hz, 2001)
    highest = _shape(fine, s).max()
    length = 12 / (damping * w)  # by then less than 1e-3 of the peak is left
    out = np.zeros(len(time))
    for contact in np.asarray(contacts, float):
        first, last = np.searchsorted(time, (contact, contact + length))
        out[first:last] += _shape(time[first:last] - contact, s) / highest
    return out


def heel_strike(motion, places, contacts, *, peak_mps2, frequency_hz=12.0, damping=0.8):
    """Acceleration that heel contact adds to the readings.

    Parameters
    ----------
    motion : gaitnb.lab.motion.Motion
        For the attitude of the segments: the impact pushes upwards in the lab.
    places : dict of str to gaitnb.lab.sensors.Placement
        The sensors.
    contacts : dict of str to array
        Times of heel contact of the ``left`` and the ``right`` foot, s from the first sample.
    peak_mps2 : float
        Highest acceleration at the shank; see `shank_peak`.
    frequency_hz, damping : float
        Of the oscillation. About 12 Hz describes people on a treadmill (pearl2022); overground
        it is sharper, 20 Hz and more (li2021).

    Returns
    -------
    array, shape (time, sensor, 3)
        m/s^2 in the frames of the sensors, to be added to the specific force.

    Notes
    -----
    All segments are reached at once: the shock needs a few milliseconds to the head. Gyroscopes
    are left alone.
    """
    unknown = [side for side in contacts if side not in ("left", "right")]
    if unknown:
        raise ParameterError(f"contacts of {unknown}; expected the sides left and right")
    pulse = {
        side: impact(motion.time, times, frequency_hz=frequency_hz, damping=damping)
        for side, times in contacts.items()
    }
    out = np.zeros((len(places), 3, len(motion.position)))
    for k, place in enumerate(places.values()):
        part, side = _part(place.segment)
        sides = contacts if part in _BOTH_LEGS else [s for s in contacts if s == side]
        if not sides:
            continue
        push = peak_mps2 * ATTENUATION[part] * sum(pulse[s] for s in sides)
        up = motion.rotation[:, segment_index(place.segment), 1] @ place.rotation
        out[k] = push * up.T  # the lab's vertical as the sensor sees it
    return out.transpose(2, 0, 1)


def shank_peak(speed_mps):
    """Peak acceleration of the shank at heel contact, in m/s^2, for `heel_strike`.

    20 m/s^2 per m/s of walking speed: between 9 (six people on a treadmill at 0.76 m/s, pearl2022)
    and 30 (eight people overground at 0.69 to 1.22 m/s, li2021: 15, 28 and 37 m/s^2, with standard
    deviations of 7, 13 and 13 between people), both of the part above 6 Hz. People differ by half
    of it or more; set your own where it matters.
    """
    return 20.0 * speed_mps


def wobble(acc, fs_hz, places, *, frequency_hz=None, damping=0.2):
    """Readings of sensors that ride on soft tissue.

    The sensor hangs on the bone by a spring and a damper; what it feels is the specific force of
    the bone, passed through ``(2 d w s + w^2) / (s^2 + 2 d w s + w^2)``: slow changes, gravity
    among them, pass unchanged, those near the natural frequency are enlarged.

    Parameters
    ----------
    acc : array, shape (time, sensor, 3)
        Specific force at the bone, m/s^2.
    fs_hz : float
        Samples a second.
    places : dict of str to gaitnb.lab.sensors.Placement
        The sensors; those on segments without a frequency are left alone.
    frequency_hz : dict of str to float, optional
        Natural frequency by segment without side; `WOBBLE_HZ` by default.
    damping : float
        Ratio to critical damping. No published figure was found; 0.2 is ours.

    Returns
    -------
    array, shape (time, sensor, 3)
    """
    frequency_hz = WOBBLE_HZ if frequency_hz is None else frequency_hz
    unknown = [part for part in frequency_hz if part not in ATTENUATION]
    if unknown or not damping > 0 or not all(f > 0 for f in frequency_hz.values()):
        raise ParameterError(
            f"frequency_hz={frequency_hz}, damping={damping}; expected positive numbers for "
            f"some of {', '.join(ATTENUATION)}"
        )
    out = np.array(acc, float)
    for k, place in enumerate(places.values()):
        part, _ = _part(place.segment)
        if part in frequency_hz:
            w = 2 * np.pi * frequency_hz[part]
            top, bottom = [2 * damping * w, w**2], [1, 2 * damping * w, w**2]
            out[:, k] = analogue(out[:, k].T, fs_hz, top, bottom).T
    return out


def _shape(t, s):
    """Second derivative of minus the imaginary part of t^2 exp(s t)."""
    return -((2 + 4 * s * t + (s * t) ** 2) * np.exp(s * t)).imag


def _part(segment):
    """Segment without its side, and the side."""
    part, _, side = segment.rpartition("_")
    return (part, side) if side in ("left", "right") else (segment, "")
