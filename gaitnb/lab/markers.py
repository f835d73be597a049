"""Reflective markers on the skin: where a motion capture system sees them, with noise and gaps."""

import numpy as np

from gaitnb.errors import ParameterError
from gaitnb.lab.sensors import check_names, generator, scaled, segment_index

# name -> (segment, forward, up, right, as fractions, see `gaitnb.lab.sensors`).
# The markers of li2021; places are means over both sides of its eight people in quiet standing,
# hip centres by the regression of Harrington et al. 2007 (J Biomech 40:595), knees and ankles half
# way between the inner and the outer marker.
PLACES = {}
for _letter, _side, _out in (("L", "left", -1.0), ("R", "right", 1.0)):
    PLACES |= {
        f"{_letter}ASI": ("pelvis", 0.386, 0.386, 0.702 * _out),
        f"{_letter}PSI": ("pelvis", -0.491, 0.640, 0.281 * _out),
        f"{_letter}HIP": (f"thigh_{_side}", 0.032, -0.043, 0.189 * _out),
        f"{_letter}KNE": (f"thigh_{_side}", -0.012, -0.984, 0.134 * _out),
        f"{_letter}KNE2": (f"thigh_{_side}", 0.012, -1.016, -0.134 * _out),
        f"{_letter}TIB": (f"shank_{_side}", 0.055, -0.311, 0.132 * _out),
        f"{_letter}ANK": (f"shank_{_side}", -0.048, -1.016, 0.115 * _out),
        f"{_letter}ANK2": (f"shank_{_side}", 0.048, -0.984, -0.115 * _out),
        f"{_letter}TOE": (f"foot_{_side}", 0.540, -0.165, 0.120 * _out),
        f"{_letter}HEE": (f"foot_{_side}", -0.290, -0.160, -0.070 * _out),
    }


def place(body, names=tuple(PLACES)):
    """Markers of a person.

    Parameters
    ----------
    body : gaitnb.lab.segments.Body
        The person.
    names : sequence of str
        Some of `PLACES`.

    Returns
    -------
    dict of str to (str, array)
        Segment, and position in its frame in m.
    """
    check_names(names, PLACES, "marker")
    return {name: scaled(name, PLACES, body) for name in names}


def positions(motion, markers):
    """True positions of the markers in the lab.

    Parameters
    ----------
    motion : gaitnb.lab.motion.Motion
        Kinematics of the segments.
    markers : dict of str to (str, array)
        As `place` gives them.

    Returns
    -------
    array, shape (time, marker, 3)
        m.
    """
    out = np.empty((len(motion.position), len(markers), 3))
    for k, (segment, local) in enumerate(markers.values()):
        s = segment_index(segment)
        out[:, k] = motion.position[:, s] + motion.rotation[:, s] @ np.asarray(local, float)
    return out


def capture(true, fs_hz, names, seed, *, noise_m=0.00015, gaps_per_s=0.0, gap_s=0.1):
    """What the cameras give.

    Parameters
    ----------
    true : array, shape (time, marker, 3)
        Positions, m.
    fs_hz : float
        Samples a second.
    names : sequence of str
        Names of the markers; what happens to one depends on the seed and its name alone.
    seed : int or sequence of int
        Such as ``[seed, subject_number, stream]``.
    noise_m : float
        Standard deviation of each coordinate. 0.15 mm is the error of a fixed marker; of moving
        ones it stays below 2 mm (Merriaux et al. 2017, Sensors 17:1591).
    gaps_per_s : float
        How often, on average, a marker gets lost from view.
    gap_s : float
        Mean duration of a loss, exponentially distributed.

    Returns
    -------
    array, shape (time, marker, 3)
        m; NaN where a marker is lost.

    Notes
    -----
    The skin moves on the bone by up to centimetres, more than any camera errs (Leardini et al.
    2005, Gait Posture 21:212). That is not part of this function.
    """
    true, names = np.asarray(true, float), list(names)
    if true.ndim != 3 or true.shape[1:] != (len(names), 3):
        raise ParameterError(f"positions {true.shape}; expected (time, {len(names)}, 3)")
    if not (fs_hz > 0 and noise_m >= 0 and gaps_per_s >= 0 and gap_s > 0):
        raise ParameterError(
            f"fs_hz={fs_hz}, noise_m={noise_m}, gaps_per_s={gaps_per_s}, gap_s={gap_s}; expected "
            "positive numbers (noise and gaps may be 0)"
        )
    out = np.empty_like(true)
    n_time = len(true)
    for k, name in enumerate(names):
        noise_rng, gap_rng = generator(seed, name).spawn(2)
        out[:, k] = true[:, k] + noise_m * noise_rng.standard_normal((n_time, 3))
        begins = np.nonzero(gap_rng.random(n_time) < gaps_per_s / fs_hz)[0]
        lasts = np.ceil(gap_rng.exponential(gap_s * fs_hz, len(begins))).astype(int)
        for begin, last in zip(begins, lasts, strict=True):
            out[begin : begin + last, k] = np.nan
    return out
