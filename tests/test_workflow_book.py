"""Builds of a small book: what runs again and what does not, and what a failure leaves."""

import re

import nbformat
import pytest

from workflow.pages import check_pages
from workflow.project import WorkflowError


def test_a_build_runs_what_is_out_of_date_and_nothing_else(checkout):
    book = ("workflow.driver", "book")
    code, out = checkout.run(*book)
    assert code == 0, out
    assert checkout.ran(out) == {"toy/01_first", "toy/02_results"}
    assert re.search(r"done    toy/01_first  \d+ s", out)
    assert re.search(r"finished in \d+ s", out)
    assert (checkout.root / "_build/html/book/toy/01_first.html").is_file()

    for path in checkout.root.rglob("*"):
        if path.is_file() and "_build" not in path.parts and ".git" not in path.parts:
            path.touch()
    code, out = checkout.run(*book)
    assert (code, checkout.ran(out)) == (0, set()), out
    assert "pages are up to date" in out

    with (checkout.root / "gaitnb/signals.py").open("a") as file:
        file.write("\n\ndef half(x):\n    return x / 2\n")
    code, out = checkout.run(*book)  # 01_first imports it through the toy chapter's model
    assert (code, checkout.ran(out)) == (0, {"toy/01_first"}), out

    checkout.notebook("toy/02_results", "seeds: int = 3  # 1..9", "seeds + 1")
    code, out = checkout.run(*book)
    assert (code, checkout.ran(out)) == (0, {"toy/02_results"}), out
    assert (
        '<span class="mi">3</span>'
        in (checkout.root / "_build/html/book/toy/02_results.html").read_text()
    )

    code, out = checkout.run(*book, TOY_SECRET="1")  # another data set is at hand now
    assert (code, checkout.ran(out)) == (0, {"toy/01_first", "toy/02_results"}), out

    changed = checkout.git("status", "--porcelain").split()[1::2]
    assert changed == ["book/toy/02_results.ipynb", "gaitnb/signals.py"]  # what this test edited


def test_a_staged_notebook_has_fresh_outputs_and_no_trace_of_the_machine(checkout):
    code = (
        'import pathlib\nout = pathlib.Path(run_dir)\n_ = (out / "kept.txt").write_text("x")\nn + 1'
    )
    source = checkout.notebook("toy/01_first", 'n: int = 2  # 1..9\nrun_dir: str = ""  # any', code)
    before = source.read_bytes()
    assert checkout.run("workflow.driver", "book")[0] == 0
    staged = checkout.root / "_build/stage/book/toy/01_first.ipynb"
    text = staged.read_text()
    book = nbformat.reads(text, as_version=4)
    assert book.cells[-1].outputs[0].data["text/plain"] == "3"
    assert [cell.source for cell in book.cells] == [
        cell.source for cell in nbformat.read(source, as_version=4).cells
    ]
    assert str(checkout.root) not in text and "papermill" not in text
    assert source.read_bytes() == before
    assert (checkout.root / "_build/run/toy/01_first/kept.txt").is_file()


def test_a_notebook_that_raises_leaves_its_copy_and_says_where(checkout):
    checkout.notebook("toy/01_first", "n: int = 2  # 1..9", "before = 41", "1 / 0", "after = 1")
    code, out = checkout.run("workflow.driver", "book")
    assert code == 1
    assert "FAILED  toy/01_first" in out and "ZeroDivisionError" in out and "1 / 0" in out
    assert "in cell In [3]" in out
    assert "done    toy/02_results" in out  # the others go on
    part = re.search(r"partial copy: (\S+)", out)[1]
    assert part == "_build/stage/book/toy/01_first.part.ipynb"
    cells = nbformat.read(checkout.root / part, as_version=4).cells
    counts = {cell.source: cell.get("execution_count") for cell in cells}
    assert (counts["before = 41"], counts["1 / 0"], counts["after = 1"]) == (2, 3, None)
    assert not (checkout.root / "_build/stage/book/toy/01_first.ipynb").exists()
    assert not (checkout.root / "_build/html").exists()

    checkout.notebook("toy/01_first", "n: int = 2  # 1..9", "before = 41")
    code, out = checkout.run("workflow.driver", "book")
    assert (code, checkout.ran(out)) == (0, {"toy/01_first"}), out
    assert not (checkout.root / part).exists()


def test_a_kernel_that_dies_is_reported(checkout):
    checkout.notebook("toy/01_first", "n: int = 2  # 1..9", "import os\nos._exit(3)")
    code, out = checkout.run("workflow.driver", "book")
    assert code == 1
    assert "FAILED  toy/01_first" in out and "DeadKernelError" in out and "partial copy" in out


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("n: int = 12  # 1..9", ["n = 12", "int in 1..9", "01_first.ipynb"]),
        ("n = 12", ["expected `name: type = value", "01_first.ipynb"]),
    ],
)
def test_a_wrong_parameters_cell_stops_the_build_before_a_kernel_starts(checkout, cell, words):
    checkout.notebook("toy/01_first", cell, "n")
    code, out = checkout.run("workflow.driver", "book")
    assert code == 1
    assert checkout.ran(out) == set()
    for word in words:
        assert word in out
    assert "Traceback" not in out


def test_a_page_that_is_missing_or_left_over_is_an_error(checkout):
    toc = (checkout.root / "_toc.yml").read_text()
    checkout.write("_toc.yml", toc + "- file: book/toy/99_none\n")
    code, out = checkout.run("workflow.driver", "book")
    assert code == 1
    assert "_toc.yml names book/toy/99_none" in out
    checkout.write("_toc.yml", toc)
    assert checkout.run("workflow.pages", "committed")[0] == 0
    html = checkout.root / "_build/html"
    pages = ["book/index", "book/toy/index", "book/toy/01_first", "book/toy/02_results"]
    check_pages(html, pages)
    with pytest.raises(WorkflowError, match="missing: book/toy/99_none.html"):
        check_pages(html, [*pages, "book/toy/99_none"])
    with pytest.raises(WorkflowError, match="not in _toc.yml: book/toy/02_results.html"):
        check_pages(html, pages[:-1])


def test_a_broken_book_leaves_the_former_pages(checkout):
    assert checkout.run("workflow.pages", "committed")[0] == 0
    page = checkout.root / "_build/html/book/toy/index.html"
    before = page.read_bytes()
    checkout.write("book/toy/index.md", "# Toy chapter\n\n```{nosuchdirective}\n```\n")
    code, out = checkout.run("workflow.pages", "committed", "--strict")
    assert code == 1
    assert "nosuchdirective" in out
    assert page.read_bytes() == before
