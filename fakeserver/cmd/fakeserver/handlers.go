package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/script"
)

// A handlerKind is what --handler may be.
type handlerKind struct {
	name, usage string
	argument    string // what comes after a colon; empty: nothing
	stream      func(argument string) (fakeserver.Handler, error)
	packet      func(argument string) (fakeserver.PacketHandler, error)
}

var handlerKinds = []handlerKind{
	{"discard", "reads, and says nothing", "",
		func(string) (fakeserver.Handler, error) { return fakeserver.Discard{}, nil },
		func(string) (fakeserver.PacketHandler, error) { return fakeserver.PacketDiscard{}, nil }},
	{"echo", "sends back what it gets", "",
		func(string) (fakeserver.Handler, error) { return fakeserver.Echo{}, nil },
		func(string) (fakeserver.PacketHandler, error) { return fakeserver.PacketEcho{}, nil }},
	{"reply", "reads once, answers with the text, and closes; \\n, \\r and so on as in Go; each datagram gets the text", "TEXT",
		func(text string) (fakeserver.Handler, error) {
			data, err := unescape(text)
			return fakeserver.Reply{Data: data}, err
		},
		func(text string) (fakeserver.PacketHandler, error) {
			data, err := unescape(text)
			return fakeserver.PacketReply{Data: data}, err
		}},
	{"lines", "answers each line with its upper case", "",
		func(string) (fakeserver.Handler, error) { return fakeserver.Lines{}, nil },
		func(string) (fakeserver.PacketHandler, error) { return fakeserver.PacketLines{}, nil }},
	{"script", "does what the steps in the file say; a client that does not is told: see the doc of package script", "FILE",
		func(name string) (fakeserver.Handler, error) { return script.ReadFile(name) },
		func(name string) (fakeserver.PacketHandler, error) { return script.ReadPacketFile(name) }},
}

// handlerUsage says what --handler may be.
func handlerUsage() string {
	var b strings.Builder
	for _, k := range handlerKinds {
		fmt.Fprintf(&b, "  %-11s  %s\n", k.syntax(), k.usage)
	}
	return b.String()
}

func (k handlerKind) syntax() string {
	if k.argument == "" {
		return k.name
	}
	return k.name + ":" + k.argument
}

// handlerOf returns the kind that a flag names, and its argument.
func handlerOf(text string) (handlerKind, string, error) {
	name, argument, found := strings.Cut(text, ":")
	var all []string
	for _, k := range handlerKinds {
		all = append(all, k.syntax())
		if k.name != name {
			continue
		}
		if found != (k.argument != "") {
			return k, "", fmt.Errorf("--handler %q: want %s", text, k.syntax())
		}
		return k, argument, nil
	}
	return handlerKind{}, "", fmt.Errorf("--handler %q: want one of %s", text, strings.Join(all, ", "))
}

// streamHandler returns the handler of connections that a flag names.
func streamHandler(text string) (fakeserver.Handler, error) {
	kind, argument, err := handlerOf(text)
	if err != nil {
		return nil, err
	}
	return kind.stream(argument)
}

// packetHandler returns the handler of datagrams that a flag names.
func packetHandler(text string) (fakeserver.PacketHandler, error) {
	kind, argument, err := handlerOf(text)
	if err != nil {
		return nil, err
	}
	return kind.packet(argument)
}

// unescape returns text with what Go writes as \n, \r, \t, \x00 and so on.
func unescape(text string) (string, error) {
	var b []byte
	for rest := text; rest != ""; {
		if rest[0] != '\\' {
			b, rest = append(b, rest[0]), rest[1:]
			continue
		}
		r, multibyte, tail, err := strconv.UnquoteChar(rest, 0)
		if err != nil {
			return "", fmt.Errorf("%q: after a backslash comes what Go does not have: use \\\\ for a backslash itself", text)
		}
		if multibyte {
			b = append(b, string(r)...)
		} else {
			b = append(b, byte(r))
		}
		rest = tail
	}
	return string(b), nil
}
