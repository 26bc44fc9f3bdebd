import BatchPipeline
import NIOSSL
import Testing

@testable import BatchService

/// Encrypted connections that fail, each in words of this program.
@Suite
struct TLSTests {
    /// The failure of a page from a server with this certificate, which the client trusts.
    private func failure(
        _ certificate: TestCertificate,
        _ reply: ScriptedServer.Reply = .answer(),
        attempts: Int = 5,
        tls change: (inout TLSConfiguration) -> Void = { _ in }
    ) async throws -> ServiceError {
        try await certificate.withFile { file in
            try await ScriptedServer.run([reply], tls: certificate.serverContext(change)) { server in
                let settings = { (settings: inout ServiceSettings) in
                    settings.caFile = file
                    settings.maxAttempts = attempts
                }
                return try #require(
                    await BatchServiceClient.run("https://localhost:\(server.port)", settings: settings) {
                        await $0.pageFailure()
                    }
                )
            }
        }
    }

    @Test(
        arguments: [
            (.expired, .certificate),
            (.ofAnotherHost, .certificateName),
        ] as [(TestCertificate, ServiceError.TransportFault)]
    )
    func `a certificate that does not fit is refused once`(
        certificate: TestCertificate,
        fault: ServiceError.TransportFault
    ) async throws {
        let failure = try await failure(certificate)
        #expect(failure.code == .transport(fault, detail: ""))
        #expect(failure.attempts == 1)
    }

    @Test(arguments: [TLSVersion.tlsv1, .tlsv11])
    func `a server without TLS 1_2 is refused`(newest: TLSVersion) async throws {
        let failure = try await failure(.valid) {
            $0.minimumTLSVersion = .tlsv1
            $0.maximumTLSVersion = newest
        }
        #expect(failure.code == .transport(.tls, detail: "the server does not offer TLS 1.2 or later"))
        #expect(failure.attempts == 1)
    }

    @Test(arguments: [TLSVersion.tlsv12, .tlsv13])
    func `a server with TLS 1_2 or later is answered, and never in HTTP 2`(newest: TLSVersion) async throws {
        let context = try TestCertificate.valid.serverContext {
            $0.maximumTLSVersion = newest
            $0.applicationProtocols = ["h2", "http/1.1"]
        }
        try await TestCertificate.valid.withFile { file in
            try await ScriptedServer.run([.answer(body: "[]")], tls: context) { server in
                let settings = { (settings: inout ServiceSettings) in settings.caFile = file }
                let reply = try await BatchServiceClient.run("https://localhost:\(server.port)", settings: settings) {
                    try await $0.page(PageQuery())
                }
                #expect(reply.body == Array("[]".utf8))
            }
        }
    }

    @Test(arguments: [ScriptedServer.Step.close, .reset])
    func `a connection that closes in the handshake is cut, and tried again`(step: ScriptedServer.Step) async throws {
        try await ScriptedServer.run([], greeting: [step]) { server in
            let failure = try await BatchServiceClient.run("https://localhost:\(server.port)") {
                await $0.pageFailure()
            }
            #expect(failure?.transportFault == .cut)
            #expect(failure?.attempts == 5)
        }
    }

    @Test(arguments: [ScriptedServer.Step.close, .reset])
    func `an encrypted connection that closes in an answer is cut`(step: ScriptedServer.Step) async throws {
        let head = ScriptedServer.Step.text("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345")
        for reply in [[step], [head, step]] {
            let failure = try await failure(.valid, reply, attempts: 1)
            guard case .transport(.cut, let detail) = failure.code else {
                Issue.record("\(failure)")
                return
            }
            #expect(detail.hasPrefix("connection "))
        }
    }

    @Test
    func `a header without end is refused`() async throws {
        let fields = Array(
            repeating: ScriptedServer.Step.text("x-a: \(String(repeating: "a", count: 9_000))\r\n"),
            count: 300
        )
        try await ScriptedServer.run([[.text("HTTP/1.1 200 OK\r\n")] + fields]) { server in
            let failure = try await BatchServiceClient.run(server.origin, settings: { $0.maxAttempts = 1 }) {
                await $0.pageFailure()
            }
            #expect(failure?.code == .transport(.other, detail: "the header of the answer is too large"))
        }
    }
}
