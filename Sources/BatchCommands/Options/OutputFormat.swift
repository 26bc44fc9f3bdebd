import ArgumentParser
import BatchReports

extension TableFormat: ExpressibleByArgument {}
