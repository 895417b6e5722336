"""The door for changes of subscriptions: made, checked, given another secret, switched off and on."""

import datetime as dt
import ipaddress
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from claims import changes
from claims.models import Head, Publication, Revision
from claims.record import time_text
from factcheck.partners.models import Partner
from factcheck.webhooks import payloads, signing
from factcheck.webhooks.addresses import Refused as AddressRefused
from factcheck.webhooks.addresses import normal, target
from factcheck.webhooks.models import Delivery, Progress, Subscription
from factcheck.webhooks.sending import Outcome, Sender

EARLIER_SECRET_VALID = dt.timedelta(hours=24)
# Of one partner, so that one cannot have the worker for itself.
MOST = 10
MOST_FILTERED = 50
LONGEST_IDENTIFIER = 200
NO_ORIGIN = (
    f"Not an origin. Allowed: {', '.join(Publication.Origin.values)}; leave it out, or send null, for both."
)


class Refused(Exception):
    """The step cannot be taken; the message says why, in a sentence."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; empty lists and an empty origin ask for everything."""

    url: str
    kinds: Sequence[str] = ()
    topics: Sequence[str] = ()
    speakers: Sequence[str] = ()
    origin: str = ""


def sender() -> Sender:
    """How this server reaches receivers, by its settings."""
    inside = [ipaddress.ip_network(network) for network in settings.WEBHOOK_NETWORKS]
    return Sender(inside=inside, authorities=settings.WEBHOOK_AUTHORITIES)


def objections(wanted: Wanted) -> dict[str, str]:
    """By field, why it cannot be asked for, in a sentence; nothing where it can."""
    found = {}
    try:
        target(wanted.url, inside=sender().inside)
    except AddressRefused as refusal:
        found["url"] = str(refusal)
    unknown = sorted(set(wanted.kinds) - set(Revision.Kind.values))
    if unknown:
        found["kinds"] = (
            f"Not a kind of entry: {', '.join(unknown)}. Allowed: {', '.join(Revision.Kind.values)}."
        )
    for name, identifiers in (("topics", wanted.topics), ("speakers", wanted.speakers)):
        if len(identifiers) > MOST_FILTERED:
            found[name] = f"At most {MOST_FILTERED} can be named; leave the list empty for all."
            continue
        strange = [
            one
            for one in identifiers
            if len(one) > LONGEST_IDENTIFIER or changes.identifiers(name, one) is None
        ]
        if strange:
            found[name] = f"The record knows none of this identifier: {', '.join(strange)}."
    if wanted.origin not in ("", *Publication.Origin.values):
        found["origin"] = NO_ORIGIN
    return found


@transaction.atomic
def subscribe(partner: Partner, wanted: Wanted) -> Subscription:
    """Make a subscription as a partner asks for it.

    Raises Refused where the partner has as many as it may, or one for this address. The fields have been asked about
    before (`objections`).
    """
    # In turn, or two at once would both be the last one.
    Partner.objects.select_for_update().get(pk=partner.pk)
    own = Subscription.objects.of(partner)
    if own.count() >= MOST:
        raise Refused(f"A partner makes at most {MOST} subscriptions: delete one first.")
    if own.filter(url=normal(wanted.url)).exists():
        raise Refused("This partner has a subscription for this address already.")
    return keep(
        Subscription(
            partner=partner,
            url=wanted.url,
            kinds=list(wanted.kinds),
            topics=list(wanted.topics),
            speakers=list(wanted.speakers),
            origin=wanted.origin,
        )
    )


@transaction.atomic
def keep(subscription: Subscription) -> Subscription:
    """Store a new one, which begins with the next entry of the record; its secret is in it, to be shown once."""
    subscription.url = normal(subscription.url)
    subscription.secret = signing.new_secret()
    subscription.save(force_insert=True)
    Progress.objects.create(subscription=subscription, sequence=Head.objects.get(pk=1).sequence)
    return subscription


def change(subscription: Subscription, *, fields: Collection[str]) -> None:
    """Store what the desk changed of it, and nothing else: the worker writes the other columns meanwhile."""
    if "url" in fields:
        subscription.url = normal(subscription.url)
    subscription.save(update_fields=list(fields))


def rotate(subscription: Subscription, *, at: dt.datetime) -> str:
    """Give it another secret, which is returned; for a day messages are signed with the earlier one as well.

    Raises Refused within that day, since a receiver was promised all of it.
    """
    row = Subscription.objects.get(pk=subscription.pk)
    earlier, until = row.secret, row.previous_until
    if until is not None and until > at:
        raise Refused(
            f"The earlier secret is valid until {time_text(until)}: another one can be made after that."
        )
    made = signing.new_secret()
    changed = Subscription.objects.filter(pk=subscription.pk, secret=earlier).update(
        secret=made, previous_secret=earlier, previous_until=at + EARLIER_SECRET_VALID
    )
    if not changed:
        raise Refused("Somebody else gave it another secret at the same moment: look at it again.")
    return made


@transaction.atomic
def switch_off(subscription: Subscription, *, reason: str, at: dt.datetime, given_up: bool = False) -> None:
    """Send nothing any more, for a reason in a sentence; `given_up` where it is ours, and the contact is to be told."""
    Subscription.objects.filter(pk=subscription.pk, active=True).update(
        active=False, disabled_at=at, disabled_reason=reason, given_up=given_up, told_at=None
    )


@transaction.atomic
def switch_on(subscription: Subscription, *, at: dt.datetime) -> None:
    """Go on with what comes next, which is the delivery that was given up, where one was: it has three days again."""
    Subscription.objects.filter(pk=subscription.pk).update(
        active=True, disabled_at=None, disabled_reason="", given_up=False, told_at=None
    )
    dead = Delivery.objects.filter(subscription=subscription, state=Delivery.State.DEAD)
    dead.update(state=Delivery.State.WAITING, first_at=at, last_at=at)
    Progress.objects.filter(subscription=subscription).update(next_at=None)


@transaction.atomic
def repeat(delivery: Delivery, *, at: dt.datetime) -> str:
    """Send it again, and say what will happen: what was delivered goes once more, what failed is tried now."""
    if delivery.state in (Delivery.State.DELIVERED, Delivery.State.PASSED):
        Delivery.objects.filter(pk=delivery.pk, state=delivery.state).update(again=True)
        return "It is sent again within seconds, if the subscription is switched on."
    if delivery.state == Delivery.State.DEAD:
        switch_on(delivery.subscription, at=at)
        return "The subscription is switched on again, and goes on with this delivery."
    Progress.objects.filter(subscription=delivery.subscription_id).update(next_at=None)
    return "It is tried within seconds, if the subscription is switched on."


@transaction.atomic
def pass_over(delivery: Delivery, *, at: dt.datetime) -> None:
    """Leave out an entry that was given up, and go on with the next; the partner has it from the change feed.

    Raises Refused for any other delivery.
    """
    passed = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.DEAD).update(
        state=Delivery.State.PASSED
    )
    if not passed:
        raise Refused("Only a delivery that was given up can be passed over.")
    progress = Progress.objects.filter(subscription=delivery.subscription_id, sequence__lt=delivery.sequence)
    progress.update(sequence=delivery.sequence)
    switch_on(delivery.subscription, at=at)


def send_ping(subscription: Subscription, *, by: Sender, at: dt.datetime) -> Outcome:
    """Ask whether messages arrive, with one that is signed like all others and says nothing."""
    body = payloads.ping(at=at, subscription=subscription.identifier)
    named = f"{subscription.identifier}-ping-{int(at.timestamp())}"
    headers = signing.headers(identifier=named, at=at, body=body, keys=subscription.valid_secrets(at=at))
    return by.send(subscription.url, body=body, headers=headers)
