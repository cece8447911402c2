"""Whatever is found, in whatever order: nothing is told twice, and nothing is over that was not looked at."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from ccds_pipeline.alerts.causes import Cause, Look
from ccds_pipeline.alerts.memory import Told, after, news

NOW = datetime(2026, 11, 30, 6, tzinfo=UTC)
TOPICS = ("disk", "targets", "deliveries")


@st.composite
def looks(draw: st.DrawFn) -> Look:
    topics = draw(st.frozensets(st.sampled_from(TOPICS)))
    names = st.sampled_from(["", "one", "two"])
    causes = {
        (topic, name): Cause(topic, name, topic, (), "", draw(st.sampled_from(["few", "many"])))
        for topic in sorted(topics)
        for name in draw(st.frozensets(names))
    }
    return Look(topics, tuple(causes.values()))


@given(st.lists(looks()), looks())
def test_what_was_told_is_no_news_and_what_was_not_looked_at_stays(before, look):
    told: dict[str, Told] = {}
    for one in before:
        told = after(told, one, NOW)
    found, then = news(told, look), after(told, look, NOW)
    assert not news(then, look)
    assert {one.topic for one in found.over} <= look.topics
    assert {key: one for key, one in told.items() if one.topic not in look.topics}.items() <= then.items()
    begun_and_changed = {cause.key for cause in (*found.begun, *found.changed)}
    assert begun_and_changed <= {cause.key for cause in look.causes} <= set(then)
    assert len(told) + len(found.begun) - len(found.over) == len(then)
