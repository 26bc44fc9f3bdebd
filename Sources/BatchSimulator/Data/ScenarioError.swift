package import JSONLines

/// Why a scenario cannot be set up.
package enum ScenarioError: Error, Sendable, Hashable {
    /// A folder or file could not be read: which, and why.
    case unreadable(path: String, reason: String)
    /// The folder has no `batches` in it.
    case noBatches(path: String)
    /// Bytes that should be one JSON object are not.
    case notAnObject(JSONSyntaxError)
    /// A batch object without something every batch has.
    case missingMember(String)
    /// A sample file that is no batch object: which, and why.
    indirect case badSample(path: String, ScenarioError)
    /// Two batches with one id.
    case duplicateID(String)
    /// A number of lines or batches below 1.
    case notPositive(String)
    /// The port is taken or may not be listened on: which, and why.
    case cannotListen(port: Int, reason: String)

    /// One sentence for a person.
    package var sentence: String {
        switch self {
        case .unreadable(let path, let reason): "\(path) cannot be read: \(reason)."
        case .noBatches(let path): "\(path) holds no sample batches (batches/NAME.json)."
        case .notAnObject(let error): "It is no JSON object: \(error.reason.rawValue), byte \(error.offset)."
        case .missingMember(let name): "Its `\(name)` is missing or unusable."
        case .badSample(let path, let error): "\(path) is no batch object. \(error.sentence)"
        case .duplicateID(let id): "There are two batches with the id \(id)."
        case .notPositive(let name): "The number of \(name) must be at least 1."
        case .cannotListen(let port, let reason): "Port \(port) cannot be listened on: \(reason)."
        }
    }
}
