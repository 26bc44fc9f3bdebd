"""The programs a user would take instead: what they run, and where they come from."""

import os
import pathlib
import shutil
import subprocess
import sys

PACKAGES = ["anthropic", "duckdb", "chdb", "polars"]
PROGRAMS = ["curl", "jq", "pigz"]

# The name of the script in tables.
SDK_SIDE = "SDK script, gzip 6"

# Streams, counts result types and writes gzip at level 6: what the SDK's documentation leads to.
SDK = """\
import collections, gzip, json, sys
import anthropic

client = anthropic.Anthropic()
counts = collections.Counter()
for batch_id in open(sys.argv[1]).read().split():
    with gzip.open(f"{sys.argv[2]}/{batch_id}.jsonl.gz", "wt", compresslevel=6) as file:
        for result in client.messages.batches.results(batch_id):
            file.write(result.to_json(indent=None) + "\\n")
            counts[result.result.type] += 1
print(json.dumps(counts))
"""

# The next four print what the raw lines of an archive hold, by model and result type: lines, input and output tokens.

# The struct names only what is asked for, which is as little as DuckDB can be told to parse.
DUCKDB = """\
import duckdb, sys
duckdb.sql("SET enable_progress_bar = false")
rows = duckdb.sql(f'''
    SELECT coalesce(result.message.model, '') AS model, result.type AS result_type, count(*),
        coalesce(sum(result.message.usage.input_tokens), 0), coalesce(sum(result.message.usage.output_tokens), 0)
    FROM read_json('{sys.argv[1]}/raw/*/*.jsonl.gz', format = 'newline_delimited', maximum_object_size = 67108864,
        columns = {{result: 'STRUCT(type VARCHAR, message STRUCT(model VARCHAR, usage STRUCT(input_tokens BIGINT,
            output_tokens BIGINT)))'}})
    GROUP BY ALL''').fetchall()
for row in rows:
    print(*row, sep=",")
"""

CHDB = """\
import chdb, sys
print(chdb.query(f'''
    SELECT JSONExtractString(line, 'result', 'message', 'model') AS model,
        JSONExtractString(line, 'result', 'type') AS type, count(),
        sum(JSONExtractInt(line, 'result', 'message', 'usage', 'input_tokens')),
        sum(JSONExtractInt(line, 'result', 'message', 'usage', 'output_tokens'))
    FROM file('{sys.argv[1]}/raw/*/*.jsonl.gz', LineAsString, 'line String') GROUP BY model, type''', 'CSV'))
"""

# Polars scans NDJSON that is not compressed, so it gets a plain copy; see the note of the case.
POLARS = """\
import polars, sys
tokens = polars.Struct({"input_tokens": polars.Int64, "output_tokens": polars.Int64})
message = polars.Struct({"model": polars.String, "usage": tokens})
schema = {"result": polars.Struct({"type": polars.String, "message": message})}
result = polars.col("result").struct
message = result.field("message").struct
usage = message.field("usage").struct
rows = (
    polars.scan_ndjson(sys.argv[1], schema=schema)
    .select(
        message.field("model").fill_null(""), result.field("type"),
        usage.field("input_tokens").alias("i"), usage.field("output_tokens").alias("o"),
    )
    .group_by("model", "type").agg(polars.len(), polars.col("i").sum(), polars.col("o").sum())
    .collect(engine="streaming")
)
for row in rows.iter_rows():
    print(*row, sep=",")
"""

JQ = """\
zcat "$1"/raw/*/*.jsonl.gz |
jq -r '[.result.message.model // "", .result.type, .result.message.usage.input_tokens // 0,
    .result.message.usage.output_tokens // 0] | @csv' |
tr -d '"' |
awk -F, '{ key = $1 "," $2; n[key]++; i[key] += $3; o[key] += $4 } END { for (k in n) print k "," n[k] "," i[k] "," o[k] }'
"""

# Counts in passing, as careful scripts do; the counts go to the file $3.
CURL_JQ_PIGZ = """\
set -eo pipefail
mkfifo "$3.pipe"
jq -r .result.type < "$3.pipe" | sort | uniq -c > "$3" &
counting=$!
curl -fsS -H "x-api-key: any" -H "anthropic-version: 2023-06-01" "$1" | tee "$3.pipe" | pigz -6 > "$2"
wait $counting
rm "$3.pipe"
"""

CURL_PIGZ = """\
set -o pipefail
curl -fsS -H "x-api-key: any" -H "anthropic-version: 2023-06-01" "$1" | pigz -p2 -6 > "$2"
"""


CURL_COMPRESSED_PIGZ = CURL_PIGZ.replace("curl -fsS", "curl -fsS --compressed")

# The link alone: what comes is thrown away as it is.
CURL_ALONE = """\
curl -fsS -H "accept-encoding: gzip" -o /dev/null "$1"
"""

# Every batch into a file of the folder $2, 16 at once over as many connections; $1 is a configuration of curl.
CURL_MANY_PIGZ = """\
set -e
cd "$2"
curl -fsS --compressed -H "x-api-key: any" -H "anthropic-version: 2023-06-01" --parallel --parallel-max 16 -K "$1"
pigz -p2 -6 ./*.jsonl
"""


class Peers:
    """The peers that are at hand: a Python with the packages, and a PATH with the programs."""

    def __init__(self, scratch, python=None):
        self.python = pathlib.Path(python) if python else python_with_packages(scratch)
        self.path = path_with_programs(scratch)
        self.versions = {name: version for name in PACKAGES if (version := self.package_version(name))}
        for name in PROGRAMS:
            if shutil.which(name, path=self.path):
                self.versions[name] = program_version(name, self.path)

    def has(self, *names):
        """Whether all of them are there; says which is not."""
        missing = [name for name in names if name not in self.versions]
        if missing:
            print(f"    left out, as there is no {', '.join(missing)}")
        return not missing

    def environment(self, served=None):
        environment = os.environ | {"PATH": self.path, "ANTHROPIC_API_KEY": "any-key-will-do", "NO_PROXY": "127.0.0.1"}
        environment.pop("ANTHROPIC_AUTH_TOKEN", None)
        return environment | ({"ANTHROPIC_BASE_URL": served.base_url, **served.variables} if served else {})

    def package_version(self, name):
        script = f"import importlib.metadata; print(importlib.metadata.version('{name}'))"
        found = subprocess.run([self.python, "-c", script], capture_output=True, text=True)
        return found.stdout.strip() if found.returncode == 0 else None


def python_with_packages(scratch):
    python = scratch / "venv/bin/python"
    if not python.exists():
        print("installing the packages of the peers")
        subprocess.run([sys.executable, "-m", "venv", scratch / "venv"], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    return python


def path_with_programs(scratch):
    """PATH, with what Debian has of the programs that are missing unpacked into the scratch folder."""
    folder = scratch / "programs"
    path = f"{os.environ['PATH']}:{folder}/usr/bin"
    for name in PROGRAMS:
        if shutil.which(name, path=path) or not shutil.which("apt-get"):
            continue
        folder.mkdir(exist_ok=True)
        # Only into our own folder, so that it needs no rights; without the package the case is left out.
        subprocess.run(["apt-get", "-qq", "download", name], cwd=folder, check=False, stderr=subprocess.DEVNULL)
        for package in folder.glob(f"{name}_*.deb"):
            subprocess.run(["dpkg", "-x", package, folder], check=True)
    return path


def program_version(name, path):
    said = subprocess.run([name, "--version"], env={"PATH": path}, capture_output=True, text=True)
    words = (said.stdout or said.stderr).split("\n", 1)[0].replace("-", " ").split()
    return next((word for word in words if word[0].isdigit()), "?")
