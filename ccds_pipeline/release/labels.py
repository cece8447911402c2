"""What a release says in words beside its codes and numbers, where no dimension says it."""

from __future__ import annotations

from dataclasses import fields

import pandas as pd

from ccds_pipeline.deidentify.generalise import label_of
from ccds_pipeline.programme.model import Programme
from ccds_pipeline.release.dimensions import breakdown_label
from ccds_pipeline.reporting.released import Value
from ccds_pipeline.reporting.wording import interval_text, name_text, value_text

_BREAKDOWN_OF = {"sector": "sector", "region_code": "region"}


def with_texts(kpis: pd.DataFrame) -> pd.DataFrame:
    """Add each released value and its interval as they are printed, with the decimals that they have.

    Args:
        kpis: Rows of ``reporting.kpi`` but for the texts.
    """
    names = [field.name for field in fields(Value)]
    plain = kpis[names].astype("object").where(kpis[names].notna(), None)
    values = [Value(*row) for row in plain.itertuples(index=False, name=None)]
    intervals = [interval_text(value) or None for value in values]
    return kpis.assign(
        value_text=[value_text(value) for value in values],
        interval_text=pd.Series(intervals, index=kpis.index, dtype="object"),
    )


def with_part_names(rows: pd.DataFrame) -> pd.DataFrame:
    """Add the names of what groups are compared by: of a characteristic, and of its part if it has parts."""
    breakdowns = rows["characteristic"].map(_BREAKDOWN_OF)
    parts = [
        None if pd.isna(breakdown) else label_of(breakdown, level)
        for breakdown, level in zip(breakdowns, rows["level"], strict=True)
    ]
    names = [
        name_text(characteristic) if pd.isna(breakdown) else breakdown_label(breakdown)
        for characteristic, breakdown in zip(rows["characteristic"], breakdowns, strict=True)
    ]
    return rows.assign(
        characteristic_label=names, level_label=pd.Series(parts, index=rows.index, dtype="object")
    )


def source_labels(source_ids: pd.Series, programme: Programme) -> list[str]:
    """Return the names of sources; one that the programme no longer has is called by its identifier."""
    labels = {source.id: source.label for source in programme.sources}
    return [labels.get(source_id, name_text(source_id)) for source_id in source_ids]
