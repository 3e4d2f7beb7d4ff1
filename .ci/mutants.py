"""Pytest plugin: run the tests against every mutant that mutmut made, each in a fork.

mutmut starts pytest anew for each mutant, which takes longer than the tests. Here the tests are
collected once, and a fork of that process runs those that call the mutated function, the quickest
and nearest first, until one fails. `python mutants.py RESULTS` counts the results of each room.
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
import os
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import Phase, settings
from scipy.stats import binomtest

# All of processor time. What one mutant may take beside three times what its tests take.
LIMIT = 20
# A test that takes longer is left out: each surviving mutant would wait for it.
SLOWEST = 1.0
# Seconds of tests that one mutant is given: hundreds of tests open a table.
MOST = float(os.environ.get("MUTANT_SECONDS", "10"))
SECONDS = Path("mutants-seconds.json")
NOTICED = ("killed", "timeout")
# What reads evidence from a path is counted with the room of evidence.
ROOMS = {"office": "evidence"}


_spent: dict[str, float] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Take the processor time of each test, which other work on the machine leaves as it is."""
    before = time.process_time()
    try:
        return (yield)
    finally:
        _spent[item.nodeid] = time.process_time() - before


def pytest_sessionfinish() -> None:
    if os.environ.get("MUTANT_UNDER_TEST") == "stats":
        SECONDS.write_text(json.dumps(_spent), "utf-8")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """While mutmut lists which test calls what, pass over tests that read the sources.

    They fail on sources that hold every mutant; mutmut would stop at the first.
    """
    report = yield
    if os.environ.get("MUTANT_UNDER_TEST") == "stats" and report.failed:
        print(f"\nleft out, since it fails on the sources of all mutants: {item.nodeid}")
        report.outcome, report.longrepr = "skipped", (__file__, 0, "reads the sources")
    return report


def pytest_runtestloop(session: pytest.Session) -> bool | None:
    if "MUTANT_RESULTS" not in os.environ:
        return None
    # That an example fails is enough; finding the smallest takes most of the time.
    phases = (Phase.explicit, Phase.generate)
    settings.register_profile("mutants", settings.get_profile("settled"), phases=phases)
    settings.load_profile("mutants")
    stats = json.loads(Path("mutmut-stats.json").read_text("utf-8"))
    callers = stats["tests_by_mangled_function_name"]
    run = Run({item.nodeid: item for item in session.items}, callers)
    results = Path(os.environ["MUTANT_RESULTS"])
    done = read(results)
    tried = Counter(room(name) for name in done)
    most = int(os.environ.get("MUTANTS_OF_A_ROOM") or sys.maxsize)
    for name in drawn():
        if name not in done and tried[room(name)] < most:
            tried[room(name)] += 1
            verdict = run.verdict(name, set(callers.get(name.rpartition("__mutmut_")[0], ())))
            with results.open("a", encoding="utf-8") as file:
                file.write(f"{name}: {verdict}\n")
    return True


def names() -> list[str]:
    wanted = os.environ.get("MUTANTS", "*").split()
    return [
        name
        for meta in Path("pccfunding").rglob("*.py.meta")
        for name in json.loads(meta.read_text("utf-8"))["exit_code_by_key"]
        if any(fnmatch.fnmatch(name, one) for one in wanted)
    ]


def drawn() -> list[str]:
    """In no order of their own, each room in turn: a run that is stopped is a fair sample."""
    turn: Counter[str] = Counter()
    order = []
    for name in sorted(names(), key=lambda one: hashlib.sha256(one.encode()).digest()):
        order.append((turn[room(name)], name))
        turn[room(name)] += 1
    return [name for _, name in sorted(order)]


def read(results: Path) -> dict[str, str]:
    lines = results.read_text("utf-8").splitlines()
    return dict(line.split(": ", 1) for line in lines)


def room(name: str) -> str:
    first = name.split(".")[1]
    return ROOMS.get(first, first)


class Run:
    """The tests at hand, and which of them pass without a mutant."""

    def __init__(self, items: dict[str, pytest.Item], callers: dict[str, list[str]]) -> None:
        self.items = items
        seconds = json.loads(SECONDS.read_text("utf-8"))
        self.seconds = {
            one: max(seconds[one], 0.001) for one in items if seconds.get(one, SLOWEST) < SLOWEST
        }
        # How many functions a test comes by: those of a room's own tests come first.
        self.reach = Counter(test for tests in callers.values() for test in set(tests))
        self.sound: dict[str, bool] = {}

    def verdict(self, name: str, callers: set[str]) -> str:
        while True:
            chosen, total = [], 0.0
            usable = [one for one in callers & set(self.seconds) if self.sound.get(one, True)]
            for one in sorted(usable, key=lambda one: (self.seconds[one] * self.reach[one], one)):
                total += self.seconds[one]
                if total > MOST:
                    break
                chosen.append(one)
            if not chosen:
                return "no tests"
            status, last = self.forked(name, chosen, LIMIT + int(3 * total))
            if status == 0:
                return "survived"
            # A test that fails here without any change would notice every mutant.
            if last not in self.sound:
                self.sound[last] = self.forked("none", [last], LIMIT)[0] == 0
            if self.sound[last]:
                return "timeout" if status < 0 else "killed"
            print(f"left out, since it fails without a mutant: {last}")

    def forked(self, name: str, tests: list[str], limit: int) -> tuple[int, str]:
        """The exit status of a fork that runs the tests, and the last test that it began."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            # What waits without working ends as well.
            signal.alarm(10 * limit)
            os.environ["MUTANT_UNDER_TEST"] = name
            code = 2
            try:
                code = self.first_failure(tests, writing)
            finally:
                os._exit(code)
        os.close(writing)
        with os.fdopen(reading, "rb") as begun:
            count = len(begun.read())
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return status, tests[max(count, 1) - 1]

    def first_failure(self, tests: list[str], begun: int) -> int:
        items = [self.items[one] for one in tests]
        for test, following in zip(items, [*items[1:], None], strict=True):
            os.write(begun, b".")
            reports = runtestprotocol(test, nextitem=following, log=False)
            if any(report.failed for report in reports):
                return 1
        return 0


def main(results: Path, made: Path) -> None:
    """Print, for each room, how many of its mutants were tried and noticed."""
    total = Counter(
        room(name)
        for meta in made.rglob("*.py.meta")
        for name in json.loads(meta.read_text("utf-8"))["exit_code_by_key"]
    )
    verdicts = read(results)
    for one in sorted(total):
        mine = [verdict for name, verdict in verdicts.items() if room(name) == one]
        noticed = sum(verdict in NOTICED for verdict in mine)
        if not mine:
            print(f"{one:16} 0 of {total[one]} tried")
            continue
        interval = binomtest(noticed, len(mine)).proportion_ci(method="exact")
        print(
            f"{one:16} {len(mine)} of {total[one]} tried, {noticed} noticed: "
            f"{noticed / len(mine):.1%} ({interval.low:.1%} to {interval.high:.1%})"
        )
    for name, verdict in sorted(verdicts.items()):
        if verdict not in NOTICED:
            print(f"{name}: {verdict}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
