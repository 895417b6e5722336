"""Loading seed files, with a made-up folder to break: all or nothing, and an editor's change is kept."""

import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from makers import NOON, TEXT, make_user
from seeding import contents, dump, load, state

from claims import workflow
from claims.models import Appearance, Claim, Revision, Site, Speaker, Verdict
from claims.seeding import files
from claims.verification import verify_record
from sources.models import Quotation, Snapshot, Source, fingerprint

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "seeds"
    write(made / "site.yaml", {"name": "Desk", "publisher": "desk", "licence": "https://example.org/licence"})
    write(made / "publishers.yaml", [{"id": "desk", "name": "Desk"}])
    write(made / "topics.yaml", [{"id": "bridge", "name": "Bridge"}])
    write(made / "speakers.yaml", [{"id": "ada-quill", "name": "Ada Quill", "kind": "person"}])
    write(
        made / "methodologies/1.yaml",
        {
            "version": "1",
            "title": "How we check",
            "rules": "To the character.",
            "scale": {
                "worst": 1,
                "best": 5,
                "ratings": [{"id": "false", "label": "False", "value": 1, "definition": "Not so."}],
            },
            "attribution_findings": [{"id": "reported", "label": "Reported", "definition": "One document."}],
        },
    )
    write(
        made / "sources/courier.yaml",
        {
            "id": "courier",
            "kind": "article",
            "language": "en",
            "snapshots": [
                {
                    "sha256": fingerprint(TEXT),
                    "length": len(TEXT),
                    "file": "courier.txt",
                    "how": "Saved as text.",
                }
            ],
        },
    )
    write(
        made / "claims/bridge.yaml",
        {
            "id": "bridge",
            "claim": "The bridge will open in spring.",
            "title": "Will it open?",
            "language": "en",
            "claimed_on": {"date": "2026-02-02", "precision": "day"},
            "topics": ["bridge"],
            "speaker": "ada-quill",
            "appearances": [
                {
                    "id": "courier",
                    "source": "courier",
                    "first": True,
                    "mode": "direct",
                    "language": "en",
                    "quotation": {"words": "the bridge will open in spring."},
                }
            ],
            "verdict": {
                "methodology": "1",
                "attribution": "reported",
                "rating": "false",
                "summary": "Defects are open.",
                "rationale": "Three defects.\n\nSo the report says.",
                "evidence": [
                    {
                        "stance": "refutes",
                        "kind": "passage",
                        "source": "courier",
                        "quotation": {"words": "three open defects"},
                    }
                ],
            },
        },
    )
    return made


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    made = tmp_path / "archive"
    made.mkdir()
    (made / "courier.txt").write_text(TEXT, encoding="utf-8")
    return made


def write(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(files.text_of(value), encoding="utf-8")


def change(path: Path, edit: Callable[[Any], Any]) -> None:
    value = files.value_of(path.read_text(), name=path.name)
    edit(value)
    write(path, value)


def test_words_get_their_positions_from_the_archive_and_a_dump_writes_them_down(
    folder: Path, archive: Path, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match="no positions yet"):
        load(folder)
    assert "2 hold in the archive; 1 texts taken in" in load(folder, archive=archive)
    dump(tmp_path / "dumped")
    dumped = files.value_of((tmp_path / "dumped/claims/bridge.yaml").read_text(), name="bridge.yaml")
    (segment,) = dumped["appearances"][0]["quotation"]["segments"]
    assert TEXT[segment["start"] : segment["end"]] == segment["exact"] == "the bridge will open in spring."
    assert "Nothing to change" in load(tmp_path / "dumped")
    assert "Nothing to change" in load(tmp_path / "dumped", archive=archive)


def test_an_archive_loaded_later_changes_the_overlay_and_republishes_nothing(
    folder: Path, archive: Path, tmp_path: Path
) -> None:
    load(folder, archive=archive)
    Snapshot.objects.update(text=None)
    before = list(Revision.objects.values())
    assert Client().get("/api/v1/claims/bridge/").json()["live"]["held"] == {fingerprint(TEXT): False}
    load(folder, archive=archive)
    assert Client().get("/api/v1/claims/bridge/").json()["live"]["held"] == {fingerprint(TEXT): True}
    assert list(Revision.objects.values()) == before


def test_one_changed_byte_stops_the_load_with_the_file_and_the_quotation_named(
    folder: Path, archive: Path, tmp_path: Path
) -> None:
    load(folder, archive=archive)
    dump(tmp_path / "dumped")
    before = state()
    (archive / "courier.txt").write_text(TEXT.replace("three open", "three 0pen"), encoding="utf-8")
    with pytest.raises(CommandError, match=r"courier\.txt is not the archived text") as caught:
        load(tmp_path / "dumped", archive=archive)
    assert "claims/bridge.yaml, evidence 1: “three open defects”" in str(caught.value)
    assert state() == before


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (TEXT.encode() + b" ", "Every quotation still holds"),
        (b"\xff" + TEXT.encode(), "byte 1 is not UTF-8"),
        (TEXT.encode().replace(b"\n", b"\r\n"), "SHA-256"),
        (TEXT.encode() + b"\x00", "NUL"),
        (TEXT.encode() + "e\u0301".encode(), "NFC"),
    ],
)
def test_an_archive_that_is_not_the_listed_one(folder: Path, archive: Path, raw: bytes, message: str) -> None:
    (archive / "courier.txt").write_bytes(raw)
    with pytest.raises(CommandError, match=message):
        load(folder, archive=archive)
    assert not Source.objects.exists()


def claim_file(edit: Callable[[Any], Any]) -> Callable[[Path], None]:
    return lambda folder: change(folder / "claims/bridge.yaml", edit)


BAD = {
    "an unknown key": (
        claim_file(lambda c: c.update(titel="x")),
        r"claims/bridge.yaml, line 1: the key 'titel'.*'title'",
    ),
    "a missing key": (claim_file(lambda c: c.pop("claim")), r"claims/bridge.yaml, line 1: claim missing"),
    "an unknown speaker": (
        claim_file(lambda c: c.update(speaker="ada-quil")),
        r"there is no speaker 'ada-quil'. Did you mean ada-quill\?",
    ),
    "an unknown rating": (claim_file(lambda c: c["verdict"].update(rating="fals")), "no rating 'fals'"),
    "an unknown stance": (
        claim_file(lambda c: c["verdict"]["evidence"][0].update(stance="proves")),
        "'proves' is none of supports, refutes, context",
    ),
    "a date that is none": (claim_file(lambda c: c["claimed_on"].update(date="2026-02-30")), "YYYY-MM-DD"),
    "a date without precision": (claim_file(lambda c: c["claimed_on"].pop("precision")), "precision missing"),
    "words that stand nowhere": (
        claim_file(lambda c: c["appearances"][0]["quotation"].update(words="the tunnel is closed for good")),
        "appearance courier: “the tunnel is closed for good” in courier",
    ),
    "words that stand twice": (
        claim_file(lambda c: c["appearances"][0]["quotation"].update(words="the bridge")),
        "appearance courier: “the bridge” in courier",
    ),
    "evidence that is the appearance": (
        claim_file(
            lambda c: c["verdict"]["evidence"][0]["quotation"].update(words="the bridge will open in spring.")
        ),
        "cannot be its own proof",
    ),
    "another name than the file's": (
        claim_file(lambda c: c.update(id="tunnel")),
        "name the file and the record alike",
    ),
    "a relation to nothing": (
        claim_file(lambda c: c.update(relations=[{"kind": "repeats", "claim": "tunnel", "note": "x"}])),
        "there is no claim 'tunnel'",
    ),
    "broken YAML": (
        lambda folder: (folder / "topics.yaml").write_text("- id: bridge\n  name: [Bridge\n"),
        r"topics.yaml, line 3: this is not valid YAML",
    ),
    "a doubled key": (
        lambda folder: (folder / "topics.yaml").write_text("- id: bridge\n  name: A\n  name: B\n"),
        "topics.yaml, line 3: .*'name' stands twice",
    ),
    "an alias": (
        lambda folder: (folder / "topics.yaml").write_text("- &a {id: bridge, name: A}\n- *a\n"),
        "topics.yaml, line 2: .*aliases",
    ),
    "a bottomless list": (
        lambda folder: (folder / "topics.yaml").write_text("[" * 3000 + "]" * 3000),
        "topics.yaml: this holds a value that cannot be read",
    ),
    "a number for a machine of its own": (
        lambda folder: (folder / "topics.yaml").write_text("- {id: bridge, name: !!int abc}\n"),
        "topics.yaml: this holds a value that cannot be read",
    ),
    "a NUL": (
        lambda folder: (folder / "topics.yaml").write_text('- {id: bridge, name: "A\\0"}\n'),
        "name: .* cannot be kept",
    ),
    "an identifier beyond measure": (
        lambda folder: (folder / "topics.yaml").write_text(f"- {{id: {'x' * 200}, name: A}}\n"),
        "more than 120 characters",
    ),
    "a link that is none": (
        lambda folder: change(
            folder / "sources/courier.yaml", lambda s: s.update(link="javascript:alert(1)")
        ),
        "valid URL",
    ),
    "a doubled record": (
        lambda folder: (folder / "topics.yaml").write_text(
            "- {id: bridge, name: A}\n- {id: bridge, name: B}\n"
        ),
        "two topics called 'bridge'",
    ),
    "not UTF-8": (
        lambda folder: (folder / "topics.yaml").write_bytes(b"- id: \xff\n"),
        "topics.yaml: byte 7",
    ),
    "a list instead of a record": (lambda folder: (folder / "site.yaml").write_text("- a\n"), "site.yaml"),
    "a stray file": (
        lambda folder: (folder / "claims/notes.txt").write_text("x"),
        "claims/notes.txt: no seed file",
    ),
    "a reversed scale": (
        lambda folder: change(folder / "methodologies/1.yaml", lambda m: m["scale"].update(worst=5, best=1)),
        "scale is reversed",
    ),
    "a number off its scale": (
        lambda folder: change(
            folder / "methodologies/1.yaml", lambda m: m["scale"]["ratings"][0].update(value=9)
        ),
        "runs from 1 to 5",
    ),
    "a missing archive file": (
        lambda folder: change(
            folder / "sources/courier.yaml", lambda s: s["snapshots"][0].update(file="other.txt")
        ),
        "the archive has no file other.txt",
    ),
    "an archive file elsewhere": (
        lambda folder: change(
            folder / "sources/courier.yaml", lambda s: s["snapshots"][0].update(file="../x.txt")
        ),
        "must be a plain file name",
    ),
    "a broken fingerprint": (
        lambda folder: change(folder / "sources/courier.yaml", lambda s: s["snapshots"][0].pop("file")),
        "the archive holds no text of courier",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_changes_nothing_and_is_named(kind: str, folder: Path, archive: Path) -> None:
    before = state()
    spoil, message = BAD[kind]
    spoil(folder)
    with pytest.raises(CommandError, match=f"(?s)Nothing was loaded. .*{message}"):
        load(folder, archive=archive)
    assert state() == before
    assert not Revision.objects.exists()


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no folder"):
        load(tmp_path / "nowhere")


def test_a_dry_run_says_what_it_would_do_and_does_nothing(folder: Path, archive: Path) -> None:
    before = state()
    assert "would publish 1 claims" in load(folder, archive=archive, dry_run=True)
    assert state() == before
    assert not User.objects.exists()


EDITS: dict[str, Callable[[], Any]] = {
    "a speaker's name": lambda: Speaker.objects.update(name="A. Quill"),
    "a claim's title": lambda: Claim.objects.update(title="Other"),
    "a verdict's summary": lambda: Verdict.objects.update(summary="Other."),
    "an appearance's role": lambda: Appearance.objects.update(role="Former mayor"),
    "the site's name": lambda: Site.objects.update(name="Our desk"),
    "a source's note": lambda: Source.objects.update(note="Seen twice."),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_editors_change_is_kept_unless_told_to_update(
    edit: str, folder: Path, archive: Path, tmp_path: Path
) -> None:
    load(folder, archive=archive)
    dump(tmp_path / "before")
    EDITS[edit]()
    edited = state()
    answer = load(folder, archive=archive)
    assert "Kept as editors have them (--update takes the files)" in answer
    assert state() == edited
    load(folder, archive=archive, update=True)
    dump(tmp_path / "after")
    assert contents(tmp_path / "after") == contents(tmp_path / "before")
    assert list(verify_record()) == []


def test_an_archive_and_an_update_repair_what_does_not_hold(
    folder: Path, archive: Path, tmp_path: Path
) -> None:
    load(folder, archive=archive)
    dump(tmp_path / "good")
    Snapshot.objects.update(text=None)
    for quotation in Quotation.objects.all():
        quotation.selector["segments"][0]["start"] += 2
        quotation.save()
    with pytest.raises(CommandError, match=r"bridge, appearance courier: .*--update"):
        load(tmp_path / "good", archive=archive)
    load(tmp_path / "good", archive=archive, update=True)
    call_command("verify_quotations")


def test_an_update_takes_nobodys_text_away_who_is_at_work_on_it(folder: Path, archive: Path) -> None:
    load(folder, archive=archive)
    verdict = Verdict.objects.get()
    workflow.apply("revise", verdict=verdict, by=make_user(), at=NOON)
    Claim.objects.update(title="A title in the making")
    assert "Kept as editors have them" in load(folder, archive=archive, update=True)
    assert Claim.objects.get().title == "A title in the making"


def test_an_update_of_a_published_claim_is_an_entry_with_a_note(folder: Path, archive: Path) -> None:
    load(folder, archive=archive)
    change(folder / "claims/bridge.yaml", lambda claim: claim.update(title="Will it open in spring?"))
    load(folder, archive=archive, update=True)
    kinds = list(Revision.objects.of("claims/bridge").values_list("kind", "note"))
    assert kinds == [
        ("publication", "Loaded from reviewed seed files."),
        ("update", "Updated from reviewed seed files."),
    ]
    assert Client().get("/api/v1/claims/bridge/").json()["title"] == "Will it open in spring?"


def test_a_dump_leaves_out_what_is_not_public(folder: Path, archive: Path, tmp_path: Path) -> None:
    load(folder, archive=archive)
    Claim.objects.update(title="A draft title")
    assert "Left out, because their text is not what is public: bridge." in dump(tmp_path / "dumped")
    assert not (tmp_path / "dumped/claims").exists()


def test_a_dump_names_files_that_it_did_not_write(folder: Path, archive: Path) -> None:
    load(folder, archive=archive)
    shutil.copy(folder / "claims/bridge.yaml", folder / "claims/tunnel.yaml")
    assert "look whether they are still wanted: claims/tunnel.yaml" in dump(folder)


def test_verify_quotations_names_each_failure(folder: Path, archive: Path) -> None:
    load(folder, archive=archive)
    out, err = io.StringIO(), io.StringIO()
    call_command("verify_quotations", stdout=out)
    assert "2 quotations hold." in out.getvalue()
    for quotation in Quotation.objects.all():
        quotation.selector["segments"][0]["exact"] += "s"
        quotation.save()
    with pytest.raises(CommandError, match="2 of 2 checks failed"):
        call_command("verify_quotations", stderr=err)
    assert "bridge, appearance courier:" in err.getvalue()
    assert "bridge, evidence 1:" in err.getvalue()
    Snapshot.objects.update(text=None)
    call_command("verify_quotations", stdout=out)
    assert "2 could not be checked: this server does not hold their texts." in out.getvalue()


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n"), max_size=60)
KEYS = st.from_regex(r"[a-z]{1,8}", fullmatch=True)
VALUES = st.recursive(
    TEXTS | st.integers(min_value=0, max_value=10**6) | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_is_read_back(value: Any) -> None:
    text = files.text_of(value)
    assert files.value_of(text, name="a file") == value
    assert files.text_of(files.value_of(text, name="a file")) == text
