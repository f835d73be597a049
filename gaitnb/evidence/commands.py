"""``gaitnb claims``: every claim, what was measured, and the verdict."""

import json
import math
import textwrap
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from gaitnb.evidence.claims import COLUMNS, counted_once, evaluate
from gaitnb.evidence.rules import format_number

WIDTH = 96


def claims(
    chapter: Annotated[
        str | None, typer.Option("--chapter", "-c", help="One chapter, e.g. latent_motion.")
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(help="Only results of this profile: full, overnight, reduced or smoke."),
    ] = None,
    results: Annotated[
        Path | None,
        typer.Option(help="Also read results below this folder, e.g. _build/results."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a list of JSON objects.")] = False,
):
    """Show what the papers claim, what was measured, and the verdict.

    Examples: gaitnb claims --chapter latent_motion; gaitnb claims --json > claims.json
    """
    table = evaluate(chapter, profile, results)
    if as_json:
        typer.echo(as_json_text(table))
        return
    for name, part in table.groupby("chapter", sort=False):
        typer.echo(f"\n{name}")
        for row in part.to_dict("records"):
            typer.echo(_as_lines(row))
    once = counted_once(table)
    counts = ", ".join(f"{n} {verdict}" for verdict, n in once["verdict"].value_counts().items())
    typer.echo("\n" + textwrap.fill(f"{len(once)} claims: {counts or 'none'}", WIDTH))


def as_json_text(table):
    """The rows of `evaluate` as JSON text; what is missing is null."""
    rows = [
        {name: _json_value(value) for name, value in row.items()}
        for row in table[COLUMNS].to_dict("records")
    ]
    return json.dumps(rows, indent=1, ensure_ascii=False, allow_nan=False)


def measured_text(row):
    """Value, spread and number of people of a row, as "0.21 ± 0.03 (n = 57)"; may be empty."""
    if math.isnan(row["value"]):
        return ""
    spread = "" if math.isnan(row["spread"]) else f" ± {format_number(row['spread'])}"
    unit = f" {row['unit']}" if row["unit"] else ""
    n = "" if _json_value(row["n"]) is None else f" (n = {row['n']})"
    return f"{format_number(row['value'])}{spread}{unit}{n}"


def paper_text(row):
    """The paper's value of a row, as "0.42 ± 0.05"; may be empty."""
    paper = row["paper"]
    if not isinstance(paper, float) or math.isnan(paper):
        return paper if isinstance(paper, str) else ""
    spread = "" if math.isnan(row["paper_spread"]) else f" ± {format_number(row['paper_spread'])}"
    unit = f" {row['unit']}" if row["unit"] else ""
    return f"{format_number(paper)}{spread}{unit}"


def _as_lines(row):
    source = " · ".join(part for part in (row["data"], row["profile"]) if isinstance(part, str))
    numbers = f"paper {paper_text(row) or '-'}, ours {measured_text(row) or '-'} [{source}]"
    head = f"{row['id']:<8} {row['verdict'].upper()}: {row['statement']}"
    lines = textwrap.wrap(head, WIDTH, subsequent_indent=" " * 9)
    for text in (numbers, row["reason"]):
        lines += textwrap.wrap(text, WIDTH, initial_indent=" " * 9, subsequent_indent=" " * 9)
    return "\n".join(lines)


def _json_value(value):
    if pd.isna(value) or value in (math.inf, -math.inf):
        return None
    return value.item() if hasattr(value, "item") else value
