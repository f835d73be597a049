"""Each notebook is a pair of .ipynb and .py with the same cells; `make refresh` keeps it so."""

import nbformat
import pytest

from workflow.pairs import all_pairs, differences
from workflow.project import WorkflowError
from workflow.refresh import LARGEST, _places, stable


@pytest.mark.parametrize("notebook", all_pairs(), ids=lambda nb: nb.name)
def test_both_files_have_the_same_cells(notebook):
    assert differences(notebook) == [], "run `make refresh`"


@pytest.mark.parametrize("notebook", all_pairs(), ids=lambda nb: nb.name)
def test_stored_outputs_are_complete_and_stable(notebook):
    book = nbformat.read(notebook.path, as_version=4)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1)), (
        "run `make refresh`"
    )
    assert stable(book) == notebook.path.read_text(), "run `make refresh`"


def test_a_refresh_stores_outputs_once_and_a_second_changes_no_byte(checkout):
    folder = checkout.root / "book/toy"
    code, out = checkout.run("workflow.refresh")
    assert code == 0, out
    files = sorted(folder.iterdir())
    assert [file.name for file in files] == [
        "01_first.ipynb", "01_first.py", "02_results.ipynb", "02_results.py", "index.md",
    ]  # fmt: skip
    assert nbformat.read(files[0], as_version=4).cells[-1].outputs[0].data["text/plain"] == "4"
    assert (checkout.root / "gaitnb/papers/toy/params.json").is_file()
    before = {file: file.read_bytes() for file in files}

    code, out = checkout.run("workflow.refresh", "--all")
    assert (code, out.count("s, same")) == (0, 2), out
    assert {file: file.read_bytes() for file in files} == before

    script = folder / "01_first.py"
    script.write_text(script.read_text().replace("double(n)\n", "double(n) + 1\n"))
    code, out = checkout.run("workflow.refresh")
    assert code == 0, out
    assert checkout.ran(out) == {"toy/01_first"}
    assert nbformat.read(files[0], as_version=4).cells[-1].outputs[0].data["text/plain"] == "5"


def test_a_refresh_of_a_notebook_that_raises_changes_nothing(checkout):
    path = checkout.notebook("toy/01_first", "n: int = 2  # 1..9", "1 / 0")
    checkout.run("workflow.refresh", "toy/02")
    before = path.read_bytes()
    code, out = checkout.run("workflow.refresh", "toy/01")
    assert code == 1
    assert "FAILED  toy/01_first" in out and "ZeroDivisionError" in out
    after = nbformat.read(path, as_version=4)
    assert after.cells == nbformat.reads(before.decode(), as_version=4).cells


def book_showing(text: str):
    """A notebook whose only output is `text`."""
    output = nbformat.v4.new_output("stream", name="stdout", text=text)
    cell = nbformat.v4.new_code_cell("show()", id="a", outputs=[output])
    return nbformat.v4.new_notebook(cells=[cell])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<Axes at 0x7f12ab34cd56>", "cell 1 shows an address"),
        (f"{sorted(_places())[0]}/x.csv", "cell 1 shows a path of this computer"),
        ("x" * LARGEST, "at most 1,000,000"),
    ],
)
def test_outputs_that_change_from_run_to_run_are_refused(text, words):
    with pytest.raises(WorkflowError, match=words):
        stable(book_showing(text))


def test_outputs_without_such_things_are_kept():
    assert "0.93 of the variance" in stable(book_showing("0.93 of the variance"))


def test_a_pair_that_differs_is_told_cell_by_cell(checkout, monkeypatch):
    from workflow import project
    from workflow.project import Notebook

    checkout.run("workflow.refresh", "toy/01")
    monkeypatch.setattr(project, "BOOK", checkout.root / "book")
    pair = Notebook("toy", "01_first")
    assert differences(pair) == []
    path = checkout.root / "book/toy/01_first.py"
    path.write_text(path.read_text().replace("double(n)", "double(n + 1)"))
    assert differences(pair) == ["cell 3: sources differ"]
    path.write_text(path.read_text() + "\n# %%\nn\n")
    assert "3 cells in .ipynb, 4 in .py" in differences(pair)
