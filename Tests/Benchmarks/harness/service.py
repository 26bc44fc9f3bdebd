"""Generated batches behind a server that takes next to no processor time: nginx, or the simulator where there is none."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

HEADERS = {"x-api-key": "any-key-will-do", "anthropic-version": "2023-06-01"}

CONFIGURATION = """\
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    default_type application/x-jsonl;
    keepalive_requests 1000000;
    client_body_temp_path {folder}/temp;
    proxy_temp_path {folder}/temp;
    fastcgi_temp_path {folder}/temp;
    uwsgi_temp_path {folder}/temp;
    scgi_temp_path {folder}/temp;
    server {{
        listen 127.0.0.1:{port};
        root {folder};
        location = /v1/messages/batches {{ try_files /pages/$arg_after_id.json =404; }}
        location ~ ^/v1/messages/batches/(?<id>[^/]+)/results$ {{ try_files /results/$id =404; }}
        location ~ ^/v1/messages/batches/(?<id>[^/]+)$ {{ try_files /batches/$id =404; }}
    }}
}}
"""


class Service:
    """A service with its batches as the listing shows them."""

    def __init__(self, base_url, batches):
        self.base_url = base_url
        self.batches = batches

    @property
    def counts(self):
        """What all batches promise together, by result type."""
        counts = {}
        for batch in self.batches:
            for name, count in batch["request_counts"].items():
                counts[name] = counts.get(name, 0) + count
        return {name: count for name, count in counts.items() if count}


@contextlib.contextmanager
def simulator(program, lines, batches=1):
    """The simulator itself, which makes every line anew."""
    command = [program, "simulate", "--generate", str(lines), "--batches", str(batches)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            base_url = process.stdout.readline().strip()
            if not base_url:
                sys.exit("The simulator did not start.")
            yield Service(base_url, [batch for page in pages(base_url) for batch in page["data"]])
        finally:
            process.terminate()


@contextlib.contextmanager
def files(program, folder, lines, batches=1):
    """Generated batches as files that nginx sends."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if not nginx:
        print("    there is no nginx: the simulator serves, and shares the processor")
        with simulator(program, lines, batches) as service:
            yield service
        return
    port = free_port()
    base_url = f"http://127.0.0.1:{port}"
    with simulator(program, lines, batches) as service:
        batches = save(service, folder, base_url)
    configuration = folder / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder, port=port))
    # The worker must be able to read what only its starter may.
    command = [nginx, "-c", configuration, "-e", folder / "nginx.log", "-p", folder]
    command += ["-g", "user root;"] if is_root() else []
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(port)
            yield Service(base_url, batches)
        finally:
            process.terminate()


def save(service, folder, base_url):
    """Writes what the simulator answers to files, and gives the batches as they stand there."""
    batches = []
    for name in ["pages", "batches", "results", "temp"]:
        (folder / name).mkdir(parents=True)
    after = ""
    for page in pages(service.base_url):
        for batch in page["data"]:
            with get(batch["results_url"]) as body, (folder / "results" / batch["id"]).open("wb") as file:
                shutil.copyfileobj(body, file, 1 << 20)
            batch["results_url"] = batch["results_url"].replace(service.base_url, base_url)
            (folder / "batches" / batch["id"]).write_text(json.dumps(batch))
            batches.append(batch)
        (folder / "pages" / f"{after}.json").write_text(json.dumps(page))
        after = page["last_id"]
    return batches


def pages(base_url):
    after = ""
    while True:
        with get(f"{base_url}/v1/messages/batches?limit=1000{after}") as answer:
            page = json.load(answer)
        yield page
        if not page["has_more"]:
            return
        after = f"&after_id={page['last_id']}"


def get(url):
    return urllib.request.urlopen(urllib.request.Request(url, headers=HEADERS))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    sys.exit("nginx did not start.")


def is_root():
    return os.geteuid() == 0

