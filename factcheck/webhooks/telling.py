"""The note to a partner's contact when a subscription was given up."""

import datetime as dt
import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from factcheck.webhooks.models import Subscription

_log = logging.getLogger(__name__)


def tell(*, at: dt.datetime) -> int:
    """Mail whoever has not been told yet; how many were. Without mail server or address the desk's list says it."""
    if not settings.MAIL:
        return 0
    told = 0
    for subscription in Subscription.objects.untold().exclude(partner__contact_email=""):
        own = Subscription.objects.filter(pk=subscription.pk, active=False)
        # Of two workers one finds it done.
        if not own.filter(told_at=None).update(told_at=at):
            continue
        try:
            _mail(subscription).send()
        except (OSError, SMTPException) as error:
            _log.warning("The contact of a partner could not be told: %s.", type(error).__name__)
            own.filter(told_at=at).update(told_at=None)
            return told
        told += 1
    return told


def _mail(subscription: Subscription) -> EmailMessage:
    context = {"subscription": subscription, "partner": subscription.partner, "house": settings.FACTCHECK_URL}
    body = render_to_string("webhooks/given_up_mail.txt", context)
    subject = f"Webhooks from {settings.FACTCHECK_URL} to your address are switched off"
    return EmailMessage(subject, body, to=[subscription.partner.contact_email])
