"""What becomes of each field and relation of a row that is merged into another: the table, and how it is done."""

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from claims import projection
from claims.models import Publication, Site, Speaker, SpeakerAlias, SpeakerLink, Topic, Verdict
from claims.readiness import quotation_problems
from sources.dates import published_date
from sources.models import Publisher, Quotation, Snapshot, Source

Mergeable = Speaker | Source | Topic | Publisher

KEPT, GONE = "kept", "gone"


class Strategy(Enum):
    """What is done with one field or relation; `shown` says whether the editor's page has a line for it."""

    KEEP = "keep"
    DERIVED = "derived"
    SAME = "same"
    CHOOSE = "choose"
    ALONG = "along"
    UNION = "union"
    MOVE = "move"
    PAIRS = "pairs"
    BY_PAIRS = "by pairs"

    @property
    def shown(self) -> bool:
        return self not in (Strategy.DERIVED, Strategy.ALONG, Strategy.BY_PAIRS)

    def sentence(self, *, kept: str, gone: str) -> str:
        """What happens, given what both rows have there in print."""
        if self is Strategy.KEEP:
            return "Stays as it is; the other one’s old address leads here."
        if self is Strategy.UNION:
            return "Taken together, each once." if gone else "Stays as it is."
        if self in (Strategy.MOVE, Strategy.PAIRS):
            return "Moved to the row that is kept." if gone else "Nothing to move."
        if kept == gone or not gone:
            return "Stays as it is."
        if not kept:
            return "Taken over, since it is empty here."
        return "Differs: choose which one stays."


_KEEP, _DERIVED, _CHOOSE, _ALONG = Strategy.KEEP, Strategy.DERIVED, Strategy.CHOOSE, Strategy.ALONG
_UNION, _MOVE, _PAIRS, _BY_PAIRS = Strategy.UNION, Strategy.MOVE, Strategy.PAIRS, Strategy.BY_PAIRS

# By field, and by "app.model.field" for what points to the row; a test fails on anything that is missing here.
# In the order of the editor's page.
STRATEGIES: dict[type[models.Model], dict[str, Strategy]] = {
    Speaker: {
        "id": _DERIVED,
        "slug": _KEEP,
        "name": _CHOOSE,
        "kind": Strategy.SAME,
        "description": _CHOOSE,
        "sort_key": _DERIVED,
        "claims.speakeralias.speaker": _UNION,
        "claims.speakerlink.speaker": _UNION,
        "claims.claim.speaker": _MOVE,
        "claims.publication.speaker": _MOVE,
    },
    Source: {
        "id": _DERIVED,
        "slug": _KEEP,
        "kind": _CHOOSE,
        "title": _CHOOSE,
        "publisher": _CHOOSE,
        "byline": _CHOOSE,
        "published_on": _CHOOSE,
        "published_on_precision": _ALONG,
        "published_on_reason": _ALONG,
        "language": _CHOOSE,
        "link": _CHOOSE,
        "archived_at": _CHOOSE,
        "note": _CHOOSE,
        "title_folded": _DERIVED,
        "sources.snapshot.source": _UNION,
        "claims.appearance.source": _MOVE,
        "claims.evidence.source": _MOVE,
        "claims.publicationsource.source": _PAIRS,
        "claims.publication.sources": _BY_PAIRS,
    },
    Topic: {
        "id": _DERIVED,
        "slug": _KEEP,
        "name": _CHOOSE,
        "description": _CHOOSE,
        "sort_key": _DERIVED,
        "claims.claim_topics.topic": _PAIRS,
        "claims.claim.topics": _BY_PAIRS,
        "claims.publicationtopic.topic": _PAIRS,
        "claims.publication.topics": _BY_PAIRS,
    },
    Publisher: {
        "id": _DERIVED,
        "slug": _KEEP,
        "name": _CHOOSE,
        "site": _CHOOSE,
        "note": _CHOOSE,
        "sort_key": _DERIVED,
        "sources.source.publisher": _MOVE,
        "claims.site.publisher": _MOVE,
        "claims.publicationpublisher.publisher": _PAIRS,
        "claims.publication.publishers": _BY_PAIRS,
        "claims.publication.publisher": _MOVE,
        "claims.label.publisher": _PAIRS,
    },
}

# What is chosen together with a field, because it says nothing without it.
_GROUPS = {"published_on": ("published_on", "published_on_precision", "published_on_reason")}

# By which ways a verdict shows the row.
_USES: dict[type[models.Model], tuple[str, ...]] = {
    Speaker: ("claim__speaker",),
    Topic: ("claim__topics",),
    Source: ("claim__appearances__source", "evidence__source"),
    Publisher: ("claim__appearances__source__publisher", "evidence__source__publisher"),
}


def key_of(field: Any) -> str:
    """The name under which a field or relation stands in the table."""
    if not field.auto_created or field.concrete:
        return str(field.name)
    return f"{field.related_model._meta.label_lower}.{field.field.name}"


def _relation(model: type[models.Model], key: str) -> Any:
    fields = model._meta.get_fields(include_hidden=True)
    return next(field for field in fields if key_of(field) == key)


def label(model: type[models.Model], key: str) -> str:
    if "." not in key:
        return str(model._meta.get_field(key).verbose_name)  # type: ignore[union-attr]
    related = _relation(model, key).related_model
    if related._meta.auto_created:
        related = related._meta.auto_created
    names = {"publication source": "published fact-checks", "publication topic": "published fact-checks"}
    names |= {"publication publisher": "published fact-checks", "publication": "published fact-checks"}
    return str(names.get(related._meta.verbose_name, related._meta.verbose_name_plural))


def pointing(row: Mergeable, key: str) -> models.QuerySet[Any]:
    """The rows that point to `row` by one relation."""
    relation = _relation(type(row), key)
    rows: models.QuerySet[Any] = relation.related_model._default_manager.filter(**{relation.field.name: row})
    return rows


def shown(row: Mergeable, key: str) -> str:
    """What the row has in a field, or by a relation, in print."""
    strategy = STRATEGIES[type(row)][key]
    if strategy is Strategy.UNION:
        return ", ".join(
            f"{part.sha256[:12]} ({part.length} characters)" if isinstance(part, Snapshot) else str(part)
            for part in pointing(row, key)
        )
    if "." in key:
        count = pointing(row, key).count()
        return str(count) if count else ""
    if key in _GROUPS:
        date = published_date(row, key)
        return " — ".join(part for part in date.values() if part) if date else ""  # type: ignore[misc]
    value = getattr(row, f"get_{key}_display", lambda: getattr(row, key))()
    return "" if value is None else str(value)


def values(row: Mergeable) -> dict[str, str]:
    """What an editor decides upon: the row's own fields, and its parts."""
    strategies = STRATEGIES[type(row)]
    asked = [key for key in strategies if "." not in key or strategies[key] is Strategy.UNION]
    return {key: shown(row, key) for key in asked}


def uses(model: type[models.Model], rows: Iterable[Mergeable]) -> models.QuerySet[Verdict]:
    """The verdicts whose documents show one of the rows."""
    wanted = [row.pk for row in rows]
    if model is Publisher and Site.objects.filter(publisher__in=wanted).exists():
        # Every document names the house's own publisher.
        return Verdict.objects.all()
    by_any = Q()
    for way in _USES[model]:
        by_any |= Q(**{f"{way}__in": wanted})
    return Verdict.objects.filter(by_any).distinct()


def publications(row: Mergeable) -> int:
    """How many current publications name the row."""
    names = {Speaker: "speaker", Source: "sources", Topic: "topics", Publisher: "publishers"}
    return Publication.objects.filter(**{names[type(row)]: row}).distinct().count()


def join(kept: Mergeable, gone: Mergeable, *, chosen: Mapping[str, str]) -> None:
    """Do what the table says and delete `gone`; raises ValidationError where the result breaks a rule."""
    strategies = STRATEGIES[type(kept)]
    taken = {
        key
        for key, strategy in strategies.items()
        if strategy is Strategy.CHOOSE
        and (chosen.get(key) == GONE or (not shown(kept, key) and shown(gone, key)))
    }
    parts = [getattr(gone, part) for key in taken for part in _GROUPS.get(key, (key,))]
    names = [part for key in taken for part in _GROUPS.get(key, (key,))]
    before = _broken(kept, gone) if isinstance(kept, Source) and isinstance(gone, Source) else {}
    for key, strategy in strategies.items():
        if strategy is Strategy.MOVE:
            pointing(gone, key).update(**{_relation(type(kept), key).field.name: kept})
        elif strategy is Strategy.PAIRS:
            _move_pairs(kept, gone, key)
    if isinstance(kept, Source) and isinstance(gone, Source):
        _join_snapshots(kept, gone)
    if isinstance(kept, Speaker) and isinstance(gone, Speaker):
        _join_links(kept, gone)
        name, other = (gone.name, kept.name) if "name" in taken else (kept.name, gone.name)
        _join_aliases(kept, gone, name=name, other=other)
    gone.delete()
    for part, value in zip(names, parts, strict=True):
        setattr(kept, part, value)
    kept.full_clean(exclude=["slug"])
    kept.save()
    if isinstance(kept, Publisher):
        projection.find_by_labels(kept)
    if before is not None and isinstance(kept, Source):
        _still_hold(kept, before)


def _move_pairs(kept: Mergeable, gone: Mergeable, key: str) -> None:
    """Join rows: what both rows are joined to keeps one."""
    relation = _relation(type(kept), key)
    name = relation.field.name
    constraint = {
        "claims.claim_topics.topic": ("claim",),
        "claims.publicationtopic.topic": ("publication",),
        "claims.publicationsource.source": ("publication",),
        "claims.publicationpublisher.publisher": ("publication", "of"),
        "claims.label.publisher": ("text",),
    }[key]
    twins = relation.related_model._default_manager.filter(
        **{name: kept}, **{column: models.OuterRef(column) for column in constraint}
    )
    pointing(gone, key).filter(models.Exists(twins)).delete()
    pointing(gone, key).update(**{name: kept})


def _join_aliases(kept: Speaker, gone: Speaker, *, name: str, other: str) -> None:
    """All spellings, each once; the name that is not kept is one of them."""
    wanted: dict[str, str] = {}
    rows = [*kept.aliases.all(), *gone.aliases.all()]
    for spelling, language in [*((row.name, row.language) for row in rows), (other, "")]:
        if spelling != name:
            wanted[spelling] = wanted.get(spelling) or language
    SpeakerAlias.objects.filter(speaker__in=[kept, gone]).delete()
    SpeakerAlias.objects.bulk_create(
        SpeakerAlias(speaker=kept, name=spelling, language=language, position=position)
        for position, (spelling, language) in enumerate(wanted.items())
    )


def _join_links(kept: Speaker, gone: Speaker) -> None:
    after = kept.links.count()
    for position, link in enumerate(gone.links.all(), start=after):
        SpeakerLink.objects.filter(pk=link.pk).update(speaker=kept, position=position)


def _join_snapshots(kept: Source, gone: Source) -> None:
    """Texts are known by their SHA-256: of one that both have, the quotations and the text go to the kept row's."""
    twins = {snapshot.sha256: snapshot for snapshot in kept.snapshots.all()}
    for snapshot in gone.snapshots.all():
        twin = twins.get(snapshot.sha256)
        if twin is None:
            Snapshot.objects.filter(pk=snapshot.pk).update(source=kept)
            continue
        Quotation.objects.filter(snapshot=snapshot).update(snapshot=twin)
        if twin.text is None and snapshot.text is not None:
            Snapshot.objects.filter(pk=twin.pk).update(text=snapshot.text, taken_at=snapshot.taken_at)
        if not twin.file and snapshot.file:
            Snapshot.objects.filter(pk=twin.pk).update(file=snapshot.file)
        snapshot.delete()


def _broken(kept: Source, gone: Source) -> dict[int, list[str]] | None:
    """The quotations that do not hold before the merge; None where none can begin to fail by it."""
    if kept.language == gone.language:
        return None
    return _problems(Quotation.objects.filter(snapshot__source__in=[kept, gone]))


def _problems(quotations: models.QuerySet[Quotation]) -> dict[int, list[str]]:
    return {row.pk: quotation_problems(row) for row in quotations.select_related("snapshot__source")}


def _still_hold(kept: Source, before: Mapping[int, list[str]]) -> None:
    """What may be left out of a quotation depends on the language of its source."""
    for key, found in _problems(Quotation.objects.filter(snapshot__source=kept)).items():
        if found and not before.get(key):
            raise ValidationError(
                f"In that language a quotation does not hold any more: {found[0]} Choose the other language."
            )
