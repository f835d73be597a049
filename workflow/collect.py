"""Put results together: the chunks of a long run, or what the notebooks of a build wrote.

python -m workflow.collect units _build/units/latent_motion/overnight/plan.json
python -m workflow.collect reduced
"""

import argparse
import json
import shutil
import sys
from pathlib import Path

from gaitnb.errors import GaitnbError
from workflow.project import BUILD, PAPERS, RUN, shown

RESULTS = BUILD / "results"
COMMITTED = ("overnight", "full")


def main(argv: list[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="collect", description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=["units", "reduced"])
    parser.add_argument("plans", nargs="*", type=Path)
    parser.add_argument("--trial", action="store_true", help="below _build, whatever the profile")
    asked = parser.parse_args(argv)
    try:
        if asked.what == "reduced":
            collect_reduced()
        for path in asked.plans:
            collect_units(json.loads(path.read_text(encoding="utf-8")), asked.trial)
    except GaitnbError as error:
        print(f"  {error}", file=sys.stderr)
        return 1
    return 0


def collect_units(plan: dict, trial: bool = False) -> Path:
    """Join the chunks of a plan into `units.csv` and `meta.json`; returns their folder.

    Overnight and full results go into the package, to be committed. Those of a trial, or of a
    plan that waits for data it should have, go below `_build/results`.
    """
    from gaitnb.evidence.results import collect, write_results
    from workflow.plan import chunk_file

    files = [chunk_file(plan, chunk) for chunk in plan["chunks"]]
    names = [unit["unit"] for chunk in plan["chunks"] for unit in chunk["units"]]
    units, meta = collect(files, names)
    chapter, profile = plan["chapter"], plan["profile"]
    packaged = PAPERS / chapter / "results" / profile
    lacking = [] if profile not in COMMITTED or trial else lacks(plan, packaged)
    publish = profile in COMMITTED and not trial and not lacking
    target = packaged if publish else RESULTS / chapter / profile
    write_results(target, units, meta)
    print(f"  {len(names)} units of {chapter}: {shown(target)}")
    if lacking:
        print(f"  not for the package: {', '.join(lacking)} is not at hand")
    return target


def lacks(plan: dict, packaged: Path) -> list[str]:
    """Data sets without which results must not enter the package.

    A set that only its owner may hand out is not waited for, unless the package's present results
    rest on it: they are never replaced by results on less.
    """
    record = packaged / "meta.json"
    before = json.loads(record.read_text(encoding="utf-8"))["data"] if record.is_file() else {}
    waiting = plan["waiting"].items()
    return [name for name, missing in waiting if name in before or not missing["own_copy"]]


def collect_reduced() -> None:
    """Copy what the results notebooks wrote below their `run_dir` to `_build/results`."""
    from gaitnb.evidence.results import write_results
    from gaitnb.evidence.unitfiles import read_pair

    for path in sorted(RUN.glob("*/*/meta.json")):
        units, meta = read_pair(path.with_name("units.csv"), path)
        target = RESULTS / meta["chapter"] / meta["profile"]
        shutil.rmtree(target, ignore_errors=True)
        write_results(target, units, meta)


if __name__ == "__main__":
    sys.exit(main())
