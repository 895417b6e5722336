"""Methodologies at the desk: what readers know is mended in words only, and a change of it is another version."""

from typing import Any

import pytest
from django.urls import reverse
from filling import filled
from makers import make_claim, make_methodology, make_published, make_speaker
from test_admin import signed_in
from test_admin_concurrent import address, text

from claims import versions
from claims.models import Contribution, Methodology, Rating

pytestmark = pytest.mark.django_db


def values(scale: Any) -> dict[str, int | None]:
    return dict(scale.ratings.values_list("slug", "value"))


def test_two_ratings_swap_their_values() -> None:
    scale, client = make_methodology().scale, signed_in()
    data = filled(client, address(scale)) | {"ratings-0-value": "3", "ratings-1-value": "1"}
    answer = client.post(address(scale), data)
    assert answer.status_code == 302, answer.context["errors"]
    assert values(scale) == {"false": 3, "mixed": 1, "true": 5, "not-checkable": None}


def test_three_ratings_swap_their_values_and_identifiers() -> None:
    scale, client = make_methodology().scale, signed_in()
    names = ["false", "mixed", "true"]
    changed = {f"ratings-{n}-value": value for n, value in enumerate(["3", "5", "1"])}
    changed |= {f"ratings-{n}-slug": name for n, name in enumerate([*names[1:], names[0]])}
    answer = client.post(address(scale), filled(client, address(scale)) | changed)
    assert answer.status_code == 302, answer.context["errors"]
    assert values(scale) == {"mixed": 3, "true": 5, "false": 1, "not-checkable": None}


def test_a_rating_takes_the_value_of_one_that_goes() -> None:
    scale, client = make_methodology().scale, signed_in()
    data = filled(client, address(scale)) | {"ratings-0-value": "3", "ratings-1-DELETE": "on"}
    answer = client.post(address(scale), data)
    assert answer.status_code == 302, answer.context["errors"]
    assert values(scale) == {"false": 3, "true": 5, "not-checkable": None}


def test_two_ratings_with_one_value_are_refused_in_a_sentence() -> None:
    scale, client = make_methodology().scale, signed_in()
    answer = client.post(address(scale), filled(client, address(scale)) | {"ratings-0-value": "3"})
    assert answer.status_code == 200
    assert values(scale)["false"] == 1


def test_other_rows_swap_what_only_one_may_have() -> None:
    """The first appearance of a claim is another one, under the identifier that it has; aliases were mixed up."""
    claim, speaker, client = make_claim("one"), make_speaker(), signed_in()
    claim.appearances.create(slug="radio", source=claim.appearances.get().source, mode="indirect", position=5)
    data = filled(client, address(claim)) | {"appearances-1-first": "on"}
    del data["appearances-0-first"]
    data |= {"appearances-0-slug": "radio", "appearances-1-slug": "courier"}
    answer = client.post(address(claim), data)
    assert answer.status_code == 302, answer.context["errors"]
    assert list(claim.appearances.values_list("slug", "first")) == [("courier", False), ("radio", True)]
    for name in ("Ada", "Quill"):
        speaker.aliases.create(name=name)
    data = filled(client, address(speaker)) | {"aliases-0-name": "Quill", "aliases-1-name": "Ada"}
    answer = client.post(address(speaker), data)
    assert answer.status_code == 302, answer.context["errors"]
    assert list(speaker.aliases.values_list("name", "folded")) == [("Quill", "quill"), ("Ada", "ada")]


def test_numbers_and_choices_of_a_published_methodology_are_only_shown() -> None:
    methodology = make_published().verdict.methodology
    scale, client = methodology.scale, signed_in()
    for row, locked in [
        (methodology, ("worst", "best", "slug")),
        (scale, ("worst", "best", "value", "slug")),
    ]:
        page = client.get(address(row)).content.decode()
        assert "This methodology is on the public record." in page
        data = filled(client, address(row))
        assert not [name for name in data if name.rpartition("-")[2] in (*locked, "DELETE")]
    before = values(scale), methodology.attribution_findings.count()
    data = filled(client, address(scale)) | {
        "ratings-0-value": "2",
        "ratings-0-slug": "other",
        "ratings-0-label": "Wrong",
        "ratings-1-DELETE": "on",
        "worst": "2",
    }
    assert client.post(address(scale), data).status_code == 302
    assert (values(scale), methodology.attribution_findings.count()) == before
    assert Rating.objects.get(slug="false").label == "Wrong"
    data = filled(client, address(methodology)) | {
        "rules": "Mended.",
        "attribution_findings-0-definition": "Mended.",
    }
    assert client.post(address(methodology), data).status_code == 302
    methodology.refresh_from_db()
    assert methodology.rules == "Mended."


def test_a_scale_that_was_published_while_it_was_changed_says_so() -> None:
    """The form was opened before the first publication: what was typed is not dropped without a word."""
    claim, client = make_claim("one"), signed_in()
    scale = claim.verdict.methodology.scale
    data = filled(client, address(scale)) | {"ratings-0-value": "2"}
    make_published("two")
    answer = client.post(address(scale), data)
    assert answer.status_code == 409
    assert (
        "Rating 1 (False), Value cannot be changed any more; what you typed, to copy: Stored1Yours2"
        in text(answer)
    )
    assert values(scale)["false"] == 1


def test_a_copy_is_the_next_version_and_leaves_the_old_one_alone() -> None:
    old, client = make_published().verdict.methodology, signed_in()
    make_methodology("7")
    make_methodology("draft-9")
    before = [list(model.objects.order_by("pk").values()) for model in (Methodology, Rating)]
    action = {"action": "copy_as_new_version", "_selected_action": [old.pk]}
    page = client.post(reverse("admin:claims_methodology_changelist"), action, follow=True)
    assert "is copied as version 8" in page.content.decode()
    made = Methodology.objects.get(version="8")
    assert values(made.scale) == values(old.scale)
    assert (made.scale.worst, made.scale.best) == (old.scale.worst, old.scale.best)
    labels = list(old.attribution_findings.values_list("slug", "label", "definition", "position"))
    assert list(made.attribution_findings.values_list("slug", "label", "definition", "position")) == labels
    assert (made.title, made.rules, made.checklist) == (old.title, old.rules, old.checklist)
    after = [list(model.objects.order_by("pk").values()) for model in (Methodology, Rating)]
    assert [rows[: len(known)] for rows, known in zip(after, before, strict=True)] == before
    assert Contribution.objects.filter(subject="methodologies/8").exists()
    assert versions.next_version() == "9"
    # The new one is open to change.
    data = filled(client, address(made.scale)) | {"ratings-0-value": "2"}
    assert client.post(address(made.scale), data).status_code == 302
