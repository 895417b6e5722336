"""The ranking that lookup and match use: the fact-check that a text is about comes first."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.search import folders, index, metrics
from claims.search.index import Entry
from claims.search.ranking import CLOSELY, MOST_WORDS, Ranking

CLAIMS = [
    Entry("bridge", "The tender for the harbour bridge closed in May.", "Is the bridge sold?"),
    Entry("river", "More than 10,000 migrants crossed the river in March.", "How many crossed?"),
    Entry("vaccine", "The vaccine was never tested on children.", "Was the vaccine tested?"),
    Entry(
        "vaccine-2", "The vaccine was tested on ten adults.", "A small test", "Children had no part in it."
    ),
    Entry("most", "Мост откроют весной следующего года.", language="ru"),
    Entry("hopital", "Le président a coupé l'électricité des hôpitaux.", language="fr"),
    Entry("wiek", "Rząd podniesie wiek emerytalny w przyszłym roku.", language="pl"),
    Entry("dawa", "कोरोना की दवा मिल गई है", language="hi"),
    Entry("yimiao", "新冠疫苗含有芯片", language="zh"),
    Entry("army", "The army will grow.", speaker="Alexander Lukashenko Лукашенко"),
]


@pytest.fixture(scope="module")
def ranking() -> Ranking:
    languages = {entry.language for entry in CLAIMS}
    return Ranking(index.in_memory(CLAIMS), languages)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("harbour bridge tender", "bridge"),
        # Other forms of words, another order, a number written otherwise.
        ("In March migrants were crossing a river: 10000 of them", "river"),
        (
            "VACCINES were not tested on a single child!! https://example.org/x — A Person (@person)",
            "vaccine",
        ),
        # A misspelt word is found by its parts beside another.
        ("vacine tested childrn", "vaccine"),
        ("#HarbourBridge", "bridge"),
        ("МОСТЫ откроют", "most"),
        ("les presidents coupent l electricite", "hopital"),
        ("podniesie WIEK", "wiek"),
        ("दवा कोरोना", "dawa"),
        ("疫苗 芯片", "yimiao"),
    ],
)
def test_what_a_text_is_about_comes_first(ranking: Ranking, text: str, first: str) -> None:
    assert ranking.rank(text, limit=3)[0].key == first


def test_a_hit_says_how_much_of_the_claim_is_said(ranking: Ranking) -> None:
    hit = ranking.rank("The tender for the harbour bridge closed in May.", limit=1)[0]
    assert (hit.said, hit.meant) == (1.0, 1.0)
    assert hit.shared == {"tender", "harbour", "bridg", "close", "may"}
    hit = ranking.rank("Somebody bought a bridge with seventy golden elephants", limit=1)[0]
    assert hit.key == "bridge"
    assert 0 < hit.said < 1
    assert 0 < hit.meant < 0.5


@pytest.mark.parametrize("text", ["", "  ", "!?", "zzzzz", "\0", '+-&|!(){}[]^"~*?:\\/ AND OR NOT'])
def test_nothing_is_found_for_words_that_nothing_has(ranking: Ranking, text: str) -> None:
    assert ranking.rank(text, limit=3) == []


def test_the_newer_comes_first_where_nothing_else_tells() -> None:
    entries = [Entry(f"k{number}", "The tower leans.", sequence=number) for number in (3, 9, 1)]
    found = Ranking(index.in_memory(entries), {"en"}).rank("tower leaning", limit=5)
    assert [hit.key for hit in found] == ["k9", "k3", "k1"]


def test_more_hits_than_are_compared_closely_come_once_each() -> None:
    entries = [Entry(f"k{number}", f"The tower leans to side {number}.") for number in range(2 * CLOSELY)]
    made = Ranking(index.in_memory(entries), {"en"})
    found = made.rank("the leaning tower, side 7", limit=2 * CLOSELY)
    assert found[0].key == "k7"
    assert len({hit.key for hit in found}) == len(found) == 2 * CLOSELY
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)


def test_of_a_long_text_the_rarest_words_are_asked(ranking: Ranking) -> None:
    filler = " ".join(f"word{number}" for number in range(10 * MOST_WORDS))
    # Words that nothing has would be the rarest of all.
    assert ranking.rank(f"{filler} harbour bridge tender", limit=1)[0].key == "bridge"


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=300))
def test_any_text_is_only_words(text: str) -> None:
    for hit in ANY.rank(text, limit=3):
        assert 0 <= hit.said <= 1
        assert 0 <= hit.meant <= 1


ANY = Ranking(index.in_memory(CLAIMS), {"en", "ru", "pl"})


# The figures, and the command that prints them


@pytest.mark.parametrize(
    ("found", "right", "expected"),
    [
        (["a", "b", "c"], {"a"}, {"map@1": 1.0, "map@3": 1.0, "mrr": 1.0, "recall@10": 1.0}),
        (["b", "a", "c"], {"a"}, {"map@1": 0.0, "map@3": 0.5, "mrr": 0.5, "recall@10": 1.0}),
        # Two right answers: (1/1 + 2/3) / 2 at 3, and 1/1 of the one that can be first.
        (["a", "x", "b"], {"a", "b"}, {"map@1": 1.0, "map@3": 0.8333, "mrr": 1.0, "recall@10": 1.0}),
        (["x", "y", "z", "u", "v", "a"], {"a"}, {"map@5": 0.0, "mrr": 0.1667, "recall@10": 1.0}),
        ([], {"a"}, {"map@5": 0.0, "mrr": 0.0, "recall@10": 0.0}),
    ],
)
def test_the_figures(found: list[str], right: set[str], expected: dict[str, float]) -> None:
    measured = metrics.measured({"q": found}, {"q": right}, ["q", "without a right answer"])
    assert measured["queries"] == 1
    assert {name: measured[name] for name in expected} == expected


def written(folder: Path) -> Path:
    (folder / "dev").mkdir(parents=True)
    rows = [{"id": entry.key, "claim": entry.claim, "title": entry.title} for entry in CLAIMS[:4]]
    (folder / "docs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    queries = [{"id": "1", "text": "bridge tender"}, {"id": "2", "text": "ten adults and a vaccine"}]
    (folder / "dev" / "queries.jsonl").write_text("".join(json.dumps(row) + "\n" for row in queries))
    (folder / "dev" / "qrels.tsv").write_text("1\t0\tbridge\t1\n2\t0\tvaccine-2\t1\n2\t0\triver\t0\n")
    return folder


def test_the_command_ends_with_one_line_of_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("evaluate_lookup", str(written(tmp_path / "set")), "--split", "dev")
    said: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert said.pop("seconds") >= 0
    perfect = {"map@1": 1.0, "map@3": 1.0, "map@5": 1.0, "mrr": 1.0, "recall@10": 1.0}
    assert said == {"split": "dev", "queries": 2, **perfect}


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("docs.jsonl", "{", "docs.jsonl, line 1: it is no JSON"),
        ("docs.jsonl", "[]", "docs.jsonl, line 1: it is no JSON object."),
        ("docs.jsonl", '{"id": "a"}', "docs.jsonl, line 1: claim is missing, or is no text."),
        ("docs.jsonl", '{"id": "a", "claim": "b", "title": 1}', "docs.jsonl, line 1: title is no text."),
        ("dev/queries.jsonl", '\n{"id": "a", "text": []}', "queries.jsonl, line 2: text is missing"),
        ("dev/qrels.tsv", "1\t0\tbridge", "qrels.tsv, line 1: it is not query, 0, document, 1"),
        ("dev/qrels.tsv", "1\t0\tbridge\t0", "no query has a document that answers it"),
    ],
)
def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path, name: str, text: str, sentence: str) -> None:
    folder = written(tmp_path / "set")
    (folder / name).write_text(text)
    with pytest.raises(CommandError, match=sentence.replace(".", r"\.")):
        call_command("evaluate_lookup", str(folder), "--split", "dev")


def test_a_split_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"other/queries\.jsonl cannot be read"):
        call_command("evaluate_lookup", str(written(tmp_path / "set")), "--split", "other")


def test_what_peers_call_the_summary_is_read(tmp_path: Path) -> None:
    (tmp_path / "docs.jsonl").write_text('{"id": 7, "claim": "A", "subtitle": "B", "speaker": "C"}\n\n')
    assert list(folders.entries(tmp_path)) == [Entry("7", "A", summary="B", speaker="C")]
