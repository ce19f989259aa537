package scenarios

import (
	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// keepRecord writes the recordings, one file for each server, to $FAKEWIRE_ARTIFACTS, each time that a promise fails, and returns
// lines that say where they are, or why they are not. Without that variable it does nothing.
func (e evidence) keepRecord(promise string) string {
	dir := fakeserver.ArtifactDir(nil)
	if dir == "" {
		return ""
	}
	var all []transcript.Recording
	for _, t := range e {
		all = append(all, t.recordings...)
	}
	return fakeserver.WriteRecordings(dir, promise, all...)
}
