"""Pytest plugin: run the tests against every mutant that mutmut made, each in a fork.

mutmut starts pytest anew for each mutant, which takes longer than the tests. Here the tests are
collected once, and a fork of that process runs those that call the mutated function, the quickest
first, until one fails.
"""

from __future__ import annotations

import fnmatch
import json
import os
import resource
from pathlib import Path
from typing import Any

from _pytest.runner import runtestprotocol

# Seconds of processor time: some three times what the tests of one function take at most.
LIMIT = 30
# A test that takes longer is left out: each surviving mutant would wait for it.
SLOWEST = 1.0


def pytest_runtestloop(session: Any) -> bool:
    stats = json.loads(Path("mutmut-stats.json").read_text("utf-8"))
    seconds = stats["duration_by_test"]
    items = {item.nodeid: item for item in session.items}
    results = Path(os.environ["MUTANT_RESULTS"])
    done = {line.split(": ")[0] for line in results.read_text("utf-8").splitlines()}
    wanted = os.environ.get("MUTANTS", "*").split()
    for meta in sorted(Path("pccfunding").rglob("*.py.meta")):
        for name in json.loads(meta.read_text("utf-8"))["exit_code_by_key"]:
            if name in done or not any(fnmatch.fnmatch(name, one) for one in wanted):
                continue
            tests = stats["tests_by_mangled_function_name"].get(name.rpartition("__mutmut_")[0])
            quick = {one for one in tests or () if seconds.get(one, SLOWEST) < SLOWEST}
            chosen = sorted(quick & set(items), key=seconds.get)
            verdict = _verdict(name, [items[one] for one in chosen])
            with results.open("a", encoding="utf-8") as file:
                file.write(f"{name}: {verdict}\n")
    return True


def _verdict(name: str, tests: list[Any]) -> str:
    if not tests:
        return "no tests"
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.environ["MUTANT_UNDER_TEST"] = name
        code = 2
        try:
            code = _first_failure(tests)
        finally:
            os._exit(code)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return {0: "survived", 1: "killed"}.get(status, "timeout" if status < 0 else "killed")


def _first_failure(tests: list[Any]) -> int:
    for test, following in zip(tests, [*tests[1:], None], strict=True):
        if any(report.failed for report in runtestprotocol(test, nextitem=following, log=False)):
            return 1
    return 0
