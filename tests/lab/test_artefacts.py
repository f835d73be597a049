"""Heel impact and soft tissue: shape, direction, attenuation, and the transfer function."""

import numpy as np
import pytest
from sensor_motions import still, turn

from gaitnb.errors import ParameterError
from gaitnb.lab import artefacts, sensors
from gaitnb.lab.segments import inertia
from gaitnb.lab.sensors import Placement


def test_an_impact_peaks_at_one_and_leaves_no_drift():
    t = np.arange(0, 1.5, 1e-4)
    pulse = artefacts.impact(t, [0.5])
    assert pulse.max() == pytest.approx(1, abs=1e-3)
    assert not pulse[t < 0.5].any() and 0.015 < t[pulse.argmax()] - 0.5 < 0.035
    velocity = np.cumsum(pulse) * 1e-4
    assert abs(velocity[-1]) < 1e-4
    assert abs(np.cumsum(velocity)[-1] * 1e-4) < 5e-5
    spectrum = np.abs(np.fft.rfft(pulse))
    strongest = np.fft.rfftfreq(len(t), 1e-4)[spectrum.argmax()]
    assert 9 < strongest < 20  # about 12 Hz, broad because damped
    two = artefacts.impact(t, [0.5, 0.9])
    np.testing.assert_allclose(two, pulse + artefacts.impact(t, [0.9]))


def test_impact_pushes_up_on_the_striking_side_and_fades_upwards():
    moving = still(1000, 1000)
    places = sensors.placements(inertia(), sensors.PLACES)
    added = artefacts.heel_strike(moving, places, {"left": [0.3], "right": []}, peak_mps2=20.0)
    assert not added[:, :, [0, 2]].any()
    peak = dict(zip(places, added[:, :, 1].max(axis=0), strict=True))
    assert peak["shank_left"] == pytest.approx(20, rel=5e-3)
    order = ["foot_left", "shank_left", "thigh_left", "pelvis", "torso", "head"]
    assert all(peak[a] > peak[b] > 0 for a, b in zip(order, order[1:], strict=False))
    assert not any(peak[n] for n in peak if n.endswith("right") and "arm" not in n)
    both = artefacts.heel_strike(moving, places, {"left": [0.3], "right": [0.8]}, peak_mps2=20.0)
    shank = list(places).index("shank_right")
    assert both[:800, shank].max() == 0 and both[800:, shank, 1].max() == pytest.approx(
        20, rel=5e-3
    )


def test_impact_is_seen_in_the_frame_of_the_sensor():
    moving = still(1000, 400, turn(2, np.pi / 2))  # lying on the back: segment x points up
    added = artefacts.heel_strike(
        moving, {"s": Placement("shank_left")}, {"left": [0.1]}, peak_mps2=5
    )
    assert added[:, 0, 0].max() == pytest.approx(5, rel=5e-3)
    np.testing.assert_allclose(added[:, 0, 1:], 0, atol=1e-12)


def test_attenuation_lies_between_the_published_ends():
    # Skull against tibia: 0.5 g against 5 g (Light et al. 1980).
    assert artefacts.ATTENUATION["head"] / artefacts.ATTENUATION["shank"] == pytest.approx(0.1)
    assert artefacts.shank_peak(0.76) < artefacts.shank_peak(1.2)


@pytest.mark.parametrize("frequency", [3.0, 10.0, 22.9, 40.0])
def test_wobble_has_the_transfer_function_of_a_damped_oscillator(frequency):
    fs, f0, damping = 1000.0, 22.9, 0.2
    t = np.arange(0, 6, 1 / fs)
    tone = np.sin(2 * np.pi * frequency * t)[:, None, None] * np.ones((1, 1, 3))
    out = artefacts.wobble(tone, fs, {"s": Placement("thigh_left")}, damping=damping)[3000:, 0, 0]
    wave = np.exp(-2j * np.pi * frequency * t[3000:])
    r = frequency / f0
    ideal = (1 + 2j * damping * r) / (1 - r**2 + 2j * damping * r)
    gain = 2 * (out * wave).mean()  # of sin: -1j times the response
    assert gain == pytest.approx(-1j * ideal, rel=0.02)


def test_wobble_leaves_gravity_and_other_segments_alone():
    acc = np.tile([0, 9.81, 0], (100, 2, 1))
    acc[:, 1] += np.random.default_rng(0).normal(size=(100, 3))
    places = {"t": Placement("thigh_left"), "p": Placement("pelvis")}
    out = artefacts.wobble(acc, 100.0, places)
    np.testing.assert_allclose(out[:, 0], acc[:, 0], atol=1e-9)
    np.testing.assert_array_equal(out[:, 1], acc[:, 1])


def test_the_shank_reads_about_twelve_percent_too_much_between_15_and_30_hz():
    r = np.linspace(15, 30, 50) / artefacts.WOBBLE_HZ["shank"]
    gain = np.abs((1 + 0.4j * r) / (1 - r**2 + 0.4j * r))
    assert gain.mean() == pytest.approx(1.12, abs=0.03)
    stiffness, mass = 330.0, 0.016
    assert artefacts.WOBBLE_HZ["thigh"] == pytest.approx(
        np.sqrt(stiffness / mass) / 2 / np.pi, abs=0.1
    )


@pytest.mark.parametrize(
    "call",
    [
        lambda: artefacts.impact(np.arange(3), [1], frequency_hz=0),
        lambda: artefacts.impact(np.arange(3), [1], damping=-1),
        lambda: artefacts.heel_strike(still(100, 9), {}, {"middle": [0.1]}, peak_mps2=1),
        lambda: artefacts.wobble(np.zeros((3, 0, 3)), 100, {}, damping=0),
        lambda: artefacts.wobble(np.zeros((3, 0, 3)), 100, {}, frequency_hz={"tail": 5}),
        lambda: artefacts.wobble(np.zeros((3, 0, 3)), 100, {}, frequency_hz={"thigh": -5}),
    ],
)
def test_bad_input_is_refused(call):
    with pytest.raises(ParameterError):
        call()
