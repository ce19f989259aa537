package scenarios

import "testing"

// Lines of the kernel's tables are longer than this; what follows is of no use here.
func TestParseSocket(t *testing.T) {
	for _, c := range []struct {
		Why    string
		Line   string
		Want   socket
		Remote uint16
		Bad    bool
	}{
		{"IPv4", "   3: 0100007F:D431 0100007F:1F90 01 00000010:00000002 02:000AE2B1 00000000  1000        0 4711 2 0000000000000000",
			socket{port: 0xD431, state: established, unsent: 16, unread: 2}, 8080, false},
		{"IPv6", "  12: 00000000000000000000000001000000:0051 00000000000000000000000001000000:1F90 02 00000001:00000000 01:00000064 00000000     0        0 4712 2",
			socket{port: 0x51, state: synSent, unsent: 1}, 8080, false},
		{"a listener", "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000001 00:00000000 00000000", socket{port: 8080, state: 10, unread: 1}, 0, false},
		{"no more than it takes", "0: 0100007F:D431 0100007F:1F90 01 FFFFFFFF:0", socket{port: 0xD431, state: established, unsent: 0xFFFFFFFF}, 8080, false},
		{"the table's head", "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode", socket{}, 0, true},
		{"empty", "", socket{}, 0, true},
		{"short", "   3: 0100007F:D431 0100007F:1F90 01", socket{}, 0, true},
		{"no local port", "3: 0100007F 0100007F:1F90 01 0:0", socket{}, 0, true},
		{"no remote port", "3: 0100007F:D431 0100007F 01 0:0", socket{}, 0, true},
		{"one queue", "3: 0100007F:D431 0100007F:1F90 01 00000010", socket{}, 0, true},
		{"a local port that is not hex", "3: 0100007F:D43G 0100007F:1F90 01 0:0", socket{}, 0, true},
		{"a remote port that is too long", "3: 0100007F:D431 0100007F:11F90 01 0:0", socket{}, 0, true},
		{"a state that is not hex", "3: 0100007F:D431 0100007F:1F90 0x 0:0", socket{}, 0, true},
		{"a queue that is not hex", "3: 0100007F:D431 0100007F:1F90 01 -1:0", socket{}, 0, true},
		{"another that is not hex", "3: 0100007F:D431 0100007F:1F90 01 0:zz", socket{}, 0, true},
	} {
		t.Run(c.Why, func(t *testing.T) {
			got, remote, ok := parseSocket(c.Line)
			if ok == c.Bad || ok && (got != c.Want || remote != c.Remote) {
				t.Errorf("parseSocket = %+v, %d, %v, want %+v, %d, %v", got, remote, ok, c.Want, c.Remote, !c.Bad)
			}
		})
	}
}
