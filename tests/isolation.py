"""A pytest plugin, loaded by pyproject.toml: tests have a data folder of their own and none of the shell's settings."""

import atexit
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest

folder = tempfile.mkdtemp(prefix="factcheck-tests-")
atexit.register(shutil.rmtree, folder, ignore_errors=True)


def _terminated(number: int, frame: Any) -> NoReturn:
    # Python does not clean up after a terminate signal of its own accord; a SystemExit would only fail one test.
    pytest.exit("a terminate signal ended the run", returncode=128 + number)


signal.signal(signal.SIGTERM, _terminated)


# A wrapper runs before every plain hook, so also before pytest-django reads the settings.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    for name in list(os.environ):
        if name.startswith("FACTCHECK_") or name in ("PORT", "REDIS_URL"):
            del os.environ[name]
    os.environ["FACTCHECK_DATA_DIR"] = folder
    # Walks ask more in a minute than any reader.
    os.environ["FACTCHECK_READS_PER_MINUTE"] = "1000000"
    return (yield)
