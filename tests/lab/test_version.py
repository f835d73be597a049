"""The lab's numbers and its VERSION change together.

Results that rest on virtual people are stale when `gaitnb.lab.VERSION` was raised, and only then: a
change of the lab's numbers without it would leave old results looking fresh. After raising it,

    python tests/lab/test_version.py

writes the numbers of the new version.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from gaitnb import lab
from gaitnb.lab import cohorts, stances

FILE = Path(__file__).with_name("version.json")


def numbers():
    """A few quantities that nearly every change of the lab moves."""
    walk = cohorts.healthy_walking(1, speeds_mps=[0.9, 1.5], duration_s=4.0, seed=7)
    found = {
        f"{name}, root mean square": float(np.sqrt(np.nanmean(walk[name].astype(float) ** 2)))
        for name in walk.data_vars
    }
    stance = stances.healthy_forces(1, seed=7)
    found["trials"] = stance.sizes["trial"]
    found["vertical peak"] = float(stance["grf"].sel(axis="y").max("time").mean())
    found["speed"] = float(stance["speed_mps"].mean())
    return found


def test_the_version_was_raised_with_the_numbers():
    stored = json.loads(FILE.read_text())
    assert stored["version"] == lab.VERSION, f"{__doc__}"
    # other processors and libraries move the last digits, a changed lab far more
    assert numbers() == pytest.approx(stored["numbers"], rel=2e-3), __doc__


if __name__ == "__main__":
    FILE.write_text(json.dumps({"version": lab.VERSION, "numbers": numbers()}, indent=1) + "\n")
