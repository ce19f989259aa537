package match

// ErrorMatcherNames returns the names of the matchers that a failure's hint can name.
func ErrorMatcherNames() (names []string) {
	for _, m := range errorMatchers() {
		names = append(names, m.name)
	}
	return names
}
