"""Force plates: what goes in as force and centre of pressure comes out again."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import welch

from gaitnb.errors import DataError, ParameterError
from gaitnb.lab import plates
from gaitnb.lab.plates import Plate


def one_foot(force, cop, free_moment=0.0):
    """Shapes of one sample of one foot."""
    return np.array([[force]], float), np.array([[cop]], float), np.array([[free_moment]], float)


def test_a_standing_person_by_hand():
    plate = Plate(centre_m=(1.0, 0.2), size_m=(0.6, 0.4), depth_m=0.05)
    # 700 N, 0.1 m ahead of the middle and 0.15 m to its right, pushed forward with 30 N.
    six = plates.signals(*one_foot([30, 700, 0], [1.1, 0, 0.35], 2.0), {"p": plate})["p"][0]
    # Load on the plate: backwards, down. Mx = y Fz, My = -x Fz - d Fx, Mz = -y Fx + free moment.
    expected = [-30, 0, 700, 0.15 * 700, -0.1 * 700 + 0.05 * 30, 0.15 * 30 + 2.0]
    np.testing.assert_allclose(six, expected, atol=1e-12)


coordinate = st.floats(-0.19, 0.19)


@settings(max_examples=60, deadline=None)
@given(
    force=st.tuples(st.floats(-300, 300), st.floats(50, 2500), st.floats(-200, 200)),
    at=st.tuples(coordinate, coordinate),
    centre=st.tuples(st.floats(-5, 5), st.floats(-5, 5)),
    free=st.floats(-20, 20),
    depth=st.floats(0, 0.1),
)
def test_cop_from_moments_is_the_cop(force, at, centre, free, depth):
    plate = Plate(centre, (0.4, 0.4), depth)
    cop = [centre[0] + at[0], 0.0, centre[1] + at[1]]
    six = plates.signals(*one_foot(force, cop, free), {"p": plate})["p"]
    got_force, got_cop, got_free = plates.force_and_cop(six, plate)
    np.testing.assert_allclose(got_force[0], force, atol=1e-9)
    np.testing.assert_allclose(got_cop[0], cop, atol=1e-9)
    assert got_free[0] == pytest.approx(free, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(share=st.floats(0.05, 0.95), apart=st.floats(0.05, 0.3))
def test_two_feet_on_one_plate_give_the_weighted_centre(share, apart):
    plate = Plate((0, 0), (0.6, 0.6))
    force = np.array([[[0, 800 * share, 0], [0, 800 * (1 - share), 0]]])
    cop = np.array([[[0.1, 0, -apart / 2], [-0.1, 0, apart / 2]]])
    six = plates.signals(force, cop, np.zeros((1, 2)), {"p": plate})["p"]
    total, centre, _ = plates.force_and_cop(six, plate)
    np.testing.assert_allclose(total[0], [0, 800, 0], atol=1e-9)
    mean = share * cop[0, 0] + (1 - share) * cop[0, 1]
    np.testing.assert_allclose(centre[0], mean, atol=1e-9)


def test_a_foot_beside_the_plate_is_not_felt_and_one_in_the_air_has_no_centre():
    plate = Plate((0, 0), (0.6, 0.4))
    force = np.tile([0.0, 700, 0], (3, 1, 1))
    cop = np.array([[[0.29, 0, 0]], [[0.31, 0, 0]], [[0, 0, 0.21]]])
    six = plates.signals(force, cop, np.zeros((3, 1)), {"p": plate})["p"]
    assert six[0, 2] == 700 and not six[1:].any()
    assert plates.feet_on(cop, {"p": plate}).ravel().tolist() == [0, -1, -1]
    got_force, got_cop, got_free = plates.force_and_cop(six, plate)
    assert np.isnan(got_cop[1:]).all() and not got_force[1:].any() and not got_free[1:].any()
    air = plates.signals(0 * force, np.full_like(cop, np.nan), np.zeros((3, 1)), {"p": plate})["p"]
    assert not air.any()


def test_every_side_has_its_belt():
    belts = plates.treadmill()
    n, speed = 100, 1.2
    time = np.arange(n) / 100
    standing = np.zeros((n, 2, 3))  # both feet planted in a lab through which they travel
    standing[:, 0, 2], standing[:, 1, 2] = -0.1, 0.1
    standing[..., 0] = 0.5
    cop = plates.onto_belt(standing, time, speed)
    np.testing.assert_allclose(np.diff(cop[..., 0], axis=0), -speed / 100)
    force = np.tile([[0.0, 300, 0], [0, 500, 0]], (n, 1, 1))
    six = plates.signals(force, cop, np.zeros((n, 2)), belts)
    np.testing.assert_allclose(six["left"][:, 2], 300)
    np.testing.assert_allclose(six["right"][:, 2], 500)
    _, back, _ = plates.force_and_cop(six["right"], belts["right"])
    np.testing.assert_allclose(back, cop[:, 1], atol=1e-9)
    # A foot that crosses the middle is felt by the other belt.
    cop[:, 0, 2] = 0.05
    six = plates.signals(force, cop, np.zeros((n, 2)), belts)
    assert not six["left"].any()
    np.testing.assert_allclose(six["right"][:, 2], 800)


def test_noise_has_its_density_and_its_seed():
    n, fs = 60_000, 1000.0
    nothing = np.zeros((n, 1, 3)), np.full((n, 1, 3), np.nan), np.zeros((n, 1))
    belts = plates.treadmill()
    six = plates.signals(*nothing, belts, fs_hz=fs, seed=[1, 2])
    _, power = welch(six["left"], fs, nperseg=1024, axis=0)
    density = np.sqrt(power[1:-1].mean(axis=0))
    np.testing.assert_allclose(density, plates.NOISE_DENSITY, rtol=0.03)
    again = plates.signals(*nothing, belts, fs_hz=fs, seed=[1, 2])
    np.testing.assert_array_equal(six["left"], again["left"])
    assert not np.array_equal(six["left"], six["right"])
    force, cop, _ = plates.force_and_cop(six["left"], belts["left"])
    assert not force.any() and np.isnan(cop).all()  # noise alone is no foot


good = one_foot([0, 700, 0], [0, 0, 0])


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda: Plate((0, 0), (0.6, 0)), ParameterError, ["size_m"]),
        (lambda: Plate((0, 0, 0)), ParameterError, ["centre_m"]),
        (lambda: Plate(depth_m=-1), ParameterError, ["depth_m"]),
        (lambda: plates.signals(good[0][0], *good[1:], {}), DataError, ["(time, side, 3)"]),
        (lambda: plates.signals(*good[:2], np.zeros(3), {}), DataError, ["free_moment"]),
        (
            lambda: plates.signals(good[0], good[1] * np.nan, good[2], {}),
            DataError,
            ["without centre of pressure", "1 samples"],
        ),
        (lambda: plates.signals(good[0] * np.nan, *good[1:], {}), DataError, ["not finite"]),
        (lambda: plates.signals(*good, {"p": Plate()}, seed=1), ParameterError, ["fs_hz"]),
        (lambda: plates.force_and_cop(np.zeros((3, 5)), Plate()), DataError, ["(time, 6)"]),
        (
            lambda: plates.force_and_cop(np.zeros((3, 6)), Plate(), threshold_n=0),
            ParameterError,
            ["threshold_n"],
        ),
    ],
)
def test_bad_input_is_named(call, error, words):
    with pytest.raises(error) as raised:
        call()
    assert all(word in str(raised.value) for word in words), raised.value
