"""Measured tables: computed where the recordings are at hand, read from the package elsewhere.

A stored table is a CSV file in the folder ``results`` of a package, one per table and data set.
Its first line names the recordings by their fingerprint, and what else the numbers depend on, so
that a table of other recordings is noticed.
"""

import importlib.resources
import sys
from dataclasses import dataclass

import pandas as pd

from gaitnb import data
from gaitnb.errors import GaitnbError, ResultsError

DIGITS = 6  # significant ones that are stored
PUBLISHED = "published"  # stands for a data set where the values are printed in a paper
NOW, STORED = "computed now", "stored"


@dataclass(frozen=True)
class Tables:
    """The stored tables of one package.

    Attributes
    ----------
    package : str
        Such as ``gaitnb.foundations``; the files lie in its folder ``results``.
    measures : dict of str to dict of str to callable
        Table -> data set (or `PUBLISHED`) -> function that measures it; each returns a
        pandas.DataFrame of floats and texts.
    command : str
        What measures and stores again.
    depends : str
        What else the numbers depend on, such as the version of the virtual lab.
    """

    package: str
    measures: dict
    command: str
    depends: str = ""

    def table(self, name, live=None):
        """Return a measured table, all data sets one below the other.

        Parameters
        ----------
        name : str
            One of `measures`.
        live : sequence of str, optional
            Data sets that are measured now where they are at hand; all by default.

        Returns
        -------
        pandas.DataFrame
            With the column dataset. ``attrs["origin"]`` says for each data set "computed now" or
            "stored".

        Raises
        ------
        ResultsError
            For an unknown name, or a stored table that is damaged or of other recordings.
        """
        self._known(name)
        parts, origin = [], {}
        for dataset, measure in self.measures[name].items():
            now = (live is None or dataset in live) and _at_hand(dataset)
            part = measure() if now else self.stored(name, dataset)
            parts.append(part.assign(dataset=dataset))
            origin[dataset] = NOW if now else STORED
        whole = pd.concat(parts, ignore_index=True)
        whole.attrs["origin"] = origin
        return whole

    def stored(self, name, dataset):
        """Return one stored table; see `table`."""
        place = self.folder() / f"{name}_{dataset}.csv"
        try:
            with place.open(encoding="utf-8") as stream:
                first = stream.readline()
                content = pd.read_csv(stream)
        except (OSError, ValueError) as error:
            raise ResultsError(f"{place}: cannot be read ({error}); install gaitnb again") from None
        expected = self._head(dataset)
        if first != expected:
            raise ResultsError(
                f"{place}: measured on {first.strip('# ').strip()!r}, this version has "
                f"{expected.strip('# ').strip()!r}; run {self.command}"
            )
        return content

    def remake(self, folder, names=()):
        """Measure what is at hand and store it; returns the files written.

        Parameters
        ----------
        folder : pathlib.Path
            Where to.
        names : sequence of str
            Only these tables or data sets; all by default.
        """
        for name in names:
            if not any(name == table or name in sets for table, sets in self.measures.items()):
                self._known(name)
        written = []
        for name, sets in self.measures.items():
            for dataset, measure in sets.items():
                if names and not {name, dataset} & set(names) or not _at_hand(dataset):
                    continue
                text = measure().to_csv(
                    index=False, float_format=f"%.{DIGITS}g", lineterminator="\n"
                )
                place = folder / f"{name}_{dataset}.csv"
                part = place.with_name(f".{place.name}.part")
                try:
                    part.write_text(self._head(dataset) + text, encoding="utf-8", newline="\n")
                    part.replace(place)
                finally:
                    part.unlink(missing_ok=True)
                written.append(place)
        return written

    def main(self, names=None):
        """Command line: names of tables or data sets, all without any; returns the exit code."""
        try:
            for place in self.remake(self.folder(), sys.argv[1:] if names is None else names):
                print(f"  wrote {place.name}")
        except (GaitnbError, OSError) as error:
            print(error, file=sys.stderr)
            return 1
        return 0

    def folder(self):
        """Folder of the stored tables."""
        return importlib.resources.files(self.package) / "results"

    def _known(self, name):
        if name not in self.measures:
            raise ResultsError(f"no table is called {name!r}; there are {', '.join(self.measures)}")

    def _head(self, dataset):
        fingerprint = "" if dataset == PUBLISHED else data.fingerprint(dataset)
        return "# " + " ".join(part for part in (dataset, fingerprint, self.depends) if part) + "\n"


def _at_hand(dataset):
    return dataset == PUBLISHED or data.at_hand(dataset)
