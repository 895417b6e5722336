"""A feed taken as a whole: what is new, changed, gone, refused; broken off, interrupted, run again."""

import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from makers import make_published, make_user

import manage
from claims.models import Label, Publication, Reference, Revision
from claims.partners import importing, portions, publishers, rejects, taking, withdrawing
from claims.search import keeping, store
from claims.search.store import Unusable
from claims.verification import verify_record
from sources.models import Publisher

pytestmark = pytest.mark.django_db

SITE = "checkers.example"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    # Keys of the record are not asked for: it is unsigned here.
    settings.DATA_DIR = tmp_path
    return tmp_path


def review(number: int, *, site: str = SITE, **values: Any) -> dict[str, Any]:
    url = f"https://www.{site}/{number}/"
    made = {
        "@type": "ClaimReview",
        "url": url,
        "claimReviewed": f"Harbour {number} was sold.",
        "author": {"@type": "Organization", "name": "Harbour Checkers"},
        "inLanguage": "en",
        "reviewRating": {"alternateName": "Wrong", "ratingValue": 1, "bestRating": 5, "worstRating": 1},
        **values,
    }
    return {"@type": "DataFeedItem", "url": url, "item": [made]}


def feed(*elements: Any) -> bytes:
    return json.dumps({"@type": "DataFeed", "dataFeedElement": list(elements)}).encode()


def take(data: bytes, folder: Path, *arguments: str) -> str:
    """The command over a file: what it says."""
    path, out = folder / "feed.json", io.StringIO()
    path.write_bytes(data)
    call_command("import_claimreview", str(path), *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def entries() -> int:
    return Revision.objects.count()


def holds() -> None:
    assert list(verify_record()) == []


def test_a_feed_is_taken_and_taken_again(folder: Path) -> None:
    data = feed(*(review(number) for number in range(4)), review(9, site="other.example"))
    assert take(data, folder).startswith("5 new, 0 changed, 0 back, 0 withdrawn, 0 unchanged.")
    made = entries()
    # The reviews, and a publisher for each site.
    assert made == 5 + 2
    assert Reference.objects.filter(subject="publishers/checkers-example").exists()
    assert Publisher.objects.get(slug="checkers-example").site == SITE
    assert set(Label.objects.values_list("text", flat=True)) == {"Wrong"}
    assert take(gzip.compress(data), folder).startswith("0 new, 0 changed, 0 back, 0 withdrawn, 5 unchanged.")
    assert entries() == made
    assert not (folder / "imports").exists()
    holds()


def test_the_lookup_knows_what_was_taken(folder: Path) -> None:
    said = take(feed(*(review(number) for number in range(4))), folder)
    assert said.endswith("The index of the lookup is up to date.\n")
    opened = store.opened(keeping.folder())
    assert opened.head.sequence == entries()
    assert {hit.key for hit in keeping.ranking().rank("harbour sold", limit=9)} == set(
        Publication.objects.values_list("slug", flat=True)
    )
    # Taken again it changes nothing, and there is nothing to say of the index.
    assert "index" not in take(feed(*(review(number) for number in range(4))), folder)


@pytest.mark.parametrize("problem", [Unusable("It is broken."), OSError(28, "No space left")])
def test_an_index_that_cannot_be_written_is_no_failure_of_the_import(
    folder: Path, problem: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: Any) -> bool:
        raise problem

    monkeypatch.setattr(keeping, "bring_up", broken)
    (folder / "feed.json").write_bytes(feed(review(1)))
    out, err = io.StringIO(), io.StringIO()
    call_command("import_claimreview", str(folder / "feed.json"), stdout=out, stderr=err)
    assert "1 new" in out.getvalue()
    assert "run manage.py reindex --if-needed" in err.getvalue()
    assert str(problem) in err.getvalue()


def test_whoever_interrupts_the_indexing_has_what_was_taken(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(**_: Any) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(keeping, "bring_up", interrupted)
    with pytest.raises(CommandError, match="What was taken is whole"):
        take(feed(review(1)), folder)
    assert Publication.objects.count() == 1


def test_a_publisher_that_is_known_by_its_site_is_not_made_again(folder: Path) -> None:
    Publisher.objects.create(slug="harbour", name="The Harbour Desk", site=SITE)
    take(feed(review(1)), folder)
    assert Publication.objects.get().publisher.slug == "harbour"
    # What the house calls it is no change of the review.
    Publisher.objects.update(name="Harbour Desk")
    made = entries()
    assert "1 unchanged" in take(feed(review(1)), folder)
    assert entries() == made
    holds()


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL keeps what it counted where none may look."
)
def test_the_database_counts_its_tables_after_an_import(folder: Path) -> None:
    def counted() -> str | None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT stat FROM sqlite_stat1 WHERE idx = 'publication_by_label'")
            row = cursor.fetchone()
        return row and row[0].split()[0]

    take(feed(*(review(number) for number in range(3))), folder)
    assert counted() == "3"
    take(feed(review(5)), folder, "--dry-run")
    assert counted() == "3"
    take(feed(review(5)), folder)
    assert counted() == "4"


def test_two_imports_do_not_take_one_identifier_for_two_sites() -> None:
    at = timezone.now()
    publishers.ensure(identifier="a-b-example", name="One", site="a-b.example", at=at)
    assert publishers.ensure(identifier="a-b-example", name="One", site="a-b.example", at=at).name == "One"
    with pytest.raises(publishers.Moved, match="run the import again"):
        publishers.ensure(identifier="a-b-example", name="Two", site="a.b.example", at=at)


def test_a_publisher_that_was_merged_away_meanwhile_stops_the_import() -> None:
    asked = importing.asked(only="", at=timezone.now())
    (portion,) = portions.portions(io.BytesIO(feed(review(1))).read, asked)
    with pytest.raises(publishers.Moved, match="checkers-example was merged"):
        taking.take(portion.items, at=timezone.now())
    assert not Publication.objects.exists()


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"<html><p>Not found</p></html>", feed()])
def test_what_is_no_feed_is_no_success(data: bytes, folder: Path) -> None:
    with pytest.raises(CommandError, match="is it the feed that you meant"):
        take(data, folder)
    assert entries() == 0


def test_a_record_that_is_not_in_utf8_is_refused_and_the_others_are_taken(folder: Path) -> None:
    latin = json.dumps(review(2), ensure_ascii=False).replace("Harbour 2", "Café 2").encode("latin-1")
    elements = b",".join([json.dumps(review(1)).encode(), latin, json.dumps(review(3)).encode()])
    data = b'{"dataFeedElement": [' + elements + b"]}"
    said = take(data, folder)
    assert "2 new" in said
    (report,) = (folder / "imports").iterdir()
    assert "not in UTF-8" in report.read_text()
    # Which review it is cannot be told, so that none is taken for gone.
    with pytest.raises(CommandError, match="nothing is withdrawn"):
        take(data, folder, "--full")
    holds()


def test_what_changed_is_updated_with_a_note(folder: Path) -> None:
    take(feed(review(1), review(2)), folder)
    changed = review(2, reviewRating={"alternateName": "Right"})
    assert take(feed(review(1), changed), folder).startswith(
        "0 new, 1 changed, 0 back, 0 withdrawn, 1 unchanged."
    )
    last = Revision.objects.order_by("sequence").last()
    assert (last.kind, last.note) == ("update", "Harbour Checkers changed its fact-check.")
    assert Publication.objects.get(slug=last.subject.removeprefix("claims/")).rating_as_published == "Right"
    holds()


def test_what_a_full_feed_has_not_is_withdrawn_and_comes_back(folder: Path) -> None:
    whole = feed(review(1), review(2), review(3, site="other.example"))
    take(whole, folder)
    assert "0 withdrawn" in take(feed(review(1)), folder)
    # The other publisher is not named by this feed, which says nothing of it.
    assert "1 withdrawn" in take(feed(review(1)), folder, "--full")
    assert Publication.objects.filter(withdrawn=True).count() == 1
    assert "0 withdrawn" in take(feed(review(1)), folder, "--full")
    assert take(whole, folder).startswith("0 new, 0 changed, 1 back, 0 withdrawn, 2 unchanged.")
    holds()


def test_of_one_site_alone(folder: Path) -> None:
    data = feed(review(1), review(2, site=f"de.{SITE}"), review(3, site="other.example"))
    said = take(data, folder, "--publisher", SITE)
    assert "2 new" in said
    assert "1 of another site, passed over." in said
    without = feed(review(1), review(3, site="other.example"))
    assert "1 withdrawn" in take(without, folder, "--publisher", SITE, "--full")
    holds()


def test_a_full_feed_without_a_review_withdraws_nothing(folder: Path) -> None:
    take(feed(review(1)), folder)
    with pytest.raises(CommandError, match="nothing is withdrawn"):
        take(feed(), folder, "--full", "--publisher", SITE)
    assert not Publication.objects.get().withdrawn


def test_a_review_that_is_refused_now_is_not_gone(folder: Path) -> None:
    take(feed(review(1), review(2)), folder)
    assert "0 withdrawn" in take(feed(review(1), review(2, claimReviewed=None)), folder, "--full")


@pytest.mark.parametrize("url", [None, "javascript:alert(1)", "https://localhost/2/"])
def test_a_review_that_lost_its_address_is_not_gone(url: str | None, folder: Path) -> None:
    take(feed(review(1), review(2), review(3)), folder)
    lost = [{**review(2, url=url), "url": url}]
    assert "1 withdrawn" in take(feed(review(1), None, *lost), folder, "--full")
    left = Publication.objects.published().values_list("review_url", flat=True)
    assert set(left) == {review(1)["url"], review(2)["url"]}


def test_a_feed_of_two_files_of_which_one_is_damaged_withdraws_nothing(folder: Path) -> None:
    both = [gzip.compress(feed(review(number))) for number in (1, 2)]
    take(b"".join(both), folder)
    with pytest.raises(CommandError, match="is damaged"):
        take(both[0] + b"\x1e" + both[1][1:], folder, "--full")
    assert not Publication.objects.filter(withdrawn=True).exists()
    assert "1 withdrawn" in take(both[0], folder, "--full")


def test_what_cannot_be_read_may_be_any_review(folder: Path) -> None:
    take(feed(review(1), review(2)), folder)
    broken = feed(review(1)).replace(b"]}]}", b"]},{broken}]}")
    with pytest.raises(CommandError, match="cannot be read"):
        take(broken, folder, "--full")
    assert not Publication.objects.filter(withdrawn=True).exists()
    assert "1 withdrawn" in take(feed(review(1)), folder, "--full")


@pytest.mark.parametrize(
    "spelling",
    [
        "https://www.checkers.example/a/?b=1",
        "http://checkers.example/a?b=1#c",
        "https://checkers.example/a/?b=1",
    ],
)
def test_what_is_deleted_may_be_spelt_in_another_way(spelling: str, folder: Path) -> None:
    take(feed(review(1, url="https://www.checkers.example/a/?b=1")), folder)
    assert "1 withdrawn" in take(
        feed({"@type": "DataFeedItem", "url": spelling, "dateDeleted": "2026-01-01"}), folder
    )


def test_what_the_feed_says_is_deleted(folder: Path) -> None:
    take(feed(review(1), review(2)), folder)
    gone = {**review(2), "dateDeleted": "2026-01-01"}
    assert "1 withdrawn" in take(feed(review(1), gone), folder)
    assert "0 withdrawn" in take(feed(review(1), gone), folder)
    holds()


def test_we_do_not_take_back_what_was_a_partners(client: Any, folder: Path) -> None:
    take(feed(review(1)), folder)
    take(feed({"url": review(1)["url"], "dateDeleted": "2026-01-01"}), folder)
    slug = Publication.objects.get(withdrawn=True).slug
    for page in ("", "card/", "history/", "history/1/"):
        text = client.get(f"/claims/{slug}/{page}").content.decode()
        assert "does not publish this fact-check any more" in text
        assert "our verdict" not in text


def test_refused_records_stand_in_a_file(folder: Path) -> None:
    said = take(feed(review(1), review(2, claimReviewed=None), review(3, url="nowhere")), folder)
    assert "1 refused." in said
    (path,) = (folder / "imports").iterdir()
    assert str(path) in said
    assert [json.loads(line) for line in path.read_text().splitlines()] == [
        {
            "record": 2,
            "url": "https://www.checkers.example/2/",
            "reason": "It does not say which claim was checked.",
        }
    ]


def test_a_dry_run_says_the_same_and_writes_nothing(folder: Path) -> None:
    take(feed(review(1), review(2)), folder)
    made = entries()
    data = feed(review(1, reviewRating=None), review(3, site="other.example"), {})
    said = take(data, folder, "--full", "--dry-run")
    assert (entries(), Publisher.objects.filter(site="other.example").exists()) == (made, False)
    assert "There is no ClaimReview in it." in said
    assert not (folder / "imports").exists()
    first = said.splitlines()[0].replace(" (nothing was written)", "")
    assert first == "1 new, 1 changed, 0 back, 1 withdrawn, 0 unchanged."
    assert take(data, folder, "--full").splitlines()[0] == first


def test_a_refused_address_stands_in_the_file_as_it_was_written(folder: Path) -> None:
    alone = {"@type": "ClaimReview", "claimReviewed": "The harbour was sold.", "url": "javascript:alert(1)"}
    said = take(feed(review(1), alone), folder, "--full")
    assert "1 publisher that was not known." in said
    (path,) = (folder / "imports").iterdir()
    (line,) = map(json.loads, path.read_text().splitlines())
    assert line["url"] == "javascript:alert(1)"
    assert line["reason"].startswith("Its address is none of the web")
    said = take(feed(review(1), review(1), review(2, site="a.example"), review(3, site="b.example")), folder)
    assert "2 publishers that were not known." in said
    assert "1 review that the feed had before; the first counts." in said


def test_without_tables_it_says_what_to_do(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection.introspection, "table_names", list)
    with pytest.raises(CommandError, match="The database has no tables yet: run manage"):
        take(feed(review(1)), folder)


@pytest.mark.parametrize("where", ["importlib.import_module", "manage.execute_from_command_line"])
def test_interrupted_before_it_began_it_ends_without_a_word(
    where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*arguments: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(where, interrupted)
    with pytest.raises(SystemExit) as end:
        manage.main()
    assert end.value.code == 130


def test_our_own_fact_checks_are_not_taken(folder: Path) -> None:
    make_published()
    assert "1 refused" in take(feed(review(1, site="desk.example"), review(2)), folder)
    assert Publication.objects.filter(origin="partner").count() == 1


def test_what_the_house_serves_another_house_can_take(client: Any, folder: Path, settings: Any) -> None:
    claim = make_published()
    served = json.loads(
        client.get(f"/claims/{claim.slug}/").content.decode().split('ld+json">')[1].split("</script>")[0]
    )
    served["url"] = served["@id"] = "https://www.ours.example/1/"
    take(json.dumps(served).encode(), folder)
    row = Publication.objects.get(origin="partner")
    assert (row.text, row.title, row.claimed_on) == (claim.text, claim.title, claim.claimed_on)
    assert (row.claimant, row.rating_as_published) == ("Ada Quill", "False")
    body = json.loads(row.revision.body)
    assert {name: body["veracity"][name] for name in ("value", "best", "worst")} == {
        "value": 1,
        "best": 5,
        "worst": 1,
    }


def test_a_feed_that_breaks_off_is_taken_as_far_as_it_goes(folder: Path) -> None:
    take(feed(review(1), review(2), review(3)), folder)
    with pytest.raises(CommandError, match="ends in the middle"):
        take(feed(review(1), review(4), review(5))[:-40], folder, "--full")
    assert Publication.objects.filter(withdrawn=True).count() == 0
    assert Publication.objects.filter(review_url__endswith="/4/").exists()
    holds()


def test_whatever_was_withdrawn_here_does_not_come_back_until_it_is_let_in(folder: Path) -> None:
    take(feed(review(1), review(2)), folder)
    row = Publication.objects.get(review_url__endswith="/1/")
    withdrawing.withdraw(row.slug, reason="A court told us to.", by=make_user(), at=timezone.now())
    made = entries()
    for arguments in ((), ("--full",), ("--dry-run",)):
        said = take(feed(review(1, headline="Sold?"), review(2)), folder, *arguments)
        assert "1 withdrawn here before, left so." in said
    (reject,) = {
        (line["url"], line["reason"])
        for file in (folder / rejects.FOLDER).iterdir()
        for line in map(json.loads, file.read_text().splitlines())
    }
    assert reject == (f"claims/{row.slug}", "It was withdrawn by somebody here, and stays so.")
    # Gone from the feed it is not withdrawn once more.
    assert "0 withdrawn, 1 unchanged." in take(feed(review(2)), folder, "--full")
    gone = {**review(1), "dateDeleted": "2026-03-01", "item": []}
    assert "0 withdrawn, 1 unchanged." in take(feed(review(2), gone), folder)
    assert (entries(), Publication.objects.get(pk=row.pk).withdrawn) == (made, True)
    withdrawing.let_in(row.slug, note="The court has changed its mind.", by=make_user(), at=timezone.now())
    assert take(feed(review(1), review(2)), folder).startswith("0 new, 0 changed, 1 back, 0 withdrawn")
    assert not Publication.objects.get(pk=row.pk).withdrawn
    holds()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["/nowhere/feed.json"], "cannot be read"),
        (["-", "--publisher", "not a site"], "takes the name of a site"),
        (["-", "--publisher="], "takes the name of a site"),
    ],
)
def test_what_the_command_cannot_do_it_says(arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("import_claimreview", *arguments)


def interrupted(data: bytes, *, after: int) -> None:
    """A run that somebody interrupts after some portions."""

    def until() -> Iterator[portions.Portion]:
        knows = importing.asked(only="", at=timezone.now())
        for number, portion in enumerate(portions.portions(io.BytesIO(data).read, knows, size=2)):
            if number == after:
                raise KeyboardInterrupt
            yield portion

    importing.run(
        until(),
        importing.Outcome(),
        only="",
        full=True,
        write=True,
        now=timezone.now,
        rejects=lambda rows: None,
        progress=lambda read, taken: None,
    )


@pytest.mark.parametrize("after", [0, 1, 3])
def test_interrupted_and_run_again_it_ends_the_same(after: int, folder: Path) -> None:
    take(feed(*(review(number) for number in range(3))), folder)
    data = feed(*(review(number, headline="Sold?") for number in range(1, 9)))
    with pytest.raises(KeyboardInterrupt):
        interrupted(data, after=after)
    holds()
    take(data, folder, "--full")
    state = dict(Publication.objects.values_list("slug", "withdrawn"))
    assert sorted(state.values()) == [False] * 8 + [True]
    made = entries()
    take(data, folder, "--full")
    assert entries() == made
    holds()
