"""Claims tables are checked, and every verdict follows from rule, data and stored results."""

import re
from pathlib import Path

import evidence_toy
import pandas as pd
import pytest

from gaitnb import data
from gaitnb.errors import ClaimError
from gaitnb.evidence import claims, results

BOOK = Path(__file__).parent.parent / "book"


@pytest.fixture
def package(tmp_path, monkeypatch):
    yield evidence_toy.install(tmp_path, monkeypatch)
    evidence_toy.forget()


def verdicts(**options):
    """Verdict by id and data set."""
    table = claims.evaluate("toy", **options)
    assert set(table["verdict"]) <= set(claims.VERDICTS)
    return table.set_index(["id", "data"])["verdict"].to_dict()


def edit(file, old, new):
    text = file.read_text()
    assert old in text, f"{old} is not in {file}"
    file.write_text(text.replace(old, new, 1))


# Reading the table.

T10 = (
    "T10,Section 6,Not measured by anybody,,m,2,,number,lab:toy,yes,within: 1,Wide,01_toy#claim-t04"
)
FAULTS = {
    "unknown kind": (",number,lab:toy,yes,within: 1,", ",numbr,lab:toy,yes,within: 1,", "kind is 'numbr'"),
    "two primaries": ("lab:toy,no,", "lab:toy,yes,", "found 2 primary rows of T01"),
    "no primary": ("pataky2008,yes,within", "pataky2008,no,within", "found 0 primary rows of T01"),
    "primary unclear": ("lab:toy,no,", "lab:toy,No,", "primary is 'No', expected yes or no"),
    "no rule": ("yes,within: 1,Wide", "yes,,Wide", "(T10): there is no rule"),
    "no reason": ("yes,within: 1,Wide", "yes,within: 1,", "(T10): the rule 'within: 1' has no reason"),
    "malformed rule": ("band: 2..3", "band: 2-3", "found 'band: 2-3', expected one of: within"),
    "rule names unknown id": ("T04.low < T04.high,As", "T04.low < T44.high,As", "names T44.high"),
    "rows name unknown id": ("rows: T06.a T06.b", "rows: T06.a T06.c", "sums up T06.c"),
    "rows name a parent": ("rows: T06.a T06.b", "rows: T06.a T06", "sums up T06,"),
    "same id and data twice": ("number,lab:toy,no", "number,pataky2008,no", "T01 on pataky2008 comes twice"),
    "unknown data": ("number,gaitrec2021", "number,gaitrec2012", "did you mean gaitrec2021?"),
    "unknown cohort form": ("number,lab:toy,no", "number,lab toy,no", "data is 'lab toy'"),
    "number expected": ("T10,Section 6,Not measured by anybody,,m,2", "T10,Section 6,N,,m,two", "needs a number"),
    "spread": ("mean peak,BW,1.1,0.1", "mean peak,BW,1.1,small", "paper_spread is 'small'"),
    "bad id": ("T10,", "T-10,", "id is 'T-10'"),
    "no statement": ("Section 6,Not measured by anybody", "Section 6,", "statement is ''"),
    "no place": ("Section 6,Not measured by anybody", ",Not measured by anybody", "place is ''"),
    "no cell": ("Wide,01_toy#claim-t04", "Wide,", "there is no cell"),
    "bad cell": ("Wide,01_toy#claim-t04", "Wide,01_toy.html", "cell is '01_toy.html'"),
    "adopted number": ("setting,setting,yes", "number,setting,yes", "'adopted' is for settings"),
    "arithmetic elsewhere": ("arithmetic,arithmetic,yes", "arithmetic,pataky2008,yes", "both kind and data"),
    "measured without data": ("number,lab:toy,yes", "number,none,yes", "nothing can be measured"),
    "virtual before real": (
        T10,
        f"{T10}\n{T10.replace('lab:toy,yes', 'pataky2008,no')}",
        "real comes before virtual",
    ),
    "column renamed": ("id,place", "id,where", "found columns id, where"),
    "column twice": ("id,place", "id,id", "found columns id, id"),
    "field too many": (T10, T10 + ",more", "line 15 (T10): the number of fields is not 13"),
    "field too few": (T10, T10.rsplit(",", 1)[0], "the number of fields is not 13"),
    "open quote": (T10, T10.replace("Wide", '"Wide'), "unexpected end of data"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_table_is_refused(package, fault):
    old, new, expected = FAULTS[fault]
    edit(package / "claims.csv", old, new)
    with pytest.raises(ClaimError, match="toy/claims.csv") as raised:
        claims.load("toy")
    assert expected in str(raised.value)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "found columns none"),
        (b"<!DOCTYPE html>\n<p>Not found</p>\n", "found columns <!DOCTYPE html>"),
        (b"id,\xff\n", "not UTF-8 (byte 3)"),
    ],
)
def test_a_file_that_is_no_table_is_refused(package, content, expected):
    (package / "claims.csv").write_bytes(content)
    with pytest.raises(ClaimError) as raised:
        claims.load("toy")
    assert expected in str(raised.value)


def test_a_header_without_rows_is_refused(package):
    header = (package / "claims.csv").read_text().split("\n")[0]
    (package / "claims.csv").write_text(header + "\n")
    with pytest.raises(ClaimError, match="has no row"):
        claims.load("toy")


def test_the_message_names_the_line(package):
    edit(package / "claims.csv", "band: 2..3", "band: 3..2")
    with pytest.raises(ClaimError, match=r"toy/claims\.csv, line 5 \(T02\): rule: found"):
        claims.load("toy")


def test_types_of_a_table(package):
    table = claims.load("toy").set_index(["id", "data"])
    assert table.loc[("T01", "pataky2008"), "paper"] == 1.1
    assert table.loc[("T04", "pataky2008"), "paper"] == "low < high"
    assert table.loc[("T03", "pataky2008"), "paper"] is None
    assert table["primary"].dtype == bool
    assert set(table["chapter"]) == {"toy"}


def test_unknown_names_come_with_the_nearest(package):
    with pytest.raises(ClaimError, match="unknown chapter 'toi'.*did you mean toy?"):
        claims.load("toi")
    with pytest.raises(ClaimError, match="unknown profile 'overnite'.*did you mean overnight?"):
        claims.evaluate("toy", profile="overnite")


# Verdicts.


def test_without_results_nothing_is_claimed(package):
    found = verdicts()
    assert found["T01", "pataky2008"] == "no result"  # at hand: it could have been run
    assert found["T01", "gaitrec2021"] == "waiting for data"
    assert found["T01", "lab:toy"] == "no result"
    assert found["T06", "pataky2008"] == "no result"
    assert found["T07", "setting"] == "adopted"
    assert found["T08", "none"] == "not testable"
    assert found["T09", "arithmetic"] == "arithmetic does not hold"


def test_a_row_waits_only_while_its_data_are_missing(package, monkeypatch):
    monkeypatch.setattr(data, "at_hand", lambda name: False)
    assert verdicts()["T01", "pataky2008"] == "waiting for data"
    evidence_toy.run_and_store(package)
    assert verdicts()["T01", "pataky2008"] == "reproduced"


def test_verdicts_from_stored_results(package):
    evidence_toy.run_and_store(package)
    assert verdicts() == {
        ("T01", "pataky2008"): "reproduced",
        ("T01", "lab:toy"): "reproduced in the virtual lab",
        ("T01", "gaitrec2021"): "waiting for data",
        ("T02", "pataky2008"): "not reproduced",
        ("T03", "pataky2008"): "reproduced",
        ("T04", "pataky2008"): "partly",
        ("T05", "pataky2008"): "not enough training",
        ("T06", "pataky2008"): "partly",
        ("T06.a", "pataky2008"): "reproduced",
        ("T06.b", "pataky2008"): "not reproduced",
        ("T07", "setting"): "adopted",
        ("T08", "none"): "not testable",
        ("T09", "arithmetic"): "arithmetic does not hold",
        ("T10", "lab:toy"): "no result",
    }


def test_values_spread_n_and_reason(package):
    units, _ = evidence_toy.run_and_store(package)
    table = claims.evaluate("toy")
    row = table[(table["id"] == "T01") & (table["data"] == "pataky2008")].iloc[0]
    people = units[units["data"] == "pataky2008"].groupby("subject")["peak_bw"].mean()
    assert row["value"] == pytest.approx(people.mean())
    assert row["spread"] == pytest.approx(people.std())
    assert (row["n"], row["profile"], row["unit"]) == (4, "overnight", "BW")
    assert row["reason"] == "The paper's own spread"
    reasons = table[table["primary"]].set_index("id")["reason"]
    assert reasons["T02"] == "An impossible share: this row must fail; 1 lies outside 2..3"
    assert reasons["T06"] == "Both; of 2 rows: T06.b not reproduced"
    assert reasons["T08"] == "no patients in any open set"


def test_the_numbers_follow_the_stored_rows(package):
    """Twice the force: what held before fails now, and nothing else was touched."""
    evidence_toy.run_and_store(package, {**evidence_toy.PARAMS, "gain": 2.0})
    found = verdicts()
    assert found["T01", "pataky2008"] == "not reproduced"
    assert found["T01", "lab:toy"] == "not reproduced in the virtual lab"
    assert found["T06.a", "pataky2008"] == "reproduced"


def test_partly_is_twice_the_tolerance(package):
    evidence_toy.run_and_store(package, {**evidence_toy.PARAMS, "gain": 1.15})
    assert verdicts()["T01", "pataky2008"] == "partly"


def test_the_larger_scale_comes_first(package, tmp_path):
    def value(**options):
        table = claims.evaluate("toy", **options)
        row = table[(table["id"] == "T01") & (table["data"] == "pataky2008")].iloc[0]
        profile = row["profile"] if isinstance(row["profile"], str) else None
        return profile, row["verdict"]

    build = tmp_path / "build"
    units, meta = evidence_toy.run({**evidence_toy.PARAMS, "gain": 3.0}, "reduced")
    results.write_results(build / "toy" / "reduced", units, meta)
    assert value() == (None, "no result")
    assert value(include_reduced_from=build) == ("reduced", "not reproduced")
    evidence_toy.run_and_store(package)
    assert value(include_reduced_from=build) == ("overnight", "reproduced")
    assert value(profile="reduced", include_reduced_from=build) == ("reduced", "not reproduced")
    evidence_toy.run_and_store(package, {**evidence_toy.PARAMS, "gain": 2.0}, "full")
    assert value(include_reduced_from=build) == ("full", "not reproduced")
    assert value(profile="overnight") == ("overnight", "reproduced")
    assert value(profile="smoke") == (None, "no result")


def test_a_profile_that_was_not_trained_enough_gives_way(package):
    """The full results say "not enough training"; the overnight ones carry the verdict."""
    evidence_toy.run_and_store(package)
    edit(package / "analysis.py", "> 2 else", "> 1000 * (units['peak_bw'].max() > 2) else")
    evidence_toy.run_and_store(package, {**evidence_toy.PARAMS, "gain": 2.0}, "full")
    evidence_toy.forget()
    table = claims.evaluate("toy").query("id == 'T01' and data == 'pataky2008'").iloc[0]
    assert (table["profile"], table["verdict"]) == ("overnight", "reproduced")
    assert verdicts(profile="full")["T01", "pataky2008"] == "not enough training"
    assert verdicts(profile="full")["T06", "pataky2008"] == "not enough training"


def test_a_quantity_without_a_number_is_no_result(package):
    evidence_toy.run_and_store(package)
    edit(package / "analysis.py", "(people > 1).mean()", "float('nan')")
    edit(package / "analysis.py", '("T04.low"', '("T04.lowest"')
    evidence_toy.forget()
    found = verdicts()
    assert found["T02", "pataky2008"] == "no result"
    assert found["T04", "pataky2008"] == "no result"
    reason = claims.evaluate("toy").query("id == 'T04'")["reason"].iloc[0]
    assert reason.endswith("the overnight results have no number for T04.low")


def test_a_quantity_of_no_claim_is_an_error(package):
    evidence_toy.run_and_store(package)
    edit(package / "analysis.py", '("T03"', '("T33"')
    evidence_toy.forget()
    with pytest.raises(ClaimError, match="returns T33"):
        claims.evaluate("toy")


def test_a_parent_waits_when_a_part_waits(package):
    evidence_toy.run_and_store(package)
    more = "T06.c,S,s,,,,,order,gaitrec2021,yes,T04.low < T04.high,As T04,01_toy#claim-t04\n"
    with (package / "claims.csv").open("a") as file:
        file.write(more)
    edit(package / "claims.csv", "rows: T06.a T06.b", "rows: T06.a T06.b T06.c")
    assert verdicts()["T06", "pataky2008"] == "waiting for data"


def test_a_real_parent_does_not_sum_up_virtual_parts(package):
    more = "T06.c,S,s,,,,,order,lab:toy,yes,T04.low < T04.high,As T04,01_toy#claim-t04\n"
    with (package / "claims.csv").open("a") as file:
        file.write(more)
    edit(package / "claims.csv", "rows: T06.a T06.b", "rows: T06.a T06.c")
    with pytest.raises(ClaimError, match="sums up T06.c"):
        claims.load("toy")


def test_each_claim_is_counted_once(package):
    evidence_toy.run_and_store(package)
    table = claims.evaluate("toy")
    once = claims.counted_once(table)
    assert list(once["id"]) == [f"T{n:02d}" for n in range(1, 11)]
    kinds = once.apply(claims.evidence_kind, axis=1).value_counts().to_dict()
    assert kinds == {
        "real": 5,
        "no verdict yet": 2,
        "adopted": 1,
        "not testable": 1,
        "arithmetic": 1,
    }
    sides = table[~table["primary"]].apply(claims.evidence_kind, axis=1)
    assert sorted(sides) == ["virtual", "waiting"]


def test_evaluate_has_the_documented_columns(package):
    table = claims.evaluate("toy")
    assert list(table.columns) == [
        "id", "chapter", "place", "statement", "kind", "paper", "value", "spread", "n", "unit",
        "data", "primary", "profile", "verdict", "reason", "paper_spread", "rule", "cell",
    ]  # fmt: skip
    everything = claims.evaluate()
    assert set(everything["chapter"]) == set(claims.chapters())
    pd.testing.assert_frame_equal(
        everything[everything["chapter"] == "toy"].reset_index(drop=True), table, check_dtype=False
    )


# The chapters of this book.


@pytest.mark.parametrize("chapter", claims.chapters())
def test_every_row_of_a_chapter_has_one_verdict(chapter):
    table = claims.evaluate(chapter)
    assert set(table["verdict"]) <= set(claims.VERDICTS)
    assert (table["reason"] != "").all()


@pytest.mark.parametrize("chapter", claims.chapters())
def test_every_claim_has_a_target_above_the_cell_that_computes_it(chapter):
    pages = [*(BOOK / chapter).glob("*.py"), *(BOOK / chapter).glob("*.md")]
    targets = {
        f"{page.stem}#{target}"
        for page in pages
        for target in re.findall(r"^(?:# )?\(([\w.-]+)\)=", page.read_text("utf-8"), re.MULTILINE)
    }
    table = claims.load(chapter)
    missing = sorted(set(table.loc[table["cell"] != "", "cell"]) - targets)
    assert not missing, f"put a line such as (claim-g01)= above the cells: {missing}"
