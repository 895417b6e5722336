"""Quoting in the admin: every outcome by form, on the claim's page and on the reading page; taking snapshots."""

import html
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from makers import TEXT, make_claim, make_snapshot, make_source, make_user
from test_admin import filled

from claims import answers, quoting, roles
from claims.models import Appearance, Claim, Contribution, Evidence
from sources.models import Quotation, Snapshot

pytestmark = pytest.mark.django_db

OTHER = "The harbour was dredged in June, the port said."
RIDGE = TEXT.index("ridge")


def client_of(role: str | None = roles.REPORTER, **values: Any) -> Client:
    client = Client()
    client.force_login(make_user(role=role, **values))
    return client


def claim_page(claim: Claim) -> str:
    return reverse("admin:claims_claim_change", args=[claim.pk])


def verdict_page(claim: Claim) -> str:
    return reverse("admin:claims_verdict_change", args=[claim.verdict.pk])


def orphans() -> int:
    return Quotation.objects.filter(appearance=None, evidence=None).count()


def said(response: Any) -> str:
    """What the page says: its text as a reader gets it."""
    return html.unescape(response.content.decode())


# What is typed for the appearance; whether it is saved; what the page says.
ANSWERS = [
    ("Critics doubted it.", True, "Character for character as in the archived text."),
    ('"the bridge will open in spring."', True, "only the form of quotation marks"),
    ("lists three [...] defects", True, "Character for character"),
    ("bridge", False, "choose the place that you mean"),
    ("the bridge would open in spring", False, "The nearest passage differs"),
    ("The harbour was dredged in June", False, "in that of another one"),
    ("a ferry sank off the coast", False, "stands nowhere in the text"),
    ("[the mayor]", False, "There are no words to look for"),
    ("", False, "A direct quotation needs its words"),
    ("bridge\0", False, "Null characters are not allowed"),
]


@pytest.mark.parametrize(("typed", "is_saved", "told"), ANSWERS)
def test_what_comes_of_words_in_the_form_of_a_claim(typed: str, is_saved: bool, told: str) -> None:
    claim, client = make_claim(), client_of()
    make_source(title="The port", text=OTHER)
    part, count = claim.appearances.get(), Quotation.objects.count()
    data = filled(client, claim_page(claim)) | {"appearances-0-words": typed, "title": "Also typed"}
    answer = client.post(claim_page(claim), data, follow=True)
    assert told in said(answer)
    part.refresh_from_db()
    assert (part.quotation_id is not None, Quotation.objects.count(), orphans()) == (True, count, 0)
    assert Contribution.objects.filter(subject=claim.subject).exists() == is_saved
    assert (str(part.quotation) != "the bridge will open in spring.") == is_saved
    if not is_saved:
        form = answer.context["inline_admin_formsets"][0].formset.forms[0]
        assert form["words"].value() == typed
        assert typed in said(answer)
        assert answer.context["adminform"].form["title"].value() == "Also typed"


def test_one_of_several_places_is_chosen_by_a_radio_button() -> None:
    claim, client = make_claim(), client_of()
    data = filled(client, claim_page(claim)) | {"appearances-0-words": "bridge"}
    page = said(client.post(claim_page(claim), data))
    snapshot, second = Snapshot.objects.get(), TEXT.rindex("bridge")
    assert f'name="appearances-0-words_place" value="{snapshot.pk}:{second}"' in page
    assert "Read the source" in page
    assert "The council voted twice on the <strong>bridge</strong>." in page
    chosen = data | {"appearances-0-words_place": f"{snapshot.pk}:{second}"}
    assert client.post(claim_page(claim), chosen).status_code == 302
    part = claim.appearances.get()
    assert part.quotation is not None
    assert part.quotation.start == second
    assert part.quotation.problems() == []
    for forged in (f"{snapshot.pk}:{second + 1}", f"{snapshot.pk + 9}:{second}", "x", "1:²", "1" * 90):
        again = filled(client, claim_page(claim)) | {"appearances-0-words": "the bridge"}
        again["appearances-0-words_place"] = forged
        assert "choose the place" in said(client.post(claim_page(claim), again))


def test_a_near_match_shows_the_difference_and_offers_the_text_s_words() -> None:
    claim, client = make_claim(), client_of()
    data = filled(client, verdict_page(claim)) | {"evidence-0-words": "lists three closed defects"}
    page = said(client.post(verdict_page(claim), data))
    assert '<del><span class="said">yours:</span> closed</del>' in page
    assert '<ins><span class="said">the text:</span> open</ins>' in page
    assert "Take over the text’s own words: “lists three open defects”" in page
    value = page.partition('name="evidence-0-words_place" value="')[2].partition('"')[0]
    data["evidence-0-words_place"] = value
    assert "Quoted from" in said(client.post(verdict_page(claim), data, follow=True))
    assert str(Evidence.objects.get().quotation) == "lists three open defects"
    assert orphans() == 0


def test_the_source_that_has_the_words_is_named_and_linked() -> None:
    claim, client = make_claim(), client_of()
    other = make_source("port", title="The <port>", text=OTHER)
    data = filled(client, claim_page(claim)) | {"appearances-0-words": "The harbour was dredged"}
    page = client.post(claim_page(claim), data).content.decode()
    address = reverse("admin:claims_snapshot_read", args=[other.snapshots.get().pk])
    assert f'<a href="{address}">The &lt;port&gt;</a>' in page
    data["appearances-0-source"] = str(other.pk)
    assert client.post(claim_page(claim), data).status_code == 302
    assert claim.appearances.get().quotation.snapshot.source == other


def test_untouched_words_keep_their_row_even_where_the_text_is_not_held() -> None:
    claim, client = make_claim(), client_of()
    part = claim.appearances.get()
    unheld = make_source(held=False)
    quotation = answers.answer(part.source, "Critics doubted it.").quotation
    assert quotation is not None
    quotation.snapshot = unheld.snapshots.get()
    quotation.save()
    Appearance.objects.filter(pk=part.pk).update(quotation=quotation, source=unheld)
    data = filled(client, claim_page(claim)) | {"appearances-0-note": "A note."}
    assert client.post(claim_page(claim), data).status_code == 302
    part.refresh_from_db()
    assert (part.quotation_id, part.note) == (quotation.pk, "A note.")
    data["appearances-0-words"] = "Critics doubted"
    answer = said(client.post(claim_page(claim), data))
    assert "This server holds no text of" in answer
    assert reverse("admin:sources_source_snapshot", args=[unheld.pk]) in answer


def test_words_over_several_lines_are_not_changed_by_a_browser_s_line_ends() -> None:
    source = make_source(text="One two.\n\nThree four.\rFive six.")
    claim, client = make_claim(), client_of()
    part = claim.appearances.get()
    typed = "two.\n\nThree four.\rFive"
    at = (source.snapshots.get().text or "").index(typed)
    place = answers.Place(source.snapshots.get().pk, at, at + len(typed))
    quotation = answers.answer(source, typed, place=place).quotation
    assert quotation is not None
    quotation.save()
    Appearance.objects.filter(pk=part.pk).update(quotation=quotation, source=source)
    data = filled(client, claim_page(claim))
    data["appearances-0-words"] = "two.\r\n\r\nThree four.\r\nFive"
    assert client.post(claim_page(claim), data).status_code == 302
    part.refresh_from_db()
    assert part.quotation_id == quotation.pk
    assert not Contribution.objects.exists()


def test_words_are_taken_away_where_the_mode_allows_it() -> None:
    claim, client = make_claim(), client_of()
    data = filled(client, claim_page(claim)) | {
        "appearances-0-words": "",
        "appearances-0-mode": "paraphrase",
    }
    assert client.post(claim_page(claim), data).status_code == 302
    assert claim.appearances.get().quotation is None
    assert orphans() == 0


# Kind, words and locator of evidence, and the field that complains.
@pytest.mark.parametrize(
    ("kind", "words", "locator", "field"),
    [
        ("passage", "", "", "words"),
        ("passage", "three open defects", "", None),
        ("dataset", "three open defects", "Table 1", "words"),
        ("dataset", "", "", "locator"),
        ("dataset", "", "Table 1", None),
        ("", "three open defects", "", "kind"),
    ],
)
def test_evidence_is_a_passage_or_is_located(kind: str, words: str, locator: str, field: str | None) -> None:
    claim, client = make_claim(), client_of()
    row = {"kind": kind, "words": words, "locator": locator}
    data = filled(client, verdict_page(claim)) | {f"evidence-0-{name}": value for name, value in row.items()}
    answer = client.post(verdict_page(claim), data)
    assert (answer.status_code == 302) == (field is None)
    if field:
        assert list(answer.context["inline_admin_formsets"][0].formset.errors[0]) == [field]
    assert orphans() == 0


def test_a_new_claim_with_its_words_at_once_and_a_row_that_goes() -> None:
    claim, client = make_claim(), client_of(roles.EDITOR)
    source, count = make_source("other"), Quotation.objects.count()
    data = filled(client, claim_page(claim)) | {
        "appearances-TOTAL_FORMS": 2,
        "appearances-0-DELETE": "on",
        "appearances-1-claim": claim.pk,
        "appearances-1-source": source.pk,
        "appearances-1-slug": "new",
        "appearances-1-mode": "direct",
        "appearances-1-language": "en",
        "appearances-1-words": "A tender closed in May.",
        "appearances-1-position": "0",
    }
    answer = client.post(claim_page(claim), data)
    assert answer.status_code == 302, answer.context["errors"]
    assert str(claim.appearances.get().quotation) == "A tender closed in May."
    assert (Quotation.objects.count(), orphans()) == (count, 0)


def test_a_deleted_claim_leaves_no_quotation() -> None:
    claim, client = make_claim(), client_of(roles.EDITOR)
    client.post(reverse("admin:claims_claim_delete", args=[claim.pk]), {"post": "yes"})
    assert not Claim.objects.exists()
    assert not Quotation.objects.exists()


def test_the_page_of_a_claim_costs_the_same_for_one_appearance_and_for_twenty(
    django_assert_max_num_queries: Any,
) -> None:
    claim, client = make_claim(), client_of()
    for number in range(20):
        source = make_source(f"more-{number}")
        quotation = answers.answer(source, "Critics doubted it.").quotation
        assert quotation is not None
        quotation.save()
        claim.appearances.create(
            slug=f"n{number}", source=source, mode="direct", language="en", quotation=quotation
        )
    with django_assert_max_num_queries(60):
        page = said(client.get(claim_page(claim)))
    assert page.count("Read the source") == 21


def test_a_viewer_sees_the_words_and_cannot_change_them() -> None:
    claim, client = make_claim(), Client()
    viewer = make_user(role=None)
    viewer.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(viewer)
    assert "the bridge will open in spring." in said(client.get(claim_page(claim)))
    assert client.post(claim_page(claim), {"appearances-0-words": "x"}).status_code == 403
    snapshot = Snapshot.objects.get()
    reading = reverse("admin:claims_snapshot_read", args=[snapshot.pk])
    assert "may read this text, but not quote" in said(client.get(reading, {"claim": claim.pk}))
    assert client.post(f"{reading}?claim={claim.pk}", {"words": "Critics doubted it."}).status_code == 403
    taking = reverse("admin:sources_source_snapshot", args=[snapshot.source_id])
    assert client.get(taking).status_code == 403
    assert client.post(taking, {"text": "Words.", "how": "Typed."}).status_code == 403
    nobody = client_of(None)
    assert nobody.get(reading).status_code == 403


# The reading page ---------------------------------------------------------------------------------


def reading(snapshot: Snapshot, query: str = "") -> str:
    return reverse("admin:claims_snapshot_read", args=[snapshot.pk]) + query


def test_the_text_is_shown_to_the_character_with_its_passages() -> None:
    text = "A <b> & “c”.\r\n\tTabs,  spaces\u00a0and \U0001f986 ducks.\n\n\nThe end."
    source = make_source(text=text)
    claim, client = make_claim(source=make_source()), client_of()
    quotation = answers.answer(source, "ducks. The end").quotation
    assert quotation is not None
    quoting.new_appearance(
        claim, quotation, mode="headline", by=make_user(), at=claim.verdict.author.date_joined
    )
    page = client.get(reading(source.snapshots.get())).content.decode()
    shown = page.partition(f'data-length="{len(text)}">')[2].partition("</section>")[0]
    assert "A &lt;b&gt; &amp; “c”.&#13;\n" in shown
    assert "\tTabs,  spaces\u00a0and \U0001f986 <mark>ducks.\n\n\n</mark>" in shown
    assert f'href="{claim_page(claim)}" aria-label="Passage 1, quoted for' in shown


def test_claims_to_quote_for_are_found_and_chosen() -> None:
    claim, client = make_claim(title="Dredging the harbour"), client_of()
    snapshot = Snapshot.objects.get()
    unrelated = make_claim("elsewhere", source=make_source(), title="Quite another thing")
    assert f"?claim={claim.pk}" in said(client.get(reading(snapshot)))
    assert f"?claim={unrelated.pk}" not in said(client.get(reading(snapshot)))
    assert f"?claim={unrelated.pk}" in said(client.get(reading(snapshot), {"q": "another thing"}))
    assert "No claim has these words" in said(client.get(reading(snapshot), {"q": "unicorn\0"}))
    for query in (
        "?claim=0",
        "?claim=x",
        "?claim=²",
        "?appearance=99999",
        "?evidence=" + "9" * 40,
        f"?claim={2**63}",
    ):
        assert client.get(reading(snapshot, query)).status_code == 404
    assert client.get(reverse("admin:claims_snapshot_read", args=[snapshot.pk + 99])).status_code == 404


def test_words_become_an_appearance_evidence_or_other_words_of_a_row() -> None:
    claim, client = make_claim(), client_of()
    snapshot, part, piece = Snapshot.objects.get(), claim.appearances.get(), Evidence.objects.get()
    address = reading(snapshot, f"?claim={claim.pk}")
    start = TEXT.index("Critics")
    new = {"words": "Critics doubted it.\r\n\r\nThe works", "use": "new-appearance", "mode": "indirect"}
    new["place"] = f"{snapshot.pk}:{start}:{TEXT.index('report')}"
    answer = client.post(address, new)
    assert (answer.status_code, answer["Location"]) == (302, claim_page(claim))
    made = claim.appearances.exclude(pk=part.pk).get()
    assert (made.slug, made.mode, made.quotation.start) == (snapshot.source.slug, "indirect", start)
    assert made.quotation.selector["level"] == "exact"
    answer = client.post(
        address, {"words": "A tender closed in May.", "use": "new-evidence", "stance": "context"}
    )
    assert (answer.status_code, answer["Location"]) == (302, verdict_page(claim))
    assert [str(one.quotation) for one in claim.verdict.evidence.all()] == [
        "three open defects",
        "A tender closed in May.",
    ]
    for row, value in ((part, "appearance"), (piece, "evidence")):
        use = f"{value}-{row.pk}-{row.quotation_id}"
        page = said(client.get(reading(snapshot, f"?{value}={row.pk}")))
        assert f'value="{use}"' in page
        data = {"words": "The council voted twice", "use": use}
        assert client.post(reading(snapshot, f"?{value}={row.pk}"), data).status_code == 302
        row.refresh_from_db()
        assert str(row.quotation) == "The council voted twice"
        # The same form once more: the row has other words by now than the editor saw.
        assert "not one of the available choices" in said(client.post(address, data))
    assert orphans() == 0
    assert Contribution.objects.get().subject == claim.subject


# What is posted on the reading page, and what it says; nothing is made.
@pytest.mark.parametrize(
    ("posted", "told"),
    [
        ({"words": "bridge"}, "choose the place that you mean"),
        ({"words": "ridge", "place": f"{{pk}}:{RIDGE}:{RIDGE + 5}"}, "within a word"),
        ({"words": "the bridge would open in spring"}, "The nearest passage differs"),
        ({"words": "a ferry sank off the coast"}, "stands nowhere in the text"),
        ({"words": ""}, "This field is required"),
        ({"words": "Critics doubted it.", "mode": ""}, "Say how the claim appears there"),
        ({"words": "Critics doubted it.", "use": "new-evidence"}, "Say whether the words support or refute"),
        ({"words": "Critics doubted it.", "mode": "sung"}, "not one of the available choices"),
        (
            {"words": "Critics doubted it.", "use": "new-evidence", "stance": "hints"},
            "not one of the available choices",
        ),
        ({"words": "Critics doubted it.", "use": "appearance-1-1"}, "not one of the available choices"),
    ],
)
def test_what_is_not_quoted_from_the_reading_page(posted: dict[str, str], told: str) -> None:
    claim, client = make_claim(), client_of()
    Appearance.objects.filter(claim=claim).update(source=make_source(), mode="paraphrase")
    count, snapshot = Quotation.objects.count(), Snapshot.objects.order_by("pk").first()
    assert snapshot is not None
    data = {"use": "new-appearance", "mode": "direct", **posted}
    data = {name: value.format(pk=snapshot.pk) for name, value in data.items()}
    answer = client.post(reading(snapshot, f"?claim={claim.pk}"), data)
    assert answer.status_code == 200
    assert told in said(answer)
    assert answer.context["form"]["words"].value() == data["words"]
    assert Quotation.objects.count() == count
    assert not Contribution.objects.exists()


@pytest.mark.parametrize(
    ("use", "rows"),
    [("new-appearance", Appearance), ("new-evidence", Evidence)],
    ids=["appearance", "evidence"],
)
def test_what_a_rule_of_the_row_forbids_is_a_sentence_on_the_page(use: str, rows: Any) -> None:
    """The form knows modes and stances; where the row itself cannot be, the page says why."""
    claim, client = make_claim(), client_of()
    largest = connection.ops.integer_field_range("PositiveSmallIntegerField")[1]
    rows.objects.update(position=largest)
    quotations, count = Quotation.objects.count(), rows.objects.count()
    data = {"words": "Critics doubted it.", "use": use, "mode": "indirect", "stance": "context"}
    answer = client.post(reading(Snapshot.objects.get(), f"?claim={claim.pk}"), data)
    assert answer.status_code == 200
    assert f"Position: Ensure this value is less than or equal to {largest}." in said(answer)
    assert answer.context["form"]["words"].value() == data["words"]
    assert (Quotation.objects.count(), rows.objects.count()) == (quotations, count)
    assert not Contribution.objects.exists()


def test_an_older_snapshot_is_read_and_quoted_as_such() -> None:
    claim, client = make_claim(), client_of()
    older = Snapshot.objects.get()
    newer = make_snapshot(older.source, text=TEXT + " An update.")
    page = said(client.get(reading(older, f"?claim={claim.pk}")))
    assert reading(newer, f"?claim={claim.pk}") in page
    data = {"words": "Critics doubted it.", "use": "new-appearance", "mode": "direct"}
    assert "in an older snapshot" in said(
        client.post(reading(older, f"?claim={claim.pk}"), data, follow=True)
    )
    assert claim.appearances.last().quotation.snapshot == older


def test_a_snapshot_without_its_text_says_so() -> None:
    claim, client = make_claim(), client_of()
    source = make_source(held=False)
    page = reading(source.snapshots.get(), f"?claim={claim.pk}")
    assert "is not held on this server" in said(client.get(page))
    assert client.post(page, {"words": "bridge"}).status_code == 404


# Taking snapshots ---------------------------------------------------------------------------------


def file(data: bytes, name: str = "text.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


# What is posted; the text that is kept, or None; what is said.
TAKEN = [
    (
        {"text": "Pasted words.\r\nTwo lines."},
        "Pasted words.\nTwo lines.",
        "The snapshot was taken. It has 24",
    ),
    (
        {"file": file("\ufeffUploaded Wörter.\r\n".encode())},
        "Uploaded Wörter.\n",
        "byte order mark was dropped",
    ),
    ({"file": file(b"x " * 2_400_000)}, "x " * 2_400_000, "4,800,000"),
    ({"text": TEXT}, None, "already has a snapshot of exactly this text"),
    ({}, None, "no words in the text"),
    ({"text": " \r\n\t"}, None, "no words in the text"),
    ({"text": "A\0B"}, None, "NUL"),
    ({"text": "half \ufffd"}, None, "Characters of the text were lost"),
    ({"text": "Both", "file": file(b"Both")}, None, "of both, one"),
    ({"file": file(b"")}, None, "no words in the text"),
    ({"file": file(b"A\0B")}, None, "NUL"),
    ({"file": file(b"half \xed\xa0\x80")}, None, "lone surrogate"),
    ({"file": file("UTF-16".encode("utf-16"))}, None, "UTF-16"),
    ({"file": file(b"%PDF-1.7 \xe2\xe3\xcf\xd3")}, None, "not plain text in UTF-8"),
    ({"file": file(b"x " * 2_600_000)}, None, "at most 5 MB"),
    ({"file": file(b"x" * 10_100_000)}, None, "too much text for one form"),
    ({"text": "x " * 2_000_000}, None, "too much text for one form"),
    ({"text": "Words.", "how": ""}, None, "This field is required"),
    ({"text": "Words.", "how": "a\0b"}, None, "Null characters"),
    ({"text": "Words.", "how": "x" * 181}, None, "at most 180 characters"),
]


@pytest.mark.parametrize(("posted", "kept", "told"), TAKEN, ids=[str(number) for number in range(len(TAKEN))])
def test_a_snapshot_is_taken_or_refused_in_a_sentence(
    posted: dict[str, Any], kept: str | None, told: str
) -> None:
    source, client = make_source(), Client(enforce_csrf_checks=True)
    client.force_login(make_user(role=roles.REPORTER))
    address = reverse("admin:sources_source_snapshot", args=[source.pk])
    token = client.get(address).context["csrf_token"]
    if "file" in posted:
        posted["file"].seek(0)
    answer = client.post(
        address, {"how": "Copied.", "csrfmiddlewaretoken": str(token), **posted}, follow=True
    )
    assert told in said(answer)
    newest = source.snapshots.order_by("-pk")[0]
    assert newest.text == (kept or TEXT)
    assert source.snapshots.count() == (2 if kept else 1)
    assert Contribution.objects.filter(subject=f"sources/{source.slug}").exists() == bool(kept)
    if kept:
        assert newest.sha256 in said(answer)
    elif (
        "�" not in posted.get("text", "")
        and len(posted.get("text", "")) < 100
        and answer.context["form"].is_bound
    ):
        assert (answer.context["form"]["text"].value() or "") == posted.get("text", "")


def test_taking_a_snapshot_needs_the_token_against_forged_requests() -> None:
    source, client = make_source(), Client(enforce_csrf_checks=True)
    client.force_login(make_user())
    address = reverse("admin:sources_source_snapshot", args=[source.pk])
    assert client.post(address, {"text": "Forged.", "how": "Forged."}).status_code == 403
    assert source.snapshots.count() == 1


def test_a_source_lists_its_snapshots_and_deletes_none() -> None:
    source, client = make_source(), client_of(is_superuser=True)
    unheld = make_snapshot(source, text="Another", held=False)
    address = reverse("admin:sources_source_change", args=[source.pk])
    page = said(client.get(address))
    held = source.snapshots.held().get()
    assert reading(held) in page
    assert held.sha256 in page
    assert reading(unheld) not in page
    assert reverse("admin:sources_source_snapshot", args=[source.pk]) in page
    data = filled(client, address) | {"snapshots-0-DELETE": "on", "snapshots-0-how": "Forged", "title": "New"}
    assert client.post(address, data).status_code == 302
    assert source.snapshots.count() == 2
    assert not source.snapshots.filter(how="Forged").exists()
    client.post(reverse("admin:sources_source_delete", args=[source.pk]), {"post": "yes"})
    assert source.snapshots.count() == 2
