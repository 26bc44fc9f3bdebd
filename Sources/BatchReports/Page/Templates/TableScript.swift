import Tables

/// The only script of the page: sorts by headings and filters by a text field.
///
/// The page is complete without it.
enum TableScript {
    /// The source of `script-src` that allows exactly ``text``; a test recomputes it.
    static let digest = "sha256-50rw4NVcdyLGJD3eZuFOJIe86uTPHikffjIYWCoPzH4="

    static let text = #"""
        "use strict";
        for (const table of document.querySelectorAll("table.sortable")) {
          [...table.tHead.rows[0].cells].forEach((heading, column) => {
            const button = document.createElement("button");
            button.type = "button";
            button.append(...heading.childNodes);
            button.addEventListener("click", () => sort(table, heading, column));
            heading.append(button);
          });
        }
        for (const field of document.querySelectorAll("input[data-table]")) {
          field.parentElement.hidden = false;
          field.addEventListener("input", () => filter(field));
        }

        const narrow = matchMedia("(max-width: 600px)");
        narrow.addEventListener("change", makeCards);
        makeCards();

        // In a narrow window, each row is a card, in which every cell needs its heading.
        function makeCards() {
          if (!narrow.matches) return;
          for (const table of document.querySelectorAll("table:not(.cards)")) {
            const titles = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
            for (const row of [...table.tBodies[0].rows, ...(table.tFoot?.rows ?? [])]) {
              [...row.cells].forEach((cell, column) => { cell.dataset.label = titles[column]; });
            }
            table.classList.add("cards");
          }
        }

        // Numbers start with the largest, text with A; what is missing always comes last.
        function sort(table, heading, column) {
          const isNumber = heading.classList.contains("number");
          const next = { ascending: "descending", descending: "ascending" }[heading.ariaSort];
          const order = next ?? (isNumber ? "descending" : "ascending");
          const rows = [...table.tBodies[0].rows].map((row) => ({ row, key: key(row.cells[column], isNumber) }));
          rows.sort((a, b) => {
            if (a.key === null || b.key === null) return (a.key === null) - (b.key === null);
            const difference = isNumber ? a.key - b.key : a.key.localeCompare(b.key, "en", { numeric: true });
            return order === "ascending" ? difference : -difference;
          });
          for (const other of table.tHead.rows[0].cells) other.ariaSort = null;
          heading.ariaSort = order;
          table.tBodies[0].append(...rows.map((entry) => entry.row));
        }

        function key(cell, isNumber) {
          if (isNumber) return "key" in cell.dataset ? Number(cell.dataset.key) : null;
          return cell.classList.contains("missing") ? null : cell.textContent;
        }

        // A row stays if it holds every word of the field.
        function filter(field) {
          const words = field.value.toLowerCase().split(/\s+/).filter((word) => word !== "");
          const rows = [...document.getElementById(field.dataset.table).tBodies[0].rows];
          for (const row of rows) {
            const text = [...row.cells].map((cell) => cell.textContent.toLowerCase()).join("\n");
            row.hidden = !words.every((word) => text.includes(word));
          }
          const shown = rows.filter((row) => !row.hidden).length;
          const status = field.parentElement.querySelector("[role=status]");
          status.textContent = words.length === 0 ? "" : `${shown} of ${rows.length} rows`;
        }
        """#
}
