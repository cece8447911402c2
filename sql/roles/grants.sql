-- Who may do what in this database. Everything is taken away first, so that what is not written here is
-- granted to nobody. Safe to run again; needs all schemas and tables, and an account that owns them.

-- 1. PUBLIC may do nothing: neither connect, create, make temporary objects, nor call functions.
DO $$
DECLARE
    schema_name text;
BEGIN
    -- control: PUBLIC may nothing in the database
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    FOR schema_name IN
        SELECT nspname FROM pg_namespace
        WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema'
    LOOP
        EXECUTE format('REVOKE ALL ON SCHEMA %I FROM PUBLIC', schema_name);
        EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM PUBLIC CASCADE', schema_name);
        EXECUTE format('REVOKE ALL ON ALL ROUTINES IN SCHEMA %I FROM PUBLIC CASCADE', schema_name);
    END LOOP;
END
$$;
-- control: new functions are their owner's
ALTER DEFAULT PRIVILEGES REVOKE ALL ON ROUTINES FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE ccds_publish REVOKE ALL ON ROUTINES FROM PUBLIC;
-- Large objects are files in the database that anybody could fill.
REVOKE ALL ON FUNCTION lo_creat(INTEGER), lo_create(OID), lo_open(OID, INTEGER) FROM PUBLIC;
REVOKE ALL ON FUNCTION lo_from_bytea(OID, BYTEA), lo_put(OID, BIGINT, BYTEA) FROM PUBLIC;

-- 2. The roles lose what they had.
DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY[
        'ccds_ingest', 'ccds_transform', 'ccds_publish', 'ccds_reader', 'ccds_privacy', 'ccds_audit'
    ]
    LOOP
        EXECUTE format('REVOKE ALL ON DATABASE %I FROM %I CASCADE', current_database(), role_name);
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), role_name);
        EXECUTE format('REVOKE ALL ON SCHEMA ops, staging, core, kpi FROM %I CASCADE', role_name);
        EXECUTE format(
            -- control: grants that are not written down are taken away
            'REVOKE ALL ON ALL TABLES IN SCHEMA ops, staging, core, kpi FROM %I CASCADE', role_name
        );
        IF role_name <> 'ccds_publish' THEN
            EXECUTE format('REVOKE ALL ON SCHEMA reporting FROM %I CASCADE', role_name);
            EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA reporting FROM %I CASCADE', role_name);
        END IF;
        IF role_name IN ('ccds_ingest', 'ccds_transform') THEN  -- they stage rows in temporary tables
            EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO %I', current_database(), role_name);
        END IF;
    END LOOP;
END
$$;

-- 3. Ingest loads deliveries.
GRANT USAGE ON SCHEMA staging, ops TO ccds_ingest;
GRANT SELECT, INSERT, DELETE ON ALL TABLES IN SCHEMA staging TO ccds_ingest;

-- 4. Transform rebuilds core and kpi, and builds releases; it changes no delivered record.
GRANT USAGE ON SCHEMA staging, ops, core, kpi TO ccds_transform;
GRANT SELECT ON ALL TABLES IN SCHEMA staging TO ccds_transform;
GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA core, kpi TO ccds_transform;

-- 5. The reader reads released tables, those to come included: whatever the publisher makes in reporting.
-- They find them without naming the schema; what is set for a role would not hold for its members.
DO $$
BEGIN
    EXECUTE format('ALTER DATABASE %I SET search_path = reporting', current_database());
END
$$;
GRANT USAGE ON SCHEMA reporting TO ccds_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA reporting TO ccds_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE ccds_publish IN SCHEMA reporting GRANT SELECT ON TABLES TO ccds_reader;

-- 6. Privacy answers requests: it finds, re-keys and erases rows, and approves. It adds no record.
GRANT USAGE ON SCHEMA staging, ops, core, kpi TO ccds_privacy;
GRANT SELECT, UPDATE, DELETE ON ALL TABLES IN SCHEMA staging, core, kpi TO ccds_privacy;

-- 7. Audit reads ledgers without rows of persons, and what is released.
GRANT USAGE ON SCHEMA ops, reporting TO ccds_audit;
GRANT SELECT ON ALL TABLES IN SCHEMA reporting TO ccds_audit;
ALTER DEFAULT PRIVILEGES FOR ROLE ccds_publish IN SCHEMA reporting GRANT SELECT ON TABLES TO ccds_audit;

-- 8. The tables of ops one by one, where they exist. What is only ever added to (the audit trail, released
-- cells, approvals of releases) nobody may change.
DO $$
DECLARE
    given record;
BEGIN
    FOR given IN
        SELECT * FROM (
            VALUES
            (
                'ccds_ingest', 'SELECT, INSERT, DELETE',
                ARRAY['delivery', 'excluded', 'rejected_row', 'drift', 'board']
            ),
            ('ccds_ingest', 'SELECT, INSERT', ARRAY['audit']),
            ('ccds_ingest', 'SELECT, UPDATE', ARRAY['installation']),
            ('ccds_ingest', 'SELECT', ARRAY['suppressed_person', 'suppression_secret']),
            (
                'ccds_transform', 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE',
                ARRAY['candidate', 'candidate_cell', 'contribution', 'place_level']
            ),
            ('ccds_transform', 'SELECT, INSERT, DELETE', ARRAY['release', 'computation']),
            ('ccds_transform', 'SELECT, INSERT, UPDATE, DELETE', ARRAY['publication']),
            ('ccds_transform', 'SELECT, INSERT, UPDATE', ARRAY['released_contribution']),
            (
                'ccds_transform', 'SELECT, INSERT',
                ARRAY['released_cell', 'released_place_level', 'released_claim', 'audit']
            ),
            (
                'ccds_transform', 'SELECT',
                ARRAY['delivery', 'excluded', 'rejected_row', 'drift', 'board', 'release_approval', 'noise_key']
            ),
            (
                'ccds_privacy', 'SELECT, INSERT, UPDATE, DELETE',
                ARRAY['quotation_approval', 'suppressed_person', 'suppression_secret']
            ),
            (
                'ccds_privacy', 'SELECT, UPDATE, DELETE',
                ARRAY['released_contribution', 'contribution', 'noise_key']
            ),
            ('ccds_privacy', 'SELECT, INSERT', ARRAY['audit', 'release_approval']),
            ('ccds_privacy', 'UPDATE (key_id)', ARRAY['delivery']),
            (
                'ccds_privacy', 'SELECT',
                ARRAY['delivery', 'excluded', 'rejected_row', 'release', 'candidate', 'candidate_cell']
            ),
            (
                'ccds_audit', 'SELECT',
                ARRAY[
                    'audit', 'delivery', 'excluded', 'rejected_row', 'drift', 'release', 'release_approval',
                    'quotation_approval', 'installation', 'publication'
                ]
            )
        ) AS matrix (role_name, privileges, table_names)
        CROSS JOIN LATERAL unnest(table_names) AS table_name
        WHERE to_regclass('ops.' || table_name) IS NOT NULL
    LOOP
        EXECUTE format('GRANT %s ON ops.%I TO %I', given.privileges, given.table_name, given.role_name);
    END LOOP;
END
$$;
