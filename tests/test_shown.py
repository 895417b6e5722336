"""The validator of an answer about one fact-check changes exactly when the answer does, whatever happens meanwhile."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from makers import (
    NOON,
    make_claim,
    make_published,
    make_snapshot,
    make_source,
    make_topic,
    make_user,
    publish,
)
from taken import make_review, make_taken
from test_changes import revised, withdraw
from test_merging import merge

from claims import intake, labels, redacting, reference, roles, shown, workflow
from claims.models import (
    Claim,
    ClaimRelation,
    Label,
    Publication,
    Rating,
    Revision,
    Site,
    Speaker,
    SpeakerAlias,
    Topic,
)
from claims.partners import taking
from claims.partners.items import item
from factcheck import answers, caching, edition
from sources.models import Snapshot, fingerprint

pytestmark = pytest.mark.django_db

FORMS = {"api": "/api/v1/claims/{}/", "json-ld": "/claims/{}/claimreview.json", "page": "/claims/{}/"}
OTHER = "Another text of the article, which nobody quotes."
QUOTED = (
    "The bridge of the north: “the bridge will open in spring.” It has three open defects, says the report."
)


def everything(slug: str) -> set[str]:
    return {f"{form} {slug}" for form in FORMS}


def theirs() -> Publication:
    return Publication.objects.filter(origin="partner").order_by("pk")[0]


def noted(slug: str) -> dict[str, Any]:
    """Another text of a fact-check, whose title and findings stay."""
    claim = Claim.objects.get(slug=slug)
    workflow.apply("revise", verdict=claim.verdict, by=claim.verdict.author, at=NOON)
    claim.verdict.rationale += " And so it was."
    claim.verdict.save()
    publish(Claim.objects.get(slug=slug), kind="clarification", note="It was put more clearly.")
    return {}


def restore(slug: str) -> None:
    claim = Claim.objects.get(slug=slug)
    workflow.apply("restore", verdict=claim.verdict, by=make_user(), at=NOON)
    publish(Claim.objects.get(slug=slug), kind="restoration", note="It was right.")


def renamed(row: Any, name: str) -> None:
    row.name = name
    row.save()
    reference.put_on_record(row, note="It is called so.", at=NOON)


def redefined(rating: str) -> None:
    row = Rating.objects.get(slug=rating)
    row.definition = f"{row.label}, as it is defined better."
    row.save()
    reference.put_on_record(row.scale.methodology, note="Put more clearly.", at=NOON)


def site(**values: str) -> None:
    row = Site.objects.current()
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    reference.put_on_record(row, note="It is so now.", at=NOON)


def alias() -> None:
    speaker = Speaker.objects.get()
    SpeakerAlias.objects.create(speaker=speaker, name="A. Quill")
    reference.put_on_record(speaker, note="She is called so, too.", at=NOON)


def redact(slug: str, number: int) -> None:
    entry = Revision.objects.get(subject=f"claims/{slug}", number=number)
    redacting.redact(sequence=entry.sequence, reason="A court's order.", at=NOON)


def updated(**values: Any) -> None:
    there = theirs()
    publisher = {"id": there.publisher.slug, "name": there.publisher.name, "site": there.publisher.site}
    review = make_review(url=there.review_url, claim=there.text, title=there.title, **values)
    assert taking.take([item(review, publisher=publisher)], at=NOON).changed == 1


def mapped() -> None:
    labels.map_label(Label.objects.get(), rating="false", by=make_user(role=roles.EDITOR), at=NOON)


def asked() -> None:
    intake.receive_report(Publication.objects.get(slug="one"), text="A date is wrong.", at=NOON)
    intake.receive_suggestion(text="The bridge is green.", at=NOON)


def hold(text: str, *, held: bool) -> None:
    Snapshot.objects.filter(sha256=fingerprint(text)).update(text=text if held else None)


OUR_PAGES = {"page one", "page two", "page three"}
# In this order: what happens, and the answers that are others after it.
STEPS: list[tuple[str, Callable[[], Any], set[str]]] = [
    ("another claim", lambda: make_published("other"), set()),
    ("another partner's", lambda: make_taken(claim="Another harbour was sold."), set()),
    ("a correction", lambda: revised(Claim.objects.get(slug="one")), {*everything("one"), "api two", "page two"}),
    ("a clarification of a related one", lambda: noted("two"), everything("two")),
    ("a related one has another title", lambda: revised(Claim.objects.get(slug="two"), title="New"), {
        *everything("two"), "api one", "page one",
    }),
    ("a related one is withdrawn", lambda: withdraw(Claim.objects.get(slug="two")), {
        *everything("two"), "api one", "page one",
    }),
    ("and is back", lambda: restore("two"), {*everything("two"), "api one", "page one"}),
    ("an old text is taken out", lambda: redact("one", 1), {"page one"}),
    ("a speaker's name", lambda: renamed(Speaker.objects.get(), "Ada Marsh"), set()),
    ("an alias", alias, set()),
    ("a topic's name", lambda: renamed(Topic.objects.get(slug="bridge"), "The new bridge"), {
        "page one", "page two",
    }),
    ("two topics are one", lambda: merge(
        Topic.objects.get(slug="bridge"), Topic.objects.get(slug="road"), choices={"name": "kept"}
    ), {"page three"}),
    ("a publisher's name", lambda: renamed(Claim.objects.get(slug="one").appearances.get().source.publisher, "X"),
     set()),
    ("the site's name", lambda: site(name="The Desk"), {*OUR_PAGES, "page theirs"}),
    ("who pays", lambda: site(funding="Nobody."), set()),
    ("the definition of its finding", lambda: redefined("false"), {"page one", "page two"}),
    ("that of another", lambda: redefined("true"), set()),
    ("a quoted text goes", lambda: hold(QUOTED, held=False), {"api three", "page three"}),
    ("and comes", lambda: hold(QUOTED, held=True), {"api three", "page three"}),
    ("a text comes that nobody quotes", lambda: hold(OTHER, held=True), set()),
    ("readers write", asked, set()),
    ("a label is mapped", mapped, set()),
    ("a partner's is changed", lambda: updated(summary="It was leased."), everything("theirs")),
    ("it is gone", lambda: taking.withdraw([theirs().slug], at=NOON), everything("theirs")),
    ("a claim is withdrawn", lambda: withdraw(Claim.objects.get(slug="three")), everything("three")),
]  # fmt: skip


@pytest.fixture
def place() -> dict[str, str]:
    """Their slugs by the names that this test has for them."""
    source = make_source("article")
    one, two = make_claim("one", source=source), make_claim("two", source=source)
    make_snapshot(source, text=OTHER, held=False)
    ClaimRelation.objects.create(claim=two, kind="repeats", to_claim=one, note="Same words.")
    three = make_claim("three", source=make_source("north", text=QUOTED), rating="mixed")
    three.topics.set([make_topic("road", name="The road")])
    for claim in (one, two, three):
        publish(claim)
    return {"one": "one", "two": "two", "three": "three", "theirs": make_taken().slug}


@pytest.fixture(params=["with a memory", "without one"])
def memory(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As on a server, which keeps answers; and as where it has forgotten them."""
    if request.param == "with a memory":
        monkeypatch.setattr(caching.kept, "most", answers.MOST)
        monkeypatch.setattr(caching.marks, "most", answers.MOST_MARKS)
    yield
    caching.kept.clear()
    caching.marks.clear()


def answered(place: dict[str, str], **sent: str) -> dict[str, Any]:
    client = Client()
    return {
        f"{form} {name}": client.get(path.format(slug), headers=sent)
        for name, slug in place.items()
        for form, path in FORMS.items()
    }


def test_the_validator_changes_exactly_when_the_answer_does(place: dict[str, str], memory: None) -> None:
    before = answered(place)
    assert {answer.status_code for answer in before.values()} == {200}
    for what, step, changed in STEPS:
        step()
        etags = {name: answer.get("ETag", '"none"') for name, answer in before.items()}
        client = Client()
        unchanged = {
            f"{form} {name}"
            for name, slug in place.items()
            for form, path in FORMS.items()
            if client.get(path.format(slug), headers={"if_none_match": etags[f"{form} {name}"]}).status_code
            == 304
        }
        now = answered(place)
        there = {
            name for name, answer in now.items() if answer.status_code == 200 and answer.has_header("ETag")
        }
        others = {name for name in now if now[name].content != before[name].content}
        assert others == changed, what
        assert {name for name in now if now[name].get("ETag", '"none"') != etags[name]} == changed, what
        assert unchanged == there - changed, what
        before = now


def test_another_program_has_other_answers(place: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    before = answered(place)
    monkeypatch.setattr(edition, "fingerprint", lambda: "another")
    now = answered(place)
    assert not {answer["ETag"] for answer in before.values()} & {answer["ETag"] for answer in now.values()}


def test_every_mark_is_that_of_its_view(place: dict[str, str]) -> None:
    """Before a view is asked its mark is made another way: both ways lead to one validator."""
    assert {*shown.MARKS} == {"api-claim", "claimreview", "claim"}
    for name, answer in answered(place).items():
        again = Client().get(answer.wsgi_request.path, headers={"if_none_match": answer["ETag"]})
        assert (again.status_code, again.content) == (304, b""), name


@pytest.mark.parametrize(("form", "queries"), [("api", 5), ("json-ld", 2), ("page", 8)])
def test_who_has_the_answer_is_known_by_a_fixed_number_of_queries(
    form: str,
    queries: int,
    place: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: Any,
) -> None:
    """Where an entry was appended since; after that, while the head is the same, by one."""
    path = FORMS[form].format("two")
    etag = Client().get(path)["ETag"]
    make_published("other")
    monkeypatch.setattr(caching.marks, "most", answers.MOST_MARKS)
    with django_assert_num_queries(queries):
        assert Client().get(path, headers={"if_none_match": etag}).status_code == 304
    with django_assert_num_queries(1):
        assert Client().get(path, headers={"if_none_match": etag}).status_code == 304
    caching.marks.clear()


def test_nothing_is_rendered_for_who_has_the_answer(
    place: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = answered(place)

    def rendered(*arguments: object, **options: object) -> None:
        raise AssertionError("Something was rendered.")

    for name in ("claims.documents.rationale_html", "claims.claimreview.claimreview", "claims.views.render"):
        monkeypatch.setattr(name, rendered)
    for answer in before.values():
        again = Client().get(answer.wsgi_request.path, headers={"if_none_match": answer["ETag"]})
        assert again.status_code == 304


def test_marks_are_of_one_state_and_the_oldest_are_forgotten() -> None:
    marks = answers.Marks(most=2)
    for number in range(3):
        marks.put((str(number),), f"mark {number}", at=1)
    assert [marks.get((str(number),), at=1) for number in range(3)] == [None, "mark 1", "mark 2"]
    assert marks.get(("2",), at=2) is None
    marks.put(("2",), "another", at=2)
    assert (marks.get(("2",), at=2), marks.get(("2",), at=1)) == ("another", None)
