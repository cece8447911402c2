"""One module per rule of the programme file: which estimates a KPI of that rule makes from the count tables.

A module is named as the rule's ``type`` and holds a class ``Rule``; ``rule_of`` finds it by that name. What a
rule says of its definition (question, waves, options) is in ``programme.model``, the shape of a row of
estimates in ``kpi.estimates``.
"""
