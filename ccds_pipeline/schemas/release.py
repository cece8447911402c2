"""Tables of ``ops`` that remember what was released, of whom, and who approved it; restricted.

The rules that read them stand in ``warehouse.release_ledger`` and ``release_approval``.
"""

from __future__ import annotations

from ccds_pipeline.schemas.kpi import KPI, REPORTING_CLAIM, REPORTING_KPI
from ccds_pipeline.schemas.register import Column, Table

_FINGERPRINT = Column("fingerprint", "text", "Hash of what a candidate shows; the same for the same content.")
_CODES = (
    Column("population", "text", "What several readings are of, such as the answers to one item."),
    Column("person_code", "integer", "First 60 bits of a hash of the person's key.", privacy="pseudonym"),
    Column(
        "place_code",
        "integer",
        "The same of where the contribution was made, in every breakdown.",
        privacy="quasi_identifier",
    ),
    Column(
        "content_code",
        "integer",
        "The same of what the person contributed.",
        privacy="sensitive_answer",
    ),
)
CONTRIBUTION = Table(
    "ops",
    "contribution",
    "One person's contribution to one population at one place, as of the candidate.",
    _CODES,
    key=tuple(column.name for column in _CODES),
    is_key_enforced=False,
)
PLACE_LEVEL = Table(
    "ops",
    "place_level",
    "One part of one breakdown that one place lies in.",
    (
        Column("place_code", "integer", "Place of a contribution."),
        Column("breakdown", "text", "Breakdown; all for the whole."),
        Column("level", "text", "Part of it.", privacy="quasi_identifier"),
    ),
    key=("place_code", "breakdown"),
    is_key_enforced=False,
)
RELEASED_CONTRIBUTION = Table(
    "ops",
    "released_contribution",
    "One contribution, for the releases in a row that rested on it.",
    (
        *_CODES,
        Column("since_n", "integer", "First release that rested on it.", minimum=1),
        Column("until_n", "integer", "First release that did not any more.", nullable=True, minimum=1),
    ),
    key=(*(column.name for column in _CODES), "since_n"),
    is_key_enforced=False,
)
RELEASED_PLACE_LEVEL = Table(
    "ops",
    "released_place_level",
    "One part of one breakdown that one place of a released contribution lies in.",
    PLACE_LEVEL.columns,
    key=PLACE_LEVEL.key,
    is_key_enforced=False,
)
_CELL = (
    *(column for column in REPORTING_KPI.columns if column.name in KPI.column_names),
    Column("release_n", "integer", "Number of the release that showed it first.", minimum=1),
    Column("population", "text", "Population of contributions; empty for what no person is behind."),
    Column("rules", "text", "Hash of thresholds and the way of releasing."),
)
RELEASED_CELL = Table(
    "ops",
    "released_cell",
    "One cell as one release changed it; append-only.",
    _CELL,
    key=(*KPI.key, "release_n"),
    is_key_enforced=False,
)
CANDIDATE_CELL = Table(
    "ops",
    "candidate_cell",
    "One cell of the candidate, with why it is withheld or not renewed.",
    (
        *_CELL,
        Column("is_carried_forward", "boolean", "Whether it stands as an earlier release showed it."),
        Column("reason", "text", "Exact reason for withholding; missing where it is shown.", nullable=True),
    ),
    key=KPI.key,
    is_key_enforced=False,
)
CANDIDATE = Table(
    "ops",
    "candidate",
    "The release that was built last, with the outcome of the attack on it.",
    (
        _FINGERPRINT,
        Column("release_n", "integer", "Number that it will have.", minimum=1),
        Column("data_version", "text", "Hash of the deliveries that it rests on."),
        Column("built_at", "instant", "When it was built."),
        Column("small_n", "integer", "Small counts behind it that are not shown.", minimum=0),
        Column("covers_n", "integer", "Cells withheld because the attack found something.", minimum=0),
        Column("dropped", "text", "Breakdowns left out as a whole, separated by commas."),
        Column("audit_seconds", "number", "How long the attack took.", unit="seconds", minimum=0),
    ),
    key=("fingerprint",),
)
RELEASED_CLAIM = Table(
    "ops",
    "released_claim",
    "One claim about an earlier day as it was released first; that day does not change any more.",
    (
        *(column for column in REPORTING_CLAIM.columns if column.name != "run_id"),
        Column("rules", "text", "Hash of thresholds and the way of releasing."),
    ),
    key=("claim_id", "definition_version", "as_of", "rules"),
    is_key_enforced=False,
)
APPROVAL = Table(
    "ops",
    "release_approval",
    "One approval of one candidate; append-only.",
    (
        _FINGERPRINT,
        Column("data_version", "text", "Hash of the deliveries that it rests on."),
        Column("approved_at", "instant", "When it was approved."),
        Column("approver", "text", "Who approved it."),
        Column("reason", "text", "Why."),
        Column(
            "exception", "text", "Cell that was looked at by itself; empty for the whole release.",
        ),
    ),
)  # fmt: skip

REBUILT_TABLES = (CANDIDATE, CANDIDATE_CELL, CONTRIBUTION, PLACE_LEVEL)
KEPT_TABLES = (RELEASED_CELL, RELEASED_CONTRIBUTION, RELEASED_PLACE_LEVEL, RELEASED_CLAIM, APPROVAL)
