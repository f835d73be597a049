"""A walker with IMUs made up for tests, in files laid out like those of pearl2022 and ipol2023."""

import hashlib
import io
import json

import numpy as np
import pandas as pd
from data_toys import Folder

G = 9.81
FS = 100
F, U, R = np.eye(3)  # forward, up, right in standing
# Rows: the axes x, y, z of a sensor as it is worn, in standing.
WORN = {
    "torso": np.array([0.8 * U - 0.6 * F, R, 0.8 * F + 0.6 * U]),  # the sternum leans
    "pelvis": np.array([U, -R, -F]),
    "lower_back": np.array([U, -R, -F]),
    "thigh_left": np.array([U, F, -R]),
    "thigh_right": np.array([U, -F, R]),
    "shank_left": np.array([U, F, -R]),
    "shank_right": np.array([U, -F, R]),
} | dict.fromkeys(
    ("toes_left", "toes_right", "foot_left", "foot_right"),
    np.array([(U - F) / np.sqrt(2), R, (U + F) / np.sqrt(2)]),
)
ROTATION = {"torso": 0.3, "pelvis": 0.3, "lower_back": 0.3, "thigh": 1.5, "shank": 3, "toes": 4}


class Walker:
    """What somebody does who stands for 2 s and then walks: standing axes, SI units."""

    def __init__(self, seconds=20.0, begin=2.0):
        self.time = np.arange(round(seconds * FS)) / FS
        t = np.clip(self.time - begin, 0, None)
        self.going = 1 - np.exp(-((t / 0.4) ** 2))
        self.phase = 2 * np.pi * (t / 1.2 + 0.15 * np.sin(t / 2) - 0.02 * np.cos(1.3 * t))
        self.lift = 0.2 * self.going * np.cos(2 * self.phase)  # of the body weight, above 1

    def leg_phase(self, name):
        return self.phase + (np.pi if name.endswith("left") else 0)

    def swing(self, side):
        """Share (time,) of 1 where the leg swings fastest: its phase is near a multiple of 2 pi."""
        return self.going * (np.cos(self.leg_phase(side)) + 0.4 * np.cos(2 * self.leg_phase(side)))

    def sensor(self, name):
        """Acceleration and angular velocity (time, 3) in the sensor's axes."""
        acc = np.outer(G * (1 + self.lift), U) + 0.3 * np.outer(self.going * np.sin(self.phase), F)
        size = ROTATION["toes" if name.startswith("foot") else name.split("_")[0].replace(
            "lower", "lower_back")]  # fmt: skip
        gyr = size * np.outer(self.swing(name), R)
        gyr += (
            0.2 * np.outer(self.going * np.sin(self.phase), U)
            + 0.01 * np.sin(7 * self.time)[:, None]
        )
        return acc @ WORN[name].T, gyr @ WORN[name].T

    def plates(self, mass_kg):
        """Force (time, side, 3) in N, centre of pressure in m, free moment (time, side) in Nm."""
        left = np.clip(0.5 + 1.5 * self.going * np.cos(self.phase), 0, 1)  # the right leg swings
        share = np.stack([left, 1 - left], axis=1)
        vertical = share * (mass_kg * G * (1 + self.lift))[:, None]
        force = np.stack([0.1 * vertical * np.sin(self.phase)[:, None], vertical, 0 * vertical], -1)
        force[..., 2] = vertical * [0.05, -0.05]
        cop = np.zeros_like(force)
        cop[..., 0], cop[..., 2] = 0.8, [-0.6, -0.4]
        return force, np.where(share[..., None] > 0, cop, 0.0), 2 * share * [1, -1]


class Hashed(Folder):
    """Files whose hashes are published, so that what is made of them is kept."""

    def digest(self, paths):
        return hashlib.sha256(b"".join(self.files[p] for p in sorted(paths))).hexdigest()


# pearl2022 ---------------------------------------------------------------------------------------

FILED = {
    "torso": "torso", "pelvis": "pelvis", "shank_right": "tibia_r", "thigh_right": "femur_r",
    "shank_left": "tibia_l", "thigh_left": "femur_l", "toes_right": "toes_r", "toes_left": "toes_l",
}  # fmt: skip
MASS = {1: 66.7, 2: 56.0, 3: 78.6, 4: 70.5, 6: 69.7, 7: 77.3}


def pearl_path(kind, subject=1, trial="CSBaseline"):
    return f"Sub{subject:02d}/{trial}/OpenSim_Sub{subject:02d}_{trial}_{kind}"


def make_pearl(subject=1, trial="CSBaseline", late=0, **walk):
    """The files of a trial as DataFrames; the IMUs are `late` samples late (cut at the ends)."""
    walker = Walker(**walk)
    sensors = {name: walker.sensor(name) for name in FILED}
    files = {}
    imu = slice(0, len(walker.time) - late) if late >= 0 else slice(-late, None)
    force = slice(late, None) if late >= 0 else slice(0, len(walker.time) + late)
    for kind, k in (("Accel.trc", 0), ("Gyro.trc", 1)):
        values = np.concatenate([sensors[name][k] for name in FILED], axis=1)[imu]
        names = [f"{filed}.{axis}" for filed in FILED.values() for axis in "xyz"]
        files[pearl_path(kind, subject, trial)] = _timed(values, names)
    grf, cop, moment = (values[force] for values in walker.plates(MASS[subject]))
    columns = {}
    for k, side in enumerate("lr"):
        columns |= {f"{side}F{a}": grf[:, k, i] for i, a in enumerate("xyz")}
        columns |= {f"{side}COP{a}": cop[:, k, i] for i, a in enumerate("xyz")}
    for k, side in enumerate("lr"):
        columns |= {f"{side}M{a}": moment[:, k] * (a == "y") for a in "xyz"}
    values = np.stack(list(columns.values()), axis=1)
    files[pearl_path("GRF.mot", subject, trial)] = _timed(values, list(columns))
    files["MetaData.xlsx"] = pd.DataFrame(
        {
            "Subject ID": [*map(str, MASS), "11 (TKA Patient)", np.nan],
            "Age (Years)": [27, 25, 21, 59, 66, 70, 76, np.nan],
            "Height (m)": [1.81, 1.65, 1.87, 1.67, 1.64, 1.89, 1.64, np.nan],
            "Mass (kg)": [*MASS.values(), 70.9, np.nan],
            "Sex (Self-Reported)": ["F", "F", "M", "F", "F", "M", "F", np.nan],
            "Walking Speed (m/s)": [0.77, 0.73, 0.78, 0.74, 0.72, 0.78, 0.29, np.nan],
        }
    )
    return files


def _timed(values, names):
    table = pd.DataFrame(values, columns=names)
    table.insert(0, "time", np.arange(len(table)) / FS)
    return table


def encode_pearl(files):
    """Bytes of every file; what is bytes already stays."""
    encoders = {"trc": _trc, "mot": _mot, "xlsx": _xlsx}
    return {
        path: c if isinstance(c, bytes) else encoders[path.rpartition(".")[2]](c)
        for path, c in files.items()
    }


def _trc(table):
    names = [c.removesuffix(".x") for c in table if str(c).endswith(".x")]
    axes = "\t".join(f"{a}{k + 1}" for k in range(len(names)) for a in "XYZ")
    head = [
        "PathFileType\t4\t(X/Y/Z)\ttoy.trc",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits",
        f"{FS}\t{FS}\t{len(table)}\t{len(names)}\tm",
        "Frame#\tTime\t" + "\t".join(f"{name}_imu_offset_imu" for name in names),
        "\t\t\t\t" + axes.replace("\tY8", "\t\tY8") + "\t",
        "",
    ]
    table = table.copy()
    table.insert(0, "frame", np.arange(1, len(table) + 1))
    return ("\n".join(head) + "\n" + _rows(table)).encode()


def _mot(table):
    head = ["toy.mot", "version=1", f"nRows={len(table)}", f"nColumns={table.shape[1]}"]
    head += ["inDegrees=no", "endheader", "\t".join(table.columns)]
    return ("\n".join(head) + "\n" + _rows(table)).encode()


def _rows(table):
    return table.to_csv(sep="\t", header=False, index=False, float_format="%.6f")


def _xlsx(table):
    stream = io.BytesIO()
    table.to_excel(stream, index=False, engine="openpyxl")
    return stream.getvalue()


# ipol2023 ----------------------------------------------------------------------------------------

IPOL = {"foot_left": "lf", "foot_right": "rf", "lower_back": "lb"}


def make_ipol(subject=1, trial=1):
    """The files of a trial: DataFrames of the sensors, a dict of the rest."""
    walker = Walker()
    files, name = {}, f"GaitData/{subject}-{trial}"
    for sensor, filed in IPOL.items():
        columns = ["PacketCounter", *(f"{q}_{a}" for q in ("Acc", "Gyr", "Mag") for a in "XYZ")]
        packets = np.arange(len(walker.time), dtype=float)
        acc, gyr = walker.sensor(sensor)
        values = np.column_stack([packets, acc, gyr, 0 * acc])
        files[f"{name}_{filed}.txt"] = pd.DataFrame(values, columns=columns)
    about = {"Subject": subject, "Trial": trial, "Age": 49, "Gender": "F", "Height": 175.0}
    about |= {"Weight": 75.0, "TrialBoundaries": [180, 1900], "UTurnBoundaries": [1000, 1100]}
    for side in ("left", "right"):
        fast = (np.cos(walker.leg_phase(side)) > 0.3) & (walker.time > 3) & (walker.time < 18)
        edges = np.flatnonzero(np.diff(fast.astype(int))) + 1
        edges = edges[int(fast[edges[0] - 1]) :]
        pairs = edges[: len(edges) // 2 * 2].reshape(-1, 2)
        about[f"{side.title()}FootEvents"] = pairs.tolist()
    files[f"{name}.json"] = about
    return files


def encode_ipol(files):
    """Bytes of every file; what is bytes already stays."""
    encoded = {}
    for path, content in files.items():
        if isinstance(content, dict):
            content = json.dumps(content).encode()
        elif isinstance(content, pd.DataFrame):
            rows = content.to_csv(sep="\t", index=False, float_format="%.6f")
            content = b"Acquisition frequency: 100 Hz\n" + rows.encode()
        encoded[path] = content
    return encoded
