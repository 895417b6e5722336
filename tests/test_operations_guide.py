"""docs/operations.md says nothing that the program does not do: its commands, variables, units and SQL."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.management import get_commands, load_command_class
from places import PASSWORD, POSTGRESQL, ROOT, SIGN_IN, Place, sql

from factcheck import environment
from factcheck.worker import LONGEST_LINE

GUIDE = (ROOT / "docs" / "operations.md").read_text()


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", GUIDE, re.DOTALL)


def commands() -> list[list[str]]:
    """Every call of manage.py in the guide, by its script or by its path, as its arguments."""
    lines = [line.strip() for line in GUIDE.splitlines() if line.startswith("    ")]
    lines += [
        line for block in blocks("systemd") for line in re.findall(r"^Exec\w+=(.*)$", block, re.MULTILINE)
    ]
    found = []
    for line in lines:
        words = shlex.split(line)
        if words and words[0] in ("factcheck", "factcheck-owner"):
            found.append(words[1:])
        elif any(word.endswith("manage.py") for word in words):
            start = next(number for number, word in enumerate(words) if word.endswith("manage.py"))
            found.append(words[start + 1 :])
    return found


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_of_the_guide_is_one(words: list[str]) -> None:
    name, *arguments = words
    command = load_command_class(get_commands()[name], name)
    parsed = vars(command.create_parser("manage.py", name).parse_args(arguments))
    # Each word that is no option is a value of one of them.
    for word in arguments:
        assert word.startswith("-") or word in map(str, parsed.values()), word


def test_the_guide_has_its_commands() -> None:
    assert {words[0] for words in commands()} >= {
        "backup",
        "restore",
        "verify_record",
        "migrate",
        "collectstatic",
    }


def test_every_variable_of_the_guide_is_one() -> None:
    readme = (ROOT / "README.md").read_text()
    for name in set(re.findall(r"\bFACTCHECK_[A-Z_]+\b", GUIDE)):
        assert name in environment.NAMES
        assert f"`{name}`" in readme


def test_the_settings_of_the_guide_are_accepted(tmp_path: Path) -> None:
    variables = dict(line.split("=", 1) for line in blocks("env")[0].splitlines())
    place = Place(tmp_path / "data", variables={**variables, "FACTCHECK_DATA_DIR": str(tmp_path / "data")})
    place.well("check", "--deploy", "--fail-level", "WARNING")


@pytest.mark.parametrize("block", blocks("systemd"))
def test_units_start_what_is_there(block: str) -> None:
    for line in re.findall(r"^ExecStart(?:Pre)?=(.*)$", block, re.MULTILINE):
        program, *words = shlex.split(line)
        assert program == "/opt/factcheck/.venv/bin/python"
        assert words[0] in ("-m", "manage.py")
        assert (ROOT / "manage.py").exists()
        if words[0] == "-m":
            assert words[1] in ("gunicorn", "factcheck.serving")
    for section in re.findall(r"^\[(\w+)\]$", block, re.MULTILINE):
        assert section in ("Unit", "Service", "Timer", "Install")


def test_the_script_is_good_shell() -> None:
    done = subprocess.run(["sh", "-n"], input=blocks("sh")[0], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_make_knows_its_target() -> None:
    assert ".venv/base.stamp" in GUIDE
    assert re.search(r"^\.venv/base\.stamp:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_the_proxies_say_what_the_settings_believe() -> None:
    (nginx,) = blocks("nginx")
    assert "proxy_set_header X-Forwarded-Proto $scheme;" in nginx
    assert "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;" in nginx
    assert "proxy_set_header Host $host;" in nginx
    assert f"large_client_header_buffers 4 {LONGEST_LINE // 1024}k;" in nginx
    assert nginx.count("{") == nginx.count("}") == 3
    assert not settings.USE_X_FORWARDED_HOST


# The roles ----------------------------------------------------------------------------------------

PUBLISH = """
import sys, django; django.setup()
sys.path.insert(0, "tests")
from django.test import Client
from makers import NOON, make_published, publish
from claims import record, workflow
from claims.models import Revision
from claims.verification import verify_record
claim = make_published("one")
first = Revision.objects.of(claim.subject).get()
workflow.apply("revise", verdict=claim.verdict, by=claim.verdict.author, at=NOON)
claim.verdict.summary = "Newer words."
claim.verdict.save()
publish(claim, kind="correction", note="Mended.")
record.redact(sequence=first.sequence, reason="A private address.", at=NOON)
print(Revision.objects.get(pk=first.pk).body, list(verify_record()))
browser = Client(headers={"host": "10.0.0.1"})
print(browser.get("/readyz").content.decode().strip())
"""

REFUSED = [
    "DROP TRIGGER guard_record_update ON claims_revision",
    "ALTER TABLE claims_revision DISABLE TRIGGER guard_record_update",
    "ALTER TABLE claims_revision DISABLE TRIGGER ALL",
    "ALTER TABLE claims_revision RENAME TO other",
    "DROP FUNCTION guard_record_update() CASCADE",
    "CREATE OR REPLACE FUNCTION guard_record_update() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE TABLE other (id int)",
    "SET session_replication_role = replica",
    "TRUNCATE claims_revision CASCADE",
    "TRUNCATE claims_head",
    "UPDATE claims_revision SET note = 'other'",
    "UPDATE claims_revision SET entry_digest = 'other' WHERE sequence = 1",
    "UPDATE claims_revision SET body = '{}'",
    "UPDATE claims_revision SET body = NULL WHERE sequence = (SELECT max(sequence) FROM claims_revision)",
    "DELETE FROM claims_revision",
    (
        "INSERT INTO claims_revision SELECT * FROM claims_revision WHERE sequence = 1 "
        "ON CONFLICT (sequence) DO UPDATE SET note = 'other'"
    ),
    "INSERT INTO django_migrations (app, name, applied) VALUES ('claims', '9999', now())",
    "DROP TRIGGER guard_signature_update ON claims_signature",
    "TRUNCATE claims_signature",
    "UPDATE claims_signature SET signature = 'other'",
    "DELETE FROM claims_signature",
    "INSERT INTO claims_signature SELECT * FROM claims_signature",
]


@pytest.mark.skipif(not POSTGRESQL, reason="Roles are PostgreSQL's.")
class TestRoles:
    @pytest.fixture
    def server(self, tmp_path: Path) -> Iterator[Place]:
        """A database made as the guide says, and the place of the server's role."""
        as_superuser, as_owner = blocks("sql")
        statements = as_superuser.replace("DATABASE factcheck ", "DATABASE guided ").split(";")
        for statement in filter(str.strip, statements):
            sql(statement)
        owner = Place(tmp_path / "data", database="guided", user="factcheck_owner")
        owner.well("migrate", "--verbosity", "0")
        for _ in range(2):
            sql(as_owner, database="guided", user="factcheck_owner")
        yield Place(tmp_path / "data", database="guided", user="factcheck_server")
        for database in ("guided", "drill"):
            sql(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        sql("DROP ROLE factcheck_owner")
        sql("DROP ROLE factcheck_server")

    def test_the_servers_role_publishes_and_cannot_take_the_guards_off(
        self, server: Place, tmp_path: Path
    ) -> None:
        server.well("record_key", "ensure")
        server.well("load_seeds")
        server.well("collectstatic", "--noinput", "--verbosity", "0")
        done = server.python("-c", PUBLISH)
        assert (done.stdout.splitlines(), done.stderr) == (["None []", "ok"], "")
        for statement in REFUSED:
            with pytest.raises(psycopg.Error) as refusal:
                sql(statement, database="guided", user="factcheck_server")
            # Refused by privileges or by a guard, not for a slip in the statement.
            assert refusal.value.sqlstate in ("42501", "23000"), (statement, str(refusal.value))
        assert "The record holds" in server.well("verify_record")

        # The nightly backup runs as the server, the restore as the owner into an empty database, then the grants again.
        server.session = server.python("-c", SIGN_IN, PASSWORD).stdout.strip()
        server.well("backup", tmp_path / "nightly.tar")
        sql("CREATE DATABASE drill OWNER factcheck_owner TEMPLATE template0 ENCODING 'UTF8'")
        drill = Place(tmp_path / "drill", database="drill", user="factcheck_owner", session=server.session)
        drill.well("restore", tmp_path / "nightly.tar")
        sql(blocks("sql")[1], database="drill", user="factcheck_owner")
        drill.user = "factcheck_server"
        assert drill.look() == server.look()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            sql(REFUSED[0], database="drill", user="factcheck_server")

    def test_the_server_cannot_restore(self, server: Place, tmp_path: Path) -> None:
        """Its role makes no tables: the sentence is PostgreSQL's, and nothing stays."""
        server.well("backup", tmp_path / "a.tar")
        sql("CREATE DATABASE drill OWNER factcheck_owner TEMPLATE template0 ENCODING 'UTF8'")
        drill = Place(tmp_path / "drill", database="drill", user="factcheck_server")
        done = drill.manage("restore", tmp_path / "a.tar")
        assert done.returncode == 1
        assert "permission denied for schema public" in done.stderr
        assert drill.holds() == []
