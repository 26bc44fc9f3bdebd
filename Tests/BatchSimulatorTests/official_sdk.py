"""Drives a simulated Message Batches API through the official Python SDK.

    python official_sdk.py BASE_URL

Every call goes through client.messages.batches and through client.beta.messages.batches with two betas. The server must
hold at least two ended batches with results and end created ones by itself: `batchkeep simulate --generate 400 --batches
5`. The folder of samples will not do, for one of its batches has empty lines, which the SDK cannot read.
Prints one line per check; the first check that fails ends the script with status 1.
"""

import sys
import time

import anthropic

BETAS = ["message-batches-2024-09-24", "output-300k-2026-03-24"]


def check(what, holds):
    if not holds:
        sys.exit(f"failed: {what}")
    print(f"ok: {what}")


def request(custom_id, text, **params):
    defaults = {"model": "claude-haiku-4-5", "max_tokens": 64, "messages": [{"role": "user", "content": text}]}
    return {"custom_id": custom_id, "params": defaults | params}


def raises(error, call):
    try:
        call()
    except error:
        return True
    return False


def check_listing(batches, extra):
    page = batches.list(limit=2, **extra)
    check("a page holds the newest batches first", page.data[0].created_at >= page.data[1].created_at)
    listed = list(batches.list(limit=2, **extra))
    ids = [batch.id for batch in listed]
    check(f"auto-paging gives each of {len(ids)} batches once", len(ids) == len(set(ids)) and len(ids) >= 2)
    whole = [batch.id for batch in batches.list(limit=1000, **extra)]
    check("pages of 2 and of 1000 give the same batches", ids == whole)
    newer = [batch.id for batch in batches.list(limit=3, before_id=ids[-1], **extra)]
    check("auto-paging backwards gives all newer batches", sorted(newer) == sorted(ids[:-1]))
    check("limit 0 is refused", raises(anthropic.BadRequestError, lambda: batches.list(limit=0, **extra)))
    return listed


def check_results(batches, listed, extra):
    read = 0
    for batch in listed:
        check(f"{batch.id} is retrieved as listed", batches.retrieve(batch.id, **extra) == batch)
        if batch.results_url is None or batch.archived_at is not None:
            continue
        kinds = [line.result.type for line in batches.results(batch.id, **extra)]
        counts = {kind: kinds.count(kind) for kind in ("succeeded", "errored", "canceled", "expired")}
        expected = {kind: getattr(batch.request_counts, kind) for kind in counts}
        check(f"{batch.id} has the {len(kinds)} results it counts", counts == expected)
        read += 1
    check("results of two batches or more were read", read >= 2)


def wait_until_ended(batches, batch_id, extra):
    for _ in range(100):
        batch = batches.retrieve(batch_id, **extra)
        if batch.processing_status == "ended":
            return batch
        time.sleep(0.2)
    sys.exit(f"failed: {batch_id} never ended")


def check_life(batches, extra):
    requests = [
        request("greeting", "Grüße 👋"),
        request("blocks", [{"type": "text", "text": "in blocks"}]),
        request("unknown-model", "hello", model="claude-nonexistent"),
        request("no-tokens", "hello", max_tokens=0),
    ]
    created = batches.create(requests=requests, **extra)
    check("a created batch is in progress", created.processing_status == "in_progress")
    check("its requests are processing", created.request_counts.processing == len(requests))
    check("deleting it is refused", raises(anthropic.BadRequestError, lambda: batches.delete(created.id, **extra)))
    ended = wait_until_ended(batches, created.id, extra)
    check("two of its requests succeeded", ended.request_counts.succeeded == 2)
    lines = {line.custom_id: line.result for line in batches.results(created.id, **extra)}
    check("an answer echoes its request", "Grüße 👋" in lines["greeting"].message.content[0].text)
    check("blocks of text are echoed too", "in blocks" in lines["blocks"].message.content[0].text)
    kinds = [lines[name].error.error.type for name in ("unknown-model", "no-tokens")]
    check("bad params are errors of their lines", kinds == ["invalid_request_error"] * 2)
    deleted = batches.delete(created.id, **extra)
    check("deleting it works once it ended", deleted.type == "message_batch_deleted" and deleted.id == created.id)
    check("it is gone", raises(anthropic.NotFoundError, lambda: batches.retrieve(created.id, **extra)))

    created = batches.create(requests=[request("never", "too late")], **extra)
    canceling = batches.cancel(created.id, **extra)
    check("a canceled batch is canceling", canceling.processing_status == "canceling")
    ended = wait_until_ended(batches, created.id, extra)
    check("its requests end as canceled", ended.request_counts.canceled == 1)
    kinds = [line.result.type for line in batches.results(created.id, **extra)]
    check("its results say so", kinds == ["canceled"])
    batches.delete(created.id, **extra)


def main():
    client = anthropic.Anthropic(base_url=sys.argv[1], api_key="sk-ant-api03-simulated", max_retries=0)
    for batches, extra in (
        (client.messages.batches, {}),
        (client.beta.messages.batches, {"betas": BETAS}),
    ):
        listed = check_listing(batches, extra)
        check_results(batches, listed, extra)
        check_life(batches, extra)


main()
