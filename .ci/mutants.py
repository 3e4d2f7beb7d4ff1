"""Pytest plugin: run the tests against every mutant that mutmut made, each in a fork.

mutmut starts pytest anew for each mutant, which takes longer than the tests. Here the tests are
collected once, and a fork of that process runs those that call the mutated function, the quickest
and nearest first, until one fails; what survives these meets the slower and more distant ones.
`python mutants.py RESULTS TREE` counts the results of each room.
"""

from __future__ import annotations

import fnmatch
import functools
import gc
import hashlib
import json
import math
import os
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import Phase, settings
from mutmut.state import state
from scipy.stats import binomtest

# All of processor time. What one test may take beside three times what it takes.
LIMIT = 10
# Of each of the two stages: seconds that one of its tests may take, and all that a mutant is given.
near, wide = os.environ.get("MUTANT_SECONDS", "6 60").split()
STAGES = ((1.0, float(near)), (15.0, float(wide)))
SECONDS = Path("mutants-seconds.json")
LISTED = Path("mutmut-stats.json")
# Tests that search the sources, which are sixty megabytes with every mutant; faults that kill; and
# a file that starts the threads of Polars as it is collected, which a fork does not inherit.
LEFT_OUT = (
    "tests/faults/test_full_disk.py",
    "tests/faults/test_killed.py",
    "tests/faults/test_rights.py",
    "tests/faults/test_two_writers.py",
    "tests/formats/test_addresses.py",
    "tests/install/",
    "tests/unit/test_errors.py::test_the_nearest_name_is_sought_in_one_place",
    "tests/unit/test_financial_year_law.py::test_no_file_makes_a_financial_year_outside_its_homes",
    "tests/unit/test_house_rules.py",
    "tests/unit/test_locale.py",
    "tests/unit/test_missing_law.py::test_markers_stand_in_one_list",
    "tests/unit/test_missing_law.py::test_no_file_but_words_asks_whether_a_value_differs",
    "tests/unit/test_one_place.py::test_a_coefficient_is_named_in_one_place",
    "tests/unit/test_one_place.py::test_the_fields_that_the_law_asks_for_are_listed_in_one_place",
    "tests/unit/test_results.py::test_html_and_cautions_are_written_in_one_place",
    "tests/unit/test_rooms.py",
    "tests/unit/test_sums_rule.py",
    "tests/unit/test_user_types.py",
    "tests/unit/test_words_rule.py",
)
NOTICED = ("killed", "timeout")
# What the first two stages do not start: Spark, for the rooms that its frames pass through. The
# interpreter with pyspark, if there is one.
SPARK = os.environ.get("SPARK_PYTHON")
WITH_SPARK = ("frames", "measures", "money")
# What reads evidence from a path is counted with the room of evidence.
ROOMS = {"office": "evidence"}


_spent: dict[str, float] = {}


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    return collection_path.as_posix().endswith(LEFT_OUT) or None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = [item for item in items if not item.nodeid.startswith(LEFT_OUT)]


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
        _spent[item.nodeid] = math.inf
    return report


def pytest_runtestloop(session: pytest.Session) -> bool | None:
    if "MUTANT_RESULTS" not in os.environ:
        return None
    # That an example fails is enough; finding the smallest takes most of the time.
    phases = (Phase.explicit, Phase.generate)
    settings.register_profile("mutants", settings.get_profile("settled"), phases=phases)
    settings.load_profile("mutants")
    list_new_tests(session.items)
    stats = json.loads(LISTED.read_text("utf-8"))
    callers = stats["tests_by_mangled_function_name"]
    # What was written since; the others have been tried.
    new = {item.nodeid for item in session.items} - set(stats["duration_by_test"])
    run = Run({item.nodeid: item for item in session.items}, callers)
    results = Path(os.environ["MUTANT_RESULTS"])
    done, now = read(results)
    tried = Counter(room(name) for name in done)
    most = int(os.environ.get("MUTANTS_OF_A_ROOM") or sys.maxsize)
    order = drawn()
    fresh = []
    for name in order:
        if name not in done and tried[room(name)] < most:
            tried[room(name)] += 1
            fresh.append(name)
    again = [name for name in order if name in now and not noticed(now[name])]
    again = again if os.environ.get("AGAIN") else []
    gc.freeze()
    for name in [*again, *fresh]:
        tests = set(callers.get(name.rpartition("__mutmut_")[0], ()))
        verdict = run.verdict(name, tests & new if name in now else tests)
        with results.open("a", encoding="utf-8") as file:
            file.write(f"{name}: {verdict}\n")
    return True


def list_new_tests(items: list[pytest.Item]) -> None:
    """List what the tests reach that mutmut has not listed, in forks, as a mutant would run.

    A test that ends the program, with the code as it was when the mutants were made, is left out.
    """
    seconds = json.loads(SECONDS.read_text("utf-8"))
    stats = json.loads(LISTED.read_text("utf-8"))
    new = [item for item in items if item.nodeid not in seconds]
    while new:
        reading, writing = os.pipe()
        if os.fork() == 0:
            os.environ["MUTANT_UNDER_TEST"] = "stats"
            try:
                list_tests(new, writing)
            finally:
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8") as lines:
            listed = [json.loads(line) for line in lines]
        os.wait()
        for name, spent, functions in listed:
            seconds[name] = spent
            for function in functions:
                stats["tests_by_mangled_function_name"].setdefault(function, []).append(name)
        new = new[len(listed) :]
        if new:
            print(f"left out, since it ends the program: {new[0].nodeid}")
            seconds[new.pop(0).nodeid] = math.inf
    LISTED.write_text(json.dumps(stats), "utf-8")
    SECONDS.write_text(json.dumps(seconds), "utf-8")


def list_tests(new: list[pytest.Item], writing: int) -> None:
    """Write a line for each test: its name, its seconds and the functions that it reaches."""
    for item, following in zip(new, [*new[1:], None], strict=True):
        state()._stats.clear()
        runtestprotocol(item, nextitem=following, log=False)
        spent = _spent.get(item.nodeid, 0.0)
        line = json.dumps([item.nodeid, spent, sorted(state()._stats)])
        os.write(writing, f"{line}\n".encode())


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
    draw = os.environ.get("MUTANT_DRAW", "")
    for name in sorted(names(), key=lambda one: hashlib.sha256(f"{draw}{one}".encode()).digest()):
        order.append((turn[room(name)], name))
        turn[room(name)] += 1
    return [name for _, name in sorted(order)]


def read(results: Path) -> tuple[dict[str, str], dict[str, str]]:
    """The first verdict on each mutant, and the last: those not noticed may be tried again."""
    lines = [line.split(": ", 1) for line in results.read_text("utf-8").splitlines()]
    return dict(reversed(lines)), dict(lines)


def noticed(verdict: str) -> bool:
    return verdict.startswith(NOTICED)


def room(name: str) -> str:
    first = name.split(".")[1]
    return ROOMS.get(first, first)


@functools.cache
def on_spark(name: str) -> int:
    """The exit status of the tests that start Spark, with a mutant or without."""
    left = {"MUTANT_RESULTS", "PYTHONPATH"}
    env = {one: value for one, value in os.environ.items() if one not in left}
    env |= {"MUTANT_UNDER_TEST": name, "PYTHONPATH": "."}
    tests = ["-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", "-m", "spark"]
    left_out = ["--deselect", "tests/engines/test_spark_cluster.py"]
    return subprocess.call([str(SPARK), *tests, *left_out, "tests/engines"], env=env)


class Run:
    """The tests at hand, and which of them pass without a mutant."""

    def __init__(self, items: dict[str, pytest.Item], callers: dict[str, list[str]]) -> None:
        self.items = items
        listed = json.loads(SECONDS.read_text("utf-8"))
        self.seconds = {one: max(listed[one], 0.001) for one in items if one in listed}
        # How many functions a test comes by: those of a room's own tests come first.
        self.reach = Counter(test for tests in callers.values() for test in set(tests))
        self.sound: dict[str, bool] = {}

    def verdict(self, name: str, callers: set[str]) -> str:
        """What noticed the mutant in which stage, or how many tests did not."""
        left = callers & set(self.seconds)
        tried: set[str] = set()
        for stage, (slowest, most) in enumerate(STAGES, 1):
            while chosen := self.chosen(left - tried, slowest, most):
                status, last = self.forked(name, chosen)
                if status == 0:
                    tried |= set(chosen)
                    break
                # A test that fails here without any change, or after another test alone, would
                # notice every mutant.
                if last not in self.sound:
                    self.sound[last] = self.forked("none", [last])[0] == 0
                if self.sound[last] and self.forked(name, [last])[0] != 0:
                    return f"{'timeout' if status < 0 else 'killed'} {stage} by {last}"
                left.discard(last)
                print(f"left out for {name}, since it fails without it: {last}")
        if SPARK and room(name) in WITH_SPARK and on_spark(name) != 0 == on_spark("none"):
            return "killed 3 by tests/engines"
        return f"survived {len(tried)}" if tried else "no tests"

    def chosen(self, tests: set[str], slowest: float, most: float) -> list[str]:
        """The nearest and quickest; of a test with many cases not all before other tests."""
        usable = [one for one in tests if self.seconds[one] < slowest and self.sound.get(one, True)]
        cost = {one: self.seconds[one] * max(self.reach[one], 1) for one in usable}
        turn: Counter[str] = Counter()
        for one in sorted(usable, key=lambda one: (cost[one], one)):
            test = one.partition("[")[0]
            turn[test] += 1
            cost[one] *= turn[test]
        chosen, total = [], 0.0
        for one in sorted(usable, key=lambda one: (cost[one], one)):
            total += self.seconds[one]
            if total > most:
                break
            chosen.append(one)
        return chosen

    def forked(self, name: str, tests: list[str]) -> tuple[int, str]:
        """The exit status of a fork that runs the tests, and the last test that it began."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
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
        for one, following in zip(tests, [*tests[1:], None], strict=True):
            limit = LIMIT + int(3 * self.seconds[one])
            end = int(time.process_time()) + limit
            resource.setrlimit(resource.RLIMIT_CPU, (end, resource.RLIM_INFINITY))
            # What waits without working ends as well.
            signal.alarm(10 * limit)
            os.write(begun, b".")
            nextitem = None if following is None else self.items[following]
            reports = runtestprotocol(self.items[one], nextitem=nextitem, log=False)
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
    first, now = read(results)
    for one in sorted(total):
        mine = [name for name in first if room(name) == one]
        count = sum(noticed(first[name]) for name in mine)
        if not mine:
            print(f"{one:16} 0 of {total[one]} tried")
            continue
        interval = binomtest(count, len(mine)).proportion_ci(method="exact")
        print(
            f"{one:16} {len(mine)} of {total[one]} tried, {count} noticed: "
            f"{count / len(mine):.1%} ({interval.low:.1%} to {interval.high:.1%}); "
            f"now {sum(noticed(now[name]) for name in mine)}"
        )
    for name, verdict in sorted(first.items()):
        if not noticed(verdict):
            print(f"{name}: {verdict}; now {now[name]}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
