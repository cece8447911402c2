"""The vocabulary of a verdict on a published claim, declared once.

How a claim is judged belongs in ``kpi.claims``, how a verdict is put into a sentence in ``reporting.claims``.
"""

from __future__ import annotations

VERDICTS = {
    "reproduced": "reproduced",
    "supported": "supported",
    "higher": "higher than published",
    "lower": "lower than published",
    "met_and_assured": "met and assured",
    "met": "met",
    "not_met": "not met",
    "not_decidable": "not decidable",
    "measured_as": "claimed, measured",
    "not_measured": "claimed, not measured",
    "rounding": "rounding of another claim",
    "withheld": "withheld",
    "not_computable": "cannot be computed",
    "definition_changed": "definition changed",
}
"""What became of a claim, in words; the columns ``state`` of the tables of claims hold the keys."""
(
    REPRODUCED, SUPPORTED, HIGHER, LOWER, MET_AND_ASSURED, MET, NOT_MET, NOT_DECIDABLE,
    MEASURED_AS, NOT_MEASURED, ROUNDING, WITHHELD, NOT_COMPUTABLE, DEFINITION_CHANGED,
) = VERDICTS  # fmt: skip

CONTRADICTED = (HIGHER, LOWER, NOT_MET)
"""What the data does not bear out: outside of the interval, or on the wrong side of what was claimed."""
BORNE_OUT = (REPRODUCED, SUPPORTED, MET_AND_ASSURED, MET)
JUDGED = (*BORNE_OUT, *CONTRADICTED, NOT_DECIDABLE)
"""The verdicts on a figure that was computed."""
WITHOUT_FIGURE = (MEASURED_AS, NOT_MEASURED, ROUNDING)
"""Those of a sentence without a figure of its own: it is no claim of its own to count."""
