"""The head of the record where programs look for it (RFC 8615): small, to be asked for often and kept."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from claims import record
from claims.canonical import canonical, digest
from factcheck import caching

# A withdrawal is known everywhere within a minute, whatever stands in between.
SECONDS_KEPT = 10


@require_safe
def head(request: HttpRequest) -> HttpResponse:
    """The signed head, in canonical JSON."""
    served = record.served_head()
    text = canonical(served)
    response = HttpResponse(text, content_type="application/json")
    response["Cache-Control"] = f"public, max-age={SECONDS_KEPT}, s-maxage={SECONDS_KEPT}"
    at = dt.datetime.fromisoformat(served["at"]) if served["at"] else None
    return caching.validated(
        request, response, etag=f'"{digest(text)}"', at=caching.last_modified(at, now=timezone.now())
    )
