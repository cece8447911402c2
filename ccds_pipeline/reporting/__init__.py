"""What people see of a release, from the ``reporting`` tables alone: a page with charts, the case study.

What may be shown is decided in ``release``; words for units and readings are declared in
``schemas.readings``.
"""
