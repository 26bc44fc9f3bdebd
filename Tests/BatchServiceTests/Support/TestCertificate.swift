import FoundationEssentials
import NIOSSL

/// A certificate for `localhost` and 127.0.0.1 that nobody trusts, good from 2020 to 2120; it guards nothing.
enum TestCertificate {
    static func serverContext() throws -> NIOSSLContext {
        let certificate = try NIOSSLCertificate(bytes: Array(certificatePEM.utf8), format: .pem)
        let key = try NIOSSLPrivateKey(bytes: Array(privateKeyPEM.utf8), format: .pem)
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: [.certificate(certificate)],
                privateKey: .privateKey(key)
            )
        )
    }

    /// Runs `body` with the path of a file that holds the certificate.
    static func withFile<Value>(_ body: (String) async throws -> Value) async throws -> Value {
        let file = FileManager.default.temporaryDirectory.appending(path: "batchkeep-\(UUID().uuidString).pem")
        try Data(certificatePEM.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try await body(file.path)
    }

    private static let certificatePEM = """
        -----BEGIN CERTIFICATE-----
        MIIBZjCCAQ2gAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
        c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
        CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABFHLNV1huLCpGl43
        vWExLhxXt94f0M3b0QVrUDhGFeVRuTKNxc7dPatjjFmduyM3eqQrBe9CmjfUYUEu
        VpWjZdijTjBMMA8GA1UdEwEB/wQFMAMBAf8wGgYDVR0RBBMwEYIJbG9jYWxob3N0
        hwR/AAABMB0GA1UdDgQWBBTwQXGZpYTe2/QCg0zuvl94A1I+tTAKBggqhkjOPQQD
        AgNHADBEAiBH/QxCpCD12TXkUvrojRDOfPVFUu72aZZzwYkjhcQ6owIgaW3h1FhH
        W2WkViHe9FRP44EaE7eyNX4uN9zPFWJVAMc=
        -----END CERTIFICATE-----
        """

    private static let privateKeyPEM = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgRBOwqJ2viHkr1Sq6
        YKkN9xnQVTROr8AWUvbDARYigXChRANCAARRyzVdYbiwqRpeN71hMS4cV7feH9DN
        29EFa1A4RhXlUbkyjcXO3T2rY4xZnbsjN3qkKwXvQpo31GFBLlaVo2XY
        -----END PRIVATE KEY-----
        """
}
