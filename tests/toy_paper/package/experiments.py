"""How high is the second peak of the vertical force, by walking speed?"""

import numpy as np
import pandas as pd

METHOD = 1


def units(params):
    """One unit per seed and data set."""
    return [
        {"unit": f"{name}-{seed}", "data": name, "seed": seed}
        for name in ("pataky2008", "lab:toy")
        for seed in range(params["n_seeds"])
    ]


def cost(unit, beside=1):
    """Core-seconds of a unit; later seeds are said to be cheaper, lab units dearer."""
    return 10 - unit["seed"] + 100 * unit["data"].startswith("lab:")


def run_units(units, params, data):
    """One row per unit and person: the mean peak of a random half of the person's trials."""
    rows = []
    for unit in units:
        generator = np.random.default_rng(unit["seed"])
        recordings = data[unit["data"]]
        peak = recordings["grf"].max(("time", "side", "axis")).to_numpy()
        people = recordings["subject"].to_numpy()
        for person in np.unique(people):
            mine = generator.permutation(peak[people == person])
            kept = mine[: max(1, len(mine) // 2)] * params["gain"]
            rows.append((unit["unit"], person, 0, unit["data"], kept.mean(), len(kept)))
    return pd.DataFrame(rows, columns=["unit", "subject", "run", "data", "peak_bw", "n_trials"])
