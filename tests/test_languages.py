"""Which texts have the form of a language tag, and that every field for one asks it."""

import string
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.test import Client
from django.urls import reverse
from filling import filled
from hypothesis import given
from hypothesis import strategies as st
from makers import make_speaker, make_user

from claims import import_rows
from claims.spreadsheet import Row
from sources.languages import language_problem

GOOD = [
    "en",
    "EN",
    "be",
    "gsw",
    "pt-BR",
    "es-419",
    "sr-Latn",
    "sr-Latn-RS",
    "zh-yue",
    "zh-cmn-Hans-CN",
    "sl-rozaj-biske",
    "de-CH-1901",
    "be-tarask",
    "hy-Latn-IT-arevela",
    "de-DE-u-co-phonebk",
    "en-a-bbb-x-a-ccc",
    "x-whatever",
    "und",
]
BAD = [
    "english please",
    "english",
    "English",
    "e",
    "",
    " en",
    "en ",
    "en\n",
    "en_GB",
    "en-",
    "-en",
    "en--GB",
    "en-GB-GB",
    "de-419-DE",
    "en-Latn-Cyrl",
    "a-DE",
    "en-x",
    "en-u",
    "en-abcdefghi",
    "ёж",
    "en\0",
    "ſv",
    "en, fr",
    "i-klingon",
    "de-1901-1901",
    "de-1901-1996-1901",
    "en-a-bbb-a-ccc",
]

ALPHA, ALNUM = string.ascii_letters, string.ascii_letters + string.digits
subtags = st.text(ALNUM, min_size=5, max_size=8)
tags = st.builds(
    lambda parts: "-".join(part for part in parts if part),
    st.tuples(
        st.text(ALPHA, min_size=2, max_size=3),
        st.one_of(st.just(""), st.text(ALPHA, min_size=4, max_size=4)),
        st.one_of(
            st.just(""), st.text(ALPHA, min_size=2, max_size=2), st.from_regex("[0-9]{3}", fullmatch=True)
        ),
        st.one_of(st.just(""), subtags),
        st.one_of(st.just(""), subtags.map(lambda part: f"u-{part}")),
        st.one_of(st.just(""), subtags.map(lambda part: f"x-{part}")),
    ),
)


@pytest.mark.parametrize("tag", GOOD)
def test_a_language_tag(tag: str) -> None:
    assert language_problem(tag) is None


@pytest.mark.parametrize("tag", BAD)
def test_no_language_tag(tag: str) -> None:
    said = language_problem(tag)
    assert said
    assert said.endswith(".")


def test_the_sentence_names_what_was_written_and_an_example() -> None:
    assert language_problem("english please") == (
        "“english please” is no language tag: write its code, for example en, pt-BR or sr-Latn (BCP 47)."
    )
    assert len(language_problem("a" * 10_000) or "") < 200
    assert language_problem("de-1901-1901") == "“de-1901-1901” says “1901” twice: leave one of them out."


@given(tags)
def test_whatever_the_grammar_makes_is_a_tag_in_any_case(tag: str) -> None:
    assert language_problem(tag) is None
    assert language_problem(tag.swapcase()) is None


@given(st.one_of(st.text(max_size=40), st.text(ALNUM + "- ", max_size=20)))
def test_a_tag_is_never_more_than_short_words_with_hyphens(text: str) -> None:
    if language_problem(text) is None:
        assert all(1 <= len(part) <= 8 and part.isascii() and part.isalnum() for part in text.split("-"))


@given(tags, st.sampled_from(["_", " ", "é", "\0", "--", "-abcdefghi"]))
def test_one_wrong_character_is_found(tag: str, wrong: str) -> None:
    assert language_problem(tag + wrong)


LANGUAGES = [
    column
    for model in apps.get_models()
    if model._meta.app_label in ("sources", "claims") and model._meta.model_name != "publication"
    for column in model._meta.concrete_fields
    if column.name == "language"
]


@pytest.mark.parametrize("column", LANGUAGES, ids=str)
def test_every_field_for_a_language_asks_for_a_tag(column: models.Field) -> None:
    assert column.clean("pt-BR", None) == "pt-BR"
    with pytest.raises(ValidationError, match="is no language tag"):
        column.clean("english please", None)


@pytest.mark.django_db
def test_the_form_and_the_import_say_it() -> None:
    client = Client()
    client.force_login(make_user())
    speaker = make_speaker()
    speaker.aliases.create(name="Ada", language="en")
    address = reverse("admin:claims_speaker_change", args=[speaker.pk])
    answer: Any = client.post(address, {**filled(client, address), "aliases-0-language": "english please"})
    assert "“english please” is no language tag" in answer.content.decode()
    kind = import_rows.KINDS["sources"]
    row = Row(line=2, cells={"slug": "a", "kind": "article", "language": "english please"})
    [(column, said)] = kind.problems(row, kind.look_up([row]))
    assert (column, said.startswith("“english please” is no language tag")) == ("language", True)
