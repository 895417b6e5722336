"""Loading seed files: by natural keys, all or nothing, and never over an editor's change unless told to."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from claims import reference, workflow
from claims.models import Claim, Methodology, Reference, Site, Speaker, Topic, Verdict
from claims.publishing import body_digest
from claims.seeding import export, store, store_claims
from claims.seeding.archive import Archive, parts
from claims.seeding.files import SeedError
from claims.seeding.folder import Placed, read_folder
from claims.seeding.merged import follow
from claims.subjects import identifier_of
from sources.models import Publisher, Source

# Records between two lines of progress.
STEP = 100

CREATED, UPDATED, UNCHANGED, KEPT = "created", "updated", "unchanged", "kept"


@dataclass
class Report:
    """What a load did: a count of outcomes per kind of record, and the records that were left as editors have them.

    `merged` names the files' rows that the desk merged into others, which a load does not make again.
    """

    tally: dict[str, Counter[str]] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    merged: dict[str, str] = field(default_factory=dict)
    texts: int = 0
    published: int = 0
    quotations: int = 0

    def note(self, kind: str, outcome: str, identifier: str) -> None:
        self.tally.setdefault(kind, Counter())[outcome] += 1
        if outcome == KEPT:
            self.kept.append(f"{kind}/{identifier}")

    @property
    def changed(self) -> bool:
        return bool(self.texts or self.published) or any(
            counts[CREATED] or counts[UPDATED] for counts in self.tally.values()
        )


@transaction.atomic
def load(
    folder: Path,
    *,
    at: dt.datetime,
    archive: Path | None = None,
    update: bool = False,
    dry_run: bool = False,
    say: Callable[[str], None],
) -> Report:
    """Load every seed file of `folder` and publish what is new as the two inactive desk accounts.

    Records that are there already are left alone, or made to say what the file says where `update` is set.
    Raises SeedError, and changes nothing, at the first thing that cannot be used.
    """
    seeds = read_folder(folder)
    seeds, archived, merged = follow(seeds)
    texts = Archive(archive, archived) if archive else None
    report = Report(merged=merged)
    author, reader = desk_accounts()
    merge = _Merge(report, update=update, at=at)
    for kind, rows, exported, stored in _REFERENCE_KINDS:
        merge.rows(kind, seeds.kinds[kind], rows, exported, stored)
    if seeds.site:
        merge.site(seeds.site)
    if texts:
        report.texts = texts.take_in(at=at)
    claims = [_settled(placed, texts) for placed in seeds.kinds["claims"]]
    changed = merge.claims(claims, author=author, say=say)
    if texts:
        texts.check()
        report.quotations = sum(
            1 for placed in claims for _, part in parts(placed.record) if "quotation" in part
        )
    loaded = {placed.identifier for placed in claims}
    try:
        for claim in filter(_differs, changed):
            workflow.publish_as_seeds(claim, author=author, reader=reader, at=at, together=loaded)
            report.published += 1
            if report.published % STEP == 0:
                say(f"claims: {report.published} published")
    except workflow.Refused as error:
        raise SeedError(f"The seeds cannot be published: {error}") from error
    if dry_run:
        transaction.set_rollback(True)
    return report


def desk_accounts() -> tuple[User, User]:
    """The two inactive accounts that seeds are published as; nobody can sign in with them."""
    accounts = []
    for username, name in (
        (workflow.SEED_AUTHOR, "Seed desk, author"),
        (workflow.SEED_READER, "Seed desk, reader"),
    ):
        account, created = User.objects.get_or_create(
            username=username, defaults={"is_active": False, "first_name": name}
        )
        if created:
            account.set_unusable_password()
            account.save()
        accounts.append(account)
    return accounts[0], accounts[1]


def _settled(placed: Placed, archive: Archive | None) -> Placed:
    """The claim record with every quotation in positions."""
    for name, part in parts(placed.record):
        quotation = part.get("quotation")
        where = f"{placed.where}, {name}"
        if quotation is None:
            continue
        if archive:
            part["quotation"] = archive.settle(quotation, source=part["source"], where=where)
        elif "words" in quotation:
            raise SeedError(
                f"{where}: the words have no positions yet. Load with --archive to find them in the archived text, "
                "then write them down with dump_seeds."
            )
    return placed


def _differs(claim: Claim) -> bool:
    """Whether publishing the claim as a seed would say anything that is not public already."""
    publication = getattr(claim, "publication", None)
    if publication is None:
        return True
    public: str = publication.revision.body_digest
    fresh = Claim.objects.for_documents().get(pk=claim.pk)
    return body_digest(fresh, second_read_note=workflow.SEED_NOTE) != public


class _Merge:
    """Files against rows, kind by kind."""

    def __init__(self, report: Report, *, update: bool, at: dt.datetime) -> None:
        self.report, self.update, self.at = report, update, at

    def outcome(self, current: Any, placed: Placed, exported: Callable[[Any], Any]) -> str:
        if current is None:
            return CREATED
        if exported(current) == placed.record:
            return UNCHANGED
        return UPDATED if self.update else KEPT

    def site(self, placed: Placed) -> None:
        """A site that names no publisher was never set up; the seeds' own is taken."""
        site = Site.objects.current()
        outcome = self.outcome(site if site.publisher else None, placed, export.site_record)
        self.report.note("site", outcome, "site")
        if outcome in (CREATED, UPDATED):
            store.store_site(placed.record, site, where=placed.where)

    def rows(
        self,
        kind: str,
        records: Iterable[Placed],
        rows: Callable[[], Iterable[Any]],
        exported: Callable[[Any], Any],
        stored: Callable[..., Any],
    ) -> None:
        known = {identifier_of(reference.subject_of(row)): row for row in rows()}
        for placed in records:
            current = known.get(placed.identifier)
            outcome = self.outcome(current, placed, exported)
            self.report.note(kind, outcome, placed.identifier)
            if outcome in (CREATED, UPDATED):
                row = stored(placed.record, current, where=placed.where)
                self.refresh_reference(row)

    def refresh_reference(self, row: Any) -> None:
        """A row that is on the record already changes there too, by an entry of its own."""
        if Reference.objects.filter(subject=reference.subject_of(row)).exists():
            fresh = type(row)._default_manager.get(pk=row.pk)
            try:
                reference.put_on_record(fresh, note="Updated from reviewed seed files.", at=self.at)
            except reference.Illegible as error:
                raise SeedError(str(error)) from error

    def claims(self, records: list[Placed], *, author: User, say: Callable[[str], None]) -> list[Claim]:
        """Store what is new or to be updated, relations last; returns those claims."""
        known = {claim.slug: claim for claim in Claim.objects.for_seeds()}
        changed: list[tuple[Placed, Claim]] = []
        for count, placed in enumerate(records, start=1):
            if count % STEP == 0:
                say(f"claims: {count} of {len(records)} stored")
            current = known.get(placed.identifier)
            if current is not None and not hasattr(current, "verdict"):
                outcome = UPDATED if self.update else KEPT
            else:
                outcome = self.outcome(current, placed, export.claim_record)
                if outcome == UPDATED and current and current.verdict.status != Verdict.Status.PUBLISHED:
                    # Somebody is at work on it: a file does not take their text away.
                    outcome = KEPT
            self.report.note("claims", outcome, placed.identifier)
            if outcome in (CREATED, UPDATED):
                claim = store_claims.store_claim(placed.record, current, where=placed.where, author=author)
                changed.append((placed, claim))
        for placed, claim in changed:
            store_claims.store_relations(claim, placed.record.get("relations", []), where=placed.where)
        return [Claim.objects.get(pk=claim.pk) for _, claim in changed]


_REFERENCE_KINDS: list[tuple[str, Callable[[], Iterable[Any]], Callable[[Any], Any], Callable[..., Any]]] = [
    ("publishers", Publisher.objects.all, export.publisher_record, store.store_publisher),
    ("topics", Topic.objects.all, export.topic_record, store.store_topic),
    ("speakers", Speaker.objects.for_documents, export.speaker_record, store.store_speaker),
    ("methodologies", Methodology.objects.for_documents, export.methodology_record, store.store_methodology),
    ("sources", Source.objects.for_documents, export.source_record, store.store_source),
]
