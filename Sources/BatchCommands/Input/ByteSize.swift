/// Parses sizes in options: `300MB`, `64KiB`, `1000000`.
///
/// `NumberText.bytes` formats sizes for people.
enum ByteSize {
    private static let forms = "a size such as 300MB, 2GB, 512MiB or a number of bytes"

    private static let units: [(suffix: String, factor: Int)] = [
        ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("kB", 1_000), ("KB", 1_000), ("MB", 1_000_000),
        ("GB", 1_000_000_000), ("B", 1), ("", 1),
    ]

    /// The value of an option in bytes, at least 1.
    static func bytes(_ value: String, _ option: String) throws(CommandFailure) -> Int {
        guard let bytes = bytes(value), bytes > 0 else {
            throw .outOfRange(option: option, value: value, allowed: forms)
        }
        return bytes
    }

    private static func bytes(_ text: String) -> Int? {
        guard let unit = units.first(where: { text.hasSuffix($0.suffix) }) else { return nil }
        let digits = text.dropLast(unit.suffix.count)
        guard digits.allSatisfy({ $0.isASCII && $0.isNumber }), let count = Int(digits) else { return nil }
        let (bytes, overflows) = count.multipliedReportingOverflow(by: unit.factor)
        return overflows ? nil : bytes
    }
}
