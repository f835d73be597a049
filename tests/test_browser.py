"""The pages as they are built from the committed notebooks: as files, and opened in Chromium.

`GAITNB_HTML` names other pages to look at instead, for example ``_build/html``.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
import yaml

from workflow.project import toc_files, toc_notebooks

ROOT = Path(__file__).resolve().parents[1]
PAGES = ["index.html", "search.html", "genindex.html", *(f"{file}.html" for file in toc_files())]
NARROW, WIDE = 400, 1400  # px

# --- building ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def html():
    """The folder of the built pages."""
    if "GAITNB_HTML" in os.environ:
        return Path(os.environ["GAITNB_HTML"]).resolve()
    folder = ROOT / "_build" / "html_committed"
    command = [sys.executable, "-m", "workflow.pages", "committed", "--strict"]
    command += ["--stage", str(ROOT / "_build" / "stage_committed"), "--html", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


SAMPLE = """\
# Everything that may be too wide

$$
x_1 + x_2 + x_3 + x_4 + x_5 + x_6 + x_7 + x_8 + x_9 + x_{10} + x_{11} + x_{12} + x_{13} + x_{14} = y
$$

Inline $a_1 + a_2 + a_3 + a_4 + a_5 + a_6 + a_7 + a_8 + a_9 + a_{10} + a_{11} + a_{12} + a_{13}$ too.

| one | two | three | four | five | six | seven | eight |
|---|---|---|---|---|---|---|---|
| unbreakable_identifier | unbreakable_identifier | unbreakable_identifier | 4 | 5 | 6 | 7 | 8 |

The name `a_very_long_identifier_that_no_screen_of_a_telephone_can_show_on_one_line_of_text`, and the
address https://example.org/a/very/long/address/that/has/no/place/to/break/on/a/narrow/screen.html.

![A grey square](square.svg)

```{figure} square.svg
A captioned square.
```
"""


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """The folder of a small book with the settings of ours and all that may be too wide."""
    import pandas as pd
    import plotly.graph_objects as go

    from gaitnb import figures

    source = tmp_path_factory.mktemp("sample")
    config = yaml.safe_load((ROOT / "_config.yml").read_text())
    (source / "_config.yml").write_text(yaml.safe_dump(config))
    (source / "_toc.yml").write_text("format: jb-book\nroot: book/wide\n")
    shutil.copytree(
        ROOT / "book" / "_ext", source / "book" / "_ext", ignore=shutil.ignore_patterns("_*")
    )
    shutil.copytree(ROOT / "book" / "_static", source / "book" / "_static")
    shutil.copy(ROOT / "book" / "references.bib", source / "book")
    (source / "book" / "square.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="900" height="90"><rect width="900" '
        'height="90" fill="gray"/></svg>'
    )
    table = pd.DataFrame({f"a_long_column_name_{i}": [1.0] for i in range(12)})
    plot = figures.plotly_html(go.Figure(go.Scatter(y=[1, 3, 2])), "plot-one", "A line.")
    again = figures.plotly_html(go.Figure(go.Bar(y=[1, 3, 2])), "plot-two", "Three bars.")
    code = [
        ("table", "text/html", table.to_html()),
        ("figures.show_plotly(one)", "text/html", plot),
        ("figures.show_plotly(two)", "text/html", again),
        (f"print('{'a long line ' * 30}')", "text/plain", "a long line " * 30),
    ]
    cells = [nbformat.v4.new_markdown_cell(SAMPLE)]
    for text, mime, shown in code:
        output = nbformat.v4.new_output("display_data", {mime: shown})
        cells.append(nbformat.v4.new_code_cell(text, outputs=[output]))
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    notebook.metadata["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}
    nbformat.write(notebook, source / "book" / "wide.ipynb")
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", str(source), "-W"]
    done = subprocess.run([*command, "--keep-going"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return source / "_build" / "html"


# --- as files ----------------------------------------------------------------------------------


class Tags(HTMLParser):
    """Images, links and ids of a page."""

    def __init__(self, text):
        super().__init__()
        self.images, self.links, self.ids = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "img":
            self.images.append((attrs.get("src", ""), attrs.get("alt") or ""))
        if tag == "a" and attrs.get("href"):
            self.links.append(attrs["href"])
        self.ids += [attrs[key] for key in ("id", "name") if attrs.get(key)]


def tags(path):
    return Tags(path.read_text(encoding="utf-8"))


def images_without_words(path):
    """Images whose alternative text is missing or is but a file name."""
    return [
        (src, alt)
        for src, alt in tags(path).images
        if not alt.strip() or Path(alt).name == Path(unquote(src)).name or "_images/" in alt
    ]


def broken_links(html, page):
    """Links of a page to a file, or to a place in a file, that is not there."""
    broken = []
    for link in tags(html / page).links:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (html / page).parent / unquote(parts.path) if parts.path else html / page
        if not target.is_file():
            broken.append(link)
        elif parts.fragment and target.suffix == ".html":
            known = _ids(target.resolve(), target.stat().st_mtime_ns)
            if unquote(parts.fragment) not in known:
                broken.append(link)
    return broken


_known_ids = {}


def _ids(path, changed):
    if (path, changed) not in _known_ids:
        _known_ids[path, changed] = set(tags(path).ids)
    return _known_ids[path, changed]


def test_the_checks_of_files_see_what_they_look_for(tmp_path):
    (tmp_path / "a.html").write_text(
        '<h1 id="top">a</h1><img src="_images/x.png" alt="_images/x.png"><img src="y.png">'
        '<img src="z.png" alt="A curve."><a href="#top">1</a><a href="#bottom">2</a>'
        '<a href="b.html">3</a><a href="https://example.org">4</a>'
    )
    assert [src for src, _ in images_without_words(tmp_path / "a.html")] == [
        "_images/x.png",
        "y.png",
    ]
    assert broken_links(tmp_path, "a.html") == ["#bottom", "b.html"]


@pytest.mark.parametrize("page", PAGES)
def test_every_image_says_what_it_shows(html, page):
    assert images_without_words(html / page) == []


@pytest.mark.parametrize("page", PAGES)
def test_links_inside_the_book_lead_somewhere(html, page):
    assert broken_links(html, page) == []


@pytest.mark.parametrize("page", [f"{file}.html" for file in toc_files()])
def test_ids_are_unique(html, page):
    ids = [name for name in tags(html / page).ids if name.startswith(("plot", "claim-"))]
    assert sorted(ids) == sorted(set(ids))


def assert_can_be_launched_and_downloaded(html, file):
    """`file` is the notebook's path without its ending, in the repository and in the pages."""
    address = urlsplit(yaml.safe_load((ROOT / "_config.yml").read_text())["repository"]["url"])
    links = tags(html / f"{file}.html").links
    colab = f"https://colab.research.google.com/github{address.path}/blob/main/{file}.ipynb"
    assert colab in links
    binder = f"https://mybinder.org/v2/gh{address.path}/main?urlpath=lab/tree/{file}.ipynb"
    assert binder in [unquote(link) for link in links]
    download = next(link for link in links if link.endswith(f"_sources/{file}.ipynb"))
    nbformat.read((html / f"{file}.html").parent / download, as_version=4)


def test_the_sample_can_be_launched_and_downloaded(sample):
    assert_can_be_launched_and_downloaded(sample, "book/wide")


@pytest.mark.parametrize("notebook", toc_notebooks(), ids=lambda nb: nb.name)
def test_a_notebook_can_be_launched_and_downloaded(html, notebook):
    assert_can_be_launched_and_downloaded(html, f"book/{notebook.name}")


def test_figures_bring_their_own_plotly_once(sample):
    text = (sample / "book" / "wide.html").read_text()
    assert "cdn.plot.ly" not in text
    assert text.count("plotly.min.js") == 1
    assert (sample / "_static" / "plotly.min.js").stat().st_size > 1e6


def test_a_caption_serves_as_alternative_text(sample):
    alts = [alt for src, alt in tags(sample / "book" / "wide.html").images if "square" in src]
    assert alts == ["A grey square", "A captioned square."]


# --- in a browser ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def chromium():
    """A headless Chromium that logs its requests and its console."""
    binary = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)  # fmt: skip
    driver = shutil.which("chromedriver")
    if not (binary and driver):
        message = "Chromium or chromedriver is missing: apt-get install chromium chromium-driver"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = binary
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        for argument in (
            "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run "
            "--disable-background-networking --disable-component-update --disable-sync "
            f"--hide-scrollbars --user-data-dir={profile}"
        ).split():
            options.add_argument(argument)
        browser = webdriver.Chrome(options=options, service=Service(driver))
        yield browser
        browser.quit()


def resize(chromium, width):
    chromium.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
    )


def open_page(chromium, address, dark=False):
    """Open a page and wait until equations and figures are drawn."""
    resize(chromium, WIDE)
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    for log in ("performance", "browser"):
        chromium.get_log(log)  # what was logged before belongs to another page
    chromium.get(address)
    wait_until(chromium, "return document.readyState === 'complete'")
    chromium.execute_async_script(
        "const done = arguments[0];"
        "const drawn = window.MathJax && MathJax.startup ? MathJax.startup.promise : 0;"
        "Promise.resolve(drawn).then(() => requestAnimationFrame(() => setTimeout(done, 100)));"
    )


def wait_until(chromium, script, seconds=20):
    end = time.monotonic() + seconds
    while not (value := chromium.execute_script(script)):
        assert time.monotonic() < end, f"not within {seconds} s: {script}"
        time.sleep(0.1)
    return value


def requests(chromium):
    """Addresses that the page asked for since it was opened."""
    messages = (
        json.loads(entry["message"])["message"] for entry in chromium.get_log("performance")
    )
    return [
        message["params"]["request"]["url"]
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
    ]


def console_errors(chromium):
    return [entry["message"] for entry in chromium.get_log("browser") if entry["level"] == "SEVERE"]


# Elements that stick out to the right and do not scroll in a box of their own.
STICKING_OUT = """
const width = document.documentElement.clientWidth + 1;
const boxed = (element) => {
  for (let box = element.parentElement; box && box !== document.body; box = box.parentElement) {
    if (getComputedStyle(box).overflowX !== "visible" && box.getBoundingClientRect().right <= width)
      return true;
  }
  return false;
};
return [...document.querySelectorAll(".bd-article *, #search-results *, .indextable *")]
  .filter((e) => e.getBoundingClientRect().width && e.getBoundingClientRect().right > width && !boxed(e))
  .slice(0, 5).map((e) => `${e.tagName}.${e.className}: ${e.textContent.trim().slice(0, 60)}`);
"""


def assert_good(chromium, address):
    """One page: no request to elsewhere, no error, no sideways scrolling on a narrow screen."""
    open_page(chromium, address)
    asked = requests(chromium)
    assert asked, "the log of requests is empty, so that it proves nothing"
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    resize(chromium, NARROW)
    time.sleep(0.2)
    width = chromium.execute_script("return document.scrollingElement.scrollWidth")
    assert (width, chromium.execute_script(STICKING_OUT)) == (NARROW, [])
    assert console_errors(chromium) == []


@pytest.mark.browser
@pytest.mark.parametrize("page", PAGES)
def test_page_in_chromium(chromium, html, page):
    assert_good(chromium, (html / page).as_uri())


@pytest.mark.browser
def test_wide_things_scroll_in_their_own_box(chromium, sample):
    assert_good(chromium, (sample / "book" / "wide.html").as_uri())
    boxes = (
        "return [...document.querySelectorAll('{}')].some(e => e.scrollWidth > e.clientWidth + 1)"
    )
    for box in ("mjx-container", ".pst-scrollable-table-container", ".output.text_html", "pre"):
        assert chromium.execute_script(boxes.format(box)), f"{box} does not scroll"


@pytest.mark.browser
def test_interactive_figures_are_drawn_from_a_folder(chromium, sample):
    open_page(chromium, (sample / "book" / "wide.html").as_uri())
    drawn = "return document.querySelectorAll('.interactive-figure svg.main-svg .trace').length"
    assert wait_until(chromium, drawn) >= 1
    labels = "return [...document.querySelectorAll('[role=figure]')].map(e => e.ariaLabel)"
    assert chromium.execute_script(labels) == ["A line.", "Three bars."]


@pytest.mark.browser
def test_the_log_sees_a_request_to_elsewhere(chromium, tmp_path):
    page = tmp_path / "remote.html"
    page.write_text('<script src="https://localhost:9/nothing.js"></script>')
    open_page(chromium, page.as_uri())
    assert "https://localhost:9/nothing.js" in requests(chromium)
    assert console_errors(chromium)


@pytest.mark.browser
@pytest.mark.parametrize("word", ["propulsion", "provenance"])
def test_search_works_from_a_folder(chromium, html, word):
    open_page(chromium, (html / "search.html").as_uri() + f"?q={word}")
    found = "return [...document.querySelectorAll('#search-results li a')].map(a => a.href)"
    assert any("glossary" in address for address in wait_until(chromium, found))
    assert console_errors(chromium) == []
    assert [url for url in requests(chromium) if url.startswith("http")] == []


BRIGHTNESS = """
const [r, g, b] = getComputedStyle(document.querySelector(arguments[0]))[arguments[1]].match(/\\d+/g);
return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
"""


@pytest.mark.browser
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_pages_follow_the_system_into_light_and_dark(chromium, html, dark):
    open_page(chromium, (html / "book/start/read.html").as_uri(), dark=dark)
    paper = chromium.execute_script(BRIGHTNESS, "body", "backgroundColor")
    ink = chromium.execute_script(BRIGHTNESS, "article p", "color")
    assert (paper < 0.2 and ink > 0.7) if dark else (paper > 0.9 and ink < 0.2)


@pytest.mark.browser
def test_the_landing_page_says_it_in_one_screen(chromium, html):
    open_page(chromium, (html / "book/index.html").as_uri())
    ends = "return [...document.querySelectorAll('.sd-card')].map(e => e.getBoundingClientRect().bottom)"
    assert 0 < max(chromium.execute_script(ends)) <= 900
