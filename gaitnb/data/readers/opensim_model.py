"""The body that an .osim file describes: masses, inertias, joints, markers; and where it is.

Muscles, contact and controllers are left out. The XML is read without entities or external
references; functions of the file become plain tables of numbers.
"""

import xml.etree.ElementTree as ElementTree

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.spatial.transform import Rotation

from gaitnb.errors import DataError

_ROTATIONS = ("rotation1", "rotation2", "rotation3")
_TRANSLATIONS = ("translation1", "translation2", "translation3")


def parse(content, where):
    """Read a model.

    Parameters
    ----------
    content : bytes
        An .osim file of OpenSim 4.
    where : str
        File, for the message.

    Returns
    -------
    dict
        ``gravity_m_s2`` (3,); ``bodies``: name -> dict with ``mass_kg``, ``mass_center_m`` (3,)
        and ``inertia_kgm2`` (3, 3) about the mass centre, both in the body's own axes;
        ``joints``: name -> dict with ``parent``, ``child``, ``parent_offset_m``,
        ``child_offset_m`` (3,), ``parent_rotation``, ``child_rotation`` (3, 3), and ``axes``, six
        dicts (three rotations, three translations in turn) with ``coordinate`` (or empty),
        ``axis`` (3,) and ``x``, ``y``, the table of the function that maps the coordinate to the
        motion (rad or m): one value is a constant, two a line, more a cubic spline;
        ``markers``: name -> dict with ``body`` and ``location_m`` (3,); ``mass_kg``, the sum.
        Joints come in the order of the file, parents first. Axes of all bodies are those of the
        lab when every coordinate is zero.

    Raises
    ------
    DataError
        When the file is no such model, is cut, or holds a joint or function of another kind.
    """
    root = xml(content, where)
    body_set, joint_set = root.find("Model/BodySet/objects"), root.find("Model/JointSet/objects")
    if body_set is None or joint_set is None:
        raise DataError(f"{where}: no BodySet or JointSet; expected an OpenSim 4 model")
    bodies = {b.get("name"): _body(b, f"{where}, body {b.get('name')}") for b in body_set}
    joints, placed = {}, {"ground"}
    for element in joint_set:
        place = f"{where}, joint {element.get('name')}"
        joint = _joint(element, place)
        for body in (joint["parent"], joint["child"]):
            if body != "ground" and body not in bodies:
                raise DataError(f"{place}: no body {body!r}; the model has {', '.join(bodies)}")
        if joint["parent"] not in placed or joint["child"] in placed:
            raise DataError(f"{place}: the joints do not form a tree from the ground up")
        placed.add(joint["child"])
        joints[element.get("name")] = joint
    loose = sorted(set(bodies) - placed)
    if loose:
        raise DataError(f"{where}: no joint holds {', '.join(loose)}")
    markers = {}
    for element in root.iterfind("Model/MarkerSet/objects/Marker"):
        place = f"{where}, marker {element.get('name')}"
        body = _text(element, "socket_parent_frame", place).split("/")[-1]
        if body not in bodies:
            raise DataError(f"{place}: no body {body!r}; the model has {', '.join(bodies)}")
        location = _numbers(element, "location", 3, place)
        markers[element.get("name")] = {"body": body, "location_m": location}
    return {
        "gravity_m_s2": _numbers(root.find("Model"), "gravity", 3, where),
        "mass_kg": float(sum(body["mass_kg"] for body in bodies.values())),
        "bodies": bodies,
        "joints": joints,
        "markers": markers,
    }


def xml(content, where):
    """Parse an OpenSim XML file; refuse entities, other documents, and what is no XML."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise DataError(f"{where}: declares a document type or entities; expected plain XML")
    try:
        root = ElementTree.fromstring(content)
    except (ElementTree.ParseError, ValueError) as error:
        raise DataError(f"{where}: not whole XML ({error}); it may be cut off") from None
    if root.tag != "OpenSimDocument":
        raise DataError(f"{where}: the document is <{root.tag}>; expected <OpenSimDocument>")
    return root


def evaluate(axis, value, order=0):
    """Return what a coordinate does along one of a joint's axes.

    Parameters
    ----------
    axis : dict
        One of ``model["joints"][name]["axes"]``.
    value : array
        The coordinate, in rad or m.
    order : {0, 1, 2}
        Derivative with respect to the coordinate.

    Returns
    -------
    array, like `value`
        Rotation in rad or translation in m.
    """
    x, y = axis["x"], axis["y"]
    value = np.asarray(value, dtype=float)
    if len(x) == 1:
        return np.full(value.shape, y[0] if order == 0 else 0.0)
    if len(x) == 2:
        slope = (y[1] - y[0]) / (x[1] - x[0])
        return (y[0] + slope * (value - x[0]), np.full(value.shape, slope), 0 * value)[order]
    return CubicSpline(x, y)(value, order)


def kinematics(model, coordinates):
    """Place the bodies.

    Parameters
    ----------
    model : dict
        From `parse`.
    coordinates : mapping of str to array, shape (time,)
        Every coordinate of the model, in rad or m, such as the table ``coordinates`` of the set.

    Returns
    -------
    dict of str to tuple
        body -> rotation (time, 3, 3), axes of the body as columns in the lab, and origin
        (time, 3) in m.

    Raises
    ------
    DataError
        When a coordinate is missing.

    Notes
    -----
    The splines of the knee's sliding are cubic with free ends, which OpenSim's nearly are.
    """
    wanted = [a["coordinate"] for j in model["joints"].values() for a in j["axes"]]
    missing = sorted({name for name in wanted if name and name not in coordinates})
    if missing:
        raise DataError(f"no coordinate {', '.join(missing)}; the model needs it")
    time = len(next(np.asarray(coordinates[name]) for name in wanted if name))
    zero = np.zeros(time)
    placed = {"ground": (np.broadcast_to(np.eye(3), (time, 3, 3)), np.zeros((time, 3)))}
    for joint in model["joints"].values():
        moved = [
            evaluate(axis, np.asarray(coordinates[axis["coordinate"]]))
            if axis["coordinate"]
            else evaluate(axis, zero)
            for axis in joint["axes"]
        ]
        turn = np.eye(3)
        for axis, angle in zip(joint["axes"][:3], moved[:3], strict=True):
            turn = turn @ Rotation.from_rotvec(angle[:, None] * axis["axis"]).as_matrix()
        slide = sum(
            shift[:, None] * axis["axis"]
            for axis, shift in zip(joint["axes"][3:], moved[3:], strict=True)
        )
        rotation, origin = placed[joint["parent"]]
        origin = origin + rotation @ joint["parent_offset_m"]  # the joint's frame in the parent
        rotation = rotation @ joint["parent_rotation"]
        origin = origin + np.einsum("tij,tj->ti", rotation, slide)
        rotation = rotation @ turn @ joint["child_rotation"].T
        placed[joint["child"]] = (rotation, origin - rotation @ joint["child_offset_m"])
    del placed["ground"]
    return placed


def _body(element, where):
    mass = float(_numbers(element, "mass", 1, where)[0])
    moments = _numbers(element, "inertia", 6, where)  # xx yy zz xy xz yz
    if mass <= 0 or (moments[:3] < 0).any():
        raise DataError(f"{where}: mass {mass:g} kg, inertia {moments[:3]}; expected positive")
    inertia = np.diag(moments[:3])
    for value, (i, j) in zip(moments[3:], ((0, 1), (0, 2), (1, 2)), strict=True):
        inertia[i, j] = inertia[j, i] = value
    center = _numbers(element, "mass_center", 3, where)
    return {"mass_kg": mass, "mass_center_m": center, "inertia_kgm2": inertia}


def _joint(element, where):
    frames = {f.get("name"): f for f in element.iterfind("frames/PhysicalOffsetFrame")}
    joint = {}
    for role in ("parent", "child"):
        name = _text(element, f"socket_{role}_frame", where)
        if name not in frames:
            raise DataError(f"{where}: no frame {name!r}; it has {', '.join(frames) or 'none'}")
        frame = frames[name]
        joint[role] = _text(frame, "socket_parent", where).split("/")[-1]
        joint[f"{role}_offset_m"] = _numbers(frame, "translation", 3, where)
        angles = _numbers(frame, "orientation", 3, where)
        joint[f"{role}_rotation"] = Rotation.from_euler("XYZ", angles).as_matrix()
    axes = {a.get("name"): a for a in element.iterfind("SpatialTransform/TransformAxis")}
    missing = [name for name in (*_ROTATIONS, *_TRANSLATIONS) if name not in axes]
    if element.tag != "CustomJoint" or missing:
        raise DataError(f"{where}: a {element.tag} without all six axes; only CustomJoint is read")
    joint["axes"] = [_axis(axes[name], where) for name in (*_ROTATIONS, *_TRANSLATIONS)]
    return joint


def _axis(element, where):
    function = next((c for c in element if c.tag not in ("coordinates", "axis")), None)
    if function is None:
        raise DataError(f"{where}: axis {element.get('name')} has no function; the file is cut")
    x, y = _function(function, where)
    direction = _numbers(element, "axis", 3, where)
    length = np.linalg.norm(direction)
    if not length > 0:
        raise DataError(f"{where}: axis {element.get('name')} has no direction")
    coordinate = (element.findtext("coordinates") or "").strip()
    return {"coordinate": coordinate, "axis": direction / length, "x": x, "y": y}


def _function(element, where):
    """Return the table x, y of a function: one value, a line, or the knots of a spline."""
    if element.tag == "MultiplierFunction":
        inner = element.find("function")
        if inner is None or not len(inner):
            raise DataError(f"{where}: an empty MultiplierFunction; the file is cut")
        x, y = _function(inner[0], where)
        return x, y * _numbers(element, "scale", 1, where)[0]
    if element.tag == "Constant":
        return np.zeros(1), _numbers(element, "value", 1, where)
    if element.tag == "LinearFunction":
        slope, intercept = _numbers(element, "coefficients", 2, where)
        return np.array([0.0, 1.0]), np.array([intercept, intercept + slope])
    if element.tag in ("SimmSpline", "NaturalCubicSpline"):
        x, y = _numbers(element, "x", None, where), _numbers(element, "y", None, where)
        if len(x) != len(y) or len(x) < 3 or np.any(np.diff(x) <= 0):
            raise DataError(f"{where}: a spline of {len(x)} and {len(y)} knots, or unsorted")
        return x, y
    raise DataError(f"{where}: a function of kind {element.tag}; expected a line or spline")


def _text(element, name, where):
    found = element.findtext(name) if element is not None else None
    if not found or not found.strip():
        raise DataError(f"{where}: no <{name}>; the file is cut or of another version")
    return found.strip()


def _numbers(element, name, count, where):
    words = _text(element, name, where).split()
    try:
        values = np.array([float(word) for word in words])
    except ValueError:
        raise DataError(
            f"{where}: <{name}> is {' '.join(words)[:40]!r}; expected numbers"
        ) from None
    if (count is not None and len(values) != count) or not np.isfinite(values).all():
        raise DataError(f"{where}: <{name}> has {len(values)} numbers; expected {count}, finite")
    return values
