"""Google's own clients against a running server, as partners' programs use them: for Python, and for Node where it is.

The examples of docs/google.md are run as they stand there, but for the address.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from browsing import Served, filled, serving
from googleapiclient import discovery_cache
from googleapiclient.discovery import build, build_from_document
from googleapiclient.errors import HttpError
from places import ROOT

DOCUMENTS = Path(discovery_cache.__file__).parent / "documents"
GUIDE = ROOT / "docs" / "google.md"

FILL = """
from makers import make_published
from taken import make_taken
from claims.partners.body import Date
make_published("bridge")
make_published("troops", text="More than a thousand troops crossed.", title="Did a thousand troops cross?")
for number in range(24):
    make_taken(
        url=f"https://www.checkers.example/{number}",
        claim=f"A harbour number {number} was sold.",
        language="pt-BR" if number % 2 else "en",
        claimed_on=Date("2020-01-01"),
        reviewed_on=Date("2020-01-02"),
    )
make_taken(
    url="https://news.example/jellyfish",
    claim="Ferries to the northern island were cancelled because of jellyfish swarms.",
    title="",
    publisher="News",
    summary="",
)
"""
PARAGRAPH = (
    "It was a long day at the council, and people talked about many things that nobody here can remember. "
    "One said that ferries to the northern island were cancelled because of swarms of jellyfish. "
    "Others spoke of the weather, of football, and of what their neighbours had cooked for dinner. "
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("tools"), filled(FILL)) as server:
        yield server


@contextmanager
def client(served: Served, key: str = "K") -> Iterator[Any]:
    """The client as its users make it, with any key: it sends nothing without one."""
    with build(
        "factchecktools",
        "v1alpha1",
        developerKey=key,
        static_discovery=True,
        client_options={"api_endpoint": served.address},
    ) as made:
        yield made


@pytest.fixture
def claims(served: Served) -> Iterator[Any]:
    with client(served) as made:
        yield made.claims()


def texts(answer: dict[str, Any]) -> list[str]:
    return [claim["text"] for claim in answer.get("claims", [])]


def test_a_search_is_answered(claims: Any) -> None:
    answer = claims.search(query="bridge number spring").execute()
    (claim,) = answer["claims"]
    assert claim["text"].endswith("will open in spring.")
    assert claim["claimReview"][0]["publisher"] == {"name": "Test Desk", "site": "127.0.0.1"}
    assert claims.search(query="zebra").execute() == {}


def test_search_next_leads_to_the_end(claims: Any) -> None:
    for asked in ({"query": "harbour"}, {"reviewPublisherSiteFilter": "checkers.example"}):
        request, found, pages = claims.search(pageSize=10, **asked), [], 0
        while request is not None:
            answer = request.execute()
            found += texts(answer)
            pages += 1
            request = claims.search_next(request, answer)
        assert (pages, len(found), len(set(found))) == (3, 24, 24)


def test_the_filters(claims: Any) -> None:
    assert len(texts(claims.search(query="harbour", languageCode="pt-PT", pageSize=50).execute())) == 12
    assert claims.search(query="harbour", languageCode="fr").execute() == {}
    only = claims.search(reviewPublisherSiteFilter="news.example").execute()
    assert only["claims"][0]["claimReview"][0]["publisher"]["site"] == "news.example"
    assert claims.search(query="harbour", maxAgeDays=30).execute() == {}
    assert len(texts(claims.search(query="harbour", maxAgeDays=50_000).execute())) == 10
    whole = texts(claims.search(query="harbour", pageSize=50).execute())
    assert texts(claims.search(query="harbour", offset=20).execute()) == whole[20:]


def test_a_question_of_5000_characters(claims: Any) -> None:
    """The client sends it by POST, since its address would be too long."""
    asked = (PARAGRAPH * 50)[:5000]
    for query in (asked, asked.replace("o", "ö").replace("ö", "o", 4000)):
        assert texts(claims.search(query=query, languageCode="en").execute()) == [
            "Ferries to the northern island were cancelled because of jellyfish swarms."
        ]


def test_errors_are_read(claims: Any) -> None:
    with pytest.raises(HttpError) as refused:
        claims.search(languageCode="en").execute()
    error = refused.value
    assert error.resp.status == 400
    assert "or name a publisher's site" in error.reason
    (detail,) = error.error_details  # type: ignore[attr-defined]
    assert detail["fieldViolations"][0]["field"] == "query"
    with pytest.raises(HttpError) as refused:
        claims.imageSearch(imageUri="https://x.example/picture.png").execute()
    assert refused.value.resp.status == 501
    assert "fetches no address" in refused.value.reason


# Pages --------------------------------------------------------------------------------------------

KEY = """
from partnering import make_key, make_partner
print(make_key(make_partner(name="{site}", sites=["{site}"]), ["read", "pages"]))
"""


def page(site: str, number: int = 1, rating: str = "Wrong") -> dict[str, Any]:
    return {
        "pageUrl": f"https://www.{site}/{number}",
        "publishDate": "2025-11-10",
        "claimReviewAuthor": {"name": f"News of {site}"},
        "claimReviewMarkups": [
            {
                "claimReviewed": f"The lighthouse number {number} fell.",
                "claimAuthor": {"name": "Rufus Gale"},
                "rating": {"textualRating": rating, "ratingValue": 1, "bestRating": 5, "worstRating": 1},
            }
        ],
    }


def test_pages_are_made_read_listed_changed_and_deleted(served: Served) -> None:
    key = served.shell(KEY.format(site="lighthouse.example"))
    with client(served, key) as tools:
        pages = tools.pages()
        made = [pages.create(body=page("lighthouse.example", number)).execute() for number in (1, 2, 3)]
        name = made[0]["name"]
        assert made[0] == {"name": name, **page("lighthouse.example"), "versionId": made[0]["versionId"]}
        assert pages.get(name=name).execute() == made[0]
        found = pages.list(url="http://lighthouse.example/1").execute()
        assert found == {"claimReviewMarkupPages": [made[0]]}
        request, listed = pages.list(organization="lighthouse.example", pageSize=2), []
        while request is not None:
            answer = request.execute()
            listed.append([one["name"] for one in answer["claimReviewMarkupPages"]])
            request = pages.list_next(request, answer)
        assert listed == [[made[0]["name"], made[1]["name"]], [made[2]["name"]]]
        changed = {**made[0], **page("lighthouse.example", rating="Half wrong")}
        updated = pages.update(name=name, body=changed).execute()
        assert updated["claimReviewMarkups"][0]["rating"]["textualRating"] == "Half wrong"
        answer = tools.claims().search(query="lighthouse number 1 fell", languageCode="und").execute()
        assert answer["claims"][0]["claimReview"][0]["textualRating"] == "Half wrong"
        with pytest.raises(HttpError) as refused:
            pages.update(name=name, body=changed).execute()
        assert (refused.value.resp.status, "get it again" in refused.value.reason) == (409, True)
        assert pages.delete(name=name).execute() == {}
        with pytest.raises(HttpError) as refused:
            pages.get(name=name).execute()
        assert refused.value.resp.status == 404
        with pytest.raises(HttpError) as refused:
            pages.create(body=page("other.example")).execute()
        assert refused.value.resp.status == 403
        assert "other.example is not a site of yours (yours: lighthouse.example)" in refused.value.reason
    with client(served) as tools, pytest.raises(HttpError) as refused:
        tools.pages().list(organization="lighthouse.example").execute()
    assert refused.value.resp.status == 400
    assert refused.value.error_details[0]["reason"] == "API_KEY_INVALID"  # type: ignore[attr-defined]


def test_of_many_who_write_at_once_one_does(served: Served) -> None:
    key = served.shell(KEY.format(site="race.example"))

    def send(method: str, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        request = urllib.request.Request(
            f"{served.address}/v1alpha1/{path}",
            json.dumps(body).encode(),
            {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
            method=method,
        )
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.load(answer)
        except HTTPError as refused:
            with refused:
                return refused.code, json.load(refused)

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: send("POST", "pages", page("race.example")), range(8)))
        (first,) = [document for status, document in made if status == 200]
        assert {document["error"]["status"] for status, document in made if status == 409} == {
            "ALREADY_EXISTS"
        }
        ratings = [f"Wrong, says number {number}" for number in range(8)]
        bodies = [{**first, **page("race.example", rating=rating)} for rating in ratings]
        done = list(pool.map(lambda body: send("PUT", first["name"], body), bodies))
    (written,) = [document for status, document in done if status == 200]
    assert sorted(status for status, _ in done) == [200] + [409] * 7
    kept = served.shell(
        "from claims.models import Publication\n"
        "print(Publication.objects.get(review_url='https://www.race.example/1').rating_as_published)"
    )
    assert kept == written["claimReviewMarkups"][0]["rating"]["textualRating"]


# Made from our own description ----------------------------------------------------------------------


def described(served: Served) -> dict[str, Any]:
    with urllib.request.urlopen(f"{served.address}/$discovery/rest?version=v1alpha1") as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def test_our_own_description_makes_the_same_client(served: Served) -> None:
    key = served.shell(KEY.format(site="buoy.example"))
    with build_from_document(described(served)) as tools:
        # It needs no key to search.
        answer = tools.claims().search(query="troops", extended=True).execute()
        assert answer["claims"][0]["factCheck"]["id"] == "troops"
    with build_from_document(described(served), developerKey=key) as tools:
        pages = tools.pages()
        made = pages.create(body={**page("buoy.example"), "languageCode": "en"}).execute()
        assert pages.get(name=made["name"]).execute() == made
        assert pages.list(organization="buoy.example").execute()["claimReviewMarkupPages"] == [made]
        made["claimReviewMarkups"][0]["rating"]["textualRating"] = "True"
        pages.update(name=made["name"], body=made).execute()
        assert pages.delete(name=made["name"]).execute() == {}


def test_our_description_knows_what_googles_knows(served: Served) -> None:
    """All that a client made from Google's can send and read; methods and parameters by their names."""
    theirs = json.loads((DOCUMENTS / "factchecktools.v1alpha1.json").read_text())
    ours = described(served)
    for resource, inner in theirs["resources"].items():
        for name, method in inner["methods"].items():
            if name == "imageSearch":
                continue
            own = ours["resources"][resource]["methods"][name]
            for said in ("id", "httpMethod", "path", "flatPath", "parameterOrder"):
                assert own[said] == method[said], (name, said)
            for parameter, stated in method["parameters"].items():
                for said in ("type", "location", "format", "required", "pattern"):
                    assert own["parameters"][parameter].get(said) == stated.get(said), (name, parameter)
            for said in ("request", "response"):
                assert same(own.get(said), method.get(said), ours["schemas"], theirs["schemas"]), (name, said)


def same(ours: Any, theirs: Any, own: dict[str, Any], their: dict[str, Any]) -> bool:
    """Whether a value of ours has all members of theirs, of the same types."""
    if theirs is None:
        return ours is None
    if "$ref" in theirs:
        one, other = own[ours["$ref"]]["properties"], their[theirs["$ref"]]["properties"]
        return all(name in one and same(one[name], other[name], own, their) for name in other)
    if theirs["type"] == "array":
        return ours["type"] == "array" and same(ours["items"], theirs["items"], own, their)
    return (ours["type"], ours.get("format")) == (theirs["type"], theirs.get("format"))


# The guide ----------------------------------------------------------------------------------------


def examples(language: str, served: Served) -> list[str]:
    found = re.findall(rf"^```{language}\n(.*?)^```$", GUIDE.read_text(), re.DOTALL | re.MULTILINE)
    assert found
    return [str(one).replace("http://127.0.0.1:8000", served.address) for one in found]


def run(command: list[str], **options: Any) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_guides_python(served: Served) -> None:
    plain, described = examples("python", served)
    line = f"False | More than a thousand troops crossed. | {served.address}/claims/troops/\n"
    assert run([sys.executable, "-c", plain]) == line
    assert run([sys.executable, "-c", described]) == "Reported\n"


def test_the_guides_shell(served: Served) -> None:
    (example,) = examples("sh", served)
    answer = json.loads(run(["sh", "-c", example]))
    assert texts(answer) == ["More than a thousand troops crossed."]


def test_the_guides_errors(claims: Any) -> None:
    shown = re.findall(r"^```json\n(.*?)^```$", GUIDE.read_text(), re.DOTALL | re.MULTILINE)
    with pytest.raises(HttpError) as refused:
        claims.search(query="x", pageSize=-1).execute()
    assert json.loads(refused.value.content) == json.loads(shown[-1])


# Node ---------------------------------------------------------------------------------------------

IS_CI = os.environ.get("CI") == "true"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the npm client, fetched as its lock file says."""
    if not (shutil.which("node") and shutil.which("npm")) and not IS_CI:
        pytest.skip("NOT RUN: no node and npm (Debian: apt-get install nodejs npm)")
    folder = tmp_path_factory.mktemp("node")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / "tests" / "node" / name, folder)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode and not IS_CI:
        pytest.skip(f"NOT RUN: npm ci ended with {done.returncode}: {done.stderr.strip()[-200:]}")
    assert done.returncode == 0, done.stderr
    return folder


NODE = """
import { factchecktools } from "@googleapis/factchecktools";
const [rootUrl, auth] = [`${process.argv[2]}/`, process.argv[3] || undefined];
const tools = factchecktools({ version: "v1alpha1", rootUrl, auth });
const found = {};
%s
console.log(JSON.stringify(found));
"""


def in_node(folder: Path, served: Served, code: str, key: str = "") -> dict[str, Any]:
    (folder / "run.mjs").write_text(NODE % code)
    found: dict[str, Any] = json.loads(run(["node", "run.mjs", served.address, key], cwd=folder))
    return found


def test_the_guides_javascript(served: Served, node: Path) -> None:
    (example,) = examples("javascript", served)
    (node / "guide.mjs").write_text(example)
    line = f"False | More than a thousand troops crossed. | {served.address}/claims/troops/\n"
    assert run(["node", "guide.mjs"], cwd=node) == line


def test_nodes_client_searches_to_the_end_and_reads_errors(served: Served, node: Path) -> None:
    found = in_node(
        node,
        served,
        """
        found.texts = [];
        let pageToken;
        do {
          const { data } = await tools.claims.search({ query: "harbour", pageSize: 10, pageToken });
          found.texts.push(...data.claims.map((claim) => claim.text));
          pageToken = data.nextPageToken;
        } while (pageToken);
        found.nothing = (await tools.claims.search({ query: "zebra" })).data;
        found.filtered = (await tools.claims.search({
          reviewPublisherSiteFilter: "checkers.example", languageCode: "pt", maxAgeDays: 50000, offset: 5, pageSize: 50,
        })).data.claims.length;
        found.long = (await tools.claims.search({ query: LONG })).data.claims[0].text;
        try {
          await tools.claims.search({ languageCode: "en" });
        } catch (error) {
          found.error = [error.status, error.message];
        }
        """.replace("LONG", json.dumps((PARAGRAPH * 50)[:5000])),
    )
    assert len(found["texts"]) == len(set(found["texts"])) == 24
    assert (found["nothing"], found["filtered"]) == ({}, 7)
    assert found["long"].startswith("Ferries")
    assert found["error"][0] == 400
    assert "or name a publisher's site" in found["error"][1]


def test_nodes_client_keeps_pages(served: Served, node: Path) -> None:
    key = served.shell(KEY.format(site="beacon.example"))
    found = in_node(
        node,
        served,
        """
        const body = PAGE;
        const { data: made } = await tools.pages.create({ requestBody: body });
        found.made = made;
        found.read = (await tools.pages.get({ name: made.name })).data;
        found.listed = (await tools.pages.list({ organization: "beacon.example" })).data.claimReviewMarkupPages;
        found.byUrl = (await tools.pages.list({ url: body.pageUrl })).data.claimReviewMarkupPages;
        made.claimReviewMarkups[0].rating.textualRating = "Half wrong";
        const { data: updated } = await tools.pages.update({ name: made.name, requestBody: made });
        found.rating = updated.claimReviewMarkups[0].rating.textualRating;
        found.deleted = (await tools.pages.delete({ name: made.name })).data;
        found.left = (await tools.pages.list({ organization: "beacon.example" })).data;
        """.replace("PAGE", json.dumps(page("beacon.example"))),
        key,
    )
    assert found["read"]["claimReviewMarkups"] == page("beacon.example")["claimReviewMarkups"]
    assert found["listed"] == found["byUrl"] == [found["read"]]
    assert (found["rating"], found["deleted"], found["left"]) == ("Half wrong", {}, {})
