"""A case study: told with released figures, and refused where these do not bear it out."""

from __future__ import annotations

from datetime import date

import pytest

from ccds_pipeline.errors import CheckFailedError, ConfigurationError
from ccds_pipeline.programme.load import default_programme_file, load_programme
from ccds_pipeline.reporting.case_study import CaseStudy, Section, Sentence, Story, tell
from ccds_pipeline.reporting.released import Release
from ccds_pipeline.schemas.verdicts import BORNE_OUT, VERDICTS
from ccds_pipeline_tests.support.released_rows import Row, claim_row, withheld_columns
from ccds_pipeline_tests.support.released_values import release_of, released_value

VALUE = released_value("A1", 1, "Warm welcome", value=0.9, denominator=200)
WITHOUT_VALUE: Row = {"value": None, "denominator": None, "ci_low": None, "ci_high": None}
UNMEASURED: Row = {**WITHOUT_VALUE, "claimed": None, "state": "not_measured"}


def claim(claim_id: str = "warm", /, **columns: object) -> Row:
    return claim_row(claim_id, "Nine in ten felt welcome", "A1", **columns)


def release(*claims: Row, value=VALUE) -> Release:
    return release_of(value, claims=claims)


def story(*sentences: Sentence, name: str = "Welcome to the Ward") -> Story:
    return Story(name, "A welcome", (Section("What they said", sentences),))


def shown(claim_id: str = "warm") -> Sentence:
    return Sentence(f"Of all, {{{claim_id}}} felt welcome.", (claim_id,))


def text_of(study: CaseStudy) -> str:
    """All sections as one text, notes as numbers in brackets."""
    pieces = [piece for section in study.sections for piece in section.pieces]
    return "".join(piece.text + (f"[{piece.note}]" if piece.note else "") for piece in pieces)


def reason(*claims: Row, sentence: Sentence | None = None, **options) -> str:
    with pytest.raises(CheckFailedError) as caught:
        tell(story(sentence or shown()), release(*claims, **options))
    assert caught.value.exit_code == 1
    return str(caught.value)


def test_figures_are_those_of_the_release_and_notes_say_what_they_are_of():
    study = tell(story(Sentence("It was cold."), shown()), release(claim(value=0.93, state="supported")))
    assert text_of(study) == "It was cold. Of all, 93%[1] felt welcome."
    assert study.notes == (
        (
            "Warm welcome (A1): 93%, favourable share of 200 valid answers, 95% interval 85% to 94%; "
            "published as 90%: supported. Data up to 3 October 2022."
        ),
    )
    assert study.source == (
        "Source: Welcome to the Ward, release release-7 of 3 October 2022, 06:30 BST, "
        "data up to 3 October 2022."
    )
    assert study.left_out == ""


def test_a_rise_carries_its_sign_in_the_note_alone():
    rise = claim(
        estimand="E1", unit="relative_change", claimed=0.247, decimals=1, value=0.25,
        ci_low=0.23, ci_high=0.26, denominator=1500, state="supported",
    )  # fmt: skip
    study = tell(story(Sentence("It rose by {warm}.", ("warm",))), release(rise))
    assert text_of(study) == "It rose by 25.0%[1]."
    assert "+25.0%, relative change of paired means of 1,500 matched pairs" in study.notes[0]
    assert "published as +24.7%" in study.notes[0]


def test_who_was_not_identified_is_in_the_note():
    people = claim(
        estimand="persons", unit="persons", comparator=">", claimed=100, value=120, denominator=120,
        ci_low=120, ci_high=125, state="met",
    )  # fmt: skip
    study = tell(story(Sentence("{warm} people came.", ("warm",))), release(people))
    assert text_of(study) == "120[1] people came."
    assert "120 people; 120 to 125 if each attendance of somebody not identified" in study.notes[0]
    assert "published as more than 100: met" in study.notes[0]


def test_a_sentence_without_a_figure_has_what_is_measured_in_its_note():
    measured = claim(claimed=None, state="measured_as")
    study = tell(story(Sentence("They felt welcome.", ("warm",))), release(measured))
    assert text_of(study) == "They felt welcome.[1]"
    assert "90%" in study.notes[0]
    assert "published without a figure" in study.notes[0]


@pytest.mark.parametrize(
    ("text", "told"), [("At ease.", "At ease (not measured)."), ("Why", "Why (not measured)")]
)
def test_what_was_never_measured_is_kept_and_marked(text, told):
    study = tell(story(Sentence(text, ("warm",))), release(claim(**UNMEASURED, kpi_id="")))
    assert (text_of(study), study.notes) == (told, ())


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({"state": "lower", "claimed": 0.95}, "lower than published by 5.0 points"),
        ({"state": "higher", "claimed": 0.8}, "higher than published by 10.0 points"),
        ({"state": "not_met"}, "not met"),
        ({"state": "not_decidable"}, "not decidable"),
        ({"state": "definition_changed"}, "definition changed"),
        ({"state": "not_computable", **WITHOUT_VALUE}, "cannot be computed"),
        ({"state": "withheld", **WITHOUT_VALUE}, "not shown in the release"),
        (UNMEASURED, "not measured, so that there is no figure"),
    ],
)
def test_a_sentence_that_the_release_does_not_bear_out_is_refused_by_name(columns, why):
    message = reason(claim(**columns))
    assert f"What they said: “Of all, {{warm}} felt welcome.” (warm: {why}" in message
    assert "--leave-out" in message


@pytest.mark.parametrize("state", VERDICTS)
def test_a_figure_is_told_only_where_it_is_borne_out_or_measured_without_a_claim(state):
    told = (*BORNE_OUT, "measured_as")
    nothing = {} if state in told else WITHOUT_VALUE
    found = release(claim(state=state, **nothing))
    if state in told:
        assert text_of(tell(story(shown()), found)) == "Of all, 90%[1] felt welcome."
    else:
        with pytest.raises(CheckFailedError):
            tell(story(shown()), found)


def test_one_claim_of_a_sentence_is_enough_to_refuse_it():
    both = Sentence("Now {warm}, then {calm}.", ("warm", "calm"))
    message = reason(claim(), claim("calm", state="not_met"), sentence=both)
    assert "(calm: not met)" in message


def test_a_claim_that_the_release_does_not_know_is_not_shown():
    assert "warm: not shown in the release: it is older than this claim" in reason()


def band(low: float, high: float):
    return released_value("A1", 1, "Warm welcome", denominator=60, ci_low=low, ci_high=high, ci_method="band")


WITHHELD: Row = {"state": "withheld", **WITHOUT_VALUE}


def test_a_band_that_is_shown_stands_for_a_value_that_is_not():
    study = tell(story(shown()), release(claim(**WITHHELD), value=band(0.85, 0.95)))
    assert text_of(study) == "Of all, 85% to 95%[1] felt welcome."
    assert "85% to 95%, favourable share of 60 valid answers, shown as a band" in study.notes[0]


@pytest.mark.parametrize(
    ("columns", "holds"),
    [
        ({"claimed": 0.9}, True),
        ({"claimed": 0.96}, False),
        ({"claimed": 0.8, "comparator": ">"}, True),
        ({"claimed": 0.9, "comparator": ">"}, False),
        ({"claimed": 0.9, "comparator": "<="}, False),
        ({"claimed": 0.96, "comparator": "<"}, True),
        ({"claimed": None}, True),
    ],
)
def test_a_band_bears_a_claim_out_only_where_the_claim_may_hold(columns, holds):
    found = release(claim(**WITHHELD, **columns), value=band(0.85, 0.95))
    if holds:
        assert "85% to 95%" in text_of(tell(story(shown()), found))
    else:
        assert "not in the band" in reason(claim(**WITHHELD, **columns), value=band(0.85, 0.95))


@pytest.mark.parametrize("columns", [{"as_of": date(2022, 9, 1)}, {"phase": "phase_1"}, {"estimand": "mean"}])
def test_the_band_of_another_day_phase_or_reading_is_not_taken(columns):
    assert "not shown" in reason(claim(**WITHHELD, **columns), value=band(0.85, 0.95))


def test_a_withheld_value_has_no_band():
    withheld = released_value("A1", 1, "Warm welcome", **withheld_columns())
    assert "not shown" in reason(claim(**WITHHELD), value=withheld)


def test_what_is_left_out_is_said_and_the_notes_count_without_it():
    told = story(shown(), shown("calm"), shown("kind"))
    release_ = release(claim(), claim("calm", state="not_met"), claim("kind"))
    study = tell(told, release_, leave_out=True)
    assert text_of(study) == "Of all, 90%[1] felt welcome. Of all, 90%[2] felt welcome."
    assert len(study.notes) == 2
    assert study.left_out.startswith("One sentence is left out")


def test_a_section_of_which_nothing_is_left_is_left_out_and_a_story_of_which_nothing_is_left_refused():
    sections = (Section("First", (shown(),)), Section("Then", (Sentence("It was cold."),)))
    refused = release(claim(state="not_met"))
    whole = Story("Welcome to the Ward", "A welcome", sections)
    assert [section.heading for section in tell(whole, refused, leave_out=True).sections] == ["Then"]
    with pytest.raises(CheckFailedError):
        tell(story(shown()), refused, leave_out=True)


def test_a_release_of_another_programme_is_not_taken():
    with pytest.raises(ConfigurationError, match="another programme"):
        tell(story(shown(), name="Another"), release(claim()))


def test_the_reference_programmes_story_comes_out_whole_where_every_claim_is_borne_out():
    programme = load_programme(default_programme_file())
    assert programme.case_study is not None
    sections = tuple(
        Section(part.heading, tuple(Sentence(one.text, one.claims) for one in part.sentences))
        for part in programme.case_study.sections
    )
    rows = [
        claim(one.id, claimed=one.value, kpi_id=one.kpi or "", state=_state(one.value, one.kpi))
        for one in programme.claims
    ]
    study = tell(
        story_of := Story("Welcome to the Ward", programme.case_study.title, sections), release(*rows)
    )
    claimed = {one.id for one in programme.claims if one.rounding_of is None}
    assert {name for part in story_of.sections for one in part.sentences for name in one.claims} == claimed
    assert text_of(study).count("(not measured)") == sum(one.kpi is None for one in programme.claims)
    assert len(study.notes) == sum(one.kpi is not None for one in programme.claims if one.rounding_of is None)


def _state(value: float | None, kpi: str | None) -> str:
    if value is None:
        return "not_measured" if kpi is None else "measured_as"
    return "reproduced"
