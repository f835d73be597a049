"""Two builds at once, a killed build, an interrupted one: nobody's lock is broken, work goes on."""

import os
import signal
import time
from pathlib import Path

import pytest

from workflow.project import write_text

BOOK = ("workflow.driver", "book")
SLOW = "import time\ntime.sleep(5)\nn"


def wait_until(true, seconds=60):
    """Wait until `true()` holds."""
    end = time.time() + seconds
    while not true():
        assert time.time() < end, "waited too long"
        time.sleep(0.05)


def part_copies(checkout) -> list:
    return list((checkout.root / "_build").glob("stage/book/toy/.01_first.*.ipynb"))


def processes_of(checkout) -> list[str]:
    """Command lines of living processes that run in this checkout."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").readlink().is_relative_to(checkout.root):
                found.append((entry / "cmdline").read_text().replace("\0", " "))
        except OSError:  # it has ended, or is not ours
            continue
    return found


@pytest.fixture
def slow(checkout):
    """A checkout whose first notebook takes five seconds, with a build that runs it."""
    checkout.notebook("toy/01_first", "n: int = 2  # 1..9", SLOW)
    process = checkout.start(*BOOK)
    wait_until(lambda: part_copies(checkout))
    yield checkout, process
    process.kill()
    process.wait()


def test_a_second_build_says_so_or_waits_and_the_first_is_not_disturbed(slow):
    checkout, first = slow
    code, out = checkout.run(*BOOK)
    assert code == 75
    assert "another build is running" in out and str(first.pid) in out and "WAIT=1" in out
    assert first.poll() is None
    second = checkout.start(*BOOK, WAIT="1")
    first_out, _ = first.communicate(timeout=120)
    second_out, _ = second.communicate(timeout=120)
    assert first.returncode == 0, first_out
    assert second.returncode == 0, second_out
    assert "waiting for it" in second_out
    assert checkout.ran(second_out) == set()  # the first one had made everything


def test_after_kill_9_nothing_lives_on_and_the_next_build_goes_on(slow):
    checkout, first = slow
    wait_until(lambda: (checkout.root / "_build/stage/book/toy/02_results.ipynb").is_file())
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert any((checkout.root / ".snakemake/locks").iterdir())
    wait_until(lambda: not processes_of(checkout), 15)
    assert not (checkout.root / "_build/stage/book/toy/01_first.ipynb").exists()
    code, out = checkout.run(*BOOK)
    assert code == 0, out
    assert "going on where it was" in out
    assert checkout.ran(out) == {"toy/01_first"}
    assert not part_copies(checkout)


def test_after_ctrl_c_nothing_lives_on_and_the_next_build_goes_on(slow):
    checkout, first = slow
    os.killpg(first.pid, signal.SIGINT)  # what a terminal does
    out, _ = first.communicate(timeout=60)
    assert first.returncode not in (0, None)
    assert "Traceback" not in out, out
    wait_until(lambda: not processes_of(checkout), 15)
    assert not part_copies(checkout)
    code, out = checkout.run(*BOOK)
    assert code == 0, out
    assert "toy/01_first" in checkout.ran(out)


def test_a_full_disk_leaves_nothing_half_written(tmp_path, monkeypatch):
    target = tmp_path / "meta.json"
    write_text(target, "before")

    def no_space(self, data):
        with open(self, "wb") as file:  # noqa: PTH123
            file.write(data[:2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", no_space)
    with pytest.raises(OSError, match="No space"):
        write_text(target, "after")
    assert target.read_text() == "before"
    assert list(tmp_path.iterdir()) == [target]
