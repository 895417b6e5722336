"""One message over the network: to what was checked, within its time, verified by the reference library."""

import datetime as dt
import socket
import threading
import time
from itertools import pairwise

import pytest
from django.utils.http import http_date
from hypothesis import given
from hypothesis import strategies as st
from places import free_port
from receiving import drip, flood, hang_up, long_answer, nonsense, receiving, redirect
from standardwebhooks import Webhook, WebhookVerificationError

from factcheck.webhooks import retry_after, schedule, signing
from factcheck.webhooks.sending import Sender

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def receiver(tmp_path_factory):
    with receiving(tmp_path_factory.mktemp("receiver")) as started:
        yield started


@pytest.fixture(autouse=True)
def fresh(receiver):
    receiver.messages.clear()
    receiver.answer = lambda message: 204


def signed(body, *keys, at=None):
    at = at or dt.datetime.now(dt.UTC)
    return signing.headers(identifier="sub-7", at=at, body=body, keys=keys)


# Signing ------------------------------------------------------------------------------------------


@given(st.text(max_size=300))
def test_the_reference_library_verifies_what_we_sign(text):
    body, key = text.encode(), signing.new_secret()
    Webhook(key).verify(body, signed(body, key), json_parse=False)


def test_either_of_two_secrets_verifies_while_they_change_over():
    old, new, body = signing.new_secret(), signing.new_secret(), b'{"a":1}'
    headers = signed(body, new, old)
    assert headers["webhook-signature"].count("v1,") == 2
    assert Webhook(old).verify(body, headers) == Webhook(new).verify(body, headers) == {"a": 1}


@pytest.mark.parametrize("what", ["body", "webhook-id", "webhook-timestamp", "secret"])
def test_what_was_changed_on_the_way_is_not_verified(what):
    key, body = signing.new_secret(), b'{"a":1}'
    headers = signed(body, key)
    if what == "body":
        body = b'{"a":2}'
    elif what == "secret":
        key = signing.new_secret()
    else:
        headers[what] = str(int(time.time()) + 1) if what == "webhook-timestamp" else "sub-8"
    with pytest.raises(WebhookVerificationError):
        Webhook(key).verify(body, headers)


def test_a_secret_is_nobody_elses_and_long():
    made = {signing.new_secret() for _ in range(20)}
    assert len(made) == 20
    assert {len(key) for key in made} == {len("whsec_") + 44}


# When again ---------------------------------------------------------------------------------------


def test_the_waits_grow_and_end_after_three_days():
    moments, at, attempts = [], NOON, 1
    while at is not None:
        moments.append(at - NOON)
        at = schedule.next_try(attempts=attempts, first_at=NOON, at=at, chance=0.5)
        attempts += 1
    assert moments[:6] == [dt.timedelta(seconds=seconds) for seconds in (0, 5, 25, 105, 425, 1705)]
    assert moments[-1] == dt.timedelta(days=3)
    assert len(moments) == 17
    waits = [later - earlier for earlier, later in pairwise(moments)]
    assert max(waits) == dt.timedelta(hours=8)


@given(
    st.integers(1, 1000),
    st.floats(0, 1, exclude_max=True),
    st.timedeltas(dt.timedelta(), dt.timedelta(days=4)),
)
def test_the_next_try_is_later_but_not_much(attempts, chance, gone):
    at = NOON + gone
    again = schedule.next_try(attempts=attempts, first_at=NOON, at=at, chance=chance)
    if gone >= dt.timedelta(days=3):
        assert again is None
    else:
        assert at < again <= min(at + dt.timedelta(hours=9.6), NOON + dt.timedelta(days=3))


@given(
    st.integers(1, 1000),
    st.floats(0, 1, exclude_max=True),
    st.timedeltas(dt.timedelta(), dt.timedelta(days=4)),
    st.timedeltas(dt.timedelta(), dt.timedelta(days=4000)),
)
def test_a_receiver_is_not_tried_before_it_asked_for_it(attempts, chance, gone, asked):
    given = {"attempts": attempts, "first_at": NOON, "at": NOON + gone, "chance": chance}
    plain, again = schedule.next_try(**given), schedule.next_try(**given, asked=asked)
    if plain is None:
        assert again is None
    else:
        assert again == max(plain, NOON + gone + min(asked, dt.timedelta(hours=8)))


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 0090\t", 90),
        ("0", 0),
        ("9" * 5000, 9_999_999_999),
        # The three forms of RFC 9110, section 5.6.7, in the order in which it has them.
        ("Sun, 01 Mar 2026 12:10:00 GMT", 600),
        ("Sunday, 01-Mar-26 12:10:00 GMT", 600),
        ("Sun Mar  1 12:10:00 2026", 600),
        ("Sun, 01 Mar 2026 11:59:59 GMT", 0),
        ("Sun, 01 Mar 1926 12:10:00 GMT", 0),
        *((text, 0) for text in ("", "soon", "-5", "1.5", "1e3", "1 2", "+5", "\u0663", "\u00b2", "120, 60")),
        *((text, 0) for text in ("Sun, 31 Feb 2026 12:10:00 GMT", "Sun, 01 Mar 2026 12:10:00 +0100")),
    ],
)
def test_what_a_receiver_asks_for(header, seconds):
    assert retry_after.wait(header, at=NOON) == dt.timedelta(seconds=seconds)


@given(st.integers(0, 10**9), st.sampled_from(["", " ", "\t", "00"]))
def test_seconds_and_the_moment_when_they_are_over_say_the_same(seconds, before):
    asked = dt.timedelta(seconds=seconds)
    assert retry_after.wait(f"{before}{seconds}", at=NOON) == asked
    assert retry_after.wait(http_date((NOON + asked).timestamp()), at=NOON) == asked


@given(
    st.text(st.characters(max_codepoint=255))
    | st.from_regex(r"\A[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]{8} GMT\Z")
)
def test_whatever_is_asked_for_is_a_wait_or_none(header):
    assert retry_after.wait(header, at=NOON) >= dt.timedelta()


def test_two_that_failed_together_are_not_tried_together():
    early, late = (
        schedule.next_try(attempts=6, first_at=NOON, at=NOON, chance=chance) for chance in (0, 0.999)
    )
    assert late - early > dt.timedelta(minutes=20)


# Sending ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "header"),
    [(b"", ""), (b"Retry-After: 120\r\n", "120"), (b"retry-after:  7 \r\nRetry-After: 9\r\n", "7")],
)
def test_of_the_answer_its_wish_is_read(receiver, lines, header):
    receiver.answer = lambda message: (
        lambda handler: handler.wfile.write(
            b"HTTP/1.1 503 Service Unavailable\r\n" + lines + b"Content-Length: 0\r\n\r\n"
        )
    )
    outcome = receiver.sender().send(receiver.url, body=b"{}", headers={})
    assert (outcome.status, outcome.retry_after.strip()) == (503, header)


def test_a_message_arrives_as_it_was_signed(receiver):
    key, body = signing.new_secret(), b'{"type":"ping"}'
    outcome = receiver.sender().send(receiver.url, body=body, headers=signed(body, key))
    assert (outcome.status, outcome.told, outcome.is_received) == (204, "It answered 204 No Content.", True)
    [message] = receiver.messages
    assert message.path == "/hook"
    assert message.headers["content-type"] == "application/json"
    assert message.headers["host"] == f"newsroom.example:{receiver.port}"
    assert Webhook(key).verify(message.body, message.headers) == {"type": "ping"}


# What a receiver does, the status, the sentence, and whether it has the message
ANSWERS = [
    (200, 200, "It answered 200 OK.", True),
    (299, 299, "It answered 299.", True),
    (410, 410, "It answered 410 Gone.", False),
    (500, 500, "It answered 500 Internal Server Error.", False),
    (redirect, 302, "It answered 302 Found; redirects are not followed.", False),
    (long_answer, 200, "It answered 200 OK.", True),
    (flood, None, "The connection failed (HTTPException).", False),
    (nonsense, None, "The connection failed (BadStatusLine).", False),
    (hang_up, None, "The connection failed", False),
    (drip, None, "There was no answer within 0.5 seconds.", False),
]


@pytest.mark.parametrize(("answer", "status", "told", "is_received"), ANSWERS)
def test_what_a_receiver_may_do(receiver, answer, status, told, is_received):
    receiver.answer = lambda message: answer
    begun = time.monotonic()
    outcome = receiver.sender(patience=0.5).send(receiver.url, body=b"{}", headers={})
    assert time.monotonic() - begun < 2
    assert outcome.status == status
    assert outcome.told.startswith(told)
    assert outcome.is_received is is_received
    assert len(receiver.messages) == 1


def test_a_resolver_that_is_asked_twice_cannot_lead_inside(receiver):
    """Rebinding: public when it is checked, private when it is connected to. It is asked once only."""
    asked = []

    def rebinding(host, port):
        asked.append(host)
        return ["93.184.216.34"] if len(asked) == 1 else ["127.0.0.1"]

    sender = receiver.sender(resolve=rebinding, inside=(), patience=0.3)
    outcome = sender.send(receiver.url, body=b"{}", headers={})
    assert asked == ["newsroom.example"]
    assert outcome.status is None
    assert receiver.messages == []


def test_the_connection_is_made_to_the_number_that_was_checked(receiver, monkeypatch):
    """Nothing below looks the name up for itself."""
    looked_up, ask = [], socket.getaddrinfo

    def watched(host, *rest, **more):
        looked_up.append(host)
        return ask(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", watched)
    assert receiver.sender().send(receiver.url, body=b"{}", headers={}).is_received
    assert looked_up == ["127.0.0.1"]


def test_a_certificate_for_another_name_is_refused(receiver):
    url = receiver.url.replace("newsroom.example", "another.example")
    outcome = receiver.sender().send(url, body=b"{}", headers={})
    assert outcome.told.startswith("The certificate is not good for another.example: ")
    assert receiver.messages == []


def test_a_certificate_that_nobody_vouches_for_is_refused(receiver):
    outcome = receiver.sender(authorities=None).send(receiver.url, body=b"{}", headers={})
    assert outcome.told.startswith("The certificate is not good for newsroom.example: ")
    assert receiver.messages == []


def test_nobody_listens(receiver):
    url = f"https://newsroom.example:{free_port()}/"
    assert receiver.sender().send(url, body=b"{}", headers={}).told == "The connection was refused."


def test_a_resolver_that_never_answers_is_not_waited_for(receiver):
    end = threading.Event()
    sender = receiver.sender(patience=0.2, resolve=lambda host, port: end.wait(20) or [])
    begun = time.monotonic()
    outcome = sender.send(receiver.url, body=b"{}", headers={})
    end.set()
    assert time.monotonic() - begun < 2
    assert outcome.told == "There was no answer within 0.2 seconds."


def test_an_unknown_name():
    sender = Sender(resolve=lambda host, port: [])
    outcome = sender.send("https://newsroom.example/", body=b"{}", headers={})
    assert outcome.told == "Nothing was sent. The name newsroom.example is not known."
