package growth

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/internal/benchwork"
)

// The program is called again, as benchratio is.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "-child" {
		addr, _ := strings.CutPrefix(os.Args[2], ClientsArg)
		if err := RunClients(os.Stdin, os.Stdout, addr); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// Each curve has the points that it should, up to a few.
func TestCurves(t *testing.T) {
	const most = 3
	for _, c := range Curves() {
		t.Run(c.Name, func(t *testing.T) {
			for side, measure := range map[string]func(int) ([]benchwork.Point, error){"fakewire": c.Points, "net": c.Raw} {
				if measure == nil {
					continue
				}
				got, err := measure(most)
				if err != nil || len(got) == 0 || got[0].N < 1 || got[len(got)-1].N > most {
					t.Errorf("%s: %v, %v, want points from 1 to %d", side, got, err, most)
				}
				for i := range got[1:] {
					if got[i].N >= got[i+1].N {
						t.Errorf("%s: %v is not in order", side, got)
					}
				}
			}
			if c.Most < 1000 || c.Most > 10_000_000 {
				t.Errorf("%s goes up to %d, want 1,000 to 10 million", c.Name, c.Most)
			}
			if c.What == "" || c.Of == "" {
				t.Errorf("%s does not say what it is: %+v", c.Name, c)
			}
		})
	}
}

// A crowd that can't be had is an error, and no point.
func TestCrowdNeedsDescriptors(t *testing.T) {
	_, err := gather(benchwork.NewKitEcho, descriptors(), func(crowd) float64 { return 1 })
	if err == nil || !strings.Contains(err.Error(), "descriptors") {
		t.Errorf("gather = %v, want what it needs", err)
	}
}

// A client that is not answered is an error.
func TestClientsFailWhereThereIsNoServer(t *testing.T) {
	gone, err := benchwork.NewKitEcho()
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	c, err := startClients(gone.Addr())
	if err != nil {
		t.Fatal(err)
	}
	c.cmd.Stderr = nil
	if _, err := c.connect(1); err == nil {
		t.Error("a client connected where nothing listens")
	}
	c.end()
}
