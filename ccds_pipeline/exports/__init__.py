"""A release in the forms that other tools take: one module per form, all made of the released tables alone.

What may be released is decided in ``release``; the report and the case study are made in ``reporting``.
"""
