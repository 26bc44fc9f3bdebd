import Foundation
import MessageBatches
import Tables
import Testing

@testable import BatchReports

@Suite struct ReportPageTests {
    private static let elements: Set = [
        "!DOCTYPE", "nav", "bdi", "code", "html", "head", "meta", "link", "title", "style", "body", "a", "header", "h1",
        "h2", "h3", "dl",
        "div",
        "dt", "dd", "main", "section", "p", "span", "strong", "ul", "li", "figure", "figcaption", "svg", "g", "line",
        "text",
        "rect", "details", "summary", "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "label", "input",
        "footer",
        "script",
    ]
    private static let attributes: Set = [
        "lang", "title", "aria-describedby", "html", "charset", "http-equiv", "content", "name", "rel", "href", "class",
        "id", "tabindex",
        "aria-labelledby",
        "aria-label", "aria-hidden", "role", "width", "height", "x", "y", "x1", "x2", "y1", "y2", "text-anchor",
        "scope",
        "data-key", "data-value", "data-table", "hidden", "for", "type", "autocomplete", "spellcheck",
    ]

    @Test(arguments: ReportFixture.allCases)
    func `the page contains only our own tags and attributes, properly nested`(fixture: ReportFixture) throws {
        let tags = HTMLTags(try PageTemplates.html(fixture.document))
        #expect(Set(tags.tags.map(\.name)).isSubset(of: Self.elements))
        #expect(Set(tags.tags.flatMap { $0.attributes.map(\.name) }).isSubset(of: Self.attributes))
        #expect(tags.tags.count { $0.name == "script" && !$0.isEnd } == 1)
        #expect(tags.outline != nil)
    }

    @Test func `the hostile document contains the attack in every text that a caller can set`() {
        var harmless: Set<String> = []
        func visit(_ value: Any) {
            if let text = value as? String {
                if !text.contains(ReportFixture.attack) { harmless.insert(text) }
            } else {
                for child in Mirror(reflecting: value).children { visit(child.value) }
            }
        }
        visit(ReportFixture.hostile.document)
        // A second key, the name of a second percentile, the result type, and an amount with a price.
        #expect(harmless == ["id", "cost", "p50", "succeeded", "money"])
    }

    @Test func `the attack is always shown as text`() throws {
        let html = try PageTemplates.html(ReportFixture.hostile.document)
        let escaped = ReportFixture.attack.escapedForMarkup
        // Every text with the attack: fourteen in three tables alone.
        #expect(html.components(separatedBy: escaped).count > 50)
        for part in ["<script>alert", "\"\u{301}", "onmouseover=alert(1) '", "\u{1B}", "\u{202E}", "<b>"] {
            #expect(!html.unicodeScalars.contains(part.unicodeScalars), "\(part)")
        }
    }

    @Test(arguments: [ReportFixture.month, .hostile])
    func `the page loads nothing`(fixture: ReportFixture) throws {
        let tags = HTMLTags(try PageTemplates.html(fixture.document)).tags
        #expect(tags.allSatisfy { $0["src"] == nil && $0["style"] == nil })
        #expect(tags.compactMap { $0["href"] }.allSatisfy { $0 == "data:," || $0.hasPrefix("#") })
        let style = try #require(tags.first { $0.name == "style" }).textAfter
        #expect(!style.contains("url(") && !style.contains("@import"))
    }

    @Test func `the content security policy allows exactly this style and this script`() throws {
        let tags = HTMLTags(try PageTemplates.html(ReportFixture.empty.document)).tags
        for (name, digest) in [("style", StyleSheet.digest), ("script", TableScript.digest)] {
            let text = try #require(tags.first { $0.name == name }).textAfter
            #expect("sha256-" + (try sha256(text)) == digest, "write this digest into the source of the \(name)")
        }
    }

    @Test(arguments: [ReportFixture.month, .single, .empty])
    func `the outline equals the stored one`(fixture: ReportFixture) throws {
        let html = try PageTemplates.html(fixture.document)
        let outline = try #require(HTMLTags(html).outline)
        try Golden.compare(outline, with: "outline-\(fixture.rawValue).txt")
    }

    @Test func `at most two thousand rows are shown, with the number of further rows`() throws {
        var document = ReportFixture.large.document
        document.hiddenBatches = 655
        let html = try PageTemplates.html(document)
        #expect(
            html.components(separatedBy: "<th scope=\"row\" class=\"whole\" title=\"msgbatch_").count - 1
                == PageTemplates.rowLimit
        )
        #expect(
            html.contains(
                "2,000 rows are shown. 1,000 more are in the archive: <code>batchkeep summarize --by batch</code>"
            )
        )
    }

    @Test func `every table has a caption and headings with a scope`() throws {
        let tags = HTMLTags(try PageTemplates.html(ReportFixture.month.document)).tags
        let starts = tags.filter { !$0.isEnd }
        #expect(starts.count { $0.name == "table" } == starts.count { $0.name == "caption" })
        #expect(starts.filter { $0.name == "th" }.allSatisfy { $0["scope"] == "col" || $0["scope"] == "row" })
        #expect(
            starts.filter { $0.name == "svg" }.allSatisfy { $0["role"] == "img" && !($0["aria-label"] ?? "").isEmpty }
        )
        #expect(starts.count { $0.name == "h1" } == 1)
    }

    @Test func `the page names the prices, the invoice and requests without a price`() throws {
        let html = try PageTemplates.html(ReportFixture.month.document)
        #expect(html.contains("with the prices recorded in the archive"))
        #expect(html.contains("trust your invoice"))
        #expect(html.contains("412 requests have no price: claude-next-preview (412)."))
    }

    @Test func `the headline contains every digit for programs`() throws {
        let tags = HTMLTags(try PageTemplates.html(ReportFixture.month.document)).tags
        let values = tags.compactMap { $0["data-value"] }
        #expect(values.count == ReportFixture.month.document.headline.count)
        #expect(values.contains("2823456787") && values.contains("1840.093312") && values.contains("0.9716"))
    }

    @Test func `the same document gives the same page`() throws {
        #expect(
            try PageTemplates.html(ReportFixture.month.document) == PageTemplates.html(ReportFixture.month.document)
        )
    }
}

/// The digest in the form of a content security policy, computed with a system tool.
private func sha256(_ text: String) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["sha256sum"]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
    try input.fileHandleForWriting.close()
    let hex = Array(try #require(try output.fileHandleForReading.readToEnd()).prefix(64))
    process.waitUntilExit()
    let bytes = stride(from: 0, to: hex.count, by: 2)
        .compactMap { UInt8(String(decoding: hex[$0...$0 + 1], as: UTF8.self), radix: 16) }
    return Data(bytes).base64EncodedString()
}
