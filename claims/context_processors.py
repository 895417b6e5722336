"""What every page says about whose database this is."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from claims import printed, reference
from claims.models import Site


def site(request: HttpRequest) -> dict[str, Any]:
    """The site's public name, publisher and licence; read only where a template shows them."""
    return {"site": SimpleLazyObject(_site)}


def _site() -> dict[str, str | None]:
    row = Site.objects.current()
    return {
        "name": row.name,
        "publisher": _publisher(row),
        "licence": row.licence,
        "licence_name": printed.licence(row.licence),
    }


def _publisher(site: Site) -> str | None:
    """The publisher's name as the record has it: a name that is being changed is not public yet."""
    if site.publisher is None:
        return None
    published = reference.named("publishers", [site.publisher.slug]).get(site.publisher.slug)
    return published["name"] if published else None
