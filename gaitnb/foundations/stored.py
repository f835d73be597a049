"""Measured tables: computed where the recordings are at hand, read from this package elsewhere.

    python -m gaitnb.foundations.stored       measure again and store what is at hand

A stored table is a CSV file below ``results``, one per table and data set. Its first line names the
recordings by their fingerprint, so that a table of other recordings is noticed.
"""

import importlib.resources
import sys

import pandas as pd

from gaitnb import data
from gaitnb.errors import DataError, ResultsError
from gaitnb.foundations import events, forces, moments, sensors

# table -> data set -> function that measures it; each returns a pandas.DataFrame of floats and texts
TABLES = {
    "events": {
        "ipol2023": events.ipol2023_errors,
        "pearl2022": events.pearl2022_errors,
        "li2021": events.li2021_errors,
    },
    "strides": {
        "ipol2023": events.ipol2023_strides,
        "pearl2022": events.pearl2022_strides,
        "li2021": events.li2021_strides,
    },
    "pitch": {"ipol2023": events.ipol2023_pitch},
    "imu_strides": {"pearl2022": sensors.pearl2022_shanks, "ipol2023": sensors.ipol2023_feet},
    "imu_people": {"pearl2022": sensors.pearl2022_people, "ipol2023": sensors.ipol2023_people},
    "orientation": {"pearl2022": sensors.pearl2022_orientation},
    "moments": {"opensim_gait2392": moments.opensim_curves},
    "forces": {"pearl2022": forces.pearl2022_forces, "li2021": forces.li2021_forces},
    "curves": {
        "gaitrec2021": forces.gaitrec2021_curves,
        "pearl2022": forces.pearl2022_curves,
    },
}
DIGITS = 6  # significant ones that are stored


def table(name):
    """Return a measured table, all data sets one below the other.

    Parameters
    ----------
    name : str
        One of `TABLES`.

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
    if name not in TABLES:
        raise ResultsError(f"no table is called {name!r}; there are {', '.join(TABLES)}")
    parts, origin = [], {}
    for dataset, measure in TABLES[name].items():
        live = data.at_hand(dataset)
        part = measure() if live else stored(name, dataset)
        parts.append(part.assign(dataset=dataset))
        origin[dataset] = "computed now" if live else "stored"
    whole = pd.concat(parts, ignore_index=True)
    whole.attrs["origin"] = origin
    return whole


def stored(name, dataset):
    """Return one stored table; see `table`."""
    place = importlib.resources.files("gaitnb.foundations") / "results" / f"{name}_{dataset}.csv"
    try:
        with place.open(encoding="utf-8") as stream:
            first = stream.readline()
            content = pd.read_csv(stream)
    except (OSError, ValueError) as error:
        raise ResultsError(f"{place}: cannot be read ({error}); install gaitnb again") from None
    expected = f"# {dataset} {data.fingerprint(dataset)}\n"
    if first != expected:
        raise ResultsError(
            f"{place}: measured on {first.strip('# ').strip()!r}, this version has "
            f"{expected.strip('# ').strip()!r}; run python -m gaitnb.foundations.stored"
        )
    return content


def remake(folder):
    """Measure what is at hand and store it; returns the files written."""
    written = []
    for name, sets in TABLES.items():
        for dataset, measure in sets.items():
            if not data.at_hand(dataset):
                continue
            text = measure().to_csv(index=False, float_format=f"%.{DIGITS}g", lineterminator="\n")
            place = folder / f"{name}_{dataset}.csv"
            part = place.with_name(f".{place.name}.part")
            head = f"# {dataset} {data.fingerprint(dataset)}\n"
            part.write_text(head + text, encoding="utf-8", newline="\n")
            part.replace(place)
            written.append(place)
    return written


def main():
    """Command line; returns the exit code."""
    try:
        folder = importlib.resources.files("gaitnb.foundations") / "results"
        for place in remake(folder):
            print(f"  wrote {place.name}")
    except (DataError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
