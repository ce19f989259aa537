// Package thirdparty attaches the suites of package scenarios to a client and a logger of
// other modules. What they keep and break is in the README.md of the directory above, which
// the tests compare with what they find.
package thirdparty
