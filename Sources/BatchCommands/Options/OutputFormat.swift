import ArgumentParser
import Tables

extension TableFormat: ExpressibleByArgument {}
