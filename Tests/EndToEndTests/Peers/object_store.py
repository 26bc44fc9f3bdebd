"""An object store on a port of this machine: moto's S3, with an eye on what a reader would see.

Behind every request that changed something it looks at the whole bucket, and notes each manifest that names a file which
is not there, or is there with another size. Prints its URL. A line on standard input ends the refusing; the end of standard
input ends all, with what was seen as JSON.
"""

import argparse
import json
import sys
import threading

import moto.backends
import werkzeug.serving
from moto.server import DomainDispatcherApplication, create_backend_app


class Store:
    """moto's application, with requests that are refused and a bucket that is watched."""

    def __init__(self, refused_put):
        self.inner = DomainDispatcherApplication(create_backend_app)
        self.refused_put = refused_put
        self.puts = 0
        self.changes = []
        self.violations = []
        # One request after another: what is seen behind a change is what that change left.
        self.turn = threading.Lock()

    def __call__(self, environ, start_response):
        with self.turn:
            path = environ["PATH_INFO"]
            if environ["REQUEST_METHOD"] == "PUT" and path.count("/") > 1:
                self.puts += 1
                if self.refused_put and self.puts >= self.refused_put:
                    start_response("403 Forbidden", [("Content-Type", "application/xml")])
                    return [b"<Error><Code>AccessDenied</Code><Message>refused by the test</Message></Error>"]
            answer = list(self.inner(environ, start_response))
            if environ["REQUEST_METHOD"] in ("PUT", "DELETE", "POST"):
                query = environ["QUERY_STRING"].partition("=")[0]
                self.changes.append(f"{environ['REQUEST_METHOD']} {path}" + (f"?{query}" if query else ""))
                self.look()
            return answer

    def look(self):
        for name, bucket in self.buckets():
            objects = dict(bucket.keys.items())
            for key, manifest in objects.items():
                if "/manifests/" not in key:
                    continue
                root = key.split("/manifests/")[0]
                # A copy that says so has neither raw nor joined files.
                omitted = ("raw/", "joined/", "unmatched/") if f"{root}/WITHOUT-RAW.txt" in objects else ()
                for file in json.loads(manifest.value)["files"].values():
                    if file["path"].startswith(omitted):
                        continue
                    data = objects.get(f"{root}/{file['path']}")
                    if data is None or data.size != file["bytes"]:
                        self.violations.append(f"{name}: {key} names {file['path']} after {self.changes[-1]}")

    def buckets(self):
        for account in moto.backends.get_backend("s3").values():
            yield from account["aws"].buckets.items()

    def seen(self):
        objects = {}
        for _, bucket in self.buckets():
            for key, value in bucket.keys.items():
                objects[key] = {"size": value.size, "checksum": value.checksum_algorithm}
        return {"changes": self.changes, "violations": self.violations, "objects": objects}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--refuse-put", type=int, help="the first PUT of an object to refuse, with all behind it")
    parser.add_argument("--bucket", required=True, help="a bucket that is there from the beginning")
    options = parser.parse_args()
    moto.backends.get_backend("s3")["123456789012"]["aws"].create_bucket(options.bucket, "us-east-1")
    store = Store(options.refuse_put)
    server = werkzeug.serving.make_server("127.0.0.1", 0, store, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    for _ in sys.stdin:
        store.refused_put = None
    print(json.dumps(store.seen()), flush=True)


main()
