"""Tables of organisations and boards: shipped with the package, or loaded from the ODS's own files."""
