"""Tables of ``staging`` and ``ops``: what deliveries brought, pseudonymised, and the ledger of it.

Every version of a record is stored once, under its content hash; ``staging.sighting`` says which
delivery brought which version. Which version counts is decided in ``sql/core``, not here.
"""

from __future__ import annotations

from ccds_pipeline.schemas.register import Column, Table

_SOURCE = Column("source_id", "text", "Source of the programme file that delivered the record.")
_VERSION = Column("version_key", "text", "Hash of the record's pseudonymised content.", privacy="pseudonym")
_KEY_ID = Column("key_id", "text", "Which pseudonym key made the keys of this row; never the key itself.")
_PERSON = Column(
    "person_key",
    "text",
    "Keyed pseudonym of the person's e-mail address; missing where none was given.",
    privacy="pseudonym",
    nullable=True,
)
_REFERENCE = Column(
    "reference_key",
    "text",
    "Keyed pseudonym of the booking reference; missing where none was given.",
    privacy="pseudonym",
    nullable=True,
)
_SESSION = Column(
    "session_code", "text", "Code of the training session; missing where none was given.", nullable=True
)
_SESSION_TIMES = (
    Column("session_starts_at", "instant", "Start of the session as this record says.", nullable=True),
    Column("session_ends_at", "instant", "End of the session as this record says.", nullable=True),
)

BOOKING = Table(
    "staging",
    "booking",
    "One version of one booking of a place in a session.",
    (
        _VERSION,
        _SOURCE,
        _KEY_ID,
        _PERSON,
        _REFERENCE,
        Column("session_code", "text", "Code of the training session."),
        *_SESSION_TIMES,
        Column("delivery_mode", "text", "How the session is held.", nullable=True),
        Column(
            "booked_at", "instant", "When the place was booked; missing where not exported.", nullable=True
        ),
        Column("status", "text", "State of the booking.", allowed=("booked", "pending", "cancelled")),
        Column(
            "organisation_code", "text", "ODS code of the employer, or unknown.", privacy="quasi_identifier"
        ),
        Column(
            "region_code", "text", "NHS England region (ODS Y code), or unknown.", privacy="quasi_identifier"
        ),
        Column(
            "icb_code", "text", "Integrated care board (ODS Q code), or unknown.", privacy="quasi_identifier"
        ),
        Column(
            "care_setting", "text", "Care setting of the employer, or unknown.", privacy="quasi_identifier"
        ),
        Column(
            "staff_group",
            "text",
            "NHS staff group of the job title; other where unmapped.",
            privacy="quasi_identifier",
        ),
        Column(
            "is_withdrawn", "boolean", "Whether the person said not to contact them for the follow-up survey."
        ),
    ),
    key=("version_key",),
)

ATTENDANCE = Table(
    "staging",
    "attendance",
    "One version of one presence: somebody joined a session's meeting and left it.",
    (
        _VERSION,
        _SOURCE,
        _KEY_ID,
        _PERSON,
        _REFERENCE,
        Column("session_code", "text", "Code of the training session."),
        *_SESSION_TIMES,
        Column("joined_at", "instant", "When the person joined."),
        Column("left_at", "instant", "When the person left."),
        Column("is_facilitator", "boolean", "Whether the person was there as staff."),
    ),
    key=("version_key",),
    checks={"left_after_joined": "left_at >= joined_at"},
)

RESPONSE = Table(
    "staging",
    "response",
    "One version of one submitted survey response.",
    (
        _VERSION,
        _SOURCE,
        _KEY_ID,
        Column("wave", "text", "Wave of the survey."),
        _PERSON,
        _REFERENCE,
        Column(
            "link_code_key",
            "text",
            "Keyed pseudonym of the self-generated code, normalised; missing where none was given.",
            privacy="pseudonym",
            nullable=True,
        ),
        _SESSION,
        Column(
            "started_at", "instant", "When the respondent began; missing where not exported.", nullable=True
        ),
        Column(
            "submitted_at",
            "instant",
            "When the response was submitted; missing where not exported.",
            nullable=True,
        ),
    ),
    key=("version_key",),
)

ANSWER = Table(
    "staging",
    "answer",
    "One answer of one version of a response; a multiple question has one per ticked option.",
    (
        _VERSION,
        Column("question_id", "text", "Question of the programme file."),
        Column(
            "state",
            "text",
            "Whether and how it was answered.",
            allowed=("answered", "blank", "not_applicable", "not_reached"),
        ),
        Column(
            "option_code", "text", "Chosen option; empty where none was chosen.", privacy="sensitive_answer"
        ),
        Column(
            "score",
            "number",
            "Answer of a numeric question, on its scale; else missing.",
            privacy="sensitive_answer",
            nullable=True,
        ),
    ),
    key=("version_key", "question_id", "option_code"),
    is_key_enforced=False,
)

COMMENT = Table(
    "staging",
    "comment",
    "One free-text answer of one version of a response, redacted.",
    (
        _VERSION,
        Column("question_id", "text", "Question of the programme file."),
        Column(
            "redacted_text",
            "text",
            "The comment with identifiers replaced by placeholders.",
            privacy="free_text",
        ),
        Column("redaction_n", "integer", "How many placeholders were put in.", minimum=0),
    ),
    key=("version_key", "question_id"),
)

LINK_CODE_VARIANT = Table(
    "staging",
    "link_code_variant",
    "One text that is left of one version's self-generated code without one character, as a keyed pseudonym.",
    (
        _VERSION,
        Column("place", "integer", "Which character is left out, from 1; 0 for the code itself.", minimum=0),
        Column(
            "variant_key",
            "text",
            "Keyed pseudonym of session and text: variants of two sessions have none in common.",
            privacy="pseudonym",
        ),
    ),
    key=("version_key", "place"),
    is_key_enforced=False,
)

NAME_TOKEN = Table(
    "staging",
    "name_token",
    "One word of the names under which one person ever booked, attended or answered, as keyed hashes.",
    (
        Column("name_key", "text", "Keyed hash of the word in lower case.", privacy="pseudonym"),
        Column(
            "holder_key",
            "text",
            "Keyed hash of person and word together: only the key tells which words are one person's. Of "
            "a word that came without an address, of the word alone.",
            privacy="pseudonym",
        ),
        _KEY_ID,
    ),
    key=("name_key", "holder_key"),
    is_key_enforced=False,
)

SIGHTING = Table(
    "staging",
    "sighting",
    "One record that one delivery brought, in the version that it brought.",
    (
        _SOURCE,
        Column("delivery_on", "date", "Date of the delivery."),
        Column("record_key", "text", "Keyed pseudonym of the record's natural key.", privacy="pseudonym"),
        _VERSION,
        Column("file_number", "integer", "Which file of the delivery, from 1.", minimum=1),
        Column("line", "integer", "Physical line or row in that file, from 1.", minimum=1),
    ),
    key=("source_id", "delivery_on", "record_key"),
    is_key_enforced=False,
)

DELIVERY = Table(
    "ops",
    "delivery",
    "One file of one delivery, with an account of each of its rows.",
    (
        _SOURCE,
        Column("delivery_on", "date", "Date of the delivery."),
        Column(
            "file_number",
            "integer",
            "Which file of the delivery, in the order of their names, from 1.",
            minimum=1,
        ),
        Column("digest", "text", "SHA-256 of the file as delivered."),
        Column("size_bytes", "integer", "Size of the file.", unit="bytes", minimum=0),
        Column("status", "text", "Whether the file could be read.", allowed=("loaded", "refused")),
        Column("refused_rule", "text", "Rule that refused the file; else missing.", nullable=True),
        Column(
            "refused_message", "text", "What is wrong with it and what to do; else missing.", nullable=True
        ),
        Column("refused_line", "integer", "Line at which it was refused, if known.", nullable=True),
        Column("received_n", "integer", "Records in the file.", minimum=0),
        Column("loaded_n", "integer", "Records that are in staging.", minimum=0),
        Column("duplicate_n", "integer", "Records that stand in the delivery more than once.", minimum=0),
        Column("excluded_n", "integer", "Records that are none of the programme's.", minimum=0),
        Column("rejected_n", "integer", "Records that break a rule.", minimum=0),
        Column("lines_n", "integer", "Physical lines (or workbook rows) in the file.", minimum=0),
        Column("other_lines_n", "integer", "Lines that are no record: headers, sections, blanks.", minimum=0),
        Column("inner_breaks_n", "integer", "Line breaks inside quoted fields of records.", minimum=0),
        Column(
            "unmapped_columns_n",
            "integer",
            "Delivered columns that the mapping does not know; dropped.",
            minimum=0,
        ),
        Column("schema_fingerprint", "text", "Hash of the delivered column names, in order."),
        Column("contract_version", "text", "SHA-256 of the programme file, and of loaded reference tables."),
        Column("code_version", "text", "Version of this package."),
        Column("key_id", "text", "Which pseudonym key was used."),
        Column("loaded_at", "instant", "When the delivery was loaded."),
    ),
    key=("source_id", "delivery_on", "file_number"),
    checks={
        "rows_are_accounted_for": "received_n = loaded_n + duplicate_n + excluded_n + rejected_n",
        "lines_are_accounted_for": (
            "status = 'refused' OR lines_n = other_lines_n + received_n + inner_breaks_n"
        ),
    },
)

EXCLUDED = Table(
    "ops",
    "excluded",
    "One reason for which records of one file were excluded.",
    (
        _SOURCE,
        Column("delivery_on", "date", "Date of the delivery."),
        Column("file_number", "integer", "Which file of the delivery, from 1.", minimum=1),
        Column("reason", "text", "Reason given in the programme file."),
        Column("rows_n", "integer", "How many records.", minimum=1),
    ),
    key=("source_id", "delivery_on", "file_number", "reason"),
)

REJECTED_ROW = Table(
    "ops",
    "rejected_row",
    "One rule that one delivered row breaks, as a reference; its values stay in the file.",
    (
        _SOURCE,
        Column("delivery_on", "date", "Date of the delivery."),
        Column("file_number", "integer", "Which file of the delivery, from 1.", minimum=1),
        Column("digest", "text", "SHA-256 of the file."),
        Column("line", "integer", "Physical line or row in the file, from 1.", minimum=1),
        Column("column_name", "text", "Field or question of the programme file; empty for the whole row."),
        Column("rule", "text", "Short name of the rule."),
    ),
    key=("source_id", "delivery_on", "file_number", "line", "column_name", "rule"),
)

DRIFT = Table(
    "ops",
    "drift",
    "One column in which one loaded file and its mapping differ.",
    (
        _SOURCE,
        Column("delivery_on", "date", "Date of the delivery."),
        Column("file_number", "integer", "Which file of the delivery, from 1.", minimum=1),
        Column(
            "change",
            "text",
            "Whether the mapping does not know the column, or the file lacks it.",
            allowed=("unmapped", "missing"),
        ),
        Column(
            "column_name",
            "text",
            "The missing column as the programme file calls it; empty for an unmapped one.",
        ),
        Column(
            "column_key",
            "text",
            "Keyed hash of the unmapped column's name; empty for a missing one.",
            privacy="pseudonym",
        ),
    ),
    key=("source_id", "delivery_on", "file_number", "change", "column_name", "column_key"),
)

RELEASE = Table(
    "ops",
    "release",
    "One set of tables that was put in front of readers.",
    (
        Column("release_id", "text", "Identifier of the release."),
        Column("released_at", "instant", "When it was put in place."),
        Column("data_version", "text", "Hash of the deliveries that it rests on."),
        Column("code_version", "text", "Version of this package."),
        Column("kpi_rows_n", "integer", "Rows of the KPI table.", minimum=0),
        Column("suppressed_n", "integer", "Rows whose value is withheld.", minimum=0),
    ),
    key=("release_id",),
)

QUOTATION_APPROVAL = Table(
    "ops",
    "quotation_approval",
    "One approval to quote one comment as it was then; rows are only ever added.",
    (
        Column("response_key", "text", "Response that the comment belongs to.", privacy="pseudonym"),
        Column("question_id", "text", "Question of the programme file."),
        Column("text_digest", "text", "SHA-256 of the redacted comment that was approved."),
        Column("approver", "text", "Name or role of who approved.", privacy="quasi_identifier"),
        Column("approved_at", "instant", "When it was approved."),
    ),
    key=("response_key", "question_id", "text_digest", "approver"),
)

BOARD = Table(
    "ops",
    "board",
    "One integrated care board that this installation has loaded; shipped ones are not listed.",
    (
        Column("icb_code", "text", "ODS code."),
        Column("label", "text", "Name."),
        Column("region_code", "text", "NHS England region (ODS Y code)."),
        Column("valid_to", "date", "Last day; missing where it still exists.", nullable=True),
    ),
    key=("icb_code",),
)

RESPONSE_PARTS = (ANSWER, COMMENT, LINK_CODE_VARIANT)
TABLES = (
    BOOKING, ATTENDANCE, RESPONSE, *RESPONSE_PARTS, NAME_TOKEN, SIGHTING, DELIVERY, EXCLUDED, REJECTED_ROW,
    DRIFT, RELEASE, QUOTATION_APPROVAL, BOARD,
)  # fmt: skip
