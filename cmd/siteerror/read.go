package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/net/html"
	"golang.org/x/term"

	"siteerror/index"
	"siteerror/internal/catalog"
	"siteerror/internal/library"
	"siteerror/internal/terminal"
)

// maxHits is the most hits that one search prints, as many as the API gives.
const maxHits = 100

// quiet is the log of commands that answer once: only what goes wrong.
func (c *command) quiet() *slog.Logger {
	return slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: slog.LevelError}))
}

// snapshot builds the content for one answer.
func (c *command) snapshot(ctx context.Context, f *contentFlags) (*library.Snapshot, func(), error) {
	cfg, err := c.libraryConfig(f, c.quiet())
	if err != nil {
		return nil, nil, err
	}
	lib, err := library.Open(ctx, cfg)
	if err != nil {
		return nil, nil, err
	}
	snap, release := lib.Acquire()
	return snap, func() { release(); lib.Close() }, nil
}

func (c *command) printer() *terminal.Printer {
	p := &terminal.Printer{W: c.out, Color: colored(c.out)}
	if f, ok := c.out.(*os.File); ok {
		p.Width, _, _ = term.GetSize(int(f.Fd())) // 0 where it is no terminal
	}
	return p
}

// colored reports whether w is a terminal whose owner did not ask for plain
// text (no-color.org: a NO_COLOR that is not empty).
func colored(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(f.Fd()))
}

func (c *command) printJSON(v any) error {
	enc := json.NewEncoder(c.out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

func (c *command) searchCommand() *cobra.Command {
	f := &contentFlags{}
	var req index.Request
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "search QUERY",
		Short: "Search codes, posts and docs",
		Args:  usage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			req.Text = strings.Join(args, " ")
			snap, release, err := c.snapshot(cmd.Context(), f)
			if err != nil {
				return err
			}
			defer release()
			if asJSON && req.Explain {
				return usageError{errors.New("search: --explain is for people; leave out --json")}
			}
			if err := checkSearch(snap, req); err != nil {
				return usageError{err}
			}
			start := time.Now()
			res, err := snap.Index.Search(cmd.Context(), req)
			if err != nil {
				return err
			}
			if asJSON {
				if err := c.printJSON(f.shapes().Search(snap, req.Text, res, time.Since(start))); err != nil {
					return err
				}
			} else {
				c.printHits(snap, req.Text, res)
			}
			if res.Total == 0 {
				return errSilent
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringArrayVar(&req.Kinds, "kind", nil, "only this kind: code, post, doc; repeatable")
	flags.StringArrayVar(&req.Categories, "category", nil, "only this category; repeatable")
	flags.StringArrayVar(&req.Vendors, "vendor", nil, "only this vendor; repeatable")
	flags.StringArrayVar(&req.Tags, "tag", nil, "only this tag; repeatable")
	flags.IntVar(&req.Limit, "limit", 10, "at most this many hits, up to 100")
	flags.BoolVar(&req.Explain, "explain", false, "say what each hit scored and why")
	flags.BoolVar(&asJSON, "json", false, "print JSON, as /api/v1/search answers")
	f.register(flags)
	completeFlag(cmd, "kind", func(*catalog.Catalog) []string { return []string{"code", "post", "doc"} }, f)
	completeFlag(cmd, "category", func(cat *catalog.Catalog) []string { return slugs(cat.Categories) }, f)
	completeFlag(cmd, "vendor", func(cat *catalog.Catalog) []string { return slugs(cat.Vendors) }, f)
	return cmd
}

// checkSearch refuses a limit or a filter that nothing can match, as the API does:
// a misspelt vendor is not a search without results.
func checkSearch(snap *library.Snapshot, req index.Request) error {
	if req.Limit < 1 || req.Limit > maxHits {
		return fmt.Errorf("--limit %d: it must be from 1 to %d", req.Limit, maxHits)
	}
	for _, filter := range []struct {
		name   string
		values []string
	}{{"kind", req.Kinds}, {"category", req.Categories}, {"vendor", req.Vendors}, {"tag", req.Tags}} {
		known := snap.Index.Values(filter.name)
		for _, v := range filter.values {
			if !slices.Contains(known, v) {
				return fmt.Errorf("unknown --%s %q; known: %s", filter.name, v, strings.Join(known, ", "))
			}
		}
	}
	return nil
}

func slugs[T interface{ GetSlug() string }](ts []T) []string {
	out := make([]string, len(ts))
	for i, t := range ts {
		out[i] = t.GetSlug()
	}
	return out
}

func (c *command) printHits(snap *library.Snapshot, query string, res *index.Result) {
	p := c.printer()
	for i, h := range res.Hits {
		title, path, color := describe(snap, h)
		p.Wrap(fmt.Sprintf("%2d. ", i+1), "    ", p.Style(color, p.Style("bold", terminal.Printable(title))))
		fmt.Fprintf(c.out, "    %s\n", path)
		if snippet := plainSnippet(h.Snippet, p); snippet != "" {
			p.Wrap("    ", "    ", snippet)
		}
		if h.Explain != nil {
			fmt.Fprint(c.out, h.Explain.String())
		}
	}
	if res.Total == 0 {
		fmt.Fprintf(c.out, "No results for “%s”.\n", terminal.Printable(query))
	} else if res.Total > len(res.Hits) {
		fmt.Fprintf(c.out, "%d of %d results.\n", len(res.Hits), res.Total)
	}
	if res.DidYouMean != "" {
		fmt.Fprintf(c.out, "Did you mean: %s\n", res.DidYouMean)
	}
}

// describe is a hit's title, path and colour.
func describe(snap *library.Snapshot, h index.Hit) (title, path, color string) {
	page, code := snap.Page(h.ID)
	if page == nil {
		return h.ID, "", ""
	}
	title, path = page.Title, page.Path
	if code != nil {
		color = code.Category.Color
		if code.Vendor.Slug != "ietf" {
			title += " (" + code.Vendor.Title + ")"
		}
	}
	if h.Section.Anchor != "" {
		path += "#" + h.Section.Anchor
	}
	return title, path, color
}

// plainSnippet turns the index's HTML into text, matches in bold.
func plainSnippet(snippet string, p *terminal.Printer) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(snippet))
	marked := false
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.TrimSpace(b.String())
		case html.StartTagToken:
			marked = true
		case html.EndTagToken:
			marked = false
		case html.TextToken:
			text := terminal.Printable(strings.ReplaceAll(html.UnescapeString(string(z.Raw())), "\n", " "))
			if marked {
				text = p.Style("bold", text)
			}
			b.WriteString(text)
		}
	}
}
