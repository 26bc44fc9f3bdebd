"""Computes every figure of an archive from its raw lines and compares it with what Batchkeep summed up.

    python3 summaries_from_raw.py ARCHIVE FOLDER

FOLDER holds prices.csv (`prices --format csv`) and NAME.json (`summarize --by NAME --format json`; all.json without
--by). Nothing is shared with the program: lines are read with json, money is computed with decimal, percentiles by
sorting. Percentiles may differ by one percent, nothing else may. Exit status 1 and the differences if any.
"""

import csv
import glob
import gzip
import json
import math
import os
import re
import sys
from datetime import datetime, timedelta, timezone
from decimal import Decimal, getcontext

getcontext().prec = 60
ARCHIVE, FOLDER = sys.argv[1], sys.argv[2]
SIZES = ["input_tokens", "cache_read_tokens", "output_tokens", "text_bytes"]
TOKENS = [
    "input_tokens", "cache_creation_5m_tokens", "cache_creation_1h_tokens", "cache_read_tokens", "output_tokens",
    "thinking_tokens", "web_search_requests", "web_fetch_requests",
]
MONEY = ["cost_usd", "list_price_usd", "saved_by_batch_usd", "saved_by_cache_usd"]
ORDERLY = {"end_turn", "stop_sequence", "tool_use"}


def read_prices():
    rows = {}
    with open(os.path.join(FOLDER, "prices.csv"), newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            for name in [row["model_id"], *filter(None, row["aliases"].split("|"))]:
                rows.setdefault(name, []).append(row)
    return rows


PRICES = read_prices()


def cost(model, geo, usage, day):
    prompt = sum(usage[name] for name in TOKENS[:4])
    rows = [
        row
        for row in PRICES.get(model, [])
        if int(row["prompt_min"] or 0) <= prompt <= int(row["prompt_max"] or 10**18)
        and (row["valid_from"] or "0") <= day <= (row["valid_to"] or "9")
    ]
    if not rows:
        return None
    factor = (Decimal(rows[0]["geo_us_x"]) if geo == "us" else Decimal(1)) / 10**6
    columns = ["input", "cache_write_5m", "cache_write_1h", "cache_read", "output"]
    prices = [Decimal(rows[0][column] or "NaN") * factor for column in columns]
    parts = [usage[name] * price if usage[name] else Decimal(0) for name, price in zip(TOKENS[:5], prices)]
    search = usage["web_search_requests"] * Decimal("0.01")
    cached = sum(usage[name] for name in TOKENS[1:4]) * prices[0] - sum(parts[1:4])
    return [sum(parts) / 2 + search, sum(parts) + search, sum(parts) / 2, cached / 2]


def read_line(line, batch):
    entry = json.loads(line)
    result, message = entry["result"], entry["result"].get("message") or {}
    prefix = re.fullmatch(r"(.*[-_])[0-9]+", entry["custom_id"], re.DOTALL)
    day = batch["created"].strftime("%Y-%m-%d")
    request = {
        "batch": batch["id"], "day": day, "month": day[:7], "hour": batch["created"].strftime("%H"),
        "week": "{}-W{:02}".format(*batch["created"].isocalendar()), "type": result["type"],
        "prefix": prefix[1] if prefix else "(none)", "result": result["type"],
    }
    if result["type"] != "succeeded":
        return request
    usage = message["usage"]
    split, tools = usage.get("cache_creation") or {}, usage.get("server_tool_use") or {}
    written_1h = split.get("ephemeral_1h_input_tokens") or 0
    written = usage.get("cache_creation_input_tokens") or 0
    texts = [block["text"] for block in message["content"] if block["type"] == "text"]
    has_content = any(text.strip() for text in texts) or any(b["type"] == "tool_use" for b in message["content"])
    request.update(
        {
            "model": message["model"], "stop-reason": message["stop_reason"] or "(none)",
            "service-tier": usage.get("service_tier") or "(none)", "geo": usage.get("inference_geo") or "(none)",
            "usable": message["stop_reason"] in ORDERLY and has_content, "empty": not has_content,
            "input_tokens": usage["input_tokens"], "output_tokens": usage["output_tokens"],
            "cache_creation_5m_tokens": max(split.get("ephemeral_5m_input_tokens") or 0, written - written_1h),
            "cache_creation_1h_tokens": written_1h, "cache_read_tokens": usage.get("cache_read_input_tokens") or 0,
            "thinking_tokens": (usage.get("output_tokens_details") or {}).get("thinking_tokens") or 0,
            "web_search_requests": tools.get("web_search_requests") or 0,
            "web_fetch_requests": tools.get("web_fetch_requests") or 0,
            "text_bytes": sum(len(text.encode()) for text in texts),
        }
    )
    request["cost"] = cost(request["model"], request["geo"], request, day)
    return request


def read_archive():
    batches, requests = [], []
    for path in sorted(glob.glob(os.path.join(ARCHIVE, "manifests", "*", "*.json"))):
        with open(path, encoding="utf-8") as file:
            batch = json.load(file)["batch"]
        created, ended = (datetime.fromisoformat(batch[key]) for key in ("created_at", "ended_at"))
        batch["created"] = created.astimezone(timezone.utc)
        batch["wait"] = (ended - created) // timedelta(seconds=1)
        batches.append(batch)
        with gzip.open(os.path.join(ARCHIVE, "raw", f"date={batch['created']:%Y-%m-%d}", batch["id"] + ".jsonl.gz")) as file:
            requests += [read_line(line, batch) for line in file if line.strip()]
    return batches, requests


def percentiles(name, values):
    values = sorted(values)
    rank = lambda percent: values[max(1, math.ceil(len(values) * percent / 100)) - 1]
    figures = {f"{name}_p{percent}": rank(percent) for percent in (50, 90, 95, 99)} if values else {}
    return {**figures, f"{name}_max": values[-1]} if values else figures


def figures(requests, batches):
    succeeded = [request for request in requests if request["type"] == "succeeded"]
    priced = [request["cost"] for request in succeeded if request["cost"]]
    counts = {kind: sum(request["type"] == kind for request in requests) for kind in ("errored", "canceled", "expired")}
    found = {
        "batches": len(batches), "requests": len(requests), "succeeded": len(succeeded), **counts, "other_results": 0,
        "usable": sum(request["usable"] for request in succeeded),
        "empty": sum(request["empty"] for request in succeeded),
        "unpriced_requests": len(succeeded) - len(priced), "assumed_price_requests": 0,
        **{name: sum(request[name] for request in succeeded) for name in TOKENS},
    }
    prompt = sum(found[name] for name in TOKENS[:4])
    found["usable_rate"] = found["usable"] / len(succeeded) if succeeded else None
    found["error_rate"] = found["errored"] / len(requests) if requests else None
    found["cache_hit_ratio"] = found["cache_read_tokens"] / prompt if prompt else None
    for place, name in enumerate(MONEY):
        found[name] = sum((amounts[place] for amounts in priced), Decimal(0)) if priced or not succeeded else None
    for name in SIZES:
        found.update(percentiles(name, [request[name] for request in succeeded]))
    found.update(percentiles("queue_seconds", [batch["wait"] for batch in batches]))
    found["queue_over_20h_share"] = sum(batch["wait"] > 72_000 for batch in batches) / len(batches) if batches else None
    return found


DIFFERENCES, COMPARED = [], 0


def compare(where, row, expected, skip=()):
    global COMPARED
    for name, value in row.items():
        if name not in expected or name in skip:
            continue
        wanted = expected[name]
        COMPARED += 1
        if name in MONEY:
            same = value == wanted if wanted is None or value is None else Decimal(value) == wanted
        elif re.search(r"_(p\d\d)$", name):
            same = wanted <= value <= wanted * 1.01
        elif isinstance(wanted, float):
            same = value is not None and math.isclose(value, wanted, rel_tol=1e-12)
        else:
            same = value == wanted
        if not same:
            DIFFERENCES.append(f"{where}: {name} is {value}, expected {wanted}")


def load(name):
    with open(os.path.join(FOLDER, name + ".json"), encoding="utf-8") as file:
        return json.load(file)


def main():
    batches, requests = read_archive()
    compare("all", load("all")["rows"][0], figures(requests, batches))
    compare("all, totals", load("all")["totals"], figures(requests, batches))
    for name, column in [("day", "day"), ("week", "week"), ("month", "month"), ("hour", "hour"), ("batch", "batch_id")]:
        rows = {row[column]: row for row in load(name)["rows"]}
        groups = {request[name] for request in requests}
        if rows.keys() != groups:
            DIFFERENCES.append(f"{name}: rows {sorted(rows)}, expected {sorted(groups)}")
        for group in groups & rows.keys():
            part = [request for request in requests if request[name] == group]
            ids = {request["batch"] for request in part}
            compare(f"{name} {group}", rows[group], figures(part, [batch for batch in batches if batch["id"] in ids]))
    keys = [
        ("model", "model"), ("result", "result_type"), ("stop-reason", "stop_reason"), ("prefix", "prefix"),
        ("service-tier", "service_tier"), ("geo", "inference_geo"),
    ]
    for name, column in keys:
        rows = {row[column]: row for row in load(name)["rows"]}
        groups = {request[name] for request in requests if name in request}
        if rows.keys() != groups:
            DIFFERENCES.append(f"{name}: rows {sorted(rows)}, expected {sorted(groups)}")
        for group in groups & rows.keys():
            compare(f"{name} {group}", rows[group], figures([r for r in requests if r.get(name) == group], []), ("batches",))
    print("\n".join(DIFFERENCES[:20]))
    print(COMPARED, "figures,", len(DIFFERENCES), "differences")
    sys.exit(1 if DIFFERENCES or COMPARED < 1_000 else 0)


main()
