"""Bring committed notebooks up to date: sync the pairs, compile parameters, store fresh outputs.

    python -m workflow.refresh                       what is out of date
    python -m workflow.refresh --all                 everything
    python -m workflow.refresh latent_motion/03      notebooks whose name starts so

Outputs are stored so that a second refresh changes no byte: no time stamps, no progress bars, no
addresses, no paths of this computer.
"""

import argparse
import json
import os
import re
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from gaitnb.errors import GaitnbError
from workflow import lock
from workflow.keys import file_hash, notebook_key
from workflow.pairs import all_pairs, sync
from workflow.project import BUILD, ROOT, Notebook, WorkflowError, say, write_text
from workflow.schema import write_compiled

LARGEST = 1_000_000  # bytes of a notebook with its outputs
# What must not be stored: an address changes with every run, a path belongs to one computer.
ADDRESS = re.compile(r"\bat 0x[0-9a-f]{6,}")


def main(argv: list[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="refresh", description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", help="beginnings of chapter/stem")
    parser.add_argument("--all", action="store_true", help="also what is up to date")
    asked = parser.parse_args(argv)
    try:
        lock.take("make refresh", wait=lock.wanted_to_wait())
        return refresh(asked.names, asked.all)
    except GaitnbError as error:
        print(error, file=sys.stderr)
        return lock.BUSY if isinstance(error, lock.BuildIsRunning) else 1
    except KeyboardInterrupt:
        return 130


def refresh(names: list[str], everything: bool) -> int:
    """Refresh notebooks; returns the number of those that failed, as an exit code."""
    chosen = [nb for nb in all_pairs() if not names or nb.name.startswith(tuple(names))]
    if not chosen:
        raise WorkflowError(f"no notebook is called {' or '.join(names)}...")
    for notebook in chosen:
        sync(notebook)
    for folder in sorted({notebook.path.parent for notebook in chosen}):
        if write_compiled(folder):
            print(f"  wrote   gaitnb/papers/{folder.name}/params.json", flush=True)
    todo = [nb for nb in chosen if everything or _record(nb) != _state(nb)]
    print(f"{len(chosen)} notebooks, {len(todo)} to execute", flush=True)
    os.environ["TQDM_DISABLE"] = "1"
    with ProcessPoolExecutor(max_workers=2) as pool:
        failures = [message for message in pool.map(_one, todo) if message]
    for message in failures:
        print(message, file=sys.stderr)
    return min(len(failures), 1)


def _one(notebook: Notebook) -> str | None:
    """Execute and store one notebook; returns what went wrong, if anything did."""
    start = time.time()
    say(f"  start   {notebook.name}")
    try:
        changed = write_text(notebook.path, executed(notebook.path))
    except GaitnbError as error:
        return f"FAILED  {notebook.name}: {error}"
    file_hash.cache_clear()
    write_text(_record_file(notebook), json.dumps(_state(notebook)))
    what = "changed" if changed else "same"
    say(f"  done    {notebook.name}  {time.time() - start:.0f} s, {what}")
    return None


def executed(path: Path) -> str:
    """Text of a notebook file after its cells ran in their own folder; the file is not changed."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    book = nbformat.read(path, as_version=4)
    client = NotebookClient(
        book,
        kernel_name="python3",
        timeout=None,
        record_timing=False,
        coalesce_streams=True,  # else the pieces depend on timing
        resources={"metadata": {"path": str(path.parent)}},
    )
    try:
        client.execute()
    except CellExecutionError as error:
        raise WorkflowError(re.sub(r"\x1b\[[0-9;]*m", "", str(error))[-3000:]) from None
    return stable(book)


def stable(book) -> str:
    """Text of a notebook without what changes from run to run; refuses what cannot be dropped."""
    import nbformat

    problems = []
    for number, cell in enumerate(book.cells, 1):
        cell.metadata = {k: v for k, v in cell.metadata.items() if k in ("tags", "mystnb")}
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if str(data.get("text/plain", "")).startswith("<xarray."):
                data.pop("text/html", None)  # its HTML has random identifiers
            text = json.dumps(output)
            if ADDRESS.search(text):
                problems.append(f"cell {number} shows an address: {ADDRESS.search(text)[0]}")
            if any(place in text for place in _places()):
                problems.append(f"cell {number} shows a path of this computer")
    book.metadata = {k: v for k, v in book.metadata.items() if k in ("kernelspec", "jupytext")}
    book.metadata["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}
    text = nbformat.writes(book).rstrip("\n") + "\n"
    if len(text.encode()) > LARGEST:
        problems.append(f"the notebook has {len(text.encode()):,} bytes; at most {LARGEST:,}")
    if problems:
        raise WorkflowError("; ".join(problems))
    return text


def _places() -> set[str]:
    """Folders of this computer that must not appear in an output."""
    return {str(ROOT), sys.prefix, str(Path.home())} - {"/"}


def _record_file(notebook: Notebook) -> Path:
    return BUILD / "refresh" / notebook.chapter / f"{notebook.stem}.json"


def _record(notebook: Notebook) -> dict | None:
    """State that the stored outputs were made in, None where it is not known."""
    try:
        return json.loads(_record_file(notebook).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _state(notebook: Notebook) -> dict:
    return {"key": notebook_key(notebook), "file": file_hash(notebook.path)}


if __name__ == "__main__":
    sys.exit(main())
