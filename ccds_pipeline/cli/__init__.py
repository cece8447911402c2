"""The ``ccds`` command: one module per command or group, with its options and what it prints.

What a command does is in the room that it names; how an installation is opened is in ``options``. Heavy
packages are imported by the command that needs them.
"""
