"""Rows of coefficients carry the right curve and the right labels."""

import numpy as np
import pytest
import xarray as xr

from gaitnb.papers.latent_motion import measures, rows, wavelets


@pytest.fixture
def recordings():
    """Five trials of two people, two sides, three axes; every curve is different."""
    rng = np.random.default_rng(0)
    dims = ("trial", "time", "side", "axis")
    return xr.Dataset(
        {
            "grf": (dims, rng.normal(size=(5, 101, 2, 3))),
            "cop": (dims, rng.normal(size=(5, 101, 2, 3))),
        },
        coords={
            "subject": ("trial", ["b", "a", "b", "a", "b"]),
            "speed_mps": ("trial", [1.0, 1.2, np.nan, 1.9, 1.5]),
            "sex": ("trial", ["female", "male", "female", "male", "female"]),
            "side": ["left", "right"],
            "axis": ["x", "y", "z"],
        },
    )


def test_each_row_is_the_curve_that_its_labels_name(recordings):
    x, info = rows.coefficient_rows(recordings)
    assert x.shape == (2 * 5 * 2 * 3, 135) and x.dtype == np.float32 and len(info) == len(x)
    assert not info[["trial", "channel", "side"]].duplicated().any()
    assert set(info["channel"]) == {f"{n}_{a}" for n in ("grf", "cop") for a in "xyz"}
    curves = wavelets.inverse(x)
    for i, row in info.iterrows():
        name, axis = row["channel"].split("_")
        expected = recordings[name].sel(side=row["side"], axis=axis)[int(row["trial"])]
        np.testing.assert_allclose(curves[i], expected, atol=1e-5)
        trial = recordings.isel(trial=int(row["trial"]))
        assert row["subject"] == trial["subject"].item() and row["sex"] == trial["sex"].item()
        np.testing.assert_equal(row["speed_mps"], trial["speed_mps"].item())


def test_the_order_of_dimensions_does_not_matter(recordings):
    turned = recordings.transpose("axis", "side", "time", "trial")
    x, info = rows.coefficient_rows(recordings)
    x_turned, info_turned = rows.coefficient_rows(turned)
    np.testing.assert_array_equal(x, x_turned)
    assert info.equals(info_turned)


def test_what_is_not_known_is_missing(recordings):
    x, info = rows.coefficient_rows(recordings.drop_vars("cop"))
    assert len(x) == 30 and info["channel"].str.startswith("grf").all()
    assert info[["age_years", "height_m", "mass_kg"]].isna().all().all()
    assert (info["group"] == "").all()


def test_a_missing_sample_is_refused(recordings):
    recordings["grf"][3, 50, 0, 1] = np.nan
    with pytest.raises(ValueError, match="1 curves hold NaN"):
        rows.coefficient_rows(recordings)


def test_identifier_rows_begin_with_four_numbers(recordings):
    x = rows.identifier_rows(recordings)
    assert x.shape == (30, 141)
    values = wavelets.inverse(x, 105)
    person = np.array([2, 1, 2, 1, 2])[np.arange(30) // 6]  # a is the first, b the second
    trial = np.arange(30) // 6 + 1
    expected = np.stack([np.ones(30), person, person, trial], axis=1)
    np.testing.assert_allclose(values[:, :4], expected, atol=1e-4)
    plain, _ = rows.coefficient_rows(recordings.drop_vars("cop"))
    np.testing.assert_allclose(values[:, 4:], wavelets.inverse(plain), atol=1e-4)


def test_narrow_speed_keeps_two_standard_deviations(recordings):
    _, info = rows.coefficient_rows(recordings.drop_vars("cop"))
    mean, sd = rows.NARROW_SPEED_MPS
    kept = rows.narrow_speed(info)
    speed = info["speed_mps"].to_numpy()
    np.testing.assert_array_equal(np.unique(speed[kept]), [1.2, 1.5])  # 1.0, 1.9, unknown: out
    assert set(kept) == {i for i, v in enumerate(speed) if mean - 2 * sd <= v <= mean + 2 * sd}
    assert len(rows.narrow_speed(info, n_sd=100)) == np.isfinite(speed).sum()


def test_joined_rows_hold_all_channels_of_a_trial(recordings):
    x, info = rows.coefficient_rows(recordings)
    joined, order = rows.joined_rows(x, info)
    assert joined.shape == (5, 12 * 135) and order.shape == (5, 12)
    np.testing.assert_array_equal(np.sort(order.ravel()), np.arange(len(x)))
    np.testing.assert_array_equal(joined.reshape(-1, 135), x[order.ravel()])
    for trial, mine in enumerate(order):
        assert (info["trial"][mine] == trial).all()
    labels = info[["side", "channel"]].to_numpy()[order]
    assert (labels == labels[:1]).all()  # the same channel at the same place in every trial


class Copy:
    """A model that reconstructs what it sees, but for one channel of zeros."""

    def __init__(self, zero):
        self.zero = zero

    def encode(self, x):
        return x

    def decode(self, h):
        estimate = h.clone().reshape(len(h), 12, 135)
        estimate[:, self.zero] = 0
        return estimate.reshape(len(h), -1)


def test_a_model_of_whole_trials_is_measured_channel_by_channel(recordings):
    x, info = rows.coefficient_rows(recordings)
    joined, order = rows.joined_rows(x, info)
    table = {"x": x, "info": info, "subject": info["subject"].to_numpy()}
    train, test = np.array([0, 2, 4]), np.array([1, 3])
    unit = {"model": "sae", "part": "joined"}
    found = measures.measure_joined(unit, Copy(zero=4), joined, order, table, train, test)[-1]
    side, channel = info[["side", "channel"]].to_numpy()[order[0][4]]
    assert found["n_rows"] == 24 and found["n_people"] == 1
    for name in info["channel"].unique():
        if name == channel:
            assert found[f"r2_{name}"] < 0.9
        else:
            assert found[f"r2_{name}"] == pytest.approx(1)
    lost = x[order[test][:, 4]]
    assert found["mse"] == pytest.approx((lost**2).sum() / (24 * 135), rel=1e-4)
