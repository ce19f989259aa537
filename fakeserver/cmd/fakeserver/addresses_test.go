package main

import "testing"

// A port alone is one of the loopback, and only what asks for all addresses is open.
func TestListenAddress(t *testing.T) {
	for _, test := range []struct {
		network, text, want string
		open                bool
	}{
		{"tcp", ":1902", "127.0.0.1:1902", false},
		{"tcp", "1902", "127.0.0.1:1902", false},
		{"udp", "[::1]:0", "[::1]:0", false},
		{"tcp", "localhost:80", "localhost:80", false},
		{"tcp", "0.0.0.0:80", "0.0.0.0:80", true},
		{"udp", "[::]:0", "[::]:0", true},
		{"unix", "sock", "sock", false},
	} {
		got, err := listenAddress(test.network, test.text)
		if got != test.want || err != nil || isOpen(test.network, got) != test.open {
			t.Errorf("%s %s is %q, %v, open %v; want %q", test.network, test.text, got, err, isOpen(test.network, got), test.want)
		}
	}
	for _, text := range []string{"", "here", "70000", "1.2.3.4", "::1:", "127.0.0.1:"} {
		if got, err := listenAddress("tcp", text); err == nil {
			t.Errorf("%q is %q, want an error", text, got)
		}
	}
}

// A value may be for one network, and a file's name may look like that.
func TestEach(t *testing.T) {
	var e each
	for _, text := range []string{"udp=u", "tcp=x=y", "a=b"} {
		if err := e.Set(text); err != nil {
			t.Fatal(err)
		}
	}
	if e.of("udp") != "u" || e.of("tcp") != "x=y" || e.of("unix") != "a=b" {
		t.Errorf("it has %v", e.values)
	}
	if e.Set("udp=v") == nil {
		t.Error("it is given twice, and no error")
	}
}
