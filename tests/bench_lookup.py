"""What the lookup costs by size, beside Datasette and beside a bare WSGI program: a part of `make bench`.

Fact-checks are taken from FEED where it is given, and further ones derived from them (the beginning of one claim with
the end of another), else all are generated. SIZES says how many; the same database grows. Every server is one process,
asked over four connections that stay open. "First" is each question for the first time, which is what is measured
beside Datasette; "again" are the same questions once more, beside a program that only gives the same bytes.

Datasette serves the same rows, with FTS5 over claim, title and speaker, from the environment that `make bench` made for
it; it answers with as many rows, as a page and as JSON, without and with counts for four columns as ours has them.
"""

import gzip
import json
import os
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import asking
from asking import ROOT, Asked, free_port, question

SIZES = [int(word) for word in os.environ.get("SIZES", "10000 100000 1000000").split()]
QUESTIONS = 400
SENTENCES = 100
ARTICLES = 20
WORDS_OF_AN_ARTICLE = 1000
DATASETTE = ROOT / ".venv" / "datasette" / "bin" / "datasette"
COUNTED = ("publisher", "rating", "language", "speaker")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="factcheck-bench-") as name:
        folder = Path(name)
        clean = {
            key: value for key, value in os.environ.items() if not key.startswith(("FACTCHECK_", "DATABASE_"))
        }
        ours = {
            "FACTCHECK_DATA_DIR": str(folder / "data"),
            "DJANGO_SETTINGS_MODULE": "factcheck.settings",
            "FACTCHECK_READS_PER_MINUTE": "1000000",
        }
        environment = {**clean, **ours, "PYTHONPATH": str(ROOT)}
        os.environ.update(ours)
        _manage(environment, "migrate", "-v", "0")
        _manage(environment, "record_key", "ensure")
        _manage(environment, "collectstatic", "--noinput", "-v", "0")
        source, taken = reviews(), 0
        for size in SIZES:
            print(f"{size:,} fact-checks", flush=True)
            texts = _grow(environment, source, size - taken, folder)
            taken = size
            _index(environment, folder / "data")
            _measured(environment, folder, texts)


def reviews() -> Iterator[dict[str, Any]]:
    """ClaimReviews without end: those of the feed, then what is made of two of them; generated ones without a feed."""
    found = list(_of_feed() if os.environ.get("FEED") else _generated())
    yield from found
    chance = random.Random(1)
    number = 0
    while True:
        one, other = chance.choice(found), chance.choice(found)
        number += 1
        beginning, end = one["claimReviewed"].split(), other["claimReviewed"].split()
        claim = " ".join([*beginning[: len(beginning) // 2 + 1], *end[len(end) // 2 :]])
        mark = "&" if "?" in one["url"] else "?"
        yield {**one, "claimReviewed": claim, "url": f"{one['url']}{mark}derived={number}"}


def _of_feed() -> Iterator[dict[str, Any]]:
    packed = Path(os.environ["FEED"]).read_bytes()
    whole = json.loads(gzip.decompress(packed) if packed[:2] == b"\x1f\x8b" else packed)
    for element in whole["dataFeedElement"]:
        for one in element.get("item") or [] if isinstance(element, dict) else []:
            if not isinstance(one, dict) or not isinstance(one.get("claimReviewed"), str):
                continue
            if isinstance(one.get("url"), str) and one["url"].startswith("http"):
                yield one


def _generated() -> Iterator[dict[str, Any]]:
    import django

    django.setup()
    import many

    for review in many.reviews(100_000):
        yield {
            "@type": "ClaimReview",
            "url": review.url,
            "claimReviewed": review.claim,
            "name": review.title,
            "author": {"@type": "Organization", "name": review.publisher},
            "inLanguage": review.language,
            "datePublished": review.reviewed_on.day if review.reviewed_on else None,
            "reviewRating": {"alternateName": review.label},
            "itemReviewed": {"@type": "Claim", "author": {"name": review.speaker.name}}
            if review.speaker
            else {},
        }


def _manage(environment: dict[str, str], *words: str) -> float:
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"manage.py {' '.join(words)}: {done.stderr}{done.stdout}")
    return time.perf_counter() - begun


def _grow(
    environment: dict[str, str], source: Iterator[dict[str, Any]], more: int, folder: Path
) -> list[str]:
    """Take so many further ones; some of their claims."""
    file, texts = folder / "more.jsonl", []
    with file.open("w") as out:
        for number, review in zip(range(more), source, strict=False):
            out.write(json.dumps(review, ensure_ascii=False) + "\n")
            if number % max(1, more // 5000) == 0:
                texts.append(review["claimReviewed"])
    print(f"  taken in {_manage(environment, 'import_claimreview', str(file)):,.0f} s", flush=True)
    file.unlink()
    return texts


def _index(environment: dict[str, str], data: Path) -> None:
    """The index built anew: how quickly, how large it is, and what its building takes in memory."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    spent = _manage(environment, "reindex")
    with closing(sqlite3.connect(data / "factcheck.sqlite3")) as database:
        (size,) = database.execute("SELECT COUNT(*) FROM claims_publication WHERE NOT withdrawn").fetchone()
    disk = sum(path.stat().st_size for path in (data / "search").rglob("*") if path.is_file()) / 1e6
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    memory = f"{most:,.0f} MB of memory" if most * 1024 > before else f"less than {most:,.0f} MB of memory"
    print(f"  index: {size / spent:,.0f} a second, {disk:,.0f} MB of disk, {memory}", flush=True)


def _measured(environment: dict[str, str], folder: Path, texts: list[str]) -> None:
    chance = random.Random(2)
    asked = list(dict.fromkeys(_two_words(chance.choice(texts), chance) for _ in range(QUESTIONS * 2)))
    asked = [words for words in asked if words][:QUESTIONS]
    sentences = chance.sample(texts, min(SENTENCES, len(texts)))
    print(f"  {'':<38}{'answers':>11}{'median':>12}{'p99':>12}")
    with asking.ours(environment) as port:
        asking.ask(port, [question("/?q=warm", port=port), question("/api/v1/lookup/?q=warm", port=port)])
        page = _both(port, "the page", [f"/?q={quote_plus(words)}" for words in asked], folder)
        api = _both(port, "the API", [f"/api/v1/lookup/?q={quote_plus(words)}" for words in asked], folder)
        _both(
            port,
            "the API, a sentence",
            [f"/api/v1/lookup/?q={quote_plus(text)}" for text in sentences],
            folder,
        )
        articles = [_article(texts, chance) for _ in range(ARTICLES)]
        bodies = [json.dumps({"text": text}).encode() for text in articles]
        found = asking.ask(
            port, [question("/api/v1/match/", port=port, body=body) for body in bodies], connections=1
        )
        _row("a match of 1,000 words", found)
    _beside_datasette(environment, folder, asked, page, api)
    print(flush=True)


def _two_words(text: str, chance: random.Random) -> str:
    words = [word for word in text.split() if len(word) > 4 and word.isalpha()]
    return " ".join(chance.sample(words, 2)) if len(words) > 1 else ""


def _article(texts: list[str], chance: random.Random) -> str:
    """About a thousand words: what nobody checked, made of words of claims, and one claim in eight sentences."""
    pool, said, words = [word for text in chance.sample(texts, 200) for word in text.split()], [], 0
    while words < WORDS_OF_AN_ARTICLE:
        sentence = chance.choice(texts) if chance.random() < 0.12 else " ".join(chance.choices(pool, k=18))
        said.append(sentence.rstrip(".") + ".")
        words += len(sentence.split())
    return " ".join(" ".join(said).split()[:WORDS_OF_AN_ARTICLE])


def _both(port: int, what: str, paths: list[str], folder: Path) -> Asked:
    """Each question for the first time, then again, then from the bare program."""
    questions = [question(path, port=port) for path in paths]
    first = asking.ask(port, questions)
    _row(f"{what}, first", first)
    again = asking.ask(port, questions * 5)
    answers = {path: asking.answer(port, one) for path, one in zip(paths, questions, strict=True)}
    with asking.bare(answers, folder) as other:
        nothing = asking.ask(other, [question(path, port=other) for path in paths] * 5)
    _row(f"{what}, again", again, f"{again.per_second / nothing.per_second:>7.2f} of a bare program")
    return first


def _beside_datasette(
    environment: dict[str, str], folder: Path, asked: list[str], page: Asked, api: Asked
) -> None:
    if not DATASETTE.exists():
        print("  Datasette is not there: make bench installs it.")
        return
    file = folder / "peer.db"
    _rows_for_datasette(folder / "data" / "factcheck.sqlite3", file)
    port = free_port()
    command = [
        str(DATASETTE),
        "serve",
        "-i",
        str(file),
        "--port",
        str(port),
        "--setting",
        "sql_time_limit_ms",
        "20000",
    ]
    facets = "".join(f"&_facet={name}" for name in COUNTED)
    with asking.served(command, port, environment={**environment, "HOME": str(folder)}):
        for name, form, ours in (("page", "", page), ("JSON", ".json", api)):
            for counts in ("", facets):
                paths = [f"/peer/claims{form}?_search={quote_plus(w)}&_size=20{counts}" for w in asked]
                questions = [question(path, port=port) for path in paths[: QUESTIONS // 4]]
                found = asking.ask(port, questions)
                told = f"{ours.per_second / found.per_second:>7.1f} times as many by ours, first"
                _row(f"Datasette's {name}{', with counts' if counts else ''}", found, told)
    shutil.rmtree(file, ignore_errors=True)
    file.unlink(missing_ok=True)


def _rows_for_datasette(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(target)) as database:
        database.execute("ATTACH DATABASE ? AS ours", (str(source),))
        database.execute(
            "CREATE TABLE claims AS SELECT p.sequence AS id, p.text AS claim, p.title, p.claimant AS speaker,"
            " s.name AS publisher, p.rating_as_published AS rating, p.language, p.reviewed_on, p.review_url"
            " FROM ours.claims_publication p LEFT JOIN ours.sources_publisher s ON s.id = p.publisher_id"
            " WHERE NOT p.withdrawn"
        )
        database.execute("CREATE UNIQUE INDEX claims_id ON claims (id)")
        for name in COUNTED:
            database.execute(f"CREATE INDEX claims_{name} ON claims ({name})")
        database.execute(
            "CREATE VIRTUAL TABLE claims_fts USING fts5(claim, title, speaker, content='claims', tokenize='porter')"
        )
        database.execute("INSERT INTO claims_fts (rowid, claim, title, speaker)"
                         " SELECT rowid, claim, title, speaker FROM claims")  # fmt: skip
        database.execute("ANALYZE")
        database.commit()


def _row(what: str, found: Asked, told: str = "") -> None:
    print(f"  {what:<38}{found}{'   ' + told if told else ''}", flush=True)


if __name__ == "__main__":
    main()
