"""Reference data as programs are served it: the published document, its entry on the record, licence and addresses."""

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from claims import record, reference
from claims.models import Reference
from claims.subjects import identifier_of

Document = dict[str, Any]

# For each kind: its address in the API, its page, and the filter of fact-checks that asks for one of its rows.
KINDS: dict[str, tuple[str, str, str]] = {
    "speakers": ("api-speaker", "speaker", "speaker"),
    "sources": ("api-source", "source", "source"),
    "publishers": ("api-publisher", "publisher", "publisher"),
    "topics": ("api-topic", "topic", "topic"),
    "methodologies": ("api-methodology", "methodology", ""),
}


def licence() -> str | None:
    """The address of the licence under which the house gives its findings and its data; None before the first entry."""
    found: str | None = (reference.public_site() or {}).get("licence")
    return found


def served_many(kind: str, rows: Iterable[Reference], *, base_url: str) -> list[Document]:
    """Reference rows from `reference.listed` as they are served, in their order and in one query.

    The members of the recorded body stand as they are, and `revision` names their digest; `licence` and `live` are not
    of the body. `base_url` has no slash at its end.
    """
    under = licence()
    return [_served(kind, row, licence=under, base_url=base_url) for row in rows]


def _served(kind: str, row: Reference, *, licence: str | None, base_url: str) -> Document:
    api, page, asked = KINDS[kind]
    identifier = identifier_of(row.subject)
    live = {
        "url": base_url + reverse(page, args=[identifier] if asked else []),
        "api": base_url + reverse(api, args=[identifier]),
    }
    if asked:
        live["claims"] = f"{base_url}{reverse('api-claims')}?{urlencode({asked: identifier})}"
    return {
        **json.loads(row.revision.body or "null"),
        "licence": licence,
        "revision": record.published_revision(row.revision),
        "live": live,
    }


def ratings(*, base_url: str) -> list[Document]:
    """Every rating of the published methodologies, as the newest of those that have it defines it; best first."""
    under = licence()
    found: dict[str, Document] = {}
    for row in reference.listed("methodologies"):
        methodology = json.loads(row.revision.body or "null")
        scale, version = methodology["scale"], methodology["version"]
        for rating in scale["ratings"]:
            if rating["id"] in found:
                found[rating["id"]]["methodologies"].append(version)
                continue
            found[rating["id"]] = {
                **{name: rating[name] for name in ("id", "label", "value")},
                # Off the scale there is no number.
                "best": scale["best"] if rating["value"] is not None else None,
                "worst": scale["worst"] if rating["value"] is not None else None,
                "definition": rating["definition"],
                "methodology": version,
                "methodologies": [version],
                "licence": under,
                "live": {
                    "url": f"{base_url}{reverse('methodology')}#version-{version}",
                    "api": base_url + reverse("api-rating", args=[rating["id"]]),
                    "methodology": base_url + reverse("api-methodology", args=[version]),
                    "claims": f"{base_url}{reverse('api-claims')}?{urlencode({'rating': rating['id']})}",
                    "feed": base_url + reverse("rating-feed", args=[rating["id"]]),
                },
            }
    return sorted(found.values(), key=lambda rating: (rating["value"] is None, -(rating["value"] or 0)))
