"""Lost updates, by attack: whoever saves second is told what changed, field by field, and loses nothing typed."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.core import signing
from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse
from filling import filled, filled_from
from makers import (
    NOON,
    make_claim,
    make_methodology,
    make_published,
    make_site,
    make_source,
    make_speaker,
    make_user,
)

from claims.admin.concurrent import FIELD, ConcurrentMixin
from claims.models import (
    Appearance,
    Claim,
    ErrorReport,
    Evidence,
    RatingScale,
    Speaker,
    SpeakerAlias,
    SpeakerLink,
    Suggestion,
    Topic,
    Verdict,
)
from sources.admin import ReadOnlyMixin

pytestmark = pytest.mark.django_db


def desk(name: str = "", **values: Any) -> Client:
    client = Client()
    client.force_login(make_user(name, is_superuser=True, **values))
    return client


def address(row: models.Model) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def text(response: Any) -> str:
    """The page's words without its tags."""
    found = re.search(r'<section class="held".*?</section>', response.content.decode(), re.DOTALL)
    assert found, "the page tells of no change"
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", found[0])))


def shown_again(response: Any) -> dict[str, Any]:
    return filled_from(response.content.decode(), f"{response.context['opts'].model_name}_form")


def test_the_second_of_two_editors_is_told_and_loses_nothing() -> None:
    claim = make_claim("one", title="Shown")
    ada, ben = desk("ada", first_name="Ada", last_name="Quill"), desk("ben")
    first, second = filled(ada, address(claim)), filled(ben, address(claim))
    first |= {"title": "Hers", "language": "fr"}
    second |= {"title": "His", "text": "Another sentence."}
    assert ada.post(address(claim), first).status_code == 302
    told = ben.post(address(claim), second)
    assert told.status_code == 409
    said = text(told)
    assert "Title: you had “Shown”, now “Hers” (changed by Ada Quill, " in said
    assert "You typed “His”" in said
    assert "Language: you had “en”, now “fr”" in said
    claim.refresh_from_db()
    assert (claim.title, claim.language, claim.text[:3]) == ("Hers", "fr", "The")
    again = shown_again(told)
    assert (again["title"], again["language"], again["text"]) == ("His", "fr", "Another sentence.")
    assert ben.post(address(claim), again).status_code == 302
    claim.refresh_from_db()
    assert (claim.title, claim.language, claim.text) == ("His", "fr", "Another sentence.")


def test_saving_again_is_compared_again() -> None:
    claim = make_claim("one", title="Shown")
    ada, ben = desk(), desk()
    mine = filled(ben, address(claim)) | {"title": "His"}
    Claim.objects.update(title="By the shell")
    again = shown_again(ben.post(address(claim), mine))
    assert ada.post(address(claim), filled(ada, address(claim)) | {"title": "Hers"}).status_code == 302
    told = ben.post(address(claim), again)
    assert told.status_code == 409
    assert "Title: you had “By the shell”, now “Hers”" in text(told)
    assert shown_again(told)["title"] == "His"


def the_rows() -> list[models.Model]:
    """A row of each thing that the desk edits, with parts."""
    claim = make_published("one")
    other = make_claim("two", source=make_source("second"))
    claim.relations.create(to_claim=other, kind="repeats", note="Word for word.")
    speaker = claim.speaker
    assert speaker
    speaker.aliases.create(name="A. Quill")
    speaker.links.create(url="https://ada.example")
    report = ErrorReport.objects.create(claim=claim, text="Wrong day.", reported_at=NOON, due_on=NOON.date())
    methodology = make_methodology("2")
    rows: list[Any] = [
        claim,
        other.verdict,
        speaker,
        Topic.objects.first(),
        methodology,
        methodology.scale,
        report,
        Suggestion.objects.create(text="It was sold.", received_at=NOON, due_on=NOON.date()),
    ]
    rows += [make_source("third"), make_source("third-b").publisher, make_site(), make_user("somebody")]
    return rows


def test_every_form_of_the_desk_compares_before_it_saves() -> None:
    """Whatever is registered and can be changed: a text of the row changes behind its form."""
    rows = {type(row): row for row in the_rows()}
    client = desk()
    walked = []
    for model, model_admin in admin.site._registry.items():
        row = rows.get(model) or model._default_manager.first()
        if row is None or f'name="{FIELD}"' not in client.get(address(row)).content.decode():
            assert isinstance(model_admin, ReadOnlyMixin) or model not in rows, model
            continue
        assert isinstance(model_admin, ConcurrentMixin)
        data = filled(client, address(row))
        names = [n for n in data if n in ("title", "name", "note", "text", "summary", "worst", "last_name")]
        untouched = client.post(address(row), data)
        assert untouched.status_code == 302, (model, untouched.context and untouched.context["errors"])
        stored = model._default_manager.filter(pk=row.pk)
        value: Any = 2 if names[0] == "worst" else "Written by somebody else"
        stored.update(**{names[0]: value})
        before = list(model._default_manager.values())
        told = client.post(address(row), data)
        assert told.status_code == 409, model
        assert str(value) in text(told)
        assert str(shown_again(told)[names[0]]) == str(value)
        assert list(model._default_manager.values()) == before
        walked.append(model)
    assert set(rows) <= set(walked)


def words_column(model: type[models.Model], names: list[str]) -> str:
    """A column of free text among the fields of a form."""
    return next(
        name
        for name in names
        if isinstance(model._meta.get_field(name), models.CharField | models.TextField)
        and not isinstance(model._meta.get_field(name), models.URLField | models.SlugField)
        and not model._meta.get_field(name).choices
    )


def test_every_part_of_every_form_is_compared() -> None:
    """A row of each part changes, then goes, behind a form in which only the record itself was touched."""
    rows = {type(row): row for row in the_rows()}
    client, walked = desk(), []
    for model, row in rows.items():
        page = client.get(address(row))
        assert page.status_code == 200, (model, page.headers)
        for one in page.context["inline_admin_formsets"]:
            if not one.has_change_permission or not one.formset.initial_forms:
                continue
            part, names = one.formset.model, list(one.formset.initial_forms[0].fields)
            part_row = one.formset.initial_forms[0].instance
            there = part._base_manager.filter(pk=part_row.pk)
            # A field of the form alone, such as a quotation's words, has its own tests.
            stored = {column.name for column in part._meta.concrete_fields}
            columns = [name for name in names if name in stored - {"id", one.formset.fk.name}]
            fixed = {SpeakerLink: ("url", "https://other.example"), RatingScale: ("best", 9)}
            column, value = fixed.get(part) or (words_column(part, columns), "Theirs, not yours")
            data = filled(client, address(row))
            there.update(**{column: value})
            told = client.post(address(row), data)
            assert told.status_code == 409, part
            assert str(value) in text(told)
            again = shown_again(told)
            assert str(again[f"{one.formset.prefix}-0-{column}"]) == str(value)
            assert client.post(address(row), again).status_code == 302, part
            assert there.filter(**{column: value}).exists()
            if part in rows:
                continue
            data = filled(client, address(row))
            try:
                with transaction.atomic():
                    part_row.delete()
            except (ProtectedError, IntegrityError):
                continue
            told = client.post(address(row), data)
            assert told.status_code == 409, part
            assert "was removed" in text(told)
            assert client.post(address(row), shown_again(told)).status_code == 302, part
            assert not there.exists()
            walked.append(part)
        assert model
    assert {Appearance, Evidence, SpeakerAlias, SpeakerLink} <= set(walked)


def edited(claim: Claim) -> None:
    claim.appearances.update(role="Deputy mayor")


def added(claim: Claim) -> None:
    claim.appearances.create(slug="radio", source=make_source("radio"), mode="indirect", position=5)


def removed(claim: Claim) -> None:
    claim.appearances.all().delete()


def retagged(claim: Claim) -> None:
    claim.topics.set([Topic.objects.create(slug="roads", name="Roads")])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (edited, "Appearance 1 (courier), Role: you had “Mayor”, now “Deputy mayor”."),
        (added, "Appearance 2 (radio) was added"),
        (removed, "Appearance 1 (courier) was removed"),
        # Many to many.
        (retagged, "Topics: you had “The bridge”, now “Roads”."),
    ],
)
def test_a_change_of_a_part_alone_is_told(change: Callable[[Claim], None], sentence: str) -> None:
    claim, client = make_claim("one"), desk()
    data = filled(client, address(claim)) | {"title": "Mine"}
    change(claim)
    before = list(Appearance.objects.values()), list(claim.topics.values())
    told = client.post(address(claim), data)
    assert told.status_code == 409
    assert sentence in text(told)
    again = shown_again(told)
    assert client.post(address(claim), again).status_code == 302
    claim.refresh_from_db()
    # Mine and theirs.
    assert claim.title == "Mine"
    assert (list(Appearance.objects.values()), list(claim.topics.values())) == before


def test_a_row_that_both_changed_keeps_what_was_typed() -> None:
    claim, client = make_claim("one"), desk()
    prefix = "appearances-0-"
    data = filled(client, address(claim)) | {prefix + "role": "Former mayor", prefix + "note": "Mine."}
    claim.appearances.update(role="Deputy mayor", language="fr")
    told = client.post(address(claim), data)
    assert "You typed “Former mayor”" in text(told)
    again = shown_again(told)
    assert (again[prefix + "role"], again[prefix + "note"]) == ("Former mayor", "Mine.")
    assert again[prefix + "language"] == "fr"


def test_what_was_typed_into_a_row_that_is_gone_can_be_copied() -> None:
    claim, client = make_claim("one"), desk()
    data = filled(client, address(claim)) | {"appearances-0-note": "Ten minutes of work."}
    claim.appearances.all().delete()
    said = text(client.post(address(claim), data))
    assert "Appearance 1 (courier) is not there any more" in said
    assert "Ten minutes of work." in said


def test_a_new_row_is_kept_beside_a_colleague_s() -> None:
    claim, client = make_claim("one"), desk()
    data = filled(client, address(claim))
    data |= {
        "appearances-TOTAL_FORMS": "2",
        "appearances-1-slug": "mine",
        "appearances-1-source": str(make_source("mine").pk),
        "appearances-1-mode": "indirect",
        "appearances-1-language": "en",
        "appearances-1-position": "1",
        "appearances-1-translated": "unknown",
    }
    added(claim)
    again = shown_again(client.post(address(claim), data))
    assert again["appearances-2-slug"] == "mine"
    assert client.post(address(claim), again).status_code == 302
    assert set(claim.appearances.values_list("slug", flat=True)) == {"courier", "radio", "mine"}


@pytest.mark.parametrize("count", ["9" * 19, "9" * 5000, "-1", "²"])
def test_a_forged_count_of_rows_is_no_work(count: str) -> None:
    speaker, client = make_speaker("nobody", name="Nobody"), desk()
    data = filled(client, address(speaker)) | {"aliases-TOTAL_FORMS": count}
    Speaker.objects.update(description="Theirs.")
    assert "Theirs." in text(client.post(address(speaker), data))
    Speaker.objects.all().delete()
    assert "It was deleted while you were writing" in text(client.post(address(speaker), data))


def test_a_removal_of_a_row_that_changed_meanwhile_is_asked_again() -> None:
    claim, client = make_claim("one"), desk()
    data = filled(client, address(claim)) | {"appearances-0-DELETE": "on"}
    edited(claim)
    told = client.post(address(claim), data)
    assert "you chose to remove it" in text(told)
    assert claim.appearances.count() == 1
    again = shown_again(told)
    assert again["appearances-0-DELETE"] == "on"
    assert client.post(address(claim), again).status_code == 302
    assert claim.appearances.count() == 0


def test_a_reordering_is_a_change() -> None:
    speaker = make_speaker()
    one, two = (
        speaker.links.create(url="https://a.example", position=1),
        speaker.links.create(url="https://b.example", position=2),
    )
    client = desk()
    data = filled(client, address(speaker)) | {"links-0-url": "https://c.example"}
    SpeakerLink.objects.filter(pk=one.pk).update(position=3)
    told = client.post(address(speaker), data)
    if told.status_code == 409:
        again = shown_again(told)
        assert client.post(address(speaker), again).status_code == 302
    # By its key, whatever place it has now.
    assert SpeakerLink.objects.get(pk=one.pk).url == "https://c.example"
    assert SpeakerLink.objects.get(pk=two.pk).url == "https://b.example"


def test_a_record_that_was_deleted_shows_what_was_typed() -> None:
    ada, ben = desk("ada", first_name="Ada", last_name="Quill"), desk()
    speaker = make_speaker("nobody", name="Nobody")
    speaker.aliases.create(name="No One")
    data = filled(ben, address(speaker)) | {
        "description": "An hour of work.",
        "aliases-0-name": "No-one at all",
    }
    delete = reverse("admin:claims_speaker_delete", args=[speaker.pk])
    assert ada.post(delete, {"post": "yes"}).status_code == 302
    told = ben.post(address(speaker), data)
    assert told.status_code == 409
    said = text(told)
    assert "It was deleted while you were writing (by Ada Quill, " in said
    assert "An hour of work." in said
    assert "No-one at all" in said
    assert not Speaker.objects.filter(pk=speaker.pk).exists()


def signed() -> str:
    state: dict[str, Any] = {"main": {}, "rows": {}}
    return signing.dumps(["claims.claim", "1", 0, NOON.isoformat(), state], salt="claims.admin.concurrent")


@pytest.mark.parametrize(
    "forged",
    ["", "x", "a:b:c", signed(), signing.dumps(["x"], salt="claims.admin.concurrent")],
    # A signature is another in each process of a run, and its processes must agree on what tests there are.
    ids=["nothing", "a letter", "three parts", "of another row", "of another shape"],
)
def test_a_form_that_does_not_say_what_it_showed_is_refused(forged: str) -> None:
    claim, client = make_claim("one", title="Stored"), desk()
    data = filled(client, address(claim)) | {"title": "Typed", "appearances-0-note": "Typed, too."}
    data[FIELD] = forged
    told = client.post(address(claim), data)
    assert told.status_code == 409
    assert "the form did not say what it showed" in text(told)
    assert "Title: stored is “Stored”" in text(told)
    assert Claim.objects.get().title == "Stored"
    again = shown_again(told)
    assert (again["title"], again["appearances-0-note"]) == ("Typed", "Typed, too.")


def test_what_another_record_or_another_person_was_shown_does_not_count() -> None:
    one, two = make_claim("one"), make_claim("two")
    ada, ben = desk(), desk()
    data = filled(ada, address(one))
    data[FIELD] = filled(ada, address(two))[FIELD]
    assert ada.post(address(one), data).status_code == 409
    data[FIELD] = filled(ben, address(one))[FIELD]
    assert ada.post(address(one), data).status_code == 409


def test_a_transition_meanwhile_is_told() -> None:
    verdict, client = make_claim("one").verdict, desk()
    data = filled(client, address(verdict)) | {"summary": "Mine."}
    Verdict.objects.update(status="submitted")
    assert "Status: you had “Being written”, now “Waiting for a second read”" in text(
        client.post(address(verdict), data)
    )


def test_line_ends_are_no_change() -> None:
    verdict, client = make_claim("one").verdict, desk()
    data = filled(client, address(verdict))
    Verdict.objects.update(rationale=verdict.rationale)
    assert client.post(address(verdict), data).status_code == 302
    Verdict.objects.update(rationale="One.\n\nTwo.")
    data = filled(client, address(verdict))
    assert data["rationale"] == "One.\r\n\r\nTwo."
    Verdict.objects.update(summary="Theirs.")
    told = client.post(address(verdict), data)
    assert "Rationale" not in text(told)


def test_what_does_not_hold_is_shown_with_its_error_and_the_same_signature() -> None:
    claim, client = make_claim("one"), desk()
    data = filled(client, address(claim)) | {"title": ""}
    wrong = client.post(address(claim), data)
    assert wrong.status_code == 200
    edited(claim)
    assert client.post(address(claim), shown_again(wrong) | {"title": "Now"}).status_code == 409
