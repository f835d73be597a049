"""``gaitnb claims``: what it prints, and what it says to a user's mistake."""

import json
import subprocess
import sys

import evidence_toy
import pytest
import typer
from typer.testing import CliRunner

from gaitnb.evidence import commands

KEYS = [
    "id",
    "chapter",
    "place",
    "statement",
    "kind",
    "paper",
    "value",
    "spread",
    "n",
    "unit",
    "data",
    "primary",
    "profile",
    "verdict",
    "reason",
]

app = typer.Typer()
app.command()(commands.claims)


@pytest.fixture
def package(tmp_path, monkeypatch):
    yield evidence_toy.install(tmp_path, monkeypatch)
    evidence_toy.forget()


def ask(*arguments):
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def refuse(text):
    raise ValueError(f"{text} is not JSON")


def test_json_has_exactly_the_documented_keys(package):
    evidence_toy.run_and_store(package)
    said = ask("--chapter", "toy", "--json")
    assert said.exit_code == 0
    rows = json.loads(said.stdout, parse_constant=refuse)  # NaN and Infinity are no JSON
    assert [list(row) for row in rows] == [KEYS] * 14
    first = rows[0]
    assert (first["id"], first["primary"], first["n"]) == ("T01", True, 4)
    assert first["paper"] == 1.1
    assert first["value"] == pytest.approx(1.12)
    order = next(row for row in rows if row["id"] == "T04")
    assert order["paper"] == "low < high"
    assert order["value"] is None and order["n"] is None
    adopted = next(row for row in rows if row["id"] == "T07")
    assert adopted["profile"] is None
    assert adopted["verdict"] == "adopted"


def test_json_covers_all_chapters(package):
    from gaitnb.evidence.claims import chapters

    rows = json.loads(ask("--json").stdout)
    assert {row["chapter"] for row in rows} == set(chapters())


def test_text_shows_values_verdicts_and_counts(package):
    evidence_toy.run_and_store(package)
    said = ask("-c", "toy").stdout
    assert "T01      REPRODUCED: The force has a peak" in said
    assert "paper 1.1 ± 0.1 BW, ours 1.12 ± 0.0804 BW (n = 4) [pataky2008 · overnight]" in said
    assert "10 claims: 2 reproduced, 2 partly" in said
    assert max(map(len, said.splitlines())) <= 100


def test_results_of_a_build_can_be_shown(package, tmp_path):
    from gaitnb.evidence.results import write_results

    write_results(tmp_path / "build" / "toy" / "smoke", *evidence_toy.run(profile="smoke"))
    said = ask("-c", "toy", "--profile", "smoke", "--results", str(tmp_path / "build")).stdout
    assert "[pataky2008 · smoke]" in said


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        (["--chapter", "latent_mtion"], 1, "did you mean latent_motion?"),
        (["--profile", "overnite"], 1, "did you mean overnight?"),
        (["--chapters"], 2, "No such option"),
    ],
)
def test_a_mistake_gets_a_line_and_an_exit_code(arguments, code, expected):
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from gaitnb.cli import main; raise SystemExit(main())",
            "claims",
            *arguments,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert expected in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
