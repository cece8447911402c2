"""Pure numbers: intervals, resampling, tests, weights and control charts, on counts and arrays.

Nothing of this package is imported here. Which number is which KPI is decided in ``kpi.rules``.
"""
