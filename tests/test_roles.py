"""The matrix: every address of the staff by every role, and every action of every list by every role."""

import re
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from makers import NOON, make_claim, make_published, make_publisher, make_source, make_user
from markups import make_page
from partnering import make_key, make_partner
from subscribing import make_subscription
from taken import make_taken

from claims import roles
from claims.contributions import contribute
from claims.models import (
    Claim,
    DeskNote,
    ErrorReport,
    Event,
    Label,
    Publication,
    Redirect,
    Reply,
    Revision,
    Suggestion,
)
from claims.partners import withdrawing
from factcheck.audiences import Address, Audience, addresses, audience_of
from factcheck.partners import submitting
from factcheck.permissions import PAGES, PERMISSIONS, SUPERUSERS, page_of, permissions_of

pytestmark = pytest.mark.django_db

ROLES: dict[str, str | None] = {
    "nobody's group": None,
    roles.REPORTER: roles.REPORTER,
    roles.EDITOR: roles.EDITOR,
    roles.PUBLISHER: roles.PUBLISHER,
}
STAFF = [address for address in addresses() if audience_of(address) is Audience.STAFF]


def granted(role: str | None) -> set[str]:
    """What the table of roles gives, read from the table and not from the database."""
    return {f"{model.partition('.')[0]}.{codename}" for model, codename in roles.GROUPS.get(role or "", ())}


def content() -> Claim:
    """A row of every kind, so that every address leads to something."""
    claim = make_published("one")
    other = make_claim("two")
    Reply.objects.create(
        verdict=other.verdict, asked_of="The mayor", asked_on=NOON.date(), by="E-mail to the office"
    )
    DeskNote.objects.create(claim=claim, by=make_user(), at=NOON, text="Look at the tender.")
    ErrorReport.objects.create(claim=claim, text="The date.", reported_at=NOON, due_on=NOON.date())
    Suggestion.objects.create(text="The mayor sold the ferry.", received_at=NOON, due_on=NOON.date())
    make_source("unused")
    contribute(claim.subject, by=make_user(), at=NOON)
    Redirect.objects.create(subject="topics/old", into="topics/bridge", by=make_user(), at=NOON)
    Label.objects.create(publisher=make_publisher(), text="Wrong")
    partner = make_partner(sites=["harbour.example"])
    make_key(partner)
    make_page()
    withdrawn = make_taken()
    withdrawing.withdraw(withdrawn.slug, reason="It names a child.", by=make_user(), at=NOON)
    submitting.submit(partner, submitting.Sent("The ferry was sold."), at=NOON)
    told = make_subscription()
    told.deliveries.create(
        sequence=1, state="dead", attempts=9, first_at=NOON, last_at=NOON, told="No answer."
    )
    return claim


# What a page answers to somebody whom it lets in.
OPEN = (200, 302, 400, 404, 405)

# Rows that come into being on another's page: a note on its claim's, a snapshot on its source's.
WITHOUT_A_FORM = {"admin:claims_desknote_add", "admin:sources_snapshot_add"}


def path_of(address: Address, claim: Claim) -> str:
    """A path of the address that leads to a row that is there."""
    model = next(
        (
            model
            for model in admin.site._registry
            if address.route.startswith(f"admin/{model._meta.app_label}/{model._meta.model_name}/")
        ),
        None,
    )
    row = model._default_manager.order_by("pk").first() if model else None
    key = str(row.pk) if row else "1"
    known = {"name": "submit", "app_label": "claims", "content_type_id": "1"}
    path = re.sub(
        r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^()]*\)",
        lambda match: known.get(match.group(1) or match.group(2), key),
        address.route,
    )
    asked = "?app_label=claims&model_name=claim&field_name=speaker&term=a"
    return "/" + re.sub(r"[$^\\]", "", path) + (asked if address.name == "admin:autocomplete" else "")


def client_of(role: str | None) -> Client:
    client = Client()
    client.force_login(make_user(role=role))
    return client


def client_with(permissions: set[str]) -> Client:
    """A member of no group, with these permissions and no other."""
    user = make_user(role=None)
    for permission in permissions:
        app_label, _, codename = permission.partition(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app_label, codename=codename)
        )
    client = Client()
    client.force_login(user)
    return client


def test_every_address_of_the_staff_says_what_it_needs() -> None:
    assert [address for address in STAFF if permissions_of(address) is None] == []


def test_the_table_names_no_address_that_is_gone() -> None:
    assert set(PERMISSIONS) - {address.name for address in STAFF} == set()


def test_what_the_table_names_is_enough_and_none_of_it_can_be_spared() -> None:
    """The house's own pages, which ask for permissions themselves; Django asks for those of its own pages."""
    claim = content()
    own = [address for address in STAFF if page_of(address) not in PAGES]
    several = [address.name for address in own if len(permissions_of(address) or ()) > 1]
    assert len(several) >= 2
    wrong = []
    for address in own:
        needed, path = permissions_of(address) or set(), path_of(address, claim)
        if SUPERUSERS not in needed and client_with(needed).get(path).status_code not in OPEN:
            wrong.append((path, needed))
        for spared in needed:
            others = {"auth.view_user", "auth.change_user"} if spared == SUPERUSERS else needed - {spared}
            if client_with(others).get(path).status_code != 403:
                wrong.append((path, others))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("name", ROLES)
def test_every_address_by_every_role(name: str) -> None:
    role, claim = ROLES[name], content()
    client, may = client_of(role), granted(role)
    wrong = []
    for address in STAFF:
        needed, path = permissions_of(address) or set(), path_of(address, claim)
        status = client.get(path).status_code
        allowed = needed <= may and address.name not in WITHOUT_A_FORM
        expected = status in OPEN if allowed else status == 403
        if path.startswith("/admin/axes/accessattempt/1/"):
            # There is no such row; the admin says so by leading back.
            expected = status == (403 if "delete" in path or "change" in path else 302)
        if not expected:
            wrong.append((path, needed, status))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("name", ROLES)
def test_the_way_to_a_public_page_names_no_row_to_whom_may_not_see_it(name: str) -> None:
    role, claim = ROLES[name], make_claim("secret-slug")
    kind = ContentType.objects.get_for_model(Claim)
    for content_type, key, is_there in [
        (kind.pk, claim.pk, True),
        (kind.pk, 0, False),
        (kind.pk, "zzz", False),
        (kind.pk, "%00", False),
        (kind.pk, "9" * 30, False),
        ("9" * 30, 1, False),
        ("zzz", 1, False),
        ("%00", 1, False),
    ]:
        answer = client_of(role).get(f"/admin/r/{content_type}/{key}/")
        if is_there and "claims.view_claim" in granted(role):
            assert answer["Location"].endswith("/claims/secret-slug/")
        else:
            assert (answer.status_code, "Location" in answer) == (404, False), (content_type, key)
            assert b"secret-slug" not in answer.content


@pytest.mark.parametrize("name", [name for name in ROLES if name != roles.PUBLISHER])
@pytest.mark.parametrize("page", ["add", "change", "delete"])
def test_writing_needs_the_permission_to_write(name: str, page: str) -> None:
    """Who may look at a form may not post it by that."""
    content()
    client, may = client_of(ROLES[name]), granted(ROLES[name])
    for model in admin.site._registry:
        app_label, model_name = model._meta.app_label, str(model._meta.model_name)
        if f"{app_label}.{page}_{model_name}" in may:
            continue
        row = model._default_manager.order_by("pk").first()
        if page != "add" and row is None:
            continue
        address = reverse(f"admin:{app_label}_{model_name}_{page}", args=[] if page == "add" else [row.pk])
        before = list(model._default_manager.order_by("pk").values())
        assert client.post(address, {"post": "yes", "name": "x"}).status_code == 403, address
        assert list(model._default_manager.order_by("pk").values()) == before, address


@pytest.mark.parametrize("name", ROLES)
def test_every_transition_by_every_role(name: str) -> None:
    """By the form: the page of a transition is closed to whoever may not make it, and posting to it as well."""
    role = ROLES[name]
    client, may = client_of(role), granted(role)
    claim = make_claim()
    for transition in ("submit", "return", "publish", "revise", "withdraw", "restore"):
        address = reverse("admin:claims_claim_transition", args=[claim.pk, transition])
        if f"claims.{transition}_verdict" in may:
            continue
        assert client.get(address).status_code == 403
        assert client.post(address, {"note": "Because."}).status_code == 403
    assert not Event.objects.exists()


def state() -> dict[str, Any]:
    """Everything that an action could change."""
    return {
        model._meta.label: sorted(map(str, model._default_manager.values_list()))
        for model in apps.get_models()
        if model._meta.app_label in ("claims", "sources", "auth")
    }


# What an action needs where its name says nothing of it; an action that is not here fails the test.
ACTIONS = {
    "delete_selected": "delete",
    "put_on_record": "claims.publish_reference",
    "export_these": "view",
    "copy_as_new_version": "add",
    "merge_two": "claims.merge_reference",
    "submit": "claims.submit_verdict",
    "approve": "claims.approve_verdict",
    "send_back": "claims.return_verdict",
    "publish": "claims.publish_verdict",
    "send_again": "change",
    "pass_over": "change",
}


@pytest.mark.parametrize("name", ROLES)
def test_every_action_by_every_role(name: str) -> None:
    """A list offers an action to whom it is open, and does nothing for others who post its name."""
    content()
    client, may = client_of(ROLES[name]), granted(ROLES[name])
    boss = User.objects.create_superuser("boss")
    for model, model_admin in admin.site._registry.items():
        app_label, model_name = model._meta.app_label, model._meta.model_name
        if f"{app_label}.view_{model_name}" not in may:
            continue
        row = model._default_manager.order_by("pk").first()
        address = reverse(f"admin:{app_label}_{model_name}_changelist")
        page = client.get(address)
        request = page.wsgi_request
        request.user = boss
        offered = (
            {choice for choice, _ in page.context["action_form"].fields["action"].choices}
            if page.context["action_form"]
            else set()
        )
        for action in model_admin.get_actions(request):
            needed = ACTIONS[action]
            permission = needed if "." in needed else f"{app_label}.{needed}_{model_name}"
            assert (action in offered) == (permission in may), (address, action)
            if permission not in may and row is not None:
                before = state()
                client.post(address, {"action": action, "_selected_action": [row.pk], "post": "yes"})
                assert state() == before, (address, action)


def test_nobody_is_made_a_superuser_by_the_groups() -> None:
    for group in Group.objects.all():
        assert not group.permissions.filter(content_type__app_label__in=["auth", "admin", "axes"]).exists()


def test_the_groups_in_the_database_are_the_table() -> None:
    for name in roles.GROUPS:
        stored = Group.objects.get(name=name).permissions.values_list("content_type__app_label", "codename")
        assert {f"{app}.{codename}" for app, codename in stored} == granted(name)


def test_a_group_that_is_there_already_keeps_what_it_has() -> None:
    """An operator may have had a group of that name, or have given one more permission."""
    group = Group.objects.get(name=roles.EDITOR)
    extra = Permission.objects.get(content_type__app_label="claims", codename="view_contribution")
    approve = Permission.objects.get(codename="approve_verdict")
    group.permissions.set([extra])
    roles.grant(apps)
    assert {extra, approve} <= set(group.permissions.all())


def test_permissions_are_called_what_their_models_call_them() -> None:
    """The migration of the groups makes them before Django does, which then leaves their names as they are."""
    named = {
        (f"{app}.{model}", codename): name
        for app, model, codename, name in Permission.objects.values_list(
            "content_type__app_label", "content_type__model", "codename", "name"
        )
    }
    assert named["claims.verdict", "approve_verdict"] == "Can approve as second reader"
    assert named["claims.desknote", "add_desknote"] == "Can add note to colleagues"
    for model in apps.get_models():
        for codename, name in model._meta.permissions:
            assert named[model._meta.label_lower, codename] == name
    # One that Django never made: the words are the same.
    Permission.objects.filter(codename__in=["approve_verdict", "add_desknote"]).delete()
    roles.grant(apps)
    for codename in ("approve_verdict", "add_desknote"):
        made = Permission.objects.get(codename=codename)
        assert made.name == named[f"claims.{made.content_type.model}", codename]


def test_every_permission_of_the_table_is_real() -> None:
    """A misspelt name would be a permission that nothing asks for."""
    known = {
        f"{model._meta.app_label}.{codename}"
        for model in apps.get_models()
        for codename in [
            *(f"{action}_{model._meta.model_name}" for action in model._meta.default_permissions),
            *(codename for codename, _ in model._meta.permissions),
        ]
    }
    assert granted(roles.PUBLISHER) <= known


def test_the_record_is_nobodys_to_write() -> None:
    make_published()
    before = (list(Revision.objects.values()), list(Publication.objects.values()))
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    for model in (Revision, Publication, Event):
        if model not in admin.site._registry:
            continue
        name = f"admin:claims_{model._meta.model_name}"
        row = model._default_manager.first()
        for address in (reverse(f"{name}_add"), reverse(f"{name}_delete", args=[row.pk])):
            assert client.post(address, {"post": "yes"}).status_code == 403
    assert (list(Revision.objects.values()), list(Publication.objects.values())) == before
