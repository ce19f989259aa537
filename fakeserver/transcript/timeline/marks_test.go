package timeline

import (
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

func TestEveryKindHasAMark(t *testing.T) {
	b := &builder{}
	for k := transcript.Accept; !strings.HasPrefix(k.String(), "kind "); k++ {
		for _, d := range []transcript.Direction{transcript.Neither, transcript.FromClient, transcript.ToClient} {
			e := transcript.Event{Conn: 1, Direction: d, Kind: k}
			for _, kind := range []string{"", "hold", "loss", "reset"} {
				glyph, place := markOf(e, kind)
				if !strings.Contains(pageHTML, `<symbol id="`+glyph+`"`) {
					t.Errorf("%v has the glyph %q, of which there is no symbol", k, glyph)
				}
				if !strings.Contains("rlRLcsmba", place) || place == "" {
					t.Errorf("%v has the place %q", k, place)
				}
			}
			if plain := k == transcript.Data || k == transcript.Datagram; (b.labelOf(e) == "") != plain {
				t.Errorf("%v has the label %q", k, b.labelOf(e))
			}
		}
	}
}

// Color is never all: what went wrong has a glyph and a word that nothing else has.
func TestWhatWentWrongLooksLikeNothingElse(t *testing.T) {
	b := &builder{}
	usual := map[string]bool{}
	for k := transcript.Accept; !strings.HasPrefix(k.String(), "kind "); k++ {
		for _, d := range []transcript.Direction{transcript.FromClient, transcript.ToClient} {
			e := transcript.Event{Conn: 1, Direction: d, Kind: k}
			glyph, _ := markOf(e, "")
			switch class := b.classOf(e); {
			case class == "from" || class == "to" || class == "quiet":
				usual[glyph] = true
			case usual[glyph]:
				t.Errorf("%v has the glyph %q, as something usual", k, glyph)
			}
		}
	}
	if len(usual) < 5 {
		t.Errorf("what is usual has the glyphs %v", usual)
	}
}
