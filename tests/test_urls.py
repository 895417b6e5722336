"""Every address has an audience, and the staff's addresses are closed to everyone else."""

import re

import pytest
from django.test import Client

from factcheck.audiences import AUDIENCES, Audience, addresses, audience_of, undeclared


def test_every_address_says_whom_it_is_for():
    assert undeclared() == []


def test_the_table_declares_nothing_that_is_gone():
    there = {address.name for address in addresses()} | {address.route for address in addresses()}
    assert set(AUDIENCES) - there == set()


def example(route: str) -> str:
    """A path that the route matches: the number 1 for each part that varies."""
    path = re.sub(r"<[^>]+>", "1", re.sub(r"\(\?P<\w+>[^()]*\)", "1", route))
    return "/" + path.replace("^", "").replace("$", "").replace("\\", "")


@pytest.mark.django_db
def test_staff_addresses_turn_others_away(django_user_model):
    outsider = Client()
    outsider.force_login(django_user_model.objects.create_user("reader"))
    staff = [address for address in addresses() if audience_of(address) is Audience.STAFF]
    assert len(staff) > 10
    for address in staff:
        path = example(address.route)
        for client in (Client(), outsider):
            for answer in (client.get(path), client.post(path)):
                assert (path, answer.status_code) == (path, 302)
                assert answer.headers["Location"].startswith(("/admin/login/?next=", "/admin/"))
