"""Edits, publications and merges at the same moment wait for each other: on a database of their own."""

from collections.abc import Iterator

import pytest
from places import ROOT, Place, migrated_place

START = """
import threading, time, django; django.setup()
from django.db import connections
from django.test import Client
from django.test.utils import setup_test_environment
from django.urls import reverse
from django.utils import timezone
from filling import filled
from makers import approve, make_claim, make_user, publish
from claims import merging, projection, record, workflow
from claims.admin import base
from claims.contributions import contribute
from claims.models import Publication, Topic, Verdict
from claims.verification import verify_record

setup_test_environment()

def client_of(user):
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user)
    return client

def together(*jobs):
    def run(job):
        try:
            job()
        except Exception as error:
            print(type(error).__name__, error)
        finally:
            connections.close_all()
    threads = [threading.Thread(target=run, args=[job]) for job in jobs]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

claim = make_claim("ferry")
workflow.apply("submit", verdict=claim.verdict, by=claim.verdict.author, at=timezone.now())
approve(claim.verdict, by=make_user(), at=timezone.now())
publisher = make_user("publisher")
reached = threading.Event()

def go_on_slowly(*_):
    reached.set()
    time.sleep(1)
"""

# What is saved while a publication is under way is read first, whoever was faster.
EDIT = """
client = client_of(make_user("editor"))
address = reverse("admin:claims_claim_change", args=[claim.pk])
form = filled(client, address) | {"title": "Nobody has read this"}

def slowly(*arguments, **words):
    contribute(*arguments, **words)
    go_on_slowly()

def edit():
    print("edit", client.post(address, form).status_code)

def publishing():
    reached.wait(10)
    workflow.apply("publish", verdict=Verdict.objects.get(), by=publisher, at=timezone.now())

base.contribute = slowly
together(edit, publishing)
print(Publication.objects.count(), Verdict.objects.get().status)
"""

MERGE = """
gone, kept = Topic.objects.get(), Topic.objects.create(slug="kept", name="Kept")
appended = record.append

def slowly(**words):
    entry = appended(**words)
    if words["subject"] == claim.subject:
        go_on_slowly()
    return entry

def publishing():
    workflow.apply("publish", verdict=Verdict.objects.get(), by=publisher, at=timezone.now())

def merge():
    reached.wait(10)
    rows = [Topic.objects.get(pk=row.pk) for row in (kept, gone)]
    seen = merging.plan(*rows).seen
    merging.merge(*rows, by=publisher, at=timezone.now(), note="The same.", choices={"name": "kept"}, seen=seen)

record.append = slowly
together(publishing, merge)
print(Publication.objects.count(), Topic.objects.count(), list(verify_record()))
"""


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = migrated_place(tmp_path_factory.mktemp("at-once"))
    made.variables = {"PYTHONPATH": str(ROOT / "tests")}
    made.well("collectstatic", "--noinput", "--verbosity", "0")
    yield made
    made.drop()


def said(place: Place, script: str) -> list[str]:
    done = place.python("-c", START + script)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_an_edit_that_is_being_saved_is_not_published_over(place: Place) -> None:
    assert said(place, EDIT) == [
        "edit 302",
        "Refused The text was changed after its second read: it has to be read again.",
        "0 approved",
    ]


def test_a_merge_waits_for_a_publication(place: Place) -> None:
    answer = said(place, MERGE)
    # The plan was made before the publication ended, and a merge goes by what its editor saw.
    refused = "Refused One of the two rows was changed while you were looking at them: look at them again."
    assert answer in (["1 1 []"], [refused, "1 2 []"])
