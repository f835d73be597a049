"""Benchmarks say how many times faster, or how dear per item; they never fail for being slow.

A benchmark of a group may put into `benchmark.extra_info`: ``items``, what its time is divided by
(curves, models), with ``item``, their name; ``reference=True`` for what a user would write
instead; ``target``, how many times faster than the reference we want to be.
"""

import pytest


@pytest.fixture(autouse=True)
def _one_thread():
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def pytest_terminal_summary(terminalreporter, config):
    session = getattr(config, "_benchmarksession", None)
    done = [b for b in getattr(session, "benchmarks", []) if not b.has_error and b.stats.data]
    if not done:
        return
    write = terminalreporter.write_line
    terminalreporter.section("per item, and against what one would write oneself")
    for group in dict.fromkeys(b.group for b in done):
        mine = [b for b in done if b.group == group]
        references = [_per_item(b) for b in mine if b.extra_info.get("reference")]
        write(group or "no group")
        for b in mine:
            line = f"  {_name(b):44}{1e6 * _per_item(b):12,.1f} us per {b.extra_info.get('item', 'call')}"
            if references and not b.extra_info.get("reference"):
                line += f"{references[0] / _per_item(b):8.1f} times faster"
                target = b.extra_info.get("target")
                line += f" (aim: {target})" if target else ""
            write(line)


def _per_item(benchmark):
    # The fastest round: the one that other programs disturbed least.
    return benchmark.stats.min / benchmark.extra_info.get("items", 1)


def _name(benchmark):
    return benchmark.name.removeprefix("test_").replace("_", " ")
