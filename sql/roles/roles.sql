-- The roles of the warehouse on PostgreSQL, and the schema of released tables. Roles belong to the whole
-- server and cannot log in; an account that can is made a member of one. Safe to run again.
DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY[
        'ccds_ingest', 'ccds_transform', 'ccds_publish', 'ccds_reader', 'ccds_privacy', 'ccds_audit'
    ]
    LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
        END IF;
    END LOOP;
END
$$;

-- The publisher owns what is released and may see nothing else. So a view that it makes over restricted
-- rows shows nothing, and what others make here is no table of the publisher's, which is refused.
CREATE SCHEMA IF NOT EXISTS reporting AUTHORIZATION ccds_publish;
ALTER SCHEMA reporting OWNER TO ccds_publish;
