import MessageBatches
import Tables

/// The values for the table's template.
struct TableContent {
    let table: Table
    /// The ID of the element on the page, which does not come from data.
    let id: String
    /// Whether a click on a heading sorts the table.
    var isSortable = false
    /// The label of the filter field; nil for no field.
    var filter: String?
    /// The number of rows that the table does not contain.
    var hiddenRows = 0

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

    /// The values of a row; the first cell is its heading.
    private func row(_ cells: [Cell], missing: String) -> [String: Any] {
        let all = zip(table.columns, table.filled(cells)).map { cell($1, $0, missing: missing) }
        return ["head": all.first.orFalse, "cells": Array(all.dropFirst())]
    }

    private func cell(_ cell: Cell, _ column: Column, missing: String) -> [String: Any] {
        guard let text = cell.displayText(column.kind) else {
            return ["kind": kind(column) + " missing", "sortKey": false, "text": missing]
        }
        return ["kind": kind(column), "sortKey": column.kind.isNumber ? cell.number.orFalse : false, "text": text]
    }

    private func kind(_ column: Column) -> String {
        column.kind.isNumber ? "number" : column.canShrink ? "text" : "whole"
    }

    /// Whether a column contains long text, which must not wrap to single words.
    private func isLong(_ index: Int) -> Bool {
        guard kind(table.columns[index]) == "text" else { return false }
        return table.rows.contains { row in
            if index < row.count, case .text(let text) = row[index] { return text.utf8.count > 40 }
            return false
        }
    }

    private var moreRows: [String] {
        let more = max(0, table.rows.count - PageTemplates.rowLimit) + hiddenRows
        guard more > 0 else { return [] }
        let shown = min(table.rows.count, PageTemplates.rowLimit).displayText
        return ["\(shown) rows are shown. \(more.displayText) more are in the archive."]
    }
}

extension Cell {
    /// The digits of a numeric cell; nil for texts in a column of numbers.
    fileprivate var number: String? {
        switch self {
        case .integer, .decimal, .money: dataText
        case .missing, .text, .timestamp: nil
        }
    }
}
