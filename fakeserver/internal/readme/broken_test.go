package readme

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestExtract(t *testing.T) {
	got, err := extract("# Title\n\n```go\npackage a\n\n    indented\n```\ntext\n```sh\ngo test ./...\n```\n")
	want := []block{
		{line: 4, lang: "go", text: "package a\n\n    indented\n"},
		{line: 10, lang: "sh", text: "go test ./...\n"},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("extract = %+v, %v, want %+v", got, err, want)
	}
}

const passing = `package a

import "testing"

func TestPasses(t *testing.T) {}
`

func TestBrokenBlocksFail(t *testing.T) {
	m := newModule(t)
	for i, c := range []struct {
		Why    string
		Readme string
		Want   string // in the error; "" where nothing is wrong
	}{
		{"the control: these blocks are sound", "```sh\ngo test ./...\n```\n```go\n" + passing + "```\n", ""},
		{"what follows would be swallowed", "text\n```go\n" + passing, "README.md:2: the code block has no end"},
		{"tildes would escape the test", "~~~go\n" + passing + "~~~\n", "README.md:1: a fence is"},
		{"an indented fence would escape the test", "- item\n  ```go\n", "README.md:2: a fence is"},
		{"indented code would escape the test", "text\n\n    go test ./...\n", "README.md:3: indented code"},
		{"a language that nothing runs", "```yaml\na: b\n```\n", `README.md:1: no test knows the language "yaml"`},
		{"a plan that makes no sense", "```json\n{\"rules\": [{\"fault\": {\"kind\": \"reste\"}}]}\n```\n", "README.md:2: "},
		{"a plan of nothing", "```json\n{}\n```\n", "README.md:2: the plan has no rules"},
		{"no language at all", "```\ngo test ./...\n```\n", `README.md:1: no test knows the language ""`},
		{"a command that .ci/run doesn't run", "```sh\ngo test ./...\nmake\n```\n", `README.md:3: "make" is none of`},
		{"statements have no function to run in", "```go\nx := 1\n_ = x\n```\n", "README.md:2: expected 'package'"},
		{"nothing to run", "```go\npackage a\n\nvar X = 1\n```\n", "README.md:2: the block has neither"},
		{"not formatted", "```go\npackage a\nimport \"testing\"\n```\n", "README.md:2: gofmt"},
		{"doesn't compile", "```go\n" + strings.Replace(passing, "{}", "{ missing() }", 1) + "```\n", "README.md:6: undefined: missing"},
		{"fails", "```go\n" + strings.Replace(passing, "{}", `{ t.Error("broken") }`, 1) + "```\n", "README.md:6: broken"},
		{"skips", "```go\n" + strings.Replace(passing, "{}", "{ t.Skip() }", 1) + "```\n", "TestPasses compiled but did not run"},
		{"an example with no output isn't run", "```go\npackage a\n\nfunc Example() {}\n```\n", "Example compiled but did not run"},
		{"a failure that is shown", "```go\n" + failing + "```\nIt prints:\n```text\n" + shown + "```\n", ""},
		{"a failure that is another", "```go\n" + failing + "```\n```text\n" + strings.Replace(shown, "late", "early", 1) + "```\n", "README.md:12: what the test prints is"},
		{"a failure that is not shown whole", "```go\n" + failing + "```\n```text\n--- FAIL: TestFails (0.00s)\n```\n", "README.md:12: what the test prints is"},
		{"a failure that is shown, of a test that passes", "```go\n" + passing + "```\n```text\n" + shown + "```\n", "README.md:2: it is to fail"},
		{"a failure that is shown, of a test that doesn't compile", "```go\n" + strings.Replace(failing, "fmt.", "os.", 1) + "```\n```text\n" + shown + "```\n", "README.md:2: it is to fail"},
		{"a failure of nothing", "```text\n" + shown + "```\n", `README.md:1: no test knows the language "text"`},
		{"another module to get", "```sh\ngo get example.com/fakewire\n```\n", `README.md:2: "go get example.com/fakewire" is none of`},
		{"a suite without specs", "```go\n" + emptySuite + "```\n", "the suite ran no spec"},
	} {
		t.Run(c.Why, func(t *testing.T) {
			t.Parallel()
			wantError(t, checkAll(t, m.folder(fmt.Sprint("case", i)), c.Readme), c.Want)
		})
	}
}

const failing = `package a

import (
	"fmt"
	"testing"
)

func TestFails(t *testing.T) { t.Error(fmt.Sprint("late: ", 1)) }
`

const shown = `--- FAIL: TestFails (1.23s)
    client_test.go:8: late: 1
`

const emptySuite = `package a

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestSuite(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "empty")
}
`

func checkAll(t *testing.T, m module, readme string) error {
	t.Helper()
	blocks, err := extract(readme)
	for i := 0; err == nil && i < len(blocks); i++ {
		err = m.check(t, blocks[i], commands)
	}
	return err
}

func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if want == "" && err != nil {
		t.Errorf("got %v, want no error", err)
	}
	if want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
		t.Errorf("got %v, want an error with %q", err, want)
	}
}
