import MessageBatches
import Tables

/// The values for the table's template.
struct TableContent {
    private let table: Table
    /// The decimal places of the amounts of each column.
    private let moneyPlaces: [Int?]
    /// The ID of the element on the page, which does not come from data.
    let id: String
    /// Whether a click on a heading sorts the table.
    var isSortable = false
    /// The label of the filter field; nil for no field.
    var filter: String?
    /// The number of rows that the table does not contain.
    var hiddenRows = 0
    /// The indices of the columns that are shown.
    private let shown: [Int]
    /// The index of the column whose texts are shown as code below the first cells of their rows.
    private let code: Int?

    /// Creates the values of a table, without columns of numbers that are all zero or missing.
    init(_ table: Table, id: String) {
        var table = table
        table.columns = table.columns.map(\.withMinutes)
        (self.table, moneyPlaces) = (table, table.moneyPlaces)
        self.id = id
        let code = table.columns.firstIndex { $0.key == "command" }
        self.code = code
        shown = table.columns.indices.filter { index in
            guard index != code else { return false }
            guard index > 0, table.columns[index].kind.isNumber else { return true }
            return table.rows.contains { index < $0.count && !$0[index].isNothing }
        }
    }

    var values: [String: Any] {
        [
            "id": id, "caption": table.caption ?? "", "sortable": isSortable,
            "filter": filter.orFalse, "searched": searched,
            "columns": shown.map { index in
                let column = table.columns[index]
                return ["title": column.title, "kind": isLong(index) ? "text long" : kind(column)]
            },
            "rows": table.rows.prefix(PageTemplates.rowLimit).map { row($0, missing: "–") },
            "totals": table.totals.map { row($0, missing: "") }.orFalse,
            "notes": (table.notes + moreRows).map(\.codeMarkup),
        ]
    }

    /// The values of a row; the first cell is its heading.
    private func row(_ cells: [Cell], missing: String) -> [String: Any] {
        let cells = table.filled(cells)
        let all = shown.map { cell(cells[$0], $0, missing: missing) }
        guard var head = all.first else { return [:] }
        head["code"] = code.flatMap { cells[$0].displayText(.text) }.orFalse
        return ["head": head, "cells": Array(all.dropFirst())]
    }

    private func cell(_ cell: Cell, _ index: Int, missing: String) -> [String: Any] {
        let column = table.columns[index]
        guard let text = cell.displayText(column.kind, moneyPlaces: moneyPlaces[index]) else {
            return ["kind": kind(column) + " missing", "sortKey": false, "cut": false, "text": missing]
        }
        if let id = ShortID(text, in: column) {
            let cut = ["start": id.start, "middle": id.middle, "whole": text]
            return ["kind": kind(column), "sortKey": false, "cut": cut, "text": id.end]
        }
        let sortKey = column.kind.isNumber ? cell.number.orFalse : false
        return ["kind": kind(column), "sortKey": sortKey, "cut": false, "text": text]
    }

    private func kind(_ column: Column) -> String {
        if column.kind.isNumber { return "number" }
        if column.kind == .minute { return "whole time" }
        return column.canShrink && !ShortID.isID(column) ? "text" : "whole"
    }

    /// Whether a column contains long text, which must not wrap to single words.
    private func isLong(_ index: Int) -> Bool {
        guard kind(table.columns[index]) == "text" else { return false }
        return table.rows.contains { row in
            if index < row.count, case .text(let text) = row[index] { return text.utf8.count > 40 }
            return false
        }
    }

    /// What the filter field searches.
    private var searched: String {
        let rows = min(table.rows.count, PageTemplates.rowLimit).counted("row", "rows")
        return "Searches all columns of \(hasMoreRows ? "the \(rows) on this page" : "all \(rows)"). "
            + "A row must contain every word, such as a part of an ID or 2026-11."
    }

    private var hasMoreRows: Bool { moreCount > 0 }

    private var moreCount: Int { max(0, table.rows.count - PageTemplates.rowLimit) + hiddenRows }

    private var moreRows: [String] {
        guard hasMoreRows else { return [] }
        let shown = min(table.rows.count, PageTemplates.rowLimit).displayText
        return [
            "\(shown) rows are shown. \(moreCount.displayText) more are in the archive: "
                + "`batchkeep summarize --by batch` lists all."
        ]
    }
}

/// A long ID in three parts, of which the page shows the middle as an ellipsis.
///
/// All parts are in the text of the page, so that readers find and copy the whole ID.
private struct ShortID {
    let start: String
    let middle: String
    let end: String

    /// IDs up to this length are shown unchanged.
    private static let longest = 22
    /// The length of the start, which is `msgbatch_01` for a batch.
    private static let startLength = 11
    private static let endLength = 6

    /// Nil if the text is not a long ID.
    init?(_ text: String, in column: Column) {
        guard Self.isID(column), text.utf8.count > Self.longest, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        start = String(text.prefix(Self.startLength))
        middle = String(text.dropFirst(Self.startLength).dropLast(Self.endLength))
        end = String(text.suffix(Self.endLength))
    }

    static func isID(_ column: Column) -> Bool {
        column.isID || column.key.hasSuffix("_id")
    }
}

extension Column {
    /// A column of times without seconds, with the zone in its heading instead of in every row.
    fileprivate var withMinutes: Column {
        guard kind == .timestamp else { return self }
        var column = self
        column.kind = .minute
        column.title += " (UTC)"
        return column
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

    /// Whether the cell is missing or zero.
    fileprivate var isNothing: Bool {
        Metric("", self, .text).isZero
    }
}
