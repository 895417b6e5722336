"""Whom each address is for. A test walks every address and fails on one that this table does not declare."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.urls import URLPattern, URLResolver, get_resolver


class Audience(StrEnum):
    """public: anyone. staff: signed-in editors. partner: a newsroom with its key."""

    PUBLIC = "public"
    STAFF = "staff"
    PARTNER = "partner"


# By name, or by route where a pattern has no name.
AUDIENCES: dict[str, Audience] = {
    "lookup": Audience.PUBLIC,
    "check": Audience.PUBLIC,
    "opensearch": Audience.PUBLIC,
    "api-match": Audience.PUBLIC,
    "api-lookup": Audience.PUBLIC,
    "claim": Audience.PUBLIC,
    "history": Audience.PUBLIC,
    "revision": Audience.PUBLIC,
    "compare": Audience.PUBLIC,
    "corrections": Audience.PUBLIC,
    "feed": Audience.PUBLIC,
    "feed-rss": Audience.PUBLIC,
    "topic-feed": Audience.PUBLIC,
    "topic-feed-rss": Audience.PUBLIC,
    "speaker-feed": Audience.PUBLIC,
    "speaker-feed-rss": Audience.PUBLIC,
    "rating-feed": Audience.PUBLIC,
    "rating-feed-rss": Audience.PUBLIC,
    "corrections-feed": Audience.PUBLIC,
    "claimreview": Audience.PUBLIC,
    "card": Audience.PUBLIC,
    "oembed": Audience.PUBLIC,
    "data": Audience.PUBLIC,
    "data-jsonl": Audience.PUBLIC,
    "data-csv": Audience.PUBLIC,
    "datafeed": Audience.PUBLIC,
    "source": Audience.PUBLIC,
    "speaker": Audience.PUBLIC,
    "speaker-named": Audience.PUBLIC,
    "topics": Audience.PUBLIC,
    "topic": Audience.PUBLIC,
    "publishers": Audience.PUBLIC,
    "publisher": Audience.PUBLIC,
    "methodology": Audience.PUBLIC,
    "about": Audience.PUBLIC,
    "seeds": Audience.PUBLIC,
    "sitemap": Audience.PUBLIC,
    "sitemap-part": Audience.PUBLIC,
    "robots": Audience.PUBLIC,
    "record-head": Audience.PUBLIC,
    # What readers send is for the editors; the forms are for everybody.
    "report": Audience.PUBLIC,
    "report-sent": Audience.PUBLIC,
    "suggest": Audience.PUBLIC,
    "suggest-sent": Audience.PUBLIC,
    "api-claims": Audience.PUBLIC,
    "api-claim": Audience.PUBLIC,
    "api-revisions": Audience.PUBLIC,
    "api-revision": Audience.PUBLIC,
    "api-entries": Audience.PUBLIC,
    "api-entry": Audience.PUBLIC,
    "api-corrections": Audience.PUBLIC,
    "api-correction": Audience.PUBLIC,
    "api-reviews": Audience.PUBLIC,
    "api-speakers": Audience.PUBLIC,
    "api-speaker": Audience.PUBLIC,
    "api-sources": Audience.PUBLIC,
    "api-source": Audience.PUBLIC,
    "api-publishers": Audience.PUBLIC,
    "api-publisher": Audience.PUBLIC,
    "api-topics": Audience.PUBLIC,
    "api-topic": Audience.PUBLIC,
    "api-ratings": Audience.PUBLIC,
    "api-rating": Audience.PUBLIC,
    "api-methodologies": Audience.PUBLIC,
    "api-methodology": Audience.PUBLIC,
    "api-changes": Audience.PUBLIC,
    "api-home": Audience.PUBLIC,
    "api-docs": Audience.PUBLIC,
    "api-schema": Audience.PUBLIC,
    "api-unknown": Audience.PUBLIC,
    # The Fact Check Tools API.
    "tools-search": Audience.PUBLIC,
    "tools-image-search": Audience.PUBLIC,
    "api-submissions": Audience.PARTNER,
    "tools-description": Audience.PUBLIC,
    "tools-pages": Audience.PARTNER,
    "tools-page": Audience.PARTNER,
    "tools-unknown": Audience.PUBLIC,
    # A partner's own subscriptions, with its key.
    "api-webhooks": Audience.PARTNER,
    "api-webhook": Audience.PARTNER,
    "api-webhook-secret": Audience.PARTNER,
    # A load balancer's questions: "ok", or what is wrong in words that may be public.
    "livez": Audience.PUBLIC,
    "readyz": Audience.PUBLIC,
    # The door itself, and the words of the admin's scripts.
    "admin:login": Audience.PUBLIC,
    "admin:jsi18n": Audience.PUBLIC,
    # For whoever cannot sign in.
    "admin_password_reset": Audience.PUBLIC,
    "password_reset_done": Audience.PUBLIC,
    "password_reset_confirm": Audience.PUBLIC,
    "password_reset_complete": Audience.PUBLIC,
    # One's own account.
    "account": Audience.STAFF,
    "account-code": Audience.STAFF,
    "account-second-factor": Audience.STAFF,
    "account-second-factor-confirm": Audience.STAFF,
    "account-second-factor-remove": Audience.STAFF,
    "account-recovery-codes": Audience.STAFF,
    "account-password": Audience.STAFF,
    "account-again": Audience.STAFF,
}

# Django's admin site asks for a staff account on every view that it wraps, so all other names in it are for staff.
NAMESPACES: dict[str, Audience] = {"admin": Audience.STAFF}


@dataclass(frozen=True, slots=True)
class Address:
    """One URL pattern: its route from the root, and its name behind its namespaces ("admin:" for an unnamed one)."""

    route: str
    name: str


def addresses() -> list[Address]:
    """Every URL pattern of the house, in the order of the URLconf."""
    return list(_walk(get_resolver().url_patterns, route="", namespaces=()))


def audience_of(address: Address) -> Audience | None:
    """The declared audience, or None."""
    return AUDIENCES.get(address.name or address.route) or NAMESPACES.get(address.name.partition(":")[0])


def undeclared() -> list[Address]:
    """The addresses for which nobody has said whom they are for."""
    return [address for address in addresses() if audience_of(address) is None]


def _walk(
    patterns: list[URLPattern | URLResolver], *, route: str, namespaces: tuple[str, ...]
) -> Iterator[Address]:
    for pattern in patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from _walk(pattern.url_patterns, route=here, namespaces=inner)
        else:
            yield Address(route=here, name=":".join([*namespaces, pattern.name or ""]))
