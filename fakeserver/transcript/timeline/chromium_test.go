package timeline_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/timeline"
)

// TestPageInChromium opens pages as a person would, and uses them.
func TestPageInChromium(t *testing.T) {
	b := startBrowser(t)
	for _, test := range []struct {
		name string
		run  func(*testing.T, *browser)
	}{
		{"fetches nothing and has no problem", fetchesNothing},
		{"deep link", deepLink},
		{"without JavaScript", withoutScript},
		{"filter", filters},
		{"keyboard", keyboard},
		{"bytes as text and hex", textAndHex},
		{"real time", realTime},
		{"script draws as the template does", drawsTheSame},
		{"many events", manyEvents},
		{"themes", themes},
		{"print", prints},
		{"accessibility", accessible},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, b) })
	}
}

const (
	wide, narrow = 1600, 400
	high         = 1000
)

// wantQuiet checks that the page asked for nothing but itself, and complained of nothing.
func wantQuiet(t *testing.T, p *tab) {
	t.Helper()
	p.eval("new Promise(r => requestAnimationFrame(() => setTimeout(r)))", nil) // what is asked for late
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, url := range p.requests {
		if !strings.HasPrefix(url, "file://") || !strings.Contains(url, "page.html") {
			t.Errorf("the page fetches %s", url)
		}
	}
	for _, problem := range p.problems {
		t.Errorf("the page has a problem: %s", problem)
	}
}

func fetchesNothing(t *testing.T, b *browser) {
	for name, rec := range map[string]transcript.Recording{
		"small": small(t), "cut": cut(t), "datagrams": datagrams(t), "crowd": crowd(t, 60, 10), "untrusted": untrusted(t), "untrusted and folded": untrustedRun(t), "nothing": {},
	} {
		p := b.open(t, write(t, rec), "", narrow, high)
		p.eval("unfoldAll(folds); all('li.e > details').forEach(d => d.open = true)", nil)
		wantQuiet(t, p)
		var pwned, overflow bool
		p.eval("!!window.pwned", &pwned)
		p.eval("document.documentElement.scrollWidth > innerWidth", &overflow)
		if overflow {
			var which []string
			p.eval("[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth).map(e => e.tagName + '.' + e.className + ' ' + e.textContent.slice(0, 30))", &which)
			t.Logf("%q", which[:min(len(which), 8)])
		}
		if pwned || overflow {
			t.Errorf("%s: pwned %v, wider than its window %v", name, pwned, overflow)
		}
	}
	// A page that does fetch is noticed.
	bad := strings.Replace(write(t, small(t)), "</main>", `</main><img src="http://127.0.0.1:1/x"><script>alert(1)</script>`, 1)
	p := b.open(t, bad, "", narrow, high)
	p.eval("new Promise(r => requestAnimationFrame(() => setTimeout(r)))", nil)
	p.mu.Lock()
	defer p.mu.Unlock()
	if refused := strings.Count(strings.Join(p.problems, "\n"), "Content Security Policy directive"); refused != 2 {
		t.Errorf("of a page with a picture and a script of others, the policy refuses %d: %q", refused, p.problems)
	}
}

// focused returns the id of the event that has the focus.
func focused(p *tab) (id string) {
	p.t.Helper()
	p.eval("document.activeElement.closest('li')?.id || ''", &id)
	return id
}

func wantFocus(t *testing.T, p *tab, id, why string) {
	t.Helper()
	if got := focused(p); got != id {
		t.Errorf("%s: the focus is on %q, want %q", why, got, id)
	}
	var seen bool
	p.eval(`(() => { const r = document.activeElement.getBoundingClientRect(); return r.height > 0 && r.top >= 0 && r.bottom <= innerHeight; })()`, &seen)
	if !seen {
		t.Errorf("%s: what has the focus is not in sight", why)
	}
}

func deepLink(t *testing.T, b *browser) {
	page := write(t, long(t, 1000))
	p := b.open(t, page, "#seq=700", wide, high)
	p.eval("new Promise(r => setTimeout(r))", nil) // what the page does when it is loaded
	wantFocus(t, p, "seq=700", "a link to an event in a fold")
	var marked bool
	p.eval("getComputedStyle(document.activeElement).backgroundColor !== 'rgba(0, 0, 0, 0)'", &marked)
	if !marked {
		t.Error("the event of the link is not highlighted")
	}
	p.eval("location.hash = '#seq=3'; new Promise(r => setTimeout(r))", nil)
	wantFocus(t, p, "seq=3", "another link")
	p.eval("filter('7'); location.hash = '#seq=5'; new Promise(r => setTimeout(r))", nil)
	wantFocus(t, p, "seq=5", "a link to an event that the filter hid")
	p.eval("document.querySelector('.acts a').click(); new Promise(r => setTimeout(r))", nil)
	wantFocus(t, p, "seq=502", "the link of a rule to the event in which it acted")
	p.press("g", "j", "j", "j", "j") // to a fold
	for _, want := range []bool{false, true} {
		var open bool
		p.press("Enter")
		if p.eval("document.activeElement.matches('.fold > summary') && here.parentElement.open", &open); open != want {
			t.Errorf("after Enter the fold is open: %v, want %v", open, want)
		}
	}
	var said string
	p.eval("location.hash = '#seq=5000'; new Promise(r => setTimeout(() => r(by('said').textContent)))", &said)
	if said != "There is no event 5000." {
		t.Errorf("a link to an event that is not there says %q", said)
	}

	var some strings.Builder
	if err := timeline.WriteAtMost(&some, long(t, 1000), 100); err != nil {
		t.Fatal(err)
	}
	p = b.open(t, some.String(), "#seq=300", wide, high)
	p.eval("new Promise(r => setTimeout(() => r(by('said').textContent + ' ' + document.activeElement.textContent)))", &said)
	if !strings.HasPrefix(said, "Event 300 is left out of this page. 451 events left out: 51 to 501.") {
		t.Errorf("a link to an event that the page has not says %q", said)
	}
}

func withoutScript(t *testing.T, b *browser) {
	p := b.blank(t)
	p.call("Emulation.setScriptExecutionDisabled", map[string]any{"value": true}, nil)
	p.resize(wide, high)
	p.show(write(t, long(t, 1000)), "#seq=700")
	var got struct {
		Height  float64
		Found   string
		Buttons int
		Open    int
	}
	p.eval(`({Height: document.getElementById('seq=700').getBoundingClientRect().height, Found: document.querySelector('li:target')?.id || '',
		Buttons: [...document.querySelectorAll('button, input')].filter(b => b.offsetParent).length, Open: document.querySelectorAll('details.fold[open]').length})`, &got)
	if got.Height == 0 || got.Found != "seq=700" || got.Buttons != 0 || got.Open != 1 {
		t.Errorf("without JavaScript: %+v, want the fold with the event open, and no button, as none would work", got)
	}
}

// visible returns the numbers of the events that are to be seen.
func visible(p *tab) (seqs []int) {
	p.t.Helper()
	p.eval("rows.filter(r => r.offsetHeight > 0).map(r => +r.id.slice(4))", &seqs)
	return seqs
}

func filters(t *testing.T, b *browser) {
	p := b.open(t, write(t, cut(t)), "", wide, high)
	p.press("/")
	p.call("Input.insertText", map[string]any{"text": "2"}, nil)
	if got, want := visible(p), []int{5, 11, 12, 13, 14, 15, 16, 17, 18, 19}; !slices.Equal(got, want) {
		t.Errorf("with the filter 2 the events %v are to be seen, want %v: those of conn 2, and of the server as a whole", got, want)
	}
	var state struct{ Shown, Head, Delta string }
	p.eval("({Shown: by('shown').textContent, Head: diagram.querySelector('.head svg').textContent, Delta: by('seq=11').querySelector('i').textContent})", &state)
	if state.Shown != "1 of 2 conns, 10 of 19 events" || state.Head != "conn 2clientserver" || state.Delta != " +100 ms" {
		t.Errorf("the filter says %+v", state)
	}
	p.press("Escape")
	if got := visible(p); len(got) != 19 {
		t.Errorf("without a filter the events %v are to be seen", got)
	}
	p.eval("document.querySelector('[data-conn=\"1\"]').click()", nil)
	if got := visible(p); !slices.Contains(got, 8) || slices.Contains(got, 12) {
		t.Errorf("with only conn 1 the events %v are to be seen", got)
	}

	p = b.open(t, write(t, crowd(t, 200, 20)), "", wide, high)
	for text, want := range map[string][]int{"": nil, "3": {3}, "1, 3-5": {1, 3, 4, 5}, "198-": {198, 199, 200}, "2..3 7": {2, 3, 7}, "x": {}} {
		var got []int
		p.eval(fmt.Sprintf("filter(%q); shown", text), &got)
		if text == "" && len(got) != 200 || text != "" && !slices.Equal(got, want) {
			t.Errorf("the filter %q shows %v, want %v", text, got, want)
		}
	}
}

func keyboard(t *testing.T, b *browser) {
	p := b.open(t, write(t, cut(t)), "", wide, high)
	for _, c := range []struct{ keys, want, why string }{
		{"j", "seq=2", "the next event"}, {"j j", "seq=4", "and on"}, {"k", "seq=3", "back"}, {"ArrowDown", "seq=4", "arrows work, too"},
		{"ArrowUp", "seq=3", "both"}, {"n", "seq=4", "the next that is marked"}, {"n n", "seq=8", "and on"}, {"p", "seq=7", "back"},
		{"G", "seq=19", "the last"}, {"j", "seq=19", "there is none after it"}, {"g", "seq=1", "the first"}, {"k", "seq=1", "there is none before it"},
	} {
		p.press(strings.Fields(c.keys)...)
		wantFocus(t, p, c.want, c.keys+": "+c.why)
	}
	var got struct {
		Open          bool
		Outline, Help string
	}
	p.press("j", "Enter")
	p.eval("({Open: by('seq=2').querySelector('details').open, Outline: getComputedStyle(document.activeElement).outlineStyle, Help: ''})", &got)
	if !got.Open || got.Outline == "none" {
		t.Errorf("after Enter: %+v, want the bytes open, and the focus to be seen", got)
	}
	p.press("Enter")
	p.eval("({Open: by('seq=2').querySelector('details').open})", &got)
	if got.Open {
		t.Error("Enter does not close what it opened")
	}
	p.press("/")
	p.eval("({Help: document.activeElement.id})", &got)
	if got.Help != "filter" {
		t.Errorf("/ goes to %q, want the filter", got.Help)
	}
	p.press("Escape", "?")
	p.eval("new Promise(r => setTimeout(() => r({Open: by('help').open, Help: by('help').innerText})))", &got)
	if !got.Open || !strings.Contains(got.Help, "next event") {
		t.Errorf("? shows %+v, want the keys", got)
	}
}

func textAndHex(t *testing.T, b *browser) {
	p := b.open(t, write(t, cut(t)), "#seq=13", wide, high)
	p.eval("new Promise(r => setTimeout(r))", nil)
	shown := func(id string) (text string) {
		p.eval(fmt.Sprintf("by(%q).querySelector('details').open ? by(%q).querySelector('pre').innerText : 'closed'", id, id), &text)
		return text
	}
	if got := shown("seq=13"); got != "closed" {
		t.Errorf("bytes are shown before anybody asks: %q", got)
	}
	hex := "       0  50 4f 4e 47 0d 0a                                PONG..\n"
	p.press("x")
	if got := shown("seq=13"); got != hex {
		t.Errorf("as hex: %q, want %q", got, hex)
	}
	p.press("x")
	if got, want := shown("seq=13"), "       0  PONG\\r\\n\n"; got != want {
		t.Errorf("as text: %q, want %q", got, want)
	}
	p.press("j", "Enter")
	if got := shown("seq=14"); !strings.HasPrefix(got, "       6  00 01 02 fe ff 20") {
		t.Errorf("what is no text is shown as %q, want hex", got)
	}
	p.eval("new Promise(r => setTimeout(r))", nil)
	p.eval("by('seq=14').querySelector('button').click()", nil)
	if got, want := shown("seq=14"), "       6  \\x00\\x01\\x02\\xfe\\xff binary \\xe2\\x80\\xae rest\n"; got != want {
		t.Errorf("and as text: %q, want %q", got, want)
	}
	var same bool // as the package's own
	p.eval(`all('pre').every(pre => (pre.dataset.first || pre.dataset.as) === 'hex' ?
		hexOf(bytesOf(pre), +pre.dataset.o) === (pre.firstText || pre.textContent) : textOf(bytesOf(pre), +pre.dataset.o) === (pre.firstText || pre.textContent))`, &same)
	if !same {
		t.Error("the script writes bytes in another way than the package")
	}
}
