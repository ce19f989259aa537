package fakeserver_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/fakewire/fakewire/fakeserver"
)

// A server of Listen, in a harness of one's own: what failed leaves its record where a test of Start would.
func ExampleArtifactDir() {
	temp, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(temp)
	os.Setenv("FAKEWIRE_ARTIFACTS", filepath.Join(temp, "of this build")) // as in CI
	defer os.Unsetenv("FAKEWIRE_ARTIFACTS")

	srv, err := fakeserver.Listen(fakeserver.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	srv.Close()
	if dir := fakeserver.ArtifactDir(nil); dir != "" {
		fakeserver.WriteRecordings(dir, "nightly run", srv.Recording())
	}

	files, _ := filepath.Glob(filepath.Join(temp, "*", "*.jsonl"))
	fmt.Println(filepath.Base(files[0]))
	// Output: nightly_run.jsonl
}

func ExampleWriteRecordings() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	srv, err := fakeserver.Listen(fakeserver.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	srv.Close()

	message := fakeserver.WriteRecordings(dir, "nightly run", srv.Recording())
	first, _, _ := strings.Cut(message, filepath.ToSlash(dir))
	fmt.Println(first)
	// Output: the whole record:
}
