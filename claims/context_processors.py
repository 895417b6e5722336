"""What every page says about whose database this is."""

from functools import partial
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from claims import shown
from claims.addresses import canonical_url, full_url


def site(request: HttpRequest) -> dict[str, Any]:
    """The site's public name, publisher and licence, and the page's addresses; read where a template shows them."""
    return {
        "site": SimpleLazyObject(shown.site),
        "page_address": partial(full_url, request),
        "page_canonical": partial(canonical_url, request),
    }
