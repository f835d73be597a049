"""Every real trial of pearl2022 and ipol2023, and the table of Voisard 2025, against known facts."""

import os

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.transform import Rotation

from gaitnb import data
from gaitnb.data import signal_checks
from gaitnb.data.readers import opensim_files, pearl2022, pearl2022_files
from gaitnb.data.source import Source

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not os.environ.get("GAITNB_MIRROR"), reason="GAITNB_MIRROR is not set"),
]


@pytest.fixture(scope="module")
def pearl():
    return data.open("pearl2022")


@pytest.fixture(scope="module")
def pearl_as_filed():
    return data.open("pearl2022", synchronise=False, axes="sensor", grf="N")


@pytest.fixture(scope="module")
def ipol():
    return data.open("ipol2023")


def lag(ds, sensor="torso", max_s=5.0):
    """Samples that the IMUs are late, and the correlation there."""
    vertical = ds.grf.sel(axis="y").sum("side").values[0]
    length = np.linalg.norm(ds.acc.sel(sensor=sensor).values[0], axis=-1)
    return signal_checks.lag(vertical, length, 100, max_s)[:2]


def name(ds):
    return f"{str(ds.subject.item())[-2:]} {ds.attrs['trial']}"


# pearl2022 ---------------------------------------------------------------------------------------


def test_pearl2022_as_filed(pearl_as_filed):
    assert len(pearl_as_filed) == 24
    lengths = [ds.sizes["time"] for ds in pearl_as_filed]
    assert (min(lengths), max(lengths)) == (3637, 9288)
    speeds = [ds.speed_mps.item() for ds in pearl_as_filed]
    assert (round(min(speeds), 2), round(max(speeds), 2)) == (0.72, 0.78)
    assert len({str(ds.subject.item()) for ds in pearl_as_filed}) == 6


def test_pearl2022_clocks_as_filed(pearl_as_filed):
    found = {name(ds): lag(ds) for ds in pearl_as_filed}
    off = {key: late for key, (late, _) in found.items() if abs(late) > 1}
    assert off == {
        "02 EMGStiffKnee": 2,
        "06 CSBaseline": 2,
        "06 CSStiffKnee": 102,
        "06 EMGStiffKnee": -448,
        "07 CSStiffKnee": -4,
        "07 EMGStiffKnee": -6,
    }
    aligned = [r for late, r in found.values() if abs(late) <= 2]
    assert len(aligned) == 20 and 0.83 <= min(aligned) <= max(aligned) < 0.96
    assert found["07 EMGStiffKnee"][1] < 0.5


def test_pearl2022_the_table_of_synchrony_is_what_the_files_show(pearl_as_filed):
    raw = {name(ds): ds for ds in pearl_as_filed}
    for row in pearl2022.synchrony().dropna().itertuples():
        ds = raw[f"{row.subject:02d} {row.trial}"]
        late, r = lag(ds.isel(time=slice(row.first, row.end or None)))
        assert (late, round(r, 2)) == (row.imu_late_samples, pytest.approx(row.r, abs=0.011))


def test_pearl2022_corrected(pearl):
    assert len(pearl) == 24  # one in two pieces, one left out
    names = [name(ds) for ds in pearl]
    assert names.count("06 CSStiffKnee") == 2 and "07 EMGStiffKnee" not in names
    for ds in pearl:
        assert abs(lag(ds)[0]) <= 1, name(ds)
        assert lag(ds)[1] > 0.82


def test_pearl2022_left_and_right_foot_are_on_the_plates_of_their_own(pearl):
    """A foot turns while it is in the air."""
    for ds in pearl:
        for side, other in (("left", "right"), ("right", "left")):
            air = 1 - np.clip(ds.grf.sel(side=side, axis="y").values[0], 0, 1)
            own, of_other = (
                np.linalg.norm(ds.gyr.sel(sensor=f"toes_{s}").values[0], axis=-1)
                for s in (side, other)
            )
            assert np.corrcoef(air, own)[0, 1] > 0.5, (name(ds), side)
            assert np.corrcoef(air, of_other)[0, 1] < -0.6, (name(ds), side)


def test_pearl2022_force_obeys_newton(pearl):
    for ds in pearl:
        total = ds.grf.sum("side").mean("time")[0]
        assert float(total.sel(axis="y")) == pytest.approx(1, abs=0.035), name(ds)
        assert np.abs(total.sel(axis=["x", "z"])).max() < 0.03, name(ds)
        stance = ds.grf.values[0, :, :, 1] > 0.5
        for k, medial in ((0, 1), (1, -1)):
            feet = ds.grf.values[0, :, k]
            assert medial * feet[stance[:, k], 2].mean() > 0.02, name(ds)
            if ds.condition.item() == "baseline":
                loads = np.gradient(feet[:, 1])
                braking = feet[(feet[:, 1] > 0.2) & (loads > 0.01), 0].mean()
                driving = feet[(feet[:, 1] > 0.2) & (loads < -0.01), 0].mean()
                assert braking < -0.03 < 0.02 < driving, name(ds)
        on = ~np.isnan(ds.cop.values[0, :, 0, 0]) & ~np.isnan(ds.cop.values[0, :, 1, 0])
        width = ds.cop.values[0, on, 1, 2] - ds.cop.values[0, on, 0, 2]
        assert 0.05 < np.median(width) < 0.4, name(ds)


def test_pearl2022_lost_force(pearl):
    lost = {
        name(ds): len(ds.attrs["force_gaps_s"]) for ds in pearl if len(ds.attrs["force_gaps_s"])
    }
    assert len(lost) == 11 and set(lost.values()) == {1}
    assert {"01 CSBaseline", "01 EMGBaseline", "07 CSBaseline", "07 CSStiffKnee"} <= set(lost)


def test_pearl2022_sensors_point_up_and_right(pearl):
    """Thighs lean forward and shanks backward on average, as knees bend; toes point down."""
    for ds in pearl:
        walking = ds.isel(time=slice(400, None))
        mean = walking.acc.mean("time")[0]
        lean = np.degrees(np.arctan2(mean.sel(axis="x"), mean.sel(axis="y"))).to_series()
        assert lean[["toes_left", "toes_right"]].max() < 0, name(ds)
        assert lean[["shank_left", "shank_right"]].max() < 3, name(ds)
        assert lean.abs().max() < 20, name(ds)
        spread = walking.gyr.std("time")[0].to_pandas()
        legs = [s for s in spread.index if s not in ("torso", "pelvis")]
        assert (spread.loc[legs].idxmax(axis=1) == "z").all(), name(ds)


def test_pearl2022_at_rest(pearl):
    rest = np.array([ds.attrs["rest_m_per_s2"] for ds in pearl])
    mean = pd.Series(rest.mean(axis=0), index=pearl[0].sensor.values)
    assert round(mean["torso"], 1) == 11.3 and round(mean["toes_left"], 1) == 12.2
    others = mean.drop(["torso", "toes_left"])
    assert others.between(9.7, 10.1).all()


@pytest.mark.parametrize("subject", pearl2022_files.SUBJECTS)
def test_pearl2022_axes_agree_with_the_orientations_that_opensim_was_given(subject):
    """Where "right" points in the world, by sensor, in quiet standing."""
    source = Source("pearl2022")
    path = pearl2022_files.path(subject, "CSBaseline", "Orientations.sto")
    _, rows = opensim_files.table(source, path, fs_hz=100)
    ask = {"subjects": [subject], "trials": ["CSBaseline"], "synchronise": False}
    (filed,), (turned,) = (data.open("pearl2022", axes=a, **ask) for a in ("sensor", "standing"))
    heading = {}
    for sensor, (column, _, _) in pearl2022_files.SENSORS.items():
        names = [f"{column}_imu_offset_imu.{part}" for part in "xyzw"]
        world = Rotation.from_quat(rows[names].to_numpy()[:50]).mean()
        a, b = (ds.gyr.sel(sensor=sensor).values[0] for ds in (filed, turned))
        turn = np.linalg.lstsq(b, a, rcond=None)[0]  # standing = turn @ sensor
        right = world.apply(turn[2])
        assert np.abs(right[2]) < 0.08, sensor  # level in the world
        assert world.apply(turn[1])[2] > 0.99, sensor
        heading[sensor] = complex(*right[:2])
    shanks = heading["shank_left"] + heading["shank_right"]

    def off(sensor, reference):
        return abs(np.degrees(np.angle(heading[sensor] / reference)))

    assert off("shank_left", heading["shank_right"]) < 22
    assert off("pelvis", shanks) < 13 and off("torso", shanks) < 27
    assert off("thigh_left", shanks) < 25 and off("thigh_right", shanks) < 25


def test_pearl2022_options_agree(pearl):
    (moved,) = data.open("pearl2022", subjects=[7], trials=["CSStiffKnee"])
    same = next(ds for ds in pearl if name(ds) == "07 CSStiffKnee")
    assert moved.identical(same)


# ipol2023 ----------------------------------------------------------------------------------------


def test_ipol2023_people_and_trials(ipol):
    assert len(ipol) == 110
    people = pd.DataFrame(
        {c: [ds[c].item() for ds in ipol] for c in ("subject", "age_years", "height_m", "mass_kg")}
    ).drop_duplicates("subject")
    assert len(people) == 19
    assert people["height_m"].dropna().between(1.5, 2.0).all()
    assert people["age_years"].notna().all()


def test_ipol2023_feet_turn_in_swing(ipol):
    for ds in ipol:
        for side in ("left", "right"):
            gyr = ds.gyr.sel(sensor=f"foot_{side}").values[0]
            swings = ds.attrs[f"swings_{side}_s"]
            time = ds.time.values
            middle = np.concatenate(
                [gyr[(time > a + 0.3 * (b - a)) & (time < a + 0.6 * (b - a)), 2] for a, b in swings]
            )
            assert middle.mean() > 2.5 and (middle > 0).mean() > 0.9, ds.attrs["trial"]
            assert 0.2 < np.median(np.diff(swings, axis=1)) < 0.7


def test_ipol2023_packets_are_the_clock_of_events(ipol):
    """Trials with many lost packets agree with events as well as trials without."""
    lags = {True: [], False: []}
    for ds in ipol:
        for side in ("left", "right"):
            sensor = ds.sel(sensor=f"foot_{side}")
            swings = ds.attrs[f"swings_{side}_s"]
            time = ds.time.values
            swinging = sum((time >= a) & (time < b) for a, b in swings).astype(float)
            part = (time > swings.min() - 0.5) & (time < swings.max() + 0.5)
            turning = np.linalg.norm(sensor.gyr.values[0], axis=-1)
            late, r, _ = signal_checks.lag(swinging[part], turning[part], 100, 0.3)
            if r > 0.6:  # elsewhere the lag is not sharp
                lags[bool(sensor.measured.mean() < 0.95)].append(late)
    assert min(len(v) for v in lags.values()) > 30
    assert abs(np.median(lags[True]) - np.median(lags[False])) <= 1


def test_ipol2023_the_lower_back_moves_forward_at_the_first_steps(ipol):
    """Integrated twice from standing: tilt from its gyroscope, velocity from its accelerometer."""
    gained = []
    for ds in ipol:
        acc, gyr = (ds[q].sel(sensor="lower_back").values[0] for q in ("acc", "gyr"))
        start = np.searchsorted(ds.time.values, ds.attrs["walk_s"][0]) - 100
        still = slice(max(0, start - 150), start)
        pitch = np.cumsum((gyr - gyr[still].mean(axis=0))[start : start + 220, 2]) / 100
        x, y = (acc[start : start + 220, k] for k in (0, 1))
        forward = (x - acc[still, 0].mean()) * np.cos(pitch) - y * np.sin(pitch)
        gained.append(forward.sum() / 100)
    assert np.mean(np.array(gained) > 0) > 0.95
    assert 0.9 < np.median(gained) < 1.4


def test_ipol2023_events_go_on_after_the_trial_in_some(ipol):
    late = [
        ds.attrs["trial"]
        for ds in ipol
        if max(ds.attrs[f"swings_{s}_s"].max() for s in ("left", "right"))
        > ds.attrs["walk_s"][1] + 0.001
    ]
    assert len(late) == 37


# voisard2025_features ----------------------------------------------------------------------------


def test_voisard2025_features():
    table = data.open("voisard2025_features")
    counts = table["cohort"].value_counts().to_dict()
    assert counts == {
        "RIL": 393, "HS": 359, "PD": 160, "CVA": 128, "CIPN": 98, "KOA": 78, "HOA": 73, "ACL": 60,
    }  # fmt: skip
    assert len(table) == 1356 - 7 and len(table.attrs["dropped"]) == 7
    kept = data.open("voisard2025_features", faulty="keep")
    assert len(kept) == 1356 and kept["subject"].nunique() == 260
    # medians over all trials of a cohort, computed apart from the reader
    healthy = kept[kept["cohort"] == "HS"]
    assert round(healthy["HE_FreeAcc_X_rms"].median(), 2) == 1.38
    assert round(healthy["LB_FreeAcc_X_rms"].median(), 2) == 1.79


@pytest.mark.parametrize("set_name", ["pearl2022", "ipol2023", "voisard2025_features"])
def test_the_mirror_is_whole(set_name):
    assert (data.verify(set_name)["problem"] == "").all()
