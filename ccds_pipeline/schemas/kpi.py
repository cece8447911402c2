"""Tables of ``kpi`` (exact, restricted) and ``reporting`` (released).

Counts and moments come from ``sql/kpi``; ``metrics`` turns them into ``kpi.kpi``.
"""

from __future__ import annotations

from ccds_pipeline.schemas.register import Column, Table

_LEVEL = (
    Column("breakdown", "text", "What the population is divided by; all for the whole."),
    Column("level", "text", "Which part of the breakdown; all for the whole."),
)
_KPI = Column("kpi_id", "text", "Identifier of the KPI.")
_ANSWER_STATE = Column(
    "state",
    "text",
    "Whether and how it was answered; two answers count as answered if both are.",
    allowed=("answered", "blank", "not_applicable", "not_reached"),
)
_STATES = (
    Column("people_n", "integer", "Distinct persons with a valid answer.", minimum=0),
    Column("blank_n", "integer", "Left blank, or not reached.", minimum=0),
    Column("not_applicable_n", "integer", "Answered not applicable.", minimum=0),
    Column("eligible_n", "integer", "Valid responses that were asked the item.", minimum=0),
)

_KIND = Column(
    "kind",
    "text",
    "An attendance of somebody identified or unidentified, or a booking.",
    allowed=("attended", "unidentified", "booking"),
)
_HAPPENING = (
    _KIND,
    Column("record_key", "text", "Attendance or booking.", privacy="pseudonym"),
    Column(
        "person_key", "text", "Person; the record itself where nobody is identified.", privacy="pseudonym"
    ),
    Column("session_code", "text", "Session."),
)
_BOOKING_STATES = (
    Column("is_cancelled", "boolean", "Whether it is a cancelled booking."),
    Column("is_no_show", "boolean", "Whether it is a booking of somebody who was not there."),
)

PLACE = Table(
    "kpi",
    "place",
    "One attendance or booking, with where it belongs in every breakdown.",
    (
        *_HAPPENING,
        Column("phase_id", "text", "Phase of the session, or unknown."),
        Column("month_label", "text", "Month of the session, or unknown."),
        Column("region_code", "text", "NHS England region, or unknown.", privacy="quasi_identifier"),
        Column(
            "icb_code",
            "text",
            "Integrated care board that existed on the day of the session, or unknown.",
            privacy="quasi_identifier",
        ),
        Column("sector", "text", "Primary or secondary care, other, unknown.", privacy="quasi_identifier"),
        Column("care_setting", "text", "Care setting, or unknown.", privacy="quasi_identifier"),
        Column("staff_group", "text", "Staff group, or unknown.", privacy="quasi_identifier"),
        Column("delivery_mode", "text", "How the session is held, or unknown."),
        *_BOOKING_STATES,
    ),
    key=("kind", "record_key"),
    is_key_enforced=False,
)
PLACEMENT = Table(
    "kpi",
    "placement",
    "One attendance or booking in one part of one breakdown.",
    (*_HAPPENING, *_LEVEL, *_BOOKING_STATES),
    key=("kind", "record_key", "breakdown", "level"),
    is_key_enforced=False,
)
POPULATION = Table(
    "kpi",
    "population",
    "One attendance of one identified participant in one part of one breakdown.",
    (
        Column("participant_key", "text", "Keyed pseudonym of the person.", privacy="pseudonym"),
        Column("session_code", "text", "Session."),
        *_LEVEL,
        Column("is_only", "boolean", "Whether the person attended no other session."),
    ),
    key=("participant_key", "session_code", "breakdown", "level"),
    is_key_enforced=False,
)
VALID_RESPONSE = Table(
    "kpi",
    "valid_response",
    "One valid response in one part of one breakdown.",
    (
        Column("response_key", "text", "Response.", privacy="pseudonym"),
        Column(
            "participant_key",
            "text",
            "Person; missing where nobody is identified.",
            privacy="pseudonym",
            nullable=True,
        ),
        Column(
            "respondent_key",
            "text",
            "Who answered, as far as waves can be paired; the response itself where nobody is known.",
            privacy="pseudonym",
        ),
        Column("session_code", "text", "Session; empty where the programme links nobody."),
        Column("wave", "text", "Wave."),
        Column("days_after", "integer", "Days from the session to the response.", nullable=True),
        *_LEVEL,
        Column("is_only", "boolean", "Whether the person has no other valid response in the wave."),
    ),
    key=("response_key", "breakdown", "level"),
    is_key_enforced=False,
)
LINK_QUALITY = Table(
    "kpi",
    "link_quality",
    "How the responses of one wave were linked.",
    (
        Column("wave", "text", "Wave."),
        Column("phase", "text", "Phase; all for every phase."),
        Column("eligible_n", "integer", "Submitted responses, tests and previews left out.", minimum=0),
        Column("reference_n", "integer", "Linked by booking reference.", minimum=0),
        Column("email_n", "integer", "Linked by e-mail address.", minimum=0),
        Column("code_n", "integer", "Linked by the same self-generated code.", minimum=0),
        Column("near_code_n", "integer", "Linked by a code that differs by one slip.", minimum=0),
        Column("ambiguous_n", "integer", "Not linked: the code leads to several.", minimum=0),
        Column(
            "collided_n",
            "integer",
            "Not linked: several share the code or the address, or whom it leads to has answered.",
            minimum=0,
        ),
        Column("unmatched_n", "integer", "Not linked: nothing leads to anybody.", minimum=0),
        Column(
            "unnamed_n", "integer", "Of those linked by a code: to another wave, but to no person.", minimum=0
        ),
        Column(
            "pairs_n",
            "integer",
            "Valid responses with one to the wave before by the same respondent; missing for the first.",
            nullable=True,
            minimum=0,
        ),
    ),
    key=("wave", "phase"),
    checks={
        "responses_are_accounted_for": (
            "eligible_n = reference_n + email_n + code_n + near_code_n "
            "+ ambiguous_n + collided_n + unmatched_n"
        ),
        "unnamed_are_linked_by_code": "unnamed_n <= code_n + near_code_n",
    },
)
REACH_COUNT = Table(
    "kpi",
    "reach_count",
    "Counts of people and places in one part of one breakdown; the list of parts that have KPIs.",
    (
        *_LEVEL,
        Column(
            "persons_n", "integer", "Distinct identified persons who attended.", unit="persons", minimum=0
        ),
        Column("attendances_n", "integer", "Attendances of identified persons.", minimum=0),
        Column("unidentified_attendances_n", "integer", "Attendances of nobody identifiable.", minimum=0),
        Column("bookings_n", "integer", "Bookings, cancelled ones included.", minimum=0),
        Column(
            "booking_people_n",
            "integer",
            "Distinct persons who booked; a booking of nobody identifiable counts as one.",
            minimum=0,
        ),
        Column("cancellations_n", "integer", "Cancelled bookings.", minimum=0),
        Column("cancellation_people_n", "integer", "Distinct persons with a cancelled booking.", minimum=0),
        Column("no_shows_n", "integer", "Booked and not present.", minimum=0),
        Column("no_show_people_n", "integer", "Distinct persons who booked and were not there.", minimum=0),
    ),
    key=("breakdown", "level"),
)
RESPONSE_COUNT = Table(
    "kpi",
    "response_count",
    "Valid responses of one wave in one part of one breakdown, and who could have given them.",
    (
        Column("wave", "text", "Wave."),
        *_LEVEL,
        Column("persons_n", "integer", "Distinct identified persons who attended.", minimum=0),
        Column("attended_n", "integer", "Person-sessions attended.", minimum=0),
        Column("respondents_n", "integer", "Distinct persons with a valid response.", minimum=0),
        Column("responses_n", "integer", "Valid responses.", minimum=0),
        Column(
            "attended_respondents_n",
            "integer",
            "Distinct persons with a valid response to a session that they attended.",
            minimum=0,
        ),
        Column(
            "in_window_n",
            "integer",
            "Person-sessions due that were answered inside the wave's window.",
            minimum=0,
        ),
        Column("due_n", "integer", "Person-sessions attended and due at the as-of date.", minimum=0),
        Column("due_persons_n", "integer", "Distinct persons among those due.", minimum=0),
    ),
    key=("wave", "breakdown", "level"),
)
FOLLOW_UP = Table(
    "kpi",
    "follow_up",
    "One attendance of one identified participant and one wave that has a window, on the as-of date.",
    (
        Column("participant_key", "text", "Keyed pseudonym of the person.", privacy="pseudonym"),
        Column("session_code", "text", "Session."),
        Column("wave", "text", "Wave."),
        Column(
            "state",
            "text",
            "How far it is: the target day decides what is due, the end of the window what is lapsed.",
            allowed=(
                "not_yet_due",
                "due",
                "responded_in_window",
                "responded_late",
                "lapsed",
                "withdrawn",
            ),
        ),
        Column("is_due", "boolean", "Whether the target day is reached and the person not withdrawn."),
    ),
    key=("participant_key", "session_code", "wave"),
    is_key_enforced=False,
)
FOLLOW_UP_COUNT = Table(
    "kpi",
    "follow_up_count",
    "One state of one wave with a window, in one part of one breakdown.",
    (
        Column("wave", "text", "Wave."),
        *_LEVEL,
        Column("state", "text", "State of kpi.follow_up; overdue for due and lapsed together."),
        Column("places_n", "integer", "Attendances in that state.", minimum=0),
        Column("people_n", "integer", "Distinct persons among them.", minimum=0),
        Column("attendances_n", "integer", "Attendances in any state.", minimum=0),
    ),
    key=("wave", "breakdown", "level", "state"),
)
DUE_ANSWER = Table(
    "kpi",
    "due_answer",
    "One attendance due in one wave, for one KPI that compares who answered with who did not; restricted.",
    (
        _KPI,
        Column("participant_key", "text", "Person.", privacy="pseudonym"),
        Column("session_code", "text", "Session attended."),
        Column("sector", "text", "Primary or secondary care, other, unknown.", privacy="quasi_identifier"),
        Column("region_code", "text", "NHS England region, or unknown.", privacy="quasi_identifier"),
        *(
            Column(
                f"score_{when}",
                "number",
                f"Score {when}; missing where there is none.",
                privacy="sensitive_answer",
                nullable=True,
            )
            for when in ("before", "after")
        ),
        Column("is_responded", "boolean", "Whether a valid response came."),
        Column("is_valid", "boolean", "Whether it has a valid answer to the KPI's item."),
        Column("is_favourable", "boolean", "Whether that is favourable.", privacy="sensitive_answer"),
    ),
    key=("kpi_id", "participant_key", "session_code"),
    is_key_enforced=False,
)
NON_RESPONSE_CELL = Table(
    "kpi",
    "non_response_cell",
    "Those due in one wave who have the same sector, region and scores, for one KPI.",
    (
        _KPI,
        Column("sector", "text", "Primary or secondary care, other, unknown.", privacy="quasi_identifier"),
        Column("region_code", "text", "NHS England region, or unknown.", privacy="quasi_identifier"),
        Column(
            "score_before",
            "number",
            "Score before; missing where there is none.",
            privacy="sensitive_answer",
            nullable=True,
        ),
        Column(
            "score_after",
            "number",
            "Score after; missing where there is none.",
            privacy="sensitive_answer",
            nullable=True,
        ),
        Column("due_n", "integer", "Attendances that are due.", minimum=1),
        Column("responded_n", "integer", "Of these, answered with a valid response.", minimum=0),
        Column("valid_n", "integer", "Of these, with a valid answer to the KPI's item.", minimum=0),
        Column("favourable_n", "integer", "Of these, with a favourable answer.", minimum=0),
    ),
)
RECORD_COUNT = Table(
    "kpi",
    "record_count",
    "What became of every record delivered up to the as-of date.",
    (
        Column("received_n", "integer", "Records received.", minimum=0),
        Column("loaded_n", "integer", "Records loaded.", minimum=0),
        Column("duplicate_n", "integer", "Records that stand in their delivery more than once.", minimum=0),
        Column("excluded_n", "integer", "Records that are none of the programme's.", minimum=0),
        Column("rejected_n", "integer", "Records that break a rule.", minimum=0),
        Column("unmatched_n", "integer", "Current responses that cannot be linked.", minimum=0),
    ),
    checks={"rows_are_accounted_for": "received_n = loaded_n + duplicate_n + excluded_n + rejected_n"},
)
ITEM_TRIPLE = Table(
    "kpi",
    "item_triple",
    "One person's three answers to one item about one session; complete cases only.",
    (
        _KPI,
        Column("response_key", "text", "The latest of the three responses.", privacy="pseudonym"),
        Column("score_before", "number", "Score before the session.", privacy="sensitive_answer"),
        Column("score_after", "number", "Score straight after it.", privacy="sensitive_answer"),
        Column("score_later", "number", "Score in the later wave.", privacy="sensitive_answer"),
    ),
    key=("kpi_id", "response_key"),
    is_key_enforced=False,
)
ITEM_ANSWER = Table(
    "kpi",
    "item_answer",
    "One valid response's answer to one item of one KPI.",
    (
        _KPI,
        Column(
            "item",
            "text",
            "Which item: the KPI's own, the one to subtract, or its own before or after a change.",
            allowed=("item", "minus", "before", "after"),
        ),
        Column("response_key", "text", "Response.", privacy="pseudonym"),
        _ANSWER_STATE,
        Column("is_favourable", "boolean", "Whether the answer is favourable.", privacy="sensitive_answer"),
        Column(
            "option_order",
            "integer",
            "Place of the option on its scale, from 1; missing for numbers.",
            privacy="sensitive_answer",
            nullable=True,
        ),
        Column(
            "score",
            "number",
            "Answer of a numeric question; else missing.",
            privacy="sensitive_answer",
            nullable=True,
        ),
    ),
    key=("kpi_id", "item", "response_key"),
    is_key_enforced=False,
)
ITEM_PAIR = Table(
    "kpi",
    "item_pair",
    "Two answers of one person that one KPI compares.",
    (
        _KPI,
        Column(
            "item",
            "text",
            "Two items of one response, or one item before and after one session.",
            allowed=("difference", "pair"),
        ),
        Column("response_key", "text", "Response; of a pair the later one.", privacy="pseudonym"),
        _ANSWER_STATE,
        Column(
            "score_before",
            "number",
            "Earlier score, or the one to subtract; missing where not answered.",
            privacy="sensitive_answer",
            nullable=True,
        ),
        Column(
            "score_after",
            "number",
            "Later score, or the one subtracted from; missing where not answered.",
            privacy="sensitive_answer",
            nullable=True,
        ),
        Column(
            "is_first_tier",
            "boolean",
            "Whether the booking reference linked both responses of a pair; missing for two items of one.",
            nullable=True,
        ),
    ),
    key=("kpi_id", "item", "response_key"),
    is_key_enforced=False,
)
ANSWER_COUNT = Table(
    "kpi",
    "answer_count",
    "Answers to one KPI's item in one part of one breakdown.",
    (
        _KPI,
        *_LEVEL,
        Column("favourable_n", "integer", "Valid answers that are favourable.", minimum=0),
        Column("valid_n", "integer", "Valid answers: neither blank nor not applicable.", minimum=0),
        *_STATES,
        Column("order_sum", "integer", "Sum of option places (1 is least) of the valid answers.", minimum=0),
        Column("order_square_sum", "integer", "Sum of the squares of those places.", minimum=0),
    ),
    key=("kpi_id", "breakdown", "level"),
)
SCORE_COUNT = Table(
    "kpi",
    "score_count",
    "How often one score was given to one item of one KPI in one part of one breakdown.",
    (
        _KPI,
        Column(
            "item",
            "text",
            "Which item of the KPI, or which difference.",
            allowed=("item", "difference", "before", "after", "since_before", "since_after"),
        ),
        *_LEVEL,
        Column("score", "number", "The score, or the difference of two scores."),
        Column("answers_n", "integer", "Valid answers with that score.", minimum=1),
    ),
    key=("kpi_id", "item", "breakdown", "level", "score"),
)
SCORE_STATE = Table(
    "kpi",
    "score_state",
    "Answers that are none, and people, for one KPI's numeric item in one part of one breakdown.",
    (
        _KPI,
        Column(
            "item",
            "text",
            "Which item of the KPI, or which two.",
            allowed=("item", "difference", "before", "after", "pair", "since_before", "since_after"),
        ),
        *_LEVEL,
        *_STATES,
    ),
    key=("kpi_id", "item", "breakdown", "level"),
)
PAIR_COUNT = Table(
    "kpi",
    "pair_count",
    "How often one pair of scores was given by one person before and after one session, linked alike.",
    (
        _KPI,
        *_LEVEL,
        Column("score_before", "number", "Score in the first wave."),
        Column("score_after", "number", "Score in the second wave."),
        Column("is_first_tier", "boolean", "Whether the booking reference linked both responses."),
        Column("pairs_n", "integer", "Person-sessions with that pair.", minimum=1),
    ),
    key=("kpi_id", "breakdown", "level", "score_before", "score_after", "is_first_tier"),
)
PAIR_SESSION = Table(
    "kpi",
    "pair_session",
    "One session with pairs of scores of one KPI; of the whole alone.",
    (
        _KPI,
        *_LEVEL,
        Column("session_code", "text", "Session."),
        Column("pairs_n", "integer", "Persons with a pair.", minimum=1),
        Column("before_sum", "number", "Sum of their scores in the first wave."),
        Column("after_sum", "number", "Sum of their scores in the second wave."),
    ),
    key=("kpi_id", "breakdown", "level", "session_code"),
)

_KPI_COLUMNS = (
    _KPI,
    Column("definition_version", "text", "Version of the definition."),
    Column(
        "definition_status",
        "text",
        "Whether the evaluation lead confirmed it.",
        allowed=("assumed", "confirmed"),
    ),
    Column("estimand", "text", "Which reading of the KPI the value is."),
    Column("is_headline", "boolean", "Whether it is the reading that stands for the KPI."),
    Column("programme", "text", "Identifier of the programme."),
    Column("phase", "text", "Phase; all for every phase."),
    Column("as_of", "date", "Deliveries up to this date are counted."),
    Column("wave", "text", "Wave; all where the KPI has none."),
    *_LEVEL,
    Column(
        "numerator",
        "number",
        "What is counted or summed; missing where the value is no ratio.",
        nullable=True,
    ),
    Column("denominator", "number", "Valid answers, persons or pairs that the value is of."),
    Column("eligible_n", "integer", "Who could have been counted.", minimum=0),
    Column("blank_n", "integer", "Left blank; missing where nothing was asked.", nullable=True, minimum=0),
    Column("not_applicable_n", "integer", "Answered not applicable.", nullable=True, minimum=0),
    Column(
        "people_n",
        "integer",
        "Distinct persons behind the value; where it leaves out some pairs, at least so many.",
        minimum=0,
    ),
    Column(
        "value",
        "number",
        "The value, unrounded; shares from 0 to 1; missing where it cannot be computed.",
        nullable=True,
    ),
    Column("unit", "text", "Unit of the value."),
    Column("ci_low", "number", "Lower end of the 95 % interval.", nullable=True),
    Column("ci_high", "number", "Upper end of the 95 % interval.", nullable=True),
    Column(
        "ci_method", "text", "How the interval was made; with the seed where it was drawn.", nullable=True
    ),
    Column("target", "number", "What the contract asks; missing where it asks nothing.", nullable=True),
    Column(
        "comparator", "text", "How value and target compare.", nullable=True, allowed=(">", ">=", "<", "<=")
    ),
    Column("met", "boolean", "Whether the value reaches the target.", nullable=True),
    Column("assured", "boolean", "Whether the whole interval reaches the target.", nullable=True),
    Column(
        "status",
        "text",
        "Whether the value could be computed; undefined where there are answers but its formula has none.",
        allowed=(
            "measured",
            "no_answers",
            "undefined",
            "too_few_pairs",
            "not_measurable",
            "not_measured",
        ),
    ),
    Column("status_reason", "text", "Why it is not measured or not measurable.", nullable=True),
    Column("suppressed", "boolean", "Whether value and counts are withheld."),
    Column("suppression_reason", "text", "Why they are withheld.", nullable=True),
    Column("data_version", "text", "Hash of the deliveries that the value rests on."),
    Column("code_version", "text", "Version of this package."),
    Column("run_id", "text", "Run that computed the value."),
)

_CHART_KEY = ("kpi_id", "estimand", "wave", "chart", "breakdown", "level")
_CHART_COLUMNS = (
    _KPI,
    Column("estimand", "text", "Which reading of the KPI the value is."),
    Column("wave", "text", "Wave; all where the KPI has none."),
    Column("chart", "text", "Units beside each other, or months in time.", allowed=("funnel", "spc")),
    *_LEVEL,
    Column("n", "number", "Valid answers or persons that the value is of."),
    Column("value", "number", "The value."),
    Column("unit", "text", "Unit of the value."),
    Column("centre", "number", "Value of all units, or mean of the months.", nullable=True),
    Column("low_95", "number", "Lower 95 % limit of a funnel.", nullable=True),
    Column("high_95", "number", "Upper 95 % limit of a funnel.", nullable=True),
    Column("low_limit", "number", "Lower 99.8 % limit of a funnel, or process limit.", nullable=True),
    Column("high_limit", "number", "Upper 99.8 % limit of a funnel, or process limit.", nullable=True),
    Column("signal", "text", "Rule that marks the point as special; missing where none.", nullable=True),
)
_CLAIM_COLUMNS = (
    Column("claim_id", "text", "Identifier of the claim."),
    Column("claim_order", "integer", "Place of the claim in the programme file, from 1.", minimum=1),
    Column("text", "text", "The sentence as published."),
    _KPI,
    Column("estimand", "text", "Which reading of the KPI; empty where it cannot be computed."),
    Column("definition_version", "text", "Version of the definition that it was published under."),
    Column("phase", "text", "Phase that it speaks of; all for every phase."),
    Column("as_of", "date", "Deliveries up to this date are counted.", nullable=True),
    Column("claimed", "number", "Published value."),
    Column("decimals", "integer", "Decimals that were printed; of a per cent where it is one.", minimum=0),
    Column(
        "comparator", "text", "How the value must compare; = within its rounding.",
        allowed=("=", ">", ">=", "<", "<="),
    ),
    Column("unit", "text", "Unit of both values; missing where it cannot be computed.", nullable=True),
    Column("value", "number", "Value computed now; missing where it cannot be.", nullable=True),
    Column("denominator", "number", "What the value is of.", nullable=True),
    Column("ci_low", "number", "Lower end of the 95 % interval.", nullable=True),
    Column("ci_high", "number", "Upper end of the 95 % interval.", nullable=True),
    Column(
        "state", "text", "Whether claim and value agree.",
        allowed=("agrees", "differs", "withheld", "not_computable", "definition_changed"),
    ),
    Column("data_version", "text", "Hash of the deliveries.", nullable=True),
    Column("run_id", "text", "Run that computed the value."),
)  # fmt: skip

_KPI_KEY = ("kpi_id", "estimand", "wave", "breakdown", "level")
KPI = Table(
    "kpi",
    "kpi",
    "One value of one KPI, exact, with the population that it is of; restricted.",
    _KPI_COLUMNS,
    key=_KPI_KEY,
)

CONTROL_CHART = Table(
    "kpi",
    "control_chart",
    "One unit of a funnel chart, or one month of a control chart, with its limits.",
    _CHART_COLUMNS,
    key=_CHART_KEY,
)
NON_RESPONSE = Table(
    "kpi",
    "non_response",
    "One characteristic of those who answered a wave, beside those who were due and did not.",
    (
        _KPI,
        Column("characteristic", "text", "What they are compared by, such as score_before or region."),
        Column("level", "text", "Which part of it; all for a score."),
        Column(
            "responders_n", "integer", "Attendances answered for that have the characteristic.", minimum=0
        ),
        Column("non_responders_n", "integer", "The same of those not answered for.", minimum=0),
        Column("responders_value", "number", "Mean score, or share at that level.", nullable=True),
        Column("non_responders_value", "number", "The same of those who did not answer.", nullable=True),
        Column(
            "responders_sd", "number", "Standard deviation of the score; missing for levels.", nullable=True
        ),
        Column("non_responders_sd", "number", "The same of those who did not answer.", nullable=True),
        Column(
            "standardised_difference",
            "number",
            "Difference over the pooled standard deviation.",
            nullable=True,
        ),
    ),
    key=("kpi_id", "characteristic", "level"),
)
CLAIM = Table(
    "kpi",
    "claim",
    "One published sentence, and what is computed for it now.",
    _CLAIM_COLUMNS,
    key=("claim_id",),
)

REPORTING_KPI = Table(
    "reporting", "kpi", "One released value of one KPI; withheld cells are empty, never zero.",
    (
        *(
            Column(
                column.name, column.type, column.meaning, nullable=column.name not in
                (*_KPI_KEY, "is_headline", "programme", "phase", "as_of", "unit", "status", "suppressed",
                 "definition_version", "definition_status", "data_version", "code_version", "run_id"),
                unit=column.unit, allowed=column.allowed, minimum=column.minimum,
            )
            for column in _KPI_COLUMNS
        ),
        Column("kpi_label", "text", "Name of the KPI."),
        Column("kpi_order", "integer", "Place of the KPI, from 1.", minimum=1),
        Column("level_label", "text", "Name of the part of the breakdown."),
    ),
    key=_KPI_KEY,
)  # fmt: skip
REPORTING_PROGRAMME = Table(
    "reporting",
    "programme",
    "The programme, and what is said of its data wherever it is shown.",
    (
        Column("programme_id", "text", "Identifier of the programme."),
        Column("name", "text", "Name of the programme."),
        Column("note", "text", "Said wherever the data is shown; empty for real data."),
    ),
    key=("programme_id",),
)
REPORTING_DATA_STATUS = Table(
    "reporting",
    "data_status",
    "What one source delivered, over all deliveries up to the as-of date.",
    (
        Column("source_id", "text", "Source."),
        Column("deliveries_n", "integer", "Deliveries.", minimum=0),
        Column("files_n", "integer", "Files.", minimum=0),
        Column("refused_files_n", "integer", "Files that could not be read.", minimum=0),
        Column("last_delivery_on", "date", "Date of the newest delivery.", nullable=True),
        Column("received_n", "integer", "Records, to the nearest five.", minimum=0),
        Column("loaded_n", "integer", "Records loaded, to the nearest five.", minimum=0),
        Column("duplicate_n", "integer", "Duplicates, to the nearest five.", minimum=0),
        Column("excluded_n", "integer", "Excluded, to the nearest five.", minimum=0),
        Column("rejected_n", "integer", "Rejected, to the nearest five.", minimum=0),
    ),
    key=("source_id",),
)
REPORTING_CLAIM = Table(
    "reporting",
    "claim",
    "One published sentence, and the released value that is computed for it now.",
    _CLAIM_COLUMNS,
    key=("claim_id",),
)
REPORTING_CONTROL_CHART = Table(
    "reporting",
    "control_chart",
    "One unit of a funnel chart, or one month of a control chart, from released values.",
    (*_CHART_COLUMNS, Column("level_label", "text", "Name of the part of the breakdown.")),
    key=_CHART_KEY,
)
REPORTING_LINK_QUALITY = Table(
    "reporting",
    "link_quality",
    "How the responses of one wave were linked; counts to the nearest five, small ones empty.",
    tuple(
        Column(column.name, column.type, column.meaning, nullable=column.type == "integer", minimum=0)
        for column in LINK_QUALITY.columns
        if column.name != "pairs_n"
    ),
    key=("wave", "phase"),
)
REPORTING_NON_RESPONSE = Table(
    "reporting",
    "non_response",
    "Those who answered a wave beside those who were due and did not, by one characteristic.",
    (
        *(
            Column(column.name, column.type, column.meaning, nullable=column.name not in NON_RESPONSE.key)
            for column in NON_RESPONSE.columns
            if not column.name.endswith("_sd")
        ),
        Column("suppressed", "boolean", "Whether the numbers are withheld."),
        Column("level_label", "text", "Name of the part."),
    ),
    key=NON_RESPONSE.key,
)
REPORTING_RELEASE = Table(
    "reporting",
    "release",
    "The release that these tables are.",
    (
        Column("release_id", "text", "Identifier of the release."),
        Column("released_at", "instant", "When it was built."),
        Column("as_of", "date", "Deliveries up to this date are counted."),
        Column("data_version", "text", "Hash of the deliveries that it rests on."),
        Column("code_version", "text", "Version of this package."),
    ),
    key=("release_id",),
)

_THEME_CELL = (
    Column("question_id", "text", "Text question."),
    Column("wave", "text", "Wave."),
    Column("theme_id", "text", "Theme of the programme; none where a comment has no theme."),
)
COMMENT_THEME = Table(
    "kpi",
    "comment_theme",
    "One theme of one redacted comment of one valid response; restricted.",
    (
        Column("response_key", "text", "Response.", privacy="pseudonym"),
        *_THEME_CELL,
        Column(
            "respondent_key",
            "text",
            "Person, or the response itself where the programme links nobody.",
            privacy="pseudonym",
        ),
        Column(
            "reference",
            "text",
            "Short name of the response on coding sheets and for quotations.",
            privacy="pseudonym",
        ),
    ),
    key=("response_key", "question_id", "theme_id"),
    is_key_enforced=False,
)
_THEME_COUNTS = (
    Column("comments_n", "integer", "Comments with the theme.", minimum=0),
    Column("people_n", "integer", "Distinct persons with such a comment.", minimum=0),
    Column("of_comments_n", "integer", "Comments on the question.", minimum=0),
)
THEME_COUNT = Table(
    "kpi",
    "theme_count",
    "How often one theme was mentioned in answer to one text question in one wave; restricted.",
    (
        *_THEME_CELL,
        *_LEVEL,
        *_THEME_COUNTS,
        Column("of_people_n", "integer", "Distinct persons with a comment on the question.", minimum=0),
    ),
    key=("question_id", "wave", "theme_id", "breakdown", "level"),
)
CODER_AGREEMENT = Table(
    "kpi",
    "coder_agreement",
    "How far two coders agree on one theme, over the comments that both coded; restricted.",
    (
        Column("theme_id", "text", "Theme of the programme, or none."),
        Column("coder", "text", "Who coded.", allowed=("lexicon", "coder_1")),
        Column("other_coder", "text", "Who coded the same comments.", allowed=("coder_1", "coder_2")),
        Column("comments_n", "integer", "Comments that both coded for the theme.", minimum=0),
        Column("observed", "number", "Share of these on which they agree; missing for none.", nullable=True),
        Column("kappa", "number", "Cohen's kappa; missing where it is not defined.", nullable=True),
        Column(
            "ci_low",
            "number",
            "Lower end of its 95 % interval; missing where it would have no width.",
            nullable=True,
        ),
        Column("ci_high", "number", "Upper end of its 95 % interval.", nullable=True),
        Column("lexicon_version", "text", "Hash of the programme's themes and their words."),
        Column("measured_at", "instant", "When it was measured."),
    ),
    key=("theme_id", "coder", "other_coder"),
)
REPORTING_THEME = Table(
    "reporting",
    "theme",
    "How often one theme was mentioned in answer to one text question; withheld cells are empty.",
    (
        *_THEME_CELL,
        *_LEVEL,
        *(
            Column(column.name, "integer", f"{column.meaning[:-1]}, to the nearest five.", nullable=True)
            for column in _THEME_COUNTS
        ),
        Column(
            "share",
            "number",
            "Comments with the theme over comments, both as released; from 0 to 1.",
            nullable=True,
        ),
        Column("suppressed", "boolean", "Whether share and counts are withheld."),
        Column("suppression_reason", "text", "Why they are withheld.", nullable=True),
        Column("question_text", "text", "The question."),
        Column("theme_label", "text", "Name of the theme."),
        Column("theme_order", "integer", "Place of the theme, from 1; none comes last.", minimum=1),
    ),
    key=("question_id", "wave", "theme_id", "breakdown", "level"),
)
THEME_TABLES = (COMMENT_THEME, THEME_COUNT)

SQL_TABLES = (
    PLACE, PLACEMENT, POPULATION, VALID_RESPONSE, LINK_QUALITY, REACH_COUNT, FOLLOW_UP, FOLLOW_UP_COUNT,
    RESPONSE_COUNT, ITEM_ANSWER, ITEM_PAIR, ITEM_TRIPLE, ANSWER_COUNT, SCORE_COUNT, SCORE_STATE, PAIR_COUNT,
    PAIR_SESSION, DUE_ANSWER, NON_RESPONSE_CELL, RECORD_COUNT,
)  # fmt: skip
AGGREGATE_TABLES = (
    REACH_COUNT, FOLLOW_UP_COUNT, RESPONSE_COUNT, ANSWER_COUNT, SCORE_COUNT, SCORE_STATE, PAIR_COUNT,
    PAIR_SESSION, NON_RESPONSE_CELL, RECORD_COUNT,
)  # fmt: skip
COMPUTED_TABLES = (KPI, CONTROL_CHART, NON_RESPONSE, CLAIM)
TABLES = (*SQL_TABLES, *COMPUTED_TABLES)
SELECTED_REPORTING_TABLES = (REPORTING_PROGRAMME, REPORTING_DATA_STATUS, REPORTING_RELEASE)
RELEASED_TABLES = (
    REPORTING_KPI, REPORTING_CLAIM, REPORTING_CONTROL_CHART, REPORTING_THEME, REPORTING_LINK_QUALITY,
    REPORTING_NON_RESPONSE,
)  # fmt: skip
REPORTING_TABLES = (*RELEASED_TABLES, *SELECTED_REPORTING_TABLES)
