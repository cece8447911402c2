"""What a programme is: waves, instruments, sources, KPIs and what may be published of them.

These models are the whole of what is particular to one programme. Reading the YAML file belongs in
``programme.load``; doing anything with the content belongs elsewhere.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Annotated, Literal, NamedTuple, Self
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from ccds_pipeline.programme.labels import normalise_label
from ccds_pipeline.programme.time_formats import overlapping_formats

Place = tuple[str | int, ...]
"""Where a part stands in a programme file: names of fields, and numbers in lists, from 0."""


def _with_words(text: str) -> str:
    """Refuse a text of nothing but blanks: a report would have a gap in its place."""
    if not text.strip():
        raise ValueError("must not be empty")
    return text


Words = Annotated[str, Field(min_length=1), AfterValidator(_with_words)]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
KpiIdentifier = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,15}$")]
# One name may be written without a list.
ColumnNames = Annotated[
    tuple[str, ...], BeforeValidator(lambda value: (value,) if isinstance(value, str) else value)
]
RecordKind = Literal["booking", "attendance", "response"]
CanonicalField = Literal[
    "email", "name", "reference", "link_code", "session_code", "session_starts_at", "session_ends_at",
    "delivery_mode", "booked_at", "status", "organisation", "job_title", "follow_up_consent", "joined_at",
    "left_at", "role", "started_at", "submitted_at",
]  # fmt: skip
FIELDS_OF_RECORD: dict[str, frozenset[str]] = {
    "booking": frozenset(
        {
            "email", "name", "reference", "session_code", "session_starts_at", "session_ends_at",
            "delivery_mode", "booked_at", "status", "organisation", "job_title", "follow_up_consent",
        }
    ),
    "attendance": frozenset(
        {
            "email", "name", "reference", "session_code", "session_starts_at", "session_ends_at",
            "joined_at", "left_at", "role",
        }
    ),
    "response": frozenset(
        {"email", "reference", "link_code", "session_code", "started_at", "submitted_at"}
    ),
}  # fmt: skip
REQUIRED_FIELDS_OF_RECORD: dict[str, frozenset[str]] = {
    "booking": frozenset({"session_code", "status"}),
    "attendance": frozenset({"session_code", "joined_at", "left_at"}),
    "response": frozenset(),
}


def _refuse_two_meanings(meanings: Iterable[tuple[str, str]]) -> None:
    """Refuse a text that stands for two things, in whatever case and typography it is written."""
    by_label: dict[str, dict[str, str]] = defaultdict(dict)
    for text, meaning in meanings:
        by_label[normalise_label(text)].setdefault(meaning, text)
    for found in by_label.values():
        if len(found) > 1:
            texts = " and ".join(sorted(set(found.values())))
            raise ValueError(f"{texts} would mean both {' and '.join(sorted(found))}")


def _with_a_group(expression: str) -> str:
    try:
        groups = re.compile(expression).groups
    except re.error:
        raise ValueError("is no regular expression") from None
    if not groups:
        raise ValueError("has no group in round brackets, of which the text is taken")
    return expression


# A regular expression of which the first group is kept.
Extract = Annotated[str, AfterValidator(_with_a_group)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Phase(_Part):
    """A contract period; both dates belong to it."""

    id: Identifier
    label: Words
    starts: date
    ends: date

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.ends < self.starts:
            raise ValueError("ends before it starts")
        return self


class Window(_Part):
    """When a wave counts, in days after the session; both ends belong to it."""

    from_day: int
    target_day: int
    to_day: int

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if not self.from_day <= self.target_day <= self.to_day:
            raise ValueError("from_day, target_day and to_day must not decrease")
        return self


class Wave(_Part):
    """One round of measurement around a session."""

    id: Identifier
    label: Words
    timing: Literal["before", "after"]
    window: Window | None = None


class Option(_Part):
    """One answer that can be ticked; ``aliases`` are other texts or codes that mean the same."""

    code: Identifier
    label: Words
    aliases: tuple[str, ...] = ()


NOT_APPLICABLE = "not_applicable"
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,9}(\.0+)?")
OTHER = "other"
"""The option for texts that are not an option, where a scale accepts them."""


class Scale(_Part):
    """What a question accepts: options in ascending order, or whole numbers in a range.

    ``not_applicable`` lists texts that mean "does not apply to me"; they are counted apart from
    blanks. ``accepts_other`` turns a text that is not an option into the option ``other``.
    """

    options: tuple[Option, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    not_applicable: tuple[str, ...] = ()
    accepts_other: bool = False

    @model_validator(mode="after")
    def _is_options_or_numbers(self) -> Self:
        is_numeric = self.minimum is not None and self.maximum is not None
        if is_numeric == bool(self.options):
            raise ValueError("needs either options, or minimum and maximum")
        if self.minimum is not None and self.maximum is not None and self.minimum >= self.maximum:
            raise ValueError("minimum must be below maximum")
        _refuse_repeats("option code", [option.code for option in self.options])
        _refuse_two_meanings(self._meanings())
        return self

    def _meanings(self) -> Iterator[tuple[str, str]]:
        """Yield the texts that the scale knows, each with the option or score that it stands for."""
        for option in self.options:
            for text in (option.code, option.label, *option.aliases):
                yield text, f"the option {option.code}"
        for text in self.not_applicable:
            yield text, NOT_APPLICABLE
            score = self.score_of(normalise_label(text))
            if score is not None:
                yield text, f"the score {score}"

    @cached_property
    def codes_by_label(self) -> dict[str, str]:
        """The option of each normalised text that stands for one."""
        return {
            normalise_label(text): option.code
            for option in self.options
            for text in (option.code, option.label, *option.aliases)
        }

    def score_of(self, label: str) -> int | None:
        """Return the whole number that a normalised label writes; None where it is none of the scale's."""
        if self.minimum is None or self.maximum is None or not _WHOLE_NUMBER.fullmatch(label):
            return None
        score = int(label.partition(".")[0])
        return score if self.minimum <= score <= self.maximum else None

    def refuse_other_marks(self, marks: AnswerMarks) -> None:
        """Make sure that no mark of an export means something else on this scale.

        Raises:
            ValueError: If one does; the message names it.
        """
        scores = [(text, self.score_of(normalise_label(text))) for text, _ in marks.meanings()]
        as_scores = [(text, f"the score {score}") for text, score in scores if score is not None]
        _refuse_two_meanings([*self._meanings(), *marks.meanings(), *as_scores])

    @property
    def is_numeric(self) -> bool:
        """Whether answers are whole numbers from ``minimum`` to ``maximum``."""
        return self.minimum is not None


class Question(_Part):
    """An item that a survey asks. ``kind`` text is a free comment and takes no scale."""

    id: Identifier
    text: Words
    kind: Literal["single", "multiple", "text"] = "single"
    scale: Identifier | None = None
    sensitive: bool = False

    @model_validator(mode="after")
    def _has_a_scale_unless_text(self) -> Self:
        if (self.kind == "text") == (self.scale is not None):
            raise ValueError("a single or multiple question needs a scale, a text question takes none")
        return self


class FieldMapping(_Part):
    """Where a canonical field is in an export.

    ``column`` names the delivered column, with alternatives: in each row the one that is filled counts, and
    two that are filled differently reject the row. ``fallback`` is a column of less weight, taken where
    ``column`` is blank or not delivered, whatever it holds elsewhere. ``join`` instead puts several columns
    together with a space. ``extract`` keeps the first group of a regular expression, ``values`` translates
    (compared without case), ``default`` is taken where no column is mapped.
    """

    column: ColumnNames = ()
    join: tuple[str, ...] = ()
    fallback: str | None = None
    extract: Extract | None = None
    values: dict[str, str] = {}
    default: str | None = None
    optional: bool = False

    @model_validator(mode="after")
    def _has_one_origin(self) -> Self:
        if sum((bool(self.column), bool(self.join), self.default is not None)) != 1:
            raise ValueError("needs exactly one of column, join, default")
        if self.fallback is not None and not self.column:
            raise ValueError("a fallback is taken where a column is blank, and there is no column")
        _refuse_two_meanings(self.values.items())
        return self


class AnswerMarks(_Part):
    """Texts by which an export says that a question has no answer, and why.

    ``blank`` was seen and left ("-99"), ``not_reached`` was never shown. ``last_page`` is the column that
    says how far a respondent came: a blank of a question on a later ``page`` was not reached either.
    """

    blank: tuple[str, ...] = ()
    not_applicable: tuple[str, ...] = ()
    not_reached: tuple[str, ...] = ()
    last_page: ColumnNames = ()

    def meanings(self) -> Iterator[tuple[str, str]]:
        """Yield the texts, each with the state of an answer that it stands for."""
        for state in ("blank", NOT_APPLICABLE, "not_reached"):
            for text in getattr(self, state):
                yield text, state

    @model_validator(mode="after")
    def _have_one_meaning(self) -> Self:
        _refuse_two_meanings(self.meanings())
        return self


class QuestionMapping(_Part):
    """Where a question's answer is in an export.

    ``column`` as in a field mapping. A multiple question is either one column whose cell lists the
    options (``separator``), or one column per option (``option_columns``: code to column, ticked
    where the cell is neither blank nor one of ``unticked``). ``part`` takes one of the options of such a
    cell, from 1: a ranking is a single question per rank. An answer that is not understood as it stands is
    read by ``extract``, which keeps the first group of a regular expression. ``page`` is the survey's page,
    from 1. ``scale`` may say on which scale this export asks: one that is not the question's own is refused,
    since answers on two scales must not meet in one KPI.
    """

    column: ColumnNames = ()
    separator: str | None = None
    option_columns: dict[str, str] = {}
    unticked: tuple[str, ...] = ("0", "No", "FALSE")
    extract: Extract | None = None
    part: int | None = Field(default=None, ge=1)
    page: int | None = Field(default=None, ge=1)
    scale: Identifier | None = None
    optional: bool = False

    @model_validator(mode="before")
    @classmethod
    def _accept_a_bare_name(cls, value: object) -> object:
        if isinstance(value, str):
            return {"column": (value,)}
        if isinstance(value, list):
            return {"column": tuple(value)}
        return value

    @model_validator(mode="after")
    def _has_one_origin(self) -> Self:
        if bool(self.column) == bool(self.option_columns):
            raise ValueError("needs either column or option_columns")
        _refuse_two_meanings((column, f"the option {code}") for code, column in self.option_columns.items())
        return self


class Exclusion(_Part):
    """Rows that are not records of the programme: counted under ``reason``, never loaded.

    A row is excluded where ``column`` holds one of ``equals`` (compared without case; the empty text
    means blank).
    """

    reason: Identifier
    column: ColumnNames
    equals: tuple[str, ...]

    @field_validator("reason")
    @classmethod
    def _is_not_a_reason_of_the_pipeline(cls, value: str) -> str:
        if value in {"erased", "past_retention"}:
            raise ValueError(f"{value} is a reason of the pipeline's own; give another name")
        return value


class DatabaseTable(_Part):
    """The table or view of a database that ``ccds extract`` reads; its address is a secret, and not here.

    ``watermark`` names a column that grows whenever a row is new or changed: a time of change, or a
    running number.
    """

    table: str
    schema_name: str | None = Field(default=None, alias="schema")
    watermark: str


TEXT_FORMS_OF_TIMES = ("%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%d")
"""How times of a database are written: with their offset, as local time, as a day."""


def _as_option_text(value: object) -> object:
    """Write an option that says something of each column as JSON: readers take options as texts."""
    return json.dumps(value, sort_keys=True) if isinstance(value, dict) else value


# ``numbers`` says of each column what its numbers are, every other option is one text.
OptionText = Annotated[
    str,
    BeforeValidator(_as_option_text),
    WithJsonSchema(
        {"anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]}
    ),
]


def _with_ticks(expression: str) -> str:
    """Refuse what is no cron expression of five fields, or names days that never come."""
    from croniter import CroniterError, croniter

    try:
        croniter(expression).get_next()
    except CroniterError:
        raise ValueError("is no cron expression such as 0 9 * * MON") from None
    return expression


# Five fields of numbers and names; what only some programs know is not used.
Cron = Annotated[
    str, Field(pattern=r"^[0-9A-Za-z*/,-]+(?: [0-9A-Za-z*/,-]+){4}$"), AfterValidator(_with_ticks)
]
Owner = Annotated[str, Field(pattern=r"^(?:team:[A-Za-z0-9_-]+|[^@\s]+@[^@\s]+\.[^@\s]+)$")]
"""Who is asked about it: an e-mail address, or a team as ``team:evaluation``."""


class Expected(_Part):
    """What comes of a source, and when: who delivers it is asked where it does not come or is unlike others.

    ``due`` is a cron expression in the programme's time zone: by each of its times a delivery has to be there
    that is newer than the time before. ``days_after_session`` says instead how many days after a session one
    has to be there that was made on its day or later. ``rows`` is how many rows a delivery usually has; where
    it is not declared, the deliveries before say it.
    """

    due: Cron | None = None
    days_after_session: int | None = Field(default=None, ge=0, le=366)
    rows: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _has_one_rhythm(self) -> Self:
        if self.due is not None and self.days_after_session is not None:
            raise ValueError("takes either due or days_after_session")
        return self

    @property
    def has_rhythm(self) -> bool:
        """Whether it is said when deliveries come."""
        return self.due is not None or self.days_after_session is not None


class Source(_Part):
    """One export that is delivered: its layout, its time conventions and its mapping.

    ``key`` lists the delivered columns that identify a record for good. An empty key means that the
    export has no identifier: each of its rows is a record of its own, so overlapping exports of such
    a source cannot be recognised. ``complete`` says whether each delivery is all that there is: a record
    that the newest one no longer has is withdrawn, and counts no more. Where it is not said, such records
    count, with a warning if the delivery repeats at least half of what was known. ``names`` lists columns
    that hold names of persons: never stored, only used to find these names in comments; one that is not
    delivered is not a fault. ``ignore`` lists columns that are known and not wanted; any other unmapped
    column is dropped too, and reported. With a ``database`` its deliveries are extracted from there, as
    tables in a form of their own: neither options nor timestamp formats are declared. ``owner`` is who is
    asked about it, ``expected`` what comes when.
    """

    id: Identifier
    label: Words
    format: Identifier
    record: RecordKind
    owner: Owner | None = None
    expected: Expected = Expected()
    database: DatabaseTable | None = None
    wave: Identifier | None = None
    timezone: str = "Europe/London"
    timestamp_formats: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    complete: bool | None = None
    fields: dict[CanonicalField, FieldMapping] = {}
    questions: dict[Identifier, QuestionMapping] = {}
    marks: AnswerMarks = AnswerMarks()
    exclude: tuple[Exclusion, ...] = ()
    names: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    options: dict[str, OptionText] = {}

    @field_validator("timezone")
    @classmethod
    def _is_a_time_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("is not a time zone of the IANA database")
        return value

    @field_validator("timestamp_formats")
    @classmethod
    def _read_one_text_in_one_way(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        overlap = overlapping_formats(value)
        if overlap is not None:
            raise ValueError(
                f"{overlap[0]} and {overlap[1]} read one text as two times (timestamp_formats_overlap): keep "
                "one, and deliver files of the other under a source of their own"
            )
        return value

    @model_validator(mode="before")
    @classmethod
    def _knows_the_times_of_a_database(cls, values: object) -> object:
        if isinstance(values, dict) and values.get("database") and "timestamp_formats" not in values:
            return values | {"timestamp_formats": TEXT_FORMS_OF_TIMES}
        return values

    @model_validator(mode="after")
    def _is_complete_for_a_database(self) -> Self:
        if self.database is None:
            return self
        if self.format != "table" or self.options or self.timestamp_formats != TEXT_FORMS_OF_TIMES:
            raise ValueError(
                "a source with a database has the format table, no options, no timestamp_formats"
            )
        if not self.key:
            raise ValueError(
                "a source with a database needs a key, by which rows that are read twice are known"
            )
        return self

    @model_validator(mode="after")
    def _can_be_complete(self) -> Self:
        if self.complete and not self.key:
            raise ValueError("a complete source needs a key, by which a record is known in the next delivery")
        if self.complete and self.database is not None:
            raise ValueError(
                "a source with a database is not complete: an extract holds what is new or changed, not all"
            )
        return self

    @property
    def says_if_complete(self) -> bool:
        """Whether it is known that a delivery is everything, or that it is not, or nothing can be missed."""
        return self.complete is not None or self.database is not None or not self.key

    @model_validator(mode="after")
    def _fits_its_record(self) -> Self:
        unknown = sorted(set(self.fields) - FIELDS_OF_RECORD[self.record])
        if unknown:
            raise ValueError(f"a {self.record} source takes no field {', '.join(unknown)}")
        missing = sorted(REQUIRED_FIELDS_OF_RECORD[self.record] - set(self.fields))
        if missing:
            raise ValueError(f"a {self.record} source needs the field {', '.join(missing)}")
        if (self.record == "response") != (self.wave is not None):
            raise ValueError("a response source needs a wave, other sources take none")
        mode = self.fields.get("delivery_mode")
        if mode is not None and mode.default is None and not mode.values:
            raise ValueError("the field delivery_mode needs values or a default: no delivered text is kept")
        if self.questions and self.record != "response":
            raise ValueError("only a response source takes questions")
        if any(question.page for question in self.questions.values()) and not self.marks.last_page:
            raise ValueError("a question's page needs the column marks.last_page")
        return self


class Terms(NamedTuple):
    """The questions, options, scores and waves that a rule names; empty what it does not have.

    ``question_id`` is measured, ``minus_question_id`` is subtracted from it, and ``numeric_questions``
    have to be numeric, on one scale. ``favourable_options``, and scores from ``high_score``, count as
    favourable or high. ``covariate_question_id`` shows who answers and who does not. The KPI's own wave is
    compared with ``before_wave`` and ``after_wave``; ``waves`` are measured beside it. ``needs_wave`` says
    whether the KPI has to name a wave, ``needs_window`` whether that wave has to have a window.
    """

    question_id: str | None = None
    minus_question_id: str | None = None
    numeric_questions: tuple[str, ...] = ()
    favourable_options: tuple[str, ...] = ()
    high_score: int | None = None
    covariate_question_id: str | None = None
    before_wave: str | None = None
    after_wave: str | None = None
    waves: tuple[str, ...] = ()
    needs_wave: bool = True
    needs_window: bool = False

    @property
    def named_waves(self) -> tuple[str, ...]:
        """Every wave that the rule names."""
        return (*self.waves, *filter(None, (self.before_wave, self.after_wave)))


class _Rule(_Part):
    """How a KPI is computed; one that names nothing has no terms of its own."""

    @property
    def terms(self) -> Terms:
        """What the rule names."""
        return Terms(needs_wave=False)


class Reach(_Rule):
    """Distinct persons who attended; attendances, bookings, cancellations and no-shows beside it."""

    type: Literal["reach"]


class Returned(_Rule):
    """Persons with a valid response in the KPI's wave."""

    type: Literal["returned"]

    @property
    def terms(self) -> Terms:
        """What the rule names."""
        return Terms()


class ResponseRate(_Rule):
    """Persons with a valid response over persons who attended, for each wave named."""

    type: Literal["response_rate"]
    waves: tuple[Identifier, ...]

    @property
    def terms(self) -> Terms:
        """What the rule names."""
        return Terms(waves=self.waves, needs_wave=False)


class NonResponse(_Part):
    """How far those who did not answer could move a share.

    ``question`` is a numeric item that everybody was asked in the wave ``before``, and in ``after`` where
    the share is of a wave that comes later still: with employer's sector and region it shows who answers
    and who does not.
    """

    question: Identifier
    before: Identifier
    after: Identifier | None = None


class TopShare(_Rule):
    """Share of valid answers that are ``favourable``.

    With ``mean_of_maximum`` the mean position on the scale too; with ``non_response`` the share weighted
    by the probability of answering, and its worst and best case.
    """

    question: Identifier
    type: Literal["top_share"]
    favourable: tuple[Identifier, ...]
    mean_of_maximum: bool = False
    non_response: NonResponse | None = None

    @property
    def terms(self) -> Terms:
        """What the rule names."""
        found = self.non_response
        return Terms(
            question_id=self.question,
            numeric_questions=(found.question,) if found else (),
            favourable_options=self.favourable,
            covariate_question_id=found.question if found else None,
            before_wave=found.before if found else None,
            after_wave=found.after if found else None,
        )


class Mean(_Rule):
    """Mean of a numeric item; shares at ``high`` or more and at the maximum beside it.

    ``minus`` adds the paired difference to another item of the same response.
    """

    question: Identifier
    type: Literal["mean"]
    high: int
    minus: Identifier | None = None

    @property
    def terms(self) -> Terms:
        """What the rule names."""
        numeric = (self.question,) if self.minus is None else (self.question, self.minus)
        return Terms(self.question, self.minus, numeric, high_score=self.high)


class Change(_Rule):
    """Change of one numeric item from the wave ``before`` to the KPI's own wave, by estimand."""

    question: Identifier
    type: Literal["change"]
    before: Identifier
    confident: int

    @property
    def terms(self) -> Terms:
        """What the rule names."""
        numeric = (self.question,)
        return Terms(self.question, None, numeric, high_score=self.confident, before_wave=self.before)


class Coverage(_Rule):
    """Valid responses inside the wave's window over persons who attended and are due."""

    type: Literal["coverage"]

    @property
    def terms(self) -> Terms:
        """What the rule names."""
        return Terms(needs_window=True)


class Sustained(_Rule):
    """What is left of a change in the KPI's own, later wave, if that asks the item again.

    The mean difference to the wave ``before`` and to the wave ``after``, on persons who answered in
    all three. Where no source asks the item in the KPI's wave it is not measurable, and no other
    item takes its place.
    """

    question: Identifier
    type: Literal["sustained"]
    before: Identifier
    after: Identifier

    @property
    def terms(self) -> Terms:
        """What the rule names."""
        numeric = (self.question,)
        return Terms(self.question, None, numeric, before_wave=self.before, after_wave=self.after)


class Mobilisation(_Rule):
    """Months from the award of the contract to the first session; not measurable without both dates."""

    type: Literal["mobilisation"]
    awarded: date | None = None
    launched: date | None = None


class NotMeasured(_Rule):
    """Named so that its absence is seen: nothing is measured, for the ``reason`` given."""

    type: Literal["not_measured"]
    reason: str


class DataQuality(_Rule):
    """What became of every delivered record, and how many valid responses could not be linked."""

    type: Literal["data_quality"]


Rule = Annotated[
    Reach | Returned | ResponseRate | TopShare | Mean | Change | Coverage | Sustained | Mobilisation
    | NotMeasured | DataQuality,
    Field(discriminator="type"),
]  # fmt: skip


class Target(_Part):
    """What a contract asks of a value; the comparator is strict where it says so."""

    comparator: Literal[">", ">=", "<", "<="]
    value: float


class Kpi(_Part):
    """One indicator with its definition; ``status`` assumed until the evaluation lead confirms it.

    ``owner`` is who is asked about it.
    """

    id: KpiIdentifier
    label: Words
    level: str
    owner: Owner | None = None
    wave: Identifier | None = None
    rule: Rule
    target: Target | None = None
    status: Literal["assumed", "confirmed"] = "assumed"
    version: str = "1"


class Claim(_Part):
    """A published sentence, with its figure if it has one, so that it can be computed again.

    Args:
        id: Identifier.
        text: The sentence as published.
        kpi: KPI that it rests on, or that measures what a sentence without a figure says; ``estimand`` is the
            reading, or the headline where none is given. Without one nothing measures it.
        value: Published value in the unit of the KPI: shares and relative changes from 0 to 1. Without one
            the sentence was published without a figure; what is measured then stands beside it.
        rounding_of: Claim of which this one is a rounding: it is linked to that one, and no second claim.
        decimals: Decimals that were printed; of a per cent where the value is a share or change.
        comparator: ``=`` for a figure that was printed rounded; otherwise what was claimed of it.
        phase: Phase that it is about; ``all`` for every one.
        as_of: Deliveries up to this date were known; the newest delivery where none is given.
        version: Version of the KPI's definition that it was computed by.
    """

    id: Identifier
    text: Words
    kpi: KpiIdentifier | None = None
    value: float | None = None
    rounding_of: Identifier | None = None
    decimals: int = Field(default=0, ge=0, le=6)
    estimand: str | None = None
    comparator: Literal["=", ">", ">=", "<", "<="] = "="
    phase: Identifier = "all"
    as_of: date | None = None
    version: str = "1"


_FIGURE = re.compile(r"\{([^{}]*)\}")


def _without_figures(text: str) -> str:
    """Refuse digits outside of braces: a figure that is bound to no claim would outlive its data."""
    plain = _FIGURE.sub("", text)
    if "{" in plain or "}" in plain:
        raise ValueError("has a brace that does not belong to a pair around the id of a claim")
    if re.search(r"[\d%]", plain):
        raise ValueError(
            "holds a figure: put the id of its claim in braces there, or write a number in words"
        )
    return text


StoryText = Annotated[Words, AfterValidator(_without_figures)]


class StorySentence(_Part):
    """One sentence of the case study, bound to the claims that it rests on.

    ``{claim}`` in the text stands for what the release shows of that claim. A sentence that shows no figure
    names its ``claim``; one that no data bears on is ``context``.
    """

    text: StoryText
    claim: Identifier | None = None
    context: bool = False

    @property
    def claims(self) -> tuple[str, ...]:
        """The claims that it rests on, in the order of the text; none of a context."""
        return tuple(_FIGURE.findall(self.text)) + ((self.claim,) if self.claim is not None else ())

    @model_validator(mode="after")
    def _rests_on_one_thing(self) -> Self:
        if sum((bool(_FIGURE.search(self.text)), self.claim is not None, self.context)) != 1:
            raise ValueError(
                "needs exactly one of figures in the text, such as {claim}, claim, context: true"
            )
        return self


class StorySection(_Part):
    """A part of the case study with its heading."""

    heading: StoryText
    sentences: tuple[StorySentence, ...] = Field(min_length=1)


class CaseStudy(_Part):
    """The story of the programme for readers, which ``ccds case-study`` writes with the released figures."""

    title: Words
    sections: tuple[StorySection, ...] = Field(min_length=1)

    def told_claims(self) -> Iterator[tuple[Place, str, bool]]:
        """Yield each claim that is told: its place in the case study, its id, whether its figure is shown."""
        for number, section in enumerate(self.sections):
            for within, sentence in enumerate(section.sentences):
                field = "text" if sentence.claim is None else "claim"
                place = ("sections", number, "sentences", within, field)
                for name in sentence.claims:
                    yield place, name, sentence.claim is None


class ReleaseRules(_Part):
    """Disclosure control of what is published (defaults: NHS England's HES method, OpenSAFELY).

    Counts up to ``suppress_up_to`` are withheld, others are perturbed; a survey measure needs
    ``minimum_people`` different people. With ``requires_approval`` a release waits until somebody
    approved it.
    """

    # control: thresholds have a floor
    suppress_up_to: int = Field(default=7, ge=7)
    minimum_people: int = Field(default=11, ge=11)
    requires_approval: bool = False


class Attendance(_Part):
    """Who attended: present for ``minimum_minutes``; ``facilitator_roles`` are staff, not participants.

    A meeting counts for a session where it was open between ``hours_around_plan`` before the planned start
    and as many after the planned end; any meeting where that is not set, or no booking says the plan.
    """

    minimum_minutes: int = Field(default=1, ge=0)
    hours_around_plan: int | None = Field(default=None, ge=0)
    facilitator_roles: tuple[str, ...] = ()


class Linking(_Part):
    """Which responses count, and how self-generated codes link them.

    Without ``require_attendance`` every submitted response is valid. With ``near_codes`` two codes of a
    session also link where one slip of the pen lies between them and no third is as near; codes of
    fewer characters than ``shortest_near_code`` are compared as they are.
    """

    require_attendance: bool = True
    near_codes: bool = True
    shortest_near_code: int = Field(default=5, ge=4)


# Words of a theme: letters with apostrophes inside, parted by one space or hyphen, at its end perhaps a *.
ThemePhrase = Annotated[str, Field(pattern=r"^[^\W\d_]+(?:['’ -][^\W\d_]+)*$")]
ThemeWord = Annotated[str, Field(pattern=r"^[^\W\d_]+(?:['’ -][^\W\d_]+)*\*?$")]
NO_THEME = "none"
"""Stands for the theme of a comment that has none of the programme's."""


class Theme(_Part):
    """What a comment may be about, recognised by the words in it; a comment may have several themes.

    ``words`` are words or phrases, found whole and without regard to case; a ``*`` at the end takes
    any ending. Where a phrase of ``but_not`` holds such a word, the word does not count. A theme of
    some ``questions`` is looked for in their comments alone, else in every text question's.
    """

    id: Identifier
    label: Words
    questions: tuple[Identifier, ...] = ()
    words: tuple[ThemeWord, ...] = Field(min_length=1)
    but_not: tuple[ThemePhrase, ...] = ()

    @field_validator("id")
    @classmethod
    def _is_not_the_absence_of_themes(cls, value: str) -> str:
        if value == NO_THEME:
            raise ValueError(f"{NO_THEME} stands for comments without a theme")
        return value

    def is_of(self, question_id: str) -> bool:
        """Return whether the theme is looked for in comments on the question."""
        return not self.questions or question_id in self.questions


Breakdown = Literal[
    "phase", "month", "region", "icb", "sector", "care_setting", "staff_group", "delivery_mode", "session",
    "facilitator",
]  # fmt: skip
NEVER_RELEASED: frozenset[Breakdown] = frozenset({"facilitator"})
"""Breakdowns that stay restricted: facilitators are data subjects too (PRIVACY.md P8)."""


class Retention(_Part):
    """How many days after its delivery data is kept, and which document says so (PRIVACY.md P28).

    ``records`` are pseudonymised rows, ``comments`` redacted texts, ``ledger`` the accounts of deliveries.
    """

    source: str = Field(min_length=1)
    records: int = Field(ge=1)
    comments: int = Field(ge=1)
    ledger: int = Field(ge=1)

    @model_validator(mode="after")
    def _keeps_accounts_longest(self) -> Self:
        if not self.comments <= self.records <= self.ledger:
            raise ValueError("comments must not be kept longer than records, nor records than the ledger")
        return self

    def kept_since(self, kind: Literal["records", "comments", "ledger"], today: date | None = None) -> date:
        """Return the first delivery date that is kept on a day; today (UTC) unless another is given."""
        return (today or datetime.now(UTC).date()) - timedelta(days=getattr(self, kind))


DANGLING = "dangling"
"""The library's type of a fault between parts: mostly a name of what does not exist."""


class _Fault(NamedTuple):
    """What is wrong between parts at a place of the programme file; ``name`` is what does not exist."""

    place: Place
    problem: str
    name: str = ""

    @property
    def line_error(self) -> InitErrorDetails:
        """The fault as the validating library lists it."""
        return InitErrorDetails(
            type=PydanticCustomError(DANGLING, "{problem}", {"problem": self.problem, "name": self.name}),
            loc=self.place,
            input=None,
        )


class Programme(_Part):
    """A training programme and its evaluation."""

    id: Identifier
    name: Words
    version: str
    timezone: str = "Europe/London"
    phases: tuple[Phase, ...] = ()
    waves: tuple[Wave, ...]
    attendance: Attendance = Attendance()
    linking: Linking = Linking()
    scales: dict[Identifier, Scale] = {}
    questions: tuple[Question, ...] = ()
    sources: tuple[Source, ...] = Field(min_length=1)
    kpis: tuple[Kpi, ...] = ()
    claims: tuple[Claim, ...] = ()
    case_study: CaseStudy | None = None
    themes: tuple[Theme, ...] = ()
    breakdowns: tuple[Breakdown, ...] = ()
    release: ReleaseRules = ReleaseRules()
    retention: Retention | None = None

    @model_validator(mode="after")
    def _names_only_what_exists(self) -> Self:
        """Refuse names of what does not exist: all of them together, each at its place."""
        faults = list(self._faults())
        if faults:
            raise ValidationError.from_exception_data("Programme", [fault.line_error for fault in faults])
        return self

    def _faults(self) -> Iterator[_Fault]:
        for what in ("source", "question", "wave", "kpi", "claim", "theme"):
            yield from _repeats(what, f"{what}s", [part.id for part in getattr(self, f"{what}s")])
        for number, question in enumerate(self.questions):
            if question.scale is not None:
                place = ("questions", number, "scale")
                yield from _unknown("scale", question.scale, self.scales, f"question {question.id}", place)
        for number, source in enumerate(self.sources):
            yield from self._faults_of_source(source, ("sources", number))
        for number, kpi in enumerate(self.kpis):
            yield from self._faults_of_kpi(kpi, ("kpis", number))
        for number, claim in enumerate(self.claims):
            yield from self._faults_of_claim(claim, ("claims", number))
        yield from self._faults_of_case_study()
        for number, theme in enumerate(self.themes):
            yield from self._faults_of_theme(theme, ("themes", number, "questions"))

    def _faults_of_claim(self, claim: Claim, place: Place) -> Iterator[_Fault]:
        owner, phases = f"claim {claim.id}", {"all", *(phase.id for phase in self.phases)}
        if claim.kpi is not None:
            yield from _unknown("kpi", claim.kpi, {kpi.id for kpi in self.kpis}, owner, (*place, "kpi"))
        yield from _unknown("phase", claim.phase, phases, owner, (*place, "phase"))
        if claim.value is None:
            yield from _faults_of_sentence(claim, owner, place)
        elif claim.kpi is None:
            yield _Fault((*place, "value"), f"{owner}: a figure needs the kpi that it is a value of")
        if claim.rounding_of is not None:
            yield from self._faults_of_rounding(claim, owner, (*place, "rounding_of"))

    def _faults_of_rounding(self, claim: Claim, owner: str, place: Place) -> Iterator[_Fault]:
        figures = {other.id: other for other in self.claims if other.value is not None}
        yield from _unknown("claim", str(claim.rounding_of), figures, owner, place)
        other = figures.get(str(claim.rounding_of))
        if other is None:
            return
        about = [(one.kpi, one.estimand, one.phase, one.as_of, one.version) for one in (claim, other)]
        comparators = {claim.comparator, other.comparator}
        if about[0] != about[1] or comparators != {"="} or other.rounding_of is not None:
            yield _Fault(place, f"{owner}: {other.id} is not the same figure, printed with more decimals")

    def _faults_of_case_study(self) -> Iterator[_Fault]:
        owner, claims = "case study", {claim.id: claim for claim in self.claims}
        told: set[str] = set()
        for within, name, is_shown in self.case_study.told_claims() if self.case_study is not None else ():
            place = ("case_study", *within)
            yield from _unknown("claim", name, claims, owner, place)
            if name in told:
                yield _Fault(place, f"{owner}: claim {name} is told twice")
            told.add(name)
            claim = claims.get(name)
            if claim is not None and claim.rounding_of is not None:
                problem = f"claim {name} is a rounding; name the claim {claim.rounding_of}"
                yield _Fault(place, f"{owner}: {problem}")
            elif claim is not None and is_shown and claim.kpi is None:
                problem = f"claim {name} has no kpi, and so no figure; give the sentence the field claim"
                yield _Fault(place, f"{owner}: {problem}")

    def _faults_of_theme(self, theme: Theme, place: Place) -> Iterator[_Fault]:
        for number, name in enumerate(theme.questions):
            yield from _unknown("question", name, self.questions_by_id, f"theme {theme.id}", (*place, number))
            question = self.questions_by_id.get(name)
            if question is not None and question.kind != "text":
                yield _Fault((*place, number), f"theme {theme.id}: question {name} takes no text")

    def _faults_of_source(self, source: Source, place: Place) -> Iterator[_Fault]:
        owner = f"source {source.id}"
        if source.wave is not None:
            waves = {wave.id for wave in self.waves}
            yield from _unknown("wave", source.wave, waves, owner, (*place, "wave"))
        for question_id, mapping in source.questions.items():
            at = (*place, "questions", question_id)
            yield from _unknown("question", question_id, self.questions_by_id, owner, at)
            question = self.questions_by_id.get(question_id)
            if question is None:
                continue
            if mapping.scale not in {None, question.scale}:
                yield _Fault(
                    (*at, "scale"),
                    f"{owner} asks {question_id} on the scale {mapping.scale}, but the question has the "
                    f"scale {question.scale}: two scales cannot meet in one KPI; make it another question",
                )
            scale = self.scales.get(question.scale or "")
            if scale is not None:
                place_of_marks = (*place, "marks")
                scale_owner = f"{owner}, scale {question.scale}"
                yield from _faults_of_marks(scale_owner, scale, source.marks, place_of_marks)
            for code in mapping.option_columns:
                of = f"{owner}, question {question_id}"
                yield from self._unknown_option(code, question, of, (*at, "option_columns", code))

    def _unknown_option(self, code: str, question: Question, owner: str, place: Place) -> Iterator[_Fault]:
        """Look for an option on the question's scale; on every scale where that one does not exist."""
        known = self.scales.get(question.scale or "")
        scales = [known] if known is not None else self.scales.values()
        codes = {option.code for scale in scales for option in scale.options}
        yield from _unknown("option", code, codes, owner, place)

    def _faults_of_kpi(self, kpi: Kpi, place: Place) -> Iterator[_Fault]:
        owner, terms = f"kpi {kpi.id}", kpi.rule.terms
        waves = {wave.id: wave for wave in self.waves}
        if terms.needs_wave and kpi.wave is None:
            yield _Fault(place, f"{owner}: rule {kpi.rule.type} needs a wave")
        if kpi.wave is not None:
            yield from _unknown("wave", kpi.wave, waves, owner, (*place, "wave"))
        for wave in terms.named_waves:
            yield from _unknown("wave", wave, waves, owner, (*place, "rule"))
        if terms.needs_window and kpi.wave in waves and waves[kpi.wave].window is None:
            yield _Fault((*place, "wave"), f"{owner}: wave {kpi.wave} has no window")
        asked = [terms.question_id, *terms.numeric_questions]
        for name in dict.fromkeys(filter(None, asked)):
            yield from self._faults_of_asked(name, owner, (*place, "rule"))
        question = self.questions_by_id.get(terms.question_id or "")
        if question is not None and question.scale is not None:
            for code in terms.favourable_options:
                at = (*place, "rule", "favourable")
                yield from self._unknown_option(code, question, owner, at)
        yield from self._faults_of_numbers(terms.numeric_questions, owner, (*place, "rule"))

    def _faults_of_asked(self, name: str, owner: str, place: Place) -> Iterator[_Fault]:
        yield from _unknown("question", name, self.questions_by_id, owner, place)
        question = self.questions_by_id.get(name)
        if question is not None and question.scale is None:
            yield _Fault(place, f"{owner}: question {name} has no scale")

    def _faults_of_numbers(self, names: tuple[str, ...], owner: str, place: Place) -> Iterator[_Fault]:
        asked = [question for question in map(self.questions_by_id.get, names) if question is not None]
        for question in asked:
            scale = self.scales.get(question.scale or "")
            if scale is not None and not scale.is_numeric:
                yield _Fault(place, f"{owner}: question {question.id} is not numeric")
        if len({question.scale for question in asked}) > 1:
            yield _Fault(place, f"{owner}: its questions have different scales, so they cannot be compared")

    @property
    def texts(self) -> frozenset[str]:
        """Every text that the programme file holds."""
        return frozenset(_texts_in(self.model_dump(mode="json")))

    def wave(self, wave_id: str) -> Wave:
        """Return the wave of that identifier."""
        return next(wave for wave in self.waves if wave.id == wave_id)

    @property
    def questions_by_id(self) -> dict[str, Question]:
        """The questions by their identifier."""
        return {question.id: question for question in self.questions}

    @property
    def sources_by_id(self) -> dict[str, Source]:
        """The sources by their identifier."""
        return {source.id: source for source in self.sources}


def _texts_in(part: object) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict | list):
        for inner in part.values() if isinstance(part, dict) else part:
            yield from _texts_in(inner)


def _refuse_repeats(what: str, names: list[str]) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValueError(f"{what} {', '.join(repeated)} is given twice")


def _repeats(what: str, part: str, names: list[str]) -> Iterator[_Fault]:
    for number, name in enumerate(names):
        if name in names[:number]:
            yield _Fault((part, number, "id"), f"{what} {name} is given twice")


def _faults_of_marks(owner: str, scale: Scale, marks: AnswerMarks, place: Place) -> Iterator[_Fault]:
    try:
        scale.refuse_other_marks(marks)
    except ValueError as error:
        yield _Fault(place, f"{owner}: {error}")


def _faults_of_sentence(claim: Claim, owner: str, place: Place) -> Iterator[_Fault]:
    """What only a figure can have: a comparison, a rounding, and a day on which it was computed."""
    if claim.comparator != "=":
        yield _Fault((*place, "comparator"), f"{owner}: a comparator needs the value that was claimed")
    if claim.rounding_of is not None:
        yield _Fault((*place, "rounding_of"), f"{owner}: a rounding needs the value that was claimed")
    if claim.as_of is not None:
        problem = "a sentence without a figure is measured on the newest delivery, so it takes no as_of"
        yield _Fault((*place, "as_of"), f"{owner}: {problem}")


def _unknown(what: str, name: str, known: Iterable[str], owner: str, place: Place) -> Iterator[_Fault]:
    names = sorted(known)
    if name not in names:
        yield _Fault(place, f"{owner}: there is no {what} {name}; known: {', '.join(names)}", name)
