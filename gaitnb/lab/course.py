"""Where the feet go when a walk starts, stops or turns, and what is expected in between.

A course is a list of steps, each with its place and heading on the floor. Places count in the
person's steady steps, times in the person's steady step times. Courses join steady walking in the
middle of single support, where only one foot shares the load.
"""

import numpy as np
from scipy.interpolate import PchipInterpolator

from gaitnb.lab import contact, fourier, stand, transition
from gaitnb.lab.footprints import SHIFT_S, Schedule, Stance, flat_sole, steady_prints, turn_floor
from gaitnb.lab.gait import SIDES
from gaitnb.lab.segments import SEGMENTS
from gaitnb.lab.skeleton import COORDINATES, INDEX, forward

JOIN = {
    "leave": 0.30,
    "enter": 0.80,
}  # phases at which a course takes over from and hands to walking
_DRIFT_S, _EASE_S = 0.25, 0.6
_QUIET_S = 0.3  # standing still before the weight is shifted to the first step

# kind -> steps: foot, length in steady steps, heading in degrees, duration in steady step times
COURSES = {
    "start": [
        ("right", 0.55, 0, 1.0), ("left", 0.80, 0, 1.08), ("right", 0.95, 0, 1.0),
        ("left", 1.0, 0, 1.0),
    ],
    "stop": [
        ("left", 0.97, 0, 1.0), ("right", 0.75, 0, 1.0), ("left", 0.45, 0, 1.08),
        ("right", 0.0, 0, 1.15),
    ],
    "turn": [
        ("left", 0.97, 0, 1.0), ("right", 0.82, 0, 1.0), ("left", 0.62, 10, 1.05),
        ("right", 0.55, 45, 1.1), ("left", 0.42, 90, 1.1), ("right", 0.42, 130, 1.1),
        ("left", 0.50, 165, 1.05), ("right", 0.80, 180, 1.0), ("left", 1.0, 180, 1.0),
    ],
}  # fmt: skip


def plan(kind, one):
    """Footprints and expectations of a start, stop or turn of one person.

    Parameters
    ----------
    kind : {"start", "stop", "turn"}
    one : solve.Gait
        The person's steady stride.

    Returns
    -------
    transition.Course, Schedule
    """
    goal = one.goal
    period = goal.stride_time_s
    prints = steady_prints(one)
    from_rest, to_rest = kind == "start", kind == "stop"
    path = _path(kind, one)
    time, _, *place, heading = path[-1]
    end = time + (SHIFT_S + 2 * _QUIET_S if to_rest else (JOIN["enter"] - 0.5) * period)
    schedule = Schedule(
        stances=_stances(path, one, prints, from_rest, to_rest),
        double_s=(goal.stance - 0.5) * period,
        stance_s=goal.stance * period,
        push_bw=0.10 * min(1.0, goal.speed_mps / 1.3),
    )
    samples = max(30, round(end / transition.SAMPLE_S)) + 1
    grid = np.linspace(0, end, samples)
    reference = _reference(grid, path, schedule, one, from_rest, to_rest, prints)
    before = _steady(one, JOIN["leave"] + grid / period, "right", 0, 0, 0, prints)
    after = _steady(one, JOIN["enter"] + (grid - end) / period, "left", *place, heading, prints)
    if from_rest:
        before = _rest(one.body, 0.0, samples)
    if to_rest:
        after = _rest(one.body, place[0], samples)
    # near both ends the expectation is what goes on there
    for known, near in ((before, grid), (after, end - grid)):
        reference += (known[0] - reference) * (1 - _smooth(near / _EASE_S))
    begin, finish = before[:, :, 0], after[:, :, -1]
    template, stance = schedule.feet(grid)
    course = transition.Course(
        time=grid,
        reference=reference,
        sd=_SD,
        **_contacts(grid, schedule, one.body, begin, finish),
        template=template,
        stance=stance,
        begin=begin,
        end=finish,
    )
    return course, schedule


def _path(kind, one):
    """Contacts in order: time, side, place x and z of the path, and its heading in rad."""
    goal = one.goal
    period = goal.stride_time_s
    place, heading = np.zeros(2), 0.0
    if kind == "start":
        path = [(-np.inf, "right", 0.0, 0.0, 0.0), (-np.inf, "left", 0.0, 0.0, 0.0)]
        # the first foot swings from the end of the shift of weight to its contact
        time = _QUIET_S + SHIFT_S + (1 - goal.stance) * period * 1.1
    else:
        # the right foot came down at phase 0, the left before
        now = -JOIN["leave"] * period
        path = [
            (now - period / 2, "left", -goal.stride_m / 2, 0.0, 0.0),
            (now, "right", 0.0, 0.0, 0.0),
        ]
        time = now
    for k, (side, length, degrees, duration) in enumerate(COURSES[kind]):
        new = np.radians(degrees)
        way = np.array([length * goal.stride_m / 2, 0.0])
        place, heading = place + turn_floor(way, (heading + new) / 2), new
        time += 0.0 if kind == "start" and k == 0 else duration * period / 2
        path.append((time, side, *place, heading))
    return path


def _stances(path, one, prints, from_rest, to_rest):
    """Every contact's footprint and toe-off."""
    period, stance = one.goal.stride_time_s, one.goal.stance
    out = []
    for k, (on, side, x, z, turn) in enumerate(path):
        rest = (from_rest and k < 2) or (to_rest and k >= len(path) - 2)
        if rest:  # straight feet below the hips
            wide, yaw = one.body.offset[SEGMENTS.index(f"thigh_{side}"), 2], turn
        else:
            wide, yaw = prints[side][1], turn + prints[side][2]
        if to_rest and k >= len(path) - 2:
            off = np.inf
        elif from_rest and k == 0:
            off = _QUIET_S + SHIFT_S
        elif k + 1 < len(path):
            off = path[k + 1][0] + (stance - 0.5) * period
        else:
            off = on + stance * period  # steady walking goes on
        out.append(Stance(side, on, off, *(np.array([x, z]) + turn_floor([0.0, wide], turn)), yaw))
    return out


_SD = np.radians(np.full(len(COORDINATES), 5.0))
for _name, _size in (("pelvis_x", 0.05), ("pelvis_y", 0.02), ("pelvis_z", 0.04)):
    _SD[INDEX[_name]] = _size
for _name in ("neck_extension", "neck_bending", "neck_rotation"):
    _SD[INDEX[_name]] = np.radians(1.0)
for _name in ("hip_rotation_left", "hip_rotation_right", "pelvis_rotation"):
    _SD[INDEX[_name]] = np.radians(10.0)


def _rest(body, x, samples):
    """Standing at x: coordinates and two derivatives, (3, coordinate, time)."""
    q = np.repeat(stand.pose(body)[:, None], samples, axis=1)
    q[INDEX["pelvis_x"]] += x
    return np.stack([q, 0 * q, 0 * q])


def _steady(one, phase, side, x, z, heading, prints):
    """Steady walking whose standing foot's path point is at x, z and heading, as `_rest`."""
    goal = one.goal
    q = [one.coefficients @ fourier.basis(phase, d) / goal.stride_time_s**d for d in range(3)]
    ix, iz = INDEX["pelvis_x"], INDEX["pelvis_z"]
    since = phase - (0.5 if side == "left" else 0.0)
    q[0][ix] += since * goal.stride_m - prints[side][0]
    q[1][ix] += goal.speed_mps
    for state in q:
        state[[ix, iz]] = turn_floor(state[[ix, iz]], heading)
    q[0][ix] += x
    q[0][iz] += z
    q[0][INDEX["pelvis_rotation"]] += heading
    return np.stack(q)


def _ends(body, begin, finish):
    """Where the points of the soles are at both ends: side -> point -> place, for each end."""
    out = []
    for state in (begin, finish):
        kinematics = forward(*(x[:, None] for x in state), body.offset)
        sole = contact.sole(body)
        out.append({side: contact.sole_points(kinematics, sole, side) for side in SIDES})
    return out


def _contacts(time, schedule, body, begin, finish):
    """Held points, their places and the least height of the sole, for `transition.Course`."""
    sole = flat_sole(body)
    held = {(side, n): np.zeros(len(time)) for side in SIDES for n in sole}
    place = {key: np.zeros((3, len(time))) for key in held}
    # steady walking holds a point to within a millimetre of its mean place: drift from and to there
    ends = _ends(body, begin, finish)
    near = [1 - _smooth(time / _DRIFT_S), 1 - _smooth((time[-1] - time) / _DRIFT_S)]
    lift = np.zeros((2, len(time)))
    for i, side in enumerate(SIDES):
        mine = [s for s in schedule.stances if s.side == side]
        mirror = [1, 1 if side == "right" else -1]
        for one in mine:
            here = (time >= one.on_s) & (time <= one.off_s)
            weights = contact.contact_weights(schedule.along(one, time))
            for name, at in sole.items():
                x, z = np.array([one.x_m, one.z_m]) + turn_floor(at * mirror, one.yaw)
                print_m = np.array([x, 0.0, z])[:, None] * np.ones(len(time))
                for k, inside in enumerate((one.on_s <= 0, one.off_s >= time[-1])):
                    if inside and weights[name][0 if k == 0 else -1] > 0:
                        print_m += (ends[k][side][name] - print_m[:, :1]) * near[k]
                held[side, name] = np.where(here, weights[name], held[side, name])
                place[side, name] = np.where(here, print_m, place[side, name])
        for one, other in zip(mine[:-1], mine[1:], strict=True):
            u = np.clip((time - one.off_s) / (other.on_s - one.off_s), 0, 1)
            lift[i] += contact.CLEARANCE_M * np.sin(np.pi * u) ** 2
    return {"held": held, "place": place, "lift": lift}


def _reference(time, path, schedule, one, from_rest, to_rest, prints):
    """Expected coordinates: steady walking at the steps' pace along the path, blended with rest."""
    period = one.goal.stride_time_s
    steps = [p for p in path if np.isfinite(p[0])]
    first = 0.5 if steps[0][1] == "left" else 0.0
    phases = first + 0.5 * np.arange(len(steps))
    times = np.array([p[0] for p in steps])
    knots, values = list(times), list(phases)
    if from_rest:
        off = schedule.stances[0].off_s
        knots, values = [off - 0.5, off, *knots], [phases[0] - 0.45, phases[0] - 0.38, *values]
    if to_rest:
        knots, values = [*knots, knots[-1] + 0.4], [*values, values[-1] + 0.2]
    else:
        knots, values = [*knots, knots[-1] + period / 2], [*values, values[-1] + 0.5]
    phase = PchipInterpolator(knots, values)(np.clip(time, knots[0], knots[-1]))
    walking = one.coefficients @ fourier.basis(phase % 1.0)
    amount = np.ones(len(time))
    if from_rest:
        amount = _smooth((time - (off - 0.2)) / (steps[0][0] - off + 0.2))
    if to_rest:
        amount = 1 - _smooth((time - steps[-2][0]) / (steps[-1][0] + 0.2 - steps[-2][0]))
    rest = stand.pose(one.body)[:, None]
    out = rest + amount * (walking - rest)
    # the pelvis: half way between the feet at contact, over the foot in single support
    where = [(p[2], p[3], p[4]) for p in path]
    at, along = [], []
    for k in range(1, len(path)):
        if np.isfinite(path[k][0]):
            at.append(path[k][0])
            along.append(np.mean(where[k - 1 : k + 1], axis=0))
        following = path[k + 1][0] if k + 1 < len(path) else path[k][0] + period / 2
        if np.isfinite(path[k][0]):
            at.append(path[k][0] + 0.55 * (following - path[k][0]))
            along.append(np.array(where[k]))
    if not to_rest:  # steady walking goes on
        ahead = turn_floor(np.array([one.goal.stride_m / 4, 0.0]), path[-1][4])
        at.append(path[-1][0] + period / 2)
        along.append(np.array(where[-1]) + [*ahead, 0.0])
    if from_rest:
        at, along = [schedule.stances[0].off_s - 0.2, *at], [np.array(where[0]), *along]
    at, along = np.array(at), np.array(along)
    track = PchipInterpolator(at, along)(np.clip(time, at[0], at[-1])).T
    lean = stand.pose(one.body)[INDEX["pelvis_x"]] * (1 - amount)
    sway = turn_floor(np.stack([lean, walking[INDEX["pelvis_z"]] * amount]), track[2])
    out[INDEX["pelvis_x"]] = track[0] + sway[0]
    out[INDEX["pelvis_z"]] = track[1] + sway[1]
    out[INDEX["pelvis_rotation"]] += track[2]
    return out


def _smooth(u):
    u = np.clip(u, 0, 1)
    return u**3 * (10 - 15 * u + 6 * u**2)
