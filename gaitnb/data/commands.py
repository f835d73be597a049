"""``gaitnb data``: what is at hand, fetch it, check it."""

import json
from typing import Annotated

import typer

from gaitnb.data import catalog, store
from gaitnb.errors import DataError

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="List, fetch and verify data sets.",
)


@app.command("list")
def list_sets(
    as_json: Annotated[bool, typer.Option("--json", help="Print a list of objects.")] = False,
    chapter: Annotated[str, typer.Option(help="Only the sets of one chapter.")] = "",
):
    """Say of every data set whether it is here, where, how large, and how to get it.

    Examples:

        gaitnb data list

        gaitnb data list --chapter latent_motion --json
    """
    states = [_state(name) for name in _names(chapter)]
    if as_json:
        typer.echo(json.dumps(states, indent=2, ensure_ascii=False))
        return
    typer.echo(f"cache:  {store.cache_folder()}")
    typer.echo(f"mirror: {store.mirror_folder() or 'none (set GAITNB_MIRROR to a folder)'}\n")
    for state in states:
        here = "at hand" if state["at_hand"] else "partly" if state["found"] else "not here"
        size = _human(state["bytes"]) if state["bytes"] else "-"
        typer.echo(f"{state['name']:<22}{here:<10}{size:>8}  {state['title']}")
        typer.echo(f"    licence: {state['licence']}")
        for place in state["where"]:
            typer.echo(f"    in: {place}")
        if not state["at_hand"]:
            if state["found"]:
                typer.echo(f"    {state['found']} of {state['needed']} files are here")
            typer.echo(f"    to get it: {state['how_to_get']}")


@app.command()
def fetch(
    names: Annotated[list[str] | None, typer.Argument(help="Names of data sets.")] = None,
    chapter: Annotated[str, typer.Option(help="All sets of a chapter that can be fetched.")] = "",
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar.")] = False,
):
    """Download data sets into the cache; size and SHA-256 of every file are checked.

    Interrupted, it goes on where it was.

    Examples:

        gaitnb data fetch gaitrec2021

        gaitnb data fetch --chapter latent_motion
    """
    wanted = list(names or [])
    if chapter:
        wanted += [n for n in _names(chapter) if catalog.info(n)["access"] == "download"]
    if not wanted:
        raise DataError("name a data set or a chapter; gaitnb data list shows them")
    for name in wanted:  # a wrong name is refused before anything is downloaded
        catalog.info(name)
    for name in dict.fromkeys(wanted):
        count = catalog.fetch(name, progress=not quiet)
        typer.echo(f"{name}: {count} files downloaded" if count else f"{name}: already at hand")


@app.command()
def verify(
    names: Annotated[
        list[str] | None, typer.Argument(help="Names of data sets; all that are here by default.")
    ] = None,
):
    """Check size and SHA-256 of every file; a damaged file in the cache is removed.

    Ends with exit code 1 when a file is damaged or missing.

    Examples:

        gaitnb data verify

        gaitnb data verify gaitrec2021
    """
    some = list(names or [n for n in _names("") if _worth_checking(n)])
    faults = 0
    for name in some:
        table = catalog.verify(name)
        wrong = table[table["problem"] != ""]
        unhashed = " (no published hash to compare with)" if _manual(name) else ""
        typer.echo(f"{name}: {len(table) - len(wrong)} of {len(table)} files whole{unhashed}")
        for row in wrong.itertuples():
            typer.echo(f"    {row.place or row.path}: {row.problem}")
        faults += len(wrong)
    if faults:
        raise DataError(f"{faults} files are damaged or missing")


def _names(chapter):
    table = catalog.datasets()
    if not chapter:
        return list(table["name"])
    chosen = table[[chapter in c.split(";") for c in table["chapters"]]]
    if chosen.empty:
        known = sorted({c for cell in table["chapters"] for c in cell.split(";")})
        raise DataError(f"no data set belongs to {chapter!r}; known: {', '.join(known)}")
    return list(chosen["name"])


def _worth_checking(name):
    """Whole sets, and downloads that stopped half-way."""
    found, needed = catalog.presence(name)
    return found == needed or (found and not _manual(name))


def _manual(name):
    return catalog.info(name)["access"] == "manual"


def _state(name):
    row = catalog.info(name)
    found, needed = catalog.presence(name)
    return {
        "name": name,
        "title": row["title"],
        "access": row["access"],
        "at_hand": found == needed,
        "found": found,
        "needed": needed,
        "where": [str(place) for place in catalog.where(name)],
        "bytes": int(catalog.files(name)["bytes"].sum()) or None,
        "licence": row["licence"],
        "how_to_get": catalog.how_to_get(name),
    }


def _human(size):
    return f"{size / 1e6:.1f} MB" if size < 1e9 else f"{size / 1e9:.1f} GB"
