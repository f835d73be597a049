"""From the rows of units.csv to the quantities of the claims."""

import pandas as pd


def quantities(units):
    """Mean peak over people, the share of people above one body weight, and the count of peaks."""
    rows = []
    for data, part in units.groupby("data"):
        people = part.groupby("subject")["peak_bw"].mean()
        n, spread = len(people), people.std()
        status = "" if part["n_trials"].sum() > 2 else "not enough training"
        rows += [
            ("T01", data, people.mean(), spread, n, status),
            ("T02", data, (people > 1).mean(), float("nan"), n, status),
            ("T03", data, int((people > 1).sum()), float("nan"), n, status),
            ("T04.low", data, people.min(), float("nan"), 1, status),
            ("T04.high", data, people.max(), float("nan"), 1, status),
            ("T05", data, people.median(), spread, n, "not enough training"),
        ]
    return pd.DataFrame(rows, columns=["id", "data", "value", "spread", "n", "status"])
