"""The headlines as Markdown, to be pasted: a table of KPIs, changes, and the sentences of the contract."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from ccds_pipeline.exports.content import Content

FILE = "release.md"
_KPIS = {"KPI": "kpi_label", "When": "wave_label", "Value": "value_text", "95% interval": "interval_text",
         "Of": "base_n", "Target": "target_text"}  # fmt: skip
_REACH = {"": "level_label", "People": "people_n", "Share": "share"}


def write_markdown(content: Content, folder: Path) -> None:
    """Write ``release.md``."""
    (folder / FILE).write_text(markdown_of(content), encoding="utf-8")


def markdown_of(content: Content) -> str:
    """Return the headlines of a release as one Markdown text."""
    reach = content.tables["reach"].to_pylist()
    parts = [f"# {content.programme}", *(f"{note}\n" for note in content.notes), "## KPIs\n"]
    parts.append(_table(_KPIS, content.tables["kpi_headline"].to_pylist()))
    for breakdown in dict.fromkeys(row["breakdown"] for row in reach):
        rows = [row for row in reach if row["breakdown"] == breakdown]
        parts += [f"\n## People reached: {rows[0]['breakdown_label'].lower()}\n", _table(_REACH, rows)]
    return "\n".join(parts) + "\n"


def _table(columns: dict[str, str], rows: Iterable[dict[str, object]]) -> str:
    lines: list[Sequence[str]] = [list(columns), ["---"] * len(columns)]
    lines += [[_text(name, row[name]) for name in columns.values()] for row in rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _text(name: str, value: object) -> str:
    if value is None:
        return ""
    if name == "share" and isinstance(value, float):
        return f"{round(100 * value, 1):g}%"
    return f"{value:,.0f}" if isinstance(value, int | float) else str(value)
