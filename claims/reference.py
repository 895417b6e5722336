"""Reference data on the public record: the one door through which a name, label or definition changes in public.

Public pages read speakers, sources, topics, publishers and methodologies from here, never from the editors' rows.
"""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, models, transaction
from django.db.models.functions import Substr

from claims import body as forms
from claims import legible, permission, projection, record, redirects
from claims.canonical import canonical, digest
from claims.models import (
    Claim,
    Methodology,
    Publication,
    PublicationPublisher,
    PublicationSource,
    PublicationTopic,
    Reference,
    Revision,
    Site,
    Speaker,
    Topic,
)
from sources.models import Publisher, Snapshot, Source

_FORMS: dict[type, Any] = {
    Speaker: ("speakers", forms.speaker_reference),
    Source: ("sources", forms.source_reference),
    Topic: ("topics", forms.topic_reference),
    Publisher: ("publishers", forms.publisher_reference),
    Methodology: ("methodologies", forms.methodology_reference),
    Site: ("site", forms.site_reference),
}

Row = Speaker | Source | Topic | Publisher | Methodology | Site


def subject_of(row: Row) -> str:
    """What the record calls a reference row."""
    kind, _ = _FORMS[type(row)]
    if isinstance(row, Site):
        return "site"
    return f"{kind}/{row.version if isinstance(row, Methodology) else row.slug}"


def public_form(row: Row) -> dict[str, Any]:
    """The row as it would be published now."""
    _, form = _FORMS[type(row)]
    made: dict[str, Any] = form(row)
    return made


@transaction.atomic
def put_on_record(row: Row, *, note: str, at: dt.datetime) -> Revision | None:
    """Publish the row as it stands, with a public note; None where the record already says exactly this.

    Raises Illegible where there is no note, or a text that nobody can read.
    """
    subject, body = subject_of(row), public_form(row)
    current = Reference.objects.filter(subject=subject).select_related("revision").first()
    if current and current.revision.body_digest == digest(canonical(body)):
        return None
    if legible.is_blank(note):
        raise Illegible("Say in a public note what is changed.")
    wrong = [legible.objection(note, named="The note"), *illegible([row])]
    if any(wrong):
        raise Illegible(" ".join(filter(None, wrong)))
    revision = record.append(subject=subject, kind=Revision.Kind.REFERENCE, note=note, at=at, body=body)
    projection.project_reference(revision)
    return revision


def recorded(row: Row) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """The row as the record has it, and as it would be published now; None where it is not on record."""
    current = Reference.objects.filter(subject=subject_of(row)).select_related("revision").first()
    return (_document(current), public_form(row)) if current else None


def not_public_yet(row: Row) -> list[tuple[str, str, str]]:
    """What readers do not know yet of a row that they know: a name, what they have, what the row says now."""
    documents = recorded(row)
    if documents is None:
        return []
    public, now = documents
    return [
        (_named(name), _in_words(public.get(name)), _in_words(now.get(name)))
        for name in sorted({*public, *now} - _FORM)
        if public.get(name) != now.get(name)
    ]


def in_words(row: Row) -> list[tuple[str, str]]:
    """What readers would see of the row now, for whoever has to read it first."""
    shown = (
        (_named(name), _in_words(value)) for name, value in public_form(row).items() if name not in _FORM
    )
    return [(name, text) for name, text in shown if text]


_FORM = {"format", "reference"}


def _named(member: str) -> str:
    return member.replace("_", " ")


def _in_words(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(map(_in_words, value))
    if isinstance(value, dict):
        return ", ".join(_in_words(part) for part in value.values() if part is not None)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


class NotUsed(Exception):
    """The row is not on the record: no published fact-check has used it, so readers do not know it."""


class NotAllowed(Exception):
    """The account may not change what the public reads; the message says why."""


class Illegible(Exception):
    """A note or a text is missing, or holds what nobody can read; the message says which."""


PERMISSION = "claims.publish_reference"
CHANGE = "change what the public reads"


class Moved(Exception):
    """The row is another one than the account had before it."""


@transaction.atomic
def change(
    row: Row, *, by: User, at: dt.datetime, seen: str, note: str = "The data was changed by its editors."
) -> Revision | None:
    """Publish a row that readers know already as it stands now, which is what `by` has seen.

    `seen` is the digest of public_form(row). Raises NotUsed for a row that readers do not know, NotAllowed where `by`
    may not, Moved where the row was changed since, and Illegible as put_on_record does.
    """
    why_not = why_not_change(by)
    if why_not:
        raise NotAllowed(why_not)
    if not Reference.objects.filter(subject=subject_of(row)).exists():
        raise NotUsed(
            f"“{row}” is not used by a published fact-check; it goes on record with the first that does."
        )
    lock([row])
    fresh: Row = type(row)._default_manager.get(pk=row.pk)
    if seen != seen_digest(fresh):
        raise Moved(f"“{fresh}” was changed while you were looking at it: nothing was published. Look again.")
    return put_on_record(fresh, note=note, at=at)


def why_not_change(by: User) -> str:
    """Why `by` may not change what the public reads; empty where they may."""
    return permission.objection(by, PERMISSION, to=CHANGE, public=True)


def seen_digest(row: Row) -> str:
    """What stands for the public form of a row: who confirms it names this."""
    return digest(canonical(public_form(row)))


def illegible(rows: Iterable[Row]) -> list[str]:
    """Why the public texts of these rows cannot go on the record, in sentences: characters that nobody can read."""
    found = (
        legible.objection(text, named=f"The {_named(member)} of {subject_of(row)}")
        for row in rows
        for member, value in public_form(row).items()
        for text in legible.texts(value)
    )
    return [sentence for sentence in found if sentence]


def lock(rows: Iterable[Row]) -> None:
    """Wait for whoever is changing these rows, and let nobody change them until the transaction ends.

    Always in the same order, so that two who wait do not wait for each other. SQLite has one writer at a time.
    """
    if not connection.features.has_select_for_update:
        return
    keys: dict[type[Row], set[int]] = defaultdict(set)
    for row in rows:
        keys[type(row)].add(row.pk)
    for model in sorted(keys, key=lambda model: model.__name__):
        locked = model._base_manager.select_for_update(no_key=True).filter(pk__in=keys[model])
        list(locked.order_by("pk").values_list("pk"))


def rows_of(claim: Claim, *, site: Site) -> list[Row]:
    """The reference rows that a publication of `claim` shows, each once."""
    cited = [appearance.source for appearance in claim.appearances.all()]
    cited += [evidence.source for evidence in claim.verdict.evidence.all()]
    rows: list[Row | None] = [
        site,
        claim.verdict.methodology,
        site.publisher,
        claim.speaker,
        *claim.topics.all(),
    ]
    for source in cited:
        rows += [source.publisher, source]
    return list({subject_of(row): row for row in rows if row is not None}.values())


def first_use(rows: Iterable[Row], *, at: dt.datetime) -> None:
    """Put rows on record that no publication has used before; rows on record stay as the record has them."""
    for row in unrecorded(rows):
        put_on_record(row, note="First used by a published fact-check.", at=at)


# Reference rows are public only while a current publication uses them; methodologies explain old ones too.
# For each kind: its rows, the rows that say that a publication uses one, and by which column.
_USES: dict[str, tuple[type[models.Model], type[models.Model], str]] = {
    "speakers": (Speaker, Publication, "speaker"),
    "sources": (Source, PublicationSource, "source"),
    "topics": (Topic, PublicationTopic, "topic"),
    "publishers": (Publisher, PublicationPublisher, "publisher"),
}


def _used(kind: str) -> models.QuerySet[Any] | None:
    """The rows of a kind that current publications use: an index look-up per row, however many publications."""
    if kind not in _USES:
        return None
    rows, link, column = _USES[kind]
    uses = link._default_manager.filter(**{column: models.OuterRef("pk")}).order_by()
    return rows._default_manager.order_by().filter(models.Exists(uses))


def unrecorded(rows: Iterable[Row]) -> list[Row]:
    """The rows that a publication would put on record for the first time."""
    by_subject = {subject_of(row): row for row in rows}
    known = set(Reference.objects.filter(subject__in=by_subject).values_list("subject", flat=True))
    new = [row for subject, row in by_subject.items() if subject not in known]
    listed = models.Prefetch("snapshots", Snapshot.objects.defer("text"))
    models.prefetch_related_objects([row for row in new if isinstance(row, Source)], listed)
    return new


def public_site() -> dict[str, Any] | None:
    """The site as the record has it; None before anything was published."""
    reference = Reference.objects.filter(subject="site").select_related("revision").first()
    return _document(reference) if reference else None


def public(kind: str, identifier: str) -> dict[str, Any] | None:
    """The published reference document, or None where no current publication uses the row.

    An identifier that was public until its row was merged gives the document of the row that is left.
    """
    reference = Reference.objects.filter(subject=f"{kind}/{identifier}").select_related("revision").first()
    if reference is None:
        return None
    if _document(reference).get("reference") == forms.MERGED:
        into = successors(kind, [identifier]).get(identifier)
        return public(kind, into) if into else None
    used = _used(kind)
    if used is not None and not used.filter(slug=identifier).exists():
        return None
    return _document(reference)


def public_all(kind: str) -> list[dict[str, Any]]:
    """Every public reference document of a kind, in the order of its subject."""
    references = Reference.objects.filter(subject__startswith=f"{kind}/").select_related("revision")
    used = _used(kind)
    if used is not None:
        identifiers = used.values_list("slug", flat=True)
        references = references.filter(subject__in=[f"{kind}/{identifier}" for identifier in identifiers])
    return [_document(reference) for reference in references.order_by("subject")]


def listed(kind: str) -> models.QuerySet[Reference]:
    """The public rows of a kind with their last entries; lists turn pages by `sequence` (claims.paging)."""
    references = Reference.objects.filter(subject__startswith=f"{kind}/").select_related("revision")
    used = _used(kind)
    if used is not None:
        identifier = Substr(models.OuterRef("subject"), len(kind) + 2)
        references = references.filter(models.Exists(used.filter(slug=identifier)))
    return references.annotate(sequence=models.F("revision_id")).order_by("-sequence")


def slugs(kind: str) -> models.QuerySet[Any]:
    """The identifiers of the public rows of a kind that has pages, in their order."""
    used = _used(kind)
    if used is None:
        raise ValueError(f"Rows of the kind {kind} have no pages.")
    return used.order_by("slug").values_list("slug", flat=True)


def named(kind: str, identifiers: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Published reference documents by the identifiers asked for, in one query where none of them was merged."""
    subjects = [f"{kind}/{identifier}" for identifier in identifiers]
    references = Reference.objects.filter(subject__in=subjects).select_related("revision")
    found = {reference.subject.partition("/")[2]: _document(reference) for reference in references}
    merged = [
        identifier for identifier, document in found.items() if document.get("reference") == forms.MERGED
    ]
    if merged:
        now = successors(kind, merged)
        documents = named(kind, set(now.values()))
        for identifier in merged:
            del found[identifier]
            if now.get(identifier) in documents:
                found[identifier] = documents[now[identifier]]
    return found


def with_pages(kind: str, identifiers: Iterable[str]) -> set[str]:
    """Those of the identifiers whose address leads to a page: of a row in use, or merged into one that is."""
    asked, used = set(identifiers), _used(kind)
    if not asked or used is None:
        return asked
    now = {identifier: identifier for identifier in asked} | successors(kind, asked)
    there = set(used.filter(slug__in=set(now.values())).values_list("slug", flat=True))
    return {identifier for identifier in asked if now[identifier] in there}


def successors(kind: str, identifiers: Iterable[str]) -> dict[str, str]:
    """What merged rows are called now, as far as readers ever knew them: a private row's old name tells nobody."""
    subjects = {f"{kind}/{identifier}" for identifier in identifiers}
    known = set(Reference.objects.filter(subject__in=subjects).values_list("subject", flat=True))
    return {
        subject.partition("/")[2]: into.partition("/")[2] for subject, into in redirects.among(known).items()
    }


def _document(reference: Reference) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(reference.revision.body or "null")
    return document
