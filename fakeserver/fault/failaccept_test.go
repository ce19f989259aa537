package fault

import (
	"fmt"
	"syscall"
	"testing"
)

// failed carries out what is to be done when a connection is accepted, as far as the Accepts come.
func failed(g compiled, conn, accepts int) (errnos []syscall.Errno) {
	for _, step := range g.Accept(conn) {
		for range step.Calls {
			if len(errnos) < accepts {
				g.Accepted(conn, step)
				errnos = append(errnos, step.Errno)
			}
		}
	}
	return errnos
}

func TestFailAcceptFailsOnceOrAsOftenAsItsRuleSays(t *testing.T) {
	for _, tt := range []struct {
		rules []Rule
		want  []syscall.Errno
	}{
		{[]Rule{OnAccept(FailAccept{})}, []syscall.Errno{syscall.EMFILE}},
		{[]Rule{OnAccept(FailAccept{Errno: syscall.ENFILE})}, []syscall.Errno{syscall.ENFILE}},
		{[]Rule{OnAccept(FailAccept{Errno: syscall.ENOMEM}).Times(1)}, []syscall.Errno{syscall.ENOMEM}},
		{[]Rule{OnAccept(FailAccept{Errno: syscall.ENOBUFS}).Times(3)}, []syscall.Errno{syscall.ENOBUFS, syscall.ENOBUFS, syscall.ENOBUFS}},
		{[]Rule{OnAccept(FailAccept{}).OnConn(2)}, nil},
		{[]Rule{OnAccept(FailAccept{}).Times(2).WithProbability(0)}, nil},
		{[]Rule{OnAccept(FailAccept{}).Times(2), OnAccept(FailAccept{Errno: syscall.ENFILE})}, []syscall.Errno{syscall.EMFILE, syscall.EMFILE, syscall.ENFILE}},
	} {
		if got := failed(compile(t, Streams, 1, tt.rules...), 1, 9); fmt.Sprint(got) != fmt.Sprint(tt.want) {
			t.Errorf("%v: Accept fails with %v, want %v", tt.rules, got, tt.want)
		}
	}
}

// A connection that another rule ends is not handed out, and what waits comes before that.
func TestFailAcceptComesBeforeAnEnding(t *testing.T) {
	got := accepted(compile(t, Streams, 1, OnAccept(Close{}), OnAccept(FailAccept{}), OnAccept(Stall{For: 1})), 1)
	if want := "fail-accept+0s stall+1ns close+0s"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// What the report counts is the Accepts that failed.
func TestFailAcceptIsReported(t *testing.T) {
	for accepts, want := range []string{
		"rule fail-accept.OnAccept.1: armed: reached, but it never hit (conn 1 got to byte 0)\n",
		"rule fail-accept.OnAccept.1: fired once, when conn 1 was accepted\n",
		"rule fail-accept.OnAccept.1: fired 2 times, first when conn 1 was accepted\n",
	} {
		g := compile(t, Streams, 1, OnAccept(FailAccept{}).Times(2))
		failed(g, 1, accepts)
		if got := g.Report().String(); got != want {
			t.Errorf("%d Accepts: %s want %s", accepts, got, want)
		}
		if err := g.Report().Verify(); (err == nil) != (accepts > 0) {
			t.Errorf("%d Accepts: Verify = %v", accepts, err)
		}
	}
}

func TestFailAcceptRefusesNonsense(t *testing.T) {
	wantInvalid(t, Datagrams, OnAccept(FailAccept{}), "fail-accept is not a fault of datagrams")
	wantInvalid(t, Streams, ToClient(FailAccept{}), "fail-accept is for OnAccept")
	wantInvalid(t, Streams, FromClient(FailAccept{}).AfterMatch("x").Times(2), "fail-accept is for OnAccept")
	wantInvalid(t, Streams, OnAccept(FailAccept{}).AfterBytes(1), "it takes no After")
	wantInvalid(t, Streams, OnAccept(FailAccept{}).ForTime(1), "it takes no ForBytes or ForTime")
	wantInvalid(t, Streams, OnAccept(FailAccept{}).Times(-1), "Times(-1)")
	wantInvalid(t, Streams, OnAccept(FailAccept{Errno: syscall.ECONNABORTED}), "package net's Accept never returns: want EMFILE, ENFILE, ENOBUFS or ENOMEM")
	wantInvalid(t, Streams, OnAccept(FailAccept{Errno: syscall.EAGAIN}), fmt.Sprintf("Errno is %d (%v), want EMFILE", syscall.EAGAIN, syscall.EAGAIN))
}
