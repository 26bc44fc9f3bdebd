import BatchJoin
import BlockGzip
import Foundation

/// A join source on disk: a request of about 300 bytes for every id.
struct RequestFile {
    let size: Int
    private let path: URL

    init(ids count: Int) throws {
        let prompt = String(repeating: "x", count: 180)
        var text = ""
        for number in 0..<count {
            let messages = #"[{"role":"user","content":"\#(prompt)"}]"#
            let params = #"{"model":"claude-haiku-4-5","max_tokens":1,"messages":\#(messages)}"#
            text += #"{"custom_id":"order-2026-\#(number)","params":\#(params)}"# + "\n"
        }
        path = FileManager.default.temporaryDirectory.appending(path: "requests-\(UUID().uuidString).jsonl")
        size = text.utf8.count
        try Data(text.utf8).write(to: path)
    }

    func remove() {
        try? FileManager.default.removeItem(at: path)
    }

    func settings(_ codec: any MemberCodec) -> JoinSettings {
        JoinSettings(
            sources: [JoinSourcePlace(path: path.path)],
            scratchFolder: FileManager.default.temporaryDirectory.path,
            codec: codec
        )
    }
}
