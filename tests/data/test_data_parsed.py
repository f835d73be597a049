"""What is kept of parsed files: the same arrays, never of other files, never half."""

import numpy as np
import pytest
from sensor_toys import Hashed

from gaitnb.data import catalog, mounting, parsed
from gaitnb.data.source import Source
from gaitnb.errors import DataError


class Builder:
    def __init__(self):
        self.calls = 0

    def __call__(self):
        self.calls += 1
        return {"x": np.arange(6.0).reshape(2, 3).T, "who": np.array(["a", "bc"]), "n": np.array(3)}


@pytest.fixture
def build():
    return Builder()


def kept(folders):
    return sorted(p for p in folders[0].rglob("*") if p.is_file())


def test_the_second_call_parses_nothing_and_gives_the_same(folders, build):
    source = Hashed("toy", {"a": b"1"})
    first = parsed.cached(source, ["a"], "one", build)
    second = parsed.cached(source, ["a"], "one", build)
    assert build.calls == 1 and first.keys() == second.keys()
    for name in first:
        np.testing.assert_array_equal(first[name], second[name])
        assert first[name].dtype == second[name].dtype
        assert first[name].flags["C_CONTIGUOUS"] == second[name].flags["C_CONTIGUOUS"]


def test_other_files_or_other_code_are_parsed_anew_and_replace_the_old(folders, build, monkeypatch):
    parsed.cached(Hashed("toy", {"a": b"1"}), ["a"], "one", build)
    parsed.cached(Hashed("toy", {"a": b"1"}), ["a"], "other", build)
    parsed.cached(Hashed("toy", {"a": b"2"}), ["a"], "one", build)
    assert build.calls == 3 and len(kept(folders)) == 2
    monkeypatch.setattr(parsed, "_code", lambda: "another reader")
    parsed.cached(Hashed("toy", {"a": b"2"}), ["a"], "one", build)
    assert build.calls == 4 and len(kept(folders)) == 2


def test_a_damaged_file_is_replaced(folders, build):
    source = Hashed("toy", {"a": b"1"})
    parsed.cached(source, ["a"], "one", build)
    (place,) = kept(folders)
    whole = place.read_bytes()
    for damage in (
        b"",
        b"no archive",
        whole[: len(whole) // 2],
        whole[:200] + bytes(8) + whole[208:],
    ):
        place.write_bytes(damage)
        again = parsed.cached(source, ["a"], "one", build)
        np.testing.assert_array_equal(again["x"], build()["x"])
        assert place.read_bytes() == whole


def test_a_cache_that_cannot_be_written_costs_only_time(folders, build, monkeypatch):
    folders[0].write_text("a file where the folder should be")
    source = Hashed("toy", {"a": b"1"})
    for _ in range(2):
        assert parsed.cached(source, ["a"], "one", build)["n"] == 3
    assert build.calls == 2


def test_nothing_half_written_stays(folders, build, monkeypatch):
    def full(stream, **arrays):
        stream.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    assert parsed.cached(Hashed("toy", {"a": b"1"}), ["a"], "one", build)["n"] == 3
    assert kept(folders) == []


def test_faulty_files_leave_nothing(folders):
    def refuse():
        raise DataError("cut off")

    with pytest.raises(DataError, match="cut off"):
        parsed.cached(Hashed("toy", {"a": b"1"}), ["a"], "one", refuse)
    assert kept(folders) == []


def test_files_without_published_hashes_are_not_kept(folders, build):
    class Unhashed(Hashed):
        def digest(self, paths):
            return ""

    for _ in range(2):
        parsed.cached(Unhashed("toy", {"a": b"1"}), ["a"], "one", build)
    assert build.calls == 2 and kept(folders) == []


def test_a_source_knows_the_published_hashes():
    paths = catalog.files("pearl2022")["path"].tolist()
    source = Source("pearl2022")
    assert len(source.digest(paths[:3])) == 64
    assert source.digest(paths[:3]) != source.digest(paths[1:4])
    assert source.digest([*paths[:3], "unknown.txt"]) == ""


# How a sensor sits -------------------------------------------------------------------------------


def turn(axis, degrees):
    from scipy.spatial.transform import Rotation

    return Rotation.from_euler(axis, degrees, degrees=True).as_matrix()


@pytest.mark.parametrize("seed", range(5))
def test_rotation_undoes_any_mounting(seed):
    rng = np.random.default_rng([seed, 1])
    worn = turn("zxy", rng.uniform(-180, 180, 3))  # sensor = worn @ standing
    standing = rng.normal(size=(50, 3))
    for side, vector in (("right", [0, 0, 1]), ("forward", [1, 0, 0])):
        tilted = np.array(vector) + [0, rng.uniform(-1, 1), 0]  # its part along up must not matter
        found = mounting.rotation(worn @ [0, 9.81, 0], "toy", **{side: worn @ tilted})
        np.testing.assert_allclose((standing @ worn.T) @ found.T, standing, atol=1e-12)
        assert np.linalg.det(found) == pytest.approx(1)


def test_rotation_refuses_a_direction_that_is_vertical():
    with pytest.raises(
        DataError, match=r"toy: at rest the sensor's axis \(0, 0, 1\) is nearly vert"
    ):
        mounting.rotation([1.0, 0, 9.7], "toy", forward=[0, 0, 1])


def test_swing_axis_is_found_whatever_else_turns():
    rng = np.random.default_rng(3)
    worn = turn("zxy", [70, -30, 20])
    swing = np.sin(np.arange(2000) / 20)
    gyr = np.outer(swing, [0, 0, 2]) + np.outer(rng.normal(size=2000), [0, 3, 0]) + 0.1
    axis = mounting.swing_axis(gyr @ worn.T, worn @ [0, 9.81, 0], worn @ [0.5, 0.2, 0.7])
    np.testing.assert_allclose(axis, worn @ [0, 0, 1], atol=0.02)
    opposite = mounting.swing_axis(gyr @ worn.T, worn @ [0, 9.81, 0], worn @ [0, 0, -1])
    np.testing.assert_allclose(opposite, -axis)


def test_quiet_standing_is_the_quietest_stretch_of_the_beginning():
    gyr = np.full((1000, 2, 3), 1.0)
    acc = np.arange(1000.0)[:, None, None] * np.ones((2, 3))
    gyr[120:200], gyr[600:] = 0.1, 0.0
    found = mounting.quiet_standing(acc, gyr, 100, within_s=5)
    np.testing.assert_allclose(found, np.full((2, 3), acc[:50].mean() + 120), atol=30.1)
    assert mounting.quiet_standing(acc, gyr, 100, within_s=1) is None
    assert mounting.quiet_standing(acc[:20], gyr[:20], 100, within_s=1) is None
    gyr[120:200, 1] = 1.0  # one sensor that moves is enough
    assert mounting.quiet_standing(acc, gyr, 100, within_s=5) is None
