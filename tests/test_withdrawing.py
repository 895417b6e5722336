"""What the desk withdraws of a partner's stays withdrawn until somebody lets it back in, and can be redacted."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from makers import NOON, make_published, make_site, make_user
from partnering import make_key, make_partner
from taken import make_review, make_taken
from visiting import page, sentences

from claims import permission, record, record_keys, redacting, roles
from claims.models import ErrorReport, Markup, PartnerEvent, Publication, Revision
from claims.partners import taking, withdrawing
from claims.partners.items import item
from claims.verification import verify_record

pytestmark = pytest.mark.django_db

URL = "https://www.checkers.example/reviews/harbour/"
SAID = {"url": URL, "claim": "SECRETCLAIM", "title": "SECRETTITLE", "summary": "SECRETSUMMARY"}
WORDS = ("SECRETCLAIM", "SECRETTITLE", "SECRETSUMMARY")
REASON = "It named a child."
PUBLISHER = {"id": "checkers-example", "name": "Harbour Checkers", "site": "checkers.example"}
LISTS = (
    *("/", "/?q=secretclaim", "/api/v1/claims/", "/api/v1/lookup/?q=secretclaim"),
    *("/v1alpha1/claims:search?query=secretclaim", "/publishers/checkers-example/"),
    *("/data/fact-checks.jsonl", "/data/fact-checks.csv"),
)


def taken() -> str:
    return make_taken(**SAID).slug


def again(**values: Any) -> taking.Tally:
    return taking.take([item(make_review(**{**SAID, **values}), publisher=PUBLISHER)], at=NOON)


def withdraw(slug: str, reason: str = REASON, **values: Any) -> PartnerEvent:
    return withdrawing.withdraw(slug, **{"reason": reason, "by": make_user(), "at": NOON, **values})


def let_in(slug: str, note: str = "It was another child.", **values: Any) -> PartnerEvent:
    return withdrawing.let_in(slug, **{"note": note, "by": make_user(), "at": NOON, **values})


def is_public(slug: str) -> bool:
    return not Publication.objects.get(slug=slug).withdrawn


def entries(slug: str) -> list[tuple[str, str]]:
    return [(row.kind, row.note) for row in Revision.objects.of(f"claims/{slug}")]


def holds() -> None:
    assert list(verify_record()) == []


# At the door ---------------------------------------------------------------------------------------


def test_withdrawn_it_is_a_tombstone_with_the_reason_everywhere(client: Client) -> None:
    record_keys.ensure(at=NOON)
    slug, pia = taken(), make_user("pia")
    for address in LISTS:
        assert "SECRETCLAIM" in client.get(address).getvalue().decode(), address
    event = withdraw(slug, by=pia)
    assert (event.step, event.by, event.note, event.entry.kind) == ("withdraw", pia, REASON, "withdrawal")
    assert entries(slug) == [("publication", ""), ("withdrawal", REASON)]
    words = sentences(page(f"/claims/{slug}/"))
    assert "This fact-check was taken from Harbour Checkers and is not shown here any more." in words
    assert REASON in words
    gone = client.get(f"/api/v1/claims/{slug}/")
    assert (gone.status_code, gone.json()["withdrawn"]) == (410, {"reason": REASON})
    # A copy from before is good no more, and nothing says that one is.
    for answer in (gone, client.get(f"/claims/{slug}/")):
        assert not answer.has_header("ETag")
        assert not answer.has_header("Last-Modified")
    last = client.get("/api/v1/changes/?limit=1000").json()["entries"][-1]
    assert (last["envelope"]["kind"], last["body"]["withdrawn"]) == ("withdrawal", {"reason": REASON})
    for address in LISTS:
        text = client.get(address).getvalue().decode()
        assert slug not in text, address
        assert not [word for word in WORDS if word in text], address
    assert REASON in page("/corrections/")
    # Who did it is nobody's business but the desk's.
    assert "pia" not in page(f"/claims/{slug}/history/")
    holds()


@pytest.mark.parametrize(
    "publishes",
    [{}, {"label": "True"}, {"summary": "Not a word of it.", "title": "Another title"}],
    ids=["the same", "another label", "other words"],
)
def test_its_publisher_does_not_bring_it_back(publishes: dict[str, str]) -> None:
    slug = taken()
    withdraw(slug)
    before = Revision.objects.count()
    for write in (False, True):
        assert taking.take(
            [item(make_review(**{**SAID, **publishes}), publisher=PUBLISHER)], at=NOON, write=write
        ).left == [slug]
    # Neither does it go once more.
    assert taking.withdraw([slug], at=NOON) == 0
    assert again(**publishes).left == [slug]
    assert (Revision.objects.count(), is_public(slug)) == (before, False)


@pytest.mark.parametrize(
    "url",
    [
        "http://checkers.example/reviews/harbour",
        "https://WWW.Checkers.example:443/reviews/harbour/#secret",
    ],
)
def test_its_address_is_the_same_in_these_spellings(url: str) -> None:
    slug = taken()
    withdraw(slug)
    assert again(url=url).left == [slug]
    assert is_public(slug) is False


@pytest.mark.parametrize(
    "another",
    [
        {"url": "https://www.checkers.example/reviews/Harbour/"},
        {"url": "https://www.checkers.example/reviews/h%61rbour/"},
        {"url": f"{URL}?page=1"},
        {"claim": "SECRETCLAIM!"},
        {"claim": "secretclaim"},
    ],
)
def test_another_address_or_wording_is_another_which_the_desk_withdraws_as_well(
    another: dict[str, str],
) -> None:
    slug = taken()
    withdraw(slug)
    assert again(**another).new == 1
    (other,) = Publication.objects.filter(withdrawn=False)
    withdraw(other.slug)
    assert again(**another).left == [other.slug]
    assert not Publication.objects.filter(withdrawn=False).exists()


def test_let_back_in_it_is_public_when_it_is_taken_next() -> None:
    slug, pia = taken(), make_user("pia")
    withdraw(slug)
    before = entries(slug)
    event = let_in(slug, "Mistaken for another.", by=pia)
    assert (event.step, event.by, event.note) == ("let_in", pia, "Mistaken for another.")
    assert (entries(slug), is_public(slug)) == (before, False)
    assert again(label="True").back == 1
    assert is_public(slug)
    said = "This house shows this fact-check of Harbour Checkers again."
    assert entries(slug)[-1] == ("restoration", said)
    told = sentences(page("/corrections/"))
    assert REASON in told
    assert said in told
    assert "Mistaken" not in told + page(f"/claims/{slug}/history/")
    holds()
    # Decided once is not decided for ever.
    withdraw(slug, "It names her again.")
    assert again(label="True").left == [slug]


def test_what_its_publisher_took_back_comes_back_by_itself() -> None:
    slug = taken()
    taking.withdraw([slug], at=NOON)
    with pytest.raises(withdrawing.Refused, match="Its publisher took it back"):
        let_in(slug)
    with pytest.raises(withdrawing.Refused, match="withdrawn already"):
        withdraw(slug)
    assert again().back == 1
    assert entries(slug)[-1] == ("restoration", "Harbour Checkers publishes this fact-check again.")
    # Nothing that we say of it, so no news of ours.
    assert "publishes this fact-check again" not in page("/corrections/")


NOT_SO = "Harbour Checkers does not publish this fact-check any more."


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("", "Say in a public note"),
        (" \n ", "Say in a public note"),
        ("\u3164", "Say in a public note"),
        ("It named\x07 a child.", "a character that nobody can read"),
        (NOT_SO, "what the program writes"),
        (f"  Somebody else{NOT_SO.removeprefix('Harbour Checkers')} ", "what the program writes"),
    ],
)
def test_a_reason_is_one_that_readers_can_read(reason: str, said: str) -> None:
    slug = taken()
    before = Revision.objects.count()
    with pytest.raises(withdrawing.Refused, match=said):
        withdraw(slug, reason)
    assert (Revision.objects.count(), PartnerEvent.objects.count()) == (before, 0)


@pytest.mark.parametrize("note", ["", " ", "Who\x07?"])
def test_a_note_says_why_it_is_let_back_in(note: str) -> None:
    slug = taken()
    withdraw(slug)
    with pytest.raises(withdrawing.Refused, match=r"note"):
        let_in(slug, note)
    assert again().left == [slug]


@pytest.mark.parametrize("step", [withdraw, let_in], ids=["withdraw", "let in"])
@pytest.mark.parametrize("role", [None, roles.REPORTER, roles.EDITOR])
def test_who_may_not_withdraw_ours_may_not_withdraw_theirs(step: Any, role: str | None) -> None:
    slug = taken()
    if step is let_in:
        withdraw(slug)
    before = Revision.objects.count()
    with pytest.raises(withdrawing.Refused, match="does not have the permission"):
        step(slug, by=make_user(role=role))
    with pytest.raises(withdrawing.Refused, match="active member of the staff"):
        step(slug, by=make_user(is_active=False))
    assert Revision.objects.count() == before
    assert set(withdrawing.PERMISSIONS.values()) == {"claims.withdraw_verdict", "claims.restore_verdict"}


def test_readers_see_what_comes_of_it_so_a_second_factor_is_asked_for(settings: Any) -> None:
    slug = taken()
    settings.SECOND_FACTOR_FOR_PUBLISHING = True
    with pytest.raises(withdrawing.Refused, match="second factor"):
        withdraw(slug)
    assert permission.objection(make_user(), "claims.withdraw_verdict", to="take this step") == ""
    settings.SECOND_FACTOR_FOR_PUBLISHING = False
    withdraw(slug)
    settings.SECOND_FACTOR_FOR_PUBLISHING = True
    with pytest.raises(withdrawing.Refused, match="second factor"):
        let_in(slug)


def test_nothing_else_is_withdrawn_here() -> None:
    make_published("ours")
    for step in (withdraw, let_in):
        with pytest.raises(withdrawing.Refused, match="a fact-check of ours"):
            step("ours")
        with pytest.raises(withdrawing.Refused, match="no fact-check nowhere here"):
            step("nowhere")
    slug = taken()
    with pytest.raises(withdrawing.Refused, match="It is public"):
        let_in(slug)
    withdraw(slug)
    let_in(slug)
    with pytest.raises(withdrawing.Refused, match="let back in already"):
        let_in(slug)


@pytest.mark.parametrize("values", [{"step": "lost"}, {"note": ""}])
def test_the_database_refuses_an_event_that_says_nothing(values: dict[str, str]) -> None:
    event = withdraw(taken())
    with pytest.raises(IntegrityError), transaction.atomic():
        PartnerEvent.objects.filter(pk=event.pk).update(**values)


STEPS = ("published", "changed", "gone", "withdrawn", "let in", "redacted")


@given(st.lists(st.sampled_from(STEPS), min_size=2, max_size=9))
def test_nothing_that_the_desk_withdrew_is_public_before_it_is_let_in(steps: list[str]) -> None:
    """Whatever happens in whatever order, by a model of its own: who withdrew it last, and whether it may come back."""
    with transaction.atomic():
        slug, public, may_return = taken(), True, True
        for number, step in enumerate(steps):
            if step in ("published", "changed"):
                again(label=f"Label {number}" if step == "changed" else "Mostly wrong")
                public = public or may_return
            elif step == "gone":
                # Redacted before, it does not come back by itself.
                had = Revision.objects.of(f"claims/{slug}").filter(kind="redaction").exists()
                may_return = not had if taking.withdraw([slug], at=NOON) else may_return
                public = False
            elif step == "withdrawn" and public:
                withdraw(slug)
                public = may_return = False
            elif step == "let in" and not public and not may_return:
                let_in(slug)
                may_return = True
            elif step == "redacted":
                found = Revision.objects.of(f"claims/{slug}").exclude(kind="redaction").exclude(body=None)
                oldest = found.filter(publication=None).first()
                if oldest:
                    redacting.redact(sequence=oldest.sequence, reason="A court's order.", at=NOON)
                    may_return = public
            assert is_public(slug) == public, step
        transaction.set_rollback(True)


# What was unlawful ---------------------------------------------------------------------------------


def everywhere(slug: str) -> list[str]:
    numbers = Revision.objects.of(f"claims/{slug}").values_list("number", flat=True)
    return [
        *LISTS,
        *(f"/claims/{slug}/{part}" for part in ("", "card/", "history/", "compare/")),
        *(f"/claims/{slug}/history/{number}/" for number in numbers),
        *(f"/api/v1/claims/{slug}/{part}" for part in ("", "revisions/")),
        *("/api/v1/changes/?limit=1000", "/corrections/", "/corrections/feed.atom"),
    ]


def test_unlawful_words_are_really_taken_out(client: Client, tmp_path: Path) -> None:
    record_keys.ensure(at=NOON)
    unlawful = {"url": "https://checkers.example/SECRETADDRESS", "label": "SECRETLABEL"}
    slug = make_taken(**{**SAID, **unlawful, "label": "Wrong"}).slug
    assert again(**unlawful).changed == 1
    current = Publication.objects.get(slug=slug).sequence
    with pytest.raises(record.RedactionRefused, match="what the public reads now"):
        redacting.redact(sequence=current, reason="A court's order.", at=NOON)
    withdraw(slug)
    for entry in Revision.objects.of(f"claims/{slug}")[:3]:
        call_command("redact", str(entry.sequence), reason="A court's order.", stdout=io.StringIO())
    for address in everywhere(slug):
        text = client.get(address).getvalue().decode()
        assert "SECRET" not in text, address
    assert REASON in sentences(page(f"/claims/{slug}/"))
    assert "Taken out of the record" in page_at_desk(slug)
    assert again(**unlawful).left == [slug]
    holds()
    file = tmp_path / "record.jsonl"
    call_command("export_record", str(file), stdout=io.StringIO())
    assert "SECRET" not in file.read_text()
    # And where its publisher has taken the words out, somebody decides that it may come back.
    let_in(slug)
    assert again(url=unlawful["url"], title="In other words", summary="", label="Wrong").back == 1
    assert is_public(slug)
    holds()


def test_letting_in_is_about_what_stood_there_then() -> None:
    slug = taken()
    again(label="True")
    withdraw(slug)
    let_in(slug)
    first = Revision.objects.of(f"claims/{slug}")[0]
    redacting.redact(sequence=first.sequence, reason="A court's order.", at=NOON)
    assert again().left == [slug]
    let_in(slug, "The court has seen what it says now.")
    assert again().back == 1


# By the partner's own key --------------------------------------------------------------------------


def ask(method: str, path: str, body: Any = None, *, key: str) -> tuple[int, dict[str, Any]]:
    answer = Client().generic(
        method,
        f"/v1alpha1/{path}",
        json.dumps(body) if body else "",
        content_type="application/json",
        headers={"authorization": f"Bearer {key}"},
    )
    return answer.status_code, answer.json()


def test_its_publishers_own_page_is_told_and_does_not_bring_it_back() -> None:
    make_site()
    key = make_key(make_partner(sites=["checkers.example"]), ["pages"])
    both = [
        {"claimReviewed": "The pier is gone.", "rating": {"textualRating": "Wrong"}},
        {"claimReviewed": "SECRETCLAIM", "rating": {"textualRating": "Wrong"}},
    ]
    sent = {"pageUrl": URL, "claimReviewMarkups": both}
    _, made = ask("POST", "pages", sent, key=key)
    publication = Publication.objects.get(text="SECRETCLAIM")
    withdraw(publication.slug)
    _, kept = ask("GET", made["name"], key=key)
    assert kept["claimReviewMarkups"] == both[:1]
    refused = ask("PUT", made["name"], sent, key=key)
    assert refused[0] == 400
    error = refused[1]["error"]
    assert error["status"] == "FAILED_PRECONDITION"
    assert error["details"] == [
        {
            "@type": "type.googleapis.com/google.rpc.PreconditionFailure",
            "violations": [
                {
                    "type": "WITHDRAWN_HERE",
                    "subject": "claimReviewMarkups[1]",
                    "description": f"{publication.slug} stays withdrawn here: {REASON}",
                }
            ],
        }
    ]
    # Nor by a page that is made anew.
    assert ask("DELETE", made["name"], key=key) == (200, {})
    assert ask("POST", "pages", sent, key=key)[0] == 400
    assert ask("POST", "pages", kept, key=key)[0] == 200
    let_in(publication.slug)
    assert ask("PUT", made["name"], sent, key=key)[1]["claimReviewMarkups"] == both
    assert is_public(publication.slug)
    # What was redacted goes from what its publisher sent as well.
    withdraw(publication.slug)
    redacting.redact(
        sequence=Revision.objects.of(f"claims/{publication.slug}")[0].sequence, reason="An order.", at=NOON
    )
    assert [row.sent for row in Markup.objects.all() if "SECRET" in row.sent] == []
    assert ask("GET", made["name"], key=key)[1]["claimReviewMarkups"] == both[:1]
    assert ask("PUT", made["name"], {**sent, "claimReviewMarkups": both[:1]}, key=key)[0] == 200


# At the desk ---------------------------------------------------------------------------------------


@pytest.fixture
def desk() -> Client:
    client = Client()
    client.force_login(make_user("pia"))
    return client


def page_at_desk(slug: str) -> str:
    client = Client()
    client.force_login(make_user())
    return client.get(at_desk(slug)).content.decode()


def at_desk(slug: str, *more: str) -> str:
    return "/".join(
        ["/admin/claims/publication", str(Publication.objects.get(slug=slug).pk), *(more or ["change"]), ""]
    )


def test_at_the_desk_it_is_withdrawn_and_let_back_in(desk: Client) -> None:
    slug = taken()
    report = ErrorReport.objects.create(
        publication=Publication.objects.get(slug=slug), text="She is a child.", reported_at=NOON, due_on=NOON
    )
    shown = desk.get(at_desk(slug)).content.decode()
    assert f'href="{at_desk(slug, "withdraw")}"' in shown
    assert "let-in" not in shown
    assert (
        f'href="{at_desk(slug)}"'
        in desk.get(f"/admin/claims/errorreport/{report.pk}/change/").content.decode()
    )
    asked = desk.get(at_desk(slug, "withdraw")).content.decode()
    assert "She is a child." in asked
    refused = desk.post(at_desk(slug, "withdraw"), {"note": NOT_SO})
    assert (refused.status_code, is_public(slug)) == (409, True)
    assert "what the program writes" in refused.content.decode()
    assert desk.post(at_desk(slug, "withdraw"), {"note": " "}).status_code == 200
    done = desk.post(at_desk(slug, "withdraw"), {"note": f"{REASON}\r\nTwice."}, follow=True)
    words = sentences(done.content.decode())
    assert f"{REASON} Twice." in words
    assert "Withdrawn from the public pia" in words
    assert entries(slug)[-1] == ("withdrawal", f"{REASON}\nTwice.")
    # Whoever had the page open is told.
    late = desk.post(at_desk(slug, "withdraw"), {"note": REASON})
    assert (late.status_code, "withdrawn already" in late.content.decode()) == (409, True)
    assert "withdrawn already" in desk.get(at_desk(slug, "withdraw")).content.decode()
    assert f'href="{at_desk(slug, "let-in")}"' in done.content.decode()
    assert REASON in desk.get(at_desk(slug, "let-in")).content.decode()
    done = desk.post(at_desk(slug, "let-in"), {"note": "It was another."}, follow=True)
    shown = done.content.decode()
    assert "It was let back in" in shown
    assert f'href="{at_desk(slug, "let-in")}"' not in shown
    assert [event.by.username for event in PartnerEvent.objects.of(slug)] == ["pia", "pia"]


TOOK_BACK = "Its publisher took it back, and not the desk"


def test_what_cannot_be_let_in_is_not_offered(desk: Client) -> None:
    slug = taken()
    taking.withdraw([slug], at=NOON)
    shown = desk.get(at_desk(slug)).content.decode()
    assert f'href="{at_desk(slug, "let-in")}"' not in shown
    assert TOOK_BACK in sentences(shown)
    other = Client()
    other.force_login(make_user("rob", role=roles.REPORTER))
    assert TOOK_BACK not in sentences(other.get(at_desk(slug)).content.decode())
    # Of what was taken out of the record as well nothing comes back by itself: that is the desk's to decide.
    redacting.redact(sequence=Revision.objects.of(f"claims/{slug}")[0].sequence, reason="An order.", at=NOON)
    shown = desk.get(at_desk(slug)).content.decode()
    assert f'href="{at_desk(slug, "let-in")}"' in shown
    assert TOOK_BACK not in sentences(shown)


def test_a_step_is_offered_to_whom_it_is_open(desk: Client, settings: Any) -> None:
    slug = taken()
    settings.SECOND_FACTOR_FOR_PUBLISHING = True
    for step in ("withdraw", "let-in"):
        shown = desk.get(at_desk(slug)).content.decode()
        assert f'href="{at_desk(slug, step)}"' not in shown
        assert "asks for a second factor" in sentences(shown)
        settings.SECOND_FACTOR_FOR_PUBLISHING = False
        shown = desk.get(at_desk(slug)).content.decode()
        assert f'href="{at_desk(slug, step)}"' in shown
        assert "asks for a second factor" not in sentences(shown)
        if step == "withdraw":
            withdraw(slug)
        settings.SECOND_FACTOR_FOR_PUBLISHING = True


def test_the_desk_sees_who_did_what(desk: Client) -> None:
    slug = taken()
    withdraw(slug, by=make_user("ada"))
    let_in(slug, by=make_user("ben"))
    listed = "/admin/claims/partnerevent/"
    words = sentences(desk.get(listed).content.decode())
    assert "SECRETTITLE Let back in ben It was another child." in words
    assert f"SECRETTITLE Withdrawn from the public ada {REASON}" in words
    assert "ada" not in sentences(desk.get(f"{listed}?q=another").content.decode())
    event = PartnerEvent.objects.order_by("pk")[0]
    assert REASON in desk.get(f"{listed}{event.pk}/change/").content.decode()
    for step in ("add/", f"{event.pk}/delete/"):
        assert desk.post(f"{listed}{step}", {"post": "yes"}).status_code == 403
    assert PartnerEvent.objects.count() == 2


def test_ours_are_withdrawn_on_the_page_of_the_claim(desk: Client) -> None:
    make_published("ours")
    shown = desk.get(at_desk("ours")).content.decode()
    assert "withdraw/" not in shown
    for step in ("withdraw", "let-in"):
        assert desk.get(at_desk("ours", step)).status_code == 404
        assert desk.post(at_desk("ours", step), {"note": REASON}).status_code == 404
    assert is_public("ours")


@pytest.mark.parametrize("role", [roles.REPORTER, roles.EDITOR])
def test_others_see_what_was_done_and_no_button(role: str) -> None:
    slug = taken()
    client = Client()
    client.force_login(make_user(role=role))
    assert "withdraw/" not in client.get(at_desk(slug)).content.decode()
    for step in ("withdraw", "let-in"):
        assert client.post(at_desk(slug, step), {"note": REASON}).status_code == 403
    withdraw(slug)
    assert REASON in client.get(at_desk(slug)).content.decode()
    assert is_public(slug) is False
