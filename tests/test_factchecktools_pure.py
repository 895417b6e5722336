"""Page tokens, partial answers, parameters and language codes of the Fact Check Tools API, whatever is sent."""

import base64
import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factcheck.factchecktools import fields, languages, parameters, tokens
from factcheck.factchecktools.envelope import Refused
from factcheck.factchecktools.tokens import LARGEST_PLACE, Place
from sources.languages import language_problem

questions = st.dictionaries(
    st.text(max_size=10), st.one_of(st.text(), st.integers(), st.booleans()), max_size=5
)
places = st.builds(Place, st.integers(0, LARGEST_PLACE), st.dates())


@given(places, questions)
def test_a_token_leads_back_to_its_place(place: Place, question: dict[str, Any]) -> None:
    made = tokens.token(place, question=question)
    assert made == base64.urlsafe_b64encode(base64.urlsafe_b64decode(made)).decode()
    assert len(made) == 32
    assert tokens.place(made, question=dict(reversed(question.items()))) == place


@given(places, questions, questions)
def test_a_token_of_another_question_is_refused(
    place: Place, one: dict[str, Any], other: dict[str, Any]
) -> None:
    made = tokens.token(place, question=one)
    if repr(sorted(one.items())) != repr(sorted(other.items())):
        with pytest.raises(tokens.Bad, match="another question"):
            tokens.place(made, question=other)


@given(st.one_of(st.text(), st.binary(max_size=40).map(lambda some: base64.urlsafe_b64encode(some).decode())))
def test_whatever_is_sent_as_a_token_is_a_place_or_refused(text: str) -> None:
    try:
        found = tokens.place(text, question={})
    except tokens.Bad:
        return
    assert tokens.token(found, question={}) == text


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["a", "b", "c"]), inner, max_size=3)
    ),
    max_leaves=12,
)
masks = st.recursive(
    st.sampled_from(["a", "b", "c", "*"]),
    lambda inner: st.one_of(
        st.builds("{}/{}".format, st.sampled_from(["a", "b", "*"]), inner),
        st.builds("{}({},{})".format, st.sampled_from(["a", "b", "*"]), inner, inner),
    ),
    max_leaves=5,
)


@given(json_values, masks)
def test_a_partial_answer_is_a_part_of_the_answer(value: Any, mask: str) -> None:
    wanted = fields.mask(mask)
    part = fields.only(value, wanted)
    assert is_part(part, value)
    # Asked for again, nothing more is left out.
    assert fields.only(part, wanted) == part
    assert fields.only(value, fields.mask(f"{mask},{mask}")) == part


def is_part(part: Any, whole: Any) -> bool:
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            name in whole and is_part(member, whole[name]) for name, member in part.items()
        )
    if isinstance(part, list):
        return isinstance(whole, list) and len(part) == len(whole) and all(map(is_part, part, whole))
    return bool(part == whole)


@given(st.one_of(st.text(), st.text(alphabet="ab*,/.() ", max_size=30)))
def test_whatever_is_sent_as_fields_is_read_or_refused(text: str) -> None:
    try:
        wanted = fields.mask(text)
    except fields.Bad:
        return
    assert wanted


@pytest.mark.parametrize(
    ("mask", "part"),
    [
        ("a", {"a": [{"b": 1, "c": 2}]}),
        ("a/b", {"a": [{"b": 1}]}),
        ("a.b", {"a": [{"b": 1}]}),
        (" a ( b , c ) ", {"a": [{"b": 1, "c": 2}]}),
        ("a/b,a/c", {"a": [{"b": 1, "c": 2}]}),
        ("a/b,a", {"a": [{"b": 1, "c": 2}]}),
        ("*", {"a": [{"b": 1, "c": 2}], "d": 3}),
        ("*/b", {"a": [{"b": 1}], "d": 3}),
        ("d,none", {"d": 3}),
        ("none", {}),
    ],
)
def test_a_mask_and_its_part(mask: str, part: Any) -> None:
    assert fields.only({"a": [{"b": 1, "c": 2}], "d": 3}, fields.mask(mask)) == part


@pytest.mark.parametrize(
    "mask", [",", "a,", "a(", "a()", "a)", "a/", "/a", "a(b", "a b", "a//b", "(a)", "a" * 1001]
)
def test_a_mask_that_names_nothing_is_refused(mask: str) -> None:
    with pytest.raises(fields.Bad):
        fields.mask(mask)


@given(
    st.dictionaries(
        st.one_of(st.sampled_from([*parameters.SEARCH, *parameters.COMMON, "callback"]), st.text(max_size=5)),
        st.lists(st.one_of(st.text(max_size=12), st.integers().map(str)), min_size=1, max_size=2),
        max_size=6,
    )
)
def test_whatever_is_asked_is_understood_or_refused_with_a_reason(given_: dict[str, list[str]]) -> None:
    try:
        asked, _ = parameters.search(given_)
    except Refused as refused:
        (detail,) = refused.document["error"]["details"]
        assert all(one["field"] in given_ or one["field"] == "query" for one in detail["fieldViolations"])
        assert all(one["description"].endswith((".", "?", ":", ")")) for one in detail["fieldViolations"])
        return
    assert asked.query.strip() or asked.site
    assert 1 <= asked.size <= parameters.LARGEST_SIZE
    assert set(given_) <= {*parameters.SEARCH, *parameters.COMMON}


tags = st.builds(
    lambda *parts: "-".join(part for part in parts if part),
    st.sampled_from(["en", "sr", "zh", "pt", "und"]),
    st.sampled_from(["", "yue"]),
    st.sampled_from(["", "Latn", "cyrl"]),
    st.sampled_from(["", "BR", "419"]),
    st.sampled_from(["", "1996", "u-co-phonebk"]),
)


@given(tags, st.lists(tags, max_size=5), st.sampled_from(["", "-GB", "-001"]))
def test_a_region_changes_nothing(asked: str, known: list[str], region: str) -> None:
    language, *rest = asked.split("-")
    script = next((part for part in rest if part in ("Latn", "cyrl")), "")
    plain = "-".join(part for part in (language, script) if part)
    assert language_problem(plain + region) is None
    found = languages.chosen(plain + region, known)
    assert found == languages.chosen(asked, known) == languages.chosen(asked.upper(), known)
    assert all(tag.split("-")[0] == language for tag in found)
    if not script:
        assert found == sorted(tag for tag in known if tag.split("-")[0] == language)


def test_no_day_is_invented_and_none_lost() -> None:
    from factcheck.factchecktools import shapes

    for precision, moment, known in (
        ("day", "2026-02-03T00:00:00Z", {"year": 2026, "month": 2, "day": 3}),
        ("week", None, {"year": 2026, "month": 2, "day": 3}),
        ("month", None, {"year": 2026, "month": 2}),
        ("year", None, {"year": 2026}),
    ):
        date = {"date": dt.date(2026, 2, 3).isoformat(), "precision": precision}
        assert shapes.moment(date) == moment
        assert shapes.known(date) == {**known, "precision": precision}
    assert shapes.moment(None) is shapes.known(None) is None
