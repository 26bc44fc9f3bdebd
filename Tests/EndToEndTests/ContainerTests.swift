import Foundation
import Testing

/// Checks `pipelines/container/Containerfile` without building it; `Tests/Container/build_in_chroot.py` builds it.
struct ContainerTests {
    private static let instructions = try? Self.read()

    /// The instructions with their arguments; continued lines are joined.
    private static func read() throws -> [(name: String, words: [String])] {
        let file = Program.package.appending(path: "pipelines/container/Containerfile")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }
        return lines.joined(separator: "\n").replacing("\\\n", with: " ").split(separator: "\n")
            .map { line in
                let words = line.split(separator: " ").map(String.init)
                return (words[0], Array(words.dropFirst()))
            }
    }

    private func all(_ name: String) throws -> [[String]] {
        try #require(Self.instructions).filter { $0.name == name }.map(\.words)
    }

    /// The Debian packages that a RUN installs.
    private func packages(_ words: [String]) -> [String] {
        guard let install = words.firstIndex(of: "install"), words.contains("apt-get") else { return [] }
        return words[install...].dropFirst().prefix { $0 != "&&" }.filter { !$0.hasPrefix("-") }
    }

    @Test func `every copied file exists and is part of the build context`() throws {
        let ignored = try String(contentsOf: Program.package.appending(path: ".dockerignore"), encoding: .utf8)
            .split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
        #expect(ignored.first == "*")
        let sources = try all("COPY").filter { !$0[0].hasPrefix("--from") }.map { $0[0] }
        #expect(Set(ignored.dropFirst()) == Set(sources.map { "!\($0)" }))
        for source in sources {
            #expect(FileManager.default.fileExists(atPath: Program.package.appending(path: source).path))
        }
        let stripped = try #require(try all("RUN").first { $0[0] == "strip" })
        let copied = try #require(try all("COPY").first { $0[0].hasPrefix("--from") })
        #expect(stripped.contains("--output-file=\(copied[1])"))
        #expect(copied[2] == "/usr/local/bin/batchkeep")
    }

    @Test func `the image installs the packages of the setup script, on one Debian release`() throws {
        let setUp = try String(contentsOf: Program.package.appending(path: "pipelines/setup.sh"), encoding: .utf8)
        let wanted = setUp.split(separator: "\n").filter { $0.hasPrefix("want ") }
            .map { String($0.split(separator: " ")[1]) }
        let installed = try all("RUN").map(packages).filter { !$0.isEmpty }
        #expect(installed.count == 2)
        // Headers for the build. At run time libdeflate is loaded on its own, the other libraries with the program.
        #expect(installed.first == wanted.filter { $0.hasSuffix("-dev") })
        #expect(Set(installed.last ?? []).isSuperset(of: ["ca-certificates", "libdeflate0", "libsqlite3-0"]))
        let releases = try all("FROM").map { $0[0].split { ":-".contains($0) } }
        #expect(releases.count == 2 && releases.allSatisfy { $0.contains("bookworm") })
    }

    @Test func `the image runs the program as an unprivileged user`() throws {
        #expect(try all("ENTRYPOINT") == [["[\"batchkeep\"]"]])
        #expect(try all("USER") == [["10001:10001"]])
        #expect(try all("VOLUME") == [["/archive"]])
        let text = try String(
            contentsOf: Program.package.appending(path: "pipelines/container/Containerfile"),
            encoding: .utf8
        )
        // The key of the examples belongs to the user of the image.
        #expect(text.contains("--secret batchkeep-key,uid=10001,mode=0400 "))
        #expect(text.components(separatedBy: "--key-file /run/secrets/batchkeep-key ").count == 3)
        let build = try #require(try all("RUN").first { $0.prefix(2) == ["swift", "build"] })
        #expect(build.contains("release"))
    }

    @Test func `the program loads only libraries of the image`() async throws {
        guard let run = try await Program.tool("ldd", [Program.binary.path]) else { return }
        let libraries = Set(run.lines.compactMap { $0.split { " \t".contains($0) }.first.map(String.init) })
        // Swift's libraries are in the program; the others come with Debian's C and C++ libraries or are installed.
        let swift = libraries.filter { $0.hasPrefix("libswift") || $0.contains("Foundation") || $0 == "libdispatch.so" }
        let others = libraries.subtracting(swift).subtracting(["libBlocksRuntime.so"])
            .map { $0.split(separator: "/").last.map(String.init) ?? $0 }
        let debian: Set = [
            "linux-vdso.so.1", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1", "libc.so.6", "libm.so.6",
            "libgcc_s.so.1",
            "libstdc++.so.6", "libz.so.1", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libutil.so.1",
        ]
        #expect(Set(others).subtracting(debian) == ["libsqlite3.so.0"])
    }
}
