package library

import (
	"strconv"
	"strings"

	"siteerror/internal/catalog"
	"siteerror/internal/diagnose"
)

type diagnoserKey struct{}

type diagnoser struct {
	engine *diagnose.Engine
	err    error
}

// Diagnoser returns the engine that reads evidence by the signatures of this
// snapshot's pages. It is compiled when it is first asked for.
func (s *Snapshot) Diagnoser() (*diagnose.Engine, error) {
	d := s.Memo(diagnoserKey{}, func() any {
		e, err := diagnose.Compile(Rules(s.Catalog), diagnose.Config{Known: s.known, VendorPage: s.vendorPage})
		return diagnoser{e, err}
	}).(diagnoser)
	return d.engine, d.err
}

func (s *Snapshot) known(code int) (id, title string, ok bool) {
	c, err := s.Catalog.Code(strconv.Itoa(code))
	if err != nil {
		return "", "", false
	}
	return c.ID, c.Title, true
}

func (s *Snapshot) vendorPage(vendor, code string) (string, bool) {
	id := vendor + "-" + code
	if c, _, err := s.Catalog.Find(id); err == nil {
		if _, err := s.Catalog.Rendering(id); err == nil {
			return id, true
		}
		return c.ID, true
	}
	return "", false
}

// Rules are the signatures of all pages, as diagnosis takes them.
func Rules(c *catalog.Catalog) []diagnose.Rule {
	var rules []diagnose.Rule
	for _, code := range c.Codes {
		for _, sig := range code.Signatures {
			r := diagnose.Rule{
				ID: code.ID, Title: code.Title, Status: code.Number, Vendor: sig.Vendor, Emitter: sig.Emitter, Where: sig.Where,
				Pattern: sig.Pattern, Fields: sig.Fields, Says: sig.Says, NextChecks: nextChecks(c, code),
			}
			if r.Vendor == "" {
				r.Vendor = code.Vendor.Slug
			}
			if rendering, err := c.Rendering(r.Vendor + "-" + code.Code); err == nil {
				r.AliasID = rendering.ID
			}
			if v, err := c.Vendor(r.Vendor); err == nil && r.Emitter == "" && sig.Where != "client" {
				r.Emitter = v.Hop
			}
			rules = append(rules, r)
		}
	}
	return rules
}

// nextChecks are what a page offers as proof: the list of “Prove it”.
func nextChecks(c *catalog.Catalog, code *catalog.Code) []string {
	if code.Proof == nil {
		return nil
	}
	var checks []string
	for _, b := range code.Proof.Blocks {
		for _, item := range b.Items {
			checks = append(checks, c.PlainText(item))
		}
		if len(b.Items) == 0 && b.Code != "" {
			checks = append(checks, commands(b.Code)...)
		}
	}
	return checks[:min(3, len(checks))]
}

// commands are the commands of a block: the lines after a prompt, or all lines where none has one. A
// backslash at a line's end joins it to the next.
func commands(block string) []string {
	var all, prompted []string
	for line := range strings.Lines(strings.ReplaceAll(block, "\\\n", " ")) {
		line = strings.Join(strings.Fields(line), " ")
		if c, ok := strings.CutPrefix(line, "$ "); ok {
			prompted = append(prompted, c)
		}
		if line != "" && !strings.HasPrefix(line, "#") {
			all = append(all, line)
		}
	}
	if len(prompted) > 0 {
		return prompted
	}
	return all
}
