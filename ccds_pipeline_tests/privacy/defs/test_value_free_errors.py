"""Texts of library exceptions quote cells; past the one boundary no value is left, nor in Dagster's log."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from datetime import date
from pathlib import Path

import dagster as dg
import duckdb
import pandas as pd
import pandera.pandas as contracts
import pyarrow as pa
import pytest
import sqlalchemy as sa
import yaml
from pydantic import BaseModel

from ccds_pipeline.defs.described import value_free_failures
from ccds_pipeline.deidentify.pseudonym import Pseudonymiser
from ccds_pipeline.errors import CcdsError, ConfigurationError, to_value_free_error
from ccds_pipeline.ingest.conform.fields import INSTANTS
from ccds_pipeline.ingest.delivery import Ingest
from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline.schemas.records import broken_rules
from ccds_pipeline.sources.landing import Delivery
from ccds_pipeline.warehouse.engine import open_warehouse
from ccds_pipeline_tests.support.canaries import Scanner
from ccds_pipeline_tests.support.canary_delivery import PROGRAMME
from ccds_pipeline_tests.support.keys import KEY

pytestmark = pytest.mark.attack("A24")

CANARY = "zq.library+quux@canary.example"
SCANNER = Scanner({"value": CANARY})


class Person(BaseModel):
    age: int


def pandera_error() -> None:
    schema = contracts.DataFrameSchema(
        {"mail": contracts.Column(str, contracts.Check.str_length(max_value=3))}
    )
    schema.validate(pd.DataFrame({"mail": [CANARY]}), lazy=True)


def duckdb_conversion() -> None:
    duckdb.connect().execute("SELECT CAST(? AS INTEGER)", [CANARY])


def duckdb_repeated_key() -> None:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE person (mail TEXT PRIMARY KEY)")
    connection.executemany("INSERT INTO person VALUES (?)", [[CANARY], [CANARY]])


def sqlalchemy_error() -> None:
    with sa.create_engine("duckdb:///:memory:").connect() as connection:
        connection.execute(sa.text("SELECT CAST(:mail AS DATE)"), {"mail": CANARY})


def postgresql_repeated_key() -> None:
    """What the driver raises for a repeated key: SQLAlchemy's ``hide_parameters`` does not reach its text."""
    text = f"duplicate key value violates unique constraint\nDETAIL:  Key (email)=({CANARY}) already exists."
    cause = type("UniqueViolation", (Exception,), {})(text)
    raise sa.exc.IntegrityError("INSERT INTO person", None, cause, hide_parameters=True)


def pydantic_error() -> None:
    Person.model_validate({"age": CANARY})


def yaml_error() -> None:
    yaml.safe_load(f"a: [{CANARY}\nb: *{CANARY}")


def json_error() -> None:
    json.loads(f'{{"mail": "{CANARY}" oops}}')


def encoding_error() -> None:
    f"{CANARY}\u20ac".encode().decode("ascii")


def arrow_error() -> None:
    pa.array([1, CANARY], type=pa.int64())


def pandas_error() -> None:
    pd.to_datetime(pd.Series([CANARY]), format="%Y")


def chained_error() -> None:
    try:
        int(CANARY)
    except ValueError as error:
        raise RuntimeError("row") from error


def grouped_error() -> None:
    raise ExceptionGroup(CANARY, [ValueError(CANARY)])


def noted_error() -> None:
    error = KeyError(CANARY)
    error.add_note(f"row {CANARY}")
    raise error


def missing_file() -> None:
    Path(f"/nowhere/{CANARY}.csv").read_text()


RAISE: list[Callable[[], None]] = [
    pandera_error, duckdb_conversion, duckdb_repeated_key, sqlalchemy_error, postgresql_repeated_key,
    pydantic_error, yaml_error, json_error, encoding_error, arrow_error, pandas_error,
    chained_error, grouped_error, noted_error, missing_file,
]  # fmt: skip


def caught(raise_it: Callable[[], None]) -> Exception:
    with pytest.raises(Exception) as raised:  # noqa: PT011  # of any library
        raise_it()
    return raised.value


@pytest.mark.parametrize("raise_it", RAISE)
def test_a_library_quotes_the_value_and_we_do_not(raise_it):
    error = caught(raise_it)
    quoted = "".join(traceback.format_exception(error)) + repr((error.args, vars(error)))
    assert SCANNER.scan_bytes(quoted.encode(), "library")
    told = to_value_free_error(error)
    assert type(error).__name__ in str(told)
    assert told.exit_code == 1
    assert SCANNER.scan_bytes("".join(traceback.format_exception(told)).encode(), "ours") == []


def test_an_error_of_ours_is_told_as_it_is():
    error = ConfigurationError("the key is missing", rule="key", remedy="Set it.")
    assert to_value_free_error(error) is error


def failing_asset(name: str, raise_it: Callable[[], None], *, is_guarded: bool) -> dg.AssetsDefinition:
    @dg.asset(name=name)
    def fail() -> None:
        if is_guarded:
            with value_free_failures():
                raise_it()
        else:
            raise_it()

    return fail


def stored_after(folder: Path, *, is_guarded: bool) -> set[str]:
    """Run a failing asset for every library, and return the places in Dagster's home that hold the value."""
    assets = [failing_asset(one.__name__, one, is_guarded=is_guarded) for one in RAISE]
    folder.mkdir()
    with dg.DagsterInstance.local_temp(str(folder)) as instance:
        result = dg.materialize(assets, instance=instance, raise_on_error=False)
    assert len(result.filter_events(lambda event: event.is_step_failure)) == len(RAISE)
    return {hit.where for hit in SCANNER.scan(folder)}


@pytest.mark.slow
def test_dagster_stores_no_value_of_an_exception_that_passed_the_boundary(tmp_path, capfd):
    assert stored_after(tmp_path / "guarded", is_guarded=True) == set()
    printed = capfd.readouterr()
    assert SCANNER.scan_bytes((printed.out + printed.err).encode(), "printed") == []
    assert stored_after(tmp_path / "bare", is_guarded=False)


def execute(connection: sa.Connection) -> None:
    connection.execute(sa.text(f"SELECT CAST('{CANARY}' AS DATE)"))


def execute_beside_sqlalchemy(connection: sa.Connection) -> None:
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute("SELECT CAST(? AS DATE)", [CANARY])


@pytest.mark.parametrize("fail", [execute, execute_beside_sqlalchemy])
def test_the_warehouse_tells_the_kind_of_a_driver_error_alone(tmp_path, fail):
    def use_warehouse() -> None:
        with open_warehouse(tmp_path / "w.duckdb") as engine, engine.connect() as connection:
            fail(connection)

    with pytest.raises(CcdsError, match=r"ConversionException.*warehouse_statement") as raised:
        use_warehouse()
    assert SCANNER.scan_bytes("".join(traceback.format_exception(raised.value)).encode(), "x") == []


def test_what_fails_when_a_connection_is_given_back_is_not_logged_with_its_text(tmp_path, caplog):
    with open_warehouse(tmp_path / "w.duckdb") as engine:
        engine.pool.logger.error("Exception during reset or similar: %s", CANARY)
    assert CANARY not in caplog.text


def test_a_contract_names_rule_and_rows_and_no_value():
    rows = pd.DataFrame(
        {
            "email": [CANARY * 20],
            "session_code": [CANARY],
            "status": [CANARY],
            "follow_up_consent": [CANARY],
            **dict.fromkeys(INSTANTS, pd.Series([pd.NaT], dtype="datetime64[us, UTC]")),
        }
    )  # fmt: skip
    broken = broken_rules(
        rows.astype({"email": "str", "session_code": "str", "status": "str"}), kind="booking"
    )
    assert len(broken) == 4
    assert SCANNER.scan_bytes(str(broken).encode(), "rules") == []


def test_a_folder_that_is_in_the_way_is_told_without_a_value(tmp_path):
    """A fault that nobody expects, in the middle of loading."""
    (tmp_path / "runs").write_text("")
    programme = parse_programme(PROGRAMME, place="programme.yaml")
    ingest = Ingest(programme, "digest", Pseudonymiser(bytes.fromhex(KEY)), tmp_path / "runs")
    delivery = Delivery("bookings", date(2022, 4, 1), ())

    def load() -> None:
        with value_free_failures(), open_warehouse(tmp_path / "w.duckdb") as engine:
            ingest.load(engine, delivery)

    with pytest.raises(dg.Failure, match="FileExistsError") as raised:
        load()
    assert raised.value.__suppress_context__
    assert raised.value.__cause__ is None
