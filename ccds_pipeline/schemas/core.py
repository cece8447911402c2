"""Tables of ``core``: the star schema of what is true now, one SELECT each in ``sql/core``."""

from __future__ import annotations

from dataclasses import replace

from ccds_pipeline.schemas.register import Column, Table

_PARTICIPANT = Column("participant_key", "text", "Keyed pseudonym of a person.", privacy="pseudonym")
_PARTICIPANT_OR_NONE = Column(
    "participant_key",
    "text",
    "Keyed pseudonym of the person; missing where nobody can be identified.",
    privacy="pseudonym",
    nullable=True,
    references="core.dim_participant.participant_key",
)
_RESPONDENT = Column(
    "respondent_key",
    "text",
    "Who answered, as far as waves can be paired: the person; the booking where several share an address; "
    "a respondent without name who gave one code in several waves; missing where nothing leads to anybody.",
    privacy="pseudonym",
    nullable=True,
)
_LINK_CODE = Column(
    "link_code_key", "text", "Keyed pseudonym of the self-generated code.", privacy="pseudonym"
)
_PLACE = (
    Column("organisation_code", "text", "ODS code of the employer, or unknown.", privacy="quasi_identifier"),
    Column("region_code", "text", "NHS England region (ODS Y code), or unknown.", privacy="quasi_identifier"),
    Column("icb_code", "text", "Integrated care board (ODS Q code), or unknown.", privacy="quasi_identifier"),
    Column("care_setting", "text", "Care setting of the employer, or unknown.", privacy="quasi_identifier"),
    Column("staff_group", "text", "NHS staff group, other, or unknown.", privacy="quasi_identifier"),
)
_SESSION_REF = Column(
    "session_code", "text", "Code of the session.", references="core.dim_session.session_code"
)
_QUESTION_REF = Column("question_id", "text", "Question.", references="core.dim_question.question_id")
_RESPONSE_REF = Column(
    "response_key", "text", "Response.", privacy="pseudonym", references="core.fact_response.response_key"
)

DIM_PROGRAMME = Table(
    "core",
    "dim_programme",
    "The programme.",
    (
        Column("programme_id", "text", "Identifier of the programme."),
        Column("name", "text", "Name of the programme."),
        Column("version", "text", "Version of the programme file."),
        Column("timezone", "text", "Time zone of local dates."),
        Column("minimum_minutes", "integer", "Presence from which a person has attended.", unit="minutes"),
        Column("requires_attendance", "boolean", "Whether a response counts only with an attended session."),
        Column(
            "shortest_near_code",
            "integer",
            "Characters from which self-generated codes link with one slip; missing where they never do.",
            unit="characters",
            nullable=True,
        ),
    ),
    key=("programme_id",),
)
DIM_PHASE = Table(
    "core",
    "dim_phase",
    "One contract period.",
    (
        Column("phase_id", "text", "Identifier of the phase."),
        Column("label", "text", "Name of the phase."),
        Column("starts_on", "date", "First day."),
        Column("ends_on", "date", "Last day."),
    ),
    key=("phase_id",),
)
DIM_WAVE = Table(
    "core",
    "dim_wave",
    "One round of measurement.",
    (
        Column("wave", "text", "Identifier of the wave."),
        Column("label", "text", "Name of the wave."),
        Column("wave_order", "integer", "Place in time, from 1.", minimum=1),
        Column("timing", "text", "Before or after the session.", allowed=("before", "after")),
        Column(
            "from_day",
            "integer",
            "First day after the session that counts; missing without window.",
            nullable=True,
        ),
        Column("target_day", "integer", "Day after the session on which it is due.", nullable=True),
        Column("to_day", "integer", "Last day after the session that counts.", nullable=True),
    ),
    key=("wave",),
)
DIM_DATE = Table(
    "core",
    "dim_date",
    "One day, without gaps, whole years.",
    (
        Column("date_on", "date", "The day."),
        Column("month_starts_on", "date", "First day of its month."),
        Column("month_label", "text", "Month, such as 2022-03."),
        Column("quarter_label", "text", "Calendar quarter, such as 2022-Q1."),
        Column("financial_year", "text", "NHS financial year (April to March), such as 2021/22."),
        Column("weekday_label", "text", "Name of the weekday."),
        Column("weekday_order", "integer", "Monday is 1.", minimum=1, maximum=7),
    ),
    key=("date_on",),
)
DIM_QUESTION = Table(
    "core",
    "dim_question",
    "One item that surveys ask.",
    (
        Column("question_id", "text", "Identifier of the question."),
        Column("text", "text", "Wording."),
        Column("kind", "text", "How it is answered.", allowed=("single", "multiple", "text")),
        Column("scale_id", "text", "Scale; missing for text.", nullable=True),
        Column("scale_minimum", "integer", "Least score; missing unless numeric.", nullable=True),
        Column(
            "scale_maximum",
            "integer",
            "Greatest score, or number of options; missing for text.",
            nullable=True,
        ),
        Column("is_sensitive", "boolean", "Whether its answers are sensitive."),
    ),
    key=("question_id",),
)
DIM_OPTION = Table(
    "core",
    "dim_option",
    "One option of one question.",
    (
        Column("question_id", "text", "Question.", references="core.dim_question.question_id"),
        Column("option_code", "text", "Code of the option."),
        Column("label", "text", "Wording of the option."),
        Column("option_order", "integer", "Place on the scale, least first, from 1.", minimum=1),
    ),
    key=("question_id", "option_code"),
)
DIM_KPI = Table(
    "core",
    "dim_kpi",
    "One indicator with its definition.",
    (
        Column("kpi_id", "text", "Identifier of the KPI."),
        Column("kpi_order", "integer", "Place in the programme file, from 1.", minimum=1),
        Column("label", "text", "Name of the KPI."),
        Column("level", "text", "Kirkpatrick level or kind."),
        Column("wave", "text", "Wave that it measures; missing where none.", nullable=True),
        Column("rule", "text", "Type of its rule."),
        Column("question_id", "text", "Item; missing where none.", nullable=True),
        Column(
            "minus_question_id", "text", "Item of the paired difference; missing where none.", nullable=True
        ),
        Column("before_wave", "text", "First wave of a change; missing where none.", nullable=True),
        Column(
            "after_wave",
            "text",
            "Second wave, where the KPI's own is a third one; missing where none.",
            nullable=True,
        ),
        Column(
            "covariate_question_id",
            "text",
            "Item that tells who answers from who does not; missing where not asked for.",
            nullable=True,
        ),
        Column("high_score", "integer", "Score from which an answer is high or confident.", nullable=True),
        Column("scale_id", "text", "Scale of its item; missing where none.", nullable=True),
        Column("target", "number", "What the contract asks; missing where it asks nothing.", nullable=True),
        Column("comparator", "text", "How value and target compare.", nullable=True),
        Column("definition_version", "text", "Version of the definition."),
        Column("definition_status", "text", "Whether it is confirmed.", allowed=("assumed", "confirmed")),
    ),
    key=("kpi_id",),
)
KPI_OPTION = Table(
    "core",
    "kpi_option",
    "One option that counts as favourable for one KPI.",
    (
        Column("kpi_id", "text", "KPI.", references="core.dim_kpi.kpi_id"),
        Column("option_code", "text", "Option of the KPI's question."),
    ),
    key=("kpi_id", "option_code"),
)
DIM_BREAKDOWN = Table(
    "core",
    "dim_breakdown",
    "One breakdown that the programme publishes, the whole left out.",
    (
        Column("breakdown", "text", "Identifier of the breakdown, such as region."),
        Column("is_released", "boolean", "Whether it may leave the restricted zone at all."),
    ),
    key=("breakdown",),
)
DIM_CARE_SETTING = Table(
    "core",
    "dim_care_setting",
    "One kind of employer.",
    (
        Column("care_setting", "text", "Identifier of the care setting."),
        Column("label", "text", "Name of the care setting."),
        Column("sector", "text", "Primary or secondary care, other, or unknown."),
    ),
    key=("care_setting",),
)
DIM_ICB = Table(
    "core",
    "dim_icb",
    "One integrated care board, with the days on which it existed.",
    (
        Column("icb_code", "text", "ODS code."),
        Column("label", "text", "Name."),
        Column("region_code", "text", "NHS England region (ODS Y code)."),
        Column("valid_to", "date", "Last day; missing where it still exists.", nullable=True),
    ),
    key=("icb_code",),
)
CURRENT_RECORD = Table(
    "core",
    "current_record",
    "One record in the version that the newest delivery brought.",
    (
        Column("source_id", "text", "Source that delivered it."),
        Column("record_key", "text", "Keyed pseudonym of the record.", privacy="pseudonym"),
        Column("version_key", "text", "Its newest version.", privacy="pseudonym"),
    ),
    key=("source_id", "record_key"),
    is_key_enforced=False,
)
DIM_ORGANISATION = Table(
    "core",
    "dim_organisation",
    "One employer that occurs, with where it belongs.",
    (
        Column("organisation_code", "text", "ODS code, or unknown."),
        Column("region_code", "text", "NHS England region (ODS Y code), or unknown."),
        Column("icb_code", "text", "Integrated care board (ODS Q code), or unknown."),
        Column("care_setting", "text", "Care setting, or unknown."),
    ),
    key=("organisation_code",),
)
DIM_SESSION = Table(
    "core",
    "dim_session",
    "One training session.",
    (
        Column("session_code", "text", "Code of the session."),
        Column("starts_at", "instant", "Start; missing while no export says it.", nullable=True),
        Column("ends_at", "instant", "End; missing while no export says it.", nullable=True),
        Column("session_on", "date", "Local date of the start.", nullable=True),
        Column("month_label", "text", "Local month of the start, such as 2022-03, or unknown."),
        Column("phase_id", "text", "Phase of the date, or unknown."),
        Column("delivery_mode", "text", "How it is held, or unknown."),
    ),
    key=("session_code",),
)
DIM_FACILITATOR = Table(
    "core",
    "dim_facilitator",
    "One facilitator who was present in a session; restricted.",
    (
        Column("facilitator_key", "text", "Keyed pseudonym of the facilitator.", privacy="pseudonym"),
        Column("session_n", "integer", "Sessions in which the person was present.", minimum=1),
    ),
    key=("facilitator_key",),
)
SESSION_FACILITATOR = Table(
    "core",
    "session_facilitator",
    "One facilitator in one session; restricted.",
    (
        _SESSION_REF,
        Column("facilitator_key", "text", "Keyed pseudonym of the facilitator.", privacy="pseudonym"),
    ),
    key=("session_code", "facilitator_key"),
)
DIM_PARTICIPANT = Table(
    "core",
    "dim_participant",
    "One person who booked, attended or answered.",
    (_PARTICIPANT, *_PLACE),
    key=("participant_key",),
)
FACT_BOOKING = Table(
    "core",
    "fact_booking",
    "One booking of a place, in its latest version.",
    (
        Column("booking_key", "text", "Keyed pseudonym of the booking.", privacy="pseudonym"),
        Column("source_id", "text", "Source that delivered it."),
        _PARTICIPANT_OR_NONE,
        Column(
            "reference_key",
            "text",
            "Keyed pseudonym of the booking reference.",
            privacy="pseudonym",
            nullable=True,
        ),
        _SESSION_REF,
        Column("booked_at", "instant", "When it was booked.", nullable=True),
        Column("status", "text", "State of the booking.", allowed=("booked", "pending", "cancelled")),
        Column(
            "is_withdrawn", "boolean", "Whether the person said not to contact them for the follow-up survey."
        ),
        *_PLACE,
        Column("is_no_show", "boolean", "Booked, the session has reports, and the person is not in them."),
    ),
    key=("booking_key",),
)
FACT_ATTENDANCE = Table(
    "core",
    "fact_attendance",
    "One participant's presence in one session, over all joins and devices.",
    (
        Column("attendance_key", "text", "Identifier of the attendance.", privacy="pseudonym"),
        _PARTICIPANT_OR_NONE,
        _SESSION_REF,
        Column("minutes", "number", "Time present: the union of the intervals.", unit="minutes", minimum=0),
        Column("is_attended", "boolean", "Whether the time reaches the programme's threshold."),
        *_PLACE,
    ),
    key=("attendance_key",),
)
RESPONSE_IDENTITY = Table(
    "core",
    "response_identity",
    "One current response with the person and session that its booking reference or address leads to.",
    (
        Column("response_key", "text", "Keyed pseudonym of the response.", privacy="pseudonym"),
        Column("version_key", "text", "Its newest version.", privacy="pseudonym"),
        Column("source_id", "text", "Source that delivered it."),
        Column("wave", "text", "Wave.", references="core.dim_wave.wave"),
        Column("timing", "text", "Before or after the session.", allowed=("before", "after")),
        Column(
            "participant_key",
            "text",
            "Keyed pseudonym of the person, or of the address that it shows; missing without either.",
            privacy="pseudonym",
            nullable=True,
        ),
        _RESPONDENT,
        Column("session_code", "text", "Session found, else the one named.", nullable=True),
        Column("link_tier", "text", "What identifies it.", allowed=("reference", "email", "none")),
        Column("is_collided", "boolean", "Whether only an address that several share would identify it."),
        Column("is_open", "boolean", "Whether neither reference nor address says who answered."),
        replace(_LINK_CODE, nullable=True),
        Column("submitted_at", "instant", "When it was submitted.", nullable=True),
    ),
    key=("response_key",),
)
CODED_RESPONSE = Table(
    "core",
    "coded_response",
    "One current response with a self-generated code in a session, and whom that code leads to.",
    (
        Column("response_key", "text", "Keyed pseudonym of the response.", privacy="pseudonym"),
        Column("version_key", "text", "Its newest version.", privacy="pseudonym"),
        Column("wave", "text", "Wave.", references="core.dim_wave.wave"),
        Column("session_code", "text", "Session in which the code counts."),
        _LINK_CODE,
        Column(
            "code_outcome",
            "text",
            "Identified without the code; or what the code alone leads to.",
            allowed=("identified", "matched", "alone", "ambiguous", "collided"),
        ),
        Column(
            "participant_key",
            "text",
            "Keyed pseudonym of the person, or of the address that several share; missing where unknown.",
            privacy="pseudonym",
            nullable=True,
        ),
        _RESPONDENT,
    ),
    key=("response_key",),
)
NEAR_CODE_LINK = Table(
    "core",
    "near_code_link",
    "One response whose code stands alone in its session while others there differ by one slip.",
    (
        Column("response_key", "text", "Keyed pseudonym of the response.", privacy="pseudonym"),
        Column(
            "code_outcome",
            "text",
            "Whether the near code leads to one respondent.",
            allowed=("matched", "ambiguous", "collided"),
        ),
        Column(
            "participant_key", "text", "Keyed pseudonym of the person; missing where unknown.",
            privacy="pseudonym", nullable=True,
        ),
        _RESPONDENT,
    ),
    key=("response_key",),
)  # fmt: skip
FACT_RESPONSE = Table(
    "core",
    "fact_response",
    "One survey response, in its latest version, linked to a session where possible.",
    (
        Column("response_key", "text", "Keyed pseudonym of the response.", privacy="pseudonym"),
        Column("source_id", "text", "Source that delivered it."),
        Column("wave", "text", "Wave.", references="core.dim_wave.wave"),
        _PARTICIPANT_OR_NONE,
        _RESPONDENT,
        Column("session_code", "text", "Session that it belongs to; missing where unlinked.", nullable=True),
        Column(
            "link_tier",
            "text",
            "How it was linked.",
            allowed=("reference", "email", "code", "near_code", "none"),
        ),
        Column(
            "link_outcome",
            "text",
            "Whether it was linked, and if not, why.",
            allowed=("matched", "ambiguous", "collided", "unmatched"),
        ),
        Column("submitted_at", "instant", "When it was submitted.", nullable=True),
        Column(
            "days_after",
            "integer",
            "Days from the session to the response, local dates; negative before.",
            unit="days",
            nullable=True,
        ),
        Column(
            "state",
            "text",
            "Whether it counts, and if not, why.",
            allowed=("valid", "superseded", "not_linked", "not_attended", "wrong_time"),
        ),
    ),
    key=("response_key",),
)
FACT_ANSWER = Table(
    "core",
    "fact_answer",
    "One answer of one response; a multiple question has one per ticked option.",
    (
        _RESPONSE_REF,
        _QUESTION_REF,
        Column(
            "state",
            "text",
            "Whether and how it was answered.",
            allowed=("answered", "blank", "not_applicable", "not_reached"),
        ),
        Column(
            "option_code", "text", "Chosen option; empty where none was chosen.", privacy="sensitive_answer"
        ),
        Column("option_order", "integer", "Place of the option on its scale, from 1.", nullable=True),
        Column(
            "score",
            "number",
            "Answer of a numeric question; else missing.",
            privacy="sensitive_answer",
            nullable=True,
        ),
    ),
    key=("response_key", "question_id", "option_code"),
    is_key_enforced=False,
)
FACT_COMMENT = Table(
    "core",
    "fact_comment",
    "One redacted comment of one response; restricted.",
    (
        _RESPONSE_REF,
        _QUESTION_REF,
        Column("redacted_text", "text", "The comment with identifiers replaced.", privacy="free_text"),
    ),
    key=("response_key", "question_id"),
)

DEFINITION_TABLES = (
    DIM_PROGRAMME, DIM_PHASE, DIM_WAVE, DIM_QUESTION, DIM_OPTION, DIM_KPI, KPI_OPTION, DIM_BREAKDOWN,
    DIM_CARE_SETTING, DIM_ICB,
)  # fmt: skip
SQL_TABLES = (
    CURRENT_RECORD, DIM_DATE, DIM_ORGANISATION, DIM_SESSION, DIM_FACILITATOR, SESSION_FACILITATOR,
    DIM_PARTICIPANT, FACT_BOOKING, FACT_ATTENDANCE, RESPONSE_IDENTITY, CODED_RESPONSE, NEAR_CODE_LINK,
    FACT_RESPONSE, FACT_ANSWER, FACT_COMMENT,
)  # fmt: skip
TABLES = DEFINITION_TABLES + SQL_TABLES
