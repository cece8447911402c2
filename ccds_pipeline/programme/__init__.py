"""What a programme is, as data; the reference programme is ``ccds.yaml``.

Everything that is special to one programme is in its file. Doing anything with it is left to the stages.
"""
