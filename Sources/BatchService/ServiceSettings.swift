/// How to reach the service: read from flags and environment by the commands, checked by ``BatchServiceClient``.
package struct ServiceSettings: Sendable {
    /// The value of `accept-encoding`.
    ///
    /// Gzip is read even if it was not requested.
    package enum AcceptEncoding: String, Sendable, Hashable, CaseIterable {
        case identity
        case gzip
    }

    /// Scheme, host, optional port and path prefix: `https://api.anthropic.com`.
    package var baseURL: String
    package var credential: Credential
    /// `anthropic-version`.
    package var apiVersion: String
    /// `anthropic-beta`, one header each.
    package var betas: [String]
    /// `anthropic-workspace-id`, for a credential that can act on several workspaces.
    package var workspace: String?
    package var userAgent: String
    package var acceptEncoding: AcceptEncoding
    /// For name, connection, TLS and proxy together.
    package var connectTimeout: Duration
    /// How long nothing may arrive while we wait for it; time in which we do not read does not count.
    package var idleTimeout: Duration
    /// Tries of one call that end in an error or a broken connection; 429 answers are not counted.
    package var maxAttempts: Int
    /// Requests a minute, all callers together; nil for no limit.
    package var maxRequestsPerMinute: Int?
    /// A PEM file with certificates to trust beside those of the system.
    package var caFile: String?
    package var proxies: ProxySettings

    package init(
        baseURL: String = "https://api.anthropic.com",
        credential: Credential,
        apiVersion: String = "2023-06-01",
        betas: [String] = [],
        workspace: String? = nil,
        userAgent: String = "batchkeep",
        acceptEncoding: AcceptEncoding = .identity,
        connectTimeout: Duration = .seconds(10),
        idleTimeout: Duration = .seconds(60),
        maxAttempts: Int = 5,
        maxRequestsPerMinute: Int? = nil,
        caFile: String? = nil,
        proxies: ProxySettings = ProxySettings()
    ) {
        self.baseURL = baseURL
        self.credential = credential
        self.apiVersion = apiVersion
        self.betas = betas
        self.workspace = workspace
        self.userAgent = userAgent
        self.acceptEncoding = acceptEncoding
        self.connectTimeout = connectTimeout
        self.idleTimeout = idleTimeout
        self.maxAttempts = maxAttempts
        self.maxRequestsPerMinute = maxRequestsPerMinute
        self.caFile = caFile
        self.proxies = proxies
    }
}

/// A setting the client cannot work with, by name and never with a secret value.
package enum ServiceSettingsFailure: Error, Sendable, Hashable {
    case baseURL(String, problem: ServiceURL.Problem)
    /// The key or token is empty or holds white space, control or non-ASCII characters.
    case credential
    /// The value of a header holds characters that no header may hold.
    case header(name: String)
    case caFile(String, detail: String)
    /// The proxy's URL is not `http://[user:password@]host[:port]`. Its text is kept back: it may hold a password.
    case proxy(variable: String)
    case maxRequestsPerMinute(Int)
}
