"""Recordings made up for tests, in the layout of `gaitnb.data.layout`."""

import numpy as np
import xarray as xr

from gaitnb.data import layout


def recording(subject="toy-01", trial="a", n=1000, fs_hz=100.0, seed=0, begin_s=0.0, n_trials=1):
    """Two IMUs and a force with a centre of pressure that is missing half of the time."""
    rng = np.random.default_rng(seed)
    time = begin_s + np.arange(n) / fs_hz
    slow = np.sin(2 * np.pi * time)[None, :, None, None]
    acc = slow + 0.1 * rng.normal(size=(n_trials, n, 2, 3)) + 5
    cop = np.where(np.sin(2 * np.pi * time) > 0, 0.1, np.nan)[None, :, None, None]
    variables = {
        "acc": (("trial", "time", "sensor", "axis"), acc, {"units": "m/s^2"}),
        "gyr": (("trial", "time", "sensor", "axis"), 3 * (acc - 5), {"units": "rad/s"}),
        "cop": (
            ("trial", "time", "side", "axis"),
            np.broadcast_to(cop, (n_trials, n, 2, 3)).copy(),
            {"units": "m"},
        ),
    }
    coords = {
        "time": ("time", time, {"units": "s"}),
        "sensor": ["shank_left", "shank_right"],
        "side": ["left", "right"],
        "axis": list("xyz"),
        "subject": ("trial", [subject] * n_trials),
        "condition": ("trial", [f"condition {trial}"] * n_trials),
        "speed_mps": ("trial", [1.2] * n_trials, {"units": "m/s"}),
        "measured": (("time", "sensor"), np.ones((n, 2), dtype=bool)),
    }
    attrs = {"dataset": "toy", "frame": "lab", "source": "made up", "licence": "none needed"}
    return layout.check(xr.Dataset(variables, coords, attrs | {"fs_hz": fs_hz, "trial": trial}))
