"""Makes Parquet of an archive's flat table and sums it up as batchkeep summarize does, at the same prices.

    batchkeep prices --format csv > prices.csv
    spark-submit pipelines/spark/analyze.py --archive /mnt/batches --prices prices.csv \\
        --parquet /mnt/batches-parquet --summary by-day-and-model.json

The Parquet files stand in date=…/model=…; the column cost_usd is exact, null where there is no price. The summary has
the rows of `batchkeep summarize --by day,model --format json`. Models are priced by Anthropic's own ids and their aliases.
"""

import argparse
import csv
import datetime
import decimal
import json
import runpy

from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

TOKENS = (
    "input_tokens", "cache_creation_5m_tokens", "cache_creation_1h_tokens", "cache_read_tokens", "output_tokens",
    "thinking_tokens", "web_search_requests", "web_fetch_requests",
)
# The classes of tokens that cost, by the column of the price table.
CLASSES = {
    "input": "input_tokens", "cache_write_5m": "cache_creation_5m_tokens",
    "cache_write_1h": "cache_creation_1h_tokens", "cache_read": "cache_read_tokens", "output": "output_tokens",
}
# Ten dollars per thousand searches, in pico-dollars; the batch discount is for tokens only.
WEB_SEARCH = 10_000_000_000
WHOLE = T.DecimalType(38, 0)
LONGEST = 2**63 - 1


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--archive", required=True)
    parser.add_argument("--prices", required=True, help="what batchkeep prices --format csv writes")
    parser.add_argument("--parquet", required=True, help="a folder to write, replaced if it is there")
    parser.add_argument("--summary", required=True, help="a file to write")
    return parser.parse_args()


def price_rows(path):
    """The price table: a row for each name of a model, in the US and elsewhere, in pico-dollars a token."""
    with open(path, encoding="utf-8", newline="") as file:
        for place, row in enumerate(csv.DictReader(file)):
            for in_us in (False, True):
                # Dollars per million tokens are a million pico-dollars per token.
                factor = decimal.Decimal(row["geo_us_x"] or 1) if in_us else 1
                prices = {name: row[name] and int(decimal.Decimal(row[name]) * 10**6 * factor) for name in CLASSES}
                for model in [row["model_id"], *row["aliases"].split()]:
                    yield {
                        "place": place, "model": model, "in_us": in_us,
                        "from": day(row["valid_from"]), "to": day(row["valid_to"]),
                        "least": int(row["prompt_min"] or 0), "most": int(row["prompt_max"] or LONGEST),
                        "prices": {name: price if price != "" else None for name, price in prices.items()},
                    }


def day(text):
    return datetime.date.fromisoformat(text) if text else None


def distance(row, date):
    """The days between a date and those of a row; 0 within."""
    if row["from"] and date < row["from"]:
        return (row["from"] - date).days
    return (date - row["to"]).days if row["to"] and date > row["to"] else 0


def prices_in_use(spark, requests, table):
    """A row of prices for each model, place, day and span of prompt sizes there is; the nearest row of the table."""
    by_model = {}
    for row in table:
        by_model.setdefault((row["model"], row["in_us"]), []).append(row)
    found = []
    for key in requests.select("model", "in_us", "date").distinct().collect():
        rows = by_model.get((key["model"], key["in_us"]), [])
        edges = sorted({row["least"] for row in rows} | {row["most"] + 1 for row in rows if row["most"] < LONGEST})
        for least, most in zip(edges, [edge - 1 for edge in edges[1:]] + [LONGEST]):
            fitting = [row for row in rows if row["least"] <= least and most <= row["most"]]
            if fitting:
                best = min(fitting, key=lambda row: (distance(row, key["date"]), row["place"]))
                prices = [None if price is None else decimal.Decimal(price) for price in best["prices"].values()]
                found.append((key["model"], key["in_us"], key["date"], least, most, distance(best, key["date"]) > 0, *prices))
    schema = T.StructType([
        T.StructField("model", T.StringType()), T.StructField("in_us", T.BooleanType()),
        T.StructField("date", T.DateType()), T.StructField("least", T.LongType()), T.StructField("most", T.LongType()),
        T.StructField("is_assumed", T.BooleanType()), *(T.StructField(name, WHOLE) for name in CLASSES),
    ])
    return F.broadcast(spark.createDataFrame(found, schema))


def priced(spark, results, table):
    """The flat table with the exact amounts of every succeeded request in pico-dollars; null without a price."""
    prompt = sum((F.col(name) for name in CLASSES.values() if name != "output_tokens"), F.lit(0))
    requests = (
        results.withColumn("in_us", F.coalesce(F.col("inference_geo") == "us", F.lit(False)))
        .withColumn("prompt", prompt)
    )
    succeeded = F.col("result_type") == "succeeded"
    prices = prices_in_use(spark, requests.where(succeeded), table)
    joined = requests.join(
        prices,
        (requests["model"] == prices["model"]) & (requests["in_us"] == prices["in_us"])
        & (requests["date"] == prices["date"]) & (requests["prompt"] >= prices["least"])
        & (requests["prompt"] <= prices["most"]) & succeeded,
        "left",
    ).drop(prices["model"]).drop(prices["in_us"]).drop(prices["date"])

    def tokens(name, price):
        # A class without a price only matters where there are tokens in it.
        count = F.col(CLASSES[name]).cast(WHOLE)
        return F.when(F.col(CLASSES[name]) == 0, F.lit(0).cast(WHOLE)).otherwise((count * price).cast(WHOLE))

    def total(names, price):
        return sum((tokens(name, price(name)) for name in names), F.lit(0).cast(WHOLE)).cast(WHOLE)

    cached = [name for name in CLASSES if name.startswith("cache")]
    searches = (F.col("web_search_requests").cast(WHOLE) * F.lit(WEB_SEARCH).cast(WHOLE)).cast(WHOLE)
    full = total(CLASSES, F.col)
    as_input = total(cached, lambda _: F.col("input"))
    has_price = F.col("input").isNotNull()
    return (
        joined.withColumn("pico_list", F.when(has_price, full + searches))
        # Every price is even, so half of a sum is exact.
        .withColumn("pico_batch", F.when(has_price, (full / 2).cast(WHOLE) + searches))
        .withColumn(
            "pico_cache",
            F.when(F.col("pico_list").isNotNull(), ((as_input - total(cached, F.col)) / 2).cast(WHOLE)),
        )
    )


def money(pico):
    """Pico-dollars as a decimal string in dollars, as batchkeep writes it."""
    text = format(decimal.Decimal(int(pico)).scaleb(-12), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def summary(requests):
    """The rows of summarize --by day,model: succeeded requests only, as no other has a model."""
    amounts = ("pico_batch", "pico_list", "pico_cache")
    rows = (
        requests.where(F.col("result_type") == "succeeded").groupBy("date", "model")
        .agg(
            F.count("*").alias("requests"), F.sum(F.col("usable").cast("long")).alias("usable"),
            *(F.sum(name).alias(name) for name in TOKENS),
            *(F.sum(F.col(name)).cast(WHOLE).alias(name) for name in amounts),
            F.sum(F.col("pico_batch").isNull().cast("long")).alias("unpriced_requests"),
            F.sum((F.col("pico_batch").isNotNull() & F.col("is_assumed")).cast("long")).alias("assumed_price_requests"),
        )
        .collect()
    )
    whole = sum(row["requests"] for row in rows)
    for row in sorted(rows, key=lambda row: (row["date"], -row["requests"], row["model"] or "")):
        prompt = sum(row[name] for name in CLASSES.values() if name != "output_tokens")
        amount = None if row["unpriced_requests"] == row["requests"] else {name: int(row[name]) for name in amounts}
        yield {
            "day": row["date"].isoformat(), "model": row["model"] or "(none)",
            "requests": row["requests"], "share": row["requests"] / whole,
            "usable": row["usable"], "usable_rate": row["usable"] / row["requests"],
            **{name: row[name] for name in TOKENS},
            "cache_hit_ratio": row["cache_read_tokens"] / prompt if prompt else None,
            "cost_usd": amount and money(amount["pico_batch"]),
            "list_price_usd": amount and money(amount["pico_list"]),
            "saved_by_batch_usd": amount and money(amount["pico_list"] - amount["pico_batch"]),
            "saved_by_cache_usd": amount and money(amount["pico_cache"]),
            "unpriced_requests": row["unpriced_requests"], "assumed_price_requests": row["assumed_price_requests"],
        }


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
        # The archive brings the schema of its flat table along: nothing is guessed from rows.
        view = runpy.run_path(f"{options.archive}/views/spark.py")
        results = view["results"](spark, options.archive)
        requests = priced(spark, results, list(price_rows(options.prices))).cache()
        columns = [field.name for field in view["RESULTS"].fields] + ["date"]
        exact = F.col("pico_batch").cast(T.DecimalType(24, 0)) * F.lit(decimal.Decimal(1).scaleb(-12))
        (
            requests.select(*columns, exact.alias("cost_usd"))
            .write.mode("overwrite").partitionBy("date", "model").parquet(options.parquet)
        )
        with open(options.summary, "w", encoding="utf-8") as file:
            json.dump({"rows": list(summary(requests))}, file, indent=1)
    finally:
        spark.stop()


if __name__ == "__main__":
    main()
