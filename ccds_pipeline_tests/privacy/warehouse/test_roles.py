"""What the roles may do on a real PostgreSQL, and attacks as the reader."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa

from ccds_pipeline.errors import CheckFailedError
from ccds_pipeline.schemas.register import table_of, tables_of
from ccds_pipeline.warehouse.roles import grant_roles, refuse_weak_points
from ccds_pipeline.warehouse.select_files import sql_folder
from ccds_pipeline.warehouse.tables import metadata_of
from ccds_pipeline_tests.support.postgres import connected, new_database, url_of_login

pytestmark = pytest.mark.attack("A22")

CANARY = "canary-4711"
RESTRICTED = ("ops", "staging", "core", "kpi")
READ = {"SELECT"}
REBUILD = {"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"}
LOAD = {"SELECT", "INSERT", "DELETE"}
ERASE = {"SELECT", "UPDATE", "DELETE"}
EVERYTHING = {*REBUILD, "REFERENCES", "TRIGGER"}
MAY = {
    "ingest": {"staging": LOAD},
    "transform": {"staging": READ, "core": REBUILD, "kpi": REBUILD},
    "publish": {"reporting": EVERYTHING},
    "reader": {"reporting": READ},
    "privacy": {"staging": ERASE, "core": ERASE, "kpi": ERASE},
    "audit": {"reporting": READ},
}
LEDGER = ("delivery", "excluded", "rejected_row", "drift")
CANDIDATE = ("candidate", "candidate_cell", "contribution", "place_level")
APPENDED = ("audit", "released_cell", "released_place_level", "released_claim")
APPROVED = ("quotation_approval", "suppressed_person", "suppression_secret")
ADD = {"SELECT", "INSERT"}
MAY_IN_OPS: dict[str, dict[tuple[str, ...], set[str]]] = {
    "ingest": {
        (*LEDGER, "board"): LOAD, ("audit",): ADD, ("installation",): {"SELECT", "UPDATE"},
        APPROVED[1:]: READ,
    },
    "transform": {
        (*LEDGER, "board", "release_approval", "noise_key"): READ, CANDIDATE: REBUILD, APPENDED: ADD,
        ("release", "computation"): LOAD,
        ("released_contribution",): {*ADD, "UPDATE"}, ("publication",): LOAD | ERASE,
    },
    "privacy": {
        (*LEDGER[:3], "release", "candidate", "candidate_cell"): READ, APPROVED: LOAD | ERASE,
        ("released_contribution", "contribution", "noise_key"): ERASE, ("audit", "release_approval"): ADD,
    },
    "audit": {
        (*LEDGER, "audit", "release", "release_approval", "quotation_approval"): READ,
        ("installation", "publication"): READ,
    },
}  # fmt: skip
_FUNCTION = "CREATE FUNCTION reporting.f() RETURNS integer RETURN 1; "


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """A database with roles and tables, a restricted comment and a released programme of invented rows."""
    with new_database() as url:
        engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
        grant_roles(engine)
        comment = metadata_of([table_of("staging.comment")]).tables["staging.comment"]
        row = {one.name: CANARY if isinstance(one.type, sa.String) else 0 for one in comment.columns}
        with engine.begin() as connection:
            connection.execute(sa.insert(comment), [row | {"version_key": f"v{n}"} for n in range(50)])
            connection.execute(sa.text("INSERT INTO reporting.programme VALUES ('small', 'Small', NULL)"))
        with connected(url) as connection:
            connection.execute(sa.text("ANALYZE"))
        yield url


@pytest.fixture
def reader(database: str) -> Iterator[sa.Connection]:
    with connected(url_of_login(database, "ccds_reader")) as connection:
        yield connection


def refused(connection: sa.Connection, statement: str) -> bool:
    """Whether the statement is refused for want of a right; any other error is raised."""
    try:
        connection.execute(sa.text(statement))
    except sa.exc.DBAPIError as error:
        if isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
            return True
        raise
    return False


def test_the_reader_reads_what_is_released(reader):
    for table in tables_of("reporting"):
        assert not refused(reader, f"SELECT * FROM {table.full_name}")
    assert reader.execute(sa.text("SELECT name FROM reporting.programme")).scalar_one() == "Small"


def test_the_reader_reads_no_restricted_table_by_any_way(database, reader):
    with connected(database) as connection:
        tables = sa.inspect(connection)
        names = [f"{schema}.{table}" for schema in RESTRICTED for table in tables.get_table_names(schema)]
    assert len(names) > 50
    for name in names:
        for way in (f"SELECT * FROM {name}", f"EXPLAIN SELECT * FROM {name}", f"COPY {name} TO STDOUT"):
            assert refused(reader, way)
        assert refused(reader, f"SELECT query_to_xml('SELECT * FROM {name}', true, true, '')")


@pytest.mark.parametrize(
    "attack",
    [
        "CREATE TEMPORARY TABLE mine (n INTEGER)",
        "CREATE TEMPORARY VIEW mine AS SELECT 1",
        "SELECT 1 AS n INTO TEMPORARY mine",
        "CREATE FUNCTION pg_temp.spy(text) RETURNS boolean LANGUAGE sql COST 0.000001 AS 'SELECT true'",
        "CREATE FUNCTION reporting.spy(text) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
        "CREATE TABLE reporting.mine (n INTEGER)",
        "CREATE TABLE public.mine (n INTEGER)",
        "CREATE VIEW reporting.mine AS SELECT 1",
        "CREATE SCHEMA mine",
        "CREATE EXTENSION vector SCHEMA reporting",
        "CREATE PUBLICATION mine",
        "CREATE DATABASE mine",
        "CREATE ROLE mine",
        "INSERT INTO reporting.programme VALUES ('x', 'x', 'x')",
        "UPDATE reporting.programme SET name = 'x'",
        "DELETE FROM reporting.programme",
        "TRUNCATE reporting.programme",
        "SELECT * FROM reporting.programme FOR UPDATE",
        "SET ROLE ccds_transform",
        "SET ROLE ccds_publish",
        "SET ROLE postgres",
        "SET SESSION AUTHORIZATION postgres",
        "GRANT ccds_transform TO ccds_reader",
        "ALTER ROLE ccds_reader CREATEROLE",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "COPY reporting.programme TO '/tmp/stolen'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT pg_ls_dir('.')",
        "SELECT lo_create(0)",
        "SELECT lo_from_bytea(0, 'x')",
        "SELECT lo_import('/etc/passwd')",
        "SELECT lo_export(1, '/tmp/stolen')",
        "SELECT * FROM pg_statistic",
        "SELECT * FROM pg_authid",
        "SELECT table_to_xml('staging.comment'::regclass, true, true, '')",
    ],
)
def test_the_reader_makes_changes_and_becomes_nothing(reader, attack):
    assert refused(reader, attack)


def test_statistics_show_the_reader_no_restricted_value(database, reader):
    seen = sa.text("SELECT count(*) FROM pg_stats WHERE schemaname = ANY(:schemas)")
    values = sa.text("SELECT string_agg(most_common_vals::text, ',') FROM pg_stats")
    with connected(database) as owner:
        assert owner.execute(seen, {"schemas": list(RESTRICTED)}).scalar_one() > 0
        assert CANARY in owner.execute(values).scalar_one()
    assert reader.execute(seen, {"schemas": list(RESTRICTED)}).scalar_one() == 0
    assert CANARY not in str(reader.execute(values).scalar_one())


def test_other_sessions_statements_are_hidden_from_the_reader(database, reader):
    with connected(database) as owner:
        owner.execute(sa.text(f"SELECT '{CANARY}'"))
        shown = reader.execute(sa.text("SELECT string_agg(query, ' ') FROM pg_stat_activity")).scalar_one()
        assert CANARY not in shown


def hidden_rows_seen(url: str, view: str) -> list[str]:
    """Return what a cheap function of the caller's own tells of rows that a view leaves out."""
    told: list[str] = []
    with connected(url) as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.add_notice_handler(lambda notice: told.append(str(notice.message_primary)))
        connection.execute(
            sa.text(
                "CREATE FUNCTION pg_temp.spy(seen text) RETURNS boolean LANGUAGE plpgsql COST 0.000001 "
                "AS $$ BEGIN RAISE NOTICE '%', seen; RETURN true; END $$"
            )
        )
        connection.execute(sa.text(f"SELECT * FROM {view} WHERE pg_temp.spy(redacted_text)"))
    return told


@pytest.mark.usefixtures("database")  # makes the roles of the server
def test_a_cheap_predicate_sees_through_a_view_only_where_the_roles_are_not():
    with new_database() as url:
        reader_url = url_of_login(url, "ccds_reader")
        with connected(url) as owner:
            owner.execute(sa.text("CREATE TABLE comment (redacted_text TEXT)"))
            owner.execute(sa.text(f"INSERT INTO comment VALUES ('{CANARY}')"))
            owner.execute(
                sa.text("CREATE VIEW shown AS SELECT * FROM comment WHERE length(redacted_text) > 999")
            )
            owner.execute(sa.text("GRANT SELECT ON shown TO PUBLIC"))
        assert hidden_rows_seen(reader_url, "shown") == [CANARY]
        grant_roles(sa.create_engine(url, poolclass=sa.pool.NullPool))
        with pytest.raises(sa.exc.ProgrammingError) as caught:
            hidden_rows_seen(reader_url, "shown")
        assert isinstance(caught.value.orig, psycopg.errors.InsufficientPrivilege)


def test_a_view_of_the_publisher_over_restricted_rows_shows_nothing(database, reader):
    with connected(database) as owner:
        owner.execute(sa.text("CREATE VIEW reporting.leak AS SELECT * FROM staging.comment"))
        try:
            owner.execute(sa.text("ALTER VIEW reporting.leak OWNER TO ccds_publish"))
            owner.execute(sa.text("GRANT SELECT ON reporting.leak TO ccds_reader"))
            assert refused(reader, "SELECT * FROM reporting.leak")
        finally:
            owner.execute(sa.text("DROP VIEW reporting.leak"))


def test_a_new_table_is_readable_in_reporting_alone(database, reader):
    with connected(database) as owner, connected(url_of_login(database, "ccds_publish")) as publisher:
        publisher.execute(sa.text("SET ROLE ccds_publish"))
        publisher.execute(sa.text("CREATE TABLE reporting.later (n INTEGER)"))
        for schema in (*RESTRICTED, "public"):
            owner.execute(sa.text(f"CREATE TABLE {schema}.later (n INTEGER)"))
        try:
            assert not refused(reader, "SELECT * FROM reporting.later")
            for schema in (*RESTRICTED, "public"):
                assert refused(reader, f"SELECT * FROM {schema}.later")
        finally:
            for schema in (*RESTRICTED, "public", "reporting"):
                owner.execute(sa.text(f"DROP TABLE {schema}.later"))


def test_a_new_function_can_be_called_by_its_owner_alone(database, reader):
    with connected(database) as owner:
        owner.execute(
            sa.text(
                "CREATE FUNCTION reporting.all_comments() RETURNS SETOF staging.comment "
                "LANGUAGE sql SECURITY DEFINER AS 'SELECT * FROM staging.comment'"
            )
        )
        try:
            assert refused(reader, "SELECT * FROM reporting.all_comments()")
        finally:
            owner.execute(sa.text("DROP FUNCTION reporting.all_comments()"))


@pytest.mark.parametrize("role", sorted(MAY))
def test_a_role_may_do_its_work_and_no_more(database, role):
    granted = sa.text(
        "SELECT schemaname, tablename, privilege FROM pg_tables CROSS JOIN unnest(CAST(:all AS text[])) "
        "AS privilege WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND "
        "has_schema_privilege(:role, schemaname, 'USAGE') AND "
        "has_table_privilege(:role, format('%I.%I', schemaname, tablename), privilege)"
    )
    found: dict[tuple[str, str], set[str]] = {}
    with connected(database) as owner:
        for schema, table, privilege in owner.execute(
            granted, {"role": f"ccds_{role}", "all": sorted(EVERYTHING)}
        ):
            found.setdefault((schema, table), set()).add(privilege)
        tables = sa.inspect(owner)
        expected = {
            (schema, table): privileges
            for schema, privileges in MAY[role].items()
            for table in tables.get_table_names(schema)
        }
        there = tables.get_table_names("ops")
    for names, privileges in MAY_IN_OPS.get(role, {}).items():
        expected |= {("ops", name): privileges for name in names if name in there}
    assert found == expected


@pytest.mark.parametrize("role", sorted(MAY))
def test_only_those_who_stage_rows_make_temporary_tables_and_only_the_publisher_lasting_ones(database, role):
    with connected(url_of_login(database, f"ccds_{role}")) as connection:
        temporary = "CREATE TEMPORARY TABLE mine (n INTEGER)"
        assert refused(connection, temporary) == (role not in ("ingest", "transform"))
        for schema in (*RESTRICTED, "public", "reporting"):
            mine = f"CREATE TABLE {schema}.mine_{role} (n INTEGER)"
            assert refused(connection, mine) == ((role, schema) != ("publish", "reporting"))
        if role == "publish":
            connection.execute(sa.text("DROP TABLE reporting.mine_publish"))


def test_privacy_re_keys_the_ledger_and_changes_nothing_else_of_it(database):
    with connected(url_of_login(database, "ccds_privacy")) as connection:
        assert not refused(connection, "UPDATE ops.delivery SET key_id = 'other'")
        assert refused(connection, "UPDATE ops.delivery SET loaded_n = 0")


def test_every_table_of_ops_is_given_to_somebody(database):
    grants = (sql_folder() / "roles" / "grants.sql").read_text(encoding="utf-8")
    with connected(database) as connection:
        tables = sa.inspect(connection).get_table_names("ops")
    assert [name for name in tables if f"'{name}'" not in grants] == []


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("ALTER ROLE ccds_reader CREATEROLE", "role_is_plain"),
        ("GRANT ccds_transform TO ccds_reader", "role_is_in_no_other"),
        ("GRANT pg_read_all_data TO ccds_reader", "role_is_in_no_other"),
        ("GRANT TEMPORARY ON DATABASE {database} TO PUBLIC", "public_may_nothing"),
        ("GRANT TEMPORARY ON DATABASE {database} TO ccds_reader", "reader_creates_nothing"),
        ("GRANT CREATE ON SCHEMA reporting TO ccds_reader", "reader_creates_nothing"),
        ("GRANT EXECUTE ON FUNCTION lo_create(oid) TO PUBLIC", "reader_makes_no_large_object"),
        ("CREATE VIEW reporting.v AS SELECT * FROM kpi.kpi", "reporting_is_tables_of_the_publisher"),
        ("CREATE TABLE reporting.t (n INTEGER)", "reporting_is_tables_of_the_publisher"),
        (
            "GRANT USAGE ON SCHEMA kpi TO ccds_reader; GRANT SELECT (value) ON kpi.kpi TO ccds_reader",
            "reader_and_publisher_see_reporting_only",
        ),
        (
            "GRANT USAGE ON SCHEMA core TO ccds_publish; GRANT DELETE ON core.dim_kpi TO ccds_publish",
            "reader_and_publisher_see_reporting_only",
        ),
        ("GRANT UPDATE (name) ON reporting.programme TO ccds_reader", "reader_changes_nothing"),
        (_FUNCTION + "GRANT EXECUTE ON ROUTINE reporting.f() TO PUBLIC", "reader_calls_no_function"),
    ],
)
def test_a_weak_point_is_found_and_named(database, change, rule):
    with sa.create_engine(database, poolclass=sa.pool.NullPool).connect() as connection:
        refuse_weak_points(connection)
        connection.exec_driver_sql(change.format(database=sa.make_url(database).database))
        with pytest.raises(CheckFailedError, match=rule) as caught:
            refuse_weak_points(connection)
        assert caught.value.rule == "roles_are_tight"


def test_granting_again_takes_away_what_is_not_written_down_and_keeps_rows(database, reader):
    with connected(database) as owner:
        owner.execute(sa.text("GRANT USAGE ON SCHEMA staging TO PUBLIC"))
        owner.execute(sa.text("GRANT SELECT ON staging.comment TO ccds_reader WITH GRANT OPTION"))
        assert not refused(reader, "SELECT * FROM staging.comment")
        again = grant_roles(sa.create_engine(database, poolclass=sa.pool.NullPool))
        assert (again.new_roles, again.new_tables) == (0, 0)
        assert refused(reader, "SELECT * FROM staging.comment")
        left = sa.text("SELECT has_table_privilege('ccds_reader', 'staging.comment', 'SELECT')")
        assert not owner.execute(left).scalar_one()
        assert owner.execute(sa.text("SELECT count(*) FROM staging.comment")).scalar_one() == 50
