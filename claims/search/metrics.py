"""How good a ranking is, by judged queries: MAP at 1, 3 and 5, MRR, recall at 10. Pure.

As CheckThat! counts them: average precision at k is divided by the number of right answers or by k, whichever is less,
and a query without a right answer is left out.
"""

from collections.abc import Iterable, Mapping, Sequence, Set

CUTS = (1, 3, 5)
RECALL = 10


def average_precision(found: Sequence[str], right: Set[str], k: int) -> float:
    """The precision at each right answer among the first `k`, averaged over those that could be there."""
    hits, total = 0, 0.0
    for place, key in enumerate(found[:k], start=1):
        if key in right:
            hits += 1
            total += hits / place
    return total / min(len(right), k)


def reciprocal_rank(found: Sequence[str], right: Set[str]) -> float:
    """One by the place of the first right answer; 0 where there is none."""
    return next((1 / place for place, key in enumerate(found, start=1) if key in right), 0.0)


def recall(found: Sequence[str], right: Set[str], k: int) -> float:
    """The share of the right answers that are among the first `k`."""
    return len(right & set(found[:k])) / len(right)


def measured(
    run: Mapping[str, Sequence[str]], judged: Mapping[str, Set[str]], queries: Iterable[str]
) -> dict[str, float]:
    """The means over those of the queries that have a right answer, rounded to four places, and their number."""
    scored = [(run.get(query, ()), judged[query]) for query in queries if judged.get(query)]
    rows: dict[str, list[float]] = {
        f"map@{cut}": [average_precision(found, right, cut) for found, right in scored] for cut in CUTS
    }
    rows["mrr"] = [reciprocal_rank(found, right) for found, right in scored]
    rows[f"recall@{RECALL}"] = [recall(found, right, RECALL) for found, right in scored]
    means = {name: round(sum(values) / len(values), 4) if values else 0.0 for name, values in rows.items()}
    return {"queries": len(scored), **means}
