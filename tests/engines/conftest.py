"""Says at the end what Spark did, so that a log shows whether it really ran."""

from __future__ import annotations

from typing import Any

from engine_frames import spark_session


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Name the version, the master and the jobs of the session that the tests used."""
    if not spark_session.cache_info().currsize:
        return
    context = spark_session().sparkContext
    done = context.statusTracker().getJobIdsForGroup(None)
    terminalreporter.write_line(
        f"Spark {context.version} ran on {context.master} (Java "
        f"{context._jvm.System.getProperty('java.version')}): {len(done)} jobs."
    )
