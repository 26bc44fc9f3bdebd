import BatchSimulator
import Foundation
import SimulatorTestSupport

/// nginx in front of a simulator: TLS with its own certificate, HTTP/2 for clients that offer it, gzip.
struct Gateway {
    let baseURL: String
    /// The certificate, for `--ca-file`.
    let certificate: String
    private let log: URL

    /// One line per request: protocol, path, coding of the answer.
    func requests() throws -> [String] {
        try String(contentsOf: log, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    /// Runs `body` with an nginx; nil, with the reason printed, if the machine has none.
    static func run<Result>(
        before server: SimulatorServer,
        in folder: TemporaryFolder,
        _ body: (Gateway) async throws -> Result
    ) async throws -> Result? {
        let certificate = folder.path + "/certificate.pem"
        let made = try await Program.tool(
            "openssl",
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder.path + "/key.pem", "-out",
                certificate,
                "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
            ]
        )
        guard made?.status == 0 else { return nil }
        let port = try await freePort()
        let settings = """
            daemon off; master_process off; pid \(folder.path)/nginx.pid; error_log \(folder.path)/nginx-errors; events {}
            http {
              log_format told '$server_protocol $uri $sent_http_content_encoding'; access_log \(folder.path)/nginx-log told;
              client_body_temp_path \(folder.path); proxy_temp_path \(folder.path); fastcgi_temp_path \(folder.path);
              uwsgi_temp_path \(folder.path); scgi_temp_path \(folder.path);
              gzip on; gzip_types *; gzip_proxied any; gzip_min_length 1;
              server {
                listen 127.0.0.1:\(port) ssl http2;
                ssl_certificate \(certificate); ssl_certificate_key \(folder.path)/key.pem;
                location / { proxy_pass http://127.0.0.1:\(server.port); proxy_set_header accept-encoding identity; }
              }
            }
            """
        try Data(settings.utf8).write(to: folder.url.appending(path: "nginx.conf"))
        return try await Daemon.run("nginx", ["-e", folder.path + "/nginx-errors", "-c", folder.path + "/nginx.conf"]) {
            try await body(
                Gateway(
                    baseURL: "https://127.0.0.1:\(port)",
                    certificate: certificate,
                    log: folder.url.appending(path: "nginx-log")
                )
            )
        }
    }
}

/// tinyproxy on a port of this machine.
struct ForwardProxy {
    let url: String
    private let log: URL

    func connections() throws -> String {
        try String(contentsOf: log, encoding: .utf8)
    }

    /// Runs `body` with a proxy; nil, with the reason printed, if the machine has none.
    static func run<Result>(in folder: TemporaryFolder, _ body: (ForwardProxy) async throws -> Result) async throws
        -> Result?
    {
        let port = try await freePort()
        let settings = """
            Port \(port)
            Listen 127.0.0.1
            LogFile "\(folder.path)/proxy-log"
            LogLevel Connect
            Timeout 60
            MaxClients 20
            Allow 127.0.0.1

            """
        try Data(settings.utf8).write(to: folder.url.appending(path: "proxy.conf"))
        return try await Daemon.run("tinyproxy", ["-d", "-c", folder.path + "/proxy.conf"]) {
            try await body(
                ForwardProxy(url: "http://127.0.0.1:\(port)", log: folder.url.appending(path: "proxy-log"))
            )
        }
    }
}

/// A server of the machine that runs during a test.
private enum Daemon {
    static func run<Result>(_ name: String, _ arguments: [String], _ body: () async throws -> Result) async throws
        -> Result?
    {
        // Debian installs servers in folders that are only in root's path.
        let folders = (Program.cleanEnvironment["PATH"] ?? "").split(separator: ":").map(String.init) + ["/usr/sbin"]
        guard let path = folders.map({ "\($0)/\(name)" }).first(where: FileManager.default.isExecutableFile) else {
            print("skipped: \(name) is not installed")
            return nil
        }
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        defer {
            // Killed, because a proxy would wait for its open connections.
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        // There is no need to wait until it listens: an export retries a refused connection.
        return try await body()
    }
}

/// A free port, for a server that cannot choose one and print it.
private func freePort() async throws -> Int {
    try await withSimulator(.generated(lines: 1)) { $0.port }
}
