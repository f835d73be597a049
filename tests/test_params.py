"""Parameters: what a cell allows, what is refused, and with which words."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaitnb.errors import ParameterError
from gaitnb.params import at_profile, from_text, load_profile, parse_parameters, validate
from workflow.project import BOOK, PAPERS
from workflow.schema import compile_chapter, compiled_text, notebook_parameters

CELL = """\
# People and model.
n_people: int = 6  # 2..22; people in the cohort
rate: float = 0.05  # 0.001..0.5
weight: float = 1.0  # 0..
model: str = "sae"  # sae | disent | svae
batch: int = 32  # 16 | 32 | 64
quick: bool = True
run_dir: str = ""  # any; nothing is written when empty
"""
SCHEMA = parse_parameters(CELL)


def test_cell_is_read():
    people = SCHEMA["n_people"]
    assert list(SCHEMA) == ["n_people", "rate", "weight", "model", "batch", "quick", "run_dir"]
    assert (people.kind, people.default, people.low, people.high) == ("int", 6, 2, 22)
    assert people.note == "people in the cohort"
    assert SCHEMA["model"].choices == ("sae", "disent", "svae")
    assert SCHEMA["batch"].choices == (16, 32, 64)
    assert (SCHEMA["weight"].low, SCHEMA["weight"].high) == (0.0, None)


def test_defaults_fill_in_and_whole_numbers_are_floats_too():
    values = validate(SCHEMA, {"n_people": 22, "weight": 2}, "here")
    assert values["n_people"] == 22
    assert values["model"] == "sae"
    assert type(values["weight"]) is float
    assert list(values) == list(SCHEMA)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"n_peple": 6}, ["n_peple", "did you mean n_people?"]),
        ({"zzz": 6}, ["zzz", "there are: n_people, rate"]),
        ({"n_people": 23}, ["n_people = 23", "int in 2..22"]),
        ({"n_people": 1}, ["n_people = 1", "int in 2..22"]),
        ({"n_people": 6.0}, ["n_people = 6.0", "int in 2..22", "(write 6)"]),
        ({"n_people": True}, ["n_people = True", "int in 2..22"]),
        ({"n_people": "6"}, ["n_people = '6'", "int in 2..22"]),
        ({"rate": "1e-2"}, ["rate = '1e-2'", "float in 0.001..0.5", "write 0.01"]),
        ({"rate": float("nan")}, ["rate = nan", "float in 0.001..0.5"]),
        ({"weight": float("inf")}, ["weight = inf", "float in 0.0.."]),
        ({"weight": -1.0}, ["weight = -1.0", "float in 0.0.."]),
        ({"model": "vae"}, ["model = 'vae'", "sae | disent | svae"]),
        ({"batch": 33}, ["batch = 33", "16 | 32 | 64"]),
        ({"quick": 1}, ["quick = 1", "true or false"]),
        ({"run_dir": None}, ["run_dir = None", "str, any"]),
    ],
)
def test_wrong_values_are_refused_with_file_name_and_rule(values, words):
    with pytest.raises(ParameterError) as error:
        validate(SCHEMA, values, "params/01_data.smoke.yaml")
    for word in ["params/01_data.smoke.yaml", *words]:
        assert word in str(error.value)


@pytest.mark.parametrize(
    "line",
    [
        "n = 6",
        "n: int",
        "n: int = 6",  # says nothing of what is allowed
        "n: int = 6  # some number",
        "n: list = []  # any",
        "n: int = 2 * 3  # 1..9",
        "n: int = 6  # 7..9",
        "n: int = 6  # ..",
        "n: int = 6  # a | b",
        'm: str = "a"  # 1..2',
        'm: str = "c"  # a | b',
        "n: int = 6  # 1..9\nn: int = 6  # 1..9",
        "import os",
        "n: int = ",
        "n: int = 6  # 1..2..3",
    ],
)
def test_a_cell_of_another_form_is_refused(line):
    with pytest.raises(ParameterError, match="01_data"):
        parse_parameters(line, "01_data")


@given(
    low=st.integers(-(10**6), 10**6), width=st.integers(0, 10**6), x=st.integers(-(10**7), 10**7)
)
def test_a_range_holds_for_any_integer(low, width, x):
    schema = parse_parameters(f"n: int = {low}  # {low}..{low + width}")
    if low <= x <= low + width:
        assert validate(schema, {"n": x}, "here") == {"n": x}
    else:
        with pytest.raises(ParameterError, match="not allowed"):
            validate(schema, {"n": x}, "here")


@given(st.dictionaries(st.sampled_from(list(SCHEMA)), st.none() | st.text() | st.floats()))
def test_whatever_is_given_the_answer_is_a_full_set_or_our_own_error(values):
    try:
        full = validate(SCHEMA, values, "here")
    except ParameterError:
        return
    assert list(full) == list(SCHEMA)
    assert validate(SCHEMA, full, "again") == full


def test_command_line_texts_take_the_type_of_the_parameter():
    pairs = ["n_people=4", "rate=1e-2", "quick=false", "model=svae", "run_dir=a=b"]
    values = from_text(SCHEMA, pairs)
    assert values == {
        "n_people": 4, "rate": 0.01, "quick": False, "model": "svae", "run_dir": "a=b",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        ("n_people", "expected name=value"),
        ("n_people=six", "int in 2..22"),
        ("quick=maybe", "true or false"),
        ("n_peopel=6", "did you mean n_people?"),
    ],
)
def test_wrong_texts_are_refused(pair, words):
    with pytest.raises(ParameterError) as error:
        from_text(SCHEMA, [pair])
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"n: 1\nn: 2\n", "n is there twice"),
        (b"n: [1, 2]\n", "expected a plain int"),
        (b"n: 2020-01-01\n", "expected a plain int"),
        (b"- n\n", "found a list"),
        (b"n: {\n", "not YAML"),
        (b"n: !!python/object/apply:os.getcwd []\n", "not YAML"),
        (b"\xff\xfe\x00n", "not YAML"),
    ],
)
def test_a_profile_of_another_form_is_refused(tmp_path, content, words):
    path = tmp_path / "01_data.smoke.yaml"
    path.write_bytes(content)
    with pytest.raises(ParameterError) as error:
        load_profile(path)
    assert words in str(error.value)
    assert str(path) in str(error.value)


def test_a_missing_profile_is_refused_and_an_empty_one_changes_nothing(tmp_path):
    with pytest.raises(ParameterError, match="cannot be read"):
        load_profile(tmp_path / "no.yaml")
    (tmp_path / "empty.yaml").write_text("# nothing\n")
    assert load_profile(tmp_path / "empty.yaml") == {}


def test_a_chapter_compiles_and_its_mistakes_name_the_file(checkout):
    folder = checkout.root / "book" / "toy"
    checkout.write("book/toy/params/02_results.smoke.yaml", "seeds: 1\n")
    assert compile_chapter(folder)["02_results"]["profiles"] == {"smoke": {"seeds": 1}}
    checkout.write("book/toy/params/02_results.smoke.yaml", "seed: 1\n")
    with pytest.raises(ParameterError, match=r"02_results.smoke.yaml.*did you mean seeds\?"):
        compile_chapter(folder)
    checkout.write("book/toy/params/02_results.smoke.yaml", "seeds: 1\n")
    checkout.write("book/toy/params/02_result.smoke.yaml", "seeds: 1\n")
    with pytest.raises(ParameterError, match=r"did you mean 02_results\?"):
        compile_chapter(folder)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"cells": 3}', '{"cells": []}'])
def test_a_file_that_is_no_notebook_is_refused(tmp_path, content):
    path = tmp_path / "01_data.ipynb"
    path.write_text(content)
    with pytest.raises(ParameterError, match="01_data.ipynb"):
        notebook_parameters(path)


CHAPTERS = sorted({path.parent.name for path in BOOK.glob("*/[0-9][0-9]_*.ipynb")})


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_notebook_has_a_valid_cell_and_valid_profiles(chapter):
    for stem, entry in compile_chapter(BOOK / chapter).items():
        assert any(row["name"] == "run_dir" for row in entry["parameters"]), stem


@pytest.mark.parametrize("chapter", [c for c in CHAPTERS if (PAPERS / c).is_dir()])
def test_the_package_carries_the_schema_of_the_notebooks(chapter):
    stored = (PAPERS / chapter / "params.json").read_text()
    assert stored == compiled_text(BOOK / chapter), "run `make refresh`"
    for stem, entry in json.loads(stored).items():
        for profile in ["reduced", *entry["profiles"]]:
            assert at_profile(chapter, stem, profile)


def test_unknown_chapter_notebook_and_profile_name_what_there_is():
    with pytest.raises(ParameterError, match="unknown chapter latent_moton"):
        at_profile("latent_moton", "04_results")
