"""How the files of export tools are laid out, and which lines are records: one module per tool.

Tools with a plain header above one row per record are together in ``plain``. What all layouts share
(encoding, header, quoting, limits) is in ``sources``; what a column means is in a source's mapping.
"""
