"""Every page of the desk in a real browser: the pages of each registered model, and those of its own.

The addresses come from the admin's register and from the permissions of a superuser: a new model is walked without
anybody remembering it. Widths and schemes take turns from page to page.
"""

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from browsing import (
    PASSWORD,
    Served,
    browser,
    filled,
    needs_chromium,
    serving,
    sign_in,
    sound,
    watched,
    wrong,
)
from django.contrib import admin
from playwright.sync_api import Browser, Page

__all__ = ["browser"]

pytestmark = needs_chromium

SIGHTS = [(360, "light"), (1280, "dark")]
MODELS = sorted(model._meta.label for model in admin.site._registry)

DATA = f"""
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from makers import NOON, approve, make_claim, make_published, make_source, make_speaker, make_topic, make_user, publish
from claims import roles, workflow
from claims.contributions import contribute
from claims.models import Claim, DeskNote, ErrorReport, Redirect, Reply, SpeakerAlias, SpeakerLink, Suggestion
from claims.partners import withdrawing
from factcheck.partners import submitting
from factcheck.partners.models import Site
from markups import make_page
from partnering import make_key
from subscribing import make_subscription
from taken import make_taken
boss = User.objects.create_superuser("boss", password={PASSWORD!r})
writer = make_user("writer", role=roles.REPORTER)

public = make_published("public", speaker=make_speaker(description="Mayor since 2019."))
SpeakerAlias.objects.create(speaker=public.speaker, name="Mayor Quill", language="en")
SpeakerLink.objects.create(speaker=public.speaker, url="https://example.org/people/quill")
public.speaker.description = "Mayor of the city since 2019."
public.speaker.save()
make_speaker("a-quill", name="A. Quill")
make_topic("nobody-uses-it", name="Unused")
make_source("nobody-names-it", title="A source that no claim names")

waiting = publish(make_claim("waiting", author=writer))
workflow.apply("revise", verdict=waiting.verdict, by=boss, at=NOON)
waiting.verdict.evidence.last().delete()
waiting.verdict.summary = "The works report names no date at all."
waiting.verdict.rating = waiting.verdict.methodology.scale.ratings.get(slug="not-checkable")
waiting.verdict.save()
Reply.objects.create(verdict=waiting.verdict, asked_of="The mayor", asked_on=NOON.date(), by="e-mail")
workflow.apply("submit", verdict=waiting.verdict, by=writer, at=NOON, note="Look at the second source twice.")

returned = make_claim("returned", author=writer)
workflow.apply("submit", verdict=returned.verdict, by=writer, at=NOON)
workflow.apply("return", verdict=returned.verdict, by=boss, at=NOON, note="Say when the report was made.")

ready = make_claim("ready", author=writer)
workflow.apply("submit", verdict=ready.verdict, by=writer, at=NOON)
approve(ready.verdict, by=make_user("second"))

Claim.objects.create(slug="draft", text="The ferry was sold in secret.", title="Was the ferry sold?", owner=boss)
contribute(waiting.subject, by=writer, at=NOON)
DeskNote.objects.create(claim=waiting, by=writer, at=NOON, text="The works office calls back on Monday.")
ErrorReport.objects.create(claim=public, text="A date is wrong.", reported_at=NOON, due_on=NOON.date(), owner=boss)
Suggestion.objects.create(text="The bridge will open in spring, says the mayor.", where="https://example.org/1",
    received_at=NOON, due_on=NOON.date(), channel="form")
Redirect.objects.create(subject="speakers/quill", into="speakers/ada-quill", by=boss, at=NOON)
make_taken(label="Mostly wrong")
withdrawn = make_taken(label="Wrong", title="Was the harbour sold?")
withdrawing.withdraw(withdrawn.slug, reason="It names a child.", by=boss, at=NOON)
told = make_subscription(kinds=["correction"], speakers=["ada-quill"])
Site.objects.create(partner=told.partner, host="harbour.example")
make_key(told.partner, ["read", "pages", "submit", "webhooks"])
make_page(claims=["The pier is gone.", "The harbour was sold in secret, said the councillor on the radio."])
submitting.submit(told.partner, submitting.Sent("The ferry was sold."), at=NOON)
told.deliveries.create(sequence=1, state="dead", attempts=17, first_at=NOON, last_at=NOON, told="No answer.")
AccessAttempt.objects.create(
    username="nobody", ip_address="192.0.2.1", user_agent="A browser", path_info="/admin/login/", failures_since_start=3
)
"""

# Every address of a registered model that a superuser may open, with what it is called; one row stands for all.
ADDRESSES = """
import json
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import RequestFactory
from django.urls import reverse
request = RequestFactory().get("/")
request.user = User.objects.get(username="boss")
found = {}
for model, desk in admin.site._registry.items():
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    rows = list(model._default_manager.all())
    pages = found[model._meta.label] = {"rows": len(rows), "pages": []}
    def page(kind, *key):
        address = reverse(f"{name}_{kind}", args=key)
        pages["pages"].append((kind, address))
        if kind in ("changelist", "add", "change"):
            pages["pages"].append((f"{kind}-popup", f"{address}?_popup=1"))
    page("changelist")
    if desk.has_add_permission(request):
        page("add")
    for row in rows[:1]:
        page("change", row.pk)
        page("history", row.pk)
    free = [row for row in rows if desk.has_delete_permission(request, row) and not desk.kept([row])]
    for row in free[:1]:
        page("delete", row.pk)
print(json.dumps(found))
"""

# The desk's own pages, by the identifier of the claim, source or speaker that they are about.
KEYS = """
import json
from claims.models import Claim, Publication, Speaker
from factcheck.partners.models import Key
from sources.models import Source
print(json.dumps({
    **{claim.slug: claim.pk for claim in Claim.objects.all()},
    **{row.slug: row.pk for row in Speaker.objects.all()},
    "theirs": Publication.objects.filter(origin="partner", withdrawn=False).first().pk,
    "partner": Key.objects.get().partner_id,
    "key": Key.objects.get().pk,
    "withdrawn": Publication.objects.get(origin="partner", withdrawn=True).pk,
    "source": Claim.objects.get(slug="public").appearances.get().source_id,
    "snapshot": Claim.objects.get(slug="public").appearances.get().quotation.snapshot_id,
    "unnamed": Source.objects.get(slug="nobody-names-it").snapshots.get().pk,
}))
"""
SPECIAL = {
    "first-page": "/admin/",
    "part-of-the-first-page": "/admin/claims/",
    "second-read": "/admin/claims/claim/{waiting}/second-read/",
    "second-read-without-a-verdict": "/admin/claims/claim/{draft}/second-read/",
    "second-read-of-the-public-text": "/admin/claims/claim/{public}/second-read/",
    "nearest": "/admin/claims/claim/nearest/?text=the+bridge+will+open+in+spring",
    "claim-with-all-its-parts": "/admin/claims/claim/{waiting}/change/",
    "claim-returned": "/admin/claims/claim/{returned}/change/",
    "submit": "/admin/claims/claim/{returned}/do/submit/",
    "return": "/admin/claims/claim/{waiting}/do/return/",
    "publish": "/admin/claims/claim/{ready}/do/publish/",
    "withdraw": "/admin/claims/claim/{public}/do/withdraw/",
    "revise": "/admin/claims/claim/{public}/do/revise/",
    "verdict-of-a-claim": "/admin/claims/verdict/add/?claim={draft}",
    "import-speakers": "/admin/claims/speaker/import/",
    "import-sources": "/admin/sources/source/import/",
    "merge-find": "/admin/claims/speaker/{a-quill}/merge/",
    "merge": "/admin/claims/speaker/{a-quill}/merge/?into={ada-quill}",
    "snapshot": "/admin/sources/source/{source}/snapshot/",
    "fact-check-of-a-partner": "/admin/claims/publication/{theirs}/change/",
    "withdraw-a-partners": "/admin/claims/publication/{theirs}/withdraw/",
    "withdrawn-of-a-partner": "/admin/claims/publication/{withdrawn}/change/",
    "let-in": "/admin/claims/publication/{withdrawn}/let-in/",
    "partner": "/admin/partners/partner/{partner}/change/",
    "make-a-key": "/admin/partners/partner/{partner}/make-key/",
    "revoke-a-key": "/admin/partners/partner/{partner}/revoke-key/{key}/",
    "webhook-test": "/admin/webhooks/subscription/1/ping/",
    "webhook-secret": "/admin/webhooks/subscription/1/secret/",
    "reading": "/admin/claims/claim/snapshot/{snapshot}/read/",
    "reading-what-nobody-names": "/admin/claims/claim/snapshot/{unnamed}/read/",
    "reading-for-a-claim": "/admin/claims/claim/snapshot/{snapshot}/read/?claim={public}",
    "account": "/admin/account/",
    "second-factor": "/admin/account/second-factor/",
    "password": "/admin/password_change/",
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with at least one row of each model."""
    with serving(tmp_path_factory.mktemp("desk"), filled(DATA)) as served:
        yield served


@pytest.fixture(scope="module")
def addresses(desk: Served) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(desk.shell(ADDRESSES))
    return found


@pytest.fixture(scope="module")
def keys(desk: Served) -> dict[str, int]:
    found: dict[str, int] = json.loads(desk.shell(KEYS))
    return found


class Sights:
    """Two windows of one editor, a narrow light and a wide dark one, which take turns."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.address, self.turns = address, itertools.count()
        first = browser.new_context()
        sign_in(first.new_page(), address, "boss")
        state = first.storage_state()
        first.close()
        self.windows: list[tuple[Page, list[str]]] = []
        for width, scheme in SIGHTS:
            context = browser.new_context(
                storage_state=state,
                viewport={"width": width, "height": 800},
                color_scheme=scheme,  # type: ignore[arg-type]
            )
            page = context.new_page()
            self.windows.append((page, watched(page, address)))

    def look(self, name: str, address: str) -> list[str]:
        """What is wrong with the page at an address, in the window whose turn it is."""
        page, complaints = self.windows[next(self.turns) % len(self.windows)]
        answer = page.goto(f"{self.address}{address}")
        assert answer is not None
        status = [] if answer.status == 200 else [f"{address} answers {answer.status}"]
        return [*status, *wrong(page, name, complaints)]


@pytest.fixture(scope="module")
def sights(browser: Browser, desk: Served) -> Iterator[Sights]:
    made = Sights(browser, desk.address)
    yield made
    for page, _ in made.windows:
        page.context.close()


@pytest.mark.parametrize("model", MODELS)
def test_every_page_of_a_model_is_sound(
    sights: Sights, addresses: dict[str, dict[str, Any]], model: str
) -> None:
    assert addresses[model]["rows"], f"the walk has no row of {model}"
    for kind, address in addresses[model]["pages"]:
        assert sights.look(f"{model.lower()}-{kind}", address) == []


@pytest.mark.parametrize("name", SPECIAL)
def test_every_page_of_the_desk_is_sound(sights: Sights, keys: dict[str, int], name: str) -> None:
    assert sights.look(name, SPECIAL[name].format_map(keys)) == []


@pytest.mark.parametrize("turn", range(len(SIGHTS)))
def test_what_goes_on_the_record_is_shown_first(sights: Sights, turn: int) -> None:
    page, complaints = sights.windows[turn]
    complaints.clear()
    page.goto(f"{sights.address}/admin/claims/speaker/?q=ada-quill")
    page.locator("input[name=_selected_action]").first.check()
    page.get_by_label("Action:").select_option("Put on the public record as it stands")
    page.get_by_role("button", name="Go", exact=True).click()
    page.get_by_label("Public note").wait_for()
    sound(page, "put-on-record", complaints)
