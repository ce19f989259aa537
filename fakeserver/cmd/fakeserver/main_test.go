package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	os.Exit(testscript.RunMain(m, map[string]func() int{"fakeserver": run}))
}

// Diff exits as diff does: a difference is no trouble.
func TestExitCodes(t *testing.T) {
	dir := t.TempDir()
	write := func(name, data string) string {
		file := filepath.Join(dir, name)
		text := `{"fakewire":1,"network":"tcp"}` + "\n" +
			`{"seq":1,"at":0,"conn":1,"direction":"from-client","kind":"data","data":"` + data + `"}` + "\n" + `{"events":1}` + "\n"
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return file
	}
	a, b := write("a.jsonl", "id=17"), write("b.jsonl", "id=18")
	for _, test := range []struct {
		args []string
		code int
	}{
		{[]string{"diff", a, a}, 0},
		{[]string{"diff", a, b}, 1},
		{[]string{"diff", "--quiet", a, b}, 1},
		{[]string{"diff", "--ignore", `id=\d+`, a, b}, 0},
		{[]string{"diff", a, filepath.Join(dir, "none")}, 2},
		{[]string{"diff", a}, 2},
		{[]string{"show", a}, 0},
		{[]string{"show", "--colour", a}, 2},
		{[]string{"export", a}, 2},
		{[]string{"shwo"}, 2},
	} {
		c := newRoot()
		c.SetArgs(test.args)
		c.SetOut(io.Discard)
		if code := execute(t.Context(), c, io.Discard); code != test.code {
			t.Errorf("%q exits with %d, want %d", test.args, code, test.code)
		}
	}
}

// An interrupt ends what follows a file, in order.
func TestFollowIsInterrupted(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.jsonl")
	if err := os.WriteFile(file, []byte(`{"fakewire":1,"network":"tcp"}`+"\n"+`{"seq":1,"at":0,"kind":"note","text":"hello"}`+"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	from, to := io.Pipe()
	var problems bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		c := newRoot()
		c.SetArgs([]string{"show", "--follow", file})
		c.SetOut(to)
		ended <- execute(ctx, c, &problems)
		to.Close()
	}()
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "hello") {
			interrupt()
		}
	}
	if code := <-ended; code != allRight || problems.Len() > 0 {
		t.Errorf("it ended with %d: %s", code, problems.String())
	}
}
