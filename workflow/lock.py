"""One build at a time in a checkout.

The operating system releases the lock when its holder ends, however it ends. Snakemake's own lock
files outlive a `kill -9`; only the holder of this lock may clear them away.
"""

import fcntl
import os
import time
from pathlib import Path

from workflow.project import BUILD, WorkflowError

BUSY = 75  # exit code: a temporary failure, try again


class BuildIsRunning(WorkflowError):
    """Another build holds the lock."""


def take(command: str, wait: bool = False, folder: Path = BUILD) -> int:
    """Take the build lock for this process and for a program that replaces it (`exec`).

    Parameters
    ----------
    command : str
        What is being built, for the message that a second build shows.
    wait : bool
        Wait for the other build instead of raising.
    folder : Path

    Returns
    -------
    int
        The open file; closing it, or the end of the process, releases the lock.

    Raises
    ------
    BuildIsRunning
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(file, 200, 0).decode(errors="replace").strip() or "just started"
        if not wait:
            os.close(file)
            raise BuildIsRunning(
                f"another build is running in this checkout ({holder}); "
                "wait for it to end, or start with WAIT=1 to queue behind it"
            ) from None
        print(f"another build is running ({holder}); waiting for it", flush=True)
        fcntl.flock(file, fcntl.LOCK_EX)
    os.ftruncate(file, 0)
    text = f"{command}, process {os.getpid()}, since {time.strftime('%H:%M:%S')}\n"
    os.pwrite(file, text.encode(), 0)
    os.set_inheritable(file, True)  # kept across exec; Snakemake's own children do not get it
    return file


def wanted_to_wait() -> bool:
    """Whether the caller set WAIT=1."""
    return os.environ.get("WAIT", "") not in ("", "0")
