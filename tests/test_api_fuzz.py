"""Questions made from the description of the API: none is answered with a fault or with what is not described.

The server has the seeds and 2,000 reviews of partners. The questions are the same every time.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.conf import settings as house
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from makers import make_published
from many import fill
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks
from test_changes import revised

from claims.models import Publication, Revision
from claims.search import keeping
from factcheck.api.schema import described

REVIEWS = 2000
EXAMPLES = 30
CHECKED = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
OPERATIONS = [(path, method) for path, operations in described()["paths"].items() for method in operations]
WITH_A_KEY = {
    path
    for path, operations in described()["paths"].items()
    if all({} not in one["security"] for one in operations.values())
}
# What there is, by the name of a parameter and the kind of row that an address has.
KNOWN = {
    "q": ["harbour", '"joint force"', "speaker:lukashenko troops", "vaccine -budget", "%", "ünïcode ★"],
    "language": ["en", "pt-BR", "ar"],
    "rating": ["false", "true", "not-checkable"],
    "url": ["https://checkers-000.example/reviews/0", "checkers-001.example/reviews/40"],
    "topic": ["joint-force-size"],
    "publisher": ["checkers-000", "checkers-039"],
    "speaker": ["alexander-lukashenko"],
    "source": ["004-explainer"],
}


@pytest.fixture(scope="module")
def server(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """The program with its tables full; they are empty again after the last test of this module."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_seeds", seeds=house.BASE_DIR / "seeds", verbosity=0)
        fill(REVIEWS, own=3)
        revised(make_published("corrected"))
        keeping.reindex()
        # At the ends of a request a server lets its connections go; here one transaction holds everything.
        for ends in (request_started, request_finished):
            ends.disconnect(close_old_connections)
        yield get_wsgi_application()
        for ends in (request_started, request_finished):
            ends.connect(close_old_connections)
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_no_question_is_answered_with_what_is_not_described(server: Any, path: str, method: str) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", server)
    operation = schema[path][method]
    slugs = list(Publication.objects.order_by("slug").values_list("slug", flat=True)[:50])
    last = Revision.objects.count()

    @seed(8)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        derandomize=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=st.one_of(
            operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
            operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
        ),
        chance=st.randoms(use_true_random=False),
    )
    def asked(case: Any, chance: Any) -> None:
        for part in (case.query, case.path_parameters):
            for name in list(part or {}):
                if chance.random() < 0.7:
                    part[name] = known(name, path, slugs, last, chance, part[name])
        if chance.random() < 0.1:
            case.query = {**(case.query or {}), "nmae": "x"}
        answered.add(case.call_and_validate(checks=CHECKED).status_code)

    answered: set[int] = set()
    asked()
    # Good questions and bad ones were among them; where a key is needed, nobody had one.
    assert ({401} if path in WITH_A_KEY else {200, 400}) <= answered, answered


def known(name: str, path: str, slugs: list[str], last: int, chance: Any, given: Any) -> Any:
    """A value that means something to this server, where there is one for the parameter."""
    if name in ("sequence", "before", "after", "since"):
        # The last entry is a correction.
        return chance.choice([0, 1, 50, last - 100, last, last + 1])
    if name == "number":
        return chance.randrange(3)
    if name == "slug":
        kind = path.split("/")[3].rstrip("s")
        return chance.choice(KNOWN.get(kind, slugs if kind == "claim" else ["1"]))
    return chance.choice(KNOWN[name]) if name in KNOWN else given
