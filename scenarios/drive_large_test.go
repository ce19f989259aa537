package scenarios

import "testing"

func TestLargeFromIsWhereTheLargeRequestBegins(t *testing.T) {
	const more = LargeRequest + 1
	for _, c := range []struct {
		Why  string
		Said []said
		Want int64
	}{
		{"nothing before it", []said{{1, "client", more}, {1, "server", 3}}, 0},
		{"it comes in pieces", []said{{1, "client", 10}, {1, "client", more}, {1, "server", 3}}, 0},
		{"the server greets", []said{{1, "server", 9}, {1, "client", more}, {1, "server", 3}}, 0},
		{"the client greets, and waits", []said{{1, "client", 5}, {1, "server", 3}, {1, "client", more}, {1, "server", 3}}, 5},
		{"it is longer than it has to be", []said{{1, "client", 5}, {1, "server", 3}, {1, "client", 3 * more}, {1, "server", 3}}, 5},
		{"a parting word", []said{{1, "client", 5}, {1, "server", 3}, {1, "client", more}, {1, "server", 3}, {1, "client", 6}}, 5},
		{"the greeting has a connection of its own", []said{{1, "client", 5}, {1, "server", 3}, {2, "client", more}, {2, "server", 3}}, 0},
		{"each half is answered, so that none is large", []said{{1, "client", more / 2}, {1, "server", 3}, {1, "client", more/2 + 9}, {1, "server", 3}}, 2*(more/2) + 9 - LargeRequest},
	} {
		t.Run(c.Why, func(t *testing.T) {
			if got := largeFrom(conversation(c.Said)); got != c.Want {
				t.Errorf("largeFrom = %d, want %d", got, c.Want)
			}
		})
	}
}
