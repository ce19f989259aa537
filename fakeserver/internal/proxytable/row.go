package proxytable

import "strings"

// A Row is one conversation, and what must hold of it.
type Row struct {
	Name       string // "the client resets": also a subtest's name
	Must       string // what must hold, in words
	Why        string // what goes wrong for people when it does not
	NeedsReset bool   // it does not run on a wire that has no RST
	play       func(*scene)
}

// Run plays the row with the proxy in between. It returns nil if the row holds, a *[Failure] that says what was seen in place of
// what must be, or an error that wraps [ErrSetup].
func (r Row) Run(w Wire, proxy Proxy) error {
	s := newScene(w, proxy)
	r.play(s)
	return s.close()
}

// RunsOn reports whether the wire has what the row is about.
func (r Row) RunsOn(w Wire) bool { return !r.NeedsReset || !w.NoReset }

// Rows is the table.
func Rows() []Row {
	var rows []Row
	for _, e := range eachWay {
		for _, actor := range []string{"client", "server"} {
			rows = append(rows, e.row(actor))
		}
	}
	return append(rows, others...)
}

// An each is a row that exists for either end: what ACTOR and OTHER stand for is put into its words.
type each struct {
	name, must, why string
	needsReset      bool
	play            func(acts, other *end)
}

func (e each) row(actor string) Row {
	other := map[string]string{"client": "server", "server": "client"}[actor]
	words := strings.NewReplacer("ACTOR", "the "+actor, "OTHER", "the "+other).Replace
	return Row{
		Name: words(e.name), Must: capital(words(e.must)), Why: capital(words(e.why)), NeedsReset: e.needsReset,
		play: func(s *scene) {
			s.begin()
			e.play(s.open(actor))
		},
	}
}

func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }
