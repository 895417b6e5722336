"""A pytest plugin, loaded by pyproject.toml: tests have a data folder of their own and none of the shell's settings."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator

import pytest

folder = tempfile.mkdtemp(prefix="factcheck-tests-")
atexit.register(shutil.rmtree, folder, ignore_errors=True)


# A wrapper runs before every plain hook, so also before pytest-django reads the settings.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    for name in list(os.environ):
        if name.startswith("FACTCHECK_") or name == "PORT":
            del os.environ[name]
    os.environ["FACTCHECK_DATA_DIR"] = folder
    return (yield)
