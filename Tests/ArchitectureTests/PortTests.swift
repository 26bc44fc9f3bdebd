import Testing

struct PortTests {
    @Test func `every declaration of a port is documented`() {
        let ports = Project.sources.filter {
            $0.path.hasPrefix("Sources/BatchPipeline/Stages/") && PortRules.declaresPort($0.source)
        }
        #expect(ports.count >= 4)
        for port in ports {
            let lines = PortRules.undocumented(in: port.file.text)
            #expect(lines == [], "\(port.path)")
        }
    }

    @Test func `a requirement without a comment is found`() {
        let port = """
            /// A port.
            package protocol Source: Sendable {
                /// Says how.
                @discardableResult
                func one() async throws -> Int

                func two() { }
                var three: Int { get }
            }
            package struct Reply {
                package var plain: Int
                package init() {}
                package func four() {}
                func five() {}
            }
            """
        #expect(PortRules.declaresPort(SwiftText(port)))
        #expect(PortRules.undocumented(in: port) == [7, 8, 10, 13])
    }

    @Test func `a file without a protocol is not a port`() {
        #expect(!PortRules.declaresPort(SwiftText("// package protocol\npackage struct S {}\nprotocol Own {}")))
    }
}
