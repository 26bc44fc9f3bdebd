// What the checks ask of a page, run inside it. Every probe returns plain values.
({
  // A short name of an element for messages.
  name(element) {
    const kind = element.getAttribute("class");
    return element.tagName.toLowerCase() + (element.id ? "#" + element.id : "") + (kind ? "." + kind : "");
  },

  // Texts with less than 4.5 to 1 against what is behind them (WCAG 2.2, 1.4.3).
  lowContrast() {
    const channel = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
    const parse = (text) => {
      const numbers = text.match(/[\d.]+/g).map(Number);
      return numbers.length < 4 ? [...numbers, 1] : numbers;
    };
    const behind = (element) => {
      for (let e = element; e; e = e.parentElement) {
        const colour = parse(getComputedStyle(e).backgroundColor);
        if (colour[3] === 1) return colour;
      }
      return [255, 255, 255];
    };
    const found = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const parent = walker.currentNode.parentElement;
      if (walker.currentNode.data.trim() === "" || parent.closest("script, style, title")) continue;
      // Twenty rows tell what the others look like.
      if (!parent.checkVisibility() || parent.closest("tbody tr:nth-child(n + 21)")) continue;
      const style = getComputedStyle(parent);
      const ink = parse(parent.closest("svg") ? style.fill : style.color);
      const [light, dark] = [luminance(ink), luminance(behind(parent))].sort((a, b) => b - a);
      const contrast = (light + 0.05) / (dark + 0.05);
      if (contrast < 4.5) found.add(this.name(parent) + " " + contrast.toFixed(2));
    }
    return [...found];
  },

  // Headings that skip a level, more than one h1, images, tables, fields and regions without a name.
  faults() {
    const faults = [];
    let level = 0;
    for (const heading of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
      const next = Number(heading.tagName[1]);
      if (next > level + 1) faults.push("a heading skips a level: " + heading.textContent);
      if (heading.textContent.trim() === "") faults.push("an empty heading");
      level = next;
    }
    if (document.querySelectorAll("h1").length !== 1) faults.push("not one h1");
    if (document.querySelectorAll("main").length !== 1) faults.push("not one main");
    if (!document.documentElement.lang || !document.title) faults.push("no language or no title");
    for (const table of document.querySelectorAll("table")) {
      if (!table.caption || table.caption.textContent.trim() === "") faults.push("no caption: " + this.name(table));
      for (const cell of table.querySelectorAll("th")) {
        if (!["col", "row"].includes(cell.scope)) faults.push("a heading without a scope in " + this.name(table));
      }
    }
    for (const field of document.querySelectorAll("input")) {
      if (field.labels.length === 0) faults.push("no label: " + this.name(field));
    }
    for (const place of document.querySelectorAll("[aria-labelledby]")) {
      const label = document.getElementById(place.getAttribute("aria-labelledby"));
      if (!label || label.textContent.trim() === "") faults.push("no such label: " + this.name(place));
    }
    const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
    if (new Set(ids).size !== ids.length) faults.push("an id occurs twice");
    return faults;
  },

  // Things whose letters or marks leave the window.
  overflow() {
    const width = document.documentElement.clientWidth;
    const found = document.documentElement.scrollWidth > width ? ["the page"] : [];
    for (const element of document.querySelectorAll("main *:not(.frame *), header *")) {
      // What is folded away keeps the place it had in a window of another width.
      if (!element.checkVisibility()) continue;
      const box = element.getBoundingClientRect();
      if (box.width > 0 && (box.right > width + 0.5 || box.left < -0.5)) found.push(this.name(element));
    }
    return [...new Set(found)];
  },

  // Labels of one picture that touch each other.
  collisions() {
    const found = [];
    for (const picture of document.querySelectorAll("svg")) {
      const labels = [...picture.querySelectorAll("text")].filter((label) => label.getClientRects().length > 0);
      const boxes = labels.map((label) => label.getBoundingClientRect());
      for (let i = 0; i < boxes.length; i++) {
        for (let j = i + 1; j < boxes.length; j++) {
          const [a, b] = [boxes[i], boxes[j]];
          if (a.left < b.right && b.left < a.right && a.top + 3 < b.bottom && b.top + 3 < a.bottom) {
            found.push(labels[i].textContent + " / " + labels[j].textContent);
          }
        }
      }
    }
    return found;
  },

  // Where the parts stand and how wide they are. Heights depend on fonts, so they are left out.
  layout() {
    const parts = "header, main, section, .statement, .headline > div, figure, .canvas, svg, .frame, footer";
    const elements = [...document.querySelectorAll("body " + parts.replaceAll(", ", ", body "))];
    return elements.filter((element) => element.checkVisibility()).map((element) => {
      const box = element.getBoundingClientRect();
      return `${this.name(element)} x=${Math.round(box.left)} width=${Math.round(box.width)}`;
    });
  },

  // For every class of marks in every picture the middle of its largest mark, and the colour it should have there.
  marks() {
    const found = [];
    for (const picture of document.querySelectorAll("svg")) {
      for (const kind of ["s0", "s1", "s2", "s3", "s4", "s5", "f0", "f1", "f2", "rest"]) {
        const boxes = [...picture.querySelectorAll("rect." + kind)].map((mark) => [mark, mark.getBoundingClientRect()]);
        boxes.sort((a, b) => Math.min(b[1].width, b[1].height) - Math.min(a[1].width, a[1].height));
        if (boxes.length === 0 || Math.min(boxes[0][1].width, boxes[0][1].height) < 3) continue;
        const [mark, box] = boxes[0];
        const fill = getComputedStyle(mark).fill.match(/\d+/g).map(Number);
        // A third from the left: lines that mark a percentile stand elsewhere or are thin.
        found.push({ kind, x: box.left + box.width / 3 + scrollX, y: box.top + box.height / 2 + scrollY, fill });
      }
    }
    return found;
  },

  // The body of a table as texts, hidden rows left out.
  rows(id) {
    return [...document.getElementById(id).tBodies[0].rows]
      .filter((row) => row.getClientRects().length > 0)
      .map((row) => [...row.cells].map((cell) => cell.textContent));
  },

  // The middle of an element, scrolled into view.
  middle(selector) {
    const element = document.querySelector(selector);
    element.scrollIntoView({ block: "center", inline: "center" });
    const box = element.getBoundingClientRect();
    return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
  },

  // What gives away markup that came from data.
  intruders() {
    const found = [];
    if (document.scripts.length !== 1) found.push("scripts: " + document.scripts.length);
    for (const element of document.querySelectorAll("*")) {
      for (const attribute of element.attributes) {
        if (/^on/i.test(attribute.name) || /[^a-z0-9-]/i.test(attribute.name)) found.push("attribute " + attribute.name);
      }
    }
    if (document.querySelector("b, iframe, object, img, form")) found.push("an element nobody wrote");
    return found;
  },
})
