"""Parameters of a notebook: what its annotated cell allows, and whether given values keep to it.

A line of the cell tagged ``parameters`` states name, type, value and what is allowed::

    n_people: int = 6  # 2..22; people in the toy cohort
    rate: float = 0.05  # 0.001..0.5
    model: str = "sae"  # sae | disent | svae
    run_dir: str = ""  # any; where files go, nothing is written when empty
    quick: bool = True

Papermill reads the same lines. Values for another scale (a profile) are a flat YAML file.
"""

import ast
import difflib
import io
import json
import math
import tokenize
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import yaml

from gaitnb.errors import ParameterError

KINDS = {"int": int, "float": float, "str": str, "bool": bool}
FORM = "name: type = value  # low..high, or a | b | c, or any; a note after a semicolon"


@dataclass(frozen=True)
class Parameter:
    """One parameter: `kind` is int, float, str or bool; `low`, `high` and `choices` may be empty."""

    name: str
    kind: str
    default: int | float | str | bool
    low: float | None = None
    high: float | None = None
    choices: tuple = ()
    note: str = ""

    def allowed(self) -> str:
        """What may be given, in words."""
        if self.choices:
            return f"{self.kind}, one of {' | '.join(map(str, self.choices))}"
        if self.low is None and self.high is None:
            return {"bool": "bool, true or false", "float": "float, finite"}.get(
                self.kind, f"{self.kind}, any"
            )
        low = "" if self.low is None else self.low
        high = "" if self.high is None else self.high
        return f"{self.kind} in {low}..{high}"

    def check(self, value, where: str):
        """Return `value` in this parameter's type, or raise `ParameterError`."""
        wanted = KINDS[self.kind]
        if self.kind == "float" and type(value) is int:
            value = float(value)
        if type(value) is not wanted:
            raise ParameterError(self._message(value, where) + _hint(self.kind, value))
        if self.kind == "float" and not math.isfinite(value):
            raise ParameterError(self._message(value, where))
        outside = (self.low is not None and value < self.low) or (
            self.high is not None and value > self.high
        )
        if outside or (self.choices and value not in self.choices):
            raise ParameterError(self._message(value, where))
        return value

    def _message(self, value, where: str) -> str:
        return f"{where}: {self.name} = {value!r} is not allowed; allowed: {self.allowed()}"


def parse_parameters(source: str, where: str = "parameters cell") -> dict[str, Parameter]:
    """Read the annotated lines of a parameters cell.

    Parameters
    ----------
    source : str
        Text of the cell: annotated assignments, comment lines and empty lines, nothing else.
    where : str
        What to call the cell in an error.

    Returns
    -------
    dict of str to Parameter
        In the order of the cell.

    Raises
    ------
    ParameterError
        Where a line has another form, or a default breaks its own rule.
    """
    try:
        lines = ast.parse(source).body
        comments = {
            token.start[0]: token.string.lstrip("# ").rstrip()
            for token in tokenize.generate_tokens(io.StringIO(source).readline)
            if token.type == tokenize.COMMENT
        }
    except (SyntaxError, ValueError, tokenize.TokenError) as error:
        raise ParameterError(f"{where}: not Python: {error}") from None
    schema: dict[str, Parameter] = {}
    for line in lines:
        parameter = _parse_line(line, comments.get(line.end_lineno, ""), where)
        if parameter.name in schema:
            raise ParameterError(f"{where}, line {line.lineno}: {parameter.name} is there twice")
        schema[parameter.name] = parameter
    return schema


def _parse_line(line: ast.stmt, comment: str, where: str) -> Parameter:
    here = f"{where}, line {line.lineno}"
    found = ast.unparse(line).split("\n")[0]
    if not (
        isinstance(line, ast.AnnAssign)
        and isinstance(line.target, ast.Name)
        and line.value is not None
    ):
        raise ParameterError(f"{here}: expected `{FORM}`, found `{found}`")
    name, kind = line.target.id, ast.unparse(line.annotation)
    if kind not in KINDS:
        raise ParameterError(f"{here}: {name} has type {kind}; allowed: {', '.join(KINDS)}")
    try:
        default = ast.literal_eval(line.value)
    except (ValueError, TypeError):
        raise ParameterError(
            f"{here}: {name} needs a plain value, found `{ast.unparse(line.value)}`"
        ) from None
    rule, _, note = (part.strip() for part in comment.partition(";"))
    low, high, choices = _parse_rule(rule, name, kind, here)
    parameter = Parameter(name, kind, default, low, high, choices, note)
    default = parameter.check(default, here)
    return Parameter(name, kind, default, low, high, choices, note)


def _parse_rule(rule: str, name: str, kind: str, here: str):
    """Split ``low..high`` or ``a | b``; returns (low, high, choices)."""
    if rule == "any" or (kind == "bool" and not rule):
        return None, None, ()
    try:
        if ".." in rule and kind in ("int", "float"):
            low, high = (KINDS[kind](end) if end.strip() else None for end in rule.split(".."))
            if low is None and high is None:
                raise ValueError
            return low, high, ()
        if "|" in rule and kind != "bool":
            return None, None, tuple(KINDS[kind](choice.strip()) for choice in rule.split("|"))
    except ValueError:
        pass
    raise ParameterError(f"{here}: {name} does not say what is allowed; expected `{FORM}`")


def _hint(kind: str, value) -> str:
    """Help with YAML's reading of 1e-3 as text and of 2.0 as a float."""
    if kind == "float" and isinstance(value, str):
        try:
            return f" (YAML reads {value} as text; write {float(value)!r})"
        except ValueError:
            return ""
    if kind == "int" and isinstance(value, float) and value.is_integer():
        return f" (write {int(value)})"
    return ""


def nearest(name: str, names) -> str:
    """`` (nearest: ...)`` for an unknown `name`, or all names where none is near."""
    names = [str(one) for one in names]
    near = difflib.get_close_matches(str(name), names, n=1, cutoff=0.5)
    if near:
        return f"did you mean {near[0]}?"
    return f"there are: {', '.join(names)}" if names else "there is none"


def validate(schema: dict[str, Parameter], values: dict, where: str) -> dict:
    """Check `values` against `schema` and fill in the defaults.

    Parameters
    ----------
    schema : dict of str to Parameter
    values : dict
        Names and values that differ from the defaults.
    where : str
        What to call the source of the values in an error (a file, the command line).

    Returns
    -------
    dict
        One value for every parameter, in the order of the schema.

    Raises
    ------
    ParameterError
        For an unknown name, a wrong type or a value out of range.
    """
    for name in values:
        if name not in schema:
            raise ParameterError(f"{where}: unknown parameter {name}; {nearest(name, schema)}")
    return {
        name: parameter.check(values.get(name, parameter.default), where)
        for name, parameter in schema.items()
    }


def from_text(schema: dict[str, Parameter], pairs: list[str], where: str = "-p") -> dict:
    """Values from ``name=value`` texts, each read as its parameter's type; not yet validated."""
    values = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        name = name.strip()
        if not equals:
            raise ParameterError(f"{where} {pair}: expected name=value")
        if name not in schema:
            raise ParameterError(f"{where}: unknown parameter {name}; {nearest(name, schema)}")
        kind = schema[name].kind
        try:
            if kind == "bool":
                values[name] = {"true": True, "false": False}[text.strip().lower()]
            else:
                values[name] = KINDS[kind](text)
        except (KeyError, ValueError):
            values[name] = schema[name].check(text, where)
    return values


def load_profile(path: str | Path) -> dict:
    """Read a profile: a flat YAML file of names and plain values.

    Raises
    ------
    ParameterError
        Where the file is missing, is no YAML, is not flat, or names a parameter twice.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        values = yaml.safe_load(text)
    except OSError as error:
        raise ParameterError(f"{path}: cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise ParameterError(f"{path}: not YAML: {' '.join(str(error).split())}") from None
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise ParameterError(
            f"{path}: expected lines `name: value`, found a {type(values).__name__}"
        )
    names = [key.value for key, _ in node.value]
    for name, value in values.items():
        if type(value) not in KINDS.values():
            raise ParameterError(
                f"{path}: {name} = {value!r}: expected a plain int, float, str or bool"
            )
        if names.count(str(name)) > 1:
            raise ParameterError(f"{path}: {name} is there twice")
    return values


def compiled(chapter: str) -> dict[str, dict]:
    """Schemas and profiles of `chapter` as the installed package knows them.

    Returns
    -------
    dict
        ``{stem: {"parameters": {name: Parameter}, "profiles": {profile: values}}}``
    """
    file = resources.files("gaitnb.papers") / chapter / "params.json"
    if not file.is_file():
        papers = resources.files("gaitnb.papers").iterdir()
        known = sorted(p.name for p in papers if (p / "params.json").is_file())
        raise ParameterError(f"unknown chapter {chapter}; {nearest(chapter, known)}")
    raw = json.loads(file.read_text(encoding="utf-8"))
    return {
        stem: {
            "parameters": {
                row["name"]: Parameter(**{**row, "choices": tuple(row["choices"])})
                for row in entry["parameters"]
            },
            "profiles": entry["profiles"],
        }
        for stem, entry in raw.items()
    }


def at_profile(chapter: str, stem: str, profile: str = "reduced") -> dict:
    """Full set of values of a notebook at a profile, from the compiled schema."""
    notebooks = compiled(chapter)
    if stem not in notebooks:
        raise ParameterError(f"{chapter}: unknown notebook {stem}; {nearest(stem, notebooks)}")
    entry = notebooks[stem]
    if profile != "reduced" and profile not in entry["profiles"]:
        known = ["reduced", *entry["profiles"]]
        raise ParameterError(
            f"{chapter}/{stem}: no profile {profile}; there are: {', '.join(known)}"
        )
    values = entry["profiles"].get(profile, {})
    return validate(entry["parameters"], values, f"{chapter}/{stem}, profile {profile}")
