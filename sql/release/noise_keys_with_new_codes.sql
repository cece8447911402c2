-- Grain: one person who has a new code, with the noise key from before.
-- Inputs: ops.noise_key, new_code (before, after).
SELECT DISTINCT
    new_code.after AS person_code,
    coalesce(noise_key.noise_key, new_code.before % 4294967296) AS noise_key
FROM new_code
LEFT JOIN ops.noise_key ON new_code.before = noise_key.person_code
