"""What a member of the staff needs for each address of theirs.

The views ask for it themselves; this table is what a refusal names, and by what the tests walk every address and role.
"""

from django.contrib.admin import site

from factcheck.audiences import Address

# Nobody is granted it: accounts, groups and sign-ins are the superusers', whatever permissions a group has.
SUPERUSERS = "superusers"
_OF_SUPERUSERS = ("auth", "axes")

# By name, all that is needed at once; none: whoever is on the staff.
PERMISSIONS: dict[str, tuple[str, ...]] = {
    "account": (),
    "account-code": (),
    "account-second-factor": (),
    "account-second-factor-confirm": (),
    "account-second-factor-remove": (),
    "account-recovery-codes": (),
    "account-again": (),
    "account-password": (),
    "admin:index": (),
    "admin:logout": (),
    "admin:password_change": (),
    "admin:password_change_done": (),
    # Answers for one field of one model, whose view permission it asks for itself: the walk asks for speakers.
    "admin:autocomplete": ("claims.view_speaker",),
    # Leads to one row of one model, whose view permission it asks for itself.
    "admin:view_on_site": (),
    "admin:app_list": (),
    # An unnamed one is the old address of a change page, which it redirects to, or no address at all.
    "admin:": (),
    # Each transition has its own: the walk asks for the page of submitting.
    "admin:claims_claim_transition": ("claims.submit_verdict",),
    "admin:claims_claim_second_read": ("claims.view_claim", "claims.view_verdict"),
    "admin:claims_claim_nearest": ("claims.view_claim",),
    "admin:claims_publication_withdraw": ("claims.view_publication", "claims.withdraw_verdict"),
    "admin:claims_publication_let_in": ("claims.view_publication", "claims.restore_verdict"),
    "admin:claims_snapshot_read": ("sources.view_snapshot", "claims.view_claim"),
    "admin:webhooks_subscription_ping": ("webhooks.change_subscription",),
    "admin:webhooks_subscription_secret": ("webhooks.change_subscription",),
    "admin:webhooks_subscription_switch": ("webhooks.change_subscription",),
    "admin:sources_source_snapshot": ("sources.add_snapshot",),
    "admin:partners_partner_make_key": ("partners.add_key",),
    "admin:partners_partner_revoke_key": ("partners.change_key",),
    "admin:auth_user_password_change": (SUPERUSERS,),
    "admin:auth_user_second_factor": (SUPERUSERS,),
}

# The admin's own pages of a model, by the action that each needs of it.
PAGES = {"changelist": "view", "add": "add", "change": "view", "delete": "delete", "history": "view"}
# The house's own pages of several models.
_EXPORT = "export"
_DESK_PAGES = {
    "merge": "claims.merge_reference",
    "import": "claims.import_reference",
    "import_template": "claims.import_reference",
    "import_rows": "claims.import_reference",
}


def page_of(address: Address) -> str:
    """What an address of a registered model is called behind the model ("changelist"); empty for all others."""
    app_label, _, rest = address.name.removeprefix("admin:").partition("_")
    model, _, page = rest.partition("_")
    return page if (app_label, model) in _registered() else ""


def permissions_of(address: Address) -> set[str] | None:
    """All the permissions that an address of the staff needs at once; None: nobody has said."""
    if address.name in PERMISSIONS:
        return set(PERMISSIONS[address.name])
    page = page_of(address)
    app_label, model, *_ = address.name.removeprefix("admin:").split("_")
    if page in _DESK_PAGES:
        return {_DESK_PAGES[page]}
    action = {**PAGES, _EXPORT: "view"}.get(page)
    if action is None:
        return None
    return {SUPERUSERS} if app_label in _OF_SUPERUSERS else {f"{app_label}.{action}_{model}"}


def _registered() -> set[tuple[str, str | None]]:
    return {(model._meta.app_label, model._meta.model_name) for model in site._registry}
