"""Start a build: take the lock, find what is out of date, then become Snakemake.

python -m workflow.driver book
python -m workflow.driver units overnight --chapter latent_motion
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from gaitnb.errors import GaitnbError
from workflow import lock
from workflow.keys import notebook_key
from workflow.plan import PROFILES, chapters, chunk_file, make_plan, summary, write_plan
from workflow.project import BUILD, ROOT, Notebook, WorkflowError, shown, toc_notebooks, write_text
from workflow.schema import notebook_parameters


def main(argv: list[str] | None = None) -> int:
    """Command line; returns the exit code where it does not end in Snakemake."""
    parser = argparse.ArgumentParser(prog="driver", description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("book")
    units = commands.add_parser("units")
    units.add_argument("profile", choices=PROFILES)
    units.add_argument("--chapter")
    asked = parser.parse_args(argv)
    what = "make book" if asked.command == "book" else f"make {asked.profile}"
    try:
        lock.take(what, wait=lock.wanted_to_wait())
        config = book() if asked.command == "book" else long_run(asked.profile, asked.chapter)
        unlock()
        become_snakemake(asked.command, config)
    except GaitnbError as error:
        print(error, file=sys.stderr)
        return lock.BUSY if isinstance(error, lock.BuildIsRunning) else 1
    except KeyboardInterrupt:
        return 130
    return 0


def book() -> dict:
    """What Snakemake needs to know for the book; staged notebooks that are out of date go away."""
    shown_notebooks = toc_notebooks()
    for notebook in shown_notebooks:
        notebook_parameters(notebook.path)  # a mistake in a cell is found before any kernel starts
    keys = {notebook.name: notebook_key(notebook) for notebook in shown_notebooks}
    todo = [nb for nb in shown_notebooks if staged_key(nb) != keys[nb.name]]
    for notebook in todo:
        notebook.staged.unlink(missing_ok=True)
    for path in BUILD.glob("stage/book/*/.*.ipynb"):
        path.unlink()  # copies of a build that was killed
    print(f"{len(shown_notebooks)} notebooks, {len(todo)} to run", flush=True)
    return {"notebooks": keys}


def staged_key(notebook: Notebook) -> str | None:
    """Key of the last successful run of a notebook, None where there is none."""
    try:
        metadata = json.loads(notebook.staged.read_text(encoding="utf-8"))["metadata"]
        return metadata["gaitnb"]["key"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def long_run(profile: str, chapter: str | None) -> dict:
    """What Snakemake needs to know for a long run: its plans and the files to make."""
    trial = os.environ.get("ALLOW_DIRTY", "") not in ("", "0")
    if not trial:
        refuse_changed_sources()
    plans = [make_plan(name, profile) for name in chapters(chapter)]
    for plan in plans:
        print(summary(plan), flush=True)
    return {
        "plans": [shown(write_plan(plan)) for plan in plans],
        "chunks": [shown(chunk_file(plan, chunk)) for plan in plans for chunk in plan["chunks"]],
        "trial": trial,
    }


def refuse_changed_sources() -> None:
    """Raise where the package differs from its last commit: results could not be traced then."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        raise WorkflowError("this is no git checkout, so results could not name their source; "
                            "ALLOW_DIRTY=1 writes them below _build instead")  # fmt: skip
    pathspec = ["gaitnb", ":(exclude,glob)gaitnb/papers/*/results/**"]
    changed = subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=all", "--", *pathspec],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    if changed:
        raise WorkflowError(
            f"gaitnb/ differs from its last commit ({changed[0][3:]}"
            f"{f' and {len(changed) - 1} more' if len(changed) > 1 else ''}): commit first, "
            "or ALLOW_DIRTY=1 to write results below _build only"
        )


def unlock() -> None:
    """Clear Snakemake's lock files of a killed build. Only for the holder of our own lock."""
    locks = ROOT / ".snakemake" / "locks"
    if locks.is_dir() and any(locks.iterdir()):
        print("the build before this one was interrupted; going on where it was", flush=True)
        shutil.rmtree(locks)


def become_snakemake(target: str, config: dict) -> None:
    """Replace this process by Snakemake, which keeps the lock for as long as it lives."""
    path = BUILD / f"{target}.json"
    write_text(path, json.dumps(config | {"start": time.time()}, indent=1))
    profile = os.environ.get("GAITNB_WORKFLOW_PROFILE", str(Path("workflow/profiles/local")))
    os.chdir(ROOT)
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = "1"
    sys.stdout.flush()
    os.execv(
        sys.executable,
        [sys.executable, "-m", "snakemake", target, "--snakefile", "workflow/Snakefile",
         "--workflow-profile", profile, "--configfile", str(path)],
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
