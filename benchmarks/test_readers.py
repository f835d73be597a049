"""Opening all of pearl2022: the first time, the second time, and files read by hand."""

import io
import os

import pandas as pd
import pytest

from gaitnb import data
from gaitnb.data import store
from gaitnb.data.readers.pearl2022_files import SUBJECTS, TRIALS, path
from gaitnb.data.source import Source

pytestmark = pytest.mark.skipif(
    not os.environ.get("GAITNB_MIRROR"), reason="needs recordings in GAITNB_MIRROR"
)


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    """A function that makes the cache an empty folder and forgets which files were verified."""

    def empty(name="cache"):
        monkeypatch.setenv("GAITNB_CACHE", str(tmp_path / name))
        monkeypatch.setattr(store, "_VERIFIED", set())

    empty()
    return empty


def by_hand():
    """What one writes first: pandas on every file, nothing checked, nothing kept."""
    source = Source("pearl2022")
    tables = []
    for subject in SUBJECTS:
        for trial in TRIALS:
            for kind, skip in (("Accel.trc", 5), ("Gyro.trc", 5), ("GRF.mot", 7)):
                content = source.read(path(subject, trial, kind))
                tables.append(
                    pd.read_csv(io.BytesIO(content), sep="\t", skiprows=skip, header=None)
                )
    return tables


@pytest.mark.benchmark(group="opening all of pearl2022")
def test_by_hand(benchmark, empty_cache):
    benchmark.extra_info |= {"items": 24, "item": "trial", "reference": True}
    assert len(benchmark.pedantic(by_hand, setup=empty_cache, rounds=2)) == 72


@pytest.mark.benchmark(group="opening all of pearl2022")
def test_first_time(benchmark, empty_cache):
    benchmark.extra_info |= {"items": 24, "item": "trial"}
    folders = iter("abcdef")
    opened = benchmark.pedantic(
        lambda: data.open("pearl2022"), setup=lambda: empty_cache(next(folders)), rounds=2
    )
    assert len(opened) == 24


@pytest.mark.benchmark(group="opening all of pearl2022")
def test_second_time(benchmark, empty_cache):
    benchmark.extra_info |= {"items": 24, "item": "trial"}
    first = data.open("pearl2022")
    second = benchmark.pedantic(lambda: data.open("pearl2022"), rounds=5)
    assert all(a.identical(b) for a, b in zip(first, second, strict=True))
