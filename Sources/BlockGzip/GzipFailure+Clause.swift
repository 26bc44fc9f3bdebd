extension GzipFailure.Reason {
    /// A clause that describes the error, for use in a sentence.
    package var clause: String {
        switch self {
        case .notGzip: "it is not gzip, most likely it was never compressed"
        case .truncated: "it ends inside a gzip member"
        case .header(let text): "a gzip header that cannot be read here: \(text)"
        case .deflate(let text): "the compressed data is damaged: \(text)"
        case .checksum: "the checksum of a gzip member is wrong"
        case .length: "the length of a gzip member is wrong"
        case .memberSize: "a gzip member is not as long as it says"
        case .trailingBytes: "bytes that are no gzip follow behind the last member"
        case .tooLarge: "more than one gzip member can hold"
        case .outOfMemory: "there was not enough memory"
        }
    }
}
