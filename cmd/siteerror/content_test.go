package main

import (
	"context"
	"io"
	"strings"
	"testing"
)

// The library that is shipped has none of the mistakes that check finds.
func TestShippedContentHasNoMistakes(t *testing.T) {
	t.Parallel()
	var errs strings.Builder
	if status := run(context.Background(), []string{"check", "--builtin=false", "../../content"}, nil, io.Discard, &errs); status != exitDone {
		t.Errorf("exit status %d\n%s", status, errs.String())
	}
}
