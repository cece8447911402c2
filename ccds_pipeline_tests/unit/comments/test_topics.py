"""Exploration shows what many people write about, and no single comment."""

import pytest

from ccds_pipeline.comments.topics import explore_topics
from ccds_pipeline.errors import CcdsError
from ccds_pipeline_tests.support.comments import Said, frame_of, many

SAID = [
    *many("Breathing slowly before answering", 30),
    *many("Listening to colleagues, handover with colleagues. Talk with [NAME]", 25, first=30),
    *many("Zebulon breathing on the ward: marmalade", 10, first=60),
    *many("Anna Quack said so, listening", 20, first=80),
    *[Said("p1", "sesame breathing")] * 40,
    Said("p2", "Yes."),
]


def terms(**options: int) -> set[str]:
    found = explore_topics(frame_of(SAID), **{"topics_n": 2, "minimum_people": 11, "seed": 1, **options})
    return {term for topic in found.topics for term in topic.terms}


def test_two_subjects_are_two_topics():
    found = explore_topics(frame_of(SAID), topics_n=2, minimum_people=11, seed=1)
    first, second = found.topics
    assert first.terms[0] == "breathing"
    assert {"listening", "colleagues"} <= set(second.terms)
    assert (first.comments_n, second.comments_n) == (80, 45)
    assert (found.comments_n, found.without_term_n) == (126, 1)


def test_the_same_seed_gives_the_same_topics():
    first, again = (explore_topics(frame_of(SAID), topics_n=3, minimum_people=11, seed=5) for _ in range(2))
    assert first == again


def test_a_term_of_few_people_a_name_or_a_placeholder_is_never_shown():
    shown = terms()
    assert {"breathing", "colleagues", "handover"} <= shown
    assert not shown & {"marmalade", "sesame", "zebulon", "anna", "quack", "name", "NAME"}
    assert "marmalade" in terms(minimum_people=10, topics_n=3)


@pytest.mark.parametrize(("comments", "topics"), [([], 2), (many("soup", 39), 2), (many("soup pot", 80), 3)])
def test_too_few_comments_or_terms_are_reported_with_their_number(comments, topics):
    with pytest.raises(
        CcdsError, match=rf"{len(comments)} comments .* too few for {topics} topics"
    ) as refused:
        explore_topics(frame_of(comments), topics_n=topics, minimum_people=11, seed=1)
    assert "soup" not in str(refused.value)
