/// A license with its full text.
struct License {
    var name: String
    var text: String
}

/// What the license of a component that is linked into the program requires to be passed on.
///
/// A test compares the names with the packages that the package manager resolves.
struct ThirdPartyNotice {
    /// The name of the package, or of the code in one.
    var component: String
    var license: License
    /// The holders, after the word "Copyright", often with years.
    var copyright: String
    /// The part of the component's NOTICE file about code in the program.
    var notice: String?

    private init(_ component: String, _ license: License, copyright: String, notice: String? = nil) {
        self.component = component
        self.license = license
        self.copyright = copyright
        self.notice = notice
    }

    /// The notices of all components, as a text for people.
    static var text: String {
        let heading = """
            No license has been chosen for Batchkeep yet: all rights are reserved.

            Batchkeep \(BatchkeepVersion.current) contains these components. The texts of their licenses follow.
            """
        let entries = all.map { notice in
            [notice.component, "Copyright \(notice.copyright)", notice.license.name, notice.notice]
                .compactMap(\.self).joined(separator: "\n  ")
        }
        let licenses = [License.apache, .runtimeException, .mit, .bsd, .zlib, .unicode]
            .map { license in
                "\(license.name)\n\(String(repeating: "=", count: license.name.count))\n\n\(license.text)"
            }
        return ([heading] + entries + licenses).joined(separator: "\n\n") + "\n"
    }

    /// The components, by name.
    static let all = [
        ThirdPartyNotice(
            "Swift: standard library, Foundation, Dispatch",
            .runtimeException,
            copyright: "Apple Inc. and the Swift project authors"
        ),
        ThirdPartyNotice("ICU, in Foundation", .unicode, copyright: "2016-2024 Unicode, Inc."),
        ThirdPartyNotice("async-http-client", .apache, copyright: "2017-2021 The AsyncHTTPClient Project"),
        ThirdPartyNotice(
            "BoringSSL, in swift-crypto and swift-nio-ssl",
            .apache,
            copyright: "The OpenSSL Project Authors, Google Inc. and the BoringSSL authors"
        ),
        ThirdPartyNotice("fiat-crypto, in BoringSSL", .mit, copyright: "2015-2020 the fiat-crypto authors"),
        ThirdPartyNotice("FreeBSD sha1, in swift-nio", .bsd, copyright: "1995, 1996, 1997, and 1998 WIDE Project"),
        ThirdPartyNotice("GRDB.swift", .mit, copyright: "2015-2025 Gwendal Roué"),
        ThirdPartyNotice("libyaml, in Yams", .mit, copyright: "2006-2020 Kirill Simonov"),
        ThirdPartyNotice("llhttp, in swift-nio", .mit, copyright: "Fedor Indutny, 2018"),
        ThirdPartyNotice(
            "swift-algorithms",
            .runtimeException,
            copyright: "Apple Inc. and the Swift Algorithms project authors"
        ),
        ThirdPartyNotice(
            "swift-argument-parser",
            .runtimeException,
            copyright: "Apple Inc. and the Swift project authors"
        ),
        ThirdPartyNotice("swift-asn1", .apache, copyright: "2022 The SwiftASN1 Project"),
        ThirdPartyNotice(
            "swift-async-algorithms",
            .runtimeException,
            copyright: "Apple Inc. and the Swift project authors"
        ),
        ThirdPartyNotice("swift-atomics", .runtimeException, copyright: "Apple Inc. and the Swift project authors"),
        ThirdPartyNotice("swift-certificates", .apache, copyright: "2022 The SwiftCertificates Project"),
        ThirdPartyNotice("swift-collections", .runtimeException, copyright: "Apple Inc. and the Swift project authors"),
        ThirdPartyNotice("swift-configuration", .apache, copyright: "2025 The SwiftConfiguration Project"),
        ThirdPartyNotice(
            "swift-crypto",
            .apache,
            copyright: "2019 The SwiftCrypto Project",
            notice: """
                This product contains a derivation of various files from SwiftNIO.
                """
        ),
        ThirdPartyNotice(
            "swift-distributed-tracing",
            .apache,
            copyright: "Apple Inc. and the Swift Distributed Tracing project authors"
        ),
        ThirdPartyNotice(
            "swift-http-structured-headers",
            .apache,
            copyright: "Apple Inc. and the SwiftNIO project authors"
        ),
        ThirdPartyNotice("swift-http-types", .apache, copyright: "2023 The Swift HTTP Types Project"),
        ThirdPartyNotice(
            "swift-log",
            .apache,
            copyright: "2018, 2019 The SwiftLog Project",
            notice: """
                This product contains a derivation of the lock implementation from SwiftNIO.
                """
        ),
        ThirdPartyNotice(
            "swift-metrics",
            .apache,
            copyright: "2018, 2019 The SwiftMetrics Project",
            notice: """
                This product contains a derivation of the lock implementation from SwiftNIO.
                """
        ),
        ThirdPartyNotice("swift-mustache", .apache, copyright: "Adam Fowler and the Hummingbird authors"),
        ThirdPartyNotice(
            "swift-nio",
            .apache,
            copyright: "2017, 2018 The SwiftNIO Project",
            notice: """
                This product is heavily influenced by Netty. It contains derivations of Base64.swift by Fabian Fett, of \
                _TinyArray.swift from SwiftCertificates and of TokenBucket.swift from Swift Package Manager.
                """
        ),
        ThirdPartyNotice(
            "swift-nio-extras",
            .apache,
            copyright: "2017, 2018 The SwiftNIO Project",
            notice: """
                This product contains a derivation of HTTP1ProxyConnectHandler.swift from AsyncHTTPClient.
                """
        ),
        ThirdPartyNotice(
            "swift-nio-http2",
            .apache,
            copyright: "2017, 2018 The SwiftNIO Project",
            notice: """
                This product is heavily influenced by Netty. It contains a connection manager derived from gRPC Swift NIO \
                Transport.
                """
        ),
        ThirdPartyNotice(
            "swift-nio-ssl",
            .apache,
            copyright: "2017, 2018 The SwiftNIO Project",
            notice: """
                This product is heavily influenced by Netty. It contains code derived from grpc-swift and code from BoringSSL.
                """
        ),
        ThirdPartyNotice(
            "swift-nio-transport-services",
            .apache,
            copyright: "Apple Inc. and the SwiftNIO project authors"
        ),
        ThirdPartyNotice(
            "swift-numerics",
            .runtimeException,
            copyright: "Apple Inc. and the Swift Numerics project authors"
        ),
        ThirdPartyNotice("swift-service-context", .apache, copyright: "2024 The Swift Service Context Project"),
        ThirdPartyNotice("swift-service-lifecycle", .apache, copyright: "2019-2023 The ServiceLifecycle Project"),
        ThirdPartyNotice(
            "swift-system",
            .runtimeException,
            copyright: "Apple Inc. and the Swift System project authors"
        ),
        ThirdPartyNotice("uSHET cpp_magic.h, in swift-nio", .mit, copyright: "Thomas Nixon and Jonathan Heathcote"),
        ThirdPartyNotice("Yams", .mit, copyright: "2016 JP Simard"),
        ThirdPartyNotice("zlib, in swift-nio-extras", .zlib, copyright: "1995-2026 Jean-loup Gailly and Mark Adler"),
    ]
}
