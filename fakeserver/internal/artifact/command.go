package artifact

import (
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
)

// Where the command is.
const (
	module  = "github.com/fakewire/fakewire"
	command = "/fakeserver/cmd/fakeserver"
)

// ShowCommand returns the command line that shows a recording in a terminal.
func ShowCommand(path string) string {
	return runCommand() + " show " + quoted(path)
}

// runCommand returns the command line that runs the command from where this test runs.
var runCommand = sync.OnceValue(func() string {
	main := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		main = info.Main.Path
	}
	_, source, _, _ := runtime.Caller(0)
	return runFrom(main, source)
})

// runFrom returns the command line that runs the command in the module main, if source is this file as the compiler
// was given it. By its path alone the command runs only in its own module: one that tests with fakewire need not have
// in its go.sum what the command imports. That is asked of the file's path, as the build information of a test has no
// dependencies.
func runFrom(main, source string) string {
	if main == module {
		return "go run " + module + command
	}
	source = filepath.ToSlash(source)
	if _, rest, ok := strings.Cut(source, module+"@"); ok { // in the module cache, or with -trimpath
		version, _, _ := strings.Cut(rest, "/")
		return "go run " + module + command + "@" + unescaped(version)
	}
	dir, ok := strings.CutSuffix(source, "/fakeserver/internal/artifact/command.go")
	if ok && filepath.IsAbs(filepath.FromSlash(dir)) && !strings.HasSuffix(dir, "/vendor/"+module) {
		return "go run -C " + quoted(dir) + " ." + command // by a replace directive, or in a workspace
	}
	return "go run " + module + command + "@latest"
}

// unescaped returns a version as it is written outside of the module cache, where "!r" is "R".
func unescaped(version string) string {
	before, after, ok := strings.Cut(version, "!")
	for ok && after != "" {
		before += strings.ToUpper(after[:1])
		var more string
		more, after, ok = strings.Cut(after[1:], "!")
		before += more
	}
	return before
}

// quoted returns a path as a shell takes it.
func quoted(path string) string {
	path = filepath.ToSlash(path)
	if strings.ContainsFunc(path, needsQuotes) {
		return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
	}
	return path
}

func needsQuotes(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r > 0x7f || strings.ContainsRune("/-_.:@", r))
}
