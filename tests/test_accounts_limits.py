"""How long a session lasts, and whose address counts: tables."""

import time

import pytest
from django.test import RequestFactory

from factcheck.accounts.limits import Ending, ending, spoken
from factcheck.accounts.throttling import client_address, user_name

HOUR = 60 * 60


@pytest.mark.parametrize(
    ("seen", "at", "why"),
    [
        (0, 0, None),
        (0, 2 * HOUR - 1, None),
        (0, 2 * HOUR, Ending.IDLE),
        (11 * HOUR, 12 * HOUR - 1, None),
        # However busy it was.
        (12 * HOUR - 1, 12 * HOUR, Ending.LENGTH),
        # Both: the longer reason is given.
        (0, 13 * HOUR, Ending.LENGTH),
    ],
)
def test_when_a_session_ends(seen, at, why):
    assert ending(began=0, seen=seen, at=at, idle=120, length=720) is why


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(1, "1 minute"), (15, "15 minutes"), (60, "1 hour"), (90, "90 minutes"), (720, "12 hours")],
)
def test_lengths_in_words(minutes, said):
    assert spoken(minutes) == said


# behind a proxy, peer, X-Forwarded-For, the address that counts
ADDRESSES = [
    (False, "203.0.113.9", None, "203.0.113.9"),
    # Whoever comes without a proxy writes the header themselves.
    (False, "203.0.113.9", "198.51.100.1", "203.0.113.9"),
    (True, "127.0.0.1", "198.51.100.1", "198.51.100.1"),
    # All but the last hop is the client's own word.
    (True, "127.0.0.1", "10.0.0.1, 127.0.0.1, 198.51.100.1", "198.51.100.1"),
    (True, "127.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
    (True, "127.0.0.1", "[2001:db8:1:2:3::4]:4711", "2001:db8:1:2::"),
    (True, "127.0.0.1", "10.0.0.1, unknown", "127.0.0.1"),
    (True, "127.0.0.1", "", "127.0.0.1"),
    (True, "127.0.0.1", None, "127.0.0.1"),
    (True, "", "nonsense", None),
    # One household has a whole /64, so turning through it is no way round.
    (False, "2001:db8:1:2:aaaa::1", None, "2001:db8:1:2::"),
    (False, "2001:db8:1:2:bbbb::2", None, "2001:db8:1:2::"),
    (False, "fe80::1%eth0", None, "fe80::"),
    (False, "::ffff:203.0.113.9", None, "203.0.113.9"),
]


@pytest.mark.parametrize(("proxy", "peer", "header", "counted"), ADDRESSES)
def test_the_address_that_counts(settings, proxy, peer, header, counted):
    settings.BEHIND_PROXY = proxy
    request = RequestFactory().get("/", REMOTE_ADDR=peer)
    if header is not None:
        request.META["HTTP_X_FORWARDED_FOR"] = header
    request.META["HTTP_X_REAL_IP"] = request.META["HTTP_FORWARDED"] = "192.0.2.1"
    assert client_address(request) == counted


@pytest.mark.parametrize("spelling", ["ada", "ADA", " Ada ", "ａｄａ"])
def test_spellings_of_a_name_share_a_count(spelling):
    assert user_name(RequestFactory().post("/"), {"username": spelling}) == "ada"


def test_a_name_of_marks_takes_no_time():
    begun = time.process_time()
    assert user_name(RequestFactory().post("/"), {"username": "\u0301\u0316" * 100_000})
    # As the square of its length it would be minutes.
    assert time.process_time() - begun < 10
