"""What the API costs beside a bare WSGI program that gives the same bytes: a part of `make bench`.

Some fact-checks of our own and generated reviews of partners (REVIEWS, 2,000 where it is not given) are asked for over
four connections that stay open, from one process with four threads; the bare program is served in the same way. "Not
changed" are questions with the ETag that the reader has. "First" is each question for the first time, "again" once it
has been answered. The limits are widened, and every question is counted.
"""

import itertools
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote_plus

import asking
from asking import ROOT, Asked, question

REVIEWS = int(os.environ.get("REVIEWS", "2000"))
ROUNDS = 5
FILL = f"""
from django.utils import timezone
from many import fill
from claims import record_keys
record_keys.ensure(at=timezone.now())
fill({REVIEWS}, at=timezone.now())
"""
WORDS = [
    *("budget", "harbour", "vaccine", "election", "bridge", "school", "energy", "tax", "border", "water"),
    *("police", "hospital", "train", "museum", "forest", "wages", "mayor", "climate", "rent", "market"),
]
SLUGS = """
from claims.models import Publication
print(" ".join(Publication.objects.published().values_list("slug", flat=True)[:400]))
"""


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="factcheck-bench-") as name:
        folder = Path(name)
        clean = {
            key: value for key, value in os.environ.items() if not key.startswith(("FACTCHECK_", "DATABASE_"))
        }
        environment = {
            **clean,
            "FACTCHECK_DATA_DIR": str(folder / "data"),
            "FACTCHECK_READS_PER_MINUTE": "1000000",
            "DJANGO_SETTINGS_MODULE": "factcheck.settings",
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")]),
        }
        for words in (
            ["migrate", "-v", "0"],
            ["shell", "-v", "0", "-c", FILL],
            ["reindex"],
            ["collectstatic", "--noinput", "-v", "0"],
        ):
            _manage(environment, *words)
        slugs = _manage(environment, "shell", "-v", "0", "-c", SLUGS).split()
        print(
            f"{REVIEWS:,} reviews of partners\n  {'':<38}{'answers':>11}{'median':>12}{'p99':>12}", flush=True
        )
        with asking.ours(environment) as port:
            _measured(port, slugs, folder)


def _measured(port: int, slugs: list[str], folder: Path) -> None:
    documents = [f"/api/v1/claims/{slug}/" for slug in slugs]
    lists = [f"/api/v1/claims/?before={place}" for place in range(200, 2000, 10)]
    tools = [
        f"/v1alpha1/claims:search?query={quote_plus(' '.join(pair))}"
        for pair in itertools.combinations(WORDS, 2)
    ]
    asking.ask(port, [question("/api/v1/claims/?limit=1", port=port)])
    _not_changed(port, "a document, not changed", documents[:100], folder)
    _both(port, "a document", documents, folder)
    _not_changed(port, "a list, not changed", lists[:100], folder)
    _both(port, "a list of twenty", lists, folder)
    _both(port, "the Google search", tools, folder)


def _not_changed(port: int, what: str, paths: list[str], folder: Path) -> None:
    asked, answers = {}, {}
    for path in paths:
        head = asking.answer(port, question(path, port=port)).partition(b"\r\n\r\n")[0].decode("latin-1")
        etag = next(
            line.partition(":")[2].strip() for line in head.split("\r\n") if line.lower().startswith("etag:")
        )
        asked[path] = {"If-None-Match": etag}
        answers[path] = asking.answer(port, question(path, port=port, headers=asked[path]), status=304)
    found = _asked(port, asked, status=304)
    with asking.bare(answers, folder) as other:
        nothing = _asked(other, asked, status=304)
    _row(what, found, nothing)


def _asked(port: int, asked: dict[str, dict[str, str]], *, status: int) -> Asked:
    questions = [question(path, port=port, headers=headers) for path, headers in asked.items()]
    return asking.ask(port, questions * ROUNDS * 8, status=status)


def _both(port: int, what: str, paths: list[str], folder: Path) -> None:
    questions = [question(path, port=port) for path in paths]
    first = asking.ask(port, questions)
    again = asking.ask(port, questions * ROUNDS)
    answers = {path: asking.answer(port, one) for path, one in zip(paths, questions, strict=True)}
    with asking.bare(answers, folder) as other:
        nothing = asking.ask(other, [question(path, port=other) for path in paths] * ROUNDS)
    _row(f"{what}, first", first, nothing)
    _row(f"{what}, again", again, nothing)


def _row(what: str, found: Asked, nothing: Asked) -> None:
    ratio = found.per_second / nothing.per_second
    print(f"  {what:<38}{found}{ratio:>7.2f} of a bare program ({nothing.per_second:,.0f}/s)", flush=True)


def _manage(environment: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"manage.py {words[0]}: {done.stderr}{done.stdout}")
    return done.stdout


if __name__ == "__main__":
    main()
