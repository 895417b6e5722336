"""The triggers of the public record, and the check that demands them."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from sources.guards import SNAPSHOT_GUARDS, Guard, consequence, missing, refusal, truncate_refusal

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

_SIGNATURES = "claims_signature"
_NOTED = (
    *("correction", "verdict_change", "clarification", "update", "withdrawal", "restoration"),
    *("redaction", "reference", "key"),
)

# They name tables that came after the record's own: a migration that remakes one of those begins with RemoveGuards.
REDACTION_GUARDS = (
    refusal(
        "guard_record_redaction",
        table=_TABLE,
        event="UPDATE",
        # In a signed record nobody takes a body out who cannot sign, or not without making up a signature, which
        # every verification names.
        when=(
            "NEW.body IS NULL AND OLD.body IS NOT NULL AND ("
            f"EXISTS (SELECT 1 FROM claims_publication AS public WHERE public.revision_id = OLD.sequence) "
            f"OR EXISTS (SELECT 1 FROM claims_reference AS public WHERE public.revision_id = OLD.sequence) "
            f"OR NOT EXISTS (SELECT 1 FROM {_TABLE} AS later JOIN claims_head AS head "
            "ON head.sequence >= later.sequence "
            "WHERE later.kind = 'redaction' AND later.redacts = OLD.sequence AND later.subject = OLD.subject "
            f"AND (head.key = '' OR EXISTS (SELECT 1 FROM {_SIGNATURES} AS made "
            "WHERE made.revision_id = later.sequence))))"
        ),
        sentence="Only a redaction on the public record takes out a body, and none that the public reads now.",
    ),
    refusal(
        "guard_record_note",
        table=_TABLE,
        event="INSERT",
        # A guard and no constraint: what was appended before stays as it is.
        when=f"NEW.kind IN ({', '.join(repr(kind) for kind in _NOTED)}) AND TRIM(NEW.note) = ''",
        sentence="This kind of entry has a public note, which says what changed.",
    ),
)

SIGNATURE_GUARDS = (
    refusal(
        "guard_signature_update",
        table=_SIGNATURES,
        event="UPDATE",
        when="OLD.revision_id IS NOT NULL",
        sentence="A signature on the public record cannot be changed.",
    ),
    refusal(
        "guard_signature_delete",
        table=_SIGNATURES,
        event="DELETE",
        when="OLD.revision_id IS NOT NULL",
        sentence="A signature on the public record cannot be taken away.",
    ),
    refusal(
        "guard_signature_insert",
        table=_SIGNATURES,
        event="INSERT",
        # As for entries, against INSERT OR REPLACE; and nobody signs later what was published without a signature: the
        # head moves over entries when they are signed, also where many are appended at once.
        when=(
            f"EXISTS (SELECT 1 FROM {_SIGNATURES} AS known WHERE known.revision_id = NEW.revision_id) "
            f"OR NEW.revision_id > (SELECT COALESCE(MAX(sequence), 0) FROM {_TABLE}) "
            f"OR (NEW.revision_id < (SELECT COALESCE(MAX(sequence), 0) FROM {_TABLE}) "
            "AND NEW.revision_id <= COALESCE((SELECT sequence FROM claims_head WHERE id = 1), 0))"
        ),
        sentence="An entry of the public record is signed once, when it is appended.",
    ),
    truncate_refusal(
        "guard_signature_truncate",
        table=_SIGNATURES,
        sentence="The signatures of the public record cannot be emptied.",
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


def _merged_identifier(table: str, kind: str, event: str) -> Guard:
    """The address of a merged row leads to the row that is left: another row must not be found there."""
    changed = "NEW.slug <> OLD.slug AND " if event == "UPDATE" else ""
    return refusal(
        f"guard_merged_{table}_{event.lower()}",
        table=table,
        event=event,
        when=(
            f"{changed}EXISTS (SELECT 1 FROM claims_redirect AS moved "
            f"WHERE moved.subject = '{kind}/' || NEW.slug)"
        ),
        sentence="This identifier belongs to a row that was merged into another: choose another identifier.",
    )


MERGED_GUARDS = tuple(
    _merged_identifier(table, kind, event)
    for table, kind in (
        ("claims_speaker", "speakers"),
        ("claims_topic", "topics"),
        ("sources_source", "sources"),
        ("sources_publisher", "publishers"),
    )
    for event in ("INSERT", "UPDATE")
)


def _on_record(methodology: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM {_TABLE} AS known JOIN claims_methodology AS kept "
        f"ON known.subject = 'methodologies/' || kept.version WHERE kept.id = {methodology})"
    )


def _of_scale(row: str) -> str:
    return f"(SELECT methodology_id FROM claims_ratingscale WHERE id = {row}.scale_id)"


_SCALE_KEPT = "What a published methodology's numbers mean does not change: make a new version of it."

# Labels and definitions may be mended by an entry of kind reference; numbers and what there is to choose from may not.
SCALE_GUARDS = (
    refusal(
        "guard_published_scale",
        table="claims_ratingscale",
        event="UPDATE",
        when=(
            "(NEW.worst <> OLD.worst OR NEW.best <> OLD.best OR NEW.methodology_id <> OLD.methodology_id) "
            f"AND {_on_record('OLD.methodology_id')}"
        ),
        sentence=_SCALE_KEPT,
    ),
    refusal(
        "guard_published_rating",
        table="claims_rating",
        event="UPDATE",
        when=(
            "(NEW.slug <> OLD.slug OR NEW.scale_id <> OLD.scale_id "
            f"OR COALESCE(NEW.value, 0) <> COALESCE(OLD.value, 0)) AND {_on_record(_of_scale('OLD'))}"
        ),
        sentence=_SCALE_KEPT,
    ),
    refusal(
        "guard_published_rating_insert",
        table="claims_rating",
        event="INSERT",
        when=_on_record(_of_scale("NEW")),
        sentence=_SCALE_KEPT,
    ),
    refusal(
        "guard_published_rating_delete",
        table="claims_rating",
        event="DELETE",
        when=_on_record(_of_scale("OLD")),
        sentence=_SCALE_KEPT,
    ),
    refusal(
        "guard_published_finding",
        table="claims_attributionfinding",
        event="UPDATE",
        when=(
            "(NEW.slug <> OLD.slug OR NEW.methodology_id <> OLD.methodology_id) "
            f"AND {_on_record('OLD.methodology_id')}"
        ),
        sentence=_SCALE_KEPT,
    ),
    refusal(
        "guard_published_finding_insert",
        table="claims_attributionfinding",
        event="INSERT",
        when=_on_record("NEW.methodology_id"),
        sentence=_SCALE_KEPT,
    ),
    refusal(
        "guard_published_finding_delete",
        table="claims_attributionfinding",
        event="DELETE",
        when=_on_record("OLD.methodology_id"),
        sentence=_SCALE_KEPT,
    ),
)

# Another mark whenever a text that the record names comes or goes, whoever does it (claims.freshness): random, since a
# number would come back with a restored backup.
HELD_MARKS = tuple(
    consequence(
        f"mark_held_{event.lower()}",
        table="sources_snapshot",
        event=event,
        when=(
            f"{changed} AND EXISTS (SELECT 1 FROM claims_namedtext AS named WHERE named.sha256 = {row}.sha256)"
        ),
        statement=(
            "INSERT INTO claims_heldmark (id, mark) VALUES (1, {random}) "
            "ON CONFLICT (id) DO UPDATE SET mark = {random}"
        ),
    )
    for event, row, changed in (
        ("INSERT", "NEW", "NEW.text IS NOT NULL"),
        ("UPDATE", "NEW", "(NEW.text IS NULL) <> (OLD.text IS NULL)"),
        ("DELETE", "OLD", "OLD.text IS NOT NULL"),
    )
)

GUARDS = (
    *(*SNAPSHOT_GUARDS, *RECORD_GUARDS, *SIGNATURE_GUARDS, *REDACTION_GUARDS),
    *(*IDENTIFIER_GUARDS, *MERGED_GUARDS, *SCALE_GUARDS, *HELD_MARKS),
)


def check_guards(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """System check: every guard stands in every database that holds the record.

    Where migrations wait, a guard of theirs is not there yet: `migrate` runs this check first and must not be stopped
    by what it is about to mend. No server starts meanwhile (demand_guards), and /readyz says what waits.
    """
    found: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        if _TABLE not in connection.introspection.table_names() or _migrations_wait(connection):
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


def _migrations_wait(connection: BaseDatabaseWrapper) -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


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
