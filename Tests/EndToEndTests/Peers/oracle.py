"""Computes every figure of an archive from its raw lines and compares it with what Batchkeep reports.

    python3 oracle.py ARCHIVE FOLDER

Nothing is shared with the program: lines are read with json, money is computed with decimal, percentiles by sorting, and
the rules about billing are read from the documentation of the API. Percentiles may differ by one percent, nothing else
may. FOLDER holds prices.csv (`prices --format csv`) and NAME.json (`summarize --by NAME --format json`; all.json without
--by). These are compared too: select.csv, query.ndjson, export.json, metrics.prom, the flat rows of the archive and, if
DuckDB is installed, its view. Exit status 1 and the first differences if there are any.
"""

import csv
import glob
import gzip
import json
import math
import os
import re
import sys
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal, getcontext

getcontext().prec = 60
ARCHIVE, FOLDER = sys.argv[1], sys.argv[2]
SIZES = ["input_tokens", "cache_read_tokens", "output_tokens", "text_bytes"]
PROMPT = ["input_tokens", "cache_creation_5m_tokens", "cache_creation_1h_tokens", "cache_read_tokens"]
PER_TOKEN = PROMPT + ["output_tokens"]
OTHERS = ["thinking_tokens", "web_search_requests", "web_fetch_requests"]
TOKENS = PER_TOKEN + OTHERS
PRICE_COLUMNS = ["input", "cache_write_5m", "cache_write_1h", "cache_read", "output"]
MONEY = ["cost_usd", "list_price_usd", "saved_by_batch_usd", "saved_by_cache_usd", "not_billed_list_price_usd"]
ORDERLY = {"end_turn", "stop_sequence", "tool_use"}
ZERO = Decimal(0)
LIMIT = 10**12
# SQLite stores pico-dollars in 64 bits; what costs more than nine million dollars is approximate.
LARGEST_STORED = Decimal(2**63).scaleb(-12)

# ---- What a line says it used ----


class Unreadable(Exception):
    pass


def count(usage, key, required=False):
    value = usage.get(key)
    if value is None and not required:
        return 0
    if type(value) is not int or not 0 <= value <= LIMIT:
        raise Unreadable
    return value


def part(usage, key):
    value = usage.get(key)
    if value is not None and not isinstance(value, dict):
        raise Unreadable
    return value or {}


def counts(usage):
    if not isinstance(usage, dict):
        raise Unreadable
    split, tools, details = (part(usage, key) for key in ("cache_creation", "server_tool_use", "output_tokens_details"))
    hour, written = count(split, "ephemeral_1h_input_tokens"), count(usage, "cache_creation_input_tokens")
    return {
        "input_tokens": count(usage, "input_tokens", True),
        "cache_creation_5m_tokens": max(count(split, "ephemeral_5m_input_tokens"), written - hour),
        "cache_creation_1h_tokens": hour,
        "cache_read_tokens": count(usage, "cache_read_input_tokens"),
        "output_tokens": count(usage, "output_tokens", True),
        "thinking_tokens": count(details, "thinking_tokens"),
        "web_search_requests": count(tools, "web_search_requests"),
        "web_fetch_requests": count(tools, "web_fetch_requests"),
    }


def billed_parts(message):
    """What is billed: (model, type, counts) of each part, and whether the iterations are unusual."""
    usage = message.get("usage")
    top = counts(usage)
    entries = usage.get("iterations")
    if entries is not None and not isinstance(entries, list):
        raise Unreadable
    entries = entries or []
    read = [(entry, counts(entry)) for entry in entries]
    model = message.get("model") if isinstance(message.get("model"), str) else None
    if not entries:
        return [(model, "message", top)], False
    known = {"message", "compaction", "advisor_message", "fallback_message"}

    def kind(entry):
        return entry.get("type") if isinstance(entry.get("type"), str) and entry["type"] in known else "unknown"

    messages = [found for entry, found in read if kind(entry) == "message"]
    adds_up = bool(messages) and all(sum(found[name] for found in messages) == top[name] for name in PER_TOKEN)
    parts = [] if adds_up else [(model, "message", dict(top))]
    for entry, found in read:
        if kind(entry) == "fallback_message" or (kind(entry) == "message" and not adds_up):
            continue
        own = entry["model"] if isinstance(entry.get("model"), str) else model
        parts.append((own, kind(entry), {**found, **dict.fromkeys(OTHERS, 0)}))
    main = next(place for place, (_, name, _) in enumerate(parts) if name == "message")
    parts[main][2].update({name: top[name] for name in OTHERS})
    return parts, not adds_up or any(kind(entry) == "unknown" for entry in entries)


# ---- What that costs ----


def read_prices():
    rows = {}
    with open(os.path.join(FOLDER, "prices.csv"), newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            for name in [row["model_id"], *filter(None, row["aliases"].split("|"))]:
                rows.setdefault(name, []).append(row)
    return rows


PRICES = read_prices()


def distance(row, day):
    for bound, sign in ((row["valid_from"], 1), (row["valid_to"], -1)):
        if bound and sign * (date.fromisoformat(bound) - day).days > 0:
            return sign * (date.fromisoformat(bound) - day).days
    return 0


def price(model, geo, used, day, share):
    """(cost, list price, cost without cache, assumed), or None without a price."""
    prompt = sum(used[name] for name in PROMPT)
    fitting = [
        row for row in PRICES.get(model, []) if int(row["prompt_min"] or 0) <= prompt <= int(row["prompt_max"] or 10**18)
    ]
    if not fitting:
        return None
    row = min(fitting, key=lambda row: distance(row, day))
    factor = (Decimal(row["geo_us_x"] or 1) if geo == "us" else Decimal(1)) / 10**6
    prices = [Decimal(row[column]) * factor if row[column] else None for column in PRICE_COLUMNS]
    if any(used[name] and amount is None for name, amount in zip(PER_TOKEN, prices)):
        return None
    parts = [used[name] * amount if used[name] else ZERO for name, amount in zip(PER_TOKEN, prices)]
    search = used["web_search_requests"] * Decimal("0.01")
    uncached = parts[0] + parts[4] + sum(used[name] for name in PROMPT[1:]) * prices[0]
    return sum(parts) * share + search, sum(parts) + search, uncached * share + search, distance(row, day) > 0


def is_free_refusal(message, day):
    details = message.get("stop_details")
    return (
        message.get("stop_reason") == "refusal" and not message.get("content") and isinstance(details, dict)
        and details.get("category") in ("cyber", "general_harms", None) and day >= date(2026, 6, 9)
    )


def bill(message, day, is_own):
    """Adds to a request its counts, cost and note, and what each model used."""
    request = {
        **dict.fromkeys(TOKENS, 0), "iterations": 0, "note": "unreadable_usage", "amounts": None, "free": None,
        "parts": [], "unusual": False,
    }
    # The entries are counted, readable or not.
    entries = message["usage"].get("iterations") if isinstance(message.get("usage"), dict) else None
    request["iterations"] = len(entries) if isinstance(entries, list) else 0
    try:
        parts, request["unusual"] = billed_parts(message)
    except Unreadable:
        return request
    usage = message["usage"]
    tier = usage.get("service_tier") if isinstance(usage.get("service_tier"), str) else None
    geo = usage.get("inference_geo") if isinstance(usage.get("inference_geo"), str) else None
    share = Decimal(1) if tier not in (None, "batch") and not is_own else Decimal("0.5")
    prices = [price(model, geo, used, day, share) for model, _, used in parts]
    for name in TOKENS:
        request[name] = sum(used[name] for _, _, used in parts)
    is_priced = all(prices)
    total = [sum(found[place] for found in prices) for place in range(3)] if is_priced else None
    assumed = tier not in (None, "batch") or any(name == "advisor_message" for _, name, _ in parts)
    request["note"] = None
    if is_free_refusal(message, day):
        request["note"], request["free"], request["amounts"] = "not_billed", total[1] if total else ZERO, [ZERO] * 3
    elif not is_priced:
        request["note"] = "unpriced"
    else:
        request["amounts"] = total
        request["note"] = "assumed" if assumed or any(found[3] for found in prices) else None
    has_cost = request["amounts"] is not None and request["note"] != "not_billed"
    request["parts"] = [
        (model, used, list(found[:3]) if has_cost else [ZERO] * 3) for (model, _, used), found in zip(parts, prices)
    ]
    return request


# ---- The archive ----


UUID = re.compile(
    r"(?:(?<=[-_./:])|\A)(?:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-fA-F]{32})(?=[-_./:]|\Z)"
)


def first_part(custom_id):
    """The first part of an ID, which is not its last part."""
    named = UUID.sub("(uuid)", custom_id)
    found = re.match(r"([-_./:]*[^-_./:]+)[-_./:]", named)
    return named if named == "(uuid)" else found[1] if found else "(none)"


def read_line(number, line, batch):
    entry = json.loads(line)
    result = entry["result"]
    day = batch["created"].strftime("%Y-%m-%d")
    request = {
        "batch": batch["id"], "id": entry["custom_id"], "line": number, "day": day, "month": day[:7],
        "hour": batch["created"].strftime("%H"), "week": "{}-W{:02}".format(*batch["created"].isocalendar()),
        "type": result["type"], "prefix": first_part(entry["custom_id"]), "result": result["type"],
    }
    if result["type"] != "succeeded":
        return request
    message = result.get("message") or {}
    usage = message.get("usage") if isinstance(message.get("usage"), dict) else {}
    content = message.get("content") or []
    texts = [block["text"] for block in content if block["type"] == "text"]
    has_content = any(text.strip() for text in texts) or any(block["type"] == "tool_use" for block in content)
    details = message.get("stop_details") if isinstance(message.get("stop_details"), dict) else {}

    def text(value):
        return value if isinstance(value, str) and value else "(none)"

    request.update(
        {
            "model": text(message.get("model")), "stop-reason": text(message.get("stop_reason")),
            "stop-category": text(details.get("category")), "service-tier": text(usage.get("service_tier")),
            "geo": text(usage.get("inference_geo")), "text_bytes": sum(len(text.encode()) for text in texts),
            "usable": message.get("stop_reason") in ORDERLY and has_content, "empty": not has_content,
        }
    )
    request.update(bill(message, date.fromisoformat(day), batch["is_own"]))
    return request


def read_archive():
    batches, requests = [], []
    for path in sorted(glob.glob(os.path.join(ARCHIVE, "manifests", "*", "*.json"))):
        with open(path, encoding="utf-8") as file:
            manifest = json.load(file)
        batch = manifest["batch"]
        created, ended = (datetime.fromisoformat(batch[key]) for key in ("created_at", "ended_at"))
        batch["created"] = created.astimezone(timezone.utc)
        batch["wait"] = (ended - created) // timedelta(seconds=1)
        batch["is_own"] = re.match(r"https?://([a-z.-]+\.)?anthropic\.com(:|/|$)", manifest["source"]["origin"] or "") is not None
        batches.append(batch)
        day = f"date={batch['created']:%Y-%m-%d}"
        with gzip.open(os.path.join(ARCHIVE, "raw", day, batch["id"] + ".jsonl.gz")) as file:
            requests += [read_line(number, line, batch) for number, line in enumerate(file, 1) if line.strip()]
    return batches, requests


def flat(request):
    """The columns of the flat row that this script knows."""
    amounts = request.get("amounts")
    return {
        "batch_id": request["batch"], "custom_id": request["id"], "line_number": request["line"],
        "result_type": request["type"], **{name: request.get(name, 0) for name in TOKENS},
        "iterations": request.get("iterations", 0), "cost_usd": amounts[0] if amounts else None,
        "price_note": request.get("note"),
    }


# ---- The figures of a group ----


def percentiles(name, values):
    values = sorted(values)
    rank = lambda percent: values[max(1, math.ceil(len(values) * percent / 100)) - 1]
    figures = {f"{name}_p{percent}": rank(percent) for percent in (50, 90, 95, 99)} if values else {}
    return {**figures, f"{name}_max": values[-1]} if values else figures


def money(amounts, free):
    cost, list_price, without_cache = (sum((row[place] for row in amounts), ZERO) for place in range(3))
    return dict(zip(MONEY, [cost, list_price, list_price - cost, without_cache - cost, free]))


def figures(requests, batches):
    succeeded = [request for request in requests if request["type"] == "succeeded"]
    priced = [request["amounts"] for request in succeeded if request["amounts"]]
    readable = [request for request in succeeded if request["note"] != "unreadable_usage"]
    kinds = {kind: sum(request["type"] == kind for request in requests) for kind in ("errored", "canceled", "expired")}
    found = {
        "batches": len(batches), "requests": len(requests), "succeeded": len(succeeded), **kinds, "other_results": 0,
        "usable": sum(request["usable"] for request in succeeded),
        "empty": sum(request["empty"] for request in succeeded),
        "unpriced_requests": len(succeeded) - len(priced),
        "assumed_price_requests": sum(request["note"] == "assumed" for request in succeeded),
        "not_billed_requests": sum(request["note"] == "not_billed" for request in succeeded),
        **{name: sum(request[name] for request in succeeded) for name in TOKENS},
    }
    prompt = sum(found[name] for name in PROMPT)
    found["usable_rate"] = found["usable"] / len(succeeded) if succeeded else None
    found["error_rate"] = found["errored"] / len(requests) if requests else None
    found["cache_hit_ratio"] = found["cache_read_tokens"] / prompt if prompt else None
    free = sum((request["free"] for request in succeeded if request["free"] is not None), ZERO)
    found.update(money(priced, free) if priced or not succeeded else dict.fromkeys(MONEY))
    for name in SIZES:
        values = succeeded if name == "text_bytes" else readable
        found.update(percentiles(name, [request[name] for request in values]))
    found.update(percentiles("queue_seconds", [batch["wait"] for batch in batches]))
    found["queue_over_20h_share"] = sum(batch["wait"] > 72_000 for batch in batches) / len(batches) if batches else None
    return found


def grouped(requests, name):
    """The requests by the value of a member that not all of them have."""
    groups = {}
    for request in requests:
        if name in request:
            groups.setdefault(request[name], []).append(request)
    return groups


def by_model(requests):
    """Requests are counted at the model of their message, tokens and costs at the model that used them."""
    rows, found = grouped(requests, "model"), {}
    for model in {*rows, *(model or "(none)" for r in requests for model, _, _ in r.get("parts", []))}:
        own = rows.get(model, [])
        row = figures(own, [])
        used = [part for r in requests for part in r.get("parts", []) if (part[0] or "(none)") == model]
        for name in TOKENS:
            row[name] = sum(part[1][name] for part in used)
        prompt = sum(row[name] for name in PROMPT)
        row["cache_hit_ratio"] = row["cache_read_tokens"] / prompt if prompt else None
        if row["cost_usd"] is not None:
            row.update(money([part[2] for part in used], row["not_billed_list_price_usd"]))
        found[model] = row
    return found


# ---- Comparing ----

DIFFERENCES, COMPARED = [], 0


def compare(where, row, expected, skip=()):
    global COMPARED
    for name, value in row.items():
        if name not in expected or name in skip:
            continue
        wanted = expected[name]
        COMPARED += 1
        if where == "query" and name == "cost_usd" and (wanted or 0) >= LARGEST_STORED:
            same = value is not None and math.isclose(value, wanted, rel_tol=1e-15)
        elif name in MONEY:
            same = value == wanted if wanted is None or value is None else Decimal(str(value)) == wanted
        elif re.search(r"_(p\d\d)$", name):
            same = value is not None and wanted <= value <= wanted * 1.01
        elif isinstance(wanted, float):
            same = value is not None and math.isclose(value, wanted, rel_tol=1e-12)
        else:
            same = value == wanted
        if not same:
            DIFFERENCES.append(f"{where}: {name} is {value}, expected {wanted}")


def path(name):
    return os.path.join(FOLDER, name)


def load(name):
    with open(path(name), encoding="utf-8") as file:
        return json.loads(file.read(), parse_float=Decimal)


def compare_groups(name, column, expected, skip=()):
    rows = {row[column]: row for row in load(name + ".json")}
    if rows.keys() != expected.keys():
        DIFFERENCES.append(f"{name}: rows {sorted(rows)[:9]}, expected {sorted(expected)[:9]}")
    for group in expected.keys() & rows.keys():
        compare(f"{name} {group}", rows[group], expected[group], skip)


def compare_summaries(batches, requests):
    compare("all", load("all.json")[0], figures(requests, batches))
    for name, column in [("day", "day"), ("week", "week"), ("month", "month"), ("hour", "hour"), ("batch", "batch_id")]:
        expected = {}
        for group, members in grouped(requests, name).items():
            ids = {request["batch"] for request in members}
            expected[group] = figures(members, [batch for batch in batches if batch["id"] in ids])
        compare_groups(name, column, expected)
    keys = [
        ("result", "result_type"), ("stop-reason", "stop_reason"), ("stop-category", "stop_category"),
        ("prefix", "prefix"), ("service-tier", "service_tier"), ("geo", "inference_geo"),
    ]
    for name, column in keys:
        expected = {group: figures(rows, []) for group, rows in grouped(requests, name).items()}
        compare_groups(name, column, expected, ("batches",))
    compare_groups("model", "model", by_model(requests), ("batches",))


def compare_rows(where, rows, requests):
    """Compares rows in the form of the flat table."""
    expected = {(request["batch"], request["line"]): flat(request) for request in requests}
    seen = 0
    for row in rows:
        wanted = expected.get((row["batch_id"], int(row["line_number"])))
        if wanted is None:
            DIFFERENCES.append(f"{where}: an unknown row {row}")
            continue
        seen += 1
        compare(where, {name: row[name] for name in wanted}, wanted)
    if seen != len(expected):
        DIFFERENCES.append(f"{where}: {seen} rows, expected {len(expected)}")


def csv_rows(name):
    with open(path(name), newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            for column in ["line_number", "iterations", *TOKENS]:
                row[column] = int(row[column])
            yield {**row, "cost_usd": row["cost_usd"] or None, "price_note": row["price_note"] or None}


def query_rows(name):
    with open(path(name), encoding="utf-8") as file:
        for line in file:
            row = json.loads(line, parse_float=Decimal)
            pico = row.pop("picodollars")
            yield {**row, "cost_usd": None if pico is None else Decimal(pico).scaleb(-12)}


def compare_everything(requests):
    whole = figures(requests, [])
    files = glob.glob(os.path.join(ARCHIVE, "results", "*", "*.gz"))
    rows = (json.loads(line, parse_float=Decimal) for name in files for line in gzip.open(name))
    compare_rows("flat rows", rows, requests)
    compare_rows("select", csv_rows("select.csv"), requests)
    compare_rows("query", query_rows("query.ndjson"), requests)
    document = load("export.json")
    compare("export", document, whole, ("batches",))
    compare("export's usage", document["usage"], whole)
    with open(path("metrics.prom"), encoding="utf-8") as file:
        for kind, value in re.findall(r'^batchkeep_last_run_tokens\{kind="(\w+)"\} (\d+)$', file.read(), re.MULTILINE):
            compare("metrics", {kind + "_tokens": int(value)}, whole)
    try:
        import duckdb
    except ImportError:
        print("skipped: no duckdb")
        return
    connection = duckdb.connect()
    connection.execute(f"SET file_search_path = '{ARCHIVE}'")
    with open(os.path.join(ARCHIVE, "views", "duckdb.sql"), encoding="utf-8") as file:
        connection.execute(file.read())
    names = list(flat(requests[0]))
    rows = connection.sql(f"SELECT {', '.join(names)} FROM results").fetchall()
    compare_rows("DuckDB", (dict(zip(names, row)) for row in rows), requests)
    total = connection.sql("SELECT sum(cost_usd), count(*) FILTER (cost_usd IS NULL) FROM costs").fetchall()[0]
    compare("DuckDB's costs", {"cost_usd": total[0], "unpriced_requests": total[1]}, whole)


def main():
    batches, requests = read_archive()
    compare_summaries(batches, requests)
    compare_everything(requests)
    notes = {}
    for request in requests:
        notes[request.get("note")] = notes.get(request.get("note"), 0) + 1
    print("\n".join(DIFFERENCES[:20]))
    print(COMPARED, "figures,", len(DIFFERENCES), "differences,", notes)
    sys.exit(1 if DIFFERENCES or COMPARED < 1_000 else 0)


main()
