import Synchronization

/// The working memory of a C library, kept for the next call: making it costs more than a small block.
///
/// A call takes a workspace for itself and gives it back, so that as many calls run at once as there are tasks. Never more
/// workspaces exist than calls ran at once.
final class WorkspacePool: Sendable {
    /// One piece of memory that belongs to whoever took it out of the pool.
    @safe
    struct Workspace: @unchecked Sendable {
        // Sendable because only one call holds it at a time: ``WorkspacePool/idle`` hands each out once.
        let pointer: UnsafeMutableRawPointer

        init(_ pointer: UnsafeMutableRawPointer) {
            unsafe self.pointer = pointer
        }
    }

    private let make: @Sendable () -> Workspace?
    private let free: @Sendable (Workspace) -> Void
    private let idle = Mutex<[Workspace]>([])

    init(make: @escaping @Sendable () -> Workspace?, free: @escaping @Sendable (Workspace) -> Void) {
        self.make = make
        self.free = free
    }

    deinit {
        idle.withLock { $0.forEach(free) }
    }

    /// Runs `body` with a workspace nobody else has.
    func withWorkspace<Result>(
        _ body: (Workspace) throws(GzipFailure) -> Result
    ) throws(GzipFailure) -> Result {
        guard let workspace = idle.withLock({ $0.popLast() }) ?? make() else { throw GzipFailure(.outOfMemory) }
        defer { idle.withLock { $0.append(workspace) } }
        return try body(workspace)
    }
}
