"""Fixtures that every test may use."""

import os

import pytest
from django.core.management import call_command
from hypothesis import settings

# Deadlines measure the machine; CI tries the same examples every time, so a failure can be repeated.
settings.register_profile("house", deadline=None, derandomize=bool(os.environ.get("CI")), print_blob=True)
settings.load_profile("house")


@pytest.fixture(scope="session", autouse=True)
def collected_static_files() -> None:
    """Pages name their style sheets through the manifest of the collected files, in tests as on a server."""
    call_command("collectstatic", interactive=False, verbosity=0)
