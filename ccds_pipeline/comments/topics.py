"""Explore what comments are about without a lexicon: topics from TF-IDF and non-negative factors.

For analysts who look for themes that the lexicon lacks; nothing of it is stored or released.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.decomposition import NMF
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer

from ccds_pipeline.comments.read import ordinary_words, words_of
from ccds_pipeline.errors import CcdsError

_SHOWN_TERMS = 8
# A term below this part of the topic's weightiest says nothing of it.
_LEAST_WEIGHT = 0.05
_SHORTEST_TERM = 3
# Fewer than this for a topic, and the factors describe single comments.
_COMMENTS_PER_TOPIC = 20
_ITERATIONS = 500


@dataclass(frozen=True)
class Topic:
    """Terms that go together, weightiest first, and for how many comments the topic is the strongest."""

    terms: tuple[str, ...]
    comments_n: int


@dataclass(frozen=True)
class Exploration:
    """Topics, most comments first; ``without_term_n`` comments hold no term that many people use."""

    topics: tuple[Topic, ...]
    comments_n: int
    without_term_n: int


def explore_topics(comments: pd.DataFrame, *, topics_n: int, minimum_people: int, seed: int) -> Exploration:
    """Find topics in comments (Lee and Seung 1999); the same seed gives the same topics.

    Only terms in comments of at least ``minimum_people`` different people take part, so that no
    single comment shows through; placeholders of redaction do not.

    Args:
        comments: Columns redacted_text and respondent_key.
        topics_n: How many topics, at least 2.
        minimum_people: How many people must use a term.
        seed: Of the solver.

    Raises:
        CcdsError: If there are too few comments or terms for so many topics.
    """
    ordinary = ordinary_words(comments, minimum_people=minimum_people)
    terms = sorted(word for word in ordinary - ENGLISH_STOP_WORDS if len(word) >= _SHORTEST_TERM)
    _refuse_too_few(topics_n, terms_n=len(terms), comments_n=len(comments))
    vectorizer = TfidfVectorizer(
        analyzer=lambda text: [word.lower() for word in words_of(text)], vocabulary=terms, sublinear_tf=True
    )
    weights = vectorizer.fit_transform(comments["redacted_text"])
    weights = weights[np.diff(weights.indptr) > 0]
    _refuse_too_few(topics_n, terms_n=len(terms), comments_n=weights.shape[0])
    model = NMF(n_components=topics_n, init="nndsvda", random_state=seed, max_iter=_ITERATIONS)
    with warnings.catch_warnings():
        # A factorisation that could still be a little better serves exploration as well.
        warnings.simplefilter("ignore", ConvergenceWarning)
        of_comments = model.fit_transform(weights)
    sizes = np.bincount(of_comments.argmax(axis=1), minlength=topics_n)
    topics = [
        Topic(_weightiest(row, terms), int(size)) for row, size in zip(model.components_, sizes, strict=True)
    ]
    return Exploration(
        topics=tuple(sorted(topics, key=lambda topic: (-topic.comments_n, topic.terms))),
        comments_n=len(comments),
        without_term_n=len(comments) - weights.shape[0],
    )


def _weightiest(weights: np.ndarray, terms: list[str]) -> tuple[str, ...]:
    order = np.argsort(-weights, kind="stable")[:_SHOWN_TERMS]
    return tuple(terms[position] for position in order if weights[position] > _LEAST_WEIGHT * weights.max())


def _refuse_too_few(topics_n: int, *, terms_n: int, comments_n: int) -> None:
    if terms_n >= topics_n and comments_n >= topics_n * _COMMENTS_PER_TOPIC:
        return
    raise CcdsError(
        f"{comments_n} comments with {terms_n} terms of enough people are too few for {topics_n} topics",
        rule="enough_comments",
        remedy="Ask for fewer topics with --topics, leave out --question, or wait for more responses.",
    )
