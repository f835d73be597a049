"""Cohorts of the virtual lab behind the one door: the cache, its key, and wrong names."""

import numpy as np
import pytest
import xarray as xr

from gaitnb import data
from gaitnb.data import virtual
from gaitnb.errors import DataError


def toy(n_people=2, seed=0, group=None, processes=1):
    """A cohort that says how often it was made."""
    toy.made += 1
    rng = np.random.default_rng(seed)
    return xr.Dataset(
        {"angle": (("trial", "time", "joint"), rng.normal(size=(n_people, 5, 1)), {"units": "deg"})},
        coords={
            "subject": ("trial", [f"virtual-{i:04d}" for i in range(n_people)]),
            "time": ("time", np.arange(5.0), {"units": "s"}),
            "joint": ["knee_flexion_left"],
        },
        attrs={"dataset": "toy", "frame": "lab", "source": "here", "licence": "MIT", "fs_hz": 1.0,
               "left_out": ""},
    )  # fmt: skip


@pytest.fixture(autouse=True)
def _toy(monkeypatch, tmp_path):
    monkeypatch.setenv("GAITNB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(virtual, "cohort", lambda name: toy)
    toy.made = 0


def kept(tmp_path):
    return sorted(path.name for path in (tmp_path / "cache").rglob("*"))


def test_a_cohort_is_made_once_and_read_again(tmp_path):
    first = data.open("lab:toy", seed=3)
    again = data.open("lab:toy", seed=3, n_people=2)
    assert toy.made == 1
    xr.testing.assert_identical(first, again)
    assert again["subject"].dtype.kind == "U" and again.attrs == first.attrs
    assert len([name for name in kept(tmp_path) if name.endswith(".nc")]) == 1


def test_other_options_or_another_lab_make_another_cohort(monkeypatch):
    data.open("lab:toy")
    data.open("lab:toy", seed=1)
    assert toy.made == 2
    monkeypatch.setattr(virtual, "_code", lambda: "another lab")
    data.open("lab:toy")
    assert toy.made == 3


def test_the_number_of_processes_does_not_make_another_cohort():
    data.open("lab:toy")
    data.open("lab:toy", processes=2)
    assert toy.made == 1


def test_people_of_ones_own_are_not_kept(tmp_path):
    for _ in range(2):
        data.open("lab:toy", group=[object()])
    assert toy.made == 2 and not kept(tmp_path)


@pytest.mark.parametrize("harm", ["", "not netCDF", "CDF\x01 cut off"])
def test_a_damaged_cache_is_made_again(tmp_path, harm):
    first = data.open("lab:toy")
    (place,) = (tmp_path / "cache").rglob("*.nc")
    place.write_text(harm)
    xr.testing.assert_identical(data.open("lab:toy"), first)
    assert toy.made == 2
    data.open("lab:toy")
    assert toy.made == 2


def test_a_full_disk_costs_time_only(tmp_path, monkeypatch):
    def no_space(self, path, **options):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(xr.Dataset, "to_netcdf", no_space)
    assert data.open("lab:toy").sizes["trial"] == 2
    assert not [name for name in kept(tmp_path) if "toy" in name]


def test_unknown_options_are_refused():
    with pytest.raises(DataError, match="lab:toy has no option 'sede'; it has: n_people, seed"):
        data.open("lab:toy", sede=1)
    assert toy.made == 0


def test_unknown_cohorts_are_refused(monkeypatch):
    monkeypatch.undo()
    for ask in (data.open, data.at_hand, data.fingerprint):
        with pytest.raises(DataError, match="no cohort 'lab:healthy_waling'; did you mean lab:he"):
            ask("lab:healthy_waling")


def test_a_cohort_is_always_at_hand_and_known_by_the_labs_version(monkeypatch):
    assert data.at_hand("lab:toy") and "virtual lab" in data.how_to_get("lab:toy")
    before = data.fingerprint("lab:toy")
    assert before != data.fingerprint("lab:other")
    monkeypatch.setattr(virtual.lab, "VERSION", 999)
    assert data.fingerprint("lab:toy") != before
