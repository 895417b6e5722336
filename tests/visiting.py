"""What a reader is answered: a public page's text, its words, the claims that it lists, and what it costs."""

import re

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext


def page(address: str, status: int = 200) -> str:
    answer = Client().get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def listed(text: str) -> list[str]:
    """The claims that a page, or a part of one, lists, in its order."""
    return re.findall(r'<h3[^>]*><a href="/claims/([\w-]+)/">', text)


def sentences(text: str) -> str:
    """The page's words without its tags, in single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", text).replace("\u00a0", " ").split())


def queries(address: str) -> int:
    """How many queries the page takes, once what is kept of it is kept."""
    page(address)
    with CaptureQueriesContext(connection) as counted:
        page(address)
    return len(counted)
