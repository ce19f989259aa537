package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/benchratio/growth"
	"github.com/fakewire/fakewire/fakeserver/internal/benchwork"
)

// inChild runs this command with -child, and returns the number that it prints.
func inChild(what string) (float64, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, self, "-child", what)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("child %s: %w", what, err)
	}
	return strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
}

func sliceInChild(w *benchwork.Work, side string) (time.Duration, error) {
	ns, err := inChild(w.Name + "/" + side)
	return time.Duration(ns), err
}

// runChild is what the child does: what is the name of a figure, or of a work and a side, or asks for the clients of a curve.
func runChild(out io.Writer, what string) error {
	if addr, ok := strings.CutPrefix(what, growth.ClientsArg); ok {
		return growth.RunClients(os.Stdin, out, addr)
	}
	name, side, _ := strings.Cut(what, "/")
	r, err := findRow(name)
	if err != nil {
		return err
	}
	x, err := childFigure(r, side)
	if err == nil {
		_, err = fmt.Fprintln(out, x)
	}
	return err
}

func childFigure(r row, side string) (float64, error) {
	if r.figure != nil {
		return r.figure.Measure()
	}
	body := r.work.Raw
	if side == "kit" {
		body = r.work.Kit
	}
	took, err := slice(body, r.work.Slice)
	return float64(took), err
}
