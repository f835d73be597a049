"""Where a number comes from: parameters, source code, versions, machine."""

import hashlib
import importlib.metadata
import importlib.resources
import json
import platform
import sys

# They say where a run happens and where it writes, not what it computes.
NOT_HASHED = ("run_dir", "device")

KEY_PACKAGES = (
    "gaitnb",
    "numpy",
    "scipy",
    "pandas",
    "xarray",
    "torch",
    "scikit-learn",
    "PyWavelets",
    "statsmodels",
    "pingouin",
    "spm1d",
    "diptest",
)


def params_hash(params):
    """Hash a full set of parameters, independent of their order.

    Parameters
    ----------
    params : dict
        Names and values (numbers, strings, booleans, lists of these). ``run_dir`` and
        ``device`` are left out.

    Returns
    -------
    str
        16 hexadecimal digits.
    """
    kept = {name: value for name, value in params.items() if name not in NOT_HASHED}
    # allow_nan=False: NaN is not JSON, and a parameter that is NaN is a mistake.
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_plain)
    return _digest([text.encode()])


def tree_hash():
    """Hash the source of the installed package: every .py and .csv outside of ``results``.

    Works without git and does not depend on line endings.

    Returns
    -------
    str
        16 hexadecimal digits.
    """
    return hash_sources(importlib.resources.files("gaitnb"))


def hash_sources(root):
    """Hash the .py and .csv files below a folder (a path or package resource)."""
    parts = []
    for name, file in sorted(_sources(root), key=lambda item: item[0]):
        parts += [name.encode(), normal_lines(file.read_bytes())]
    return _digest(parts)


def normal_lines(content):
    """Bytes with every line ending as ``\\n``: a checkout on Windows hashes alike."""
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def run_record(command, seconds, device="cpu"):
    """Describe one run, for ``meta["runs"]``.

    Parameters
    ----------
    command : str
        What was typed, without paths of this machine.
    seconds : float
        Time that the run took.
    device : str
        "cpu", "cuda", ...

    Returns
    -------
    dict
        tree, versions, threads, device, seconds, command, platform, python.
    """
    torch = sys.modules.get("torch")  # loading it only to count threads would take seconds
    versions = {}
    for name in KEY_PACKAGES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return {
        "tree": tree_hash(),
        "versions": versions,
        "threads": torch.get_num_threads() if torch else None,
        "device": str(device),
        "seconds": round(float(seconds), 1),
        "command": command,
        "platform": platform.platform(),
        "python": platform.python_version(),
    }


def _sources(folder, prefix=""):
    for item in folder.iterdir():
        if item.is_dir():
            if item.name not in ("results", "__pycache__"):
                yield from _sources(item, f"{prefix}{item.name}/")
        elif item.name.endswith((".py", ".csv")):
            yield prefix + item.name, item


def _digest(parts):
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))  # so that ("ab", "c") differs from ("a", "bc")
        digest.update(part)
    return digest.hexdigest()[:16]


def _plain(value):
    if hasattr(value, "tolist"):  # numpy scalars and arrays
        return value.tolist()
    raise TypeError(f"a parameter may not be a {type(value).__name__}: {value!r}")
