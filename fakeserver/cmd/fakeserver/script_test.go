package main

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

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
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"append": appendTo, "await": awaitText, "client": client, "interrupt": interrupt, "replace": replace, "address": address, "reset": resetBy,
		},
	})
}

// patience is how long what must come may take.
const patience = 20 * time.Second

// appendTo appends what a file has to another: append TO FROM.
func appendTo(ts *testscript.TestScript, _ bool, args []string) {
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_APPEND|os.O_WRONLY, 0)
	ts.Check(err)
	_, err = f.WriteString(ts.ReadFile(args[1]))
	ts.Check(err)
	ts.Check(f.Close())
}

// replace replaces a file by another, as editors do: replace FILE BY.
func replace(ts *testscript.TestScript, _ bool, args []string) {
	name := ts.MkAbs(args[0])
	ts.Check(os.WriteFile(name+".new", []byte(ts.ReadFile(args[1])), 0o666))
	ts.Check(os.Rename(name+".new", name))
}

// await waits until a file is there and has a text: await FILE REGEXP.
func awaitText(ts *testscript.TestScript, _ bool, args []string) {
	text := regexp.MustCompile(args[1])
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		got, err := os.ReadFile(ts.MkAbs(args[0]))
		if err == nil && text.Match(got) {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("%s has no %q: %s, %v", args[0], text, got, err)
		}
	}
}

// address sets a variable to the first address in a file, once that is there: address VARIABLE FILE.
func address(ts *testscript.TestScript, _ bool, args []string) {
	awaitText(ts, false, []string{args[1], "\n"})
	first, _, _ := strings.Cut(ts.ReadFile(args[1]), "\n")
	ts.Setenv(args[0], first)
}

// client sends a text to the first address in a file, and then the end of its stream. It wants an answer, and to a stream no more
// than that: client NETWORK FILE SEND [WANT].
func client(ts *testscript.TestScript, _ bool, args []string) {
	address(ts, false, []string{"ADDRESS", args[1]})
	network, to := args[0], ts.Getenv("ADDRESS")
	if isUnix(network) {
		to = ts.MkAbs(to)
	}
	c, err := dial(network, to, ts.MkAbs("client"))
	ts.Check(err)
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	_, err = c.Write(unescaped(ts, args[2]))
	ts.Check(err)
	if half, ok := c.(interface{ CloseWrite() error }); ok && !isDatagrams(network) {
		ts.Check(half.CloseWrite())
	}
	var want, got []byte
	if len(args) > 3 {
		want = unescaped(ts, args[3])
	}
	if isDatagrams(network) {
		got = make([]byte, 64<<10)
		n := 0
		if len(args) > 3 {
			n, err = c.Read(got)
		}
		got = got[:n]
	} else {
		got, err = io.ReadAll(c)
	}
	if err != nil || !bytes.Equal(got, want) {
		ts.Fatalf("the client got %q, %v; want %q", got, err, want)
	}
}

// resetBy sends a text as client does, and wants a reset: reset NETWORK FILE SEND.
func resetBy(ts *testscript.TestScript, _ bool, args []string) {
	address(ts, false, []string{"ADDRESS", args[1]})
	c, err := dial(args[0], ts.Getenv("ADDRESS"), "")
	if errors.Is(err, syscall.ECONNRESET) { // as early as that
		return
	}
	ts.Check(err)
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	got, err := []byte(nil), error(nil)
	if _, err = c.Write(unescaped(ts, args[2])); err == nil {
		got, err = io.ReadAll(c)
	}
	if len(got) > 0 || !errors.Is(err, syscall.ECONNRESET) {
		ts.Fatalf("the client got %q, %v; want a reset", got, err)
	}
}

func dial(network, to, own string) (net.Conn, error) {
	if network != "unixgram" {
		return net.DialTimeout(network, to, patience)
	}
	os.Remove(own)
	return net.DialUnix(network, &net.UnixAddr{Name: own, Net: network}, &net.UnixAddr{Name: to, Net: network})
}

func unescaped(ts *testscript.TestScript, text string) []byte {
	data, err := unescape(text)
	ts.Check(err)
	return []byte(data)
}

// interrupt sends an interrupt to all that runs in the background, or to the commands of that name, once the file is there that says
// where they listen: interrupt FILE [COMMAND].
func interrupt(ts *testscript.TestScript, _ bool, args []string) {
	awaitText(ts, false, []string{args[0], "\n"})
	for _, cmd := range ts.BackgroundCmds() {
		if len(args) > 1 && cmd.Args[1] != args[1] {
			continue
		}
		ts.Check(cmd.Process.Signal(os.Interrupt))
	}
}
