"""The order in which a file or a programme says things never changes what is read of it.

Columns, rows, alternatives of a column, options of a scale with their aliases, translations and exclusions
are put into any order; what comes out is the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ccds_pipeline.deidentify.generalise import shipped_places
from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.ingest.conform.layout import layout_of, pick_columns
from ccds_pipeline.ingest.conform.prepare import Prepared, prepare
from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline_tests.support.keys import PSEUDONYMISER
from ccds_pipeline_tests.support.programmes import TEXT

_ALTERNATIVES = (
    ("      clear: It was clear\n", "      clear: {column: [It was clear, Clear, Clear (new)]}\n"),
    ("column: [mail, e-mail]", "column: [mail, e-mail, address]"),
    ("{Paid: booked, Off: cancelled}", '{Paid: booked, Free: booked, "Off": cancelled, off.: cancelled}'),
    ('equals: [""]}', 'equals: [""]}\n      - {reason: internal, column: kind, equals: [Staff, TEST]}'),
    ("[Staff, TEST]}", "[Staff, TEST]}\n      - {reason: tests, column: kind, equals: [Test]}"),
)
PROGRAMME = TEXT
for _old, _new in _ALTERNATIVES:
    assert _old in PROGRAMME
    PROGRAMME = PROGRAMME.replace(_old, _new)

LABELS = st.sampled_from(
    ["", " ", "Agree", "agree ", "AGREE", "Disagree", "Don\u2019t agree", "N/A", "Superb"]
)
MAILS = st.sampled_from(["", "ann@example.org", " ANN@example.org ", "bo@example.org"])
TICKS = st.sampled_from(["", "0", "1", "n/a", "Git"])
WHEN = st.sampled_from(["01/02/2022 17:00", "31/01/2022 09:00", "", "31/02/2022 09:00", "09/02/2022 09:00"])
RESPONSES = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["1", "2", "3", ""]),
        "mail": MAILS,
        "when": WHEN,
        "kind": st.sampled_from(["", "test", "Staff"]),
        "It was clear": LABELS,
        "Clear": LABELS,
        "Clear (new)": LABELS,
        "How sure are you?": st.sampled_from(["", "7", "7.0", "11", "n/a"]),
        "Which tools?": st.sampled_from(["", "Git;Emacs", "Emacs;Git", "Subversion"]),
        "Git": TICKS,
        "Subversion": TICKS,
        "Why?": st.sampled_from(["", "Because", "because"]),
    }
)
BOOKINGS = st.fixed_dictionaries(
    {
        "ref": st.sampled_from(["R1", "R2", ""]),
        "mail": MAILS,
        "e-mail": MAILS,
        "address": MAILS,
        "event": st.sampled_from(["see s-12", "S-13", ""]),
        "when": WHEN,
        "state": st.sampled_from(["paid", "FREE", "off", "off.", "maybe"]),
        "employer": st.just(""),
        "job": st.just("Nurse"),
        "note": st.sampled_from(["", "test"]),
    }
)
DELIVERIES = st.one_of(
    st.tuples(st.just("survey"), st.lists(RESPONSES, min_size=1, max_size=6)),
    st.tuples(st.just("bookings"), st.lists(BOOKINGS, min_size=1, max_size=6)),
)


def shuffled(draw: st.DrawFn, part: Any) -> Any:
    """Put every part of a programme file whose order means nothing into another order."""
    if isinstance(part, dict):
        return {key: shuffled(draw, part[key]) for key in draw(st.permutations(list(part)))}
    if isinstance(part, list):
        return [shuffled(draw, inner) for inner in draw(st.permutations(part))]
    return part


@st.composite
def orders(
    draw: st.DrawFn,
) -> tuple[str, str, list[tuple[int, dict[str, str]]], list[tuple[int, dict[str, str]]]]:
    """Return a programme and a delivery in another order: source, programme, rows and turned rows."""
    source_id, rows = draw(DELIVERIES)
    numbered = list(enumerate(rows, start=2))
    names = draw(st.permutations(list(rows[0])))
    turned = [(line, {name: row[name] for name in names}) for line, row in draw(st.permutations(numbered))]
    return (
        source_id,
        yaml.safe_dump(shuffled(draw, yaml.safe_load(PROGRAMME)), sort_keys=False),
        numbered,
        turned,
    )


def prepared(text: str, source_id: str, rows: Sequence[tuple[int, Mapping[str, str]]]) -> Prepared:
    programme = parse_programme(text, place="p.yaml")
    source = programme.sources_by_id[source_id]
    lines = {
        "@line": pa.array([line for line, _ in rows], pa.int64()),
        "@fault": pa.array([None] * len(rows), pa.string()),
    }
    cells = {name: pa.array([row[name] for _, row in rows], pa.string()) for name in rows[0][1]}
    table = pa.table(lines | cells)
    return prepare(
        pick_columns(table, layout_of(source, table), file_number=1).to_pandas(),
        source=source,
        programme=programme,
        pseudonymiser=PSEUDONYMISER,
        places=shipped_places(),
        delivery="2022-02-02",
    )


def contents(outcome: Prepared) -> dict[str, list[str]]:
    """Return the rows of every frame without their order."""
    return {
        name: sorted(map(repr, frame.reindex(columns=sorted(frame.columns)).to_dict("records")))
        for name, frame in vars(outcome).items()
        if isinstance(frame, pd.DataFrame) and len(frame)
    }


@settings(max_examples=30, deadline=None)
@given(orders())
def test_no_order_changes_what_is_read(case):
    source_id, text, rows, turned = case
    assert contents(prepared(text, source_id, turned)) == contents(prepared(PROGRAMME, source_id, rows))


@settings(max_examples=20, deadline=None)
@given(st.permutations(["id", "mail", "when", "Git", "GIT ", "It was clear"]))
def test_columns_of_one_name_are_refused_in_any_order(names):
    others = ("How sure are you?", "Which tools?", "Subversion", "Why?")
    cells = {name: pa.array(["1"], pa.string()) for name in (*names, *others)}
    table = pa.table({"@line": [2], "@fault": pa.array([None], pa.string())} | cells)
    source = parse_programme(PROGRAMME, place="p.yaml").sources_by_id["survey"]
    with pytest.raises(FileRefusedError, match="GIT  and Git") as refused:
        layout_of(source, table)
    assert refused.value.rule == "column_ambiguous"
