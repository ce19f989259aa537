package artifact

// RunFrom is runFrom, for tests.
var RunFrom = runFrom
