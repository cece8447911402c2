"""The database: opening it, making tables from the register, moving frames, running SQL files, publishing.

It knows schemas and errors, and no stage: what is written where is decided by the stages.
"""
