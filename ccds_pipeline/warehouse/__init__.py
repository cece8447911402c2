"""The warehouse: connections, DDL from the register, loading, the SQL files, and publishing."""
