"""Delivered text → canonical fields: extraction, translation of values, instants.

Answers to questions belong in ``ingest.conform.answers``.
"""

from __future__ import annotations

import pandas as pd

from ccds_pipeline.ingest.conform.faults import Faults
from ccds_pipeline.ingest.conform.times import to_instants
from ccds_pipeline.programme.model import FIELDS_OF_RECORD, FieldMapping, Source
from ccds_pipeline.sources.labels import normalise_label

INSTANTS = frozenset(
    {
        "session_starts_at",
        "session_ends_at",
        "booked_at",
        "joined_at",
        "left_at",
        "started_at",
        "submitted_at",
    }
)


def conform_fields(rows: pd.DataFrame, source: Source, faults: Faults) -> pd.DataFrame:
    """Return one row per delivered row with every canonical field of the source's record kind.

    Instants are UTC; other fields are stripped text; missing where blank or not mapped. Rows whose
    text cannot be understood are noted in ``faults`` and carry a missing value.
    """
    return pd.DataFrame(
        {name: _field(rows, name, source, faults) for name in sorted(FIELDS_OF_RECORD[source.record])},
        index=rows.index,
    )


def emails_of(rows: pd.DataFrame, source: Source) -> pd.Series:
    """Return the address in each delivered row, also of rows that are rejected; missing as above."""
    return _field(rows, "email", source, Faults(rows))  # noted where the rows themselves are conformed


def blank_to_missing(texts: pd.Series) -> pd.Series:
    """Strip text and turn what is then empty into a missing value."""
    stripped = texts.astype("str").str.strip()
    return stripped.mask(stripped == "")


def _field(rows: pd.DataFrame, name: str, source: Source, faults: Faults) -> pd.Series:
    mapping = source.fields.get(name)  # type: ignore[call-overload]  # name is one of the literals
    if mapping is None or (mapping.default is None and f"field.{name}" not in rows):
        texts = pd.Series(None, index=rows.index, dtype="str")
    elif mapping.default is not None:
        texts = pd.Series(mapping.default, index=rows.index, dtype="str")
    else:
        texts = _translate(
            _extract(blank_to_missing(rows[f"field.{name}"]), name, mapping, faults), name, mapping, faults
        )
    if name in INSTANTS:
        instants, rules = to_instants(texts, formats=source.timestamp_formats, timezone=source.timezone)
        faults.add_each(rules, column=name)
        return instants
    return texts.str.upper() if name == "session_code" else texts


def _extract(texts: pd.Series, name: str, mapping: FieldMapping, faults: Faults) -> pd.Series:
    if mapping.extract is None:
        return texts
    found = texts.str.extract(mapping.extract, expand=True)[0].astype("str")
    faults.add(texts.index[texts.notna() & found.isna()], column=name, rule="pattern_not_found")
    return found


def _translate(texts: pd.Series, name: str, mapping: FieldMapping, faults: Faults) -> pd.Series:
    if not mapping.values:  # noqa: PD011  # a field of the mapping, no frame
        return texts
    known = {normalise_label(delivered): value for delivered, value in mapping.values.items()}  # noqa: PD011  # a dict
    unique = texts.dropna().unique()
    translated = texts.map({text: known.get(normalise_label(text)) for text in unique}).astype("str")
    faults.add(texts.index[texts.notna() & translated.isna()], column=name, rule="value_not_known")
    return translated
