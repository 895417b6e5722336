"""Where messages may be sent: a table of hostile addresses, all of them refused, and the few that are taken."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factcheck.webhooks.addresses import Refused, Target, normal, objection, target
from factcheck.webhooks.sending import Sender

# What names may stand for without being public, whoever says so.
HOSTILE_NUMBERS = [
    *("127.0.0.1", "127.255.255.254", "0.0.0.1", "0.1.2.3", "255.255.255.255", "240.0.0.1"),
    *("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "100.127.255.255"),
    # Link-local, and with it what cloud machines ask for their own keys.
    *("169.254.0.1", "169.254.169.254", "fe80::1", "fe80::1%eth0", "fd00:ec2::254"),
    *("192.0.0.8", "192.0.0.170", "192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "192.88.99.1"),
    *("224.0.0.1", "239.255.255.250", "ff02::1", "ff0e::1"),
    *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:127.0.0.1"),
    *("64:ff9b::7f00:1", "64:ff9b::8.8.8.8", "64:ff9b:1::1", "64:ff9b:1:ffff::7f00:1"),
    *("2002:7f00:1::", "2002:808:808::1", "2001::1", "2001:0:53aa:64c::1", "2001:10::1", "2001:20::1"),
    *("2001:db8::1", "3fff::1", "100::1", "fc00::1", "fd12:3456::1", "fec0::1", "5f00::1", "4000::1"),
    # What a resolver does not write.
    *("2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "", "8.8.8.8 ", "[::1]"),
]
PUBLIC_NUMBERS = ["8.8.8.8", "1.1.1.1", "93.184.216.34", "223.255.255.255", "2606:4700::1111", "2a00:1450::1"]


@pytest.mark.parametrize("number", HOSTILE_NUMBERS)
def test_a_number_that_is_not_public_is_refused(number):
    assert objection(number)


@pytest.mark.parametrize("number", PUBLIC_NUMBERS)
def test_a_public_number_is_taken(number):
    assert objection(number) is None


@given(st.ip_addresses())
def test_nothing_that_python_knows_as_private_is_taken(number):
    if objection(str(number)) is None:
        assert number.is_global
        named = [number.is_private, number.is_loopback, number.is_multicast, number.is_reserved]
        assert not any(named)


@given(st.ip_addresses(v=4))
def test_no_ipv6_form_of_an_ipv4_address_is_taken(number):
    """Mapped, compatible, translated (both prefixes), by 6to4 and by Teredo: each could be the way inside."""
    low = int(number)
    for prefix, shift in (
        *(("::ffff:0:0", 0), ("::", 0), ("64:ff9b::", 0), ("64:ff9b:1::", 0), ("::ffff:0:0:0", 0)),
        *(("2002::", 80), ("2001::", 0)),
    ):
        assert objection(str(ipaddress.IPv6Address(int(ipaddress.IPv6Address(prefix)) | low << shift)))


def test_what_the_operator_opened_is_taken():
    inside = [ipaddress.ip_network("10.1.0.0/16"), ipaddress.ip_network("fd12::/16")]
    assert objection("10.1.2.3", inside=inside) is None
    assert objection("fd12::1", inside=inside) is None
    assert objection("10.2.0.1", inside=inside)
    # The IPv6 form of an opened number is another number.
    assert objection("::ffff:10.1.2.3", inside=inside)


# Each address with words of the sentence that refuses it.
HOSTILE_URLS = [
    ("http://newsroom.example/hook", "https only"),
    ("ftp://newsroom.example/", "https only"),
    ("file:///etc/passwd", "https only"),
    ("//newsroom.example/", "https only"),
    ("", "https only"),
    ("https://", "Nothing is no host name"),
    ("https:///hook", "Nothing is no host name"),
    ("https://127.0.0.1/", "by number"),
    ("https://8.8.8.8/", "by number"),
    ("https://[::1]/", "by number"),
    ("https://[::ffff:127.0.0.1]/", "by number"),
    ("https://[fe80::1%25eth0]/", "host name"),
    ("https://[::1", "no web address"),
    # What resolvers turn into 127.0.0.1.
    ("https://2130706433/", "host name"),
    ("https://0x7f000001/", "host name"),
    ("https://0177.0.0.1/", "host name"),
    ("https://0x7f.0.0.1/", "host name"),
    ("https://127.1/", "host name"),
    ("https://127.0.1/", "host name"),
    ("https://0/", "host name"),
    # Only this machine and its network know these.
    ("https://localhost/", "host name"),
    ("https://intranet/", "host name"),
    # With a dot at its end a name is compared in another way than it is looked up.
    ("https://localhost./", "host name"),
    ("https://newsroom.example./", "host name"),
    ("https://127.0.0.1./", "host name"),
    ("https://.newsroom.example/", "host name"),
    ("https://newsroom..example/", "host name"),
    ("https://-.example/", "host name"),
    ("https://%6cocalhost.example/", "host name"),
    ("https://a_b.example/", "host name"),
    # Letters and stops that become others when a name is looked up.
    ("https://①②⑦.⓪.⓪.①/", "beyond ASCII"),
    ("https://１２７.0.0.1/", "beyond ASCII"),
    ("https://127。0。0。1/", "beyond ASCII"),
    ("https://ⓛocalhost/", "beyond ASCII"),
    ("https://newsroom\u200b.example/", "beyond ASCII"),
    ("https://нewsroom.example/", "beyond ASCII"),
    ("https://newsroom.example/a b", "space"),
    ("https://newsroom.example/\r\nHost: inside", "space"),
    ("https://newsroom.example/\0", "space"),
    (" https://newsroom.example/", "space"),
    ("https://user@newsroom.example/", "user name"),
    ("https://user:password@newsroom.example/", "user name"),
    ("https://newsroom.example@127.0.0.1/", "user name"),
    ("https://127.0.0.1\\@newsroom.example/", "user name"),
    ("https://newsroom.example\\.evil.example/", "backslash"),
    ("https://newsroom.example/#part", "fragment"),
    ("https://newsroom.example/#", "fragment"),
    ("https://newsroom.example:25/", "port"),
    ("https://newsroom.example:22/", "port"),
    ("https://newsroom.example:80/", "port"),
    ("https://newsroom.example:0/", "port"),
    ("https://newsroom.example:65536/", "no web address"),
    ("https://newsroom.example:x/", "no web address"),
    ("https://" + "a" * 64 + ".example/", "host name"),
    ("https://newsroom.example/" + "a" * 500, "longer than"),
]


@pytest.mark.parametrize(("url", "words"), HOSTILE_URLS, ids=range(len(HOSTILE_URLS)))
def test_a_hostile_address_is_refused_and_nothing_looked_up(url, words):
    with pytest.raises(Refused, match=words):
        target(url)

    def never(host, port):
        raise AssertionError(f"{host} was looked up.")

    outcome = Sender(resolve=never).send(url, body=b"{}", headers={})
    assert outcome.status is None
    assert outcome.told.startswith("Nothing was sent. ")


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("https://newsroom.example", Target("newsroom.example", 443, "/")),
        ("https://Newsroom.Example:8443/Hook?a=1", Target("newsroom.example", 8443, "/Hook?a=1")),
        ("https://xn--nwsroom-n2a.example/a%20b", Target("xn--nwsroom-n2a.example", 443, "/a%20b")),
    ],
)
def test_an_address_that_is_taken(url, taken):
    assert target(url) == taken


@pytest.mark.parametrize("number", [number for number in HOSTILE_NUMBERS if number])
def test_no_name_may_stand_for_it_not_even_beside_a_public_number(number):
    def connects(numbers):
        sender = Sender(resolve=lambda host, port: numbers)
        return sender.send("https://newsroom.example/", body=b"{}", headers={})

    for numbers in ([number], ["93.184.216.34", number], [number, "93.184.216.34"]):
        outcome = connects(numbers)
        assert outcome.status is None
        assert outcome.told.startswith(
            "Nothing was sent. newsroom.example does not stand for public addresses"
        )


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text):
    for url in (text, f"https://{text}", f"https://{text}/"):
        try:
            taken = target(url)
        except Refused:
            continue
        assert target(normal(url)) == taken
        assert normal(normal(url)) == normal(url)
        assert normal(url).startswith("https://")
        assert taken.host.isascii()
        assert "." in taken.host
        assert not taken.host.endswith(".")
        assert taken.path.startswith("/")
