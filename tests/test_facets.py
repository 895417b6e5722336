"""Facet counts: with each value of a filter, how many it leaves under the other filters; the same as asking for it."""

import itertools
import re

import pytest
from django import forms
from django.db import connection
from django.test.html import parse_html
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from makers import NOON, make_claim, make_published, make_source, make_speaker, make_topic, publish
from taken import make_taken
from visiting import page, sentences

from claims import choices, facets
from claims.filters import Options, PublicationFilterSet
from claims.models import Label, Publication
from claims.partners.taking import withdraw

pytestmark = pytest.mark.django_db

COUNTED = ["rating", "attribution", "origin", "language", "kind", "topic", "publisher"]


@pytest.fixture
def mixed() -> None:
    source = make_source()
    for number, (rating, attribution) in enumerate(
        itertools.product(["false", "mixed"], ["confirmed", "reported"])
    ):
        claim = make_claim(
            f"own-{number}",
            source=source,
            rating=rating,
            attribution=attribution,
            language=["en", "fr"][number % 2],
        )
        if number:
            claim.topics.add(make_topic("harbour", name="Harbour"))
        publish(claim)
    first = make_taken(label="Wrong")
    assert first.publisher
    Label.objects.filter(publisher=first.publisher, text="Wrong").update(rating="false")
    for language in ("en", "pt-BR", "fr"):
        make_taken(label="Wrong", language=language)
    make_taken(url="https://others.example/1", publisher="Others")
    withdraw([make_taken(url="https://others.example/2", publisher="Others").slug], at=NOON)


def found(parameters: dict[str, str]) -> int:
    filters = PublicationFilterSet(parameters, queryset=Publication.objects.published())
    assert filters.is_valid(), filters.errors
    return filters.qs.count()


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"rating": "false"},
        {"language": "fr", "rating": "false"},
        {"origin": "partner"},
        {"topic": "harbour", "attribution": "reported"},
        {"publisher": "checkers-example"},
        {"publisher": "valley-courier", "topic": "bridge", "language": "en"},
        {"q": "bridge", "rating": "mixed"},
        {"kind": "publication", "language": "en"},
        {"speaker": "ada-quill", "claimed_from": "2026-01-01", "published_until": "2026-12-31"},
    ],
)
def test_a_count_is_what_the_filter_finds(mixed: None, parameters: dict[str, str]) -> None:
    counted = facets.facets(parameters)
    assert counted.total == found(parameters)
    for name in COUNTED:
        for value, _ in choices.Choices().of(name):
            expected = found({**parameters, name: value})
            assert counted.counts[name].get(value, 0) == expected, (name, value)


def test_the_lookup_says_how_many_each_value_leaves(mixed: None) -> None:
    text = page("/?rating=false")
    (select,) = re.findall(r'<select name="origin".*?</select>', text, re.DOTALL)
    assert sentences(select) == "Any origin Made here (2) Taken from a partner (3)"
    assert "5 fact-checks" in sentences(text)
    # What is on is named without a number.
    assert "Is it true? False Remove" in sentences(text)


def test_counts_are_kept_while_the_record_is_the_same(mixed: None) -> None:
    facets.facets({"rating": "false"})
    with CaptureQueriesContext(connection) as asked:
        before = facets.facets({"rating": "false"})
    assert len(asked) == 1
    make_published(speaker=make_speaker("lee", name="Lee Moss"))
    assert facets.facets({"rating": "false"}).total == before.total + 1


@given(
    st.lists(st.tuples(st.text(max_size=5), st.text(max_size=9)), max_size=4, unique_by=lambda one: one[0]),
    st.text(max_size=5) | st.none(),
)
def test_a_list_to_choose_from_is_written_as_djangos_own(
    offered: list[tuple[str, str]], value: str | None
) -> None:
    ours, theirs = (
        parse_html(kind(choices=offered).render("kind", value, {"id": "id_kind"}))
        for kind in (Options, forms.Select)
    )
    assert ours == theirs
