// Package isolate is a test program as others have them, whose searches have Config.Isolate. It is built and run by explore's tests.
package isolate

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var greeting = flag.String("greeting", "", "a flag of the program's own")

// TestMain parses flags, prints, goes elsewhere, tidies up, and ends the program.
func TestMain(m *testing.M) {
	flag.Parse()
	fmt.Println("TestMain begins: panic: not really")
	if err := os.Chdir("elsewhere"); err != nil { // which is in the folder that the program begins in
		fmt.Println(err)
		os.Exit(3)
	}
	os.Setenv("FIXTURE_MAIN", os.Getenv("FIXTURE_MAIN")+"x") // a second one would be seen
	note("begins", strings.Join(os.Environ(), " "))
	code := m.Run()
	note("ends")
	os.Exit(code)
}

// note writes a line to the file that explore's test reads: what this process is at.
func note(words ...string) {
	f, err := os.OpenFile(os.Getenv("FIXTURE_NOTES"), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o666)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	line := fmt.Sprintf("%d %s", os.Getpid(), strings.Join(words, " "))
	f.WriteString(strings.ReplaceAll(line, "\n", " ") + "\n")
}
