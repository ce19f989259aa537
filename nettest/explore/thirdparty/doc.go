// Package thirdparty explores clients and loggers of other modules, which know nothing of it, with package
// explore. What was tried on each, what was found, and what only looked like a find is in FINDS.md, which
// the tests compare with what they find.
package thirdparty
