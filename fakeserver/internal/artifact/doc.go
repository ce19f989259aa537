// Package artifact makes files of what a test that failed has recorded, and names them where those who look
// at a failure read: in the test's message, in a JUnit report, and in GitHub's summary of a step.
//
// # Names
//
// A file is called after its test, of which it keeps letters and digits in any script, "-", "_" and ".". What is
// too long loses its middle. A name never has a folder in it, is never one that Windows keeps for its devices, and
// never begins with a dot or a dash. It is taken by making the file, which must not be there yet: a test that
// runs again, or in several processes at once, gets NAME-2, NAME-3 and so on, and so do tests whose names differ
// only in what does not count, as case does not on some file systems. Both files of a recording have one
// name. Nothing is written outside of the directory; links in it are not followed.
package artifact
