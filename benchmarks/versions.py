"""Permutation tests of this version beside an earlier one: ``python -m benchmarks.versions OLD``.

OLD is a checkout of the earlier version. The two take turns, each in a process of its own with the
same packages, and the processor time of the fastest of five calls counts; a result holds the median
over the turns.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from benchmarks.__main__ import RESULTS, load, machine

ROOT = Path(__file__).resolve().parents[1]
WORKS = {
    "one pair, 43 areas, 10,000 orders": (
        "test = lambda: permutation_test(x[0], y[0], method='pearson', resamples=10_000)"
    ),
    "120 pairs, 43 areas, 10,000 orders": (
        "test = lambda: permutation_family(x, y, method='pearson', resamples=10_000)"
    ),
    "120 pairs, 8 areas, every order": (
        "test = lambda: permutation_family(x[:, :8], y[:, :8], method='pearson')"
    ),
}
CHILD = """
import sys, time
import numpy as np
from pccfunding.permutation import permutation_family, permutation_test
rng = np.random.default_rng(20_240_331)
x, y = rng.lognormal(size=(8, 43)), rng.normal(size=(15, 43))
{work}
test()
taken = []
for _ in range(5):
    start = time.process_time()
    found = test()
    taken.append(time.process_time() - start)
print(min(taken), float(np.sum(found.p_value)))
"""


def once(folder: Path, work: str) -> tuple[float, float]:
    """Give the fastest processor time of a work in a fresh process, and the sum of its p."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD.format(work=work)],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder), "OMP_NUM_THREADS": "1"},
    )
    taken, p = map(float, done.stdout.split())
    return taken, p


def measure(old: Path, turns: int) -> dict[str, object]:
    """Run every work of both versions in turn."""
    calls, agreed = {}, []
    for name, work in WORKS.items():
        rounds = [(once(ROOT, work), once(old, work)) for _ in range(turns)]
        agreed.append(all(abs(new[1] - before[1]) < 1e-9 for new, before in rounds))
        ratio = statistics.median(before[0] / new[0] for new, before in rounds)
        for label, at, times in (("now", 0, 1.0), ("before", 1, ratio)):
            seconds = statistics.median(one[at][0] for one in rounds)
            calls[f"{name}: {label}"] = {
                "units": 1,
                "wall_ms_per_unit": None,
                "cpu_ms_per_unit": 1000 * seconds,
                "times_ours_wall": None,
                "times_ours_cpu": times,
                "extra_memory_mb": None,
            }
    return {
        "work": "p by reordering, this version beside the one of 26 November 2026",
        "agreement": "Every p is the same." if all(agreed) else "Some p differ.",
        "rounds": turns,
        "calls": calls,
        "goals": [
            {
                "goal": f"{name}: no slower than before (CPU, within a tenth)",
                "measured": calls[f"{name}: before"]["times_ours_cpu"],
                "met": calls[f"{name}: before"]["times_ours_cpu"] >= 0.9,
            }
            for name in WORKS
        ],
        "machine": machine(),
        "load_average": [load(), load()],
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("old", type=Path)
    parser.add_argument("--turns", type=int, default=6)
    asked = parser.parse_args()
    found = measure(asked.old.resolve(), asked.turns)
    file = RESULTS / "permutation_versions.json"
    file.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=1))
