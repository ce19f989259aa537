package fault

// Blackhole lets nothing pass, and tells neither side.
//
// FromClient, what the client sends is read and recorded, and the handler does
// not get it. ToClient, what the handler writes vanishes. The connection stays open,
// and ends of streams pass.
type Blackhole struct{}

// Kind returns "blackhole".
func (Blackhole) Kind() string { return "blackhole" }

// Validate returns nil.
func (Blackhole) Validate() error { return nil }

func (Blackhole) sealed()                        {}
func (Blackhole) drops()                         {}
func (Blackhole) datagram(draws) datagramDecider { return swallower{} }
func (Blackhole) describeHit(*verdict) string    { return "dropped" }

type swallower struct{}

func (swallower) decide(v *verdict, _ int64) bool {
	v.lose()
	return true
}
