"""Make `.venv` from the project's files, and the kernel inside it.

Runs under the system's Python, so it uses the standard library only and plain syntax. Does nothing
where pyproject.toml, constraints.txt and this file are as they were when `.venv` was made.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
VERSIONS = ((3, 11), (3, 12), (3, 13))
# One thread a kernel: two notebooks side by side use two cores, and the same seed gives the same
# numbers. Set before numpy and torch are imported, which the kernel's own environment guarantees.
KERNEL = """
import sys
from ipykernel.kernelspec import install
install(
    prefix=sys.prefix,
    kernel_name="python3",
    env={
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
    },
)
import json, pathlib
spec = pathlib.Path(sys.prefix, "share/jupyter/kernels/python3/kernel.json")
kernel = json.loads(spec.read_text())
# Deaf to Ctrl-C while it imports, when an interrupt would print a traceback; ipykernel listens later.
start = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); "
start += "import runpy; runpy.run_module('ipykernel_launcher', run_name='__main__')"
kernel["argv"] = [kernel["argv"][0], "-c", start, "-f", "{connection_file}"]
kernel["argv"] += ["--IPKernelApp.log_level=CRITICAL"]
spec.write_text(json.dumps(kernel, indent=1))
"""


def main():
    """Bring `.venv` up to date; returns the exit code."""
    stamp = VENV / ".made-from"
    if stamp.is_file() and stamp.read_text() == state():
        return 0
    (ROOT / "_build").mkdir(exist_ok=True)
    with (ROOT / "_build" / ".venv.lock").open("w") as lock:
        wait_for(lock)
        if stamp.is_file() and stamp.read_text() == state():
            return 0  # another make was here while we waited
        python = usable_python()
        if python is None:
            print("gaitnb needs Python 3.11, 3.12 or 3.13, and found none of them.")
            print(
                "On Debian or Ubuntu: apt install python3 python3-venv; or set PYTHON=/path/to/python"
            )
            return 1
        start = time.time()
        print("installing into .venv (about two minutes the first time)", flush=True)
        if not same_version(python):
            shutil.rmtree(str(VENV), ignore_errors=True)
        steps = (
            [python, "-m", "venv", str(VENV)],
            [str(VENV / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-input",
             "--disable-pip-version-check", "-c", "constraints.txt", "-e", ".[test]"],
            [str(VENV / "bin" / "python"), "-c", KERNEL],
        )  # fmt: skip
        for step in steps:
            if not quietly(step):
                return 1
        part = VENV / ".made-from.part"
        part.write_text(state())
        part.replace(stamp)
        print(f"installed in {time.time() - start:.0f} s", flush=True)
    return 0


def state():
    """Hash of the files that say what is installed, and of the folder's place."""
    digest = hashlib.sha256(str(VENV).encode())
    for path in (ROOT / "pyproject.toml", ROOT / "constraints.txt", Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def usable_python():
    """The Python that `PYTHON` names, else the first of the supported versions on the path."""
    named = os.environ.get("PYTHON")
    names = (
        [named] if named else ["python3"] + [f"python{major}.{minor}" for major, minor in VERSIONS]
    )
    for name in names:
        found = shutil.which(name)
        if found and version(found) in VERSIONS:
            return found
    return None


def version(python):
    """(major, minor) of a Python executable, or None."""
    code = "import sys; print(*sys.version_info[:2])"
    try:
        out = subprocess.run(
            [python, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except OSError:
        return None
    return tuple(int(part) for part in out.stdout.split()) if out.returncode == 0 else None


def same_version(python):
    """Whether `.venv` holds the same Python version; a half-made one does not."""
    return version(str(VENV / "bin" / "python")) == version(python)


def quietly(command):
    """Run a step; show what it said only when it failed, less pip's notes on empty folders."""
    done = subprocess.run(
        command, cwd=str(ROOT), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        lines = [
            line for line in done.stdout.splitlines() if "is ignored: it is neither" not in line
        ]
        print("\n".join(lines))
        print("this step failed: " + " ".join(command[:4]))
    return done.returncode == 0


def wait_for(lock):
    """Take the lock of the installation; say so where another make holds it."""
    import fcntl

    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        print("another make is installing into .venv; waiting for it", flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)


if __name__ == "__main__":
    sys.exit(main())
