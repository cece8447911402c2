"""What people see of a release: one HTML page with charts, made from the ``reporting`` tables alone.

What may be shown is decided in ``release``; words for units and readings are declared in
``schemas.readings``.
"""
