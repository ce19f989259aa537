package script_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/script"
)

// scriptFile writes a file, and reads it as a script.
func scriptFile(t *testing.T, text string) (string, *script.File) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "x.txtar")
	if err := os.WriteFile(name, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
	f, err := script.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return name, f
}

// wantFile checks what a file has, and that nothing lies beside it.
func wantFile(t *testing.T, name, want string) {
	t.Helper()
	got, err := os.ReadFile(name)
	if err != nil || string(got) != want {
		t.Errorf("the file has, %v:\n%s\nwant\n%s", err, got, want)
	}
	if all, err := os.ReadDir(filepath.Dir(name)); err != nil || len(all) != 1 {
		t.Errorf("in its directory are %v, %v", all, err)
	}
}

func TestRefreshTakesWhatCame(t *testing.T) {
	t.Setenv("FAKEWIRE_UPDATE", "1")
	for _, tt := range []struct {
		why, text, says, answer, want string
		words                         string // of Verify; empty: nothing
	}{
		{"what is met stays", "expect-line QUIT # as it is\nsend bye\n", "QUIT\n", "bye", "expect-line QUIT # as it is\nsend bye\n", ""},
		{"exact bytes, with comments and layout", "# first\n\n  expect\t\"PING\\r\\n\"  # ping\nsend \"PONG\\r\\n\"\n", "HELLO\r\n", "PONG\r\n",
			"# first\n\n  expect\t\"HELLO\\r\\n\"  # ping\nsend \"PONG\\r\\n\"\n", ""},
		{"a line, and what comes after it", "expect-line A\nsend 1\nexpect-line B\nsend 2\n", "AA\r\nB\r\n", "12", "expect-line \"AA\"\nsend 1\nexpect-line B\nsend 2\n", ""},
		{"two lines", "expect-line A\nexpect-line B\n", "C\nD\n", "", "expect-line \"C\"\nexpect-line \"D\"\n", ""},
		{"a message", "length 2 expect abc def\nlength 2 expect x\n", "\x00\x03xyz\x00\x01x", "", "length 2 expect \"xyz\"\nlength 2 expect x\n", ""},
		{"the end of the stream", "expect abc\n", "ab", "", "expect \"ab\"\n", ""},
		{"data", "expect @data\nsend @more\n-- data --\nx\n-- more --\nz", "y\nx\n", "z", "expect @data\nsend @more\n-- data --\ny\nx\n-- more --\nz", ""},
		{"data at the file's end", "expect @data\n-- data --\nx\n", "y", "", "expect @data\n-- data --\ny", ""},
		{"data of two steps", "expect @data\nsend @data\n-- data --\nx\n", "y", "x\n", "expect \"y\"\nsend @data\n-- data --\nx\n", ""},
		{"what is no data", "expect @data\nsend @more\n-- data --\nx\n-- more --\nz", "y", "", "", "-- data -- can't have \"y\", which is no whole lines"},
		{"what would begin a section", "expect @data\n-- data --\nx\n", "-- a --\n", "", "", "-- data -- can't have"},
		{"texts and data", "expect GET @data\n-- data --\nx\n", "y", "", "", "nothing says which of its texts it is"},
		{"within", "within 1h {\n\texpect a\n}\n", "b", "", "within 1h {\n\texpect \"b\"\n}\n", ""},
		{"a pattern", "expect-match \"a+b\"\n", "x", "", "", "the file's line is not refreshed: what a pattern should be, nothing says"},
		{"a loop", "loop {\n\texpect-line a\n}\n", "x\n", "", "", "the file's line is not refreshed: it is done more than once, in a loop"},
		{"a choice", "choose {\n\texpect-line a\n} or {\n\texpect-line b\n}\n", "x\n", "", "", "the file's line is not refreshed: of a choice, nothing says which alternative was meant"},
		{"nothing came", "expect a\nexpect b\n", "x", "", "expect \"x\"\nexpect b\n", "x.txtar:2: expect \"b\": byte 1: want \"b\", got nothing: the client ended its stream\n    the file's line is not refreshed: nothing came"},
		{"half a message", "length 2 expect a\n", "\x00\x02a", "", "", "the file's line is not refreshed: the client ended its stream"},
		{"no message", "length 1 before 1 itself expect aa\n", "a\x00b", "", "", "the file's line is not refreshed: the length is 0, want 1 or more"},
	} {
		t.Run(tt.why, func(t *testing.T) {
			name, f := scriptFile(t, tt.text)
			o := serve(t, f, says(tt.says))
			if tt.words == "" {
				o.want(t, tt.answer)
			} else {
				o.wantMismatch(t, tt.words)
			}
			if tt.want == "" {
				tt.want = tt.text
			}
			wantFile(t, name, tt.want)
			if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o640 {
				t.Errorf("its mode is %v, %v", info.Mode(), err)
			}
			if tt.words == "" {
				t.Setenv("FAKEWIRE_UPDATE", "")
				again, err := script.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				serve(t, again, says(tt.says)).want(t, tt.answer)
			}
		})
	}
}

// Without the variable a file stays what it is, and so does a script that is from no file.
func TestRefreshIsOnlyWhenAskedFor(t *testing.T) {
	const text = "expect a\n"
	for _, value := range []string{"", "0", "false"} {
		t.Setenv("FAKEWIRE_UPDATE", value)
		name, f := scriptFile(t, text)
		serve(t, f, says("b")).wantMismatch(t, `x.txtar:1: expect "a": byte 0`)
		wantFile(t, name, text)
	}
	t.Setenv("FAKEWIRE_UPDATE", "1")
	f, err := script.Parse("x.txtar", text)
	if err != nil {
		t.Fatal(err)
	}
	o := serve(t, f, says("b"))
	o.wantMismatch(t, `x.txtar:1: expect "a": byte 0`)
	if strings.Contains(o.err.Error(), "refreshed") {
		t.Error(o.err)
	}
	serve(t, script.Script{expect("a")}, says("b")).wantMismatch(t, "step 1 of 1")
}

// Several clients at once each put their part into the file; where they say two things, the second is told.
func TestRefreshBySeveralConnections(t *testing.T) {
	t.Setenv("FAKEWIRE_UPDATE", "1")
	name, f := scriptFile(t, "-- conn 1 --\nexpect-line a\nsend 1\n-- conn 2 --\nexpect-line b\nsend 2\n-- conn 3 --\nexpect-line c\nsend 3\n")
	srv := listen(t, fakeserver.Config{Handler: f})
	var wg sync.WaitGroup
	for _, answer := range []string{"1", "2", "3", "3"} { // the last says what the one before it has said
		c := dial(t, srv)
		wg.Go(func() { ask(t, c, "x"+answer+"\n", answer) })
		if answer == "3" {
			wg.Wait()
		}
	}
	wg.Wait()
	ask(t, dial(t, srv), "x3\n", "3")
	if err := srv.Verify(); err != nil {
		t.Error(err)
	}
	c := dial(t, srv)
	c.Write([]byte("x4\n"))
	c.Read(make([]byte, 1))
	srv.Close()
	wantVerify(t, srv, `conn 6: `, `x.txtar:8: expect-line "c": byte 1: want the line "x3", got "x4\n"`, "not refreshed: it has taken what conn ")
	wantFile(t, name, "-- conn 1 --\nexpect-line \"x1\"\nsend 1\n-- conn 2 --\nexpect-line \"x2\"\nsend 2\n-- conn 3 --\nexpect-line \"x3\"\nsend 3\n")
}

// A client that takes its time is waited for, after a message whose end was found by its silence, too.
func TestRefreshWaitsForSlowClients(t *testing.T) {
	t.Setenv("FAKEWIRE_UPDATE", "1")
	name, f := scriptFile(t, "expect a\nexpect b\nsend 1\n")
	serve(t, f, client{pieces: []string{"xy", "b"}, pause: time.Second}).want(t, "1")
	wantFile(t, name, "expect \"xy\"\nexpect b\nsend 1\n")
}

// What something else has written meanwhile is not lost.
func TestRefreshLeavesAFileThatHasChanged(t *testing.T) {
	t.Setenv("FAKEWIRE_UPDATE", "1")
	name, f := scriptFile(t, "expect-line a\n")
	if err := os.WriteFile(name, []byte("# new\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if o := serve(t, f, says("b\n")); o.err == nil || !strings.Contains(o.err.Error(), "x.txtar is not refreshed: something else has changed it") {
		t.Errorf("Verify = %v", o.err)
	}
	wantFile(t, name, "# new\n")
}

func TestRefreshOfDatagrams(t *testing.T) {
	t.Setenv("FAKEWIRE_UPDATE", "1")
	name := filepath.Join(t.TempDir(), "x.txtar")
	if err := os.WriteFile(name, []byte("expect a\nsend 1\nexpect b\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := script.ReadPacketFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if answers, record, err := servePackets(t, f, []string{"x", "y"}); err != nil || answers != "1|" {
		t.Errorf("answered %q, %v\n%v", answers, err, record)
	}
	wantFile(t, name, "expect \"x\"\nsend 1\nexpect \"y\"\n")
}
