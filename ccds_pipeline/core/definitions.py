"""The programme file's definitions as rows, so that SQL can join them.

What the definitions mean is in ``programme.model``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import pandas as pd

from ccds_pipeline.programme.model import NEVER_RELEASED, OTHER, Kpi, Programme, Question
from ccds_pipeline.reference.tables import shipped_rows

Row = Mapping[str, object]


def definition_frames(programme: Programme) -> dict[str, pd.DataFrame]:
    """Return the rows of every definition table of ``core``, by table name; columns as registered."""
    rows: dict[str, Sequence[Row]] = {
        "dim_programme": [_programme(programme)],
        "dim_phase": [
            {"phase_id": phase.id, "label": phase.label, "starts_on": phase.starts, "ends_on": phase.ends}
            for phase in programme.phases
        ],
        "dim_wave": list(_waves(programme)),
        "dim_source": [
            {"source_id": source.id, "is_complete": bool(source.complete)} for source in programme.sources
        ],
        "dim_question": [_question(question, programme) for question in programme.questions],
        "dim_option": list(_options(programme)),
        "dim_breakdown": [
            {"breakdown": breakdown, "is_released": breakdown not in NEVER_RELEASED}
            for breakdown in programme.breakdowns
        ],
        "dim_care_setting": shipped_rows("care_settings"),
        "dim_icb": [_icb(row) for row in shipped_rows("icbs")],
        "dim_kpi": [_kpi(kpi, programme, order) for order, kpi in enumerate(programme.kpis, start=1)],
        "kpi_option": [
            {"kpi_id": kpi.id, "option_code": code}
            for kpi in programme.kpis
            for code in kpi.rule.terms.favourable_options
        ],
    }
    return {name: pd.DataFrame(list(content)) for name, content in rows.items()}


def _programme(programme: Programme) -> Row:
    linking = programme.linking
    return {
        "programme_id": programme.id,
        "name": programme.name,
        "version": programme.version,
        "timezone": programme.timezone,
        "minimum_minutes": programme.attendance.minimum_minutes,
        "hours_around_plan": programme.attendance.hours_around_plan,
        "requires_attendance": linking.require_attendance,
        "shortest_near_code": linking.shortest_near_code if linking.near_codes else None,
    }


def _waves(programme: Programme) -> Iterator[Row]:
    for order, wave in enumerate(programme.waves, start=1):
        window = wave.window
        yield {
            "wave": wave.id,
            "label": wave.label,
            "wave_order": order,
            "timing": wave.timing,
            "from_day": window.from_day if window else None,
            "target_day": window.target_day if window else None,
            "to_day": window.to_day if window else None,
        }


def _question(question: Question, programme: Programme) -> Row:
    scale = programme.scales[question.scale] if question.scale else None
    greatest = (scale.maximum if scale.is_numeric else len(scale.options)) if scale else None
    return {
        "question_id": question.id,
        "text": question.text,
        "kind": question.kind,
        "scale_id": question.scale,
        "scale_minimum": scale.minimum if scale else None,
        "scale_maximum": greatest,
        "is_sensitive": question.sensitive,
    }


def _options(programme: Programme) -> Iterator[Row]:
    for question in programme.questions:
        scale = programme.scales[question.scale] if question.scale else None
        if scale is None:
            continue
        options = [(option.code, option.label) for option in scale.options]
        options += [(OTHER, "Other")] if scale.accepts_other else []
        for order, (code, label) in enumerate(options, start=1):
            yield {"question_id": question.id, "option_code": code, "label": label, "option_order": order}


def _icb(row: Mapping[str, str]) -> Row:
    named = {name: row[name] for name in ("icb_code", "label", "region_code")}
    return named | {"valid_to": date.fromisoformat(row["valid_to"]) if row["valid_to"] else None}


def _kpi(kpi: Kpi, programme: Programme, order: int) -> Row:
    terms, target = kpi.rule.terms, kpi.target
    return {
        "kpi_id": kpi.id,
        "kpi_order": order,
        "label": kpi.label,
        "level": kpi.level,
        "wave": kpi.wave,
        "rule": kpi.rule.type,
        "question_id": terms.question_id,
        "minus_question_id": terms.minus_question_id,
        "before_wave": terms.before_wave,
        "after_wave": terms.after_wave,
        "covariate_question_id": terms.covariate_question_id,
        "high_score": terms.high_score,
        "scale_id": programme.questions_by_id[terms.question_id].scale if terms.question_id else None,
        "target": target.value if target else None,
        "comparator": target.comparator if target else None,
        "definition_version": kpi.version,
        "definition_status": kpi.status,
    }
