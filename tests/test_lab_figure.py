"""The walking figure: where its lines are, what it refuses, and that it plays and turns offline."""

import dataclasses
import re
import time

import numpy as np
import pytest
from selenium.webdriver.common.by import By
from test_browser import chromium, console_errors, open_page, requests, wait_until  # noqa: F401

from gaitnb import figures
from gaitnb.errors import DataError, ParameterError
from gaitnb.lab import people
from gaitnb.lab.motion import Motion
from gaitnb.lab.movement import movement
from gaitnb.lab.segments import INDEX
from gaitnb.lab_figure import walking_figure

FIELDS = [f.name for f in dataclasses.fields(Motion) if f.name != "fs_hz"]


def cut(motion, part):
    return dataclasses.replace(motion, **{name: getattr(motion, name)[part] for name in FIELDS})


@pytest.fixture(scope="module")
def stride():
    """Motion, body, force and centre of pressure of a virtual stride."""
    walk = movement(people.Person(), speed_mps=1.3, duration_s=3.0, variability=0)
    first, last = (round(100 * t) for t in walk.contact_s["right"][:2])
    part = slice(first, last)
    return cut(walk.motion, part), walk.body, walk.force[part], walk.cop[part]


def lines(trace):
    """Points of a trace in the lab frame."""
    x, left, up = (np.array(getattr(trace, axis), float) for axis in "xyz")
    return np.stack([x, up, -left], axis=1)


def test_lines_join_the_joints_and_arrows_show_the_force(stride):
    motion, body, force, cop = stride
    fig = walking_figure(*stride, n_frames=20, follow=False, newton_per_m=1000)
    for k in (0, 7, 19):
        at = k * len(force) // 20
        shown = {t.name: lines(p) for t, p in zip(fig.data, fig.frames[k].data, strict=False)}
        joints = motion.position[at]
        for name in ("thigh_right", "shank_right", "foot_right", "forearm_right"):
            away = np.linalg.norm(shown["right"] - joints[INDEX[name]], axis=1)
            assert np.nanmin(away) < 1e-3, name
        tips = shown["force"].reshape(2, -1, 3)
        for side in (0, 1):
            if force[at, side, 1] > 0:
                arrow = tips[side, 1] - tips[side, 0]
                np.testing.assert_allclose(arrow, force[at, side] / 1000, atol=2e-3)
                np.testing.assert_allclose(tips[side, 0], cop[at, side], atol=1e-3)
            else:
                assert np.isnan(tips[side]).all()
        assert np.nanmin(shown["right"][:, 1]) > -0.01  # nothing below the floor


def test_following_walks_on_the_spot(stride):
    fig = walking_figure(*stride, n_frames=20)
    hips = np.array([lines(frame.data[1])[3] for frame in fig.frames])
    assert np.ptp(hips[:, 0]) < 0.15  # of the pelvis, while the stride is 1.4 m long
    floors = {tuple(frame.data[0].x) for frame in fig.frames}
    assert len(floors) > 10
    assert (fig.layout.scene.xaxis.range[1] - fig.layout.scene.xaxis.range[0]) < 3


def test_the_figure_is_light_and_always_the_same(stride):
    pages = [
        figures.plotly_html(walking_figure(*stride, n_frames=60), "walker", "Walks.") for _ in "12"
    ]
    assert pages[0] == pages[1]
    assert len(pages[0]) < 200_000
    assert "NaN" not in pages[0]


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"force": np.zeros((5, 2, 3))}, ParameterError, r"force has shape \(5, 2, 3\)"),
        ({"n_frames": 1}, ParameterError, "n_frames is 1; expected 2 to"),
        ({"n_frames": 5000}, ParameterError, "n_frames is 5000"),
        ({"slow": 0.0}, ParameterError, "slow is 0.0"),
        ({"newton_per_m": np.nan}, ParameterError, "newton_per_m is nan"),
    ],
)
def test_bad_input_is_named(stride, change, error, words):
    motion, body, force, cop = stride
    arguments = {"motion": motion, "body": body, "force": force, "cop": cop} | change
    with pytest.raises(error, match=words):
        walking_figure(**arguments)


def test_gaps_are_refused_where_they_matter(stride):
    motion, body, force, cop = stride
    with pytest.raises(DataError, match="cop is NaN where the foot is loaded"):
        walking_figure(motion, body, force, np.full_like(cop, np.nan))
    with pytest.raises(DataError, match="force is not finite"):
        walking_figure(motion, body, force * np.nan, cop)
    with pytest.raises(DataError, match="motion.position is not finite"):
        broken = dataclasses.replace(motion, position=motion.position * np.nan)
        walking_figure(broken, body, force, cop)


# --- in a browser ------------------------------------------------------------------------------

PLOT = "const plot = document.getElementById('walker');"
EYE = PLOT + "const eye = plot._fullLayout.scene._scene.getCamera().eye; return [eye.x, eye.y];"
SHOWN = PLOT + "return JSON.stringify(plot.data.map(trace => trace.x));"


@pytest.fixture
def page(stride, tmp_path):
    """A page with the figure and its own copy of plotly.js, as the book is built."""
    from plotly.offline import get_plotlyjs

    body = figures.plotly_html(walking_figure(*stride, n_frames=8), "walker", "Walks.")
    body, found = re.subn(r'src="https://cdn\.plot\.ly/[^"]*"[^>]*', 'src="plotly.min.js"', body)
    assert found == 1
    (tmp_path / "plotly.min.js").write_text(get_plotlyjs(), encoding="utf-8")
    path = tmp_path / "page.html"
    path.write_text(f"<!doctype html><meta charset='utf-8'>{body}", encoding="utf-8")
    return path.as_uri()


def press(chromium, label):  # noqa: F811
    buttons = chromium.find_elements(By.CSS_SELECTOR, ".updatemenu-button")
    next(button for button in buttons if button.text == label).click()


def drag(chromium, x, y, by):  # noqa: F811
    def mouse(kind, at, buttons):
        options = {"type": kind, "x": at, "y": y, "button": "left", "buttons": buttons}
        chromium.execute_cdp_cmd("Input.dispatchMouseEvent", options | {"clickCount": 1})

    mouse("mouseMoved", x, 0)
    mouse("mousePressed", x, 1)
    for step in range(1, 11):
        mouse("mouseMoved", x + by * step / 10, 1)
        time.sleep(0.03)
    mouse("mouseReleased", x + by, 0)


@pytest.mark.browser
def test_it_plays_and_turns_offline(chromium, page):  # noqa: F811
    open_page(chromium, page)
    wait_until(chromium, PLOT + "return !!(plot._fullLayout && plot._fullLayout.scene._scene)")
    time.sleep(0.5)
    start = chromium.execute_script(SHOWN)
    time.sleep(0.5)
    assert chromium.execute_script(SHOWN) == start, "it plays before it is asked to"

    eye = np.array(chromium.execute_script(EYE))
    drag(chromium, 500, 300, by=150)
    turned = wait_until(
        chromium, EYE.replace("return", f"if (Math.abs(eye.x - {eye[0]}) > 0.1) return")
    )
    assert np.linalg.norm(np.array(turned) - eye) > 0.1

    chromium.execute_script(
        PLOT + "window.seen = []; plot.on('plotly_animatingframe', e => seen.push(e.name));"
    )
    press(chromium, "Play")
    # on to a second round; drawn without a graphics card, a picture takes a while
    wait_until(chromium, "return seen.length > 10", seconds=60)
    seen = chromium.execute_script("return seen")
    assert seen[:8] == [str(k) for k in range(8)] and seen[8:11] == ["0", "1", "2"]
    assert chromium.execute_script(SHOWN) != start
    np.testing.assert_allclose(chromium.execute_script(EYE), turned, atol=1e-6)

    press(chromium, "Pause")
    time.sleep(1)
    count = chromium.execute_script("return seen.length")
    time.sleep(1)
    assert chromium.execute_script("return seen.length") == count

    chromium.execute_async_script(
        PLOT + "const done = arguments[0];"
        "Plotly.animate(plot, ['0'], {mode: 'immediate', frame: {duration: 0, redraw: true}})"
        ".then(() => done(), () => done());"
    )
    assert chromium.execute_script(SHOWN) == start, "the first picture was overwritten"
    assert [url for url in requests(chromium) if not url.startswith(("file:", "data:"))] == []
    # pressing Pause rejects the promise of the animation, which plotly.js leaves uncaught
    errors = [text for text in console_errors(chromium) if "in promise" not in text]
    assert errors == []
