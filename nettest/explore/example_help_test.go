package explore_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

// A shown prints the first find that it is told of. A test has its *testing.T in place of it.
type shown struct{ *testing.T }

func (t shown) Fatalf(format string, args ...any) { t.Errorf(format, args...) }

func (t shown) Errorf(format string, args ...any) {
	_, finds, _ := strings.Cut(fmt.Sprintf(format, args...), "\n\n")
	what, _, _ := strings.Cut(finds, "\n")
	fmt.Println("FAIL:", what)
}

func (t shown) Logf(format string, args ...any) {
	if _, finds, ok := strings.Cut(fmt.Sprintf(format, args...), ", 0 broken"); ok {
		fmt.Println("PASS" + finds)
	}
}

// inTest runs a test, in a folder in which finds may be saved.
func inTest(test func(t shown)) {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	run := func(t *testing.T) {
		t.Chdir(dir)
		t.Setenv("FAKEWIRE_BUDGET", "5m") // on a slow machine, too
		test(shown{t})
	}
	for _, name := range []string{"test.v", "test.count"} { // what is printed is the test's alone, and once
		v := flag.Lookup(name).Value
		defer v.Set(v.String())
		v.Set(map[string]string{"test.v": "false", "test.count": "1"}[name])
	}
	testing.RunTests(func(string, string) (bool, error) { return true, nil }, []testing.InternalTest{{Name: "TestClient", F: run}})
}
