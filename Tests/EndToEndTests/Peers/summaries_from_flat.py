"""Computes figures of an archive with DuckDB over the flat table and compares them with what Batchkeep summed up.

    python3 summaries_from_flat.py ARCHIVE all.json

all.json is `summarize --format json`. Percentiles may differ by one percent, nothing else may.
"""

import json
import sys

import duckdb

FLAT = f"read_json('{sys.argv[1]}/results/*/*.ndjson.gz', hive_partitioning = true)"
TOKENS = [
    "input_tokens", "cache_creation_5m_tokens", "cache_creation_1h_tokens", "cache_read_tokens", "output_tokens",
    "thinking_tokens", "web_search_requests", "web_fetch_requests",
]

with open(sys.argv[2], encoding="utf-8") as file:
    row = json.load(file)["rows"][0]

columns = {
    "batches": "count(DISTINCT batch_id)", "requests": "count(*)",
    **{kind: f"count(*) FILTER (result_type = '{kind}')" for kind in ("succeeded", "errored", "canceled", "expired")},
    "usable": "count(*) FILTER (usable)", **{name: f"coalesce(sum({name}), 0)::BIGINT" for name in TOKENS},
}
for name in ("input_tokens", "cache_read_tokens", "output_tokens", "text_bytes"):
    of = "FILTER (result_type = 'succeeded')"
    for percent in (50, 90, 95, 99):
        columns[f"{name}_p{percent}"] = f"quantile_disc({name}, {percent / 100}) {of}"
    columns[f"{name}_max"] = f"max({name}) {of}"

query = ", ".join(f'{expression} AS "{name}"' for name, expression in columns.items())
found = dict(zip(columns, duckdb.sql(f"SELECT {query} FROM {FLAT}").fetchall()[0]))
wrong = [
    f"{name} is {row[name]}, DuckDB has {value}"
    for name, value in found.items()
    if not (value <= row[name] <= value * 1.01 if "_p" in name[-4:] else row[name] == value)
]
print("\n".join(wrong))
print(len(found), "figures,", len(wrong), "differences")
sys.exit(1 if wrong else 0)
