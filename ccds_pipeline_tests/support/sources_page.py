"""The tables of ``docs/sources.md``, written from the lists that the tests read.

``python -m ccds_pipeline_tests.support.sources_page`` puts them into the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from ccds_pipeline.sources.formats import READERS, options_of
from ccds_pipeline_tests.support.hostile_files import READ, REFUSED, SET_ASIDE
from ccds_pipeline_tests.support.paths import ROOT
from ccds_pipeline_tests.support.source_variants import REFUSED_SAMPLES, VARIANTS, Variant

PAGE = ROOT / "docs" / "sources.md"


def with_tables(page: str) -> str:
    """Put the tables into the page, each between its marks."""
    tables = {
        "formats": formats_table(),
        "variants": variants_table(),
        "refused": refused_table(),
        "hostile": hostile_table(),
    }
    for name, table in tables.items():
        before, begin, rest = page.partition(f"<!-- {name}: begin -->\n")
        _, end, after = rest.partition(f"<!-- {name}: end -->")
        page = "".join((before, begin, table, end, after))
    return page


def formats_table() -> str:
    """Say which layout reads what, and which options it takes."""
    tools = {name: sorted({v.tool for v in VARIANTS if v.format_name == name}) for name in READERS}
    return _table(
        ["Format", "Tools", "Options"],
        (
            [f"`{name}`", ", ".join(tools[name]), ", ".join(sorted(options_of(name)))]
            for name in sorted(READERS)
        ),
    )


def variants_table() -> str:
    """Say for each tool and variant what shows that it is read."""
    rows: dict[tuple[str, str, str, str], list[Variant]] = {}
    for variant in VARIANTS:
        place = (variant.tool, variant.variant, f"`{variant.format_name}`", _delivered_as(variant))
        rows.setdefault(place, []).append(variant)
    return _table(
        ["Tool", "Variant", "Format", "Delivered as", "Real files", "Own fixture"],
        ([*place, *_evidence(same)] for place, same in sorted(rows.items())),
    )


def _delivered_as(variant: Variant) -> str:
    kind = Path(variant.files[0]).suffix.lstrip(".").upper()
    return {"zip": "zip", "workbook": "XLSX", "utf-16": "CSV, UTF-16"}.get(variant.form, kind)


def _evidence(variants: Sequence[Variant]) -> tuple[str, str]:
    real_n = sum(variant.is_real for variant in variants)
    return str(real_n or "none"), "yes" if real_n < len(variants) else "no"


def refused_table() -> str:
    """Say which real files are refused, and why."""
    return _table(
        ["Real file", "Declared as", "Rule", "The message names"],
        ([f"`{name}`", f"`{declared}`", f"`{rule}`", hint] for name, declared, rule, hint in REFUSED_SAMPLES),
    )


def hostile_table() -> str:
    """Say what becomes of each hostile file."""
    outcomes = dict.fromkeys(READ, ("read in full", ""))
    outcomes |= {name: ("refused", f"`{rule}`") for name, rule in REFUSED.items()}
    for name, faults in SET_ASIDE.items():
        rules = " ".join(sorted({f"`{rule}`" for rule in faults.values()}))
        lines = ", ".join(str(line) for line in sorted(faults))
        outcomes[name] = (f"line{'s' if len(faults) > 1 else ''} {lines} set aside, the rest read", rules)
    return _table(
        ["File", "Outcome", "Rule"],
        ([f"`{name}`", outcome, rule] for name, (outcome, rule) in sorted(outcomes.items())),
    )


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
