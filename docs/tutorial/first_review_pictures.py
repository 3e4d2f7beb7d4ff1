"""Draw the pictures of the tutorial "Your first Review" from the commands that it names.

Needs LibreOffice, poppler-utils, Chromium and Pillow (which Matplotlib brings):
    python docs/tutorial/first_review_pictures.py
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import openpyxl
from PIL import Image

PROGRAM = Path(sys.executable).with_name("pccfunding")
PICTURES = Path(__file__).parent / "first-review"
# Page of the printed workbook, dots an inch, and the part of the page that is kept.
SHEETS = {
    "Start": (1, 90, (25, 40, 1005, 270)),
    "Amounts": (5, 150, (45, 65, 1120, 140)),
    "Outcomes": (6, 150, (45, 65, 1115, 140)),
    "Services": (8, 120, (36, 52, 1340, 112)),
}
LIST = [
    ["Reference", "Recipient", "Fund", "Purpose", "Financial year", "Amount (£)"],
    ["G1", "Kestrel Youth", "Community Fund", "Boxing on Fridays", "2024-25", "£12,345"],
    ["G2", "Otter Trust", "Community Fund", "Lighting", "2024-25", 8000],
    ["G3", "Wren Works", "Community Fund", "Cameras", "2024-25", "£31,784"],
    [None, "Total", None, None, None, 52129],
]
TYPED = {
    "Sources": [["Annual report", "Annual report 2024-25", "", "", "14 April 2025"]],
    "Amounts": [
        ["Community Fund, all awards", "£53,000", "2024-25", "Community Fund", "", "", "", "", "",
         "Annual report", "page 12"],
    ],
    "Outcomes": [
        ["Residential burglary", "fell by", "9.4%", "lower", "2024-25", "2023-24", "", "",
         "Residential burglary", "", "", "Annual report", "page 20"],
        ["Young people helped", "number", "214", "higher", "2024-25", "", "", "", "", "", "",
         "Annual report", "page 21"],
    ],
    "Checks": [
        ["Fund and its list", "Community Fund, all awards", "equals", "£52,129", "",
         "The report rounds", "A. Name"],
    ],
    "Services": [
        ["Boxing on Fridays", "First-time entrants", "", "214 young people", "200 young people",
         "214", "continue", "Targets met at the agreed cost", "A. Name", "Commissioner",
         "12 June 2025"],
    ],
}  # fmt: skip


def run(*command: object) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{command[0]} failed: {done.stderr}")


def filled(desk: Path) -> Path:
    """Make the folder of the tutorial, with everything that it types."""
    book = openpyxl.Workbook()
    for row in LIST:
        book.active.append(row)
    book.save(desk / "grants.xlsx")
    folder = desk / "durham-2024-25"
    run(PROGRAM, "start", "Durham", "--period", "2024-25", "--awards", desk / "grants.xlsx",
        "--out", folder)  # fmt: skip
    book = openpyxl.load_workbook(folder / "evidence.xlsx")
    for name, rows in TYPED.items():
        for down, row in enumerate(rows):
            for across, cell in enumerate(row):
                if cell:
                    book[name].cell(4 + down, 1 + across).value = cell
    book["Start"]["B5"] = "Office of the Durham Police and Crime Commissioner"
    book.save(folder / "evidence.xlsx")
    run(PROGRAM, "review", folder)
    return folder


def sheets(folder: Path, desk: Path) -> None:
    """Print the workbook as LibreOffice shows it, and keep the top of some pages."""
    profile = f"-env:UserInstallation=file://{desk}/profile"
    run("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", desk,
        folder / "evidence.xlsx")  # fmt: skip
    for name, (page, dots, (left, top, width, height)) in SHEETS.items():
        run("pdftoppm", "-r", dots, "-png", "-f", page, "-l", page, "-x", left, "-y", top,
            "-W", width, "-H", height, "-singlefile", desk / "evidence.pdf",
            PICTURES / f"sheet-{name.lower()}")  # fmt: skip


def page(folder: Path) -> None:
    """Take a picture of the first screen of the Review."""
    run("chromium", "--headless", "--no-sandbox", "--hide-scrollbars", "--window-size=1000,800",
        f"--screenshot={PICTURES / 'review.png'}",
        (folder / "review" / "index.html").as_uri())  # fmt: skip


def smaller(picture: Path) -> None:
    """Keep 64 colours, which are all that a sheet or a page of few colours needs."""
    Image.open(picture).convert("RGB").quantize(64).save(picture, optimize=True)


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    desk = Path(tempfile.mkdtemp(prefix="first-review-"))
    try:
        folder = filled(desk)
        sheets(folder, desk)
        page(folder)
        for picture in sorted(PICTURES.glob("*.png")):
            smaller(picture)
    finally:
        shutil.rmtree(desk)


if __name__ == "__main__":
    main()
