package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"siteerror/internal/catalog"
	"siteerror/internal/checker"
	"siteerror/internal/diagnose"
	"siteerror/internal/feed"
	"siteerror/internal/library"
	"siteerror/internal/mcp"
	"siteerror/internal/terminal"
)

const (
	fewLines  = 50       // up to here each line is looked at by itself; more get a summary
	fewBytes  = 64 << 10 // what is read to find out
	cannotSay = "cannot tell"
)

func (c *command) diagnoseCommand() *cobra.Command {
	f := &contentFlags{}
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "diagnose [FILE|-]",
		Short: "Say which hop sent an error, from log lines, headers, curl -v output or an error page",
		Args:  usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			in := c.in
			if len(args) == 1 && args[0] != "-" {
				file, err := os.Open(args[0])
				if err != nil {
					return err
				}
				defer file.Close()
				in = file
			}
			snap, release, err := c.snapshot(cmd.Context(), f)
			if err != nil {
				return err
			}
			defer release()
			engine, err := snap.Diagnoser()
			if err != nil {
				return err
			}
			head := make([]byte, fewBytes)
			n, err := io.ReadFull(in, head)
			head = head[:n]
			if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				return err
			}
			if err == nil || bytes.Count(head, []byte("\n")) > fewLines {
				sum, err := engine.Summarize(cmd.Context(), io.MultiReader(bytes.NewReader(head), in), diagnose.SummaryOptions{})
				if err != nil {
					return err
				}
				return c.printSummary(snap.Catalog, sum, asJSON)
			}
			return c.printReport(snap, engine.Diagnose(cmd.Context(), head), asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	f.register(cmd.Flags())
	return cmd
}

func (c *command) printReport(snap *library.Snapshot, r *diagnose.Report, asJSON bool) error {
	for i := range r.Findings {
		f := &r.Findings[i]
		f.URL = pathOf(snap.Catalog, f.AliasID, f.ID)
	}
	if asJSON {
		if err := c.printJSON(r); err != nil {
			return err
		}
	} else {
		p := c.printer()
		for i, f := range r.Findings {
			p.Wrap(fmt.Sprintf("%d. ", i+1), "   ", p.Style("bold", terminal.Printable(f.Title)))
			p.Wrap("   ", "   ", fmt.Sprintf("%s, spoken by %s, %s", f.URL, hop(f.Emitter), f.Confidence))
			p.Wrap("   ", "   ", terminal.Printable(f.Why))
			for _, e := range f.Evidence { // as it was pasted: it is not broken
				fmt.Fprintf(c.out, "   > %s\n", terminal.Printable(e.Text))
				p.Wrap("     ", "     ", terminal.Printable(e.Says))
			}
			for _, next := range f.NextChecks {
				fmt.Fprintf(c.out, "   next: %s\n", next)
			}
		}
		for _, u := range r.CannotTell {
			p.Wrap("", "  ", terminal.Printable("Cannot tell: "+u.Question+" "+u.SettledBy))
		}
		if len(r.Findings) == 0 {
			fmt.Fprintf(c.out, "Nothing in it names a code or a hop. Try: siteerror search %q\n", terminal.Printable(r.SearchText))
		}
	}
	if len(r.Findings) == 0 {
		return errSilent
	}
	return nil
}

func (c *command) printSummary(cat *catalog.Catalog, s *diagnose.Summary, asJSON bool) error {
	for i := range s.Cases {
		s.Cases[i].URL = pathOf(cat, s.Cases[i].AliasID, s.Cases[i].ID)
	}
	if asJSON {
		return c.printJSON(s)
	}
	fmt.Fprintf(c.out, "%d lines, %d could not be read, %d errors.\n", s.Lines, s.Unread, s.Errors)
	if s.First != nil && s.Last != nil {
		fmt.Fprintf(c.out, "From %s to %s.\n", s.First.Format("2006-01-02 15:04:05"), s.Last.Format("2006-01-02 15:04:05"))
	}
	fmt.Fprintln(c.out)
	p := c.printer()
	for line := range strings.SplitSeq(terminal.Printable(s.Story), "\n") {
		p.Wrap("", "", line)
	}
	if len(s.Cases) > 0 {
		fmt.Fprintln(c.out)
	}
	for _, one := range s.Cases {
		title := one.Title
		if title == "" {
			title = fmt.Sprint(one.Status)
		}
		fmt.Fprintf(c.out, "%9d  %s, spoken by %s  %s\n", one.Count, title, hop(one.Emitter), one.URL)
	}
	for _, list := range []struct {
		title  string
		places []diagnose.Place
	}{{"Paths", s.Paths}, {"Upstreams", s.Upstreams}} {
		if len(list.places) == 0 {
			continue
		}
		fmt.Fprintf(c.out, "\n%s with errors\n", list.title)
		for _, place := range list.places {
			fmt.Fprintf(c.out, "%9d  %d  %s\n", place.Count, place.Status, terminal.Printable(place.Name))
		}
	}
	if s.Lines == s.Unread {
		return errSilent
	}
	return nil
}

func hop(emitter string) string {
	if emitter == "" {
		return cannotSay
	}
	return "the " + strings.ReplaceAll(emitter, "-", " ")
}

// pathOf is the path of the first of ids that has a page, or "".
func pathOf(c *catalog.Catalog, ids ...string) string {
	for _, id := range ids {
		if _, path, err := c.Find(id); id != "" && err == nil {
			return path
		}
	}
	return ""
}

func (c *command) mcpCommand() *cobra.Command {
	f := &contentFlags{}
	cmd := &cobra.Command{
		Use:   "mcp",
		Short: "Offer the library to an agent over standard input and output (Model Context Protocol)",
		Args:  usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := c.libraryConfig(f, c.quiet())
			if err != nil {
				return err
			}
			lib, err := library.Open(cmd.Context(), cfg)
			if err != nil {
				return err
			}
			defer lib.Close()
			site := "http://localhost:8080"
			if f.baseURL != "" {
				site = strings.TrimRight(f.baseURL, "/")
			}
			return mcp.Run(cmd.Context(), mcp.Config{
				Library: lib, Checker: checker.New(checker.Config{}), Site: feed.Site{Title: "siteerror", URL: site}, Version: version(),
			}, io.NopCloser(c.in), nopCloser{c.out})
		},
	}
	f.register(cmd.Flags())
	return cmd
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }
