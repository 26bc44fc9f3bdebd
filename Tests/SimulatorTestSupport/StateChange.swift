package import BatchSimulator
import MessageBatches

/// A change to the state of a service.
package enum StateChange: Sendable {
    /// A batch is inserted by its creation time, or replaces the batch with its ID.
    case add(SimulatedBatch)
    /// A batch is removed, as after a delete.
    case remove(String)
    /// The results of a batch are removed.
    case removeResults(String)
    /// A member of a batch object is replaced (JSON text) or, with nil, removed.
    case setMember(String, of: String, to: String?)
}

extension ServiceState {
    mutating func apply(_ change: StateChange, at now: Timestamp) {
        switch change {
        case .add(let batch): store.insert(batch)
        case .remove(let id): store.remove(id)
        case .removeResults(let id): store.update(id) { $0.removeResults(at: now) }
        case .setMember(let key, let id, let value): store.update(id) { $0.edit(JSONEdit(key, value)) }
        }
    }
}

extension SimulatedService {
    /// Applies a change from outside a request.
    package func apply(_ change: StateChange) {
        withState { $0.apply(change, at: $1) }
    }

    /// The batch object that the service returns now; nil if the batch does not exist.
    package func batch(_ id: String) -> [UInt8]? {
        withState { $0.store[id]?.json(at: $1, baseURL: $0.baseURL) }
    }

    /// The results that the service returns now without faults; nil if it has none.
    package func results(of id: String) -> [UInt8]? {
        withState { $0.store[id]?.readableResults(at: $1) }?.collected()
    }
}
