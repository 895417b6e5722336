"""How the database finds what public pages list: along an index, whatever the size; nothing whole is read or sorted.

Some thousands of partners' fact-checks stand in the tables, and the database has counted them (claims.planning), as it
has after an import. SQLite says which index it takes. PostgreSQL is asked whether one serves, since it reads small
tables whole: it may neither read a table whole nor sort where there is another way.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from makers import make_user
from many import fill

from claims import facets, planning

# A third of them are of one publisher: more than are looked up and sorted (claims.reading.FEW).
MANY = 3200
# Tables that grow with what is published; all others are small beside them.
GROWING = {
    *("claims_publication", "claims_revision", "claims_signature", "claims_publicationpublisher"),
    *("claims_publicationtopic", "claims_publicationsource", "claims_publicationrelation"),
}
SQLITE = connection.vendor == "sqlite"


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The tables, which are empty again after the last test of this module."""
    with django_db_blocker.unblock(), transaction.atomic():
        fill(MANY)
        make_user("publisher", is_superuser=True)
        yield
        transaction.set_rollback(True)


pytestmark = [pytest.mark.usefixtures("filled"), pytest.mark.django_db]

FILTERS = [
    *("rating=false", "rating=true", "attribution=reported", "origin=own", "origin=partner"),
    *("language=ar", "language=en", "kind=publication", "speaker=lee", "publisher=checkers-000"),
]
# Few of a join, or of a stretch of time, are looked up and sorted; many are met along the record.
SORTED = [
    *("topic=bridge", "source=report", "publisher=checkers-005", "kind=restoration"),
    *("claimed_from=2024-01-01", "claimed_until=2016-02-01"),
    *("published_from=2026-03-02", "published_until=2026-02-01"),
]
PAGES = [
    "/",
    "/?before=900",
    "/?after=900",
    *(f"/?{part}" for part in FILTERS),
    *(f"/api/v1/claims/?{part}" for part in ["", *FILTERS]),
    "/?rating=false&language=ar",
    "/speakers/lee/",
    "/speakers/ada-quill/named/",
    "/publishers/",
    "/publishers/checkers-000/",
    "/publishers/checkers-000/?rating=false&before=900",
    "/publishers/test-desk/",
    "/corrections/",
    "/feed.atom",
    "/api/v1/changes/?since=100&limit=20",
    "/api/v1/changes/?since=100&limit=20&origin=own",
]
SORTING = [
    "/topics/bridge/",
    *(f"/?{part}" for part in SORTED),
    *(f"/api/v1/claims/?{part}" for part in SORTED),
]


def asked(address: str) -> list[str]:
    """The queries of an answer, once what is kept of it is kept."""
    return _asked(Client(), address)


def _asked(client: Client, address: str) -> list[str]:
    assert client.get(address).status_code == 200, address
    with CaptureQueriesContext(connection) as counted:
        assert client.get(address).status_code == 200
    # What is read a portion at a time has a name on PostgreSQL.
    found = [re.sub(r"^DECLARE .*? CURSOR FOR ", "", query["sql"]) for query in counted.captured_queries]
    return [
        sql for sql in found if sql.startswith("SELECT") and any(f'"{table}"' in sql for table in GROWING)
    ]


def plan(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        if not SQLITE:
            for way in ("seqscan", "sort", "bitmapscan"):
                cursor.execute(f"SET LOCAL enable_{way} TO off")
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if SQLITE else ''}{sql}")
        lines = [str(row[-1] if SQLITE else row[0]) for row in cursor.fetchall()]
        if not SQLITE:
            for way in ("seqscan", "sort", "bitmapscan"):
                cursor.execute(f"SET LOCAL enable_{way} TO on")
    return lines


def reads_whole(lines: list[str]) -> list[str]:
    """The steps that read a growing table from end to end without an index."""
    if SQLITE:
        found = [(line, re.match(r"SCAN (\w+)(?! USING)\b(?!.* USING)", line)) for line in lines]
        return [line for line, match in found if match and _is_growing(match[1])]
    return [
        line for line in lines if (match := re.search(r"Seq Scan on (\w+)", line)) and _is_growing(match[1])
    ]


def _is_growing(name: str) -> bool:
    # Within a subquery Django gives a table another name.
    return name in GROWING or bool(re.fullmatch(r"U\d+", name))


def sorts(lines: list[str]) -> list[str]:
    return [
        line
        for line in lines
        if re.search(r"TEMP B-TREE FOR ORDER BY|^\s*(->)?\s*(Incremental )?Sort\b", line)
    ]


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_read_along_an_index(address: str) -> None:
    queries = asked(address)
    for sql in queries:
        lines = plan(sql)
        assert not reads_whole(lines), (sql, lines)
        if '"claims_publication"."sequence" DESC LIMIT' in sql:
            assert not sorts(lines), (sql, lines)


def test_the_pages_ask_for_something() -> None:
    """The walk above looks at queries: a page that had none would pass it."""
    assert [address for address in PAGES if not asked(address)] == []


@pytest.mark.parametrize("address", SORTING)
def test_few_are_looked_up_by_an_index(address: str) -> None:
    for sql in asked(address):
        assert not reads_whole(plan(sql)), (sql, plan(sql))


@pytest.mark.parametrize(
    "address",
    ["/admin/claims/claim/", "/admin/claims/label/", "/admin/sources/publisher/", "/admin/claims/speaker/"],
)
def test_lists_of_the_desk_are_read_along_an_index(address: str) -> None:
    client = Client()
    client.force_login(User.objects.get(username="publisher"))
    for sql in _asked(client, address):
        assert not reads_whole(plan(sql)), (sql, plan(sql))


@pytest.mark.skipif(not SQLITE, reason="PostgreSQL counts its tables by itself.")
def test_labels_are_counted_by_their_index_before_the_database_has_counted_its_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM sqlite_stat1")
        # It reads anew what it knows.
        cursor.execute("ANALYZE sqlite_schema")
    try:
        client = Client()
        client.force_login(User.objects.get(username="publisher"))
        lines = [line for sql in _asked(client, "/admin/claims/label/") for line in plan(sql)]
        ways = [line for line in lines if " U0" in line]
        assert ways
        assert all("INDEX publication_by_label" in way for way in ways), ways
    finally:
        planning.refresh()


@pytest.mark.skipif(not SQLITE, reason="PostgreSQL says beforehand only how many rows it expects.")
def test_facets_are_counted_from_one_index() -> None:
    cache.clear()
    with CaptureQueriesContext(connection) as counted:
        facets.facets({"language": "en", "rating": "false"})
    (cells,) = [sql for query in counted.captured_queries if "GROUP BY 1, 2, 3, 4" in (sql := query["sql"])]
    assert plan(cells) == ["SCAN claims_publication USING COVERING INDEX publication_facets"]
