"""pages.*: a partner keeps the ClaimReview markup of its own sites here, with a key that has the scope "pages"."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from claims import record
from claims.links import port_of, site_of
from claims.partners import pages, publishers
from claims.partners.pages import Kept, Sent
from factcheck.factchecktools import markup, parameters, refusing, tokens
from factcheck.factchecktools.answers import made
from factcheck.factchecktools.envelope import Refused, bad, info, preconditions
from factcheck.factchecktools.parameters import Common, Given
from factcheck.partners import access, keys
from factcheck.partners.models import Partner
from factcheck.partners.scopes import Scope


def create(request: HttpRequest, given: Given) -> HttpResponse:
    partner = _partner(request)
    sites = _sites(partner)
    common, sent = parameters.common(given), _sent(request)
    _own(sent.url, sites)
    try:
        page = _written(
            lambda at: pages.create(
                sent.url, sent.sent, _reviews(sent), sites=sites, reserved=_reserved(partner), at=at
            )
        )
    except pages.Exists:
        name = f"pages/{pages.identifier(sent.url)}"
        said = f"The markup of this page is here already: update {name}."
        raise Refused(409, said, status="ALREADY_EXISTS", details=info("PAGE_EXISTS", name=name)) from None
    return _answer(_document(pages.found(page.identifier)), common)


def get(request: HttpRequest, given: Given, page: str) -> HttpResponse:
    sites = _sites(_partner(request))
    common = parameters.common(given)
    return _answer(_document(_found(page, sites)), common)


def update(request: HttpRequest, given: Given, page: str) -> HttpResponse:
    partner = _partner(request)
    sites = _sites(partner)
    common, sent = parameters.common(given), _sent(request)
    _found(page, sites)
    _own(sent.url, sites)
    if sent.name not in ("", f"pages/{page}"):
        raise bad({"name": f"This is pages/{page}: leave the name out, or send that."})
    _written(
        lambda at: pages.update(
            page,
            sent.url,
            sent.sent,
            _reviews(sent),
            sites=sites,
            reserved=_reserved(partner),
            version=sent.version,
            at=at,
        )
    )
    return _answer(_document(pages.found(page)), common)


def delete(request: HttpRequest, given: Given, page: str) -> HttpResponse:
    sites = _sites(_partner(request))
    common = parameters.common(given)
    _found(page, sites)
    _written(lambda at: pages.delete(page, at=at))
    return _answer({}, common)


def listed(request: HttpRequest, given: Given) -> HttpResponse:
    sites = _sites(_partner(request))
    asked, common = parameters.pages(given)
    at = parameters.place(asked.token, question=asked.question)
    following: int | None = None
    if asked.url:
        _own(asked.url, sites)
        try:
            found = [pages.found(pages.identifier(asked.url))]
        except pages.Missing:
            found = []
    else:
        _own_site(asked.organization, sites)
        found, following = pages.of_site(
            asked.organization, after=at.place if at else None, offset=asked.offset, limit=asked.size
        )
    document: dict[str, Any] = {}
    if found:
        document["claimReviewMarkupPages"] = [_document(one) for one in found]
    if following is not None:
        place = tokens.Place(following, timezone.now().date())
        document["nextPageToken"] = tokens.token(place, question=asked.question)
    return _answer(document, common)


def _partner(request: HttpRequest) -> Partner:
    """Whose key came with a request. Raises Refused."""
    try:
        return access.demand(request, Scope.PAGES).partner
    except keys.Refused as refused:
        raise refusing.bad_key(refused) from refused


def _sites(partner: Partner) -> frozenset[str]:
    return frozenset(partner.sites.values_list("host", flat=True))


def _reserved(partner: Partner) -> list[str]:
    """What the other partners are called: whoever has not published yet is to find its name free."""
    return Partner.objects.names_beside(partner)


def _own(url: str, sites: frozenset[str]) -> None:
    """Raises Refused where a page is of no site of the partner's: at another port another program answers."""
    site, port = site_of(url), port_of(url)
    _own_site(site, sites)
    if port is not None:
        said = f"{site}:{port} is another site than {site}, and none of yours: pages are kept at the usual ports."
        raise Refused(403, said, details=info("SITE_NOT_YOURS", site=f"{site}:{port}"))


def _own_site(site: str, sites: frozenset[str]) -> None:
    """Raises Refused where a site is none of the partner's."""
    if site not in sites:
        own = f"yours: {', '.join(sorted(sites))}" if sites else "you have none here yet"
        said = f"{site} is not a site of yours ({own}). Ask the desk of this house to add it."
        raise Refused(403, said, details=info("SITE_NOT_YOURS", site=site))


def _found(name: str, sites: frozenset[str]) -> Kept:
    """The page of that name as it stands. Raises Refused where it is not there or belongs to somebody else."""
    try:
        kept = pages.found(name)
    except pages.Missing:
        raise Refused(404, f"There is no pages/{name} here.") from None
    _own_site(kept.page.site, sites)
    return kept


def _sent(request: HttpRequest) -> markup.Page:
    """The page that a request brings. Raises Refused."""
    kind = request.content_type or ""
    if kind != "application/json":
        raise Refused(415, "Send the page as JSON, with Content-Type: application/json.")
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > markup.LONGEST or len(request.body) > markup.LONGEST:
        raise Refused(413, f"The body is longer than {markup.LONGEST:,} bytes.")
    return markup.page(request.body, today=timezone.now().date().isoformat())


def _reviews(sent: markup.Page) -> list[Sent]:
    return [Sent(review, one) for review, one in sent.markups]


def _written(write: Callable[[dt.datetime], Any]) -> Any:
    """What `write` makes at this moment; Refused where it cannot be written."""
    try:
        return write(timezone.now())
    except pages.Missing as missing:
        raise Refused(404, f"There is no pages/{missing} here.") from missing
    except pages.Changed as changed:
        raise Refused(409, str(changed), details=info("PAGE_CHANGED")) from changed
    except pages.Withdrawn as withdrawn:
        fields = {
            f"claimReviewMarkups[{one.place}]": f"{one.slug} stays withdrawn here: {one.reason}"
            for one in withdrawn.left
        }
        details = preconditions("WITHDRAWN_HERE", fields)
        raise Refused(400, str(withdrawn), status="FAILED_PRECONDITION", details=details) from withdrawn
    except pages.NameTaken as taken:
        raise bad({"claimReviewAuthor.name": str(taken)}) from taken
    except pages.Refused as refused:
        raise Refused(400, str(refused), status="FAILED_PRECONDITION") from refused
    except (record.RecordMoved, publishers.Moved) as moved:
        said = "Something else was written at the same moment, and nothing of this: send it again."
        raise Refused(409, said, details=info("TRY_AGAIN")) from moved


def _document(kept: Kept) -> dict[str, Any]:
    page = kept.page
    markups = [
        sent if body is None else markup.of_body(body, page_url=page.url)
        for sent, body in zip(kept.markups, kept.bodies, strict=True)
    ]
    return {
        "name": f"pages/{page.identifier}",
        "pageUrl": page.url,
        **kept.sent,
        **({"claimReviewMarkups": markups} if markups else {}),
        "versionId": kept.version,
    }


def _answer(document: dict[str, Any], common: Common) -> HttpResponse:
    response = made(document, common)
    response["Cache-Control"] = "private, no-store"
    return response
