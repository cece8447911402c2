"""One delivery, from the landing folder to ``staging`` and the ledger, with every row accounted for.

Reading bytes is in ``sources``, replacing identifiers in ``deidentify``. What comes after staging is SQL, in
``core`` and ``kpi``.
"""
