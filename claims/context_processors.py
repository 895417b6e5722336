"""What every page says about whose database this is."""

from functools import partial
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from claims import printed, reference
from claims.addresses import canonical_url, full_url
from claims.body import site_reference
from claims.models import Site


def site(request: HttpRequest) -> dict[str, Any]:
    """The site's public name, publisher and licence, and the page's addresses; read where a template shows them."""
    return {
        "site": SimpleLazyObject(_site),
        "page_address": partial(full_url, request),
        "page_canonical": partial(canonical_url, request),
    }


def _site() -> dict[str, str | None]:
    """As the record has it: what is being changed is not public yet. Before the first entry there is the row only."""
    published = reference.public_site() or site_reference(Site.objects.current())
    publisher = published["publisher"]
    return {
        "name": published["name"],
        "publisher": publisher["name"] if publisher else None,
        "licence": published["licence"],
        "licence_name": printed.licence(published["licence"]),
        # Entries of formats 1 and 2 know no seeds.
        "seeds": published.get("seeds"),
    }
