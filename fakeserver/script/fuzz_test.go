package script_test

import (
	"os"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/script"
)

// Whatever is parsed, is written and parsed again as the same; and what is not, is refused with a line.
func FuzzParse(f *testing.F) {
	smtp, err := os.ReadFile("testdata/smtp.txtar")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(smtp))
	f.Add("-- conn 1 --\nlength 4 little before 1 itself extra -1 max 100 send \"x\\x00\" `y`\n-- conn 2 --\nwithin 1s {\nrepeat 3 {\nexpect-match 5 a+b\nsend-expand \"$0\"\n}\n}\nreset\n")
	f.Add("choose {\nexpect a\n} or {\nlines expect b\nhold g\nwait 5ms\nclose-write\n}\n")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := script.Parse("x.txtar", text)
		if err != nil {
			if len(err.Error()) < len("x.txtar:1: x") {
				t.Errorf("the error is %q", err)
			}
			return
		}
		again, err := script.Parse("x.txtar", file.String())
		if err != nil {
			t.Fatalf("%v\n%s\nof\n%s", err, file, text)
		}
		if again.String() != file.String() || !script.Same(script.StepsOf(again, 1), script.StepsOf(file, 1)) {
			t.Errorf("parsed\n%s\nof\n%s", again, file)
		}
	})
}
