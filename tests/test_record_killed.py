"""The server is killed while editors publish at its desk, again and again: nothing is ever half published.

It is the server that `make run` starts, and the editors are clients of it, signed in with their second factor. Now a
worker is killed and the master starts another; now the master goes with all of its workers, and somebody starts the
server again. After each the record is looked at, in one snapshot of the database: it holds, each fact-check is public
or withdrawn as its verdict, its events and its entries say, and whoever was told that it is published finds it so.
"""

import contextlib
import http.client
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import PASSWORD
from django_otp.oath import TOTP
from places import ROOT, Place, free_port, migrated_place

CLIENTS, CLAIMS_EACH = 3, 2
WORKERS_KILLED, MASTERS_KILLED = 40, 10
# For anything that a machine with other things to do may take long for.
PATIENCE = 120

PREPARE = f"""
import json
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice
from factcheck.accounts import factor
from makers import make_claim, make_source, make_user
author, source, keys = make_user("author"), make_source("shared"), {{}}
for number in range({CLIENTS}):
    editor = make_user(f"editor-{{number}}", password="{PASSWORD}")
    keys[editor.username] = factor.begin(editor).key
    for place in range({CLAIMS_EACH}):
        own = source if place else make_source()
        make_claim(f"claim-{{number}}-{{place}}", author=author, source=own)
TOTPDevice.objects.update(confirmed=True)
from claims.models import Claim
print(json.dumps([keys, dict(Claim.objects.values_list("slug", "pk"))]))
"""

# What is wrong with the database, asked again and again; each answer is of one moment.
LOOK = """
import json, sys, django; django.setup()
from django.db import connection
from claims import publishing
from claims.models import Claim, Event, Head, Publication, Revision, Signature
from claims.verification import verify_record

def half_published():
    yield from verify_record()
    entries = Revision.objects.count()
    if Head.objects.get().sequence != entries or Signature.objects.count() != entries:
        yield "The head is not the last entry, or one is not signed."
    for claim in Claim.objects.select_related("verdict"):
        about, status = Revision.objects.of(claim.subject), claim.verdict.status
        last, public = about.last(), Publication.objects.filter(slug=claim.slug).first()
        steps = Event.objects.filter(verdict=claim.verdict, transition__in=["publish", "withdraw"])
        if steps.count() != about.count():
            yield f"{claim.slug}: {steps.count()} steps in public, {about.count()} entries"
        if (public and public.revision) != last:
            yield f"{claim.slug}: what is public is not its last entry"
        if public and public.withdrawn != (last.kind == "withdrawal"):
            yield f"{claim.slug} is public against its last entry"
        if status == "published" and (not public or public.withdrawn):
            yield f"{claim.slug} is published, and not public"
        if status == "withdrawn" and not (public and public.withdrawn):
            yield f"{claim.slug} is withdrawn, and still public"
        whole = Claim.objects.for_documents().get(pk=claim.pk)
        if status == "published" and publishing.body_digest(whole) != last.body_digest:
            yield f"{claim.slug}: its entry has another text"

snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ" if connection.vendor == "postgresql" else "BEGIN"
for line in sys.stdin:
    with connection.cursor() as cursor:
        cursor.execute(snapshot)
        problems = list(half_published())
        kinds = {}
        for subject, kind in Revision.objects.filter(subject__startswith="claims/").values_list("subject", "kind"):
            kinds.setdefault(subject.removeprefix("claims/"), []).append(kind)
        cursor.execute("COMMIT")
    print(json.dumps([problems, kinds]), flush=True)
"""


class Server:
    """gunicorn as `make run` starts it, in a process group of its own."""

    def __init__(self, place: Place, port: int, log: Path) -> None:
        self.place, self.port, self.log = place, port, log
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.master = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "--config", "python:factcheck.serving", "factcheck.wsgi"],
                cwd=ROOT,
                env=self.place.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def oldest_worker(self) -> int | None:
        """Of those that are there; the youngest may still be starting."""
        found = []
        for path in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                if b"gunicorn" not in (path.parent / "cmdline").read_bytes():
                    # The keeper of the worker of webhooks is beside them.
                    continue
                told = path.read_text().rpartition(")")[2].split()
                # The state, the parent, and when it was started.
                if told[0] != "Z" and int(told[1]) == self.master.pid:
                    found.append((int(told[19]), int(path.parent.name)))
        return min(found)[1] if found else None

    def kill_worker(self) -> None:
        worker = self.oldest_worker()
        if worker:
            os.kill(worker, signal.SIGKILL)

    def kill_all(self) -> None:
        os.killpg(self.master.pid, signal.SIGKILL)
        assert self.master.wait(timeout=PATIENCE) == -signal.SIGKILL
        self.start()


class Away(Exception):
    """No answer: whether it was done, nobody knows."""


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments: Any) -> None:
        return None


class Editor(threading.Thread):
    """Signs in and takes fact-checks through all that can be done with them, over HTTP, for as long as it is let."""

    def __init__(self, address: str, name: str, key: str, claims: dict[str, int], seed: int) -> None:
        super().__init__(daemon=True)
        self.address, self.account, self.key, self.claims = address, name, key, claims
        self.random = random.Random(seed)
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(), _Stay)
        # What they were told is done, in order; and how often nobody told them of a publication.
        self.told: dict[str, list[str]] = {slug: [] for slug in claims}
        self.published = self.cut = 0
        self.seconds = 0.05
        self.sending, self.stop = threading.Event(), threading.Event()
        self.problem = ""

    def run(self) -> None:
        try:
            self._patiently(self._sign_in)
            following = dict.fromkeys(self.claims, "submit")
            while not self.stop.is_set():
                slug = self.random.choice(list(self.claims))
                with contextlib.suppress(Away):
                    following[slug] = self._step(slug, following[slug])
        except BaseException as error:  # noqa: BLE001 - said by the test, which can fail
            self.problem = repr(error)

    def _step(self, slug: str, name: str) -> str:
        """Take one step if it can be taken from where the claim is; the name of the one to try next."""
        form = {"note": f"Because of {self.random.random()}.", "kind": "update"}
        address = f"/admin/claims/claim/{self.claims[slug]}/do/{name}/"
        if name == "approve":
            address = f"/admin/claims/claim/{self.claims[slug]}/second-read/"
            _, page = self._ask(address)
            form = {"do": "approve", "digest_read": self._found('name="digest_read" value="(.*?)"', page)}
        public = name in ("publish", "withdraw")
        if public:
            self.sending.set()
        began = time.monotonic()
        status, page = self._ask(address, form)
        if status != 302:
            assert status in (200, 409), (address, status, page[:300])
            others = ["submit", "approve", "publish", "revise", "withdraw", "restore"]
            return others[(others.index(name) + 1) % len(others)]
        if public:
            self.seconds = 0.8 * self.seconds + 0.2 * (time.monotonic() - began)
            self.told[slug].append("withdrawal" if name == "withdraw" else "published")
            self.published += 1
            status = self._patiently(lambda: self._ask(f"/api/v1/claims/{slug}/"))[0]
            assert status == (410 if name == "withdraw" else 200), (slug, name, status)
        return {
            "submit": "approve",
            "approve": "publish",
            "publish": self.random.choice(["withdraw", "revise"]),
            "withdraw": "restore",
        }.get(name, "submit")

    def _sign_in(self) -> None:
        self._ask("/admin/login/")
        form = {"username": self.account, "password": PASSWORD, "next": "/admin/"}
        assert self._ask("/admin/login/", form)[0] == 302
        self._ask("/admin/account/code/")
        totp = TOTP(bytes.fromhex(self.key))
        totp.time = time.time()
        assert self._ask("/admin/account/code/", {"code": f"{totp.token():06}"})[0] == 302
        assert self._ask("/admin/")[0] == 200

    def _patiently(self, do: Callable[[], Any]) -> Any:
        """Until the server is there again."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return do()
            except Away:
                if self.stop.is_set() or time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def _ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        data = None
        if form is not None:
            data = urllib.parse.urlencode({"csrfmiddlewaretoken": self._token(), **form}).encode()
        try:
            with self.opener.open(self.address + path, data, timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as answer:
            try:
                return answer.code, answer.read().decode()
            except (OSError, http.client.HTTPException) as error:
                raise Away from error
        except (OSError, http.client.HTTPException) as error:
            # A server that is starting refuses; one that was killed leaves the question without an answer.
            refused = isinstance(getattr(error, "reason", error), ConnectionRefusedError)
            self.cut += "/do/publish/" in path and not refused
            time.sleep(0.02)
            raise Away from error

    def _token(self) -> str:
        jar: Any = next(
            one for one in self.opener.handlers if isinstance(one, urllib.request.HTTPCookieProcessor)
        ).cookiejar
        return next(cookie.value for cookie in jar if "csrftoken" in cookie.name)

    @staticmethod
    def _found(pattern: str, page: str) -> str:
        found = re.search(pattern, page)
        return found[1] if found else ""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = migrated_place(tmp_path)
    made.variables = {
        "PYTHONPATH": str(ROOT / "tests"),
        "PORT": str(free_port()),
        "FACTCHECK_SECOND_FACTOR": "1",
    }
    made.well("record_key", "ensure")
    made.well("collectstatic", "--noinput", "--verbosity", "0")
    yield made
    made.drop()


def is_part(told: list[str], kinds: list[str]) -> bool:
    """Whether all that was told is among the entries, in its order."""
    rest = iter(["withdrawal" if kind == "withdrawal" else "published" for kind in kinds])
    return all(one in rest for one in told)


def test_killed_fifty_times_while_editors_publish_nothing_is_half_published(
    place: Place, tmp_path: Path
) -> None:
    keys, claims = json.loads(place.well("shell", "-v", "0", "-c", PREPARE))
    port = int(place.variables["PORT"])
    server = Server(place, port, tmp_path / "log")
    editors = [
        Editor(
            f"http://127.0.0.1:{port}",
            name,
            key,
            {slug: pk for slug, pk in claims.items() if slug.startswith(f"claim-{number}-")},
            number,
        )
        for number, (name, key) in enumerate(keys.items())
    ]
    looker = subprocess.Popen(
        [sys.executable, "-c", LOOK],
        cwd=ROOT,
        env=place.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def look() -> dict[str, list[str]]:
        told = {slug: list(said) for editor in editors for slug, said in editor.told.items()}
        assert looker.stdin
        assert looker.stdout
        looker.stdin.write("\n")
        looker.stdin.flush()
        problems, kinds = json.loads(looker.stdout.readline())
        assert problems == []
        for slug, said in told.items():
            assert is_part(said, kinds.get(slug, [])), (slug, said, kinds.get(slug))
        return dict(kinds)

    chance, grown = random.Random(1), 0
    kills = ["worker"] * WORKERS_KILLED + ["all"] * MASTERS_KILLED
    chance.shuffle(kills)
    try:
        for editor in editors:
            editor.start()
        for kill in kills:
            before = sum(editor.published for editor in editors)
            for editor in editors:
                editor.sending.clear()
            one = chance.choice(editors)
            end = time.monotonic() + PATIENCE
            # Each time somebody has published since the last, and somebody is publishing.
            while not (one.sending.is_set() and sum(other.published for other in editors) > before):
                assert time.monotonic() < end, "Nobody publishes."
                assert [other.problem for other in editors if other.problem] == []
                one.sending.wait(0.05)
                if sum(other.published for other in editors) <= before:
                    one.sending.clear()
            grown += 1
            time.sleep(chance.uniform(0, one.seconds))
            server.kill_worker() if kill == "worker" else server.kill_all()
            look()
    finally:
        for editor in editors:
            editor.stop.set()
        for editor in editors:
            editor.join(timeout=PATIENCE)
        os.killpg(server.master.pid, signal.SIGKILL)
        server.master.wait(timeout=PATIENCE)
    kinds = look()
    looker.communicate()
    assert [editor.problem for editor in editors if editor.problem] == []
    # They were cut off while they published, and not only refused while the server started.
    print([editor.cut for editor in editors], [editor.published for editor in editors], grown)
    assert sum(editor.cut for editor in editors) >= 5
    assert sum(map(len, kinds.values())) >= WORKERS_KILLED + MASTERS_KILLED
    done = place.manage("verify_record")
    assert done.returncode == 0, done.stderr
