"""The dimensions of a release: what its identifiers are called, what they mean, and in which order they come.

They are made of the programme file, the reference tables and the vocabulary of a cell; of the release they
take only which parts are in it. Numbers belong in the tables that refer to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache

import pandas as pd

from ccds_pipeline.deidentify.generalise import UNKNOWN, label_of
from ccds_pipeline.kpi.rules.rule import rule_of
from ccds_pipeline.programme.model import OTHER, Kpi, Programme, Scale
from ccds_pipeline.reference.tables import shipped_rows
from ccds_pipeline.reporting.wording import breakdown_text, capitalised, name_text, target_words
from ccds_pipeline.schemas.readings import (
    FOR_ANALYSTS,
    NO_UNIT,
    READINGS,
    UNITS,
    WHOLE,
    reading_of,
    reading_position,
)
from ccds_pipeline.schemas.register import Table, table_of

Row = dict[str, object]
_GROUP = ["breakdown", "level"]
_LABELS = {
    "kpi_label": ("dim_kpi", ["kpi_id"]),
    "kpi_order": ("dim_kpi", ["kpi_id"]),
    "estimand_label": ("dim_estimand", ["estimand"]),
    "wave_label": ("dim_wave", ["wave"]),
    "wave_order": ("dim_wave", ["wave"]),
    "breakdown_label": ("dim_group", _GROUP),
    "level_label": ("dim_group", _GROUP),
}
_WHOLE_LABEL, _UNKNOWN_LABEL = "Whole programme", "Unknown"
# Their parts come in the order of their reference table; those of the others by name.
_REFERENCE_ORDER = {"sector": "sectors", "care_setting": "care_settings", "staff_group": "staff_groups"}


def dimension_frames(
    kpis: pd.DataFrame, groups: Iterable[pd.DataFrame], programme: Programme, boards: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Return the rows of every dimension that Python makes, by table name.

    Args:
        kpis: Released rows of the KPIs; they say which reading stands for a KPI.
        groups: Released rows with ``breakdown`` and ``level``.
        programme: Gives definitions and names.
        boards: Rows of ``core.dim_icb``.
    """
    rows = {
        "dim_wave": list(_waves(programme)),
        "dim_kpi": [_kpi(kpi, programme, order, kpis) for order, kpi in enumerate(programme.kpis, start=1)],
        "dim_estimand": _estimands(kpis),
        "dim_group": _groups(groups, programme, boards),
    }
    return {
        name: pd.DataFrame(found, columns=table_of(f"reporting.{name}").column_names)
        for name, found in rows.items()
    }


def labelled(frame: pd.DataFrame, table: Table, dimensions: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Add the names that a released table has beside its identifiers, where the frame has none yet."""
    missing = [name for name in table.column_names if name in _LABELS and name not in frame]
    named = frame.copy()
    for name in missing:
        dimension, key = _LABELS[name]
        names = dimensions[dimension].set_index(key)[name]
        at = pd.MultiIndex.from_frame(frame[key]) if len(key) > 1 else pd.Index(frame[key[0]])
        named[name] = names.reindex(at).to_numpy()
    return named


def _waves(programme: Programme) -> list[Row]:
    rows: list[Row] = [
        {
            "wave": wave.id,
            "wave_order": order,
            "wave_label": wave.label,
            "timing": wave.timing,
            "from_day": wave.window.from_day if wave.window else None,
            "target_day": wave.window.target_day if wave.window else None,
            "to_day": wave.window.to_day if wave.window else None,
        }
        for order, wave in enumerate(programme.waves, start=1)
    ]
    return [*rows, {"wave": WHOLE, "wave_order": len(rows) + 1, "wave_label": "Not by wave"}]


def _kpi(kpi: Kpi, programme: Programme, order: int, kpis: pd.DataFrame) -> Row:
    terms, target = kpi.rule.terms, kpi.target
    question = programme.questions_by_id.get(terms.question_id or "")
    scale = programme.scales[question.scale] if question and question.scale else None
    headline = kpis[(kpis["kpi_id"] == kpi.id) & kpis["is_headline"] & (kpis["breakdown"] == WHOLE)].iloc[0]
    unit = UNITS.get(headline["unit"], NO_UNIT)
    return {
        "kpi_id": kpi.id,
        "kpi_order": order,
        "kpi_label": kpi.label,
        "definition_text": rule_of(kpi, programme).sentence(),
        "evaluation_level": f"Level {kpi.level}" if kpi.level[:1].isdigit() else capitalised(kpi.level),
        "rule": kpi.rule.type,
        "wave": kpi.wave,
        "before_wave": terms.before_wave,
        "question_id": question.id if question else None,
        "question_text": question.text if question else None,
        "scale_text": scale_text(scale) if scale else None,
        "scale_minimum": scale.minimum if scale else None,
        "scale_maximum": scale.maximum if scale else None,
        "favourable_text": favourable_text(kpi, scale) if scale else None,
        "estimand": headline["estimand"],
        "unit": unit.name,
        "value_kind": unit.value_kind,
        "number_format": unit.number_format(_number_of(headline)),
        "target": target.value if target else None,
        "comparator": target.comparator if target else None,
        "target_text": target_words(target.comparator, target.value, unit.name) if target else None,
        "definition_version": kpi.version,
        "definition_status": kpi.status,
    }


def _number_of(headline: pd.Series) -> float | None:
    """Return how many answers or people a headline is of; None where that is withheld, or nobody."""
    return None if pd.isna(headline["denominator"]) else float(headline["denominator"]) or None


def scale_text(scale: Scale) -> str:
    """Return what a question accepts, in words."""
    if scale.is_numeric:
        return f"{scale.minimum} to {scale.maximum}"
    return ", ".join(option.label for option in scale.options)


def favourable_text(kpi: Kpi, scale: Scale) -> str | None:
    """Return which answers count as favourable, in words; None where the KPI counts none so."""
    terms = kpi.rule.terms
    if terms.high_score is not None:
        return f"{terms.high_score} or more"
    labels = {option.code: option.label for option in scale.options} | {OTHER: "Other"}
    return " or ".join(labels[code] for code in terms.favourable_options) or None


def _estimands(kpis: pd.DataFrame) -> list[Row]:
    """Return every reading of a release, and those that only this one has."""
    own = [estimand for estimand in kpis["estimand"].unique() if estimand not in READINGS]
    units = kpis.drop_duplicates("estimand").set_index("estimand")["unit"]
    names = [*(name for name in READINGS if name not in FOR_ANALYSTS), *sorted(own)]
    rows = []
    for order, name in enumerate(sorted(names, key=reading_position), start=1):
        reading = reading_of(name)
        unit = UNITS.get(units.get(name, reading.unit.name), NO_UNIT)
        base = {"count": unit.suffix, "other": ""}.get(unit.kind, f"{reading.of} {reading.which}".strip())
        rows.append(
            {
                "estimand": name,
                "estimand_order": order,
                "estimand_label": capitalised(reading.name),
                "unit": unit.name,
                "value_kind": unit.value_kind,
                "number_format": unit.number_format(),
                "base_label": base or None,
            }
        )
    return rows


def _groups(groups: Iterable[pd.DataFrame], programme: Programme, boards: pd.DataFrame) -> list[Row]:
    found = {tuple(pair) for frame in groups for pair in frame[_GROUP].itertuples(index=False, name=None)}
    # A part that was released earlier stands although the programme may have given its breakdown up.
    given_up = sorted({breakdown for breakdown, _ in found}.difference(programme.breakdowns, [WHOLE]))
    breakdowns = [WHOLE, *programme.breakdowns, *given_up]
    parents = _parents(boards)
    codes = {row["ods_code"]: row["gss_code"] for row in shipped_rows("area_codes")}
    names = {
        "icb": dict(zip(boards["icb_code"], boards["label"], strict=True)),
        "phase": {phase.id: phase.label for phase in programme.phases},
        WHOLE: {WHOLE: _WHOLE_LABEL},
    }
    found.add((WHOLE, WHOLE))
    labels = {(breakdown, level): _level_label(breakdown, level, names) for breakdown, level in found}
    rows: list[Row] = []
    places: dict[str, int] = {}
    for breakdown, level in sorted(
        found, key=lambda pair: (breakdowns.index(pair[0]), *_place(pair[0], pair[1], programme, labels))
    ):
        places[breakdown] = places.get(breakdown, 0) + 1
        parent = parents.get((breakdown, level))
        within = parent if parent in found else (None, None)
        rows.append(
            {
                "breakdown": breakdown,
                "breakdown_order": breakdowns.index(breakdown) + 1,
                "breakdown_label": breakdown_label(breakdown),
                "level": level,
                "level_order": places[breakdown],
                "level_label": labels[breakdown, level],
                "map_code": codes.get(level) if breakdown in ("region", "icb") else None,
                "parent_breakdown": within[0],
                "parent_level": within[1],
                "is_unknown": level == UNKNOWN,
            }
        )
    return rows


def breakdown_label(breakdown: str) -> str:
    """Return the name of a breakdown, such as ``Staff group``."""
    return _WHOLE_LABEL if breakdown == WHOLE else capitalised(breakdown_text(breakdown))


def _parents(boards: pd.DataFrame) -> dict[tuple[str, str], tuple[str, str]]:
    """Return the part that a part belongs to, where reference tables say it."""
    regions = zip(boards["icb_code"], boards["region_code"], strict=True)
    return {("icb", board): ("region", region) for board, region in regions} | {
        ("care_setting", row["care_setting"]): ("sector", row["sector"])
        for row in shipped_rows("care_settings")
    }


def _place(
    breakdown: str, level: str, programme: Programme, labels: Mapping[tuple[str, str], str]
) -> tuple[bool, int, str]:
    """Return what parts of one breakdown are sorted by; what is unknown comes last."""
    own = [phase.id for phase in programme.phases] if breakdown == "phase" else _reference_order(breakdown)
    by = level if breakdown in ("month", "session") else labels[breakdown, level]
    return level == UNKNOWN, own.index(level) if level in own else len(own), by


@cache
def _reference_order(breakdown: str) -> list[str]:
    if breakdown not in _REFERENCE_ORDER:
        return []
    return [next(iter(row.values())) for row in shipped_rows(_REFERENCE_ORDER[breakdown])]


def _level_label(breakdown: str, level: str, names: Mapping[str, Mapping[str, str]]) -> str:
    if level == UNKNOWN:
        return _UNKNOWN_LABEL
    if level in names.get(breakdown, {}):
        return names[breakdown][level]
    if breakdown == "month":
        return f"{date.fromisoformat(f'{level}-01'):%B %Y}"
    if breakdown in ("phase", "delivery_mode"):
        return name_text(level)
    return level if breakdown == "session" else label_of(breakdown, level)
