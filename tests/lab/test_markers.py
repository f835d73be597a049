"""Markers: they ride on their segments; noise and gaps are as asked for."""

import numpy as np
import pytest
from sensor_motions import still, tumbling, turn

from gaitnb.errors import ParameterError
from gaitnb.lab import markers
from gaitnb.lab.segments import INDEX, inertia

LI2021 = [
    s + m
    for s in "LR"
    for m in ["ASI", "PSI", "HIP", "KNE", "KNE2", "TIB", "ANK", "ANK2", "TOE", "HEE"]
]


def test_the_set_is_that_of_li2021_and_mirrored():
    assert sorted(markers.PLACES) == sorted(LI2021)
    placed = markers.place(inertia())
    for name in LI2021[:10]:
        segment, left = placed[name]
        other, right = placed["R" + name[1:]]
        np.testing.assert_allclose(left * [1, 1, -1], right)
        assert other == segment.replace("left", "right")


def test_joint_centres_lie_between_inner_and_outer_markers():
    body = inertia()
    placed = markers.place(body)
    for side, word in (("L", "left"), ("R", "right")):
        for joint, child in (("KNE", "shank"), ("ANK", "foot")):
            middle = (placed[side + joint][1] + placed[side + joint + "2"][1]) / 2
            np.testing.assert_allclose(middle, body.offset[INDEX[f"{child}_{word}"]], atol=1e-12)


def test_markers_ride_on_their_segments():
    moving = tumbling(100, 0.5, np.random.default_rng(0))
    placed = markers.place(inertia(), ["RTOE", "LASI"])
    got = markers.positions(moving, placed)
    for k, (segment, local) in enumerate(placed.values()):
        s = INDEX[segment]
        back = np.einsum("tji,tj->ti", moving.rotation[:, s], got[:, k] - moving.position[:, s])
        np.testing.assert_allclose(back, np.tile(local, (len(back), 1)), atol=1e-12)
    lying = markers.positions(still(100, 1, turn(2, np.pi / 2)), placed)
    np.testing.assert_allclose(lying[0, 1], placed["LASI"][1] @ turn(2, np.array(np.pi / 2)).T)


def test_noise_has_its_size_and_gaps_their_share():
    true = np.zeros((200_000, 2, 3))
    seen = markers.capture(true, 100, ["LTOE", "RTOE"], [1, 2], noise_m=0.0004)
    np.testing.assert_allclose(seen.std(axis=0), 0.0004, rtol=0.02)
    assert np.isfinite(seen).all()
    gappy = markers.capture(true, 100, ["LTOE", "RTOE"], [1, 2], gaps_per_s=0.2, gap_s=0.1)
    lost = np.isnan(gappy)
    assert (lost.all(axis=2) == lost.any(axis=2)).all()  # a marker is lost as a whole
    assert lost.mean() == pytest.approx(0.2 * 0.1, rel=0.15)
    assert not np.array_equal(lost[:, 0], lost[:, 1])
    exact = markers.capture(true, 100, ["LTOE", "RTOE"], 3, noise_m=0)
    np.testing.assert_array_equal(exact, true)


def test_same_seed_same_markers_whatever_else_is_worn():
    true = np.random.default_rng(0).normal(size=(50, 3, 3))
    all_of_them = markers.capture(true, 100, ["LTOE", "RTOE", "LHEE"], 4, gaps_per_s=2)
    alone = markers.capture(true[:, 2:], 100, ["LHEE"], 4, gaps_per_s=2)
    np.testing.assert_array_equal(alone[:, 0], all_of_them[:, 2])
    other = markers.capture(true[:, 2:], 100, ["LHEE"], 5, gaps_per_s=2)
    assert not np.array_equal(other, alone, equal_nan=True)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: markers.place(inertia(), ["LEAR"]), ["LEAR", "LASI"]),
        (lambda: markers.place(inertia(), ["LASI", "LASI"]), ["twice"]),
        (lambda: markers.capture(np.zeros((2, 1, 3)), 100, ["a", "b"], 1), ["(2, 1, 3)"]),
        (lambda: markers.capture(np.zeros((2, 1, 3)), 0, ["a"], 1), ["fs_hz=0"]),
        (lambda: markers.capture(np.zeros((2, 1, 3)), 100, ["a"], 1, noise_m=-1), ["noise_m=-1"]),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(ParameterError) as error:
        call()
    assert all(word in str(error.value) for word in words), error.value
