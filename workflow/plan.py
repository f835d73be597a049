"""The plan of a long run: which units, in which chunks, on which data, at what cost.

A chunk is a few units worth 5 to 20 minutes on one core. Its name holds a hash over everything
that decides its numbers, so a chunk that is there is finished, and one of an older method, other
parameters or other data is never mixed in.
"""

import argparse
import hashlib
import importlib
import json
import sys
from itertools import groupby
from pathlib import Path

from gaitnb.errors import GaitnbError
from gaitnb.evidence.provenance import params_hash
from gaitnb.params import nearest
from workflow.project import PAPERS, UNITS, WorkflowError, notebooks, write_text
from workflow.run_notebook import parameter_values

CHUNK_SECONDS = 600.0
UNKNOWN_SECONDS = 120.0  # of a unit whose chapter does not say what it costs
PROFILES = ("smoke", "overnight", "full")


def main(argv: list[str] | None = None) -> int:
    """Print the plan of one chapter, or of all; returns the exit code."""
    parser = argparse.ArgumentParser(prog="plan", description=__doc__.split("\n")[0])
    parser.add_argument("profile", choices=PROFILES)
    parser.add_argument("--chapter")
    asked = parser.parse_args(argv)
    try:
        for chapter in chapters(asked.chapter):
            print(summary(make_plan(chapter, asked.profile)))
    except GaitnbError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def chapters(only: str | None = None) -> list[str]:
    """Chapters that have experiments; `only` must be one of them."""
    found = sorted(path.parent.name for path in PAPERS.glob("*/experiments.py"))
    if only and only not in found:
        raise WorkflowError(f"unknown chapter {only}; {nearest(only, found)}")
    return [only] if only else found


def results_notebook(chapter: str):
    """The notebook whose parameters are those of the chapter's experiments."""
    found = [nb for nb in notebooks(chapter) if nb.stem[2:] == "_results"]
    if len(found) != 1:
        raise WorkflowError(
            f"book/{chapter}: expected one notebook NN_results.ipynb, found {len(found)}"
        )
    return found[0]


def make_plan(chapter: str, profile: str) -> dict:
    """Lay out a long run.

    Returns
    -------
    dict
        chapter, profile, method, params, params_hash, data (fingerprint per data set at hand),
        chunks (list of id, units, seconds: core-seconds expected), waiting (data sets that are
        not at hand: number of units and how to get them), measured (whether the chapter states
        its costs).
    """
    from gaitnb import data

    experiments = importlib.import_module(f"gaitnb.papers.{chapter}.experiments")
    params = parameter_values(results_notebook(chapter), profile, [])
    cost = getattr(experiments, "cost", None)
    plan = {
        "chapter": chapter,
        "profile": profile,
        "method": experiments.METHOD,
        "params": params,
        "params_hash": params_hash(params),
        "data": {},
        "chunks": [],
        "waiting": {},
        "measured": cost is not None,
    }
    together = getattr(experiments, "side_by_side", None)
    for names, units in _by_data(experiments.units(params), chapter).items():
        missing = [n for n in names if not data.at_hand(n)]
        for name in missing:
            plan["waiting"].setdefault(name, {
                "units": 0,
                "how": data.how_to_get(name),
                "own_copy": data.info(name)["access"] == "manual",
            })["units"] += len(units)  # fmt: skip
        if not missing:
            plan["data"] |= {name: data.fingerprint(name) for name in names}
            groups = group(units, cost or (lambda unit, beside: UNKNOWN_SECONDS), together=together)
            plan["chunks"] += [_chunk(plan, names, *one) for one in groups]
    for number, chunk in enumerate(plan["chunks"]):
        chunk["id"] = f"{number:03d}-{chunk['id']}"
    return plan


def _by_data(units: list[dict], chapter: str) -> dict[tuple[str, ...], list[dict]]:
    """Units by the data sets they need, in order; refuses units that are not as documented."""
    grouped: dict[tuple[str, ...], list[dict]] = {}
    seen = set()
    for unit in units:
        try:
            json.dumps(unit)
            name, needs = unit["unit"], (unit["data"], *filter(None, [unit.get("also")]))
        except (TypeError, KeyError) as error:
            raise WorkflowError(
                f"{chapter}: units() gave {unit!r}; expected plain values with `unit` and `data`"
                f" ({error})"
            ) from None
        if name in seen:
            raise WorkflowError(f"{chapter}: units() gave the unit {name} twice")
        seen.add(name)
        grouped.setdefault(needs, []).append(unit)
    if not seen:
        raise WorkflowError(f"{chapter}: units() gave none")
    return grouped


def group(
    units: list[dict], cost, aim: float = CHUNK_SECONDS, together=None
) -> list[tuple[list[dict], float]]:
    """Cut a list of units into chunks of about `aim` core-seconds, in order.

    Neighbours for which `together` gives the same key are cheaper in one chunk; a run of them is
    cut only where it is worth more than twice the aim. ``cost(unit, beside)`` is told how many
    they are.
    """
    keys = [together(unit) if together else i for i, unit in enumerate(units)]
    beside = [len(run) for _, found in groupby(keys) for run in [list(found)] for _ in run]
    chunks, now, seconds = [], [], 0.0
    for i, unit in enumerate(units):
        now.append(unit)
        seconds += float(cost(unit, beside[i]))
        goes_on = i + 1 < len(units) and keys[i + 1] == keys[i]
        if seconds >= (2 * aim if goes_on else aim / 2 if together else aim):
            chunks.append((now, seconds))
            now, seconds = [], 0.0
    if now:
        chunks.append((now, seconds))
    return chunks


def _chunk(plan: dict, names: tuple[str, ...], units: list[dict], seconds: float) -> dict:
    fingerprints = {name: plan["data"][name] for name in names}
    decides = [plan["method"], plan["params_hash"], fingerprints, units]
    digest = hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()
    return {
        "id": digest[:10], "data": fingerprints, "seconds": round(seconds, 1), "units": units,
    }  # fmt: skip


def folder(plan: dict) -> Path:
    """Where the chunks of a plan lie."""
    return UNITS / plan["chapter"] / plan["profile"]


def chunk_file(plan: dict, chunk: dict) -> Path:
    """The table of a chunk; its record lies beside it as .json."""
    return folder(plan) / f"{chunk['id']}.csv"


def done(plan: dict, chunk: dict) -> bool:
    """Whether a chunk has been run: its record is written last."""
    return chunk_file(plan, chunk).with_suffix(".json").is_file()


def write_plan(plan: dict) -> Path:
    """Write `plan.json` beside the chunks; jobs read it there."""
    path = folder(plan) / "plan.json"
    write_text(path, json.dumps(plan, indent=1) + "\n")
    return path


def summary(plan: dict) -> str:
    """The plan in words: units, chunks, what is done, hours to go."""
    chunks = plan["chunks"]
    todo = [chunk for chunk in chunks if not done(plan, chunk)]
    hours = sum(chunk["seconds"] for chunk in todo) / 3600
    lines = [
        f"{plan['chapter']} at profile {plan['profile']} (method {plan['method']}, "
        f"parameters {plan['params_hash']}):",
        f"  {sum(len(chunk['units']) for chunk in chunks)} units in {len(chunks)} chunks, "
        f"{len(chunks) - len(todo)} done; about {hours:.1f} core-hours to go"
        + ("" if plan["measured"] else " (a guess: the chapter does not state its costs)"),
    ]
    for name in dict.fromkeys(next(iter(chunk["data"])) for chunk in chunks):
        mine = [chunk for chunk in chunks if next(iter(chunk["data"])) == name]
        seconds = sum(chunk["seconds"] for chunk in mine)
        units = sum(len(chunk["units"]) for chunk in mine)
        lines.append(f"  {name}: {units} units, {seconds / 3600:.2f} core-hours in all")
    for name, missing in plan["waiting"].items():
        lines.append(f"  {name} is not at hand, {missing['units']} units wait: {missing['how']}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
