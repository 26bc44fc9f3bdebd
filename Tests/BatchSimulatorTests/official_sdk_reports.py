"""Reads the usage and cost reports of a simulated Admin API through the official Python SDK.

    python official_sdk_reports.py BASE_URL

The newer reports are read with client.beta.organization.analytics, page by page. The SDK has no methods and types for
the older ones, so they are read with client.get and checked against the documented fields, as strict models of the SDK.
The server must have ended batches: `batchkeep simulate --generate 400 --batches 5`.
Prints one line per check; the first check that fails ends the script with status 1.
"""

import datetime
import sys
from decimal import Decimal
from typing import List, Literal, Optional

import anthropic
from anthropic._models import BaseModel
from anthropic.types.beta import BetaCacheCreation
from anthropic.types.beta.organization.beta_analytics_server_tool_use import BetaAnalyticsServerToolUse


class UsageResult(BaseModel):
    uncached_input_tokens: int
    cache_creation: BetaCacheCreation
    cache_read_input_tokens: int
    output_tokens: int
    server_tool_use: BetaAnalyticsServerToolUse
    api_key_id: Optional[str]
    workspace_id: Optional[str]
    model: Optional[str]
    service_tier: Optional[Literal["standard", "batch", "priority", "priority_on_demand", "flex", "flex_discount"]]
    context_window: Optional[Literal["0-200k", "200k-1M"]]
    inference_geo: Optional[str]


class CostResult(BaseModel):
    amount: str
    currency: Literal["USD"]
    workspace_id: Optional[str]
    description: Optional[str]
    cost_type: Optional[Literal["tokens", "web_search", "code_execution"]]
    context_window: Optional[Literal["0-200k", "200k-1M"]]
    model: Optional[str]
    service_tier: Optional[Literal["standard", "batch"]]
    token_type: Optional[
        Literal[
            "uncached_input_tokens",
            "output_tokens",
            "cache_read_input_tokens",
            "cache_creation.ephemeral_1h_input_tokens",
            "cache_creation.ephemeral_5m_input_tokens",
        ]
    ]
    inference_geo: Optional[str]


class UsageBucket(BaseModel):
    starting_at: datetime.datetime
    ending_at: datetime.datetime
    results: List[UsageResult]


class CostBucket(BaseModel):
    starting_at: datetime.datetime
    ending_at: datetime.datetime
    results: List[CostResult]


class UsagePage(BaseModel):
    data: List[UsageBucket]
    has_more: bool
    next_page: Optional[str]


class CostPage(BaseModel):
    data: List[CostBucket]
    has_more: bool
    next_page: Optional[str]


def check(what, holds):
    if not holds:
        sys.exit(f"failed: {what}")
    print(f"ok: {what}")


def older(client, path, model, limit, **query):
    """All buckets of an older report, each field checked by pydantic."""
    buckets, page = [], None
    while True:
        parameters = {**query, "limit": limit} | ({"page": page} if page else {})
        read = model.model_validate(client.get(path, cast_to=object, options={"params": parameters}))
        buckets += read.data
        page = read.next_page
        if not read.has_more:
            break
    rows = [row for bucket in buckets for row in bucket.results]
    check(f"every field of {path} is documented", not any(row.model_extra for row in rows))
    return buckets


def main():
    client = anthropic.Anthropic(base_url=sys.argv[1], api_key="sk-ant-admin-simulated", max_retries=0)
    now = datetime.datetime.now(datetime.timezone.utc)
    until = now.replace(minute=0, second=0, microsecond=0)
    since = until - datetime.timedelta(days=3)
    window = {"starting_at": since.isoformat(), "ending_at": until.isoformat()}
    groups = {"group_by": ["model", "service_tier", "workspace_id"]}

    path = "/v1/organizations/usage_report/messages"
    hours = older(client, path, UsagePage, 24, bucket_width="1h", **groups, **window)
    check(f"the older usage report has {len(hours)} buckets of an hour", len(hours) == 72)
    rows = [row for hour in hours for row in hour.results]
    named = all(row.service_tier == "batch" and row.model for row in rows)
    check(f"its {len(rows)} rows name batches and models", rows and named)
    check("hours are in order", [h.starting_at for h in hours] == sorted(h.starting_at for h in hours))
    days = older(client, "/v1/organizations/cost_report", CostPage, 2, group_by=["description"], **window)
    costs = [row for day in days for row in day.results]
    check(f"the older cost report has {len(costs)} rows", len(costs) > 10)
    check("amounts are decimals", all(Decimal(row.amount) >= 0 for row in costs))
    check("tokens have a class, searches do not", all((r.cost_type == "tokens") == bool(r.token_type) for r in costs))

    analytics = client.beta.organization.analytics
    items = list(
        analytics.usage.list(
            **window,
            time_bucket_width="1h",
            group_by=["model", "workspace_id"],
            products=["message_batches_api"],
            limit=7,
        )
    )
    check(f"the newer usage report has {len(items)} rows", len(items) > 7)
    for field in ("uncached_input_tokens", "cache_read_input_tokens", "output_tokens"):
        both = sum(getattr(item.usage, field) for item in items), sum(getattr(row, field) for row in rows)
        check(f"both usage reports have {both[0]} {field}", both[0] == both[1] > 0)
    check("its types are those of the SDK", all(type(i).__name__ == "BetaAnalyticsUsageItem" for i in items))
    tokens = [item.usage.total_tokens for item in items]
    check("rows are ranked by tokens", tokens == sorted(tokens, reverse=True))
    whole = {"starting_at": days[0].starting_at, "ending_at": min(days[-1].ending_at, now)}
    groups = ["cost_type", "token_type", "model"]
    items = list(analytics.cost.list(**whole, time_bucket_width="1d", group_by=groups, limit=5))
    tokens = sum(Decimal(i.cost.amount) for i in items if i.group.cost_type == "tokens")
    expected = sum(Decimal(row.amount) for row in costs if row.cost_type == "tokens")
    check(f"both cost reports have {tokens} cents for tokens", tokens == expected > 0)
    total = sum(Decimal(item.cost.amount) for item in analytics.cost.list(**whole))
    check("one row is the sum of all", total == sum(Decimal(row.amount) for row in costs))
    other = anthropic.Anthropic(base_url=sys.argv[1], api_key="sk-ant-api03-simulated", max_retries=0)
    try:
        other.beta.organization.analytics.usage.list(**window)
        sys.exit("failed: an ordinary key is accepted")
    except anthropic.AuthenticationError:
        print("ok: an ordinary key is refused")


main()
