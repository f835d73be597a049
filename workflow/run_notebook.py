"""Run one notebook with papermill: check its parameters first, keep a partial copy if it fails.

python -m workflow.run_notebook latent_motion/01_data --out FILE.ipynb --run-dir FOLDER
"""

import argparse
import os
import re
import secrets
import sys
import threading
import time
from pathlib import Path

from gaitnb.errors import GaitnbError
from gaitnb.params import from_text, load_profile, validate
from workflow.project import BOOK, Notebook, WorkflowError, empty_folder, notebooks, say, shown
from workflow.schema import notebook_parameters, profile_file

INTERRUPTED = 130


def main(argv: list[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="run_notebook", description=__doc__.split("\n")[0])
    parser.add_argument("notebook", help="chapter/stem")
    parser.add_argument("--out", type=Path, required=True, help="where the run notebook goes")
    parser.add_argument("--run-dir", type=Path, help="folder that the notebook may write into")
    parser.add_argument("--profile", default="reduced")
    parser.add_argument("-p", dest="pairs", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--key", default="", help="stored in the run notebook")
    asked = parser.parse_args(argv)
    end_with_parent()
    try:
        notebook = find(asked.notebook)
        values = parameter_values(notebook, asked.profile, asked.pairs)
        run(notebook, values, asked.out, asked.run_dir, asked.key)
    except GaitnbError as error:
        print(f"  {error}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def find(name: str) -> Notebook:
    """The notebook called ``chapter/stem``."""
    chapter, _, stem = name.removesuffix(".ipynb").removeprefix("book/").partition("/")
    for notebook in notebooks(chapter):
        if notebook.stem == stem:
            return notebook
    raise WorkflowError(f"there is no notebook {name} below {shown(BOOK)}")


def parameter_values(notebook: Notebook, profile: str, pairs: list[str]) -> dict:
    """All values of a run, checked before any kernel starts: the profile's, then `pairs`."""
    schema = notebook_parameters(notebook.path)
    values = {}
    if profile != "reduced":
        path = profile_file(notebook, profile)
        values = validate(schema, load_profile(path), shown(path))
    values |= from_text(schema, pairs, f"{notebook.name}, -p")
    return validate(schema, values, notebook.name)


def run(notebook: Notebook, values: dict, out: Path, run_dir: Path | None, key: str = "") -> float:
    """Execute a copy of the notebook; returns the seconds it took.

    While it runs the copy has a name of its own, so that two writers never share a file. It gets
    the name `out` when all cells succeeded; otherwise ``NN_name.part.ipynb`` is left to be read.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError

    out.parent.mkdir(parents=True, exist_ok=True)
    work = out.with_name(f".{out.stem}.{secrets.token_hex(4)}.ipynb")
    failed = out.with_suffix(".part.ipynb")
    given = changed(notebook, values)
    if run_dir is not None and "run_dir" in values:
        given["run_dir"] = str(empty_folder(run_dir).resolve())
    os.environ["TQDM_DISABLE"] = "1"
    say(f"  start   {notebook.name}")
    start = time.time()
    try:
        papermill.execute_notebook(
            notebook.path,
            work,
            parameters=given,
            cwd=out.parent,
            progress_bar=False,
            log_output=False,
        )
    except PapermillExecutionError as error:
        work.replace(failed)
        raise WorkflowError(_failure(notebook, error, time.time() - start, failed)) from None
    except Exception as error:  # no kernel, a dead kernel: still a message and a readable copy
        if work.exists():
            work.replace(failed)
        what = f"{type(error).__name__}: {error}"
        raise WorkflowError(
            f"FAILED  {notebook.name}: {what}\n  partial copy: {shown(failed)}"
        ) from error
    else:
        seconds = time.time() - start
        _finish(work, seconds, key)
        work.replace(out)
        failed.unlink(missing_ok=True)
    finally:
        work.unlink(missing_ok=True)
    say(f"  done    {notebook.name}  {seconds:.0f} s")
    return seconds


def changed(notebook: Notebook, values: dict) -> dict:
    """The values that differ from the notebook's own cell."""
    schema = notebook_parameters(notebook.path)
    return {name: value for name, value in values.items() if value != schema[name].default}


def _finish(path: Path, seconds: float, key: str) -> None:
    """Turn papermill's copy into a page: no machine's paths, no time stamps, but key and seconds."""
    import nbformat

    book = nbformat.read(path, as_version=4)
    for cell in book.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
    for cell in [c for c in book.cells if "injected-parameters" in c.metadata.get("tags", [])]:
        lines = [line for line in cell.source.splitlines() if not line.startswith("run_dir =")]
        cell.source = "\n".join(lines)
        if not [line for line in lines if line and not line.startswith("#")]:
            book.cells.remove(cell)
    book.metadata.pop("papermill", None)
    book.metadata["gaitnb"] = {"key": key, "seconds": round(seconds, 1)}
    nbformat.write(book, path)


def _failure(notebook: Notebook, error, seconds: float, failed: Path) -> str:
    """Which cell failed, the end of its traceback, and where the partial copy lies."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(error.traceback))
    tail = "\n".join(f"    {line}" for line in text.splitlines()[-15:])
    return (
        f"FAILED  {notebook.name} after {seconds:.0f} s, in cell "
        f"In [{error.exec_count}]: {error.ename}: {error.evalue}\n{tail}\n"
        f"  partial copy: {shown(failed)}"
    )


def end_with_parent() -> None:
    """End this process when the one that started it is gone: a killed build leaves no orphans."""
    parent = os.getppid()

    def watch():
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)  # the kernel watches us in the same way

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
