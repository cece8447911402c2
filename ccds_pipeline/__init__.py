"""Exports of a training programme in, accountable and anonymous KPIs out.

Data goes one way through the rooms of this package:
``sources`` (bytes to delivered rows) → ``conform`` (delivered rows to records) → ``schemas``
(contracts) → ``privacy`` (identifiers end here) → ``warehouse`` and ``sql/`` (staging, core, kpi)
→ ``metrics`` (statistics) → ``privacy.release`` → ``reporting``. ``defs`` shows all of it to
Dagster; nothing outside ``defs`` imports Dagster.
"""

__version__ = "0.1.0"
