"""A headless Chromium, driven over the DevTools protocol with nothing but the standard library.

Messages are JSON texts ended by a zero byte on two pipes (`--remote-debugging-pipe`), so that no port and no
WebSocket is needed. https://chromedevtools.github.io/devtools-protocol/
"""

import base64
import json
import os
import select
import shutil
import struct
import subprocess
import tempfile
import zlib

# Seconds that a busy machine may take for one answer.
PATIENCE = 300
NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium():
    """The path of a Chromium, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Page:
    """One tab. Use as a context manager; leaving it ends the browser and removes its profile."""

    def __init__(self, executable):
        self._profile = tempfile.mkdtemp(prefix="report-page-")
        to_browser, self._to = os.pipe()
        self._from, from_browser = os.pipe()

        def hand_over():
            # The browser reads commands from descriptor 3 and writes answers to 4.
            os.dup2(to_browser, 100)
            os.dup2(from_browser, 101)
            os.dup2(100, 3)
            os.dup2(101, 4)

        self._process = subprocess.Popen(
            [
                executable, "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu",
                "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars", "--force-color-profile=srgb",
                "--disable-background-networking", "--user-data-dir=" + self._profile, "about:blank",
            ],
            preexec_fn=hand_over, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._number = 0
        self._buffer = b""
        self._session = None
        self.complaints = []
        try:
            self._attach()
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends the browser and removes its profile."""
        try:
            self._send("Browser.close", {}, session=None)
            self._process.wait(PATIENCE)
        except (OSError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        os.close(self._to)
        os.close(self._from)
        shutil.rmtree(self._profile, ignore_errors=True)

    def _attach(self):
        targets = self.call("Target.getTargets", session=None)["targetInfos"]
        target = next(t for t in targets if t["type"] == "page")["targetId"]
        attached = self.call("Target.attachToTarget", session=None, targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Accessibility"):
            self.call(domain + ".enable")

    def _send(self, method, parameters, session):
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        return self._number

    def _receive(self):
        while b"\0" not in self._buffer:
            if not select.select([self._from], [], [], PATIENCE)[0]:
                raise RuntimeError("no answer from the browser in %d seconds" % PATIENCE)
            data = os.read(self._from, 1 << 20)
            if not data:
                raise RuntimeError("the browser ended")
            self._buffer += data
        text, self._buffer = self._buffer.split(b"\0", 1)
        message = json.loads(text)
        self._note(message)
        return message

    def _note(self, message):
        """Keeps what a developer would see in the console, and every request to anything but a file."""
        method, parameters = message.get("method"), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.complaints.append(parameters["exceptionDetails"].get("exception", {}).get("description", "exception"))
        elif method == "Runtime.consoleAPICalled":
            self.complaints.append("console.%s was called" % parameters["type"])
        elif method == "Log.entryAdded":
            self.complaints.append("%s: %s" % (parameters["entry"]["level"], parameters["entry"]["text"]))
        elif method == "Network.requestWillBeSent":
            address = parameters["request"]["url"]
            if not address.startswith(("file:", "data:", "about:")):
                self.complaints.append("asked the network for " + address)
        elif method == "Page.javascriptDialogOpening":
            self.complaints.append("a dialog opened: " + parameters["message"])
            self._send("Page.handleJavaScriptDialog", {"accept": True}, self._session)

    def call(self, method, session="", **parameters):
        """Calls a method and waits for its answer."""
        number = self._send(method, parameters, self._session if session == "" else session)
        while True:
            message = self._receive()
            if message.get("id") == number:
                if "error" in message:
                    raise RuntimeError("%s: %s" % (method, message["error"]["message"]))
                return message["result"]

    def wait_for(self, event):
        while self._receive().get("method") != event:
            pass

    def open(self, path):
        self.call("Page.navigate", url="file://" + os.path.abspath(path))
        self.wait_for("Page.loadEventFired")

    def show(self, width, scheme="light", media="", height=900):
        """Sets the window's width in CSS pixels and the colour scheme."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.call(
            "Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": scheme}])
        # A frame later the window has its new size everywhere.
        self.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))")

    def evaluate(self, expression):
        """The value of a JavaScript expression; promises are awaited."""
        answer = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True, userGesture=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"].get("exception", {}).get("description", "exception"))
        return answer["result"].get("value")

    def screenshot(self):
        """The whole page as PNG bytes."""
        answer = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        return base64.b64decode(answer["data"])

    def pixel(self, x, y):
        """Red, green and blue at a place of the page, 0 to 255, as painted."""
        place = {"x": int(x), "y": int(y), "width": 1, "height": 1, "scale": 1}
        answer = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=place)
        data = base64.b64decode(answer["data"])
        place, packed = 8, b""
        while place < len(data):
            length, kind = struct.unpack(">I4s", data[place:place + 8])
            packed += data[place + 8:place + 8 + length] if kind == b"IDAT" else b""
            place += 12 + length
        # A PNG of one pixel is one line: a filter type, which changes nothing without neighbours, then the samples.
        return tuple(zlib.decompress(packed)[1:4])
