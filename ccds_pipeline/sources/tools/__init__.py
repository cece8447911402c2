"""How the files of export tools are laid out, and which lines are records; a tool with a plain header is in ``plain``.

What all layouts share (encoding, header, quoting, limits) is in ``sources``; what a column means is in a
source's mapping.
"""
