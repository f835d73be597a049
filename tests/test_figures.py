"""The style, and the marks that every figure may carry."""

import hashlib
import io
import subprocess
import sys

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import plotly.graph_objects as go
import pytest
import seaborn as sns

from gaitnb import figures


@pytest.fixture
def ax():
    with matplotlib.rc_context():
        figures.use_style()
        fig, ax = plt.subplots()
        yield ax
        plt.close(fig)


def test_palette_is_seaborns_colorblind():
    assert list(figures.COLORS) == list(sns.color_palette("colorblind").as_hex())


def test_importing_figures_imports_no_plotting_library():
    code = "import sys, gaitnb.figures; assert not {'matplotlib', 'plotly'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_lines_take_the_palette_in_order(ax):
    lines = [ax.plot([0, 1], [i, i])[0].get_color() for i in range(3)]
    assert lines == list(figures.COLORS[:3])


@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_the_same_figure_gives_the_same_bytes(suffix):
    def digest():
        with matplotlib.rc_context():
            figures.use_style()
            fig, ax = plt.subplots()
            ax.plot(np.linspace(0, 1, 20) ** 2, marker="o")
            figures.paper_band(ax, 0.4, 0.1)
            figures.sample_note(ax, 20, "points")
            buffer = io.BytesIO()
            no_clock = {"svg": {"Date": None}, "png": {"Software": None}}
            fig.savefig(buffer, format=suffix, metadata=no_clock[suffix])
            plt.close(fig)
        return hashlib.sha256(buffer.getvalue()).hexdigest()

    assert digest() == digest()


@pytest.mark.parametrize("axis", ["x", "y"])
def test_paper_band_draws_line_and_band_where_the_paper_says(ax, axis):
    line = figures.paper_band(ax, 0.42, 0.05, axis=axis)
    assert set(line.get_xdata() if axis == "x" else line.get_ydata()) == {0.42}
    (band,) = ax.patches
    low, high = (
        (band.get_x(), band.get_x() + band.get_width())
        if axis == "x"
        else (band.get_y(), band.get_y() + band.get_height())
    )
    assert (low, high) == pytest.approx((0.37, 0.47))
    assert line.get_label() == "paper"


def test_paper_band_without_a_spread_is_a_line_alone(ax):
    figures.paper_band(ax, 1.0)
    assert len(ax.lines) == 1 and not ax.patches


@pytest.mark.parametrize("wrong", [{"axis": "z"}, {"spread": -0.1}])
def test_paper_band_refuses(ax, wrong):
    with pytest.raises(ValueError, match="expected"):
        figures.paper_band(ax, 1.0, **wrong)


def test_sample_note_prints_number_and_unit(ax):
    note = figures.sample_note(ax, 8819, "curves, 350 people", corner="lower left")
    assert note.get_text() == "n = 8,819 curves, 350 people"
    assert (note.get_ha(), note.get_va()) == ("left", "bottom")
    with pytest.raises(ValueError, match="corner"):
        figures.sample_note(ax, 1, corner="middle")


def test_plotly_html_is_the_same_twice_and_says_what_it_shows():
    fig = go.Figure(go.Scatter(x=[0, 1], y=[1, 2]))
    before = fig.to_json()
    html = figures.plotly_html(fig, "explorer", 'A line that rises, "fast" & straight.')
    assert html == figures.plotly_html(fig, "explorer", 'A line that rises, "fast" & straight.')
    assert fig.to_json() == before
    assert html.count('id="explorer"') == 1
    assert 'aria-label="A line that rises, &quot;fast&quot; &amp; straight."' in html
    assert "https://cdn.plot.ly/plotly-" in html and "mathjax" not in html.lower().replace(
        "mathjaxconfig", ""
    )


def test_plotly_html_fills_in_only_what_the_figure_leaves_open():
    plain = figures.plotly_html(go.Figure(go.Bar(y=[1])), "bars", "One bar.")
    assert f'"colorway":["{figures.COLORS[0]}"' in plain and '"margin":{"b":50,"l":60' in plain
    layout = {"margin": {"l": 7}, "colorway": ["red"]}
    own = figures.plotly_html(go.Figure(go.Bar(y=[1]), layout), "bars", "One bar.")
    assert '"margin":{"l":7}' in own and '"colorway":["red"]' in own


@pytest.mark.parametrize(
    ("div_id", "alt", "says"),
    [("explorer", "  ", "alt is empty"), ("7up", "x", "div_id"), ("a b", "x", "div_id"), ("", "x", "div_id")],
)  # fmt: skip
def test_plotly_html_refuses(div_id, alt, says):
    with pytest.raises(ValueError, match=says):
        figures.plotly_html(go.Figure(), div_id, alt)


def test_show_plotly_displays_that_html(monkeypatch):
    import IPython.display

    shown = []
    monkeypatch.setattr(IPython.display, "display", shown.append)
    fig = go.Figure(go.Bar(y=[1]))
    figures.show_plotly(fig, "bars", "One bar.")
    assert [html.data for html in shown] == [figures.plotly_html(fig, "bars", "One bar.")]


def test_use_style_in_a_kernel_asks_for_sharp_figures(monkeypatch):
    import IPython
    from matplotlib_inline import backend_inline

    asked = []
    monkeypatch.setattr(IPython, "get_ipython", lambda: object())
    monkeypatch.setattr(
        backend_inline, "set_matplotlib_formats", lambda *a, **k: asked.append((a, k))
    )
    with matplotlib.rc_context():
        figures.use_style()
    assert asked == [(("retina",), {"metadata": {"Software": None}})]
