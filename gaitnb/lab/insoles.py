"""Pressure insoles: a grid of cells under the foot, and the force and centre of pressure they give.

Coordinates of an insole: x forward from the back of the heel, z to the right of the line from heel
to toes, both in m along the sole, for the left and the right foot alike.
"""

from dataclasses import dataclass, field

import numpy as np

from gaitnb.errors import DataError, ParameterError
from gaitnb.lab.sensors import generator, segment_index

# Half widths of the sole along its length (fractions of the greatest width, of the length),
# inner and outer side: heel, waist, ball, toes. Drawn by us after a usual insole.
_ALONG = (0.0, 0.03, 0.12, 0.25, 0.45, 0.60, 0.72, 0.85, 0.95, 1.0)
_INNER = (0.10, 0.22, 0.33, 0.34, 0.26, 0.38, 0.48, 0.44, 0.32, 0.18)
_OUTER = (0.10, 0.22, 0.33, 0.36, 0.40, 0.46, 0.50, 0.38, 0.18, 0.02)


@dataclass(frozen=True, eq=False)
class Insole:
    """An insole with square cells.

    Attributes
    ----------
    side : str
        ``left`` or ``right``.
    length_m, width_m : float
        Of the foot: heel to toes, and at the ball.
    cell_m : float
        Side of a cell. 10 mm gives about 170 cells; 5 mm is four a cm^2, as the sensors of
        Sorrentino et al. 2020 (Sensors 20:747).
    centres_m : array, shape (cell, 2)
        Made from the above: x, z of every cell whose centre lies on the sole.
    """

    side: str
    length_m: float
    width_m: float
    cell_m: float = 0.01
    centres_m: np.ndarray = field(init=False, repr=False)

    def __post_init__(self):
        if self.side not in ("left", "right"):
            raise ParameterError(f"side is {self.side!r}; expected left or right")
        if not (0.1 <= self.length_m <= 0.4 and 0.03 <= self.width_m <= 0.2):
            raise ParameterError(
                f"foot of {self.length_m} by {self.width_m} m; expected a length of 0.1 to 0.4 m "
                "and a width of 0.03 to 0.2 m"
            )
        if not 0.002 <= self.cell_m <= self.width_m / 3:
            raise ParameterError(
                f"cell_m is {self.cell_m}; expected 0.002 m to a third of the width, "
                f"{self.width_m / 3:.3f} m"
            )
        steps_x = np.arange(self.cell_m / 2, self.length_m, self.cell_m)
        half = self.width_m / 2 // self.cell_m * self.cell_m
        steps_z = np.arange(-half, half + self.cell_m / 2, self.cell_m)
        grid = np.stack(np.meshgrid(steps_x, steps_z, indexing="ij"), axis=-1).reshape(-1, 2)
        low, high = edges(self, grid[:, 0])
        inside = (grid[:, 1] >= low) & (grid[:, 1] <= high)
        object.__setattr__(self, "centres_m", grid[inside])

    @property
    def cell_area_m2(self):
        """Area of a cell."""
        return self.cell_m**2


def edges(insole, x_m):
    """Left and right edge of the sole, z in m, at distances x from the heel."""
    along = np.asarray(x_m) / insole.length_m
    inner = np.interp(along, _ALONG, _INNER) * insole.width_m
    outer = np.interp(along, _ALONG, _OUTER) * insole.width_m
    return (-inner, outer) if insole.side == "right" else (-outer, inner)


def to_insole(motion, force, cop, side, body):
    """Normal force and centre of pressure in the coordinates of the insole.

    Parameters
    ----------
    motion : gaitnb.lab.motion.Motion
        For the attitude of foot and toes.
    force, cop : array, shape (time, 3)
        Of that foot, in the lab, N and m; NaN in `cop` where the foot is in the air.
    side : str
        ``left`` or ``right``.
    body : gaitnb.lab.segments.Body
        The person.

    Returns
    -------
    normal : array, shape (time,)
        Force across the sole, N, not below 0.
    where : array, shape (time, 2)
        x, z along the sole, m; NaN where the foot is in the air.

    Notes
    -----
    The sole bends at the joint of the toes: a centre of pressure ahead of it is measured along
    the toes, one behind it along the foot.
    """
    if side not in ("left", "right"):
        raise ParameterError(f"side is {side!r}; expected left or right")
    foot, toes = segment_index(f"foot_{side}"), segment_index(f"toes_{side}")
    local = [
        np.einsum("tji,tj->ti", motion.rotation[:, s], cop - motion.position[:, s])
        for s in (foot, toes)
    ]
    up = [
        np.einsum("tj,tj->t", motion.rotation[:, s, :, 1], np.nan_to_num(force))
        for s in (foot, toes)
    ]
    ahead = local[1][:, 0] > 0
    behind = np.minimum(local[0][:, 0], body.ball_m)
    x = np.where(ahead, body.ball_m + local[1][:, 0], behind) - body.heel_m
    z = np.where(ahead, local[1][:, 2], local[0][:, 2])
    return np.maximum(np.where(ahead, up[1], up[0]), 0.0), np.stack([x, z], axis=-1)


def pressures(insole, normal, where, *, spread_m=0.025):
    """Pressure under every cell, whose total force and centre are exactly those given.

    A bell of pressure lies around a point near the centre of pressure; the point is found so that
    the centre of all cells is right, although the edge of the sole cuts the bell.

    Parameters
    ----------
    insole : Insole
        The grid.
    normal : array, shape (time,)
        Force across the sole, N.
    where : array, shape (time, 2)
        Centre of pressure on the insole, m; may be NaN where there is no force.
    spread_m : float
        Standard deviation of the bell; ours: 25 mm gives peaks of about 200 kPa in walking.

    Returns
    -------
    array, shape (time, cell)
        kPa.

    Raises
    ------
    DataError
        For a centre of pressure more than one cell beside the sole, or none where there is force.
        Nearer ones are moved to where cells can still balance them.
    """
    normal, where = np.asarray(normal, float), np.asarray(where, float)
    if normal.ndim != 1 or where.shape != (len(normal), 2):
        raise DataError(f"normal {normal.shape}, where {where.shape}; expected (time,), (time, 2)")
    if not spread_m >= insole.cell_m / 2:
        raise ParameterError(
            f"spread_m is {spread_m}; expected at least half a cell, {insole.cell_m / 2}"
        )
    loaded = normal > 0
    target = _onto_cells(insole, where[loaded], np.nonzero(loaded)[0])
    cells = insole.centres_m
    # Exponential weights around c: their mean moves monotonically with c, and its derivative is
    # their covariance over the squared spread, so that Newton's method finds c.
    centre, share = target.copy(), np.empty((len(target), len(cells)))
    todo = np.arange(len(target))
    for _ in range(60):
        share[todo], mean, cov = _bell(cells, centre[todo], spread_m)
        miss = target[todo] - mean
        still = np.abs(miss).max(axis=-1) > 1e-9
        todo, miss, cov = todo[still], miss[still], cov[still]
        if not len(todo):
            break
        step = np.linalg.solve(cov / spread_m**2, miss[..., None])[..., 0]
        length = np.linalg.norm(step, axis=-1, keepdims=True)
        centre[todo] += step * np.minimum(1, spread_m / np.maximum(length, 1e-12))
    else:
        raise DataError(f"no pressure balances the centre of pressure in {len(todo)} samples")
    out = np.zeros((len(normal), len(cells)))
    out[loaded] = share * (normal[loaded, None] / insole.cell_area_m2 / 1000)
    return out


def report(insole, kpa, seed, *, step_kpa=2.5, limit_kpa=600.0, gain_error=0.05, cell_error=0.05):
    """What a real insole makes of the pressures.

    Parameters
    ----------
    insole : Insole
        The grid.
    kpa : array, shape (time, cell)
        True pressures.
    seed : int or sequence of int
        Such as ``[seed, subject_number, stream]``; left and right differ.
    step_kpa, limit_kpa : float
        Resolution (ours), and the pressure above which a cell does not follow: 600 kPa is the
        highest at which the insoles of Second Skin were tested (Parker et al. 2023, PLoS ONE
        18:e0277971). 0 and infinity switch them off.
    gain_error, cell_error : float
        Standard deviation of the calibration, of the insole as a whole and of single cells. Mean
        and peak pressures were off by less than 10 % there, which we take as two standard
        deviations. 0 switches them off.

    Returns
    -------
    array, shape (time, cell)
        kPa.
    """
    kpa = np.asarray(kpa, float)
    if kpa.ndim != 2 or kpa.shape[1] != len(insole.centres_m):
        raise DataError(f"pressures {kpa.shape}; expected (time, {len(insole.centres_m)})")
    if not (
        step_kpa >= 0 and limit_kpa > step_kpa and 0 <= gain_error < 0.5 and 0 <= cell_error < 0.5
    ):
        raise ParameterError(
            f"step_kpa={step_kpa}, limit_kpa={limit_kpa}, gain_error={gain_error}, "
            f"cell_error={cell_error}; expected 0 <= step < limit and errors from 0 to below 0.5"
        )
    rng = generator(seed, f"insole {insole.side}")
    gain = 1 + gain_error * rng.standard_normal()
    gain = gain * (1 + cell_error * rng.standard_normal(kpa.shape[1]))
    out = np.minimum(np.maximum(gain, 0) * kpa, limit_kpa)
    return np.rint(out / step_kpa) * step_kpa if step_kpa else out


def force_and_cop(insole, kpa):
    """Normal force and centre of pressure that the cells add up to.

    Returns
    -------
    normal : array, shape (time,)
        N.
    where : array, shape (time, 2)
        x, z on the insole, m; NaN without load.
    """
    kpa = np.asarray(kpa, float)
    normal = kpa.sum(axis=1) * 1000 * insole.cell_area_m2
    with np.errstate(invalid="ignore", divide="ignore"):
        where = kpa @ insole.centres_m / kpa.sum(axis=1)[:, None]
    return normal, where


def _onto_cells(insole, where, samples):
    """Centres of pressure that cells can balance: at least a third of a cell inside all of them."""
    if not np.isfinite(where).all():
        bad = samples[~np.isfinite(where).all(axis=-1)]
        raise DataError(f"force without centre of pressure at samples {bad[:5]}")
    cells, margin = insole.centres_m, insole.cell_m / 3
    x = np.clip(where[:, 0], cells[:, 0].min() + margin, cells[:, 0].max() - margin)
    rows = np.unique(cells[:, 0])
    low = np.array([cells[cells[:, 0] == r, 1].min() for r in rows])
    high = np.array([cells[cells[:, 0] == r, 1].max() for r in rows])
    z = np.clip(where[:, 1], np.interp(x, rows, low) + margin, np.interp(x, rows, high) - margin)
    moved = np.hypot(x - where[:, 0], z - where[:, 1])
    if (moved > 2 * insole.cell_m).any():
        worst = int(np.argmax(moved))
        raise DataError(
            f"centre of pressure {where[worst].round(3).tolist()} m, at sample {samples[worst]}, "
            f"lies {moved[worst] * 1000:.0f} mm from where the cells of the {insole.side} sole "
            f"({insole.length_m:.3f} by {insole.width_m:.3f} m) can feel it"
        )
    return np.stack([x, z], axis=-1)


def _bell(cells, centre, spread_m):
    """Share of the force of every cell, and the mean and covariance of their places."""
    distance = ((cells - centre[:, None]) ** 2).sum(axis=-1) / (2 * spread_m**2)
    share = np.exp(distance.min(axis=1, keepdims=True) - distance)
    share /= share.sum(axis=1, keepdims=True)
    mean = share @ cells
    x, z = (cells - mean[:, None]).transpose(2, 0, 1)
    xx, xz, zz = ((share * p).sum(axis=1) for p in (x * x, x * z, z * z))
    return share, mean, np.stack([xx, xz, xz, zz], axis=-1).reshape(-1, 2, 2)
