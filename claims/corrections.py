"""Corrections as programs are served them: what was done to which fact-check, and how that stands now."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from claims import history, record
from claims.models import Revision
from claims.reference_documents import licence
from claims.subjects import identifier_of


def served_many(entries: Iterable[Revision], *, base_url: str) -> list[dict[str, Any]]:
    """Entries of `history.told` in their order, in a fixed number of queries; `base_url` has no slash at its end.

    The note is ours, whoever's fact-check it is about, and so is the licence. `withdrawn_at` is when the fact-check was
    withdrawn after this entry, `taken_from` the name of the partner whose it is.
    """
    rows = list(entries)
    standings, under = history.standings(rows), licence()
    served = []
    for entry in rows:
        slug, standing = identifier_of(entry.subject), standings[entry.subject]
        since = standing.withdrawn_at if standing.is_withdrawn_since(entry) else None
        served.append(
            {
                "claim": slug,
                "title": standing.title,
                "taken_from": standing.taken_from,
                "withdrawn_at": record.time_text(since) if since else None,
                "licence": under,
                "revision": record.published_revision(entry),
                "live": {
                    "url": base_url + reverse("revision", args=[slug, entry.number]),
                    "api": base_url + reverse("api-correction", args=[entry.sequence]),
                    "claim": base_url + reverse("api-claim", args=[slug]),
                    "entry": base_url + reverse("api-entry", args=[entry.sequence]),
                },
            }
        )
    return served
