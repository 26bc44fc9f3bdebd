import Foundation
import Testing

/// `pipelines/setup.sh` on different machines: the tools it calls are replaced, so that nothing is installed.
struct SetupScriptTests {
    private static let packages = "zlib1g-dev libsqlite3-dev libdeflate0"
    private static let debian = [
        "swift": "echo 'Swift version 6.3.1 (swift-6.3.1-RELEASE)'",
        "apt-get": "echo \"apt-get $*\"",
        "dpkg-query": "exit 1",
        "id": "echo 0",
    ]

    @Test func `root installs what is missing and reports what and why`() async throws {
        let run = try await setUp(Self.debian)
        #expect(run.status == 0)
        #expect(run.notes.contains("Missing: zlib1g-dev, the header of zlib"))
        #expect(run.notes.contains("Installing \(Self.packages) with apt-get.\n"))
        #expect(run.notes.contains("apt-get -q -y -o DPkg::Lock::Timeout=300 update\n"))
        #expect(run.notes.hasSuffix("install --no-install-recommends libdeflate0\n"))
        #expect(run.notes.contains("install --no-install-recommends zlib1g-dev libsqlite3-dev\n"))
    }

    @Test func `other users need sudo`() async throws {
        let tools = Self.debian.merging(["id": "echo 1000", "sudo": "echo \"sudo $*\""]) { $1 }
        let run = try await setUp(tools)
        #expect(run.status == 0)
        #expect(run.notes.contains("with apt-get and sudo"))
        #expect(run.notes.contains("sudo env DEBIAN_FRONTEND=noninteractive apt-get"))
    }

    @Test func `without sudo the script prints the command to run`() async throws {
        let run = try await setUp(Self.debian.merging(["id": "echo 1000"]) { $1 })
        #expect(run.status == 1)
        #expect(run.notes.contains("To install them, run as root: apt-get install \(Self.packages)\n"))
        #expect(run.notes.contains("Without root, one of these helps:\n  conda install"))
    }

    @Test func `if nothing is missing the script prints and runs nothing`() async throws {
        let tools = Self.debian.merging(["dpkg-query": "printf installed", "apt-get": "exit 1"]) { $1 }
        let run = try await setUp(tools)
        #expect(run.status == 0 && run.notes.isEmpty && run.output.isEmpty)
    }

    @Test func `a failed apt-get ends the setup`() async throws {
        let run = try await setUp(Self.debian.merging(["apt-get": "exit 100"]) { $1 })
        #expect(run.status == 100)
    }

    /// `sudo -n true` fails: a password is needed.
    private static let withoutPassword = ["id": "echo 1000", "sudo": "exit 1"]
    /// Only libdeflate0 is missing.
    private static let onlyOptional = ["dpkg-query": "case \"$*\" in *deflate*) exit 1 ;; esac; printf installed"]

    @Test func `an optional package that cannot be installed is reported and does not stop the setup`() async throws {
        let failing = ["apt-get": "case \"$*\" in *deflate*) exit 100 ;; esac"]
        for tools in [failing, failing.merging(Self.onlyOptional) { $1 }] {
            let run = try await setUp(Self.debian.merging(tools) { $1 })
            #expect(run.status == 0)
            #expect(run.notes.contains("libdeflate0 was not installed. It is optional"))
        }
        let offline = try await setUp(
            Self.debian.merging(Self.onlyOptional) { $1 }.merging(["apt-get": "exit 100"]) { $1 }
        )
        #expect(offline.status == 0)
    }

    @Test func `nobody needs a password for an optional package`() async throws {
        for tools in [Self.withoutPassword, ["id": "echo 1000"]] {
            let all = Self.debian.merging(Self.onlyOptional) { $1 }.merging(tools) { $1 }
            let run = try await setUp(all)
            #expect(run.status == 0)
            #expect(run.notes.hasPrefix("Optional, for faster compression"))
            #expect(run.notes.hasSuffix("apt-get install libdeflate0\n"))
        }
    }

    @Test func `headers that the compiler finds are enough`() async throws {
        // The program of three lines comes on standard input.
        let compiler = ["clang": "exit 0", "ldconfig": "echo libdeflate.so.0", "apt-get": "exit 1"]
        let run = try await setUp(Self.debian.merging(compiler) { $1 })
        #expect(run.status == 0 && run.notes.isEmpty, "\(run.notes)")
        let partly = ["clang": "case \"$*\" in *sqlite3*) exit 1 ;; esac"]
        let second = try await setUp(Self.debian.merging(partly) { $1 })
        #expect(second.status == 0)
        #expect(second.notes.hasPrefix("Missing: libsqlite3-dev"))
    }

    @Test func `another program with the name swift is recognized`() async throws {
        let run = try await setUp(Self.debian.merging(["swift": "echo 'python-swiftclient 4.6.0'"]) { $1 })
        #expect(run.status == 1)
        #expect(run.notes.contains("/swift is not the Swift compiler. OpenStack has a program with the same name."))
    }

    @Test func `other distributions get the names of their packages, and an error if headers are missing`() async throws
    {
        var tools = Self.debian.merging(["clang": "exit 1"]) { $1 }
        tools["apt-get"] = nil
        let run = try await setUp(tools)
        #expect(run.status == 1)
        for line in ["dnf install zlib-devel sqlite-devel", "pacman -S zlib sqlite", "apk add zlib-dev sqlite-dev"] {
            #expect(run.notes.contains(line))
        }
        tools["clang"] = "exit 0"
        let complete = try await setUp(tools)
        #expect(complete.status == 0 && complete.notes.isEmpty)
    }

    @Test(arguments: [("Darwin", "brew install libdeflate"), ("FreeBSD", "neither Debian nor Ubuntu")])
    func `on another system the script prints what to do`(system: String, advice: String) async throws {
        var tools = Self.debian.merging(["uname": "echo \(system)"]) { $1 }
        tools["apt-get"] = nil
        let run = try await setUp(tools)
        #expect(run.status == 0)
        #expect(run.notes.contains(advice))
    }

    @Test(arguments: ["6.2.4", "5.10", "6.0"])
    func `an old Swift version is rejected`(version: String) async throws {
        let tools = Self.debian.merging(["swift": "echo 'Swift version \(version) (x)'"]) { $1 }
        let run = try await setUp(tools)
        #expect(run.status == 1)
        #expect(run.notes.contains("needs Swift 6.3 or later"))
    }

    @Test func `a missing Swift is reported`() async throws {
        var tools = Self.debian
        tools["swift"] = nil
        let run = try await setUp(tools)
        #expect(run.status == 1)
        #expect(run.notes.hasPrefix("Swift is not on the PATH."))
    }

    /// Runs the script with a path that contains the given tools and the few that it may use from the machine.
    private func setUp(_ tools: [String: String]) async throws -> Program.FinishedRun {
        try await withTemporaryFolder { folder in
            let real = ["sed", "head", "env", "uname", "grep"]
                .map { ($0, "exec /usr/bin/env PATH=/usr/bin:/bin \($0) \"$@\"") }
            // env must find the replaced apt-get, so it keeps the path.
            let all = Dictionary(uniqueKeysWithValues: real)
                .merging(["env": "while [ \"${1#*=}\" != \"$1\" ]; do shift; done; exec \"$@\""]) { $1 }
                .merging(tools) { $1 }
            for (name, body) in all {
                let path = folder.url.appending(path: name).path
                let script = Data("#!/bin/sh\n\(body)\n".utf8)
                let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
                _ = FileManager.default.createFile(atPath: path, contents: script, attributes: attributes)
            }
            return try await Program.run(
                [Program.package.appending(path: "pipelines/setup.sh").path],
                environment: ["PATH": folder.path],
                executable: URL(filePath: "/bin/sh"),
                in: folder.url
            )
        }
    }
}
