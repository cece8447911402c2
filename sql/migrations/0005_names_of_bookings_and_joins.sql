-- To version 5: bookings and joins keep the keyed hash of the whole name, by which people behind one address
-- and people without an address are told apart. What was loaded before has it once it is loaded again.
ALTER TABLE staging.booking ADD COLUMN full_name_key VARCHAR;

ALTER TABLE staging.attendance ADD COLUMN full_name_key VARCHAR;
