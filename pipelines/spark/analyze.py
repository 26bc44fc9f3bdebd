"""Writes the flat table of an archive as Parquet, and a summary by day like that of batchkeep summarize.

    spark-submit pipelines/spark/analyze.py --archive /mnt/batches \\
        --parquet /mnt/batches-parquet --summary by-day.json

The Parquet files are in date=…/model=…. The column cost_usd is exact. The summary has the rows of
`batchkeep summarize --by day --format json`. All costs come from the flat table.
"""

import argparse
import json
import runpy

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

TOKENS = (
    "input_tokens", "cache_creation_5m_tokens", "cache_creation_1h_tokens", "cache_read_tokens", "output_tokens",
    "thinking_tokens", "web_search_requests", "web_fetch_requests",
)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--archive", required=True)
    parser.add_argument("--parquet", required=True, help="the output folder; an existing one is replaced")
    parser.add_argument("--summary", required=True, help="the output file")
    return parser.parse_args()


def money(amount):
    """Returns an exact decimal as text, without trailing zeros."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def count(condition):
    return F.sum(F.when(condition, 1).otherwise(0))


def summary(results):
    """One JSON object per day, with the keys of `summarize --by day`."""
    succeeded = F.col("result_type") == "succeeded"
    rows = (
        results.groupBy("date")
        .agg(
            F.count("*").alias("requests"), count(succeeded).alias("succeeded"),
            count(F.col("result_type") == "errored").alias("errored"), count(F.col("usable")).alias("usable"),
            *(F.sum(name).alias(name) for name in TOKENS), F.sum("cost_usd").alias("cost_usd"),
            count(succeeded & F.col("cost_usd").isNull()).alias("unpriced_requests"),
            count(F.col("price_note") == "assumed").alias("assumed_price_requests"),
            count(F.col("price_note") == "not_billed").alias("not_billed_requests"),
        )
        .orderBy("date").collect()
    )
    for row in rows:
        figures = row.asDict()
        day = figures.pop("date").isoformat()
        cost = figures.pop("cost_usd")
        # A number with all digits, because a float could round it.
        number = "null" if cost is None else money(cost)
        yield f'{json.dumps({"day": day, **figures})[:-1]}, "cost_usd": {number}}}'


def main():
    options = arguments()
    spark = (
        SparkSession.builder.appName("batchkeep analyze")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
        .config("spark.sql.shuffle.partitions", "16")
        .getOrCreate()
    )
    try:
        # The archive contains the schema of its flat table, so nothing is inferred from rows.
        view = runpy.run_path(f"{options.archive}/views/spark.py")
        results = view["results"](spark, options.archive).cache()
        columns = [field.name for field in view["RESULTS"].fields] + ["date"]
        results.select(*columns).write.mode("overwrite").partitionBy("date", "model").parquet(options.parquet)
        with open(options.summary, "w", encoding="utf-8") as file:
            file.write("[" + ",\n".join(summary(results)) + "]\n")
    finally:
        spark.stop()


if __name__ == "__main__":
    main()
