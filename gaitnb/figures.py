"""The look of the book's figures: one style, one palette, and three small marks.

Every figure carries its units, the number of curves and people behind it (`sample_note`) and,
where a paper gives a value, that value in grey (`paper_band`).
"""

from html import escape

# seaborn's "colorblind" palette: its colours stay apart under the three common colour deficiencies.
COLORS = (
    "#0173b2",
    "#de8f05",
    "#029e73",
    "#d55e00",
    "#cc78bc",
    "#ca9161",
    "#fbafe4",
    "#949494",
    "#ece133",
    "#56b4e9",
)
# The paper's values are drawn in this grey, and nothing else is.
PAPER_GREY = "#777777"


def use_style():
    """Set the matplotlib style of the book; in a notebook also ask for figures at twice the dots.

    Notes
    -----
    Nothing of the style depends on the clock, on a version or on chance, so that the same numbers
    give the same bytes: the salt of SVG ids is fixed, and PNG files carry no version of their maker.
    """
    import matplotlib as mpl
    from cycler import cycler

    mpl.rcParams.update(
        {
            "axes.prop_cycle": cycler(color=COLORS),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "axes.axisbelow": True,
            "axes.titlelocation": "left",
            "axes.titlesize": 12,
            "axes.labelsize": 11,
            "font.size": 11,
            "font.family": "DejaVu Sans",  # comes with matplotlib, so it is the same everywhere
            "grid.color": "#e3e3e3",
            "grid.linewidth": 0.8,
            "legend.frameon": False,
            "legend.fontsize": 10,
            "lines.linewidth": 2.0,
            "figure.figsize": (7.0, 4.0),
            "figure.dpi": 80,
            "figure.constrained_layout.use": True,
            "figure.facecolor": "white",
            "image.cmap": "viridis",
            "savefig.dpi": 160,
            "svg.hashsalt": "gaitnb",
        }
    )
    _use_sharp_inline_figures()


def _use_sharp_inline_figures():
    """In a running notebook kernel, make inline figures PNG at twice the dots per inch."""
    try:
        from IPython import get_ipython
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:  # no notebook software installed: nothing to set
        return
    if get_ipython() is not None:
        set_matplotlib_formats("retina", metadata={"Software": None})


def paper_band(ax, value, spread=None, axis="y", label="paper"):
    """Mark the paper's value with a grey line, and its spread with a grey band.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    value : float
        The paper's value, in the units of the axis.
    spread : float, optional
        Half the width of the band, in the same units (what the paper writes after its plus-minus
        sign). Without it only the line is drawn.
    axis : {"y", "x"}
        The axis that the value belongs to.
    label : str
        What the legend says.

    Returns
    -------
    matplotlib.lines.Line2D
        The line, which carries the label.

    Raises
    ------
    ValueError
        If `axis` is neither "y" nor "x", or `spread` is negative.
    """
    if axis not in ("y", "x"):
        raise ValueError(f'paper_band: axis is {axis!r}; expected "y" or "x"')
    if spread is not None and spread < 0:
        raise ValueError(f"paper_band: spread is {spread}; expected zero or more")
    line, span = (ax.axhline, ax.axhspan) if axis == "y" else (ax.axvline, ax.axvspan)
    if spread:
        span(value - spread, value + spread, color=PAPER_GREY, alpha=0.2, linewidth=0, zorder=0)
    return line(value, color=PAPER_GREY, linestyle="--", linewidth=1.5, label=label, zorder=1)


def sample_note(ax, n, unit="curves", corner="upper right"):
    """Print the sample size in a corner, as in "n = 600 curves, 10 people".

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    n : int
        How many.
    unit : str
        Of what, and whatever else belongs to the sample: ``"curves, 10 people"``.
    corner : {"upper right", "upper left", "lower right", "lower left"}

    Returns
    -------
    matplotlib.text.Text

    Raises
    ------
    ValueError
        If `corner` is not one of the four.
    """
    vertical, _, horizontal = corner.partition(" ")
    if vertical not in ("upper", "lower") or horizontal not in ("left", "right"):
        raise ValueError(f'sample_note: corner is {corner!r}; expected for example "lower left"')
    return ax.text(
        0.98 if horizontal == "right" else 0.02,
        0.97 if vertical == "upper" else 0.03,
        f"n = {n:,} {unit}",
        transform=ax.transAxes,
        ha=horizontal,
        va="top" if vertical == "upper" else "bottom",
        fontsize=9,
        color="#444444",
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.5},
    )


def plotly_html(fig, div_id, alt):
    """HTML of an interactive figure: the same bytes each time, and readable aloud.

    Parameters
    ----------
    fig : plotly.graph_objects.Figure
        Left unchanged.
    div_id : str
        Id of the figure, unique on its page; letters, digits, "-" and "_", a letter first.
    alt : str
        What the figure shows, in words, for those who cannot see it.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If `alt` is empty, or `div_id` is no valid id.

    Notes
    -----
    What the figure leaves open follows the book: white ground, the palette, narrow margins.

    plotly.js itself is asked from plotly's own server, which serves a notebook in Colab or Jupyter.
    Building the book replaces that by the copy inside the plotly package (``book/_ext/offline.py``).
    """
    import plotly.graph_objects as go
    import plotly.io as pio

    if not alt.strip():
        raise ValueError("plotly_html: alt is empty; say in words what the figure shows")
    plain = div_id.replace("-", "").replace("_", "")
    if not (div_id[:1].isalpha() and plain.isalnum() and div_id.isascii()):
        raise ValueError(
            f"plotly_html: div_id is {div_id!r}; expected letters, digits, '-' and '_', a letter first"
        )
    fig = go.Figure(fig)
    if fig.layout.template == pio.templates[pio.templates.default]:
        fig.layout.template = "plotly_white"
    if fig.layout.colorway is None:
        fig.layout.colorway = COLORS
    if not fig.layout.margin.to_plotly_json():
        fig.layout.margin = {"l": 60, "r": 20, "t": 50, "b": 50}
    body = fig.to_html(
        full_html=False,
        include_plotlyjs="cdn",
        include_mathjax=False,
        div_id=div_id,
        auto_play=False,  # an animation starts when the reader says so
        default_width="100%",
        config={"displaylogo": False, "responsive": True},
    )
    alt = escape(alt.strip())
    return (
        f'<div class="interactive-figure" role="figure" aria-label="{alt}">'
        f"{body}<noscript><p>{alt}</p></noscript></div>"
    )


def show_plotly(fig, div_id, alt):
    """Display an interactive figure in a notebook; see `plotly_html` for the arguments."""
    from IPython.display import HTML, display

    display(HTML(plotly_html(fig, div_id, alt)))
