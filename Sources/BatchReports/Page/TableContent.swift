import MessageBatches
import Tables

/// The values that the table's template names.
struct TableContent {
    let table: Table
    /// The element's id on the page; ours, not from data.
    let id: String
    /// Whether a click on a heading sorts.
    var isSortable = false
    /// The label of the field that filters, or nil for none.
    var filter: String?
    /// Rows that the table lacks already.
    var leftOut = 0

    init(_ table: Table, id: String) {
        self.table = table
        self.id = id
    }

    var values: [String: Any] {
        [
            "id": id, "caption": table.caption ?? "", "sortable": isSortable,
            "filter": filter.orFalse,
            "columns": table.columns.enumerated()
                .map { ["title": $1.title, "kind": isLong($0) ? "text long" : kind($1)] },
            "rows": table.rows.prefix(PageTemplates.rowLimit).map { row($0, missing: "–") },
            "totals": table.totals.map { row($0, missing: "") }.orFalse,
            "notes": table.notes + moreRows,
        ]
    }

    /// The first cell heads its row.
    private func row(_ cells: [Cell], missing: String) -> [String: Any] {
        let all = zip(table.columns, table.filled(cells)).map { cell($1, $0, missing: missing) }
        return ["head": all.first.orFalse, "cells": Array(all.dropFirst())]
    }

    private func cell(_ cell: Cell, _ column: Column, missing: String) -> [String: Any] {
        guard let text = cell.readingText(column.kind) else {
            return ["kind": kind(column) + " missing", "sortKey": false, "text": missing]
        }
        return ["kind": kind(column), "sortKey": column.kind.isNumber ? cell.number.orFalse : false, "text": text]
    }

    private func kind(_ column: Column) -> String {
        column.kind.isNumber ? "number" : column.canShrink ? "text" : "whole"
    }

    /// Whether a column holds text that would become a pillar of single words.
    private func isLong(_ index: Int) -> Bool {
        guard kind(table.columns[index]) == "text" else { return false }
        return table.rows.contains { row in
            if index < row.count, case .text(let text) = row[index] { return text.utf8.count > 40 }
            return false
        }
    }

    private var moreRows: [String] {
        let more = max(0, table.rows.count - PageTemplates.rowLimit) + leftOut
        guard more > 0 else { return [] }
        let shown = NumberText.integer(Int64(min(table.rows.count, PageTemplates.rowLimit)))
        return ["Shown are \(shown) rows; \(NumberText.integer(Int64(more))) more are in the archive."]
    }
}

extension Cell {
    /// The digits of a cell that holds a number; words in a column of numbers have none.
    fileprivate var number: String? {
        switch self {
        case .integer, .decimal, .money: dataText
        case .missing, .text, .timestamp: nil
        }
    }
}
