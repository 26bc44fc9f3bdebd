"""Generated batches behind a server that needs little processor time: nginx, or the simulator if nginx is not installed.

nginx sends a compressed answer to a client that asks for one. It was made before, at nginx's own default level: to
compress while sending would take a core from the sides that are measured.
"""

import contextlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import zlib

HEADERS = {"x-api-key": "any-key-will-do", "anthropic-version": "2023-06-01"}

CONFIGURATION = """\
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    log_format coding '$sent_http_content_encoding';
    sendfile on;
    gzip_static on;
    gzip_vary on;
    default_type application/x-jsonl;
    keepalive_requests 1000000;
    client_body_temp_path {folder}/temp;
    proxy_temp_path {folder}/temp;
    fastcgi_temp_path {folder}/temp;
    uwsgi_temp_path {folder}/temp;
    scgi_temp_path {folder}/temp;
    server {{
        listen 127.0.0.1:{port}{tls};
        root {folder};
        location = /v1/messages/batches {{ try_files /pages/$arg_after_id.json =404; }}
        location ~ ^/v1/messages/batches/(?<id>[^/]+)/results$ {{
            access_log {folder}/codings.log coding;
            try_files /results/$id =404;
        }}
        location ~ ^/v1/messages/batches/(?<id>[^/]+)$ {{ try_files /batches/$id =404; }}
    }}
}}
"""


TLS = """ ssl;
        ssl_certificate {folder}/certificate.pem;
        ssl_certificate_key {folder}/key.pem"""


class Service:
    """A service with its batches as the listing shows them."""

    # The bytes of all results, plain and compressed; None if no file holds them.
    size = compressed_size = None
    # With TLS: the certificate to trust, and the port of nginx, where a link ends.
    certificate = port = None
    # Where nginx writes the coding of each answer with results, and how much of it is read.
    log = None
    read = 0

    def __init__(self, base_url, batches):
        self.base_url = base_url
        self.batches = batches

    @property
    def variables(self):
        """What makes the SDK and curl trust the certificate."""
        return {name: str(self.certificate) for name in ["SSL_CERT_FILE", "CURL_CA_BUNDLE"] if self.certificate}

    @property
    def arguments(self):
        return ["--ca-file", self.certificate] if self.certificate else []

    def codings(self, answers):
        """The codings of the answers since the last call, as "gzip" or "identity"; waits until this number is logged."""
        if not self.log:
            return ""
        deadline = time.monotonic() + 2
        while True:
            lines = self.log.read_text().splitlines()
            if len(lines) - self.read >= answers or time.monotonic() > deadline:
                break
            time.sleep(0.01)
        new, self.read = lines[self.read:], len(lines)
        return ", ".join(sorted({"identity" if line == "-" else line for line in new}))

    @property
    def counts(self):
        return counts(self.batches)


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


def counts(batches):
    """What batches promise together, by result type."""
    sums = {}
    for batch in batches:
        for name, count in batch["request_counts"].items():
            sums[name] = sums.get(name, 0) + count
    return {name: count for name, count in sums.items() if count}


def find_nginx():
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


@contextlib.contextmanager
def files(program, folder, lines, batches=1, link_port=None):
    """Generated batches as files that nginx sends; with a link's port, over TLS and under the address of the link."""
    nginx = find_nginx()
    if not nginx:
        print("    there is no nginx: the simulator serves, and shares the processor")
        with simulator(program, lines, batches) as service:
            yield service
        return
    port = free_port()
    base_url = f"https://127.0.0.1:{link_port}" if link_port else f"http://127.0.0.1:{port}"
    with simulator(program, lines, batches) as service:
        served = Service(base_url, save(service, folder, base_url))
    served.log = folder / "codings.log"
    compressed = list((folder / "results").glob("*.gz"))
    served.size = sum(path.with_suffix("").stat().st_size for path in compressed)
    served.compressed_size = sum(path.stat().st_size for path in compressed)
    if link_port:
        served.port, served.certificate = port, make_certificate(folder)
    configuration = folder / "nginx.conf"
    tls = TLS.format(folder=folder) if link_port else ""
    configuration.write_text(CONFIGURATION.format(folder=folder, port=port, tls=tls))
    # The worker must be able to read what only its starter may.
    command = [nginx, "-c", configuration, "-e", folder / "nginx.log", "-p", folder]
    command += ["-g", "user root;"] if is_root() else []
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(port)
            yield served
        finally:
            process.terminate()


def make_certificate(folder):
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem"]
    subprocess.run([*command, "-out", folder / "certificate.pem"], check=True, stderr=subprocess.DEVNULL)
    return folder / "certificate.pem"


@contextlib.contextmanager
def link(served, megabits, round_trip):
    """The link to a service, for one run; afterwards the dictionary that it gives holds what the link counted."""
    program = pathlib.Path(__file__).with_name("link.py")
    link_port = served.base_url.rsplit(":", 1)[1]
    command = [sys.executable, program, link_port, str(served.port), str(megabits), str(round_trip)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        counted = {}
        try:
            if not process.stdout.readline():
                sys.exit("The link did not start.")
            yield counted
        finally:
            process.terminate()
            counted |= json.loads(process.stdout.read() or "{}")


def save(service, folder, base_url):
    """Writes what the simulator answers to files, and gives the batches as they stand there."""
    batches = []
    for name in ["pages", "batches", "results", "temp"]:
        (folder / name).mkdir(parents=True)
    after = ""
    for page in pages(service.base_url):
        for batch in page["data"]:
            with get(batch["results_url"]) as body:
                write(body, folder / "results" / batch["id"])
            batch["results_url"] = batch["results_url"].replace(service.base_url, base_url)
            (folder / "batches" / batch["id"]).write_text(json.dumps(batch))
            batches.append(batch)
        (folder / "pages" / f"{after}.json").write_text(json.dumps(page))
        after = page["last_id"]
    return batches


def write(body, path):
    """Writes results to a file, and compressed to a second one."""
    codec = zlib.compressobj(1, zlib.DEFLATED, 31)
    with path.open("wb") as plain, path.with_suffix(".gz").open("wb") as compressed:
        while part := body.read(1 << 20):
            plain.write(part)
            compressed.write(codec.compress(part))
        compressed.write(codec.flush())


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

