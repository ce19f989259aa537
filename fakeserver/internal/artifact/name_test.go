package artifact_test

import (
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/fakewire/fakewire/fakeserver/internal/artifact"
)

func TestFileName(t *testing.T) {
	for test, want := range map[string]string{
		"TestPing":                   "TestPing",
		"TestPing/a_b#01":            "TestPing_a_b_01",
		"a client gives up":          "a_client_gives_up",
		"../../etc/passwd":           "_.._etc_passwd",
		"..":                         "test",
		"":                           "test",
		".profile":                   "profile",
		"-rf":                        "rf",
		"a\x00b\nc\\d":               "a_b_c_d",
		"C:\\x":                      "C__x",
		"\xff\xfe":                   "_",
		"Größe/日本語":                  "Größe_日本語",
		"e\u0301\u202E\u200Bx":       "e\u0301__x", // no order of writing is turned around
		"CON":                        "_CON",
		"aux.txt":                    "_aux.txt",
		"nul":                        "_nul",
		"Com1.a.b":                   "_Com1.a.b",
		"LPT9":                       "_LPT9",
		"console":                    "console",
		"COM10":                      "COM10",
		"ends.":                      "ends.", // an ending follows
		"[[ATTACHMENT|/etc/passwd]]": "__ATTACHMENT__etc_passwd__",
	} {
		if got := artifact.FileName(test); got != want {
			t.Errorf("FileName(%q) = %q, want %q", test, got, want)
		}
	}
}

// What is too long loses its middle: specs of one container begin alike.
func TestFileNameOfALongOne(t *testing.T) {
	got := artifact.FileName("the begin" + strings.Repeat("日", 500) + "the end")
	if !strings.HasPrefix(got, "the_begin日") || !strings.HasSuffix(got, "日the_end") || !strings.Contains(got, "日__日") || len(got) > 120 || len(got) < 110 {
		t.Errorf("it is %q, of %d bytes", got, len(got))
	}
}

func FuzzFileName(f *testing.F) {
	for _, seed := range []string{"TestPing/a b", "../..", "con", "a/../b", strings.Repeat("日", 300), "\x00", "lpt1.", "\u202E", strings.Repeat("/", 400)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, test string) {
		name := artifact.FileName(test)
		file := name + "-2.jsonl"
		switch {
		case name == "", len(name) > 121, !utf8.ValidString(name):
			t.Errorf("%q, of %d bytes", name, len(name))
		case strings.ContainsAny(name, "/\\:*?\"<>|[]\x00\n\r $&;'`(){}"), strings.HasPrefix(name, "."), strings.HasPrefix(name, "-"):
			t.Errorf("%q has what no name should have", name)
		case !filepath.IsLocal(file), filepath.Base(file) != file:
			t.Errorf("%q is elsewhere", file)
		}
		if device, _, _ := strings.Cut(strings.ToLower(name), "."); strings.Contains(" con prn aux nul com1 lpt1 com9 lpt9 com0 lpt0 ", " "+device+" ") {
			t.Errorf("%q is a device", name)
		}
		if again := artifact.FileName(name); again != name {
			t.Errorf("the name of %q is %q", name, again)
		}
	})
}
