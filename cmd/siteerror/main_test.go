package main

import (
	"context"
	"io"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"siteerror": main})
}

// The scripts share a cache folder, in which the shipped library stands read and indexed: a command then starts in a fifth of
// the time. search.txt does without once.
func TestScripts(t *testing.T) {
	t.Parallel()
	cache := t.TempDir()
	if status := run(context.Background(), []string{"search", "--cache", cache, "queued"}, nil, io.Discard, os.Stderr); status != exitDone {
		t.Fatalf("a search to fill the cache: exit status %d", status)
	}
	testscript.Run(t, testscript.Params{Dir: "testdata/script", Setup: func(e *testscript.Env) error {
		e.Setenv("SHARED", cache)
		e.Setenv("SITEERROR_CACHE", cache)
		e.Setenv("GORACE", "atexit_sleep_ms=0") // else the race detector's runtime sleeps for a second whenever a command ends
		return nil
	}})
}
