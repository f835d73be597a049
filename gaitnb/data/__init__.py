"""Data sets: the catalogue, the files, and the readers that turn files into recordings."""

from gaitnb.data.catalog import (
    at_hand,
    datasets,
    fetch,
    files,
    fingerprint,
    how_to_get,
    info,
    verify,
    where,
)
from gaitnb.data.layout import check, to_tensor
from gaitnb.data.source import open

__all__ = [
    "at_hand",
    "check",
    "datasets",
    "fetch",
    "files",
    "fingerprint",
    "how_to_get",
    "info",
    "open",
    "to_tensor",
    "verify",
    "where",
]
