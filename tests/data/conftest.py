"""Folders and tables that stand in for the reader's own."""

import pandas as pd
import pytest

from gaitnb.data import catalog, store


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Empty cache and mirror; returns both."""
    cache, mirror = tmp_path / "cache", tmp_path / "mirror"
    mirror.mkdir()
    monkeypatch.setenv("GAITNB_CACHE", str(cache))
    monkeypatch.setenv("GAITNB_MIRROR", str(mirror))
    monkeypatch.setattr(store, "_VERIFIED", set())
    return cache, mirror


@pytest.fixture
def toy(monkeypatch):
    """Replace the package's tables; returns a function (sets, files) that does it."""

    def replace(sets, files):
        columns = catalog.datasets().columns
        rows = [dict.fromkeys(columns, "") | row for row in sets]
        tables = {
            "datasets.csv": pd.DataFrame(rows, columns=columns),
            "files.csv": pd.DataFrame(
                [[str(v) for v in file] for file in files],
                columns=["dataset", "path", "url", "sha256", "bytes"],
            ),
        }
        monkeypatch.setattr(catalog, "_table", tables.__getitem__)
        catalog._files.cache_clear()

    yield replace
    catalog._files.cache_clear()
