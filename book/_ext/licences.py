"""Sphinx extension: the licences of the recordings and of the packages, read where they are stated.

On the page of licences the line ``% datasets`` is replaced by a table made from the catalogue of
recordings, and ``% dependencies`` by one made from what the installed packages state themselves.
"""

import importlib.metadata
import re

PAGE = "book/reference/licences"
SHORT = 150  # characters; a longer licence field holds the licence's whole text


def dataset_table():
    """The recordings and their licences, as a Markdown table."""
    from gaitnb import data

    rows = data.datasets().fillna("")
    lines = [
        f"| {row['name']} | {_cell(row['title'])} | {_cell(row['licence'])} |"
        for _, row in rows.iterrows()
    ]
    return "\n".join(["| data set | what | licence |", "|---|---|---|", *lines])


def dependency_table(package="gaitnb"):
    """What notebooks and pages need, with licences, as a Markdown table; not what only tests need."""
    groups = {"": "running notebooks", "book": "building the book"}
    rows = {}
    for requirement in importlib.metadata.requires(package):
        name = re.match(r"[\w.-]+", requirement).group()
        extra = re.search(r"extra\s*==\s*['\"](\w+)['\"]", requirement)
        group = groups.get(extra.group(1) if extra else "")
        if group and name != package:
            rows.setdefault(name, group)
    lines = [
        f"| {name} | {_cell(licence_of(name))} | {rows[name]} |"
        for name in sorted(rows, key=str.lower)
    ]
    return "\n".join(["| package | licence | needed for |", "|---|---|---|", *lines])


def licence_of(name):
    """The licence that an installed package states: an expression, a short name, or its file."""
    try:
        package = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed here"
    about = package.metadata
    stated = about.get("License-Expression") or about.get("License") or ""
    if 0 < len(stated) <= SHORT and "\n" not in stated:
        return stated
    for classifier in about.get_all("Classifier", []):
        if classifier.startswith("License ::"):
            return classifier.split(" :: ")[-1]
    for file in package.files or []:
        if re.match(r"(LICEN[CS]E|COPYING)", file.name) and ".dist-info" in str(file):
            text = file.locate().read_text(encoding="utf-8", errors="replace")
            return ", ".join([line.strip() for line in text.splitlines() if line.strip()][:2])
    return "not stated"


def _cell(text):
    return str(text).replace("|", r"\|").replace("\n", " ")


def fill_page(app, docname, source):
    """Handler of source-read."""
    if docname == PAGE:
        filled = source[0].replace("% datasets", dataset_table())
        source[0] = filled.replace("% dependencies", dependency_table())


def setup(app):
    app.connect("source-read", fill_page)
    # The tables come from outside the page, so the page is read again in every build.
    app.connect("env-get-outdated", lambda app, env, *_: {PAGE} & env.found_docs)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
