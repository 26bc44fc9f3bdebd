import BatchArchive
import BlockGzip

extension FailureText {
    init(_ failure: ArchiveFailure) {
        let place = failure.path
        switch failure.cause {
        case .system(let code, let text):
            self.init(
                "The archive could not \(failure.operation.rawValue) \(place): \(text).",
                advice: Self.advice(errno: code)
            )
        case .notAFolder:
            self.init(
                "\(place) is a file, not a folder.",
                advice: "Name another folder with --archive.",
                status: .usage
            )
        case .unsafeID:
            self.init("The batch id \(place) cannot be a file name.")
        case .busy(let holder):
            let who = holder.map { "process \($0.process) on \($0.host) since \($0.since)" } ?? "another process"
            self.init(
                "The archive is held by \(who).",
                advice: "Wait for it to end, or let --wait 30m do it.",
                status: .busy
            )
        case .gzip(let gzip):
            self.init(
                "\(place) is damaged: member \(gzip.member), byte \(gzip.byteOffset): \(gzip.reason.clause).",
                status: .integrity
            )
        case .manifest(let reason):
            self.init("The manifest \(place) cannot be read: \(reason).", status: .integrity)
        case .mismatch(let reason):
            self.init("\(place) is not what its manifest says: \(reason).", status: .integrity)
        }
    }

    private static func advice(errno code: Int32) -> String? {
        switch code {
        case 28, 122: "Free some space and run it again: nothing half-written was published."
        case 2: "Name the folder of an archive with --archive. What it lacks is listed by: batchkeep verify --quick"
        case 13, 1, 30: "Check the permissions of the archive folder."
        default: "What is archived stays. Run it again once the cause is removed."
        }
    }
}
