"""Readers report errors and suggest claims: what reaches the desk, what is said to them, and how often it may be."""

import datetime as dt
import html
import re
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from makers import NOON, make_claim, make_published, make_user
from test_visibility import MARKER, public_addresses

from claims import intake, workflow
from claims.models import ErrorReport, Publication, Revision, Suggestion
from factcheck.readers import tallies
from factcheck.readers.forms import LONGEST_PLACE, LONGEST_TEXT
from factcheck.readers.models import Tally

pytestmark = pytest.mark.django_db

REPORT = "/claims/bridge/report/"
WORDS = "The report was made in May, not in June."
HOUR = dt.timedelta(hours=1)


def sent(text: str) -> str:
    """The page's words without its tags, in single spaces."""
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", text).split()))


def post(path: str, client: Client | None = None, **fields: str) -> Any:
    return (client or Client()).post(path, {"text": WORDS, **fields})


# What reaches the desk --------------------------------------------------------------------------------


def test_a_report_reaches_the_desk_with_a_due_date_and_is_nowhere_public() -> None:
    claim = make_published("bridge")
    before = list(Revision.objects.values_list("pk", flat=True))
    answer = post(REPORT, name=" Ada\tQuill ", email="ada@example.org", text=f"{WORDS}\r\n{MARKER}")
    report = ErrorReport.objects.get()
    assert (report.claim, report.publication, report.channel, report.outcome) == (claim, None, "form", "")
    assert (report.text, report.reported_by) == (f"{WORDS}\n{MARKER}", "Ada Quill, ada@example.org")
    assert report.due_on == intake.report_due(report.reported_at)
    assert report.owner == claim.verdict.author
    page = Client().get(answer["Location"])
    said = sent(page.content.decode())
    assert f"by {report.due_on:%A, %-d %B %Y}." in said
    assert "Nothing was published." in said
    assert list(Revision.objects.values_list("pk", flat=True)) == before
    for address in public_addresses():
        assert MARKER not in Client().get(address).getvalue().decode(), address


def test_a_suggestion_reaches_the_desk() -> None:
    answer = post("/suggest/", where="https://example.org/1", who="The mayor", email="ada@example.org")
    suggestion = Suggestion.objects.get()
    assert (suggestion.text, suggestion.where, suggestion.who) == (
        WORDS,
        "https://example.org/1",
        "The mayor",
    )
    assert (suggestion.contact, suggestion.channel, suggestion.outcome) == ("ada@example.org", "form", "")
    assert suggestion.due_on == intake.suggestion_due(suggestion.received_at)
    said = sent(Client().get(answer["Location"]).content.decode())
    assert f"An editor decides by {suggestion.due_on:%A, %-d %B %Y} whether we check it." in said


def test_a_withdrawn_fact_check_can_be_reported() -> None:
    claim = make_published("bridge")
    workflow.apply("withdraw", verdict=claim.verdict, by=make_user(), at=NOON, note="Wrong throughout.")
    page = Client().get("/claims/bridge/").content.decode()
    assert f'href="{REPORT}"' in page
    assert post(REPORT).status_code == 302
    assert ErrorReport.objects.get().claim == claim


def test_a_partners_fact_check_can_be_reported() -> None:
    make_published("bridge")
    # As it will be taken from a partner: a publication without a claim of ours.
    Publication.objects.update(origin="partner", claim=None)
    assert "made by a partner, whose text it is" in Client().get(REPORT).content.decode()
    assert post(REPORT).status_code == 302
    assert post(REPORT).status_code == 302
    report = ErrorReport.objects.get()
    assert (report.claim, report.publication) == (None, Publication.objects.get())
    assert str(report).startswith(Publication.objects.get().title)


@pytest.mark.parametrize("slug", ["draft", "nothing"])
@pytest.mark.parametrize("end", ["", "sent/"])
def test_what_is_not_public_cannot_be_reported(slug: str, end: str) -> None:
    make_claim("draft")
    path = f"/claims/{slug}/report/{end}"
    there, nowhere = Client().get(path), Client().get("/claims/no-such-claim/report/")
    assert (there.status_code, there.content) == (404, nowhere.content)
    if not end:
        assert post(path).status_code == 404
    assert not ErrorReport.objects.exists()


def test_the_same_words_sent_twice_are_one_report_while_it_is_open() -> None:
    make_published("bridge")
    for _ in range(2):
        assert post(REPORT).status_code == 302
        assert post("/suggest/").status_code == 302
    assert (ErrorReport.objects.count(), Suggestion.objects.count()) == (1, 1)
    ErrorReport.objects.update(outcome="upheld", outcome_note="It holds.")
    post(REPORT)
    assert ErrorReport.objects.count() == 2


@pytest.mark.parametrize("path", [REPORT, "/suggest/"])
def test_nobody_learns_whether_the_same_words_came_before(path: str) -> None:
    """The answer to what came first long ago and to what comes for the first time is one."""
    make_published("bridge")
    post(path)
    long_ago = timezone.now() - dt.timedelta(days=60)
    ErrorReport.objects.update(reported_at=long_ago, due_on=long_ago.date())
    Suggestion.objects.update(received_at=long_ago, due_on=long_ago.date())
    first, again = (post(path, text=text)["Location"] for text in ("Nobody ever said this.", WORDS))
    assert first == again
    assert (ErrorReport.objects.count() + Suggestion.objects.count()) == 2


def test_the_day_on_the_last_page_cannot_be_made_up() -> None:
    make_published("bridge")
    for path, said in [
        (f"{REPORT}sent/", "within 5 working days"),
        ("/suggest/sent/", "within 10 working days"),
    ]:
        for query in ("", "?due=2031-01-01", "?due=2031-01-01:forged", "?due=%00"):
            page = sent(Client().get(path + query).content.decode())
            assert said in page
            assert "2031" not in page.partition("Printed from")[0]


# What is wrong with what was typed --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"text": ""}, "Say what is wrong."),
        ({"text": " \r\n "}, "Say what is wrong."),
        ({"text": "\u200b"}, "Say what is wrong."),
        ({"text": "\u3164\r\n\u2800"}, "Say what is wrong."),
        ({"text": "x" * (LONGEST_TEXT + 1)}, f"at most {LONGEST_TEXT} characters"),
        ({"text": "a\0b"}, "Null characters are not allowed."),
        ({"email": "ada at example"}, "Write the whole address"),
        ({"email": f"{'a' * 250}@example.org"}, "at most 254 characters"),
        ({"name": "x" * 121}, "at most 120 characters"),
        ({"website": "https://example.org"}, "Empty it and send the form again."),
    ],
)
def test_a_bad_report_is_kept_on_the_page(fields: dict[str, str], sentence: str) -> None:
    make_published("bridge")
    answer = post(REPORT, **{"name": "Ada Quill", **fields})
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 200
    assert "Nothing was sent yet." in page
    assert sentence in page
    if "\0" not in fields.get("text", ""):
        for typed in ({"text": WORDS, "name": "Ada Quill"} | fields).values():
            assert typed.strip() in page
    assert not ErrorReport.objects.exists()
    # Whoever mistypes is not counted for it.
    assert not Tally.objects.exists()


def test_a_long_place_is_refused_and_a_place_of_any_form_is_taken() -> None:
    assert post("/suggest/", where="x" * (LONGEST_PLACE + 1)).status_code == 200
    assert post("/suggest/", where="javascript:alert(1)").status_code == 302
    assert post("/suggest/", where="On a leaflet in the market\r\non Sunday").status_code == 302


@pytest.mark.parametrize("text", ["\u200b", "\u3164", " \u2060\r\n\u2800 "])
def test_what_nobody_can_read_was_not_written(text: str) -> None:
    answer = post("/suggest/", text=text)
    assert (answer.status_code, Suggestion.objects.count()) == (200, 0)
    assert "Say which claim." in html.unescape(answer.content.decode())
    assert post("/suggest/", where=text, who=text, name=text).status_code == 302
    suggestion = Suggestion.objects.get()
    assert (suggestion.where, suggestion.who, suggestion.contact) == ("", "", "")


def test_many_line_ends_are_counted_once() -> None:
    assert post("/suggest/", text="\r\n".join(["x"] * 2500)).status_code == 302


@pytest.mark.parametrize("query", ["q=a%00b", "q=%FF", f"q={'a+' * 4000}", "q=<script>", "zzz=1"])
def test_words_of_a_lookup_come_along(query: str) -> None:
    answer = Client().get(f"/suggest/?{query}")
    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode()


def test_a_lookup_that_finds_nothing_leads_on() -> None:
    page = Client().get("/?q=unicorn+ferry").content.decode()
    (way,) = re.findall(r'href="(/suggest/\?q=[^"]*)"', page)
    assert "unicorn ferry</textarea>" in Client().get(html.unescape(way)).content.decode()
    assert 'href="/suggest/"' in page


def test_a_form_from_elsewhere_is_refused() -> None:
    make_published("bridge")
    client = Client(enforce_csrf_checks=True)
    for path in (REPORT, "/suggest/"):
        assert post(path, client).status_code == 403
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get(path).content.decode())
        assert token
        assert post(path, client, csrfmiddlewaretoken=token[1]).status_code == 302


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "FOO"])
def test_other_methods_are_not_for_forms(method: str) -> None:
    make_published("bridge")
    for path in (REPORT, "/suggest/"):
        assert Client().generic(method, path).status_code == 405
        assert Client().head(path).status_code == 200
    for path in (f"{REPORT}sent/", "/suggest/sent/"):
        assert Client().generic(method, path).status_code == 405
        assert Client().post(path).status_code == 405


def test_forms_and_their_answers_are_in_nobodys_cache() -> None:
    make_published("bridge")
    for path in (REPORT, f"{REPORT}sent/", "/suggest/", "/suggest/sent/"):
        assert "no-store" in Client().get(path)["Cache-Control"]


def test_a_draft_at_the_desk_has_no_way_to_report_it() -> None:
    claim, client = make_claim("draft"), Client()
    client.force_login(make_user())
    page = client.get(f"/admin/claims/claim/{claim.pk}/second-read/").content.decode()
    assert "Report an error" not in page


# How often --------------------------------------------------------------------------------------------


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "PER_ADDRESS", 2)
    monkeypatch.setattr(tallies, "PER_SITE", 3)
    monkeypatch.setattr(tallies, "IN_ALL", 5)
    monkeypatch.setattr(tallies, "AT_MOST", 8)


def numbered(path: str, count: int, **extra: Any) -> list[int]:
    return [
        Client().post(path, {"text": f"{WORDS} {number}"}, **extra).status_code for number in range(count)
    ]


def test_too_many_from_one_address_are_told_when_to_come_again(few: None) -> None:
    make_published("bridge")
    assert numbered(REPORT, 2) == [302, 302]
    answer = post("/suggest/", name="Ada Quill")
    assert answer.status_code == 429
    wait = int(answer["Retry-After"])
    assert 0 < wait <= 3600
    said = sent(answer.content.decode())
    assert "Nothing was sent yet. 2 forms came from your connection within this hour" in said
    assert re.search(r"send it again in (1 hour|\d+ minutes?)\.", said)
    # What was typed is still there.
    assert f"{WORDS}</textarea>" in answer.content.decode()
    assert 'value="Ada Quill"' in answer.content.decode()
    assert not Suggestion.objects.exists()
    # Another address is not meant.
    assert numbered(REPORT, 1, REMOTE_ADDR="198.51.100.7") == [302]
    # Reading is never limited.
    assert Client().get(REPORT).status_code == 200


def test_when_many_is_sent_each_address_still_has_its_first(few: None) -> None:
    for number in range(5):
        assert numbered("/suggest/", 1, REMOTE_ADDR=f"198.51.100.{number}") == [302]
    # More than the editors can read: another one of these is told so.
    answer = Client().post("/suggest/", {"text": "One more."}, REMOTE_ADDR="198.51.100.3")
    assert answer.status_code == 429
    assert "More is being sent to us at the moment" in answer.content.decode()
    # Whoever is turned away has not used up anything.
    assert sorted(Tally.objects.values_list("sent", flat=True)) == [1, 1, 1, 1, 1, 5]
    # Who has sent nothing in this hour is heard, until there is no end of them.
    found = [numbered("/suggest/", 1, REMOTE_ADDR=f"198.51.100.{number}") for number in range(10, 14)]
    assert found == [[302], [302], [302], [429]]
    assert Tally.objects.get(whose=Tally.ALL).sent == 8


def test_of_ipv6_a_site_is_counted_too(few: None) -> None:
    def sent_from(*addresses: str) -> list[int]:
        return [numbered("/suggest/", 1, REMOTE_ADDR=address)[0] for address in addresses]

    one_site = sent_from("2001:db8:0:1::1", "2001:db8:0:2::1", "2001:db8:0:3::1", "2001:db8:0:4::1")
    assert one_site == [302, 302, 302, 429]
    assert sent_from("2001:db8:1:1::1", "192.0.2.1") == [302, 302]
    answer = Client().post("/suggest/", {"text": "One more."}, REMOTE_ADDR="2001:db8:0:5::1")
    assert "3 forms came from your connection" in sent(answer.content.decode())


def test_behind_a_proxy_the_last_hop_is_the_address(few: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "BEHIND_PROXY", True)

    def hops(text: str) -> dict[str, str]:
        return {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": text}

    assert numbered("/suggest/", 2, **hops("203.0.113.1")) == [302, 302]
    # What the client itself wrote before it changes nothing.
    assert numbered("/suggest/", 1, **hops("192.0.2.44, 203.0.113.1")) == [429]
    assert numbered("/suggest/", 1, **hops("203.0.113.1, 192.0.2.44")) == [302]
    # A household has a /64 to itself.
    assert numbered("/suggest/", 2, **hops("2001:db8::1")) == [302, 302]
    assert numbered("/suggest/", 1, **hops("2001:db8::2")) == [429]


def test_another_hour_is_another_tally_and_the_old_ones_go(few: None) -> None:
    def admitted(at: dt.datetime, address: str | None = "192.0.2.1") -> bool:
        try:
            tallies.admit(address, at=at)
        except tallies.TooMany:
            return False
        return True

    end = NOON + HOUR - dt.timedelta(seconds=1)
    assert [admitted(at) for at in (NOON, end, end)] == [True, True, False]
    with pytest.raises(tallies.TooMany) as refused:
        tallies.admit("192.0.2.1", at=end)
    assert (refused.value.seconds, refused.value.most) == (1, 2)
    assert admitted(NOON + HOUR)
    assert [admitted(NOON, None) for _ in range(3)] == [True, True, False]
    assert tallies.forget(at=NOON + HOUR) == 0
    assert tallies.forget(at=NOON + 2 * HOUR) == 3
    assert tallies.forget(at=NOON + 9 * HOUR) == 2
    assert not Tally.objects.exists()


def test_no_address_is_kept() -> None:
    make_published("bridge")
    address = "203.0.113.77"
    post(REPORT)
    for path in (REPORT, "/suggest/"):
        Client().post(path, {"text": path}, REMOTE_ADDR=address)
    for model in (ErrorReport, Suggestion, Tally):
        assert address not in str(list(model.objects.values()))
    codes = set(Tally.objects.exclude(whose=Tally.ALL).values_list("whose", flat=True))
    assert len(codes) == 2
    assert all(re.fullmatch(r"[0-9a-f]{64}", code) for code in codes)
    # Of the hour, too: nobody who reads two tallies can tell that they are of one address.
    assert tallies._hash(address, 1) != tallies._hash(address, 2)


def test_a_form_is_counted_in_the_transaction_that_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(**_: Any) -> None:
        raise RuntimeError("The disk is full.")

    monkeypatch.setattr(intake, "receive_suggestion", fails)
    with pytest.raises(RuntimeError, match="disk"):
        post("/suggest/")
    assert not Tally.objects.exists()


# How long ---------------------------------------------------------------------------------------------


def test_names_and_addresses_go_when_they_are_not_needed_any_more() -> None:
    claim, now = make_published("bridge"), timezone.now()
    old, new = now - dt.timedelta(days=intake.CONTACT_DAYS + 1), now - dt.timedelta(days=1)
    closed = {"outcome": "upheld", "outcome_note": "It holds."}
    for at, rest in [(old, closed), (old, {}), (new, closed)]:
        ErrorReport.objects.create(
            claim=claim, text=WORDS, reported_by="Ada", reported_at=at, due_on=at.date(), **rest
        )
    declined = {"outcome": "declined", "outcome_note": "Too small."}
    for at, rest in [(old, declined), (old, {}), (new, declined)]:
        Suggestion.objects.create(text=WORDS, contact="Ada", received_at=at, due_on=at.date(), **rest)
    told = StringIO()
    call_command("forget_readers", stdout=told)
    assert told.getvalue() == "Names and addresses taken off: 2. Tallies removed: 0.\n"
    assert list(ErrorReport.objects.order_by("pk").values_list("reported_by", flat=True)) == [
        "",
        "Ada",
        "Ada",
    ]
    assert list(Suggestion.objects.order_by("pk").values_list("contact", flat=True)) == ["", "Ada", "Ada"]
    # A form that is sent does it as well.
    Suggestion.objects.update(contact="Ada")
    post("/suggest/", text="Another.")
    assert Suggestion.objects.order_by("pk").values_list("contact", flat=True)[0] == ""


@pytest.mark.parametrize("path", [REPORT, "/suggest/"])
def test_the_form_says_what_is_kept_and_how_long(path: str) -> None:
    make_published("bridge")
    said = sent(Client().get(path).content.decode())
    for words in (
        "read by our editors alone",
        f"removed {intake.CONTACT_DAYS} days",
        "is not kept",
        "One cookie",
    ):
        assert words in said
