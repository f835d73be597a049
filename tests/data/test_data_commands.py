"""gaitnb data list, fetch, verify."""

import hashlib
import json

import pytest
from data_toys import encode_csv, make_csv
from typer.testing import CliRunner

from gaitnb import data
from gaitnb.data.commands import app
from gaitnb.errors import DataError

CONTENT = b"forces"
SETS = [
    {"name": "toys", "access": "download", "title": "Toy curves", "licence": "MIT",
     "chapters": "latent_motion"},
    {"name": "own", "access": "manual", "title": "Your own", "licence": "unknown",
     "chapters": "hmtl", "requires": "*", "how_to_get": "ask its authors"},
]  # fmt: skip
ROWS = [("toys", f"{k}.csv", "http://127.0.0.1:9/none", hashlib.sha256(CONTENT).hexdigest(), 6)
        for k in "ab"]  # fmt: skip


def run(*arguments):
    return CliRunner().invoke(app, arguments)


def test_list_says_of_every_set_where_it_is_or_how_to_get_it(folders):
    (folders[1] / "gaitrec").mkdir()
    for path, content in encode_csv(make_csv()).items():
        (folders[1] / "gaitrec" / path).write_bytes(content)
    result = run("list")
    assert result.exit_code == 0
    for row in data.datasets().itertuples():
        assert row.name in result.stdout and row.title in result.stdout
        if row.name not in ("pataky2008", "gaitrec"):
            assert data.how_to_get(row.name) in result.stdout
    assert f"in: {folders[1] / 'gaitrec'}" in result.stdout


def test_list_json(folders, toy):
    toy(SETS, ROWS)
    (folders[1] / "toys").mkdir()
    (folders[1] / "toys" / "a.csv").write_bytes(CONTENT)
    toys, own = json.loads(run("list", "--json").stdout)
    assert toys["at_hand"] is False and (toys["found"], toys["needed"]) == (1, 2)
    assert toys["bytes"] == 12 and toys["licence"] == "MIT"
    assert toys["how_to_get"] == "gaitnb data fetch toys"
    assert own["bytes"] is None and own["how_to_get"] == "ask its authors"
    assert [s["name"] for s in json.loads(run("list", "--chapter", "hmtl", "--json").stdout)] == [
        "own"
    ]
    assert "1 of 2 files are here" in run("list").stdout


def test_verify_counts_and_fails_on_damage(folders, toy):
    toy(SETS, ROWS)
    (folders[1] / "toys").mkdir()
    for k in "ab":
        (folders[1] / "toys" / f"{k}.csv").write_bytes(CONTENT)
    result = run("verify")
    assert result.exit_code == 0 and result.stdout == "toys: 2 of 2 files whole\n"
    (folders[1] / "toys" / "b.csv").write_bytes(b"forced")
    result = run("verify", "toys")
    assert "toys: 1 of 2 files whole" in result.stdout and "SHA-256" in result.stdout
    assert isinstance(result.exception, DataError)


def test_fetch_of_what_is_here(folders):
    assert run("fetch", "pataky2008").stdout == "pataky2008: already at hand\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["fetch"], "name a data set or a chapter"),
        (["fetch", "patakky2008"], "did you mean pataky2008"),
        (["fetch", "pataky2008", "no_such_set"], "no data set is called 'no_such_set'"),
        (["fetch", "amass"], "cannot be fetched. To get it: register"),
        (["fetch", "--chapter", "latent"], "no data set belongs to 'latent'; known: .*latent_mo"),
        (["list", "--chapter", "latent"], "no data set belongs to"),
        (["verify", "nothing"], "no data set is called 'nothing'"),
    ],
)
def test_a_users_mistake_is_a_plain_message(folders, arguments, words):
    result = run(*arguments)
    assert isinstance(result.exception, DataError) and result.exit_code == 1
    with pytest.raises(DataError, match=words):
        raise result.exception


def test_a_failed_fetch_of_a_chapter(folders, toy):
    toy(SETS, ROWS)  # nobody listens on port 9
    result = run("fetch", "--chapter", "latent_motion", "--quiet")
    assert isinstance(result.exception, DataError)
    assert "download failed" in str(result.exception)


@pytest.mark.parametrize("command", ["list", "fetch", "verify"])
def test_help_has_an_example(command):
    assert f"gaitnb data {command}" in run(command, "--help").stdout
