"""Delivered text → canonical fields: extraction, translation of values, instants.

Answers to questions belong in ``ingest.conform.answers``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd

from ccds_pipeline.ingest.conform.faults import Faults
from ccds_pipeline.programme.labels import normalise_label
from ccds_pipeline.programme.model import FIELDS_OF_RECORD, FieldMapping, Source
from ccds_pipeline.programme.time_formats import with_day_and_month_swapped

HAPPENED = frozenset({"booked_at", "joined_at", "left_at", "started_at", "submitted_at"})
PLANNED = frozenset({"session_starts_at", "session_ends_at"})
INSTANTS = HAPPENED | PLANNED
ANOTHER_ORDER, AFTER_DELIVERY = "dates_in_another_order", "after_the_delivery"


def conform_fields(rows: pd.DataFrame, source: Source, faults: Faults, *, delivered_on: date) -> pd.DataFrame:
    """Return one row per delivered row with every canonical field of the source's record kind.

    Instants are UTC; other fields are stripped text; missing where blank or not mapped. Rows whose
    text cannot be understood are noted in ``faults`` and carry a missing value. What has happened did not
    happen after the day of its delivery, nor the day after it, as zones differ: such rows are noted, too. A
    row with the rule ``dates_in_another_order`` says that its whole file is written in another order of day
    and month than the source declares.
    """
    fields = {}
    for name in sorted(FIELDS_OF_RECORD[source.record]):
        texts = _texts(rows, name, source, faults)
        if name in INSTANTS:
            latest = _end_of(delivered_on) if name in HAPPENED else None
            fields[name] = _instants(texts, name, source, faults, latest=latest)
        else:
            fields[name] = texts
    return pd.DataFrame(fields, index=rows.index)


def _end_of(delivered_on: date) -> pd.Timestamp:
    return pd.Timestamp(delivered_on + timedelta(days=2), tz="UTC")


def emails_of(rows: pd.DataFrame, source: Source) -> pd.Series:
    """Return the address in each delivered row, also of rows that are rejected; missing as above."""
    return _texts(rows, "email", source, Faults(rows))  # noted where the rows themselves are conformed


def blank_to_missing(texts: pd.Series) -> pd.Series:
    """Strip text and turn what is then empty into a missing value."""
    stripped = texts.astype("str").str.strip()
    return stripped.mask(stripped == "")


def _texts(rows: pd.DataFrame, name: str, source: Source, faults: Faults) -> pd.Series:
    mapping = source.fields.get(name)  # type: ignore[call-overload]  # name is one of the literals
    if mapping is None or mapping.default is not None:
        texts = pd.Series(mapping and mapping.default, index=rows.index, dtype="str")
    else:
        texts = _translate(_extract(_delivered(rows, name), name, mapping, faults), name, mapping, faults)
    return texts.str.upper() if name == "session_code" else texts


def _instants(
    texts: pd.Series, name: str, source: Source, faults: Faults, *, latest: pd.Timestamp | None
) -> pd.Series:
    instants, rules = to_instants(texts, formats=source.timestamp_formats, timezone=source.timezone)
    if latest is not None:
        rules = rules.mask(instants >= latest, AFTER_DELIVERY)
    doubtful = {NOT_A_TIME: None, AFTER_DELIVERY: latest}
    turned = [_in_another_order(texts[rules == rule], source, latest=end) for rule, end in doubtful.items()]
    rules[turned[0].union(turned[1])] = ANOTHER_ORDER
    faults.add_each(rules, column=name)
    return instants


def _in_another_order(texts: pd.Series, source: Source, *, latest: pd.Timestamp | None) -> pd.Index:
    """Return the rows whose text is a possible time once day and month change places."""
    swapped = filter(None, map(with_day_and_month_swapped, source.timestamp_formats))
    found = pd.Series(False, index=texts.index)
    for order in swapped if len(texts) else ():
        instants, _ = to_instants(texts, formats=[order], timezone=source.timezone)
        found |= instants.notna() if latest is None else instants < latest
    return found.index[found]


def _delivered(rows: pd.DataFrame, name: str) -> pd.Series:
    """Return the field's text, or that of its fallback; missing where both are blank or not delivered."""
    texts = pd.Series(None, index=rows.index, dtype="str")
    for part in (f"field.{name}", f"fallback.{name}"):
        if part in rows:
            texts = texts.fillna(blank_to_missing(rows[part]))
    return texts


def _extract(texts: pd.Series, name: str, mapping: FieldMapping, faults: Faults) -> pd.Series:
    if mapping.extract is None:
        return texts
    found = texts.str.extract(mapping.extract, expand=True).iloc[:, 0].astype("str")
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


# Local times that the change of clocks skips or repeats get one of these instead of an instant.
SKIPPED, REPEATED, NOT_A_TIME = "time_does_not_exist", "time_is_ambiguous", "not_a_timestamp"


def to_instants(texts: pd.Series, *, formats: Sequence[str], timezone: str) -> tuple[pd.Series, pd.Series]:
    """Parse date-times.

    Args:
        texts: Text or missing, per row; blank is missing.
        formats: strptime formats that the source declares; the first that fits counts. One with ``%z``
            says its offset itself, any other is a local time.
        timezone: IANA zone of the export's local times.

    Returns:
        Two series on the same index: instants in UTC (microseconds; missing where there is none), and
        the broken rule by name (missing where none): not a time of any format, or a local time that
        the change of clocks skips or repeats.
    """
    unique = pd.Series(texts.dropna().unique(), dtype="str")
    instants = pd.Series(pd.NaT, index=unique.index, dtype="datetime64[us, UTC]")
    rules = pd.Series(NOT_A_TIME, index=unique.index, dtype="object")
    for form in formats:
        left = unique[rules == NOT_A_TIME]
        if left.empty:
            break
        parsed, broken = _parse_offset(left, form) if "%z" in form else _parse_local(left, form, timezone)
        instants[left.index], rules[left.index] = parsed, broken
    position = texts.map(pd.Series(unique.index, index=unique))
    return instants.reindex(position).set_axis(texts.index), rules.reindex(position).set_axis(texts.index)


def _parse_offset(texts: pd.Series, form: str) -> tuple[pd.Series, pd.Series]:
    instants = pd.to_datetime(texts, format=form, errors="coerce", utc=True).astype("datetime64[us, UTC]")
    return instants, _rules(texts, {NOT_A_TIME: instants.isna()})


def _parse_local(texts: pd.Series, form: str, timezone: str) -> tuple[pd.Series, pd.Series]:
    local = pd.to_datetime(texts, format=form, errors="coerce").astype("datetime64[us]")
    repeated = local.dt.tz_localize(timezone, ambiguous="NaT", nonexistent="shift_forward").isna()
    skipped = local.dt.tz_localize(timezone, ambiguous=False, nonexistent="NaT").isna()
    rules = _rules(texts, {REPEATED: repeated, SKIPPED: skipped, NOT_A_TIME: local.isna()})
    zoned = local.where(rules.isna()).dt.tz_localize(timezone, ambiguous=False, nonexistent="shift_forward")
    return zoned.dt.tz_convert("UTC").astype("datetime64[us, UTC]"), rules


def _rules(texts: pd.Series, broken: dict[str, pd.Series]) -> pd.Series:
    """Name the rule that each text breaks; a later one of ``broken`` overrides an earlier one."""
    rules = pd.Series(None, index=texts.index, dtype="object")
    for rule, rows in broken.items():
        rules[rows] = rule
    return rules
