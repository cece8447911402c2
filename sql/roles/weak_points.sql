-- One row per rule that does not hold, with how many roles or objects break it. Reads catalogues alone.
WITH own_role AS (
    SELECT
        oid,
        rolname,
        rolcanlogin
        OR rolsuper
        OR rolcreaterole
        OR rolcreatedb
        OR rolreplication
        OR rolbypassrls AS is_strong
    FROM pg_roles
    WHERE rolname IN (
        'ccds_ingest', 'ccds_transform', 'ccds_publish', 'ccds_reader', 'ccds_privacy', 'ccds_audit'
    )
),

own_schema AS (
    SELECT
        oid,
        nspname
    FROM pg_namespace
    WHERE nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema')
),

relation AS (
    SELECT
        pg_class.oid,
        own_schema.oid AS schema_oid,
        own_schema.nspname,
        pg_class.relkind,
        pg_get_userbyid(pg_class.relowner) AS owner_name
    FROM pg_class
    INNER JOIN own_schema ON pg_class.relnamespace = own_schema.oid
    WHERE pg_class.relkind IN ('r', 'p', 'v', 'm', 'f')
),

-- One row per object that breaks a rule.
broken AS (
    SELECT 'role_is_plain' AS rule
    FROM own_role
    WHERE is_strong

    UNION ALL
    SELECT 'role_is_in_no_other' AS rule
    FROM pg_auth_members
    INNER JOIN own_role ON pg_auth_members.member = own_role.oid

    UNION ALL
    SELECT 'public_may_nothing' AS rule
    WHERE has_database_privilege('public', current_database(), 'CONNECT, CREATE, TEMPORARY')

    UNION ALL
    SELECT 'reporting_is_tables_of_the_publisher' AS rule
    FROM relation
    WHERE nspname = 'reporting' AND (relkind NOT IN ('r', 'p') OR owner_name <> 'ccds_publish')

    UNION ALL
    SELECT 'reader_and_publisher_see_reporting_only' AS rule
    FROM relation
    CROSS JOIN own_role
    WHERE
        own_role.rolname IN ('ccds_reader', 'ccds_publish')
        AND relation.nspname <> 'reporting'
        AND has_schema_privilege(own_role.oid, relation.schema_oid, 'USAGE')
        AND (
            has_any_column_privilege(own_role.oid, relation.oid, 'SELECT, INSERT, UPDATE')
            OR has_table_privilege(own_role.oid, relation.oid, 'DELETE, TRUNCATE')
        )

    UNION ALL
    SELECT 'reader_changes_nothing' AS rule
    FROM relation
    WHERE
        has_any_column_privilege('ccds_reader', oid, 'INSERT, UPDATE, REFERENCES')
        OR has_table_privilege('ccds_reader', oid, 'DELETE, TRUNCATE, TRIGGER')

    UNION ALL
    SELECT 'reader_creates_nothing' AS rule
    WHERE has_database_privilege('ccds_reader', current_database(), 'CREATE, TEMPORARY')

    UNION ALL
    SELECT 'reader_creates_nothing' AS rule
    FROM own_schema
    WHERE has_schema_privilege('ccds_reader', oid, 'CREATE')

    UNION ALL
    SELECT 'reader_makes_no_large_object' AS rule
    FROM pg_proc
    WHERE
        proname IN ('lo_creat', 'lo_create', 'lo_from_bytea', 'lo_put', 'lo_open', 'lo_import', 'lo_export')
        AND has_function_privilege('ccds_reader', oid, 'EXECUTE')

    UNION ALL
    SELECT 'reader_calls_no_function' AS rule
    FROM pg_proc
    INNER JOIN own_schema ON pg_proc.pronamespace = own_schema.oid
    WHERE
        has_schema_privilege('ccds_reader', own_schema.oid, 'USAGE')
        AND has_function_privilege('ccds_reader', pg_proc.oid, 'EXECUTE')
)

SELECT
    rule,
    count(*) AS broken_n
FROM broken
GROUP BY rule
ORDER BY rule;
