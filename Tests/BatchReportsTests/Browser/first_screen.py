#!/usr/bin/env python3
"""Writes a picture of the first screen of a page.

    first_screen.py HTML PNG WIDTH HEIGHT

Width and height are in CSS pixels. Ends with 77 if no Chromium is installed.
"""

import base64
import pathlib
import sys

import devtools


def main():
    page_path, picture, width, height = sys.argv[1:5]
    executable = devtools.find_chromium()
    if executable is None:
        print("none of %s is installed" % ", ".join(devtools.NAMES), file=sys.stderr)
        return 77
    with devtools.Page(executable) as page:
        page.show(int(width), height=int(height))
        page.open(page_path)
        answer = page.call("Page.captureScreenshot", format="png")
    pathlib.Path(picture).write_bytes(base64.b64decode(answer["data"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
