"""The statistics that SQL cannot do: intervals, change, and the rows of ``kpi.kpi``.

Everything here starts from the counts of ``sql/kpi``; no module sees a row about a person.
"""
