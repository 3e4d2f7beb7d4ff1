"""The page of the last results, written from their JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks._table import TABLE, Row

__all__ = ["write_page"]

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
MISSED = "**missed**"
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
python -m benchmarks --table    # what stands in the first table
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
    text = START + first_table(results) + "".join(section(*item) for item in results.items())
    page.write_text(text, encoding="utf-8")
    return page


def first_table(results: dict[str, Any]) -> str:
    """Set every workload beside what a user would pick instead: where we lose as where we win."""
    rows = [(row, results[row.benchmark]) for row in TABLE if is_measured(row, results)]
    runs = sorted({result["run"][:10] for _, result in rows if "run" in result})
    old = [row for row, result in rows if result.get("run", "")[:10] not in runs[-1:]]
    lines = [
        "\n## Beside what you would use instead\n",
        "Processor time of the other way in units of ours: above 1, ours is faster. A row that "
        "grows shows the exponent between its least and its most. "
        + (f"Run on {runs[-1]}" if runs else "No run of the whole table")
        + (f"; {len(old)} rows marked * are older." if runs and old else "."),
        "",
        "| workload | beside | ratio | goal | |",
        "|---|---|---:|---:|---|",
    ]
    lost: dict[str, str] = {}
    for row, result in rows:
        star = "\\*" if row in old and runs else ""
        shown = beside(row.peer, result)
        lines.append(f"| {row.workload}{star} | {' | '.join(shown)} |")
        if shown[-1] in ("slower", MISSED) and result.get("why"):
            lost.setdefault(result["why"], row.workload)
    if lost:
        lines += ["", "Where ours is slower than another way, this is what it does besides:", ""]
        lines += [f"- {workload}: {why}." for why, workload in lost.items()]
    return "\n".join(lines) + "\n"


def is_measured(row: Row, results: dict[str, Any]) -> bool:
    """Whether the last results hold a row of the table."""
    result = results.get(row.benchmark, {})
    return "growth" in result if row.peer is None else row.peer in result.get("calls", {})


def beside(peer: str | None, result: dict[str, Any]) -> tuple[str, str, str, str]:
    """Give the cells of a row: the peer, the ratio or exponent, the goal, whether it is met."""
    if peer is None:
        (goal,) = result["goals"]
        least, *_, most = result["growth"]
        told = f"itself, {least['cpu_s']:.2g} s to {most['cpu_s']:.3g} s"
        bound = goal["goal"].rsplit(" ", 1)[-1]
        return told, f"exponent {goal['measured']:.2f}", f"≤ {bound}", said_of(goal)
    call = result["calls"][peer]
    wanted = [goal for goal in result["goals"] if f" as fast as {peer} (" in goal["goal"]]
    by_wall = any("(clock)" in goal["goal"] for goal in wanted)
    ratio = call["times_ours_wall" if by_wall else "times_ours_cpu"]
    if wanted:
        bound = wanted[0]["goal"].split()[2]
        return peer, written(ratio), f"≥ {bound}", said_of(wanted[0])
    limits = [goal for goal in result["goals"] if " ms (CPU)" in goal["goal"]]
    if limits:
        goal = limits[0]
        took = f"{written(ratio)} ({goal['measured']:.3g} ms)"
        return peer, took, f"≤ {goal['goal'].split()[2]} ms", said_of(goal)
    return peer, written(ratio), "none", "faster" if ratio >= 1 else "slower"


def said_of(goal: dict[str, Any]) -> str:
    return "met" if goal["met"] else MISSED


def sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."


def grown(name: str, result: dict[str, Any]) -> str:
    """Give the times of one call on more and more work."""
    (goal,), load = result["goals"], [f"{one:.1f}" for one in result["load_average"] if one]
    lines = [
        f"\n## {name}\n",
        f"{sentence(result['work'])} {sentence(result['agreement'])}\n",
        "| size | processor, s |",
        "|---:|---:|",
        *(f"| {row['size']:,} | {row['cpu_s']:.3g} |" for row in result["growth"]),
        "",
        f"- exponent {result['exponent']:.2f}; {goal['goal']}: {said_of(goal)}.",
        f"- {result['rounds']} rounds."
        + (f" Load average {' before, '.join(load)} after." if len(load) == 2 else ""),
    ]
    return "\n".join(lines) + "\n"


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
    if "growth" in result:
        return grown(name, result)
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
