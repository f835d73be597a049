"""Our inverse dynamics on OpenSim's model of one person, against OpenSim's own result."""

import os

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from toy_motions import derivative, spin

from gaitnb import data
from gaitnb.data.readers import opensim_model
from gaitnb.errors import DataError, ParameterError
from gaitnb.lab import opensim

needs_data = pytest.mark.skipif(
    not os.environ.get("GAITNB_MIRROR"), reason="GAITNB_MIRROR is not set"
)
SET = "opensim_gait2392"
# coordinate of the model -> joint of the layout, sign: what the comparison is about
COMPARED = {
    f"{coordinate}_{letter}": (f"{joint}_{side}", sign)
    for letter, side in (("l", "left"), ("r", "right"))
    for coordinate, joint, sign in (
        ("hip_flexion", "hip_flexion", 1),
        ("hip_adduction", "hip_adduction", 1),
        ("hip_rotation", "hip_rotation", 1),
        ("knee_angle", "knee_flexion", -1),
        ("ankle_angle", "ankle_dorsiflexion", 1),
        ("subtalar_angle", "ankle_inversion", 1),
    )
} | {f"lumbar_{n}": (f"lumbar_{n}", 1) for n in ("extension", "bending", "rotation")}


@pytest.fixture(scope="module")
def walk():
    """Model, filtered coordinates, their times, generalised forces, of the OpenSim subject."""
    model, table = data.open(SET, stream="model"), data.open(SET, stream="coordinates")
    forces = data.open(SET, stream="forces")
    time = table["time"].to_numpy()
    inside = time <= forces.time.values[-1] + 1e-9  # the plates stop before the angles
    coordinates = opensim.smooth({n: table[n] for n in table if n != "time"}, fs_hz=60.0)
    rows = np.round((time[inside] - forces.time.values[0]) * 600).astype(int)
    np.testing.assert_allclose(forces.time.values[rows], time[inside], atol=2e-4)
    now = {name: values[:, inside] for name, values in coordinates.items()}
    loads = {
        body: (
            forces.grf.values[0, rows, s],
            forces.cop.values[0, rows, s],
            forces.free_moment.values[0, rows, s],
        )
        for s, body in enumerate(("calcn_l", "calcn_r"))
    }
    return model, now, time[inside], opensim.inverse_dynamics(model, now, loads)


@pytest.mark.parametrize("coordinate", list(COMPARED))
@pytest.mark.real
@needs_data
def test_moments_are_opensims(walk, coordinate):
    """Aim: r >= .97 and error <= .08 Nm/kg; reached with an eighth of that error."""
    model, _, time, found = walk
    joint, sign = COMPARED[coordinate]
    reference = data.open(SET, stream="moments").moment.sel(joint=joint)[0]
    # before the first angle OpenSim continued the angles in its own way
    at = reference.time.values >= time[0] - 1e-3
    expected = reference.values[at]
    mine = sign * np.interp(reference.time.values[at], time, found[coordinate]) / model["mass_kg"]
    assert np.corrcoef(mine, expected)[0, 1] >= 0.99
    assert np.sqrt(np.mean((mine - expected) ** 2)) <= 0.015


@pytest.mark.real
@needs_data
def test_bodies_stand_where_the_reader_puts_them(walk):
    """The reader places the bodies without derivatives and by other code."""
    model, coordinates, _, _ = walk
    state = opensim.forward(model, coordinates)
    placed = opensim_model.kinematics(model, {n: values[0] for n, values in coordinates.items()})
    for b, name in enumerate(state["bodies"]):
        rotation, origin = placed[name]
        np.testing.assert_allclose(state["axes"][b].transpose(2, 1, 0), rotation, atol=1e-12)
        np.testing.assert_allclose(state["position"][b].T, origin, atol=1e-12)


def toy_model():
    """Two bodies on joints with oblique axes, offset frames, and a sliding, bending knee."""
    rng = np.random.default_rng(5)
    turned = Rotation.from_rotvec(rng.normal(size=(4, 3))).as_matrix()

    def axis(coordinate, x, y):
        direction = rng.normal(size=3)
        return {
            "coordinate": coordinate,
            "axis": direction / np.linalg.norm(direction),
            "x": np.array(x, float),
            "y": np.array(y, float),
        }

    def joint(parent, child, axes, k):
        return {
            "parent": parent,
            "child": child,
            "parent_offset_m": rng.normal(size=3),
            "child_offset_m": rng.normal(size=3),
            "parent_rotation": turned[k],
            "child_rotation": turned[k + 1],
            "axes": axes,
        }

    knots = np.linspace(-2, 2, 7)
    line = ([0, 1], [0.2, 1.5])
    first = [axis("a", *line), axis("b", [0, 1], [0, 1]), axis("", [0], [0.3])]
    first += [axis("c", [0, 1], [0, 1]), axis("a", [0, 1], [0, -0.2]), axis("", [0], [0.1])]
    second = [axis("d", *line), axis("", [0], [0.0]), axis("d", [0, 1], [0, 0.4])]
    second += [axis("d", knots, np.sin(knots)), axis("d", knots, np.cos(knots)), axis("", [0], [0])]
    bodies = {}
    for name, mass in (("one", 7.0), ("two", 3.0)):
        spread = rng.normal(size=(3, 3))
        bodies[name] = {
            "mass_kg": mass,
            "mass_center_m": rng.normal(size=3),
            "inertia_kgm2": spread @ spread.T,
        }
    joints = {"j1": joint("ground", "one", first, 0), "j2": joint("one", "two", second, 2)}
    return {"bodies": bodies, "joints": joints, "gravity_m_s2": np.array([0.0, -9.81, 0.0])}


def toy_coordinates(n=512, period=1.3):
    rng = np.random.default_rng(6)
    phase = 2 * np.pi * np.arange(n) / n
    out = {}
    for name in "abcd":
        q = 0.6 * np.sin(phase + rng.uniform(0, 6)) + 0.2 * np.cos(2 * phase + rng.uniform(0, 6))
        qd = derivative(q, period)
        out[name] = np.stack([q, qd, derivative(qd, period)])
    return out, period


def test_virtual_work_on_any_model():
    """Generalised forces times the rates of the coordinates are the rate of the energy."""
    model, (coordinates, period) = toy_model(), toy_coordinates()
    found = opensim.inverse_dynamics(model, coordinates, {})
    placed = opensim_model.kinematics(model, {n: values[0] for n, values in coordinates.items()})
    energy = 0.0
    for name, body in model["bodies"].items():
        rotation, origin = placed[name]
        com = origin + rotation @ body["mass_center_m"]
        omega = spin(derivative(rotation, period), rotation)
        local = np.einsum("tji,tj->ti", rotation, omega)
        energy = energy + body["mass_kg"] * 9.81 * com[:, 1]
        energy = energy + body["mass_kg"] / 2 * np.sum(derivative(com, period) ** 2, axis=1)
        energy = energy + np.einsum("ti,ij,tj->t", local, body["inertia_kgm2"], local) / 2
    power = sum(found[name] * values[1] for name, values in coordinates.items())
    rate = derivative(energy, period)
    # the knots of the splines limit the spectral derivative
    np.testing.assert_allclose(power, rate, atol=2e-4 * np.abs(rate).max())


def test_a_load_does_work_too():
    """A force on the second body changes the generalised forces by its virtual work."""
    model, (coordinates, period) = toy_model(), toy_coordinates()
    rng = np.random.default_rng(7)
    n = coordinates["a"].shape[1]
    push, point, free = rng.normal(size=(n, 3)), rng.normal(size=(n, 3)), rng.normal(size=n)
    load = {"two": (push, point, free)}
    without = opensim.inverse_dynamics(model, coordinates, {})
    with_load = opensim.inverse_dynamics(model, coordinates, load)
    power = sum((without[k] - with_load[k]) * coordinates[k][1] for k in coordinates)
    placed = opensim_model.kinematics(model, {k: v[0] for k, v in coordinates.items()})
    rotation, origin = placed["two"]
    omega = spin(derivative(rotation, period), rotation)
    speed = derivative(origin, period) + np.cross(omega, point - origin)
    expected = np.sum(push * speed, axis=1) + free * omega[:, 1]
    np.testing.assert_allclose(power, expected, atol=2e-4 * np.abs(expected).max())
    lifted = opensim.inverse_dynamics(model, coordinates, {"two": (push, point * np.nan, free)})
    np.testing.assert_array_equal(lifted["d"], without["d"])


def test_smoothing_keeps_slow_and_removes_fast():
    t = np.arange(600) / 60
    slow, fast = np.sin(2 * np.pi * t), np.sin(2 * np.pi * 20 * t)
    out = opensim.smooth({"q": slow + fast}, 60.0)["q"]
    middle = np.s_[60:-60]
    np.testing.assert_allclose(out[0][middle], slow[middle], atol=2e-3)
    np.testing.assert_allclose(
        out[1][middle] / (2 * np.pi), np.cos(2 * np.pi * t)[middle], atol=0.02
    )
    exact = opensim.smooth({"q": slow}, 60.0, cutoff_hz=None)["q"]
    np.testing.assert_allclose(exact[2][middle], -((2 * np.pi) ** 2) * slow[middle], atol=1e-4)


def test_bad_input_is_named():
    model, (coordinates, _) = toy_model(), toy_coordinates(64)
    with pytest.raises(DataError, match="no coordinate d; the model needs it"):
        opensim.inverse_dynamics(model, {n: coordinates[n] for n in "abc"}, {})
    with pytest.raises(DataError, match="loads on hand; the model has one, two"):
        opensim.inverse_dynamics(model, coordinates, {"hand": None})
    with pytest.raises(DataError, match="gravity is"):
        opensim.inverse_dynamics(model | {"gravity_m_s2": [0, 0, -9.81]}, coordinates, {})
    with pytest.raises(ParameterError, match="cutoff_hz is 40"):
        opensim.smooth({"q": np.zeros(60)}, 60.0, cutoff_hz=40)
    with pytest.raises(DataError, match="coordinate q is not finite"):
        opensim.smooth({"q": np.full(60, np.nan)}, 60.0)
