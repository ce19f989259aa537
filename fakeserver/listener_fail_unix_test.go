//go:build unix

package fakeserver_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// outOfDescriptors is set in a process that may use up its descriptors.
const outOfDescriptors = "FAKEWIRE_TEST_NO_DESCRIPTORS"

// An Accept that a rule lets fail is one of a process that has no descriptor left: its error is the
// same, and the connection still there afterwards.
func TestFailAcceptIsAsTheKernels(t *testing.T) {
	if os.Getenv(outOfDescriptors) == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
		cmd.Env = append(os.Environ(), outOfDescriptors+"=1")
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()+"/unix") {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	for network, addr := range map[string]string{"tcp": "127.0.0.1:0", "unix": unixPath(t)} {
		t.Run(network, func(t *testing.T) {
			ln, err := net.Listen(network, addr)
			if err != nil {
				t.Fatal(err)
			}
			defer ln.Close()
			want := failureOf(t, ln, withoutDescriptors)
			wrapped := fakeserver.StartListener(t, ln, fakeserver.Config{Faults: plan(fault.OnAccept(fault.FailAccept{}).Times(2))})
			got := failureOf(t, wrapped, func(accept func()) { accept() })
			if got != want {
				t.Errorf("Accept fails with\n\t%s\nwant what the kernel gives:\n\t%s", got, want)
			}
		})
	}
}

// withoutDescriptors calls accept while the process can get no more of them.
func withoutDescriptors(accept func()) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		panic(err)
	}
	none := limit
	none.Cur = 0
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &none); err != nil {
		panic(err)
	}
	defer syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
	accept()
}

// failureOf lets a client dial ln, whose Accept fails twice within fails. It returns what there is to
// say of the errors, and checks that the client's connection is handed out when that is over.
func failureOf(t *testing.T, ln net.Listener, fails func(accept func())) string {
	t.Helper()
	c, err := net.Dial(ln.Addr().Network(), ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var errs [2]error
	fails(func() {
		for i := range errs {
			_, errs[i] = ln.Accept()
		}
	})
	send(t, c, "hello")
	served, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer served.Close()
	wantRead(t, served, "hello")
	if errs[0] == nil || errs[1] == nil {
		t.Fatalf("Accept fails with %v and then %v, want both", errs[0], errs[1])
	}
	return describeFailure(errs[0], ln.Addr()) + "\n\t" + describeFailure(errs[1], ln.Addr())
}

// describeFailure says all of an Accept's error that a server may look at.
func describeFailure(err error, addr net.Addr) string {
	op, ok := err.(*net.OpError)
	if !ok {
		return fmt.Sprintf("%T", err)
	}
	sys, ok := op.Err.(*os.SyscallError)
	if !ok {
		return fmt.Sprintf("%T of %T", op, op.Err)
	}
	errno, _ := errors.AsType[syscall.Errno](err)
	return fmt.Sprintf("%q: Op %s, Net %s, Source %v, at its address: %v, temporary: %v, timeout: %v; %s, timeout: %v; EMFILE: %v, errno %d",
		err, op.Op, op.Net, op.Source, op.Addr == addr || op.Addr.String() == addr.String(), op.Temporary(), op.Timeout(),
		sys.Syscall, sys.Timeout(), errors.Is(err, syscall.EMFILE), errno)
}
