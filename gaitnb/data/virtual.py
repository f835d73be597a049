"""Cohorts of the virtual lab behind the one door to data: names ``lab:<cohort>``.

A cohort is kept in the cache as NetCDF, named by its options and by the lab's code, so that the
second time it is read instead of computed. A cache that cannot be written costs time, nothing else.
"""

import contextlib
import difflib
import functools
import hashlib
import importlib
import inspect
import json
import uuid
from pathlib import Path

import xarray as xr

from gaitnb import lab
from gaitnb.data import store
from gaitnb.data.layout import check
from gaitnb.errors import DataError

PREFIX = "lab:"
COHORTS = {
    "healthy_walking": "gaitnb.lab.cohorts:healthy_walking",
    "healthy_forces": "gaitnb.lab.stances:healthy_forces",
}
_DAMAGED = (OSError, ValueError, KeyError, TypeError, EOFError, IndexError)
# What changes how a cohort is computed, not what comes out.
_NOT_KEPT = ("processes",)


def is_cohort(name):
    """Say whether a name belongs to the virtual lab."""
    return str(name).startswith(PREFIX)


def cohort(name):
    """Return the function that makes a cohort.

    Raises
    ------
    DataError
        When the lab has no cohort of that name.
    """
    short = name.removeprefix(PREFIX)
    if short not in COHORTS:
        close = difflib.get_close_matches(short, COHORTS, n=1, cutoff=0.4)
        hint = f"; did you mean {PREFIX}{close[0]}?" if close else ""
        known = ", ".join(PREFIX + name for name in COHORTS)
        raise DataError(f"the virtual lab has no cohort {name!r}{hint} Known: {known}")
    module, _, function = COHORTS[short].partition(":")
    return getattr(importlib.import_module(module), function)


def open(name, **options):
    """Make a cohort, or read it where it was made before.

    Parameters
    ----------
    name : str
        ``lab:`` and one of `COHORTS`.
    **options
        Those of the cohort's function.

    Returns
    -------
    xarray.Dataset
        In the layout of `gaitnb.data.layout`.
    """
    make = cohort(name)
    known = inspect.signature(make).parameters
    unknown = [option for option in options if option not in known]
    if unknown:
        raise DataError(f"{name} has no option {unknown[0]!r}; it has: {', '.join(known)}")
    place = _place(name, known, options)
    if place is None:
        return check(make(**options))
    with contextlib.suppress(*_DAMAGED):
        return check(_text_as_text(xr.load_dataset(place, engine="scipy")))
    made = check(make(**options))
    with contextlib.suppress(OSError):  # a cache that is full or read-only
        _keep(place, made)
    return made


def fingerprint(name):
    """Return what changes when the numbers of a cohort change: its name and the lab's version."""
    cohort(name)
    return hashlib.sha256(f"{name} {lab.VERSION}".encode()).hexdigest()[:16]


def _place(name, known, options):
    """File of a cohort in the cache; None where an option cannot be written down."""
    values = {key: options.get(key, parameter.default) for key, parameter in known.items()}
    kept = {key: value for key, value in values.items() if key not in _NOT_KEPT}
    try:
        text = json.dumps(kept, sort_keys=True)
    except TypeError:  # people of the reader's own
        return None
    key = hashlib.sha256(f"{text}:{_code()}".encode()).hexdigest()[:16]
    return store.cache_folder() / "lab" / f"{name.removeprefix(PREFIX)}.{key}.nc"


def _text_as_text(kept):
    """NetCDF gives text back as objects."""
    text = [name for name, values in kept.coords.items() if values.dtype.kind == "O"]
    return kept.assign_coords({name: kept[name].astype(str) for name in text})


def _keep(place, made):
    """Write beside and rename, so that a half-written file is never met."""
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f".{place.name}.{uuid.uuid4().hex}.part")
    try:
        made.to_netcdf(part, engine="scipy")
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)


@functools.cache
def _code():
    """Return a hash of the files of `gaitnb.lab`."""
    folder = Path(lab.__file__).parent
    paths = sorted(p for p in folder.rglob("*") if p.suffix in (".py", ".npz"))
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()
