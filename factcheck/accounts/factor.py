"""The second factor: an authenticator app (TOTP), and ten recovery codes for the day when it is not at hand.

An account has one confirmed device. django-otp counts wrong codes, makes one wait after each (1 second, 2, 4 ...)
and accepts no code twice.
"""

import base64
import datetime as dt
import math
import re
import secrets
from typing import Any

import django_otp
import segno
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.crypto import salted_hmac
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from factcheck.accounts.limits import spoken

RECOVERY_CODES = 10
APP_CODE = re.compile(r"[0-9]{6}", re.ASCII)
# What a hand writes for letters that look like figures: the alphabet of base32 has no 0, 1 and 8.
MISREAD = str.maketrans("018", "olb", " -\t")
WRONG = "This code is not right, or it has been used: wait for the next one in your app and type that."


class Refused(Exception):
    """A sentence for the person at the desk."""


class TooSoon(Refused):
    """After wrong codes: another may be tried later."""


def device_of(user: Any) -> TOTPDevice | None:
    """The device whose codes count, or None."""
    return TOTPDevice.objects.filter(user_id=user.pk, confirmed=True).order_by("-pk").first()


def set_up() -> Exists:
    """For a list of accounts: whether each has a second factor."""
    return Exists(TOTPDevice.objects.filter(user_id=OuterRef("pk"), confirmed=True))


def awaits_code(user: Any) -> bool:
    """Whether this session has given the password only, for an account that has a second factor."""
    return user.is_authenticated and not user.is_verified() and device_of(user) is not None


def codes_left(user: Any) -> int:
    return int(StaticToken.objects.filter(device__user_id=user.pk, device__confirmed=True).count())


def begin(user: User) -> TOTPDevice:
    """A new device, which counts for nothing until it is confirmed."""
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user, confirmed=False).delete()
        return TOTPDevice.objects.create(user=user, name="Authenticator app", confirmed=False)


def pending(user: User, number: int | None) -> TOTPDevice | None:
    """The unconfirmed device that this session began."""
    return TOTPDevice.objects.filter(pk=number, user=user, confirmed=False).first() if number else None


def key_of(device: TOTPDevice) -> str:
    """The key in groups of four, for typing."""
    key = base64.b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))


def drawing_of(device: TOTPDevice) -> str:
    """The QR code as SVG for a page: attributes only, since the content security policy refuses styles."""
    return segno.make(device.config_url, error="m", micro=False).svg_inline(
        border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None
    )


def confirm(device: TOTPDevice, *, code: str, by: Any, at: dt.datetime) -> list[str]:
    """The device counts from now on, in place of any before it. Gives the recovery codes, which are shown once."""
    typed = re.sub(r"\s", "", code)
    with transaction.atomic():
        # Two confirmations at once take turns.
        User.objects.select_for_update().get(pk=by.pk)
        if awaits_code(by):
            refusal: Refused | None = Refused(
                "This account has a second factor already: sign in with it first."
            )
        else:
            refusal = _verify(device, typed, at=at) if APP_CODE.fullmatch(typed) else Refused(WRONG)
        if refusal is None:
            TOTPDevice.objects.filter(user_id=by.pk).exclude(pk=device.pk).delete()
            TOTPDevice.objects.filter(pk=device.pk).update(confirmed=True)
            return renew_codes(by)
    # Outside, since the count of wrong codes must not be rolled back.
    raise refusal


def renew_codes(user: Any) -> list[str]:
    """Ten new recovery codes; the old ones are void. The database keeps only what proves a code, not the code."""
    codes = [base64.b32encode(secrets.token_bytes(10)).decode().lower()[:12] for _ in range(RECOVERY_CODES)]
    with transaction.atomic():
        device, _ = StaticDevice.objects.get_or_create(user_id=user.pk, name="Recovery codes")
        device.token_set.all().delete()
        StaticToken.objects.bulk_create(
            StaticToken(device=device, token=_proof(user, recovery)) for recovery in codes
        )
    return ["-".join((recovery[:4], recovery[4:8], recovery[8:])) for recovery in codes]


def remove(user: Any) -> bool:
    """The account signs in with its password alone again. False where there was no second factor."""
    with transaction.atomic():
        there = device_of(user) is not None
        TOTPDevice.objects.filter(user_id=user.pk).delete()
        StaticDevice.objects.filter(user_id=user.pk).delete()
    return there


def check(user: Any, *, code: str, at: dt.datetime) -> TOTPDevice | StaticDevice:
    """The device that the code proves. Six figures are a code of the app; anything else is a recovery code."""
    typed = re.sub(r"\s", "", code)
    if APP_CODE.fullmatch(typed):
        device = device_of(user)
    else:
        device = StaticDevice.objects.filter(user_id=user.pk, confirmed=True).first()
        typed = _proof(user, typed.lower().translate(MISREAD))
    if device is None:
        raise Refused(WRONG)
    if refusal := _too_soon(device, at=at):
        raise refusal
    verified = django_otp.verify_token(user, device.persistent_id, typed)
    if verified is None:
        raise Refused(WRONG)
    return verified


def _verify(device: TOTPDevice, code: str, *, at: dt.datetime) -> Refused | None:
    fresh = TOTPDevice.objects.select_for_update().filter(pk=device.pk, confirmed=False).first()
    if fresh is None:
        return Refused("This set-up was replaced by another one: begin again.")
    return _too_soon(fresh, at=at) or (None if fresh.verify_token(code) else Refused(WRONG))


def _too_soon(device: Any, *, at: dt.datetime) -> TooSoon | None:
    allowed, reason = device.verify_is_allowed()
    if allowed:
        return None
    seconds = max(1, math.ceil((reason["locked_until"] - at).total_seconds()))
    wait = (
        f"{seconds} second{'' if seconds == 1 else 's'}" if seconds < 90 else spoken(math.ceil(seconds / 60))
    )
    return TooSoon(f"Wrong codes were typed for this account: wait {wait}, then type a new code.")


def _proof(user: Any, code: str) -> str:
    """80 bits of the code's keyed hash, in the 16 characters that the column holds."""
    digest = salted_hmac(f"factcheck.recovery-code.{user.pk}", code, algorithm="sha256").digest()
    return base64.b32encode(digest[:10]).decode().lower()
