"""Importing at the desk: upload, preview, apply; without script, and refused to the wrong role."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from makers import make_speaker, make_user

from claims.models import PendingImport, Speaker
from claims.roles import EDITOR, REPORTER
from sources.models import Source

pytestmark = pytest.mark.django_db

SPEAKERS = reverse("admin:claims_speaker_import")
SOURCES = reverse("admin:sources_source_import")
TEXT = "slug,name,kind\nada-quill,Ada Quill-Marsh,person\nbo,Bo,person\n"


def signed_in(role: str | None = EDITOR) -> Client:
    client = Client()
    client.force_login(make_user(role=role))
    return client


def upload(client: Client, text: str | bytes, address: str = SPEAKERS) -> str:
    raw = text.encode() if isinstance(text, str) else text
    file = SimpleUploadedFile("people.csv", raw, content_type="text/csv")
    return str(client.post(address, {"file": file}, follow=True).content.decode())


def test_upload_preview_apply() -> None:
    make_speaker()
    client = signed_in()
    assert SPEAKERS in client.get(reverse("admin:claims_speaker_changelist")).content.decode()
    page = upload(client, TEXT)
    assert "<del>Ada Quill</del> → <ins>Ada Quill-Marsh</ins>" in page
    assert Speaker.objects.get().name == "Ada Quill"
    seen = client.get(SPEAKERS).context["plan"].seen
    done = client.post(SPEAKERS, {"seen": seen}, follow=True).content.decode()
    assert "Imported: 1 new, 1 changed." in done
    assert set(Speaker.objects.values_list("name", flat=True)) == {"Ada Quill-Marsh", "Bo"}
    assert not PendingImport.objects.exists()
    assert "Choose a file first." in client.post(SPEAKERS, {"seen": seen}).content.decode()


def test_wrong_rows_are_named_and_left_out_on_demand() -> None:
    client = signed_in()
    page = upload(client, TEXT + "x,,person\n")
    assert "line 4, column name: This field cannot be blank." in page
    seen = client.get(SPEAKERS).context["plan"].seen
    assert "1 row is wrong" in client.post(SPEAKERS, {"seen": seen}).content.decode()
    assert Speaker.objects.count() == 0
    done = client.post(SPEAKERS, {"seen": seen, "only_good": "on"}, follow=True).content.decode()
    assert "Imported: 2 new, 0 changed; 1\u00a0wrong row left out." in done


def test_what_changed_meanwhile_is_shown_again() -> None:
    make_speaker()
    client = signed_in()
    upload(client, TEXT)
    seen = client.get(SPEAKERS).context["plan"].seen
    Speaker.objects.update(name="Ada Q.")
    answer = client.post(SPEAKERS, {"seen": seen})
    assert "changed after the preview was made" in answer.content.decode()
    assert "<del>Ada Q.</del>" in answer.content.decode()
    assert Speaker.objects.get().name == "Ada Q."


def test_a_file_that_cannot_be_used_says_why() -> None:
    client = signed_in()
    for raw, sentence in (
        (b"slug,nmae\n", "did you mean “name”?"),
        (b"slug\na\0b\n", "NUL"),
        (b"\xff\xfa\xf0", "not in UTF-8"),
        (b"x" * 5_000_001, "more than 5 MB"),
    ):
        assert sentence in upload(client, raw)
    assert not PendingImport.objects.exists()


def test_no_earlier_preview_stands_below_a_refused_file() -> None:
    client = signed_in()
    upload(client, TEXT)
    page = upload(client, b"\xff\xfa\xf0")
    assert "people.csv: Line 1 is not in UTF-8" in page
    assert 'value="Import"' not in page
    assert "Choose a file first." in client.post(SPEAKERS, {"seen": ""}).content.decode()
    assert not Speaker.objects.exists()


def test_a_file_is_thrown_away_and_is_its_owners_alone() -> None:
    client, other = signed_in(), signed_in()
    upload(client, TEXT)
    assert other.get(SPEAKERS).context["plan"] is None
    assert client.get(SOURCES).context["plan"] is None
    client.post(SPEAKERS, {"discard": ""})
    assert not PendingImport.objects.exists()
    assert not Speaker.objects.exists()


def test_the_template_is_an_import_that_says_nothing() -> None:
    client = signed_in()
    for address in (SPEAKERS, SOURCES):
        answer = client.get(f"{address}template.csv")
        assert answer["Content-Disposition"].startswith("attachment")
        upload(client, b"".join(answer), address)
        assert client.get(address).context["plan"].rows == ()


def test_text_of_a_file_is_text_on_the_page() -> None:
    page = upload(signed_in(), "slug,name,kind\na,<script>alert(1)</script>,person\n")
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page


def test_the_rows_that_are_here_are_an_import_that_changes_nothing() -> None:
    make_speaker("odd", name="=SUM(1;2)", description="Two\nlines, “quoted”.")
    client = signed_in()
    upload(client, b"".join(client.get(f"{SPEAKERS}rows.csv")))
    assert [row.outcome for row in client.get(SPEAKERS).context["plan"].rows] == ["unchanged"]


@pytest.mark.parametrize("role", [REPORTER, None])
def test_the_wrong_role_is_refused(role: str | None) -> None:
    client = signed_in(role)
    for address in (SPEAKERS, SOURCES, f"{SPEAKERS}template.csv", f"{SPEAKERS}rows.csv"):
        assert client.get(address).status_code == 403
    file = SimpleUploadedFile("people.csv", TEXT.encode())
    assert client.post(SPEAKERS, {"file": file}).status_code == 403
    assert client.post(SPEAKERS, {"seen": "x"}).status_code == 403
    assert not PendingImport.objects.exists()
    assert not Source.objects.exists()
