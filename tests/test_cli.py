"""The command line: help, exit codes, and messages without a traceback."""

import json
import os
import signal
import subprocess
import sys
import time
from importlib.metadata import version

import pytest

from gaitnb import cli
from gaitnb.errors import DataError, GaitnbError


def gaitnb(checkout, *arguments, **more):
    """Exit code and output of the command line of a checkout's own package."""
    return checkout.run("gaitnb.cli", *arguments, **more)


def test_help_shows_commands_and_examples(capsys):
    assert cli.main(["--help"]) == 0
    text = capsys.readouterr().out
    for word in ("run", "data", "claims", "Examples:", "gaitnb run latent_motion"):
        assert word in text
    assert cli.main(["run", "--help"]) == 0
    assert "-p NAME=VALUE" in capsys.readouterr().out


def test_version(capsys):
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out.strip() == f"gaitnb {version('gaitnb')}"


@pytest.mark.parametrize(
    "arguments",
    [["runn"], ["run"], ["run", "x", "--profil", "y"], ["data", "lst"], ["claims", "x"]],
)
def test_wrong_usage_is_2(arguments, capsys):
    assert cli.main(arguments) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_an_error_of_ours_is_its_message_and_1(monkeypatch, capsys):
    def broken():
        raise DataError("curves.csv: expected 101 samples, found 100")

    monkeypatch.setattr(cli, "checkout", broken)
    assert cli.main(["run", "latent_motion"]) == 1
    captured = capsys.readouterr()
    assert captured.err == "gaitnb: curves.csv: expected 101 samples, found 100\n"
    assert captured.out == ""


def test_without_a_checkout_run_says_what_it_needs(monkeypatch, tmp_path):
    monkeypatch.setattr(cli, "__file__", str(tmp_path / "site-packages" / "gaitnb" / "cli.py"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(GaitnbError, match="needs a checkout"):
        cli.checkout()


def test_help_is_there_within_a_second_of_computing():
    """Processor time, so that a busy computer does not matter."""
    code = (
        "import time, sys\nfrom gaitnb import cli\ncode = cli.main(['--help'])\n"
        "print(time.process_time(), 'torch' in sys.modules)"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True
    )
    seconds, torch = out.stdout.split()[-2:]
    assert torch == "False"
    assert float(seconds) < 2.0


@pytest.fixture
def toy(checkout):
    """The checkout with the real command line and stand-ins for the commands of other modules."""
    source = (cli.checkout() / "gaitnb/cli.py").read_text()
    checkout.write("gaitnb/cli.py", source)
    checkout.write("gaitnb/data/commands.py", "import typer\n\napp = typer.Typer()\n\n\n"
                   "@app.command('list')\ndef list_sets():\n    pass\n")  # fmt: skip
    checkout.write("book/toy/params/02_results.smoke.yaml", "seeds: 1\n")
    return checkout


def test_run_a_chapter_at_a_profile(toy):
    code, out = gaitnb(toy, "run", "toy", "--profile", "smoke")
    assert code == 0, out
    assert toy.ran(out) == {"toy/01_first", "toy/02_results"}
    folder = toy.root / "_build/runs/toy/smoke"
    assert out.strip().endswith(f"run notebooks: {folder}")
    cells = json.loads((folder / "02_results.ipynb").read_text())["cells"]
    assert cells[-1]["outputs"][0]["data"]["text/plain"] in ("2", ["2"])


def test_run_a_notebook_with_parameters(toy, tmp_path):
    code, out = gaitnb(toy, "run", "toy/01_first", "-p", "n=5", "--out", str(tmp_path / "mine"))
    assert code == 0, out
    cells = json.loads((tmp_path / "mine/01_first.ipynb").read_text())["cells"]
    assert cells[-1]["outputs"][0]["data"]["text/plain"] in ("10", ["10"])


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["toi"], 1, "unknown chapter toi; did you mean toy?"),
        (["toy/01_frst"], 1, "no notebook toy/01_frst"),
        (["toy/01_first", "--profile", "smoke"], 1, "no profile smoke"),
        (["toy/01_first", "-p", "n=99"], 1, "n = 99 is not allowed; allowed: int in 1..9"),
        (["toy/01_first", "-p", "n=x"], 1, "allowed: int in 1..9"),
        (["toy/01_first", "-p", "m=1"], 1, "unknown parameter m"),
        (["toy/01_first", "-p", "n"], 1, "expected name=value"),
        (["toy", "-p", "n=1"], 2, "-p belongs to one notebook"),
    ],
)
def test_mistakes_of_a_user_are_told_before_a_kernel_starts(toy, arguments, code, words):
    found, out = gaitnb(toy, "run", *arguments)
    assert (found, toy.ran(out)) == (code, set()), out
    assert words in " ".join(out.split())
    assert "Traceback" not in out


def test_ctrl_c_is_130_and_leaves_nothing_half_written(toy):
    toy.notebook("toy/01_first", "n: int = 2  # 1..9", "import time\ntime.sleep(30)")
    process = toy.start("gaitnb.cli", "run", "toy/01_first")
    folder = toy.root / "_build/runs/toy/reduced"
    end = time.time() + 60
    while not list(folder.glob(".01_first.*.ipynb")) and time.time() < end:
        time.sleep(0.05)
    time.sleep(1)
    os.killpg(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 130, out
    assert "Traceback" not in out
    assert not list(folder.glob("*.ipynb")) and not list(folder.glob(".*.ipynb"))
