"""Run benchmarks by name: ``python -m benchmarks [name] [--rows N] [--rounds N]``."""

from __future__ import annotations

import argparse
import contextlib
import difflib
import gc
import importlib
import importlib.metadata
import json
import math
import os
import pkgutil
import platform
import statistics
import sys
import time
import tracemalloc
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import benchmarks
from benchmarks import REGISTRY, Call, Comparison, Growth, Simulation
from benchmarks._page import write_page
from benchmarks._table import TABLE

try:
    import resource
except ImportError:  # Windows has none
    resource = None  # type: ignore[assignment]

RESULTS = Path(__file__).parent / "results"
# Freed memory is handed out again, rather than fetched from the system with its page faults.
KEEPING = {"MALLOC_MMAP_THRESHOLD_": str(2**32 - 1), "MALLOC_TRIM_THRESHOLD_": str(2**34)}
PACKAGES = ("numpy", "scipy", "pandas", "narwhals", "polars", "duckdb", "pyarrow")


def find(name: str | None) -> list[str]:
    """Give the benchmarks whose name holds the one asked for."""
    for module in pkgutil.iter_modules(benchmarks.__path__):
        if not module.name.startswith("_"):
            importlib.import_module(f"benchmarks.{module.name}")
    found = sorted(known for known in REGISTRY if name is None or name in known)
    if not found:
        near = difflib.get_close_matches(str(name), REGISTRY, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        sys.exit(f"No benchmark {name!r}.{hint} There are {', '.join(sorted(REGISTRY))}.")
    return found


def cpu_seconds() -> float:
    """Give the CPU seconds of all threads, and of the processes started and waited for."""
    children = os.times()
    return time.process_time() + children.children_user + children.children_system


def time_once(call: Call) -> tuple[float, float]:
    """Give the wall and CPU seconds of a unit."""
    gc.collect()
    wall, cpu = time.perf_counter(), cpu_seconds()
    call.run()
    seconds = time.perf_counter() - wall, cpu_seconds() - cpu
    return seconds[0] / call.units, seconds[1] / call.units


def extra_memory(call: Call) -> float:
    """Give the largest memory, in megabytes, that a call holds beyond what was there before."""
    if call.peak_mb is not None:
        return call.peak_mb()
    gc.collect()
    tracemalloc.start()
    call.run()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def measure(comparison: Comparison, rounds: int) -> dict[str, Any]:
    """Compare the answers, then time the calls in turn; ratios are medians of paired rounds."""
    calls = comparison.calls
    agreement = comparison.agree({name: call.run() for name, call in calls.items()})
    load_before = load()
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in calls}
    # There and back, so that no call always follows the same one and finds what that one left.
    for turn in range(rounds):
        for name, call in list(calls.items())[:: -1 if turn % 2 else 1]:
            seconds[name].append(time_once(call))
    ours, *_ = calls
    found = {}
    for name, call in calls.items():
        rows = list(zip(seconds[name], seconds[ours], strict=True))
        ratios = [
            statistics.median(theirs[kind] / max(own[kind], 1e-9) for theirs, own in rows)
            for kind in (0, 1)
        ]
        wall, cpu = (statistics.median(row[kind] for row in seconds[name]) for kind in (0, 1))
        found[name] = {
            "units": call.units,
            "wall_ms_per_unit": 1000 * wall,
            "cpu_ms_per_unit": 1000 * cpu,
            "times_ours_wall": ratios[0],
            "times_ours_cpu": ratios[1],
            "extra_memory_mb": extra_memory(call),
        }
    return {
        "work": comparison.work,
        "agreement": agreement,
        "rounds": rounds,
        "calls": found,
        "goals": goals(comparison, ours, found),
        "why": comparison.why,
        "machine": machine(),
        "load_average": [load_before, load()],
    }


def goals(comparison: Comparison, ours: str, found: dict[str, Any]) -> list[dict[str, Any]]:
    """Set what was measured against what was aimed at."""
    kind, said = ("times_ours_wall", "clock") if comparison.by_wall else ("times_ours_cpu", "CPU")
    rows = [
        {
            "goal": f"at least {least:.3g} times as fast as {name} ({said})",
            "measured": found[name][kind],
            "met": found[name][kind] >= least,
        }
        for name, least in comparison.at_least.items()
    ]
    limits = [
        (comparison.at_most_ms, "cpu_ms_per_unit", "ms (CPU)"),
        (comparison.at_most_mb, "extra_memory_mb", "MB of memory"),
    ]
    for most, what, unit in limits:
        if most is not None:
            measured = found[ours][what]
            rows.append(
                {
                    "goal": f"at most {most:.4g} {unit}",
                    "measured": measured,
                    "met": measured <= most,
                }
            )
    return rows


def grow(growth: Growth, rounds: int) -> dict[str, Any]:
    """Time a call on each size, in turn, and give the exponent between the least and the most."""
    calls = {size: growth.of(size) for size in growth.sizes}
    agreement = growth.check({size: call() for size, call in calls.items()})
    load_before = load()
    seconds: dict[int, list[float]] = {size: [] for size in calls}
    for turn in range(rounds):
        for size, call in list(calls.items())[:: -1 if turn % 2 else 1]:
            seconds[size].append(time_once(Call(call))[1])
    took = {size: statistics.median(times) for size, times in seconds.items()}
    least, *_, most = growth.sizes
    exponent = math.log(took[most] / took[least]) / math.log(most / least)
    return {
        "work": growth.work,
        "agreement": agreement,
        "rounds": rounds,
        "growth": [{"size": size, "cpu_s": one} for size, one in took.items()],
        "exponent": exponent,
        "goals": [
            {
                "goal": f"grows with an exponent of at most {growth.at_most:g}",
                "measured": exponent,
                "met": exponent <= growth.at_most,
            }
        ],
        "why": growth.why,
        "machine": machine(),
        "load_average": [load_before, load()],
    }


def show_growth(name: str, result: dict[str, Any]) -> None:
    """Print how one call grows."""
    print(f"\n{name}: {result['work']}")
    print(f"  {result['agreement']}")
    for row in result["growth"]:
        print(f"  {row['size']:>12,}{row['cpu_s']:12.4g} s of CPU")
    met = "met" if result["goals"][0]["met"] else "MISSED"
    print(f"  Exponent {result['exponent']:.2f}, {result['goals'][0]['goal']}: {met}")


def load() -> float | None:
    """Give the load average of the last minute, where the system has one."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


def machine() -> dict[str, Any]:
    """Say what the figures were measured on."""
    versions = {}
    for package in PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[package] = importlib.metadata.version(package)
    return {
        "processor": processor(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        **versions,
    }


def processor() -> str:
    """Name the processor, as far as the system tells."""
    with contextlib.suppress(OSError), open("/proc/cpuinfo", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def simulate(simulation: Simulation) -> dict[str, Any]:
    """Run a simulation and set each value against what was expected of it."""
    cpu = cpu_seconds()
    values = list(simulation.run())
    return {
        "work": simulation.work,
        "note": simulation.note,
        "values": [asdict(one) | {"met": one.met} for one in values],
        "goals": [{"goal": one.what, "met": one.met} for one in values],
        "cpu_seconds": cpu_seconds() - cpu,
        "machine": machine(),
    }


def show_simulated(name: str, result: dict[str, Any]) -> None:
    """Print the values of a simulation with their standard errors."""
    print(f"\n{name}: {result['work']}")
    print(f"  {result['note']}")
    print(f"  {'':64}{'measured':>10}{'s.e.':>9}{'expected':>10}{'its s.e.':>10}")
    for row in result["values"]:
        bound = "" if row["at_most"] is None else f"  at most {row['at_most']:g}"
        expected = "" if row["expected"] is None else f"{row['expected']:.4f}"
        its_error = "" if row["expected"] is None else f"{row['expected_se']:.4f}"
        missed = "" if row["met"] else "  MISSED"
        print(
            f"  {row['what']:64}{row['measured']:10.4f}{row['se']:9.4f}{expected:>10}"
            f"{its_error:>10}{bound}{missed}"
        )
    print(f"  {result['cpu_seconds']:.0f} CPU seconds.")


def show(name: str, result: dict[str, Any]) -> None:
    """Print one result."""
    print(f"\n{name}: {result['work']}")
    print(f"  {result['agreement']}")
    print(f"  {'':34}{'wall ms':>10}{'CPU ms':>10}{'x wall':>9}{'x CPU':>9}{'MB':>10}")
    for call, row in result["calls"].items():
        print(
            f"  {call:34}{row['wall_ms_per_unit']:10.4g}{row['cpu_ms_per_unit']:10.4g}"
            f"{row['times_ours_wall']:9.3g}{row['times_ours_cpu']:9.3g}"
            f"{row['extra_memory_mb']:10.3g}"
        )
    for goal in result["goals"]:
        word = "met" if goal["met"] else "MISSED"
        print(f"  {goal['goal']}: {goal['measured']:.3g}, {word}")
    before, after = result["load_average"]
    if before is not None:
        cores = result["machine"]["cores"]
        print(f"  Load average {before:.1f} before, {after:.1f} after, on {cores} cores.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmarks asked for; the exit status tells whether every goal was met."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", nargs="?", help="part of a name; all benchmarks without it")
    parser.add_argument("--rows", type=int, help="size of the work, in place of its own")
    parser.add_argument("--rounds", type=int, default=8, help="rounds to time")
    parser.add_argument(
        "--keep-memory", action="store_true", help="have glibc keep what is freed, see the page"
    )
    parser.add_argument(
        "--table", action="store_true", help="run every benchmark of the page's first table"
    )
    parser.add_argument("--list", action="store_true", help="list the benchmarks and stop")
    parser.add_argument("--page", action="store_true", help="write docs/performance.md and stop")
    options = parser.parse_args(arguments)
    if options.page:
        write_page()
        return 0
    if options.keep_memory and not KEEPING.items() <= os.environ.items():
        given = sys.argv[1:] if arguments is None else arguments
        command = [sys.executable, "-m", "benchmarks", *given]
        os.execve(sys.executable, command, {**os.environ, **KEEPING})
    names = find(options.name)
    if options.table:
        names = [name for name in dict.fromkeys(row.benchmark for row in TABLE) if name in names]
        # The files of the street take long to write.
        names.sort(key=lambda name: name.startswith("street"))
    if options.list:
        print("\n".join(names))
        return 0
    met, started = True, time.strftime("%Y-%m-%d %H:%M")
    RESULTS.mkdir(exist_ok=True)
    for name in names:
        made = REGISTRY[name](options.rows)
        if isinstance(made, Simulation):
            result = simulate(made)
            show_simulated(name, result)
        elif isinstance(made, Growth):
            result = grow(made, min(options.rounds, 3))
            show_growth(name, result)
        else:
            result = measure(made, options.rounds)
            show(name, result)
        if options.table:
            result["run"] = started
        text = json.dumps(result, indent=2) + "\n"
        stem = f"{name}_memory_kept" if options.keep_memory else name
        (RESULTS / f"{stem}.json").write_text(text, encoding="utf-8")
        met = met and all(goal["met"] for goal in result["goals"])
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
