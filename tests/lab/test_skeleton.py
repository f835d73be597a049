"""Forward kinematics: signs of the joints, exact derivatives, and a second implementation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from gaitnb.lab import fourier
from gaitnb.lab.segments import PARENT, SEGMENTS, inertia
from gaitnb.lab.skeleton import COORDINATES, INDEX, JOINT_AXES, forward, to_motion

BODY = inertia()


def pose(**degrees):
    q = np.zeros((len(COORDINATES), 1))
    q[INDEX["pelvis_y"]] = BODY.leg_length_m
    for name, value in degrees.items():
        q[INDEX[name]] = np.radians(value)
    return forward(q, 0 * q, 0 * q, BODY.offset)


def place(state, segment):
    return state["position"][SEGMENTS.index(segment), :, 0]


def test_in_standing_all_frames_are_the_labs_and_the_soles_are_on_the_floor():
    state = pose()
    for axes in state["axes"][..., 0]:
        np.testing.assert_allclose(axes, np.eye(3), atol=1e-12)
    assert place(state, "foot_left")[1] == pytest.approx(BODY.ankle_height_m)


# joint, segment whose origin moves, lab axis, direction: flexion moves the knee forward, and so on
SIGNS = [
    ("hip_flexion", "shank", 0, 1), ("knee_flexion", "foot", 0, -1),
    ("ankle_dorsiflexion", "toes", 1, 1), ("shoulder_flexion", "forearm", 0, 1),
]  # fmt: skip


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize(("joint", "segment", "axis", "sign"), SIGNS)
def test_flexion_moves_as_the_layout_says(joint, segment, axis, sign, side):
    moved = place(pose(**{f"{joint}_{side}": 10}), f"{segment}_{side}")
    still = place(pose(), f"{segment}_{side}")
    assert sign * (moved - still)[axis] > 0.01


@pytest.mark.parametrize(("side", "out"), [("left", -1), ("right", 1)])
def test_sides_are_mirrored(side, out):
    still = pose()
    adducted = pose(**{f"hip_adduction_{side}": 10})
    assert out * (place(adducted, f"foot_{side}") - place(still, f"foot_{side}"))[2] < -0.05
    turned_in = pose(**{f"hip_rotation_{side}": 10})
    assert out * (place(turned_in, f"toes_{side}") - place(still, f"toes_{side}"))[2] < -0.01
    assert place(pose(lumbar_extension=10), "head")[0] < -0.03


def periodic(seed, n=400):
    """Smooth random coordinates over one second."""
    rng = np.random.default_rng(seed)
    size = 0.3 / np.maximum(np.repeat(np.arange(13), 2)[1:], 1.0) ** 2
    coefficients = rng.standard_normal((len(COORDINATES), fourier.SIZE)) * size
    phase = np.arange(n) / n
    return [coefficients @ fourier.basis(phase, d) for d in range(3)]


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_velocities_and_accelerations_are_the_derivatives(seed):
    n = 400
    state = forward(*periodic(seed, n), BODY.offset)

    def derivative(x):  # spectral, of a periodic signal
        spectrum = np.fft.rfft(x, axis=-1) * (2j * np.pi * np.arange(n // 2 + 1))
        return np.fft.irfft(spectrum, n, axis=-1)

    np.testing.assert_allclose(derivative(state["position"]), state["velocity"], atol=1e-6)
    np.testing.assert_allclose(derivative(state["velocity"]), state["acceleration"], atol=1e-4)
    np.testing.assert_allclose(derivative(state["omega"]), state["alpha"], atol=1e-4)
    # the axes turn with omega: de/dt = omega x e
    turn = np.cross(state["omega"][:, None], state["axes"], axis=2)
    np.testing.assert_allclose(derivative(state["axes"]), turn, atol=1e-6)


def test_rotations_agree_with_scipy():
    q = periodic(5, 20)[0]
    state = forward(q, 0 * q, 0 * q, BODY.offset)
    for t in (0, 7):
        lab = {}
        for s, segment in enumerate(SEGMENTS):
            joint = Rotation.identity()
            for name, axis, sign in JOINT_AXES[segment]:
                joint = joint * Rotation.from_euler("XYZ"[axis], sign * q[INDEX[name], t])
            lab[s] = joint if PARENT[s] < 0 else lab[PARENT[s]] * joint
            np.testing.assert_allclose(state["axes"][s, :, :, t].T, lab[s].as_matrix(), atol=1e-12)


def test_motion_has_the_agreed_shapes():
    motion = to_motion(400, forward(*periodic(1), BODY.offset))
    assert motion.rotation.shape == (400, 15, 3, 3)
    assert motion.omega.shape == (400, 15, 3)
    assert motion.time[-1] == pytest.approx(399 / 400)
    vertical = motion.rotation[0, 0] @ np.array([0.0, 1.0, 0.0])  # lab = rotation @ local
    np.testing.assert_allclose(vertical, motion.rotation[0, 0, :, 1])


def test_fourier_fit_recovers_a_curve_and_shifts_it_by_half_a_cycle():
    phase = np.arange(64) / 64
    curve = 1 + np.cos(2 * np.pi * phase) - 0.5 * np.sin(6 * np.pi * phase)
    row = fourier.fit(curve)
    np.testing.assert_allclose(row @ fourier.basis(phase), curve, atol=1e-12)
    later = fourier.half_cycle_later(row) @ fourier.basis(phase)
    np.testing.assert_allclose(later, np.roll(curve, 32), atol=1e-12)
    assert fourier.fit(curve, harmonics=1)[5:].max() == 0
