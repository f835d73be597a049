"""Stored results: written whole or not at all, and refused when they are not what they say."""

import errno
import json
import multiprocessing
import os
from pathlib import Path

import evidence_toy
import numpy as np
import pandas as pd
import pytest

from gaitnb.errors import ResultsError
from gaitnb.evidence import provenance, results, unitfiles
from gaitnb.evidence.unitfiles import read_pair, write_pair


@pytest.fixture
def package(tmp_path, monkeypatch):
    yield evidence_toy.install(tmp_path, monkeypatch)
    evidence_toy.forget()


@pytest.fixture
def stored(package):
    """Folder of stored overnight results of the toy paper."""
    evidence_toy.run_and_store(package)
    return package / "results" / "overnight"


def files_in(folder):
    return sorted(file.name for file in folder.iterdir())


def test_what_was_written_is_read(package):
    units, meta = evidence_toy.run()
    units.loc[0, "peak_bw"] = np.nan
    units.loc[1, "subject"] = "NA"  # a person may be called so
    results.write_results(package / "results" / "overnight", units, meta)
    again, record = results.read_results("toy", "overnight")
    pd.testing.assert_frame_equal(again, units, check_exact=True, check_dtype=False)
    assert {name: record[name] for name in meta} == meta
    assert results.committed_profiles("toy") == ["overnight"]
    assert files_in(package / "results" / "overnight") == ["meta.json", "units.csv"]


def test_line_endings_of_a_checkout_do_not_matter(stored):
    units = stored / "units.csv"
    units.write_bytes(units.read_bytes().replace(b"\n", b"\r\n"))
    assert len(results.read_results("toy", "overnight")[0]) == 16


def test_results_may_lie_below_a_folder(package, tmp_path):
    units, meta = evidence_toy.run(profile="reduced")
    results.write_results(tmp_path / "build" / "toy" / "reduced", units, meta)
    assert results.committed_profiles("toy") == []
    assert len(results.quantities("toy", "reduced", tmp_path / "build"))


def edit(file, old, new):
    text = file.read_text()
    assert old in text, f"{old} is not in {file}"
    file.write_text(text.replace(old, new, 1))


FAULTS = {
    "table missing": (lambda f: (f / "units.csv").unlink(), "units.csv is missing"),
    "record missing": (lambda f: (f / "meta.json").unlink(), "meta.json is missing"),
    "table empty": (lambda f: (f / "units.csv").write_text(""), "empty or truncated"),
    "table truncated": (
        lambda f: (f / "units.csv").write_bytes((f / "units.csv").read_bytes()[:-9]),
        "empty or truncated",
    ),
    "table without its last row": (
        lambda f: (f / "units.csv").write_text(
            "".join((f / "units.csv").read_text().splitlines(True)[:-1])
        ),
        "changed after the run",
    ),
    "header only": (
        lambda f: (f / "units.csv").write_text((f / "units.csv").read_text().split("\n")[0] + "\n"),
        "has no row",
    ),
    "number edited": (
        lambda f: edit(f / "units.csv", "pataky2008,1.", "pataky2008,2."),
        "changed after",
    ),
    "column renamed": (
        lambda f: edit(f / "units.csv", "subject", "person"),
        "expected also subject",
    ),
    "unit empty": (
        lambda f: edit(f / "units.csv", "\npataky2008-0,", "\n,"),
        "line 2: unit is empty",
    ),
    "row twice": (
        lambda f: edit(f / "units.csv", "pataky2008-0,p2", "pataky2008-0,p1"),
        "subject p1 comes twice",
    ),
    "run unknown": (
        lambda f: edit(f / "units.csv", "p1,0,", "p1,3,"),
        "found run 3, 0, expected 0..0",
    ),
    "run not a number": (lambda f: edit(f / "units.csv", "p1,0,", "p1,,"), "expected 0..0"),
    "HTML": (
        lambda f: (f / "units.csv").write_text("<!DOCTYPE html>\n<p>Not found</p>\n"),
        "expected also unit, subject, run",
    ),
    "not UTF-8": (lambda f: (f / "units.csv").write_bytes(b"unit,\xff\n"), "not a readable table"),
    "record truncated": (
        lambda f: (f / "meta.json").write_text((f / "meta.json").read_text()[:50]),
        "not JSON",
    ),
    "record a list": (lambda f: (f / "meta.json").write_text("[1]"), "chapter, profile, method"),
    "record without data": (lambda f: edit(f / "meta.json", '"data"', '"date"'), "data is missing"),
    "other chapter": (lambda f: edit(f / "meta.json", '"toy"', '"troy"'), "found chapter 'troy'"),
    "other profile": (
        lambda f: edit(f / "meta.json", '"overnight"', '"full"'),
        "found profile 'full'",
    ),
    "parameter edited": (
        lambda f: edit(f / "meta.json", '"gain": 1.0', '"gain": 1.5'),
        "params_hash",
    ),
    "no runs": (
        lambda f: (f / "meta.json").write_text(
            json.dumps({**json.loads((f / "meta.json").read_text()), "runs": []})
        ),
        "at least one run",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_damaged_results_are_refused(stored, fault):
    damage, expected = FAULTS[fault]
    damage(stored)
    with pytest.raises(ResultsError, match="units.csv|meta.json") as raised:
        results.read_results("toy", "overnight")
    assert expected in str(raised.value)


def no_space(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("when", ["writing", "second rename", "read-only"])
@pytest.mark.parametrize("there_before", [True, False])
def test_a_failed_write_changes_nothing(package, monkeypatch, when, there_before):
    folder = package / "results" / "overnight"
    if there_before:
        evidence_toy.run_and_store(package)
    before = {file.name: file.read_bytes() for file in folder.glob("*")}
    units, meta = evidence_toy.run({**evidence_toy.PARAMS, "gain": 2.0})
    if when == "writing":
        monkeypatch.setattr(unitfiles.os, "fsync", no_space)
    elif when == "read-only":
        monkeypatch.setattr(unitfiles.tempfile, "mkstemp", no_space_for_names)
    else:
        real = Path.replace
        monkeypatch.setattr(
            Path, "replace", lambda s, t: no_space() if t.name == "meta.json" else real(s, t)
        )
    with pytest.raises(ResultsError, match="nothing was changed"):
        results.write_results(folder, units, meta)
    assert {file.name: file.read_bytes() for file in folder.glob("*")} == before
    assert not folder.exists() or sorted(files_in(folder)) == sorted(before)


def no_space_for_names(**_):
    raise OSError(errno.EROFS, os.strerror(errno.EROFS))


def test_a_write_that_was_killed_between_both_files_is_noticed(stored):
    """The table is new, the record still the old one."""
    units, _ = evidence_toy.run({**evidence_toy.PARAMS, "gain": 2.0})
    units.to_csv(stored / "units.csv", index=False)
    with pytest.raises(ResultsError, match="belongs to another"):
        results.read_results("toy", "overnight")


def write_often(folder, units, meta, times):
    for _ in range(times):
        write_pair(folder / "c.csv", folder / "c.json", units, meta)


def test_two_writers_of_one_chunk_do_not_disturb_each_other(package, tmp_path):
    """A job that was started twice writes the same rows twice."""
    units, meta = evidence_toy.run()
    folder = tmp_path / "chunks"
    folder.mkdir()
    jobs = [
        multiprocessing.get_context("fork").Process(
            target=write_often, args=(folder, units, meta, 20)
        )
        for _ in range(2)
    ]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join(60)
    assert [job.exitcode for job in jobs] == [0, 0]
    assert len(read_pair(folder / "c.csv", folder / "c.json")[0]) == len(units)
    assert files_in(folder) == ["c.csv", "c.json"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda u: u.drop(columns="subject"), "expected also subject"),
        (lambda u: u.iloc[:0], "has no row"),
        (lambda u: pd.concat([u, u]), "comes twice"),
        (lambda u: u.assign(unit=None), "unit is empty"),
        (lambda u: u.assign(run=1), "expected 0..0"),
        (lambda u: u.assign(run=0.0), "expected 0..0"),
    ],
)
def test_a_wrong_table_is_not_written(package, change, expected):
    units, meta = evidence_toy.run()
    folder = package / "results" / "overnight"
    with pytest.raises(ResultsError, match=expected):
        results.write_results(folder, change(units), meta)
    assert not folder.exists()


def test_a_record_that_contradicts_itself_is_not_written(package):
    units, meta = evidence_toy.run()
    with pytest.raises(ResultsError, match="params_hash"):
        results.write_results(package / "r", units, {**meta, "params_hash": "0" * 16})
    with pytest.raises(ResultsError, match="method is missing"):
        results.write_results(
            package / "r", units, {k: v for k, v in meta.items() if k != "method"}
        )


# Chunks of a batch job.


@pytest.fixture
def chunks(package, tmp_path):
    """Four chunk files with one unit each, and the ids in their order."""
    units, meta = evidence_toy.run()
    names = list(dict.fromkeys(units["unit"]))
    files = []
    for number, name in enumerate(names):
        run = {**meta["runs"][0], "seconds": 10.0, "device": "cpu" if number < 2 else "cuda"}
        data = {name.rsplit("-", 1)[0]: evidence_toy.FINGERPRINTS[name.rsplit("-", 1)[0]]}
        files.append(tmp_path / f"{number:03d}.csv")
        part = units[units["unit"] == name]
        write_pair(
            files[-1], files[-1].with_suffix(".json"), part, {**meta, "data": data, "runs": [run]}
        )
    return files, names


def rewrite(file, units=None, **meta):
    old_units, old_meta = read_pair(file, file.with_suffix(".json"))
    write_pair(
        file, file.with_suffix(".json"), old_units if units is None else units, {**old_meta, **meta}
    )


def test_chunks_come_together_in_any_order(package, chunks):
    files, names = chunks
    units, meta = results.collect(reversed(files), names)
    expected, _ = evidence_toy.run()
    pd.testing.assert_frame_equal(
        units.drop(columns="run"), expected.drop(columns="run"), check_exact=True, check_dtype=False
    )
    assert meta["data"] == evidence_toy.FINGERPRINTS
    # Runs that differ in their time only are one; the others are told apart row by row.
    assert sorted((run["device"], run["seconds"]) for run in meta["runs"]) == [
        ("cpu", 20.0),
        ("cuda", 20.0),
    ]
    device = [meta["runs"][run]["device"] for run in units["run"]]
    assert device == ["cpu"] * 8 + ["cuda"] * 8
    results.write_results(package / "results" / "overnight", units, meta)
    assert results.read_results("toy", "overnight")[1]["runs"] == meta["runs"]


def test_a_missing_unit_is_named(chunks):
    files, names = chunks
    with pytest.raises(ResultsError, match=f"1 units are missing: {names[1]}"):
        results.collect([files[0], *files[2:]], names)


def test_a_unit_of_another_experiment_is_named(chunks):
    files, names = chunks
    with pytest.raises(ResultsError, match=f"not part of this experiment: {names[3]}"):
        results.collect(files, names[:3])


def test_a_unit_in_two_chunks_is_named(chunks):
    files, names = chunks
    units, _ = read_pair(files[0], files[0].with_suffix(".json"))
    rewrite(files[1], units)
    with pytest.raises(ResultsError, match=f"unit {names[0]} comes in 000.csv and in 001.csv"):
        results.collect(files, names)


def test_chunks_of_other_parameters_or_methods_are_refused(chunks):
    files, names = chunks
    other = {**evidence_toy.PARAMS, "gain": 2.0}
    for change in (
        {"params": other, "params_hash": provenance.params_hash(other)},
        {"method": 2},
        {"chapter": "other"},
        {"profile": "full"},
        {"data": {"pataky2008": "changed"}},
    ):
        kept = files[1].read_bytes(), files[1].with_suffix(".json").read_bytes()
        rewrite(files[1], **change)
        with pytest.raises(ResultsError, match="001.csv: found"):
            results.collect(files, names)
        files[1].write_bytes(kept[0])
        files[1].with_suffix(".json").write_bytes(kept[1])
    assert len(results.collect(files, names)[0])  # whole again


def test_no_chunks_and_damaged_chunks(chunks):
    files, names = chunks
    with pytest.raises(ResultsError, match="no chunks"):
        results.collect([], names)
    files[2].write_bytes(files[2].read_bytes()[:-5])
    with pytest.raises(ResultsError, match="002.csv: the last line has no end"):
        results.collect(files, names)


def test_stale_names_what_changed(stored):
    units, meta = results.read_results("toy", "overnight")
    same = {"params_hash": meta["params_hash"], "data": meta["data"], "method": meta["method"]}
    assert results.stale("toy", "overnight", **same) == []
    assert results.stale("toy", "overnight", **{**same, "data": {}}) == []  # none at hand
    for change, expected in (
        ({"params_hash": "x"}, "parameters: stored"),
        ({"method": 2}, "METHOD: stored 1, now 2"),
        ({"data": {"pataky2008": "x"}}, "data pataky2008: stored 0123"),
        ({"data": {"new": "x"}}, "data new: stored None, now x"),
    ):
        reasons = results.stale("toy", "overnight", **{**same, **change})
        assert len(reasons) == 1
        assert reasons[0].startswith(expected)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"status"]', '"state"]', "found no column status"),
        ('"T03", data', '"T02", data', "T02 on lab:toy comes twice"),
        ('"not enough training")', '"bad")', "found status ['bad']"),
    ],
)
def test_a_wrong_analysis_is_named(package, stored, old, new, expected):
    edit(package / "analysis.py", old, new)
    evidence_toy.forget()
    with pytest.raises(ResultsError, match="toy.analysis.quantities") as raised:
        results.quantities("toy", "overnight")
    assert expected in str(raised.value)
