"""What the answers about one fact-check show: a mark of it, which is another exactly when the answer is another.

An entry about one claim changes no answer about another, so these marks are not made of the head. Each stands for all
that its answer is made of besides the program, its data files and the address asked for:

- `document`, the API's: the entry on the record that is public now (its digest stands for the body and, since entries
  are linked, for every earlier entry), and the overlay: which of the quoted texts are held here, the notices, the time
  of the first publication, and the related claims as they are called now.
- `claimreview`: the same without the texts that are held and the related claims, which it does not have.
- `page`: the document; the methodology as the record has it now; the topics as they are called now, which is others
  after one was renamed or merged; which notices stand at the top, which a redaction can change; and the site's name,
  publisher, licence and page about the seeds, which every page has.

Names and aliases of speakers and sources are those of the body. Reports of errors and suggestions are private, and
editors' mapping of a publisher's labels is for filters only: no answer about one fact-check has them.

A view says what it shows (`say`), so that a validator is of that very answer; before a view is asked, whoever has a
copy is known by `of`. What was withdrawn has no mark: its page and its 410 have no validators.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from rest_framework.request import Request

from claims import documents, findings, history, printed, record, reference
from claims.body import site_reference
from claims.canonical import canonical_quick, digest
from claims.models import Publication, Site

Document = dict[str, Any]

_SAID = "claims.shown"
# Members of the overlay that are of the body.
_RENDERED = {"rationale_html"}


def say(request: HttpRequest | Request, mark: str) -> None:
    """What the answer to this request shows, said by its view."""
    request.META[_SAID] = mark


def said(request: HttpRequest) -> str | None:
    """What the view said that its answer shows; None where it said nothing."""
    found: str | None = request.META.get(_SAID)
    return found


def document(served: Document) -> str:
    """The mark of a served document."""
    live = {name: value for name, value in served["live"].items() if name not in _RENDERED}
    return _mark([served["revision"]["entry_digest"], live])


def claimreview(served: Document) -> str:
    """The mark of the ClaimReview of a served document."""
    live = served["live"]
    return _claimreview(
        served["revision"]["entry_digest"], url=live["url"], first_published_at=live["first_published_at"]
    )


def _claimreview(entry_digest: str, *, url: str, first_published_at: str) -> str:
    return _mark([entry_digest, url, first_published_at])


@dataclass(frozen=True, slots=True)
class Besides:
    """What the page of a fact-check shows besides its document.

    `methodology` is None where the fact-check was made under none of ours; `topics` are as they are called now, each
    once; `findings_changed` are the numbers of the notices that stand at the top.
    """

    methodology: Document | None
    topics: list[Document]
    findings_changed: set[int]
    site: Document


def besides(served: Document) -> Besides:
    version = served["methodology"]
    named = reference.named("topics", served["topics"])
    return Besides(
        methodology=reference.public("methodologies", version) if version else None,
        # Two that were merged are one.
        topics=list({topic["id"]: topic for topic in named.values()}.values()),
        findings_changed=history.findings_changed(served["id"], served["live"]["notices"]),
        site=site(),
    )


def site() -> Document:
    """The site's name, publisher, licence and text about the seeds, as every page has them.

    As the record has it: what is being changed is not public yet. Before the first entry there is the row only.
    """
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


def page(served: Document, besides: Besides) -> str:
    """The mark of the page of a served document."""
    # Of the methodology a page has the definitions of its own findings.
    answers = (
        findings.attribution(served, besides.methodology),
        findings.veracity(served, besides.methodology),
    )
    about: tuple[Any, ...] = besides.site["name"], besides.site["publisher"]
    if served["origin"] == Publication.Origin.OWN:
        # The foot of a partner's page has the partner's licence, and what was read a second time is no seed.
        seeds = bool(besides.site["seeds"]) and not served["second_read"]
        about = (*about, besides.site["licence"], seeds)
    return _mark(
        [
            document(served),
            [answer.definition for answer in answers],
            [(topic["id"], topic["name"]) for topic in besides.topics],
            sorted(besides.findings_changed),
            about,
        ]
    )


def of(name: str, slug: str, *, base_url: str) -> str | None:
    """The mark of what the address `name` (a key of MARKS) shows of a fact-check now; None where nothing is public.

    A fixed number of queries, and nothing is rendered. `base_url` has no slash at its end.
    """
    publication = Publication.objects.published().for_documents().filter(slug=slug).first()
    return MARKS[name](publication, base_url) if publication else None


def _of_document(publication: Publication, base_url: str) -> str:
    return document(documents.outlined(publication, base_url=base_url))


def _of_claimreview(publication: Publication, base_url: str) -> str:
    return _claimreview(
        publication.revision.entry_digest,
        url=base_url + publication.get_absolute_url(),
        first_published_at=record.time_text(publication.first_published_at),
    )


def _of_page(publication: Publication, base_url: str) -> str:
    outlined = documents.outlined(publication, base_url=base_url)
    return page(outlined, besides(outlined))


def _mark(parts: list[Any]) -> str:
    return digest(canonical_quick(parts))


# By the names of the addresses.
MARKS: Mapping[str, Callable[[Publication, str], str]] = {
    "api-claim": _of_document,
    "claimreview": _of_claimreview,
    "claim": _of_page,
}
