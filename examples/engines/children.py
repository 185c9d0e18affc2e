"""Writes a Parquet file of children of 150 authorities over 15 years: children.py ROWS FILE.

Eight columns: authority, year, plan and five measures, one of which lies about a million and varies by tenths.
"""

import sys

import duckdb

rows, file = int(sys.argv[1]), sys.argv[2]
connection = duckdb.connect()
connection.execute("SELECT setseed(0.5)")
connection.execute(
    f"""COPY (
        SELECT authority, year,
            0.1 * (authority % 13) + 0.05 * (year - 2010) + income + 0.3 * need + e AS plan,
            income, need, far, visits, staff
        FROM (
            SELECT (i % 150)::INTEGER AS authority, (2010 + (i // 150) % 15)::INTEGER AS year,
                random() + 0.01 * (i % 150) AS income, random() * 2 - 0.3 AS need,
                1e6 + 0.3 * random() AS far, random() AS visits, random() AS staff, random() - 0.5 AS e
            FROM range({rows}) AS numbers(i)
        )
    ) TO '{file}' (FORMAT parquet, ROW_GROUP_SIZE 1000000)"""
)
