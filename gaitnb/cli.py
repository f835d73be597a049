"""The command line: ``gaitnb run``, ``gaitnb data``, ``gaitnb claims``."""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from gaitnb.data.commands import app as data_app
from gaitnb.errors import GaitnbError
from gaitnb.evidence.commands import claims

INTERRUPTED = 130
EXAMPLES = """\b
Examples:
  gaitnb run latent_motion
  gaitnb run latent_motion/04_results --profile smoke
  gaitnb run latent_motion/02_wavelets -p seed=3
  gaitnb data list
  gaitnb claims --chapter latent_motion
"""

app = typer.Typer(
    name="gaitnb",
    help="Five papers on deep learning for gait: their data, notebooks and claims.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    epilog=EXAMPLES,
)
app.add_typer(data_app, name="data")
app.command("claims")(claims)


@app.callback(invoke_without_command=True)
def _top(
    show_version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.")
    ] = False,
) -> None:
    if show_version:
        typer.echo(f"gaitnb {version('gaitnb')}")
        raise typer.Exit()


@app.command(epilog=EXAMPLES.split("  gaitnb data")[0])
def run(
    what: Annotated[
        str, typer.Argument(help="A chapter (latent_motion) or notebook (latent_motion/01_data).")
    ],
    profile: Annotated[
        str, typer.Option(help="Scale: reduced, smoke, overnight or full.")
    ] = "reduced",
    pairs: Annotated[
        list[str] | None,
        typer.Option("-p", metavar="NAME=VALUE", help="A parameter of one notebook; repeatable."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for the results; default _build/runs/<chapter>/<profile>."),
    ] = None,
) -> None:
    """Run a notebook, or all notebooks of a chapter, in a checkout of the repository."""
    root = checkout()
    chapter, _, stem = what.removeprefix("book/").strip("/").removesuffix(".ipynb").partition("/")
    stems = [stem] if stem else _stems(root, chapter)
    if pairs and not stem:
        raise typer.BadParameter(f"-p belongs to one notebook, say {chapter}/{stems[0]}")
    folder = (out or root / "_build" / "runs" / chapter / profile).resolve()
    for stem in stems:
        own = root / "book" / chapter / "params" / f"{stem}.{profile}.yaml"
        # In a chapter only some notebooks have other scales; the others run as they are.
        scale = "reduced" if len(stems) > 1 and not own.is_file() else profile
        command = [sys.executable, "-m", "workflow.run_notebook", f"{chapter}/{stem}"]
        command += ["--profile", scale, "--out", str(folder / f"{stem}.ipynb")]
        command += ["--run-dir", str(folder / stem)]
        command += [part for pair in pairs or [] for part in ("-p", pair)]
        process = subprocess.Popen(command, cwd=root, env=_environment(root))
        try:
            code = process.wait()
        except KeyboardInterrupt:
            process.wait()  # it was interrupted too, and clears up
            raise
        if code:
            raise typer.Exit(code)
    typer.echo(f"run notebooks: {folder}")


def checkout() -> Path:
    """Top folder of the checkout: the one the package is in, else one around the current folder."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package, Path.cwd(), *Path.cwd().parents):
        if (folder / "workflow" / "run_notebook.py").is_file() and (folder / "book").is_dir():
            return folder
    raise GaitnbError(
        "`gaitnb run` needs a checkout of the repository, with its book/ and workflow/ folders: "
        "clone it, and run the command inside it"
    )


def _stems(root: Path, chapter: str) -> list[str]:
    stems = sorted(path.stem for path in root.glob(f"book/{chapter}/[0-9][0-9]_*.ipynb"))
    if not stems:
        from gaitnb.params import nearest

        known = sorted({path.parent.name for path in root.glob("book/*/[0-9][0-9]_*.ipynb")})
        raise GaitnbError(f"unknown chapter {chapter}; {nearest(chapter, known)}")
    return stems


def _environment(root: Path) -> dict[str, str]:
    """One thread a kernel, and the package of this very checkout."""
    threads = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    path = os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH")]))
    return os.environ | dict.fromkeys(threads, "1") | {"PYTHONPATH": path}


def main(arguments: list[str] | None = None) -> int:
    """Entry point.

    Returns
    -------
    int
        0; 1 for an error that the message explains; 2 for wrong usage; 130 after Ctrl-C.
    """
    try:
        app(arguments)  # typer itself reports wrong usage, and ends with SystemExit
    except GaitnbError as error:
        print(f"gaitnb: {error}", file=sys.stderr)
        return 1
    except SystemExit as end:
        if end.code == INTERRUPTED:
            print("gaitnb: interrupted", file=sys.stderr)
        return end.code or 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
