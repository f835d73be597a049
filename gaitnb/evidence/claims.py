"""From claims and stored results to verdicts, for every paper that has a ``claims.csv``."""

import importlib
import importlib.resources
import math
import pkgutil

import pandas as pd

from gaitnb import data as datasets
from gaitnb.errors import ClaimError
from gaitnb.evidence import results, rules, table

IN_THE_LAB = " in the virtual lab"
HOLDS, FAILS = "arithmetic holds", "arithmetic does not hold"
ADOPTED, NOT_TESTABLE = "adopted", "not testable"
WAITING, NO_RESULT = "waiting for data", "no result"
_GRADES = (rules.REPRODUCED, rules.PARTLY, rules.NOT_REPRODUCED)
VERDICTS = (
    *_GRADES,
    *(grade + IN_THE_LAB for grade in _GRADES),
    *(HOLDS, FAILS, ADOPTED, NOT_TESTABLE, WAITING, results.NOT_ENOUGH_TRAINING, NO_RESULT),
)
EVIDENCE = ("real", "virtual", "arithmetic", "adopted", "not testable", "waiting", "no verdict yet")

COLUMNS = [
    "id",
    "chapter",
    "place",
    "statement",
    "kind",
    "paper",
    "value",
    "spread",
    "n",
    "unit",
    "data",
    "primary",
    "profile",
    "verdict",
    "reason",
]
MORE_COLUMNS = ["paper_spread", "rule", "cell"]


def chapters():
    """Names of the papers that have a ``claims.csv``: sub-packages of ``gaitnb.papers``."""
    papers = importlib.import_module("gaitnb.papers")
    names = sorted(item.name for item in pkgutil.iter_modules(papers.__path__) if item.ispkg)
    return [name for name in names if _claims_file(name).is_file()]


def load(chapter=None):
    """Read the claims of a chapter, or of all.

    Parameters
    ----------
    chapter : str, optional

    Returns
    -------
    DataFrame
        ``chapter`` and the columns described in `gaitnb.evidence.table`.

    Raises
    ------
    ClaimError
        The chapter does not exist, or a row of its table cannot be used.
    """
    names = chapters()
    if chapter is not None:
        if chapter not in names:
            raise ClaimError(f"unknown chapter {chapter!r}{table.nearest(chapter, names)}")
        names = [chapter]
    known = list(datasets.datasets()["name"])
    tables = [
        table.read(_claims_file(name).read_bytes(), f"{name}/claims.csv", known).assign(
            chapter=name
        )
        for name in names
    ]
    empty = pd.DataFrame(columns=[*table.COLUMNS, "chapter"])
    return pd.concat(tables, ignore_index=True) if tables else empty


def evaluate(chapter=None, profile=None, include_reduced_from=None):
    """Hold the stored results against the claims.

    Parameters
    ----------
    chapter : str, optional
        One chapter instead of all.
    profile : str, optional
        Only results of this profile. Otherwise each row takes the largest scale that has its
        quantity: full, overnight.
    include_reduced_from : path, optional
        A folder with ``<chapter>/<profile>`` below, such as ``_build/results``: its results count
        too, after the committed ones.

    Returns
    -------
    DataFrame
        id, chapter, place, statement, kind, paper, value, spread, n, unit, data, primary,
        profile, verdict (one of `VERDICTS`), reason; also paper_spread, rule, cell. ``reason`` is
        the reason of the rule, and what was missed where the row is not reproduced.

    Raises
    ------
    ClaimError, ResultsError
        A claims table or stored results cannot be used.
    """
    if profile is not None and profile not in results.PROFILES:
        raise ClaimError(f"unknown profile {profile!r}{table.nearest(profile, results.PROFILES)}")
    claims = load(chapter)
    rows = []
    for name, part in claims.groupby("chapter", sort=False):
        measured = _measured(name, profile, include_reduced_from)
        _check_ids(name, part, measured)
        rows += _evaluate_rows(part.to_dict("records"), measured)
    frame = pd.DataFrame(rows, columns=COLUMNS + MORE_COLUMNS)
    # Text columns turn None into NaN or not, depending on what else is in them.
    frame["profile"] = frame["profile"].astype(object).where(frame["profile"].notna(), None)
    return frame.astype({"value": float, "spread": float, "n": "Int64"})


def evidence_kind(row):
    """The kind of evidence behind a row of `evaluate`: one of `EVIDENCE`."""
    verdict = row["verdict"]
    if verdict in (ADOPTED, NOT_TESTABLE):
        return verdict
    if verdict == WAITING:
        return "waiting"
    if verdict in (NO_RESULT, results.NOT_ENOUGH_TRAINING):
        return "no verdict yet"
    if verdict in (HOLDS, FAILS):
        return "arithmetic"
    return "virtual" if table.is_virtual(row["data"]) else "real"


def counted_once(evaluated):
    """The primary rows, sub-rows left out where their parent has a row: each claim once."""
    ids = set(zip(evaluated["chapter"], evaluated["id"], strict=True))
    parents = [
        "." in name and (chapter, name.split(".")[0]) in ids
        for chapter, name in zip(evaluated["chapter"], evaluated["id"], strict=True)
    ]
    return evaluated[evaluated["primary"] & ~pd.Series(parents, index=evaluated.index, dtype=bool)]


def _claims_file(chapter):
    return importlib.resources.files(f"gaitnb.papers.{chapter}") / "claims.csv"


def _measured(chapter, profile, folder):
    """Quantities by profile, largest scale first: ``{profile: {(id, data): record}}``."""
    found = {}
    for name in results.PROFILES if profile is None else (profile,):
        source = None
        if name not in results.committed_profiles(chapter):
            if folder is None:
                continue
            source = folder
            if not (results.results_folder(chapter, name, folder) / "meta.json").is_file():
                continue
        records = results.quantities(chapter, name, source).to_dict("records")
        found[name] = {(record["id"], record["data"]): record for record in records}
    return found


def _check_ids(chapter, claims, measured):
    known = set(claims["id"])
    for profile, records in measured.items():
        for name, _ in records:
            if name not in known and name.split(".")[0] not in known:
                raise ClaimError(
                    f"{chapter}: analysis.quantities ({profile}) returns {name}, which has no row"
                    f"{table.nearest(name, known)}"
                )


def _evaluate_rows(rows, measured):
    by_id = {}
    for row in rows:
        by_id.setdefault(row["id"], {})[row["data"]] = row
        row.update(value=math.nan, spread=math.nan, n=None, profile=None)
        row["parsed"] = rules.parse(row["rule"])
    # Parents last: they sum up the verdicts of their sub-rows.
    for row in sorted(rows, key=lambda row: row["parsed"]["form"] == "rows"):
        grade, sentence = _grade(row, measured, by_id)
        row["verdict"] = _in_words(grade, row)
        row["reason"] = _join(row["reason"], sentence)
    return rows


def _grade(row, measured, by_id):
    """Grade or state of a row, and a sentence; fills in value, spread, n and profile."""
    rule = row["parsed"]
    form = rule["form"]
    if form == "adopted":
        return ADOPTED, ""
    if form == "none":
        return NOT_TESTABLE, rule["why"]
    if form == "arithmetic":
        row["value"] = rules.arithmetic_value(rule)
        return rules.judge(rule)
    if form == "rows":
        subs = [table.sub_row(name, row["data"], by_id) for name in rule["rows"]]
        profiles = {sub["profile"] for sub in subs}
        row["profile"] = profiles.pop() if len(profiles) == 1 else None
        return _sum_up({sub["id"]: _plain_grade(sub["verdict"]) for sub in subs})
    needed = rules.named_ids(rule) or [row["id"]]
    profile, records, missing = _records(needed, row["data"], measured)
    if profile is None:
        return _state_without_result(row["data"])
    _fill(row, profile, measured[profile].get((row["id"], row["data"])))
    if missing:
        return NO_RESULT, f"the {profile} results have no number for {', '.join(missing)}"
    if any(record["status"] for record in records.values()):
        return results.NOT_ENOUGH_TRAINING, "a unit did not reach the plateau of its loss"
    values = {name: record["value"] for name, record in records.items()}
    return rules.judge(rule, values.get(row["id"]), row["paper"], values)


def _records(names, data, measured):
    """The largest scale that has usable numbers for all names, or the best there is.

    Returns profile (None where no profile has any of them), records by name, missing names.
    """
    best = (3, None, {}, names)
    for profile, table_of in measured.items():
        records = {name: table_of[name, data] for name in names if (name, data) in table_of}
        missing = [n for n in names if n not in records or math.isnan(records[n]["value"])]
        missing = [n for n in missing if not (n in records and records[n]["status"])]
        trained = not any(record["status"] for record in records.values())
        if not records:
            continue
        rank = 2 if missing else 0 if trained else 1
        if rank < best[0]:
            best = (rank, profile, records, missing)
    return best[1:]


def _fill(row, profile, record):
    row["profile"] = profile
    if record:
        n = record["n"]
        row.update(value=record["value"], spread=record["spread"])
        row["n"] = None if n is None or math.isnan(n) else int(n)


def _state_without_result(data):
    if data != "arithmetic" and not table.is_virtual(data) and not datasets.at_hand(data):
        return WAITING, f"{data} is not at hand; gaitnb data list says how to get it"
    return NO_RESULT, f"not computed yet on {data}"


def _sum_up(verdicts):
    for state in (WAITING, results.NOT_ENOUGH_TRAINING, NO_RESULT):
        short = [name for name, verdict in verdicts.items() if verdict == state]
        if short:
            return state, f"{', '.join(short)}: {state}"
    if set(verdicts.values()) == {NOT_TESTABLE}:
        return NOT_TESTABLE, "none of its rows can be tested"
    return rules.sum_rows(verdicts)


def _plain_grade(verdict):
    plain = {HOLDS: rules.REPRODUCED, FAILS: rules.NOT_REPRODUCED}
    return plain.get(verdict, verdict.removesuffix(IN_THE_LAB))


def _in_words(grade, row):
    if grade not in _GRADES:
        return grade
    if row["data"] == "arithmetic":
        return HOLDS if grade == rules.REPRODUCED else FAILS
    return grade + IN_THE_LAB if table.is_virtual(row["data"]) else grade


def _join(reason, sentence):
    if not (reason and sentence):
        return reason or sentence
    return f"{reason.rstrip('.')}; {sentence}"
