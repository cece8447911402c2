"""One module per tool: invented records → the file that the tool would export.

Who books, attends and answers is decided above, in ``synthetic``.
"""
