/// The settings of ``BatchServiceClient``, which validates them.
///
/// The commands read them from options and the environment.
package struct ServiceSettings: Sendable {
    /// The value of `accept-encoding`.
    ///
    /// Gzip is read even if it was not requested.
    package enum AcceptEncoding: String, Sendable, Hashable, CaseIterable {
        case gzip
        case identity
    }

    /// Scheme, host, optional port and path prefix: `https://api.anthropic.com`.
    package var baseURL: String
    package var credential: Credential
    /// Reads a new key after a 401; nil if that is not possible.
    package var keyRenewal: KeyRenewal?
    /// `anthropic-version`.
    package var apiVersion: String
    /// `anthropic-beta`, one header each.
    package var betas: [String]
    /// `anthropic-workspace-id`, for a credential that can act on several workspaces.
    package var workspace: String?
    /// Headers of the user; they replace those of this client with the same name, except `anthropic-beta`.
    package var headers: [CustomHeader]
    package var userAgent: String
    package var acceptEncoding: AcceptEncoding
    /// The timeout for name resolution, connection, TLS and proxy together.
    package var connectTimeout: Duration
    /// The maximum time without bytes while the client waits for them; time in which the client does not read does not
    /// count.
    package var idleTimeout: Duration
    /// The maximum number of attempts of one call that end in an error or a broken connection; 429 responses do not
    /// count.
    package var maxAttempts: Int
    /// The maximum number of requests per minute of all callers together; nil for no limit.
    package var maxRequestsPerMinute: Int?
    /// A PEM file with certificates to trust in addition to those of the system.
    package var caFile: String?
    package var proxies: ProxySettings

    package init(
        baseURL: String = "https://api.anthropic.com",
        credential: Credential,
        keyRenewal: KeyRenewal? = nil,
        apiVersion: String = "2023-06-01",
        betas: [String] = [],
        workspace: String? = nil,
        headers: [CustomHeader] = [],
        userAgent: String = "batchkeep",
        acceptEncoding: AcceptEncoding = .gzip,
        connectTimeout: Duration = .seconds(10),
        idleTimeout: Duration = .seconds(60),
        maxAttempts: Int = 5,
        maxRequestsPerMinute: Int? = nil,
        caFile: String? = nil,
        proxies: ProxySettings = ProxySettings()
    ) {
        self.baseURL = baseURL
        self.credential = credential
        self.keyRenewal = keyRenewal
        self.apiVersion = apiVersion
        self.betas = betas
        self.workspace = workspace
        self.headers = headers
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

/// An invalid setting; the error never contains a secret value.
package enum ServiceSettingsFailure: Error, Sendable, Hashable {
    case baseURL(String, problem: ServiceURL.Problem)
    /// The key or token is empty or contains white space, control characters or non-ASCII characters.
    case credential
    /// The value of a header contains characters that are not allowed in headers.
    case header(name: String)
    case caFile(String, detail: String)
    /// The proxy's URL is not `http://[user:password@]host[:port]`.
    ///
    /// The error does not contain the URL, because it may contain a password.
    case proxy(variable: String)
    case maxRequestsPerMinute(Int)
}
