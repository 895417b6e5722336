"""Where a request may carry a key: `Authorization: Bearer KEY` everywhere; `key=KEY` at the addresses of Google's API.

Elsewhere `key` is an unknown parameter: addresses are written into logs and histories, and keys should not be.
"""

from django.http import HttpRequest

# Where partners' existing clients ask (factcheck.factchecktools).
GOOGLES = "/v1alpha1/"
PARAMETER = "key"
_SCHEME = "bearer"
_FORM = "application/x-www-form-urlencoded"


def of(request: HttpRequest) -> str | None:
    """The key that a request brings, whatever it is worth; None where it brings none. A header goes before `key=`."""
    scheme, _, value = request.headers.get("Authorization", "").strip().partition(" ")
    if scheme.lower() == _SCHEME:
        return value.strip()
    if not is_googles(request):
        return None
    # A long question comes as a form (contracts of the client libraries: x-http-method-override).
    is_form = request.method == "POST" and request.content_type == _FORM
    given = request.GET.get(PARAMETER) or (request.POST.get(PARAMETER) if is_form else None)
    return str(given) if given else None


def is_googles(request: HttpRequest) -> bool:
    """Whether a request asks Google's API, which has manners of its own."""
    return request.path_info.startswith(GOOGLES)
