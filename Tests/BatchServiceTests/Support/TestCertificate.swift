import FoundationEssentials
import NIOSSL

/// Certificates that nobody trusts; they guard nothing.
enum TestCertificate: String, Sendable {
    /// For `localhost` and 127.0.0.1, valid from 2020 to 2120.
    case valid
    /// For `localhost` and 127.0.0.1, valid in 2020.
    case expired
    /// For `other.example`, valid from 2020 to 2120.
    case ofAnotherHost

    func serverContext(_ change: (inout TLSConfiguration) -> Void = { _ in }) throws -> NIOSSLContext {
        let certificate = try NIOSSLCertificate(bytes: Array(pem.utf8), format: .pem)
        let key = try NIOSSLPrivateKey(bytes: Array(Self.privateKeyPEM.utf8), format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: [.certificate(certificate)],
            privateKey: .privateKey(key)
        )
        change(&configuration)
        return try NIOSSLContext(configuration: configuration)
    }

    /// Runs `body` with the path of a file that holds the certificate.
    func withFile<Value>(_ body: (String) async throws -> Value) async throws -> Value {
        let file = FileManager.default.temporaryDirectory.appending(path: "batchkeep-\(UUID().uuidString).pem")
        try Data(pem.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try await body(file.path)
    }

    private var pem: String {
        switch self {
        case .valid:
            """
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
        case .expired:
            """
            -----BEGIN CERTIFICATE-----
            MIIBZDCCAQugAwIBAgIBAjAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
            c3QwHhcNMjAwMTAxMDAwMDAwWhcNMjEwMTAxMDAwMDAwWjAUMRIwEAYDVQQDDAls
            b2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARRyzVdYbiwqRpeN71h
            MS4cV7feH9DN29EFa1A4RhXlUbkyjcXO3T2rY4xZnbsjN3qkKwXvQpo31GFBLlaV
            o2XYo04wTDAPBgNVHRMBAf8EBTADAQH/MBoGA1UdEQQTMBGCCWxvY2FsaG9zdIcE
            fwAAATAdBgNVHQ4EFgQU8EFxmaWE3tv0AoNM7r5feANSPrUwCgYIKoZIzj0EAwID
            RwAwRAIgegPHicCrLo/knyTFXN7p5JAf0jQKCiRpUsF40ulHJWYCIE/41ZV2Iy0Z
            wNlQBG2gfaiVCIU2nrTCJvZW7/0F61rr
            -----END CERTIFICATE-----
            """
        case .ofAnotherHost:
            """
            -----BEGIN CERTIFICATE-----
            MIIBbTCCAROgAwIBAgIBAjAKBggqhkjOPQQDAjAYMRYwFAYDVQQDDA1vdGhlci5l
            eGFtcGxlMCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAYMRYwFAYD
            VQQDDA1vdGhlci5leGFtcGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEUcs1
            XWG4sKkaXje9YTEuHFe33h/QzdvRBWtQOEYV5VG5Mo3Fzt09q2OMWZ27Izd6pCsF
            70KaN9RhQS5WlaNl2KNMMEowDwYDVR0TAQH/BAUwAwEB/zAYBgNVHREEETAPgg1v
            dGhlci5leGFtcGxlMB0GA1UdDgQWBBTwQXGZpYTe2/QCg0zuvl94A1I+tTAKBggq
            hkjOPQQDAgNIADBFAiEA3FGWG4uZ7HnHaCjzjH1kb20auuuZq7Bdd5ciMkjQ4p4C
            IF1VOv5WMFlFEKVMILxRfNPQ0UEvZLawz9FueIMExHX8
            -----END CERTIFICATE-----
            """
        }
    }

    private static let privateKeyPEM = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgRBOwqJ2viHkr1Sq6
        YKkN9xnQVTROr8AWUvbDARYigXChRANCAARRyzVdYbiwqRpeN71hMS4cV7feH9DN
        29EFa1A4RhXlUbkyjcXO3T2rY4xZnbsjN3qkKwXvQpo31GFBLlaVo2XY
        -----END PRIVATE KEY-----
        """
}
