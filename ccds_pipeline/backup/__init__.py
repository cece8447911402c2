"""Backups of an installation: made beside a run, read back, restored.

What is copied is in ``snapshot``, how it is stored in ``sealing`` and ``manifest``, which of them are kept in
``generations``. Not here: the copy that is made before tables are changed (``warehouse/backup``), and the
mark that refuses to make a lost warehouse anew (``warehouse/mark``).
"""
