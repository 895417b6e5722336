"""How precise the match is and how much it finds, on folders of judged queries: `make bench JUDGED="DIR DIR"`.

Each query is checked like a text that somebody pasted: once with its right answers in the index, which says how often
a right one is shown and how often the surest is a wrong one, and once with them taken out, when whatever is shown is
wrong. Texts that have nothing to do with a set are the sentences of the seed claims and their rationales.
"""

import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import tantivy
import yaml

from claims.search import folders, index, words
from claims.search.index import Entry
from claims.search.matching import matches
from claims.search.ranking import Clause, Ranking

SEEDS = Path(__file__).resolve().parent.parent / "seeds" / "claims"


def main(names: list[str]) -> None:
    for folder in map(Path, names):
        entries = list(folders.entries(folder))
        ranking = Ranking(index.in_memory(entries), {words.primary(entry.language) for entry in entries})
        same = same_claims(entries)
        for split in sorted(path.parent.name for path in folder.glob("*/queries.jsonl")):
            judged = folders.judgements(folder, split)
            asked = [
                (text, frozenset().union(*(same[key] for key in judged[query])))
                for query, text in folders.queries(folder, split)
                if query in judged
            ]
            begun = time.perf_counter()
            right, wrong, unfounded = 0, 0, 0
            for text, answers in asked:
                found = shown(ranking, text)
                right += bool(answers.intersection(found))
                wrong += bool(found) and found[0] not in answers
                unfounded += bool(shown(ranking, text, without=answers))
            spent = (time.perf_counter() - begun) * 500 / len(asked)
            print(
                f"{folder.name} {split}, match of {len(asked)} texts: "
                f"right shown {right / len(asked):.1%}, wrong first {wrong / len(asked):.1%}; with the answer "
                f"taken out shown {unfounded / len(asked):.1%}; {spent:.2f} ms a text",
                flush=True,
            )
        sentences = [one for text in unrelated() for one in matches(ranking, text)]
        marked = sum(bool(one.matches) for one in sentences)
        print(f"{folder.name}, sentences of the seeds: {marked} of {len(sentences)} marked", flush=True)


def same_claims(entries: list[Entry]) -> dict[str, frozenset[str]]:
    """Of each document those that have its claim, word for word: some stand in a set twice."""
    by_claim: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries:
        by_claim[" ".join(words.words(entry.claim))].add(entry.key)
    return {key: frozenset(keys) for keys in by_claim.values() for key in keys}


def shown(ranking: Ranking, text: str, *, without: Iterable[str] = ()) -> list[str]:
    """The documents that a text is said to be about, the surest first, where some of them are not there."""
    terms = [tantivy.Query.term_query(index.schema(), index.KEY, key) for key in sorted(without)]
    narrowed: tuple[Clause, ...] = tuple((tantivy.Occur.MustNot, term) for term in terms)
    found = [match for one in matches(ranking, text, narrowed=narrowed) for match in one.matches]
    return [match.key for match in sorted(found, key=lambda match: -match.sure)]


def unrelated() -> Iterator[str]:
    """What the seeds write of a war in 2022, which the sets of judged queries say little of."""
    for path in sorted(SEEDS.glob("*.yaml")):
        written = yaml.safe_load(path.read_text(encoding="utf-8"))
        yield "\n\n".join([written["claim"], written["verdict"]["summary"], written["verdict"]["rationale"]])


if __name__ == "__main__":
    main(sys.argv[1:])
