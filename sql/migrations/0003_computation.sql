-- To version 3: the warehouse notes what core and KPIs are computed from.
CREATE TABLE ops.computation (
    inputs VARCHAR NOT NULL,
    begun_at TIMESTAMP NOT NULL
);
