"""The pages of a pack in a real Chromium: widths, colour schemes, print, keyboard and axe.

axe-core is looked for where the environment variable AXE_CORE says: the path of axe.min.js.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import matplotlib.image
import pytest

import pccfunding as pcc
from pccfunding.review_pack import Review, compare_packs
from pccfunding.review_pack.blocks import Page
from pccfunding.review_pack.pack import contents_of
from pccfunding.review_pack.page import render_page

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM = next((found for name in NAMES if (found := shutil.which(name))), "")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
SCHEMES = {"light": 1, "dark": 0}
MEASURE = """<script>
const boxes = [...document.querySelectorAll(".scroll")];
parent.postMessage({
  width: innerWidth,
  content: document.documentElement.scrollWidth,
  beyond: [...document.querySelectorAll("body *")].filter(
    (e) => !e.closest(".scroll") && !e.closest("svg") && !e.classList.contains("hidden")
      && !e.classList.contains("skip") && e.getBoundingClientRect().right > innerWidth + 0.5
  ).map((e) => e.outerHTML.slice(0, 80)),
  scrolling: boxes.filter((e) => e.scrollWidth > e.clientWidth).length,
}, "*");
</script>"""
FRAME = """<!DOCTYPE html><body style="margin:0"><script>
addEventListener("message", (message) =>
  document.body.setAttribute("data-found", JSON.stringify(message.data)));
</script><iframe src="measured.html" style="border:0;width:{width}px;height:900px"></iframe>"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine"),
]


def chromium(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [CHROMIUM, *FLAGS, f"--user-data-dir={folder / 'profile'}", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def printed_pages(folder: Path, page: str) -> int:
    """Print a page to PDF and count its sheets of A4."""
    (folder / "printed.html").write_text(page, encoding="utf-8")
    pdf = folder / "printed.pdf"
    address = (folder / "printed.html").as_uri()
    chromium(folder, "--no-pdf-header-footer", f"--print-to-pdf={pdf}", address)
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf.read_bytes()))


@pytest.fixture
def page_file(example_page: Page, tmp_path: Path) -> Path:
    file = tmp_path / "index.html"
    file.write_text(render_page(example_page), encoding="utf-8")
    return file


def measured(
    folder: Path,
    page: str,
    width: int,
    script: str = MEASURE,
    scheme: str = "light",
    *,
    folded: bool = False,
) -> dict[str, Any]:
    """Run a script in the page inside a frame, since a window is never narrower than 500 pixels."""
    open_page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    assert open_page != page
    if not folded:
        open_page = re.sub(r"<details(?=[ >])", "<details open", open_page)
    return asked(folder, open_page.replace("</body>", f"{script}</body>"), width, scheme)


def asked(folder: Path, page: str, width: int, scheme: str) -> dict[str, Any]:
    """Give what a page in a frame of some width tells of itself."""
    (folder / "measured.html").write_text(page, encoding="utf-8")
    frame = folder / "frame.html"
    frame.write_text(FRAME.replace("{width}", str(width)), encoding="utf-8")
    dumped = chromium(
        folder,
        "--dump-dom",
        "--virtual-time-budget=60000",
        f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}",
        "--window-size=1400,1000",
        frame.as_uri(),
    )
    found = re.search(r'data-found="([^"]*)"', dumped)
    assert found, "the page did not answer"
    answer: dict[str, Any] = json.loads(html.unescape(found[1]))
    assert answer["width"] == width
    return answer


@pytest.mark.parametrize("width", [1280, 400, 320])
def test_the_page_never_overflows(page_file: Path, width: int) -> None:
    answer = measured(page_file.parent, page_file.read_text(encoding="utf-8"), width)
    assert answer["content"] <= width
    assert answer["beyond"] == []
    # The wide table overflows its own box on a telephone, or there would be nothing to hold.
    assert (answer["scrolling"] > 0) is (width < 1000)


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("scheme", list(SCHEMES))
def test_the_page_is_dark_in_the_dark_and_plots_stay_on_light_paper(
    page_file: Path, width: int, scheme: str
) -> None:
    shot = page_file.with_name("shot.png")
    chromium(
        page_file.parent,
        f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}",
        f"--window-size={width},3600",
        f"--screenshot={shot}",
        page_file.as_uri(),
    )
    pixels = matplotlib.image.imread(shot)[:, :, :3]
    assert pixels.shape[1] == width
    assert bool(pixels[100, 2].mean() > 0.9) is (scheme == "light")
    white = (pixels.min(axis=2) > 0.99).mean()
    assert white > (0.5 if scheme == "light" else 0.1)
    assert white < (0.97 if scheme == "light" else 0.6)


def test_print_opens_every_working_and_cuts_no_table(page_file: Path) -> None:
    if not shutil.which("pdftotext"):
        pytest.skip("no pdftotext on this machine")
    pdf = page_file.with_name("page.pdf")
    chromium(
        page_file.parent, "--no-pdf-header-footer", f"--print-to-pdf={pdf}", page_file.as_uri()
    )
    done = subprocess.run(
        ["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True
    )
    assert "against 5,981,458" in done.stdout
    assert "No overlap" in done.stdout
    assert "Contents" not in done.stdout
    # The last column of the widest table is on the paper, once a row.
    assert len(re.findall(r"\baward$", done.stdout, re.M)) == 12


# --- the pack itself -----------------------------------------------------------------------------

AXE_CORE = os.environ.get("AXE_CORE", "")
RUN_AXE = """<script>%s</script><script>
addEventListener("load", () => setTimeout(() => axe.run(document,
    {runOnly: {type: "tag", values: %s}, resultTypes: ["violations", "incomplete"]})
  .then((found) => parent.postMessage({
    width: innerWidth,
    content: document.documentElement.scrollWidth,
    passes: found.passes.length,
    violations: found.violations.map(
      (one) => [one.id, one.nodes.slice(0, 5).map((node) => node.html.slice(0, 200))]),
    incomplete: found.incomplete.map(
      (one) => [one.id, one.nodes.map((node) => node.target.join(" "))]),
  }, "*"))
  .catch((error) => parent.postMessage({width: innerWidth, error: String(error)}, "*")), 500));
</script>"""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What axe could not decide, judged by hand. A sign of a badge is no letter to axe, but has the ink
# of its word, whose contrast tests/pack/test_render_page.py measures. On a telephone axe does not
# see cells that lie beyond the edge of their scrolling box; at 1280 pixels it decides them all. A
# heading of a group of rows spans the table, and its data are the rows below.
SIGN = re.compile(r'.*\.badge > span\[aria-hidden="true"\]')
JUDGED = ("color-contrast", "th-has-data-cells")
WALK_BY_KEYBOARD = """<script>
const focusable = [...document.querySelectorAll("a[href], summary, [tabindex='0']")];
const wide = [...document.querySelectorAll(".scroll")].filter((e) => e.scrollWidth > e.clientWidth);
parent.postMessage({
  width: innerWidth,
  focusable: focusable.length,
  lost: focusable.filter((e) => { e.focus(); return document.activeElement !== e; })
    .map((e) => e.outerHTML.slice(0, 80)),
  unreachable: wide.filter((e) => e.tabIndex !== 0).length,
  order: focusable.filter((e) => e.tabIndex > 0).length,
}, "*");
</script>"""


@pytest.fixture(scope="module")
def pages(pack: Path, found: Review, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("narrow")
    pcc.review(found.evidence, period="2023-24").write(folder / "narrow")
    difference = compare_packs(pack, folder / "narrow")
    return {
        "review": (pack / "index.html").read_text(encoding="utf-8"),
        "annex": (pack / "sources.html").read_text(encoding="utf-8"),
        "brief": (pack / "brief.html").read_text(encoding="utf-8"),
        "unsigned": render_page(found.page()),
        "difference": render_page(difference.page()),
    }


@pytest.mark.skipif(not AXE_CORE, reason="AXE_CORE does not say where axe-core is")
@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("scheme", list(SCHEMES))
@pytest.mark.parametrize("name", ["review", "annex", "brief", "difference"])
def test_axe_finds_no_violation(
    pages: dict[str, str], name: str, scheme: str, width: int, tmp_path: Path
) -> None:
    axe = Path(AXE_CORE).read_text(encoding="utf-8")
    script = RUN_AXE % (axe, json.dumps(TAGS))
    answer = measured(tmp_path, pages[name], width, script, scheme)
    assert "error" not in answer, answer["error"]
    assert answer["passes"] > 20
    assert answer["violations"] == []
    undecided = dict(answer["incomplete"])
    assert set(undecided) <= set(JUDGED)
    if width == 1280:
        assert [at for at in undecided.get("color-contrast", []) if not SIGN.fullmatch(at)] == []


# One page of each kind: the first, a recipe, a call, a page of formulae, a notebook, the plots.
DOCUMENTATION = os.environ.get("DOCUMENTATION", "")
DOCUMENTED = (
    "index.html",
    "how-to/add-up.html",
    "reference/generated/pccfunding.reconcile.html",
    "explanation/association.html",
    "tutorial/01-the-published-figures.html",
    "reference/gallery.html",
)
# The list of pages at the side stands whole: axe decides nothing of links that one scrolls to.
STILL = (
    "<style>* { transition: none !important; animation: none !important; }"
    ".bd-sidebar-primary { max-height: none !important; overflow: visible !important; }</style>"
)
# Undecided in the documentation: signs of formulae, which are no letters to axe but have the ink of
# the text around them; and what lies behind the theme's own bar at the top of a narrow page.
FORMULA = re.compile(r"m[ion](:nth-child\(\d+\)|\[.*\])?|.* > m[ion].*")


@pytest.mark.skipif(
    not (AXE_CORE and DOCUMENTATION),
    reason="AXE_CORE and DOCUMENTATION do not say where axe-core and the built pages are",
)
@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("scheme", list(SCHEMES))
@pytest.mark.parametrize("name", DOCUMENTED)
def test_axe_finds_no_violation_in_the_documentation(
    name: str, scheme: str, width: int, tmp_path: Path
) -> None:
    file = Path(DOCUMENTATION) / name
    script = RUN_AXE % (Path(AXE_CORE).read_text(encoding="utf-8"), json.dumps(TAGS))
    page = file.read_text(encoding="utf-8")
    page = page.replace("<head>", f'<head><base href="{file.as_uri()}">{STILL}', 1)
    answer = asked(tmp_path, page.replace("</body>", f"{script}</body>"), width, scheme)
    assert "error" not in answer, answer["error"]
    assert answer["passes"] > 20
    assert answer["violations"] == []
    assert answer["content"] <= width
    undecided = dict(answer["incomplete"])
    assert set(undecided) <= {"color-contrast"}
    if width == 1280:
        assert [at for at in undecided.get("color-contrast", []) if not FORMULA.fullmatch(at)] == []


@pytest.mark.skipif(not AXE_CORE, reason="AXE_CORE does not say where axe-core is")
def test_axe_is_at_work(pages: dict[str, str], tmp_path: Path) -> None:
    axe = Path(AXE_CORE).read_text(encoding="utf-8")
    faint = pages["difference"].replace(
        "<footer>", '<footer><p style="color:#ddd">Faint</p><img src="data:,">'
    )
    answer = measured(tmp_path, faint, 1280, RUN_AXE % (axe, json.dumps(TAGS)))
    assert {"color-contrast", "image-alt"} <= {rule for rule, _ in answer["violations"]}


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("name", ["review", "annex", "brief", "difference"])
def test_no_page_of_a_pack_overflows(
    pages: dict[str, str], name: str, width: int, tmp_path: Path
) -> None:
    answer = measured(tmp_path, pages[name], width)
    assert answer["content"] <= width
    assert answer["beyond"] == []
    if width == 1280 and name != "difference":
        assert answer["scrolling"] == 0  # on a desk every table shows its last column


HEIGHT = """<script>parent.postMessage({
  width: innerWidth,
  height: document.documentElement.scrollHeight,
  figures: [...document.querySelectorAll("main section")].map(
    (e) => [...e.querySelectorAll("figure .paper")].map((f) => f.getBoundingClientRect().height)),
}, "*");</script>"""


def test_the_page_is_as_short_as_people_read(pages: dict[str, str], tmp_path: Path) -> None:
    """What somebody scrolls through, and prints; everything else stands in the annex."""
    answer = measured(tmp_path, pages["review"], 1280, HEIGHT, folded=True)
    assert answer["height"] <= 13_500
    assert [len(drawn) for drawn in answer["figures"] if drawn]
    assert all(len(drawn) <= 1 for drawn in answer["figures"])
    assert max(high for drawn in answer["figures"] for high in drawn) <= 450
    assert printed_pages(tmp_path, pages["review"]) <= 20
    assert measured(tmp_path, pages["annex"], 1280, HEIGHT)["height"] > 40_000


@pytest.mark.parametrize("area", [None, "Durham", "Cumbria"])
def test_the_brief_is_two_sheets_with_awards_and_without(
    pages: dict[str, str], area: str | None, tmp_path: Path
) -> None:
    brief = pages["brief"]
    if area:
        brief = contents_of(pcc.review(area=area))["brief.html"].decode()
    assert printed_pages(tmp_path, brief) <= 2


def test_the_keyboard_reaches_everything(pages: dict[str, str], tmp_path: Path) -> None:
    answer = measured(tmp_path, pages["review"], 400, WALK_BY_KEYBOARD)
    assert answer["focusable"] > 200
    assert answer["lost"] == []
    assert answer["unreachable"] == 0
    assert answer["order"] == 0


def test_the_page_needs_no_script(pages: dict[str, str]) -> None:
    for page in pages.values():
        assert "<script" not in page
        assert "default-src 'none'" in page


def test_the_printed_pack_holds_every_row_to_its_last_column(
    pages: dict[str, str], tmp_path: Path
) -> None:
    if not shutil.which("pdftotext"):
        pytest.skip("no pdftotext on this machine")
    (tmp_path / "index.html").write_text(pages["annex"], encoding="utf-8")
    pdf = tmp_path / "page.pdf"
    chromium(tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={pdf}",
             (tmp_path / "index.html").as_uri())  # fmt: skip
    done = subprocess.run(
        ["pdftotext", "-bbox", str(pdf), "-"], capture_output=True, text=True, check=True
    )
    sizes = re.findall(r'<page width="([\d.]+)"', done.stdout)
    right = [float(edge) for edge in re.findall(r'xMax="([\d.]+)"', done.stdout)]
    assert len(sizes) > 10
    assert max(right) < float(sizes[0]) - 30
    words = re.findall(r">([^<]+)</word>", done.stdout)
    # The last column of the register's longest table, and the workings that a click opens.
    figures = len(re.findall(r'<tr id="figure-', pages["annex"]))
    assert sum(bool(re.fullmatch(r"\[\d+\]", word)) for word in words) >= figures
    assert words.count("Gap,") > 5
