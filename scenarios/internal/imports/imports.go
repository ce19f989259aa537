// Command imports says which packages of the module in the working directory import what
// they may not, on the operating systems given:
//
//	go run ./scenarios/internal/imports linux darwin windows
//
// The rules are those of mayImport. It exits with 1 if one is broken, and with 2 if it can't
// tell.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
)

func main() {
	status := 0
	for _, system := range os.Args[1:] {
		g, err := load(context.Background(), system)
		if err == nil && len(g[module+"fakeserver"].Imports) == 0 {
			err = fmt.Errorf("the working directory is not in %s", module)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		for _, breach := range g.breaches() {
			fmt.Printf("on %s: %s\n", system, breach)
			status = 1
		}
	}
	os.Exit(status)
}

const (
	module = "github.com/fakewire/fakewire/"
	gomega = "github.com/onsi/gomega"
	packet = "github.com/gopacket/gopacket"
	cobra  = "github.com/spf13/cobra"
)

var (
	words   = []string{module + "fakeserver/fault", module + "fakeserver/transcript"}
	border  = []string{module + "fakeserver/internal/decide"} // between deciding and doing
	record  = []string{module + "fakeserver/internal/record", module + "fakeserver/internal/store"}
	kernel  = []string{module + "fakeserver/internal/kernel", "golang.org/x/sys/unix"}
	socket  = []string{module + "fakeserver/internal/socket"} // of any network
	port    = []string{module + "fakeserver/internal/port"}
	alarm   = []string{module + "fakeserver/internal/alarm"} // of what is due
	files   = []string{module + "fakeserver/internal/artifact"}
	human   = []string{module + "fakeserver/internal/human"} // what it reads
	rematch = []string{module + "fakeserver/internal/rematch"}
	server  = append([]string{module + "fakeserver"}, words...)
	counts  = []string{module + "nettest/internal/words"}
	forms   = []string{module + "fakeserver/transcript/pcapng", module + "fakeserver/transcript/timeline"} // of a recording
)

// mayImport says which packages, besides the standard library's, a package may
// import, or with a "/" at the end, all packages below. The first that fits counts.
var mayImport = []struct {
	dir   string
	lists [][]string
}{
	{"fakeserver", [][]string{words, border, kernel[:1], record[:1], socket, port, alarm, files, human, rematch}},
	{"fakeserver/fault", [][]string{words[1:], border, human}},
	{"fakeserver/internal/decide", [][]string{words[1:]}},
	{"fakeserver/transcript", [][]string{record[1:], human}},
	{"fakeserver/transcript/transcripttest", [][]string{words[1:], record[:1]}},
	{"fakeserver/transcript/timeline", [][]string{words, human}},
	{"fakeserver/transcript/pcapng", [][]string{words, {packet, packet + "/layers"}}},
	{"fakeserver/transcript/", [][]string{words[1:]}},
	{"fakeserver/internal/record", [][]string{words[1:], record[1:], kernel[1:]}},
	{"fakeserver/internal/store", nil},
	{"fakeserver/internal/alarm", [][]string{kernel[1:]}},
	{"fakeserver/internal/human", nil},
	{"fakeserver/internal/rematch", nil},
	{"fakeserver/internal/artifact", [][]string{words[1:], {module + "fakeserver/transcript/timeline"}}},
	{"fakeserver/internal/port", [][]string{socket, kernel[:1]}},
	{"fakeserver/internal/socket", [][]string{kernel[:1]}},
	{"fakeserver/internal/faultgen", [][]string{words, {"pgregory.net/rapid"}}},
	{"fakeserver/internal/kernel", [][]string{kernel[1:], {"golang.org/x/sys/windows"}}},
	{"fakeserver/internal/benchwork", [][]string{server, kernel, record[:1]}}, // its baseline is fair only with the same tricks
	{"fakeserver/internal/proxytable", [][]string{socket, kernel[:1]}},        // it knows nothing of the proxy that it is about
	{"fakeserver/script", [][]string{server, human, rematch}},
	{"fakeserver/cmd/", [][]string{server, forms, human, rematch, {module + "fakeserver/script", cobra, "github.com/spf13/pflag", "golang.org/x/term"}}},
	{"fakeserver/", [][]string{server}},
	{"nettest", [][]string{server, counts, {module + "nettest/internal/process"}}},
	{"nettest/internal/process", nil},
	{"nettest/internal/words", nil},
	{"nettest/subject", [][]string{server, {module + "nettest", module + "nettest/internal/process"}}},
	{"nettest/explore", [][]string{server, counts, {module + "nettest", module + "nettest/subject", module + "nettest/internal/process"}}},
	{"nettest/explore/internal/specimen", [][]string{server, {module + "nettest", module + "nettest/explore"}}},
	{"nettest/match", [][]string{words, counts, {gomega + "/types", gomega + "/format", gomega + "/gcustom", gomega + "/gbytes"}}},
}

// mayPack are the packages that may depend on the one that makes packets: nothing else that a user imports does.
var mayPack = []string{"fakeserver/transcript/pcapng", "fakeserver/cmd/"}

// forTests are packages that only tests import: no list allows them, and they may depend on testing.
var forTests = []string{"fakeserver/internal/servertest", "fakeserver/internal/faultgen"}

// graph is what go list says, by import path.
type graph map[string]listed

// listed is what go list says of one package.
type listed struct {
	ImportPath, Name string
	Standard         bool
	Imports          []string
}

// load lists the packages of the module in the working directory, and all that they need,
// as they are for an operating system: "linux", "darwin".
func load(ctx context.Context, system string) (graph, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-deps", "-json=ImportPath,Name,Standard,Imports", "./...")
	cmd.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, problems.Bytes())
	}
	return decode(out)
}

func decode(list []byte) (graph, error) {
	g := graph{}
	for d := json.NewDecoder(bytes.NewReader(list)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return g, nil
		} else if err != nil {
			return nil, err
		}
		g[p.ImportPath] = p
	}
}

// breaches returns what breaks the rules of the project's own packages.
func (g graph) breaches() []string {
	var all []string
	for path, p := range g {
		name, ours := strings.CutPrefix(path, module)
		if ours && !packs(name) && g.reaches(path, isPacket, map[string]bool{}) {
			all = append(all, name+" depends on "+packet)
		}
		if ours && !strings.HasPrefix(name, "fakeserver/cmd/") && g.reaches(path, isCobra, map[string]bool{}) {
			all = append(all, name+" depends on "+cobra)
		}
		if !ours || strings.HasPrefix(name, "scenarios") {
			continue
		}
		for _, imported := range p.Imports {
			if !g[imported].Standard && !allowed(name, imported) {
				all = append(all, fmt.Sprintf("%s imports %s", name, strings.TrimPrefix(imported, module)))
			}
		}
		if serves(name) && p.Name != "main" && g.reaches(path, isTesting, map[string]bool{}) {
			all = append(all, name+" depends on testing")
		}
	}
	slices.Sort(all)
	return all
}

// serves reports whether a package is, or may be, part of a server.
func serves(name string) bool {
	return !slices.Contains(forTests, name) && (strings.HasPrefix(name, "fakeserver") || strings.HasPrefix(name, "internal/"))
}

func allowed(name, imported string) bool {
	for _, rule := range mayImport {
		if name == rule.dir || strings.HasSuffix(rule.dir, "/") && strings.HasPrefix(name, rule.dir) {
			return slices.Contains(slices.Concat(rule.lists...), imported)
		}
	}
	return false
}

// packs reports whether a package may depend on gopacket.
func packs(name string) bool {
	return slices.ContainsFunc(mayPack, func(dir string) bool {
		return name == dir || strings.HasSuffix(dir, "/") && strings.HasPrefix(name, dir)
	})
}

func isPacket(path string) bool { return path == packet || strings.HasPrefix(path, packet+"/") }

func isCobra(path string) bool { return path == cobra }

// isTesting reports whether path is package testing, which registers flags, or httptest, which does too.
func isTesting(path string) bool { return path == "testing" || path == "net/http/httptest" }

// reaches reports whether path is, or depends on, a package that is one of those asked for.
func (g graph) reaches(path string, asked func(string) bool, seen map[string]bool) bool {
	if asked(path) {
		return true
	}
	if seen[path] {
		return false
	}
	seen[path] = true
	return slices.ContainsFunc(g[path].Imports, func(next string) bool { return g.reaches(next, asked, seen) })
}
