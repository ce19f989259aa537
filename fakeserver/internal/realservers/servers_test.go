//go:build linux

package realservers

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/internal/servertest"
)

// An upstream is a running server, as a proxy dials it.
type upstream struct {
	network, address string
	process          *process
}

// A starter starts a server, and returns when it takes connections.
type starter func(t *testing.T) upstream

// onPort starts a server on a port that was free a moment ago, and on another one if it was taken meanwhile. The server
// says that it is ready with a line that has ready in it.
func onPort(t *testing.T, ready string, start func(port string) *process) upstream {
	t.Helper()
	for range 5 {
		port := freePort(t)
		p := start(port)
		if p.says(t, ready) {
			return upstream{"", net.JoinHostPort("127.0.0.1", port), p}
		}
		t.Logf("port %s: %s", port, p.log())
	}
	t.Fatal("the server did not start on any port")
	return upstream{}
}

// freePort returns a port that is free for TCP and UDP, and not one of those that the kernel gives to whoever asks for any.
func freePort(t *testing.T) string {
	t.Helper()
	for range 1000 {
		port := strconv.Itoa(10_000 + rand.IntN(20_000))
		ln, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", port))
		if err != nil {
			continue
		}
		pc, err := net.ListenPacket("udp", ln.Addr().String())
		ln.Close()
		if err == nil {
			pc.Close()
			return port
		}
	}
	t.Fatal("there is no free port")
	return ""
}

func redis(t *testing.T) upstream {
	server, dir := servertest.Tool(t, "redis-server"), t.TempDir()
	return onPort(t, "Ready to accept connections", func(port string) *process {
		return run(t, dir, nil, syscall.SIGTERM, server, "--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no")
	})
}

const nginxConfig = `daemon off; master_process off; pid nginx.pid; error_log stderr notice;
events { worker_connections 64; }
http {
	access_log off; root www;
	client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
	server {
		listen 127.0.0.1:%s;
		location = /echo { return 200 "$request_method $request_uri\n"; }
	}
}
`

func nginx(t *testing.T) upstream {
	server, dir := servertest.Tool(t, "/usr/sbin/nginx"), t.TempDir()
	write(t, filepath.Join(dir, "www/index.html"), "hello, real nginx\n")
	write(t, filepath.Join(dir, "www/large"), strings.Repeat("0123456789abcde\n", 5_000))
	return onPort(t, "[notice] ", func(port string) *process {
		write(t, filepath.Join(dir, "nginx.conf"), fmt.Sprintf(nginxConfig, port))
		return run(t, dir, nil, syscall.SIGTERM, server, "-e", "stderr", "-p", dir, "-c", filepath.Join(dir, "nginx.conf"))
	})
}

// shortDir returns a directory whose path leaves room for a socket's, which may have 108 bytes, and in which other
// users may be given directories: all above it lets them through.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "real")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func memcached(t *testing.T) upstream {
	server, dir := servertest.Tool(t, "memcached"), t.TempDir()
	return onPort(t, "server listening", func(port string) *process {
		return run(t, dir, nil, syscall.SIGTERM, server, "-u", "nobody", "-l", "127.0.0.1", "-p", port, "-U", port, "-t", "1", "-vv")
	})
}

// memcachedUnix is one on a unix socket.
func memcachedUnix(t *testing.T) upstream {
	server, dir := servertest.Tool(t, "memcached"), shortDir(t)
	path := filepath.Join(dir, "socket")
	p := run(t, dir, nil, syscall.SIGTERM, server, "-u", ownName(t), "-s", path, "-a", "700", "-t", "1", "-vv")
	if !p.says(t, "server listening") {
		t.Fatalf("memcached did not start:\n%s", p.log())
	}
	return upstream{"", path, p}
}

func ownName(t *testing.T) string {
	t.Helper()
	u, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	return u.Username
}

func dnsmasq(t *testing.T) upstream {
	server, dir := servertest.Tool(t, "/usr/sbin/dnsmasq"), t.TempDir()
	return onPort(t, "started, version", func(port string) *process {
		return run(t, dir, nil, syscall.SIGTERM, server, "--keep-in-foreground", "--log-facility=-", "--conf-file=/dev/null", "--pid-file=", "--user="+ownName(t),
			"--no-resolv", "--no-hosts", "--no-poll", "--bind-interfaces", "--listen-address=127.0.0.1", "--port="+port,
			"--local=/test/", "--host-record=www.fakewire.test,192.0.2.7,2001:db8::7", "--txt-record=txt.fakewire.test,some text", "--cname=ali.fakewire.test,www.fakewire.test")
	})
}

const rsyslogConfig = `global(workDirectory="%[1]s" processInternalMessages="on")
module(load="imtcp") module(load="imudp")
template(name="plain" type="string" string="%%programname%%:%%msg:::sp-if-no-1st-sp%%%%msg%%\n")
input(type="imudp" address="127.0.0.1" port="%[2]s")
input(type="imtcp" address="127.0.0.1" port="%[2]s")
action(type="omfile" file="/dev/stdout" template="plain")
`

func rsyslog(t *testing.T) upstream {
	dir := t.TempDir()
	server := copied(t, servertest.Tool(t, "/usr/sbin/rsyslogd"), dir)
	return onPort(t, "rsyslogd: ", func(port string) *process {
		config := filepath.Join(dir, port+".conf")
		write(t, config, fmt.Sprintf(rsyslogConfig, dir, port))
		return run(t, dir, nil, syscall.SIGTERM, server, "-n", "-i", "NONE", "-f", config)
	})
}

func postgres(t *testing.T) upstream { return postgresBy(t, "trust") }

// copied returns a program's copy in a directory. Ubuntu has a profile of AppArmor for the installed one, by its path, that lets it read
// and write only what the service does. Another process writes it: a file that this one has written can't be run while a child that was
// forked meanwhile has not yet closed it.
func copied(t *testing.T, program, dir string) string {
	t.Helper()
	if out, err := exec.Command("cp", program, dir).CombinedOutput(); err != nil {
		t.Fatalf("cp: %v\n%s", err, out)
	}
	return filepath.Join(dir, filepath.Base(program))
}

// postgresBy starts a server that lets the user tester, whose password is secret, in by a method. It refuses to be run by root: then it
// is run by the user that Debian's package made for it.
func postgresBy(t *testing.T, method string) upstream {
	server, dir := servertest.Tool(t, "/usr/lib/postgresql/*/bin/postgres"), shortDir(t)
	password := filepath.Join(dir, "password")
	write(t, password, "secret\n")
	var as *syscall.Credential
	if os.Getuid() == 0 {
		as = servantOf(t, "postgres")
		if err := os.Chown(dir, int(as.Uid), int(as.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	data := filepath.Join(dir, "data")
	initdb := exec.Command(filepath.Join(filepath.Dir(server), "initdb"), "-D", data, "-U", "tester", "--pwfile="+password,
		"--auth-local=trust", "--auth-host="+method, "--no-sync", "--encoding=UTF8", "--locale=C")
	initdb.Dir, initdb.Env, initdb.SysProcAttr = dir, environment(dir), &syscall.SysProcAttr{Credential: as}
	if out, err := initdb.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	return onPort(t, "ready to accept connections", func(port string) *process {
		return run(t, dir, as, syscall.SIGINT, server, "-D", data, "-k", dir, "-c", "listen_addresses=127.0.0.1", "-p", port, "-c", "fsync=off")
	})
}

// servantOf returns the user whose account a package made for its server.
func servantOf(t *testing.T, name string) *syscall.Credential {
	t.Helper()
	u, err := user.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}
