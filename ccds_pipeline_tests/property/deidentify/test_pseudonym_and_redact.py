"""Laws of pseudonyms and of the redactor, over inputs that nobody thought of."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

import nhs_number
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccds_pipeline.deidentify.pseudonym import normalise_email
from ccds_pipeline.deidentify.redaction import redact as redactor
from ccds_pipeline.deidentify.redaction.context import TOKEN
from ccds_pipeline.deidentify.redaction.redact import redact
from ccds_pipeline.deidentify.redaction.words import PLACEHOLDER, fold, nobody
from ccds_pipeline.deidentify.roster import holder_keys, name_keys
from ccds_pipeline_tests.support.labelled_comments import PSEUDONYMISER, labelled_comments

LAW = settings(deadline=None, max_examples=40)
TEXTS = st.text(max_size=30)
ADDRESSES = st.emails()
ANYTHING = st.one_of(TEXTS, ADDRESSES, st.builds("mailto:<{}> ".format, ADDRESSES))


def series(values: Sequence[str | None]) -> pd.Series:
    return pd.Series(values, dtype="str")


@pytest.mark.attack("A5")
@LAW
@given(st.lists(ANYTHING, max_size=8))
def test_normalising_an_address_twice_changes_nothing(texts):
    for text in texts:
        once = normalise_email(text)
        assert once is None or normalise_email(once) == once


@pytest.mark.attack("A5")
@LAW
@given(st.lists(ANYTHING, max_size=8), st.randoms())
def test_the_same_value_gets_the_same_pseudonym_in_whatever_order_and_company(texts, random):
    whole = dict(zip(texts, PSEUDONYMISER.keys(series(texts), purpose="reference"), strict=True))
    shuffled = random.sample(texts, len(texts))
    assert [whole[text] for text in shuffled if whole[text] == whole[text]] == PSEUDONYMISER.keys(
        series(shuffled), purpose="reference"
    ).dropna().tolist()


@pytest.mark.attack("A5")
@LAW
@given(st.sets(TEXTS.filter(str.strip), max_size=8))
def test_different_values_get_different_pseudonyms(texts):
    assert PSEUDONYMISER.keys(series(list(texts)), purpose="reference").nunique() == len(texts)


@LAW
@given(st.sets(TEXTS.filter(str.strip), min_size=1, max_size=10))
def test_pseudonyms_of_different_purposes_have_nothing_in_common(texts):
    values = series(list(texts))
    purposes = ("record:teams", "record:teams2", "reference", "link_code", "person", "")
    keys = [set(PSEUDONYMISER.keys(values, purpose=purpose)) for purpose in purposes]
    keys.append(set(PSEUDONYMISER.person_keys(values).dropna()))
    assert len(set.union(*keys)) == sum(map(len, keys))


@pytest.mark.attack("A2")
@LAW
@given(st.lists(ADDRESSES, max_size=10))
def test_pseudonyms_hold_nothing_of_what_they_stand_for(emails):
    keys = PSEUDONYMISER.person_keys(series(emails)).dropna()
    assert keys.str.fullmatch("[0-9a-f]{32}").all()
    unkeyed = {hashlib.sha256(email.casefold().encode()).hexdigest()[:32] for email in emails}
    assert not unkeyed & set(keys)


WORDS = sorted({word for comment in labelled_comments("development") for word in comment.text.split(" ")})
GLUE = (
    *(
        "Thanks",
        "Dr",
        "Anna",
        "and",
        ",",
        ".",
        "\n",
        "dr",
        "at",
        "dot",
        "no",
        "@",
        "3",
        "07700",
        "900123",
        "x",
    ),
    *("Mark", "grace", "Young", "van", "de", "J.", "A", "regards", "my", "manager", "[NAME]", "THE", "WAS"),
    *("Gibbs", "Preston", "Zorvanka", "the", "index", "report", "Canal", "Lane", "Kent", "ICB", "al-Masri"),
    *(
        "d'Souza",
        "zofia",
        "marczak",
        "oh",
        "seven",
        "double",
        "Oliver",
        "McGowan",
        "Wren,",
        "T.",
        "said",
        "Everthing",
    ),
)
PIECES = st.one_of(st.sampled_from(WORDS), st.sampled_from(GLUE))
COMMENTS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=15).map(" ".join))
FOLDED = sorted({fold(word) for word in TOKEN.findall(" ".join([*WORDS, *GLUE]))})
BOOKED = st.sets(
    st.sampled_from(sorted({fold(word) for word in TOKEN.findall(" ".join([*WORDS, *GLUE]))})), max_size=8
)


def nhs_number_of(start: str) -> str:
    """Return a number of the test range with the check digit that belongs to it, if there is one."""
    numbers = (start + digit for digit in "0123456789")
    return next((number for number in numbers if nhs_number.validate.is_valid(number)), "9991106847")


NHS_NUMBERS = st.integers(0, 999_999).map("999{:06d}".format).map(nhs_number_of)
IDENTIFIERS = st.one_of(
    st.builds(
        "{}{}@{}".format,
        st.from_regex(r"[a-z]{2,8}\.[a-z]{2,8}", fullmatch=True),
        st.integers(10_000, 99_999),
        st.sampled_from(["nhs.net", "trust.nhs.uk", "gmail.com"]),
    ),
    st.integers(0, 999_999).map("07700 9{:06d}".format),
    st.integers(0, 999_999).map("+44 7700 9{:06d}".format),
    st.from_regex(r"[A-PR-UWYZ][A-HK-Y][1-9]{2} [0-9][ABD-HJLNP-UW-Z]{2}", fullmatch=True),
    st.from_regex(r"[A-CEGHJ-PR-TW-Z]{2}[0-9]{6}[A-D]", fullmatch=True),
    st.from_regex(r"[0-3][0-9]/0[1-9]/20[0-2][0-9]", fullmatch=True),
    st.integers(400_000_000_0, 499_999_999_9).map(str),
    NHS_NUMBERS,
    NHS_NUMBERS.map(lambda number: f"{number[:3]} {number[3:6]} {number[6:]}"),
    NHS_NUMBERS.map(lambda number: f"{number[:3]}-{number[3:6]}-{number[6:]}"),
)


@pytest.mark.attack("A15")
@LAW
@given(st.lists(PIECES, max_size=6), IDENTIFIERS, st.lists(PIECES, max_size=6))
def test_an_identifier_never_survives_whatever_stands_around_it(before, identifier, after):
    # A number that runs on into the next word's digits is another number.
    comment = " ".join([*before, "then", identifier, "then", *after])
    (text,) = redact(series([comment]))["redacted_text"]
    assert identifier not in text


def once(comment: str, booked: set[str] | None = None) -> str:
    (text,) = redact(series([comment]), nobody if booked is None else booked.__contains__)["redacted_text"]
    return str(text)


def words(text: str) -> Counter[str]:
    return Counter(TOKEN.findall(PLACEHOLDER.sub(" ", text)))


@LAW
@given(COMMENTS, BOOKED)
def test_redacting_twice_changes_nothing_more(comment, booked):
    redacted = redact(series([comment]), booked.__contains__)["redacted_text"]
    twice = redact(redacted, booked.__contains__)
    assert twice["redacted_text"].tolist() == redacted.tolist()
    assert twice["redaction_n"].tolist() == [0]


NAMED = st.lists(st.tuples(st.sampled_from(["Ana Quill", "quill", "Bo  Ana", "Guest", ""]),
                           st.sampled_from(["1" * 32, "2" * 32, None])), max_size=8)  # fmt: skip


def held(named: list[tuple[str, str | None]]) -> set[tuple[str, str]]:
    """Return word and holder of each name, as keyed hashes."""
    names, persons = series([name for name, _ in named]), series([person for _, person in named])
    found = name_keys(names, persons, PSEUDONYMISER)
    assert not found.duplicated().any()
    assert found["holder_key"].is_unique
    return set(found.itertuples(index=False, name=None))


@pytest.mark.slow
@LAW
@given(NAMED, NAMED)
def test_names_loaded_twice_or_apart_are_on_the_roster_once_for_each_holder(some, others):
    assert held(some + others + some) == held(some) | held(others)


@pytest.mark.slow
@LAW
@given(NAMED)
def test_only_with_the_person_the_words_of_one_holder_are_found_and_they_are_all_found(named):
    words = {word for word, _ in held(named)}
    for person in ("1" * 32, "2" * 32):
        own = held([one for one in named if one[1] == person])
        assert {holder for _, holder in held(named)} & holder_keys(person, words, PSEUDONYMISER) == {
            holder for _, holder in own
        }


@LAW
@given(COMMENTS, BOOKED, BOOKED)
def test_a_larger_roster_reveals_no_more(comment, booked, others):
    assert not words(once(comment, booked | others)) - words(once(comment, booked))


@LAW
@given(COMMENTS, BOOKED, BOOKED)
def test_redacting_again_with_a_larger_roster_is_redacting_once_with_it(comment, booked, others):
    again = once(once(comment, booked), booked | others)
    assert again == once(comment, booked | others)


@LAW
@given(COMMENTS, BOOKED)
def test_what_stands_outside_of_placeholders_is_the_comment_in_order(comment, booked):
    redacted = once(comment, booked)
    rest = comment if redacted == comment else redactor._readable(comment)
    for piece in filter(None, PLACEHOLDER.split(redacted)):
        _, found, rest = rest.partition(piece)
        assert found == piece


@LAW
@given(COMMENTS)
def test_hints_save_time_and_hide_no_match(comment):
    text = redactor._readable(comment)
    for rule_set in redactor._RULE_SETS:
        if not rule_set.hint.search(text):
            assert not any(rule.pattern.sub(rule.replace, text) != text for rule in rule_set.rules)
