/// The import rules as functions from text to errors, so that tests can use small examples.
///
/// SwiftPM's `--explicit-target-dependency-import-check error` does not replace any of them. It accepts an undeclared
/// import of an indirect dependency, and knows neither levels nor system modules nor unused dependencies.
enum ImportRules {
    /// The errors in the imports of one file of a target.
    static func complaints(
        about source: SwiftText,
        at path: String,
        in target: HouseRules.Target,
        declared: Manifest.Target
    ) -> [String] {
        ImportScanner.imports(of: source)
            .compactMap { found in
                complaint(about: found.module, in: target, declared: declared).map { "\(path):\(found.line): \($0)" }
            }
    }

    private static func complaint(
        about module: String,
        in target: HouseRules.Target,
        declared: Manifest.Target
    ) -> String? {
        if let other = HouseRules.target(module) {
            if other.level >= target.level {
                return "\(target.name) (level \(target.level)) must not import \(module) (level \(other.level))"
            }
            return declared.targets.contains(module) ? nil : "\(target.name) does not declare that it uses \(module)"
        }
        if target.platform.contains(module) { return nil }
        guard target.libraries.contains(module) else { return "\(target.name) must not import \(module)" }
        return declared.products.contains(module) ? nil : "\(target.name) does not declare the product \(module)"
    }

    /// The errors in the declared dependencies of a target, given the modules that its files import.
    static func complaints(about declared: Manifest.Target, importing modules: Set<String>) -> [String] {
        guard let target = HouseRules.target(declared.name) else {
            return ["\(declared.name) has no place in HouseRules.targets"]
        }
        let low = declared.targets.compactMap { name -> String? in
            guard let other = HouseRules.target(name) else { return "\(name) has no place in HouseRules.targets" }
            return other.level < target.level ? nil : "\(target.name) must not depend on \(name)"
        }
        let foreign = declared.products.subtracting(target.libraries)
            .map {
                "\(target.name) does not own the product \($0)"
            }
        let unused = declared.targets.union(declared.products).subtracting(modules)
            .map {
                "\(target.name) declares \($0) and does not import it"
            }
        return (low + foreign + unused).sorted()
    }
}
