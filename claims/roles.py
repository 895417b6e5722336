"""Who may do what at the desk: three groups, each with all that the one before it has.

A migration writes the table into the database; a change of it needs another migration that calls `grant`.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.apps import apps as installed

REPORTER, EDITOR, PUBLISHER = "Reporter", "Editor", "Publisher"

_WRITE = ("add", "change", "view")
_OWN = ("add", "change", "delete", "view")

# By app and model: the actions that Django's permissions name.
_REPORTER = {
    "claims.claim": _WRITE,
    "claims.verdict": (*_WRITE, "submit"),
    # Parts of a claim come and go with its pages.
    "claims.appearance": _OWN,
    "claims.claimrelation": _OWN,
    "claims.evidence": _OWN,
    "claims.reply": _OWN,
    "claims.desknote": ("add", "view"),
    "claims.errorreport": _WRITE,
    "claims.suggestion": _WRITE,
    "claims.event": ("view",),
    "claims.speaker": _WRITE,
    "claims.speakeralias": _OWN,
    "claims.speakerlink": _OWN,
    "claims.topic": _WRITE,
    "claims.methodology": ("view",),
    "claims.ratingscale": ("view",),
    "claims.rating": ("view",),
    "claims.attributionfinding": ("view",),
    "claims.site": ("view",),
    "claims.revision": ("view",),
    "claims.publication": ("view",),
    "claims.partnerevent": ("view",),
    "claims.label": ("view",),
    "sources.publisher": _WRITE,
    "sources.source": _WRITE,
    "sources.snapshot": ("add", "view"),
    "sources.quotation": ("view",),
}
_EDITOR = {
    "claims.claim": ("delete",),
    "claims.verdict": ("approve", "return", "revise", "delete"),
    "claims.speaker": ("delete",),
    "claims.topic": ("delete",),
    "claims.label": ("change",),
    "sources.publisher": ("delete",),
    "sources.source": ("delete",),
}
_PUBLISHER = {
    "claims.verdict": ("publish", "withdraw", "restore"),
    "claims.methodology": _OWN,
    "claims.ratingscale": _OWN,
    "claims.rating": _OWN,
    "claims.attributionfinding": _OWN,
    "claims.site": ("change",),
    "claims.markuppage": ("view",),
    # The house's own, which nothing here imports: one table says who may do what.
    "partners.partner": _WRITE,
    "partners.site": _OWN,
    "partners.key": _WRITE,
    "partners.submission": ("view",),
    "webhooks.subscription": _OWN,
    "webhooks.delivery": ("change", "view"),
}
# Permissions that are not about one model's rows; they hang on the verdict for want of another place.
_EDITOR_DESK = ("merge_reference", "import_reference")
_PUBLISHER_DESK = ("publish_reference",)

_VERDICT = "claims.verdict"


def _named(table: dict[str, tuple[str, ...]], desk: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    for model, actions in table.items():
        yield from ((model, f"{action}_{model.partition('.')[2]}") for action in actions)
    yield from ((_VERDICT, codename) for codename in desk)


_OF_REPORTER = (*_named(_REPORTER),)
_OF_EDITOR = (*_OF_REPORTER, *_named(_EDITOR, _EDITOR_DESK))
_OF_PUBLISHER = (*_OF_EDITOR, *_named(_PUBLISHER, _PUBLISHER_DESK))

# Pairs of the model ("claims.claim") and the permission's codename ("add_claim").
GROUPS: dict[str, tuple[tuple[str, str], ...]] = {
    REPORTER: _OF_REPORTER,
    EDITOR: _OF_EDITOR,
    PUBLISHER: _OF_PUBLISHER,
}


def groups_with(permission: str) -> list[str]:
    """Names of the groups that the table gives a permission ("claims.publish_verdict")."""
    app, _, codename = permission.partition(".")
    return [
        name
        for name, pairs in GROUPS.items()
        if any(given == codename and model.startswith(f"{app}.") for model, given in pairs)
    ]


def grant(apps: Any) -> None:
    """Make the groups and give them the table's permissions; `apps` is the registry that a migration is handed.

    A group of that name that is there already keeps what it has besides. So a permission that leaves the table is
    taken from the groups by the migration that takes it out.
    """
    content_types = apps.get_model("contenttypes", "ContentType")
    permissions = apps.get_model("auth", "Permission")
    groups = apps.get_model("auth", "Group")
    made: dict[tuple[str, str], Any] = {}
    for model, codename in dict.fromkeys(chain.from_iterable(GROUPS.values())):
        app_label, _, name = model.partition(".")
        kind, _ = content_types.objects.get_or_create(app_label=app_label, model=name)
        # Django makes the rows after all migrations; where it comes first or later, the row is the same.
        made[model, codename], _ = permissions.objects.get_or_create(
            content_type=kind,
            codename=codename,
            defaults={"name": _label(model, codename)},
        )
    for name, pairs in GROUPS.items():
        group, _ = groups.objects.get_or_create(name=name)
        group.permissions.add(*(made[pair] for pair in pairs))


def _label(model: str, codename: str) -> str:
    """What an administrator reads of a permission, as Django makes it: in the model's own words, or by the action."""
    # Of the program as it is, like the table: a model of a migration does not know what came after it.
    meta = installed.get_model(model)._meta
    return dict(meta.permissions).get(codename) or f"Can {codename.partition('_')[0]} {meta.verbose_name_raw}"
