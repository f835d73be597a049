"""Footprints of steps that do not repeat: when each foot stands where, and how it shares the load."""

from dataclasses import dataclass

import numpy as np

from gaitnb.lab import contact, gait, stand
from gaitnb.lab.gait import SIDES

SHIFT_S = 0.6  # shifting the weight before the first step and after the last


@dataclass(frozen=True)
class Stance:
    """One foot on the floor.

    Attributes
    ----------
    side : str
    on_s, off_s : float
        Contact and toe-off; infinite where the foot stands before or after the course.
    x_m, z_m, yaw : float
        Place of the ankle on the floor and direction of the foot, positive to the left, rad.
    """

    side: str
    on_s: float
    off_s: float
    x_m: float
    z_m: float
    yaw: float


@dataclass(frozen=True)
class Schedule:
    """Which foot is where and when.

    Attributes
    ----------
    stances : list of Stance
        In the order of contact.
    double_s, stance_s : float
        Duration of double support and of a steady stance.
    push_bw : float
        Fore-aft force with which the feet oppose each other in double support.
    """

    stances: list
    double_s: float
    stance_s: float
    push_bw: float

    def share(self, one, time):
        """How much of the load a stance carries, between 0 and 1, and its fore-aft force."""
        up, down = np.ones_like(time), np.ones_like(time)
        push = np.zeros_like(time)
        if np.isfinite(one.on_s):
            u = np.clip((time - one.on_s) / self.double_s, 0, 1)
            up = u * u * (3 - 2 * u)
            push -= self.push_bw * np.sin(np.pi * u) ** 2
        if np.isfinite(one.off_s):
            u = np.clip((one.off_s - time) / self.double_s, 0, 1)
            down = u * u * (3 - 2 * u)
            push += self.push_bw * np.sin(np.pi * u) ** 2
        return np.minimum(up, down), push

    def feet(self, time):
        """Expected forces in body weights (side, 3, time), and stance of both feet (side, time)."""
        template = np.zeros((2, 3, len(time)))
        stance = np.full((2, len(time)), 1.5)
        for one in self.stances:
            i = SIDES.index(one.side)
            here = (time >= one.on_s) & (time <= one.off_s)
            load, push = self.share(one, time)
            template[i, 1] += np.where(here, load, 0.0)
            template[i, 0] += np.where(here, push * np.cos(one.yaw), 0.0)
            template[i, 2] -= np.where(here, push * np.sin(one.yaw), 0.0)
            stance[i] = np.where(here, self.along(one, time), stance[i])
        standing = self._standing(time)
        if standing is not None:
            template[:, 1] = np.where(standing[1], standing[0], template[:, 1])
        return template, stance

    def along(self, one, time):
        """Time since contact as part of stance; standing is `stand.STANCE_TIME`."""
        if np.isfinite(one.on_s) and np.isfinite(one.off_s):
            return (time - one.on_s) / (one.off_s - one.on_s)
        if np.isfinite(one.off_s):
            return np.maximum(1 - (one.off_s - time) / self.stance_s, stand.STANCE_TIME)
        if np.isfinite(one.on_s):
            return np.minimum((time - one.on_s) / self.stance_s, stand.STANCE_TIME)
        return np.full_like(time, stand.STANCE_TIME)

    def _standing(self, time):
        """Loads while both feet stand, before the first or after the last step, and when."""
        first = [s for s in self.stances if np.isinf(s.on_s)]
        last = [s for s in self.stances if np.isinf(s.off_s)]
        if len(first) == 2:
            moving = min(first, key=lambda s: s.off_s)
            left = (moving.off_s - time) / SHIFT_S  # 1 to 0 while the weight is shifted
            here = time <= moving.off_s
        elif len(last) == 2:
            moving = max(last, key=lambda s: s.on_s)
            left = (time - moving.on_s) / SHIFT_S
            here = time >= moving.on_s
        else:
            return None
        u = np.clip(left, 0, 1)
        # first onto the foot that will step, then off it
        load = 0.5 * u**3 * (10 - 15 * u + 6 * u**2) + 0.35 * u**2 * (1 - u) * (len(first) == 2)
        both = np.stack([load, 1 - load])
        return (both if moving.side == "left" else both[::-1]), here

    def events(self):
        """Times of foot contacts and toe-offs by side."""
        on = {
            side: np.array([s.on_s for s in self.stances if s.side == side and s.on_s > 0])
            for side in SIDES
        }
        off = {side: np.array([s.off_s for s in self.stances if s.side == side]) for side in SIDES}
        return on, {side: t[np.isfinite(t)] for side, t in off.items()}


def steady_prints(one):
    """Footprints of steady walking: ankle place from the pelvis' path at contact, z and yaw.

    Returns
    -------
    dict
        side -> (x, z, yaw).
    """
    points = gait.evaluate(one.coefficients[None], one.goal, one.body)["points"]
    sole, out = flat_sole(one.body), {}
    for side in SIDES:
        weights = contact.contact_weights(contact.stance_time(gait.PHASE, side, one.goal.stance))
        left = side == "left"
        wrap = one.goal.stride_m * ((gait.PHASE < 0.5) - 0.5) if left else 0.0
        at = {}
        for name in ("heel", "ball_medial", "ball_lateral"):
            w = weights[name] / weights[name].sum()
            at[name] = np.array([(points[side][name][0] + wrap) @ w, points[side][name][2] @ w])
        ball = (at["ball_medial"] + at["ball_lateral"]) / 2
        yaw = -np.arctan2(*(ball - at["heel"])[::-1])
        middle = (sole["ball_medial"] + sole["ball_lateral"]) / 2 * [1, -1 if left else 1]
        out[side] = (*(ball - turn_floor(middle, yaw)), yaw)
    return out


def flat_sole(body):
    """Points of the right sole from the ankle when the foot is flat: x and z, m."""
    sole = contact.sole(body)
    ahead = {"heel": 0.0}
    return {n: np.array([p[0] + ahead.get(n, body.ball_m), p[2]]) for n, p in sole.items()}


def turn_floor(xz, yaw):
    """Turn x and z about the vertical, positive to the left."""
    cos, sin = np.cos(yaw), np.sin(yaw)
    return np.array([xz[0] * cos + xz[1] * sin, -xz[0] * sin + xz[1] * cos])
