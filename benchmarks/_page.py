"""The page of the last results, written from their JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

__all__ = ["write_page"]

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
START = """# Performance

Every number below was measured by `python -m benchmarks` and is written here by
`python -m benchmarks --page`; nothing is edited by hand. Each benchmark runs our call and its
peers in turn, there and back, in one process on seeded data, compares the answers first, and
gives medians. "Times ours" is the median of the ratios of paired rounds: what another way takes,
in units of ours. Results of an odd number of rounds are older: their calls ran in one direction.
Processor time counts all threads. Times are for one unit of the work, which is one call where
nothing else is said. Memory is what a call takes beyond its arguments; for files it is
the whole process, imports included. A row named "limit" does only what no way can leave out.

Run them again:

```sh
pip install -e '.[engines]'
python -m benchmarks            # all, or a part of a name; --rows N and --rounds N change the size
python -m benchmarks --page     # writes this page from the last results
```

A call that makes large temporary arrays pays for fresh memory each time, and on a virtual machine
that price can move by seconds from call to call. `--keep-memory` has glibc keep what is freed, for
all calls alike; such results are named `..._memory_kept`. They show the arithmetic alone, and are
the harder comparison for calls of ours that need little memory.

The files of the street benchmarks take 2.7 GB; they are written once into the folder that
`PCCFUNDING_BENCHMARK_DATA` names, or into one for temporary files. See [scale](scale.md) for what
runs beyond one machine.
"""


def write_page() -> Path:
    """Write docs/performance.md."""
    results = {
        file.stem: json.loads(file.read_text("utf-8")) for file in sorted(RESULTS.glob("*.json"))
    }
    page = ROOT / "docs" / "performance.md"
    page.write_text(START + "".join(section(*item) for item in results.items()), encoding="utf-8")
    return page


def sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."


def simulated(name: str, result: dict[str, Any]) -> str:
    """Give the values of a simulation against what was expected."""
    lines = [
        f"\n## {name}\n",
        f"{sentence(result['work'])} {sentence(result['note'])}\n",
        "| what | measured | s.e. | goal |",
        "|---|---:|---:|---|",
        *(
            f"| {row['what']} | {row['measured']:.4f} | {row['se']:.4f} "
            f"| {'met' if row['met'] else '**missed**'} |"
            for row in result["values"]
        ),
    ]
    return "\n".join(lines) + "\n"


def written(value: float | None, digits: int = 3) -> str:
    """Write a measurement; what was not measured has no number."""
    return "-" if value is None else f"{value:.{digits}g}"


def section(name: str, result: dict[str, Any]) -> str:
    if "values" in result:
        return simulated(name, result)
    machine = dict(result["machine"])
    shown = [f"{machine.pop('processor', 'processor not recorded')}, {machine.pop('cores')} cores"]
    shown += [f"{machine.pop('system')}, Python {machine.pop('python')}"]
    shown += [f"{package} {version}" for package, version in machine.items()]
    load = [f"{value:.1f}" for value in result.get("load_average", []) if value is not None]
    lines = [
        f"\n## {name}\n",
        f"{sentence(result['work'])} {sentence(result['agreement'])}\n",
        "| call | clock, ms | processor, ms | times ours, clock | times ours, processor | MB |",
        "|---|---:|---:|---:|---:|---:|",
        *(
            f"| {call} | {written(row['wall_ms_per_unit'], 4)} "
            f"| {written(row['cpu_ms_per_unit'], 4)} | {written(row['times_ours_wall'])} "
            f"| {written(row['times_ours_cpu'])} | {written(row['extra_memory_mb'])} |"
            for call, row in result["calls"].items()
        ),
        "",
        *(
            f"- {goal['goal']}: {goal['measured']:.3g}, {'met' if goal['met'] else '**missed**'}."
            for goal in result["goals"]
        ),
        f"- {result['rounds']} rounds on {'; '.join(shown)}."
        + (f" Load average {' before, '.join(load)} after." if len(load) == 2 else ""),
    ]
    return "\n".join(lines) + "\n"
