"""What the wall behind the lock costs: a range exclusion, a partial unique index, or none, in microseconds a row.

python bench/one_open_tie.py DSN        # any database with btree_gist to be had; it is left as it was
"""

import asyncio
import sys
import time

import asyncpg

ROWS, ROUNDS = 20_000, 5
TABLE = """
CREATE TEMPORARY TABLE tie (
    wiki_id integer NOT NULL, id bigint NOT NULL, mentee_id bigint NOT NULL, role varchar NOT NULL,
    started_at timestamptz(3) NOT NULL, ends_at timestamptz(3) NOT NULL, withdrawn_at timestamptz(3) NOT NULL,
    PRIMARY KEY (wiki_id, id))
"""
WALLS = {
    "none": "SELECT",
    "partial unique index, open ties alone": """
        CREATE UNIQUE INDEX ON tie (wiki_id, mentee_id, role)
        WHERE ends_at = 'infinity' AND withdrawn_at = 'infinity'""",
    "range exclusion, deferrable": """
        ALTER TABLE tie ADD EXCLUDE USING gist (wiki_id WITH =, mentee_id WITH =, role WITH =,
            tstzrange(started_at, ends_at) WITH &&) WHERE (withdrawn_at = 'infinity') DEFERRABLE""",
}
# Two ties a mentee: one that has ended and one that is open.
FILL = """
INSERT INTO tie
SELECT 1, n, n / 2, 'PRIMARY', timestamptz '2024-01-01' + (n % 2) * interval '1 day',
       CASE n % 2 WHEN 0 THEN timestamptz '2024-01-02' ELSE 'infinity' END, 'infinity'
FROM generate_series($1::integer, $1 + $2 - 1) AS n
"""
END = "UPDATE tie SET ends_at = timestamptz '2025-01-01' WHERE ends_at = 'infinity' AND id BETWEEN $1 AND $1 + $2 - 1"


async def cost(connection: "asyncpg.Connection[asyncpg.Record]", wall: str) -> tuple[float, float]:
    """Microseconds a row: to insert, and to end what is open; the best of several rounds in a growing table."""
    await connection.execute("DROP TABLE IF EXISTS tie")
    await connection.execute(TABLE)
    await connection.execute(wall)
    inserts: list[float] = []
    ends: list[float] = []
    for number in range(ROUNDS):
        first = number * ROWS
        for statement, costs, rows in ((FILL, inserts, ROWS), (END, ends, ROWS // 2)):
            began = time.perf_counter()
            await connection.execute(statement, first, ROWS)
            costs.append((time.perf_counter() - began) / rows * 1e6)
    return min(inserts), min(ends)


async def main(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    for name, wall in WALLS.items():
        insert, end = await cost(connection, wall)
        print(f"{name}: insert {insert:.1f} µs a row, end {end:.1f} µs a row")
    await connection.close()


asyncio.run(main(sys.argv[1]))
