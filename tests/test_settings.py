"""The environment: what is refused and in which words, what production has on, and the secret key's file."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from factcheck.datadir import OwnersDatabase

ROOT = Path(__file__).resolve().parent.parent
LONG_KEY = "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PRODUCTION = {"FACTCHECK_HTTPS": "1", "FACTCHECK_HOSTS": "facts.example.org"}


def run(*arguments: str, data: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("FACTCHECK_", "DATABASE_"))
    }
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**clean, "FACTCHECK_DATA_DIR": str(data), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


# name, value, and the words of the sentence that must be there: the problem, and what to write
REFUSED = [
    ("FACTCHECK_HOST", "example.org", ["the nearest one is FACTCHECK_HOSTS"]),
    ("FACTCHECK_SECRETKEY", LONG_KEY, ["the nearest one is FACTCHECK_SECRET_KEY"]),
    ("FACTCHECK_DEBUG", "perhaps", ["'perhaps'", "write 1 or 0"]),
    ("FACTCHECK_HTTPS", "2", ["'2'", "write 1 or 0"]),
    ("FACTCHECK_PROXY", "nginx", ["'nginx'", "write 1 or 0"]),
    ("FACTCHECK_EMBEDDER", "All MiniLM", ["'All MiniLM'", "write minilm"]),
    ("PORT", "http", ["'http'", "a number from 1 to 65535"]),
    ("PORT", "0", ["'0'", "a number from 1 to 65535"]),
    ("PORT", "65536", ["'65536'", "a number from 1 to 65535"]),
    ("PORT", "٨٠٠٠", ["a number from 1 to 65535"]),
    # An asterisk would let any Host header into the addresses that we write.
    ("FACTCHECK_HOSTS", "*", ["'*'", "write the names"]),
    ("FACTCHECK_HOSTS", "facts.example.org,https://facts.example.org", ["'https://facts.example.org'"]),
    ("FACTCHECK_HOSTS", "facts.example.org:8000", ["'facts.example.org:8000'", "without scheme, port"]),
    ("FACTCHECK_URL", "facts.example.org", ["no web address", "https://facts.example.org"]),
    ("FACTCHECK_URL", "ftp://facts.example.org", ["no web address"]),
    ("FACTCHECK_URL", "http://[", ["no web address"]),
    ("FACTCHECK_URL", "http://127.0.0.1:99999", ["no web address"]),
    ("FACTCHECK_URL", "http://127.0.0.1/facts/", ["more than a host"]),
    # The value of a secret or of an address with a password is never repeated.
    ("FACTCHECK_SECRET_KEY", "short-and-secret", ["at least 50 random characters"]),
    ("FACTCHECK_SECRET_KEY", "a" * 60, ["too easy to guess"]),
    ("FACTCHECK_RECORD_KEY", "short-and-secret", ["holds no private key", "openssl rand -base64 32"]),
    ("FACTCHECK_RECORD_KEY", "A" * 43 + "=", ["holds no private key"]),
    ("FACTCHECK_NO_WEBHOOKS", "perhaps", ["'perhaps'", "write 1 or 0"]),
    ("FACTCHECK_WEBHOOK_NETWORKS", "10.0.0.0/8,inside", ["'inside'", "no network", "10.20.0.0/16"]),
    ("FACTCHECK_WEBHOOK_NETWORKS", "10.0.0.1/8", ["'10.0.0.1/8'", "no network"]),
    ("FACTCHECK_WEBHOOK_CA", "/no/such/file", ["'/no/such/file'", "no file of certificates"]),
    ("FACTCHECK_WEBHOOK_CA", "README.md", ["'README.md'", "no file of certificates"]),
    ("DATABASE_URL", "mysql://u:secret@h/n", ["does not name a PostgreSQL database", "postgres://USER"]),
    ("DATABASE_URL", "postgres://u:secret@h", ["names no database"]),
    ("DATABASE_URL", "postgres://u:secret@h:port/n", ["cannot be read"]),
    ("FACTCHECK_SECOND_FACTOR", "publishing", ["'publishing'", "write 1 or 0"]),
    ("FACTCHECK_SESSION_IDLE", "2h", ["'2h'", "write minutes, from 1 to 10080"]),
    ("FACTCHECK_SESSION_LENGTH", "0", ["'0'", "write minutes"]),
    ("FACTCHECK_SESSION_LENGTH", "10081", ["'10081'", "write minutes"]),
    ("FACTCHECK_READS_PER_MINUTE", "0", ["'0'", "from 1 to 1000000"]),
    ("FACTCHECK_READS_PER_MINUTE", "many", ["'many'", "from 1 to 1000000"]),
    ("REDIS_URL", "http://:secret@h", ["names no Redis server", "redis://:PASSWORD@HOST:6379/0"]),
    ("REDIS_URL", "redis://:secret@h:99999", ["names no Redis server"]),
    ("REDIS_URL", "redis://:secret@h/name", ["names no Redis server"]),
    ("REDIS_URL", "redis://", ["names no Redis server"]),
    ("FACTCHECK_MAIL", "mail.example.org", ["does not name a mail server", "smtp+tls://"]),
    ("FACTCHECK_MAIL", "consolemail://", ["does not name a mail server"]),
    ("FACTCHECK_MAIL", "smtp://u:secret@", ["names no host"]),
    ("FACTCHECK_MAIL", "smtp://u:secret@mail.example.org:mail", ["cannot be read"]),
    ("FACTCHECK_MAIL_FROM", "the desk", ["'the desk'", "no mail address"]),
    ("FACTCHECK_DATA_DIR", "/dev/null/data", ["no folder can be made", "write the path of a folder"]),
]


@pytest.mark.parametrize(("name", "value", "words"), REFUSED)
def test_a_bad_value_is_refused_with_a_sentence_that_names_it(name, value, words, tmp_path):
    done = run("manage.py", "check", **{"data": tmp_path, name: value})
    assert done.returncode != 0
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith(f"{name} ")
    assert done.stderr.endswith(".\n")
    for word in words:
        assert word in done.stderr
    assert "secret@" not in done.stderr
    assert "short-and-secret" not in done.stderr


def test_the_public_address_must_be_one_that_is_answered(tmp_path):
    other = run("manage.py", "check", data=tmp_path, FACTCHECK_URL="https://other.example.org", **PRODUCTION)
    assert "add other.example.org to FACTCHECK_HOSTS" in other.stderr
    plain = run("manage.py", "check", data=tmp_path, FACTCHECK_URL="http://facts.example.org", **PRODUCTION)
    assert "write it with https://" in plain.stderr


def test_mail_names_its_sender(tmp_path):
    server = {"FACTCHECK_MAIL": "smtp+tls://u:secret@mail.example.org"}
    alone = run("manage.py", "check", data=tmp_path, **server)
    assert alone.stderr.startswith("FACTCHECK_MAIL_FROM is unset, but FACTCHECK_MAIL is not")
    assert "secret" not in alone.stderr


MAIL = "from django.conf import settings as s; print(s.EMAIL_HOST, s.EMAIL_PORT, s.EMAIL_USE_TLS, s.EMAIL_USE_SSL)"


@pytest.mark.parametrize(
    ("address", "printed"),
    [
        ("smtp://localhost", "localhost 25 False False"),
        ("smtp+tls://u:p%40ss@mail.example.org", "mail.example.org 587 True False"),
        ("smtps://u:p@mail.example.org", "mail.example.org 465 False True"),
        ("smtp+ssl://u:p@mail.example.org:2465", "mail.example.org 2465 False True"),
    ],
)
def test_mail_servers(address, printed, tmp_path):
    mail = {"FACTCHECK_MAIL": address, "FACTCHECK_MAIL_FROM": "desk@facts.example.org"}
    done = run("-c", MAIL, data=tmp_path, DJANGO_SETTINGS_MODULE="factcheck.settings", **mail)
    assert done.stdout.strip() == printed, done.stderr


PRINT_URL = "from factcheck import settings as s; print(s.FACTCHECK_URL, *s.ALLOWED_HOSTS)"


@pytest.mark.parametrize(
    ("variables", "printed"),
    [
        ({}, "http://127.0.0.1:8000 127.0.0.1 localhost [::1]"),
        ({"PORT": "9000"}, "http://127.0.0.1:9000 127.0.0.1 localhost [::1]"),
        (
            {"PORT": "", "FACTCHECK_HOSTS": "", "DATABASE_URL": ""},
            "http://127.0.0.1:8000 127.0.0.1 localhost [::1]",
        ),
        (PRODUCTION, "https://facts.example.org facts.example.org"),
        ({"FACTCHECK_URL": "http://[::1]:81"}, "http://[::1]:81 127.0.0.1 localhost [::1]"),
        ({"FACTCHECK_URL": "http://box:81/"}, "http://box:81 127.0.0.1 localhost [::1] box"),
        (
            {"FACTCHECK_URL": "https://facts.example.org", "FACTCHECK_HOSTS": ".example.org"},
            "https://facts.example.org .example.org",
        ),
    ],
)
def test_the_public_address_follows_from_what_is_set(variables, printed, tmp_path):
    done = run("-c", PRINT_URL, data=tmp_path, **variables)
    assert (done.stdout.strip(), done.stderr) == (printed, "")


def test_check_deploy_is_clean_under_the_production_settings(tmp_path):
    done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", data=tmp_path, **PRODUCTION)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "System check identified no issues (0 silenced).\n"


def test_the_secret_key_is_kept_in_a_file_that_only_its_owner_reads(tmp_path):
    data = tmp_path / "new" / "data"
    first = run("-c", "from factcheck import settings as s; print(s.SECRET_KEY)", data=data)
    second = run("-c", "from factcheck import settings as s; print(s.SECRET_KEY)", data=data)
    assert first.stdout == second.stdout
    assert len(first.stdout) > 50
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert [(path.name, stat.S_IMODE(path.stat().st_mode)) for path in data.iterdir()] == [
        ("secret-key", 0o600)
    ]


def test_a_database_is_its_owners_alone_in_a_folder_that_is_not(tmp_path):
    """Also the files that SQLite keeps beside it while it is open."""
    tmp_path.chmod(0o755)
    code = (
        "import os, django; os.umask(0o022); django.setup()\n"
        "from django.db import connection\n"
        "connection.cursor().execute('CREATE TABLE mine (words)')\n"
        "for path in sorted(os.scandir(os.environ['FACTCHECK_DATA_DIR']), key=lambda path: path.name):\n"
        "    print(path.name, oct(path.stat().st_mode & 0o777))"
    )
    done = run("-c", code, data=tmp_path, DJANGO_SETTINGS_MODULE="factcheck.settings")
    assert done.stdout.splitlines() == [
        "factcheck.sqlite3 0o600",
        "factcheck.sqlite3-shm 0o600",
        "factcheck.sqlite3-wal 0o600",
        "secret-key 0o600",
    ], done.stderr


def test_processes_that_start_at_once_get_one_key(tmp_path):
    code = (
        "import sys; from pathlib import Path; from factcheck import datadir;"
        "sys.stdin.read(1); print(datadir.secret_key(Path(sys.argv[1])))"
    )
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    for racer in racers:
        racer.stdin.write("!")
        racer.stdin.flush()
    keys = {racer.communicate()[0] for racer in racers}
    assert len(keys) == 1
    assert len(keys.pop()) > 50
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]


def test_a_spoilt_key_file_is_named(tmp_path):
    (tmp_path / "secret-key").write_text("")
    done = run("manage.py", "check", data=tmp_path)
    assert str(tmp_path / "secret-key") in done.stderr
    assert "remove the file and a new key is made" in done.stderr


def test_a_given_secret_key_leaves_no_file(tmp_path):
    done = run(
        "-c",
        "from factcheck import settings as s; print(s.SECRET_KEY)",
        data=tmp_path,
        FACTCHECK_SECRET_KEY=LONG_KEY,
    )
    assert done.stdout.strip() == LONG_KEY
    assert list(tmp_path.iterdir()) == []


def test_tests_never_touch_the_data_of_a_server():
    assert ROOT not in settings.DATA_DIR.parents
    assert settings.DEBUG is False


def test_each_half_of_the_suite_runs_on_its_database(request, db):
    if request.config.pluginmanager.hasplugin("tests.postgresql"):
        assert connection.vendor == "postgresql"
    if connection.vendor == "sqlite":
        assert settings.DATABASES["default"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
        with connection.cursor() as cursor:
            # 1 is NORMAL.
            for pragma, value in [("journal_mode", "wal"), ("synchronous", 1), ("foreign_keys", 1)]:
                assert cursor.execute(f"PRAGMA {pragma}").fetchone() == (value,)


HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": settings.PERMISSIONS_POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@pytest.mark.parametrize("address", ["/admin/login/", "/api/v1/nothing/"])
def test_security_headers(address, db):
    headers = Client().get(address).headers
    found = {name: headers.get(name) for name in HEADERS}
    policy, wanted = found.pop("Content-Security-Policy"), dict(HEADERS)
    assert sorted(policy.split("; ")) == sorted(wanted.pop("Content-Security-Policy").split("; "))
    assert found == wanted


def test_https_sets_what_browsers_need(tmp_path):
    code = (
        "import django; django.setup(); from django.test import Client;"
        "c = Client(headers={'host': 'facts.example.org'});"
        "r = c.get('/admin/login/'); print(r.status_code, r['Location']);"
        "r = c.get('/api/v1/nothing/', headers={'x-forwarded-proto': 'https'});"
        "print(r.status_code, r['Strict-Transport-Security'])"
    )
    done = run(
        "-c",
        code,
        data=tmp_path,
        DJANGO_SETTINGS_MODULE="factcheck.settings",
        FACTCHECK_PROXY="1",
        **PRODUCTION,
    )
    assert done.stdout.splitlines() == [
        "301 https://facts.example.org/admin/login/",
        "404 max-age=31536000; includeSubDomains; preload",
    ], done.stderr


WRITE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=0)
try:
    connection.execute("INSERT INTO one VALUES (2)")
    connection.commit()
except sqlite3.OperationalError as error:
    print(error)
"""


def test_another_connection_of_the_process_leaves_the_locks_of_the_first_alone(tmp_path: Path) -> None:
    """Else two processes write at once, and the file is spoilt."""
    path = tmp_path / "a.sqlite3"
    first = OwnersDatabase(path, isolation_level=None)
    first.execute("CREATE TABLE one (number)")
    first.execute("BEGIN IMMEDIATE")
    first.execute("INSERT INTO one VALUES (1)")
    OwnersDatabase(path).close()
    done = subprocess.run([sys.executable, "-c", WRITE, path], capture_output=True, text=True, check=True)
    assert done.stdout == "database is locked\n"
    first.execute("COMMIT")
    assert first.execute("SELECT number FROM one").fetchall() == [(1,)]
    first.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
