"""A warehouse of invented comments, and the ``ccds comments`` commands run on it in this process."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from ccds_pipeline.cli.main import main
from ccds_pipeline.comments.read import read_comments
from ccds_pipeline.core.basis import Basis
from ccds_pipeline.core.definitions import definition_frames
from ccds_pipeline.kpi.build import refresh_kpis, refresh_themes
from ccds_pipeline.schemas.register import table_of, tables_of
from ccds_pipeline.warehouse.bulk import append
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline.warehouse.tables import create_warehouse
from ccds_pipeline_tests.support.comments import PROGRAMME_TEXT, Said, frame_of, kitchen_programme


def write_warehouse(data: Path, said: Sequence[Said]) -> Path:
    """Write ``warehouse.duckdb`` with the comments, their KPIs and themes, and return the data folder."""
    programme = kitchen_programme()
    with open_warehouse(data / "warehouse.duckdb") as engine:
        with engine.begin() as connection:
            create_warehouse(connection)
            definitions = definition_frames(programme)
            for table in tables_of("core", "definition"):
                if len(definitions[table.name]):
                    append(connection, table, definitions[table.name])
            people = pd.DataFrame({"participant_key": sorted({one.person for one in said})})
            place = dict.fromkeys(
                ("organisation_code", "region_code", "icb_code", "care_setting", "staff_group"), "unknown"
            )
            people = people.assign(person_key=people["participant_key"], **place)
            append(connection, table_of("core.dim_participant"), people)
            append(connection, table_of("core.fact_response"), _responses(said))
            append(connection, table_of("core.fact_comment"), frame_of(said))
        refresh_kpis(engine, programme, Basis(date(2022, 6, 1), "data-1"), run_id="run-1")
        refresh_themes(engine, programme)
    (data / "kitchen.yaml").write_text(PROGRAMME_TEXT, encoding="utf-8")
    return data


@contextmanager
def connected(data: Path) -> Iterator[sa.Connection]:
    """Open the warehouse in one transaction."""
    with open_warehouse(data / "warehouse.duckdb") as engine, engine.begin() as connection:
        yield connection


def reference_of(data: Path, response_key: str) -> str:
    """Return the reference that coding sheets give a response."""
    with connected(data) as connection:
        named = read_comments(connection).set_index("response_key")["reference"]
    return str(named[response_key])


def _responses(said: Sequence[Said]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "response_key": f"k{number}",
                "source_id": "survey",
                "wave": one.wave,
                "participant_key": one.person,
                "session_code": None,
                "link_tier": "email",
                "respondent_key": one.person,
                "link_outcome": "matched",
                "submitted_at": None,
                "days_after": None,
                "state": one.state,
            }
            for number, one in enumerate(said)
        ]
    )


@dataclass(frozen=True)
class Printed:
    """What a command printed, and its exit code."""

    code: object
    stdout: str
    stderr: str


class Command:
    """Runs ``ccds comments`` on one data folder."""

    def __init__(
        self, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self._data, self._monkeypatch, self._capsys = data, monkeypatch, capsys

    def __call__(self, *arguments: str | Path) -> Printed:
        """Run the command with the folder's warehouse and programme."""
        place = ("--data", str(self._data), "--programme", str(self._data / "kitchen.yaml"))
        words = ["ccds", "comments", *map(str, arguments), *place]
        self._monkeypatch.setattr(sys, "argv", words)
        with pytest.raises(SystemExit) as left:
            main()
        printed = self._capsys.readouterr()
        return Printed(left.value.code, printed.out, printed.err)
