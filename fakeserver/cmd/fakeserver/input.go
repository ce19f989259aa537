package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// open opens the named file, or the standard input.
func open(c *cobra.Command, name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(c.InOrStdin()), nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		f.Close()
		return nil, fmt.Errorf("%s is a directory: want one of the recordings in it", name)
	}
	return f, nil
}

// inFile puts the name of the file in front of an error.
func inFile(name string, err error) error {
	if name == "-" {
		name = "standard input"
	}
	return fmt.Errorf("%s: %w", name, err)
}

// read reads a recording. One that was cut off is taken as far as it goes, with a warning.
func read(c *cobra.Command, name string) (transcript.Recording, error) {
	f, err := open(c, name)
	if err != nil {
		return transcript.Recording{}, err
	}
	defer f.Close()
	rec, err := transcript.Read(f)
	if err != nil {
		err = inFile(name, err)
	}
	if errors.Is(err, transcript.ErrCutOff) && rec.Transcript.Header() != (transcript.Header{}) {
		fmt.Fprintf(c.ErrOrStderr(), "fakeserver: %s: what comes before is taken\n", printable(err.Error()))
		err = nil
	}
	return rec, err
}

// followed is a file that is still being written: where it ends, more is waited for.
type followed struct {
	ctx context.Context
	f   io.Reader
}

// followPause is how long to wait for more.
const followPause = 50 * time.Millisecond

func (f followed) Read(p []byte) (int, error) {
	for {
		n, err := f.f.Read(p)
		if n > 0 || err != io.EOF {
			return n, err
		}
		select {
		case <-f.ctx.Done():
			return 0, io.EOF
		case <-time.After(followPause):
		}
	}
}
