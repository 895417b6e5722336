"""manage.py redact: what is taken out, what is left, and that every verifier is content with the rest."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from makers import NOON, approve, make_claim, make_published, make_user, publish
from test_history import revise, withdraw
from visiting import page, sentences

from claims import documents, record, record_keys, redacting, server_key, workflow
from claims.models import Claim, Publication, Revision, Verdict
from claims.verification import verify_record

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parent.parent
WORDS = ("SECRETCLAIM", "SECRETTITLE", "SECRETSUMMARY", "SECRETRATIONALE")


def redact(sequence: int, reason: str = "A court's order.") -> str:
    out = io.StringIO()
    call_command("redact", str(sequence), "--reason", reason, stdout=out)
    return out.getvalue()


def entries(slug: str = "one") -> list[Revision]:
    return list(Revision.objects.of(f"claims/{slug}"))


def holds(folder: Path) -> None:
    """Our own verification, and the stand-alone one on an exported file."""
    assert list(verify_record()) == []
    file = folder / "record.jsonl"
    call_command("export_record", str(file), stdout=io.StringIO())
    program = ROOT / "docs" / "verify_record.py"
    done = subprocess.run(
        [sys.executable, "-I", str(program), str(file)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def secret(slug: str = "one") -> None:
    """A published claim whose words nobody may read any more."""
    claim = make_claim(slug)
    Claim.objects.filter(pk=claim.pk).update(text="SECRETCLAIM", title="SECRETTITLE")
    Verdict.objects.filter(claim=claim).update(summary="SECRETSUMMARY", rationale="SECRETRATIONALE")
    publish(Claim.objects.get(pk=claim.pk))


def test_an_old_text_is_taken_out(tmp_path: Path) -> None:
    record_keys.ensure(at=NOON)
    make_published("one")
    revise("one", kind="clarification", note="Said more plainly.", summary="SECRETSUMMARY")
    revise("one", kind="clarification", note="Shorter.", summary="Plain.", days=2)
    first, second, third = entries()
    said = redact(second.sequence)
    redaction = entries()[-1]
    assert said.splitlines() == [
        f"Entry {redaction.sequence} redacts entry {second.sequence} (claims/one).",
        f"Other entries about it still have their bodies: {first.sequence}.",
        "Now empty the cache in front of the server; copies and backups keep what they have.",
    ]
    assert [entry.body is None for entry in entries()] == [False, True, False, False]
    assert redaction.note == "A court's order."
    assert Publication.objects.get().revision == third
    holds(tmp_path)


def test_a_withdrawn_claims_own_words_are_taken_out(tmp_path: Path) -> None:
    """Withdrawn, with the reason and no words: the page stands on another withdrawal before the old one goes."""
    record_keys.ensure(at=NOON)
    secret()
    with pytest.raises(CommandError, match="what the public reads now"):
        redact(entries()[0].sequence)
    withdraw("one", "Somebody else said it.")
    published, withdrawal = entries()
    said = redact(withdrawal.sequence)
    again, redaction = entries()[2:]
    old = withdrawal.sequence
    assert said.splitlines()[:3] == [
        f"Entry {again.sequence} withdraws the fact-check without its words, in the place of entry {old}.",
        f"Entry {redaction.sequence} redacts entry {withdrawal.sequence} (claims/one).",
        f"Other entries about it still have their bodies: {published.sequence}.",
    ]
    assert "have their bodies" not in redact(published.sequence)
    text = sentences(page("/claims/one/"))
    assert "Withdrawn," in text
    assert "Somebody else said it." in text
    document = Client().get("/api/v1/claims/one/").json()
    assert document["withdrawn"] == {"reason": "Somebody else said it."}
    for address in (
        "/",
        "/claims/one/",
        "/claims/one/history/",
        "/claims/one/changes/",
        "/corrections/",
        "/corrections/feed.atom",
        "/feed.atom",
        "/api/v1/claims/one/",
        "/api/v1/claims/one/revisions/",
        "/api/v1/changes/?limit=1000",
        *(f"/claims/one/history/{entry.number}/" for entry in entries()),
    ):
        answer = Client().get(address)
        assert answer.status_code < 500, address
        for word in WORDS:
            assert word not in answer.content.decode(), address
    assert not [line for line in record.exported() for word in WORDS if word in line]
    publication = Publication.objects.get()
    assert (publication.withdrawn, publication.revision) == (True, again)
    holds(tmp_path)
    with pytest.raises(CommandError, match="without words already"):
        redact(again.sequence)


def test_a_claim_without_words_can_be_restored(tmp_path: Path) -> None:
    secret()
    withdraw("one", "Somebody else said it.")
    redact(entries()[-1].sequence)
    verdict = Verdict.objects.get()
    workflow.apply("restore", verdict=verdict, by=make_user(), at=NOON)
    workflow.apply("submit", verdict=verdict, by=verdict.author, at=NOON)
    approve(Verdict.objects.get(), by=make_user())
    workflow.apply(
        "publish", verdict=Verdict.objects.get(), by=make_user(), at=NOON, kind="restoration", note="Lifted."
    )
    assert Publication.objects.get().title == "SECRETTITLE"
    holds(tmp_path)


REFUSED = {
    "an entry that is not there": (lambda: 99, "The record has no entry 99"),
    "the key": (lambda: Revision.objects.get(kind="key").sequence, "brought a key"),
    "what the public reads": (lambda: entries()[-1].sequence, "publish a new revision first"),
    "a name that the public reads": (
        lambda: Revision.objects.get(subject="speakers/ada-quill").sequence,
        "publish a new revision first",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_redacted_leaves_the_record_as_it_was(case: str) -> None:
    record_keys.ensure(at=NOON)
    make_published("one")
    before = list(Revision.objects.values_list("entry_digest", "body"))
    sequence, sentence = REFUSED[case]
    with pytest.raises(CommandError, match=rf"Nothing was redacted\. .*{sentence}"):
        redact(sequence())
    with pytest.raises(CommandError, match=r"Nothing was redacted\. A redaction needs a public reason"):
        redact(Revision.objects.get(subject="site").sequence, reason="\u200b")
    assert list(Revision.objects.values_list("entry_digest", "body")) == before


def test_a_redaction_and_a_redacted_entry_are_not_redacted() -> None:
    make_published("one")
    revise("one", kind="clarification", note="Said more plainly.", summary="Plain.")
    redact(entries()[0].sequence)
    for entry, sentence in ((entries()[0], "redacted already"), (entries()[-1], "is a redaction")):
        with pytest.raises(CommandError, match=sentence):
            redact(entry.sequence)


def test_without_the_key_nothing_is_redacted() -> None:
    record_keys.ensure(at=NOON)
    make_published("one")
    withdraw("one", "Somebody else said it.")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server_key, "sign", _cannot)
        with pytest.raises(CommandError, match=r"Nothing was redacted\. The key is elsewhere"):
            redact(entries()[-1].sequence)
    assert [entry.kind for entry in entries()] == ["publication", "withdrawal"]
    assert all(entry.body for entry in entries())


def _cannot(*_: object, **__: object) -> str:
    raise server_key.CannotSign("The key is elsewhere.")


def test_the_servers_memory_forgets_the_rationale(django_capture_on_commit_callbacks: Any) -> None:
    make_published("one")
    page("/claims/one/")
    first = entries()[0]
    key = documents.rationale_key(first.body_digest)
    assert cache.get(key)
    revise("one", kind="clarification", note="Said more plainly.", rationale="Plain.")
    with django_capture_on_commit_callbacks(execute=True):
        redacting.redact(sequence=first.sequence, reason="A court's order.", at=NOON)
    assert cache.get(key) is None


def test_the_new_withdrawal_says_no_more_than_it_must() -> None:
    secret()
    withdraw("one", "Somebody else said it.")
    old = json.loads(entries()[-1].body or "")
    redact(entries()[-1].sequence)
    new = json.loads(Publication.objects.get().revision.body or "")
    assert {name for name in old if old[name] != new[name]} == {"claim", "title"}
    assert (new["claim"], new["title"], new["language"]) == (
        "What was checked was taken out of the record.",
        "A withdrawn fact-check",
        "en",
    )
