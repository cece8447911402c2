"""What a source that the programme file no longer has brought is in no figure, and is said to be there."""

from __future__ import annotations

from pathlib import Path

import pytest

from ccds_pipeline.core.basis import current_basis
from ccds_pipeline.core.build import refresh_core
from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.ingest.store.ledger import records_of_other_sources
from ccds_pipeline.kpi.build import refresh_kpis
from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline_tests.support.loaded_deliveries import Loaded
from ccds_pipeline_tests.support.small_delivery import HEADERS, PROGRAMME_TEXT, first_answer, second_answer

DAY = "2022-04-01"
_FIRST, _SECOND = PROGRAMME_TEXT.index("  - id: first\n"), PROGRAMME_TEXT.index("  - id: second\n")
REMOVED = PROGRAMME_TEXT[:_FIRST] + PROGRAMME_TEXT[_SECOND:]
RENAMED_WAVE = PROGRAMME_TEXT.replace("after", "later").replace("timing: later", "timing: after")


@pytest.fixture
def loaded(tmp_path: Path) -> Loaded:
    """A warehouse with three responses of the first survey and two of the second."""
    warehouse = Loaded(tmp_path)
    rows = {
        "first": [first_answer(one, 5) for one in ("ann", "bo", "cy")],
        "second": [second_answer(one, 7) for one in ("ann", "bo")],
    }
    for source, lines in rows.items():
        warehouse.deliver(source, DAY, HEADERS[source], lines)
        warehouse.load(source, DAY)
    return warehouse


def counted(loaded: Loaded, text: str) -> list[tuple[str, int]]:
    """Return how many responses of each wave count, and how many records are said to be delivered."""
    programme = parse_programme(text, place="small.yaml")
    with open_warehouse(loaded.warehouse) as engine:
        basis = current_basis(engine)
        refresh_core(engine, programme, basis)
        refresh_kpis(engine, programme, basis, run_id="test")
    return loaded.query(
        "SELECT wave, count(*) FROM core.fact_response GROUP BY wave "
        "UNION ALL SELECT 'received', received_n FROM kpi.record_count ORDER BY ALL"
    )


def others(loaded: Loaded, text: str) -> dict[str, int]:
    with loaded.connection() as connection:
        return records_of_other_sources(connection, parse_programme(text, place="small.yaml").sources_by_id)


def test_a_source_that_is_taken_out_of_the_programme_counts_no_more_and_is_said_to_be_there(loaded):
    assert counted(loaded, PROGRAMME_TEXT) == [("after", 2), ("before", 3), ("received", 5)]
    assert others(loaded, PROGRAMME_TEXT) == {}
    assert counted(loaded, REMOVED) == [("after", 2), ("received", 2)]
    assert others(loaded, REMOVED) == {"first": 3}


def test_its_wave_may_go_with_it(loaded):
    text = REMOVED.replace("  - {id: before, label: Before, timing: before}\n", "")
    without_change = text[: text.index("  - id: S4\n")] + text[text.index("  - {id: S5") :]
    assert counted(loaded, without_change) == [("after", 2), ("received", 2)]


def test_a_wave_that_is_renamed_while_its_source_stays_stops_what_would_lose_its_responses(loaded):
    with pytest.raises(ConfigurationError, match=r"after \(2\)") as refused:
        counted(loaded, RENAMED_WAVE)
    assert refused.value.rule == "wave_is_known"


def test_a_source_that_is_renamed_is_not_counted_twice(loaded):
    renamed = PROGRAMME_TEXT.replace("  - id: first\n", "  - id: pre\n")
    loaded.deliver("pre", DAY, HEADERS["first"], [first_answer(one, 5) for one in ("ann", "bo", "cy")])
    loaded.load("pre", DAY, programme=renamed)
    assert counted(loaded, renamed) == [("after", 2), ("before", 3), ("received", 5)]
    assert others(loaded, renamed) == {"first": 3}
