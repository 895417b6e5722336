"""The triggers of the public record, and the check that demands them."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from sources.guards import SNAPSHOT_GUARDS, Guard, missing, refusal, truncate_refusal

_TABLE = "claims_revision"
_KEPT = (
    "sequence",
    "subject",
    "number",
    "kind",
    "note",
    "at",
    "body_digest",
    "previous",
    "entry_digest",
)
_SAME = " AND ".join(f"NEW.{column} = OLD.{column}" for column in _KEPT)

RECORD_GUARDS = (
    refusal(
        "guard_record_update",
        table=_TABLE,
        event="UPDATE",
        # Redaction is the one exception: the body goes, nothing else, and a later entry says so.
        when=(
            "NOT (NEW.body IS NULL AND OLD.kind <> 'redaction' AND OLD.redacts IS NULL AND NEW.redacts IS NULL "
            f"AND {_SAME} AND EXISTS (SELECT 1 FROM {_TABLE} AS later "
            "WHERE later.kind = 'redaction' AND later.redacts = OLD.sequence AND later.sequence > OLD.sequence))"
        ),
        sentence="The public record cannot be changed: append an entry instead.",
    ),
    refusal(
        "guard_record_delete",
        table=_TABLE,
        event="DELETE",
        when="OLD.sequence IS NOT NULL",
        sentence="The public record cannot be shortened: append an entry instead.",
    ),
    refusal(
        "guard_record_insert",
        table=_TABLE,
        event="INSERT",
        # INSERT OR REPLACE walks round the two guards above; an entry that continues the record replaces nothing.
        when=(
            "NEW.body IS NULL "
            f"OR NEW.sequence <> (SELECT COALESCE(MAX(sequence), 0) + 1 FROM {_TABLE}) "
            f"OR NEW.previous <> COALESCE((SELECT entry_digest FROM {_TABLE} ORDER BY sequence DESC LIMIT 1), '') "
            f"OR EXISTS (SELECT 1 FROM {_TABLE} AS known "
            "WHERE known.entry_digest = NEW.entry_digest "
            "OR (known.subject = NEW.subject AND known.number = NEW.number) OR known.redacts = NEW.redacts)"
        ),
        sentence="An entry continues the public record at its end, with its body.",
    ),
    truncate_refusal(
        "guard_record_truncate",
        table=_TABLE,
        sentence="The public record cannot be emptied.",
    ),
)


def _kept_identifier(table: str, column: str, kind: str) -> Guard:
    """What is on the record is known by its identifier: public rows that carry another would say something else."""
    return refusal(
        f"guard_identifier_{table}",
        table=table,
        event="UPDATE",
        when=(
            f"NEW.{column} <> OLD.{column} AND EXISTS "
            f"(SELECT 1 FROM {_TABLE} AS known WHERE known.subject = '{kind}/' || OLD.{column})"
        ),
        sentence="What is on the public record keeps its identifier.",
    )


IDENTIFIER_GUARDS = (
    _kept_identifier("claims_claim", "slug", "claims"),
    _kept_identifier("claims_speaker", "slug", "speakers"),
    _kept_identifier("claims_topic", "slug", "topics"),
    _kept_identifier("claims_methodology", "version", "methodologies"),
    _kept_identifier("sources_source", "slug", "sources"),
    _kept_identifier("sources_publisher", "slug", "publishers"),
)

GUARDS = (*SNAPSHOT_GUARDS, *RECORD_GUARDS, *IDENTIFIER_GUARDS)


def check_guards(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """System check: every guard stands in every database that holds the record."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        if _TABLE not in connection.introspection.table_names():
            continue
        found += [
            Error(
                f"The guard {name} is missing from the database {alias!r}.",
                hint="A table was remade without installing its guards again: see InstallGuards in sources/guards.py.",
                id="claims.E001",
            )
            for name in missing(connection, GUARDS)
        ]
    return found


def demand_guards() -> None:
    """Refuse to serve from a database without its guards; raises ImproperlyConfigured."""
    connection = connections["default"]
    if _TABLE not in connection.introspection.table_names():
        raise ImproperlyConfigured("The database has no tables yet: run `python manage.py migrate` first.")
    absent = missing(connection, GUARDS)
    if absent:
        raise ImproperlyConfigured(
            "The database does not guard the public record (missing: "
            + ", ".join(absent)
            + "). Find out which migration or person removed the triggers before serving from it."
        )
