"""Sums by DataFusion, DuckDB and Spark against the rows: called by compare.sh."""

import csv
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys

import duckdb

EXAMPLES, DATAFUSION, WORK, *GIVEN = (pathlib.Path(path).resolve() for path in sys.argv[1:])
# England as the crate holds it, with all that is missing from it.
PANEL = f"""(
    SELECT la_number, year, low_income_pct, 1e4 * cpp_count / population_0_17 AS cpp_rate,
        (s251_looked_after + s251_safeguarding + s251_family_support) / population_0_17 AS spend_core_per_child
    FROM read_csv('{pathlib.Path(__file__).resolve().parents[2]}/src/panel/england/authorities.csv',
        nullstr = ['', '-', '..', 'c', 'u', 'x'])
)"""
QUESTION = [
    "--outcome=cpp_rate",
    "--unit=la_number",
    "--period=year",
    "--component=deprivation=far",
    "--component=spending=log(spend_core_per_child)",
    "--component=policy=period_effects",
    "--component=practice=unit_effects",
]
TABLES = ["centres", "by_unit", "by_unit_and_period"]
TOLERANCE = 1e-10


def run(program, *arguments):
    done = subprocess.run([str(program), *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{program} {' '.join(map(str, arguments))}: {done.stderr}")
    return done.stdout


def example(name, *arguments):
    return json.loads(run(EXAMPLES / name, *QUESTION, *arguments, "--json"))


def refusal(program, *arguments):
    """The line with which a program refuses; none where it does not."""
    done = subprocess.run([str(program), *map(str, arguments)], capture_output=True, text=True)
    return done.stderr.strip() if done.returncode == 2 else ""


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
    """The panel with a column about a million that varies by tenths: as CSV, and as Parquet in two files."""
    connection = duckdb.connect()
    panel = f"read_csv('{GIVEN[0]}')" if GIVEN else PANEL
    connection.execute(
        f"""CREATE TABLE data AS
        WITH panel AS (FROM {panel}),
             spread AS (SELECT avg(low_income_pct) AS mean, stddev(low_income_pct) AS deviation FROM panel)
        SELECT panel.*, 1e6 + 0.3 * (low_income_pct - mean) / deviation AS far FROM panel, spread"""
    )
    rows, parquet = WORK / "data.csv", WORK / "data"
    connection.execute(f"COPY data TO '{rows}' (HEADER)")
    shutil.rmtree(parquet, ignore_errors=True)
    parquet.mkdir()
    for half in [0, 1]:
        connection.execute(f"COPY (FROM data WHERE year % 2 = {half}) TO '{parquet}/{half}.parquet' (FORMAT parquet)")
    return connection, rows, parquet


def by_datafusion(parquet, queries, folder):
    (WORK / "queries.json").write_text(json.dumps(queries))
    run(DATAFUSION, "--data", parquet, "--queries", WORK / "queries.json", "--out", folder)


def by_duckdb(connection, queries, folder):
    for name in TABLES:
        connection.execute(f"CREATE OR REPLACE TABLE {name} AS {queries[name]}")
        connection.execute(f"COPY {name} TO '{folder}/{name}.csv' (HEADER)")


def by_spark(parquet, queries, folder, master, killer=None):
    from pyspark.sql import SparkSession
    from pyspark.sql.functions import udf
    from pyspark.sql.types import DoubleType

    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    settings = {
        "spark.log.level": "OFF",
        "spark.sql.shuffle.partitions": "4",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    spark = SparkSession.builder.master(master).config(map=settings).getOrCreate()
    rows = spark.read.parquet(str(parquet)).repartition(4)
    if killer:
        killing = udf(killer, DoubleType(), useArrow=False)
        rows = rows.withColumn("cpp_rate", killing(rows["cpp_rate"].cast("double")))
    rows.createOrReplaceTempView("data")
    for name in TABLES:
        KILLED.unlink(missing_ok=True)
        table = spark.sql(queries[name])
        found = table.collect()
        assert killer is None or KILLED.exists(), "no executor was killed"
        if name == "centres":
            spark.createDataFrame(found, table.schema).createOrReplaceTempView("centres")
        with open(folder / f"{name}.csv", "w", newline="") as file:
            # Every digit: a float's own text reads back as that float.
            csv.writer(file, lineterminator="\n").writerows([table.columns, *found])
    spark.stop()


KILLED = WORK / "executor_killed"


def killer():
    """A function of a row that kills the executor it first runs in, with some of a partition done."""
    mark, seen = str(KILLED), []

    def kills_executor(value):
        seen.append(value)
        if len(seen) > 150 and not os.path.exists(mark):
            open(mark, "w").close()
            # Python's worker is a child of its daemon, and that of the executor.
            with open(f"/proc/{os.getppid()}/stat") as stat:
                os.kill(int(stat.read().rsplit(")", 1)[1].split()[1]), signal.SIGKILL)
        return value

    return kills_executor


def takes_cut_tables(folder):
    """The tables of a folder that are taken though their last row is gone."""
    for table in [folder / f"{name}.csv" for name in TABLES]:
        whole = table.read_text()
        table.write_text("\n".join(whole.splitlines()[:-1]) + "\n")
        if not refusal(EXAMPLES / "moments", *QUESTION, "--from-sql", folder):
            yield table.name
        table.write_text(whole)


def takes_a_failing_partition(parquet, folder):
    """Whether DataFusion writes tables though the values of one of two files are gone; its schema is not."""
    shutil.rmtree(folder, ignore_errors=True)
    file = parquet / "1.parquet"
    whole = file.read_bytes()
    footer = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
    file.write_bytes(whole[:4] + bytes(footer - 4) + whole[footer:])
    refused = refusal(DATAFUSION, "--data", parquet, "--queries", WORK / "queries.json", "--out", folder)
    file.write_bytes(whole)
    return not refused or any(folder.iterdir())


def main():
    WORK.mkdir(parents=True, exist_ok=True)
    connection, rows, parquet = write_data()
    expected = example("decompose", "--data", rows)
    engines = {
        "datafusion": lambda *to: by_datafusion(parquet, *to),
        "duckdb": lambda *to: by_duckdb(connection, *to),
        "spark": lambda *to: by_spark(parquet, *to, "local[2]"),
        # Two executors that are processes of their own, one of which is killed in each query.
        "spark_with_a_kill": lambda *to: by_spark(parquet, *to, "local-cluster[2,1,1024]", killer()),
    }
    failed = False
    for engine, make_sums in engines.items():
        folder = WORK / engine
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        make_sums(example("moments", "--print-sql", engine.partition("_")[0]), folder)
        found = example("moments", "--from-sql", folder)
        at, largest = max(differences(found, expected), key=lambda pair: pair[1])
        failed |= not largest < TOLERANCE
        print(f"{engine}: {found['n_observations']} rows, largest difference {largest:.1e} at {at}")
        for taken in takes_cut_tables(folder):
            failed = True
            print(f"{engine}: {taken} was taken without its last row")
    if takes_a_failing_partition(parquet, WORK / "failed"):
        failed = True
        print("datafusion: tables were written though a partition failed")
    sys.exit(1 if failed else 0)


main()
