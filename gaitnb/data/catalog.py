"""Which data sets there are, what of them is at hand, and how the rest is fetched.

The tables ``datasets.csv`` (one row per data set) and ``files.csv`` (one row per file with a
public address) are part of the package.
"""

import difflib
import functools
import gzip
import hashlib
import importlib.resources

import pandas as pd

from gaitnb.data import store, virtual
from gaitnb.errors import DataError


@functools.cache
def _table(name):
    path = importlib.resources.files("gaitnb.data") / name
    with path.open(encoding="utf-8") as stream:
        return pd.read_csv(stream, dtype=str, keep_default_na=False)


@functools.cache
def _files(name):
    table = _table("files.csv")
    rows = table[table["dataset"] == name].itertuples(index=False)
    return tuple(store.File(r.dataset, r.path, r.url, r.sha256, int(r.bytes)) for r in rows)


def datasets():
    """Return the catalogue of data sets.

    Returns
    -------
    pandas.DataFrame
        One row per set: name, title, kind (real, virtual), access (package: comes with an
        installed Python package; download: `fetch` gets it; manual: the reader places it),
        licence, citation, doi, url, description, layout, chapters, and what this package needs
        to find and read it (reader, requires, borrows, how_to_get).
    """
    return _table("datasets.csv").copy()


def files(name=None):
    """Return the files with a public address: dataset, path, url, sha256, bytes.

    Parameters
    ----------
    name : str, optional
        One data set; all sets by default.

    Returns
    -------
    pandas.DataFrame
        `sha256` and `bytes` are those of the uncompressed file.
    """
    table = _table("files.csv").astype({"bytes": int})
    return table if name is None else table[table["dataset"] == info(name)["name"]]


def info(name):
    """Return the catalogue row of a data set as a dict.

    Raises
    ------
    DataError
        When no set has that name; the message offers similar names.
    """
    table = _table("datasets.csv")
    rows = table[table["name"] == name]
    if rows.empty:
        close = difflib.get_close_matches(str(name), table["name"], n=3, cutoff=0.4)
        hint = f"; did you mean {' or '.join(close)}?" if close else ""
        raise DataError(f"no data set is called {name!r}{hint} Known: {', '.join(table['name'])}")
    return rows.iloc[0].to_dict()


def at_hand(name):
    """Say whether all files that opening the set needs are on this computer.

    Cohorts of the virtual lab are made on the spot: they always are.
    """
    if virtual.is_cohort(name):
        return bool(virtual.cohort(name))
    found, needed = presence(name)
    return found == needed


def require(name):
    """Raise a DataError with one line on how to get the set when it is not at hand."""
    if not at_hand(name):
        found, needed = presence(name)
        some = f" ({found} of {needed} files are)" if found else ""
        raise DataError(f"{name} is not at hand{some}. To get it: {how_to_get(name)}")


def presence(name):
    """Return (found, needed): how many of the files that opening needs are on this computer."""
    row = info(name)
    if row["access"] == "manual":
        found = [bool(_find_pattern(row, pattern)) for pattern in row["requires"].split(";")]
    else:
        found = [store.find(file) is not None for file in _files(name)]
    return sum(found), len(found)


def how_to_get(name):
    """Return one line that says how a reader gets the set."""
    if virtual.is_cohort(name):
        return f"is made by the virtual lab: gaitnb.data.open({name!r})"
    row = info(name)
    if row["access"] == "package":
        return f"comes with the Python package {_package(name)}: pip install {_package(name)}"
    if row["access"] == "download":
        return f"gaitnb data fetch {name}"
    return row["how_to_get"]


def where(name):
    """Return the folders that hold files of the set, as a list of `pathlib.Path`."""
    info(name)
    tops = []
    for file in _files(name):
        if place := store.find(file):
            depth = len(file.path.split("/"))
            tops.append(place.parents[depth - 1])
    for folder in _folders(name):
        if folder.is_dir() and not _files(name):
            tops.append(folder)
    return list(dict.fromkeys(tops))


def fetch(name, progress=True):
    """Download what is not at hand of a data set into the cache.

    Parameters
    ----------
    name : str
        A set with access "download"; for "package" nothing is to be done.
    progress : bool
        Show a progress bar.

    Returns
    -------
    int
        Number of files downloaded.

    Raises
    ------
    DataError
        When the set must be fetched by hand, or a download fails. Files that arrived before
        stay: the next call goes on from there.
    """
    from tqdm import tqdm

    row = info(name)
    if row["access"] == "manual":
        raise DataError(f"{name} cannot be fetched. To get it: {row['how_to_get']}")
    if row["access"] == "package":
        require(name)
        return 0
    store.sweep(name)
    missing = [file for file in _files(name) if store.problem(file)]
    total = sum(file.bytes for file in missing)
    off = not (progress and missing)
    with tqdm(total=total, unit="B", unit_scale=True, desc=name, disable=off) as bar:
        for file in missing:
            store.download(file, bar.update)
    return len(missing)


def verify(name):
    """Check size and SHA-256 of every file of a set; damaged files in the cache are removed.

    Returns
    -------
    pandas.DataFrame
        Columns path, place and problem; `problem` is empty for a whole file, "missing", or says
        what was found and expected. Files of manual sets have no published hash: they are only
        checked to be there.
    """
    row = info(name)
    if row["access"] == "manual":
        rows = []
        for pattern in row["requires"].split(";"):
            places = _find_pattern(row, pattern)
            rows += [(pattern, str(place), "") for place in places] or [(pattern, "", "missing")]
    else:
        rows = [(f.path, str(store.find(f) or ""), store.problem(f)) for f in _files(name)]
    return pd.DataFrame(rows, columns=["path", "place", "problem"])


def fingerprint(name):
    """Return a short hash that changes when the data change.

    Returns
    -------
    str
        16 hexadecimal digits: of the published hashes for a download, of the bytes on this
        computer for a packaged or manual set, of the lab's version for a virtual cohort.
    """
    if virtual.is_cohort(name):
        return virtual.fingerprint(name)
    row = info(name)
    if row["access"] == "download":
        parts = [f"{file.path}:{file.sha256}" for file in _files(name)]
    else:
        require(name)
        places = [store.find(file) for file in _files(name)]
        for pattern in row["requires"].split(";") if row["access"] == "manual" else ():
            places += _find_pattern(row, pattern)
        places = dict.fromkeys(places)  # a file may be named by two patterns
        parts = [f"{place.name.removesuffix('.gz')}:{_digest(place)}" for place in places]
    return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()[:16]


def _digest(place):
    stat = place.stat()
    return _digest_of(str(place), stat.st_mtime_ns, stat.st_size)


@functools.cache
def _digest_of(place, mtime, size):
    opener = gzip.open if place.endswith(".gz") else open
    with opener(place, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _package(name):
    return _files(name)[0].url.removeprefix("package:").split("/")[0]


def file_of(name, path):
    """The table's row of a file, or one without a hash; the latter may lie in a borrowed set."""
    for file in _files(name):
        if file.path == path:
            return file
    file = store.File(name, path)
    lender = info(name)["borrows"]
    if lender and not store.find(file):
        lent = next((f for f in _files(lender) if f.path == path), None)
        if lent and store.find(lent):
            return lent
    return file


def _folders(name):
    mirror = store.mirror_folder()
    return [top / name for top in (store.cache_folder(), mirror) if top is not None]


def _find_pattern(row, pattern):
    """Return the files that a pattern of `requires` names, in cache, mirror or lending set."""
    if "*" not in pattern:
        place = store.find(file_of(row["name"], pattern))
        return [place] if place else []
    for folder in _folders(row["name"]):
        if found := sorted(p for p in folder.glob(pattern) if p.is_file()):
            return found
    return []
