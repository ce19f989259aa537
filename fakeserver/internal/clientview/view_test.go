package clientview_test

import (
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/faultgen"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A view is a row of the table of what a client sees: what the server does, what
// the client does, and what each of its operations gives, in order.
type view struct {
	name string
	// about names what the row is about where that is no rule: "Down", say.
	about string
	rules []fault.Rule
	serve fakeserver.Handler // of streams; if nil, Echo. Datagrams are always echoed.
	// owner is a real server, which is behind a Listener. If nil, there is a Server.
	owner func(net.Listener)
	cfg   fakeserver.Config // what else there is to say
	steps []step
	why   string // the fact that the row rests on
	// elsewhere says what is different on other systems than Linux. If empty, nothing
	// is known to be, and the row is checked there too.
	elsewhere string

	medium fault.Medium
}

// What is different elsewhere. The package's doc says where it was read.
const (
	winsock     = "Windows: the error is Winsock's, and Read may lose what came before an RST"
	noGuard     = "Down, StartDown and IgnoreDials are Linux's"
	unconfirmed = "the boundaries are pauses, and not confirmed"
	noICMP      = "Windows: Go turns reports of unreachable ports off"
	noFlag      = "Windows: Read gives WSAEMSGSIZE"
)

// views returns the table.
func views() []view {
	var all []view
	for _, rows := range [][]view{streamViews, endingViews, acceptViews} {
		for _, v := range rows {
			v.medium = fault.Streams
			all = append(all, v)
		}
	}
	for _, v := range packetViews {
		v.medium = fault.Datagrams
		all = append(all, v)
	}
	return all
}

func TestClientViews(t *testing.T) {
	for _, v := range views() {
		t.Run(strings.ReplaceAll(v.name, " ", "_"), func(t *testing.T) {
			if v.elsewhere != "" && runtime.GOOS != "linux" {
				t.Skip(v.elsewhere)
			}
			v.run(t)
		})
	}
}

// run carries the row out. A step that differs ends it: what follows builds on it.
func (v view) run(t *testing.T) {
	w := &viewer{t: t, network: "tcp", began: time.Now()}
	w.start(v)
	for i, s := range v.steps {
		got := s.do(w)
		if t.Failed() {
			t.Fatalf("step %d, %s: failed\n%v", i+1, s.name, w.srv.Transcript())
		}
		if got != s.want {
			t.Fatalf("step %d, %s = %v; want %v, because %s\n%v", i+1, s.name, got, s.want, v.why, w.srv.Transcript())
		}
	}
	for _, c := range w.conns {
		c.Close()
	}
	if err := w.srv.Stop(); err != nil {
		t.Error(err)
	}
	if err := w.srv.Verify(); err != nil {
		t.Error(err)
	}
	for _, o := range w.srv.Report().Rules {
		if o.State != fault.Fired { // Verify says nothing of rules that were removed
			t.Errorf("rule %s: %v, want it to have acted", o.Key, o.State)
		}
	}
}

// start starts the row's server.
func (w *viewer) start(v view) {
	if v.medium == fault.Datagrams {
		w.network = "udp"
		w.packets = fakeserver.StartPacket(w.t, fakeserver.PacketConfig{Faults: plan(v.rules...), Handler: fakeserver.PacketEcho{}, StartDown: v.cfg.StartDown})
		w.srv = w.packets
		return
	}
	if v.owner != nil {
		below, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			w.t.Fatal(err)
		}
		ln := fakeserver.StartListener(w.t, below, fakeserver.Config{Faults: plan(v.rules...)})
		go v.owner(ln)
		w.srv = ln
		return
	}
	cfg := v.cfg
	if cfg.Handler = v.serve; v.serve == nil {
		cfg.Handler = fakeserver.Echo{}
	}
	cfg.Faults = plan(v.rules...)
	w.streams = fakeserver.Start(w.t, cfg)
	w.srv = w.streams
}

// A faker is what both kinds of servers have in common.
type faker interface {
	fakeserver.Wire
	Down() error
	Up() error
}

// A place is where a fault may act.
type place struct {
	kind      string
	medium    fault.Medium
	direction transcript.Direction
}

func TestClientViewsCoverEveryFaultInEachDirection(t *testing.T) {
	all := views()
	if len(all) < 40 {
		t.Errorf("the table has %d rows, want 40 or more", len(all))
	}
	covered := map[place]bool{}
	for _, v := range all {
		for _, r := range v.rules {
			covered[place{r.Fault.Kind(), v.medium, r.Direction}] = true
		}
	}
	for _, m := range []fault.Medium{fault.Streams, fault.Datagrams} {
		for _, kind := range faultgen.All(m) {
			for _, d := range faultgen.Directions(m, kind) {
				if !covered[place{kind, m, d}] {
					t.Errorf("%s of %v, %v: no row; add one to the table of what a client sees", kind, m, faultgen.Place(d))
				}
			}
		}
	}
}

func TestClientViewsSayWhy(t *testing.T) {
	names := map[string]bool{}
	for _, v := range views() {
		if v.why == "" || len(v.steps) == 0 || names[v.name] || v.about == "" && len(v.rules) == 0 {
			t.Errorf("%s: want a name of its own, steps, what it is about, and why", v.name)
		}
		names[v.name] = true
	}
}
