"""Files that state versions agree: pyproject.toml, constraints.txt, environment.yml."""

import fcntl
import importlib.util
import re
import shutil
import subprocess
import sys
import time
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from workflow import venv
from workflow.project import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
REQUIRED = {r.name.lower(): r for r in map(Requirement, PROJECT["dependencies"])}
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]


def conda(name: str) -> str:
    """The version range that environment.yml states for a conda package."""
    lines = [line for line in CONDA if isinstance(line, str) and line.split()[0] == name]
    assert len(lines) == 1
    return lines[0].removeprefix(name).strip()


def test_conda_and_pip_take_the_same_python():
    assert SpecifierSet(conda("python")) == SpecifierSet(PROJECT["requires-python"])
    allowed = SpecifierSet(PROJECT["requires-python"])
    for major, minor in [(3, 10), (3, 11), (3, 12), (3, 13), (3, 14)]:
        assert (f"{major}.{minor}.0" in allowed) == ((major, minor) in venv.VERSIONS)


def test_conda_brings_torch_in_the_range_of_the_project():
    assert SpecifierSet(conda("pytorch-cpu")) == REQUIRED["torch"].specifier


def test_conda_installs_the_project_with_an_extra_that_exists():
    pip = [line["pip"] for line in CONDA if isinstance(line, dict)]
    assert len(pip) == 1 and len(pip[0]) == 1
    extra = re.fullmatch(r"-e \.\[(\w+)\]", pip[0][0])[1]
    assert extra in PROJECT["optional-dependencies"]


def test_dependencies_are_ranges_and_never_pins():
    for name, requirement in REQUIRED.items():
        operators = {one.operator for one in requirement.specifier}
        assert operators and not operators & {"==", "==="}, name


@pytest.mark.parametrize("line", (ROOT / "constraints.txt").read_text().split())
def test_constraints_pin_versions_that_the_ranges_allow(line):
    pin = Requirement(line)
    assert [one.operator for one in pin.specifier] == ["=="]
    version = next(iter(pin.specifier)).version
    assert "+" not in version
    every = [*PROJECT["dependencies"], *sum(PROJECT["optional-dependencies"].values(), [])]
    ranges = [r.specifier for r in map(Requirement, every) if r.name.lower() == pin.name.lower()]
    assert ranges, f"{pin.name} is not a dependency"
    assert all(version in allowed for allowed in ranges)


def test_the_installation_knows_its_state_and_a_python_it_can_use(monkeypatch):
    assert venv.state() == venv.state()
    assert venv.version(venv.usable_python()) in venv.VERSIONS
    monkeypatch.setenv("PYTHON", "no-such-python")
    assert venv.usable_python() is None


def test_a_second_make_waits_while_one_installs(tmp_path):
    """It finds everything made when the first is done, and installs nothing."""
    (tmp_path / "workflow").mkdir()
    (tmp_path / "_build").mkdir()
    for name in ("pyproject.toml", "constraints.txt", "workflow/venv.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    spec = importlib.util.spec_from_file_location("copied", tmp_path / "workflow/venv.py")
    copied = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(copied)
    with (tmp_path / "_build/.venv.lock").open("w") as lock:  # the first one installs
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = subprocess.Popen(
            [sys.executable, copied.__file__], stdout=subprocess.PIPE, text=True
        )
        assert "another make is installing into .venv" in second.stdout.readline()
        time.sleep(0.3)
        assert second.poll() is None and not copied.VENV.exists()
        copied.VENV.mkdir()
        (copied.VENV / ".made-from").write_text(copied.state())  # and is done
    assert second.wait(timeout=60) == 0
    assert "installing" not in second.stdout.read()
    assert [path.name for path in copied.VENV.iterdir()] == [".made-from"]


def test_an_installation_that_failed_is_not_taken_for_a_finished_one(tmp_path):
    (tmp_path / "workflow").mkdir()
    for name in ("pyproject.toml", "workflow/venv.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "constraints.txt").write_text("this is not a requirement !!\n")
    run = subprocess.run(
        [sys.executable, tmp_path / "workflow/venv.py"], capture_output=True, text=True
    )
    assert run.returncode == 1
    assert "this step failed" in run.stdout and "Traceback" not in run.stderr
    assert not (tmp_path / ".venv/.made-from").exists()
