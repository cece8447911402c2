-- To version 7: the noise of released counts stays with people when their pseudonyms change.
CREATE TABLE ops.noise_key (
    person_code BIGINT NOT NULL,
    noise_key BIGINT NOT NULL
);
