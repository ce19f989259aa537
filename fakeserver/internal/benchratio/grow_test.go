package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/internal/benchwork"
)

func power(e float64) (all []benchwork.Point) {
	for _, n := range benchwork.Sizes(10_000) {
		all = append(all, benchwork.Point{N: n, Value: 3 * math.Pow(float64(n), e)})
	}
	return all
}

func TestSlope(t *testing.T) {
	for _, tt := range []struct {
		points []benchwork.Point
		want   string
	}{
		{power(0), "flat, N^0.00"},
		{power(1), "linear, N^1.00"},
		{power(0.5), "grows as N^0.50"},
		{power(2), "grows as N^2.00"},
		{power(-1), "falls, as N^-1.00"},
		{power(1)[:1], "too few points"},
		{[]benchwork.Point{{N: 1}, {N: 10}}, "too few points"},
	} {
		if got := slope(tt.points); got != tt.want {
			t.Errorf("slope(%v) = %q, want %q", tt.points, got, tt.want)
		}
	}
}

// grownCurves are one beside package net, one alone, and one that grows by nothing.
func grownCurves() []grown {
	return []grown{
		{curve: benchwork.Curve{Name: "Memory", What: "memory of a <thing>", Of: "things", Unit: "KiB"}, points: power(1), raw: power(0)},
		{curve: benchwork.Curve{Name: "Goroutines", What: "goroutines", Of: "things"}, points: []benchwork.Point{{N: 1, Value: 1}}},
		{curve: benchwork.Curve{Name: "Nothing", What: "nothing", Of: "things"}, points: []benchwork.Point{{N: 1}, {N: 10}}},
	}
}

func TestCurveIsPrintedWithBars(t *testing.T) {
	var b strings.Builder
	for _, g := range grownCurves() {
		printGrown(&b, g)
	}
	for _, want := range []string{
		"Memory: memory of a <thing>: linear, N^1.00\n",
		"     10000 things            30000 KiB ████████████████████  package net: 3\n",
		"         1 things                3 KiB █                     package net: 3\n",
		"         1 things                1     ████████████████████\n",
		"        10 things                0                         \n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("there is no %q in\n%s", want, b.String())
		}
	}
}

func TestCurvesAsJSON(t *testing.T) {
	var b strings.Builder
	if err := writeGrownJSON(&b, grownCurves()); err != nil {
		t.Fatal(err)
	}
	var d grownDocument
	if err := json.Unmarshal([]byte(b.String()), &d); err != nil {
		t.Fatal(err)
	}
	memory, alone := d.Curves[0], d.Curves[1]
	if len(memory.Points) != 5 || len(memory.Raw) != 5 || *memory.Exponent < 0.99 || memory.Points[4] != (pointOfJSON{10_000, 30_000}) {
		t.Errorf("memory = %+v", memory)
	}
	if len(alone.Points) != 1 || alone.Raw != nil || alone.Exponent != nil {
		t.Errorf("goroutines = %+v", alone)
	}
}

func TestPictureHasEachPoint(t *testing.T) {
	var b strings.Builder
	if err := drawGrown(&b, grownCurves()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `text-anchor="end">10k<`) {
		t.Errorf("there is no scale at the left:\n%s", b.String())
	}
	circles := map[string]int{}
	for d := xml.NewDecoder(strings.NewReader(b.String())); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, b.String())
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "circle" {
			circles[e.Attr[0].Value]++
		}
	}
	if circles["kit"] != 8 || circles["raw"] != 5 || strings.Contains(b.String(), "NaN") || strings.Contains(b.String(), "Inf") || strings.Contains(b.String(), "%!") {
		t.Errorf("dots = %v, want 8 and 5:\n%s", circles, b.String())
	}
}

// On the picture a cost in proportion rises, and one that stays is level.
func TestPanel(t *testing.T) {
	p := newPanel(grown{points: power(1), raw: power(0)})
	if a, b := p.y(3), p.y(30_000); a != plotTop+plotHeight || b != plotTop {
		t.Errorf("the ends are at %v and %v, want %v and %v", a, b, plotTop+plotHeight, plotTop)
	}
	flat := newPanel(grown{points: []benchwork.Point{{N: 1, Value: 10}, {N: 10, Value: 11}}})
	if rise := flat.y(10) - flat.y(11); rise > plotHeight/20 {
		t.Errorf("noise of 10 %% rises by %v of %v", rise, plotHeight)
	}
	if p.x(1) != plotLeft || math.Abs(p.x(10_000)-plotLeft-plotWidth) > 1e-9 {
		t.Errorf("N is from %v to %v", p.x(1), p.x(10_000))
	}
}

// What is measured before an error is kept.
func TestMeasureCurveKeepsWhatThereIs(t *testing.T) {
	c := benchwork.Curve{
		Most:   8,
		Points: func(int) ([]benchwork.Point, error) { return power(1)[:2], io.ErrUnexpectedEOF },
		Raw:    func(most int) ([]benchwork.Point, error) { return []benchwork.Point{{N: most, Value: 1}}, nil },
	}
	g, err := measureCurve(c, 7)
	if len(g.points) != 2 || len(g.raw) != 1 || g.raw[0].N != 7 || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("measureCurve = %v, %v, %v", g.points, g.raw, err)
	}
	if g, _ := measureCurve(c, math.MaxInt); g.raw[0].N != c.Most {
		t.Errorf("the curve goes up to %d, want where it ends, at %d", g.raw[0].N, c.Most)
	}
}

func TestCurvesHaveNamesOfTheirOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, g := range selectCurves(regexp.MustCompile("")) {
		if seen[g.Name] || g.Name == "" {
			t.Errorf("%q is there twice, or has no name", g.Name)
		}
		if n := len([]rune(g.What)); n == 0 || n > 50 {
			t.Errorf("%s: %q does not fit above its panel", g.Name, g.What)
		}
		seen[g.Name] = true
	}
}
