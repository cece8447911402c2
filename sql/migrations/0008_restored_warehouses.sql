-- To version 8: the audit trail takes restored backups, and the statement that nobody was ever erased.
ALTER TABLE ops.audit RENAME TO audit_before;

CREATE TABLE ops.audit (
    sequence_n BIGINT NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    actor VARCHAR NOT NULL,
    action VARCHAR NOT NULL,
    details VARCHAR NOT NULL,
    previous_hash VARCHAR NOT NULL,
    record_hash VARCHAR NOT NULL,
    PRIMARY KEY (sequence_n),
    CONSTRAINT action_is_known CHECK (
        action IN (
            'key_use', 'configuration', 'release', 'incomplete_release', 'rollback', 'approval', 'erasure',
            'export', 'rotation', 'retention', 'restore', 'nobody_erased'
        )
    )
);

INSERT INTO ops.audit (
    sequence_n, recorded_at, actor, action, details, previous_hash, record_hash
)
SELECT
    sequence_n,
    recorded_at,
    actor,
    action,
    details,
    previous_hash,
    record_hash
FROM ops.audit_before;

DROP TABLE ops.audit_before;
