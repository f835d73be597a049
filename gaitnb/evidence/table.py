"""Reading and checking ``claims.csv``: what a paper claims, and when a claim counts as reproduced.

One row per claim and data set. Columns: ``id`` (sub-ids such as ``S22.ml``), ``place`` in the
paper, ``statement``, ``quantity``, ``unit``, ``paper`` (its value), ``paper_spread``, ``kind``,
``data``, ``primary``, ``rule`` (see `gaitnb.evidence.rules`), ``reason`` of the rule, ``cell``
(``<notebook>#<target>`` that computes it). All text is plain, without markup.
"""

import csv
import difflib
import io
import math
import re

import pandas as pd

from gaitnb.errors import ClaimError
from gaitnb.evidence import rules

COLUMNS = [
    "id",
    "place",
    "statement",
    "quantity",
    "unit",
    "paper",
    "paper_spread",
    "kind",
    "data",
    "primary",
    "rule",
    "reason",
    "cell",
]
KINDS = ("number", "order", "existence", "figure", "setting", "arithmetic")
# Besides these, data is the name of a data set or "lab:<cohort>".
NO_DATA = ("arithmetic", "setting", "none")


def read(content, where, data_sets):
    """Read and check a claims table.

    Parameters
    ----------
    content : bytes
        The file.
    where : str
        Name of the file, for errors.
    data_sets : list of str
        Names that ``data`` may have besides "lab:<cohort>", "arithmetic", "setting" and "none".

    Returns
    -------
    DataFrame
        The columns of the file; ``paper`` is a float where it is a number, else text;
        ``paper_spread`` a float or NaN; ``primary`` a bool.

    Raises
    ------
    ClaimError
        Naming file, row, what was found and what was expected.
    """
    rows = _rows(content, where)
    ids = {row["id"] for _, row in rows}
    for at, row in rows:
        _check_row(row, at, data_sets)
        for name in rules.named_ids(rules.parse(row["rule"])):
            # An order may name quantities that have no row of their own, such as G12.sae.
            if name not in ids and name.split(".")[0] not in ids:
                raise ClaimError(
                    f"{at}: the rule names {name}, which has no row{nearest(name, ids)}"
                )
    _check_together(rows)
    table = pd.DataFrame([row for _, row in rows], columns=COLUMNS)
    table["paper"] = [_number_or_text(text) for text in table["paper"]]
    table["paper_spread"] = [float(text) if text else math.nan for text in table["paper_spread"]]
    table["primary"] = table["primary"] == "yes"
    return table


def is_virtual(data):
    """Whether evidence on this data comes from the virtual lab."""
    return data.startswith("lab:")


def nearest(name, names):
    """The end of an error about an unknown name: the nearest existing one, or all."""
    names = [str(one) for one in names]
    near = difflib.get_close_matches(str(name), names, n=1, cutoff=0.5)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; expected one of {', '.join(sorted(names)) or 'none'}"


def _rows(content, where):
    """Pairs of "file, line n (id)" and a dict of stripped texts."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ClaimError(f"{where}: not UTF-8 (byte {error.start}); save it as UTF-8.") from None
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        header = reader.fieldnames or []
        if sorted(header) != sorted(COLUMNS):
            raise ClaimError(
                f"{where}: found columns {', '.join(header) or 'none'}; expected "
                f"{', '.join(COLUMNS)}."
            )
        rows = []
        for row in reader:
            at = f"{where}, line {reader.line_num} ({row['id']})"
            if None in row or None in row.values():
                raise ClaimError(
                    f"{at}: the number of fields is not {len(COLUMNS)}; a field with a comma "
                    "needs quotes."
                )
            rows.append((at, {name: value.strip() for name, value in row.items()}))
    except csv.Error as error:
        raise ClaimError(f"{where}, line {reader.line_num}: {error}.") from None
    if not rows:
        raise ClaimError(f"{where}: the table has no row.")
    return rows


def _check_row(row, at, data_sets):
    for name, pattern, expected in (
        ("id", rules.CLAIM_ID, "a letter and two digits, sub-ids after a dot: S22 or S22.ml"),
        ("place", ".+", "section, table or figure of the paper"),
        ("statement", ".+", "what the paper says"),
        ("kind", "|".join(KINDS), f"one of {', '.join(KINDS)}"),
        ("paper_spread", f"({rules.NUMBER})?", "a number, or nothing"),
        ("primary", "yes|no", "yes or no"),
        ("cell", r"([\w-]+#[\w.-]+)?", "<notebook>#<target>, for example 04_results#claim-g11"),
    ):
        if not re.fullmatch(pattern, row[name]):
            raise ClaimError(f"{at}: {name} is {row[name]!r}, expected {expected}.")
    data = row["data"]
    if not (data in NO_DATA or data in data_sets or re.fullmatch(r"lab:\w+", data)):
        allowed = [*data_sets, *NO_DATA, "lab:<cohort>"]
        raise ClaimError(f"{at}: data is {data!r}{nearest(data, allowed)}")
    if not row["rule"]:
        raise ClaimError(f"{at}: there is no rule; state it before the run.")
    try:
        rule = rules.parse(row["rule"])
    except ValueError as error:
        raise ClaimError(f"{at}: rule: {error}.") from None
    form = rule["form"]
    if form != "none" and not row["reason"]:
        raise ClaimError(f"{at}: the rule {row['rule']!r} has no reason; say why this rule.")
    if form not in ("none", "adopted") and not row["cell"]:
        raise ClaimError(f"{at}: there is no cell; name the cell that computes it.")
    if form == "within" and not isinstance(_number_or_text(row["paper"]), float):
        raise ClaimError(f"{at}: paper is {row['paper']!r}, 'within' needs a number there.")
    if form == "adopted" and row["kind"] != "setting":
        raise ClaimError(f"{at}: 'adopted' is for settings, the kind here is {row['kind']}.")
    if (row["kind"] == "arithmetic") != (data == "arithmetic"):
        raise ClaimError(f"{at}: an arithmetic row has both kind and data 'arithmetic'.")
    if form == "arithmetic" and data != "arithmetic":
        raise ClaimError(f"{at}: an arithmetic rule needs data 'arithmetic', not {data!r}.")
    if data in ("setting", "none") and form not in ("adopted", "none"):
        raise ClaimError(f"{at}: data is {data!r}, so nothing can be measured by {row['rule']!r}.")


def _check_together(rows):
    by_id = {}
    for at, row in rows:
        same = by_id.setdefault(row["id"], {})
        if row["data"] in same:
            raise ClaimError(f"{at}: {row['id']} on {row['data']} comes twice.")
        same[row["data"]] = row
    for at, row in rows:
        same = list(by_id[row["id"]].values())
        primary = [one for one in same if one["primary"] == "yes"]
        if len(primary) != 1:
            raise ClaimError(
                f"{at}: found {len(primary)} primary rows of {row['id']}, expected exactly one."
            )
        real = [one for one in same if _is_real(one)]
        if is_virtual(primary[0]["data"]) and real:
            raise ClaimError(
                f"{at}: the primary row is on {primary[0]['data']}, but {real[0]['data']} is "
                "real; real comes before virtual."
            )
        rule = rules.parse(row["rule"])
        for name in rule.get("rows", []):
            sub = sub_row(name, row["data"], by_id)
            if sub is None or rules.parse(sub["rule"])["form"] == "rows":
                raise ClaimError(
                    f"{at}: the rule sums up {name}, which is not a row with a rule of its own "
                    f"on {row['data']} or the same kind of data."
                )


def sub_row(name, data, by_id):
    """The row of a sub-id on this data, else its primary row if as real or virtual as this data.

    Parameters
    ----------
    name, data : str
    by_id : dict of str to dict
        Rows by id, then by data.
    """
    rows = by_id.get(name, {})
    if data in rows:
        return rows[data]
    for row in rows.values():
        if row["primary"] in ("yes", True) and is_virtual(row["data"]) == is_virtual(data):
            return row
    return None


def _is_real(row):
    testable = not row["rule"].startswith("none")
    return testable and row["data"] not in NO_DATA and not is_virtual(row["data"])


def _number_or_text(text):
    return float(text) if re.fullmatch(rules.NUMBER, text) else text or None
