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

// The scripts say what one types, and what comes of it. FAKEWIRE_UPDATE=1 writes what came into them.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		UpdateScripts:       os.Getenv("FAKEWIRE_UPDATE") != "",
		Setup: func(env *testscript.Env) error {
			env.Setenv("NO_COLOR", "")
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){"append": appendTo},
	})
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

// appendTo appends what a file has to another: append TO FROM.
func appendTo(ts *testscript.TestScript, _ bool, args []string) {
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_APPEND|os.O_WRONLY, 0)
	ts.Check(err)
	_, err = f.WriteString(ts.ReadFile(args[1]))
	ts.Check(err)
	ts.Check(f.Close())
}
