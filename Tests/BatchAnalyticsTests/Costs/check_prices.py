"""Prices requests with Python's decimal and compares every amount with Batchkeep's.

    python3 check_prices.py PRICES.csv ROWS.tsv

ROWS.tsv has one request a line: day, model, geo, input, cache write 5m, cache write 1h, cache read, output, web searches,
and what Batchkeep made of it: "priced", "assumed" or "unpriced", then batch cost, list price and saved by cache in
pico-dollars. Nothing here is shared with the Swift code but the CSV. Exit status 1 and the first differences if any.
"""

import csv
import functools
import sys
from datetime import date
from decimal import Decimal, getcontext

getcontext().prec = 60
PICO = Decimal(10) ** 12
MILLION = Decimal(10) ** 6


def read_table(path):
    table, aliases = {}, {}
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            table.setdefault(row["model_id"], []).append(row)
            for alias in filter(None, row["aliases"].split("|")):
                aliases[alias] = row["model_id"]
    return table, aliases


TABLE, ALIASES = read_table(sys.argv[1])


def days_off(row, day):
    if row["valid_from"] and day < date.fromisoformat(row["valid_from"]):
        return (date.fromisoformat(row["valid_from"]) - day).days
    if row["valid_to"] and day > date.fromisoformat(row["valid_to"]):
        return (day - date.fromisoformat(row["valid_to"])).days
    return 0


@functools.lru_cache(maxsize=None)
def prices(model, day, is_large, is_us):
    """The dollars a token of each class (None without a price), and whether the day was outside the table."""
    prompt = 100_001 if is_large else 100_000
    rows = [
        row
        for row in TABLE.get(ALIASES.get(model, model), [])
        if int(row["prompt_min"] or 0) <= prompt <= int(row["prompt_max"] or 10**18)
    ]
    if not rows:
        return None
    row = min(rows, key=lambda row: days_off(row, date.fromisoformat(day)))
    factor = Decimal(row["geo_us_x"]) if is_us else Decimal(1)
    columns = ["input", "cache_write_5m", "cache_write_1h", "cache_read", "output"]
    classes = [Decimal(row[column]) * factor / MILLION if row[column] else None for column in columns]
    return classes, days_off(row, date.fromisoformat(day)) > 0


def cost(day, model, geo, tokens, searches):
    found = prices(model, day, sum(tokens[:4]) > 100_000, geo == "us")
    if found is None or any(count and price is None for count, price in zip(tokens, found[0])):
        return "unpriced", 0, 0, 0
    (classes, assumed), search = found, searches * Decimal("0.01")
    parts = [count * price if count else Decimal(0) for count, price in zip(tokens, classes)]
    as_input = sum(tokens[1:4]) * classes[0]
    amounts = [sum(parts) / 2 + search, sum(parts) + search, (as_input - sum(parts[1:4])) / 2]
    exact = [amount * PICO for amount in amounts]
    assert all(amount == int(amount) for amount in exact), exact
    return ("assumed" if assumed else "priced"), *map(int, exact)


def main():
    wrong = lines = 0
    states = {}
    with open(sys.argv[2], encoding="utf-8") as file:
        for line in file:
            day, model, geo, *rest = line.rstrip("\n").split("\t")
            numbers, state, amounts = [int(text) for text in rest[:6]], rest[6], [int(text) for text in rest[7:]]
            expected = cost(day, model, geo, numbers[:5], numbers[5])
            lines += 1
            states[state] = states.get(state, 0) + 1
            if expected != (state, *amounts):
                wrong += 1
                if wrong <= 5:
                    print("expected", expected, "for", line.rstrip("\n"))
    print(lines, "rows", states, wrong, "wrong")
    sys.exit(1 if wrong or len(states) < 3 else 0)


main()
