package explore

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// keptIn is the folder of all finds, in that of the package.
const keptIn = "testdata/fakewire"

// A keptPlan is a find of an earlier search, in a file.
type keptPlan struct {
	name string // the file's, without ".json"
	plan fault.Plan
}

// dirOf returns where the finds of a test are.
func dirOf(cfg Config, test string) string {
	if cfg.Dir != "" {
		return cfg.Dir
	}
	parts := strings.Split(test, "/")
	for i, part := range parts {
		parts[i] = fileName(part)
	}
	return filepath.Join(append([]string{filepath.FromSlash(keptIn)}, parts...)...)
}

var unfit = regexp.MustCompile(`[^A-Za-z0-9_.-]+`)

// fileName returns a name for a file that any system takes. Names that differ in what it takes out, or
// in what is too long, differ in a sum.
func fileName(name string) string {
	const most = 80
	fit := strings.Trim(unfit.ReplaceAllString(name, "_"), "._")
	if len(fit) <= most && fit == name {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	if fit = fit[:min(len(fit), most)]; fit == strings.ReplaceAll(name, " ", "_") {
		return fit // as package testing writes it
	}
	return fmt.Sprintf("%s_%x", cmp.Or(fit, "test"), sum[:4])
}

// load returns the plans in a folder, in the order of their names. There may be no such folder.
func load(dir string) (all []keptPlan, err error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		name, isPlan := strings.CutSuffix(e.Name(), ".json")
		if !isPlan || e.IsDir() {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		plan, err := fault.ParsePlan(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Join(dir, e.Name()), err)
		}
		all = append(all, keptPlan{name, plan})
	}
	return all, nil
}

// Save writes the find into a folder as a plan with a comment, which is how it is tried first from then
// on, and returns the file's path. The folder is made if it is not there. A plan that is in it already is not
// written again. What explores in a test, such as TCP, has saved its finds.
func (f *Find) Save(dir string) (path string, err error) {
	there, err := load(dir)
	if err != nil {
		return "", err
	}
	taken := map[string]bool{}
	for _, k := range there {
		if keyOf(k.plan) == keyOf(f.Plan) {
			return filepath.Join(dir, k.name+".json"), nil
		}
		taken[k.name] = true
	}
	name := f.name()
	for n := 2; taken[name]; n++ {
		name = fmt.Sprintf("%s-%d", f.name(), n)
	}
	p := f.Plan
	p.Comment = f.comment()
	text, err := json.MarshalIndent(p, "", "\t")
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", err
	}
	path = filepath.Join(dir, name+".json")
	return path, os.WriteFile(path, append(text, '\n'), 0o666)
}

// name returns what the find's file is called, such as "hang-stall-to-client-0".
func (f *Find) name() string {
	words := []string{string(f.Breach.Oracle)}
	for _, r := range f.Plan.Rules {
		words = append(words, r.Fault.Kind())
		switch r.Direction {
		case transcript.FromClient:
			words = append(words, "from-client")
		case transcript.ToClient:
			words = append(words, "to-client")
		}
		words = append(words, fmt.Sprint(cmp.Or(r.After.Bytes, r.After.Datagrams, r.After.Writes)))
	}
	return unfit.ReplaceAllString(strings.Join(words, "-"), "-")
}

// comment returns what the find's file says of it.
func (f *Find) comment() string {
	lines := []string{f.Breach.comment(), fmt.Sprintf("It broke the client in %v.", f.Rate)}
	return strings.Join(append(lines, f.Why...), "\n")
}

// comment returns the line by which a find's file says what its plan breaks.
func (b Breach) comment() string {
	return strings.Join(strings.Fields(string(b.Oracle)+": "+b.Kind), " ")
}

// broke reports whether a breach is what the plan broke, as its comment says. A comment that does not begin with an
// oracle, such as one by hand, leaves it open.
func (k keptPlan) broke(b Breach) bool {
	first, _, _ := strings.Cut(k.plan.Comment, "\n")
	for _, o := range oracles {
		if strings.HasPrefix(first, string(o)+": ") {
			return first == b.comment()
		}
	}
	return true
}

var proofInComment = regexp.MustCompile(`; ([0-9]+) clean runs`)

// proof returns how many runs without a failure make it likely that what a plan broke is fixed, as its comment says: one, if that
// says nothing.
func (k keptPlan) proof() int {
	if found := proofInComment.FindStringSubmatch(k.plan.Comment); found != nil {
		if n, err := strconv.Atoi(found[1]); err == nil {
			return min(n, memoryConfirmations)
		}
	}
	return 1
}
