"""One module per export tool: how its files are laid out, and which lines are records.

What all layouts share (encoding, header, quoting, limits) is in ``sources``; what a column means is in a
source's mapping.
"""
