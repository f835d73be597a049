"""Reader of ipol2023 against files with one fault each, and against a walker that is known."""

import numpy as np
import pytest
from data_toys import Folder
from sensor_toys import Hashed, Walker, encode_ipol, make_ipol

from gaitnb.data.readers import ipol2023, ipol2023_files
from gaitnb.errors import DataError

LF, RF, LB = (f"GaitData/1-1_{filed}.txt" for filed in ("lf", "rf", "lb"))
ABOUT = "GaitData/1-1.json"


@pytest.fixture(autouse=True)
def one_trial(monkeypatch):
    monkeypatch.setitem(ipol2023_files.N_TRIALS, 1, 1)


def read(files, **options):
    return ipol2023.read(Folder("ipol2023", encode_ipol(files)), **{"subjects": [1]} | options)


def test_a_known_walker_comes_out_in_standing_axes():
    files = make_ipol()
    (ds,) = read(files)
    walker = Walker()
    np.testing.assert_allclose(ds.time, walker.time)
    for sensor in ds.sensor.values:
        acc, gyr = ds.acc.sel(sensor=sensor)[0], ds.gyr.sel(sensor=sensor)[0]
        np.testing.assert_allclose(acc.sel(axis="y"), 9.81 * (1 + walker.lift), atol=0.01)
        expected = 0.3 * walker.going * np.sin(walker.phase)
        np.testing.assert_allclose(acc.sel(axis="x"), expected, atol=0.03)
        assert np.corrcoef(gyr.sel(axis="z"), walker.swing(sensor))[0, 1] > 0.97
    assert ds.measured.values.all()
    assert ds.subject.item() == "ipol2023-01" and ds.sex.item() == "female"
    assert (ds.age_years.item(), ds.height_m.item(), ds.mass_kg.item()) == (49, 1.75, 75)
    np.testing.assert_allclose(ds.attrs["walk_s"], [1.8, 19])
    np.testing.assert_allclose(ds.attrs["u_turn_s"], [10, 11])
    events = np.array(files[ABOUT]["LeftFootEvents"]) / 100
    np.testing.assert_allclose(ds.attrs["swings_left_s"], events)
    np.testing.assert_allclose(ds.attrs["rest_m_per_s2"], 9.81, atol=0.01)


def test_axes_as_filed():
    files = make_ipol()
    (ds,) = read(files, axes="sensor")
    filed = files[RF][["Gyr_X", "Gyr_Y", "Gyr_Z"]]
    np.testing.assert_allclose(ds.gyr.sel(sensor="foot_right")[0], filed, atol=1e-6)
    assert ds.attrs["axes"] == "unknown"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"subjects": [20]}, r"subjects=\[20\]; allowed: some of 1 to 19"),
        ({"subjects": []}, r"subjects=\[\]"),
        ({"axes": "lab"}, "axes='lab'; allowed: 'standing' or 'sensor'"),
    ],
)
def test_options_are_checked(options, words):
    with pytest.raises(DataError, match=words):
        read(make_ipol(), **options)


def test_the_packet_counter_is_the_clock():
    """Lost packets and sensors that begin late move nothing."""
    whole, holed = make_ipol(), make_ipol()
    rng = np.random.default_rng(4)
    for k, path in enumerate((LF, RF, LB)):
        keep = rng.random(len(holed[path])) > 0.1
        keep[:k], keep[[k, -1]] = False, True
        holed[path] = holed[path][keep]
    (ds,), (reference,) = read(holed), read(whole)
    np.testing.assert_allclose(ds.time[0], 0.02)
    reference = reference.isel(time=slice(2, None))
    assert 0.85 < ds.measured.mean() < 0.95
    at = ds.measured.values
    np.testing.assert_allclose(ds.gyr.values[0][at], reference.gyr.values[0][at], atol=0.02)
    np.testing.assert_allclose(ds.gyr, reference.gyr, atol=0.4)
    np.testing.assert_allclose(ds.attrs["swings_right_s"], reference.attrs["swings_right_s"])


def test_steps_after_another_sensor_has_ended_are_left_out():
    files = make_ipol()
    last = files[ABOUT]["LeftFootEvents"][-1]
    files[ABOUT]["TrialBoundaries"][1] = last[0] - 50
    for path in (RF, LB):
        files[path] = files[path].iloc[: last[1] - 5]
    files[ABOUT]["RightFootEvents"] = [
        e for e in files[ABOUT]["RightFootEvents"] if e[1] < last[1] - 5
    ]
    (ds,) = read(files)
    assert len(ds.attrs["swings_left_s"]) == len(files[ABOUT]["LeftFootEvents"]) - 1


def test_missing_height_and_mass_are_nan():
    files = make_ipol()
    files[ABOUT] |= {"Height": float("nan"), "Weight": None, "Gender": "?"}
    (ds,) = read(files)
    assert np.isnan(ds.height_m.item()) and np.isnan(ds.mass_kg.item()) and ds.sex.item() == ""


def test_a_second_reading_is_the_same_and_parses_nothing(folders, monkeypatch):
    files = encode_ipol(make_ipol())
    (first,) = ipol2023.read(Hashed("ipol2023", files), subjects=[1])
    monkeypatch.setattr(ipol2023_files, "_parse", None)
    (second,) = ipol2023.read(Hashed("ipol2023", files), subjects=[1])
    assert first.identical(second)


# Faults of every sensor's file -------------------------------------------------------------------


def edit_text(function):
    def edit(files, path):
        lines = encode_ipol({path: files[path]})[path].decode().split("\n")
        files[path] = "\n".join(function(lines)).encode()

    return edit


def edit_row(function, number=800):
    return edit_text(lambda lines: [*lines[:number], function(lines[number]), *lines[number + 1 :]])


def table(function):
    return lambda files, path: files.update({path: function(files[path])})


def packets(function):
    def edit(t):
        numbers = t["PacketCounter"].to_numpy().copy()
        function(numbers)
        return t.assign(PacketCounter=numbers)

    return table(edit)


def scale(factor, pattern):
    return table(lambda t: t.assign(**{c: factor * t[c] for c in t if pattern in c}))


def repeat(numbers):
    numbers[700] = numbers[699]


def run_back(numbers):
    numbers[700:] -= 50


FAULTS = {
    "missing": (lambda files, path: files.pop(path), "is missing; a trial needs one file for each"),
    "empty": (lambda files, path: files.update({path: b""}), "the first line is ''"),
    "header cut": (edit_text(lambda lines: lines[:1]), "not a table"),
    "no first line": (edit_text(lambda lines: lines[1:]), "the first line is 'PacketCounter"),
    "another rate": (edit_text(lambda lines: [lines[0].replace("100", "50"), *lines[1:]]), "50 Hz"),
    "HTML": (
        lambda files, path: files.update({path: b"<html>\n<p>"}),
        "the first line is '<html>'",
    ),
    "not text": (lambda files, path: files.update({path: bytes(range(256))}), "the first line is"),
    "cut in a row": (
        edit_text(lambda lines: [*lines[:900], lines[900][:20]]),
        "the file is cut off",
    ),
    "cut between rows": (table(lambda t: t.iloc[:900]), "cut off or of another trial"),
    "begins late": (table(lambda t: t.iloc[400:]), "cut off or of another trial"),
    "hardly a row": (table(lambda t: t.iloc[:20]), "20 rows; expected more than 100"),
    "a value too many": (edit_row(lambda line: line + "\t1.0"), "not a table"),
    "a value too few": (
        edit_row(lambda line: "\t".join(line.split("\t")[:6])),
        "missing or not fin",
    ),
    "a word": (edit_row(lambda line: line.replace(".", "?", 1)), "expected numbers"),
    "NaN": (
        table(lambda t: t.assign(Acc_Z=t["Acc_Z"].where(t.index != 700))),
        "missing or not finite",
    ),
    "no gyroscope": (table(lambda t: t.drop(columns="Gyr_Y")), "no column Gyr_Y"),
    "a packet repeats": (packets(repeat), "packet 699 is followed by 699 in line 703"),
    "packets run back": (packets(run_back), "packet 699 is followed by 650"),
    "g": (scale(1 / 9.81, "Acc"), "looks like g: multiply by 9.81"),
    "degrees": (scale(6000 / np.pi, "Gyr"), "looks like degrees"),
    "gyroscope zero": (scale(0, "Gyr"), "zero throughout"),
    "acceleration reversed": (scale(-1, "Acc"), "A sign is reversed"),
    "axes in another order": (
        table(lambda t: t.rename(columns={"Acc_X": "Acc_Y", "Acc_Y": "Acc_X"})),
        "in another order",
    ),
}


@pytest.mark.parametrize("fault", list(FAULTS))
@pytest.mark.parametrize("path", [LF, RF, LB], ids=["lf", "rf", "lb"])
def test_faulty_sensor_files_are_refused_by_name(path, fault):
    edit, words = FAULTS[fault]
    files = make_ipol()
    edit(files, path)
    with pytest.raises(DataError, match=words) as error:
        read(files)
    assert path in str(error.value)


@pytest.mark.parametrize("path", [LF, RF])
def test_a_foot_that_turns_the_other_way_is_refused(path):
    files = make_ipol()
    scale(-1, "Gyr")(files, path)
    with pytest.raises(DataError, match="in mid-swing it turns by .* above 1.5"):
        read(files)


@pytest.mark.parametrize("samples", [-30, 30])
@pytest.mark.parametrize("path", [LF, RF])
def test_a_foot_that_is_not_synchronous_with_the_events_is_refused(path, samples):
    files = make_ipol()
    files[path] = files[path].assign(
        **files[path].drop(columns="PacketCounter").shift(samples).bfill().ffill()
    )
    with pytest.raises(
        DataError, match=r"not synchronous: the second is (early|late) by \d\d"
    ) as error:
        read(files)
    assert path in str(error.value) and "swings of the events" in str(error.value)


def test_feet_exchanged_are_refused():
    files = make_ipol()
    files[LF], files[RF] = files[RF], files[LF]
    with pytest.raises(DataError, match="not synchronous|do not belong together"):
        read(files)


def test_no_quiet_standing_is_refused():
    files = make_ipol()
    files[LF].loc[:190, "Gyr_Z"] += 3
    with pytest.raises(DataError, match="no quiet standing before the walk"):
        read(files)


# Faults of the description -----------------------------------------------------------------------


def entry(name, value):
    return lambda about: about | {name: value}


DESCRIPTION = {
    "cut off": (lambda about: b'{"Subject": 1, "Tri', "not JSON, perhaps cut off"),
    "a list": (lambda about: b"[1, 2]", "expected a JSON object"),
    "no events": (
        lambda a: {k: v for k, v in a.items() if k != "LeftFootEvents"},
        "no entry LeftF",
    ),
    "another trial": (entry("Trial", 2), "describes trial 1-2, not 1-1"),
    "events run back": (entry("LeftFootEvents", [[500, 540], [530, 580]]), "numbers that increase"),
    "an event without end": (entry("RightFootEvents", [[500, 540], [600]]), "expected pairs"),
    "no event": (entry("RightFootEvents", []), "expected pairs"),
    "words": (entry("TrialBoundaries", ["start", "end"]), "expected a pair"),
    "walk longer than the files": (entry("TrialBoundaries", [180, 2900]), "cut off or of another"),
    "events after the end": (
        entry("LeftFootEvents", [[500, 540], [2600, 2650]]),
        "cut off or of an",
    ),
    "height in m": (entry("Height", 1.75), "Height is 1.75; expected 120 to 230"),
    "mass in g": (entry("Weight", 75000), "Weight is 75000; expected 30 to 200"),
}


@pytest.mark.parametrize("fault", list(DESCRIPTION))
def test_faulty_descriptions_are_refused_by_name(fault):
    change, words = DESCRIPTION[fault]
    files = make_ipol()
    files[ABOUT] = change(files[ABOUT])
    with pytest.raises(DataError, match=words) as error:
        read(files)
    assert ABOUT in str(error.value)
