import MessageBatches
import Mustache
import Tables

/// Writes a report as one HTML file that needs nothing else: style, script and pictures are inside, no network is used.
package enum ReportPage {
    /// Rows of the table of batches that a browser still handles with ease.
    package static let rowLimit = 2_000

    /// The page; every value of the document is escaped, whatever it holds.
    ///
    /// - Throws: what the template library throws about a template, which is a fault of this program.
    package static func html(_ document: ReportDocument) throws -> String {
        let library = try templates()
        return library.render(PageContent(document).values, withTemplate: PageTemplate.name) ?? ""
    }

    /// The templates, each with the pragma that selects our escaping.
    ///
    /// A partial starts again with the library's own escaping, whatever its parent had, so none may lack the pragma.
    private static func templates() throws -> MustacheLibrary {
        MustacheContentTypes.register(ScalarEscaping(), named: ScalarEscaping.name)
        var library = MustacheLibrary()
        for (name, text) in [
            (PageTemplate.name, PageTemplate.text), (ChartTemplate.name, ChartTemplate.text),
            (TableTemplate.name, TableTemplate.text),
        ] {
            try library.register("{{% CONTENT_TYPE:\(ScalarEscaping.name)}}" + text, named: name)
        }
        return library
    }
}
