"""Publishers' labels and our ratings: editors say which label filters find under which rating. Nobody guesses.

Readers see what comes of it in lists, so the mapping is on the record: for each publisher a document labels/PUBLISHER
of kind reference with all of its labels that are mapped. It is never shown as a finding of ours.
"""

import datetime as dt
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from claims import permission, projection, record, reference
from claims.canonical import canonical, digest
from claims.models import Label, Reference, Revision
from sources.models import Publisher

PERMISSION = "claims.change_label"
FORMAT = 1


class Refused(Exception):
    """Nothing was changed; the message is a sentence for the editor."""


def ratings() -> list[tuple[str, str]]:
    """Identifier and name of every rating that a published methodology has."""
    found: dict[str, str] = {}
    for methodology in reference.public_all("methodologies"):
        found |= {rating["id"]: rating["label"] for rating in methodology["scale"]["ratings"]}
    return list(found.items())


@transaction.atomic
def map_label(label: Label, *, rating: str, by: User, at: dt.datetime) -> Revision | None:
    """Let filters find what carries the label under `rating`, or under none where it is empty.

    Returns the entry of the record that says so, None where it says so already. Raises Refused where `by` may not, or
    there is no such rating, and server_key.CannotSign as record.append does.
    """
    why_not = permission.objection(by, PERMISSION, to="map publishers' labels", public=True)
    if why_not:
        raise Refused(why_not)
    names = dict(ratings())
    if rating and rating not in names:
        raise Refused("Choose one of the ratings that a published methodology has, or none.")
    # An import looks up what its labels are mapped to under the same lock.
    record.lock_head()
    Label.objects.filter(pk=label.pk).update(rating=rating)
    projection.find_by_labels(label.publisher)
    found = f"Filters find it under “{names[rating]}”" if rating else "No filter by rating finds it"
    return put_on_record(label.publisher, note=f"The label “{label.text}”: {found}.", at=at)


def put_on_record(publisher: Publisher, *, note: str, at: dt.datetime) -> Revision | None:
    """Publish how a publisher's labels are mapped now; None where the record says so already, or nothing ever was."""
    subject, body = f"labels/{publisher.slug}", _document(publisher)
    current = Reference.objects.filter(subject=subject).select_related("revision").first()
    if current is None and not body["labels"]:
        return None
    if current and current.revision.body_digest == digest(canonical(body)):
        return None
    revision = record.append(subject=subject, kind=Revision.Kind.REFERENCE, note=note, at=at, body=body)
    projection.project_reference(revision)
    return revision


def _document(publisher: Publisher) -> dict[str, Any]:
    mapped = Label.objects.filter(publisher=publisher).exclude(rating="").order_by("text")
    rows = sorted(mapped.values_list("text", "rating"))
    return {
        "format": FORMAT,
        "reference": "labels",
        "id": publisher.slug,
        "labels": [{"label": text, "rating": rating} for text, rating in rows],
    }
