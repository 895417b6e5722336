"""Addresses of the web: the site of one, and when two are one. Pure; no address is ever fetched."""

from functools import lru_cache
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

LONGEST = 2_000
# What senders append to count their readers; it names no other page.
_COUNTING = frozenset(
    ("fbclid", "gclid", "dclid", "igshid", "mc_cid", "mc_eid", "msclkid", "ref_src", "ref_url", "yclid")
)


# Whoever works on an address asks for its parts several times over.
@lru_cache(maxsize=256)
def site_of(url: str) -> str:
    """The host of an address without "www."; empty where it has none."""
    return (urlsplit(url).hostname or "").removeprefix("www.").rstrip(".")


def port_of(url: str) -> int | None:
    """The port of an address where it is none of the usual two (80, 443), which name no other site."""
    port = urlsplit(url).port
    return None if port in (80, 443) else port


@lru_cache(maxsize=256)
def key_of(url: str) -> str:
    """What two spellings of one address have in common: no scheme, no www., no fragment, no slash at the end."""
    parts, port = urlsplit(url), port_of(url)
    host = site_of(url) + ("" if port is None else f":{port}")
    return f"{host}{parts.path.rstrip('/')}" + (f"?{parts.query}" if parts.query else "")


def link_key(text: str) -> str:
    """What stands for an address, however it is spelt: its host and path, and what its query asks for.

    Without scheme, "www.", fragment, the slash at its end and what counts readers (utm_ and the like). Empty for a text
    that is no address of the web; one without a scheme is taken for one where it begins like a host.
    """
    text = text.strip()
    if not text or len(text) > LONGEST or any(character.isspace() for character in text):
        return ""
    named = "://" in text
    if not named:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
        if parts.scheme not in ("http", "https") or not host or not (named or "." in host.strip(".")):
            return ""
        asked = [
            (name, value)
            for name, value in parse_qsl(parts.query, keep_blank_values=True)
            if not name.lower().startswith("utm_") and name.lower() not in _COUNTING
        ]
        netloc = parts.netloc.rpartition("@")[2].lower()
        return key_of(urlunsplit((parts.scheme, netloc, parts.path, urlencode(asked), "")))
    except ValueError:
        return ""
