"""A walker made up for tests, in files laid out like those of li2021 and opensim_gait2392."""

import io

import numpy as np
import scipy.io
from data_toys import Folder

from gaitnb.data.readers import li2021, opensim_gait2392

# li2021 --------------------------------------------------------------------------------------

FIRST, N_FRAMES, MASS_KG = 501, 120, 66.0
TURN = np.radians(1.5)  # of the second plate against the first, about the vertical
CENTRE = {"left": np.array([0.2, 0.3]), "right": np.array([0.6, 1.02])}  # nominal, right, forward
MOVED = np.array([0.58, 0.8])  # true centre of the second plate
ORIGIN_MM = np.array([2.6, 2.6, -27.7])
LI_FILES = li2021._files().iloc[0]  # S01, normal, trial 1
T_PHASE = 2 * np.pi * 1.1


def li_truth(t):
    """What the toy walker does at times t in s: lab axes, SI units."""
    count = len(t)
    on = {"left": t < FIRST / 100 + 0.5, "right": (t > FIRST / 100 + 0.4) & (t < FIRST / 100 + 1.1)}
    nominal = {"left": CENTRE["left"] + [0.03, 0.05], "right": CENTRE["right"] + [0.02, 0.1]}
    c, s = np.cos(TURN), np.sin(TURN)
    turn = np.array([[c, -s], [s, c]])
    true = {"left": nominal["left"], "right": MOVED + turn @ [0.02, 0.1]}
    sides = {}
    for side in ("left", "right"):
        local = np.zeros((count, 3))  # on the foot, in the plate's axes: right, forward, up
        local[on[side]] = [-20.0, 30.0, 1.05 * MASS_KG * 9.81]
        lab = local.copy()
        if side == "right":
            lab[:, :2] = local[:, :2] @ turn.T
        sides[side] = {
            "local": local,
            "nominal": nominal[side],
            "cop": true[side],
            "grf": lab[:, [1, 2, 0]],
            "free": np.where(on[side], 4.0, 0.0),
        }
    pitch = -0.3 + 0.5 * np.sin(T_PHASE * t)
    return {
        "sides": sides,
        "pitch": {"L": pitch, "R": -0.3 - 0.5 * np.sin(T_PHASE * t)},
        "rate": {
            "L": 0.5 * T_PHASE * np.cos(T_PHASE * t),
            "R": -0.5 * T_PHASE * np.cos(T_PHASE * t),
        },
        "pelvis": 0.2 + 1.0 * (t - FIRST / 100),
    }


def li_markers(frames):
    """Positions name -> (time, 3) in the lab."""
    truth = li_truth((frames - 1) / 100)
    n, out = len(frames), {}

    def at(x, y, z):
        return np.stack(np.broadcast_arrays(x, y, z, np.zeros(n))[:3], axis=1)

    for side, z, name in (("L", -0.12, "left"), ("R", 0.12, "right")):
        forward, lateral = truth["sides"][name]["cop"][1], truth["sides"][name]["cop"][0]
        pelvis = truth["pelvis"]
        out[f"{side}ASI"] = at(pelvis, 0.95, 0.4 + z)
        out[f"{side}PSI"] = at(pelvis - 0.15, 0.97, 0.4 + z / 2)
        out[f"{side}HIP"] = at(pelvis - 0.05, 0.87, 0.4 + 1.3 * z)
        out[f"{side}ANK"] = at(forward - 0.05, 0.1, lateral)
        pitch = truth["pitch"][side]
        knee = out[f"{side}ANK"] + 0.4 * np.stack([-np.sin(pitch), np.cos(pitch), 0 * pitch], 1)
        out[f"{side}KNE"], out[f"{side}KNE2"] = knee, knee + [0, 0, -z / 2]
        out[f"{side}TIB"] = (knee + out[f"{side}ANK"]) / 2
        out[f"{side}ANK2"] = out[f"{side}ANK"] + [0, 0, -z / 2]
        out[f"{side}HEE"] = at(forward - 0.1, 0.05, lateral)
        out[f"{side}TOE"] = at(forward + 0.12, 0.05, lateral)
    return out


def vicon_markers(points, first, bare=5, prefix="Toy"):
    """Text of a table of trajectories from positions in the lab."""
    names = list(points)
    lab = np.stack([points[name] for name in names], axis=1)
    raw = 1000 * lab[..., [2, 0, 1]] - ORIGIN_MM  # right, forward, up in mm
    lines = [
        "Trajectories",
        "100",
        ",," + ",,,".join(f"{prefix}:{name}" for name in names) + ",,",
        "Frame,Sub Frame" + ",X,Y,Z" * len(names),
        ",," + ",".join(["mm"] * 3 * len(names)),
    ]
    for i, row in enumerate(raw.reshape(len(raw), -1)):
        cells = ["" if np.isnan(v) else f"{v:.4f}" for v in row]
        lines.append(f"{first + i},0," + ",".join(cells))
    lines += [str(first + len(raw) + i) for i in range(bare)]
    return "\n".join(lines) + "\n\n"


def _wand(corner, turn):
    """A wand on a plate: corner in the plate's camera axes (right, forward) in m."""
    c, s = np.cos(turn), np.sin(turn)
    rotate = np.array([[c, -s], [s, c]])
    points = {}
    for name, tip in {
        "TFXN": [-0.08, 0],
        "TFORI": [0, 0],
        "TFXP": [0.16, 0],
        "TFYMid": [0, 0.12],
        "TFYP": [0, 0.2405],
    }.items():
        right, forward = corner + rotate @ tip
        points[name] = np.tile([forward, 0.025, right], (30, 1))
    return vicon_markers(points, 1, prefix="Wand")


def make_li2021():
    """All files of one trial as text or dict; `encode_li2021` makes bytes of them."""
    f = LI_FILES
    frames = FIRST + np.arange(N_FRAMES)
    files = {f.markers: vicon_markers(li_markers(frames), FIRST)}
    files[f.static] = vicon_markers(li_markers(np.full(200, FIRST)), 1, bare=0)
    corner = np.array([0.0088, 0.0087])
    c, s = np.cos(TURN), np.sin(TURN)
    moved = MOVED + np.array([[c, -s], [s, c]]) @ (corner - CENTRE["left"])
    files[f.wand_left], files[f.wand_right] = _wand(corner, 0), _wand(moved, TURN)
    files[f.plates] = _plates()
    t = np.arange(1300) / 100
    truth = li_truth(t)
    legs = []
    for side in "LR":
        acc = np.stack([0 * t, 0 * t + 9.80665, 0.3 * np.sin(T_PHASE * t)], axis=1)
        gyr = np.stack([0.1 * np.sin(t), 0 * t, truth["rate"][side]], axis=1)
        counts = np.concatenate(
            [acc * 4096 / 9.80665, np.degrees(gyr) * 32.768], axis=1
        )  # forward, up, right
        legs.append(-counts[:, [1, 0, 2, 4, 3, 5]])  # down, backward, left
    files[f.imu] = {"TrialLeft": legs[0], "TrialRight": legs[1], "gaitCycle_Left": np.eye(3)}
    return files


def _plates():
    t = (FIRST - 1) / 100 + np.arange(10 * N_FRAMES) / 1000
    truth = li_truth(t)
    cell = np.where(t > t[0] + 1.0, 0.8, 0.1)
    columns = [cell]
    for side in ("left", "right"):
        one = truth["sides"][side]
        force = -one["local"]  # of the foot on the plate
        px, py = one["nominal"] - CENTRE[side]
        moment = np.stack(
            [
                py * force[:, 2],
                -px * force[:, 2],
                px * force[:, 1] - py * force[:, 0] - one["free"],
            ],
            axis=1,
        )
        on = force[:, 2] != 0
        cop = np.where(on[:, None], one["nominal"], CENTRE[side])
        columns += [*force.T, *(1000 * moment.T), *(1000 * cop.T), 0 * t]
    plate = "Fx,Fy,Fz,Mx,My,Mz,Cx,Cy,Cz"
    lines = [
        "Devices",
        "1000",
        ",,Cell" + ",Plate - Force,,,Plate - Moment,,,Plate - CoP,," * 2 + ",",
        f"Frame,Sub Frame,FP3,{plate},{plate}",
        ",,N" + ",N,N,N,N.mm,N.mm,N.mm,mm,mm,mm" * 2,
    ]
    for i, row in enumerate(np.stack(columns, axis=1)):
        lines.append(f"{FIRST + i // 10},{i % 10}," + ",".join(f"{v:.6g}" for v in row))
    return "\n".join(lines) + "\n\n"


def encode(files):
    """Bytes of every file: text as UTF-8, dicts as MATLAB files."""
    encoded = {}
    for path, content in files.items():
        if isinstance(content, dict):
            stream = io.BytesIO()
            scipy.io.savemat(stream, content)
            encoded[path] = stream.getvalue()
        else:
            encoded[path] = content if isinstance(content, bytes) else content.encode()
    return encoded


def read_li2021(files, streams=("markers", "plates", "imu"), **options):
    """Open the toy trial."""
    options = {"subjects": 1, "gaits": "normal", "trials": 1} | options
    return li2021.read(Folder("li2021", encode(files)), streams, **options)


# opensim_gait2392 ----------------------------------------------------------------------------


def storage(name, columns, values, extra="inDegrees=no"):
    """Text of a .mot or .sto file; `values` (row, column)."""
    lines = [name, "version=1", f"nRows={len(values)}", f"nColumns={len(columns)}", extra]
    lines += ["endheader", "\t".join(columns)]
    lines += ["\t".join(f"{v:.8f}" for v in row) for row in values]
    return "\n".join(lines) + "\n"


def trc(names, values, fs_hz, units="mm"):
    """Text of a .trc file; `values` (row, marker, 3)."""
    n, rows = len(names), len(values)
    lines = [
        "PathFileType\t4\t(X/Y/Z)\ttoy.trc",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate",
        f"{fs_hz}\t{fs_hz}\t{rows}\t{n}\t{units}\t{fs_hz}",
        "Frame#\tTime\t" + "\t\t\t".join(names) + "\t\t",
        "\t\t" + "\t".join(f"{a}{i + 1}" for i in range(n) for a in "XYZ"),
        "",
    ]
    for i, row in enumerate(values.reshape(rows, -1)):
        cells = "\t".join(f"{v:.5f}" for v in row)
        lines.append(f"{i + 1}\t{i / fs_hz:.6f}\t{cells}")
    return "\n".join(lines) + "\n"


def make_opensim():
    """All files of the toy subject as text."""
    t = np.arange(121) / 60
    markers = {
        "Top.Head": [0, 1750, 0],
        "R.ASIS": [50, 1000, 120],
        "L.ASIS": [50, 1000, -120],
        "R.Heel": [0, 60, 100],
        "L.Heel": [0, 60, -100],
    }
    values = np.stack([np.tile(p, (len(t), 1)) for p in markers.values()], axis=1).astype(float)
    values[..., 0] += 30 * np.sin(2 * np.pi * t)[:, None]
    files = {opensim_gait2392.MARKERS: trc(list(markers), values, 60)}

    t = np.arange(1201) / 600
    weight = 72.6 * 9.81
    share = 0.5 + 0.5 * np.clip(3 * np.sin(2 * np.pi * t), -1, 1)
    columns, parts = ["time"], [t]
    for prefix, part in (("", share), ("1_", 1 - share)):
        columns += [f"{prefix}ground_{k}{a}" for k in ("force_v", "force_p") for a in "xyz"]
        parts += [30 * part, weight * part, 10 * part, 0.1 + 0 * t, 0 * t, 0.05 + 0 * t]
    for prefix, part in (("", share), ("1_", 1 - share)):
        columns += [f"{prefix}ground_torque_{a}" for a in "xyz"]
        parts += [7.0 * part, 3.0 * part, 14.0 * part]
    files[opensim_gait2392.FORCES] = storage("toy", columns, np.stack(parts, axis=1))
    loads = "".join(
        "<ExternalForce name='f'>"
        f"<applied_to_body> calcn_{leg} </applied_to_body>"
        f"<force_identifier>{p}ground_force_v</force_identifier>"
        f"<point_identifier>{p}ground_force_p</point_identifier>"
        f"<torque_identifier>{p}ground_torque_</torque_identifier></ExternalForce>"
        for leg, p in (("r", ""), ("l", "1_"))
    )
    files[opensim_gait2392.LOADS] = (
        "<OpenSimDocument Version='20302'><ExternalLoads name='x'><objects>"
        f"{loads}</objects></ExternalLoads></OpenSimDocument>"
    )

    t = 0.5 + np.arange(121) / 60
    joints = list(opensim_gait2392.JOINTS)
    angle = {name: 10 + i + 5 * np.sin(2 * np.pi * t) for i, name in enumerate(joints)}
    for letter in "lr":
        angle[f"knee_angle_{letter}"] = -35 + 30 * np.sin(2 * np.pi * t)
    pelvis = {name: 0.1 * i + 0 * t for i, name in enumerate(opensim_gait2392._PELVIS)}
    table = {"time": t} | pelvis | angle
    files[opensim_gait2392.ANGLES] = storage(
        "Coordinates", list(table), np.stack(list(table.values()), axis=1), "inDegrees=yes"
    )
    t = 0.4 + np.arange(73) / 60
    moment = {f"{n}_moment": i + 20 * np.sin(2 * np.pi * t) for i, n in enumerate(joints)}
    moment["ankle_angle_r_moment"] = -100 * np.sin(2 * np.pi * t) ** 2
    table = {"time": t} | moment
    files[opensim_gait2392.MOMENTS] = storage(
        "Inverse Dynamics", list(table), np.stack(list(table.values()), axis=1)
    )
    files[opensim_gait2392.MODEL] = model_xml()
    return files


def _axis(name, coordinate, axis, function):
    return (
        f"<TransformAxis name='{name}'><coordinates>{coordinate}</coordinates>"
        f"<axis>{axis}</axis>{function}</TransformAxis>"
    )


def _joint(name, parent, child, offset, axes):
    frames = "".join(
        f"<PhysicalOffsetFrame name='{b}_offset'><socket_parent>{path}</socket_parent>"
        f"<translation>{o}</translation><orientation>0 0 0</orientation></PhysicalOffsetFrame>"
        for b, path, o in (
            (parent, "/ground" if parent == "ground" else f"/bodyset/{parent}", offset),
            (child, f"/bodyset/{child}", "0 0 0"),
        )
    )
    return (
        f"<CustomJoint name='{name}'><socket_parent_frame>{parent}_offset</socket_parent_frame>"
        f"<socket_child_frame>{child}_offset</socket_child_frame><frames>{frames}</frames>"
        f"<SpatialTransform>{axes}</SpatialTransform></CustomJoint>"
    )


def model_xml():
    """A pelvis that slides and tilts, and a thigh whose joint slides along a parabola."""
    line = "<LinearFunction name='function'><coefficients> 1 0</coefficients></LinearFunction>"
    none = "<Constant name='function'><value>0</value></Constant>"
    knots = np.linspace(-1, 1, 9)
    spline = (
        "<MultiplierFunction name='function'><function><SimmSpline>"
        f"<x>{' '.join(f'{v:.6f}' for v in knots)}</x>"
        f"<y>{' '.join(f'{v:.6f}' for v in 0.1 * knots**2)}</y>"
        "</SimmSpline></function><scale>2</scale></MultiplierFunction>"
    )
    root = _axis("rotation1", "pelvis_tilt", "0 0 1", line)
    root += _axis("rotation2", "", "1 0 0", none) + _axis("rotation3", "", "0 1 0", none)
    root += _axis("translation1", "pelvis_tx", "1 0 0", line)
    root += _axis("translation2", "pelvis_ty", "0 1 0", line)
    root += _axis("translation3", "", "0 0 1", none)
    hip = _axis("rotation1", "hip_flexion_r", "0 0 1", line)
    hip += _axis("rotation2", "", "1 0 0", none) + _axis("rotation3", "", "0 1 0", none)
    hip += _axis("translation1", "hip_flexion_r", "1 0 0", spline)
    hip += _axis("translation2", "", "0 1 0", none) + _axis("translation3", "", "0 0 1", none)
    bodies = "".join(
        f"<Body name='{name}'><mass>{mass}</mass><mass_center>{center}</mass_center>"
        f"<inertia>{inertia}</inertia></Body>"
        for name, mass, center, inertia in (
            ("pelvis", 62.6, "0 0.1 0", "1 2 3 0.1 0.2 0.3"),
            ("femur_r", 10.0, "0 -0.2 0", "0.2 0.1 0.2 0 0 0"),
        )
    )
    joints = _joint("root", "ground", "pelvis", "0 0 0", root)
    joints += _joint("hip_r", "pelvis", "femur_r", "-0.1 0 0.09", hip)
    return (
        "<?xml version='1.0'?><OpenSimDocument Version='40000'><Model name='toy'>"
        f"<gravity>0 -9.80665 0</gravity><BodySet><objects>{bodies}</objects></BodySet>"
        f"<JointSet><objects>{joints}</objects></JointSet><MarkerSet><objects>"
        "<Marker name='R.Thigh'><socket_parent_frame>/bodyset/femur_r</socket_parent_frame>"
        "<location>0.1 -0.2 0</location></Marker></objects></MarkerSet></Model></OpenSimDocument>"
    )


def read_opensim(files, stream):
    """Open one stream of the toy subject."""
    return opensim_gait2392.read(Folder("opensim_gait2392", encode(files)), stream)
