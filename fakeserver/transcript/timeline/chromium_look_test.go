package timeline_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/timeline"
)

func realTime(t *testing.T, b *browser) {
	p := b.open(t, write(t, cut(t)), "", wide, high)
	gaps := func() (px []float64) {
		p.eval("rows.slice(1).map((r, i) => Math.round(r.querySelector('.r').getBoundingClientRect().top - rows[i].querySelector('.r').getBoundingClientRect().top))", &px)
		return px
	}
	even := gaps()
	p.press("t")
	timed := gaps()
	const held, again = 3, 9 // the gap before event 5, after 48 ms, and the one before event 11, after 100 ms
	if timed[held] < 300 || timed[again] < 700 || timed[0] != even[0] {
		t.Errorf("in real time the distances are %v, and else %v", timed, even)
	}
	p.press("t")
	if got := gaps(); !slices.Equal(got, even) {
		t.Errorf("after it was ended, the distances are %v, want %v", got, even)
	}
}

func drawsTheSame(t *testing.T, b *browser) {
	for name, rec := range map[string]transcript.Recording{"cut": cut(t), "datagrams": datagrams(t), "some": crowd(t, 30, 5), "crowd": crowd(t, 100, 12), "long": long(t, 700)} {
		page := write(t, rec)
		if name == "crowd" { // of many of its connections the page has nothing
			var some strings.Builder
			if err := timeline.WriteAtMost(&some, rec, 300); err != nil {
				t.Fatal(err)
			}
			page = some.String()
		}
		p := b.open(t, page, "", wide, high)
		var got struct{ Before, After, Between []string }
		p.eval(`(() => {
			const pictures = () => [...all('svg', diagram).map(s => s.innerHTML), [...diagram.classList].sort().join(), all('i', diagram).map(i => i.textContent).join()];
			const Before = pictures();
			filter('2');
			const Between = pictures();
			filter('');
			return {Before, Between, After: pictures()};
		})()`, &got)
		for i := range got.Before {
			if got.Before[i] != got.After[i] {
				t.Errorf("%s: the template draws\n%s\nand the script\n%s", name, got.Before[i], got.After[i])
				break
			}
		}
		if slices.Equal(got.Before, got.Between) {
			t.Errorf("%s: with a filter nothing is drawn in another way", name)
		}
	}
}

func manyEvents(t *testing.T, b *browser) {
	page := write(t, long(t, 10_000))
	began := time.Now()
	p := b.open(t, page, "", wide, high)
	p.press("n")
	wantFocus(t, p, "seq=5002", "the first that is marked")
	opened := time.Since(began)
	var took struct{ Parse, Filter, Unfold, Step, Real float64 }
	p.eval(`(async () => {
		const frame = () => new Promise(r => requestAnimationFrame(() => setTimeout(r)));
		const timed = async f => { const t = performance.now(); f(); await frame(); return performance.now() - t; };
		return {Parse: performance.timing.domInteractive - performance.timing.navigationStart, Filter: await timed(() => filter('1')),
			Unfold: await timed(() => by('unfold').click()), Step: await timed(() => step(1)), Real: await timed(() => setReal(true))};
	})()`, &took)
	t.Logf("%d bytes; open and interactive after %v; in ms: %+v", len(page), opened, took)
	if opened > 20*time.Second {
		t.Errorf("10,000 events are there after %v", opened)
	}
	wantQuiet(t, p)
}

func themes(t *testing.T, b *browser) {
	p := b.open(t, write(t, cut(t)), "", wide, high)
	p.eval("all('li.e > details').forEach(d => d.open = true); new Promise(r => setTimeout(r))", nil)
	pictures := map[string][]byte{}
	for _, theme := range []string{"light", "dark"} {
		p.prefer("screen", "prefers-color-scheme", theme)
		pictures[theme] = p.screenshot()
		for _, faint := range faintTexts(p) {
			t.Errorf("%s: %s", theme, faint)
		}
	}
	if bytes.Equal(pictures["light"], pictures["dark"]) {
		t.Error("light and dark look the same")
	}
	p.eval("document.querySelector('h1').style.color = '#888'", nil)
	if len(faintTexts(p)) == 0 {
		p.prefer("screen", "prefers-color-scheme", "light")
		if len(faintTexts(p)) == 0 {
			t.Error("a faint heading is not noticed")
		}
	}
	var still bool // whether or not the reader prefers reduced motion
	p.eval("[...document.querySelectorAll('*')].every(e => { const s = getComputedStyle(e); return s.scrollBehavior === 'auto' && s.transitionDuration === '0s' && s.animationName === 'none'; })", &still)
	if !still {
		t.Error("something on the page moves")
	}
}

// faintTexts returns the texts of the page whose contrast with what is behind them is less than WCAG's AA asks for.
func faintTexts(p *tab) (faint []string) {
	p.t.Helper()
	p.eval(`(() => {
		const parse = c => {
			const n = c.match(/-?[\d.]+(e-?\d+)?/g).map(Number);
			return c.startsWith('color(srgb') ? [n[0] * 255, n[1] * 255, n[2] * 255, n[3] ?? 1] : [n[0], n[1], n[2], n[3] ?? 1];
		};
		const over = (a, b) => [0, 1, 2].map(i => a[i] * a[3] + b[i] * (1 - a[3])).concat(1);
		const behind = e => {
			const c = parse(getComputedStyle(e).backgroundColor);
			return c[3] === 1 ? c : over(c, e.parentElement ? behind(e.parentElement) : [255, 255, 255, 1]);
		};
		const luminance = c => c.slice(0, 3).map(x => x / 255).map(x => x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4)
			.reduce((sum, x, i) => sum + x * [.2126, .7152, .0722][i], 0);
		const found = [];
		for (const e of document.querySelectorAll('body *')) {
			if (!e.getClientRects().length || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
			const back = behind(e), style = getComputedStyle(e), front = over(parse(e.closest('svg') ? style.fill : style.color), back);
			const [high, low] = [luminance(front), luminance(back)].sort((a, b) => b - a), ratio = (high + .05) / (low + .05);
			if (ratio < 4.5) found.push(ratio.toFixed(2) + ' for ' + e.tagName + '.' + e.className + ': ' + e.textContent.slice(0, 40));
		}
		return found;
	})()`, &faint)
	return faint
}

func prints(t *testing.T, b *browser) {
	s := newSample("tcp")
	for n := 1; n <= 12; n++ {
		s.exchange(n, strings.Repeat("a line\n", 50), strings.Repeat("\x00\xff", 800)+"\n"+strings.Repeat("no space", 100))
	}
	p := b.open(t, write(t, s.recording(t, fault.Plan{})), "", 720, high) // about the width of A4
	p.eval("all('li.e > details').forEach(d => d.open = true); new Promise(r => setTimeout(r))", nil)
	p.prefer("print", "prefers-color-scheme", "dark")
	clipped := func() (what []string) {
		p.eval(`[...document.querySelectorAll('body, body *')].filter(e => e.getClientRects().length && !e.closest('svg, .sr, thead') &&
			(e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== 'visible' || e.scrollHeight > e.clientHeight + 1 && getComputedStyle(e).overflowY !== 'visible'
			|| e.getBoundingClientRect().right > innerWidth + 1)).map(e => e.tagName + '.' + e.className + ' ' + e.textContent.slice(0, 40))`, &what)
		return what
	}
	if what := clipped(); len(what) > 0 {
		t.Errorf("in print is clipped: %q", what)
	}
	var back, buttons string
	p.eval("getComputedStyle(document.body).backgroundColor", &back)
	p.eval("String(all('button, input').filter(b => b.offsetParent).length)", &buttons)
	if back != "rgb(255, 255, 255)" || buttons != "0" {
		t.Errorf("in print the page's background is %s, and it has %s buttons: want white, and none", back, buttons)
	}
	var pdf struct{ Data []byte }
	p.call("Page.printToPDF", map[string]any{"printBackground": true}, &pdf)
	if !bytes.HasPrefix(pdf.Data, []byte("%PDF")) {
		t.Error("the page has no PDF")
	}
	p.eval("const pre = document.querySelector('.b pre'); pre.style.overflow = 'hidden'; pre.style.maxHeight = '5px'", nil)
	if len(clipped()) == 0 {
		t.Error("clipped bytes are not noticed")
	}
}

// axNode is a node of what a screen reader gets.
type axNode struct {
	Ignored    bool
	Role, Name struct{ Value json.RawMessage }
}

func accessible(t *testing.T, b *browser) {
	p := b.open(t, write(t, cut(t)), "", wide, high)
	var tree struct{ Nodes []axNode }
	p.call("Accessibility.getFullAXTree", nil, &tree)
	count := map[string]int{}
	names := map[string]bool{}
	for _, n := range tree.Nodes {
		if n.Ignored {
			continue
		}
		var role, name string
		_ = json.Unmarshal(n.Role.Value, &role)
		_ = json.Unmarshal(n.Name.Value, &name)
		count[role]++
		names[role+" "+strings.Join(strings.Fields(name), " ")] = true
		switch role {
		case "button", "searchbox", "checkbox", "link", "heading", "region", "DisclosureTriangle":
			if name == "" {
				t.Errorf("a %s has no name", role)
			}
		case "image", "img", "SvgRoot", "graphics-document":
			t.Errorf("a screen reader is told of a picture: %s %q", role, name)
		}
	}
	for _, want := range []string{
		"heading TestClientTriesAgain/after_a_reset", "heading Rules", "heading Connections", "heading What happened",
		"region Rules", "region Connections", "region What happened", "list What happened", "searchbox Only conns", "checkbox Real time",
		"button Show only conn 2", "toolbar Timeline", "rowheader cut reset to the client after 3 bytes on conn 1", "columnheader Outcome", "link 7",
		`DisclosureTriangle 2 0.000583 +333 µs conn 1 from client "PING\r\n" 6 B at 0`,
	} {
		if !names[want] {
			var have []string
			for name := range names {
				if strings.HasPrefix(name, strings.Fields(want)[0]) {
					have = append(have, name)
				}
			}
			t.Errorf("a screen reader gets no %s; it gets %q", want, have)
		}
	}
	for role, want := range map[string]int{"banner": 1, "main": 1, "contentinfo": 1, "table": 2} {
		if count[role] != want {
			t.Errorf("there are %d of role %s, want %d", count[role], role, want)
		}
	}
	if count["listitem"] < 19+1 {
		t.Errorf("there are %d list items, want one for each event and change", count["listitem"])
	}
}
