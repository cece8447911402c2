"""Exact KPIs: rows of ``kpi.kpi`` from the count tables of ``sql/kpi``, and published claims computed again.

What a rule computes is in ``rules``, formulas on numbers in ``statistics``. Nothing here may be published:
that is decided in ``release``.
"""
