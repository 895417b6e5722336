"""A partner's fact-check is labelled so on every page that has it, and what befalls it is never told as our finding."""

import html
import json
import re

import pytest
from django.test import Client
from makers import NOON, make_published, make_user
from taken import make_review, make_taken
from test_history import revise
from visiting import page, sentences

from claims import automatic
from claims.models import Publication
from claims.partners import withdrawing
from claims.partners.body import Scale
from claims.partners.items import item
from claims.partners.taking import take, withdraw

pytestmark = pytest.mark.django_db

URL = "https://www.checkers.example/reviews/harbour/"
CLAIM = "The harbour was sold in secret."
OURS = "our verdict"


def taken(**values: object) -> Publication:
    return make_taken(url=URL, claim=CLAIM, **values)


def change(publication: Publication, **values: object) -> None:
    """Take the review again, as its publisher changed it."""
    body = json.loads(publication.revision.body or "null")
    review = make_review(**{"url": URL, "claim": CLAIM, "title": body["title"], **values})
    assert take([item(review, publisher=body["publisher"])], at=NOON).changed == 1


def withdraw_here(publication: Publication, reason: str) -> None:
    """Withdraw it for a reason of the house's own."""
    withdrawing.withdraw(publication.slug, reason=reason, by=make_user(), at=NOON)


@pytest.mark.parametrize("here", [False, True])
def test_a_withdrawal_of_theirs_takes_no_verdict_of_ours_back(here: bool) -> None:
    publication = taken()
    if here:
        withdraw_here(publication, "The link led astray.")
        sentence = "This fact-check was taken from Harbour Checkers and is not shown here any more."
        reason = "The link led astray."
    else:
        withdraw([publication.slug], at=NOON)
        sentence = "This fact-check was taken from Harbour Checkers , whose feed does not have it any more."
        reason = "Harbour Checkers does not publish this fact-check any more."
    for address in ("", "card/", "history/", "history/1/", "history/2/", "compare/"):
        text = page(f"/claims/{publication.slug}/{address}")
        words = sentences(text)
        assert sentence in words, address
        assert reason in words, address
        assert OURS not in words, address
        assert f'href="{URL}"' in text, address
        assert 'href="/publishers/checkers-example/"' not in text, address
    entry = Publication.objects.with_pages().for_documents().get(slug=publication.slug).revision
    groups = "".join(f"<span>{entry.entry_digest[at : at + 8]}</span>" for at in range(0, 64, 8))
    assert f'<code class="digest">{groups}</code>' in page(f"/claims/{publication.slug}/")


@pytest.mark.parametrize(
    ("reason", "gone"),
    [
        ("Harbour Checkers does not publish this fact-check any more.", True),
        ("Other Desk does not publish this fact-check any more.", False),
        ("The link led astray.", False),
    ],
)
def test_what_left_its_feed_is_told_from_what_was_withdrawn_here(reason: str, gone: bool) -> None:
    tombstone = {"publisher": {"name": "Harbour Checkers"}, "withdrawn": {"reason": reason}}
    assert automatic.is_gone(tombstone) is gone


def test_every_page_of_its_past_says_whose_it_is() -> None:
    publication = taken()
    change(publication, label="Quite wrong", scale=Scale(value=1, best=5, worst=1))
    for address in ("history/", "history/1/", "history/2/", "compare/"):
        text = page(f"/claims/{publication.slug}/{address}")
        assert "Taken from Harbour Checkers" in sentences(text), address
        assert f'href="{URL}" rel="nofollow noopener external"' in text, address
    assert "Revision 1 , as it was taken from Harbour Checkers on" in sentences(
        page(f"/claims/{publication.slug}/history/1/")
    )


def test_a_comparison_asks_none_of_our_questions_of_their_rating_and_shows_it_once() -> None:
    publication = taken(label="Mostly wrong", summary="The same.")
    change(
        publication,
        label="Quite wrong",
        scale=Scale(value=1, best=5, worst=1),
        summary="The same.",
    )
    words = sentences(page(f"/claims/{publication.slug}/compare/"))
    assert "Is it true?" not in words
    assert words.count("Their rating") == 1
    assert "Numbers of their rating" in words
    assert words.count("Quite") == 1


def test_the_page_of_corrections_is_about_our_work() -> None:
    make_published("ours")
    revise("ours", kind="correction", note="A word was wrong.", summary="Put right.")
    assert "theirs to correct" not in sentences(page("/corrections/"))
    changed, gone, withdrawn = taken(), make_taken(title="Gone"), make_taken(title="Ours to withdraw")
    change(changed, label="Quite wrong")
    withdraw([gone.slug], at=NOON)
    withdraw_here(withdrawn, "The link led astray.")
    words = sentences(page("/corrections/"))
    assert "theirs to correct" in words
    assert "A word was wrong." in words
    assert "Taken from Harbour Checkers Ours to withdraw The link led astray." in words
    assert "changed its fact-check" not in words
    assert "does not publish" not in words
    feed = Client().get("/corrections/feed.atom").content.decode()
    assert "Withdrawal of a fact-check taken from Harbour Checkers: Ours to withdraw" in feed
    assert feed.count("<entry>") == 2


def test_an_embedded_page_of_theirs_is_not_called_a_withdrawal_of_the_publishers() -> None:
    publication = taken(title="No, it was leased")
    withdraw_here(publication, "The link led astray.")
    asked = {"url": f"http://testserver/claims/{publication.slug}/"}
    assert Client().get("/oembed/", asked).json()["title"] == "Not shown here any more: No, it was leased"


def test_the_head_of_their_pages_names_the_publisher_and_is_never_without_a_description() -> None:
    publication = taken(title="No, it was leased", label="Quite wrong", summary="")
    text = page(f"/claims/{publication.slug}/")
    assert "<title>No, it was leased · taken from Harbour Checkers · " in text
    assert '<meta property="og:title" content="No, it was leased · taken from Harbour Checkers">' in text
    said = "Harbour Checkers’s review of this claim. Their rating: “Quite wrong”"
    for name in ('name="description"', 'property="og:description"'):
        assert f'<meta {name} content="{said}">' in text
    for address in ("history/", "history/1/", "compare/"):
        (title,) = re.findall("<title>(.*)</title>", page(f"/claims/{publication.slug}/{address}"))
        assert "No, it was leased · taken from Harbour Checkers" in title, address


@pytest.mark.parametrize(
    ("licence", "said"),
    [
        (None, "no licence for them is stated"),
        ("https://licences.example/1", '<a href="https://licences.example/1" rel="license nofollow'),
    ],
)
def test_no_page_gives_a_licence_for_what_is_theirs(licence: str | None, said: str) -> None:
    publication = taken(licence=licence)
    make_published("ours")
    for address in ("", "history/", "history/1/", "compare/"):
        text = page(f"/claims/{publication.slug}/{address}")
        foot = text[text.index("<footer") :]
        assert "Our findings may be reused" not in foot, address
        assert said in foot, address
    assert "Our findings may be reused" in page("/claims/ours/")


def test_their_summary_is_quoted_and_no_heading_stands_twice() -> None:
    text = page(f"/claims/{taken(summary='It was leased.').slug}/")
    assert "Harbour Checkers writes: It was leased." in sentences(text)
    assert '<q dir="auto">It was leased.</q>' in text
    assert sentences(text).count("Where it appeared") == 1


def test_a_list_by_rating_says_how_theirs_came_into_it() -> None:
    make_published("ours")
    publication = taken()
    mapped = "mapped their publisher’s own words to it"
    assert mapped not in page("/?rating=false")
    Publication.objects.filter(pk=publication.pk).update(found_under="false")
    text = sentences(page("/?rating=false"))
    assert text.count(mapped) == 1
    assert "stand under “False” where editors here" in text
    assert mapped not in page("/?origin=own&rating=false")
    assert mapped not in page("/")


def test_the_pages_about_the_house_say_that_not_all_is_its_own() -> None:
    make_published("ours")
    about, rules = "labelled as theirs", "was made under theirs"
    assert about not in page("/about/")
    assert rules not in page("/methodology/")
    publication = taken(language="und")
    assert about in page("/about/")
    assert rules in page("/methodology/")
    assert "what others rate in words that editors here mapped to it" in page("/data/")
    assert "Newest on the record here first." in page("/publishers/checkers-example/")
    for address in ("/", "/publishers/", "/publishers/checkers-example/"):
        assert "Language not known" in page(address), address
    assert publication.language == "und"


def test_their_words_stand_to_the_character_wherever_they_are_shown() -> None:
    """Straight marks are theirs: nothing is set in their words, in titles of pages neither."""
    said = "They said 'it's \"sold\"' - no more"
    publication = make_taken(url=URL, claim=said, title=said, summary=said)
    change(publication, title=said, summary=f"{said}.", claim=said)
    own = f"/claims/{publication.slug}/"
    places = ["", "card/", "history/", "history/1/", "compare/", "report/"]
    addresses = [*(own + place for place in places), "/", f"/check/?text={said}"]
    for withdrawn in (False, True):
        if withdrawn:
            withdraw_here(publication, "The link led astray.")
        for address in [*(own + place for place in places), "/corrections/"] if withdrawn else addresses:
            text = html.unescape(page(address))
            assert said in text, address
            assert not re.search("[‘’“”]sold|it[’‘]s .{0,2}sold", text), address
