"""An invented programme with bookings, presence and a survey, of which one person is to be erased.

Vera booked, was present, and answered three times: from her address, with her booking reference alone, and
with it from another address. A second booking of hers was handed on to Ola. Bo shares nothing with her.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from ccds_pipeline.core.basis import current_basis
from ccds_pipeline.core.build import refresh_core
from ccds_pipeline.deidentify.pseudonym import Pseudonymiser
from ccds_pipeline.ingest.delivery import Ingest
from ccds_pipeline.kpi.build import refresh_kpis, refresh_themes
from ccds_pipeline.programme.load import load_programme, programme_digest
from ccds_pipeline.release.build import build_candidate, publish_candidate
from ccds_pipeline.settings import Settings
from ccds_pipeline.sources.landing import find_deliveries
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline_tests.support import keys
from ccds_pipeline_tests.support.programmes import survey_source, table_source

KEY = bytes.fromhex(keys.KEY)
OTHER_KEY = bytes.fromhex(keys.OTHER_KEY)
VERA, PRIVATE = "vera.vole@example.org", "v.at.home@example.net"
_SOURCES = "".join(
    [
        table_source(
            "bookings",
            "booking",
            "[ref]",
            "names: [holder]",
            email="mail",
            reference="ref",
            session_code="session",
            status="state",
        ),
        table_source(
            "presence",
            "attendance",
            "[mail, session]",
            email="mail",
            session_code="session",
            session_starts_at="joined",
            joined_at="joined",
            left_at="left",
        ),
        survey_source(
            "survey",
            "after",
            "{sure: Sure, why: Why}",
            "names: [holder]",
            email="mail",
            reference="ref",
            session_code="session",
            submitted_at="sent",
        ),
        *(
            survey_source(f"coded_{wave}", wave, "{sure: Sure}", link_code="code", session_code="session")
            for wave in ("before", "after")
        ),
    ]
)
PROGRAMME_TEXT = (
    """
id: rights
name: A small programme
version: "1"
waves: [{id: before, label: Before, timing: before}, {id: after, label: After, timing: after}]
scales:
  ten: {minimum: 0, maximum: 10}
questions:
  - {id: sure, text: "How sure are you?", scale: ten}
  - {id: why, text: "Why?", kind: text}
sources:
"""
    + _SOURCES
    + """kpis:
  - {id: R1, label: Reach, level: reach, rule: {type: reach}}
  - {id: R2, label: Sure, level: "2", wave: after, rule: {type: mean, question: sure, high: 8}}
breakdowns: [session]
"""
)
HEADERS = {
    "bookings": "ref,mail,session,state",
    "presence": "mail,session,joined,left",
    "survey": "id,mail,ref,session,sent,Sure,Why",
    "coded_before": "id,code,session,Sure",
    "coded_after": "id,code,session,Sure",
}
FIRST = {
    "bookings": [
        f"R-VERA,{VERA},S-1,booked",
        f"R-HANDED,{VERA},S-2,booked",
        "R-BO,bo@example.org,S-1,booked",
        "R-OLA,ola@example.org,S-1,booked",
    ],
    "presence": [
        f"{mail},S-1,2022-03-10 09:00,2022-03-10 12:00"
        for mail in (VERA, "bo@example.org", "ola@example.org")
    ],
    "survey": [
        f"1,{VERA},,S-1,2022-03-10 13:00,9,It was about badgers",
        "2,,R-VERA,,2022-03-11 13:00,8,More about hedgehogs",
        f"3,{PRIVATE},R-VERA,S-1,2022-03-12 13:00,7,",
        "4,bo@example.org,R-BO,S-1,2022-03-10 13:00,5,All fine",
        "5,,,S-1,2022-03-10 14:00,4,Nobody knows me",
    ],
}
LATER = {"bookings": [*FIRST["bookings"][:1], "R-HANDED,ola@example.org,S-2,booked", *FIRST["bookings"][2:]]}
FIRST_DAY, LATER_DAY, NAMED_DAY = "2022-04-01", "2022-05-01", "2022-05-20"
# With a column that the mapping does not know, and with names: Vera's are vera, vole, maybury (in a row that
# is rejected) and, from her other address, verity.
NAMED_HEADERS = {source: f"{header},holder,mood" for source, header in HEADERS.items()}
NAMED = {
    "bookings": [
        f"R-VERA,{VERA},S-1,booked,Ms Vera Vole,fine",
        f"R-NEW,{VERA},S-1,nonsense,Vera Maybury,fine",
        "R-KIM,kim@example.org,S-1,booked,Kim Vole,fine",
        "R-NONE,,S-1,booked,Quilla,fine",
    ],
    "survey": [
        f"3,{PRIVATE},R-VERA,S-1,2022-03-12 13:00,7,,Verity,fine",
        "9,kim@example.org,,S-1,2022-03-12 13:00,7,,Kim,fine",
    ],
}


@dataclass(frozen=True)
class Scenario:
    """One installation, and its ingest with the first key."""

    settings: Settings
    ingest: Ingest

    def deliver(
        self, rows: Mapping[str, Sequence[str]], *, day: str, headers: Mapping[str, str] = HEADERS
    ) -> None:
        """Write deliveries of one day into the landing folder."""
        for source, lines in rows.items():
            folder = Path(self.settings.landing_url) / source / day
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "export.csv").write_text("\n".join([headers[source], *lines]) + "\n", encoding="utf-8")

    def load(self, key: bytes = KEY, *, day: str = "") -> None:
        """Load every delivery, or those of one day, and compute core and KPIs."""
        ingest = replace(self.ingest, pseudonymiser=Pseudonymiser(key))
        landing = find_deliveries(self.settings.landing_url, ingest.programme.sources_by_id)
        with open_warehouse(self.settings.warehouse_file) as engine:
            for delivery in landing.deliveries:
                if day in {"", delivery.delivery_on.isoformat()}:
                    ingest.load(engine, delivery)
        self.refresh()

    def refresh(self) -> None:
        """Compute core and KPIs from what the warehouse holds."""
        programme = self.ingest.programme
        with open_warehouse(self.settings.warehouse_file) as engine:
            basis = current_basis(engine)
            refresh_core(engine, programme, basis)
            refresh_kpis(engine, programme, basis, run_id="test")
            refresh_themes(engine, programme)

    def release(self) -> pd.DataFrame:
        """Release what core and KPIs hold, and return what readers see."""
        programme, settings = self.ingest.programme, self.settings
        with open_warehouse(settings.warehouse_file) as engine:
            build_candidate(engine, programme, settings.candidate_file, note="")
            publish_candidate(
                engine, programme, settings.candidate_file, settings.reporting_file, inputs="test"
            )
        with duckdb.connect(str(settings.reporting_file), read_only=True) as connection:
            return connection.execute("SELECT * EXCLUDE (run_id) FROM reporting.kpi ORDER BY ALL").df()

    def words_on_roster(self, *words: str, key: bytes = KEY) -> list[str]:
        """Return which of the words are on the roster, and a blank for each word that is none of them."""
        codes = Pseudonymiser(key).keys(pd.Series(words, dtype="str"), purpose="name_token/1")
        known = dict(zip(codes, words, strict=True))
        found = self.rows("SELECT DISTINCT name_key FROM staging.name_token")
        return sorted(known.get(str(code), "") for (code,) in found)

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        """Return what a statement selects from the warehouse."""
        return self.all_rows([statement])[0]

    def all_rows(self, statements: Iterable[str]) -> list[list[tuple[object, ...]]]:
        """Return what each statement selects; opening the file takes longer than any of them."""
        with duckdb.connect(str(self.settings.warehouse_file), read_only=True) as connection:
            return [connection.execute(statement).fetchall() for statement in statements]


def new_scenario(folder: Path, *, rules: str = "") -> Scenario:
    """Return a scenario whose deliveries are written and not yet loaded; rules end the programme file."""
    (folder / "data").mkdir(parents=True)
    (folder / "rights.yaml").write_text(PROGRAMME_TEXT + rules, encoding="utf-8")
    scenario = scenario_in(folder)
    scenario.deliver(FIRST, day=FIRST_DAY)
    scenario.deliver(LATER, day=LATER_DAY)
    return scenario


def scenario_in(folder: Path) -> Scenario:
    """Return the scenario that lies in a folder, such as a copy of another one's."""
    programme = folder / "rights.yaml"
    settings = Settings(data_dir=folder / "data", programme=programme)
    return Scenario(
        settings,
        Ingest(
            load_programme(programme), programme_digest(programme), Pseudonymiser(KEY), settings.runs_folder
        ),
    )


@pytest.fixture(scope="session")
def loaded_scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the scenario, loaded; it is only read."""
    folder: Path = tmp_path_factory.mktemp("loaded") / "scenario"
    new_scenario(folder).load()
    return folder


@pytest.fixture
def scenario(loaded_scenario: Path, tmp_path: Path) -> Scenario:
    """Return a copy of the loaded scenario, to do with as one likes."""
    return scenario_in(Path(shutil.copytree(loaded_scenario, tmp_path / "scenario")))
