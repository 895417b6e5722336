"""Whom each address is for. A test walks every address and fails on one that this table does not declare."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.contrib.admin import site
from django.urls import URLPattern, URLResolver, get_resolver


class Audience(StrEnum):
    """public: anyone. staff: signed-in editors. partner: a newsroom with its key."""

    PUBLIC = "public"
    STAFF = "staff"
    PARTNER = "partner"


# By name, or by route where a pattern has no name.
AUDIENCES: dict[str, Audience] = {
    "lookup": Audience.PUBLIC,
    "claim": Audience.PUBLIC,
    "source": Audience.PUBLIC,
    "speaker": Audience.PUBLIC,
    "methodology": Audience.PUBLIC,
    "about": Audience.PUBLIC,
    "api-claims": Audience.PUBLIC,
    "api-claim": Audience.PUBLIC,
    "api-unknown": Audience.PUBLIC,
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


# What a member of the staff needs for each address of theirs that is not one of the admin's own five pages of a model
# (those need the model's own permission, see permission_of). None: whoever is on the staff.
PERMISSIONS: dict[str, str | None] = {
    "account": None,
    "account-code": None,
    "account-second-factor": None,
    "account-second-factor-confirm": None,
    "account-second-factor-remove": None,
    "account-recovery-codes": None,
    "account-again": None,
    "account-password": None,
    "admin:index": None,
    "admin:logout": None,
    "admin:password_change": None,
    "admin:password_change_done": None,
    # Answers for one field of one model, whose view permission it asks for itself.
    "admin:autocomplete": None,
    # Leads to one row of one model, whose view permission it asks for itself.
    "admin:view_on_site": None,
    "admin:app_list": None,
    # An unnamed one is the old address of a change page, which it redirects to, or no address at all.
    "admin:": None,
    # Which transition decides which permission; the view asks for it.
    "admin:claims_claim_transition": "claims.view_claim",
    "admin:claims_claim_second_read": "claims.view_verdict",
    "admin:claims_claim_nearest": "claims.view_claim",
    "admin:claims_snapshot_read": "sources.view_snapshot",
    "admin:sources_source_snapshot": "sources.add_snapshot",
    "admin:auth_user_password_change": "auth.change_user",
    "admin:auth_user_second_factor": "auth.change_user",
}
_PAGES = {
    "changelist": "view",
    "add": "add",
    "change": "view",
    "delete": "delete",
    "history": "view",
    "export": "view",
}


_DESK_PAGES = {
    "merge": "claims.merge_reference",
    "import": "claims.import_reference",
    "import_template": "claims.import_reference",
    "import_rows": "claims.import_reference",
}


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
    """The addresses for which nobody has said whom they are for, or what permission they need."""
    return [
        address
        for address in addresses()
        if audience_of(address) is None
        or (audience_of(address) is Audience.STAFF and permission_of(address) is UNDECLARED)
    ]


UNDECLARED = "undeclared"


def permission_of(address: Address) -> str | None:
    """The permission that an address of the staff needs; None: any of the staff; UNDECLARED: nobody has said."""
    if address.name in PERMISSIONS:
        return PERMISSIONS[address.name]
    models = {(model._meta.app_label, model._meta.model_name) for model in site._registry}
    app_label, _, rest = address.name.removeprefix("admin:").partition("_")
    model, _, page = rest.partition("_")
    if (app_label, model) not in models:
        return UNDECLARED
    return _DESK_PAGES.get(page) or (f"{app_label}.{_PAGES[page]}_{model}" if page in _PAGES else UNDECLARED)


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
