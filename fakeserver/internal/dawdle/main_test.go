package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestFunctionsAreHeldUpWhereTheyStand(t *testing.T) {
	source := "package p\n\nfunc empty() {}\n\nfunc (t T) m() { t.n++ }\n\nvar v = func() int {\n\treturn 1 // one\n}\n\nfunc declared()\n"
	want := "package p\n\nfunc empty() {}\n\nfunc (t T) m() { dawdle();  t.n++ }\n\nvar v = func() int { dawdle(); \n\treturn 1 // one\n}\n\nfunc declared()\n"
	got, err := slowDown("p.go", []byte(source))
	if err != nil || string(got) != want {
		t.Errorf("slowDown = %q, %v; want %q", got, err, want)
	}
	if _, err := slowDown("p.go", []byte("package")); err == nil {
		t.Error("half a file is one")
	}
}

// hasty is a module with a test that counts on a goroutine being done within a while, and
// one that waits for it.
var hasty = map[string]string{
	"go.mod": "module hasty\n\ngo 1.26\n",
	"hasty.go": `package hasty

func work(done chan<- bool) { done <- true }
`,
	"hasty_test.go": `package hasty

import (
	"testing"
	"time"
)

func TestHasty(t *testing.T) {
	for range 100 { // of which each passes once in 200 times
		done := make(chan bool, 1)
		go work(done)
		select {
		case <-done:
		case <-time.After(10 * time.Millisecond):
			t.Fatal("not done")
		}
	}
}

func TestPatient(t *testing.T) {
	done := make(chan bool)
	go work(done)
	<-done
}
`,
}

func TestWhatIsSeldomIsFound(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("dawdle needs Linux")
	}
	dir := t.TempDir()
	for name, text := range hasty {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	t.Setenv("GOWORK", "off")
	for _, c := range []struct {
		why    string
		args   []string
		status int
		says   string
	}{
		{"who does not wait", []string{"-in=.", "-odds=1", "-for=2s", "--", "-run=Hasty", "."}, 1, "not done"},
		{"who waits", []string{"-in=.", "-odds=1", "-for=1s", "--", "-run=Patient", "."}, 0, "ok"},
		{"nothing is to be tested", nil, 2, "there is nothing for go test"},
		{"a time of nothing", []string{"-for=0", "."}, 2, "want more than 0"},
		{"a flag that there is not", []string{"-in=.", "--", "-dawdle", "."}, 1, "flag provided but not defined"},
		{"a package that there is not", []string{"-in=./none", "."}, 1, "directory not found"},
	} {
		var out strings.Builder
		if status := run(t.Context(), c.args, &out, &out); status != c.status || !strings.Contains(out.String(), c.says) {
			t.Errorf("%s: exit status %d, want %d and %q:\n%s", c.why, status, c.status, c.says, out.String())
		}
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != len(hasty) {
		t.Errorf("left in the module: %v, %v", left, err)
	}
}
