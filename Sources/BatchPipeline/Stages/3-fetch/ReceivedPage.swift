/// A document that a proxy, a gateway or another server sent instead of JSON, such as an HTML page.
package struct ReceivedPage: Sendable, Hashable {
    /// The media type of the `content-type` header without parameters, such as `text/html`; nil if there is none.
    package var contentType: String?
    /// The text of a `<title>` element in the first 64 KiB, on one line; nil if there is none.
    ///
    /// Shorten it only after secrets were removed from it, because a part of a secret is not recognized.
    package var title: String?

    private static let typeLimit = 100
    private static let searched = 65_536

    /// Reads the type and the title of a document; nil if the document is JSON or empty.
    ///
    /// A document that begins with `{` is JSON, even if its type is another.
    package init?(contentType: String?, body: [UInt8]) {
        guard let first = body.first(where: { !$0.isBlank }), first != UInt8(ascii: "{") else { return nil }
        let type = contentType.map { $0.prefix { $0 != ";" && $0 != " " }.lowercased() }
        guard first == UInt8(ascii: "<") || type.map({ !$0.contains("json") }) ?? false else { return nil }
        self.contentType = type.map { String($0.prefix(Self.typeLimit)) }
        title = Self.title(in: Array(body.prefix(Self.searched)))
    }

    /// The text of the first `<title>` element.
    private static func title(in body: [UInt8]) -> String? {
        let lowercase = body.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
        guard let tag = lowercase.firstRange(of: Array("<title".utf8)),
            let start = lowercase[tag.upperBound...].firstIndex(of: UInt8(ascii: ">")),
            let end = lowercase[start...].firstIndex(of: UInt8(ascii: "<"))
        else { return nil }
        let words = body[(start + 1)..<end].split { $0.isBlank }.map { String(decoding: $0, as: UTF8.self) }
        var text = words.joined(separator: " ")
        for entity in entities { text.replace(entity.name, with: entity.text) }
        return text.isEmpty ? nil : text
    }

    /// The entities that titles usually contain; `&amp;` is last, because it could make another one.
    private static let entities: [(name: String, text: String)] = [
        ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&"),
    ]
}

extension UInt8 {
    /// Whether the byte is white space in HTML and JSON.
    fileprivate var isBlank: Bool {
        [0x09, 0x0A, 0x0C, 0x0D, 0x20].contains(self)
    }
}
