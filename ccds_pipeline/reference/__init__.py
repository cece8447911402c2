"""Tables of organisations and boards: shipped with the package, or loaded from the ODS's own files.

Recognising an employer by them is ``deidentify.generalise``.
"""
