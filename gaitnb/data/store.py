"""Files of data sets on this computer: where they lie, whether they are whole, how they arrive.

Two folders hold data, both as ``<dataset>/<path>``. The *cache* belongs to this package: files
arrive there by download, and a damaged file is removed from it. The *mirror* belongs to the
reader (environment variable ``GAITNB_MIRROR``): it is only read, and its files may be
gzip-compressed (``.gz``).
"""

import contextlib
import errno
import gzip
import hashlib
import importlib.util
import os
import time
import uuid
import warnings
import zlib
from pathlib import Path
from typing import NamedTuple

from gaitnb.errors import DataError

with (
    warnings.catch_warnings()
):  # in a notebook its progress bar asks for widgets, which we do without
    warnings.filterwarnings("ignore", message="IProgress not found")
    import pooch

STALE_PART_S = 3600  # a part file untouched for this long belongs to a download that died
_PACKAGE = "package:"  # url of a file that an installed Python package carries


class File(NamedTuple):
    """One file of a data set; `sha256` is empty and `bytes` 0 where the source gives none."""

    dataset: str
    path: str
    url: str = ""
    sha256: str = ""
    bytes: int = 0


def cache_folder():
    """Return the folder for downloads: ``GAITNB_CACHE``, else the system's cache folder."""
    return Path(os.environ.get("GAITNB_CACHE") or pooch.os_cache("gaitnb")).expanduser()


def mirror_folder():
    """Return the reader's own folder of data, ``GAITNB_MIRROR``, or None where it is not set."""
    name = os.environ.get("GAITNB_MIRROR")
    if not name:
        return None
    folder = Path(name).expanduser()
    if not folder.is_dir():
        raise DataError(
            f"GAITNB_MIRROR names {folder.absolute()}, which is not a folder; "
            "give it as an absolute path or unset it"
        )
    return folder


def find(file):
    """Return the path of a file in package, cache or mirror (perhaps ``.gz``), or None."""
    if file.url.startswith(_PACKAGE):
        package, _, inner = file.url.removeprefix(_PACKAGE).partition("/")
        spec = importlib.util.find_spec(package)
        folders = spec.submodule_search_locations if spec else None
        places = [Path(folder) / inner for folder in folders or ()]
    else:
        places = [cache_folder() / file.dataset / file.path]
        if mirror := mirror_folder():
            places.append(mirror / file.dataset / file.path)
            places.append(mirror / file.dataset / f"{file.path}.gz")
    return next((place for place in places if place.is_file()), None)


def read(file):
    """Return the whole, uncompressed content of a file, verified unless a package carries it.

    A file whose size or hash is not the expected one is refused; when it lies in the cache it is
    removed as well, so that it can be fetched again.

    Raises
    ------
    DataError
        When the file is not at hand, cannot be read, or is damaged.
    """
    place = find(file)
    if place is None:
        raise DataError(f"{file.dataset}/{file.path} is not at hand")
    content, wrong = _load(file, place)
    if not wrong and not file.url.startswith(_PACKAGE):  # a package may store the same data anew;
        wrong = _compare(file, content, place)  # its bytes are held against ours by `problem`
    if wrong:
        raise DataError(f"{place}: {wrong}. {_discard(file, place)}")
    return content


def _load(file, place):
    """Return (content, what is wrong)."""
    try:
        raw = place.read_bytes()
    except OSError as error:
        return b"", f"cannot be read ({error.strerror or error})"
    if place.suffix != ".gz" or file.path.endswith(".gz"):
        return raw, ""
    try:
        return gzip.decompress(raw), ""
    except (OSError, EOFError, zlib.error) as error:
        return b"", f"is not a whole gzip file ({error})"


_VERIFIED = set()  # (path, mtime, size, expected hash) of files hashed by this process


def _compare(file, content, place=None):
    """Return what is wrong with `content`, or ''; a file on disk is hashed once per process."""
    if not file.sha256:
        return ""
    looks = " (an HTML page)" if b"<html" in content[:1000].lower() else ""
    if len(content) != file.bytes:
        return f"found {len(content)} bytes{looks}, expected {file.bytes}"
    key = None
    if place is not None:
        stat = place.stat()
        key = (str(place), stat.st_mtime_ns, stat.st_size, file.sha256)
        if key in _VERIFIED:
            return ""
    found = hashlib.sha256(content).hexdigest()
    if found != file.sha256:
        return f"found SHA-256 {found[:16]}...{looks}, expected {file.sha256[:16]}..."
    if key:
        _VERIFIED.add(key)
    return ""


def _discard(file, place):
    """Remove a damaged file when it lies in our cache; say what happened and what to do."""
    cache, mirror = cache_folder(), mirror_folder()
    shared = mirror is not None and mirror.resolve() == cache.resolve()
    if place != cache / file.dataset / file.path or shared:
        return "It was left as it is; put the right file in its place"
    try:
        place.unlink()
    except OSError as error:
        return f"It could not be removed ({error.strerror or error}); remove it by hand"
    return "It was removed; fetch it again"


def problem(file):
    """Return '' for a whole file, 'missing', or what is wrong; remove it if damaged and ours."""
    place = find(file)
    if place is None:
        return "missing"
    content, wrong = _load(file, place)
    wrong = wrong or _compare(file, content)
    return f"{wrong}. {_discard(file, place)}" if wrong else ""


def size_on_disk(file):
    """Return the uncompressed size in bytes of a file at hand, without reading all of it."""
    place = find(file)
    if place is None:
        return 0
    if place.suffix != ".gz" or file.path.endswith(".gz"):
        return place.stat().st_size
    if place.stat().st_size < 4:
        return 0
    with place.open("rb") as stream:  # a gzip file ends with its uncompressed size modulo 2^32
        stream.seek(-4, os.SEEK_END)
        return int.from_bytes(stream.read(4), "little")


def download(file, count=lambda n: None):
    """Download one file into the cache, or leave nothing behind.

    The bytes go to a part file of a name nobody else uses, in the same folder; only a part whose
    size and SHA-256 are right is renamed, in one step. Two processes may fetch the same file.

    Parameters
    ----------
    file : File
        With url, sha256 and bytes.
    count : callable
        Called with the number of bytes of every piece that was written.

    Returns
    -------
    pathlib.Path
        The file in the cache.

    Raises
    ------
    DataError
        When the connection fails, the disk is full or not writable, or what arrived is not the
        file that was asked for.
    """
    import requests  # pooch downloads with it; here, because importing it takes time

    target = cache_folder() / file.dataset / file.path
    part = target.with_name(f".{target.name}.{uuid.uuid4().hex}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with part.open("xb") as stream:
            pooch.HTTPDownloader(chunk_size=1 << 16)(file.url, _Counted(stream, count), None)
        wrong = _compare(file, part.read_bytes())
        if wrong:
            raise DataError(f"{file.url}: {wrong}. Nothing was kept; try again later")
        part.replace(target)
    except requests.RequestException as error:
        raise DataError(f"{file.url}: download failed ({error}). Nothing was kept") from error
    except OSError as error:
        raise DataError(_why_not_written(error, target)) from error
    finally:
        _remove(part)  # gone already when all went well; also after Ctrl-C
    return target


class _Counted:
    """A stream that reports how much was written to it."""

    def __init__(self, stream, count):
        self.stream, self.count = stream, count

    def write(self, piece):
        self.stream.write(piece)
        self.count(len(piece))

    def flush(self):
        self.stream.flush()


def sweep(dataset):
    """Remove part files that a killed download left in the cache folder of a data set."""
    for part in (cache_folder() / dataset).rglob(".*.part"):
        try:
            if time.time() - part.stat().st_mtime > STALE_PART_S:
                _remove(part)
        except OSError:
            continue  # another process was faster


def _remove(path):
    with contextlib.suppress(OSError):  # a folder that cannot be written holds no part of ours
        path.unlink(missing_ok=True)


def _why_not_written(error, target):
    reason = error.strerror or str(error)
    if error.errno == errno.ENOSPC:
        advice = "make room, or set GAITNB_CACHE to a folder on another disk"
    else:
        advice = "set GAITNB_CACHE to a folder that you may write"
    return f"{target}: cannot be written ({reason}). Nothing was kept; {advice}"
