"""Three-axis forces of both feet: healthy people and people with ankle, knee or hip impairments.

Source: the subset of GaitRec that Slijepcevic et al. 2021 (doi 10.1145/3474121) published in
three MATLAB files, each with the healthy people and one group of patients.

Two things in the files are not what they seem:

- The labels of the two shear axes are swapped. By amplitude, and by the braking phase that only
  the anterior-posterior force has, channels 0 and 3 are medial-lateral, 1 and 4
  anterior-posterior. `read` checks this on the curves before it returns them.
- The 310 trials of the healthy people recur in every file, equal up to rounding; they are kept
  once.
"""

import io

import numpy as np
import scipy.io

from gaitnb.data import stance
from gaitnb.errors import DataError

FILES = tuple(f"2021_acm_small_dataset_v3_aff-unaff-nonorm_1-{k}_.mat" for k in (2, 3, 4))

# Column of Target_Injury -> group. The order ankle, knee, hip is that of the authors' plotting
# code; it agrees with the push-off, which is weakest in the ankle group.
GROUPS = ("healthy", "ankle", "knee", "hip")

_FEET = ("affected", "unaffected")
_LABELS = [
    f"ground reaction force - {foot} foot - {axis} force"
    for foot in _FEET
    for axis in ("fore-aft shear", "medial-lateral shear", "vertical")
]
_ML, _AP, _V = 0, 1, 2  # what the three channels of a foot really are
_AXES = {"x": _AP, "y": _V, "medial": _ML}


def read(source):
    """Read the set.

    Parameters
    ----------
    source : gaitnb.data.catalog.Source
        The files.

    Returns
    -------
    xarray.Dataset
        `grf` (trial 970, time 101, side affected and unaffected, axis x, y, medial) in body
        weights; coordinates subject (stable: its place in the files' list of 194 people) and
        group. For the healthy the authors assigned the side at random.

    Raises
    ------
    DataError
        When a file is not laid out as described above.
    """
    parts = [_load(source, path) for path in FILES]
    force, group, person = (list(column) for column in zip(*parts, strict=True))
    for k in range(1, len(FILES)):
        _same_healthy(source, parts[0], parts[k], FILES[k])
        patients = group[k] != 0  # the healthy are in the first file already
        force[k], group[k], person[k] = (a[patients] for a in (force[k], group[k], person[k]))
    force, group, person = (np.concatenate(column) for column in (force, group, person))
    mixed = [p for p in np.unique(person) if len(np.unique(group[person == p])) > 1]
    if mixed:
        raise DataError(f"gaitrec2021: people {mixed[:5]} belong to two groups")
    feet = force.reshape(len(force), 2, 3, stance.N_SAMPLES)[:, :, list(_AXES.values())]
    return stance.dataset(
        feet.transpose(0, 3, 1, 2),  # (trial, 101, side, axis)
        sides=_FEET,
        axes=list(_AXES),
        metadata={
            "subject": [f"gaitrec2021-{p:03d}" for p in person],
            "group": np.array(GROUPS)[group],
        },
        attrs=source.attrs
        | {
            "frame": "x forward, y up, medial towards the midline; body side unknown",
            "note": "shear labels of the files are swapped and corrected here; healthy sides "
            "were assigned at random; group order ankle, knee, hip from the authors' code",
        },
    )


def _load(source, path):
    """Return force (trial, 6, 101), group (trial,), person (trial,) of one file, checked."""
    where = source.where(path)
    try:
        content = scipy.io.loadmat(io.BytesIO(source.read(path)))
    except DataError:
        raise
    except Exception as error:  # loadmat raises many kinds on a damaged file
        raise DataError(f"{where}: not a MATLAB 5 file ({error})") from None
    for name in ("Feature", "Feature_GRF_AV_Label", "Target_Injury", "Target_Subject"):
        if name not in content:
            found = sorted(k for k in content if not k.startswith("__"))
            raise DataError(f"{where}: no variable {name}; found {', '.join(found) or 'none'}")
    _check_labels(content["Feature_GRF_AV_Label"], where)
    force = content["Feature"]
    if force.ndim != 3 or force.shape[1:] != (len(_LABELS), stance.N_SAMPLES):
        raise DataError(
            f"{where}: Feature has shape {force.shape}; "
            f"expected (trials, {len(_LABELS)}, {stance.N_SAMPLES})"
        )
    force = np.stack(
        [stance.curves(force[:, c], f"{where}: channel {c}") for c in range(len(_LABELS))], axis=1
    )
    for foot in (0, 3):
        shear = force[:, [foot + _ML, foot + _AP]]
        stance.body_weights(force[:, foot + _V], shear, where)
        _check_axes(shear[:, 0], shear[:, 1], where)
    group = _one_hot(content["Target_Injury"], "Target_Injury", len(force), where)
    person = _one_hot(content["Target_Subject"], "Target_Subject", len(force), where)
    if group.max() >= len(GROUPS):
        raise DataError(f"{where}: {group.max() + 1} groups; expected at most {len(GROUPS)}")
    return force, group, person


def _check_labels(cell, where):
    found = [str(np.ravel(label)[0]) if np.size(label) else "" for label in np.ravel(cell)]
    if found != _LABELS:
        raise DataError(
            f"{where}: channels are labelled {found}; expected {_LABELS} (whose shear labels "
            "are known to be swapped: with other labels the correction may be wrong)"
        )


def _check_axes(ml, ap, where):
    """Hold the swap against physics: only the anterior-posterior force brakes, then drives."""
    early, late = ap[:, 5:40].mean(), ap[:, 60:95].mean()
    if not (early < 0 < late and np.ptp(ap, axis=1).mean() > np.ptp(ml, axis=1).mean()):
        raise DataError(
            f"{where}: channels 1 and 4 do not look anterior-posterior (mean {early:.3f} BW while "
            f"braking, {late:.3f} while pushing off); the order of the channels has changed"
        )


def _one_hot(table, name, trials, where):
    """Return the index of the one in every row."""
    if table.ndim != 2 or len(table) != trials:
        raise DataError(f"{where}: {name} has shape {table.shape}; Feature has {trials} trials")
    if not (np.isin(table, (0, 1)).all() and (table.sum(axis=1) == 1).all()):
        raise DataError(f"{where}: {name} does not have exactly one 1 in every row")
    return table.argmax(axis=1)


def _same_healthy(source, first, other, path):
    """The healthy trials of two files are the same, or the files do not belong together."""
    (force_a, group_a, person_a), (force_b, group_b, person_b) = first, other
    a, b = group_a == 0, group_b == 0
    same = a.sum() == b.sum() and np.array_equal(person_a[a], person_b[b])
    if not same or not np.allclose(force_a[a], force_b[b], rtol=0, atol=1e-9):
        raise DataError(
            f"{source.where(path)}: its {b.sum()} healthy trials are not the {a.sum()} of "
            f"{FILES[0]}; the files must come from one release"
        )
