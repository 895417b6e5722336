"""Publishers' labels: mapped to our ratings by editors, for filters only, and on the record."""

import json
import re

import pytest
from django.test import Client
from django.urls import reverse
from filling import filled
from makers import NOON, make_published, make_publisher, make_user
from taken import make_taken

from claims import labels, merging, roles
from claims.models import Label, Publication, Reference, Revision
from claims.verification import verify_record

pytestmark = pytest.mark.django_db


@pytest.fixture
def label() -> Label:
    make_published(rating="mixed")
    make_taken(label="Mostly wrong")
    make_taken(label="Mostly wrong")
    make_taken(label="Made up")
    return Label.objects.get(text="Mostly wrong")


def found(rating: str) -> list[str]:
    answer = Client().get("/api/v1/claims/", {"rating": rating}).json()
    return [row["rating_as_published"] for row in answer["results"]]


def test_what_carries_a_mapped_label_is_found_and_nothing_is_shown_of_it(label: Label) -> None:
    by = make_user(role=roles.EDITOR)
    assert found("false") == []
    entry = labels.map_label(label, rating="false", by=by, at=NOON)
    assert entry is not None
    assert (entry.subject, entry.kind) == ("labels/checkers-example", "reference")
    assert entry.note == "The label “Mostly wrong”: Filters find it under “False”."
    assert json.loads(entry.body or "")["labels"] == [{"label": "Mostly wrong", "rating": "false"}]
    assert found("false") == ["Mostly wrong", "Mostly wrong"]
    assert set(Publication.objects.filter(origin="partner").values_list("rating", flat=True)) == {""}
    # What comes later with that label is found as well.
    make_taken(label="Mostly wrong")
    assert len(found("false")) == 3
    assert labels.map_label(label, rating="false", by=by, at=NOON) is None
    labels.map_label(label, rating="", by=by, at=NOON)
    assert found("false") == []
    assert list(verify_record()) == []


def test_verification_names_a_publication_that_is_found_where_it_should_not_be(label: Label) -> None:
    Label.objects.filter(pk=label.pk).update(rating="false")
    assert next(verify_record()).endswith(
        "filters find it under another rating than its own, or its label's."
    )


@pytest.mark.parametrize(
    ("role", "rating", "sentence"),
    [
        (roles.REPORTER, "false", "does not have the permission to map publishers' labels"),
        (roles.EDITOR, "made-up", "Choose one of the ratings"),
    ],
)
def test_who_may_not_and_what_cannot_be(role: str, rating: str, sentence: str, label: Label) -> None:
    with pytest.raises(labels.Refused, match=sentence):
        labels.map_label(label, rating=rating, by=make_user(role=role), at=NOON)


def test_two_publishers_that_are_one_have_their_labels_together(label: Label) -> None:
    by = make_user()
    make_taken(label="Mostly wrong", url="https://other.example/1/")
    make_taken(label="Invented", url="https://other.example/2/")
    gone, kept = make_publisher("other-example"), make_publisher("checkers-example")
    labels.map_label(label, rating="false", by=by, at=NOON)
    plan = merging.plan(kept=kept, gone=gone)
    chosen = {line.name: "kept" for line in plan.choices}
    merging.merge(kept=kept, gone=gone, choices=chosen, seen=plan.seen, by=by, at=NOON, note="They are one.")
    assert set(Label.objects.values_list("publisher__slug", flat=True)) == {"checkers-example"}
    assert len(found("false")) == 3
    assert list(verify_record()) == []


def test_an_editor_maps_a_label_at_the_desk(client: Client, label: Label) -> None:
    client.force_login(make_user(role=roles.EDITOR))
    page = client.get(reverse("admin:claims_label_changelist")).content.decode()
    assert page.index("Mostly wrong") < page.index("Made up")
    address = reverse("admin:claims_label_change", args=[label.pk])
    assert client.post(address, {**filled(client, address), "rating": "false"}).status_code == 302
    assert Reference.objects.filter(subject="labels/checkers-example").exists()
    page = client.get(reverse("admin:claims_label_changelist")).content.decode()
    assert page.rindex("Made up") < page.rindex("Mostly wrong")
    entries = Revision.objects.count()
    assert client.post(address, {**filled(client, address), "rating": "false"}).status_code == 302
    assert Revision.objects.count() == entries


def test_lists_name_the_rating_the_origin_and_the_publisher(label: Label, client: Client) -> None:
    client.force_login(make_user(role=roles.EDITOR))
    Label.objects.filter(pk=label.pk).update(rating="mixed")
    page = client.get(reverse("admin:claims_label_changelist")).content.decode()
    assert re.search(r"field-our_rating[^>]*>(?:<[^>]*>)*Mixed", page)
    page = client.get(reverse("admin:claims_publication_changelist")).content.decode()
    assert re.search(r"field-origin[^>]*>(?:<[^>]*>)*Taken from a partner<", page)
    assert re.search(r"field-publisher[^>]*>(?:<[^>]*>)*Harbour Checkers", page)
