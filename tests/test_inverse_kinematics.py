"""Inverse kinematics on virtual markers, whose truth is known."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from gaitnb.errors import DataError, ParameterError
from gaitnb.lab import dynamics, marker_calibration, markers, mechanics, movement, skeleton
from gaitnb.lab import inverse_kinematics as ik
from gaitnb.lab.people import Person
from gaitnb.lab.segments import INDEX

NAMES = list(markers.PLACES)
JOINTS = [f"{n}_{s}" for s in ("left", "right") for n in ("hip_flexion", "hip_adduction",
          "hip_rotation", "knee_flexion", "ankle_dorsiflexion", "ankle_inversion")]  # fmt: skip


def standing(body, n=5):
    """Markers of a person whose angles are all zero."""
    zero = np.zeros((len(skeleton.COORDINATES), n))
    still = skeleton.to_motion(100.0, skeleton.forward(zero, zero, zero, body.offset))
    return markers.positions(still, markers.place(body))


@pytest.fixture(scope="module")
def walk():
    return movement.movement(Person(number=3, height_m=1.68, mass_kg=61.0, sex="female"),
                             speed_mps=1.3, duration_s=3.0, fs_hz=200.0, seed=5)  # fmt: skip


@pytest.fixture(scope="module")
def found(walk):
    seen = markers.positions(walk.motion, markers.place(walk.body))
    calibration = marker_calibration.calibrate(standing(walk.body), NAMES)
    return calibration, *ik.poses(seen, NAMES, calibration, 200.0)


@pytest.mark.parametrize("joint", JOINTS)
def test_angles_are_recovered(walk, found, joint):
    """The only difference is the hip centre's regression, which knows no width of this pelvis."""
    truth = np.degrees(walk.coordinates[:, skeleton.INDEX[joint]])
    error = ik.joint_angles(found[1])[joint] - truth
    assert np.abs(error).max() < 1.0
    assert np.sqrt(np.mean(error**2)) < 0.6


def test_pelvis_attitude_is_recovered(walk, found):
    angles = ik.joint_angles(found[1])
    for name in ("pelvis_rotation", "pelvis_list", "pelvis_tilt"):
        truth = np.degrees(walk.coordinates[:, skeleton.INDEX[name]])
        np.testing.assert_allclose(angles[name], truth, atol=1e-6)


def test_joints_are_where_they_are(walk, found):
    calibration, _, origin = found
    for segment in ("thigh_left", "shank_right", "foot_right"):
        away = np.linalg.norm(origin[segment] - walk.motion.position[:, INDEX[segment]], axis=1)
        assert away.max() < 0.006
    assert calibration.length_m("shank_left") == pytest.approx(
        walk.body.length[INDEX["shank_left"]], abs=1e-6
    )


def test_derivatives_and_moments_are_recovered(walk, found):
    _, rotation, origin = found
    rebuilt = ik.motion(rotation, origin, 200.0, walk.body)
    inner = np.s_[20:-20]
    for segment in ("thigh_right", "shank_right", "foot_left"):
        s = INDEX[segment]
        for name, limit in (("omega", 0.25), ("alpha", 4.0), ("acceleration", 0.6)):
            truth = getattr(walk.motion, name)[inner, s]
            error = getattr(rebuilt, name)[inner, s] - truth
            assert np.sqrt(np.mean(error**2)) < 0.05 * np.sqrt(np.mean(truth**2)), name
            assert np.abs(error).max() < limit, (segment, name)
    loads = [
        dynamics.inverse_dynamics(m, walk.body, walk.force, walk.cop, walk.free_moment)
        for m in (walk.motion, rebuilt)
    ]
    truth, mine = (
        mechanics.joint_moments(m, x)[inner]
        for m, x in zip((walk.motion, rebuilt), loads, strict=True)
    )
    for joint in ("hip_flexion_right", "knee_flexion_left", "ankle_dorsiflexion_right"):
        j = mechanics.JOINTS.index(joint)
        assert np.sqrt(np.mean((mine - truth)[:, j] ** 2)) < 0.04


def test_a_turned_person_has_the_same_angles(walk, found):
    """Where a person walks to in the lab does not matter."""
    about = Rotation.from_euler("y", 90, degrees=True).as_matrix()
    seen = markers.positions(walk.motion, markers.place(walk.body)) @ about.T
    calibration = marker_calibration.calibrate(standing(walk.body) @ about.T, NAMES)
    rotation, _ = ik.poses(seen, NAMES, calibration, 200.0)
    before, after = ik.joint_angles(found[1]), ik.joint_angles(rotation)
    for name in ik.ANGLES:
        np.testing.assert_allclose(after[name], before[name], atol=1e-6)


def test_noise_of_cameras_costs_little(walk, found):
    seen = markers.positions(walk.motion, markers.place(walk.body))
    noisy = markers.capture(seen, 200.0, NAMES, 1)
    rotation, _ = ik.poses(noisy, NAMES, found[0], 200.0)
    clean, rough = ik.joint_angles(found[1]), ik.joint_angles(rotation)
    for name in ("hip_flexion_left", "knee_flexion_right", "ankle_dorsiflexion_left"):
        assert np.std(rough[name] - clean[name]) < 0.3


def test_fit_is_the_best_rigid_one():
    """Any other turn leaves a larger sum of squares."""
    rng = np.random.default_rng(3)
    local = rng.normal(size=(5, 3))
    true = Rotation.random(4, random_state=1).as_matrix()
    seen = np.einsum("tij,pj->tpi", true, local) + 0.2 * rng.normal(size=(4, 5, 3))

    def rest(rotation, origin):
        fitted = origin[:, None] + np.einsum("tij,pj->tpi", rotation, local)
        return np.sum((fitted - seen) ** 2, axis=(1, 2))

    rotation, origin = ik.fit(local, seen)
    np.testing.assert_allclose(np.linalg.det(rotation), 1.0)
    for _ in range(20):
        other = rotation @ Rotation.from_rotvec(0.02 * rng.normal(size=3)).as_matrix()
        assert (rest(other, origin) > rest(rotation, origin)).all()
    exact, place = ik.fit(local, np.einsum("tij,pj->tpi", true, local) + [1.0, 2, 3])
    np.testing.assert_allclose(exact, true, atol=1e-12)
    np.testing.assert_allclose(place, np.tile([1.0, 2, 3], (4, 1)), atol=1e-12)


def test_short_gaps_are_filled_and_long_ones_named(walk, found):
    seen = markers.positions(walk.motion, markers.place(walk.body))
    k = NAMES.index("RTIB")
    seen[100:110, k] = np.nan
    rotation, _ = ik.poses(seen, NAMES, found[0], 200.0)
    np.testing.assert_allclose(rotation["shank_right"], found[1]["shank_right"], atol=0.01)
    seen[100:140, k] = np.nan
    with pytest.raises(DataError, match="marker RTIB is not seen for 0.20 s"):
        ik.poses(seen, NAMES, found[0], 200.0)


def test_bad_standing_trials_are_named(walk):
    still = standing(walk.body)
    with pytest.raises(DataError, match="markers LASI are missing"):
        marker_calibration.calibrate(still[:, 1:], NAMES[1:])
    with pytest.raises(DataError, match="expected y up"):
        marker_calibration.calibrate(still * [1, -1, 1], NAMES)
    with pytest.raises(DataError, match="expected standing"):
        marker_calibration.calibrate(
            markers.positions(walk.motion, markers.place(walk.body)), NAMES
        )
    hidden = still.copy()
    hidden[:, NAMES.index("LKNE2")] = np.nan
    with pytest.raises(DataError, match="LKNE2 are never seen"):
        marker_calibration.calibrate(hidden, NAMES)
    with pytest.raises(DataError, match="expected \\(time, 20, 3\\)"):
        marker_calibration.calibrate(still[..., :2], NAMES)
    with pytest.raises(ParameterError, match="not on one line"):
        ik.fit([[0, 0, 0], [0, 1, 0], [0, 2, 0]], np.zeros((1, 3, 3)))
    calibration = marker_calibration.calibrate(still, NAMES)
    with pytest.raises(ParameterError, match="no tracked segment follows 'foot_left'"):
        calibration.length_m("foot_left")
