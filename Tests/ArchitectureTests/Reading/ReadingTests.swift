import Testing

struct SwiftTextTests {
    @Test(arguments: [
        ("a // b\nc", "a     \nc"),
        ("a /* b /* c */ d */ e", "a                   e"),
        ("x = \"a // b\" + y", "x = \"      \" + y"),
        ("\"\\\"\" import", "\"  \" import"),
        ("\"a\\(b + \"c\" + f(1))d\" e", "\" \\(b + \" \" + f(1)) \" e"),
        ("#\"a\"b\\\"#c", "#\"    \"#c"),
        ("#if os(Linux)", "#if os(Linux)"),
        ("\"\"\"\na \"b\"\n\"\"\" c", "\"\"\"\n     \n\"\"\" c"),
        ("/* never closed", "               "),
        ("\"never closed", "\"            "),
    ])
    func `comments and literals are blank`(source: String, code: String) {
        #expect(SwiftText(source).code == code)
    }

    @Test func `literals stay when only comments go`() {
        #expect(SwiftText("a(\"b // c\") // d").withoutComments == "a(\"b // c\")     ")
    }

    @Test func `words keep backticks and drop symbols`() {
        #expect(SwiftText.words(of: "@a func `b c`(_ d: [E])") == ["a", "func", "`b", "c`", "_", "d", "E"])
    }
}

struct ImportScannerTests {
    private func modules(_ source: String) -> [String] {
        ImportScanner.imports(of: SwiftText(source)).map(\.module)
    }

    @Test func `every form of an import is found`() {
        #expect(modules("import A\nimport B.C\nimport struct D.E\nimport `F`") == ["A", "B", "D", "F"])
        #expect(modules("package import A\npublic  import B\n@testable import C") == ["A", "B", "C"])
        #expect(modules("@_spi(Hidden) import A\n@preconcurrency package import B") == ["A", "B"])
        #expect(modules("import A; import B") == ["A", "B"])
        #expect(modules("#if canImport(A)\n  import A\n#else\n  import B\n#endif") == ["A", "B"])
        #expect(modules("@testable\nimport A") == ["A"])
    }

    @Test func `code that only looks like an import is ignored`() {
        #expect(modules("// import A\n/* import B */ let c = \"import D\"") == [])
        #expect(modules("let text = \"\"\"\n    import A\n    \"\"\"") == [])
        #expect(modules("load(import: a)\nf.import (b)\nfunc f(import c: Int)\nlet important = d") == [])
    }

    @Test func `an import has its line number`() {
        #expect(ImportScanner.imports(of: SwiftText("\n\nimport A")) == [.init(module: "A", line: 3)])
    }
}

struct ManifestTests {
    @Test func `targets, their own dependencies and outside products are distinguished`() {
        let manifest = Manifest(
            """
            let package = Package(name: "p", targets: [
                // .target(name: "Ghost"),
                .systemLibrary(name: "C", pkgConfig: "z", providers: [.apt(["libz-dev"])]),
                .target(name: "Plain"),
                .target(
                    name: "Edge",
                    dependencies: ["Plain", .product(name: "Crypto", package: "swift-crypto"), "C"]
                ),
                .executableTarget(name: "tool", dependencies: ["Edge"]),
            ])
            """
        )
        #expect(manifest.targets.map(\.name).sorted() == ["C", "Edge", "Plain", "tool"])
        #expect(manifest.target("Edge") == .init(name: "Edge", targets: ["Plain", "C"], products: ["Crypto"]))
        #expect(manifest.target("tool")?.targets == ["Edge"])
        #expect(manifest.target("Plain") == .init(name: "Plain"))
    }
}
