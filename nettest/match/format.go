package match

import "github.com/fakewire/fakewire/fakeserver/transcript"

// FormatRecord is a format.CustomFormatter of Gomega. It prints servers, and
// transcript.Transcripts, as their record; it does not handle other values.
//
// The matchers of this package print records by themselves. Others, such as Or and
// BeNil, print what they are about with Gomega's package format, which would walk through
// the fields of a server that is running. Where servers are given to those, register
// FormatRecord, once and before the first assertion:
//
//	var _ = format.RegisterCustomFormatter(match.FormatRecord)
//
// Without it they print fields, and so the bytes that a server's Redact hides.
func FormatRecord(v any) (text string, handled bool) {
	switch v.(type) {
	case recorder, transcript.Transcript:
	default:
		return "", false
	}
	r, err := recordOf("FormatRecord", v)
	return r.String(), err == nil
}
