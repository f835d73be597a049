"""The tables of all comparisons, stored, because virtual people take minutes.

    python -m gaitnb.realism                    compare again with all recordings at hand
    python -m gaitnb.realism force pataky2008   only these tables or data sets

A table is stale when the recordings or the version of the virtual lab are others. See
`gaitnb.stored`.
"""

from functools import partial

import pandas as pd

from gaitnb import lab
from gaitnb.realism import amplitudes, discriminator, forces, people, spatiotemporal, windows
from gaitnb.realism import table as tables
from gaitnb.stored import PUBLISHED, Tables

# Tables of rows (`table.COLUMNS`); a family may be in several of them.
COMPARISONS = {
    "force": {"gaitrec2021": forces.gaitrec2021, "pataky2008": forces.pataky2008},
    "spatiotemporal": {PUBLISHED: spatiotemporal.published}
    | {name: partial(spatiotemporal.of_set, name) for name in spatiotemporal.SETS},
    "amplitude": {"voisard2025_features": amplitudes.voisard2025_features},
} | people.TABLES
# Mean curves for figures (`table.CURVE_COLUMNS`).
CURVES = {
    "curves": {
        "gaitrec2021": forces.gaitrec2021_curves,
        "pataky2008": forces.pataky2008_curves,
    },
} | people.CURVES
OTHERS = {
    "discriminator": {name: partial(discriminator.accuracy, name) for name in windows.SENSORS},
    "giveaways": {name: partial(discriminator.giveaways, name) for name in windows.SENSORS},
}
_TABLES = Tables(
    "gaitnb.realism",
    COMPARISONS | CURVES | OTHERS,
    "python -m gaitnb.realism",
    f"virtual lab {lab.VERSION}",
)
table, stored, remake, main = _TABLES.table, _TABLES.stored, _TABLES.remake, _TABLES.main


def comparisons(live=()):
    """All rows of all comparisons.

    Parameters
    ----------
    live : sequence of str
        Data sets that are compared now, where they are at hand; the others come as stored.

    Returns
    -------
    pandas.DataFrame
        Columns `gaitnb.realism.table.COLUMNS`; ``attrs["origin"]`` says of every reference whether
        it was computed now or is stored.
    """
    parts = [table(name, live) for name in COMPARISONS]
    whole = tables.rows(pd.concat([part.drop(columns="dataset") for part in parts]))
    whole.attrs["origin"] = {k: v for part in parts for k, v in part.attrs["origin"].items()}
    return whole
