"""Comparisons on planted walks and windows, and one stored curve made again."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from gaitnb.realism import discriminator, forces, spatiotemporal, stored, virtual, windows

FS_HZ, MASS_KG = 200.0, 70.0


@pytest.fixture
def planted():
    """Ten strides of 1.2 s; half-sine stances of 0.72 s, the left foot half a stride later."""
    time = np.arange(0, 12.5, 1 / FS_HZ)
    grf, cop = np.zeros((2, 1, len(time), 2, 3))
    for s, late in enumerate((0.6, 0.0)):
        phase = (time - 0.2 - late) % 1.2
        stance = (phase < 0.72) & (time > 0.2 + late)
        share = np.where(stance, phase / 0.72, 0)
        grf[0, :, s, 1] = 1.1 * np.sin(np.pi * share)
        grf[0, :, s, 0] = -0.2 * np.sin(2 * np.pi * share)
        grf[0, :, s, 2] = (0.05 if s == 0 else -0.05) * np.sin(np.pi * share)
        cop[0, :, s] = np.where(stance[:, None], [1, 0, -0.07 if s == 0 else 0.05], np.nan)
    dims = ("trial", "time", "side", "axis")
    coords = {"mass_kg": ("trial", [MASS_KG]), "speed_mps": ("trial", [1.25]), "time": time}
    return xr.Dataset({"grf": (dims, grf), "cop": (dims, cop)}, coords, {"fs_hz": FS_HZ})


def test_stances_of_a_planted_walk(planted):
    curves = virtual.stances(planted)
    assert curves.shape[1:] == (101, 3) and len(curves) in (19, 20)
    expected = np.sin(np.pi * np.linspace(0, 1, 101))
    np.testing.assert_allclose(curves.mean(axis=0)[:, 1], 1.1 * expected, atol=0.03)
    np.testing.assert_allclose(curves.mean(axis=0)[:, 2], 0.05 * expected, atol=0.002)
    assert curves[:, 10:40, 0].max() < 0 < curves[:, 60:90, 0].min()


def test_stances_begin_and_end_at_the_levels_asked_for(planted):
    ends = virtual.stances(planted, levels_bw=(0.2, 0.1))[:, [0, -1], 1]
    np.testing.assert_allclose(ends, np.broadcast_to([0.2, 0.1], ends.shape), atol=1e-6)


def test_measures_of_a_planted_walk(planted):
    found = spatiotemporal.measures(planted)
    threshold = np.arcsin(20 / (1.1 * MASS_KG * 9.81)) / np.pi * 0.72  # s until 20 N
    assert found["stride time"] == pytest.approx(1.2, abs=1e-3)
    assert found["stride length"] == pytest.approx(1.5, abs=2e-3)
    swing = 100 * (0.48 + 2 * threshold) / 1.2
    assert found["swing"] == pytest.approx(swing, abs=0.1)
    assert found["double support"] == pytest.approx(100 - 2 * swing, abs=0.2)
    assert found["step width"] == pytest.approx(0.12)
    assert found["stride time, variation"] < 0.1


def test_landmarks_of_a_planted_curve():
    at = np.linspace(0, 1, 101)
    curve = np.interp(at, [0, 0.25, 0.5, 0.75, 1], [0, 1.1, 0.8, 1.2, 0])
    found = forces.vertical_landmarks(curve)
    assert list(found.values()) == [1.1, 0.8, 1.2]
    shear = np.interp(at, [0, 0.2, 0.5, 0.85, 1], [0, -0.2, 0, 0.25, 0])
    found = forces.landmarks_of(np.stack([shear, curve, 0 * at], axis=-1))
    assert (found["braking peak"], found["propulsion peak"]) == (-0.2, pytest.approx(0.25))


def test_published_swing_is_the_line_through_the_four_values():
    speeds = spatiotemporal.PUBLISHED["speed_mps"]
    assert np.abs(
        spatiotemporal.published_swing(speeds) - spatiotemporal.PUBLISHED["swing"]
    ).max() < (0.1)


def test_scaled_forces_obey_the_law_of_mean_force_per_person():
    force, speed, subject = forces.pataky2008_scaled()
    stance = 1 - spatiotemporal.published_swing(speed) / 100
    carried = pd.Series(2 * stance * force.mean(axis=1)).groupby(subject).mean()
    np.testing.assert_allclose(carried, 1, atol=0.005)


@pytest.mark.slow
def test_a_stored_curve_is_what_the_lab_makes_now():
    speed, _, made = forces.pataky2008_range(*forces.EDGES_MPS[2:4])
    kept = stored.stored("curves", "pataky2008").query(f"condition == '{speed:.2f} m/s'")
    np.testing.assert_allclose(made.mean(axis=0), kept["virtual"], atol=1e-3)


def planted_windows(giveaway, n_people=6, n_windows=8):
    """Windows of real and virtual people that differ in one channel's size, by `giveaway` sd."""
    rng = np.random.default_rng(0)
    channels = [(s, q, a) for s in ("foot", "back") for q in ("acc", "gyr") for a in "xyz"]
    rows = []
    for person in range(n_people):
        for is_virtual in (False, True):
            x = rng.normal(size=(n_windows, 200, len(channels)))
            x[..., 9] *= 1 + giveaway * is_virtual  # gyroscope x on the back
            rows.append(
                windows.describe(x, channels, person=f"p{person}", virtual=is_virtual, session="")
            )
    return pd.concat(rows, ignore_index=True), channels


def scores(monkeypatch, giveaway):
    rows = planted_windows(giveaway)
    monkeypatch.setattr(discriminator, "windows", lambda name, below_hz=None: rows)
    return discriminator.accuracy("toy"), discriminator.giveaways("toy")


def test_a_planted_giveaway_is_found_and_named(monkeypatch):
    found, telling = scores(monkeypatch, 1.0)
    by_part = found.set_index(["kind", "part"])
    assert by_part.loc[("all", "")]["accuracy"].iloc[0] > 0.95
    assert by_part.loc[("sensor alone", "back"), "drop"] > 0.15
    assert by_part.loc[("sensor alone", "foot"), "drop"] < 0.05
    assert by_part.loc[("channel alone", "gyr x"), "accuracy"] > 0.95
    assert by_part.loc[("channel alone", "acc z"), "accuracy"] < 0.65
    assert tuple(telling.loc[0, ["sensor", "signal", "axis"]]) == ("back", "gyr", "x")
    assert telling["auc"].iloc[0] > 0.99


def test_without_a_difference_the_classifier_guesses(monkeypatch):
    found, telling = scores(monkeypatch, 0.0)
    whole = found.query("kind == 'all' and features == 'both'")["accuracy"].iloc[0]
    assert 0.3 < whole < 0.7
    assert telling["auc"].iloc[0] < 0.75


def test_features_of_a_window_by_hand():
    time = np.arange(200) / 100
    x = np.stack([3 + 2 * np.sin(2 * np.pi * 2 * time), np.sin(2 * np.pi * 20 * time)], axis=-1)
    channels = [("foot", "acc", "x"), ("foot", "acc", "y")]
    row = windows.describe([x], channels).iloc[0]
    assert row["foot acc x mean"] == pytest.approx(3)
    assert row["foot acc x sd"] == pytest.approx(np.sqrt(2))
    assert row["foot acc x largest"] == pytest.approx(5, abs=0.01)
    assert row["foot acc x share above 10 Hz"] == pytest.approx(0, abs=1e-9)
    assert row["foot acc y share above 10 Hz"] == pytest.approx(1)
    assert row["foot acc y peaks"] == pytest.approx(2 * 20 / 100, abs=0.02)
    assert row["foot acc x skewness"] == pytest.approx(0, abs=1e-6)
