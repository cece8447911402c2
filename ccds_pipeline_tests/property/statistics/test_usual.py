"""What differs from the usual is noticed where it is large, and never where it is small or as before."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccds_pipeline.statistics.usual import Share, is_lower_share, is_other_distribution, is_unusual_count

# A busy machine is slow.
QUIET = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

counts = st.integers(0, 5_000)
histories = st.lists(counts, min_size=3, max_size=8)
shares = st.tuples(st.integers(0, 900), st.integers(0, 900)).map(lambda pair: Share(pair[0], sum(pair) + 1))
share_histories = st.lists(shares, min_size=3, max_size=8)
answers = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 400), min_size=1)


@QUIET
@given(before=histories)
def test_a_count_as_before_is_usual(before):
    assert not any(is_unusual_count([now] * len(before), now) for now in before)


@QUIET
@given(usual=st.integers(45, 100_000), times=st.integers(3, 8))
def test_three_tenths_of_the_usual_rows_are_noticed_from_forty_five_rows_on(usual, times):
    assert is_unusual_count([usual] * times, int(usual * 0.3))


@QUIET
@given(usual=st.integers(45, 100_000), times=st.integers(3, 8))
def test_the_same_rows_three_times_over_are_noticed(usual, times):
    assert is_unusual_count([usual] * times, 3 * usual)


@QUIET
@given(before=st.lists(st.integers(0, 16), min_size=3, max_size=8), now=st.integers(0, 16))
def test_small_counts_are_quiet(before, now):
    assert not is_unusual_count(before, now)


@QUIET
@given(before=histories, now=counts, less=counts)
def test_where_a_low_count_is_noticed_a_lower_one_is(before, now, less):
    usual = sorted(before)[len(before) // 2]
    if now < usual and is_unusual_count(before, now):
        assert is_unusual_count(before, min(now, less))


@QUIET
@given(before=histories, now=counts, more=counts)
def test_where_a_high_count_is_noticed_a_higher_one_is(before, now, more):
    usual = sorted(before)[len(before) // 2]
    if now > usual and is_unusual_count(before, now):
        assert is_unusual_count(before, now + more)


@QUIET
@given(before=share_histories)
def test_a_share_as_before_is_usual(before):
    assert not any(is_lower_share([now] * len(before), now, least=0.05) for now in before)


@QUIET
@given(before=share_histories, hits=st.integers(0, 29))
def test_shares_of_few_are_quiet(before, hits):
    assert not is_lower_share(before, Share(hits, 29), least=0.05)


@QUIET
@given(before=share_histories, now=shares, fewer=counts)
def test_where_a_low_share_is_noticed_a_lower_one_is(before, now, fewer):
    if is_lower_share(before, now, least=0.05):
        assert is_lower_share(before, Share(min(now.hits, fewer), now.of), least=0.05)


@QUIET
@given(of=st.integers(100, 5_000), times=st.integers(3, 8))
def test_half_of_those_who_were_identified_are_noticed(of, times):
    before = [Share(of * 9 // 10, of)] * times
    assert is_lower_share(before, Share(of * 9 // 20, of), least=0.1)


@QUIET
@given(now=answers, times=st.integers(3, 8))
def test_answers_as_before_are_usual(now, times):
    assert not is_other_distribution([now] * times, now)


@QUIET
@given(before=st.lists(answers, min_size=3, max_size=8), now=answers)
def test_few_answers_are_quiet(before, now):
    few = {name: min(number, 4) for name, number in now.items()}
    assert not is_other_distribution(before, few)


@QUIET
@given(n=st.integers(40, 400), times=st.integers(3, 8))
def test_a_scale_that_was_turned_round_is_noticed(n, times):
    before = {"1": n // 10, "2": n // 5, "3": n}
    turned = {"1": before["3"], "2": before["2"], "3": before["1"]}
    assert is_other_distribution([before] * times, turned)


@QUIET
@given(before=st.lists(answers, min_size=5, max_size=8), now=answers)
def test_no_order_of_the_earlier_matters(before, now):
    assert is_other_distribution(before, now) == is_other_distribution(before[::-1], now)
