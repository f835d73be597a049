"""The catalogue's tables, and where files are looked for."""

import gzip
import hashlib
import importlib
import re

import numpy as np
import pytest
import xarray as xr
from data_toys import encode_csv, make_csv

from gaitnb import data
from gaitnb.data import catalog, store
from gaitnb.errors import DataError

SETS = data.datasets().to_dict("records")
NAMES = [row["name"] for row in SETS]


def test_names_are_unique_and_rows_complete():
    assert len(set(NAMES)) == len(NAMES)
    for row in SETS:
        assert re.fullmatch(r"[a-z0-9_]+", row["name"])
        assert row["kind"] in ("real", "virtual")
        for column in ("title", "licence", "citation", "description", "layout", "chapters"):
            assert row[column], (row["name"], column)


@pytest.mark.parametrize("row", SETS, ids=NAMES)
def test_each_access_has_what_it_needs(row):
    files = data.files(row["name"])
    if row["access"] == "manual":
        assert files.empty and row["requires"] and row["how_to_get"]
    elif row["access"] == "download":
        assert len(files) and files["url"].str.match(r"https://").all()
    else:
        assert row["access"] == "package" and files["url"].str.startswith("package:").all()
    assert "\n" not in data.how_to_get(row["name"])


@pytest.mark.parametrize("row", [r for r in SETS if r["reader"]], ids=lambda r: r["name"])
def test_readers_exist(row):
    module, _, function = row["reader"].partition(":")
    reader = importlib.import_module(f"gaitnb.data.readers.{module}")
    assert callable(getattr(reader, function or "read"))


def test_files_are_addressed_safely():
    files = data.files()
    assert not files.duplicated(["dataset", "path"]).any()
    assert files["sha256"].str.fullmatch(r"[0-9a-f]{64}").all() and (files["bytes"] > 0).all()
    assert not files["path"].str.contains(r"^/|(?:^|/)\.\.(?:/|$)|\\", regex=True).any()
    assert set(files["dataset"]) <= set(NAMES)


@pytest.mark.parametrize("name", ["li2021", "tan2022_example"])
def test_sets_without_a_licence_say_so(name):
    assert data.info(name)["licence"].startswith("none stated")


def test_an_unknown_name_is_met_with_a_similar_one():
    with pytest.raises(DataError, match="'gaitrec_2021'; did you mean gaitrec2021"):
        data.open("gaitrec_2021")
    with pytest.raises(DataError, match="no data set is called 'nothing like it'"):
        data.fingerprint("nothing like it")


def test_an_unknown_option_is_refused():
    with pytest.raises(DataError, match="no option 'sped'; it has: none"):
        data.open("pataky2008", sped=1)


def test_a_set_that_is_not_here_says_how_to_get_it(folders):
    assert not data.at_hand("gaitrec2021")
    with pytest.raises(DataError, match="gaitrec2021 is not at hand. .*data fetch gaitrec2021$"):
        data.open("gaitrec2021")
    with pytest.raises(DataError, match="gutenberg is not at hand.*figshare"):
        data.open("gutenberg")
    with pytest.raises(DataError, match="cannot be fetched"):
        data.fetch("gutenberg")


def test_a_set_without_a_reader_says_so(folders):
    with pytest.raises(DataError, match="tan2022_example has no reader in this version"):
        data.open("tan2022_example")


def test_the_packaged_set_is_whole_and_needs_no_fetching():
    assert data.at_hand("pataky2008") and data.fetch("pataky2008") == 0
    assert (data.verify("pataky2008")["problem"] == "").all()
    assert len(data.fingerprint("pataky2008")) == 16


CONTENT = b"forces\n" * 100
ROW = ("toys", "a/b.csv", "https://example.org/b.csv",
       hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))  # fmt: skip
SET = {"name": "toys", "access": "download"}


def place(folder, content, name="b.csv"):
    path = folder / "toys" / "a" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_cache_comes_before_mirror_and_mirror_may_be_compressed(folders, toy):
    cache, mirror = folders
    toy([SET], [ROW])
    source = data.source.Source("toys")
    zipped = place(mirror, gzip.compress(CONTENT), "b.csv.gz")
    assert source.read("a/b.csv") == CONTENT and source.where("a/b.csv") == str(zipped)
    plain = place(mirror, CONTENT)
    assert source.where("a/b.csv") == str(plain)
    cached = place(cache, CONTENT)
    assert source.where("a/b.csv") == str(cached) and source.read("a/b.csv") == CONTENT
    assert data.where("toys") == [cache / "toys"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (CONTENT[:-1], "found 699 bytes, expected 700"),
        (b"", "found 0 bytes"),
        (b"F" + CONTENT[1:], "found SHA-256 .*expected"),
        (b"<html>please log in</html>", r"found 26 bytes \(an HTML page\)"),
    ],
    ids=["short", "empty", "changed", "HTML"],
)
def test_a_damaged_file_is_refused_and_removed_from_the_cache_only(folders, toy, content, words):
    cache, mirror = folders
    toy([SET], [ROW])
    kept = place(mirror, content)
    with pytest.raises(DataError, match=f"{kept}: {words}.*left as it is"):
        data.source.Source("toys").read("a/b.csv")
    assert kept.read_bytes() == content
    removed = place(cache, content)
    with pytest.raises(DataError, match=f"{removed}: {words}.*It was removed; fetch it again"):
        data.source.Source("toys").read("a/b.csv")
    assert not removed.exists() and kept.exists()


def test_a_mirror_that_is_also_the_cache_is_not_touched(folders, toy, monkeypatch):
    cache, _ = folders
    toy([SET], [ROW])
    path = place(cache, b"changed")
    monkeypatch.setenv("GAITNB_MIRROR", str(cache))
    with pytest.raises(DataError, match="left as it is"):
        data.source.Source("toys").read("a/b.csv")
    assert path.exists()


def test_a_damaged_file_that_cannot_be_removed_is_reported(folders, toy, monkeypatch):
    cache, _ = folders
    toy([SET], [ROW])
    place(cache, b"changed")

    def refuse(self, **_):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("pathlib.Path.unlink", refuse)
    with pytest.raises(DataError, match="could not be removed .Read-only file system."):
        data.source.Source("toys").read("a/b.csv")


def test_a_broken_gzip_file_is_refused(folders, toy):
    _, mirror = folders
    toy([SET], [ROW])
    path = place(mirror, gzip.compress(CONTENT)[:-10], "b.csv.gz")
    with pytest.raises(DataError, match=f"{path}: is not a whole gzip file"):
        data.source.Source("toys").read("a/b.csv")


def test_a_file_is_hashed_once_but_again_after_a_change(folders, toy, monkeypatch):
    cache, _ = folders
    toy([SET], [ROW])
    path = place(cache, CONTENT)
    hashed = []
    monkeypatch.setattr(store.hashlib, "sha256", _counting(hashed))
    source = data.source.Source("toys")
    source.read("a/b.csv")
    source.read("a/b.csv")
    assert len(hashed) == 1
    path.write_bytes(b"F" + CONTENT[1:])
    with pytest.raises(DataError, match="SHA-256"):
        source.read("a/b.csv")


def _counting(calls):
    real = hashlib.sha256

    def sha256(content):
        calls.append(len(content))
        return real(content)

    return sha256


def test_verify_reports_every_file(folders, toy):
    cache, mirror = folders
    other = ("toys", "c.csv", "https://example.org/c.csv", "0" * 64, 3)
    toy([SET], [ROW, other])
    place(mirror, CONTENT)
    assert data.verify("toys")["problem"].tolist() == ["", "missing"]
    with pytest.raises(DataError, match="1 of 2 files are"):
        catalog.require("toys")
    place(cache, CONTENT[:5])
    first = data.verify("toys")["problem"][0]
    assert "found 5 bytes, expected 700" in first and "removed" in first


def test_a_mirror_that_is_no_folder_is_named(folders, monkeypatch):
    monkeypatch.setenv("GAITNB_MIRROR", "no/such/folder")
    with pytest.raises(DataError, match="GAITNB_MIRROR names /.*no/such/folder.*absolute path"):
        data.at_hand("gaitrec2021")


def test_the_packaged_set_does_not_care_for_a_wrong_mirror(monkeypatch):
    monkeypatch.setenv("GAITNB_MIRROR", "no/such/folder")
    assert data.at_hand("pataky2008")


def test_fingerprint_follows_the_table_of_a_download(toy):
    toy([SET], [ROW])
    before = data.fingerprint("toys")
    toy([SET], [(*ROW[:3], "0" * 64, 700)])
    assert data.fingerprint("toys") != before


def test_readers_own_copy_from_the_mirror(folders):
    _, mirror = folders
    (mirror / "gutenberg").mkdir()
    files = encode_csv(make_csv())
    for path, content in files.items():
        if path == "GRF_F_AP_PRO_left.csv":
            (mirror / "gutenberg" / f"{path}.gz").write_bytes(gzip.compress(content))
        else:
            (mirror / "gutenberg" / path).write_bytes(content)
    assert data.at_hand("gutenberg")
    ds = data.open("gutenberg")
    assert ds.sizes["trial"] == 12 and ds.attrs["licence"] == "CC BY 4.0"
    before = data.fingerprint("gutenberg")
    path = mirror / "gutenberg" / "GRF_F_ML_PRO_left.csv"
    path.write_bytes(files["GRF_F_ML_PRO_left.csv"].replace(b"0.0", b"0.00"))
    assert data.fingerprint("gutenberg") != before
    path.unlink()
    with pytest.raises(DataError, match="GRF_F_ML_PRO_left.csv is missing"):
        data.open("gutenberg")


def test_a_missing_description_is_borrowed_from_the_set_that_carries_it(folders, toy):
    cache, mirror = folders
    files = encode_csv(make_csv())
    rows = []
    for path in ("GRF_metadata.csv", "GRF_walking_speed.csv"):
        content = files.pop(path)
        rows.append(("meta", path, "https://example.org", hashlib.sha256(content).hexdigest(),
                     len(content)))  # fmt: skip
        (cache / "meta").mkdir(parents=True, exist_ok=True)
        (cache / "meta" / path).write_bytes(content)
    (mirror / "curves").mkdir()
    for path, content in files.items():
        (mirror / "curves" / path).write_bytes(content)
    curves = {"name": "curves", "access": "manual", "reader": "grf_csv", "borrows": "meta",
              "requires": "GRF_metadata.csv;GRF_F_V_PRO_left.csv",
              "citation": "made up", "licence": "none"}  # fmt: skip
    toy([{"name": "meta", "access": "download"}, curves], rows)
    ds = data.open("curves")
    assert np.isfinite(ds.speed_mps[:-1]).all() and ds.subject.values[0] == "curves-001"


def test_opening_twice_gives_the_same():
    xr.testing.assert_identical(data.open("pataky2008"), data.open("pataky2008"))
