"""Data sets made up for tests, in files like the real ones."""

import io

import numpy as np
import pandas as pd
import scipy.io


def stance_curves(trials, seed=0):
    """Curves (trial, 101) that obey the physics the readers check."""
    rng = np.random.default_rng(seed)
    t = np.linspace(0, 1, 101)
    scale = 1 + 0.05 * rng.standard_normal((trials, 1))
    return {
        "F_V": scale * (1.1 * np.sin(np.pi * t) + 0.35 * np.sin(3 * np.pi * t)),
        "F_AP": -0.2 * scale * np.sin(2 * np.pi * t),
        "F_ML": 0.05 * scale * np.sin(np.pi * t),
        "COP_AP": 0.2 * scale * t,
        "COP_ML": 0.01 * scale * np.sin(np.pi * t),
    }


class Folder:
    """The files of a set in memory, with the interface that readers use."""

    def __init__(self, name, files):
        self.name, self.files = name, files
        self.attrs = {"dataset": name, "source": "made up", "licence": "none needed"}

    def read(self, path):
        return self.files[path]

    def has(self, path):
        return path in self.files

    def where(self, path):
        return f"{self.name}/{path}"

    def digest(self, paths):
        return ""  # no published hashes


def make_csv():
    """Gutenberg layout as DataFrames: 3 people, 2 sessions each, 2 trials a session."""
    subject = np.repeat([1, 2, 3], 4)
    session = np.repeat(np.arange(1, 7), 2)
    trial = np.tile([1, 2], 6)
    ids = pd.DataFrame(
        {"DATASET_ID": 1, "SUBJECT_ID": subject, "SESSION_ID": session, "TRIAL_ID": trial}
    )
    files = {}
    for side, seed in (("left", 0), ("right", 1)):
        for channel, values in stance_curves(len(ids), seed).items():
            names = [f"{channel}_PRO_{k}" for k in range(1, 102)]
            samples = pd.DataFrame(values, columns=names)
            files[f"GRF_{channel}_PRO_{side}.csv"] = pd.concat([ids, samples], axis=1)
    sessions = ids.drop_duplicates("SESSION_ID").drop(columns="TRIAL_ID").reset_index(drop=True)
    files["GRF_metadata.csv"] = sessions.assign(
        CLASS_LABEL="HC",
        SEX=[1, 1, 0, 0, np.nan, np.nan],
        AGE=[20, 21, 30, 30, np.nan, np.nan],
        HEIGHT=[180, 180, 165, 165, 170, 170],
        BODY_MASS=[75.0, 75.5, 60, 60, 66, 66],
    )
    files["GRF_walking_speed.csv"] = ids.assign(
        WALKING_SPEED=np.r_[np.linspace(1.2, 1.7, 11), np.nan]
    )
    return files


def encode_csv(files):
    return {path: t.to_csv(index=False).encode() for path, t in files.items()}


MAT = "2021_acm_small_dataset_v3_aff-unaff-nonorm_1-{}_.mat"


def make_mat():
    """Three files as published: 2 healthy people in each, and 1, 2, 3 patients; 5 trials each."""
    healthy = [0, 5]
    patients = {2: [1], 3: [2, 3], 4: [4, 6, 7]}
    files = {}
    for column, people in patients.items():
        person = np.repeat(healthy + people, 5)
        group = np.where(np.isin(person, healthy), 0, column - 1)
        feature = np.stack([_six_channels(p) for p in person], axis=0)
        feature *= 1 + 0.01 * np.arange(len(person))[:, None, None] % 5
        files[MAT.format(column)] = {
            "Feature": feature,
            "Feature_GRF_AV_Label": np.array(_labels(), dtype=object).reshape(1, 1, 6),
            "Target_Injury": np.eye(4, dtype=np.uint8)[group],
            "Target_Subject": np.eye(8, dtype=np.uint8)[person],
        }
    return files


def _six_channels(seed):
    feet = []
    for side in (0, 1):
        one = stance_curves(1, 10 * seed + side)
        feet += [one["F_ML"][0], one["F_AP"][0], one["F_V"][0]]
    return np.stack(feet)


def _labels():
    return [
        f"ground reaction force - {foot} foot - {axis} force"
        for foot in ("affected", "unaffected")
        for axis in ("fore-aft shear", "medial-lateral shear", "vertical")
    ]


def encode_mat(files):
    encoded = {}
    for path, content in files.items():
        stream = io.BytesIO()
        scipy.io.savemat(stream, content)
        encoded[path] = stream.getvalue()
    return encoded


def make_npy():
    """The layout of pataky2008 with 6 trials a person."""
    files = {f"ex_grf_subj{p:03d}.npy": stance_curves(6, p)["F_V"] for p in range(10)}
    speeds = np.tile([[0.9], [1.4], [2.0]], (2, 10)) + 0.01 * np.arange(10)
    files["ex_grf_speeds.npy"] = speeds
    files["ex_grf_speeds_cond.npy"] = np.tile(np.array([[1], [2], [3]], np.uint8), (2, 10))
    return files


def encode_npy(files):
    encoded = {}
    for path, array in files.items():
        stream = io.BytesIO()
        np.save(stream, array, allow_pickle=array.dtype == object)
        encoded[path] = stream.getvalue()
    return encoded
