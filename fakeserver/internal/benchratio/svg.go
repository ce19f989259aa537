package main

import (
	"fmt"
	"html"
	"io"
	"math"
	"runtime"
	"strings"

	"github.com/fakewire/fakewire/fakeserver/internal/benchwork"
)

// The picture has a line for each row with a goal. How far to the right its dot is says how many times better than its goal the
// row is, on a logarithmic scale: a dot right of the line at 1 has met it. Where a dot is off the scale, an arrow says so.
const (
	pictureWidth = 1190
	lineHeight   = 22
	headHeight   = 46
	footHeight   = 32
	trackLeft    = 430
	trackWidth   = 280
	worst, best  = 0.5, 8.0 // the ends of the track
)

const pictureHead = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="system-ui, sans-serif" font-size="13">
<title>%s</title>
<style>
svg { background: #fff; color: #1f2328 } text { fill: currentColor } .faint { stroke: #d1d9e0 } .goal { stroke: currentColor }
.met { fill: #1a7f37; stroke: #1a7f37 } .missed { fill: #cf222e; stroke: #cf222e } .small { font-size: 11px; opacity: .8 }
@media (prefers-color-scheme: dark) { svg { background: #0d1117; color: #f0f6fc } .faint { stroke: #3d444d } .met { fill: #3fb950; stroke: #3fb950 } .missed { fill: #f85149; stroke: #f85149 } }
</style>
`

// drawSVG draws the rows that have a goal.
func drawSVG(w io.Writer, results []result) error {
	var lines []result
	for _, r := range results {
		if r.row.goal().IsSet() {
			lines = append(lines, r)
		}
	}
	height := headHeight + lineHeight*len(lines) + footHeight
	var b strings.Builder
	fmt.Fprintf(&b, pictureHead, pictureWidth, height, "How many times better than its goal each figure is")
	drawScale(&b, height)
	for i, r := range lines {
		drawLine(&b, r, headHeight+lineHeight*i+lineHeight/2)
	}
	fmt.Fprintf(&b, `<text class="small" x="8" y="%d">Dots are medians, and bars are their 95 %% intervals, which reach the goal where they are green. %s %s/%s, %d CPUs.</text>`+"\n</svg>\n",
		height-10, runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	_, err := io.WriteString(w, b.String())
	return err
}

// drawScale draws what is behind the lines.
func drawScale(b *strings.Builder, height int) {
	fmt.Fprintf(b, `<text class="small" x="%d" y="18" text-anchor="middle">times better than the goal</text>`+"\n", trackLeft+trackWidth/2)
	for x := worst; x <= best; x *= 2 {
		class := "faint"
		if x == 1 {
			class = "goal"
		}
		at := position(x)
		fmt.Fprintf(b, `<line class="%s" x1="%.1f" y1="%d" x2="%.1f" y2="%d"/><text class="small" x="%.1f" y="36" text-anchor="middle">%g×</text>`+"\n", class, at, headHeight-6, at, height-footHeight+4, at, x)
	}
}

// drawLine draws a row: its words, its interval and its median, and its figures.
func drawLine(b *strings.Builder, r result, y int) {
	s, goal := summarize(r.figures), r.row.goal()
	class := "met"
	if r.verdict() != "met" {
		class = "missed"
	}
	fmt.Fprintf(b, `<text x="8" y="%d">%s</text>`+"\n", y+4, html.EscapeString(r.row.what()))
	fmt.Fprintf(b, `<line class="%s" stroke-width="3" stroke-opacity=".45" x1="%.1f" y1="%d" x2="%.1f" y2="%d"/><circle class="%s" cx="%.1f" cy="%d" r="4"/>`+"\n",
		class, position(score(goal, s.low)), y, position(score(goal, s.high)), y, class, position(score(goal, s.median)), y)
	drawArrow(b, class, score(goal, s.median), y)
	baseline := ""
	if r.row.baseline() != "" {
		baseline = "of " + r.row.baseline() + " "
	}
	fmt.Fprintf(b, `<text x="%d" y="%d">%s %s <tspan class="small">%s(goal %s)</tspan></text>`+"\n",
		trackLeft+trackWidth+24, y+4, number(s.median), html.EscapeString(r.row.unit()), html.EscapeString(baseline), html.EscapeString(goal.String()))
}

// drawArrow draws one beside a dot whose score is off the track.
func drawArrow(b *strings.Builder, class string, score float64, y int) {
	tip := 0.0
	switch {
	case score < worst:
		tip = -13
	case score > best:
		tip = 13
	default:
		return
	}
	at := position(score)
	fmt.Fprintf(b, `<path class="%s" d="M%.1f %dL%.1f %dL%.1f %dz"/>`+"\n", class, at+tip/2, y-4, at+tip, y, at+tip/2, y+4)
}

// score returns how many times better than goal x is.
func score(goal benchwork.Goal, x float64) float64 {
	low, high := goal.Bounds()
	s := math.Inf(1)
	if !math.IsInf(low, 0) {
		s = x / low
	}
	switch {
	case math.IsInf(high, 0):
	case x > 0:
		s = min(s, high/x)
	case high == 0: // and so is x
		s = min(s, 1)
	}
	return s
}

// position returns where on the track a score is.
func position(score float64) float64 {
	share := math.Log(min(max(score, worst), best)/worst) / math.Log(best/worst)
	return trackLeft + trackWidth*share
}
