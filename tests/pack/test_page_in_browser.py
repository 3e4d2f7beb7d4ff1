"""The page of a Review in a real Chromium: widths, colour schemes and print."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import matplotlib.image
import pytest

from pccfunding.review_pack.parts import Page
from pccfunding.review_pack.render import render_page

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
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def page_file(example_page: Page, tmp_path: Path) -> Path:
    file = tmp_path / "index.html"
    file.write_text(render_page(example_page), encoding="utf-8")
    return file


def measured(folder: Path, page: str, width: int) -> dict[str, Any]:
    """Measure the page inside a frame, since a window is never narrower than 500 pixels."""
    open_page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    assert open_page != page
    (folder / "measured.html").write_text(
        open_page.replace("</body>", f"{MEASURE}</body>").replace("<details>", "<details open>"),
        encoding="utf-8",
    )
    frame = folder / "frame.html"
    frame.write_text(FRAME.replace("{width}", str(width)), encoding="utf-8")
    dumped = chromium(
        folder,
        "--dump-dom",
        "--virtual-time-budget=10000",
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
