package import MessageBatches

extension String {
    /// The day that the text names.
    package var day: CalendarDay {
        CalendarDay(self) ?? CalendarDay(daysSinceEpoch: 0)
    }
}
