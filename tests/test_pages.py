"""The pages around the chapters say what is so: files, addresses, commands, verdicts, licences."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from gaitnb.evidence import claims, results
from workflow.project import toc_files

ROOT = Path(__file__).resolve().parents[1]
EXTENSIONS = ROOT / "book" / "_ext"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
ADDRESS = PROJECT["urls"]["Repository"]
TEXTS = [ROOT / "README.md", *sorted((ROOT / "book").rglob("*.md"))]
READABLE = [path for path in TEXTS if "_build" not in path.parts]


@pytest.fixture(autouse=True)
def extensions(monkeypatch):
    monkeypatch.syspath_prepend(str(EXTENSIONS))


def text_of(path):
    return (ROOT / path).read_text(encoding="utf-8")


def shown(path):
    return str(path.relative_to(ROOT))


# --- files and addresses -----------------------------------------------------------------------


def test_every_page_is_in_the_table_of_contents_once():
    pages = {
        str(path.relative_to(ROOT).with_suffix(""))
        for ending in ("md", "ipynb")
        for path in (ROOT / "book").rglob(f"*.{ending}")
        if ".ipynb_checkpoints" not in path.parts
    }
    files = toc_files()
    assert sorted(files) == sorted(pages)


def test_chapters_in_the_table_of_contents_are_those_with_claims():
    folders = {file.split("/")[1] for file in toc_files() if file.count("/") == 2}
    frame = {"start", "across", "reference", "foundations", "lab"}
    assert folders - frame == set(claims.chapters())


@pytest.mark.parametrize("path", READABLE, ids=shown)
def test_addresses_of_the_repository_are_the_one_of_the_project(path):
    found = re.findall(r"https://github\.com/[\w.-]+/gaitnb\b", path.read_text(encoding="utf-8"))
    assert set(found) <= {ADDRESS}


def test_settings_and_citation_name_the_project_as_it_is():
    assert yaml.safe_load(text_of("_config.yml"))["repository"]["url"] == ADDRESS
    citation = yaml.safe_load(text_of("CITATION.cff"))
    assert citation["repository-code"] == ADDRESS
    assert citation["version"] == PROJECT["version"]
    assert citation["license"] == PROJECT["license"] == "MIT"
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert f"clone {ADDRESS}" in text_of("README.md")
    assert ADDRESS in text_of("workflow/setup_cell.py")


def test_licences_are_those_that_the_pages_name():
    assert "Permission is hereby granted, free of charge" in text_of("LICENSE")
    assert "https://creativecommons.org/licenses/by/4.0/legalcode" in text_of("LICENSE-text")
    settings = yaml.safe_load(text_of("_config.yml"))
    assert settings["html"]["extra_footer"] == "Text CC BY 4.0, code MIT."


@pytest.mark.parametrize("path", READABLE, ids=shown)
def test_links_between_sources_lead_to_files(path):
    links = re.findall(r"\]\(([^)#\s]+\.(?:md|ipynb))[)#]", path.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (path.parent / link).exists()] == []


# --- commands ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", READABLE, ids=shown)
def test_make_targets_in_the_text_exist(path):
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE))
    blocks = re.findall(r"```bash\n(.*?)```", path.read_text(), re.DOTALL)
    inline = re.findall(r"`(make [^`\n]+)`", path.read_text())
    named = set(re.findall(r"^make ([a-z]+)", "\n".join(blocks + inline), re.MULTILINE))
    assert named <= targets


def test_commands_in_the_text_exist():
    """Each `gaitnb ...` in the pages names commands and options that its help knows."""
    named = set()
    for path in READABLE:
        for words in re.findall(r"(?:\.venv/bin/|[`$\n])gaitnb ([a-z][^`\n#]*)", path.read_text()):
            named.add(tuple(words.split()))
    assert {words[0] for words in named} >= {"run", "data", "claims"}
    helps = {}
    for words in named:
        command = words[: 2 if words[0] == "data" and len(words) > 1 else 1]
        if command not in helps:
            call = [sys.executable, "-m", "gaitnb.cli", *command, "--help"]
            done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True)
            assert done.returncode == 0, f"gaitnb {' '.join(command)}: {done.stderr}"
            helps[command] = done.stdout
        for option in (word for word in words if word.startswith("-")):
            assert option in helps[command], f"gaitnb {' '.join(words)}"


# --- what the pages explain --------------------------------------------------------------------


def test_every_verdict_is_explained():
    terms = re.findall(r"^(\S.*)\n: ", text_of("book/start/read.md"), re.MULTILINE)
    explained = {word.strip() for term in terms for word in term.split(",")}
    in_the_lab = {verdict for verdict in claims.VERDICTS if verdict.endswith(claims.IN_THE_LAB)}
    assert explained == set(claims.VERDICTS) - in_the_lab | {"..." + claims.IN_THE_LAB}


def test_every_profile_is_explained():
    rows = re.findall(r"^\| (\w+) \| .*params|^\| (reduced) \|", text_of("book/start/run.md"), re.M)
    assert {first or second for first, second in rows} == set(results.PROFILES)


def test_glossary_explains_each_term_once():
    lines = text_of("book/reference/glossary.md").splitlines()
    inside, terms = False, []
    for before, line in zip(lines, lines[1:], strict=False):
        if before.startswith("```{glossary}"):
            inside = True
        if line.startswith("```"):
            inside = False
        elif inside and line and not line.startswith(" "):
            terms.append(line)
    assert len(terms) > 60
    assert len({term.lower() for term in terms}) == len(terms)


def test_every_work_cited_says_who_what_and_when():
    entries = re.split(r"^@", text_of("book/references.bib"), flags=re.MULTILINE)[1:]
    keys = [re.match(r"\w+\{([^,]+),", entry).group(1) for entry in entries]
    assert len(set(keys)) == len(keys) > 20
    for key, entry in zip(keys, entries, strict=True):
        for field in ("author", "title", "year"):
            assert re.search(rf"^\s*{field}\s*=", entry, re.MULTILINE), f"{key} has no {field}"


def test_licences_of_all_packages_are_shown_and_copyleft_ones_named():
    import licences

    table = licences.dependency_table()
    extras = PROJECT["optional-dependencies"]["book"]
    for requirement in [*PROJECT["dependencies"], *extras]:
        name = re.match(r"[\w.-]+", requirement).group().lower()
        row = re.search(rf"^\| {re.escape(name)} \| (.+?) \|", table, re.MULTILINE | re.IGNORECASE)
        assert row and row.group(1) not in ("not stated", ""), name
    copyleft = re.findall(r"^\| (\S+) \| [^|]*(?:\bGPL|GENERAL PUBLIC)", table, re.MULTILINE)
    page = text_of("book/reference/licences.md")
    named = re.search(
        r"(\w+) of them are under the GNU General Public License: (.*?)\. Our", page, re.S
    )
    assert set(re.findall(r"`([\w-]+)`", named.group(2))) == set(copyleft)
    assert named.group(1) == {2: "Two", 3: "Three", 4: "Four"}[len(copyleft)]


def test_licences_of_all_recordings_are_shown():
    import licences

    from gaitnb import data

    table = licences.dataset_table()
    for name, licence in data.datasets()[["name", "licence"]].fillna("").to_numpy():
        assert re.search(rf"^\| {name} \| .* \| {re.escape(licence)} \|$", table, re.MULTILINE)


# --- the extensions ----------------------------------------------------------------------------


def test_modules_are_found_without_importing_them(tmp_path, monkeypatch):
    import api

    for name, text in {
        "__init__": '"""Toy."""',
        "walk": "raise RuntimeError",
        "_hidden": '"""Hidden."""',
        "inner/__init__": "",
        "inner/deep": '"""Deep."""',
        "inner/_private/more": '"""More."""',
    }.items():
        path = tmp_path / "toypages" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert api.public_modules("toypages") == ["toypages", "toypages.inner.deep", "toypages.walk"]
    page = api.as_markdown(["toypages", "toypages.walk"])
    assert page.count(".. automodule:: toypages") == 2 and page.count("\n## toypages") == 2


def test_the_page_of_modules_has_every_module_and_its_mark():
    import api

    modules = api.public_modules("gaitnb")
    assert {"gaitnb.figures", "gaitnb.evidence.claims", "gaitnb.data"} <= set(modules)
    assert text_of(f"{api.PAGE}.md").count(api.MARK) == 1


def test_docstrings_keep_their_references_and_absolute_values():
    import api

    lines = ["As in [1]_, where |r| > 0.3 and ``|r|`` and `a|b|`.", ".. [1] A book.", "   x[1]"]
    api.plain_docstring(None, "function", "f", None, None, lines)
    assert lines == [
        r"As in [1], where \|r\| > 0.3 and ``|r|`` and `a|b|`.",
        "[1] A book.",
        "   x[1]",
    ]


def test_remote_plotly_becomes_one_local_script():
    import offline

    remote = (
        '<script charset="utf-8" src="https://cdn.plot.ly/plotly-3.1.0.min.js" '
        'integrity="sha256-x" crossorigin="anonymous"></script>'
    )
    body = offline.use_local_plotly(f"<p>a</p>{remote}<p>b</p>{remote}", "../_static/plotly.min.js")
    assert body == '<p>a</p><script src="../_static/plotly.min.js"></script><p>b</p>'


def test_what_a_page_would_load_from_elsewhere_is_seen():
    import offline

    body = (
        '<script src="//cdn.example.org/a.js"></script><img alt="x" src="https://example.org/b.png">'
        '<link rel="stylesheet" href="http://example.org/c.css"><img src="_images/d.png">'
        '<a href="https://example.org/followed">a link</a><script src="_static/e.js"></script>'
    )
    assert offline.loaded_from_elsewhere(body) == [
        "//cdn.example.org/a.js",
        "https://example.org/b.png",
        "http://example.org/c.css",
    ]


SMALL_BOOK = """
extensions = ["myst_nb", "alttext", "offline"]
nb_execution_mode = "off"
"""


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ("![](square.svg)", "no alternative text"),
        ('<img alt="far" src="https://example.org/b.png">', "needs a network"),
        ("![A square](square.svg)", None),
    ],
)
def test_a_build_warns_of_what_a_page_must_not_have(tmp_path, page, says):
    (tmp_path / "conf.py").write_text(SMALL_BOOK)
    (tmp_path / "index.md").write_text(f"# Small\n\n{page}\n")
    (tmp_path / "square.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    call = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", str(tmp_path)]
    done = subprocess.run(
        [*call, str(tmp_path / "out")],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(EXTENSIONS), "PATH": ""},
    )
    if says is None:
        assert (done.returncode, done.stderr) == (0, "")
    else:
        assert done.returncode != 0 and says in done.stderr
