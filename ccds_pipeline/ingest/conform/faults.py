"""Keep the account of rows that do not become records: which row, which field, which rule."""

from __future__ import annotations

import pandas as pd

from ccds_pipeline.ingest.conform.layout import FILE, LINE


class Faults:
    """Collects broken rules of one chunk of delivered rows; holds references, never values.

    Args:
        rows: The chunk, with ``@file`` and ``@line``; its index labels name the rows.
    """

    def __init__(self, rows: pd.DataFrame) -> None:
        self._rows = rows[[FILE, LINE]]
        self._found: list[tuple[pd.Index, str, str]] = []

    def add(self, rows: pd.Index, *, column: str, rule: str) -> None:
        """Note that these rows break a rule at a column (empty for the whole row)."""
        if len(rows):
            self._found.append((rows, column, rule))

    def add_each(self, rules: pd.Series, *, column: str) -> None:
        """Note a rule per row; missing means that the row is fine."""
        broken = rules.dropna()
        for rule in broken.unique():
            self.add(broken.index[broken == rule], column=column, rule=str(rule))

    @property
    def rows(self) -> pd.Index:
        """The rows that break at least one rule."""
        labels: pd.Index = pd.Index(sorted({label for rows, _, _ in self._found for label in rows}))
        return labels

    def references(self) -> pd.DataFrame:
        """Return one row per broken rule and row: file_number, line, column_name, rule."""
        parts = [
            self._rows.loc[rows].assign(column_name=column, rule=rule) for rows, column, rule in self._found
        ]
        columns = {FILE: "file_number", LINE: "line"}
        empty = self._rows.iloc[:0].assign(column_name="", rule="")
        return pd.concat([empty, *parts], ignore_index=True).rename(columns=columns).drop_duplicates()
