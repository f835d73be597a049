"""The one door to data: open a data set by name, wherever its files lie."""

import hashlib
import importlib
import inspect

from gaitnb.data import catalog, store, virtual
from gaitnb.errors import DataError


def open(name, **options):
    """Open a data set.

    Parameters
    ----------
    name : str
        A name from `datasets`, or ``lab:`` and a cohort of the virtual lab, such as
        ``lab:healthy_walking``.
    **options
        Options of the set's reader or of the cohort; none is needed.

    Returns
    -------
    xarray.Dataset, list of xarray.Dataset, or pandas.DataFrame
        Recordings in the layout of `gaitnb.data.layout`, a list of them where they differ in
        length, or a table where the set is one; attributes name dataset, source and licence.

    Raises
    ------
    DataError
        When the set is not at hand (with one line on how to get it), a file is damaged or not
        laid out as documented, or this version has no reader for it.
    """
    if virtual.is_cohort(name):
        return virtual.open(name, **options)
    row = catalog.info(name)
    if not row["reader"]:
        places = ", ".join(map(str, catalog.where(name))) or "not at hand"
        raise DataError(f"{name} has no reader in this version; its files: {places}")
    catalog.require(name)
    module, _, function = row["reader"].partition(":")
    reader = getattr(importlib.import_module(f"gaitnb.data.readers.{module}"), function or "read")
    known = list(inspect.signature(reader).parameters)[1:]
    unknown = [option for option in options if option not in known]
    if unknown:
        raise DataError(
            f"{name} has no option {unknown[0]!r}; it has: {', '.join(known) or 'none'}"
        )
    return reader(Source(name), **options)


class Source:
    """The files of one data set, wherever they lie; what a reader is given.

    Attributes
    ----------
    name : str
        Name of the data set.
    attrs : dict
        dataset, source and licence, for the attributes of what the reader returns.
    """

    def __init__(self, name):
        row = catalog.info(name)
        self.name = name
        self.attrs = {"dataset": name, "source": row["citation"], "licence": row["licence"]}

    def read(self, path):
        """Return the verified content of a file, as bytes."""
        return store.read(catalog.file_of(self.name, path))

    def has(self, path):
        """Say whether a file is at hand."""
        return store.find(catalog.file_of(self.name, path)) is not None

    def where(self, path):
        """Return where the file lies, for a message."""
        return str(store.find(catalog.file_of(self.name, path)) or f"{self.name}/{path}")

    def digest(self, paths):
        """Return a hash of the published hashes of files, or "" when one of them has none."""
        found = [catalog.file_of(self.name, path).sha256 for path in paths]
        if not all(found):
            return ""
        return hashlib.sha256("\n".join(found).encode()).hexdigest()
