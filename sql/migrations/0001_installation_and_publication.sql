-- To version 1: the warehouse notes which programme it belongs to, and what was put in front of readers.
CREATE TABLE ops.installation (
    programme_id VARCHAR NOT NULL,
    schema_version BIGINT NOT NULL,
    PRIMARY KEY (programme_id)
);

CREATE TABLE ops.publication (
    release_id VARCHAR NOT NULL,
    inputs VARCHAR NOT NULL,
    intended_at TIMESTAMP NOT NULL,
    outcome VARCHAR NOT NULL,
    settled_at TIMESTAMP,
    PRIMARY KEY (release_id),
    CONSTRAINT outcome_is_known CHECK (outcome IN ('intended', 'published', 'undone'))
);
