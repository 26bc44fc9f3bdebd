"""Writes batches with odd usage for the simulator: `odd_usage.py FOLDER LINES`. Equal arguments give equal bytes."""

import json
import os
import random
import sys

FOLDER, LINES = sys.argv[1], int(sys.argv[2])
DAYS = ["2026-02-10", "2026-06-08", "2026-06-09", "2026-09-27", "2026-11-20"]
MODELS = [
    "claude-opus-4-8", "claude-haiku-5-5", "claude-haiku-4-5-20251001", "claude-opus-4-5", "claude-mythos-preview",
    "claude-sonnet-5-5", "claude-fable-5-2", "claude-nobody-1", "claude-3-haiku-20240307",
]
ODD = [None, "12", -1, 1.5, 2.0, 10**12 + 1, True, [], {}, 10**12]
pick = random.Random(20261129)


def size():
    return pick.choice([0, 1, pick.randrange(100), pick.randrange(5_000), pick.randrange(300_000), 100_000, 100_001])


def usage():
    written, hour = pick.choice([0, 0, size()]), pick.choice([0, 0, size()])
    found = {
        "input_tokens": size(), "output_tokens": pick.randrange(9_000), "cache_creation_input_tokens": written,
        "cache_read_input_tokens": pick.choice([0, size()]),
    }
    if pick.random() < 0.7:
        found["cache_creation"] = {"ephemeral_5m_input_tokens": max(0, written - hour), "ephemeral_1h_input_tokens": hour}
    return found


def entry(kind):
    found = {"type": kind, **usage()}
    if pick.random() < 0.5:
        found["model"] = pick.choice([None, pick.choice(MODELS)])
    return found


def iterations(top):
    """Entries that add up to the top-level counts, and others that do not."""
    if pick.random() < 0.2:
        return pick.choice([None, [], {}, 5, "x", [3], [None], [{"type": "message"}], [{"input_tokens": 1, "output_tokens": 1}]])
    kinds = pick.choices(["compaction", "advisor_message", "fallback_message", "review", "message"], k=pick.randrange(4))
    entries = [entry(kind) for kind in kinds]
    messages = [one for one in entries if one["type"] == "message"]
    if pick.random() < 0.7:
        part = {key: value for key, value in top.items() if not isinstance(value, dict)}
        split = top.get("cache_creation")
        if messages:
            entries = [one for one in entries if one["type"] != "message"]
        entries.insert(0, {"type": "message", **part, **({"cache_creation": split} if split else {})})
    return entries


def message(number):
    found = {"id": f"msg_{number}", "type": "message", "role": "assistant", "model": pick.choice(MODELS)}
    found["content"] = pick.choice([[{"type": "text", "text": "x" * pick.randrange(50)}], [], None])
    found["stop_reason"] = pick.choice(["end_turn", "refusal", "max_tokens", None])
    if pick.random() < 0.6:
        found["stop_details"] = pick.choice([
            None, {}, {"category": None}, {"category": "cyber"}, {"category": "bio"}, {"category": "general_harms"}, "x",
        ])
    top = usage()
    if pick.random() < 0.3:
        top["server_tool_use"] = {"web_search_requests": pick.randrange(4), "web_fetch_requests": pick.randrange(3)}
        top["output_tokens_details"] = {"thinking_tokens": pick.randrange(900)}
    if pick.random() < 0.5:
        top["iterations"] = iterations(top)
    if pick.random() < 0.4:
        top["service_tier"] = pick.choice(["batch", "batch", "standard", None, 7])
        top["inference_geo"] = pick.choice(["us", "global", None, 3])
    chance = pick.random()
    if chance < 0.15:
        top[pick.choice(list(top))] = pick.choice(ODD)
    elif chance < 0.2:
        del top[pick.choice(["input_tokens", "output_tokens", "cache_creation_input_tokens"])]
    if chance < 0.9:
        found["usage"] = top if chance > 0.02 else pick.choice([None, "x", 5, [], {}])
    return found


def line(number):
    text = json.dumps(
        {"custom_id": f"{pick.choice(['job', 'sweep'])}-{number}", "result": {"type": "succeeded", "message": message(number)}},
        separators=(",", ":"),
    )
    if pick.random() < 0.02:
        text = text.replace('"input_tokens":', '"input_tokens":77,"input_tokens":', 1)
    return text


def main():
    for folder in ("batches", "results"):
        os.makedirs(os.path.join(FOLDER, folder), exist_ok=True)
    share = LINES // len(DAYS)
    for place, day in enumerate(DAYS):
        batch_id = f"msgbatch_odd{place}"
        with open(os.path.join(FOLDER, "results", batch_id + ".jsonl"), "w", encoding="utf-8") as file:
            for number in range(share):
                file.write(line(number) + "\n")
        batch = {
            "id": batch_id, "type": "message_batch", "processing_status": "ended",
            "request_counts": {"processing": 0, "succeeded": share, "errored": 0, "canceled": 0, "expired": 0},
            "created_at": f"{day}T10:00:00Z", "expires_at": f"{day}T23:00:00Z", "ended_at": f"{day}T11:00:00Z",
            "cancel_initiated_at": None, "archived_at": None,
            "results_url": f"{{base_url}}/v1/messages/batches/{batch_id}/results",
        }
        with open(os.path.join(FOLDER, "batches", batch_id + ".json"), "w", encoding="utf-8") as file:
            json.dump(batch, file)


main()
