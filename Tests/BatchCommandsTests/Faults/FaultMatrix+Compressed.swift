import BatchCommands
import BlockGzip
import SimulatorTestSupport

/// The rows of the fault matrix about compressed answers.
extension FaultMatrix {
    /// The body as one gzip member.
    private static func gzip(_ body: [UInt8]) -> [UInt8] {
        try! ZlibCodec().member(holding: body.span)
    }

    /// The first lines of the body.
    private static func beginning(of body: [UInt8]) -> [UInt8] {
        Array(body[...body[(body.count / 2)...].firstIndex(of: 0x0A)!])
    }

    /// The body as gzip members, with empty ones before, between and after them.
    private static func members(_ body: [UInt8]) -> [UInt8] {
        let first = beginning(of: body)
        let parts = [[], first, [], [], Array(body[first.count...]), []]
        return parts.flatMap(gzip)
    }

    /// The body as one gzip member with a change of one bit, this many bytes before its end.
    private static func damaged(at place: Int) -> @Sendable (_ body: [UInt8]) -> [UInt8] {
        { body in
            var gzip = gzip(body)
            gzip[gzip.count - place] ^= 1
            return gzip
        }
    }

    private static func cut(
        _ name: String,
        at place: @escaping @Sendable (_ results: [UInt8]) -> Interruption.Place
    ) -> FaultRow {
        .results(name, .done, "connection lost", times: 1) { results in
            [.encode(as: "gzip", members), .interrupt(.end, at: place(results))]
        }
    }

    private static func encoded(
        _ name: String,
        _ status: ExitStatus,
        _ sentence: String,
        archived: Int = 3,
        times: Int? = nil,
        arguments: [String] = [],
        as coding: String? = "gzip",
        _ encode: @escaping @Sendable (_ body: [UInt8]) -> [UInt8]
    ) -> FaultRow {
        .results(name, status, sentence, archived: archived, arguments: arguments, times: times) { _ in
            [.encode(as: coding, encode)]
        }
    }

    /// The end of the first half of ``members(_:)``.
    private static func middle(_ results: [UInt8]) -> Int {
        [[], beginning(of: results)].flatMap(gzip).count
    }

    private static let damage = "the compressed answer is damaged"

    static let compressed: [FaultRow] = [
        cut("gzip cut in the header of the first member") { _ in .afterBytes(5) },
        cut("gzip cut in the deflate data") { results in .afterBytes(middle(results) - 900) },
        cut("gzip cut in the header of a later member") { results in .afterBytes(middle(results) + 11) },
        cut("gzip cut in the trailer") { _ in .beforeEnd(3) },
        .results("gzip ends between two members, once", .done, "request_counts promises", times: 1) { results in
            [.encode(as: "gzip", members), .interrupt(.end, at: .afterBytes(middle(results)))]
        },
        .results(
            "gzip ends between two members, each time",
            .integrity,
            "request_counts promises",
            archived: 2,
            quarantined: 1
        ) { results in [.encode(as: "gzip", members), .interrupt(.end, at: .afterBytes(middle(results)))] },
        encoded("gzip with a wrong checksum, once", .done, damage, times: 1, damaged(at: 8)),
        encoded(
            "gzip with a wrong checksum, each time",
            .partial,
            "the checksum of a gzip member is wrong",
            archived: 2,
            damaged(at: 8)
        ),
        encoded("gzip with a wrong length, once", .done, damage, times: 1, damaged(at: 4)),
        encoded("gzip with damaged data, once", .done, damage, times: 1, damaged(at: 1_000)),
        encoded("other bytes after the last member, once", .done, damage, times: 1) { gzip($0) + [0x0A] },
        encoded(
            "other bytes after the last member, each time",
            .partial,
            "invalid data after the last gzip member",
            archived: 2
        ) { gzip($0) + Array("</html>".utf8) },
        encoded("zeros after the last member", .done, "") { gzip($0) + [UInt8](repeating: 0, count: 512) },
        encoded("several members, some empty", .done, "", members),
        encoded("content-encoding x-gzip", .done, "", as: "x-gzip", gzip),
        encoded("no compression, although requested", .done, "", as: nil) { $0 },
        encoded("compression, although not requested", .done, "", arguments: ["--accept-encoding", "identity"], gzip),
        encoded(
            "content-encoding gzip, and the body is not",
            .partial,
            "content-encoding is gzip, but the body is not",
            archived: 2
        ) { $0 },
        encoded(
            "gzip without content-encoding",
            .partial,
            "gzip without a content-encoding header",
            archived: 2,
            as: nil,
            gzip
        ),
        encoded("compressed twice", .partial, "compressed twice with gzip", archived: 2) { gzip(gzip($0)) },
        encoded("content-encoding br", .partial, "content-encoding 'br'", archived: 2, as: "br") { $0 },
        encoded(
            "a long line of a thousandth of its length",
            .partial,
            "raise --max-line-bytes",
            archived: 2,
            arguments: ["--max-line-bytes", "150000"]
        ) { _ in gzip([UInt8](repeating: 0x20, count: 64 << 20)) },
        .list("a page in damaged gzip, once", .done, damage, archived: 3, .nth(1)) { _ in
            .encode(as: "gzip", damaged(at: 8))
        },
        .list("a page with content-encoding br", .error, "content-encoding 'br'", archived: 0) { _ in
            .encode(as: "br") { $0 }
        },
    ]
}
