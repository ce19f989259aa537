package readme

import (
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
	for _, c := range []struct {
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
		{"a suite without specs", "```go\n" + emptySuite + "```\n", "the suite ran no spec"},
	} {
		t.Run(c.Why, func(t *testing.T) {
			wantError(t, checkAll(t, m, c.Readme), c.Want)
		})
	}
}

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
