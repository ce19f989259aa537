package main

import (
	"fmt"
	"html"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/fakewire/fakewire/fakeserver/internal/benchwork"
)

// The picture has a panel for each curve, with logarithmic scales: a cost that does not grow is a level line, and one that is in
// proportion rises by the same share of the panel as N does. What package net's is, is dashed.
const (
	panelsInRow = 3
	panelWidth  = 320
	panelHeight = 220
	plotLeft    = 52
	plotTop     = 44
	plotWidth   = 250
	plotHeight  = 138
	leastSpan   = 100 // from the bottom of a panel to its top, so that noise is no slope
)

const grownStyle = `<style>
.kit { stroke: #0969da; fill: #0969da } .raw { stroke: #6e7781; fill: #6e7781 } path { fill: none !important; stroke-width: 2 }
@media (prefers-color-scheme: dark) { .kit { stroke: #4493f8; fill: #4493f8 } .raw { stroke: #9198a1; fill: #9198a1 } }
</style>
`

// drawGrown draws all curves.
func drawGrown(w io.Writer, all []grown) error {
	rows := (len(all) + panelsInRow - 1) / panelsInRow
	var b strings.Builder
	fmt.Fprintf(&b, pictureHead, panelWidth*panelsInRow, panelHeight*rows+24, "How costs grow")
	b.WriteString(grownStyle)
	for i, g := range all {
		fmt.Fprintf(&b, `<g transform="translate(%d %d)">`+"\n", panelWidth*(i%panelsInRow), panelHeight*(i/panelsInRow))
		newPanel(g).draw(&b, g)
		b.WriteString("</g>\n")
	}
	fmt.Fprintf(&b, `<text class="small" x="8" y="%d">Solid: fakewire. Dashed: package net. Both scales are logarithmic.</text>`+"\n</svg>\n", panelHeight*rows+16)
	_, err := io.WriteString(w, b.String())
	return err
}

// A panel has the scales of one curve.
type panel struct {
	left, right float64 // N at the ends
	low, high   float64 // values at the ends
}

func newPanel(g grown) panel {
	p := panel{left: math.Inf(1), low: math.Inf(1)}
	for _, at := range slices.Concat(g.points, g.raw) {
		n := float64(at.N)
		p.left, p.right = min(p.left, n), max(p.right, n)
		if at.Value > 0 {
			p.low, p.high = min(p.low, at.Value), max(p.high, at.Value)
		}
	}
	if p.high == 0 {
		p.low, p.high = 1, 1
	}
	p.right = max(p.right, 10*p.left)
	middle := math.Sqrt(p.low * p.high)
	p.low, p.high = min(p.low, middle/math.Sqrt(leastSpan)), max(p.high, middle*math.Sqrt(leastSpan))
	return p
}

func (p panel) x(n float64) float64 {
	return plotLeft + plotWidth*math.Log(n/p.left)/math.Log(p.right/p.left)
}

func (p panel) y(value float64) float64 {
	return plotTop + plotHeight - plotHeight*math.Log(max(value, p.low)/p.low)/math.Log(p.high/p.low)
}

func (p panel) draw(b *strings.Builder, g grown) {
	fmt.Fprintf(b, `<text x="8" y="16" font-size="12">%s</text>`+"\n", html.EscapeString(g.curve.What))
	fmt.Fprintf(b, `<text class="small" x="8" y="32">%s</text>`+"\n", html.EscapeString(strings.TrimPrefix(g.curve.Unit+" · "+slope(g.points), " · ")))
	for n := p.left; n <= p.right*1.001; n *= 10 {
		fmt.Fprintf(b, `<line class="faint" x1="%.1f" y1="%d" x2="%.1[1]f" y2="%[3]d"/><text class="small" x="%.1[1]f" y="%[4]d" text-anchor="middle">%[5]s</text>`+"\n",
			p.x(n), plotTop, plotTop+plotHeight, plotTop+plotHeight+14, short(n))
	}
	for v := math.Pow(10, math.Ceil(math.Log10(p.low))); v <= p.high*1.001; v *= 10 {
		fmt.Fprintf(b, `<line class="faint" x1="%d" y1="%.1f" x2="%d" y2="%.1[2]f"/><text class="small" x="%[4]d" y="%.1[5]f" text-anchor="end">%[6]s</text>`+"\n",
			plotLeft, p.y(v), plotLeft+plotWidth, plotLeft-4, p.y(v)+4, short(v))
	}
	p.line(b, "raw", ` stroke-dasharray="5 4"`, g.raw)
	p.line(b, "kit", "", g.points)
	fmt.Fprintf(b, `<text class="small" x="%d" y="%d" text-anchor="end">%s</text>`+"\n", plotLeft+plotWidth, plotTop+plotHeight+28, html.EscapeString(g.curve.Of))
}

// short is a power of ten that fits below its line: 100, 10k, 1M.
func short(x float64) string {
	switch {
	case x >= 1e6:
		return fmt.Sprintf("%gM", x/1e6)
	case x >= 1e4:
		return fmt.Sprintf("%gk", x/1e3)
	}
	return fmt.Sprintf("%g", x)
}

func (p panel) line(b *strings.Builder, class, dashes string, points []benchwork.Point) {
	if len(points) == 0 {
		return
	}
	var path strings.Builder
	for i, at := range points {
		fmt.Fprintf(&path, "%c%.1f %.1f", "ML"[min(i, 1)], p.x(float64(at.N)), p.y(at.Value))
	}
	fmt.Fprintf(b, `<path class="%s"%s d="%s"/>`+"\n", class, dashes, path.String())
	for _, at := range points {
		fmt.Fprintf(b, `<circle class="%s" cx="%.1f" cy="%.1f" r="2.5"/>`+"\n", class, p.x(float64(at.N)), p.y(at.Value))
	}
}
