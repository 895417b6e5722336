"""What caches may keep of public answers, and when they have to ask again."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from makers import NOON, make_claim, make_published, make_snapshot, make_source, make_user, publish
from test_changes import revised, withdraw

from claims import freshness, reference
from claims.models import Claim, Head, NamedText, Revision, Site, Speaker
from factcheck import answers, caching, edition
from factcheck.answers import Answers
from factcheck.audiences import AUDIENCES, Audience
from sources.models import Snapshot, fingerprint

pytestmark = pytest.mark.django_db

# Every public address that is a projection of the record, with one that answers 200.
ADDRESSES = {
    "lookup": "/",
    "claim": "/claims/one/",
    "history": "/claims/one/history/",
    "revision": "/claims/one/history/1/",
    "compare": "/claims/one/compare/",
    "corrections": "/corrections/",
    "feed": "/feed.atom",
    "corrections-feed": "/corrections/feed.atom",
    "claimreview": "/claims/one/claimreview.json",
    "card": "/claims/one/card/",
    "oembed": "/oembed/?url=http://testserver/claims/one/",
    "data": "/data/",
    "data-jsonl": "/data/fact-checks.jsonl",
    "data-csv": "/data/fact-checks.csv",
    "datafeed": "/data/claimreview.json",
    "feed-rss": "/feed.rss",
    "topic-feed": "/topics/bridge/feed.atom",
    "topic-feed-rss": "/topics/bridge/feed.rss",
    "speaker-feed": "/speakers/ada-quill/feed.atom",
    "speaker-feed-rss": "/speakers/ada-quill/feed.rss",
    "rating-feed": "/ratings/false/feed.atom",
    "rating-feed-rss": "/ratings/false/feed.rss",
    "source": "/sources/article/",
    "speaker": "/speakers/ada-quill/",
    "speaker-named": "/speakers/ada-quill/named/",
    "publishers": "/publishers/",
    "publisher": "/publishers/test-desk/",
    "topics": "/topics/",
    "topic": "/topics/bridge/",
    "methodology": "/methodology/",
    "about": "/about/",
    "opensearch": "/opensearch.xml",
    "api-lookup": "/api/v1/lookup/?q=bridge",
    "tools-search": "/v1alpha1/claims:search?query=bridge",
    "sitemap": "/sitemap.xml",
    "sitemap-part": "/sitemaps/1.xml",
    "robots": "/robots.txt",
    "seeds": "/about/seeds/",
    "api-claims": "/api/v1/claims/",
    "api-claim": "/api/v1/claims/one/",
    "api-revisions": "/api/v1/claims/one/revisions/",
    "api-revision": "/api/v1/claims/one/revisions/1/",
    "api-home": "/api/",
    "api-docs": "/api/docs/",
    "api-schema": "/api/v1/schema/",
    "api-entries": "/api/v1/revisions/",
    "api-entry": "/api/v1/revisions/1/",
    "api-corrections": "/api/v1/corrections/",
    "api-correction": "/api/v1/corrections/9/",
    "api-reviews": "/api/v1/reviews/?url=http://testserver/claims/one/",
    "api-speakers": "/api/v1/speakers/",
    "api-speaker": "/api/v1/speakers/ada-quill/",
    "api-sources": "/api/v1/sources/",
    "api-source": "/api/v1/sources/article/",
    "api-publishers": "/api/v1/publishers/",
    "api-publisher": "/api/v1/publishers/test-desk/",
    "api-topics": "/api/v1/topics/",
    "api-topic": "/api/v1/topics/bridge/",
    "api-ratings": "/api/v1/ratings/",
    "api-rating": "/api/v1/ratings/false/",
    "api-methodologies": "/api/v1/methodologies/",
    "api-methodology": "/api/v1/methodologies/1/",
}
OTHER = "Another text of the same article."


@pytest.fixture(autouse=True)
def published(db: None) -> None:
    Site.objects.current()
    Site.objects.update(seeds="How these were chosen.")
    source = make_source("article")
    claim = make_claim("one", source=source)
    # Listed on the record, since the source is, and not held.
    make_snapshot(source, text=OTHER, held=False)
    revised(publish(claim))


def test_the_table_has_every_address_of_the_record() -> None:
    public = {name for name, audience in AUDIENCES.items() if audience is Audience.PUBLIC}
    assert {*ADDRESSES} == public - caching.OTHERS
    assert public >= caching.OTHERS


@pytest.mark.parametrize("path", ADDRESSES.values())
def test_an_answer_is_known_again(path: str) -> None:
    first = Client().get(path)
    assert first.status_code == 200
    assert first["Last-Modified"] == "Sun, 01 Mar 2026 12:00:00 GMT"
    assert first["Cache-Control"] == "max-age=0, s-maxage=60"
    assert not first.cookies
    assert "cookie" not in first.get("Vary", "").lower()
    for sent in (
        {"if_none_match": first["ETag"]},
        {"if_none_match": f'"other", W/{first["ETag"]}'},
        {"if_modified_since": first["Last-Modified"]},
    ):
        again = Client().get(path, headers=sent)
        assert (again.status_code, again.content) == (304, b""), sent
        for name in ("ETag", "Cache-Control", "Vary"):
            assert again.get(name) == first.get(name)
    assert Client().head(path)["ETag"] == first["ETag"]
    assert Client().get(path, headers={"if_none_match": '"other"'}).status_code == 200
    # Another question has another answer.
    assert Client().get("/?q=x", headers={"if_none_match": first["ETag"]}).status_code == 200


def test_who_has_the_answer_is_told_so_before_it_is_computed(django_assert_num_queries: Any) -> None:
    etag = Client().get("/api/v1/claims/")["ETag"]
    with django_assert_num_queries(1):
        assert Client().get("/api/v1/claims/", headers={"if_none_match": etag}).status_code == 304


@pytest.fixture
def keeping(monkeypatch: pytest.MonkeyPatch) -> Iterator[Answers]:
    monkeypatch.setattr(caching.kept, "most", answers.MOST)
    monkeypatch.setattr(caching.marks, "most", answers.MOST_MARKS)
    yield caching.kept
    caching.kept.clear()
    caching.marks.clear()


@pytest.mark.parametrize("path", ADDRESSES.values())
def test_an_answer_that_was_made_already_is_the_same(
    path: str, keeping: Answers, django_assert_num_queries: Any
) -> None:
    made = Client().get(path)
    if made.streaming:
        # It may be of any length, and is made each time.
        assert not keeping.size
        return
    with django_assert_num_queries(3):
        again = Client().get(path)
        head = Client().head(path)
        unchanged = Client().get(path, headers={"if_modified_since": made["Last-Modified"]})
    for answer in (made, again, head):
        # What is left to whoever asks is no part of what was kept.
        answer.headers.pop("RateLimit", None)
    assert (again.status_code, again.content, again.headers) == (200, made.content, made.headers)
    assert (head.content, head.headers) == (b"", made.headers)
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    # What the one who asks does to a response stays with that response.
    again["X-Other"] = "1"
    assert "X-Other" not in Client().get(path)


def test_an_answer_to_another_question_is_another(keeping: Answers) -> None:
    client = Client()
    for path in ("/", "/?q=bridge", "/claims/one/"):
        client.get(path)
    assert client.get("/?q=bridge").content != client.get("/").content
    assert Client(headers={"host": "other.example"}).get("/").status_code == 400
    assert client.get("/claims/one/", headers={"accept": "application/json"}).status_code == 200
    assert client.post("/claims/one/").status_code in (403, 405)
    secured = Client().get("/", secure=True)
    assert "https://testserver" in secured.text
    assert "https://testserver" not in Client().get("/").text


def test_what_is_withdrawn_is_not_shown_from_memory(keeping: Answers) -> None:
    claim = make_published("two")
    client = Client()
    assert client.get("/api/v1/claims/two/").status_code == 200
    withdraw(claim)
    assert client.get("/api/v1/claims/two/").status_code == 410
    assert client.get("/api/v1/claims/two/").status_code == 410


def test_what_staff_see_is_kept_for_nobody(keeping: Answers) -> None:
    editor = Client()
    editor.force_login(make_user("editor", is_staff=True, is_superuser=True))
    with_cookie = editor.get("/claims/one/")
    assert Client().get("/claims/one/").content == with_cookie.content
    size = keeping.size
    editor.get("/admin/")
    assert keeping.size == size


def test_the_oldest_answers_are_forgotten_first() -> None:
    store = Answers(most=10_000, largest=5_000)
    for number in range(4):
        store.put((str(number),), HttpResponse(b"x" * 1000))
        store.get(("0",))
    assert store.size <= store.most
    assert [store.get((str(number),)) is not None for number in range(4)] == [True, False, True, True]
    store.put(("long",), HttpResponse(b"x" * 6000))
    assert store.get(("long",)) is None
    store.put(("0",), HttpResponse(b"y"))
    found = store.get(("0",))
    assert found is not None
    assert found.content == b"y"
    store.clear()
    assert (store.size, store.get(("0",))) == (0, None)


def rename() -> None:
    speaker = Speaker.objects.get()
    speaker.name = "Ada Marsh"
    speaker.save()
    reference.put_on_record(speaker, note="Married.", at=NOON)


# Of everything that is not about one fact-check alone (tests/test_shown.py has those answers).
CHANGES: dict[str, Callable[[], Any]] = {
    "another claim": lambda: make_published("two"),
    "a withdrawal": lambda: withdraw(make_published("two")),
    "a name": rename,
    "a text that is held from now on": lambda: Snapshot.objects.filter(text=None).update(text=OTHER),
    "the text of a source that nobody cites, which is that of one on the record": lambda: make_source(
        "reprint", text=OTHER
    ),
    "a text that is not held any more": lambda: Snapshot.objects.update(text=None),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("path", ["/", "/claims/one/history/", "/api/v1/claims/", "/sources/article/"])
def test_what_may_change_an_answer_changes_its_validator(path: str, change: str) -> None:
    first = Client().get(path)
    CHANGES[change]()
    again = Client().get(path, headers={"if_none_match": first["ETag"]})
    assert again.status_code == 200
    assert again["ETag"] != first["ETag"]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("path", ["/", "/claims/one/history/", "/api/v1/claims/", "/sources/article/"])
def test_an_answer_is_made_anew_after_a_change(path: str, change: str, keeping: Answers) -> None:
    first = Client().get(path)
    CHANGES[change]()
    assert Client().get(path)["ETag"] != first["ETag"]


def test_which_texts_are_held_has_another_mark_each_time() -> None:
    """None comes back when the same texts do: an answer may have been given to readers between."""
    marks = [freshness.state().held]
    for text in (OTHER, None, OTHER):
        Snapshot.objects.filter(sha256=fingerprint(OTHER)).update(text=text)
        marks.append(freshness.state().held)
    Snapshot.objects.filter(sha256=fingerprint(OTHER)).delete()
    marks.append(freshness.state().held)
    assert len(set(marks)) == 5


def test_what_happens_to_texts_of_drafts_changes_no_validator() -> None:
    before = Client().get("/")["ETag"]
    snapshot = make_snapshot(make_source("draft", text=None), text="Words of a draft.")
    Snapshot.objects.filter(pk=snapshot.pk).update(text=None)
    Snapshot.objects.filter(pk=snapshot.pk).update(text="Words of a draft.")
    Snapshot.objects.filter(sha256=fingerprint(OTHER)).update(file="other.txt")
    snapshot.delete()
    assert Client().get("/")["ETag"] == before


def test_what_answers_depend_on_is_asked_at_once(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        state = freshness.state()
    head, last = Head.objects.get(pk=1), Revision.objects.order_by("sequence").last()
    assert last
    assert (state.sequence, state.entry_digest, state.at) == (head.sequence, last.entry_digest, last.at)


def test_every_text_that_the_record_names_is_known() -> None:
    """Those of earlier revisions, too: their pages say whether a text is held."""
    withdraw(Claim.objects.get())
    said = "".join(Revision.objects.exclude(body=None).values_list("body", flat=True))
    named = set(NamedText.objects.values_list("sha256", flat=True))
    assert named == set(re.findall("[0-9a-f]{64}", said)) & set(
        Snapshot.objects.values_list("sha256", flat=True)
    )
    assert len(named) == 2


def test_a_withdrawal_is_seen_at_once_and_kept_as_long_as_any_answer() -> None:
    first = Client().get("/api/v1/claims/one/")
    withdraw(Claim.objects.get(slug="one"))
    gone = Client().get("/api/v1/claims/one/", headers={"if_none_match": first["ETag"]})
    assert gone.status_code == 410
    assert gone["Cache-Control"] == "max-age=0, s-maxage=60"
    # Whatever a client has kept, it is told anew that the fact-check is gone (RFC 9110, 13.2.1).
    for sent in ({"if_none_match": "*"}, {"if_modified_since": "Sun, 01 Mar 2037 12:00:00 GMT"}):
        assert Client().get("/api/v1/claims/one/", headers=sent).status_code == 410
    assert not gone.has_header("ETag")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/claims/none/", 404),
        ("/api/v1/claims/none/", 404),
        ("/api/v1/claims/?bad=1", 400),
        ("/api/v1/none/", 404),
    ],
)
@pytest.mark.parametrize(
    "sent", [{"if_none_match": "*"}, {"if_modified_since": "Sun, 01 Mar 2037 12:00:00 GMT"}, {}]
)
def test_only_what_is_there_is_not_modified(path: str, status: int, sent: dict[str, str]) -> None:
    answer = Client().get(path, headers=sent)
    assert answer.status_code == status
    assert not answer.has_header("ETag")


def test_staff_pages_are_nobody_elses() -> None:
    etag = Client().get("/")["ETag"]
    desk = Client()
    desk.force_login(make_user("editor"))
    page = desk.get("/admin/")
    assert not page.has_header("ETag")
    assert "private" in page["Cache-Control"]
    assert "no-store" in page["Cache-Control"]
    # The public pages are the same for an editor.
    assert desk.get("/")["ETag"] == etag
    assert not Client().get("/admin/login/").has_header("ETag")
    assert not Client().get("/livez").has_header("ETag")


def test_before_the_first_entry_nothing_is_kept() -> None:
    Head.objects.update(sequence=0, entry_digest="", at=None)
    assert not Client().get("/about/").has_header("ETag")


def test_two_entries_of_one_second_are_two_times() -> None:
    at = NOON
    assert caching.last_modified(None, now=at) is None
    assert caching.last_modified(at, now=at + dt.timedelta(seconds=59)) == at - dt.timedelta(seconds=1)
    assert caching.last_modified(at, now=at + dt.timedelta(seconds=61)) == at


def test_another_edition_of_the_program_shows_the_record_in_other_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = Client().get("/")
    monkeypatch.setattr(edition, "fingerprint", lambda: "another")
    assert Client().get("/", headers={"if_none_match": first["ETag"]}).status_code == 200


FOR_PROGRAMS = (
    *("/api/v1/claims/", "/feed.atom", "/corrections/feed.atom", "/.well-known/factcheck-record"),
    *("/claims/one/claimreview.json", "/data/claimreview.json"),
    *("/data/fact-checks.jsonl", "/data/fact-checks.csv", "/feed.rss"),
    "/oembed/?url=http://testserver/claims/one/",
    *("/topics/bridge/feed.atom", "/speakers/ada-quill/feed.rss", "/ratings/false/feed.atom"),
    "/v1alpha1/claims:search?query=bridge",
)


@pytest.mark.parametrize("path", [*FOR_PROGRAMS, "/api/v1/claims/?bad=1", "/api/v1/none/"])
def test_what_is_for_programs_is_open_to_the_scripts_of_other_sites(path: str) -> None:
    answer = Client().get(path)
    assert answer["Access-Control-Allow-Origin"] == "*"
    if answer.has_header("ETag"):
        again = Client().get(path, headers={"if_none_match": answer["ETag"]})
        assert (again.status_code, again["Access-Control-Allow-Origin"]) == (304, "*")


@pytest.mark.parametrize("path", FOR_PROGRAMS)
def test_a_script_may_ask_whether_its_copy_is_good(path: str) -> None:
    asked = Client().options(
        path, headers={"origin": "https://x.example", "access-control-request-headers": "if-none-match"}
    )
    assert 200 <= asked.status_code < 300
    assert asked["Access-Control-Allow-Origin"] == "*"
    assert "If-None-Match" in asked["Access-Control-Allow-Headers"]


def test_pages_are_not_read_by_the_scripts_of_other_sites() -> None:
    for path in ("/", "/claims/one/", "/claims/none/"):
        assert not Client().get(path).has_header("Access-Control-Allow-Origin")
    assert Client().options("/").status_code == 405


def test_a_snapshot_of_a_draft_is_no_secret_in_a_validator() -> None:
    """Whatever the text is: with the one and with the other, whoever asks is answered with the same validators."""
    source = make_source("draft", text=None)
    texts = ["Words of a draft.", "Other words, and more of them."]
    validators = set()
    for text in texts:
        with transaction.atomic():
            Snapshot.objects.create(
                pk=1000, source=source, sha256=fingerprint(text), length=len(text), text=text, how="Made up."
            )
            answer = Client().get("/")
            validators.add((answer["ETag"], answer["Last-Modified"]))
            transaction.set_rollback(True)
    assert len(validators) == 1
