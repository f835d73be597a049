"""Our inverse dynamics on an OpenSim model, to be compared with OpenSim's own result.

The model comes as plain numbers (bodies, joints, functions of coordinates), as the reader of
`opensim_gait2392` gives it. Its joints turn about axes of any direction in turn, and a coordinate may
also shift the child (the knee slides as it bends). The load on a coordinate is the generalised
force: the sum over what it moves of joint moment times rotation and joint force times shift per
unit of the coordinate, in Nm for angles and N for lengths.

What differs from OpenSim's tool: coordinates are filtered by scipy's second-order-section
Butterworth filter, and the ends are continued by odd reflection.
"""

import numpy as np
from scipy.interpolate import CubicSpline, make_interp_spline
from scipy.signal import butter, sosfiltfilt

from gaitnb.errors import DataError, ParameterError
from gaitnb.lab.dynamics import newton_euler
from gaitnb.lab.vectors import cross, dot, to_lab

ORDER = 3  # of OpenSim's Butterworth filter, which runs forwards and backwards


def smooth(coordinates, fs_hz, cutoff_hz=6.0):
    """Low-pass filter coordinates and differentiate them twice.

    Parameters
    ----------
    coordinates : mapping of str to array, shape (time,)
        In rad and m, evenly sampled.
    fs_hz : float
        Samples a second.
    cutoff_hz : float or None
        Of the zero-phase low-pass, None for no filter.

    Returns
    -------
    dict of str to array, shape (3, time)
        The coordinate and its first and second derivative, from a quintic spline.

    Raises
    ------
    ParameterError
        If the cutoff is not below half the sampling rate.
    """
    if cutoff_hz is not None and not 0 < cutoff_hz < fs_hz / 2:
        raise ParameterError(f"cutoff_hz is {cutoff_hz}; expected above 0 and below {fs_hz / 2:g}")
    out = {}
    for name, values in coordinates.items():
        values = np.asarray(values, float)
        if not np.isfinite(values).all():
            raise DataError(f"coordinate {name} is not finite in every sample")
        if cutoff_hz is not None:
            sections = butter(ORDER, cutoff_hz, fs=fs_hz, output="sos")
            # the reflection is as long as the filter remembers
            pad = min(len(values) - 1, int(3 * fs_hz / cutoff_hz))
            values = sosfiltfilt(sections, values, padlen=pad)
        spline = make_interp_spline(np.arange(len(values)) / fs_hz, values, k=5)
        t = np.arange(len(values)) / fs_hz
        out[name] = np.stack([spline(t), spline(t, 1), spline(t, 2)])
    return out


def forward(model, coordinates):
    """Place, turn and differentiate all bodies.

    Parameters
    ----------
    model : dict
        ``bodies`` and ``joints`` as `gaitnb.data.readers.opensim_model.parse` describes them.
    coordinates : dict of str to array, shape (3, time)
        From `smooth`.

    Returns
    -------
    dict
        ``bodies`` (names in the order of the arrays), ``parent`` (indices, -1 for the ground);
        ``axes`` (body, axis, 3, time); ``position``, ``acceleration`` (body, 3, time) of the
        joint's frame in the child; ``omega``, ``alpha`` (body, 3, time); ``moves``, a list of
        (coordinate, body, "moment" or "force", direction (3, time) per unit of the coordinate).
    """
    time = len(next(iter(coordinates.values()))[0])
    joints = list(model["joints"].values())
    names = [joint["child"] for joint in joints]
    keys = ("position", "velocity", "acceleration", "omega", "alpha")
    out = {key: np.zeros((len(names), 3, time)) for key in keys}
    out |= {"axes": np.empty((len(names), 3, 3, time)), "bodies": names, "moves": []}
    out["parent"] = [names.index(j["parent"]) if j["parent"] in names else -1 for j in joints]
    for b, joint in enumerate(joints):
        base = _parent_frame(out, model, b, joint, time)
        _turn(out, b, joint, base, coordinates)
        _shift(out, b, joint, base, coordinates)
    return out


def inverse_dynamics(model, coordinates, loads):
    """Generalised forces of all coordinates.

    Parameters
    ----------
    model : dict
        As for `forward`, with ``gravity_m_s2``.
    coordinates : dict of str to array, shape (3, time)
        From `smooth`.
    loads : dict of str to tuple of arrays
        Body -> force (time, 3) in N, centre of pressure (time, 3) in m, free moment about the
        vertical (time,) in Nm. NaN centres mean that nothing acts.

    Returns
    -------
    dict of str to array, shape (time,)
        Coordinate -> Nm for angles, N for lengths; those of the pelvis are the residual.

    Raises
    ------
    DataError
        When a load acts on an unknown body, or gravity is not along -y.
    """
    gravity = np.asarray(model["gravity_m_s2"], float)
    if np.any(gravity[[0, 2]]) or gravity[1] > 0:
        raise DataError(f"gravity is {gravity}; expected along -y")
    state = forward(model, coordinates)
    names = state["bodies"]
    unknown = sorted(set(loads) - set(names))
    if unknown:
        raise DataError(f"loads on {', '.join(unknown)}; the model has {', '.join(names)}")
    force, moment = {}, {}
    for name, (push, cop, free) in loads.items():
        b = names.index(name)
        off = ~np.isfinite(cop).all(axis=1)
        force[b] = np.where(off, 0.0, np.transpose(push))
        lever = np.where(off, 0.0, np.transpose(cop)) - state["position"][b]
        moment[b] = cross(lever, force[b])
        moment[b][1] += np.where(off, 0.0, free)
    joints = list(model["joints"].values())
    bodies = [model["bodies"][name] for name in names]
    kinematics = {k: state[k] for k in ("axes", "position", "acceleration", "omega", "alpha")}
    joint_force, joint_moment = newton_euler(
        state["parent"],
        np.array([body["mass_kg"] for body in bodies]),
        # from the joint's frame, where position is
        np.array([b["mass_center_m"] - j["child_offset_m"] for b, j in zip(bodies, joints, strict=True)]),
        np.array([body["inertia_kgm2"] for body in bodies]),
        **kinematics, external_force=force, external_moment=moment, gravity=-gravity[1],
    )  # fmt: skip
    out = {}
    for coordinate, b, kind, direction in state["moves"]:
        acts = joint_moment[b] if kind == "moment" else joint_force[b]
        out[coordinate] = out.get(coordinate, 0.0) + dot(acts, direction)
    return out


def _parent_frame(out, model, b, joint, time):
    """Axes of the joint in the parent, and the motion of its origin, before the joint moves."""
    p = out["parent"][b]
    fixed = np.asarray(joint["parent_rotation"], float)
    if p < 0:
        axes = np.broadcast_to(np.eye(3)[:, :, None], (3, 3, time))
        zero = np.zeros((3, time))
        offset = np.broadcast_to(np.asarray(joint["parent_offset_m"], float)[:, None], (3, time))
        return _columns(axes, fixed), offset, zero, zero, zero, zero
    axes, omega, alpha = out["axes"][p], out["omega"][p], out["alpha"][p]
    inside = list(model["joints"].values())[p]["child_offset_m"]
    arm = to_lab(axes, (np.asarray(joint["parent_offset_m"]) - inside)[:, None])
    spin = cross(omega, arm)
    return (
        _columns(axes, fixed),
        out["position"][p] + arm,
        out["velocity"][p] + spin,
        out["acceleration"][p] + cross(alpha, arm) + cross(omega, spin),
        omega,
        alpha,
    )


def _turn(out, b, joint, base, coordinates):
    """Turn the child about the joint's three axes in turn."""
    axes, _, _, _, omega, alpha = base
    omega, alpha = omega.copy(), alpha.copy()
    for axis in joint["axes"][:3]:
        direction = to_lab(axes, np.asarray(axis["axis"], float)[:, None])
        angle, rate, turn, slope = _evaluate(axis, coordinates, axes.shape[-1])
        alpha += turn * direction + cross(omega, rate * direction)
        omega += rate * direction
        axes = _rotate(axes, direction, angle)
        if axis["coordinate"]:
            out["moves"].append((axis["coordinate"], b, "moment", slope * direction))
    out["axes"][b] = _columns(axes, np.asarray(joint["child_rotation"], float).T)
    out["omega"][b], out["alpha"][b] = omega, alpha


def _shift(out, b, joint, base, coordinates):
    """Shift the child along the joint's three directions, which the parent carries along."""
    axes, position, velocity, acceleration, omega, alpha = base
    place, speed, change = (np.zeros_like(omega) for _ in range(3))
    for axis in joint["axes"][3:]:
        direction = to_lab(axes, np.asarray(axis["axis"], float)[:, None])
        length, rate, turn, slope = _evaluate(axis, coordinates, axes.shape[-1])
        place += length * direction
        speed += rate * direction
        change += turn * direction
        if axis["coordinate"]:
            out["moves"].append((axis["coordinate"], b, "force", slope * direction))
    spin = cross(omega, place)
    out["position"][b] = position + place
    out["velocity"][b] = velocity + spin + speed
    carried = cross(alpha, place) + cross(omega, spin) + 2 * cross(omega, speed)
    out["acceleration"][b] = acceleration + carried + change


def _evaluate(axis, coordinates, time):
    """Motion along an axis, its two derivatives by time, and its slope by the coordinate."""
    x, y = axis["x"], axis["y"]
    zero = np.zeros(time)
    if not axis["coordinate"] or len(x) == 1:
        return np.full(time, y[0]), zero, zero, zero
    if axis["coordinate"] not in coordinates:
        raise DataError(f"no coordinate {axis['coordinate']}; the model needs it")
    q, qd, qdd = coordinates[axis["coordinate"]]
    if len(x) == 2:
        first = (y[1] - y[0]) / (x[1] - x[0])
        value, slope, bend = y[0] + first * (q - x[0]), np.full(time, first), zero
    else:
        spline = CubicSpline(x, y)
        value, slope, bend = spline(q), spline(q, 1), spline(q, 2)
    return value, slope * qd, slope * qdd + bend * qd**2, slope


def _rotate(axes, direction, angle):
    """Turn axes (axis, 3, time) about a direction of the lab (Rodrigues)."""
    around = np.broadcast_to(direction, axes.shape)
    along = dot(around, axes)[:, None] * around
    return along + np.cos(angle) * (axes - along) + np.sin(angle) * cross(around, axes)


def _columns(axes, fixed):
    """Axes of a frame that is turned by a constant matrix within the given one."""
    return np.einsum("jct,ji->ict", axes, fixed)
