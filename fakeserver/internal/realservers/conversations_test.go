//go:build linux

package realservers

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/internal/servertest"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// What clients say anew each time.
var (
	// dnsID is a query's id, which its answer has, too.
	dnsID = fakeserver.Carry{Name: "id", Request: fakeserver.Span{To: 2}}
	// dnsCookie has the eight bytes of dig's cookie (RFC 7873) in a query for a name of 17 characters: after the header, the
	// question, and eleven bytes of the OPT record with four of the option.
	dnsCookie = fakeserver.Span{From: 12 + 23 + 11 + 4, To: 12 + 23 + 11 + 4 + 8}
	// rfc5424Time is the time of a message of RFC 5424.
	rfc5424Time = transcript.Ignore{Direction: transcript.FromClient, Pattern: regexp.MustCompile(`<\d+>1 (\S+) `)}
	rfc3164Time = transcript.Ignore{Direction: transcript.FromClient, Pattern: regexp.MustCompile(`<\d+>([A-Z][a-z]{2} [ \d]\d [\d:]{8}) `)}
)

func dig(args ...string) client {
	return client{name: "dig", args: append([]string{"@$host", "-p", "$port", "+tries=1", "+noall", "+answer"}, args...)}
}

func logger(args ...string) client {
	return client{name: "logger", args: append([]string{"--server", "$host", "--port", "$port", "--tag", "fakewire"}, args...)}
}

func curl(args ...string) client {
	return client{name: "curl", args: append([]string{"--silent", "--show-error", "--include", "--noproxy", "*", "--connect-to", "::$addr"}, args...)}
}

func psql(args ...string) client {
	return client{name: "/usr/lib/postgresql/*/bin/psql", args: append([]string{"-X", "-At", "-d", "postgresql://tester:secret@$addr/postgres"}, args...)}
}

const memcachedCommands = "set key 7 0 5\r\nvalue\r\nget key\r\nincr key 1\r\ndelete key\r\nget key\r\nquit\r\n"

var conversations = []conversation{
	{
		name: "redis-cli with redis-server", server: redis, network: "tcp",
		client: client{name: "redis-cli", args: []string{"-h", "$host", "-p", "$port"},
			input: "SET key value\nGET key\nINCR key\nRPUSH list a b c\nLRANGE list 0 -1\nGET nothing\n"},
		want: []string{"OK\nvalue\nERR value is not an integer"},
	},
	{
		name: "redis-cli with redis-server, in RESP3", server: redis, network: "tcp",
		client: client{name: "redis-cli", args: []string{"-3", "-h", "$host", "-p", "$port"},
			input: "HSET hash a 1 b 2\nHGETALL hash\nCLIENT ID\nCLIENT INFO\nMULTI\nINCR n\nEXEC\n"},
		want: []string{"\na 1\nb 2\n", "resp=3"},
	},
	{
		name: "curl with nginx", server: nginx, network: "tcp",
		client: curl("http://fakewire.test/", "http://fakewire.test/missing", "http://fakewire.test/large",
			"--next", "--silent", "--include", "--noproxy", "*", "--connect-to", "::$addr", "--data", "a=b", "http://fakewire.test/echo"),
		want: []string{"hello, real nginx\n", "404 Not Found", "POST /echo\n"},
	},
	{
		name: "nc with memcached", server: memcached, network: "tcp",
		client: client{name: "nc", args: []string{"-N", "$host", "$port"}, input: memcachedCommands},
		want:   []string{"STORED\r\nVALUE key 7 5\r\nvalue\r\nEND\r\n"},
	},
	{
		name: "socat with memcached, on unix sockets", server: memcachedUnix, network: "unix",
		client: client{name: "socat", args: []string{"-t", "10", "STDIO", "UNIX-CONNECT:$addr"}, input: memcachedCommands},
		want:   []string{"STORED\r\nVALUE key 7 5\r\nvalue\r\nEND\r\n"},
	},
	{
		name: "nc with memcached, over UDP", server: memcached, network: "udp",
		client: client{name: "nc", args: []string{"-u", "-W", "1", "$host", "$port"}, input: "\x12\x34\x00\x00\x00\x01\x00\x00version\r\n"},
		want:   []string{"\x12\x34\x00\x00\x00\x01\x00\x00VERSION "},
	},
	{
		name: "dig with dnsmasq, over UDP", server: dnsmasq, network: "udp", conns: 3,
		client: dig("www.fakewire.test", "A", "txt.fakewire.test", "TXT", "ali.fakewire.test", "AAAA"),
		carry:  []fakeserver.Carry{dnsID}, vary: []fakeserver.Span{dnsCookie},
		want: []string{"192.0.2.7", "some text", "2001:db8::7"},
	},
	{
		name: "dig with dnsmasq, over TCP", server: dnsmasq, network: "tcp",
		client: dig("+tcp", "+nocookie", "www.fakewire.test", "A"),
		carry:  []fakeserver.Carry{{Name: "id", Request: fakeserver.Span{From: 2, To: 4}}},
		want:   []string{"192.0.2.7"},
	},
	{
		name: "logger with rsyslogd, over TCP", server: rsyslog, network: "tcp",
		client: logger("--tcp", "hello over TCP"), ignore: []transcript.Ignore{rfc5424Time},
		logged: "fakewire: hello over TCP\n",
	},
	{
		name: "logger with rsyslogd, over UDP", server: rsyslog, network: "udp",
		client: logger("--udp", "--rfc3164", "hello over UDP"), ignore: []transcript.Ignore{rfc3164Time},
		logged: "fakewire: hello over UDP\n",
	},
	{
		name: "psql with postgres", server: postgres, network: "tcp",
		client: psql("-c", "CREATE TABLE t (n int, s text)", "-c", "INSERT INTO t SELECT n, repeat('x', n) FROM generate_series(1, 200) n",
			"-c", "SELECT count(*), sum(length(s)) FROM t", "-c", "SELECT * FROM t ORDER BY n", "-c", "SELECT 1/0"),
		want: []string{"200|20100\n"},
	},
}

func TestConversationsWithRealServersPlayBack(t *testing.T) {
	for _, c := range conversations {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			res, rec := c.record(t)
			for i := range servertest.Repeats(t, usual) {
				if t.Run(fmt.Sprintf("play%d", i+1), func(t *testing.T) { c.play(t, rec, res) }); t.Failed() {
					return
				}
			}
			for _, at := range spread(c.firm(rec), servertest.Repeats(t, usual)) {
				if t.Run(fmt.Sprintf("change%d.%d.%d", at.conn, at.datagram, at.offset), func(t *testing.T) { c.change(t, rec, at) }); t.Failed() {
					return
				}
			}
		})
	}
}

// usual is how often a conversation is played back, and changed, where nothing else is asked for.
const usual = 5

// spread returns n of all, at most, from the first to the last.
func spread(all []place, n int) (some []place) {
	n = min(n, len(all))
	for i := range n {
		some = append(some, all[i*(len(all)-1)/max(1, n-1)])
	}
	return some
}
