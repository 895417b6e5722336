"""The description of this API as Google's discovery service has it, from which its client libraries are made. Pure.

In our own words, with what is ours: `extended`, `factCheck`, and the `languageCode` of a page. It names no scopes, so
that a client asks for no account of Google's before it sends anything.
"""

from typing import Any

from factcheck.factchecktools.parameters import DEFAULT_SIZE, LARGEST_SIZE

Json = dict[str, Any]

NAME, VERSION = "factchecktools", "v1alpha1"


def _text(description: str, **more: Any) -> Json:
    return {"type": "string", "description": description, **more}


def _whole(description: str) -> Json:
    return {"type": "integer", "format": "int32", "description": description}


def _list(items: Json, description: str) -> Json:
    return {"type": "array", "description": description, "items": items}


def _of(schema: str, description: str = "") -> Json:
    return {"$ref": schema, **({"description": description} if description else {})}


def _query(parameter: Json) -> Json:
    return {"location": "query", **parameter}


_PAGING = {
    "pageSize": _query(
        _whole(f"How many a page has: {DEFAULT_SIZE} where it is not given, {LARGEST_SIZE} at most.")
    ),
    "pageToken": _query(
        _text("The nextPageToken of the page before; all other parameters are those of the first page.")
    ),
    "offset": _query(_whole("How many to leave out; counts without a pageToken only.")),
}
_SEARCH = {
    "query": _query(_text("Words, a sentence or a post. Needed unless a site is named.")),
    "languageCode": _query(_text("A language tag of BCP 47; its region says nothing.")),
    "reviewPublisherSiteFilter": _query(_text("The host of the reviews, without www.")),
    "maxAgeDays": _query(_whole("Days since the newer of claim date and review date.")),
    "extended": _query(
        {
            "type": "boolean",
            "description": "Whether each claim has what else is known here of it (factCheck).",
        }
    ),
    **_PAGING,
}
_NAME = {
    "name": {
        "location": "path",
        "required": True,
        "pattern": "^pages/[^/]+$",
        **_text("The name of the page: pages/ID."),
    }
}


def _method(name: str, how: str, path: str, description: str, **more: Any) -> Json:
    return {
        "id": f"{NAME}.{name}",
        "httpMethod": how,
        "path": f"{VERSION}/{path}",
        "flatPath": f"{VERSION}/{path.replace('{+name}', 'pages/{pagesId}')}",
        "description": description,
        "parameterOrder": ["name"] if "{+name}" in path else [],
        "parameters": _NAME if "{+name}" in path else {},
        **more,
    }


_RESOURCES = {
    "claims": {
        "methods": {
            "search": _method(
                "claims.search",
                "GET",
                "claims:search",
                "Looks up claims that were checked, by this house or by its partners.",
                parameters=_SEARCH,
                response=_of("SearchResponse"),
            ),
        }
    },
    "pages": {
        "methods": {
            "create": _method(
                "pages.create",
                "POST",
                "pages",
                "Keeps the ClaimReview markup of a page of a partner's own site.",
                request=_of("Page"),
                response=_of("Page"),
            ),
            "get": _method("pages.get", "GET", "{+name}", "A page as it stands.", response=_of("Page")),
            "list": _method(
                "pages.list",
                "GET",
                "pages",
                "The pages of a partner's own site, or the one at an address.",
                parameters={
                    "url": _query(_text("The address of a page; not together with organization.")),
                    "organization": _query(_text("The host of a site; not together with url.")),
                    **_PAGING,
                },
                response=_of("ListResponse"),
            ),
            "update": _method(
                "pages.update",
                "PUT",
                "{+name}",
                "Puts what is sent in the place of all that a page says.",
                request=_of("Page"),
                response=_of("Page"),
            ),
            "delete": _method(
                "pages.delete", "DELETE", "{+name}", "Takes a page back.", response=_of("Empty")
            ),
        }
    },
}


def _schema(name: str, /, **properties: Json) -> tuple[str, Json]:
    return name, {"id": name, "type": "object", "properties": properties}


_ANY = {"type": "any"}
_SCHEMAS = dict(
    (
        _schema(
            "SearchResponse",
            claims=_list(_of("Claim"), "The claims, the likeliest first."),
            nextPageToken=_text("For the next page; not there on the last one."),
        ),
        _schema(
            "Claim",
            text=_text("What was claimed."),
            claimant=_text("Who claimed it."),
            claimDate=_text("The day on which it was claimed.", format="google-datetime"),
            claimReview=_list(_of("ClaimReview"), "Its review."),
            factCheck={
                "type": "object",
                "description": "What else is known here of it; only where it was asked for.",
                "additionalProperties": _ANY,
            },
        ),
        _schema(
            "ClaimReview",
            publisher=_of("Publisher", "Who published the review."),
            url=_text("Where the review is."),
            title=_text("What the review is called."),
            reviewDate=_text("When the review was published.", format="google-datetime"),
            textualRating=_text("What was found, in the publisher's words."),
            languageCode=_text("The language of the review."),
        ),
        _schema("Publisher", name=_text("Its name."), site=_text("The host of the review without www.")),
        _schema(
            "ListResponse",
            claimReviewMarkupPages=_list(_of("Page"), "The pages, in the order in which they came."),
            nextPageToken=_text("For the next page; not there on the last one."),
        ),
        _schema(
            "Page",
            name=_text("pages/ID; given by this server."),
            pageUrl=_text("The address of the page."),
            publishDate=_text("When its reviews were published: a day, a month or a year."),
            claimReviewAuthor=_of("ReviewAuthor", "Who published them."),
            claimReviewMarkups=_list(_of("Markup"), "Its ClaimReviews."),
            versionId=_text(
                "Another one after each change; sent with an update, it guards what others wrote."
            ),
            languageCode=_text("The language of its reviews; of this server alone."),
        ),
        _schema(
            "ReviewAuthor", name=_text("The publisher's name."), imageUrl=_text("The address of its picture.")
        ),
        _schema(
            "Markup",
            url=_text("The page's address, with an anchor or without."),
            claimReviewed=_text("What was checked."),
            claimDate=_text("When it was claimed: a day, a month or a year."),
            claimLocation=_text("Where it was claimed."),
            claimFirstAppearance=_text("The address of the work in which it appeared first."),
            claimAppearances=_list({"type": "string"}, "The addresses of other works in which it appeared."),
            claimAuthor=_of("ClaimAuthor", "Who claimed it."),
            rating=_of("Rating", "What was found."),
        ),
        _schema(
            "ClaimAuthor",
            name=_text("The name of a person or an organisation."),
            jobTitle=_text("What the person was then."),
            imageUrl=_text("The address of a picture."),
            sameAs=_text("An address that says who it is."),
        ),
        _schema(
            "Rating",
            textualRating=_text("What was found, in words."),
            ratingValue=_whole("Where it stands on the scale."),
            bestRating=_whole("The end of the scale that is true."),
            worstRating=_whole("The end of the scale that is not; 1 or more."),
            ratingExplanation=_text("Why, in a sentence or two."),
            imageUrl=_text("The address of a picture."),
        ),
        _schema("Empty"),
    )
)
_PARAMETERS = {
    "alt": _query(_text("JSON is the only form.", enum=["json"], enumDescriptions=["JSON"], default="json")),
    "fields": _query(_text("The members of the answer that are wanted.")),
    "key": _query(_text("A partner's key; to search, any text or none.")),
    "access_token": _query(_text("Taken, and not looked at.")),
    "prettyPrint": _query({"type": "boolean", "description": "Whether the answer is indented."}),
    "quotaUser": _query(_text("Taken, and not looked at.")),
    "$.xgafv": _query(
        _text("The form of errors, which is the same.", enum=["1", "2"], enumDescriptions=["1", "2"])
    ),
}


def document(*, root: str, documentation: str) -> Json:
    """The description of the API at `root`, an absolute address without a slash at its end."""
    return {
        "kind": "discovery#restDescription",
        "discoveryVersion": "v1",
        "id": f"{NAME}:{VERSION}",
        "name": NAME,
        "canonicalName": "Fact Check Tools",
        "version": VERSION,
        "title": "Fact Check Tools API",
        "description": "Looks up fact-checks, and keeps the ClaimReview markup of partners' sites.",
        "documentationLink": documentation,
        "protocol": "rest",
        "rootUrl": f"{root}/",
        "servicePath": "",
        "baseUrl": f"{root}/",
        "basePath": "",
        "batchPath": "batch",
        "fullyEncodeReservedExpansion": True,
        "parameters": _PARAMETERS,
        "resources": _RESOURCES,
        "schemas": _SCHEMAS,
    }
