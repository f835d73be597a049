"""Filtering forces, and the joint moments of the OpenSim subject."""

import numpy as np
import pytest

from gaitnb import data
from gaitnb.errors import ParameterError
from gaitnb.foundations import moments, stored

FS = 200.0


def contact():
    """One step of either foot: force, centre of pressure and free moment."""
    t = np.arange(0, 2, 1 / FS)
    force, cop, free = np.zeros((400, 2, 3)), np.full((400, 2, 3), np.nan), np.zeros((400, 2))
    for side, start in enumerate((0.3, 0.8)):
        u = (t - start) / 0.7
        on = (u > 0) & (u < 1)
        bump = np.where(on, np.sin(np.pi * np.clip(u, 0, 1)), 0.0)
        force[:, side] = bump[:, None] ** 2 * [60, 700, -40]
        cop[on, side] = np.stack([0.3 * u[on], 0 * u[on] + 0.02, 0.1 + 0.05 * u[on]], axis=1)
        free[:, side] = 3 * bump
    return force, cop, free


def moment_about_origin(force, cop, free):
    out = np.cross(np.nan_to_num(cop), force)
    out[..., 1] += free
    return out


def test_filtering_slow_forces_changes_little_and_keeps_their_moment():
    given = contact()
    force, cop, free = moments.filter_forces(*given, FS, 20.0, floor_m=0.02)
    loaded = given[0][..., 1] > 100
    np.testing.assert_allclose(force[loaded], given[0][loaded], atol=0.02 * 700)
    np.testing.assert_allclose(cop[loaded], given[1][loaded], atol=2e-3)
    np.testing.assert_allclose(free[loaded], given[2][loaded], atol=0.3)


def test_force_and_moment_are_filtered_alike():
    """Filtering is linear: the moment about any fixed point is the filtered moment."""
    from scipy.signal import butter, sosfiltfilt

    given = contact()
    force, cop, free = moments.filter_forces(*given, FS, 5.0, floor_m=0.02)
    sections = butter(3, 5.0, fs=FS, output="sos")
    expected = sosfiltfilt(sections, moment_about_origin(*given), axis=0)
    on = force[..., 1] > 0
    assert on.mean() > 0.3
    np.testing.assert_allclose(moment_about_origin(force, cop, free)[on], expected[on], atol=1e-9)
    assert np.isnan(cop[~on]).all() and (force[~on] == 0).all() and (free[~on] == 0).all()


def test_a_cutoff_that_cannot_be_is_refused():
    with pytest.raises(ParameterError, match="cutoff_hz is 150; expected above 0 and below 100"):
        moments.filter_forces(*contact(), FS, 150)


def opensims_and_ours(table):
    both = table[(table["motion_hz"] == 6) & (table["force_hz"] == 0)]
    wide = both.pivot_table(index=["joint", "percent"], columns="source", values="moment").dropna()
    return wide["opensim"], wide["gaitnb"]


def test_ours_are_opensims_in_the_stored_table():
    table = stored.stored("moments", moments.SET)
    assert set(table["joint"]) == set(moments.JOINTS)
    expected, mine = opensims_and_ours(table)
    for joint in moments.JOINTS:
        assert np.corrcoef(expected[joint], mine[joint])[0, 1] >= 0.97
        assert np.sqrt(np.mean((expected[joint] - mine[joint]) ** 2)) <= 0.08
    assert expected["ankle_dorsiflexion_right"].min() < -1.5  # push-off, internal


@pytest.mark.real
def test_the_stored_table_is_what_is_measured():
    if not data.at_hand(moments.SET):
        pytest.skip(f"{moments.SET} is not at hand")
    now, kept = moments.opensim_curves(), stored.stored("moments", moments.SET)
    keys = ["source", "motion_hz", "force_hz", "joint", "percent"]
    assert now[keys].to_numpy().tolist() == kept[keys].to_numpy().tolist()
    np.testing.assert_allclose(now["moment"], kept["moment"], atol=1e-4)
