"""Rows of the released tables as plain mappings, with what stands in them where nothing is said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from ccds_pipeline.reporting.wording import name_text
from ccds_pipeline.schemas.readings import reading_text

Row = Mapping[str, object]


OF_ONE_RELEASE = {
    "programme": "welcome",
    "phase": "all",
    "as_of": date(2022, 10, 3),
    "data_version": "0123456789abcdef",
    "code_version": "9.9.9",
    "run_id": "run-1",
    "definition_version": "1",
}


def kpi_row(kpi_id: str, order: int, label: str, /, **columns: object) -> Row:
    """One row of ``reporting.kpi``: by default a measured headline share of the whole programme."""
    row: dict[str, object] = {
        **OF_ONE_RELEASE,
        "kpi_id": kpi_id,
        "kpi_order": order,
        "kpi_label": label,
        "definition_status": "assumed",
        "estimand": "share",
        "is_headline": True,
        "wave": "after",
        "breakdown": "all",
        "level": "all",
        "unit": "share",
        "status": "measured",
        "suppressed": False,
    }
    return _with_labels(row | columns)


def share_columns(numerator: float, denominator: float, *, reach: float = 0.01) -> dict[str, object]:
    """The columns of a measured share whose interval reaches ``reach`` to both sides."""
    share = numerator / denominator
    return {
        "numerator": numerator,
        "denominator": denominator,
        "eligible_n": denominator,
        "blank_n": 10,
        "not_applicable_n": 0,
        "people_n": denominator,
        "value": share,
        "ci_low": share - reach,
        "ci_high": share + reach,
        "ci_method": "wilson",
    }


def withheld_columns(reason: str = "withheld") -> dict[str, object]:
    """The columns of a value that is withheld."""
    return {"suppressed": True, "suppression_reason": reason}


def _with_labels(row: dict[str, object]) -> Row:
    """Add names to a row where it has none: its identifiers as words, and months as they are called."""
    wave, breakdown, level = (str(row[name]) for name in ("wave", "breakdown", "level"))
    is_month = re.fullmatch("[0-9]{4}-[0-9]{2}", level) is not None
    names: dict[str, object] = {
        "kpi_label": str(row["kpi_id"]),
        "estimand_label": reading_text(str(row["estimand"])),
        "wave_label": name_text(wave),
        "breakdown_label": name_text(breakdown),
        "level_label": f"{date.fromisoformat(f'{level}-01'):%B %Y}" if is_month else level,
        "value_text": "printed",
    }
    return names | row


def source_row(source_id: str, **columns: object) -> Row:
    """One row of ``reporting.data_status``."""
    return {
        "source_id": source_id,
        "source_label": name_text(source_id),
        "deliveries_n": 3,
        "files_n": 3,
        "refused_files_n": 0,
        "outstanding_n": 0,
        "last_delivery_on": date(2022, 10, 1),
        "received_n": 200,
        "loaded_n": 180,
        "duplicate_n": 10,
        "excluded_n": 5,
        "rejected_n": 5,
        "withdrawn_n": 0,
    } | columns


def claim_row(claim_id: str, text: str, kpi_id: str, /, **columns: object) -> Row:
    """One row of ``reporting.claim``: by default a share of 0.9 that is what was claimed."""
    return {
        **OF_ONE_RELEASE,
        "claim_id": claim_id,
        "claim_order": 1,
        "text": text,
        "kpi_id": kpi_id,
        "estimand": "share",
        "claimed": 0.9,
        "decimals": 0,
        "comparator": "=",
        "unit": "share",
        "value": 0.9,
        "denominator": 200,
        "ci_low": 0.85,
        "ci_high": 0.94,
        "state": "reproduced",
    } | columns


def chart_row(kpi_id: str, breakdown: str, level: str, value: float, /, **columns: object) -> Row:
    """One row of ``reporting.control_chart``: by default a share in a funnel, within its limits."""
    row: dict[str, object] = {
        "kpi_id": kpi_id,
        "estimand": "share",
        "wave": "after",
        "chart": "funnel",
        "breakdown": breakdown,
        "level": level,
        "n": 50,
        "value": value,
        "unit": "share",
        "centre": 0.8,
        "low_95": 0.7,
        "high_95": 0.9,
        "low_limit": 0.6,
        "high_limit": 0.95,
    }
    return _with_labels(row | columns)
