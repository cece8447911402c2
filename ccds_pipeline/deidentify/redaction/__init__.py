"""Take names, places and numbers out of comments, by rules that anyone can read.

The word lists are in ``deidentify/tables``. Names that the programme knows come from the roster. Looking
again at what is to be quoted or released is ``deidentify.detector``.
"""
