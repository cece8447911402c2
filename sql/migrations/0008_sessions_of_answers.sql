-- To version 8: what answers count as, and how they are spread over sessions, has tables of its own.
-- Nothing that is kept changes; tables that each run makes anew are made as they are now.
SELECT 8 AS schema_version;
