"""Sums by DataFusion, DuckDB and Spark against the rows: called by compare.sh."""

import json
import pathlib
import shutil
import subprocess
import sys

import duckdb

DATA, EXAMPLES, DATAFUSION, WORK = (pathlib.Path(path) for path in sys.argv[1:5])
QUESTION = [
    "--outcome=cpp_rate",
    "--unit=la_number",
    "--period=year",
    "--component=deprivation=far",
    "--component=spending=log(spend_core_per_child)",
    "--component=policy=period_effects",
    "--component=practice=unit_effects",
]
TOLERANCE = 1e-10


def run(program, *arguments):
    done = subprocess.run([str(program), *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{program} {' '.join(map(str, arguments))}: {done.stderr}")
    return done.stdout


def example(name, *arguments):
    return json.loads(run(EXAMPLES / name, *QUESTION, *arguments, "--json"))


def differences(found, expected, at=""):
    """How far two documents are apart, number by number, and where they say different things."""
    if isinstance(expected, dict):
        for key, value in expected.items():
            if key != "elapsed_ms":
                yield from differences(found.get(key), value, f"{at}/{key}")
    elif isinstance(expected, list):
        if len(found) != len(expected):
            yield at, float("inf")
        for one, other in zip(found, expected):
            yield from differences(one, other, at)
    elif isinstance(expected, (int, float)) and not isinstance(expected, bool):
        yield at, abs(found - expected) / max(1.0, abs(expected))
    elif found != expected:
        yield at, float("inf")


def write_data():
    """The panel with a column about a million that varies by tenths, as CSV and as Parquet in several files' worth of rows."""
    connection = duckdb.connect()
    connection.execute(
        f"""CREATE TABLE data AS
        WITH panel AS (SELECT * FROM read_csv('{DATA}')),
             spread AS (SELECT avg(low_income_pct) AS mean, stddev(low_income_pct) AS deviation FROM panel)
        SELECT panel.*, 1e6 + 0.3 * (low_income_pct - mean) / deviation AS far FROM panel, spread"""
    )
    csv, parquet = WORK / "data.csv", WORK / "data.parquet"
    connection.execute(f"COPY data TO '{csv}' (HEADER)")
    connection.execute(f"COPY data TO '{parquet}' (FORMAT parquet, ROW_GROUP_SIZE 2048)")
    return connection, csv, parquet


def by_duckdb(connection, queries, folder):
    connection.execute("CREATE OR REPLACE TABLE centres AS " + queries["centres"])
    connection.execute(f"COPY centres TO '{folder}/centres.csv' (HEADER)")
    for name in ["by_unit", "by_unit_and_period"]:
        connection.execute(f"COPY ({queries[name]}) TO '{folder}/{name}.csv' (HEADER)")


def by_spark(parquet, queries, folder):
    import os

    from pyspark.sql import SparkSession
    from pyspark.sql.functions import udf
    from pyspark.sql.types import DoubleType

    os.environ["PYSPARK_PYTHON"] = sys.executable
    # Two threads, and a task may be tried again once it has failed.
    spark = SparkSession.builder.master("local[2,4]").config("spark.ui.enabled", "false").getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    mark = WORK / "spark_failed_once"
    mark.unlink(missing_ok=True)

    def fails_once(value):
        # The first task to come here dies with its work half done.
        if not mark.exists():
            mark.touch()
            os._exit(1)
        return value

    rows = spark.read.parquet(str(parquet)).repartition(4)
    rows = rows.withColumn("cpp_rate", udf(fails_once, DoubleType())(rows["cpp_rate"].cast("double")))
    rows.createOrReplaceTempView("data")
    centres = spark.sql(queries["centres"]).toPandas()
    assert mark.exists(), "no task failed"
    spark.createDataFrame(centres).createOrReplaceTempView("centres")
    # Every digit: a float's own text reads back as that float.
    centres.to_csv(folder / "centres.csv", index=False)
    for name in ["by_unit", "by_unit_and_period"]:
        spark.sql(queries[name]).toPandas().to_csv(folder / f"{name}.csv", index=False)
    spark.stop()


def main():
    WORK.mkdir(parents=True, exist_ok=True)
    connection, csv, parquet = write_data()
    expected = example("decompose", "--data", csv)
    failed = False
    for engine in ["datafusion", "duckdb", "spark"]:
        folder = WORK / engine
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        queries = example("moments", "--print-sql", engine)
        if engine == "datafusion":
            (WORK / "queries.json").write_text(json.dumps(queries))
            run(DATAFUSION, "--data", parquet, "--queries", WORK / "queries.json", "--out", folder)
        elif engine == "duckdb":
            by_duckdb(connection, queries, folder)
        else:
            by_spark(parquet, queries, folder)
        found = example("moments", "--from-sql", folder)
        at, largest = max(differences(found, expected), key=lambda pair: pair[1])
        failed |= not largest < TOLERANCE
        print(f"{engine}: {found['n_observations']} rows, largest difference {largest:.1e} at {at}")
        # A table cut short is refused.
        table = folder / "by_unit_and_period.csv"
        whole = table.read_text()
        table.write_text("\n".join(whole.splitlines()[:-1]) + "\n")
        cut = subprocess.run([str(EXAMPLES / "moments"), *QUESTION, "--from-sql", str(folder)], capture_output=True, text=True)
        table.write_text(whole)
        if cut.returncode != 2 or "cut short" not in cut.stderr:
            failed = True
            print(f"{engine}: a table cut short was taken: {cut.stderr}")
    sys.exit(1 if failed else 0)


main()
