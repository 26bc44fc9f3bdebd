import Tables

/// The style of the page: light or dark by the reader's setting, one column on a phone, black on white in print.
///
/// The colors of one chart have a distance of at least 0.10 in OKLab from each other, under normal vision and simulated
/// protanopia, deuteranopia and tritanopia (Machado, Oliveira, Fernandes 2009). Red is only for requests that did not
/// succeed: `f0` next to families of models, `f0` to `f2` next to `s0`, `s4` and `rest`. The contrast of colors to the
/// background is at least 3; that of text is at least 4.5.
enum StyleSheet {
    /// The source of `style-src` that allows exactly ``text``; a test recomputes it.
    static let digest = "sha256-hbHshbgRELT0QVx3JeAH0i41Of23EZWYp1tp3/nP9ak="

    static let text = colors + layout + tables + charts + media

    private static let colors = #"""
        :root {
          color-scheme: light dark;
          --page: #f4f5f7; --surface: #ffffff; --line: #d8dce2; --grid: #e6e9ed;
          --ink: #1a1f26; --soft: #55606c; --link: #0b57b0; --shadow: rgb(0 0 0 / 0.16);
          --good: #0f6b3c; --warning: #8a5200; --bad: #b3261e;
          --s0: #006dd8; --s1: #d27b2a; --s2: #006a5c; --s3: #690e8d; --s4: #4099ec; --s5: #192e53; --rest: #868d97;
          --f0: #c22013; --f1: #6a030f; --f2: #f5604b;
        }
        @media screen and (prefers-color-scheme: dark) {
          :root {
            --page: #0e1116; --surface: #171b21; --line: #323a44; --grid: #262d35;
            --ink: #e7eaee; --soft: #a0aab5; --link: #7cb7ff; --shadow: rgb(0 0 0 / 0.7);
            --good: #5fd08d; --warning: #eeb04c; --bad: #ff8b80;
            --s0: #4b75da; --s1: #da7b00; --s2: #54d19b; --s3: #c695f9; --s4: #93e7ff; --s5: #e5d85c; --rest: #8a919b;
            --f0: #be331f; --f1: #e5633e; --f2: #ffad9b;
          }
        }

        """#

    private static let layout = #"""
        * { box-sizing: border-box; }
        body {
          margin: 0; background: var(--page); color: var(--ink);
          font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif;
        }
        body > header, nav ul, main, body > footer { max-width: 1840px; margin: 0 auto; padding: 0 24px; }
        body > header { padding-top: 32px; }
        h1 { margin: 0 0 8px; font-size: 28px; line-height: 1.2; letter-spacing: -0.01em; }
        h2 { margin: 40px 0 12px; font-size: 20px; line-height: 1.3; scroll-margin-top: 56px; }
        h3 { margin: 0; font-size: 16px; line-height: 1.35; }
        p { margin: 0; }
        code { font: 0.92em ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
        nav {
          position: sticky; top: 0; z-index: 3; margin-top: 16px; background: var(--page);
          border-bottom: 1px solid var(--line);
        }
        nav ul { display: flex; gap: 20px; overflow-x: auto; list-style: none; scrollbar-width: none; }
        nav a { display: block; padding: 8px 0; color: var(--link); text-decoration: none; white-space: nowrap; }
        nav a:hover { text-decoration: underline; }
        nav a:focus-visible { outline-offset: -2px; }
        .skip {
          position: absolute; left: -999px; top: 0; padding: 8px 16px; background: var(--surface);
          color: var(--link);
        }
        .skip:focus { left: 8px; top: 8px; z-index: 4; }
        :focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
        main:focus { outline: none; }
        .facts { display: flex; flex-wrap: wrap; gap: 4px 32px; margin: 0; }
        .facts div { display: flex; gap: 8px; min-width: 0; }
        dt { color: var(--soft); overflow-wrap: anywhere; }
        .facts dt { white-space: nowrap; }
        dd { margin: 0; min-width: 0; overflow-wrap: anywhere; unicode-bidi: isolate; }
        section:first-of-type h2 {
          position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
        }
        section:first-of-type { margin-top: 24px; }
        .statement {
          margin: 0 0 12px; padding: 12px 16px; background: var(--surface); border: 1px solid var(--line);
          border-left: 4px solid var(--soft); border-radius: 6px;
        }
        .statement ul { margin: 4px 0 0; padding-left: 44px; }
        .badge {
          display: inline-block; width: 20px; margin-right: 8px; border-radius: 10px; background: var(--soft);
          color: var(--surface); font-weight: 700; font-size: 13px; line-height: 20px; text-align: center;
        }
        .statement.good { border-left-color: var(--good); } .good .badge { background: var(--good); }
        .statement.warning { border-left-color: var(--warning); } .warning .badge { background: var(--warning); }
        .statement.bad { border-left-color: var(--bad); } .bad .badge { background: var(--bad); }
        .headline {
          display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 12px; margin: 12px 0 0;
        }
        @media (min-width: 1700px) { .headline { grid-template-columns: repeat(8, minmax(0, 1fr)); } }
        @media (max-width: 900px) { .headline { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
        .headline div {
          padding: 14px 16px; background: var(--surface); border: 1px solid var(--line); border-radius: 6px;
        }
        .headline .value {
          display: block; font-size: 26px; line-height: 1.25; font-weight: 600; font-variant-numeric: tabular-nums;
          letter-spacing: -0.01em;
        }
        .headline .good .value { color: var(--good); } .headline .warning .value { color: var(--warning); }
        .headline .bad .value { color: var(--bad); }
        .exact, .note, .change { display: block; color: var(--soft); font-size: 13px; font-variant-numeric: tabular-nums; }
        .empty {
          padding: 16px; color: var(--soft); background: var(--surface); border: 1px solid var(--line);
          border-radius: 6px;
        }
        .about { margin: 0; padding-left: 20px; max-width: 75ch; }
        .about li { margin: 0 0 6px; overflow-wrap: anywhere; }
        body > footer { padding-top: 32px; padding-bottom: 40px; color: var(--soft); font-size: 13px; }

        """#

    private static let tables = #"""
        .frame {
          overflow: auto; border: 1px solid var(--line); border-radius: 6px;
          /* A shadow at the right edge while there is more to scroll to: the first layer moves along and covers it. */
          background:
            linear-gradient(to left, var(--surface) 14px, transparent) 100% 0 / 28px 100% no-repeat local,
            linear-gradient(to left, var(--shadow), transparent) 100% 0 / 14px 100% no-repeat scroll, var(--surface);
        }
        table { border-collapse: separate; border-spacing: 0; width: 100%; font-size: 14px; }
        caption { padding: 10px; text-align: left; color: var(--soft); }
        th, td {
          padding: 7px 8px; text-align: left; vertical-align: top; border-top: 1px solid var(--grid);
          unicode-bidi: isolate;
        }
        thead th {
          border-bottom: 1px solid var(--line); color: var(--soft); font-weight: 600; vertical-align: bottom;
        }
        thead th.number { white-space: normal; }
        tbody th { font-weight: 500; }
        tbody tr:hover > * { background: var(--page); }
        tfoot > tr > * { border-top: 2px solid var(--line); font-weight: 600; }
        .cut { font-size: 0; }
        .cut::before { content: "…"; font-size: 14px; }
        .command {
          display: block; margin-top: 4px; color: var(--soft); font-size: 12px; font-weight: 400;
          overflow-wrap: anywhere; user-select: all;
        }
        .number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
        .text { min-width: 14ch; max-width: 72ch; overflow-wrap: break-word; }
        .long { min-width: 34ch; }
        #errors .time { min-width: 12ch; white-space: normal; }
        @media screen and (min-width: 601px) and (max-width: 1699px) { table, .cut::before { font-size: 13px; } }
        .whole { white-space: nowrap; }
        td.missing, th.missing { color: var(--soft); }
        th button { all: unset; cursor: pointer; padding: 2px 4px; margin: -2px -4px; border-radius: 3px; }
        th button:hover { color: var(--ink); }
        th button:focus-visible { outline: 2px solid var(--link); }
        th button::after { content: ""; }
        th[aria-sort] button { color: var(--ink); }
        th[aria-sort=ascending] button::after { content: "\00a0▲"; }
        th[aria-sort=descending] button::after { content: "\00a0▼"; }
        .filter { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; margin: 0 0 10px; }
        .filter[hidden] { display: none; }
        .filter input {
          flex: 0 1 320px; min-width: 0; padding: 7px 10px; font: inherit; color: var(--ink);
          background: var(--surface); border: 1px solid var(--soft); border-radius: 6px;
        }
        .filter span { color: var(--soft); }
        .filter .searched { flex-basis: 100%; font-size: 13px; }
        .remark { margin-top: 8px; color: var(--soft); font-size: 13px; overflow-wrap: anywhere; }
        details { margin-top: 12px; }
        summary { padding: 6px 0; color: var(--link); cursor: pointer; }

        """#

    private static let charts = #"""
        .charts { display: grid; grid-template-columns: minmax(0, 1fr); gap: 12px; }
        @media (min-width: 1000px) {
          .charts { grid-template-columns: repeat(2, minmax(0, 1fr)); } .wide { grid-column: span 2; }
        }
        @media (min-width: 1700px) { .charts.many { grid-template-columns: repeat(3, minmax(0, 1fr)); } }
        figure {
          container-type: inline-size; display: flex; flex-direction: column; min-width: 0; margin: 0; padding: 16px;
          background: var(--surface); border: 1px solid var(--line); border-radius: 6px;
        }
        figcaption p { color: var(--soft); font-size: 13px; overflow-wrap: anywhere; }
        .canvas { padding: 14px 8px 0 0; }
        svg { display: block; overflow: visible; }
        .canvas:has(> .plot) { margin-top: auto; padding: 26px 8px 0 52px; }
        .canvas text { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
        .canvas .name, .canvas .figure { fill: var(--ink); font-size: 13px; }
        .grid { stroke: var(--grid); } .axis { stroke: var(--soft); }
        .marker { stroke: var(--ink); stroke-dasharray: 3 3; }
        .target { fill: transparent; } .track { fill: var(--grid); }
        .mark:hover .target { fill: var(--grid); fill-opacity: 0.6; }
        rect.s0 { fill: var(--s0); } rect.s1 { fill: var(--s1); } rect.s2 { fill: var(--s2); }
        rect.s3 { fill: var(--s3); }
        rect.s4 { fill: var(--s4); } rect.s5 { fill: var(--s5); } rect.rest { fill: var(--rest); }
        rect.f0 { fill: var(--f0); } rect.f1 { fill: var(--f1); } rect.f2 { fill: var(--f2); }
        @container (max-width: 480px) { .extra { display: none; } }
        .legend {
          display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 250px), 1fr)); gap: 2px 16px;
          margin: 12px 0 0; padding: 0; list-style: none; font-size: 13px;
        }
        .legend li { display: flex; align-items: baseline; gap: 8px; min-width: 0; }
        .legend .name { min-width: 0; overflow-wrap: anywhere; unicode-bidi: isolate; }
        .legend .amount {
          margin-left: auto; color: var(--soft); white-space: nowrap; font-variant-numeric: tabular-nums;
        }
        .swatch { flex: none; width: 11px; height: 11px; border-radius: 2px; }
        .swatch.s0 { background: var(--s0); } .swatch.s1 { background: var(--s1); }
        .swatch.s2 { background: var(--s2); } .swatch.s3 { background: var(--s3); }
        .swatch.s4 { background: var(--s4); } .swatch.s5 { background: var(--s5); }
        .swatch.rest { background: var(--rest); } .swatch.f0 { background: var(--f0); }
        .swatch.f1 { background: var(--f1); } .swatch.f2 { background: var(--f2); }

        """#

    private static let media = #"""
        .frame { max-height: 80vh; }
        .frame thead th { position: sticky; top: 0; z-index: 1; background: var(--surface); }
        @media (min-width: 700px) {
          .frame tr > :first-child { position: sticky; left: 0; background: var(--surface); }
          .frame thead tr > :first-child { z-index: 2; }
        }
        @media (max-width: 600px) {
          body > header, nav ul, main, body > footer { padding-left: 16px; padding-right: 16px; }
          body > header { padding-top: 20px; }
          .headline { gap: 8px; }
          .headline div { padding: 10px 12px; }
          .headline .value { font-size: 21px; }
          h1 { font-size: 24px; overflow-wrap: anywhere; }
          /* A row is a card: its first cell is the title, every other cell a line with its heading. */
          .cards, .cards :is(caption, tbody, tfoot, tr, th) { display: block; }
          .cards thead, .cards td.missing, .cards tr[hidden] { display: none; }
          .cards tr { padding: 10px 12px; border-top: 8px solid var(--page); }
          .cards tfoot > tr > * { border: none; }
          .cards :is(th, td) { min-width: 0; max-width: none; padding: 2px 0; border: none; white-space: normal; }
          .cards td { display: flow-root; text-align: right; overflow-wrap: anywhere; }
          .cards td:empty { display: none; }
          .cards td::before { content: attr(data-label); float: left; margin-right: 16px; color: var(--soft); }
          .cards tbody th { padding-bottom: 6px; font-weight: 600; }
          .cards .cut { font-size: inherit; } .cards .cut::before { content: none; }
        }
        @media print {
          :root { --page: #ffffff; --ink: #000000; --soft: #444b54; --link: #000000; --shadow: transparent; }
          * { print-color-adjust: exact; }
          .skip, nav, .filter, details:not([open]) { display: none; }
          .cut { font-size: inherit; } .cut::before { content: none; }
          .frame { max-height: none; overflow: visible; border: none; }
          figure, .statement, .headline div, tr { break-inside: avoid; }
          h2, h3, caption { break-after: avoid; }
          /* Paper does not scroll: a wide table needs the long side of the sheet. */
          @page { size: landscape; margin: 10mm; }
          body > header, main, body > footer { max-width: none; padding-left: 0; padding-right: 0; }
          .headline { grid-template-columns: repeat(4, minmax(0, 1fr)); }
          .charts, .charts.many { grid-template-columns: repeat(2, minmax(0, 1fr)); } .wide { grid-column: span 2; }
          table { font-size: 9px; } th, td { padding: 2px 3px; } .text { min-width: 0; max-width: 40ch; }
          .command { margin-top: 1px; font-size: 8px; }
          /* The totals are once at the end, not on every sheet. */
          tfoot { display: table-row-group; }
        }
        """#
}
