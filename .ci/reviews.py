"""Long work: Reviews of generated evidence, each written, verified, signed and compared.

python .ci/reviews.py NUMBER [FIRST SEED]. Every second Review is of a made-up award list, every
other of the bundled evidence with lines, totals, outcomes and statements left out by chance. A
sentence of the library is a result, anything else that is raised ends the run; so does a pack that
does not verify, and memory that grows. Only the last pack and the one before it are kept at a time.
"""

from __future__ import annotations

import dataclasses
import random
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pandas as pd

import pccfunding as pcc
from pccfunding.errors import PccFundingError
from pccfunding.review_pack import compare_packs, sign_pack, verify_pack

WHO = {"name": "A. Person", "role": "Commissioner", "reason": "Long work.", "decision": "stop"}
NAMES = [
    "Halo", "=1+1", "x;=cmd|'!A0", "\u202e0005£", "جمعية", "a\nb", "<b>bold</b>", "'", "-1",
    "O'Brien & Sons", "Ünïcödé", '"quoted", twice', "@SUM(A1)", "z" * 300, "ＦＵＬＬ", "a\tb",
]  # fmt: skip
WARM_UP = 50
MOST_GROWTH_MB = 60


def resident_mb() -> float:
    text = Path("/proc/self/statm").read_text(encoding="utf-8")
    return int(text.split()[1]) * 4096 / 1e6


def made_up(chance: random.Random, folder: Path) -> pcc.Evidence:
    """Read a made-up list of awards, and write and read it as a data package."""
    areas = pcc.load_areas()
    area = chance.choice(areas.loc[areas["kind"] == "police_force_area", "area_code"].tolist())
    rows = []
    for _ in range(chance.choice([1, 2, 5, 40, 200])):
        pence = chance.choice([0, 1, 99, 12_345, 10**9, 10**13]) + chance.randrange(1_000)
        amount = chance.choice([f"{pence / 100:.2f}", f"£{pence // 100:,}", "not known", ""])
        rows.append((chance.choice(NAMES), chance.choice(NAMES), amount))
    table = pd.DataFrame(rows, columns=["Recipient", "Funding stream", "Amount (£)"])
    year = chance.choice(["2019/20", "2022/23", "2023/24", "2024/25"])
    text = table.to_csv(index=False).encode()
    awards = pcc.read_awards(text, financial_year=year, funder="An office").frame
    source = {"title": chance.choice(NAMES), "publisher": "An office"}
    tables = pcc.award_tables(
        awards, area=area, source=source, listing="made-up", funding_stream="All"
    )
    pcc.write_data_package(tables, folder, name="made-up", title="Made up")
    pcc.conformance(folder)
    return pcc.read_evidence(folder)


def thinned(chance: random.Random, folder: Path) -> pcc.Evidence:
    """Leave parts of the bundled evidence out, and write and read the rest as a data package."""
    whole = pcc.load_evidence()
    share = chance.choice([0.3, 0.7, 0.95, 1.0])
    kept = {
        name: getattr(whole, name)
        .sample(frac=chance.choice([share, 1.0]), random_state=chance.randrange(2**31))
        .sort_index()
        for name in ("awards", "totals", "outcomes", "statements")
    }
    subjects = {one for table in kept.values() for one in table.get("subject_id", ())}
    figures = whole.figures
    if chance.random() < 0.8:
        figures = figures[figures["subject_id"].isin(subjects)]
        gone = set(whole.figures["figure_id"]) - set(figures["figure_id"])
        told = kept["statements"][["left", "right"]].fillna("").agg(" ".join, axis=1)
        kept["statements"] = kept["statements"][
            [gone.isdisjoint(re.findall(r"[A-Za-z0-9-]+", text)) for text in told]
        ]
    evidence = dataclasses.replace(whole, figures=figures, **kept)
    pcc.write_data_package(evidence, folder, name="thinned", title="Thinned")
    pcc.conformance(folder)
    return pcc.read_evidence(folder)


def one_review(seed: int, folder: Path, last: Path | None) -> Path:
    chance = random.Random(seed)
    evidence = (made_up if seed % 2 else thinned)(chance, folder / "evidence")
    found = pcc.review(evidence)
    told = found.tables["statements"]
    conflicts = told.loc[told["verdict"] == "conflicts", "statement_id"] if len(told) else []
    found = dataclasses.replace(
        found, exceptions={name: chance.choice(NAMES) for name in conflicts}
    )
    pack = folder / "pack"
    found.write(pack, zip=True)
    assert verify_pack(pack).intact, seed
    assert verify_pack(folder / "pack.zip").intact, seed
    assert sign_pack(pack, **WHO).signed, seed
    assert verify_pack(folder / "pack.zip").signed, seed
    if last is not None:
        compare_packs(last, pack).write(folder / "diff")
    return pack


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    started, ended, memory, last = time.monotonic(), Counter[str](), 0.0, None
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + number):
            place = Path(folder) / str(seed)
            place.mkdir()
            before = last
            try:
                last = one_review(seed, place, last)
                ended["written, verified, signed"] += 1
            except PccFundingError as error:
                ended[f"{type(error).__name__}: {' '.join(str(error).split())[:60]}"] += 1
            gone = before if last != before else place / "pack"
            if gone is not None:
                shutil.rmtree(gone.parent)
            print(f"{seed - first + 1} of {number}, {resident_mb():.0f} MB", flush=True)
            if seed - first == min(WARM_UP, number // 2):
                memory = resident_mb()
    grown = resident_mb() - memory
    for what, times in ended.most_common():
        print(f"{times:>6} {what}")
    print(f"{number} Reviews in {time.monotonic() - started:.0f} s; memory grew by {grown:.0f} MB.")
    assert grown < MOST_GROWTH_MB, "memory grows"


if __name__ == "__main__":
    main()
