"""Partners' own subscriptions over the API, with a key that has the scope webhooks. Nobody sees another's."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from claims.addresses import base_url
from claims.legible import is_writable, printable
from claims.record import time_text
from factcheck.api.filtering import refuse, unknown
from factcheck.partners import access, keys, refusing
from factcheck.partners.models import Partner
from factcheck.partners.scopes import Scope
from factcheck.webhooks import subscriptions
from factcheck.webhooks.models import Subscription
from factcheck.webhooks.subscriptions import Wanted

_LISTS = ("kinds", "topics", "speakers")
_MEMBERS = ("url", *_LISTS, "origin")


class Taken(APIException):
    status_code = 409
    default_code = "taken"


class PartnersView(APIView):
    """A view for a partner with a key that opens webhooks; its answers are nobody else's, and kept nowhere."""

    # In a query nothing is taken.
    parameters: tuple[str, ...] = ()
    partner: Partner

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "OPTIONS":
            # A browser asks so whether a script may ask at all, and sends no key with it (Fetch, 4.8).
            return HttpResponse(status=204, headers={"Allow": ", ".join(self.allowed_methods)})
        try:
            self.partner = access.demand(request, Scope.WEBHOOKS).partner
        except keys.Refused as refused:
            return refusing.bad_key(refused)
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        refuse(request.query_params, errors=unknown(request.query_params, known=()))

    def own(self, identifier: str) -> Subscription:
        row = Subscription.objects.of(self.partner).filter(identifier=identifier).first()
        if row is None:
            raise Http404
        return row


class Subscriptions(PartnersView):
    def get(self, request: Request) -> Response:
        rows = Subscription.objects.of(self.partner)
        return Response({"results": [shown(row) for row in rows]})

    def post(self, request: Request) -> Response:
        """Make one; the answer, and no later one, has its secret."""
        wanted = asked(body_of(request, members=_MEMBERS))
        if found := subscriptions.objections(wanted):
            raise ValidationError({name: printable(sentence) for name, sentence in found.items()})
        try:
            made = subscriptions.subscribe(self.partner, wanted)
        except subscriptions.Refused as refusal:
            raise Taken(str(refusal)) from refusal
        where = base_url(request) + reverse("api-webhook", args=[made.identifier])
        return Response({**shown(made), "secret": made.secret}, status=201, headers={"Location": where})


class OneSubscription(PartnersView):
    def get(self, request: Request, identifier: str) -> Response:
        return Response(shown(self.own(identifier)))

    def patch(self, request: Request, identifier: str) -> Response:
        """Switch it on or off."""
        row, given = self.own(identifier), body_of(request, members=("active",))
        if not isinstance(given.get("active"), bool):
            raise ValidationError({"active": "This has to be true or false."})
        if given["active"] and not row.active:
            subscriptions.switch_on(row, at=timezone.now())
        elif row.active and not given["active"]:
            subscriptions.switch_off(row, reason="The partner switched it off.", at=timezone.now())
        return Response(shown(self.own(identifier)))

    def delete(self, request: Request, identifier: str) -> Response:
        self.own(identifier).delete()
        return Response(status=204)


class Secret(PartnersView):
    def post(self, request: Request, identifier: str) -> Response:
        """Another secret; for a day messages are signed with the earlier one as well."""
        row = self.own(identifier)
        try:
            secret = subscriptions.rotate(row, at=timezone.now())
        except subscriptions.Refused as refusal:
            raise Taken(str(refusal)) from refusal
        return Response({**shown(self.own(identifier)), "secret": secret})


def shown(row: Subscription) -> dict[str, Any]:
    """A subscription as its partner sees it, without its secret."""
    earlier = row.previous_until
    return {
        "id": row.identifier,
        "url": row.url,
        "kinds": row.kinds,
        "topics": row.topics,
        "speakers": row.speakers,
        "origin": row.origin or None,
        "active": row.active,
        "switched_off": None
        if row.disabled_at is None
        else {"at": time_text(row.disabled_at), "reason": row.disabled_reason},
        "delivered_up_to": row.progress.sequence,
        "earlier_secret_valid_until": time_text(earlier) if earlier and earlier > timezone.now() else None,
        "created_at": time_text(row.created_at),
    }


def body_of(request: Request, *, members: tuple[str, ...]) -> dict[str, Any]:
    """The JSON object that was sent. Raises ValidationError for anything else and for a member that is not known."""
    given = request.data
    if not isinstance(given, dict):
        raise ValidationError({members[0]: "Send a JSON object."})
    strange = sorted(given.keys() - set(members))
    if strange:
        known = f"Unknown member. Known here: {', '.join(members)}."
        raise ValidationError(dict.fromkeys(map(printable, strange), known))
    return given


def asked(given: dict[str, Any]) -> Wanted:
    """What a partner asks for. Raises ValidationError for members that are not texts, or lists of texts."""
    errors, origin = {}, given.get("origin")
    if not _is_text(given.get("url")):
        errors["url"] = "Give the address that messages are to be sent to, as a text."
    for name in _LISTS:
        value = given.get(name, [])
        if not isinstance(value, list) or not all(_is_text(one) for one in value):
            errors[name] = "This has to be a list of texts; leave it out for all."
    if origin is not None and not (origin and _is_text(origin)):
        errors["origin"] = subscriptions.NO_ORIGIN
    if errors:
        raise ValidationError(errors)
    lists = {name: list(dict.fromkeys(given.get(name, []))) for name in _LISTS}
    return Wanted(given["url"], origin=origin or "", **lists)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and is_writable(value)
