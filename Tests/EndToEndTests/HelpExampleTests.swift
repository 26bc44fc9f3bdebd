import Foundation
import TestSupport
import Testing

/// The examples in the help texts run as they are printed.
struct HelpExampleTests {
    @Test func `every example runs on the samples`() async throws {
        let dump = try await Program.run(["--experimental-dump-help"])
        let commands = try CommandTree(dump: dump.output).commands
        #expect(commands.count > 20)
        try await withTemporaryFolder { folder in
            for name in ["samples", "pipelines"] {
                try FileManager.default.createSymbolicLink(
                    at: folder.url.appending(path: name),
                    withDestinationURL: Program.package.appending(path: name)
                )
            }
            // The recent samples are as old as the examples expect if the clock is that of the machine.
            try await Simulation.run(["--samples", Program.samples.path]) { simulation in
                // In the order of the list of commands, in which `export` is the first.
                for command in commands {
                    for example in command.examples {
                        let run = try await Program.shell(
                            command.words == ["simulate"] ? Self.untilServing(example) : example,
                            in: folder,
                            environment: simulation.environment
                        )
                        #expect(run.status == 0, "\(example)\n\(run.notes)")
                    }
                }
            }
        }
    }

    /// A script that starts a server, waits for its base URL and ends it.
    private static func untilServing(_ example: String) -> String {
        """
        rm -f url && mkfifo url || exit 1
        \(example) > url &
        read -r line < url
        kill $!
        case $line in http://*) exit 0 ;; esac
        exit 1
        """
    }
}
