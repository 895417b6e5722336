"""Fixtures that every test may use."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import settings
from whitenoise import WhiteNoise

from factcheck import caching

# Deadlines measure the machine; CI tries the same examples every time, so a failure can be repeated.
settings.register_profile("house", deadline=None, derandomize=bool(os.environ.get("CI")), print_blob=True)
settings.load_profile("house")


@pytest.fixture(scope="session", autouse=True)
def collected_static_files() -> None:
    """Pages name their style sheets through the manifest of the collected files, in tests as on a server."""
    call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def every_answer_is_made() -> Iterator[None]:
    """Tests put rows where they want them, past the record, and count what an answer costs to make.

    Servers that tests start keep answers as servers do, and tests/test_caching.py lets this process keep them.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(caching.kept, "most", 0)
        patch.setattr(caching.marks, "most", 0)
        yield


@pytest.fixture(scope="session", autouse=True)
def static_files_looked_at_once(collected_static_files: None) -> Iterator[None]:
    """Each test client starts the program anew, which looks at every collected file; here these stay as they are."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    look = WhiteNoise.update_files_dictionary

    def look_once(self: WhiteNoise, root: str, prefix: str) -> None:
        if (root, prefix) not in found:
            look(self, root, prefix)
            found[root, prefix] = dict(self.files)
        self.files.update(found[root, prefix])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoise, "update_files_dictionary", look_once)
        yield
