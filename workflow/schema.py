"""Parameter schemas of the notebooks in this checkout, and their compiled copy in the package."""

import json
from dataclasses import asdict
from pathlib import Path

from gaitnb.errors import ParameterError
from gaitnb.params import Parameter, load_profile, nearest, parse_parameters, validate
from workflow.project import PAPERS, Notebook, WorkflowError, shown, write_text


def notebook_parameters(path: str | Path) -> dict[str, Parameter]:
    """Read the schema from the cell tagged ``parameters`` of a notebook file."""
    path = Path(path)
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        tagged = [c for c in cells if "parameters" in c.get("metadata", {}).get("tags", [])]
        sources = ["".join(cell["source"]) for cell in tagged]
    except OSError as error:
        raise ParameterError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ParameterError(f"{path}: not a notebook") from None
    if len(sources) != 1:
        raise ParameterError(f"{path}: expected one cell tagged `parameters`, found {len(sources)}")
    return parse_parameters(sources[0], f"{path}, parameters cell")


def compile_chapter(folder: str | Path) -> dict:
    """Schemas and profiles of all notebooks of a chapter's folder, checked against each other.

    Returns
    -------
    dict
        ``{stem: {"parameters": [...], "profiles": {profile: values}}}``, plain enough for JSON.
    """
    folder = Path(folder)
    compiled = {}
    for notebook in sorted(folder.glob("[0-9][0-9]_*.ipynb")):
        schema = notebook_parameters(notebook)
        profiles = {}
        for path in sorted(folder.glob(f"params/{notebook.stem}.*.yaml")):
            values = load_profile(path)
            validate(schema, values, str(path))
            profiles[path.name.split(".")[1]] = values
        compiled[notebook.stem] = {
            "parameters": [asdict(parameter) for parameter in schema.values()],
            "profiles": profiles,
        }
    for path in sorted(folder.glob("params/*")):
        stem, *middle = path.name.split(".")
        if stem not in compiled or len(middle) != 2 or middle[1] != "yaml":
            raise ParameterError(
                f"{path}: expected a name like NN_name.overnight.yaml; {nearest(stem, compiled)}"
            )
    return compiled


def write_compiled(chapter_folder: Path) -> bool:
    """Write `params.json` of a paper's chapter into the package; True where it changed."""
    target = PAPERS / chapter_folder.name / "params.json"
    if not target.parent.is_dir():
        return False
    return write_text(target, compiled_text(chapter_folder))


def compiled_text(chapter_folder: Path) -> str:
    """What `params.json` of a chapter must say."""
    return json.dumps(compile_chapter(chapter_folder), indent=1) + "\n"


def profile_file(notebook: Notebook, profile: str) -> Path:
    """The YAML file of a notebook's profile."""
    folder = notebook.path.parent / "params"
    path = folder / f"{notebook.stem}.{profile}.yaml"
    if not path.is_file():
        known = ["reduced"] + [
            p.name.split(".")[1] for p in sorted(folder.glob(f"{notebook.stem}.*.yaml"))
        ]
        raise WorkflowError(
            f"{notebook.name} has no profile {profile} ({shown(path)}); there are: {', '.join(known)}"
        )
    return path
