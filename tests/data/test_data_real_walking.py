"""Real walking: what the readers return against facts found in other ways."""

import os
from collections import Counter

import numpy as np
import pytest
from scipy.signal import savgol_filter

from gaitnb import data
from gaitnb.data import signal_checks
from gaitnb.data.readers import li2021, opensim_model

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not os.environ.get("GAITNB_MIRROR"), reason="GAITNB_MIRROR is not set"),
]


@pytest.fixture(scope="module")
def li_trials():
    """All 240 trials of li2021: markers, plates and IMUs at 100 Hz."""
    return [t.isel(trial=0) for t in data.open("li2021", streams=("markers", "plates", "imu"))]


def test_li2021_people_gaits_and_lengths(li_trials):
    assert Counter(str(t.condition.item()) for t in li_trials) == dict.fromkeys(
        li2021.GAITS.values(), 48
    )
    assert Counter(str(t.subject.item()) for t in li_trials) == {
        f"li2021-{k:02d}": 30 for k in range(1, 9)
    }
    lengths = [len(t.time) for t in li_trials]
    assert (min(lengths), np.median(lengths), max(lengths)) == (71, 109, 185)


def test_li2021_speeds(li_trials):
    means = {}
    for gait in li2021.GAITS.values():
        speeds = [t.speed_mps.item() for t in li_trials if t.condition.item() == gait]
        means[gait] = np.mean(speeds)
    # of all twelve people 0.93, 0.69, 1.22, 0.60, 0.60
    for gait, expected in zip(li2021.GAITS.values(), (0.93, 0.69, 1.22, 0.60, 0.60), strict=True):
        assert means[gait] == pytest.approx(expected, abs=0.05)


def test_li2021_stances_that_are_recorded(li_trials):
    assert {t.attrs["stance_left"] for t in li_trials} == {"begins before the recording"}
    right = Counter(t.attrs["stance_right"] for t in li_trials)
    assert right == {"whole": 115, "ends after the recording": 125}
    assert all(np.isfinite(t.attrs["heel_strike_left_s"]) for t in li_trials)


def test_li2021_vertical_peaks_and_shear(li_trials):
    raw = [t.isel(trial=0) for t in data.open("li2021", streams="plates")]
    weight = [t.mass_kg.item() * 9.81 for t in raw]
    right = [t.grf.sel(side="right") / w for t, w in zip(raw, weight, strict=True)]
    peaks = [float(f.sel(axis="y").max()) for f in right]
    assert round(min(peaks), 2) >= 0.98 and round(max(peaks), 2) <= 1.35
    assert np.median(peaks) == pytest.approx(1.08, abs=0.01)
    braking = [float(f.sel(axis="x").min()) for f in right]
    assert np.median(braking) < -0.08  # the ground pushes a landing foot backward
    medial = [float(f.sel(axis="z")[len(f) // 2 :].median()) for f in right]
    assert np.median(medial) <= 0  # and both feet towards the midline: to the left on the right
    whole = [t for t in raw if t.attrs["stance_right"] == "whole"]
    assert max(float(np.abs(t.free_moment).max()) for t in whole) < 20


def test_li2021_centre_of_pressure_lies_under_the_foot(li_trials):
    for trial in li_trials:
        for side, letter in (("left", "L"), ("right", "R")):
            on = trial.grf.sel(side=side, axis="y").values > 300
            cop = trial.cop.sel(side=side).values[on]
            heel, toe = (
                trial.position.sel(marker=f"{letter}{name}").values[on] for name in ("HEE", "TOE")
            )
            along = (toe - heel)[:, [0, 2]]
            length = np.linalg.norm(along, axis=1)
            away = (cop - heel)[:, [0, 2]]
            across = (along[:, 0] * away[:, 1] - along[:, 1] * away[:, 0]) / length
            assert np.nanmedian(np.abs(across)) < 0.03, trial.attrs["recording"]
            part = (away * along).sum(axis=1) / length**2
            assert np.nanmin(part) > -0.15 and np.nanmax(part) < 1.25, trial.attrs["recording"]


def test_li2021_the_true_place_of_the_second_plate_matters(monkeypatch):
    from gaitnb.data.readers import li2021_plates
    from gaitnb.errors import DataError

    nominal = (np.array([0.6, 1.02, 0.0]), np.eye(3))
    monkeypatch.setattr(li2021_plates, "right_plate", lambda left, right: nominal)
    with pytest.raises(DataError, match="the force on the right foot acts 0.28 m from its markers"):
        data.open("li2021", streams="plates", subjects=1, gaits="slow", trials=1)


def test_li2021_shank_gyroscopes_against_markers(li_trials):
    r, lags = [], []
    for trial in li_trials:
        for side, letter in (("left", "L"), ("right", "R")):
            knee, ankle = (
                trial.position.sel(marker=f"{letter}{name}").values for name in ("KNE", "ANK")
            )
            shank = knee - ankle
            if not np.isfinite(shank).all():
                continue
            pitch = np.unwrap(np.arctan2(-shank[:, 0], shank[:, 1]))
            turning = savgol_filter(pitch, 9, 3, deriv=1, delta=0.01)
            gyr = trial.gyr.sel(sensor=f"shank_{side}", axis="z").values
            samples, best, _ = signal_checks.lag(turning, gyr, 100)
            r.append(best)
            lags.append(samples)
            assert np.polyfit(turning, gyr, 1)[0] == pytest.approx(1, abs=0.2)  # scale and sign
    assert len(r) > 450
    assert min(r) > 0.88 and np.percentile(r, 2) > 0.94 and np.median(r) > 0.985
    assert min(lags) >= -3 and max(lags) <= 2


def test_li2021_standing_agrees_with_the_tape_measure():
    standing = [t.isel(trial=0) for t in data.open("li2021", static=True)]
    assert len(standing) == 40
    for trial in standing:
        person = li2021.people().loc[int(trial.subject.item().removeprefix("li2021-"))]
        ankles = trial.position.sel(marker=["LANK", "RANK"], axis="y").mean()
        assert float(ankles) == pytest.approx(person["ankle_height_m"], abs=0.012)
        shank = trial.position.sel(marker="RKNE") - trial.position.sel(marker="RANK")
        length = float(np.sqrt((shank**2).sum("axis")).mean())
        assert length == pytest.approx(person["shank_m"], abs=0.04)


def test_li2021_quiet_standing_of_the_sensors():
    for trial in data.open("li2021", streams="imu", gaits="normal"):
        start = trial.acc.isel(trial=0, time=slice(0, 50)).mean("time")
        length = np.linalg.norm(start.values, axis=1)
        np.testing.assert_allclose(length, 9.81, atol=0.1)
        tilt = np.degrees(np.arccos(start.sel(axis="y").values / length))
        assert (tilt < 16).all()


def test_li2021_pelvis_markers_exchanged_in_three_files(li_trials):
    corrected = {t.attrs["recording"] for t in li_trials if t.attrs["corrections"]}
    assert corrected == {"S05 Norm 107", "S05 Rmin 105", "S05 Rmin 108"}
    for trial in li_trials:
        across = trial.position.sel(marker="RASI", axis="z") - trial.position.sel(
            marker="LASI", axis="z"
        )
        assert 0.15 < float(across.mean()) < 0.35


def test_opensim_streams_and_times():
    expected = {
        "markers": (151, 0.0, 2.5, 60),
        "forces": (1501, 0.0, 2.5, 600),
        "angles": (211, 0.5, 4.0, 60),
        "moments": (73, 0.4, 1.6, 60),
    }
    for stream, (rows, first, last, fs_hz) in expected.items():
        ds = data.open("opensim_gait2392", stream=stream)
        assert len(ds.time) == rows and ds.attrs["fs_hz"] == fs_hz
        np.testing.assert_allclose(ds.time[[0, -1]], [first, last], atol=1e-5)


def test_opensim_mean_force_is_body_weight():
    force = data.open("opensim_gait2392", stream="forces").grf.isel(trial=0)
    found = signal_checks.check_vertical_force(force.values, 72.6, "forces", tolerance=0.01)
    assert found == pytest.approx(1.0, abs=0.01)


def test_opensim_angles_and_model_place_the_markers():
    model = data.open("opensim_gait2392", stream="model")
    assert model["mass_kg"] == pytest.approx(72.6) and len(model["bodies"]) == 12
    coordinates = data.open("opensim_gait2392", stream="coordinates")
    bodies = opensim_model.kinematics(model, coordinates)
    measured = data.open("opensim_gait2392", stream="markers").position.isel(trial=0)
    time = coordinates["time"].to_numpy()
    seen = time <= 2.5
    errors = {}
    for name in sorted(set(model["markers"]) & set(measured.marker.values)):
        marker = model["markers"][name]
        rotation, origin = bodies[marker["body"]]
        placed = (rotation @ marker["location_m"] + origin)[seen]
        there = measured.sel(marker=name).interp(time=time[seen]).values
        errors[name] = np.sqrt(((placed - there) ** 2).sum(axis=1).mean())
    # the model has no arms: its shoulders stay behind
    legs = [e for n, e in errors.items() if not n.endswith(("Acromium", "Head", "Sternum"))]
    assert len(legs) > 20 and max(legs) < 0.06 and np.median(legs) < 0.02


def test_opensim_ankle_moment_is_force_times_lever():
    """In stance the foot is light: its moment is that of the ground's force about the ankle."""
    model = data.open("opensim_gait2392", stream="model")
    coordinates = data.open("opensim_gait2392", stream="coordinates")
    bodies = opensim_model.kinematics(model, coordinates)
    forces = data.open("opensim_gait2392", stream="forces").isel(trial=0)
    moments = data.open("opensim_gait2392", stream="moments").isel(trial=0)
    moments = moments.sel(time=slice(0.5, None))
    for side, letter in (("left", "l"), ("right", "r")):
        at = forces.sel(side=side).interp(time=moments.time)
        ankle = np.stack(
            [
                np.interp(moments.time, coordinates["time"], bodies[f"talus_{letter}"][1][:, i])
                for i in range(3)
            ],
            axis=1,
        )
        lever = np.cross(at.cop.values - ankle, at.grf.values)[:, 2] / 72.6
        on = at.grf.sel(axis="y").values > 100
        found = moments.moment.sel(joint=f"ankle_dorsiflexion_{side}").values
        assert np.corrcoef(-lever[on], found[on])[0, 1] > 0.995
        assert np.abs(-lever[on] - found[on]).max() < 0.2
