"""Where messages may be sent: which addresses are taken, and which numbers a name may stand for. Pure.

Whoever may name an address must not reach by it what only this machine or its network can. A name is looked at when it
is given; the numbers that it stands for, whenever something is sent (factcheck.webhooks.sending).
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

LONGEST = 500
HTTPS_PORT = 443

Number = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_PATH = re.compile(r"[!-~]*", re.ASCII)
_EXAMPLE = "write it as https://newsroom.example/hooks/facts."

# IANA's registries of special-purpose addresses. ipaddress.is_global is no substitute: which of these it knows
# depends on the version of Python, and of those that stand for an IPv4 address in IPv6 it passes several.
_NOT_PUBLIC_4 = [
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    )
]
# All that is not global unicast is refused, and in it what is reserved or leads to an IPv4 address.
_UNICAST_6 = ipaddress.IPv6Network("2000::/3")
_NOT_PUBLIC_6 = [
    ipaddress.IPv6Network(network)
    for network in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
]


class Refused(Exception):
    """Nothing is sent there; the message says why, in a sentence."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where one message goes: the host as it is named, its port, and path with query."""

    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Host and port as they stand in an address."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == HTTPS_PORT else f"{host}:{self.port}"


def target(url: str, *, inside: Iterable[Network] = ()) -> Target:
    """What an address names; raises Refused for one that no message is sent to.

    It is https, a host name of the Domain Name System with at least one dot, and no user, password or fragment. A host
    in numbers is taken in plain notation and only in the networks `inside`, which the operator has opened.
    """
    if len(url) > LONGEST:
        raise Refused(f"The address is longer than {LONGEST} characters.")
    if not _PATH.fullmatch(url):
        raise Refused(
            "The address has a space or a character beyond ASCII: write the name of its host as xn--…."
        )
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Refused(f"This is no web address: {_EXAMPLE}") from None
    if parts.scheme != "https":
        raise Refused(f"Messages are sent over https only: {_EXAMPLE}")
    if "@" in parts.netloc or "\\" in url:
        raise Refused("The address holds a user name, a password or a backslash: leave them out.")
    if "#" in url:
        raise Refused("The address has a fragment, the part behind #, which no server sees: leave it out.")
    if port is not None and port != HTTPS_PORT and not 1024 <= port <= 65535:
        raise Refused("The port is neither 443 nor one above 1023.")
    number = _number(host)
    if number is not None:
        if not any(number in network for network in inside):
            raise Refused("The address names its host by number: write the name that its certificate is for.")
    elif not _is_name(host):
        raise Refused(f"{host or 'Nothing'} is no host name that everybody can look up: {_EXAMPLE}")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(host, port or HTTPS_PORT, path)


def normal(url: str) -> str:
    """An address with its scheme and host in small letters, which mean the same; the rest as it is written.

    What is no address comes back as it was: `target` refuses it.
    """
    scheme, mark, rest = url.partition("://")
    if not mark or not url.isascii():
        return url
    end = next((at for at, letter in enumerate(rest) if letter in "/?#"), len(rest))
    return f"{scheme.lower()}://{rest[:end].lower()}{rest[end:]}"


def objection(number: str, *, inside: Iterable[Network] = ()) -> str | None:
    """Why nothing is sent to what a name stands for; None where it may be.

    `number` is as the resolver writes it. Networks `inside` are open besides the public ones.
    """
    address = _number(number)
    if address is None:
        return f"{number} is not an address of the Internet."
    if any(address in network for network in inside) or _is_public(address):
        return None
    return f"{number} is not a public address."


def _is_public(address: Number) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4)
    return address in _UNICAST_6 and not any(address in network for network in _NOT_PUBLIC_6)


def _number(host: str) -> Number | None:
    # One with a zone (fe80::1%eth0) is of this machine's own network.
    if "%" in host:
        return None
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_name(host: str) -> bool:
    """Whether a host is a name, and not a number in one of the notations that resolvers read (127.1, 0x7f000001)."""
    labels = host.split(".")
    is_written_well = len(host) <= 253 and all(_LABEL.fullmatch(label) for label in labels)
    return is_written_well and len(labels) > 1 and not labels[-1][0].isdigit()
