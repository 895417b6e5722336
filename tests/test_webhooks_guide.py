"""docs/webhooks.md: its examples verify what we sign, its payload is the golden one, its table is the program's."""

import datetime as dt
import json
import re
import shlex
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from django.test import Client
from partnering import make_key, make_partner

from claims.models import Revision
from factcheck import environment
from factcheck.webhooks import payloads, signing

ROOT = Path(__file__).resolve().parent.parent
GUIDE = (ROOT / "docs" / "webhooks.md").read_text()


def block(language):
    [found] = re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    return found


def cases():
    """A message with its secret, and whether it is to be believed."""
    now, body = dt.datetime.now(dt.UTC), '{"text": "Ä “quoted”"}'.encode()
    secret, other = signing.new_secret(), signing.new_secret()
    good = signing.headers(identifier="sub_1-8", at=now, body=body, keys=[secret])
    both = signing.headers(identifier="sub_1-8", at=now, body=body, keys=[other, secret])
    old = signing.headers(identifier="sub_1-8", at=now - dt.timedelta(minutes=6), body=body, keys=[secret])
    return [
        (secret, good, body, True),
        (secret, both, body, True),
        (other, good, body, False),
        (secret, old, body, False),
        (secret, good, body + b" ", False),
        (secret, {**good, "webhook-id": "sub_1-9"}, body, False),
    ]


def test_the_example_in_python():
    names = {}
    exec(block("python"), names)  # noqa: S102 (our own guide)
    assert [names["is_good"](*case[:3]) for case in cases()] == [case[3] for case in cases()]


@pytest.mark.skipif(not shutil.which("node"), reason="Node is not installed here.")
def test_the_example_in_javascript(tmp_path):
    given = cases()
    calls = "\n".join(
        f"answers.push(isGood({json.dumps(secret)}, {json.dumps(headers)}, Buffer.from({json.dumps(body.decode())})));"
        for secret, headers, body, _ in given
    )
    script = tmp_path / "verify.mjs"
    script.write_text(
        f"{block('javascript')}\nconst answers = [];\n{calls}\nconsole.log(JSON.stringify(answers));\n"
    )
    done = subprocess.run(["node", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == [case[3] for case in given]


@pytest.mark.django_db
def test_the_examples_of_the_api():
    secret = make_key(make_partner(), ["webhooks"])
    statuses, identifier = [], ""
    for command in block("sh").replace("\\\n", " ").splitlines():
        words = shlex.split(command.replace("$KEY", secret).replace("$ID", identifier))
        given = dict(pairwise(words))
        address = next(word for word in words if word.startswith("https://facts.example.org/"))
        answer = Client(headers={"authorization": f"Bearer {secret}"}).generic(
            given.get("-X", "GET"),
            address.removeprefix("https://facts.example.org"),
            given.get("-d", ""),
            content_type="application/json",
        )
        statuses.append(answer.status_code)
        if answer.status_code == 201:
            identifier = answer.json()["id"]
            assert {f"`{name}`" for name in answer.json()} <= set(re.findall("`[a-z_]+`", GUIDE))
    assert statuses == [201, 200, 200, 200, 204]


def test_the_payload_is_the_golden_one_but_for_digests_and_the_body():
    shown = json.loads(block("json"))
    made = json.loads((ROOT / "tests" / "golden" / "webhook.json").read_text())
    data = made["data"]
    for place, name in (
        (data["envelope"], "body_digest"),
        (data["envelope"], "previous"),
        (data, "entry_digest"),
    ):
        assert re.fullmatch("[0-9a-f]{64}", place[name])
        place[name] = "…"
    data["body"] = {"…": "…"}
    assert shown == made


def test_the_table_of_types_is_the_programs():
    rows = re.findall(r"^\| `([a-z_.]+)` \| (?:`(\w+)`)? *\|", GUIDE, re.MULTILINE)
    named = {payloads.PING: ""}
    for noun in ("claims", "speakers"):
        for kind in Revision.Kind.values:
            revision = Revision(subject=f"{noun}/x", kind=kind)
            named.setdefault(payloads.event_type(revision), kind)
    assert dict(rows) == {**named, "reference.changed": "reference"}


def test_its_variables_and_numbers():
    for name in re.findall(r"FACTCHECK_[A-Z_]+", GUIDE):
        assert name in environment.NAMES
        assert f"`{name}`" in (ROOT / "README.md").read_text()
    assert f"{payloads.MOST_BYTES:,} bytes" in GUIDE
