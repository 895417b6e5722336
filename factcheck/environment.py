"""Readers of environment variables. Each returns a plain value or raises ImproperlyConfigured with one sentence
that names the variable, says what is wrong with its value and what to write."""

import base64
import difflib
import ipaddress
import re
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

from factcheck.datadir import SHORTEST_SECRET_KEY

NAMES = (
    "FACTCHECK_DATA_DIR",
    "FACTCHECK_DEBUG",
    "FACTCHECK_EMBEDDER",
    "FACTCHECK_HOSTS",
    "FACTCHECK_HTTPS",
    "FACTCHECK_MAIL",
    "FACTCHECK_MAIL_FROM",
    "FACTCHECK_NO_WEBHOOKS",
    "FACTCHECK_PROXY",
    "FACTCHECK_READS_PER_MINUTE",
    "FACTCHECK_RECORD_KEY",
    "FACTCHECK_SECOND_FACTOR",
    "FACTCHECK_SECRET_KEY",
    "FACTCHECK_SESSION_IDLE",
    "FACTCHECK_SESSION_LENGTH",
    "FACTCHECK_URL",
    "FACTCHECK_WEBHOOK_CA",
    "FACTCHECK_WEBHOOK_NETWORKS",
)
YES = ("1", "true", "yes", "on")
NO = ("0", "false", "no", "off", "")
LOCAL_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
LONGEST_SESSION = 60 * 24 * 7
MOST_REQUESTS = 1_000_000
RECORD_KEY_BYTES = 32
HOST = re.compile(
    r"\.?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:.]+\]", re.ASCII
)

Variables = Mapping[str, str]


def refuse_unknown(variables: Variables) -> None:
    """A misspelt FACTCHECK_ variable is refused, so that no setting is lost without a word."""
    for name in sorted(variables):
        if name.startswith("FACTCHECK_") and name not in NAMES:
            near = difflib.get_close_matches(name, NAMES, n=1, cutoff=0)[0]
            raise ImproperlyConfigured(
                f"{name} is not a variable of this program: the nearest one is {near}; write that, or unset {name}."
            )


def given(variables: Variables, name: str) -> bool:
    """Whether the operator has said something; an empty value says nothing."""
    return bool(variables.get(name, "").strip())


def flag(variables: Variables, name: str) -> bool:
    """Yes or no; unset or empty is no."""
    value = variables.get(name, "").strip().lower()
    if value in YES:
        return True
    if value in NO:
        return False
    raise ImproperlyConfigured(f"{name} is {variables[name]!r}, which is neither yes nor no: write 1 or 0.")


def port(variables: Variables) -> int:
    """PORT, 8000 when unset or empty."""
    value = variables.get("PORT", "").strip() or "8000"
    if not re.fullmatch(r"[0-9]{1,5}", value, re.ASCII) or not 1 <= int(value) <= 65535:
        raise ImproperlyConfigured(f"PORT is {value!r}, which is no port: write a number from 1 to 65535.")
    return int(value)


def data_dir(variables: Variables, *, default: Path) -> Path:
    """FACTCHECK_DATA_DIR as an absolute path; a relative one starts at the working directory."""
    value = variables.get("FACTCHECK_DATA_DIR", "").strip()
    return Path(value).expanduser().absolute() if value else default


def embedder(variables: Variables) -> str:
    """FACTCHECK_EMBEDDER: a name, or `package.module:function` of an embedder of one's own; empty when unset."""
    value = variables.get("FACTCHECK_EMBEDDER", "").strip()
    if value and not re.fullmatch(r"[a-z][a-z0-9_-]*|[A-Za-z_][\w.]*:[A-Za-z_]\w*", value, re.ASCII):
        raise ImproperlyConfigured(
            f"FACTCHECK_EMBEDDER is {value!r}, which names no embedder: write minilm, or package.module:function."
        )
    return value


def hosts(variables: Variables) -> list[str]:
    """FACTCHECK_HOSTS, a comma-separated list; unset, this machine's own names and the host of FACTCHECK_URL."""
    names = [name.strip().lower() for name in variables.get("FACTCHECK_HOSTS", "").split(",") if name.strip()]
    if not names:
        address = _web_address(variables)
        return list(dict.fromkeys([*LOCAL_HOSTS, address[1]])) if address else list(LOCAL_HOSTS)
    for name in names:
        if not HOST.fullmatch(name):
            raise ImproperlyConfigured(
                f"FACTCHECK_HOSTS lists {name!r}, which is no host name: write the names that readers use, "
                "without scheme, port or asterisk, as in facts.example.org,www.example.org."
            )
    return names


def public_url(variables: Variables, *, https: bool, port: int, hosts: list[str]) -> str:
    """FACTCHECK_URL, the address readers use, without a trailing slash; unset, it follows from the other settings."""
    address = _web_address(variables)
    if address is None:
        return f"https://{hosts[0].lstrip('.')}" if https else f"http://127.0.0.1:{port}"
    scheme, host, named_port = address
    if https and scheme != "https":
        raise ImproperlyConfigured(
            f"FACTCHECK_URL begins with {scheme}://, but FACTCHECK_HTTPS is on: write it with https://."
        )
    if not any(host == known or (known[0] == "." and f".{host}".endswith(known)) for known in hosts):
        raise ImproperlyConfigured(
            f"FACTCHECK_URL names {host}, which FACTCHECK_HOSTS does not list: add {host} to FACTCHECK_HOSTS."
        )
    return f"{scheme}://{host}" + (f":{named_port}" if named_port else "")


def _web_address(variables: Variables) -> tuple[str, str, int | None] | None:
    """Scheme, host (an IPv6 address in brackets) and port of FACTCHECK_URL, or None when it is unset."""
    value = variables.get("FACTCHECK_URL", "").strip()
    if not value:
        return None
    example = "write scheme and host only, as in https://facts.example.org."
    try:
        parts = urlsplit(value)
        host, named_port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, named_port = urlsplit(""), "", None
    name = f"[{host}]" if ":" in host else host
    if parts.scheme not in ("http", "https") or not HOST.fullmatch(name) or parts.username is not None:
        raise ImproperlyConfigured(f"FACTCHECK_URL is {value!r}, which is no web address: {example}")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ImproperlyConfigured(f"FACTCHECK_URL is {value!r}, which holds more than a host: {example}")
    return parts.scheme, name, named_port


def secret_key(variables: Variables) -> str | None:
    """FACTCHECK_SECRET_KEY, or None when the key of the data folder is to be used. Never repeats the value."""
    value = variables.get("FACTCHECK_SECRET_KEY", "")
    if not value:
        return None
    if len(value) < SHORTEST_SECRET_KEY or len(set(value)) < 10 or value.startswith("django-insecure-"):
        raise ImproperlyConfigured(
            f"FACTCHECK_SECRET_KEY is too easy to guess: write at least {SHORTEST_SECRET_KEY} random characters, "
            "or unset it and the key kept in the data folder is used."
        )
    return value


def record_keys(variables: Variables) -> list[bytes]:
    """FACTCHECK_RECORD_KEY, the private keys that sign the record; none when it is unset. Never repeats the value."""
    value = variables.get("FACTCHECK_RECORD_KEY", "").strip()
    try:
        keys = [base64.b64decode(part.strip(), validate=True) for part in value.split(",")] if value else []
    except ValueError:
        keys = [b""]
    if any(len(key) != RECORD_KEY_BYTES or len(set(key)) < 10 for key in keys):
        raise ImproperlyConfigured(
            "FACTCHECK_RECORD_KEY holds no private key: write what stands in record.key of another server, or what "
            "openssl rand -base64 32 prints; two keys have a comma between them."
        )
    return keys


def postgresql(variables: Variables) -> dict[str, Any] | None:
    """DATABASE_URL as a PostgreSQL entry of DATABASES, or None when it is unset. Never repeats the value."""
    value = variables.get("DATABASE_URL", "").strip()
    if not value:
        return None
    example = (
        "write it as postgres://USER:PASSWORD@HOST:5432/NAME (postgres://USER@//FOLDER/NAME for a socket), "
        "or unset it and SQLite in the data folder is used."
    )
    if value.split(":", 1)[0] not in ("postgres", "postgresql"):
        raise ImproperlyConfigured(f"DATABASE_URL does not name a PostgreSQL database: {example}")
    try:
        entry: dict[str, Any] = environ.Env.db_url_config(value)
    except ValueError:
        raise ImproperlyConfigured(f"DATABASE_URL cannot be read: {example}") from None
    if not entry["NAME"]:
        raise ImproperlyConfigured(f"DATABASE_URL names no database: {example}")
    if "@" in entry["NAME"]:
        # A / in the password has cut the address in two; the name would show half of the password.
        raise ImproperlyConfigured(
            "DATABASE_URL cannot be read: in the password write / as %2F, @ as %40, # as %23, ? as %3F and % as %25."
        )
    return entry


def minutes(variables: Variables, name: str, *, default: int) -> int:
    """A length of time in whole minutes, up to a week."""
    value = variables.get(name, "").strip() or str(default)
    if not re.fullmatch(r"[0-9]{1,5}", value, re.ASCII) or not 1 <= int(value) <= LONGEST_SESSION:
        raise ImproperlyConfigured(
            f"{name} is {value!r}, which is no length of time: write minutes, from 1 to {LONGEST_SESSION}."
        )
    return int(value)


def count(variables: Variables, name: str, *, default: int) -> int:
    """A number of requests, from 1 to a million."""
    value = variables.get(name, "").strip() or str(default)
    if not re.fullmatch(r"[0-9]{1,7}", value, re.ASCII) or not 1 <= int(value) <= MOST_REQUESTS:
        raise ImproperlyConfigured(
            f"{name} is {value!r}, which is no number of requests: write one from 1 to {MOST_REQUESTS}."
        )
    return int(value)


def redis(variables: Variables) -> str | None:
    """REDIS_URL, or None when it is unset. Never repeats the value."""
    value = variables.get("REDIS_URL", "").strip()
    if not value:
        return None
    try:
        parts = urlsplit(value)
        is_good = bool(parts.path if parts.scheme == "unix" else parts.hostname and parts.port != 0)
        is_good &= parts.scheme == "unix" or re.fullmatch(r"/?[0-9]{0,4}", parts.path, re.ASCII) is not None
    except ValueError:
        parts, is_good = urlsplit(""), False
    if parts.scheme not in ("redis", "rediss", "unix") or not is_good:
        raise ImproperlyConfigured(
            "REDIS_URL names no Redis server: write it as redis://:PASSWORD@HOST:6379/0, rediss://… over TLS or "
            "unix:///FOLDER/redis.sock, or unset it and each process counts requests by itself."
        )
    return value


def mail(variables: Variables) -> dict[str, Any] | None:
    """FACTCHECK_MAIL as Django's settings for mail, or None when it is unset. Never repeats the value.

    smtp+tls begins in the open and turns to TLS (STARTTLS, 587); smtps and smtp+ssl speak TLS from the start (465).
    """
    value = variables.get("FACTCHECK_MAIL", "").strip()
    if not value:
        return None
    example = (
        "write it as smtp+tls://USER:PASSWORD@HOST:587, smtps://USER:PASSWORD@HOST:465 or smtp://HOST:25."
    )
    scheme = value.split(":", 1)[0].lower()
    if scheme not in ("smtp", "smtp+tls", "smtps", "smtp+ssl"):
        raise ImproperlyConfigured(f"FACTCHECK_MAIL does not name a mail server: {example}")
    try:
        read: dict[str, Any] = environ.Env.email_url_config(value)
    except ValueError:
        raise ImproperlyConfigured(f"FACTCHECK_MAIL cannot be read: {example}") from None
    if not read["EMAIL_HOST"] or not HOST.fullmatch(read["EMAIL_HOST"]):
        raise ImproperlyConfigured(f"FACTCHECK_MAIL names no host: {example}")
    whole = scheme in ("smtps", "smtp+ssl")
    return {
        "EMAIL_BACKEND": read["EMAIL_BACKEND"],
        "EMAIL_HOST": read["EMAIL_HOST"],
        "EMAIL_PORT": read["EMAIL_PORT"] or {"smtp": 25, "smtp+tls": 587}.get(scheme, 465),
        "EMAIL_HOST_USER": read["EMAIL_HOST_USER"] or "",
        "EMAIL_HOST_PASSWORD": read["EMAIL_HOST_PASSWORD"] or "",
        "EMAIL_USE_TLS": scheme == "smtp+tls",
        "EMAIL_USE_SSL": whole,
    }


def mail_from(variables: Variables, *, mail: bool) -> str:
    """FACTCHECK_MAIL_FROM, the address that mail comes from; it goes with FACTCHECK_MAIL."""
    value = variables.get("FACTCHECK_MAIL_FROM", "").strip()
    if not value and mail:
        raise ImproperlyConfigured(
            "FACTCHECK_MAIL_FROM is unset, but FACTCHECK_MAIL is not: "
            "write the address that mail comes from, as in desk@facts.example.org."
        )
    if value:
        try:
            validate_email(value)
        except ValidationError:
            raise ImproperlyConfigured(
                f"FACTCHECK_MAIL_FROM is {value!r}, which is no mail address: write one, as in desk@facts.example.org."
            ) from None
    return value


def webhook_networks(variables: Variables) -> list[str]:
    """FACTCHECK_WEBHOOK_NETWORKS: networks besides the public Internet that webhooks may go to; none when unset."""
    networks = []
    for part in variables.get("FACTCHECK_WEBHOOK_NETWORKS", "").split(","):
        if part.strip():
            try:
                networks.append(str(ipaddress.ip_network(part.strip())))
            except ValueError:
                raise ImproperlyConfigured(
                    f"FACTCHECK_WEBHOOK_NETWORKS lists {part.strip()!r}, which is no network: write networks with "
                    "commas, as in 10.20.0.0/16,fd12:3456::/48."
                ) from None
    return networks


def webhook_authorities(variables: Variables) -> str | None:
    """FACTCHECK_WEBHOOK_CA: a file of certificates that receivers' may be signed by, besides the system's."""
    value = variables.get("FACTCHECK_WEBHOOK_CA", "").strip()
    if not value:
        return None
    path = str(Path(value).expanduser().absolute())
    try:
        ssl.create_default_context(cafile=path)
    except (OSError, ValueError):
        raise ImproperlyConfigured(
            f"FACTCHECK_WEBHOOK_CA is {value!r}, which is no file of certificates: name one in PEM form, or unset it."
        ) from None
    return path
