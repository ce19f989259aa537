package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/fakewire/fakewire/fakeserver/internal/benchwork"
)

// results are one that meets its goal, one that misses it, one without a goal, and one that has too few measurements.
func results() []result {
	work := &benchwork.Work{Name: "Sink", What: "a sink <fast>", Baseline: "io.Copy", Speed: true, Goal: benchwork.AtLeast(1.3)}
	slow := &benchwork.Figure{Name: "Lateness", What: "how late", Unit: "µs", Goal: benchwork.AtMost(10)}
	free := &benchwork.Figure{Name: "Free", What: "no goal", Unit: "allocs"}
	ratios := []float64{1.1, 1.2, 1.25, 1.29, 1.31, 1.4, 1.5}
	ones := []float64{1, 1, 1, 1, 1, 1, 1}
	return []result{
		{row: row{work: work}, figures: ratios, raw: ones, kit: ones, enough: true},
		{row: row{figure: slow}, figures: []float64{20, 30, 40, 50, 60, 70}, enough: true},
		{row: row{figure: free}, figures: []float64{3}},
	}
}

func TestTableSaysWhichGoalsAreMet(t *testing.T) {
	var b strings.Builder
	table := newLayout([]row{results()[0].row, results()[1].row})
	table.printHead(&b)
	for _, r := range results() {
		table.printResult(&b, r)
	}
	printSum(&b, results())
	for _, want := range []string{
		"row        median  95 % interval   unit         goal         verdict  what           against\n",
		"Sink        1.290  1.100-1.500     × the speed  ≥ 1.3        met      a sink <fast>  io.Copy\n",
		"≤ 10         MISSED   how late\n", "-?       no goal\n", "\n1 of 2 goals are met.\n", "too few measurements for a verdict: 1 of 3.\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, b.String())
		}
	}
}

func TestJSONHasTheTable(t *testing.T) {
	var b strings.Builder
	if err := writeJSON(&b, results()); err != nil {
		t.Fatal(err)
	}
	var d document
	if err := json.Unmarshal([]byte(b.String()), &d); err != nil {
		t.Fatal(err)
	}
	sink, late, free := d.Rows[0], d.Rows[1], d.Rows[2]
	if sink.Verdict != "met" || *sink.AtLeast != 1.3 || sink.AtMost != nil || sink.Median != 1.29 || *sink.Kit != 1 || sink.Samples != 7 {
		t.Errorf("sink = %+v", sink)
	}
	if late.Verdict != "MISSED" || *late.AtMost != 10 || late.Kit != nil || late.Low != 20 {
		t.Errorf("lateness = %+v", late)
	}
	if free.Verdict != "-" || free.AtLeast != nil || free.Enough {
		t.Errorf("free = %+v", free)
	}
}

func TestPictureHasALineForEachGoal(t *testing.T) {
	var b strings.Builder
	if err := drawSVG(&b, results()); err != nil {
		t.Fatal(err)
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
	if !strings.Contains(b.String(), "of io.Copy (goal") || strings.Contains(b.String(), "%!") {
		t.Errorf("the picture does not say what the baseline is:\n%s", b.String())
	}
	if circles["met"] != 1 || circles["missed"] != 1 || len(circles) != 2 {
		t.Errorf("dots = %v, want one met and one missed", circles)
	}
}

func TestArrowWhereTheScoreIsOffTheScale(t *testing.T) {
	for s, want := range map[float64]bool{0.3: true, worst: false, 1: false, best: false, 9: true} {
		var b strings.Builder
		if drawArrow(&b, "met", s, 10); (b.Len() > 0) != want {
			t.Errorf("score %v: drew %q, want an arrow: %v", s, b.String(), want)
		}
	}
}

func TestScore(t *testing.T) {
	for _, tt := range []struct {
		goal benchwork.Goal
		x    float64
		want float64
	}{
		{benchwork.AtLeast(2), 3, 1.5},
		{benchwork.AtMost(10), 20, 0.5},
		{benchwork.AtMost(0), 0, 1},
		{benchwork.AtMost(0), 1, 0},
		{benchwork.Between(0.5, 2), 1, 2},
		{benchwork.Between(0.5, 2), 4, 0.5},
	} {
		if got := score(tt.goal, tt.x); got != tt.want {
			t.Errorf("score(%v, %v) = %v, want %v", tt.goal, tt.x, got, tt.want)
		}
	}
}

// A true interval misses the median in at most 5 % of trials, and is not so wide
// that it hardly ever does.
func TestIntervalCovers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	missed := 0
	for range 2000 {
		figures := make([]float64, 60)
		for i := range figures {
			figures[i] = r.ExpFloat64() // its median is ln 2
		}
		if s := summarize(figures); s.low > 0.693147 || s.high < 0.693147 {
			missed++
		}
	}
	if missed < 10 || missed > 110 {
		t.Errorf("missed the median in %d of 2000 trials, want about 60", missed)
	}
}

func TestSummaryOfFewFiguresIsAllThatTheySpan(t *testing.T) {
	if s := summarize([]float64{3, 1, 2, 4}); s.median != 2.5 || s.low != 1 || s.high != 4 {
		t.Errorf("summarize = %+v, want 2.5 between 1 and 4", s)
	}
}

func TestRowsHaveNamesOfTheirOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range allRows() {
		if name := r.name(); seen[name] || name == "" || r.what() == "" || r.work != nil && r.baseline() == "" {
			t.Errorf("row %q: twice, or without a name, words or a baseline: %+v", name, r)
		}
		if r.figure != nil && r.figure.Times > 0 && r.figure.Times < minTimes {
			t.Errorf("row %q: %d figures have no interval of 95 %%, which needs %d", r.name(), r.figure.Times, minTimes)
		}
		if n := utf8.RuneCountInString(r.what()); n > 63 {
			t.Errorf("%s: %q does not fit beside its dot", r.name(), r.what())
		}
		seen[r.name()] = true
	}
	if _, err := findRow("Nothing"); err == nil {
		t.Error("found a row that there is not")
	}
}

// What a child prints is the figure of the row.
func TestChildDoesOneSlice(t *testing.T) {
	for _, what := range []string{"SinkFresh/raw", "SinkFresh/kit", "Kept64KiB"} {
		var b strings.Builder
		if err := runChild(&b, what); err != nil || strings.TrimSpace(b.String()) == "" {
			t.Errorf("child %s printed %q, %v", what, b.String(), err)
		}
	}
	if err := runChild(io.Discard, "Nothing/kit"); err == nil {
		t.Error("a child did what there is not")
	}
}

// A run of every kind of row, with few slices, does not fail, however slow the machine is.
func TestMeasuringRunsEachKindOfRow(t *testing.T) {
	m := &measuring{slices: 2, began: time.Now()}
	for _, name := range []string{"Echo1", "LifeGoroutines"} {
		r, err := findRow(name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := m.row(r)
		if err != nil || len(got.figures) != 1 || got.enough {
			t.Errorf("%s: %d figures, enough: %v, %v; want 1 after the deadline, and not enough", name, len(got.figures), got.enough, err)
		}
	}
}
