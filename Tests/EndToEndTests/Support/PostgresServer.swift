import Foundation
import Testing

/// A PostgreSQL server of its own in a temporary folder, which listens on a socket there and on no port.
struct PostgresServer {
    /// The variables that connect `psql` to it.
    let environment: [String: String]

    /// Calls a body with a server, or with nil if the machine does not have one.
    static func run(_ body: (PostgresServer?) async throws -> Void) async throws {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let tools = versions.sorted().map { "\(root)/\($0)/bin" }
            .last { FileManager.default.isExecutableFile(atPath: "\($0)/initdb") }
        guard let tools else { return try await body(nil) }
        try await withTemporaryFolder { folder in
            // The server refuses to run as root. A package has made the user postgres.
            let script = """
                as_user() { if [ "$(id -u)" -eq 0 ]; then setpriv --reuid=postgres --regid=postgres --init-groups "$@"; else "$@"; fi; }
                # This process is not waited for as long as the server has its descriptors.
                for path in /proc/self/fd/*; do
                    if [ "${path##*/}" -gt 2 ]; then eval "exec ${path##*/}>&-"; fi
                done
                if [ "$(id -u)" -eq 0 ]; then chown postgres "$1"; fi
                case $2 in
                    start)
                        as_user "$3/initdb" --pgdata="$1/data" --auth=trust --username=test --no-sync
                        as_user "$3/pg_ctl" --pgdata="$1/data" --wait --silent --log="$1/log" \\
                            -o "-c listen_addresses='' -c fsync=off -k '$1'" start ;;
                    stop) as_user "$3/pg_ctl" --pgdata="$1/data" --silent --mode=immediate stop ;;
                esac
                """
            func server(_ action: String) async throws {
                let run = try await Program.run(
                    ["-euc", script, "bash", folder.path, action, tools],
                    executable: URL(filePath: "/bin/bash"),
                    in: folder.url
                )
                try #require(run.status == 0, "\(run.notes)")
            }
            try await server("start")
            let result: Result<Void, any Error>
            do {
                let names = ["PGHOST": folder.path, "PGUSER": "test", "PGDATABASE": "postgres"]
                result = .success(try await body(PostgresServer(environment: names)))
            } catch {
                result = .failure(error)
            }
            try await server("stop")
            try result.get()
        }
    }
}
