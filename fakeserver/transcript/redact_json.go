package transcript

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
)

// Redacted returns r as it may be shown, in which nothing is left to hide: with the transcript as its Redacted returns
// it, and without what the transcript's Redactor hides in the names and the plans. What names a kind, a direction or a
// time stays, so that package fault can read plans and the report. Two rules of which the names differ only in what is
// hidden have one name then. Without a Redactor it returns r.
func (r Recording) Redacted() Recording {
	x := r.Transcript.redaction
	if x == nil {
		return r
	}
	r.Transcript = r.Transcript.Redacted()
	r.Origin.Test, r.Origin.Rerun = x.text(r.Origin.Test), x.text(r.Origin.Rerun)
	r.Origin.Plan, r.Report = x.json(r.Origin.Plan), x.json(r.Report)
	r.Changes = slices.Clone(r.Changes)
	for i := range r.Changes {
		r.Changes[i].Plan = x.json(r.Changes[i].Plan)
	}
	return r
}

// fixed are the fields of plans and reports with strings in words of package fault's, and with times and seeds.
var fixed = []string{
	"kind", "direction", "matchIn", "demand", "errno", "distribution", "how", "state", "medium",
	"seed", "time", "for", "delay", "jitter", "pause",
}

// json returns a JSON text without what is to be hidden of its strings. All else stays as it is.
func (x *redaction) json(text json.RawMessage) json.RawMessage {
	var shown []byte
	field := ""
	for rest := []byte(text); len(rest) > 0; {
		n := stringToken(rest)
		if n == 0 {
			shown, rest = append(shown, rest[0]), rest[1:]
			continue
		}
		token, after := rest[:n], rest[n:]
		if isName := bytes.HasPrefix(bytes.TrimLeft(after, " \t\r\n"), []byte(":")); isName {
			field = decoded(token)
		} else {
			token = x.jsonString(field, token)
		}
		shown, rest = append(shown, token...), after
	}
	return shown
}

// jsonString returns a string of JSON, the value of a field, without what is to be hidden.
func (x *redaction) jsonString(field string, token []byte) []byte {
	if slices.Contains(fixed, field) {
		return token
	}
	text := decoded(token)
	shown := text
	if p, err := base64.StdEncoding.DecodeString(text); err == nil && strings.HasSuffix(field, base64Suffix) {
		shown = base64.StdEncoding.EncodeToString([]byte(x.text(string(p))))
	} else {
		shown = x.text(text)
	}
	if shown == text {
		return token
	}
	token, _ = json.Marshal(shown) // no string has an error
	return token
}

// stringToken returns the length of the string with which a JSON text begins; zero if it begins with something else.
func stringToken(text []byte) int {
	if text[0] != '"' {
		return 0
	}
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return 0
}

// decoded returns what a string of JSON is.
func decoded(token []byte) (s string) {
	json.Unmarshal(token, &s)
	return s
}
