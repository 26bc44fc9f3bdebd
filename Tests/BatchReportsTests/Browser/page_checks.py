#!/usr/bin/env python3
"""Opens the report pages of a folder in headless Chromium and checks what only a browser can tell.

    page_checks.py FOLDER [--screenshots FOLDER] [--record]

Prints a line for every fault and ends with status 1 if there was one; with 77 where no Chromium is installed.
`--record` stores the layout of the page `month` as the one to compare with.
"""

import argparse
import json
import pathlib
import sys

import devtools

HERE = pathlib.Path(__file__).parent
LAYOUT = HERE.parent / "Golden" / "layout-month.txt"
WIDTHS = (1280, 390)
SCHEMES = ("light", "dark")


class Checks:
    """Runs the checks on one tab and collects faults."""

    def __init__(self, page, arguments):
        self.page = page
        self.arguments = arguments
        self.faults = []
        self.probes = (HERE / "probes.js").read_text()

    def probe(self, call):
        return self.page.evaluate("(%s).%s" % (self.probes.strip(), call))

    def expect(self, condition, message):
        if not condition:
            self.faults.append(message)

    def expect_none(self, found, message):
        self.expect(not found, "%s: %s" % (message, "; ".join(map(str, found[:5]))))

    def open(self, name):
        self.page.complaints.clear()
        self.page.open(pathlib.Path(self.arguments.folder) / (name + ".html"))

    def looks(self, name):
        """Every width; the usual page in both colour schemes, those for special cases in one."""
        layouts = {}
        self.open(name)
        for width in WIDTHS:
            for scheme in SCHEMES if name == "month" or self.arguments.screenshots else SCHEMES[:1]:
                place = "%s at %d px, %s" % (name, width, scheme)
                self.page.show(width, scheme)
                self.expect_none(self.probe("faults()"), place + ", structure")
                self.expect_none(self.probe("overflow()"), place + ", too wide")
                self.expect_none(self.probe("collisions()"), place + ", labels touch")
                self.expect_none(self.probe("lowContrast()"), place + ", contrast below 4.5")
                self.expect_none(self.probe("intruders()"), place + ", markup from data")
                layout = self.probe("layout()")
                self.expect(layouts.setdefault(width, layout) == layout, place + ": the scheme changes the layout")
                if name == "month":
                    self.paint(place, scheme)
                self.keep("%s-%d-%s" % (name, width, scheme))
        self.expect_none(self.page.complaints, name + ", console")
        return layouts

    def paint(self, place, scheme):
        """The page has the background of its scheme, and every series its colour in every picture."""
        background = self.page.pixel(1, 1)
        self.expect((sum(background) > 600) == (scheme == "light"), "%s: background %s" % (place, background))
        for mark in self.probe("marks()"):
            painted = self.page.pixel(mark["x"], mark["y"])
            close = all(abs(a - b) <= 3 for a, b in zip(painted, mark["fill"]))
            self.expect(close, "%s: %s painted %s, not %s" % (place, mark["kind"], painted, tuple(mark["fill"])))

    def keep(self, file):
        """Stores a picture of the whole page where pictures are wanted."""
        if self.arguments.screenshots:
            path = pathlib.Path(self.arguments.screenshots) / (file + ".png")
            path.write_bytes(self.page.screenshot())

    def layout(self, layouts):
        """The parts of the page stand where they stood when the layout was stored."""
        lines = ["%d px: %s" % (width, line) for width in WIDTHS for line in layouts[width]]
        if self.arguments.record:
            LAYOUT.write_text("\n".join(lines) + "\n")
        stored = LAYOUT.read_text().splitlines()
        differences = ["stored '%s', now '%s'" % pair for pair in zip(stored, lines) if pair[0] != pair[1]]
        self.expect_none(differences, "layout (RECORD_GOLDEN=1 stores the new one)")
        self.expect(len(stored) == len(lines), "layout: %d parts stored, now %d" % (len(stored), len(lines)))

    def click(self, selector):
        place = self.probe("middle(%s)" % json.dumps(selector))
        for kind in ("mousePressed", "mouseReleased"):
            self.page.call("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **place)

    def press(self, key, code):
        for kind in ("keyDown", "keyUp"):
            self.page.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)

    def sorting(self):
        """A click on a heading sorts, a second one turns round, and what is missing stays last."""
        self.page.show(1280)
        self.open("month")
        heading = "#batches thead th:nth-child(%d) button"
        before = self.probe("rows('batches')")
        for clicks, order in ((1, "descending"), (2, "ascending")):
            self.click(heading % 10)
            costs = [row[9] for row in self.probe("rows('batches')")]
            numbers = [float(cost.strip("$").replace(",", "")) for cost in costs if cost != "–"]
            self.expect(numbers == sorted(numbers, reverse=clicks == 1), "click %d does not sort by cost" % clicks)
            self.expect(costs[-1] == "–" and costs.count("–") == 1, "a missing cost is not last")
            state = self.page.evaluate("document.querySelector('#batches thead th:nth-child(10)').ariaSort")
            self.expect(state == order, "aria-sort is %s" % state)
        self.click(heading % 1)
        ids = [row[0] for row in self.probe("rows('batches')")]
        self.expect(ids == sorted(ids) and len(set(ids)) == len(before), "text is not sorted from A")
        marked = self.page.evaluate("document.querySelectorAll('#batches th[aria-sort]').length")
        self.expect(marked == 1, "%s headings say that they sort" % marked)

    def filtering(self):
        """What is typed leaves the rows that hold it, and says how many."""
        everything = self.probe("rows('batches')")
        self.click("#batches-filter")
        self.page.call("Input.insertText", text="OPUS 2026-11-2")
        rows = self.probe("rows('batches')")
        texts = ["\n".join(row).lower() for row in everything]
        expected = [row for row, text in zip(everything, texts) if "opus" in text and "2026-11-2" in text]
        self.expect(rows == expected and 0 < len(rows) < len(everything), "the filter leaves %d rows" % len(rows))
        status = self.page.evaluate("document.querySelector('#batches-filter ~ [role=status]').textContent")
        self.expect(status == "%d of %d rows" % (len(rows), len(everything)), "the filter says " + status)
        self.page.evaluate(
            "{ const f = document.getElementById('batches-filter'); f.value = ''; f.dispatchEvent(new Event('input')) }")
        self.expect(self.probe("rows('batches')") == everything, "an empty filter hides rows")
        # The whole ID is in the page, although the window shows only its beginning and end.
        whole = everything[3][0]
        self.page.evaluate(
            "{ const f = document.getElementById('batches-filter'); f.value = %s; f.dispatchEvent(new Event('input')) }"
            % json.dumps(whole))
        self.expect([row[0] for row in self.probe("rows('batches')")] == [whole], "a whole ID is not found")

    def keyboard(self):
        """The first stop of the Tab key is the link past the head, and it can be seen there."""
        self.open("month")
        self.press("Tab", 9)
        stop = self.page.evaluate(
            "[document.activeElement.className, document.activeElement.getBoundingClientRect().left]")
        self.expect(stop[0] == "skip" and stop[1] >= 0, "the first stop is %s" % stop)

    def cards(self):
        """In a narrow window every row is a card with a heading per cell, and the filter still hides cards."""
        self.page.show(390)
        self.open("month")
        card = self.page.evaluate(
            "(() => { const row = document.querySelector('#batches tbody tr'); return {"
            " labels: [...row.querySelectorAll('td')].map((c) => getComputedStyle(c, '::before').content),"
            " titles: [...document.querySelectorAll('#batches thead th')].map((c) => c.textContent),"
            " head: getComputedStyle(document.querySelector('#batches thead')).display,"
            " tops: [...row.cells].map((c) => c.getBoundingClientRect().top) } })()")
        self.expect(card["labels"] == ['"%s"' % title for title in card["titles"][1:]], "labels: %s" % card["labels"])
        self.expect(card["head"] == "none" and card["tops"] == sorted(set(card["tops"])), "a row is not a card")
        wide = self.page.evaluate(
            "[...document.querySelectorAll('.frame')].filter((f) => f.scrollWidth > f.clientWidth + 1).length")
        self.expect(wide == 0, "%d tables scroll sideways on a phone" % wide)
        self.page.evaluate(
            "{ const f = document.getElementById('batches-filter'); f.value = 'opus';"
            " f.dispatchEvent(new Event('input')) }")
        self.expect(0 < len(self.probe("rows('batches')")) < 64, "the filter does not hide cards")
        self.page.show(1280)

    def sections(self):
        """Every link of the navigation leads to a heading, and stays at the top of the window."""
        self.open("month")
        links = self.page.evaluate("[...document.querySelectorAll('nav a')].map((a) => a.getAttribute('href'))")
        self.expect(len(links) == 8, "the navigation has %d links" % len(links))
        for link in links:
            found = self.page.evaluate("document.querySelector(%s)?.tagName" % json.dumps(link))
            self.expect(found == "H2", "%s leads to %s" % (link, found))
        self.click("nav a[href='#batches-title']")
        places = self.page.evaluate(
            "['nav', '#batches-title'].map((s) => document.querySelector(s).getBoundingClientRect())"
            ".map((box) => [box.top, box.bottom])")
        self.expect(places[0][0] == 0 and places[1][0] >= places[0][1] - 1, "the heading is hidden: %s" % places)

    def names(self):
        """What a screen reader is told: every image, table, region and field has a name."""
        nodes = self.page.call("Accessibility.getFullAXTree")["nodes"]
        roles = {}
        for node in nodes:
            role = node.get("role", {}).get("value")
            if not node.get("ignored") and role in ("image", "table", "region", "searchbox", "button", "figure"):
                roles.setdefault(role, []).append(node.get("name", {}).get("value", ""))
        for role, least in (("image", 6), ("table", 3), ("region", 3), ("searchbox", 1), ("button", 10)):
            self.expect(len(roles.get(role, [])) >= least, "a screen reader finds %s" % {role: roles.get(role)})
        for role in ("image", "table", "region", "searchbox", "button"):
            self.expect(all(roles.get(role, [])), "a nameless " + role)

    def without_script(self):
        """The page says everything without script, and shows no dead controls."""
        self.page.call("Emulation.setScriptExecutionDisabled", value=True)
        self.open("month")
        self.expect(len(self.probe("rows('batches')")) == 64, "rows are missing without script")
        dead = self.page.evaluate("document.querySelectorAll('th button, .filter:not([hidden])').length")
        self.expect(dead == 0, "%s dead controls without script" % dead)
        self.page.call("Emulation.setScriptExecutionDisabled", value=False)

    def printing(self):
        """On paper nothing is cut off or dark, whatever the screen's scheme."""
        self.page.show(1280, "dark", media="print")
        self.open("month")
        cut = self.page.evaluate(
            "[...document.querySelectorAll('.frame')].filter((f) => f.scrollHeight > f.clientHeight + 2).length")
        self.expect(cut == 0, "%s tables are cut off in print" % cut)
        self.expect_none(self.probe("lowContrast()"), "print, contrast below 4.5")
        # A sheet of A4 on its side within its margins; what is wider a browser would shrink or cut.
        self.page.show(1047, "dark", media="print")
        over = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        self.expect(over <= 60, "%d pixels of the print stand beside the paper" % over)
        colour = self.page.evaluate("getComputedStyle(document.body).backgroundColor")
        self.expect(colour == "rgb(255, 255, 255)", "print has the background " + colour)
        self.page.show(1280)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--screenshots")
    parser.add_argument("--record", action="store_true")
    arguments = parser.parse_args()
    executable = devtools.find_chromium()
    if executable is None:
        print("skipped: none of %s is installed" % ", ".join(devtools.NAMES))
        return 77
    with devtools.Page(executable) as page:
        checks = Checks(page, arguments)
        for name in sorted(path.stem for path in pathlib.Path(arguments.folder).glob("*.html")):
            layouts = checks.looks(name)
            if name == "month":
                checks.layout(layouts)
        for check in (
            checks.sorting, checks.filtering, checks.cards, checks.sections, checks.keyboard, checks.names,
            checks.without_script, checks.printing,
        ):
            check()
        checks.expect_none(page.complaints, "console")
    for fault in checks.faults:
        print(fault)
    return 1 if checks.faults else 0


if __name__ == "__main__":
    sys.exit(main())
