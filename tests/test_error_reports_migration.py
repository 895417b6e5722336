"""Reports that were closed before outcomes named their entries: the entry is found, or the report is open again."""

import json
from collections.abc import Iterator

import pytest
from places import Place, empty_place

MIGRATE = """
import datetime as dt, json, django; django.setup()
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
graph = MigrationExecutor(connection).loader
(name,) = [name for app, name in graph.graph.nodes if app == "claims" and name.endswith("_report")]
before = [one for one in graph.get_migration("claims", name).dependencies if one[0] == "claims"]

executor = MigrationExecutor(connection)
executor.migrate(before)
apps = executor.loader.project_state(before).apps
made = apps.get_model("claims", "Claim").objects
claims = [made.create(slug=f"c-{n}", text="It opens.", title="Opens?") for n in (1, 2)]
previous, entries = "", [("publication", 0), ("correction", 2), ("clarification", 3), ("correction", 4)]
for sequence, (kind, days) in enumerate(entries, start=1):
    apps.get_model("claims", "Revision").objects.create(
        sequence=sequence, subject="claims/c-1", number=sequence, kind=kind, at=NOON + dt.timedelta(days=days),
        body="{}", body_digest="0" * 64, previous=previous, entry_digest=str(sequence) * 64,
    )
    previous = str(sequence) * 64
for claim, day, outcome in [
    (0, 1, "corrected"), (0, 3, "corrected"), (0, 1, "clarified"), (0, 4, "clarified"), (1, 1, "withdrawn"),
    (0, 1, "upheld"), (0, 1, ""),
]:
    apps.get_model("claims", "ErrorReport").objects.create(
        claim=claims[claim], text="Wrong.", reported_at=NOON + dt.timedelta(days=day), due_on=NOON.date(),
        outcome=outcome, outcome_note="Looked at." if outcome else "",
    )

executor = MigrationExecutor(connection)
executor.migrate([("claims", name)])
apps = executor.loader.project_state([("claims", name)]).apps
reports = apps.get_model("claims", "ErrorReport").objects.order_by("pk")
print(json.dumps(list(reports.values_list("outcome", "revision", "outcome_note", "channel"))))
"""


TYPING_ERRORS = """
import datetime as dt, json, django; django.setup()
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
graph = MigrationExecutor(connection).loader
(name,) = [name for app, name in graph.graph.nodes if app == "claims" and name.endswith("_typing_errors")]
before = [one for one in graph.get_migration("claims", name).dependencies if one[0] == "claims"]

executor = MigrationExecutor(connection)
executor.migrate(before)
apps = executor.loader.project_state(before).apps
claim = apps.get_model("claims", "Claim").objects.create(slug="c", text="It opens.", title="Opens?")
previous = ""
for sequence, kind in enumerate(["publication", "correction", "typo"], start=1):
    apps.get_model("claims", "Revision").objects.create(
        sequence=sequence, subject="claims/c", number=sequence, kind=kind, at=NOON, body="{}",
        body_digest="0" * 64, previous=previous, entry_digest=str(sequence) * 64,
    )
    previous = str(sequence) * 64
reports = apps.get_model("claims", "ErrorReport").objects
for outcome, entry in [("corrected", 2), ("corrected", 3), ("clarified", 3), ("upheld", None), ("", None)]:
    reports.create(
        claim=claim, text="Wrong.", reported_at=NOON, due_on=NOON.date(), channel="form",
        outcome=outcome, outcome_note="Looked at." if outcome else "", revision_id=entry,
    )
found = []
for target in ([("claims", name)], before):
    executor = MigrationExecutor(connection)
    executor.migrate(target)
    apps = executor.loader.project_state(target).apps
    reports = apps.get_model("claims", "ErrorReport").objects.order_by("pk")
    found.append(list(reports.values_list("outcome", "revision")))
print(json.dumps(found))
"""


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = empty_place(tmp_path_factory.mktemp("place"))
    yield made
    made.drop()


def test_each_outcome_finds_the_entry_that_followed(place: Place) -> None:
    done = place.python("-c", MIGRATE)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    again = "(Opened again: no entry on the record was found that says so. Choose the outcome again.)"
    assert found == [
        ["corrected", 2, "Looked at.", "desk"],
        ["corrected", 4, "Looked at.", "desk"],
        ["clarified", 3, "Looked at.", "desk"],
        ["", None, f"Looked at.\nClarified. {again}", "desk"],
        ["", None, f"Looked at.\nWithdrawn. {again}", "desk"],
        ["upheld", None, "Looked at.", "desk"],
        ["", None, "", "desk"],
    ]


def test_what_was_a_typing_error_says_so_and_goes_back(place: Place) -> None:
    done = place.python("-c", TYPING_ERRORS)
    assert done.returncode == 0, done.stderr
    there, back = json.loads(done.stdout)
    rest = [["upheld", None], ["", None]]
    assert there == [["corrected", 2], ["typo", 3], ["typo", 3], *rest]
    assert back == [["corrected", 2], ["corrected", 3], ["corrected", 3], *rest]
