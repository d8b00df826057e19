"""Similar cases: the index over sketches beside scikit-learn on the texts themselves.

    python -m experiments.benchmarks.similar [--cases 100000] [--labelled FILE --background FILE]

The cases are the simulator's complaints, in Chinese and English. The rival keeps what Fendan
does not: TF-IDF of pairs of characters, `NearestNeighbors` by cosine. Then how good the ranking
is: of the ten nearest other cases, the share of the same subject, beside TF-IDF and BM25
(Robertson and Zaragoza, 2009) on pairs of characters. With `--labelled`, the same on a file of
real messages (columns `--text`, `--label`), `--background` being more messages without labels,
from which every method takes its weights.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.neighbors import NearestNeighbors

from experiments.benchmarks.timing import in_turn, quantile, ratio
from experiments.simulator.texts import complaint, phrases
from features.stream import Floats, Ints
from features.wording import Wording, sketch
from model.likeness import Likeness
from model.similar import FEW, Question, SolvedCases

TOP = 10
PAIRS = (2, 2)
ASKED = 25
DRAWS = 1_000

Labels = Sequence[str]
Nearness = Callable[[int], Floats]
"""How near every case is to one of them, (n,)."""


def complaints(n: int, seed: int = 3) -> tuple[list[str], list[str]]:
    """Texts of the simulator and the subcategory of each."""
    rng = np.random.default_rng(seed)
    subjects = sorted(phrases().bodies)
    about = rng.integers(0, len(subjects), n)
    english, words = rng.random(n) < 0.2, rng.integers(0, 1 << 30, (n, 10))
    calm = (False,) * 4
    texts = [
        complaint(subjects[about[i]], bool(english[i]), calm, words[i].tolist()) for i in range(n)
    ]
    return texts, [subjects[code] for code in about]


def solved(texts: Sequence[str], labels: Labels) -> SolvedCases:
    """Cases of those texts, by category, resolved one after the other."""
    category = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    order = np.lexsort((-np.arange(len(texts)), category))
    return SolvedCases(
        ticket=order,
        category=category[order],
        subcategory=np.full(order.size, -1),
        resolved=order,
        starts=np.searchsorted(category[order], np.arange(-1, category.max() + 2)),
        likeness=Likeness.of(wording_of([texts[i] for i in order])),
    )


def wording_of(texts: Sequence[str]) -> Wording:
    """The sketch of each text."""
    return Wording(sketch(texts), np.arange(len(texts)))


def by_sketch(texts: Sequence[str]) -> Nearness:
    """Fendan's own."""
    wording = wording_of(texts)
    likeness = Likeness.of(wording)
    return lambda i: likeness.to(likeness.asked(wording.sketches[i]), 0, len(wording)).astype(
        np.float64
    )


def by_tfidf(texts: Sequence[str]) -> Nearness:
    """TF-IDF of pairs of characters, cosine."""
    x = TfidfVectorizer(analyzer="char", ngram_range=PAIRS).fit_transform(texts).tocsr()
    return lambda i: (x @ x[i].T).toarray().ravel()


def by_bm25(texts: Sequence[str], k1: float = 1.2, b: float = 0.75) -> Nearness:
    """BM25 over pairs of characters, as usually set; a pair asked twice counts twice."""
    count = csr_array(CountVectorizer(analyzer="char", ngram_range=PAIRS).fit_transform(texts))
    often = np.bincount(count.indices, minlength=count.shape[1])
    rarity = np.log1p((len(texts) - often + 0.5) / (often + 0.5))
    length = np.asarray(count.sum(axis=1)).ravel()
    row = np.repeat(np.arange(len(texts)), np.diff(count.indptr))
    said = count.data / (count.data + k1 * (1 - b + b * length[row] / length.mean()))
    x = csr_array((rarity[count.indices] * said, count.indices, count.indptr), count.shape)
    return lambda i: (x @ count[[i]].T).toarray().ravel()


@dataclass(frozen=True, slots=True)
class Precision:
    """The share of the same subject among the nearest, of each question asked."""

    of: Floats

    @classmethod
    def measure(cls, near: Nearness, labels: Labels, asked: Ints) -> Precision:
        """Leave one out: every asked case, among the labelled cases (the first of the texts)."""
        subject = np.asarray(labels)
        shares = []
        for i in asked.tolist():
            score = near(i)[: subject.size]
            score[i] = -np.inf
            nearest = np.argsort(-score, kind="stable")[:TOP]
            shares.append(np.mean(subject[nearest] == subject[i]))
        return cls(np.array(shares))

    def against(self, other: Precision, seed: int = 1) -> tuple[float, float, float]:
        """The mean difference and its 95 % interval, questions drawn anew."""
        gap = self.of - other.of
        drawn = np.random.default_rng(seed).integers(0, gap.size, (DRAWS, gap.size))
        low, high = np.quantile(gap[drawn].mean(axis=1), [0.025, 0.975])
        return float(gap.mean()), float(low), float(high)


def told_precision(title: str, texts: Sequence[str], labels: Labels, most: int = 1_000) -> None:
    """Print how good every method is on some texts, the labelled ones first."""
    asked = np.arange(min(len(labels), most))
    rivals = {"BM25, pairs": by_bm25, "TF-IDF, pairs": by_tfidf}
    ours = Precision.measure(by_sketch(texts), labels, asked)
    print(f"{title}: precision at {TOP}, {asked.size:,} questions, {len(labels):,} labelled cases")
    print(f"{'sketches':>16}: {ours.of.mean():.3f}")
    for name, rival in rivals.items():
        found = Precision.measure(rival(texts), labels, asked)
        gap, low, high = ours.against(found)
        print(f"{name:>16}: {found.of.mean():.3f}  ours {gap:+.3f} [{low:+.3f}, {high:+.3f}]")


def told_speed(n: int, runs: int) -> None:
    """Print building, memory and questions of n cases, beside scikit-learn."""
    texts, labels = complaints(n)
    asked = texts[:ASKED]
    sketches, codes = sketch(asked), np.unique(labels, return_inverse=True)[1][:ASKED]
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(2, 3))
    x = vectors.fit_transform(texts)
    nearest = NearestNeighbors(n_neighbors=FEW, metric="cosine", algorithm="brute").fit(x)
    cases, wording = solved(texts, labels), wording_of(texts)

    def ours(category: bool) -> None:
        for bits, code in zip(sketches, codes, strict=True):
            cases.best(Question(bits, int(code) if category else -1), FEW)

    def theirs() -> None:
        for text in asked:
            nearest.kneighbors(vectors.transform([text]))

    built = in_turn({"sketches": lambda: sketch(texts), "index": lambda: Likeness.of(wording)}, 1)
    times = in_turn(
        {
            "by text": partial(ours, category=False),
            "by category": partial(ours, category=True),
            "scikit-learn": theirs,
        },
        runs,
    )
    print(f"{n:,} cases, {np.mean([len(text) for text in asked]):.0f} characters a question")
    for name, timing in built.items():
        print(f"{name:>16}: {quantile(list(timing.cpu), 0.5):6.2f} s to make")
    size = x.data.nbytes + x.indices.nbytes + x.indptr.nbytes
    print(f"{'memory':>16}: {cases.likeness.nbytes / 2**20:.0f} MiB, theirs {size / 2**20:.0f} MiB")
    for name, timing in times.items():
        each = [seconds / ASKED * 1000 for seconds in timing.cpu]
        slower = ratio(timing, times["by text"])
        print(f"{name:>16}: {quantile(each, 0.5):7.2f} ms a question {slower:7.1f} x")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--labelled", type=Path, help="CSV of labelled messages")
    parser.add_argument("--background", type=Path, nargs="*", default=[], help="CSVs without")
    parser.add_argument("--text", default="留言详情")
    parser.add_argument("--label", default="一级分类")
    given = parser.parse_args(arguments)
    told_speed(given.cases, given.runs)
    told_precision("simulated", *complaints(4_000, seed=4))
    if given.labelled:
        real = pd.read_csv(given.labelled)
        known = set(real[given.text])
        more = pd.concat([pd.read_csv(path)[given.text] for path in given.background] or [real[:0]])
        others = [text for text in more.dropna().unique() if text not in known]
        texts = real[given.text].tolist() + others
        told_precision("real", texts, real[given.label].tolist())


if __name__ == "__main__":
    main()
