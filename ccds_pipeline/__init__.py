"""Exports of a training programme in, accountable and anonymous KPIs out.

The stages bear the names of the SQL schemas, and data goes through them one way: ``sources`` (delivered
bytes to rows) → ``ingest`` (rows to records, checked, de-identified and kept in ``staging`` and ``ops``) →
``core`` (star schema) → ``kpi`` (exact KPIs) → ``release`` (what may be published) → ``reporting``. ``cli``
and ``defs`` are the ways in. Which room may import which is checked by import-linter;
``docs/architecture.md`` has the plan.
"""

__version__ = "0.1.0"
