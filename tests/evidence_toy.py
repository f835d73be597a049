"""The toy paper, installed as ``gaitnb.papers.toy`` for the time of one test."""

import importlib
import shutil
import sys
from pathlib import Path

import numpy as np
import xarray as xr

import gaitnb.papers
from gaitnb import data
from gaitnb.evidence import provenance, results

SOURCE = Path(__file__).parent / "toy_paper"
PARAMS = {"n_seeds": 2, "gain": 1.0, "run_dir": ""}
FINGERPRINTS = {"pataky2008": "0123456789abcdef", "lab:toy": "fedcba9876543210"}


def recordings(name="pataky2008", **options):
    """Twelve made-up curves of four people, in the layout of the stance curves."""
    n, people = 12, np.repeat(["p1", "p2", "p3", "p4"], 3)
    peak = 1 + 0.02 * np.arange(n)
    grf = peak[:, None, None, None] * np.sin(np.linspace(0, np.pi, 101))[:, None, None]
    return xr.Dataset(
        {"grf": (("trial", "time", "side", "axis"), grf)},
        coords={"subject": ("trial", people), "time": np.arange(101)},
    )


def install(folder, monkeypatch):
    """Copy the package below `folder` and make it a part of ``gaitnb.papers``.

    Returns the folder of the package. Its data are the made-up recordings.
    """
    package = Path(folder) / "papers" / "toy"
    shutil.copytree(SOURCE / "package", package, ignore=shutil.ignore_patterns("__pycache__"))
    # Compiled files are told apart by whole seconds: a test edits faster than that.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setattr(gaitnb.papers, "__path__", [*gaitnb.papers.__path__, str(package.parent)])
    monkeypatch.setattr(data, "open", recordings)
    monkeypatch.setattr(data, "at_hand", lambda name: name == "pataky2008")
    forget()
    return package


def forget():
    """Unload the toy package, so that changed files are read again."""
    for name in [name for name in sys.modules if name.startswith("gaitnb.papers.toy")]:
        del sys.modules[name]
    vars(gaitnb.papers).pop("toy", None)
    importlib.invalidate_caches()


def run(params=PARAMS, profile="overnight"):
    """Compute the toy experiment; returns units and meta, ready to be written."""
    experiments = importlib.import_module("gaitnb.papers.toy.experiments")
    opened = {name: recordings(name) for name in FINGERPRINTS}
    units = experiments.run_units(experiments.units(params), params, opened)
    meta = {
        "chapter": "toy",
        "profile": profile,
        "method": experiments.METHOD,
        "params": params,
        "params_hash": provenance.params_hash(params),
        "data": FINGERPRINTS,
        "runs": [provenance.run_record("gaitnb run toy --profile overnight", 0.1)],
    }
    return units, meta


def run_and_store(package, params=PARAMS, profile="overnight"):
    """Compute the toy experiment and commit its results to the toy package."""
    units, meta = run(params, profile)
    results.write_results(package / "results" / profile, units, meta)
    return units, meta
