"""Pages as pages.* take them, and how tests ask for them."""

import itertools
import json
from collections.abc import Iterable
from typing import Any

from django.test import Client
from makers import NOON, make_site
from partnering import make_key, make_partner

from claims.models import MarkupPage, Revision
from claims.partners import pages
from factcheck.factchecktools import markup

PAGES = "/v1alpha1/pages"
URL = "https://www.harbour.example/checks/1"
_numbers = itertools.count(100)


def make_page(*, site: str = "harbour.example", claims: Iterable[str] = ("The pier is gone.",)) -> MarkupPage:
    """A page as its publisher sends it, through the door that pages.create uses; each of its own address."""
    url = f"https://www.{site}/checks/{next(_numbers)}"
    document = {"pageUrl": url, "claimReviewMarkups": [simple(claim) for claim in claims]}
    page = markup.page(json.dumps(document).encode(), today="2026-03-01")
    reviews = [pages.Sent(review, one) for review, one in page.markups]
    return pages.create(page.url, page.sent, reviews, sites=[site], reserved=(), at=NOON)


def make_pages_key() -> str:
    """The key of a partner with two sites."""
    make_site()
    return make_key(make_partner(sites=["harbour.example", "news.harbour.example"]), ["read", "pages"])


def sent(**values: Any) -> dict[str, Any]:
    """A page with everything that one can say."""
    return {
        "pageUrl": URL,
        "publishDate": "2025-11-10",
        "claimReviewAuthor": {"name": "Harbour News", "imageUrl": "https://www.harbour.example/logo.png"},
        "claimReviewMarkups": [
            {
                "url": f"{URL}#one",
                "claimReviewed": "The harbour was sold in secret.",
                "claimDate": "2025-11-03",
                "claimLocation": "Town hall",
                "claimFirstAppearance": "https://posts.example/1",
                "claimAppearances": ["https://posts.example/2", "https://posts.example/3"],
                "claimAuthor": {
                    "name": "Rufus Gale",
                    "jobTitle": "Councillor",
                    "imageUrl": "https://people.example/gale.png",
                    "sameAs": "https://people.example/gale",
                },
                "rating": {
                    "textualRating": "Mostly wrong",
                    "ratingValue": 2,
                    "bestRating": 5,
                    "worstRating": 1,
                    "ratingExplanation": "It was leased in public.",
                    "imageUrl": "https://www.harbour.example/wrong.png",
                },
            },
            {"claimReviewed": "The pier is gone.", "rating": {"textualRating": "Wrong"}},
        ],
        **values,
    }


def simple(claim: str = "The pier is gone.") -> dict[str, Any]:
    return {"claimReviewed": claim, "rating": {"textualRating": "Wrong"}}


def ask(
    method: str, path: str = PAGES, body: Any = None, *, key: str = "", status: int = 200, **query: Any
) -> dict[str, Any]:
    text = body if isinstance(body, bytes | str) else json.dumps(body) if body is not None else ""
    answer = Client(enforce_csrf_checks=True).generic(
        method,
        path,
        text,
        content_type="application/json",
        query_params=query,
        headers={"authorization": f"Bearer {key}"} if key else {},
    )
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/json; charset=UTF-8"
    if status == 200:
        assert answer["Cache-Control"] == "private, no-store"
    found: dict[str, Any] = answer.json()
    return found


def violated(body: Any, *, key: str) -> dict[str, str]:
    error = ask("POST", body=body, key=key, status=400)["error"]
    assert error["status"] == "INVALID_ARGUMENT"
    return {one["field"]: one["description"] for one in error["details"][0]["fieldViolations"]}


def violated_put(path: str, body: Any, *, key: str) -> set[str]:
    error = ask("PUT", path, body, key=key, status=400)["error"]
    return {one["field"] for one in error["details"][0]["fieldViolations"]}


def kinds() -> list[tuple[str, str]]:
    """What the record says happened to fact-checks: kind and claim."""
    rows = Revision.objects.filter(subject__startswith="claims/harbour-").order_by("sequence")
    return [(row.kind, json.loads(row.body or "{}")["claim"]) for row in rows]
