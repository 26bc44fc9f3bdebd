import BatchCommands
import BatchSimulator
import MessageBatches
import SimulatorTestSupport

/// One row of the fault matrix: a fault, and the expected result of an export.
///
/// Three batches of forty lines each are listed; the fault affects the second.
struct FaultRow: Sendable {
    /// The name in the matrix of the documentation.
    let name: String
    /// The exit status of the export.
    let status: ExitStatus
    /// A part of the expected message; empty if there is none.
    let sentence: String
    /// How many of the three batches are archived at the end.
    var archived = 3
    /// How many are in quarantine, with the reason.
    var quarantined = 0
    var arguments: [String] = []
    /// The faults, given the affected batch and its results.
    let faults: @Sendable (_ id: String, _ results: [UInt8]) -> [Fault]

    /// A fault in the results of the batch, always or a given number of times.
    static func results(
        _ name: String,
        _ status: ExitStatus,
        _ sentence: String,
        archived: Int = 3,
        quarantined: Int = 0,
        arguments: [String] = [],
        times: Int? = nil,
        _ effects: @escaping @Sendable (_ results: [UInt8]) -> [FaultEffect]
    ) -> FaultRow {
        FaultRow(
            name: name,
            status: status,
            sentence: sentence,
            archived: archived,
            quarantined: quarantined,
            arguments: arguments
        ) { id, results in
            effects(results).map { Fault($0, on: [.results], of: id, times.map { .first($0) } ?? .always) }
        }
    }

    /// An answer with an error status instead of results.
    static func answer(
        _ name: String,
        _ code: Int,
        _ status: ExitStatus,
        _ sentence: String,
        archived: Int = 3,
        times: Int? = nil,
        headers: [HeaderField] = [],
        body: String? = nil
    ) -> FaultRow {
        results(name, status, sentence, archived: archived, times: times) { _ in
            [.answer(status: code, headers: headers, body: body)]
        }
    }

    /// A fault in the listing, from a page on or always.
    static func list(
        _ name: String,
        _ status: ExitStatus,
        _ sentence: String,
        archived: Int,
        pageSize: Int = 1_000,
        _ occurrence: Fault.Occurrence = .always,
        _ effect: @escaping @Sendable (_ id: String) -> FaultEffect
    ) -> FaultRow {
        FaultRow(
            name: name,
            status: status,
            sentence: sentence,
            archived: archived,
            arguments: ["--page-size", String(pageSize)]
        ) { id, _ in [Fault(effect(id), on: [.list], occurrence)] }
    }

    /// A member of the batch object that is replaced in every answer.
    static func member(
        _ name: String,
        _ status: ExitStatus,
        _ sentence: String,
        archived: Int,
        quarantined: Int = 0,
        _ member: String,
        _ value: @escaping @Sendable (_ id: String) -> String?
    ) -> FaultRow {
        FaultRow(name: name, status: status, sentence: sentence, archived: archived, quarantined: quarantined) {
            id,
            _ in
            [Fault(.batchMember(member, value(id)), on: [.list, .retrieve], of: id)]
        }
    }
}
