"""A process that holds a warehouse, and one that writes into it without a pause."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_HOLD = """
import sys, time, duckdb
with duckdb.connect(sys.argv[1]) as connection:
    connection.execute("SET enable_progress_bar = false")  # which a slow machine would see before "ready"
    connection.execute(sys.argv[2])
    print("ready", flush=True)
    time.sleep(600)
"""
# ``part`` has the rows of which ``whole`` has number and sum; ``step`` only grows. Large inserts write blocks
# into the file before they are committed, and a table that is made anew frees the blocks of the former one.
_WRITE = """
import random, sys, threading, duckdb
connection, rng = duckdb.connect(sys.argv[1]), random.Random(1)
connection.execute("SET enable_progress_bar = false")
connection.execute("CREATE TABLE part (n BIGINT, text VARCHAR)")
connection.execute("CREATE TABLE filler AS SELECT md5(range::VARCHAR) AS text FROM range(2000000)")
connection.execute("CREATE TABLE whole (total BIGINT, rows_n BIGINT)")
connection.execute("CREATE TABLE step (n BIGINT); CREATE TABLE other (n BIGINT)")
connection.execute("INSERT INTO whole VALUES (0, 0); INSERT INTO step VALUES (0); CHECKPOINT")
print("ready", flush=True)

def write_beside():
    cursor = connection.cursor()
    while True:
        cursor.execute("INSERT INTO other VALUES (1)")

threading.Thread(target=write_beside, daemon=True).start()
CHANGES = [
    "INSERT INTO part SELECT range, md5(range::VARCHAR) FROM range(10)",
    "INSERT INTO part SELECT range, md5(range::VARCHAR) FROM range(200000)",
    "DROP TABLE part; CREATE TABLE part AS SELECT range AS n, md5(range::VARCHAR) AS text FROM range(150000)",
    "DELETE FROM part WHERE n % 7 = 3",
]
while True:
    connection.begin()
    connection.execute("UPDATE step SET n = n + 1")
    connection.execute(rng.choice(CHANGES))
    connection.execute("DELETE FROM whole; INSERT INTO whole SELECT coalesce(sum(n), 0), count(*) FROM part")
    connection.rollback() if rng.random() < 0.1 else connection.commit()
    if rng.random() < 0.4:
        try:
            connection.execute("CHECKPOINT")
        except duckdb.TransactionException:
            pass
"""


@contextmanager
def held(file: Path, statements: str = "SELECT 1") -> Iterator[None]:
    """Have another process hold a database file, after these statements, until the block ends."""
    with _process(_HOLD, file, statements):
        yield


@contextmanager
def written_without_pause(file: Path) -> Iterator[subprocess.Popen[str]]:
    """Have another process commit and checkpoint as fast as it can, until the block ends."""
    with _process(_WRITE, file) as process:
        yield process


@contextmanager
def _process(code: str, *arguments: Path | str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.kill()
