"""Many processes append at once: no gap, no entry that appears late. Real transactions, on rows that stay."""

import threading
from collections.abc import Iterator

import pytest
from django.db import connection, connections, transaction
from makers import NOON

from claims import record
from claims.guards import RECORD_GUARDS
from claims.models import Head, Revision
from claims.verification import verify_record
from sources.guards import install, remove


# pytest-django makes a test database for tests that ask for `db`; its own would roll back.
@pytest.fixture(name="db")
def committed(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """A test whose transactions are real leaves rows on the record, which the guards keep for ever.

    So this fixture takes the guards off to clean up, and puts them back. It is the one place that does; pytest-django's
    own transactional fixtures empty every table, which the guards refuse.
    """
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        yield
        remove(connection, RECORD_GUARDS)
        Revision.objects.all().delete()
        Head.objects.update(sequence=0, entry_digest="", at=None)
        install(connection, RECORD_GUARDS)


def test_many_appending_at_once_leave_no_gap(db: None) -> None:
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(10):
                with transaction.atomic():
                    record.append(
                        subject="claims/a", kind="update", note="Newer.", at=NOON, body={"format": 1}
                    )
        except BaseException as error:  # noqa: BLE001 - asserted below, in the thread that can fail the test
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert list(Revision.objects.order_by("sequence").values_list("sequence", "number")) == [
        (number, number) for number in range(1, 41)
    ]
    assert list(verify_record()) == []
