"""Parsed files, kept in the cache so that a data set opens quickly the second time.

What a reader makes of its files (arrays by name) lies as one ``.npz`` per call below
``<cache>/parsed/<dataset>/``. Its name is a hash of the files' content and of the code of
`gaitnb.data`, so that other files, or another way to read them, never meet old arrays. A cache
that cannot be written costs time, nothing else.
"""

import contextlib
import functools
import hashlib
import uuid
import zipfile
import zlib
from pathlib import Path

import numpy as np

from gaitnb.data import store

_DAMAGED = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)


def cached(source, paths, name, build):
    """Return ``build()``, from the cache where it was built from the same files before.

    Parameters
    ----------
    source : gaitnb.data.source.Source
        The files.
    paths : sequence of str
        All files that `build` reads; their hashes name the entry.
    name : str
        What is built, for the file's name: letters, digits, ``-`` and ``_``.
    build : callable
        Returns a dict of str to numpy.ndarray (numbers or text, no objects). It must depend on
        the files alone.

    Returns
    -------
    dict of str to numpy.ndarray

    Raises
    ------
    DataError
        From `build`; then nothing is kept.
    """
    digest = source.digest(paths)
    if not digest:  # files without a published hash may change unseen
        return _arrays(build)
    key = hashlib.sha256(f"{digest}:{_code()}".encode()).hexdigest()[:16]
    place = store.cache_folder() / "parsed" / source.name / f"{name}.{key}.npz"
    with contextlib.suppress(*_DAMAGED), np.load(place, allow_pickle=False) as kept:
        return {array: kept[array] for array in kept.files}
    arrays = _arrays(build)
    with contextlib.suppress(OSError):  # a cache that is full or read-only
        _keep(place, arrays)
    return arrays


def _arrays(build):
    """Arrays in the order of memory in which a file gives them: sums come out the same."""
    return {array: np.asarray(values, order="C") for array, values in build().items()}


def _keep(place, arrays):
    """Write beside and rename, so that a half-written file is never met; drop what it replaces."""
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f".{place.name}.{uuid.uuid4().hex}.part")
    try:
        with part.open("xb") as stream:
            np.savez(stream, **arrays)
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)
    for old in place.parent.glob(f"{place.name.split('.')[0]}.*.npz"):
        if old != place:
            with contextlib.suppress(OSError):
                old.unlink()


@functools.cache
def _code():
    """Return a hash of the modules of `gaitnb.data`."""
    folder = Path(__file__).parent
    content = (path.read_bytes() for path in sorted(folder.rglob("*.py")))
    return hashlib.sha256(b"\0".join(content)).hexdigest()
