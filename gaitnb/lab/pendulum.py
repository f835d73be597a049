"""A rigid pendulum: the smallest movement with everything in it that a swinging leg has."""

import numpy as np
from scipy.integrate import solve_ivp

from gaitnb.errors import ParameterError
from gaitnb.lab.motion import Motion
from gaitnb.lab.segments import SEGMENTS

G_MPS2 = 9.81


def pendulum(length_m, start_deg, fs_hz, duration_s):
    """Let a rigid body swing freely about the lab's z axis through its fixed origin.

    Parameters
    ----------
    length_m : float
        Distance from the pivot to the centre of oscillation; for a point mass, that of the mass.
    start_deg : float
        Angle at which it is let go, positive forward; 0 hangs still.
    fs_hz : float
        Samples a second.
    duration_s : float
        How long.

    Returns
    -------
    Motion
        Every segment does the same, so that a sensor may be put on any of them.

    Raises
    ------
    ParameterError
        For a length, rate or duration that is not positive, or an angle beyond 170 degrees.

    Notes
    -----
    ``angle'' = -g / length sin(angle)``, integrated to 1e-10; the angle turns the hanging body
    forward, about z to the right.
    """
    for name, value in (("length_m", length_m), ("fs_hz", fs_hz), ("duration_s", duration_s)):
        if not (np.isfinite(value) and value > 0):
            raise ParameterError(f"{name} is {value}; expected more than 0")
    if not abs(start_deg) <= 170:
        raise ParameterError(f"start_deg is {start_deg}; expected -170 to 170")
    n_time = max(1, round(duration_s * fs_hz))
    time = np.arange(n_time) / fs_hz
    pull = G_MPS2 / length_m
    angle, rate = solve_ivp(
        lambda _, y: (y[1], -pull * np.sin(y[0])),
        (0, time[-1] + 1 / fs_hz),
        (np.radians(start_deg), 0.0),
        t_eval=time,
        method="DOP853",
        rtol=1e-10,
        atol=1e-10,
    ).y
    cos, sin, zero, one = np.cos(angle), np.sin(angle), np.zeros(n_time), np.ones(n_time)
    axes = np.array([[cos, -sin, zero], [sin, cos, zero], [zero, zero, one]]).transpose(2, 0, 1)
    still = np.zeros((n_time, 3))

    def everywhere(values):
        return np.repeat(values[:, None], len(SEGMENTS), axis=1)

    return Motion(
        fs_hz=float(fs_hz),
        rotation=everywhere(axes),
        position=everywhere(still),
        velocity=everywhere(still),
        acceleration=everywhere(still),
        omega=everywhere(np.outer(rate, [0.0, 0, 1])),
        alpha=everywhere(np.outer(-pull * np.sin(angle), [0.0, 0, 1])),
    )
