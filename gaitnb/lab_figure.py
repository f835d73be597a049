"""A walking figure in three dimensions with ground forces, which plays and turns in the page."""

import numpy as np

from gaitnb.errors import DataError, ParameterError
from gaitnb.figures import COLORS
from gaitnb.lab.dynamics import GRAVITY, SIDES
from gaitnb.lab.segments import INDEX, SEGMENTS

FRAMES = (2, 120)  # more would make the page heavy
_DIGITS = 3  # of the coordinates in the page: millimetres
_HAND = 1.74  # end of the hand in forearm lengths: (0.146 + 0.108) / 0.146 of the height
_FLOOR_M = 0.5  # between the lines on the floor
# name of a trace -> colour, width in px
_LOOK = {
    "floor": ("#c8c8c8", 2),
    "middle": ("#555555", 6),
    "left": (COLORS[1], 6),
    "right": (COLORS[0], 6),
    "force": (COLORS[2], 5),
}


def walking_figure(
    motion, body, force, cop, n_frames=30, slow=2.0, follow=True, newton_per_m=1200.0, title=""
):
    """Stick figure with force arrows, buttons to play and pause, and a slider over time.

    Parameters
    ----------
    motion : gaitnb.lab.motion.Motion
        Best one whole stride, which plays on without a jump.
    body : gaitnb.lab.segments.Body
        Gives heels, toe tips, hands and the top of the head.
    force : array, shape (time, side, 3)
        Ground on foot, N, left first.
    cop : array, shape (time, side, 3)
        Centre of pressure, m; NaN in swing.
    n_frames : int
        Evenly spaced pictures, 2 to 120.
    slow : float
        How many times slower than in reality it plays.
    follow : bool
        Go along with the figure at its mean velocity: it walks on the spot and the floor moves.
    newton_per_m : float
        Force that is drawn 1 m long.
    title : str

    Returns
    -------
    plotly.graph_objects.Figure
        For `gaitnb.figures.show_plotly`. Its axes are the lab's x, -z and y, as plotly's third axis
        points up.

    Raises
    ------
    ParameterError
        If shapes do not belong together, or a number is out of range.
    DataError
        If motion or force is not finite, or a loaded foot has no centre of pressure.
    """
    import plotly.graph_objects as go

    force, cop = _checked(motion, force, cop)
    count = len(force)
    for name, value, low, high in (
        ("n_frames", n_frames, FRAMES[0], min(FRAMES[1], count)),
        ("slow", slow, 0.1, 100),
        ("newton_per_m", newton_per_m, 1, 1e5),
    ):
        if not low <= value <= high:
            raise ParameterError(f"{name} is {value}; expected {low} to {high}")
    pick = np.arange(n_frames) * count // n_frames
    lines = _sticks(motion.position[pick], motion.rotation[pick], body)
    lines["force"] = _arrows(force[pick] / newton_per_m, cop[pick])
    seconds = pick / motion.fs_hz
    along = motion.velocity[:, INDEX["pelvis"]].mean(axis=0) * [1, 0, 1] if follow else np.zeros(3)
    path = (seconds[:, None] * along)[:, None]  # (frame, 1, axis): what the view moves
    lines = {name: points - path for name, points in lines.items()}
    low, high = _box(lines)
    lines = {"floor": _floor(low, high, path), **lines}

    names = [str(number) for number in range(n_frames)]
    first = [
        go.Scatter3d(
            _points(points[0]), name=name, hoverinfo="skip",
            mode="lines+markers" if name == "middle" else "lines",
            marker={"size": [16, *[0] * (points.shape[1] - 1)], "color": _LOOK[name][0]},  # head
            line={"color": _LOOK[name][0], "width": _LOOK[name][1]},
        )
        for name, points in lines.items()
    ]  # fmt: skip
    frames = [
        go.Frame(
            name=name,
            data=[go.Scatter3d(_points(points[k])) for points in lines.values()],
            traces=list(range(len(lines))),
        )
        for k, name in enumerate(names)
    ]
    fig = go.Figure(data=[*first, _triad(go, low)], frames=frames)
    wait_ms = 1000 * slow * count / motion.fs_hz / n_frames
    weight_m = body.mass.sum() * GRAVITY / newton_per_m
    fig.update_layout(
        height=620,
        margin={"l": 0, "r": 0, "t": 80, "b": 0},
        modebar={"orientation": "v"},
        showlegend=False,
        title={
            "text": title,
            "font": {"size": 14},
            "subtitle": {
                "text": "<b style='color:{}'>left</b>, <b style='color:{}'>right</b>, "
                "<b style='color:{}'>ground on foot</b><br>"
                "1 BW is {:.2f} m long; floor lines {:g} m apart".format(
                    *(_LOOK[name][0] for name in ("left", "right", "force")), weight_m, _FLOOR_M
                )
            },
        },
        scene=_scene(low, high),
        updatemenus=[_buttons(names, wait_ms)],
        sliders=[_slider(names, seconds)],
    )
    return fig


def _checked(motion, force, cop):
    """Force and centre of pressure as arrays; the second is zero where it is not needed."""
    count = motion.position.shape[0]
    force, cop = np.asarray(force, float), np.asarray(cop, float)
    for name, values, expected in (
        ("motion.position", motion.position, (count, len(SEGMENTS), 3)),
        ("motion.rotation", motion.rotation, (count, len(SEGMENTS), 3, 3)),
        ("force", force, (count, len(SIDES), 3)),
        ("cop", cop, (count, len(SIDES), 3)),
    ):
        if np.shape(values) != expected:
            raise ParameterError(f"{name} has shape {np.shape(values)}; expected {expected}")
        if name != "cop" and not np.isfinite(values).all():
            raise DataError(f"{name} is not finite in every sample")
    lost = np.isnan(cop).any(axis=2) & (force != 0).any(axis=2)
    if lost.any():
        raise DataError(f"cop is NaN where the foot is loaded, in {int(lost.sum())} samples")
    return force, np.nan_to_num(cop)


def _sticks(position, rotation, body):
    """Lines through joints and ends: name -> (frame, point, 3), broken where NaN."""

    def at(segment, *local):
        i = INDEX[segment]
        return position[:, i] + rotation[:, i] @ np.array(local, float)

    gap = np.full((len(position), 3), np.nan)
    out = {
        "middle": [
            at("head", 0, 0.55 * body.length[INDEX["head"]], 0), at("head", 0, 0, 0),
            at("trunk", 0, 0, 0), at("pelvis", 0, 0, 0), gap,
            at("upper_arm_left", 0, 0, 0), at("head", 0, 0, 0), at("upper_arm_right", 0, 0, 0),
            gap, at("thigh_left", 0, 0, 0), at("pelvis", 0, 0, 0), at("thigh_right", 0, 0, 0),
        ]
    }  # fmt: skip
    for side in SIDES:
        foot, toes, arm = f"foot_{side}", f"toes_{side}", f"forearm_{side}"
        ball = at(toes, 0, -body.ball_height_m, 0)
        tip = at(toes, body.toe_tip_m - body.ball_m, -body.ball_height_m, 0)
        out[side] = [
            at(f"thigh_{side}", 0, 0, 0), at(f"shank_{side}", 0, 0, 0), at(foot, 0, 0, 0),
            at(foot, body.heel_m, -body.ankle_height_m, 0), ball, tip, gap,
            ball, at(foot, 0, 0, 0), gap,
            at(f"upper_arm_{side}", 0, 0, 0), at(arm, 0, 0, 0),
            at(arm, 0, -_HAND * body.length[INDEX[arm]], 0),
        ]  # fmt: skip
    return {name: np.stack(points, axis=1) for name, points in out.items()}


def _arrows(vector, start):
    """Arrows of both feet as one broken line, (frame, point, 3); none where the force is zero."""
    tip = start + vector
    length = np.linalg.norm(vector, axis=2, keepdims=True)
    back = 0.08 * vector / np.maximum(length, 1e-9) * np.minimum(1, length / 0.16)
    wide = 0.4 * np.stack([back[..., 1], -back[..., 0], 0 * back[..., 2]], axis=-1)
    gap = np.full_like(tip, np.nan)
    points = np.stack([start, tip, tip - back + wide, gap, tip, tip - back - wide, gap], axis=2)
    points[length[..., 0] < 1e-6] = np.nan
    return points.reshape(len(points), -1, 3)


def _box(lines):
    every = np.concatenate([points.reshape(-1, 3) for points in lines.values()])
    room = np.array([0.4, 0.1, 0.2])
    low, high = np.nanmin(every, axis=0) - room, np.nanmax(every, axis=0) + room
    low[1] = min(low[1], 0.0)
    return np.round(low, 2), np.round(high, 2)


def _floor(low, high, path):
    """Lines across the floor, which move with the view, and its two edges."""
    count = int(np.ceil((high[0] - low[0]) / _FLOOR_M))  # the same in every picture
    first = low[0] + (-path[:, 0, :1] - low[0]) % _FLOOR_M  # (frame, 1)
    across = first + _FLOOR_M * np.arange(count)
    across[across > high[0]] = np.nan
    edges = np.broadcast_to([low[0], high[0]] * 2, (len(path), 4))
    # start, end and gap of every line
    x = np.concatenate([across.repeat(2, axis=1), edges], axis=1).reshape(len(path), -1, 2)
    z = np.array([[low[2], high[2]]] * count + [[low[2]] * 2, [high[2]] * 2])
    lines = np.full((len(path), count + 2, 3, 3), np.nan)
    lines[:, :, :2, 0], lines[:, :, :2, 1], lines[:, :, :2, 2] = x, 0.0, z
    lines[np.isnan(lines[..., 0])] = np.nan
    return lines.reshape(len(path), -1, 3)


def _points(points):
    """Coordinates for plotly, whose third axis points up; gaps are null."""
    rounded = np.round(points, _DIGITS) + 0.0  # no -0.0
    x, y, z = ([None if np.isnan(v) else v for v in row] for row in rounded.T.tolist())
    return {"x": x, "y": [None if v is None else -v or 0.0 for v in z], "z": y}


def _triad(go, low):
    """The lab's axes on the floor."""
    corner = np.array([low[0], 0.0, low[2]])
    ends = corner + 0.35 * np.eye(3)
    points = np.stack([ends[0], corner, ends[1], corner, ends[2]])
    return go.Scatter3d(
        _points(points), mode="lines+text", text=["x forward", "", "y up", "", "z right"],
        line={"color": "#222222", "width": 3}, textfont={"size": 11}, hoverinfo="skip",
    )  # fmt: skip


def _scene(low, high):
    size = high - low

    def axis(low, high):
        # a little wider, since lines on the border would be cut off
        return {"visible": False, "showspikes": False, "range": [low - 0.01, high + 0.01]}

    return {
        "xaxis": axis(low[0], high[0]),
        "yaxis": axis(-high[2], -low[2]),
        "zaxis": axis(low[1], high[1]),
        "aspectmode": "manual",
        "aspectratio": dict(zip("xzy", np.round(size / size.max(), 4).tolist(), strict=True)),
        "camera": {"eye": {"x": 0.5, "y": -1.25, "z": 0.2}, "center": {"x": 0, "y": 0, "z": -0.03}},
        "dragmode": "turntable",
        "uirevision": "stay",  # playing does not turn the view back
    }


def _buttons(names, wait_ms):
    def button(label, what, **options):
        options = {"mode": "immediate", "transition": {"duration": 0}} | options
        return {"label": label, "method": "animate", "args": [what, options]}

    frame = {"duration": round(wait_ms), "redraw": True}
    return {
        "type": "buttons",
        "direction": "left",
        "x": 0.0, "xanchor": "left", "y": 0.0, "yanchor": "top",
        "pad": {"t": 8, "r": 10},
        "showactive": False,
        "buttons": [
            button("Play", names * 10, frame=frame),
            button("Pause", [None], frame={"duration": 0, "redraw": False}),
        ],
    }  # fmt: skip


def _slider(names, seconds):
    options = {"mode": "immediate", "frame": {"duration": 0, "redraw": True}}
    return {
        "x": 0.0, "len": 1.0, "y": 0.0, "yanchor": "top",
        "pad": {"t": 50, "l": 10, "r": 10},
        "currentvalue": {"prefix": "time (s): ", "font": {"size": 12, "color": "#444444"}},
        "ticklen": 0,
        "minorticklen": 0,
        "font": {"color": "rgba(0,0,0,0)"},
        "steps": [
            {"label": f"{t:.2f}", "method": "animate", "args": [[name], options]}
            for name, t in zip(names, seconds, strict=True)
        ],
    }  # fmt: skip
