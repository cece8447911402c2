"""From exact KPIs to a candidate: claims, charts and facilitators."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from ccds_pipeline.kpi.build import refresh_themes
from ccds_pipeline.kpi.claims import Figure, judged_claims, refresh_claims, verdict
from ccds_pipeline.programme.load import default_programme_file, load_programme, parse_programme
from ccds_pipeline.programme.model import Programme
from ccds_pipeline.release.build import build_candidate
from ccds_pipeline.release.perturbation import REACH
from ccds_pipeline.release.publication import history_of
from ccds_pipeline.schemas.register import Table, table_of, tables_of
from ccds_pipeline.schemas.verdicts import JUDGED
from ccds_pipeline.synthetic.demonstration import write_demonstration
from ccds_pipeline.warehouse.bulk import read_frame
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline_tests.support.commands import kpis_without_dagster
from ccds_pipeline_tests.support.paths import ROOT
from ccds_pipeline_tests.support.small_delivery import PROGRAMME_TEXT, deliver, presence

CCDS = load_programme(default_programme_file())


def released_tables(warehouse: Path, programme: Programme, candidate: Path) -> dict[str, pd.DataFrame]:
    with open_warehouse(warehouse) as engine:
        refresh_claims(engine, programme, run_id="test", kept=candidate.with_name("as_of"))
        refresh_themes(engine, programme)
        build_candidate(engine, programme, candidate, note="Synthetic")
    with open_warehouse(candidate) as engine, engine.connect() as connection:
        return {table.name: read_frame(connection, table) for table in tables_of("reporting")}


def exact(warehouse: Path, table: Table) -> pd.DataFrame:
    with open_warehouse(warehouse, read_only=True) as engine, engine.connect() as connection:
        return read_frame(connection, table)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("releasing")
    write_demonstration(folder / "landing", participants=230, seed=5)
    kpis_without_dagster(folder / "landing", folder / "data", default_programme_file())
    return folder / "data" / "warehouse.duckdb"


@pytest.fixture(scope="module")
def candidate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("candidate") / "release.duckdb"


@pytest.fixture(scope="module")
def released(warehouse: Path, candidate: Path) -> dict[str, pd.DataFrame]:
    return released_tables(warehouse, CCDS, candidate)


@pytest.mark.attack("A27")
def test_facilitators_have_exact_kpis_and_none_that_leave(warehouse, released):
    assert "facilitator" in set(exact(warehouse, table_of("kpi.kpi"))["breakdown"])
    assert "facilitator" in set(exact(warehouse, table_of("kpi.control_chart"))["breakdown"])
    for table in ("kpi", "control_chart"):
        assert "facilitator" not in set(released[table]["breakdown"])


def test_every_claim_stands_in_order_with_its_released_value(released):
    shown = released["claim"].sort_values("claim_order")
    assert shown["claim_id"].tolist() == [claim.id for claim in CCDS.claims]
    is_shown = (shown["state"] != "withheld").to_numpy()
    assert is_shown.any()
    assert shown.loc[~is_shown, "value"].isna().all()
    claimed = {claim.id: claim.kpi for claim in CCDS.claims}
    whole = released["kpi"].query("breakdown == 'all' and is_headline and value.notna()").set_index("kpi_id")
    shares = [
        row
        for row in shown[is_shown].dropna(subset="value").itertuples()
        if claimed[str(row.claim_id)] in whole.index and row.unit == "share"
    ]
    assert shares
    for share in shares:
        of_kpi = whole.loc[claimed[str(share.claim_id)]]
        assert (share.value, share.denominator) == (of_kpi["value"], of_kpi["denominator"])


def test_a_verdict_says_nothing_that_the_released_number_does_not_say(released):
    claims = {claim.id: claim for claim in CCDS.claims}
    judged = released["claim"][released["claim"]["state"].isin(JUDGED)]
    assert len(judged)
    for row in judged.itertuples():
        figure = Figure(
            row.value,
            row.unit,
            low=float("nan") if pd.isna(row.ci_low) else row.ci_low,
            high=float("nan") if pd.isna(row.ci_high) else row.ci_high,
            count_margin=REACH,
            n=0.0 if pd.isna(row.denominator) else row.denominator,
        )
        assert row.state == verdict(claims[row.claim_id], figure)


def test_claims_that_are_contradicted_are_named_for_the_check(warehouse):
    with open_warehouse(warehouse, read_only=True) as engine:
        judged = judged_claims(engine)
    assert judged["trained"] is False  # 160 people are not more than 2,400
    assert judged["contract_target"] is True
    assert not judged.keys() & {"safe", "confidence_card"}


@pytest.mark.heavy
def test_a_claim_about_an_earlier_day_is_computed_on_what_was_known_then(warehouse, tmp_path):
    (claim,) = [claim for claim in CCDS.claims if claim.id == "trained"]
    early = claim.model_copy(update={"as_of": pd.Timestamp("2022-02-28").date()})
    too_early = claim.model_copy(update={"id": "before", "as_of": pd.Timestamp("2020-01-01").date()})
    programme = CCDS.model_copy(
        update={"claims": (claim, early.model_copy(update={"id": "early"}), too_early)}
    )
    rows = released_tables(warehouse, programme, tmp_path / "release.duckdb")["claim"].set_index("claim_id")
    value = rows["value"].to_dict()
    assert value["early"] < value["trained"]
    assert rows["state"].to_dict() == {"trained": "differs", "early": "differs", "before": "not_computable"}


def test_charts_are_made_of_released_values_alone(released):
    charts, kpis = released["control_chart"], released["kpi"]
    key = ["kpi_id", "estimand", "wave", "breakdown", "level"]
    shown = kpis[kpis["value"].notna()].set_index(key)["value"]
    assert charts.set_index(key)["value"].equals(shown.reindex(pd.MultiIndex.from_frame(charts[key])))


def missing_keys(released: dict[str, pd.DataFrame], table: Table, target: str, columns: list[str]) -> int:
    """Return how many rows refer to what is not there."""
    known = pd.MultiIndex.from_frame(
        released[target][list(table_of(f"reporting.{target}").key)].astype("str")
    )
    referring = released[table.name][columns].dropna().astype("str")
    return int((~pd.MultiIndex.from_frame(referring).isin(known)).sum())


def test_whatever_a_row_refers_to_is_in_the_release_and_no_text_is_empty(released):
    for table in tables_of("reporting"):
        for target, columns in table.references.items():
            name = target.rpartition(".")[2]
            assert (table.name, name, missing_keys(released, table, name, list(columns))) == (
                table.name,
                name,
                0,
            )
        for column in table.columns:
            assert "" not in set(released[table.name][column.name])


# Of each chart that a newcomer draws first: the table, the one filter, and what the chart needs to be there.
CHARTS = {
    "headlines": ("kpi_headline", None, ["kpi_label", "wave_label", "value_text"]),
    "satisfaction by month": (
        "kpi_by_month", ("kpi_label", "Contract satisfaction"), ["month_starts_on", "month_label"],
    ),
    "satisfaction by region": (
        "kpi_by_group", ("chart_title", "Contract satisfaction by region"), ["level_label", "level_order"],
    ),
    "before and after": ("change", ("chart_title", "Confidence change"), ["mean_before", "mean_after"]),
    "response rate": ("response", ("kpi_label", "Response rate"), ["wave_label", "wave_order"]),
    "who was reached, by region": ("reach", ("breakdown_label", "Region"), ["level_label", "level_order"]),
    "sessions by month": ("session_summary", ("breakdown_label", "Month"), ["level_label", "sessions_n"]),
    "answers to a question": (
        "answer", ("question_text", "Would you recommend this training to colleagues?"), ["option_label"],
    ),
    "a KPI over releases": ("release_history", ("kpi_label", "Contract satisfaction"), ["released_at"]),
}  # fmt: skip


@pytest.mark.parametrize("chart", CHARTS)
def test_a_chart_needs_one_filter_at_most(chart, released):
    table, condition, needed = CHARTS[chart]
    rows = released[table]
    if condition is not None:
        rows = rows[rows[condition[0]] == condition[1]]
    assert len(rows)
    assert rows[needed].notna().all(axis=None)
    kinds = rows.filter(["fraction", "points", "count_n"]).notna().any()
    assert condition is None or kinds.sum() <= 1


def test_every_statement_of_the_page_for_analysts_finds_rows(released, candidate):
    page = (ROOT / "docs" / "release.md").read_text(encoding="utf-8")
    statements = re.findall(r"```sql\n(.*?)```", page, flags=re.DOTALL)
    assert len(statements) > 5
    with open_warehouse(candidate, read_only=True) as engine, engine.connect() as connection:
        assert all(connection.execute(sa.text(statement)).all() for statement in statements)


def test_the_page_for_analysts_names_every_table(released):
    page = (ROOT / "docs" / "release.md").read_text(encoding="utf-8")
    assert [name for name in released if f"`{name}`" not in page] == []


def test_a_headline_is_the_cell_of_the_long_table(released):
    headlines, kpis = released["kpi_headline"], released["kpi"]
    whole = kpis[kpis["is_headline"] & (kpis["breakdown"] == "all")].set_index(["kpi_id", "wave"])
    assert len(headlines) == len(whole)
    for row in headlines.itertuples():
        cell = whole.loc[(row.kpi_id, row.wave)]
        found = [value for value in (row.fraction, row.points, row.count_n) if not pd.isna(value)]
        assert found == ([] if pd.isna(cell["value"]) else [cell["value"]])
        assert (row.value_text, row.estimand) == (cell["value_text"], cell["estimand"])


def test_definitions_are_sentences_and_name_scale_and_favourable_answers(released):
    definitions = released["dim_kpi"].set_index("kpi_id")
    assert definitions["definition_text"].str.fullmatch(r"[A-Z].*\.").all()
    contract = definitions.loc["K05"]
    assert contract["favourable_text"] == "Very good or Excellent"
    assert contract["scale_text"] == "Poor, Fair, Good, Very good, Excellent"
    assert contract["target_text"] == "more than 70%"
    assert contract["question_text"] == "How would you rate your overall experience of the training?"
    assert definitions.loc["K13", "scale_text"] == "0 to 10"


def test_no_label_shows_an_identifier(released):
    ids = {wave.id for wave in CCDS.waves} | {source.id for source in CCDS.sources}
    shown = {
        str(label).lower()
        for table in tables_of("reporting")
        for column in table.columns
        if column.name.endswith(("_label", "_title", "_text"))
        for label in released[table.name][column.name].dropna().unique()
    }
    assert not shown & {*ids, *(one.replace("_", " ") for one in ids)}


def test_a_release_carries_the_headlines_of_those_before_it_as_they_were(warehouse, released, tmp_path):
    first, second = tmp_path / "release.duckdb", tmp_path / "candidate" / "release.duckdb"
    with open_warehouse(warehouse) as engine:
        build_candidate(engine, CCDS, first, note="")
    with open_warehouse(first) as engine, engine.begin() as connection:
        connection.execute(sa.text("UPDATE reporting.release_history SET release_id = 'one', fraction = 0.5"))
    with open_warehouse(warehouse) as engine:
        build_candidate(engine, CCDS, second, note="", earlier=first)
    with open_warehouse(second) as engine, engine.connect() as connection:
        history = read_frame(connection, table_of("reporting.release_history"))
    assert history["release_id"].nunique() == 2
    assert (history.loc[history["release_id"] == "one", "fraction"] == 0.5).all()
    assert len(history) == 2 * len(released["kpi_headline"])


def test_a_release_of_other_tables_has_no_history(tmp_path):
    old = tmp_path / "reporting.duckdb"
    with open_warehouse(old) as engine, engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE release (release_id VARCHAR)"))
    assert history_of(old).empty
    assert history_of(tmp_path / "gone.duckdb").empty
    assert history_of(None).empty


def test_a_programme_without_kpis_releases_its_data_status(tmp_path):
    bare = PROGRAMME_TEXT[: PROGRAMME_TEXT.index("kpis:")]
    (tmp_path / "bare.yaml").write_text(bare, encoding="utf-8")
    deliver(tmp_path / "landing", "presence", [presence("p0")])
    kpis_without_dagster(tmp_path / "landing", tmp_path / "data", tmp_path / "bare.yaml")
    programme = parse_programme(bare, place="bare.yaml")
    tables = released_tables(tmp_path / "data" / "warehouse.duckdb", programme, tmp_path / "release.duckdb")
    assert tables["kpi"].empty
    assert tables["data_status"]["loaded_n"].tolist() == [5]
    assert len(tables["release"]) == 1


def test_a_value_without_population_cannot_be_written(warehouse):
    missing = "UPDATE kpi.kpi SET denominator = NULL"
    with open_warehouse(warehouse) as engine, engine.connect() as connection:
        for statement in (
            missing,
            missing.replace("denominator", "estimand"),
            missing.replace("denominator", "data_version"),
        ):
            with pytest.raises(sa.exc.DBAPIError, match="NOT NULL"):
                connection.execute(sa.text(statement))
            connection.rollback()
