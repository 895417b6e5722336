"""Many partners' fact-checks, generated and taken through the door that the import uses: for plans and the bench."""

import datetime as dt
import itertools
import random
from collections.abc import Iterator

from makers import NOON, make_claim, make_source, make_speaker, make_topic, publish
from taken import make_review

from claims import planning, projection
from claims.models import Label
from claims.partners import publishers
from claims.partners.body import Date, Named, Review
from claims.partners.items import item
from claims.partners.taking import take
from sources.models import Publisher

PUBLISHERS = 40
LABELS = [
    "False",
    "Mostly false",
    "Half true",
    "Mostly true",
    "True",
    "Satire",
    "Misleading",
    "Altered photo",
]
LANGUAGES = ["en", "en", "en", "en", "es", "pt-BR", "fr", "ar", "hi"]
CHUNK = 1000
WORDS = [
    *("budget", "harbour", "vaccine", "election", "bridge", "school", "energy", "tax", "border", "water"),
    *("police", "hospital", "train", "museum", "forest", "wages", "mayor", "climate", "rent", "market"),
    *("river", "council", "army", "import", "budget", "road", "data", "flood", "pension", "ferry"),
]
FIRST = ["Ada", "Lee", "Kim", "Sam", "Noor", "Ivo", "Ute", "Raj", "Lin", "Omar", "Eva", "Jon"]
LAST = ["Quill", "Marsh", "Reed", "Gale", "Stone", "Field", "Brook", "Hill", "Wood", "Ford", "Lake", "Moss"]


def reviews(number: int) -> Iterator[Review]:
    """Reviews of forty publishers, the first of which has a third of them; the same ones every time."""
    chance = random.Random(1)
    for count in range(number):
        place = 0 if count % 3 == 0 else 1 + count % (PUBLISHERS - 1)
        day = dt.date(2016, 1, 1) + dt.timedelta(days=chance.randrange(3600))
        words = " ".join(chance.choices(WORDS, k=12))
        # Half of them name nobody, and a few names come up again and again.
        name = f"{chance.choice(FIRST)} {chance.choice(LAST)}" + ("" if count % 5 else f" {count % 900}")
        yield make_review(
            url=f"https://checkers-{place:03}.example/reviews/{count}",
            claim=f"Number {count}: {words}.",
            publisher=f"Checkers {place:03}",
            title=f"No, {words}",
            language=chance.choice(LANGUAGES),
            label=chance.choice(LABELS),
            speaker=Named(name, "person") if count % 2 else None,
            claimed_on=Date(day.isoformat()) if count % 10 else None,
            reviewed_on=Date((day + dt.timedelta(days=3)).isoformat()),
            summary=f"{words.capitalize()}, it turned out.",
        )


def _portions(made: Iterator[Review]) -> Iterator[list[Review]]:
    while portion := list(itertools.islice(made, CHUNK)):
        yield portion


def fill(number: int, *, at: dt.datetime = NOON, own: int = 30) -> None:
    """A few fact-checks of our own, so many of partners, and a label of each publisher mapped to a rating of ours."""
    sources = [make_source("report"), *(make_source(f"report-{count}") for count in range(9))]
    topics = [make_topic(), *(make_topic(f"topic-{count}", name=f"Topic {count}") for count in range(4))]
    speakers = [make_speaker(), make_speaker("lee", name="Lee Moss")]
    for count in range(own):
        claim = make_claim(source=sources[count % 10], speaker=speakers[count % 2])
        claim.topics.set([topics[count % 5]])
        publish(claim)
    for place in range(PUBLISHERS):
        site = f"checkers-{place:03}.example"
        row = publishers.ensure(
            identifier=f"checkers-{place:03}", name=f"Checkers {place:03}", site=site, at=at
        )
        Label.objects.create(publisher=row, text="False", rating="false")
    named = {
        row.site: {"id": row.slug, "name": row.name, "site": row.site} for row in Publisher.objects.all()
    }
    for portion in _portions(reviews(number)):
        take([item(review, publisher=named[review.url.split("/")[2]]) for review in portion], at=at)
    for row in Publisher.objects.filter(slug__startswith="checkers-"):
        projection.find_by_labels(row)
    planning.refresh()
