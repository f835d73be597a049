"""Run one chunk of a long run and write its rows.

python -m workflow.run_units _build/units/latent_motion/overnight/plan.json 000-1a2b3c4d5e
"""

import argparse
import importlib
import inspect
import json
import sys
import time
from pathlib import Path

from gaitnb.errors import GaitnbError
from gaitnb.evidence.provenance import run_record
from gaitnb.evidence.unitfiles import write_pair
from workflow.plan import chunk_file
from workflow.project import WorkflowError, say
from workflow.run_notebook import INTERRUPTED, end_with_parent


def main(argv: list[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="run_units", description=__doc__.split("\n")[0])
    parser.add_argument("plan", type=Path)
    parser.add_argument("chunk")
    asked = parser.parse_args(argv)
    end_with_parent()
    try:
        run(json.loads(asked.plan.read_text(encoding="utf-8")), asked.chunk)
    except GaitnbError as error:
        print(f"  {error}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def run(plan: dict, name: str) -> None:
    """Compute the units of chunk `name` and write table and record: both or none."""
    from gaitnb import data

    found = [chunk for chunk in plan["chunks"] if chunk["id"] == name]
    if not found:
        raise WorkflowError(f"the plan of {plan['chapter']} has no chunk {name}")
    chunk, chapter = found[0], plan["chapter"]
    experiments = importlib.import_module(f"gaitnb.papers.{chapter}.experiments")
    if plan["method"] != experiments.METHOD:
        raise WorkflowError(f"{chapter}: METHOD changed since the plan was made; start again")
    start = time.time()
    recordings = {name: data.open(name) for name in chunk["data"]}
    params = plan["params"]
    where = device(params)
    options = {"device": where} if takes_device(experiments.run_units) else {}
    table = experiments.run_units(chunk["units"], params, recordings, **options)
    seconds = time.time() - start
    command = f"make {plan['profile']} CHAPTER={chapter}"
    meta = {key: plan[key] for key in ("chapter", "profile", "method", "params", "params_hash")}
    meta["data"] = chunk["data"]
    meta["runs"] = [run_record(command, seconds, where if options else "cpu")]
    file = chunk_file(plan, chunk)
    write_pair(file, file.with_suffix(".json"), table.assign(run=0), meta)
    say(
        f"  done    {chapter} {plan['profile']} {name}: {len(chunk['units'])} units, "
        f"{seconds:.0f} s (expected {chunk['seconds']:.0f} s)"
    )


def takes_device(function) -> bool:
    """Whether an experiment can be told where to train."""
    return "device" in inspect.signature(function).parameters


def device(params: dict) -> str:
    """The device that parameters mean; without a word on it, a GPU where there is one."""
    asked = params.get("device", "auto")
    if asked != "auto":
        return asked
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


if __name__ == "__main__":
    sys.exit(main())
