"""What people see of a release: one HTML page with charts, made from the ``reporting`` tables alone."""
