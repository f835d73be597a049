"""The rules of the claims tables: when does a number count as reproduced?

A rule is one line of text, written down before the run together with its reason.

=========================  =======================  =================================
rule                       reproduced               partly
=========================  =======================  =================================
``within: 0.02``           at most 0.02 away from   at most 0.04 away
                           the paper's value
``within: 20 %``           the same, relative to    at most 40 % away
                           the paper's value
``band: 0.9..1.0``         inside, ends included    inside 0.85..1.05 (the band
                                                    widened by half its width)
``at least: 0.3``          0.3 or more              never
``at most: 0.4``           0.4 or less              never
``exists: 2``              a count of 2 or more     never
``A20 < A24 < A25``        every neighbouring pair  at least half of the pairs
                           holds, on the same data
``rows: S22.ml S22.ap``    all named rows are       half of them (a row that holds
                           reproduced               partly counts one half)
``arithmetic: 2*3 = 6``    the relation is true     never
``adopted``                never: a setting that    never
                           we took over
``none: <why>``            never: not testable      never
=========================  =======================  =================================

An order may mix ``<`` and ``>`` and may list several chains:
``A20 < A24 > A25, A20 < A26``. An arithmetic relation knows ``+ - * / ( )`` and one of
``= < <= > >=``; ``= 19.4 +- 0.05`` allows for the rounding of a printed number.
"""

import ast
import math
import operator
import re

NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
CLAIM_ID = r"[A-Z]\d{2,}(?:\.\w+)*"

REPRODUCED, PARTLY, NOT_REPRODUCED = "reproduced", "partly", "not reproduced"

_FORMS = (
    "within: 0.02 | within: 20 % | band: 0.9..1.0 | at least: 0.3 | at most: 0.4 | exists: 1 | "
    "A20 < A24 < A25 | rows: A22.x A22.y | arithmetic: 2*3 = 6 | adopted | none: <why>"
)
_RELATIONS = {
    "<=": operator.le,
    ">=": operator.ge,
    "=": None,
    "<": operator.lt,
    ">": operator.gt,
}
_OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
# 0.30 - 0.28 is 0.020000000000000018 in binary: a limit that is just reached counts as reached.
_SLACK = 1e-9


def parse(text):
    """Read one rule.

    Parameters
    ----------
    text : str
        A rule in one of the forms of the table above.

    Returns
    -------
    dict
        ``form`` and what belongs to it: ``tolerance`` and ``relative`` (within),
        ``low`` and ``high`` (band), ``limit`` (at least, at most, exists), ``pairs`` (order:
        triples of left id, relation, right id), ``rows``, ``relation`` (arithmetic), ``why``.

    Raises
    ------
    ValueError
        The rule is not one of the forms; the text says what was expected.
    """
    text = text.strip()
    head, colon, body = (part.strip() for part in text.partition(":"))
    if text == "adopted":
        return {"form": "adopted"}
    if not colon and re.search("[<>]", text):
        return {"form": "order", "pairs": _pairs(text)}
    if not colon or not body:
        raise ValueError(f"found {text!r}, expected one of: {_FORMS}")
    if head == "none":
        return {"form": "none", "why": body}
    if head == "within" and (match := re.fullmatch(rf"({NUMBER})\s*(%?)", body)):
        tolerance = float(match[1]) / (100 if match[2] else 1)
        if tolerance < 0:
            raise ValueError(f"found {text!r}, expected a tolerance of zero or more")
        return {"form": "within", "tolerance": tolerance, "relative": bool(match[2])}
    if head == "band" and (match := re.fullmatch(rf"({NUMBER})\s*\.\.\s*({NUMBER})", body)):
        low, high = float(match[1]), float(match[2])
        if not low < high:
            raise ValueError(f"found {text!r}, expected the lower end first: low..high")
        return {"form": "band", "low": low, "high": high}
    if head in ("at least", "at most", "exists") and re.fullmatch(NUMBER, body):
        return {"form": head, "limit": float(body)}
    if head == "rows" and re.fullmatch(rf"{CLAIM_ID}(\s+{CLAIM_ID})*", body):
        return {"form": "rows", "rows": body.split()}
    if head == "arithmetic":
        _arithmetic(body)  # raises where it cannot be read
        return {"form": "arithmetic", "relation": body}
    raise ValueError(f"found {text!r}, expected one of: {_FORMS}")


def named_ids(rule):
    """Return the claim ids that a parsed rule speaks of besides its own row, each once."""
    if rule["form"] == "rows":
        return list(dict.fromkeys(rule["rows"]))
    pairs = rule.get("pairs", [])
    return list(dict.fromkeys(name for left, _, right in pairs for name in (left, right)))


def judge(rule, value=math.nan, paper=None, values=None):
    """Hold a measured value against a rule.

    Parameters
    ----------
    rule : dict
        From :func:`parse`; not ``rows``, ``adopted`` or ``none``, which need no number.
    value : float
        The measured value of the row.
    paper : float, optional
        The paper's value, in the same unit; needed by ``within``.
    values : dict of str to float, optional
        Measured values by claim id on the same data; needed by an order.

    Returns
    -------
    grade : str
        "reproduced", "partly" or "not reproduced".
    sentence : str
        What kept it from being reproduced; of an order that holds, its values; else empty.
    """
    form = rule["form"]
    if form == "order":
        return _judge_order(rule["pairs"], values)
    if form == "arithmetic":
        holds = _arithmetic(rule["relation"])[1]
        return (REPRODUCED, "") if holds else (NOT_REPRODUCED, f"{rule['relation']} is false")
    shown = format_number(value)
    if form in ("at least", "exists"):
        sentence = f"{shown} is less than {rule['limit']:g}"
        return (REPRODUCED, "") if value >= rule["limit"] else (NOT_REPRODUCED, sentence)
    if form == "at most":
        sentence = f"{shown} is more than {rule['limit']:g}"
        return (REPRODUCED, "") if value <= rule["limit"] else (NOT_REPRODUCED, sentence)
    if form == "band":
        half_width = (rule["high"] - rule["low"]) / 2
        middle = rule["low"] + half_width
        sentence = f"{shown} lies outside {rule['low']:g}..{rule['high']:g}"
    else:
        half_width = rule["tolerance"] * (abs(paper) if rule["relative"] else 1)
        middle = paper
        sentence = (
            f"{shown} is {format_number(abs(value - paper))} away from the paper's "
            f"{format_number(paper)}, {format_number(half_width)} were allowed"
        )
    distance = abs(value - middle) - _SLACK * max(abs(middle), half_width)
    if distance <= half_width:
        return REPRODUCED, ""
    if distance <= 2 * half_width:
        return PARTLY, f"{sentence}, but less than twice as far"
    return NOT_REPRODUCED, sentence


def sum_rows(grades):
    """Sum up the grades of sub-rows: ``{id: grade}`` to the grade of the parent.

    A reproduced row counts one, a row that holds partly one half, every other row nothing.

    Returns
    -------
    grade : str
    sentence : str
        The rows that are not reproduced; empty when all are.
    """
    short = [f"{name} {grade}" for name, grade in grades.items() if grade != REPRODUCED]
    if not short:
        return REPRODUCED, ""
    points = sum({REPRODUCED: 1, PARTLY: 0.5}.get(grade, 0) for grade in grades.values())
    grade = PARTLY if points >= len(grades) / 2 else NOT_REPRODUCED
    return grade, f"of {len(grades)} rows: {', '.join(short)}"


def arithmetic_value(rule):
    """Return the left-hand side of an arithmetic relation, as a number."""
    return _arithmetic(rule["relation"])[0]


def format_number(value):
    """Three significant digits, counts in full: 0.3142 to "0.314", 88190.0 to "88190"."""
    if float(value).is_integer() and abs(value) < 1e9:
        return str(int(value))
    return f"{value:.3g}"


def _pairs(text):
    pairs = []
    for chain in text.split(","):
        parts = re.split(r"\s*([<>])\s*", chain.strip())
        names, relations = parts[::2], parts[1::2]
        if len(names) < 2 or not all(re.fullmatch(CLAIM_ID, name) for name in names):
            raise ValueError(f"found {text!r}, expected an order of claim ids: A20 < A24 < A25")
        pairs += zip(names, relations, names[1:], strict=False)
    return pairs


def _judge_order(pairs, values):
    said = [
        f"{left} {format_number(values[left])} {relation} {right} {format_number(values[right])}"
        for left, relation, right in pairs
    ]
    holds = [_RELATIONS[relation](values[left], values[right]) for left, relation, right in pairs]
    if all(holds):
        return REPRODUCED, ", ".join(said)
    wrong = ", ".join(text for text, held in zip(said, holds, strict=True) if not held)
    grade = PARTLY if sum(holds) >= len(pairs) / 2 else NOT_REPRODUCED
    return grade, f"{wrong} does not hold"


def _arithmetic(text):
    """Return the value of the left side and whether the relation holds."""
    body, _, slack = text.partition("+-")
    parts = re.split(r"(<=|>=|=|<|>)", body)
    if len(parts) != 3 or (slack and not re.fullmatch(NUMBER, slack.strip())):
        raise ValueError(
            f"found {text!r}, expected one relation such as 2*3 = 6 or 2/3 = 0.7 +- 0.05"
        )
    if slack and parts[1] != "=":
        raise ValueError(f"found {text!r}: +- belongs to =, not to {parts[1]}")
    left, right = _number(parts[0]), _number(parts[2])
    if parts[1] == "=":
        tolerance = float(slack or 0) + _SLACK * max(1.0, abs(right))
        return left, abs(left - right) <= tolerance
    return left, _RELATIONS[parts[1]](left, right)


def _number(text):
    """Compute an expression of numbers; only the four operations exist, so nothing can run."""

    def walk(node):
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            return float(node.value)
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            return _OPERATORS[type(node.op)](walk(node.left), walk(node.right))
        if isinstance(node, ast.UnaryOp) and type(node.op) in _OPERATORS:
            return _OPERATORS[type(node.op)](walk(node.operand))
        raise ValueError(f"found {text.strip()!r}, expected numbers and + - * / ( )")

    try:
        return walk(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ZeroDivisionError, RecursionError) as error:
        raise ValueError(f"found {text.strip()!r}, which cannot be computed: {error}") from None
